package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/izdeu/izdeu/dispatch"
)

// CallOutAnswer is what a team's lead sends to the team's own group.
type CallOutAnswer struct {
	Text      string    `json:"text" doc:"To be sent as it is: no names, no address, the link at its end"`
	Link      string    `json:"link" doc:"Where members answer without an account; whoever has it may use it"`
	ExpiresAt time.Time `json:"expires_at" doc:"When the link stops working; ask again for a fresh one"`
}

type callOutInput struct {
	ID     string `path:"id" doc:"The case's id"`
	TeamID string `query:"team_id" doc:"A team that has accepted; a key of one team need not name it"`
	Lang   string `query:"lang" doc:"kk, ru or en; kk when absent"`

	host      string // that the request came to
	encrypted bool   // by TLS here or at the proxy
}

// Resolve keeps where the request came to.
func (in *callOutInput) Resolve(ctx huma.Context) []error {
	in.host, in.encrypted = ctx.Host(), ctx.TLS() != nil || ctx.Header("X-Forwarded-Proto") == "https"
	return nil
}

func (s *Server) registerCallOut() {
	register(s, operation{id: opGetCallOut, method: http.MethodGet, path: apiRoot + "/cases/{id}/call-out", tag: "cases",
		summary: "A text for the team's own group",
		about: "What happened and where in a few words, and a link by which members answer: coming, arrived, home. " +
			"For a team that has accepted; by its own key, or by coordinators. The page behind the link is not part of this API; " +
			"it sends the command roster.answer.",
		answers: map[int]any{200: CallOutAnswer{}}, errors: []int{404, 409, 422, 503}},
		func(ctx context.Context, in *callOutInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.callOut(ctx, in)
		})
}

func (s *Server) callOut(ctx context.Context, in *callOutInput) (*answer, error) {
	who := callerOf(ctx)
	c, seen, err := s.seenCase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.TeamID == "" && len(who.teams) == 1 {
		in.TeamID = who.teams[0]
	}
	if seen.rosters != everywhere && !slices.Contains(who.teams, in.TeamID) {
		return nil, problem(http.StatusForbidden, codeForbidden, "your key is for other teams: ask for one of yours")
	}
	if in.Lang == "" {
		in.Lang = tongues[0]
	}
	if !slices.Contains(tongues, in.Lang) {
		return nil, invalidParameter("lang", "is none of "+words(tongues))
	}
	a := c.Assignment(in.TeamID)
	switch {
	case a == nil:
		return nil, problemOfRefusal(dispatch.RefusedNotAsked, "the team has not been asked on this case; a coordinator can assign it", "")
	case a.Status == dispatch.AssignmentStandingDown:
		return nil, problemOfRefusal(dispatch.RefusedCaseEnded, "the search has ended; nobody is needed any more", "")
	case !a.Status.Committed():
		return nil, problemOfRefusal(dispatch.RefusedTransition, "the call-out is for a team that has accepted; the team's assignment is "+string(a.Status), "")
	}
	token, expires := s.links.make(c.ID, a.TeamID, a.Round)
	origin := "http://" + in.host
	switch {
	case s.config.PublicURL != "":
		origin = s.config.PublicURL
	case in.encrypted || s.config.SecureCookies:
		origin = "https://" + in.host
	}
	link := origin + rosterPath + token
	return answerJSON(http.StatusOK, CallOutAnswer{
		Text: callOutText(in.Lang, c, s.teamName(ctx, a), s.config.Demo, link), Link: link, ExpiresAt: expires})
}

// teamName gives the name of an assignment's team as far as it is known.
func (s *Server) teamName(ctx context.Context, a *dispatch.Assignment) string {
	name := a.TeamID
	if s.hub.look(func(b *board) {
		if team, known := b.teams[a.Team]; known && team.Name != "" {
			name = team.Name
		}
	}) == nil {
		return name
	}
	teams, err := s.config.Store.Teams(ctx)
	if err != nil {
		return name
	}
	for _, team := range teams {
		if team.Key == a.Team && team.Name != "" {
			name = team.Name
		}
	}
	return name
}
