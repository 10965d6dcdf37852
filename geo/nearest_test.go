package geo_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/geo"
)

// haversine is written from the formula, apart from the package: the twin that
// the vectors are held to.
func haversine(a, b orb.Point) float64 {
	radians := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	sinLat := math.Sin(radians(b.Lat()-a.Lat()) / 2)
	sinLon := math.Sin(radians(b.Lon()-a.Lon()) / 2)
	h := sinLat*sinLat + math.Cos(radians(a.Lat()))*math.Cos(radians(b.Lat()))*sinLon*sinLon
	return 2 * orb.EarthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// area is a kind of place to draw points from.
type area struct {
	name        string
	west, width float64
	south, high float64
	grid        float64 // points on a coarse grid coincide and tie
}

var areas = []area{
	{"Kazakhstan", 46, 42, 40, 16, 0},
	{"60 degrees north", 50, 30, 58, 2, 0},
	{"across the antimeridian", 175, 10, 40, 20, 0},
	{"around the pole", -180, 360, 85, 5, 0},
	{"the whole Earth", -180, 360, -90, 180, 0},
	{"one street", 63.62, 0.001, 53.21, 0.001, 0},
	{"ties", 62, 4, 50, 4, 1},
}

func wrap(lon float64) float64 {
	if lon > 180 {
		return lon - 360
	}
	return lon
}

func (a area) point(random *rand.Rand) orb.Point {
	lon, lat := a.west+random.Float64()*a.width, a.south+random.Float64()*a.high
	if a.grid > 0 {
		lon, lat = math.Round(lon/a.grid)*a.grid, math.Round(lat/a.grid)*a.grid
	}
	return orb.Point{wrap(lon), lat}
}

func (a area) draw(t *rapid.T, label string) orb.Point {
	lon := rapid.Float64Range(a.west, a.west+a.width).Draw(t, label+" longitude")
	lat := rapid.Float64Range(a.south, a.south+a.high).Draw(t, label+" latitude")
	if a.grid > 0 {
		lon, lat = math.Round(lon/a.grid)*a.grid, math.Round(lat/a.grid)*a.grid
	}
	return orb.Point{wrap(lon), lat}
}

// tolerance is how much two correct calculations may differ. Haversine adds
// coordinates in degrees, vectors in units: both lose some 1e-16 of the Earth's
// radius, and nearly opposite points lose half of the digits.
func tolerance(meters float64) float64 {
	if meters > 0.99*math.Pi*orb.EarthRadius {
		return 1
	}
	return 1e-8 + 1e-9*meters
}

func TestDistanceIsTheHaversine(t *testing.T) {
	for _, area := range areas {
		t.Run(area.name, rapid.MakeCheck(func(t *rapid.T) {
			a, b := area.draw(t, "a"), area.draw(t, "b")
			got, want := geo.Distance(a, b), haversine(a, b)
			if math.Abs(got-want) > tolerance(want) {
				t.Fatalf("Distance(%v, %v) = %v, haversine %v", a, b, got, want)
			}
			if back := geo.Distance(b, a); back != got {
				t.Fatalf("%v there, %v back", got, back)
			}
		}))
	}
}

func TestDistanceOfKnownArcs(t *testing.T) {
	quarter := math.Pi / 2 * orb.EarthRadius
	for _, test := range []struct {
		name string
		a, b orb.Point
		want float64
	}{
		{"same place", orb.Point{63.62, 53.21}, orb.Point{63.62, 53.21}, 0},
		{"equator to pole", orb.Point{70, 0}, orb.Point{12, 90}, quarter},
		{"opposite", orb.Point{10, 20}, orb.Point{-170, -20}, 2 * quarter},
		{"antimeridian", orb.Point{179.5, 0}, orb.Point{-179.5, 0}, quarter / 90},
		{"a tenth of a millimetre", orb.Point{63, 0}, orb.Point{63 + 1e-9, 0}, quarter / 90 * 1e-9},
	} {
		if got := geo.Distance(test.a, test.b); math.Abs(got-test.want) > 1e-7 {
			t.Errorf("%s: %v m, want %v", test.name, got, test.want)
		}
	}
}

// naive is the twin of geo.Index.
type naive map[int32]orb.Point

func (n naive) nearest(p orb.Point, k int, keep func(int32) bool) []geo.Neighbour {
	var all []geo.Neighbour
	for handle, position := range n {
		if keep == nil || keep(handle) {
			all = append(all, geo.Neighbour{Handle: handle, Meters: haversine(p, position)})
		}
	}
	slices.SortFunc(all, func(a, b geo.Neighbour) int {
		return cmp.Or(cmp.Compare(a.Meters, b.Meters), cmp.Compare(a.Handle, b.Handle))
	})
	return all[:min(k, len(all))]
}

type fataler interface {
	Helper()
	Fatalf(format string, values ...any)
}

// hold checks an answer against the twin's. Rank by rank the distances have to
// agree, and each has to be its own handle's; so another handle than the twin's
// passes only where the two are equally far within rounding. Positions that
// coincide have to come by handle.
func hold(t fataler, twin naive, p orb.Point, k int, keep func(int32) bool, got []geo.Neighbour) {
	t.Helper()
	want := twin.nearest(p, k, keep)
	if len(got) != len(want) {
		t.Fatalf("%d neighbours of %v, want %d", len(got), p, len(want))
	}
	seen := make(map[int32]bool)
	for i := range got {
		slack := tolerance(want[i].Meters)
		if math.Abs(got[i].Meters-want[i].Meters) > slack {
			t.Fatalf("rank %d of %v: %v, want %v", i, p, got[i], want[i])
		}
		if truth := haversine(p, twin[got[i].Handle]); math.Abs(got[i].Meters-truth) > slack {
			t.Fatalf("handle %d is %v m away, said %v", got[i].Handle, truth, got[i].Meters)
		}
		if keep != nil && !keep(got[i].Handle) {
			t.Fatalf("handle %d was not to be kept", got[i].Handle)
		}
		if seen[got[i].Handle] {
			t.Fatalf("handle %d twice", got[i].Handle)
		}
		seen[got[i].Handle] = true
		if i == 0 {
			continue
		}
		if got[i].Meters < got[i-1].Meters {
			t.Fatalf("rank %d (%v) is nearer than rank %d (%v)", i, got[i], i-1, got[i-1])
		}
		if twin[got[i].Handle] == twin[got[i-1].Handle] && got[i].Handle < got[i-1].Handle {
			t.Fatalf("handles %d and %d tie and are not in order", got[i-1].Handle, got[i].Handle)
		}
	}
	// Whoever coincides with the last one and has a smaller handle belongs in.
	if len(got) == k && k > 0 {
		last := got[k-1]
		for handle, position := range twin {
			if position == twin[last.Handle] && handle < last.Handle && !seen[handle] && (keep == nil || keep(handle)) {
				t.Fatalf("handle %d ties with %d and was left out", handle, last.Handle)
			}
		}
	}
}

func TestNearestIsTheNaiveScan(t *testing.T) {
	keepers := []func(int32) bool{
		nil,
		func(int32) bool { return true },
		func(handle int32) bool { return handle%3 != 0 },
		func(handle int32) bool { return handle > 20 },
		func(int32) bool { return false },
	}
	for _, area := range areas {
		t.Run(area.name, rapid.MakeCheck(func(t *rapid.T) {
			var index geo.Index
			twin := naive{}
			t.Repeat(map[string]func(*rapid.T){
				"set": func(t *rapid.T) {
					handle := rapid.Int32Range(0, 40).Draw(t, "handle")
					twin[handle] = area.draw(t, "position")
					index.Set(handle, twin[handle])
				},
				"remove": func(t *rapid.T) {
					handle := rapid.Int32Range(-1, 60).Draw(t, "handle")
					delete(twin, handle)
					index.Remove(handle)
				},
				"": func(t *rapid.T) {
					if index.Len() != len(twin) {
						t.Fatalf("%d positions, want %d", index.Len(), len(twin))
					}
					p := area.draw(t, "place")
					k := rapid.IntRange(0, 45).Draw(t, "k")
					keep := keepers[rapid.IntRange(0, len(keepers)-1).Draw(t, "keep")]
					hold(t, twin, p, k, keep, index.Nearest(nil, p, k, keep))
				},
			})
		}))
	}
}

// The tree takes thousands of positions, more than rapid should draw.
func TestNearestOfThousandsIsTheNaiveScan(t *testing.T) {
	for seed, area := range areas {
		t.Run(area.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(seed), 2026))
			var index geo.Index
			twin := naive{}
			check := func() {
				t.Helper()
				if index.Len() != len(twin) {
					t.Fatalf("%d positions, want %d", index.Len(), len(twin))
				}
				odd := func(handle int32) bool { return handle%2 == 1 }
				for range 8 {
					p := area.point(random)
					for _, k := range []int{1, 10, 100} {
						hold(t, twin, p, k, nil, index.Nearest(nil, p, k, nil))
						hold(t, twin, p, k, odd, index.Nearest(nil, p, k, odd))
					}
				}
			}
			set := func(handle int32) {
				twin[handle] = area.point(random)
				index.Set(handle, twin[handle])
			}
			for handle := range int32(9_000) {
				set(handle)
				if handle%1_500 == 0 {
					check()
				}
			}
			for range 4_000 {
				set(random.Int32N(9_000))
			}
			check()
			for round := range 8 {
				for range 2_000 {
					handle := random.Int32N(9_000)
					delete(twin, handle)
					index.Remove(handle)
				}
				for range 100 * round {
					set(random.Int32N(9_000))
				}
				check()
			}
		})
	}
}

