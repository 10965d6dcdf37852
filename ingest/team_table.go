package ingest

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// teamColumns are other names of the columns of a table of teams.
var teamColumns = map[string]string{"team": "name", "latitude": "lat", "longitude": "lon", "lng": "lon", "people": "members", "range": "range_km"}

// ReadTeamTable reads a table of teams: name, base (a town's name or "latitude,
// longitude") or lat and lon, and if they are there id, organisation, branch,
// members, capacity, range_km, kinds, skills, transport, answers and duty. Without an
// id a team gets one of its name. The error is one of reading; what is wrong
// with the file is in the problems.
func ReadTeamTable(in io.Reader) ([]TableMessage, []LineProblem, error) {
	return ReadTeamTableWith(dispatch.NewPlaceIndex(nil), in)
}

// ReadTeamTableWith is ReadTeamTable for an installation that knows more places.
func ReadTeamTableWith(places *dispatch.PlaceIndex, in io.Reader) (messages []TableMessage, problems []LineProblem, err error) {
	t, err := readTable(in, teamColumns, "name")
	if err != nil {
		return nil, nil, err
	}
	lines := map[string]int{}
	for i := range t.rows {
		row := &t.rows[i]
		name := row.get("name")
		if name == "" {
			row.refuse("name", LineEmpty, "give the team a name")
		}
		team := map[string]any{"type": teamRegistered, "name": name, "at": nowText()}
		if base, ok := row.base(places); ok {
			team["base"] = map[string]any{"type": "Point", "coordinates": base}
		}
		for _, column := range []string{"organisation", "branch"} {
			if text := row.get(column); text != "" {
				team[column] = text
			}
		}
		for _, column := range []string{"members", "capacity", "range_km"} {
			if number, ok := row.number(column); ok {
				team[column] = number
			}
		}
		if skills := row.list("skills"); len(skills) > 0 {
			team["skills"] = skills
		}
		if kinds := row.list("kinds"); len(kinds) > 0 {
			team["kinds"] = kinds
			for _, kind := range kinds {
				row.oneOf("kinds", kind, texts(dispatch.Kinds()))
			}
		}
		for column, known := range map[string][]string{"transport": texts(dispatch.Transports()),
			"answers": {string(dispatch.AnswersManual), string(dispatch.AnswersAutomatic)}} {
			if word := row.get(column); word != "" && row.oneOf(column, word, known) {
				team[column] = word
			}
		}
		if text := row.get("duty"); text != "" {
			duty, ok := readDuty(text)
			if !ok {
				row.refuse("duty", LineNoDuty, "is no weekly pattern: write such as mon-fri 20:00-08:00; sat,sun 00:00-24:00")
			}
			team["duty"] = duty
		}
		if row.wrong {
			continue
		}
		id := row.get("id")
		if id == "" {
			id = dispatch.IDOf(name)
		}
		team["id"] = id
		body, err := json.Marshal(team)
		if err != nil {
			return nil, nil, err
		}
		if row.finish(lines, id, func() error { _, _, err := ReadTeam(body, nowTime()); return err }) {
			messages = append(messages, TableMessage{Line: row.line, ID: id, Body: body})
		}
	}
	return messages, t.problems, nil
}

// ReadTeamTable reads a table of teams for an installation that knows these places.
func (i *Intake) ReadTeamTable(places *dispatch.PlaceIndex, in io.Reader) (*dispatch.TeamTable, error) {
	teams, problems, err := ReadTeamTableWith(places, in)
	if err != nil {
		return nil, err
	}
	return &dispatch.TeamTable{Teams: teams, Problems: problems}, nil
}

func texts[T ~string](words []T) []string {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = string(word)
	}
	return all
}

// oneOf refuses a word that is none of those that are known.
func (r *tableRow) oneOf(column, word string, known []string) bool {
	if slices.Contains(known, word) {
		return true
	}
	r.refuse(column, LineUnknownWord, "has a word that is none of %s", strings.Join(known, ", "))
	return false
}

// base reads where a team is based.
func (r *tableRow) base(places *dispatch.PlaceIndex) (at orb.Point, ok bool) {
	text := r.get("base")
	if text == "" {
		if r.get("lat") == "" && r.get("lon") == "" {
			r.refuse("base", LineEmpty, "say where the team is based: a town, or 53.21, 63.62, or the columns lat and lon")
			return at, false
		}
		return r.point("lat", "lon")
	}
	if at, read := readCoordinates(text); read {
		switch {
		case geo.InCountry(at):
			return at, true
		case geo.Swapped(at):
			r.refuse("base", LineSwapped, "latitude and longitude are swapped: write 53.21, 63.62")
		default:
			r.refuse("base", LineOutside, "lies outside Kazakhstan")
		}
		return at, false
	}
	exact := slices.DeleteFunc(places.Search(text, nil, 10), func(hit dispatch.PlaceHit) bool { return hit.Match != dispatch.MatchExact })
	switch len(exact) {
	case 0:
		r.refuse("base", LineUnknownPlace, "is no place that is known here: write latitude and longitude such as 53.21, 63.62")
	case 1:
		return exact[0].Location, true
	default:
		r.refuse("base", LineManyPlaces, "is the name of %d places: add the region, or write latitude and longitude", len(exact))
	}
	return at, false
}

// readCoordinates reads "latitude, longitude" in decimal degrees.
func readCoordinates(text string) (at orb.Point, ok bool) {
	parts := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == ';' })
	if len(parts) != 2 {
		return at, false
	}
	var lat, lon json.Number = json.Number(parts[0]), json.Number(parts[1])
	y, wrongLat := lat.Float64()
	x, wrongLon := lon.Float64()
	if wrongLat != nil || wrongLon != nil {
		return at, false
	}
	return orb.Point{x, y}, true
}
