package web

import (
	"context"
	"net/http"

	"github.com/izdeu/izdeu/dispatch"
)

// Drafts are compared while people type: so often for all together, which
// leaves the processor to what was filed.
const (
	likelyPerSecond = 20
	likelyAtOnce    = 40
)

func (s *Server) registerLikely() {
	register(s, operation{id: opFindLikely, method: http.MethodPost, path: apiRoot + "/applications/likely", tag: "applications",
		summary: "Open cases that a draft may be about",
		about: "The same comparing as when it is filed, among the cases that the key sees with their personal data. Nothing of the draft is kept; " +
			"fields that are wrong are left out. A certain one is joined when the draft is filed as it is.",
		request: ApplicationBody{}, answers: map[int]any{200: LikelyAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *bodyInput) (*answer, error) { return s.findLikely(ctx, in.RawBody) })
}

func (s *Server) findLikely(ctx context.Context, body []byte) (*answer, error) {
	if !s.drafts.Allow() {
		return nil, tooMany()
	}
	filing, err := s.config.Intake.ReadDraft(body)
	if err != nil {
		return nil, err
	}
	finder, err := s.hub.duplicates(s.config.Rules)
	if err != nil {
		return nil, s.notLoaded()
	}
	who := callerOf(ctx)
	answered := LikelyAnswer{Likely: []LikelyView{}}
	for _, one := range finder.Find(filing, s.clock()) {
		if seen := who.sees(one.Case); seen.visible && seen.personal {
			answered.Likely = append(answered.Likely, LikelyView{CaseID: one.Case.ID, Number: one.Case.Number, Certain: one.Certain, Reasons: one.Reasons})
		}
	}
	return answerJSON(http.StatusOK, answered)
}

// duplicates gives what finds duplicates among the cases of the board.
func (h *hub) duplicates(settings dispatch.Settings) (*dispatch.DuplicateFinder, error) {
	var cases []*dispatch.Case
	finder, err := func() (*dispatch.DuplicateFinder, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.board == nil || h.closed {
			return nil, errNotLoaded
		}
		if h.finder == nil {
			h.finder = dispatch.NewDuplicateFinder(settings)
			for _, c := range h.board.cases {
				cases = append(cases, c)
			}
		}
		return h.finder, nil
	}()
	// What the feed brings meanwhile is newer and stays.
	for _, c := range cases {
		finder.Put(c)
	}
	return finder, err
}

// LikelyAnswer lists cases that a draft may be about.
type LikelyAnswer struct {
	Likely []LikelyView `json:"likely"`
}

// LikelyView is a case that a draft may be about.
type LikelyView struct {
	CaseID  string   `json:"case_id"`
	Number  string   `json:"number"`
	Certain bool     `json:"certain,omitempty" doc:"Filed as it is, the draft joins the case"`
	Reasons []string `json:"reasons" doc:"same_reference, same_phone, same_name, similar_name, part_of_name, same_age, same_address, same_incident, near"`
}
