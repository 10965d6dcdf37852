package geo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// RingShares are the shares of people who were found within the distances of a
// RingRow, in percent.
var RingShares = []int{25, 50, 75, 95}

// RingTable says how far from the point where they were last known people of a
// category were found.
type RingTable struct {
	Source  string    `json:"source" doc:"Where the figures come from; to be shown with them"`
	Licence string    `json:"licence" doc:"Under which they may be used; to be shown with them"`
	Rows    []RingRow `json:"rows" doc:"Of a category the first row whose eco and terrain hold counts"`
}

// RingRow is one row of the table: a category of lost persons where it is known
// what the ground was like.
type RingRow struct {
	Category string    `json:"category" doc:"As the category of a subject"`
	Eco      string    `json:"eco,omitempty" enum:"dry,temperate,urban" doc:"Absent: any"`
	Terrain  string    `json:"terrain,omitempty" enum:"flat,mountains" doc:"Absent: any"`
	KM       []float64 `json:"km" doc:"Kilometres within which 25, 50, 75 and 95 of 100 were found; fewer numbers where the source gives fewer"`
}

//go:embed rings/published.json
var publishedRings []byte

// PublishedRings gives the distances that stand in public: second-hand, of
// other countries. There is no set for Kazakhstan.
func PublishedRings() RingTable {
	table, err := ReadRings(bytes.NewReader(publishedRings))
	if err != nil {
		panic("geo: the table of rings in the program: " + err.Error())
	}
	return table
}

// ringFileLimit bounds a table in bytes.
const ringFileLimit = 1 << 20

// ReadRings reads a table of an installation's own: JSON as rings/published.json
// has it. The source and the licence must be named, distances must grow.
func ReadRings(r io.Reader) (RingTable, error) {
	var table RingTable
	reader := json.NewDecoder(io.LimitReader(r, ringFileLimit))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&table); err != nil {
		return RingTable{}, fmt.Errorf("reading the table of rings: %w", err)
	}
	if strings.TrimSpace(table.Source) == "" || strings.TrimSpace(table.Licence) == "" {
		return RingTable{}, errors.New(`the table of rings names no "source" or no "licence"`)
	}
	if len(table.Rows) == 0 {
		return RingTable{}, errors.New(`the table of rings has no "rows"`)
	}
	for i, row := range table.Rows {
		if err := row.check(); err != nil {
			return RingTable{}, fmt.Errorf("row %d of the table of rings: %w", i+1, err)
		}
	}
	return table, nil
}

func (r RingRow) check() error {
	if r.Category == "" {
		return errors.New(`no "category"`)
	}
	if !slices.Contains([]string{"", "dry", "temperate", "urban"}, r.Eco) {
		return errors.New(`"eco" is dry, temperate or urban, or absent`)
	}
	if !slices.Contains([]string{"", "flat", "mountains"}, r.Terrain) {
		return errors.New(`"terrain" is flat or mountains, or absent`)
	}
	if len(r.KM) == 0 || len(r.KM) > len(RingShares) {
		return fmt.Errorf(`"km" has %d numbers, not 1 to %d`, len(r.KM), len(RingShares))
	}
	last := 0.0
	for _, km := range r.KM {
		if km <= last || km > 1000 {
			return errors.New(`"km" must grow, above 0 and at most 1000`)
		}
		last = km
	}
	return nil
}