func TestNearestTiesAreByHandle(t *testing.T) {
	for _, count := range []int32{50, 6_000} {
		var index geo.Index
		for handle := count - 1; handle >= 0; handle-- {
			index.Set(handle, orb.Point{63.62, 53.21})
		}
		got := index.Nearest(nil, orb.Point{66.9, 50.25}, 20, func(handle int32) bool { return handle != 3 })
		for i, neighbour := range got {
			want := int32(i)
			if i >= 3 {
				want++
			}
			if neighbour.Handle != want {
				t.Fatalf("of %d: rank %d is %d, want %d", count, i, neighbour.Handle, want)
			}
		}
		if len(got) != 20 {
			t.Fatalf("of %d: %d neighbours", count, len(got))
		}
	}
}

func TestNearestIsNotPlanar(t *testing.T) {
	// At 60°N a degree of longitude is half of one of latitude. In degrees the
	// northern team is nearer (0.9 against 1.0), in metres the eastern one.
	var index geo.Index
	index.Set(0, orb.Point{70, 60.9})
	index.Set(1, orb.Point{71, 60})
	got := index.Nearest(nil, orb.Point{70, 60}, 1, nil)
	if len(got) != 1 || got[0].Handle != 1 {
		t.Fatalf("the nearest is %v, want handle 1", got)
	}
}

