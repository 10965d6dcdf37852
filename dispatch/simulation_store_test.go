package dispatch

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ledger is a store in memory for the simulation: the rows and the journal of
// one database, whose commits are whole or nothing. It checks every commit
// against what must always hold (simulation_check_test.go), and can fail a
// commit before or after it is written.
type ledger struct {
	head      Position
	lastEvent time.Time
	rows      map[int64]*Case
	teams     map[int32]*Team
	positions map[string]TeamPosition
	tracks    []TrackPoint
	places    map[string]*Place
	numbers   map[string]int64
	travel    map[Transport]TravelRecord
	offsets   map[[2]any]SourceOffset
	known     map[Identity]int64 // applications
	applied   map[Identity]Applied
	journal   []Event
	ofCase    map[int64][]int // places in the journal
	letters   []DeadLetter
	counted   map[int64]*StatisticsCase
	cursors   map[Cursor]int64

	clock func() time.Time
	fails func(step string) bool // nil: what is not a commit works
	fault commitFault            // of the next commit
	check func(*Batch)

	last *replaced // by the last commit
	lags bool      // Lookup answers as before the last commit: it is still on its way
}

// replaced is what a commit has changed of what Lookup answers.
type replaced struct {
	rows    map[int64]*Case // nil: there was none
	known   map[Identity]int64
	applied map[Identity]*Applied
}

// commitFault says how a commit goes wrong.
type commitFault int

const (
	commitWorks   commitFault = iota
	commitLost                // nothing is written, and an error is returned
	commitUnknown             // all is written, and an error is returned
)

var errDisk = errors.New("the simulated disk fails")

func newLedger(clock func() time.Time) *ledger {
	return &ledger{head: Position{Epoch: testEpoch}, rows: map[int64]*Case{}, teams: map[int32]*Team{},
		positions: map[string]TeamPosition{}, places: map[string]*Place{}, numbers: map[string]int64{}, travel: map[Transport]TravelRecord{}, offsets: map[[2]any]SourceOffset{},
		known: map[Identity]int64{}, applied: map[Identity]Applied{}, ofCase: map[int64][]int{},
		counted: map[int64]*StatisticsCase{}, cursors: map[Cursor]int64{}, clock: clock}
}

// Commit implements Store.
func (l *ledger) Commit(_ context.Context, batch *Batch) error {
	fault := l.fault
	l.fault = commitWorks
	if fault == commitLost {
		return errDisk
	}
	if batch.Base != l.head {
		return ErrFenced
	}
	if len(batch.Events) > 0 && batch.Events[0].At.Before(l.lastEvent) {
		return ErrRefused // as the head's rule says
	}
	for i := range batch.Applied {
		if before, again := l.applied[batch.Applied[i].Identity]; again && before.UsedUp() {
			return ErrRefused // as the unique index says
		}
	}
	l.check(batch)
	l.remember(batch)
	for _, c := range batch.Cases {
		l.rows[c.Key] = c
		for i := range c.Applications {
			l.known[c.Applications[i].Identity] = c.Key
		}
	}
	for _, team := range batch.Teams {
		l.teams[team.Key] = team
	}
	l.tracks = append(l.tracks, batch.Tracks...)
	for _, position := range batch.Positions {
		l.positions[position.TeamID] = position
	}
	for _, place := range batch.Places {
		l.places[place.ID] = place
	}
	for _, number := range batch.Numbers {
		l.numbers[number.Prefix] = number.Last
	}
	for _, record := range batch.Travel {
		l.travel[record.Transport] = record
	}
	for _, offset := range batch.Offsets {
		l.offsets[[2]any{offset.Topic, offset.Partition}] = offset
	}
	for _, applied := range batch.Applied {
		l.applied[applied.Identity] = applied
	}
	for i := range batch.Events {
		event := &batch.Events[i]
		if event.Case != 0 {
			l.ofCase[event.Case] = append(l.ofCase[event.Case], len(l.journal))
		}
		l.journal = append(l.journal, *event)
		l.lastEvent = event.At
	}
	l.letters = append(l.letters, batch.DeadLetters...)
	l.head = batch.Head
	if fault == commitUnknown {
		return errDisk
	}
	return nil
}

