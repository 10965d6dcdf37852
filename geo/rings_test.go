package geo

import (
	"math"
	"strings"
	"testing"
)

// The table holds what the source says. The hiker's figures are the constants
// of an independent transcription (github.com/namurproject/SAREnv, MIT).
func TestPublishedRings(t *testing.T) {
	table := PublishedRings()
	if len(table.Rows) != 73 || !strings.Contains(table.Source, "Koester") || table.Licence == "" {
		t.Fatalf("%d rows of %q, %q", len(table.Rows), table.Source, table.Licence)
	}
	miles := map[string][]float64{
		"hiker dry mountains":       {1, 2, 4, 11.9},
		"hiker dry flat":            {.8, 1.3, 4.1, 8.1},
		"hiker temperate mountains": {.7, 1.9, 3.6, 11.3},
		"hiker  ":                   {.4, 1.1, 2, 6.1},
		"child_4_6 urban ":          {.06, .3, .6, 2.1},
		"dementia dry flat":         {.3, 1, 2.2, 7.3},
		"snowmobiler  ":             {2, 4, 6.9, 10},
		"abduction  ":               {.2, 1.5, 12},
	}
	for _, row := range table.Rows {
		key := row.Category + " " + row.Eco + " " + row.Terrain
		want, known := miles[key]
		if !known {
			continue
		}
		delete(miles, key)
		if len(row.KM) != len(want) {
			t.Errorf("%s: %v", key, row.KM)
			continue
		}
		for i := range want {
			if math.Abs(row.KM[i]-want[i]*1.609344) > .006 {
				t.Errorf("%s: %v km, not %v miles", key, row.KM[i], want[i])
			}
		}
	}
	if len(miles) > 0 {
		t.Errorf("not in the table: %v", miles)
	}
	// The general row of a category is its last one: the first that holds counts.
	seen := map[string]bool{}
	for _, row := range table.Rows {
		if seen[row.Category] {
			t.Errorf("%s %s %s stands after the general row", row.Category, row.Eco, row.Terrain)
		}
		seen[row.Category] = row.Eco == "" && row.Terrain == ""
	}
}

func TestReadRingsSaysWhatIsWrong(t *testing.T) {
	const row = `{"category":"hiker","km":[1,2,3,4]}`
	for text, want := range map[string]string{
		`{"source":"ours","licence":"ours","rows":[` + row + `]}`:                                 "",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[1]}]}`:               "",
		`{"licence":"ours","rows":[` + row + `]}`:                                                 "source",
		`{"source":"ours","rows":[` + row + `]}`:                                                  "licence",
		`{"source":"ours","licence":"ours"}`:                                                      "rows",
		`{"source":"ours","licence":"ours","rows":[` + row + `,{"km":[1]}]}`:                      "row 2",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[2,1]}]}`:             "grow",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[0]}]}`:               "grow",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[]}]}`:                "numbers",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[1],"eco":"sea"}]}`:   "eco",
		`{"source":"ours","licence":"ours","rows":[{"category":"hiker","km":[1],"terrain":"x"}]}`: "terrain",
		`{"sources":"ours"}`: "unknown field",
		``:                   "EOF",
	} {
		_, err := ReadRings(strings.NewReader(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", text, err, want)
		}
	}
}

func FuzzReadRings(f *testing.F) {
	f.Add(string(publishedRings))
	f.Add(`{"source":"a","licence":"b","rows":[{"category":"c","km":[1e308]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ReadRings(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, row := range table.Rows {
			if row.check() != nil || math.IsNaN(row.KM[0]) {
				t.Errorf("%+v was taken", row)
			}
		}
	})
}