func TestIndexRefusesInvalidPositions(t *testing.T) {
	var index geo.Index
	for handle := range int32(10) {
		index.Set(handle, orb.Point{63, 50 + float64(handle)/10})
	}
	for _, p := range invalidPoints {
		index.Set(4, p)
		if index.Len() != 9 {
			t.Fatalf("after Set(%v): %d positions, want 9", p, index.Len())
		}
		for _, neighbour := range index.Nearest(nil, orb.Point{63, 50.4}, 10, nil) {
			if neighbour.Handle == 4 {
				t.Fatalf("after Set(%v) the handle is still found", p)
			}
		}
		if got := index.Nearest(nil, p, 3, nil); len(got) != 0 {
			t.Fatalf("Nearest(%v) = %v", p, got)
		}
	}
}

func TestNearestDoesNotAllocate(t *testing.T) {
	for _, count := range []int32{500, 5_000} {
		index, _ := filled(count)
		buffer := make([]geo.Neighbour, 0, 10)
		keep := func(handle int32) bool { return handle%2 == 0 }
		allocations := testing.AllocsPerRun(100, func() {
			buffer = index.Nearest(buffer, orb.Point{63.62, 53.21}, 10, keep)
		})
		if allocations != 0 {
			t.Errorf("%d positions: %v allocations a call", count, allocations)
		}
		if len(buffer) != 10 {
			t.Errorf("%d positions: %d neighbours", count, len(buffer))
		}
	}
}

func filled(count int32) (*geo.Index, []orb.Point) {
	random := rand.New(rand.NewPCG(1, 2))
	index, points := new(geo.Index), make([]orb.Point, count)
	for handle := range count {
		points[handle] = areas[0].point(random)
		index.Set(handle, points[handle])
	}
	return index, points
}
