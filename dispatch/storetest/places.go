package storetest

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// testPlaces: a place comes back with every field, as does one that was removed.
func testPlaces(t *testing.T, b *book) {
	p := b.page()
	full := &dispatch.Place{PlaceRegistration: dispatch.PlaceRegistration{ID: "a", Names: geo.Names{Kazakh: "Жуковка", Russian: "Жуковка \"1\"", English: "Zhukovka"},
		Also: []string{"Жуковское", "Z"}, Location: orb.Point{63.9541592653589, 53.42}, At: p.tick()},
		Region: "KZ-39", Origin: dispatch.PlaceImported, Changed: p.emit(dispatch.EventPlaceRegistered, 0, 0)}
	least := &dispatch.Place{PlaceRegistration: dispatch.PlaceRegistration{ID: "b", Names: geo.Names{English: "X"}, Location: orb.Point{0, 0}},
		Origin: dispatch.PlaceLearnt, Changed: p.emit(dispatch.EventPlaceLearnt, 0, 0)}
	p.Places = []*dispatch.Place{least, full}
	p.commit()
	check := func(what string, want ...*dispatch.Place) {
		t.Helper()
		places, err := b.store.Places(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, what, want, places)
		same(t, what+" in the snapshot", want, b.snapshot().Places)
	}
	check("places", full, least)

	p = b.page()
	removed := &dispatch.Place{PlaceRegistration: dispatch.PlaceRegistration{ID: "a", Also: []string{"0f"}, Removed: true, At: p.tick()}, Origin: dispatch.PlaceImported,
		Changed: p.emit(dispatch.EventPlaceRemoved, 0, 0)}
	p.Places = []*dispatch.Place{removed}
	p.commit()
	check("a place that was removed", removed, least)
	b.store = b.reopen()
	check("places after a reopen", removed, least)
}
