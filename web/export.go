package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// exportLimit bounds the cases of one file: as many as a board shows at most.
const exportLimit = 5000

// exportFormats are the formats of GET /cases/export with their media types and
// file names.
var exportFormats = map[string]struct {
	kind, file string
	write      func([]placed, exportTitle) ([]byte, error)
}{
	"geojson": {"application/geo+json", "izdeu.geojson", writeGeoJSON},
	"gpx":     {"application/gpx+xml", "izdeu.gpx", writeGPX},
	"kml":     {"application/vnd.google-earth.kml+xml", "izdeu.kml", writeKML},
}

// exportInput selects what a file of the map holds: cases as GET /cases does,
// or by their ids.
type exportInput struct {
	Format string `query:"format" enum:"geojson,gpx,kml" required:"true" doc:"geojson (RFC 7946), gpx (1.1) or kml (2.2)"`
	Lang   string `query:"lang" doc:"Of the names in it: kk, ru or en; kk when absent"`
	IDs    string `query:"ids" doc:"Ids of cases, separated by commas: these alone, whatever the other parameters say"`
	Status string `query:"status" doc:"Statuses, separated by commas"`
	Kind   string `query:"kind" doc:"Kinds, separated by commas"`
	Region string `query:"region" doc:"ISO 3166-2; of the cases and of the teams"`
	Team   string `query:"team" doc:"A team that was asked"`
	Owner  string `query:"owner" doc:"As for GET /cases"`
	Q      string `query:"q" doc:"As for GET /cases"`
	From   string `query:"from" doc:"As for GET /cases"`
	To     string `query:"to" doc:"As for GET /cases"`
	Teams  bool   `query:"teams" doc:"Teams too, where the viewer sees them"`
	Chosen string `query:"chosen" doc:"The id of a case: its points and its teams' tracks too, as far as the viewer sees them"`
}

func (s *Server) registerExport() {
	register(s, operation{id: opExportCases, method: http.MethodGet, path: apiRoot + "/cases/export", tag: "cases",
		summary: "What a map shows, as a file",
		about: "GeoJSON, GPX or KML of the cases that the viewer sees, with the precision that the viewer sees. " +
			"No names, descriptions, health, notes or phones: a file travels further than a board. At most 5000 cases.",
		answers: map[int]any{200: json.RawMessage{}}, errors: []int{404, 422, 503}},
		func(ctx context.Context, in *exportInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.export(ctx, in)
		})
}

func (s *Server) export(ctx context.Context, in *exportInput) (*answer, error) {
	format, ok := exportFormats[in.Format]
	if !ok {
		return nil, invalidParameter("format", "is geojson, gpx or kml")
	}
	tongue := in.Lang
	if tongue == "" {
		tongue = tongues[0]
	}
	if !slices.Contains(tongues, tongue) {
		return nil, invalidParameter("lang", "is none of "+words(tongues))
	}
	cases, err := s.exported(ctx, in)
	if err != nil {
		return nil, err
	}
	var features []placed
	for i := range cases {
		if cases[i].Location != nil {
			features = append(features, placeOfCase(&cases[i], tongue))
		}
	}
	if in.Chosen != "" {
		more, err := s.placesOfChosen(ctx, in.Chosen, tongue)
		if err != nil {
			return nil, err
		}
		features = append(features, more...)
	}
	if in.Teams && callerOf(ctx).may(opListTeams) {
		teams, err := s.teamsShown(callerOf(ctx).limited(in.Region))
		if err != nil {
			return nil, err
		}
		for i := range teams {
			features = append(features, placeOfTeam(&teams[i], tongue))
		}
	}
	body, err := format.write(features, exportTitle{tongue: tongue, at: s.clock().UTC(), demo: s.config.Demo})
	if err != nil {
		return nil, err
	}
	return &answer{Status: http.StatusOK, ContentType: format.kind, CacheControl: "no-store",
		Disposition: `attachment; filename="` + format.file + `"`, Body: body}, nil
}

