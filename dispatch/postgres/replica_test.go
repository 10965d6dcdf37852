package postgres

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

// A replica that follows has what the leader writes: events, whole cases,
// positions, the number of dead letters. When the leader resigns, it leads.
func TestReplicaFollows(t *testing.T) {
	address := newDatabase(t)
	one, two := openTest(t, address), openTest(t, address)
	leader := leads(t, lead(t, one))

	feed := dispatch.NewFeed(two, 100)
	led := make(chan struct{})
	replica := dispatch.NewReplica(two, feed, prometheus.NewRegistry(), slog.New(slog.DiscardHandler), func(term context.Context) error {
		close(led)
		<-term.Done()
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- replica.Run(ctx) }()
	until := func(what string, holds func(dispatch.Position) bool) {
		t.Helper()
		deadline := time.After(time.Minute)
		for {
			head, changed := feed.Head()
			if holds(head) {
				return
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("the follower does not have %s; it stands at %v", what, head)
			}
		}
	}
	head := headOf(t, one)
	now := time.Now().UTC().Truncate(time.Millisecond)
	for key := int64(1); key <= 3; key++ {
		if err := one.Commit(t.Context(), oneCase(head, key, now, "")); err != nil {
			t.Fatal(err)
		}
		head = headOf(t, one)
		until("the head", func(p dispatch.Position) bool { return p == head })
	}
	page, err := feed.After(t.Context(), 1, 100)
	if err != nil || page.Position != head || len(page.Events) != 2 || len(page.Cases) != 2 || page.Cases[1].Key != 3 {
		t.Errorf("after 1 the follower has %+v (%v)", page, err)
	}
	moved := &dispatch.Batch{Base: head, Head: head, Positions: []dispatch.TeamPosition{{TeamID: "dos", Position: orb.Point{63, 53}, At: now, Counter: 1}},
		DeadLetters: []dispatch.DeadLetter{{Source: dispatch.Source{Topic: "x"}, At: now, Reason: "not-json"}}}
	if err := one.Commit(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	until("a position", func(dispatch.Position) bool { positions, _ := feed.PositionsAfter(0); return len(positions) == 1 })
	until("a dead letter", func(dispatch.Position) bool { return feed.DeadLetters() == 1 })
	if replica.Leads() {
		t.Error("it leads beside the leader")
	}
	leader.resign()
	<-led
	if !replica.Leads() {
		t.Error("it leads and does not say so")
	}
	cancel()
	if err := <-ended; err != nil || replica.Leads() {
		t.Errorf("it ended with %v, and leads: %t", err, replica.Leads())
	}
}

// An error of what the leader does ends the replica; a lost term does not.
func TestReplicaEnds(t *testing.T) {
	store := newStore(t)
	broken := errors.New("broken")
	terms := 0
	replica := dispatch.NewReplica(store, dispatch.NewFeed(store, 100), prometheus.NewRegistry(), slog.New(slog.DiscardHandler), func(term context.Context) error {
		if terms++; terms == 2 {
			return broken
		}
		store.mu.Lock()
		pid := store.write.conn.PgConn().PID()
		store.mu.Unlock()
		execute(t, store, `SELECT pg_terminate_backend($1)`, pid)
		<-term.Done()
		return errors.New("cut off")
	})
	if err := replica.Run(t.Context()); !errors.Is(err, broken) || terms != 2 {
		t.Errorf("it ended with %v after %d terms", err, terms)
	}
}
