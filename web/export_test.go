package web_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

type exportedShape struct {
	Type        string
	Coordinates json.RawMessage
}

type exportedFeature struct {
	Type       string
	Geometry   exportedShape
	Properties map[string]any
}

// exportOf reads an export as RFC 7946 and gives its features.
func exportOf(t *testing.T, r reply) []exportedFeature {
	t.Helper()
	var file struct {
		Type     string
		Features []exportedFeature
	}
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/geo+json" || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment;") {
		t.Fatalf("%d %v: %.300s", r.status, r.header, r.body)
	}
	r.into(t, &file)
	if file.Type != "FeatureCollection" || file.Features == nil {
		t.Fatalf("%.300s", r.body)
	}
	for _, one := range file.Features {
		var point [2]float64
		var line [][2]float64
		switch one.Geometry.Type {
		case "Point":
			must(t, json.Unmarshal(one.Geometry.Coordinates, &point))
			line = append(line, point)
		case "LineString":
			must(t, json.Unmarshal(one.Geometry.Coordinates, &line))
			if len(line) < 2 {
				t.Errorf("a line of %d places", len(line))
			}
		default:
			t.Errorf("a %s", one.Geometry.Type)
		}
		for _, place := range line {
			if place[0] < 46 || place[0] > 88 || place[1] < 40 || place[1] > 56 {
				t.Errorf("%v is not longitude and latitude in Kazakhstan", place)
			}
		}
		if one.Type != "Feature" || one.Properties["feature"] == "" {
			t.Errorf("%+v", one)
		}
	}
	return file.Features
}

// titled gives the features of a kind by their title.
func titled(features []exportedFeature, kind string) map[string]exportedFeature {
	found := map[string]exportedFeature{}
	for _, one := range features {
		if one.Properties["feature"] == kind {
			found[fmt.Sprint(one.Properties["title"])] = one
		}
	}
	return found
}

// element is XML as it stands, with the order of the children.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e *element) child(path ...string) *element {
	for _, name := range path {
		i := slices.IndexFunc(e.Children, func(c element) bool { return c.XMLName.Local == name })
		if i < 0 {
			return &element{}
		}
		e = &e.Children[i]
	}
	return e
}

// inOrder checks that the children of an element stand in the order of its
// schema, and that there are no others.
func (e *element) inOrder(t *testing.T, names ...string) {
	t.Helper()
	last := 0
	for _, c := range e.Children {
		at := slices.Index(names, c.XMLName.Local)
		if at < last {
			t.Errorf("%s in %s: not there, or not in the order of the schema", c.XMLName.Local, e.XMLName.Local)
		}
		last = max(last, at)
	}
}

func parsed(t *testing.T, r reply, kind, space string) *element {
	t.Helper()
	if r.status != http.StatusOK || r.header.Get("Content-Type") != kind {
		t.Fatalf("%d %v: %.300s", r.status, r.header, r.body)
	}
	var root element
	reader := xml.NewDecoder(strings.NewReader(r.body))
	must(t, reader.Decode(&root))
	if _, err := reader.Token(); err != io.EOF {
		t.Errorf("something stands after the document: %v", err)
	}
	if root.XMLName.Space != space {
		t.Errorf("the namespace %s", root.XMLName.Space)
	}
	return &root
}