// remember keeps what a batch is about to change.
func (l *ledger) remember(batch *Batch) {
	l.last = &replaced{map[int64]*Case{}, map[Identity]int64{}, map[Identity]*Applied{}}
	for _, c := range batch.Cases {
		l.last.rows[c.Key] = l.rows[c.Key]
		for i := range c.Applications {
			l.last.known[c.Applications[i].Identity] = l.known[c.Applications[i].Identity]
		}
	}
	for i := range batch.Applied {
		identity := batch.Applied[i].Identity
		l.last.applied[identity] = nil
		if before, there := l.applied[identity]; there {
			l.last.applied[identity] = &before
		}
	}
}

// failing says that a step other than the commit fails.
func (l *ledger) failing(step string) error {
	if l.fails != nil && l.fails(step) {
		return errDisk
	}
	return nil
}

// Load implements Store.
func (l *ledger) Load(context.Context) (*Snapshot, error) {
	if err := l.failing("load"); err != nil {
		return nil, err
	}
	s := &Snapshot{Head: l.head, LastEvent: l.lastEvent}
	for _, c := range l.rows {
		if c.Active() {
			s.Cases = append(s.Cases, c)
		}
	}
	slices.SortFunc(s.Cases, compareCases)
	for _, team := range l.teams {
		s.Teams = append(s.Teams, team)
	}
	slices.SortFunc(s.Teams, func(a, b *Team) int { return int(a.Key - b.Key) })
	s.TrackEnds = trackEnds(l.tracks)
	for _, position := range l.positions {
		s.Positions = append(s.Positions, position)
	}
	slices.SortFunc(s.Positions, func(a, b TeamPosition) int { return int(a.Counter - b.Counter) })
	for _, place := range l.places {
		s.Places = append(s.Places, place)
	}
	for prefix, last := range l.numbers {
		s.Numbers = append(s.Numbers, CaseNumber{Prefix: prefix, Last: last})
	}
	for _, record := range l.travel {
		s.Travel = append(s.Travel, record)
	}
	for _, offset := range l.offsets {
		s.Offsets = append(s.Offsets, offset)
	}
	for i := len(l.journal) - 1; i >= 0 && !l.journal[i].At.Before(l.lastEvent.Add(-loadWindow)); i-- {
		if l.journal[i].Type == EventAccepted {
			s.Accepted = append(s.Accepted, l.journal[i])
		}
	}
	slices.Reverse(s.Accepted)
	return s, nil
}

