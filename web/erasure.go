package web

import (
	"context"
	"net/http"

	"github.com/izdeu/izdeu/dispatch"
)

// ErasedAnswer says how much was erased.
type ErasedAnswer struct {
	Erased int `json:"erased" doc:"Photos, or points of tracks; 0 where there was nothing"`
}

// registerErasure adds what erases personal data of a case that its purpose no
// longer needs.
func (s *Server) registerErasure() {
	for _, one := range []struct {
		id                   Operation
		path, summary, about string
		erase                func(ctx context.Context, c *dispatch.Case) (int, error)
	}{
		{opErasePhotos, "/photos", "Erase the photos of a case", "The points keep their place and time; a photo that is still on a phone is not taken.", s.erasePhotos},
		{opEraseTracks, "/tracks", "Erase where the teams on a case went", "Times, distances and hours of the assignments stay.", s.eraseTracks},
	} {
		register(s, operation{id: one.id, method: http.MethodDelete, path: apiRoot + "/cases/{id}" + one.path, tag: "cases",
			summary: one.summary,
			about:   "For good, of a case that has ended with everybody home; 409 before. " + one.about + " Backups that were made before still have them.",
			answers: map[int]any{200: ErasedAnswer{}}, errors: []int{404, 409, 503}},
			func(ctx context.Context, in *caseInput) (*answer, error) {
				ctx, cancel := context.WithTimeout(ctx, queryLimit)
				defer cancel()
				c, _, err := s.seenCase(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				if c.Active() {
					return nil, problem(http.StatusConflict, dispatch.RefusedCaseOpen, "End the search and count everybody home first.")
				}
				erased, err := one.erase(ctx, c)
				if err != nil {
					return nil, storeError(err)
				}
				s.log.Info("web: personal data of a case was erased", "operation", string(one.id), "case", c.ID, "by", callerOf(ctx).id, "erased", erased)
				return answerJSON(http.StatusOK, ErasedAnswer{Erased: erased})
			})
	}
}

func (s *Server) erasePhotos(ctx context.Context, c *dispatch.Case) (int, error) {
	var ids []string
	for i := range c.Personal.Points {
		if id := c.Personal.Points[i].Photo; id != "" {
			ids = append(ids, id)
		}
	}
	return s.config.Store.ErasePhotos(ctx, c.Key, ids, s.clock().UTC())
}

func (s *Server) eraseTracks(ctx context.Context, c *dispatch.Case) (int, error) {
	return s.config.Store.EraseTracks(ctx, c.Key)
}
