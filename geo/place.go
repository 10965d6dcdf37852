package geo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb"
)

// PlacesAttribution names the source of Places; whoever shows them says so.
const PlacesAttribution = "Places: GeoNames (CC BY 4.0)"

// Place is a town or village. Any of its names may be missing, not all.
type Place struct {
	Names Names
	// Also are what it was called before and other spellings.
	Also  []string
	Point orb.Point
	// Region is the ISO 3166-2 code.
	Region string
	// Population is what GeoNames has; 0 when it is not known. It orders
	// places of one name and tells nothing else: many figures are old.
	Population int
}

//go:embed places.csv
var placesCSV string

var loadPlaces = sync.OnceValue(func() []Place {
	places, err := parsePlaces(placesCSV)
	if err != nil {
		// The file is part of the program: only a wrong build gets here.
		panic(fmt.Sprintf("geo: the embedded places.csv: %v", err))
	}
	return places
})

// Places gives the towns and larger villages of Kazakhstan that every
// installation knows, the most populous first. places/build.mjs makes them.
func Places() []Place { return slices.Clone(loadPlaces()) }

func parsePlaces(file string) ([]Place, error) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != "name_kk,name_ru,name_en,lat,lon,population,also" {
		return nil, fmt.Errorf("the first line has other columns")
	}
	places := make([]Place, 0, len(rows)-1)
	for i, row := range rows[1:] {
		lat, wrongLat := strconv.ParseFloat(row[3], 64)
		lon, wrongLon := strconv.ParseFloat(row[4], 64)
		population, wrongPopulation := strconv.Atoi(row[5])
		if wrongLat != nil || wrongLon != nil || wrongPopulation != nil {
			return nil, fmt.Errorf("line %d has a number that is none", i+2)
		}
		place := Place{Names: Names{Kazakh: row[0], Russian: row[1], English: row[2]}, Point: orb.Point{lon, lat}, Population: population}
		if row[6] != "" {
			place.Also = strings.Split(row[6], ";")
		}
		region, _, inCountry := RegionOf(place.Point)
		if !inCountry || place.Names == (Names{}) {
			return nil, fmt.Errorf("line %d is no place of the country", i+2)
		}
		place.Region = region
		places = append(places, place)
	}
	return places, nil
}
