package web

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// A track is GeoJSON, and a team's key sees its own teams' alone.
func TestTracksOf(t *testing.T) {
	c := plainCase()
	c.Assignments = append(c.Assignments, dispatch.Assignment{N: 2, TeamID: "bars", Round: 3})
	at := time.UnixMilli(1_760_000_000_123).UTC()
	points := []dispatch.TrackPoint{{Assignment: 1, At: at, Position: orb.Point{63.6, 53.2}, AccuracyM: 5},
		{Assignment: 1, At: at.Add(time.Minute), Position: orb.Point{63.61, 53.2}}, {Assignment: 2, At: at, Position: orb.Point{63, 53}}}
	for _, want := range []struct {
		viewer *viewer
		tracks []string
	}{
		{everyRight, []string{"dos LineString", "bars MultiPoint"}},
		{newViewer([]Role{RoleOffice}, nil, nil, nil), []string{"dos LineString", "bars MultiPoint"}},
		{newViewer([]Role{RoleTeam}, nil, []string{"bars"}, nil), []string{"bars MultiPoint"}},
		{newViewer([]Role{RoleTeam}, nil, []string{"other"}, nil), nil},
		{newViewer([]Role{RoleObserver}, nil, nil, nil), nil},
	} {
		tracks := tracksOf(c, points, want.viewer)
		if tracks.Type != "FeatureCollection" || len(tracks.Features) != len(want.tracks) {
			t.Fatalf("%s: %+v", want.viewer.class, tracks)
		}
		for i, feature := range tracks.Features {
			places := len(feature.Geometry.Coordinates)
			if got := feature.Properties.TeamID + " " + feature.Geometry.Type; got != want.tracks[i] || feature.Type != "Feature" ||
				len(feature.Properties.Times) != places || len(feature.Properties.AccuracyM) != places || feature.Geometry.Type == "LineString" && places < 2 {
				t.Errorf("%s: track %d is %+v, want %s", want.viewer.class, i, feature, want.tracks[i])
			}
		}
	}
}
