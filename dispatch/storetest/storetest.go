// Package storetest is the one suite that every store passes. A store's own
// tests call Exercise; what they add is what only they have (files, pools,
// migrations).
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// Database is what a store implements.
type Database interface {
	dispatch.Store
	dispatch.Cursors
	dispatch.Keys
	dispatch.StatisticsStore
	dispatch.SignedMonths
	dispatch.Deliveries
	dispatch.PushSubscriptions
	dispatch.Photos
	dispatch.Erasure
}

// Opened is a new, empty database.
type Opened struct {
	Store Database
	// Reopen closes the store and opens the same database again. It is called
	// by the test's goroutine; the end of the test closes the newest store.
	Reopen func() Database
}

// deadline bounds every test: no call of a store may hang.
const deadline = 2 * time.Minute

// Exercise runs the suite. open is called once for every part of it.
func Exercise(t *testing.T, open func(t *testing.T) Opened) {
	t.Helper()
	for _, part := range []struct {
		name string
		run  func(*testing.T, *book)
	}{
		{"rows come back as they were written", testRoundTrip},
		{"rows are written when they changed", testChangedRows},
		{"places", testPlaces},
		{"every word of the vocabulary is taken", testVocabulary},
		{"a word outside the vocabulary is refused", testUnknownWords},
		{"a batch on an old head is fenced", testFence},
		{"of two batches on one head one is fenced", testConcurrentCommits},
		{"a refused batch leaves nothing behind", testRefusedWhole},
		{"invariants", testInvariants},
		{"the journal has no gaps", testJournal},
		{"a slot moves within a batch", testSlots},
		{"look-up", testLookup},
		{"list of cases", testCaseList},
		{"board", testBoard},
		{"events of a case", testEventsOfCase},
		{"teams and positions", testTeams},
		{"results", testApplied},
		{"accepted assignments of the last day", testAccepted},
		{"dead letters", testDeadLetters},
		{"cursors", testCursors},
		{"API keys and settings", testKeys},
		{"ended sessions", testEndedSessions},
		{"signed months", testSignedMonths},
		{"statistics", testStatistics},
		{"coordinators", testCoordinators},
		{"deliveries", testDeliveries},
		{"push subscriptions", testPushSubscriptions},
		{"photos", testPhotos},
		{"erasure", testErasure},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, newBook(t, open(t))) })
	}
	for _, part := range []struct {
		name string
		run  func(*testing.T, func(*testing.T) Opened)
	}{
		{"the same messages in any batches give the same rows", testCuts},
		{"the state loaded again is the state in memory", testLoadedState},
		{"a message that the store refuses stands alone", testCulprit},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

// book writes batches that follow one another: it keeps the head and the
// clock, so that a test says only what it is about.
type book struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // the test's
	store  Database
	reopen func() Database
	head   dispatch.Position
	now    time.Time
	number int
}

func newBook(t *testing.T, opened Opened) *book {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	head, err := opened.Store.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if head.Epoch == "" || head.Sequence != 0 {
		t.Fatalf("the head of a new database is %v, want an epoch and sequence 0", head)
	}
	return &book{t: t, ctx: ctx, store: opened.Store, reopen: opened.Reopen, head: head,
		now: time.Date(2026, time.November, 21, 10, 0, 0, 0, time.UTC)}
}

// page is a batch being written.
type page struct {
	*book
	dispatch.Batch
}

func (b *book) page() *page {
	return &page{book: b, Batch: dispatch.Batch{Base: b.head, Head: b.head}}
}

// tick gives the next time, a second and a bit later.
func (b *book) tick() time.Time {
	b.now = b.now.Add(1234 * time.Millisecond)
	return b.now
}

// emit adds an event and gives its sequence.
func (p *page) emit(event dispatch.EventType, key int64, team int32) int64 {
	p.Head.Sequence++
	p.Events = append(p.Events, dispatch.Event{Sequence: p.Head.Sequence, At: p.tick(), Type: event, Case: key, Team: team})
	return p.Head.Sequence
}

