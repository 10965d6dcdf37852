package web

import (
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	frameSnapshot = "snapshot"
	frameChanges  = "changes"
)

// frame is what live clients of one class are sent, built once for all.
type frame struct {
	from, to int64 // it brings a client that knows everything up to from, up to to
	size     int
	message  *websocket.PreparedMessage
}

// class is everybody who sees the same: one frame is built for all of them.
// Its fields are guarded by the hub's lock.
type class struct {
	key     string // of the hub's classes
	viewer  *viewer
	deltas  bool // its clients take patches
	users   int  // clients, and those that are on their way to be one
	clients map[*client]struct{}
	// recent are the newest frames, so that a client that comes back soon or
	// took a snapshot while things went on needs no database.
	recent      []*frame
	recentBytes int
	complete    int64 // recent holds everything after this
	lastFrame   time.Time
	letters     int // as told last
	teams       map[int32]toldTeam

	// starts are the first frames that were made lately, by the sequence that
	// they resume after; fromNothing for a snapshot.
	starts map[int64]*start
}

// toldTeam is what a class was told of a team last: the hashes of its view, and
// of the view without the position.
type toldTeam struct{ whole, still uint64 }

var teamSeed = maphash.MakeSeed()

// beginFrame starts a frame: type, position and the server's clock.
func beginFrame(b []byte, kind string, position dispatch.Position, now time.Time) []byte {
	b = append(b, '{')
	b = text(b, "type", kind)
	b = appendPosition(name(b, "position"), position)
	return moment(b, "now", now)
}

// appendChanges appends what changed for a class, and says whether there was
// anything to tell.
func (c *class) appendChanges(b []byte, board *board, from dispatch.Position, cases []changed, touched map[int32]bool, demo bool) ([]byte, bool) {
	v := c.viewer
	patched, told := false, false
	var removed []string
	if c.deltas {
		b, cases, patched = c.patches(b, cases, from, demo)
	}
	for _, change := range cases {
		s := v.sees(change.now)
		if !s.visible {
			if change.old != nil && v.sees(change.old).visible {
				removed = append(removed, change.old.ID)
			}
			continue
		}
		if !told {
			b, told = append(name(b, "cases"), '['), true
		}
		b = appendCase(comma(b), change.now, v, s, demo)
	}
	if told {
		b = append(b, ']')
	}
	told = told || patched
	if v.seesTeams() != noTeams {
		var any bool
		b, any = c.appendTeams(b, board, slices.Sorted(maps.Keys(touched)))
		told = told || any
	}
	if len(removed) > 0 {
		b, told = texts(b, "removed", removed), true
	}
	return b, told
}

// appendTeams appends the teams whose view is another than the one told last.
func (c *class) appendTeams(b []byte, board *board, keys []int32) ([]byte, bool) {
	told := false
	var moved []dispatch.TeamState
	for _, key := range keys {
		team, known := board.teams[key]
		if !known {
			continue
		}
		before := len(b)
		if !told {
			b = append(name(b, "teams"), '[')
		}
		b = comma(b)
		start := len(b)
		b = board.appendTeam(b, team, c.viewer)
		now := toldTeam{whole: maphash.Bytes(teamSeed, b[start:])}
		was := c.teams[key]
		if was.whole == now.whole {
			b = b[:before]
			continue
		}
		if c.deltas {
			still := team
			still.Position = nil
			now.still = maphash.Bytes(teamSeed, board.appendTeam(nil, still, c.viewer))
		}
		c.teams[key] = now
		if c.deltas && was.still == now.still && team.Position != nil {
			moved, b = append(moved, team), b[:before]
			continue
		}
		told = true
	}
	if told {
		b = append(b, ']')
	}
	for i, team := range moved {
		if i == 0 {
			b = append(name(b, "moved"), '[')
		}
		b = quote(name(append(comma(b), '{'), "id"), team.ID)
		b = append(appendTeamPosition(b, team.Position), '}')
		if i == len(moved)-1 {
			b = append(b, ']')
		}
	}
	return b, told || len(moved) > 0
}

// appendSnapshot appends the lists of a snapshot.
func appendSnapshot(b []byte, v *viewer, cases []*dispatch.Case, teams [][]byte, truncated, demo bool) []byte {
	b = flag(b, "truncated", truncated)
	b = append(name(b, "cases"), '[')
	for _, c := range cases {
		b = appendCase(comma(b), c, v, v.sees(c), demo)
	}
	b = append(b, ']')
	b = append(name(b, "teams"), '[')
	for _, team := range teams {
		b = append(comma(b), team...)
	}
	return append(b, ']')
}