// A file of the map holds what the viewer sees, in all three formats.
func TestExportHoldsWhatIsShown(t *testing.T) {
	w, a, b := kostanay(t)
	w.done("coordinator", a, `{"type":"case.point","command_id":"p1","point":"staging","location":{"type":"Point","coordinates":[63.65,53.25]},"note":"<Notemarker> & co"}`)
	w.done("coordinator", a, `{"type":"case.point","command_id":"p2","point":"home","location":{"type":"Point","coordinates":[63.64321,53.24321]}}`)
	w.done("team", a, `{"type":"assignment.accept","command_id":"yes","at":"`+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)+`"}`)
	for i, place := range []string{"63.6222,53.2111", "63.6300,53.2200"} {
		at := time.Now().Add(time.Duration(i-20) * time.Minute).UTC().Format(time.RFC3339)
		if r := w.do("team", http.MethodPost, "/api/v1/teams/dos/position", `{"at":"`+at+`","position":{"type":"Point","coordinates":[`+place+`]}}`); r.status != http.StatusAccepted {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	w.until("the team has a position", func() bool { return strings.Contains(w.get("admin", "/api/v1/teams").body, "53.22]") })
	const path = "/api/v1/cases/export?lang=en&teams=true&chosen="

	for key, want := range map[string]string{
		"admin":       "2 cases, home [63.64321,53.24321], staging [63.65,53.25], 2 teams, dos at [63.63,53.22], north at [69.15,54.87]",
		"coordinator": "1 cases, home [63.64321,53.24321], staging [63.65,53.25], 2 teams, dos at [63.63,53.22], north at [69.15,54.87]",
		"team":        "1 cases, home [63.64321,53.24321], staging [63.65,53.25], 2 teams, dos at [63.63,53.22], north at [69.15,54.87]",
		// Files and follows: no teams.
		"service":  "1 cases, home [63.64321,53.24321], staging [63.65,53.25], 0 teams, dos at , north at ",
		"observer": "1 cases, home , staging , 2 teams, dos at [63.62,53.21], north at [69.15,54.87]",
	} {
		features := exportOf(t, w.get(key, path+a+"&format=geojson"))
		points, teams := map[string]string{}, titled(features, "team")
		for _, one := range titled(features, "point") {
			points[fmt.Sprint(one.Properties["point"])] = string(one.Geometry.Coordinates)
		}
		got := fmt.Sprintf("%d cases, home %s, staging %s, %d teams, dos at %s, north at %s", len(titled(features, "case")), points["home"], points["staging"],
			len(teams), teams["Team dos"].Geometry.Coordinates, teams["Team north"].Geometry.Coordinates)
		if got != want {
			t.Errorf("%s: %s\nnot %s", key, got, want)
		}
		for _, one := range titled(features, "case") {
			exact := string(one.Geometry.Coordinates) == "[63.61234,53.20987]" || one.Properties["region"] == "KZ-59"
			if exact == (key == "observer") || (one.Properties["approximate"] == true) != (key == "observer") {
				t.Errorf("%s sees the case at %s", key, one.Geometry.Coordinates)
			}
		}
		if tracks := titled(features, "track"); len(tracks) == 1 != (key == "admin" || key == "coordinator" || key == "team") {
			t.Errorf("%s: %d tracks", key, len(tracks))
		}
	}

	gpx := parsed(t, w.get("coordinator", path+a+"&format=gpx"), "application/gpx+xml", "http://www.topografix.com/GPX/1/1")
	gpx.inOrder(t, "metadata", "wpt", "rte", "trk", "extensions")
	names := map[string]bool{}
	for _, one := range gpx.Children {
		if one.XMLName.Local != "wpt" {
			continue
		}
		one.inOrder(t, "ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type")
		names[one.child("name").Text] = true
	}
	if len(names) != 5 || !slices.ContainsFunc(keysOf(names), func(name string) bool { return strings.HasPrefix(name, "meeting point · 39-") }) {
		t.Errorf("waypoints %v", names)
	}
	if track := gpx.child("trk", "trkseg"); len(track.Children) != 2 || track.Children[0].child("time").Text == "" || len(track.Children[0].Attrs) != 2 {
		t.Errorf("the track %+v", track)
	}

	kml := parsed(t, w.get("coordinator", path+a+"&format=kml"), "application/vnd.google-earth.kml+xml", "http://www.opengis.net/kml/2.2")
	document := kml.child("Document")
	document.inOrder(t, "name", "Placemark")
	lines := 0
	for i := range document.Children {
		one := &document.Children[i]
		if one.XMLName.Local != "Placemark" {
			continue
		}
		one.inOrder(t, "name", "description", "TimeStamp", "Style", "Point", "LineString")
		if line := one.child("LineString", "coordinates").Text; line != "" {
			lines++
			if line != "63.6222,53.2111 63.63,53.22" {
				t.Errorf("the line %q", line)
			}
		}
	}
	if len(document.Children) != 7 || lines != 1 {
		t.Errorf("%d children, %d lines", len(document.Children), lines)
	}

	for query, want := range map[string]int{"": 2, "&region=KZ-39": 1, "&status=found": 0, "&q=app-b": 1, "&team=north": 1, "&ids=" + a: 1,
		"&ids=" + a + "," + b + ",nonsense": 2, "&owner=none": 2, "&kind=emergency": 0} {
		if got := titled(exportOf(t, w.get("admin", "/api/v1/cases/export?format=geojson"+query)), "case"); len(got) != want {
			t.Errorf("%s gives %d cases, not %d", query, len(got), want)
		}
	}
	if got := titled(exportOf(t, w.get("coordinator", "/api/v1/cases/export?format=geojson&ids="+b)), "case"); len(got) != 0 {
		t.Errorf("a coordinator of KZ-39 exports %v by its id", got)
	}
	for _, query := range []string{"", "?format=shp", "?format=kml&lang=de", "?format=gpx&status=lost"} {
		if r := w.get("admin", "/api/v1/cases/export"+query); r.status != http.StatusUnprocessableEntity || r.code() != "invalid" {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	// A file travels further than a board: nobody's name stands in it, whoever exports it.
	for _, format := range []string{"geojson", "gpx", "kml"} {
		body := w.get("admin", path+a+"&format="+format).body
		for _, marker := range []string{markName, markPhone, "Addressmarker", "Descriptionmarker", "Healthmarker", "Referencemarker", "Reportermarker", "Notemarker"} {
			if strings.Contains(body, marker) {
				t.Errorf("%s holds %s", format, marker)
			}
		}
	}
}

// Where somebody was found is in no file before the family knows the outcome,
// also in a coordinator's.
func TestExportKeepsWithheldOutcomes(t *testing.T) {
	w, a, _ := kostanay(t)
	w.done("team", a, `{"type":"assignment.accept","command_id":"yes"}`)
	w.done("coordinator", a, `{"type":"case.outcome","command_id":"1","subject_id":"s1","outcome":"deceased","confirmed_by":"police","identity":"confirmed",
		"location":{"type":"Point","coordinates":[63.71717,53.31313]}}`)
	w.settled()
	exported := func(key string) (all string) {
		for _, format := range []string{"geojson", "gpx", "kml"} {
			all += w.get(key, "/api/v1/cases/export?lang=en&teams=true&format="+format+"&chosen="+a).body
		}
		return all
	}
	for _, key := range []string{"admin", "coordinator", "office", "team", "service", "observer"} {
		if body := exported(key); strings.Contains(body, "63.71717") || strings.Contains(body, "deceased") || !strings.Contains(body, "ended") {
			t.Errorf("%s: %s", key, body)
		}
	}
	w.done("coordinator", a, `{"type":"case.family_told","command_id":"2","subject_id":"s1","told_by":"x","role":"police"}`)
	w.settled()
	if body := exported("coordinator"); !strings.Contains(body, "63.71717") || !strings.Contains(body, "deceased") {
		t.Errorf("after the family was told: %s", body)
	}
}

func keysOf(set map[string]bool) (keys []string) {
	for key := range set {
		keys = append(keys, key)
	}
	return keys
}
