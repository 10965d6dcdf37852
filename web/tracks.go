package web

import (
	"context"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// TracksAnswer is the ways of the teams on a case, as GeoJSON.
type TracksAnswer struct {
	Type     string         `json:"type" enum:"FeatureCollection"`
	Features []TrackFeature `json:"features" doc:"One for each assignment with a track; teams that report no positions have none"`
}

// TrackFeature is the way of a team, from its yes until it is home.
type TrackFeature struct {
	Type       string          `json:"type" enum:"Feature"`
	Geometry   TrackGeometry   `json:"geometry"`
	Properties TrackProperties `json:"properties"`
}

// TrackGeometry is a line through the places. GeoJSON has no line of one
// place: such a track is a MultiPoint.
type TrackGeometry struct {
	Type        string       `json:"type" enum:"LineString,MultiPoint"`
	Coordinates [][2]float64 `json:"coordinates" doc:"Longitude and latitude in degrees, WGS 84"`
}

// TrackProperties say whose the track is, and when.
type TrackProperties struct {
	TeamID    string      `json:"team_id"`
	Round     int         `json:"round"`
	Times     []time.Time `json:"times" doc:"Of each place"`
	AccuracyM []float64   `json:"accuracy_m" doc:"Of each place, metres; 0: unknown"`
}

func (s *Server) registerTracks() {
	register(s, operation{id: opGetTracks, method: http.MethodGet, path: apiRoot + "/cases/{id}/tracks", tag: "cases",
		summary: "Where the teams on a case went",
		about:   "GeoJSON, thinned. A team's key sees its own teams' tracks alone.",
		answers: map[int]any{200: TracksAnswer{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *caseInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.tracks(ctx, in.ID)
		})
}

func (s *Server) tracks(ctx context.Context, id string) (*answer, error) {
	c, _, err := s.seenCase(ctx, id)
	if err != nil {
		return nil, err
	}
	points, err := s.config.Store.Tracks(ctx, c.Key)
	if err != nil {
		return nil, storeError(err)
	}
	return answerJSON(http.StatusOK, tracksOf(c, points, callerOf(ctx).viewer))
}

// tracksOf makes a feature of each assignment's points, which stand together.
func tracksOf(c *dispatch.Case, points []dispatch.TrackPoint, v *viewer) TracksAnswer {
	tracks := TracksAnswer{Type: "FeatureCollection", Features: []TrackFeature{}}
	last := 0
	for i := range points {
		p := &points[i]
		if p.Assignment < 1 || p.Assignment > len(c.Assignments) {
			continue
		}
		a := &c.Assignments[p.Assignment-1]
		if !v.seesPosition(a.TeamID) {
			continue
		}
		if p.Assignment != last {
			last = p.Assignment
			tracks.Features = append(tracks.Features, TrackFeature{Type: "Feature", Geometry: TrackGeometry{Type: "MultiPoint"},
				Properties: TrackProperties{TeamID: a.TeamID, Round: a.Round}})
		}
		feature := &tracks.Features[len(tracks.Features)-1]
		feature.Geometry.Coordinates = append(feature.Geometry.Coordinates, [2]float64(orb.Point(p.Position)))
		if len(feature.Geometry.Coordinates) > 1 {
			feature.Geometry.Type = "LineString"
		}
		feature.Properties.Times = append(feature.Properties.Times, p.At)
		feature.Properties.AccuracyM = append(feature.Properties.AccuracyM, p.AccuracyM)
	}
	return tracks
}
