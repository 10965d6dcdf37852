package geo

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// square is a feature around (lon, lat), one degree wide, wound as given.
func square(code string, lon, lat float64, order ...int) string {
	corners := []orb.Point{{lon, lat}, {lon + 1, lat}, {lon + 1, lat + 1}, {lon, lat + 1}}
	var ring []string
	for _, i := range append(order, order[0]) {
		ring = append(ring, fmt.Sprintf("[%v,%v]", corners[i].Lon(), corners[i].Lat()))
	}
	return fmt.Sprintf(`{"properties":{"code":%q},"geometry":{"type":"MultiPolygon","coordinates":[[[%s]]]}}`, code, strings.Join(ring, ","))
}

func collection(features ...string) []byte {
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

func TestParseRegionsKeepsSharedBordersOnce(t *testing.T) {
	// Three squares: two side by side, the third on top of the first.
	table, err := parseRegions(collection(
		square("KZ-02", 61, 50, 0, 1, 2, 3),
		square("KZ-01", 60, 50, 2, 3, 0, 1),
		square("KZ-03", 60, 51, 0, 1, 2, 3),
	))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(table.neighbours), "[[KZ-02 KZ-03] [KZ-01] [KZ-01]]"; got != want {
		t.Errorf("neighbours %v, want %v", got, want)
	}
	for _, test := range []struct {
		p    orb.Point
		want int8
	}{
		{orb.Point{60.5, 50.5}, 0},
		{orb.Point{61.5, 50.5}, 1},
		{orb.Point{60.5, 51.5}, 2},
		{orb.Point{61.5, 51.5}, nowhere},
		{orb.Point{59.9, 50.5}, nowhere},
		{orb.Point{61, 50.5}, 1},     // a border belongs to the east
		{orb.Point{60.5, 51}, 2},     // and to the north
		{orb.Point{61, 51}, nowhere}, // both
		{orb.Point{60, 50}, 0},
	} {
		if got := table.borders.holding(test.p); got != test.want {
			t.Errorf("%v is in %d, want %d", test.p, got, test.want)
		}
	}
	// Wherever a point on the outer border falls, its region is 0 m away.
	for _, p := range []orb.Point{{61, 51}, {62, 50.5}, {60.5, 50}, {60.5, 52}} {
		if region, distance := table.borders.nearest(p); region == nowhere || distance > 1e-6 {
			t.Errorf("%v: region %d, %v m", p, region, distance)
		}
	}
}

func TestParseRegionsRefusals(t *testing.T) {
	good := square("KZ-01", 60, 50, 0, 1, 2, 3)
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "reading GeoJSON"},
		{"cut short", collection(good)[:100], "reading GeoJSON"},
		{"another type", []byte(`{"type":"Feature"}`), "FeatureCollection"},
		{"no features", collection(), "features"},
		{"too many features", collection(strings.Split(strings.Repeat("{} ", 200), " ")[:200]...), "more than"},
		{"no code", collection(strings.Replace(good, "KZ-01", "39", 1)), "code"},
		{"a polygon", collection(strings.Replace(good, "MultiPolygon", "Polygon", 1)), "MultiPolygon"},
		{"no polygons", collection(`{"properties":{"code":"KZ-01"},"geometry":{"type":"MultiPolygon","coordinates":[]}}`), "no polygon"},
		{"no rings", collection(`{"properties":{"code":"KZ-01"},"geometry":{"type":"MultiPolygon","coordinates":[[]]}}`), "no ring"},
		{"an open ring", collection(strings.Replace(good, ",[60,50]]", ",[60,50.5]]", 1)), "closed"},
		{"a latitude of 95", collection(square("KZ-01", 60, 94, 0, 1, 2, 3)), "latitude"},
		{"clockwise", collection(square("KZ-01", 60, 50, 3, 2, 1, 0)), "wrong way"},
		{"twice", collection(good, good), "twice"},
		{"overlapping", collection(good, square("KZ-02", 60, 50, 0, 1, 2, 3)), "overlap"},
	} {
		_, err := parseRegions(test.file)
		if err == nil {
			t.Errorf("%s: accepted", test.name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want something with %q", test.name, err, test.want)
		}
	}
}

