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
			return answerJSON(http.StatusOK, s.ownersWho(func(one *account) bool { return one.sees(c).sealed }))
		})
	register(s, operation{id: opListAllOwners, method: http.MethodGet, path: apiRoot + "/owners", tag: "cases",
		summary: "Who may be responsible for cases",
		about:   "The keys of those who coordinate in one of your regions, with their names: what the cases of a board are chosen by.",
		answers: map[int]any{200: OwnersAnswer{}}},
		func(ctx context.Context, _ *struct{}) (*answer, error) {
			who := callerOf(ctx)
			return answerJSON(http.StatusOK, s.ownersWho(func(one *account) bool { return one.coordinatesBeside(who.viewer) }))
		})
}

// ownersWho lists the keys that suit by their names.
func (s *Server) ownersWho(suits func(*account) bool) OwnersAnswer {
	owners := OwnersAnswer{Owners: []OwnerView{}}
	for _, one := range s.keys.all() {
		if suits(one) {
			owners.Owners = append(owners.Owners, OwnerView{ID: one.id, Name: one.name})
		}
	}
	slices.SortFunc(owners.Owners, func(a, b OwnerView) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return owners
}

// coordinatesBeside says whether the viewer is responsible for cases in one of another one's regions.
func (v *viewer) coordinatesBeside(other *viewer) bool {
	return slices.ContainsFunc(v.roles, func(role Role) bool {
		switch {
		case !rightsOf[role].sealed:
			return false
		case rightsOf[role].cases == everywhere:
			return true
		}
		// No region is every region.
		return len(v.regions) == 0 || len(other.regions) == 0 || slices.ContainsFunc(v.regions, other.inRegions)
	})
}
