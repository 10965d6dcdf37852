package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// TestPlaces: a village that the program does not know is found as soon as it
// was registered, by every spelling, and no longer once it was removed.
func TestPlaces(t *testing.T) {
	w := newWorld(t, nil)
	search := func(query string) []web.PlaceView {
		var found web.PlacesAnswer
		r := w.get("service", "/api/v1/places?"+query)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, r.status, r.body)
		}
		r.into(t, &found)
		if found.Attribution == "" {
			t.Error("the source is not named")
		}
		return found.Places
	}
	if found := search("q=Kostanay&near=63.6,53.2&limit=1"); len(found) != 1 || found[0].Names.Russian != "Костанай" || found[0].Origin != "built_in" ||
		found[0].Region != "KZ-39" || found[0].DistanceM == nil || *found[0].DistanceM > 5000 {
		t.Errorf("%+v", found)
	}
	if found := search("q=Жуковка"); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	body := `{"names":{"ru":"Жуковка"},"also":["Жуковское"],"location":{"type":"Point","coordinates":[63.95,53.42]}}`
	if r := w.do("coordinator", "PUT", "/api/v1/places/zhukovka", body); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	w.until("the village is found", func() bool { return len(search("q=zhukovka")) == 1 })
	if found := search("q=жуковское"); len(found) != 1 || found[0].ID != "zhukovka" || found[0].Origin != "imported" || found[0].DistanceM != nil {
		t.Errorf("%+v", found)
	}
	own := func(query string) web.OwnPlacesAnswer {
		var listed web.OwnPlacesAnswer
		w.get("coordinator", "/api/v1/places/own?q="+query).into(t, &listed)
		return listed
	}
	if listed := own("жук"); listed.Total != 1 || len(listed.Places) != 1 || listed.Places[0].ID != "zhukovka" || listed.Places[0].Origin != "imported" ||
		listed.Places[0].At.IsZero() || listed.Places[0].NearTown == nil || len(listed.Places[0].Also) != 1 {
		t.Errorf("own places: %+v", listed)
	}
	if listed := own("костанай"); listed.Total != 0 || listed.Places == nil {
		t.Errorf("a place of the program is listed: %+v", listed)
	}
	if r := w.do("admin", "DELETE", "/api/v1/places/zhukovka", ""); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	w.until("the village is forgotten", func() bool { return len(search("q=zhukovka")) == 0 })
	if listed := own(""); listed.Total != 0 {
		t.Errorf("a removed place is listed: %+v", listed)
	}
	if r := w.do("admin", "DELETE", "/api/v1/places/zhukovka", ""); r.status != http.StatusNotFound {
		t.Errorf("removed twice: %d", r.status)
	}
	for _, wrong := range []string{"near=x", "near=1", "near=200,0", "limit=51", "limit=-1"} {
		if r := w.get("admin", "/api/v1/places?q=a&"+wrong); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, r.status)
		}
	}
	for _, wrong := range []string{`{}`, `{"names":{}}`, `{"names":{"ru":"secretmarker"},"location":{"type":"Point","coordinates":[0,0]}}`} {
		if r := w.do("admin", "PUT", "/api/v1/places/x", wrong); r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "secretmarker") {
			t.Errorf("%s: %d %s", wrong, r.status, r.body)
		}
	}
}
