package dispatch

import (
	"cmp"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// trackEnds gives the newest point of each track, as a store loads them.
func trackEnds(points []TrackPoint) []TrackPoint {
	newest := map[[2]int64]TrackPoint{}
	for _, point := range points {
		newest[[2]int64{point.Case, int64(point.Assignment)}] = point
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b TrackPoint) int {
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Assignment, b.Assignment))
	})
}

// checkTracks: a track is of a team that is or was on its case, from its yes on,
// in the order of time, and no two points after each other are near in both.
func (w *world) checkTracks() {
	w.tb.Helper()
	last := map[[2]int64]TrackPoint{}
	for _, point := range w.tracks {
		a := &w.rows[point.Case].Assignments[point.Assignment-1]
		if a.AnsweredAt.IsZero() || point.At.Before(a.AnsweredAt) {
			w.tb.Fatalf("case %d: a track of %s begins at %s, it answered at %s", point.Case, a.TeamID, point.At, a.AnsweredAt)
		}
		track := [2]int64{point.Case, int64(point.Assignment)}
		if before, there := last[track]; there {
			after, metres := point.At.Sub(before.At), geo.Distance(before.Position, point.Position)
			if after <= 0 || after < trackInterval && metres < trackMetres {
				w.tb.Fatalf("case %d: %s after %s, %.0f m on", point.Case, after, before.At, metres)
			}
		}
		last[track] = point
	}
}

// north gives a place some metres to the north.
func north(p orb.Point, metres float64) orb.Point {
	return orb.Point{p.Lon(), p.Lat() + metres/111_195}
}

func TestTracks(t *testing.T) {
	w := newWorld(t)
	w.team("bars", kostanay, capacity(2))
	w.team("dos", rudny)
	at := func(team string, metres float64) int {
		t.Helper()
		before := len(w.tracks)
		w.move(TeamPosition{TeamID: team, Position: north(kostanay, metres), At: w.now, AccuracyM: 7})
		w.checkReload()
		return len(w.tracks) - before
	}
	want := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Fatalf("%s: %d points are kept, want %d", what, got, want)
		}
	}
	key := w.file("a", MissingPerson, kostanay)
	want("only asked", at("bars", 0), 0)
	w.advance(time.Second)
	w.do(CommandAccept, key, "bars")
	w.move(TeamPosition{TeamID: "bars", Position: kostanay, At: w.now.Add(-time.Millisecond)})
	want("from before its yes", len(w.tracks), 0)
	want("the first", at("bars", 0), 1)
	if p := w.tracks[0]; p.Case != key || p.Assignment != 1 || p.AccuracyM != 7 || !p.At.Equal(w.now) || p.Position != kostanay {
		t.Fatalf("%+v", p)
	}
	w.advance(time.Minute)
	want("near and soon", at("bars", 49), 0)
	w.advance(time.Minute)
	want("near the last one kept, not the last one", at("bars", 51), 1)
	w.advance(trackInterval - time.Millisecond)
	want("standing, soon", at("bars", 51), 0)
	w.advance(time.Millisecond)
	want("standing, for long", at("bars", 51), 1)
	want("another team", at("dos", 1000), 0)

	// On two cases at once, and called back from one.
	other := w.file("b", MissingPerson, kostanay)
	w.do(CommandAccept, other, "bars")
	w.advance(time.Second)
	want("on two cases", at("bars", 200), 2)
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.advance(time.Second)
	want("on its way home", at("bars", 300), 2)
	w.do(CommandReturned, key, "bars")
	w.do(CommandRelease, other, "bars")
	w.advance(time.Second)
	want("home", at("bars", 400), 0)
	w.checkTracks()
	for _, c := range w.rows {
		for i := range c.Assignments {
			if len(w.state.team(c.Assignments[i].Team).tracks) > 0 {
				t.Errorf("a track of %s goes on", c.Assignments[i].TeamID)
			}
		}
	}
}

// Thousands of positions a second: what a position costs a team on a case.
func BenchmarkMovePositions(b *testing.B) {
	w := newWorld(b)
	w.team("bars", kostanay, automatic)
	w.file("a", MissingPerson, kostanay)
	positions := make([]TeamPosition, 1)
	b.ReportAllocs()
	for i := range b.N {
		positions[0] = TeamPosition{TeamID: "bars", Position: north(kostanay, float64(i%100)), At: w.now.Add(time.Duration(i+1) * time.Second)}
		w.state.MovePositions(positions)
	}
}
