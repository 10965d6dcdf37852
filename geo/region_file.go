package geo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// regionTable is the parsed file.
type regionTable struct {
	regions    []Region // in the order of their codes
	byCode     map[string]int
	neighbours [][]string // by region: codes in order
	borders    *borders
}

// regionFile is read by hand into orb's types: orb's own geojson package brings
// MongoDB's BSON library along.
type regionFile struct {
	Type     string `json:"type"`
	Features []struct {
		Properties struct {
			Code        string    `json:"code"`
			Kind        string    `json:"kind"`
			Names       fileNames `json:"names"`
			Centre      orb.Point `json:"centre"`
			CentreNames fileNames `json:"centre_names"`
			TimeZone    string    `json:"time_zone"`
		} `json:"properties"`
		Geometry struct {
			Type        string           `json:"type"`
			Coordinates orb.MultiPolygon `json:"coordinates"`
		} `json:"geometry"`
	} `json:"features"`
}

type fileNames struct {
	Kazakh  string `json:"kk"`
	Russian string `json:"ru"`
	English string `json:"en"`
}

// parseRegions reads what regions/build.py writes. An error names the feature
// and what is wrong with it.
func parseRegions(file []byte) (*regionTable, error) {
	var parsed regionFile
	if err := json.Unmarshal(file, &parsed); err != nil {
		return nil, fmt.Errorf("reading GeoJSON: %w", err)
	}
	if parsed.Type != "FeatureCollection" || len(parsed.Features) == 0 {
		return nil, fmt.Errorf("want a FeatureCollection with features, not type %q with %d", parsed.Type, len(parsed.Features))
	}
	if len(parsed.Features) > maxRegions {
		return nil, fmt.Errorf("%d features, more than %d", len(parsed.Features), maxRegions)
	}
	table := &regionTable{byCode: make(map[string]int)}
	for i, feature := range parsed.Features {
		properties := feature.Properties
		number, ok := strings.CutPrefix(properties.Code, "KZ-")
		if !ok || len(number) != 2 {
			return nil, fmt.Errorf("feature %d: code %q is not like KZ-39", i, properties.Code)
		}
		if feature.Geometry.Type != "MultiPolygon" {
			return nil, fmt.Errorf("%s: geometry type %q, want MultiPolygon", properties.Code, feature.Geometry.Type)
		}
		if err := checkShape(feature.Geometry.Coordinates); err != nil {
			return nil, fmt.Errorf("%s: %w", properties.Code, err)
		}
		table.regions = append(table.regions, Region{
			Code:        properties.Code,
			Number:      number,
			City:        properties.Kind == "city",
			Names:       Names(properties.Names),
			Centre:      properties.Centre,
			CentreNames: Names(properties.CentreNames),
			TimeZone:    properties.TimeZone,
			Shape:       feature.Geometry.Coordinates,
		})
	}
	slices.SortFunc(table.regions, func(a, b Region) int { return strings.Compare(a.Code, b.Code) })
	shapes := make([]orb.MultiPolygon, len(table.regions))
	for i, region := range table.regions {
		if _, twice := table.byCode[region.Code]; twice {
			return nil, fmt.Errorf("%s stands twice in the file", region.Code)
		}
		table.byCode[region.Code] = i
		shapes[i] = region.Shape
	}
	lines, err := borderLines(shapes)
	if err != nil {
		return nil, err
	}
	table.borders = newBorders(lines)
	table.neighbours = neighboursOf(table.regions, lines)
	return table, nil
}

// checkShape wants closed rings of valid points, outer ones counter-clockwise
// and holes clockwise (RFC 7946, section 3.1.6), because a line's direction
// tells on which side the region lies.
func checkShape(shape orb.MultiPolygon) error {
	if len(shape) == 0 {
		return fmt.Errorf("it has no polygon")
	}
	for i, polygon := range shape {
		if len(polygon) == 0 {
			return fmt.Errorf("polygon %d has no ring", i)
		}
		for j, ring := range polygon {
			if len(ring) < 4 || !ring.Closed() {
				return fmt.Errorf("polygon %d ring %d is not a closed ring of at least 4 points", i, j)
			}
			for _, p := range ring {
				if err := ValidPoint(p); err != nil {
					return fmt.Errorf("polygon %d ring %d: %w", i, j, err)
				}
			}
			want := orb.CCW
			if j > 0 {
				want = orb.CW
			}
			if ring.Orientation() != want {
				return fmt.Errorf("polygon %d ring %d is wound the wrong way", i, j)
			}
		}
	}
	return nil
}

func neighboursOf(regions []Region, lines []borderLine) [][]string {
	neighbours := make([][]string, len(regions))
	add := func(of, other int8) {
		code := regions[other].Code
		if at, known := slices.BinarySearch(neighbours[of], code); !known {
			neighbours[of] = slices.Insert(neighbours[of], at, code)
		}
	}
	for _, line := range lines {
		if line.west != nowhere && line.east != nowhere && line.west != line.east {
			add(line.west, line.east)
			add(line.east, line.west)
		}
	}
	return neighbours
}
