package dispatch

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

func placeAt(id string, at orb.Point, names geo.Names) *Place {
	region, _, _ := geo.RegionOf(at)
	return &Place{PlaceRegistration: PlaceRegistration{ID: id, Names: names, Location: at}, Region: region, Origin: PlaceImported}
}

var (
	zhukovka      = placeAt("zhukovka", orb.Point{63.95, 53.42}, geo.Names{Russian: "Жуковка"})
	zhukovkaNorth = placeAt("zhukovka-north", orb.Point{68.4, 54.6}, geo.Names{Russian: "Жуковка"})
	belayaGora    = placeAt("belaya-gora", orb.Point{63.1, 53.0}, geo.Names{Russian: "Белая Гора", Kazakh: "Ақтау"})
)

// TestPlaceSearch: what people type finds what they mean, first.
func TestPlaceSearch(t *testing.T) {
	index := NewPlaceIndex([]*Place{zhukovka, zhukovkaNorth, belayaGora})
	kostanay := orb.Point{63.6246, 53.2144}
	for _, c := range []struct {
		query, want string // the Russian name of the first hit; "" for none
		near        *orb.Point
	}{
		{"Костанай", "Костанай", nil},
		{"Қостанай", "Костанай", nil},
		{"kostanay", "Костанай", nil},
		{"Кустанай", "Костанай", nil}, // as it was called
		{"кост", "Костанай", nil},
		{"Кастанай", "Костанай", nil}, // a wrong letter
		{"Костнай", "Костанай", nil},  // one too few
		{"Рудынй", "Рудный", nil},     // two swapped
		{"rjcnfyfq", "Костанай", nil}, // the keyboard left in Latin
		{"г. Костанай", "Костанай", nil},
		{"Костанай, Достык 1", "Костанай", nil},
		{"усть каменогорск", "Усть-Каменогорск", nil},
		{"Каменогорск", "Усть-Каменогорск", nil},
		{"Өскемен", "Усть-Каменогорск", nil},
		{"Oskemen", "Усть-Каменогорск", nil},
		{"жітіқара", "Житикара", nil},
		{"Джетыгара", "Житикара", nil},
		{"Zhukovka", "Жуковка", &kostanay},
		{"Ақтау Костанайская область", "Белая Гора", nil},
		{"", "", nil}, {" ,", "", nil}, {"область", "", nil}, {"нетакогоместа", "", nil}, {"\x00\xff", "", nil},
	} {
		hits := index.Search(c.query, c.near, 5)
		switch {
		case c.want == "" && len(hits) > 0:
			t.Errorf("%q: found %s", c.query, hits[0].Names.Russian)
		case c.want != "" && (len(hits) == 0 || hits[0].Names.Russian != c.want):
			t.Errorf("%q: got %v, want %s first", c.query, hits, c.want)
		case len(hits) > 5:
			t.Errorf("%q: %d hits", c.query, len(hits))
		}
	}
	// Two villages of one name: the nearer first, both there, or the region says which.
	hits := index.Search("жуковка", &kostanay, 10)
	if len(hits) < 2 || hits[0].ID != "zhukovka" || hits[1].ID != "zhukovka-north" || hits[0].Match != MatchExact || !(hits[0].DistanceM < hits[1].DistanceM) {
		t.Errorf("two of one name: %v", hits)
	}
	if hits := index.Search("Жуковка Северо-Казахстанская область", &kostanay, 10); len(hits) != 1 || hits[0].ID != "zhukovka-north" {
		t.Errorf("of a region: %v", hits)
	}
}

