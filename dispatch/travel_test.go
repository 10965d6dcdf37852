package dispatch

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// Travel is the straight line, the detour and the speed of the transport, with
// a range around it, and says that it is assumed.
func TestAssumedTravel(t *testing.T) {
	w := newWorld(t)
	w.team("said-nothing", kostanay)
	w.team("car", kostanay, func(r *TeamRegistration) { r.Transport = ByCar })
	w.team("air", kostanay, func(r *TeamRegistration) { r.Transport = Helicopter })
	w.team("walk", kostanay, func(r *TeamRegistration) { r.Transport = OnFoot })
	for id, want := range map[string]Travel{
		"said-nothing": {78 * time.Minute, 52 * time.Minute, 117 * time.Minute, true}, // 60 km × 1.3 at 60 km/h
		"car":          {78 * time.Minute, 52 * time.Minute, 117 * time.Minute, true},
		"air":          {20 * time.Minute, 800 * time.Second, 30 * time.Minute, true},
		"walk":         {864 * time.Minute, 576 * time.Minute, 1296 * time.Minute, true}, // 60 km × 1.2 at 5 km/h
	} {
		if got := w.state.travelOf(w.state.teamByID(id), 60_000); got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
	}
}

// TestShortestTravelIsAsked: a team that comes sooner is asked before one that
// is nearer, also when it is not among the nearest twenty; and the decision
// says how long each takes.
func TestShortestTravelIsAsked(t *testing.T) {
	by := func(transport Transport) func(*TeamRegistration) {
		return func(r *TeamRegistration) { r.Transport, r.Capacity = transport, 9 }
	}
	for name, walkers := range map[string]int{"few teams": 3, "more teams than are looked at by name": 75} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range walkers {
				w.team(fmt.Sprintf("walker-%02d", i), rudny, by(OnFoot)) // 45 km from Tobyl: 11 hours
			}
			w.team("car", astana, by(ByCar)) // 570 km: 12 hours
			key := w.file("a", MissingPerson, tobyl)
			w.wantStatuses(key, "walker-00:offered")
			w.team("air", astana, by(Helicopter)) // 3 hours
			key = w.file("b", MissingPerson, tobyl)
			w.wantStatuses(key, "air:offered")
			d := w.decisions[len(w.decisions)-1]
			if d.Choice != ChoiceNearest {
				t.Fatalf("chosen as %s", d.Choice)
			}
			for i := range d.Candidates {
				c := &d.Candidates[i]
				if want := w.state.travelOf(w.state.team(c.Team), c.DistanceM); d.Travel(c) != want || want.Median == 0 {
					t.Fatalf("%s travels %+v, want %+v", w.teams[c.Team].ID, d.Travel(c), want)
				}
			}
			if a := w.rows[key].Assignments[0]; a.Travel().Median < 3*time.Hour || a.Travel().Median > 4*time.Hour || !a.Travel().Assumed {
				t.Fatalf("it was taken to travel %+v", a.Travel())
			}
			w.advance(time.Second)
			w.team("car", kostanay, by(ByCar)) // 5 km
			w.wantStatuses(w.file("c", MissingPerson, tobyl), "car:offered")
		})
	}
}

// TestSoonestOfMany: whatever the transports, nobody who may be asked would
// come sooner; an independent look at every team says so.
func TestSoonestOfMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.unchecked = true
		place := func(name string) orb.Point {
			return orb.Point{rapid.Float64Range(60, 70).Draw(t, name), rapid.Float64Range(50, 54).Draw(t, name)}
		}
		for i := range rapid.IntRange(1, 90).Draw(t, "teams") {
			w.team(fmt.Sprintf("team-%02d", i), place("base"), func(r *TeamRegistration) {
				r.Transport = rapid.SampledFrom([]Transport{OnFoot, OnFoot, ByCar, ByCar, Snowmobile, Helicopter}).Draw(t, "transport")
				r.RangeKM = rapid.SampledFrom([]float64{0, 0, 200}).Draw(t, "range")
				r.Capacity = rapid.IntRange(0, 1).Draw(t, "capacity")
			})
		}
		at := place("place")
		key := w.file("a", MissingPerson, at)
		var soonest *Team
		var shortest float64
		for _, team := range w.state.teams {
			metres := haversineM(team.team.Base, at)
			if team.team.Capacity == 0 || team.team.RangeKM > 0 && metres > team.team.RangeKM*1000 {
				continue
			}
			assumption := defaultTravel()[team.team.Transport]
			if took := metres * assumption.DetourFactor / assumption.SpeedKMH; soonest == nil || took < shortest {
				soonest, shortest = team.team, took
			}
		}
		if soonest == nil {
			w.wantStatuses(key, "")
			return
		}
		got := &w.rows[key].Assignments[0]
		if slack := math.Abs(got.Travel().Median.Seconds() - shortest*3.6); got.TeamID != soonest.ID && slack > 2 {
			t.Fatalf("%s is asked and travels %s, %s would take %.0f s", got.TeamID, got.Travel().Median, soonest.ID, shortest*3.6)
		}
	})
}

// TestTravelIsLearnt: enough trips replace what is assumed, whatever their
// order; those that are none do not count.
func TestTravelIsLearnt(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("walker", astana, func(r *TeamRegistration) { r.Transport = OnFoot })
	trip := func(took time.Duration, change ...func(*Filing)) {
		t.Helper()
		key := w.file(w.nextID("a"), MissingPerson, rudny, change...) // 43.6 km: 57 minutes assumed
		w.do(CommandAccept, key, "dos")
		w.advance(took)
		w.do(CommandOnScene, key, "dos")
		w.do(CommandRelease, key, "dos")
		w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutNone })
	}
	trip(5 * time.Minute)                                                           // too fast to be one
	trip(11 * time.Hour)                                                            // too slow
	trip(40*time.Minute, func(f *Filing) { f.Exercise = true })                     // nobody hurries
	trip(4*time.Minute, func(f *Filing) { f.Location = &orb.Point{63.63, 53.214} }) // too near to tell
	if len(w.travel) > 0 {
		t.Fatalf("counted: %+v", w.travel)
	}
	for i := range 20 {
		if travel := w.state.travelOf(w.state.teamByID("dos"), 43_600); !travel.Assumed {
			t.Fatalf("no longer assumed after %d trips", i)
		}
		trip([]time.Duration{30 * time.Minute, 40 * time.Minute, 50 * time.Minute}[i%3])
	}
	got := w.state.travelOf(w.state.teamByID("dos"), 43_600)
	if got.Assumed || got.Median < 38*time.Minute || got.Median > 42*time.Minute || got.Least >= got.Median || got.Most <= got.Median {
		t.Fatalf("learnt: %+v", got)
	}
	if walk := w.state.travelOf(w.state.teamByID("walker"), 43_600); !walk.Assumed {
		t.Fatal("walking was never seen and is not assumed")
	}
	// Nothing of it hangs on the order.
	forth, back := TravelRecord{}, TravelRecord{}
	for i := range 50 {
		forth = forth.with(10_000, time.Duration(10+i)*time.Minute)
		back = back.with(10_000, time.Duration(59-i)*time.Minute)
	}
	if forth != back {
		t.Fatalf("%+v, backwards %+v", forth, back)
	}
	// Old trips fade: after a thousand and some the new way of travelling counts most.
	for range 3 * travelFade {
		forth = forth.with(10_000, 5*time.Minute)
	}
	if pace := forth.pace(Pace{}); forth.Trips > travelFade || pace.Over(10_000).Median > 5*time.Minute+30*time.Second {
		t.Fatalf("%+v: %+v", forth, pace.Over(10_000))
	}
}