// commit writes the batch, which must be taken.
func (p *page) commit() {
	p.t.Helper()
	if err := p.store.Commit(p.ctx, &p.Batch); err != nil {
		p.t.Fatalf("commit: %v", err)
	}
	p.book.head = p.Head
}

// refused writes the batch, which must be refused for good, and leave nothing.
func (p *page) refused() {
	p.t.Helper()
	before := p.snapshot()
	p.refusedWith(dispatch.ErrRefused)
	same(p.t, "the state after a refused batch", before, p.snapshot())
	events, err := p.store.Events(p.ctx, p.Base.Sequence, 10)
	if err != nil || len(events) != 0 {
		p.t.Errorf("the journal after a refused batch has %d new events (%v)", len(events), err)
	}
}

func (b *book) snapshot() *dispatch.Snapshot {
	b.t.Helper()
	snapshot, err := b.store.Load(b.ctx)
	if err != nil {
		b.t.Fatalf("load: %v", err)
	}
	return snapshot
}

// one gives a case by its key.
func (b *book) one(key int64) *dispatch.Case {
	b.t.Helper()
	cases, err := b.store.Cases(b.ctx, []int64{key})
	if err != nil {
		b.t.Fatalf("case %d: %v", key, err)
	}
	if len(cases) != 1 {
		b.t.Fatalf("case %d: got %d cases", key, len(cases))
	}
	return cases[0]
}

// team adds a plain team with the next key.
func (p *page) team(key int32, id string) *dispatch.Team {
	team := &dispatch.Team{Key: key, Available: true, TeamRegistration: dispatch.TeamRegistration{ID: id, Capacity: 10,
		Kinds: []dispatch.Kind{dispatch.MissingPerson}, Answers: dispatch.AnswersManual}}
	team.Changed = p.emit(dispatch.EventTeamRegistered, 0, key)
	p.Teams = append(p.Teams, team)
	return team
}

// open adds a plain case with one application and one subject.
func (p *page) open() *dispatch.Case {
	p.number++
	key := p.emit(dispatch.EventCaseOpened, p.Head.Sequence+1, 0)
	id := "application-" + dispatch.CaseID(p.head.Epoch, key)
	c := &dispatch.Case{
		Key: key, ID: dispatch.CaseID(p.head.Epoch, key), Number: caseNumber(p.number), Kind: dispatch.MissingPerson,
		Status: dispatch.StatusWaiting, Urgency: dispatch.Urgent, CallOut: dispatch.CallOutNow, OpenedAt: p.now,
		Needs: dispatch.Needs{Teams: 1}, Changed: key,
		Applications: []dispatch.Application{{Key: key, Identity: dispatch.ApplicationIdentity("kafka", id), System: "kafka", ID: id,
			Kind: dispatch.MissingPerson, FiledAt: p.now, ReceivedAt: p.now, Changed: key}},
		Subjects: []dispatch.Subject{{N: 1, ID: "s1", Changed: key}},
		Personal: dispatch.Personal{Applications: make([]dispatch.ApplicationPersonal, 1), Subjects: make([]dispatch.SubjectPersonal, 1), Changed: key},
	}
	p.Cases = append(p.Cases, c)
	return c
}

// assign adds an assignment of the team to the case, which is in the batch or
// will be written with it.
func (p *page) assign(c *dispatch.Case, team *dispatch.Team, status dispatch.AssignmentStatus, slot int32) *dispatch.Assignment {
	round := 1
	for i := range c.Assignments {
		if c.Assignments[i].Team == team.Key {
			round = c.Assignments[i].Round + 1
		}
	}
	sequence := p.emit(dispatch.EventOffered, c.Key, team.Key)
	c.Assignments = append(c.Assignments, dispatch.Assignment{N: len(c.Assignments) + 1, Team: team.Key, TeamID: team.ID, Round: round,
		Status: status, Slot: slot, Rings: 1, OfferedAt: p.now, Created: sequence, SlotChanged: sequence, Changed: sequence})
	c.Changed = sequence
	return &c.Assignments[len(c.Assignments)-1]
}

// again takes a copy of a stored case into the batch, to be changed.
func (p *page) again(key int64) *dispatch.Case {
	c := p.one(key)
	p.Cases = append(p.Cases, c)
	return c
}
