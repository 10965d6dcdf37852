package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// TableMessage is a line of a table as a message for the topic of teams.
type TableMessage = dispatch.TableLine

// placeColumns are other names of the columns of a table of places.
var placeColumns = map[string]string{"kk": "name_kk", "ru": "name_ru", "en": "name_en", "name": "name_ru", "latitude": "lat", "longitude": "lon", "lng": "lon"}

// ReadPlaceTable reads a table of places: name_kk, name_ru, name_en (one at
// least), lat, lon, and if they are there id, also (other names, separated by
// semicolons) and region (a code, which must be where the place lies). Without
// an id a place gets one of its names and place, so that the same file gives
// the same places. The error is one of reading; what is wrong with the file is
// in the problems.
func ReadPlaceTable(in io.Reader) (messages []TableMessage, problems []LineProblem, err error) {
	t, err := readTable(in, placeColumns, "lat", "lon")
	if err != nil {
		return nil, nil, err
	}
	lines := map[string]int{}
	for i := range t.rows {
		row := &t.rows[i]
		names := map[string]string{}
		for _, language := range []string{"kk", "ru", "en"} {
			if name := row.get("name_" + language); name != "" {
				names[language] = name
			}
		}
		if len(names) == 0 {
			row.refuse("name_ru", LineEmpty, "give a name in name_kk, name_ru or name_en")
		}
		at, placed := row.point("lat", "lon")
		if code := row.get("region"); placed && code != "" {
			region, known := geo.RegionByCode(code)
			lies, _, _ := geo.RegionOf(at)
			switch {
			case !known:
				row.refuse("region", LineUnknownWord, "is no region; use a code of ISO 3166-2 such as KZ-39, or leave it empty")
			case lies != code:
				row.refuse("region", LineOutside, "the place does not lie in %s but in %s: mend lat and lon, or the region", region.Code, lies)
			}
		}
		if row.wrong {
			continue
		}
		id := row.get("id")
		if id == "" {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%.3f|%.3f", names["kk"], names["ru"], names["en"], at.Lat(), at.Lon()))
			id = "place-" + hex.EncodeToString(sum[:8])
		}
		var also []string
		for _, name := range strings.Split(row.get("also"), ";") {
			if name = strings.TrimSpace(name); name != "" {
				also = append(also, name)
			}
		}
		body, err := json.Marshal(map[string]any{"type": placeRegistered, "id": id, "names": names, "also": also,
			"location": map[string]any{"type": "Point", "coordinates": at}, "at": nowText()})
		if err != nil {
			return nil, nil, err
		}
		if row.finish(lines, id, func() error { _, err := ReadPlace(body, nowTime()); return err }) {
			messages = append(messages, TableMessage{Line: row.line, ID: id, Body: body})
		}
	}
	return messages, t.problems, nil
}

// point reads a latitude and a longitude that must lie in the country.
func (r *tableRow) point(latitude, longitude string) (at orb.Point, ok bool) {
	lat, hasLat := r.number(latitude)
	lon, hasLon := r.number(longitude)
	for _, one := range []struct {
		column string
		there  bool
	}{{latitude, hasLat}, {longitude, hasLon}} {
		if !one.there && r.get(one.column) == "" {
			r.refuse(one.column, LineEmpty, "is empty; write decimal degrees such as 53.21")
		}
	}
	if !hasLat || !hasLon {
		return at, false
	}
	at = orb.Point{lon, lat}
	switch {
	case geo.Swapped(at):
		r.refuse(latitude, LineSwapped, "latitude and longitude are swapped: lat is about 40 to 56 here, lon about 46 to 88")
	case !geo.InCountry(at):
		r.refuse(latitude, LineOutside, "the place lies outside Kazakhstan: check lat and lon")
	default:
		return at, true
	}
	return at, false
}

// finish checks a whole line by the rules of the messages, and that no line
// before it has its id.
func (r *tableRow) finish(lines map[string]int, id string, check func() error) bool {
	if before, twice := lines[id]; twice {
		r.refuse("", LineTwice, "is the same as line %d; leave one out, or give them different ids", before)
		return false
	}
	lines[id] = r.line
	if err := check(); err != nil {
		r.refuse("", LineInvalid, "%s", err)
		return false
	}
	return true
}
