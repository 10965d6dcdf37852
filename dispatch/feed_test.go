package dispatch_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

// patience bounds every wait of these tests; nothing depends on it.
const patience = 60 * time.Second

func openStore(t testing.TB) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "izdeu.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func loadState(t testing.TB, store dispatch.Store) *dispatch.State {
	t.Helper()
	snapshot, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dispatch.NewState(dispatch.DefaultSettings(), snapshot)
}

// commit decides messages and commits what comes of them.
func commit(t testing.TB, store dispatch.Store, state *dispatch.State, messages ...dispatch.Message) *dispatch.Batch {
	t.Helper()
	found, err := store.Lookup(t.Context(), dispatch.LookupOf(state, messages))
	if err != nil {
		t.Fatal(err)
	}
	state.Receive(found)
	batch := dispatch.DecideBatch(state, messages)
	if err := store.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	return batch
}

// collected is what a reader has by page after page.
type collected struct {
	events []dispatch.Event
	cases  map[int64]*dispatch.Case
	teams  map[int32]dispatch.TeamState
}

// collect reads a feed to its head.
func collect(t *testing.T, feed *dispatch.Feed, after int64, limit int) collected {
	t.Helper()
	c := collected{cases: map[int64]*dispatch.Case{}, teams: map[int32]dispatch.TeamState{}}
	head, _ := feed.Head()
	for after < head.Sequence {
		page, err := feed.After(t.Context(), after, limit)
		if err != nil {
			t.Fatal(err)
		}
		if page.From != after || page.Position.Epoch != head.Epoch || len(page.Events) == 0 || page.Position.Sequence != page.Events[len(page.Events)-1].Sequence {
			t.Fatalf("the page after %d goes from %d to %s with %d events", after, page.From, page.Position, len(page.Events))
		}
		events, err := feed.Events(t.Context(), after, limit)
		if err != nil || dispatch.Canonical(events) != dispatch.Canonical(page.Events) {
			t.Fatalf("the events alone after %d are others (%v)", after, err)
		}
		if !slices.IsSortedFunc(page.Cases, func(a, b *dispatch.Case) int { return int(a.Key - b.Key) }) ||
			!slices.IsSortedFunc(page.Teams, func(a, b dispatch.TeamState) int { return int(a.Key - b.Key) }) {
			t.Fatalf("the page after %d is not in order", after)
		}
		after = page.Position.Sequence
		c.events = append(c.events, page.Events...)
		for _, one := range page.Cases {
			c.cases[one.Key] = one
		}
		for _, one := range page.Teams {
			c.teams[one.Key] = one
		}
	}
	return c
}

// TestKeptPagesAreStoredPages: a reader that keeps up is told the same as one
// that has fallen behind and reads from the store.
func TestKeptPagesAreStoredPages(t *testing.T) {
	for seed := range 6 {
		store := openStore(t)
		state := loadState(t, store)
		warm, short := dispatch.NewFeed(store, 1_000_000), dispatch.NewFeed(store, 10)
		warm.Reset(state)
		short.Reset(state)
		messages := dispatch.RandomMessages(seed)
		heads := []int64{0}
		for len(messages) > 0 {
			n := min(1+len(heads)%3, len(messages))
			batch := commit(t, store, state, messages[:n]...)
			messages = messages[n:]
			warm.Publish(state, batch)
			short.Publish(state, batch)
			state.Settle()
			heads = append(heads, batch.Head.Sequence)
		}
		cold := dispatch.NewFeed(store, 10)
		cold.Reset(state)
		last := heads[len(heads)-1]
		for _, after := range []int64{0, 1, heads[len(heads)/2], heads[len(heads)/2] + 1, last - 1, last} {
			if after > last {
				continue
			}
			want := collect(t, cold, after, 7)
			for name, feed := range map[string]*dispatch.Feed{"warm": warm, "short": short} {
				for _, limit := range []int{1, 7, 1000} {
					got := collect(t, feed, after, limit)
					if dispatch.Canonical(got.events) != dispatch.Canonical(want.events) || dispatch.Canonical(got.cases) != dispatch.Canonical(want.cases) ||
						dispatch.Canonical(got.teams) != dispatch.Canonical(want.teams) {
						t.Fatalf("seed %d: the %s feed after %d, %d at a time, differs from the store", seed, name, after, limit)
					}
				}
			}
		}
		if page, err := warm.After(t.Context(), last, 10); err != nil || len(page.Events) != 0 || page.Position.Sequence != last {
			t.Fatalf("after the head: %+v, %v", page, err)
		}
	}
}

