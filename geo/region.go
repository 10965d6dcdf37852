package geo

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// OutsideToleranceMeters is how far outside the country's border a place may
// lie and still belong to the nearest region. CONTRACT.md has the figure: a
// location farther out counts as wrong.
const OutsideToleranceMeters = 50_000

// Names are the names of a place in the three languages that Izdeu speaks.
type Names struct {
	Kazakh, Russian, English string
}

// Region is one of the 20 top-level units of Kazakhstan since 8 June 2022.
type Region struct {
	// Code is the ISO 3166-2 code, such as "KZ-39".
	Code string
	// Number is the code's two digits, such as "39"; the KATO
	// classification's first two digits are the same.
	Number string
	// City is true for the three cities of republican significance.
	City  bool
	Names Names
	// Centre is the administrative centre (of a city: the city itself).
	Centre      orb.Point
	CentreNames Names
	// TimeZone is the name in the IANA tz database.
	TimeZone string
	// Shape is simplified to about 300 m. It is shared: do not change it.
	Shape orb.MultiPolygon
}

//go:embed regions.geojson
var regionsGeoJSON []byte

var loadRegions = sync.OnceValue(func() *regionTable {
	table, err := parseRegions(regionsGeoJSON)
	if err != nil {
		// The file is part of the program: only a wrong build gets here.
		panic(fmt.Sprintf("geo: the embedded regions.geojson: %v", err))
	}
	return table
})

// Regions returns the 20 regions in the order of their codes.
func Regions() []Region { return slices.Clone(loadRegions().regions) }

// RegionByCode returns the region with this ISO 3166-2 code.
func RegionByCode(code string) (Region, bool) {
	table := loadRegions()
	i, ok := table.byCode[code]
	if !ok {
		return Region{}, false
	}
	return table.regions[i], true
}

// RegionNeighbours returns the codes of the regions that share a border line
// with this one, in order; none for an unknown code. (Regions that only touch
// in a point are no neighbours.)
func RegionNeighbours(code string) []string {
	table := loadRegions()
	i, ok := table.byCode[code]
	if !ok {
		return nil
	}
	return slices.Clone(table.neighbours[i])
}

// RegionsGeoJSON returns the file with the shapes: a FeatureCollection of 20
// MultiPolygons with the properties code, kind ("oblast", "city"), names and
// centre_names (kk, ru, en), centre and time_zone, and with the attribution
// that a map has to show in its header. The slice is shared: do not change it.
func RegionsGeoJSON() []byte { return regionsGeoJSON }

// RegionOf returns the code of the region that holds p, with distance 0; or,
// for a p outside the country, of the nearest region with the distance to its
// border in metres, right to one part in 10,000. ok is false, and the rest zero, when p is farther out than
// OutsideToleranceMeters or when ValidPoint refuses it.
func RegionOf(p orb.Point) (code string, distanceMeters float64, ok bool) {
	if !isValid(p) {
		return "", 0, false
	}
	table := loadRegions()
	if i := table.borders.holding(p); i != nowhere {
		return table.regions[i].Code, 0, true
	}
	i, distance := table.borders.nearest(p)
	if i == nowhere {
		return "", 0, false
	}
	return table.regions[i].Code, distance, true
}

// InCountry tells whether p lies in Kazakhstan or within
// OutsideToleranceMeters of it.
func InCountry(p orb.Point) bool {
	_, _, ok := RegionOf(p)
	return ok
}

// Swapped tells whether p makes no sense as it is, but would lie in the
// country if latitude and longitude changed places: the usual mistake.
func Swapped(p orb.Point) bool {
	return !InCountry(p) && InCountry(orb.Point{p[1], p[0]})
}

func isValid(p orb.Point) bool {
	// NaN fails every comparison.
	return p.Lon() >= -180 && p.Lon() <= 180 && p.Lat() >= -90 && p.Lat() <= 90
}

// ValidPoint returns an error that names the coordinate unless p has a finite
// longitude from -180 to 180 and a finite latitude from -90 to 90.
func ValidPoint(p orb.Point) error {
	if isValid(p) {
		return nil
	}
	for _, coordinate := range p {
		if math.IsNaN(coordinate) || math.IsInf(coordinate, 0) {
			return errors.New("geo: longitude and latitude must be finite numbers")
		}
	}
	if lon := p.Lon(); lon < -180 || lon > 180 {
		return fmt.Errorf("geo: longitude must be from -180 to 180, not %v (longitude comes first)", lon)
	}
	return fmt.Errorf("geo: latitude must be from -90 to 90, not %v (longitude comes first)", p.Lat())
}
