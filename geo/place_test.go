package geo

import (
	"strings"
	"testing"
)

// TestPlaces: every place lies in the country, and each region's centre is
// among them, in its own region.
func TestPlaces(t *testing.T) {
	places := Places()
	if len(places) < 300 {
		t.Fatalf("%d places are too few", len(places))
	}
	for _, region := range Regions() {
		found := false
		for i := range places {
			place := &places[i]
			found = found || place.Region == region.Code && place.Names.Russian == region.CentreNames.Russian && Distance(place.Point, region.Centre) < 5000
		}
		if !found {
			t.Errorf("%s: its centre %s is no place", region.Code, region.CentreNames.Russian)
		}
	}
	places[0].Names.Russian = "changed"
	if Places()[0].Names.Russian == "changed" {
		t.Error("a caller changed the places of all")
	}
}

func TestPlacesFileThatIsWrong(t *testing.T) {
	const header = "name_kk,name_ru,name_en,lat,lon,population,also\n"
	for _, c := range []struct{ file, want string }{
		{"", "columns"},
		{"name\nX\n", "columns"},
		{header + "a,b,c,x,63,1,\n", "line 2 has a number"},
		{header + "a,b,c,53,63,x,\n", "line 2 has a number"},
		{header + "a,b,c,10,10,1,\n", "line 2 is no place"},
		{header + ",,,53.2,63.6,1,\n", "line 2 is no place"},
		{header + "a,b\n", "wrong number of fields"},
	} {
		if _, err := parsePlaces(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.file, err, c.want)
		}
	}
}