// Lookup implements Store.
func (l *ledger) Lookup(_ context.Context, query Lookup) (*Found, error) {
	if err := l.failing("look up"); err != nil {
		return nil, err
	}
	last := &replaced{}
	if l.lags {
		last = l.last
	}
	found := &Found{Applied: map[Identity]Applied{}, Applications: map[Identity]int64{}}
	for _, identity := range query.Applied {
		applied, ok := l.applied[identity]
		if before, changed := last.applied[identity]; changed {
			if ok = before != nil; ok {
				applied = *before
			}
		}
		if ok {
			found.Applied[identity] = applied
		}
	}
	keys := slices.Clone(query.Cases)
	for _, identity := range query.Applications {
		key := l.known[identity]
		if before, changed := last.known[identity]; changed {
			key = before
		}
		if key != 0 {
			found.Applications[identity] = key
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		c := l.rows[key]
		if before, changed := last.rows[key]; changed {
			c = before
		}
		if c != nil && !query.InMemory(key) {
			found.Cases = append(found.Cases, c)
		}
	}
	return found, nil
}

// Now implements Store.
func (l *ledger) Now(context.Context) (time.Time, error) { return l.clock(), l.failing("time") }

// Prune implements Store.
func (l *ledger) Prune(context.Context, time.Time, int) (int, error) { return 0, nil }

// Close implements Store.
func (l *ledger) Close() error { return nil }

// Head implements Reader.
func (l *ledger) Head(context.Context) (Position, error) { return l.head, nil }

// Events implements Reader.
func (l *ledger) Events(_ context.Context, after int64, limit int) ([]Event, error) {
	from := min(int(after), len(l.journal))
	return l.journal[from:min(from+limit, len(l.journal))], nil
}

// EventsOfCase implements Reader.
func (l *ledger) EventsOfCase(_ context.Context, key int64) ([]Event, error) {
	events := make([]Event, 0, len(l.ofCase[key]))
	for _, i := range l.ofCase[key] {
		events = append(events, l.journal[i])
	}
	return events, nil
}

// Cases implements Reader.
func (l *ledger) Cases(_ context.Context, keys []int64) ([]*Case, error) {
	var cases []*Case
	for _, key := range keys {
		if c := l.rows[key]; c != nil {
			cases = append(cases, c)
		}
	}
	return cases, nil
}

// CaseList implements Reader: by key alone.
func (l *ledger) CaseList(_ context.Context, filter CaseFilter) ([]int64, error) {
	var keys []int64
	for key := range l.rows {
		if filter.Before == 0 || key < filter.Before {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	slices.Reverse(keys)
	return keys[:min(len(keys), filter.Limit)], nil
}

// Teams implements Reader.
func (l *ledger) Teams(context.Context) ([]TeamState, error) {
	var teams []TeamState
	for key := int32(1); int(key) <= len(l.teams); key++ {
		teams = append(teams, TeamState{Team: l.teams[key]})
	}
	return teams, nil
}

// DeadLetterCount implements Reader.
func (l *ledger) DeadLetterCount(context.Context) (int, error) {
	return len(l.letters), l.failing("dead letters")
}

var errNotSimulated = errors.New("the simulation does not ask this")

// PositionsAfter implements Reader.
func (l *ledger) PositionsAfter(context.Context, int64) ([]TeamPosition, error) {
	return nil, errNotSimulated
}

// Coordinators implements Reader.
func (l *ledger) Coordinators(context.Context) ([]*Coordinator, error) {
	return nil, errNotSimulated
}

// Places implements Reader.
func (l *ledger) Places(context.Context) ([]*Place, error) { return nil, errNotSimulated }

// BoardCases implements Reader.
func (l *ledger) BoardCases(context.Context, time.Time, int) ([]int64, error) {
	return nil, errNotSimulated
}

// CaseOfApplication implements Reader.
func (l *ledger) CaseOfApplication(context.Context, Identity) (int64, error) {
	return 0, errNotSimulated
}

// Applied implements Reader.
func (l *ledger) Applied(context.Context, Identity) (*Applied, error) { return nil, errNotSimulated }

// Decisions implements Reader.
func (l *ledger) Decisions(context.Context, int64) ([]Decision, error) { return nil, errNotSimulated }
func (l *ledger) Tracks(context.Context, int64) ([]TrackPoint, error) {
	return nil, errNotSimulated
}

// Notes implements Reader.
func (l *ledger) Notes(context.Context, int64) ([]Note, error) { return nil, errNotSimulated }

// DeadLetters implements Reader.
func (l *ledger) DeadLetters(context.Context, int64, int, bool) ([]DeadLetter, error) {
	return nil, errNotSimulated
}

// DeadLetter implements Reader.
func (l *ledger) DeadLetter(context.Context, int64) (*DeadLetter, error) { return nil, errNotSimulated }

// StatisticsCases implements StatisticsStore. Rows are copies: the projector
// goes on changing its own.
func (l *ledger) StatisticsCases(_ context.Context, keys []int64) ([]*StatisticsCase, error) {
	var rows []*StatisticsCase
	for _, key := range keys {
		if row := l.counted[key]; row != nil {
			rows = append(rows, row.copied())
		}
	}
	return rows, nil
}

func (r *StatisticsCase) copied() *StatisticsCase {
	row := *r
	row.Subjects = slices.Clone(r.Subjects)
	return &row
}

// PutStatistics implements StatisticsStore.
func (l *ledger) PutStatistics(_ context.Context, from, to int64, rows []*StatisticsCase) error {
	if l.cursors[CursorStatistics] != from {
		return ErrFenced
	}
	for _, row := range rows {
		l.counted[row.Key] = row.copied()
	}
	l.cursors[CursorStatistics] = to
	return nil
}

// ClearStatistics implements StatisticsStore.
func (l *ledger) ClearStatistics(context.Context) error {
	l.counted, l.cursors[CursorStatistics] = map[int64]*StatisticsCase{}, 0
	return nil
}

// EachStatistics implements StatisticsStore.
func (l *ledger) EachStatistics(_ context.Context, _, _ time.Time, each func(*StatisticsCase) error) (int64, error) {
	keys, _ := l.CaseList(context.Background(), CaseFilter{Limit: len(l.rows)})
	slices.Reverse(keys)
	for _, key := range keys {
		if row := l.counted[key]; row != nil {
			if err := each(row.copied()); err != nil {
				return 0, err
			}
		}
	}
	return l.cursors[CursorStatistics], nil
}

// Cursor implements Cursors.
func (l *ledger) Cursor(_ context.Context, name Cursor) (int64, error) { return l.cursors[name], nil }

// SetCursor implements Cursors.
func (l *ledger) SetCursor(_ context.Context, name Cursor, value int64) error {
	l.cursors[name] = value
	return nil
}

// simulatedLog is a topic's log and how much of it a reader may see.
type simulatedLog struct {
	messages  []Message
	positions []TeamPosition
}

// mailbox is a leader's Inbox over the logs. It never waits: virtual time
// passes in the simulation alone.
type mailbox struct {
	logs  map[string]*simulatedLog
	next  map[string]int64
	limit func() int // messages given at once
	away  bool       // the broker does not answer
}

var inputTopics = []string{"teams", "commands", "applications", "positions"}

// Seek implements Inbox.
func (m *mailbox) Seek(_ context.Context, offsets []SourceOffset) error {
	m.next = map[string]int64{}
	for _, offset := range offsets {
		m.next[offset.Topic] = offset.Next
	}
	return nil
}

// Next implements Inbox.
func (m *mailbox) Next(_ context.Context, limit int) (Input, error) {
	var input Input
	if m.away {
		return input, nil
	}
	limit = min(limit, m.limit())
	for _, topic := range inputTopics {
		log, from := m.logs[topic], m.next[topic]
		length := int64(len(log.messages) + len(log.positions))
		to := min(length, from+int64(limit-len(input.Messages)))
		if to <= from {
			continue
		}
		if topic == "positions" {
			input.Positions = append(input.Positions, log.positions[from:to]...)
		} else {
			input.Messages = append(input.Messages, log.messages[from:to]...)
		}
		input.Offsets = append(input.Offsets, SourceOffset{Topic: topic, Next: to})
		m.next[topic] = to
	}
	return input, nil
}

// Ends implements Inbox.
func (m *mailbox) Ends(context.Context) ([]SourceOffset, error) {
	if m.away {
		return nil, ErrIntakeAway
	}
	var ends []SourceOffset
	for _, topic := range inputTopics[:3] {
		if n := len(m.logs[topic].messages); n > 0 {
			ends = append(ends, SourceOffset{Topic: topic, Next: int64(n)})
		}
	}
	return ends, nil
}

// Committed implements Inbox.
func (m *mailbox) Committed([]SourceOffset) {}
