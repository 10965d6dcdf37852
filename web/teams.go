package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

func (s *Server) registerTeams() {
	register(s, operation{id: opListTeams, method: http.MethodGet, path: apiRoot + "/teams", tag: "teams",
		summary: "Teams, by id", answers: map[int]any{200: TeamsAnswer{}}, errors: []int{503}},
		func(ctx context.Context, _ *struct{}) (*answer, error) { return s.listTeams(ctx) })

	type toTeam struct {
		ID      string `path:"id" doc:"The team's id"`
		RawBody []byte `contentType:"application/json"`
	}
	taken := map[int]any{202: AcceptedAnswer{}}
	failures := []int{404, 413, 422, 503}
	register(s, operation{id: opPutTeam, method: http.MethodPut, path: apiRoot + "/teams/{id}", tag: "teams",
		summary: "Add or change a team", about: "Kafka has it once it is answered. The whole team is replaced.",
		request: TeamBody{}, answers: taken, errors: failures},
		func(ctx context.Context, in *toTeam) (*answer, error) { return s.putTeam(ctx, in.ID, in.RawBody) })
	register(s, operation{id: opSetAvailability, method: http.MethodPost, path: apiRoot + "/teams/{id}/availability", tag: "teams",
		summary: "Say whether a team can be asked", request: AvailabilityBody{}, answers: taken, errors: failures},
		func(ctx context.Context, in *toTeam) (*answer, error) {
			if err := s.mayManage(ctx, in.ID); err != nil {
				return nil, err
			}
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			if _, err := s.config.Intake.SetAvailability(ctx, in.ID, in.RawBody); err != nil {
				return nil, err
			}
			return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: in.ID})
		})
	register(s, operation{id: opReportPosition, method: http.MethodPost, path: apiRoot + "/teams/{id}/position", tag: "teams",
		summary: "Say where a team is", request: PositionBody{}, answers: taken, errors: failures},
		func(ctx context.Context, in *toTeam) (*answer, error) {
			if err := s.mayManage(ctx, in.ID); err != nil {
				return nil, err
			}
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			if err := s.config.Intake.ReportPosition(ctx, in.ID, in.RawBody); err != nil {
				return nil, err
			}
			return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: in.ID})
		})
}

func (s *Server) listTeams(ctx context.Context) (*answer, error) {
	who := callerOf(ctx)
	var views [][]byte
	if err := s.hub.look(func(*board) { views = s.hub.teamViews(who.viewer) }); err != nil {
		return nil, s.notLoaded()
	}
	b := []byte(`{"teams":[`)
	for _, view := range views {
		b = append(comma(b), view...)
	}
	return answerBytes(http.StatusOK, append(b, ']', '}')), nil
}

// knownTeam gives a team from memory, and from the rows when it is too new for
// that.
func (s *Server) knownTeam(ctx context.Context, id string) (*dispatch.Team, error) {
	var known *dispatch.Team
	if err := s.hub.look(func(b *board) {
		if key, ok := b.teamKeys[id]; ok {
			known = b.teams[key].Team
		}
	}); err == nil && known != nil {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	teams, err := s.config.Store.Teams(ctx)
	if err != nil {
		return nil, storeError(err)
	}
	for _, team := range teams {
		if team.ID == id {
			return team.Team, nil
		}
	}
	return nil, nil
}

// mayManage refuses who may not speak for a team.
func (s *Server) mayManage(ctx context.Context, id string) error {
	team, err := s.knownTeam(ctx, id)
	if err != nil {
		return err
	}
	if team == nil {
		return problem(http.StatusNotFound, dispatch.RefusedUnknownTeam, "There is no team with this id; add it with PUT /teams/{id}.")
	}
	if !callerOf(ctx).manages(team.ID, team.Region) {
		return problem(http.StatusForbidden, codeForbidden, "Your key is not for this team.")
	}
	return nil
}

// putTeam needs the right for where the team was and for where it will be.
func (s *Server) putTeam(ctx context.Context, id string, body []byte) (*answer, error) {
	who := callerOf(ctx)
	o, err := readObject(body, "base", "id")
	if err != nil {
		return nil, err
	}
	team, err := s.knownTeam(ctx, id)
	if err != nil {
		return nil, err
	}
	if team != nil && !who.manages(team.ID, team.Region) {
		return nil, problem(http.StatusForbidden, codeForbidden, "This team is based in a region that your key is not for.")
	}
	var base struct {
		Coordinates orb.Point `json:"coordinates"`
	}
	region := ""
	// A base that cannot be read is refused by the Intake, with its pointer.
	readable := o["base"] != nil && json.Unmarshal(o["base"], &base) == nil
	if readable {
		region, _, readable = geo.RegionOf(base.Coordinates)
	}
	if readable && !who.manages(id, region) {
		return nil, problem(http.StatusForbidden, codeForbidden, "The team's base would be in a region that your key is not for.")
	}
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	if _, err := s.config.Intake.RegisterTeam(ctx, id, o.bytes()); err != nil {
		return nil, err
	}
	return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: id})
}

func (s *Server) registerDeadLetters() {
	type listing struct {
		After string `query:"after" doc:"Letters with a higher id"`
		Open  bool   `query:"open" doc:"Only those that were not replayed"`
	}
	register(s, operation{id: opListDeadLetters, method: http.MethodGet, path: apiRoot + "/dead-letters", tag: "dead letters",
		summary: "Records that could not become messages", about: "Their content is not shown: it may be personal. At most 500, by id.",
		answers: map[int]any{200: DeadLettersAnswer{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *listing) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			after, err := parseID(in.After)
			if err != nil {
				return nil, invalidParameter("after", "is an id of an earlier answer")
			}
			letters, err := s.config.Store.DeadLetters(ctx, after, pageLimit, in.Open)
			if err != nil {
				return nil, storeError(err)
			}
			answered := DeadLettersAnswer{DeadLetters: []DeadLetterView{}}
			for i := range letters {
				answered.DeadLetters = append(answered.DeadLetters, letterView(&letters[i]))
			}
			return answerJSON(http.StatusOK, answered)
		})
	type one struct {
		ID string `path:"id"`
	}
	register(s, operation{id: opReplayDeadLetter, method: http.MethodPost, path: apiRoot + "/dead-letters/{id}/replay", tag: "dead letters",
		summary: "Send the record to its topic again", about: "The letter counts as replayed once the record could be read.",
		answers: map[int]any{202: DeadLetterView{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *one) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			unknown := problem(http.StatusNotFound, codeUnknownLetter, "There is no dead letter with this id.")
			id, err := parseID(in.ID)
			if err != nil || id == 0 {
				return nil, unknown
			}
			letter, err := s.config.Store.DeadLetter(ctx, id)
			if err != nil {
				return nil, storeError(err)
			}
			if letter == nil {
				return nil, unknown
			}
			if err := s.config.Intake.Replay(ctx, *letter); err != nil {
				return nil, err
			}
			s.log.Info("web: a dead letter is replayed", "dead_letter", id, "key", callerOf(ctx).id)
			return answerJSON(http.StatusAccepted, letterView(letter))
		})
}

func letterView(letter *dispatch.DeadLetter) DeadLetterView {
	view := DeadLetterView{ID: letter.ID, Topic: letter.Source.Topic, Partition: letter.Source.Partition, Offset: letter.Source.Offset,
		Reason: letter.Reason, Detail: letter.Detail, At: letter.At}
	if !letter.ReplayedAt.IsZero() {
		view.ReplayedAt = new(time.Time)
		*view.ReplayedAt = letter.ReplayedAt
	}
	return view
}
