package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/izdeu/izdeu/dispatch"
)

// won is what Lead gave.
type won struct {
	term   context.Context //nolint:containedctx // what is tested
	resign func()
	err    error
}

// lead asks for the leadership in the background.
func lead(t *testing.T, store *Store) <-chan won {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	given := make(chan won, 1)
	go func() {
		term, resign, err := store.Lead(ctx)
		given <- won{term, resign, err}
	}()
	return given
}

func leads(t *testing.T, given <-chan won) won {
	t.Helper()
	select {
	case w := <-given:
		if w.err != nil {
			t.Fatal(w.err)
		}
		t.Cleanup(w.resign)
		return w
	case <-time.After(time.Minute):
		t.Fatal("nobody leads")
		return won{}
	}
}

func follows(t *testing.T, given <-chan won) {
	t.Helper()
	select {
	case w := <-given:
		t.Fatalf("a second replica leads (%v)", w.err)
	default:
	}
}

// A leader that loses its connection is replaced, and nothing that it writes
// afterwards gets through, until it leads again.
func TestLeadership(t *testing.T) {
	address := newDatabase(t)
	one, two := openTest(t, address), openTest(t, address)
	now := time.Now().UTC()
	head := headOf(t, one)

	first := leads(t, lead(t, one))
	if err := one.Commit(t.Context(), oneCase(head, 1, now, "")); err != nil {
		t.Fatal(err)
	}
	waiting := lead(t, two)
	head = headOf(t, one)
	follows(t, waiting)
	if err := two.Commit(t.Context(), oneCase(head, 2, now, "")); err != nil { // as a tool does that leads nothing: the head alone decides
		t.Fatal(err)
	}
	if err := one.Commit(t.Context(), oneCase(head, 2, now, "")); !errors.Is(err, dispatch.ErrFenced) {
		t.Fatalf("a batch on the head before: %v", err)
	}
	head = headOf(t, one)

	execute(t, two, `SELECT pg_terminate_backend($1)`, one.write.conn.PgConn().PID())
	second := leads(t, waiting)
	select {
	case <-first.term.Done():
	case <-time.After(time.Minute):
		t.Fatal("the term goes on without its connection")
	}
	if one.write != nil {
		t.Error("the leader of before keeps its connection")
	}
	delivery := dispatch.Delivery{ID: "d", Channel: dispatch.ChannelWebhook, State: dispatch.DeliveryDone, Due: now, Deadline: now, CreatedAt: now}
	for what, err := range map[string]error{
		"a batch":    one.Commit(t.Context(), oneCase(head, 3, now, "")),
		"a cursor":   one.SetCursor(t.Context(), dispatch.CursorNotified, 1),
		"a delivery": one.PutDeliveries(t.Context(), []dispatch.Delivery{delivery}, nil),
	} {
		if !errors.Is(err, dispatch.ErrFenced) {
			t.Errorf("%s of who no longer leads: %v", what, err)
		}
	}
	if err := two.Commit(t.Context(), oneCase(head, 3, now, "")); err != nil {
		t.Fatal(err)
	}

	waiting = lead(t, one)
	follows(t, waiting)
	second.resign()
	leads(t, waiting)
	head = headOf(t, one)
	if err := one.Commit(t.Context(), oneCase(head, 4, now, "")); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"a cursor":   one.SetCursor(t.Context(), dispatch.CursorNotified, 1),
		"a delivery": one.PutDeliveries(t.Context(), []dispatch.Delivery{delivery}, nil),
	} {
		if err != nil {
			t.Errorf("%s of who leads: %v", what, err)
		}
	}
}

// A connection that a store still has does not lead when another's term has
// begun: a commit on the right head is refused.
func TestOldTerm(t *testing.T) {
	store := newStore(t)
	leads(t, lead(t, store))
	execute(t, store, `UPDATE head SET leader = leader + 1`)
	err := store.Commit(t.Context(), oneCase(headOf(t, store), 1, time.Now().UTC(), ""))
	if !errors.Is(err, dispatch.ErrFenced) {
		t.Errorf("a batch of a term that is over: %v", err)
	}
}

// A leader that says nothing, as a stopped process does, is replaced; also one
// that stopped in the middle of a batch.
func TestSilentLeader(t *testing.T) {
	for name, silenced := range map[string]func(*testing.T, *Store){
		"between batches": func(*testing.T, *Store) {},
		"in the middle of a batch": func(t *testing.T, store *Store) {
			pipeline := store.write.conn.PgConn().StartPipeline(context.Background())
			pipeline.SendQueryParams(`UPDATE head SET seq = seq`, nil, nil, nil, nil)
			if err := pipeline.Flush(); err != nil {
				t.Fatal(err)
			}
			if result, err := pipeline.GetResults(); err != nil {
				t.Fatal(result, err)
			} else if reader, ok := result.(*pgconn.ResultReader); ok {
				if _, err := reader.Close(); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := newDatabase(t)
			one, two := openTest(t, address), openTest(t, address)
			first := leads(t, lead(t, one))
			one.mu.Lock() // no heartbeat
			silenced(t, one)
			started := time.Now()
			second := leads(t, lead(t, two))
			t.Logf("replaced after %s", time.Since(started).Round(10*time.Millisecond))
			one.mu.Unlock()
			<-first.term.Done() // the next heartbeat finds out
			if second.term.Err() != nil {
				t.Error("the new leader's term is over")
			}
		})
	}
}

// A follower hears of every commit, and of those before it listened.
func TestListen(t *testing.T) {
	address := newDatabase(t)
	leader, follower := openTest(t, address), openTest(t, address)
	ctx, cancel := context.WithCancel(t.Context())
	woken, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- follower.Listen(ctx, func() {
			select {
			case woken <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	<-woken // it listens
	for key := range int64(3) {
		if err := leader.Commit(t.Context(), oneCase(headOf(t, leader), key+1, time.Now().UTC(), "")); err != nil {
			t.Fatal(err)
		}
		<-woken
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("listening ended with %v", err)
	}
}