// TestPlacesFitting: an installation's own places, the newest first, by how
// their names begin; none that was removed.
func TestPlacesFitting(t *testing.T) {
	rows := []*Place{zhukovka, belayaGora, zhukovkaNorth, {PlaceRegistration: PlaceRegistration{ID: "gone", Removed: true, Also: []string{"zhukovka"}}}}
	for i, place := range rows {
		place := *place
		place.Changed = int64(i)
		rows[i] = &place
	}
	for query, want := range map[string]string{"": "zhukovka-north belaya-gora zhukovka", "жук": "zhukovka-north zhukovka", "Гора белая": "belaya-gora",
		"ақтау": "belaya-gora", "укова": "", "жук гора": ""} {
		var ids []string
		for _, place := range PlacesFitting(rows, query) {
			ids = append(ids, place.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
}

// TestPlaceIndexReplaces: an installation's own place stands for the program's
// of the same name near it, and not for one far away.
func TestPlaceIndexReplaces(t *testing.T) {
	own := placeAt("own", orb.Point{63.63, 53.22}, geo.Names{Russian: "Костанай"})
	far := placeAt("far", orb.Point{80, 50}, geo.Names{Russian: "Костанай"})
	removed := &Place{PlaceRegistration: PlaceRegistration{ID: "gone", Removed: true}, Origin: PlaceImported}
	count := func(rows ...*Place) int { return len(NewPlaceIndex(rows).Search("Костанай", nil, 10)) }
	if got := [4]int{count(), count(own), count(own, far), count(removed)}; got != [4]int{1, 1, 2, 1} {
		t.Errorf("got %v", got)
	}
}

func (w *world) place(r PlaceRegistration) *Changes {
	w.tb.Helper()
	kind := "place.registered"
	if r.Removed {
		kind = "place.removed"
	}
	return w.send(Message{Identity: TeamMessageIdentity(r.ID, kind, r.At), Place: &r})
}

// TestPlaces: the newest message about a place counts, and the journal knows
// its id alone.
func TestPlaces(t *testing.T) {
	w := newWorld(t)
	at := w.now
	r := zhukovka.PlaceRegistration
	r.At = at
	wantEvents(t, w.place(r), "place.registered")
	for _, old := range []time.Time{at, at.Add(-time.Second)} {
		r.At = old
		if changes := w.place(r); len(changes.Events) > 0 || len(changes.Places) > 0 {
			t.Errorf("an old message changed something: %v", changes.Events)
		}
	}
	changes := w.place(PlaceRegistration{ID: r.ID, Removed: true, At: at.Add(time.Second)})
	wantEvents(t, changes, "place.removed")
	if gone := w.places[r.ID]; !gone.Removed || gone.Names != (geo.Names{}) || gone.Location != (orb.Point{}) {
		t.Errorf("a removed place keeps %+v", gone)
	}
	if e := changes.Events[0]; e.PlaceID != r.ID || e.Region != "" {
		t.Errorf("event %+v", e)
	}
}

// TestLearnPlace: a settlement that nobody knew is learnt when a team gets
// there, once, and nothing that is not certain.
func TestLearnPlace(t *testing.T) {
	at := orb.Point{63.95, 53.42}
	arrive := func(w *world, place string, change ...func(*Filing)) *Changes {
		key := w.file(w.nextID("a"), MissingPerson, at, append(change, func(f *Filing) { f.Place = place })...)
		team := w.nextID("t")
		w.team(team, kostanay)
		if a := w.state.cases[key].assignmentOf(w.state.teamByID(team).team.Key); a == nil {
			w.command(CommandAssign, key, team)
		}
		w.command(CommandAccept, key, team)
		return w.command(CommandOnScene, key, team)
	}
	// What somebody has removed is not learnt again, under none of its names,
	// also by one who has loaded the state; one may register it again.
	w := newWorld(t)
	learnt := arrive(w, "Zhukovka").Places[0]
	w.place(PlaceRegistration{ID: learnt.ID, Removed: true, At: w.now})
	again := arrive(w, "село Жуковка")
	wantEvents(t, again, "assignment.on_scene")
	w.place(PlaceRegistration{ID: learnt.ID, Removed: true, At: w.now.Add(time.Second)})
	wantEvents(t, arrive(w, "Жуковка"), "assignment.on_scene")
	if kept := w.places[learnt.ID]; len(kept.keys()) > 0 || len(kept.Also) != 1 || strings.Contains(kept.Also[0], "zhuk") {
		t.Errorf("a removed place keeps %+v", kept)
	}
	far := orb.Point{82.6, 49.9}
	changes := w.place(PlaceRegistration{ID: learnt.ID, Names: geo.Names{Russian: "Озёрное"}, Location: far, At: w.now.Add(2 * time.Second)})
	wantEvents(t, changes, "place.registered")
	wantEvents(t, arrive(w, "Жуковка"), "assignment.on_scene place.learnt")

	w = newWorld(t)
	changes = arrive(w, "село Жуковка, у моста")
	wantEvents(t, changes, "assignment.on_scene place.learnt")
	if len(changes.Places) != 1 || changes.Places[0].Names != (geo.Names{Russian: "Жуковка"}) || changes.Places[0].Location != at ||
		changes.Places[0].Region != "KZ-39" || changes.Places[0].Origin != PlaceLearnt {
		t.Errorf("learnt %+v", changes.Places)
	}
	for name, changes := range map[string]*Changes{
		"known already":     arrive(w, "Жуковка"),
		"another spelling":  arrive(w, "Zhukovka"),
		"no settlement":     arrive(w, "дача 5"),
		"an exercise":       arrive(w, "Белая Гора", func(f *Filing) { f.Exercise = true }),
		"not exactly known": arrive(w, "Белая Гора", func(f *Filing) { f.AccuracyM = 5000 }),
		"for review":        arrive(w, "Белая Гора", func(f *Filing) { f.NeedsReview = []Review{{Pointer: "/place"}} }),
	} {
		if len(changes.Places) > 0 || len(changes.Events) != 1 {
			t.Errorf("%s: learnt %+v (%s)", name, changes.Places, types(changes.Events))
		}
	}
}

// TestSettlementName: only what is certainly a settlement's name is learnt.
func TestSettlementName(t *testing.T) {
	for text, want := range map[string]string{
		"Жуковка": "Жуковка", "с. Жуковка": "Жуковка", "село Белая Гора": "Белая Гора", "Жуковка, ул. Мира 5": "Жуковка",
		"ауыл Қарасу": "Қарасу", "Усть-Каменогорск": "Усть-Каменогорск", "Zhukovka": "Zhukovka",
		"": "", " ": "", ",": "", "Мира 5": "", "ул. Мира": "", "дом Ивановых": "", "у моста": "", "Яр": "", "с.": "",
		"Дача за озером у Петровых": "", "жуковка": "", "5 км": "", "Кв 7": "",
	} {
		if got := settlementName(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
