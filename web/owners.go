package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
)

// OwnersAnswer lists who may be responsible for a case.
type OwnersAnswer struct {
	Owners []OwnerView `json:"owners"`
}

// OwnerView is somebody who coordinates a case.
type OwnerView struct {
	ID   string `json:"id" doc:"Of the key: the to of case.hand_over, and the owner of a case"`
	Name string `json:"name,omitempty"`
}

func (s *Server) registerOwners() {
	register(s, operation{id: opListOwners, method: http.MethodGet, path: apiRoot + "/cases/{id}/owners", tag: "cases",
		summary: "Who may be responsible for a case",
		about:   "The keys of those who coordinate it, with their names.",
		answers: map[int]any{200: OwnersAnswer{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *caseInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			c, _, err := s.seenCase(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			owners := OwnersAnswer{Owners: []OwnerView{}}
			for _, one := range s.keys.all() {
				if one.sees(c).sealed {
					owners.Owners = append(owners.Owners, OwnerView{ID: one.id, Name: one.name})
				}
			}
			slices.SortFunc(owners.Owners, func(a, b OwnerView) int {
				return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
			})
			return answerJSON(http.StatusOK, owners)
		})
}