// exported gives the cases that the caller sees and asked for, as the caller
// sees them: through the one function that every answer comes from.
func (s *Server) exported(ctx context.Context, in *exportInput) ([]CaseView, error) {
	who := callerOf(ctx)
	asked := &casesInput{}
	var views []CaseView
	add := func(cases []*dispatch.Case) error {
		for _, c := range cases {
			seen := who.sees(c)
			if !seen.visible || !selected(c, who.viewer, seen, asked) {
				continue
			}
			if len(views) == exportLimit {
				return invalidParameter("limit", "more than "+strconv.Itoa(exportLimit)+" cases match: choose a region, a status or a time")
			}
			view, err := s.viewOf(c, who.viewer, seen)
			if err != nil {
				return err
			}
			views = append(views, view)
		}
		return nil
	}
	if in.IDs != "" {
		ids := list(in.IDs)
		var keys []int64
		for _, id := range ids {
			if _, key, ok := dispatch.ParseCaseID(id); ok {
				keys = append(keys, key)
			}
		}
		if len(keys) > exportLimit {
			return nil, invalidParameter("ids", "are at most "+strconv.Itoa(exportLimit))
		}
		slices.Sort(keys)
		for part := range slices.Chunk(slices.Compact(keys), pageLimit) {
			cases, err := s.config.Store.Cases(ctx, part)
			if err != nil {
				return nil, storeError(err)
			}
			cases = slices.DeleteFunc(cases, func(c *dispatch.Case) bool { return !slices.Contains(ids, c.ID) })
			if err := add(cases); err != nil {
				return nil, err
			}
		}
		return views, nil
	}
	asked = &casesInput{Status: in.Status, Kind: in.Kind, Region: in.Region, Team: in.Team, Owner: in.Owner, Q: in.Q, From: in.From, To: in.To}
	filter, _, err := caseFilter(asked)
	if err != nil {
		return nil, err
	}
	who.narrow(&filter)
	filter.Limit = pageLimit
	for {
		keys, err := s.config.Store.CaseList(ctx, filter)
		if err != nil {
			return nil, storeError(err)
		}
		cases, err := s.config.Store.Cases(ctx, keys)
		if err != nil {
			return nil, storeError(err)
		}
		slices.SortFunc(cases, func(x, y *dispatch.Case) int { return int(y.Key - x.Key) })
		if err := add(cases); err != nil {
			return nil, err
		}
		if len(keys) < filter.Limit {
			return views, nil
		}
		filter.Before = keys[len(keys)-1]
	}
}

// viewOf is a case as a viewer sees it, to be read by the program itself.
func (s *Server) viewOf(c *dispatch.Case, v *viewer, seen sight) (view CaseView, err error) {
	err = json.Unmarshal(appendCase(nil, c, v, seen, s.config.Demo), &view)
	return view, err
}

func (s *Server) placesOfChosen(ctx context.Context, id string, tongue string) ([]placed, error) {
	c, seen, err := s.seenCase(ctx, id)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	view, err := s.viewOf(c, who.viewer, seen)
	if err != nil {
		return nil, err
	}
	var features []placed
	for i := range view.Points {
		features = append(features, placeOfPoint(&view, &view.Points[i], tongue))
	}
	if !who.may(opGetTracks) {
		return features, nil
	}
	points, err := s.config.Store.Tracks(ctx, c.Key)
	if err != nil {
		return nil, storeError(err)
	}
	tracks := tracksOf(c, points, who.viewer)
	for i := range tracks.Features {
		features = append(features, placeOfTrack(&view, &tracks.Features[i], tongue))
	}
	return features, nil
}

func (s *Server) teamsShown(v *viewer) ([]TeamView, error) {
	var bodies [][]byte
	if err := s.hub.look(func(*board) { bodies = s.hub.teamViews(v) }); err != nil {
		return nil, s.notLoaded()
	}
	teams := make([]TeamView, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal(body, &teams[i]); err != nil {
			return nil, err
		}
	}
	// Whom the map does not show either: off duty and at home.
	return slices.DeleteFunc(teams, func(t TeamView) bool { return !t.Available && len(t.LiveCases) == 0 }), nil
}