// TestWakeUps: readers that wait for the head to move get every event, in
// order, however fast they are.
func TestWakeUps(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	store := openStore(t)
	state := loadState(t, store)
	feed := dispatch.NewFeed(store, 20)
	feed.Reset(state)
	const commits, readers = 150, 6
	now := time.Now().UTC().Truncate(time.Millisecond)
	var running sync.WaitGroup
	last := make(chan struct{})
	arrived := make([]chan int64, readers) // where each reader has come to
	var end int64
	for reader := range readers {
		arrived[reader] = make(chan int64, 2*commits)
		running.Go(func() {
			var sequence int64
			for {
				head, changed := feed.Head()
				if head.Sequence == sequence {
					select {
					case <-last:
						if sequence == end {
							return
						}
					default:
					}
					select {
					case <-changed:
					case <-last:
					case <-ctx.Done():
						t.Errorf("reader %d waits at %d", reader, sequence)
						return
					}
					continue
				}
				page, err := feed.After(ctx, sequence, 1+reader)
				if err != nil {
					t.Errorf("reader %d: %v", reader, err)
					return
				}
				for _, event := range page.Events {
					if sequence++; event.Sequence != sequence {
						t.Errorf("reader %d: %d comes after %d", reader, event.Sequence, sequence-1)
						return
					}
				}
				arrived[reader] <- sequence
			}
		})
	}
	for i := range commits {
		message := dispatch.NewApplicationMessage(string(rune('a'+i%26))+time.Duration(i).String(), dispatch.MissingPerson)
		message.Now, message.At = now, now
		batch := commit(t, store, state, message)
		end = batch.Head.Sequence
		feed.Publish(state, batch)
		state.Settle()
		if i%10 != 9 {
			continue
		}
		// Nothing more is published until everybody has it: one wake-up that
		// is lost holds up everything.
		for reader := range readers {
			for at := int64(0); at < end && ctx.Err() == nil; {
				select {
				case at = <-arrived[reader]:
				case <-ctx.Done():
				}
			}
		}
	}
	close(last)
	running.Wait()
}

// TestPositionsAfter gives each team that moved once, with its newest place.
func TestPositionsAfter(t *testing.T) {
	store := openStore(t)
	state := loadState(t, store)
	now := time.Now().UTC().Truncate(time.Millisecond)
	var messages []dispatch.Message
	for _, id := range []string{"bars", "dos"} {
		message := dispatch.NewTeamMessage(id, now, dispatch.AnswersManual)
		message.Now = now
		messages = append(messages, message)
	}
	feed := dispatch.NewFeed(store, 100)
	feed.Reset(state)
	feed.Publish(state, commit(t, store, state, messages...))
	move := func(id string, after time.Duration) {
		moved, _ := state.MovePositions([]dispatch.TeamPosition{{TeamID: id, At: now.Add(after)}})
		batch := &dispatch.Batch{Base: state.Head(), Head: state.Head(), Positions: moved}
		_, changed := feed.Head()
		if err := store.Commit(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		feed.Publish(state, batch)
		select {
		case <-changed:
		default:
			t.Fatal("nobody is woken")
		}
	}
	move("dos", 0)
	moved, counter := feed.PositionsAfter(0)
	if len(moved) != 1 || moved[0].TeamID != "dos" {
		t.Fatalf("%+v", moved)
	}
	if again, same := feed.PositionsAfter(counter); len(again) != 0 || same != counter {
		t.Fatalf("%+v", again)
	}
	move("bars", 0)
	move("dos", time.Second)
	move("dos", 2*time.Second)
	moved, _ = feed.PositionsAfter(counter)
	if len(moved) != 2 || moved[0].TeamID != "bars" || !moved[1].At.Equal(now.Add(2*time.Second)) {
		t.Fatalf("%+v", moved)
	}
	// After a load the counters go on.
	fresh := dispatch.NewFeed(store, 100)
	fresh.Reset(loadState(t, store))
	if reloaded, at := fresh.PositionsAfter(0); len(reloaded) != 2 || at != moved[1].Counter {
		t.Fatalf("%+v, %d", reloaded, at)
	}
}
