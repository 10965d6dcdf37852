package web

import (
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// boardKeeps is how long a case that has ended stays on the board.
	boardKeeps = 24 * time.Hour
	// snapshotCases bounds the cases of a snapshot, and the ended ones kept.
	snapshotCases = 20_000
)

// board is what boards show, in memory: active cases, those that ended in the
// last 24 hours, and teams. It is filled from the rows and kept up to date by
// the feed. Cases are never changed once they are committed, so sharing their
// pointers is all that it costs.
type board struct {
	position dispatch.Position
	counter  int64 // of team positions
	letters  int
	cases    map[int64]*dispatch.Case
	teams    map[int32]dispatch.TeamState
	teamKeys map[string]int32
	// live lists, for each team, the cases that take one of its slots, by key.
	live map[int32][]int64
}

func newBoard(position dispatch.Position) *board {
	return &board{position: position, cases: map[int64]*dispatch.Case{}, teams: map[int32]dispatch.TeamState{},
		teamKeys: map[string]int32{}, live: map[int32][]int64{}}
}

// changed is a case before and after.
type changed struct {
	old *dispatch.Case // nil when it was not on the board
	now *dispatch.Case // nil when it has left the board
}

// putCase takes the newest version of a case and says what there was before.
// Teams whose cases changed are noted in touched.
func (b *board) putCase(c *dispatch.Case, touched map[int32]bool) changed {
	old := b.cases[c.Key]
	if old != nil && old.Changed > c.Changed {
		return changed{old: old, now: old} // a page from before the rows were read
	}
	b.cases[c.Key] = c
	if old != nil {
		for i := range old.Assignments {
			if a := &old.Assignments[i]; a.Status.TakesSlot() {
				b.dropLive(a.Team, c.Key, touched)
			}
		}
	}
	for i := range c.Assignments {
		if a := &c.Assignments[i]; a.Status.TakesSlot() {
			b.addLive(a.Team, c.Key, touched)
		}
	}
	return changed{old: old, now: c}
}

func (b *board) addLive(team int32, key int64, touched map[int32]bool) {
	keys := b.live[team]
	if i, found := slices.BinarySearch(keys, key); !found {
		b.live[team] = slices.Insert(keys, i, key)
	}
	touched[team] = true
}

func (b *board) dropLive(team int32, key int64, touched map[int32]bool) {
	keys := b.live[team]
	if i, found := slices.BinarySearch(keys, key); found {
		b.live[team] = slices.Delete(keys, i, i+1)
	}
	touched[team] = true
}

func (b *board) putTeam(t dispatch.TeamState, touched map[int32]bool) {
	old, known := b.teams[t.Key]
	if known && old.Changed > t.Changed {
		t.Team = old.Team
	}
	if known && old.Position != nil && (t.Position == nil || t.Position.At.Before(old.Position.At)) {
		t.Position = old.Position
	}
	b.teams[t.Key] = t
	b.teamKeys[t.ID] = t.Key
	touched[t.Key] = true
}

func (b *board) move(p dispatch.TeamPosition, touched map[int32]bool) {
	key, known := b.teamKeys[p.TeamID]
	if !known {
		return
	}
	t := b.teams[key]
	t.Position = &p
	b.teams[key] = t
	touched[key] = true
}

// age takes cases off the board that ended too long ago, and the oldest ended
// ones beyond what a snapshot could hold.
func (b *board) age(now time.Time) []changed {
	var left []changed
	var ended []*dispatch.Case
	for _, c := range b.cases {
		switch {
		case c.Active() || c.EndedAt.IsZero():
		case now.Sub(c.EndedAt) > boardKeeps:
			left = append(left, changed{old: c})
		default:
			ended = append(ended, c)
		}
	}
	if excess := len(ended) - snapshotCases; excess > 0 {
		slices.SortFunc(ended, func(x, y *dispatch.Case) int { return x.EndedAt.Compare(y.EndedAt) })
		for _, c := range ended[:excess] {
			left = append(left, changed{old: c})
		}
	}
	for _, c := range left {
		delete(b.cases, c.old.Key)
	}
	return left
}

// newest gives the cases that a viewer sees, newest first, at most so many.
func (b *board) newest(v *viewer, limit int) (cases []*dispatch.Case, truncated bool) {
	for _, c := range b.cases {
		if v.all || v.sees(c).visible {
			cases = append(cases, c)
		}
	}
	slices.SortFunc(cases, func(x, y *dispatch.Case) int { return int(y.Key - x.Key) })
	if len(cases) > limit {
		return slices.Clone(cases[:limit]), true
	}
	return cases, false
}

// sortedTeams gives the teams by id.
func (b *board) sortedTeams() []dispatch.TeamState {
	teams := make([]dispatch.TeamState, 0, len(b.teams))
	for _, t := range b.teams {
		teams = append(teams, t)
	}
	slices.SortFunc(teams, func(x, y dispatch.TeamState) int {
		if x.ID < y.ID {
			return -1
		}
		return 1
	})
	return teams
}

// liveCases gives the ids of the oldest cases of a team that a viewer sees.
func (b *board) liveCases(team int32, v *viewer) []string {
	var ids []string
	for _, key := range b.live[team] {
		c := b.cases[key]
		if c == nil || !v.all && !v.sees(c).visible {
			continue
		}
		if ids = append(ids, c.ID); len(ids) == liveCasesShown {
			break
		}
	}
	return ids
}

// appendTeam appends the view that a viewer has of a team.
func (b *board) appendTeam(buffer []byte, t dispatch.TeamState, v *viewer) []byte {
	return appendTeam(buffer, t, b.liveCases(t.Key, v), v.seesPosition(t.ID))
}
