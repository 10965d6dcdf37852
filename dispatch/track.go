package dispatch

import (
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// A track keeps a position when the last one that it keeps is as far or as long
// ago as this. Both are ours: 50 m is more than a phone's fix wanders, and a
// walking team is seen about every minute.
const (
	trackMetres   = 50.0
	trackInterval = 5 * time.Minute
)

// TrackPoint is a place of a team's way on a case. Tracks are no history: they
// are kept in a table of their own, never in the journal, and can be erased.
type TrackPoint struct {
	Case       int64 // Case.Key
	Assignment int   // Assignment.N
	At         time.Time
	Position   orb.Point // longitude, latitude, WGS 84
	AccuracyM  float64   // 0: unknown
}

// tracked is an assignment whose team's way is kept.
type tracked struct {
	key   int64 // Case.Key
	n     int   // Assignment.N
	since time.Time
	last  TrackPoint // zero: none yet
}

// onTheWay says that the team's way is kept: from its yes until it is home.
func onTheWay(a *Assignment) bool {
	return a.Status.Committed() || a.Status == AssignmentStandingDown
}

// follow begins and ends the tracks of a case that changed.
func (s *State) follow(old, next *Case) {
	for i := range next.Assignments {
		a := &next.Assignments[i]
		was := old != nil && i < len(old.Assignments) && onTheWay(&old.Assignments[i])
		is := onTheWay(a)
		if was == is {
			continue
		}
		t := s.team(a.Team)
		if is {
			t.tracks = append(t.tracks, tracked{key: next.Key, n: a.N, since: a.AnsweredAt})
			continue
		}
		t.tracks = slices.DeleteFunc(t.tracks, func(one tracked) bool { return one.key == next.Key && one.n == a.N })
	}
}

// resume takes the last points that a store has kept of live tracks.
func (s *State) resume(points []TrackPoint) {
	for _, point := range points {
		c := s.cases[point.Case]
		if c == nil || point.Assignment > len(c.Assignments) {
			continue
		}
		t := s.team(c.Assignments[point.Assignment-1].Team)
		for i := range t.tracks {
			if t.tracks[i].key == point.Case && t.tracks[i].n == point.Assignment {
				t.tracks[i].last = point
			}
		}
	}
}

// track keeps a position of a team on the cases that it is on, where it is far
// or long enough from the last one.
func (t *teamState) track(p *TeamPosition, kept []TrackPoint) []TrackPoint {
	for i := range t.tracks {
		one := &t.tracks[i]
		if p.At.Before(one.since) {
			continue // from before it was on the case
		}
		if last := &one.last; !last.At.IsZero() && p.At.Sub(last.At) < trackInterval && geo.Distance(last.Position, p.Position) < trackMetres {
			continue
		}
		one.last = TrackPoint{Case: one.key, Assignment: one.n, At: p.At, Position: p.Position, AccuracyM: p.AccuracyM}
		kept = append(kept, one.last)
	}
	return kept
}
