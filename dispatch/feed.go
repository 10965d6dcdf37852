package dispatch

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Feed hands what was committed to the readers of this process: the live hub,
// the publisher, the statistics. It wakes them up, and keeps the newest
// commits in memory so that a reader that keeps up need not ask the database;
// one that has fallen behind reads from the store. So nothing is ever lost,
// and a slow reader holds up nobody.
type Feed struct {
	store Reader
	limit int // events kept

	mu        sync.Mutex
	commits   []committed
	kept      int
	head      Position
	changed   chan struct{}
	letters   int                     // dead letters that were not replayed
	positions map[string]TeamPosition // the newest of every team
	moved     int64                   // the highest counter among them
}

type committed struct {
	base   int64
	head   int64
	events []Event
	cases  []*Case
	teams  []TeamState
}

// Page is what changed after a sequence.
type Page struct {
	From     int64    // the sequence that was asked for
	Position Position // everything up to here is in the page
	Events   []Event
	Cases    []*Case     // the newest version of every case that changed, by key
	Teams    []TeamState // of every team that changed or whose load changed, by key
}

// NewFeed makes a feed over a store. It keeps about the given number of events.
func NewFeed(store Reader, events int) *Feed {
	return &Feed{store: store, limit: events, changed: make(chan struct{}), positions: map[string]TeamPosition{}}
}

// Head gives the newest position known here, and a channel that is closed when
// it has moved (or a team's position, or the number of dead letters has).
func (f *Feed) Head() (Position, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.head, f.changed
}

// DeadLetters gives the number of dead letters that were not replayed.
func (f *Feed) DeadLetters() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.letters
}

// PositionsAfter gives the newest positions of the teams that moved after a
// counter, and the counter to ask with next. Positions are not history: a
// team that moved twice is here once.
func (f *Feed) PositionsAfter(counter int64) ([]TeamPosition, int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if counter >= f.moved {
		return nil, f.moved
	}
	var moved []TeamPosition
	for _, position := range f.positions {
		if position.Counter > counter {
			moved = append(moved, position)
		}
	}
	slices.SortFunc(moved, func(a, b TeamPosition) int { return cmp.Compare(a.TeamID, b.TeamID) })
	return moved, f.moved
}

func (f *Feed) setPositions(positions []TeamPosition) {
	for _, position := range positions {
		f.positions[position.TeamID] = position
		f.moved = max(f.moved, position.Counter)
	}
}

// reset forgets everything kept and starts from a head: after a load.
func (f *Feed) reset(head Position, positions []TeamPosition, letters int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commits, f.kept, f.head, f.letters = nil, 0, head, letters
	f.setPositions(positions)
	f.wake()
}

// publish adds a commit. Called by the leader after the transaction.
func (f *Feed) publish(batch *Batch, teams []TeamState, letters int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(batch.Events) > 0 {
		f.commits = append(f.commits, committed{base: batch.Base.Sequence, head: batch.Head.Sequence,
			events: batch.Events, cases: slices.SortedFunc(slices.Values(batch.Cases), compareCases),
			teams: slices.SortedFunc(slices.Values(teams), compareTeams)})
		f.kept += len(batch.Events)
		for f.kept > f.limit && len(f.commits) > 1 {
			f.kept -= len(f.commits[0].events)
			f.commits[0] = committed{} // let it be collected before the slice is
			f.commits = f.commits[1:]
		}
	}
	f.setPositions(batch.Positions)
	f.head, f.letters = batch.Head, letters
	f.wake()
}

func (f *Feed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// After gives what changed after a sequence, of at most about limit events,
// from memory or, for a reader that has fallen behind, from the store.
func (f *Feed) After(ctx context.Context, after int64, limit int) (Page, error) {
	if page, ok := f.kepts(after, limit); ok {
		return page, nil
	}
	return f.stored(ctx, after, limit)
}

// Events is After for readers that need the journal alone.
func (f *Feed) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	if page, ok := f.kepts(after, limit); ok {
		return page.Events, nil
	}
	return f.store.Events(ctx, after, limit)
}

func (f *Feed) kepts(after int64, limit int) (Page, bool) {
	f.mu.Lock()
	if after == f.head.Sequence {
		page := Page{From: after, Position: f.head}
		f.mu.Unlock()
		return page, true
	}
	first, found := slices.BinarySearchFunc(f.commits, after, func(c committed, after int64) int {
		return int(min(max(c.base-after, -1), 1))
	})
	if !found { // inside of a commit, or before the oldest one kept
		f.mu.Unlock()
		return Page{}, false
	}
	epoch := f.head.Epoch
	last, n := first, 0
	for last < len(f.commits) && (last == first || n+len(f.commits[last].events) <= limit) {
		n += len(f.commits[last].events)
		last++
	}
	commits := slices.Clone(f.commits[first:last])
	f.mu.Unlock()

	page := Page{From: after, Position: Position{Epoch: epoch, Sequence: commits[len(commits)-1].head}}
	if len(commits) == 1 {
		page.Events, page.Cases, page.Teams = commits[0].events, commits[0].cases, commits[0].teams
		return page, true
	}
	cases := map[int64]*Case{}
	teams := map[int32]TeamState{}
	page.Events = make([]Event, 0, n)
	for _, c := range commits {
		page.Events = append(page.Events, c.events...)
		for _, one := range c.cases {
			cases[one.Key] = one
		}
		for _, one := range c.teams {
			teams[one.Key] = one
		}
	}
	for _, one := range cases {
		page.Cases = append(page.Cases, one)
	}
	for _, one := range teams {
		page.Teams = append(page.Teams, one)
	}
	slices.SortFunc(page.Cases, compareCases)
	slices.SortFunc(page.Teams, compareTeams)
	return page, true
}

func compareCases(a, b *Case) int { return cmp.Compare(a.Key, b.Key) }

func compareTeams(a, b TeamState) int { return cmp.Compare(a.Key, b.Key) }

func (f *Feed) stored(ctx context.Context, after int64, limit int) (Page, error) {
	head, err := f.store.Head(ctx)
	if err != nil {
		return Page{}, err
	}
	events, err := f.store.Events(ctx, after, limit)
	if err != nil {
		return Page{}, err
	}
	page := Page{From: after, Position: Position{Epoch: head.Epoch, Sequence: after}, Events: events}
	if len(events) == 0 {
		return page, nil
	}
	page.Position.Sequence = events[len(events)-1].Sequence
	var keys []int64
	touched := map[int32]bool{}
	for i := range events {
		if events[i].Case != 0 {
			keys = append(keys, events[i].Case)
		}
		if events[i].Team != 0 {
			touched[events[i].Team] = true
		}
	}
	slices.Sort(keys)
	if page.Cases, err = f.store.Cases(ctx, slices.Compact(keys)); err != nil {
		return Page{}, err
	}
	if len(touched) > 0 {
		teams, err := f.store.Teams(ctx)
		if err != nil {
			return Page{}, err
		}
		for _, team := range teams {
			if touched[team.Key] {
				page.Teams = append(page.Teams, team)
			}
		}
		slices.SortFunc(page.Teams, compareTeams)
	}
	return page, nil
}
