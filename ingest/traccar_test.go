package ingest

import (
	_ "embed"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

//go:embed testdata/traccar-made-from-its-format.json
var traccarRecord string

func TestDecodeTraccar(t *testing.T) {
	got := decodeValue(testTopics.Positions, traccarRecord)
	want := time.Date(2026, 11, 21, 10, 1, 59, 500_000_000, time.UTC)
	if p := got.Position; p == nil || p.TeamID != "region-10-lisakovsk" || p.Position != (orb.Point{62.49893, 52.54488}) || !p.At.Equal(want) || p.AccuracyM != 12.5 {
		t.Fatalf("%+v", got.Position)
	}
	for _, c := range []struct{ name, from, to, team string }{
		{"a tracker known by its number", `"attributes":{},"groupId"`, `"attributes":{"team_id":"bars"},"groupId"`, "bars"},
		{"its number is a text of digits", `"uniqueId":"region-10-lisakovsk"`, `"uniqueId":"867035041234567"`, "867035041234567"},
		{"without a time of the fix", `"fixTime":"2026-11-21T10:01:59.500+00:00"`, `"fixTime":null`, "region-10-lisakovsk"},
		{"without an accuracy", `"accuracy":12.5,`, ``, "region-10-lisakovsk"},
		{"no fix", `"valid":true`, `"valid":false`, ""},
		{"an old fix", `"outdated":false`, `"outdated":true`, ""},
		{"nothing says whether there is a fix", `"valid":true,`, ``, ""},
		{"no place", `"latitude":52.54488,`, ``, ""},
		{"the null island", `"latitude":52.54488,"longitude":62.49893`, `"latitude":0.0,"longitude":0.0`, ""},
		{"swapped", `"latitude":52.54488,"longitude":62.49893`, `"latitude":152.5,"longitude":62.5`, ""},
		{"not a number", `52.54488`, `"NaN"`, ""},
		{"no device", `"uniqueId":"region-10-lisakovsk",`, ``, ""},
		{"another form of id", `"uniqueId":"region-10-lisakovsk"`, `"uniqueId":"отряд 10"`, ""},
		{"a wrong time", `2026-11-21T10:01:59.500+00:00`, `yesterday`, ""},
	} {
		record := strings.Replace(traccarRecord, c.from, c.to, 1)
		if record == traccarRecord {
			t.Fatalf("%s: nothing was replaced", c.name)
		}
		got := decodeValue(testTopics.Positions, record)
		if wrong := c.team == ""; got.WrongPosition != wrong || (got.Position == nil) != wrong || got.Message != nil {
			t.Errorf("%s: %+v", c.name, got)
		} else if !wrong && got.Position.TeamID != c.team {
			t.Errorf("%s: team %q", c.name, got.Position.TeamID)
		}
	}
}