// The embedded file leaves no gap: lines with a region on one side only are the
// country's outline and islands, each walked counter-clockwise.
func TestEmbeddedRegionsLeaveNoGap(t *testing.T) {
	var shapes []orb.MultiPolygon
	for _, region := range Regions() {
		shapes = append(shapes, region.Shape)
	}
	lines, err := borderLines(shapes)
	if err != nil {
		t.Fatal(err)
	}
	following := make(map[orb.Point]orb.Point)
	for _, line := range lines {
		switch {
		case line.east == nowhere:
			following[line.south] = line.north
		case line.west == nowhere:
			following[line.north] = line.south
		}
	}
	for len(following) > 0 {
		var ring orb.Ring
		for start := range following {
			ring = orb.Ring{start}
			break
		}
		for {
			last := ring[len(ring)-1]
			next, ok := following[last]
			if !ok {
				break
			}
			delete(following, last)
			ring = append(ring, next)
		}
		if !ring.Closed() || ring.Orientation() != orb.CCW {
			t.Errorf("a gap between regions at %v (%d points)", ring[0], len(ring))
		}
	}
}

// The bands and the order within them only leave out lines that are too far:
// nearest has to find what a look at every line finds.
func TestNearestBorderIsTheFullScan(t *testing.T) {
	b := loadRegions().borders
	random := rand.New(rand.NewPCG(7, 8))
	width, height := b.bound.Max.Lon()-b.bound.Min.Lon()+2, b.bound.Max.Lat()-b.bound.Min.Lat()+2
	near := 0
	for range 2_000 {
		p := orb.Point{b.bound.Min.Lon() - 1 + random.Float64()*width, b.bound.Min.Lat() - 1 + random.Float64()*height}
		if b.holding(p) != nowhere {
			continue
		}
		least := math.Inf(1)
		for _, band := range b.outer {
			for i := range band.lines {
				line := &band.lines[i]
				foot, _ := line.footOf(p, line.cosine)
				foot, _ = line.footOf(p, math.Cos((foot.Lat()+p.Lat())/2*(math.Pi/180)))
				least = min(least, Distance(p, foot))
			}
		}
		region, distance := b.nearest(p)
		if region == nowhere {
			distance = OutsideToleranceMeters
		}
		least = min(least, OutsideToleranceMeters)
		if math.Abs(distance-least) > 1e-4*least {
			t.Fatalf("%v: %v m, want %v", p, distance, least)
		}
		if region != nowhere {
			near++
		}
	}
	if near < 100 {
		t.Errorf("only %d points were near enough to the country", near)
	}
}

func FuzzParseRegions(f *testing.F) {
	f.Add(collection(square("KZ-01", 60, 50, 0, 1, 2, 3), square("KZ-02", 61, 50, 0, 1, 2, 3)))
	f.Add(collection(square("KZ-01", 179, 89, 0, 1, 2, 3)))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{}]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"properties":{"code":"KZ-01"},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1],[1,1],[0,0]]]]}}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		// Long lines cross many bands: keep one input cheap.
		if bytes.Count(file, []byte("[")) > 200 {
			t.Skip("too large")
		}
		table, err := parseRegions(file)
		if err != nil {
			return
		}
		for i, region := range table.regions {
			if at, ok := table.byCode[region.Code]; !ok || at != i {
				t.Fatalf("%s is not found", region.Code)
			}
			for _, polygon := range region.Shape {
				for _, corner := range polygon[0] {
					at, distance := table.borders.nearest(corner)
					if table.borders.holding(corner) == nowhere && (at == nowhere || distance > 1) {
						t.Fatalf("the corner %v is in no region and %v m from region %d", corner, distance, at)
					}
				}
			}
		}
	})
}

func BenchmarkParseRegions(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseRegions(regionsGeoJSON); err != nil {
			b.Fatal(err)
		}
	}
}
