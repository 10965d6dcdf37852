package sqlite_test

import (
	"context"
	"flag"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

var stored = flag.Int64("stored", 100_000, "cases that BenchmarkGrowth stores")

// finish makes the cases of a batch ones that are over, with everybody home.
func finish(batch *dispatch.Batch) {
	for _, c := range batch.Cases {
		outcome := dispatch.SubjectOutcome{Outcome: dispatch.OutcomeFound, Condition: dispatch.ConditionWell, FoundBy: "team", At: c.OpenedAt}
		c.Status, c.EndedAt = dispatch.StatusFound, c.OpenedAt
		c.Subjects[0].Outcome = &outcome
		a := &c.Assignments[0]
		a.Status, a.Slot, a.FinishedAt = dispatch.AssignmentReturned, 0, c.OpenedAt
	}
}

// BenchmarkGrowth says what growth costs: a batch of applications with many
// cases stored against one with few, and a start with 5,000 of them open.
//
//	go test ./dispatch/sqlite -run '^$' -bench Growth -benchtime 1x -timeout 60m -stored 1000000
func BenchmarkGrowth(b *testing.B) {
	const few, open, measured = 50_000, 5_000, 20_000
	ctx := b.Context()
	path := filepath.Join(b.TempDir(), "izdeu.sqlite")
	begin := func() *sqlite.Store {
		store, err := sqlite.Open(ctx, path, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		return store
	}
	store := begin()
	head, err := store.Head(ctx)
	if err != nil {
		b.Fatal(err)
	}
	in := &intake{head: head, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	commit := func(batch *dispatch.Batch) {
		if err := store.Commit(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	commit(in.teams())
	fill := func(until int64) {
		for in.number < until {
			in.now = in.now.Add(time.Minute) // a thousand cases in so long: what is stored is older than a day
			batch := in.applications(batchSize)
			finish(batch)
			commit(batch)
		}
	}
	perApplication := func() float64 {
		took := time.Duration(0)
		for range measured / batchSize {
			batch := in.applications(batchSize)
			finish(batch)
			started := time.Now()
			commit(batch)
			took += time.Since(started)
		}
		return float64(took.Nanoseconds()) / measured
	}
	for range b.N {
		fill(few)
		small := perApplication()
		fill(*stored - open)
		large := perApplication()
		in.now = in.now.Add(25 * time.Hour)
		for range open / batchSize {
			commit(in.applications(batchSize))
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		started := time.Now()
		store = begin()
		snapshot, err := store.Load(ctx)
		if err != nil {
			b.Fatal(err)
		}
		took := time.Since(started)
		if len(snapshot.Cases) != open {
			b.Fatalf("%d cases are open, want %d", len(snapshot.Cases), open)
		}
		b.ReportMetric(small/1000, "µs/application-few")
		b.ReportMetric(large/1000, "µs/application-many")
		b.ReportMetric(large/small, "ratio")
		b.ReportMetric(took.Seconds()*1000, "ms/start")
		b.ReportMetric(0, "ns/op")
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}