// placed is something with a place or a way, whatever format it is written in.
type placed struct {
	kind        string // case, point, team or track
	name        string
	description string
	symbol      string // of GPX, as most receivers know them
	colour      string // of KML: alpha, blue, green, red
	at          time.Time
	line        bool
	places      [][2]float64 // longitude and latitude; one unless line
	times       []time.Time  // of each place of a track
	properties  map[string]any
}

type exportTitle struct {
	tongue string
	at     time.Time
	demo   bool
}

// text is what the file says about itself.
func (t exportTitle) text() string {
	if t.demo {
		return "Izdeu: " + wordExportDemo.in(t.tongue)
	}
	return "Izdeu"
}

func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), separator)
}

// placeOfCase says where a case is and how it stands; nobody's name.
func placeOfCase(c *CaseView, tongue string) placed {
	properties := map[string]any{"feature": "case", "id": c.ID, "number": c.Number, "kind": c.Kind, "status": c.Status, "urgency": c.Urgency,
		"opened_at": c.OpenedAt}
	for key, value := range map[string]string{"region": c.Region, "place": c.Place, "incident": string(c.Incident), "lead_team_id": c.LeadTeamID} {
		if value != "" {
			properties[key] = value
		}
	}
	for key, value := range map[string]bool{"exercise": c.Exercise, "demo": c.Demo, "approximate": c.Approximate} {
		if value {
			properties[key] = value
		}
	}
	if c.AccuracyM > 0 {
		properties["accuracy_m"] = c.AccuracyM
	}
	if c.EndedAt != nil {
		properties["ended_at"] = *c.EndedAt
	}
	return placed{kind: "case", name: joined(" · ", c.Number, c.Place), symbol: "Flag, Red", colour: "ff0b34b3", at: c.OpenedAt,
		description: joined("; ", mark(c.Demo, wordExportDemo.in(tongue)), mark(c.Exercise, wordDrill.in(tongue)), statusWords[c.Status].in(tongue),
			urgencyWords[c.Urgency].in(tongue), mark(c.Approximate, wordApproximate.in(tongue))),
		places: [][2]float64{c.Location.Coordinates}, properties: properties}
}

func mark(holds bool, word string) string {
	if holds {
		return word
	}
	return ""
}

func placeOfPoint(c *CaseView, p *MarkView, tongue string) placed {
	one := placed{kind: "point", name: joined(" · ", pointWords[p.Point].in(tongue), c.Number), symbol: pointSymbols[p.Point], colour: "ff9c5a17",
		places:     [][2]float64{p.Location.Coordinates},
		properties: map[string]any{"feature": "point", "point": p.Point, "case_id": c.ID, "number": c.Number}}
	if p.At != nil {
		one.at, one.properties["at"] = *p.At, *p.At
	}
	return one
}

func placeOfTeam(t *TeamView, tongue string) placed {
	one := placed{kind: "team", name: t.Name, symbol: "Car", colour: "ff1d2118", places: [][2]float64{t.Base.Coordinates}, description: wordAtBase.in(tongue),
		properties: map[string]any{"feature": "team", "id": t.ID, "name": t.Name, "from": "base", "available": t.Available}}
	if t.Position != nil {
		one.places, one.at, one.description = [][2]float64{t.Position.Position.Coordinates}, t.Position.At, ""
		one.properties["from"], one.properties["position_at"] = "position", t.Position.At
	}
	return one
}

func placeOfTrack(c *CaseView, track *TrackFeature, tongue string) placed {
	return placed{kind: "track", name: joined(" · ", wordTrack.in(tongue), track.Properties.TeamID, c.Number), colour: "ff1d2118",
		line: track.Geometry.Type == "LineString", places: track.Geometry.Coordinates, times: track.Properties.Times, at: track.Properties.Times[0],
		properties: map[string]any{"feature": "track", "team_id": track.Properties.TeamID, "round": track.Properties.Round, "case_id": c.ID,
			"number": c.Number, "times": track.Properties.Times}}
}
