package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// today is when the applications of a benchmark are filed.
var today = time.Date(2026, time.November, 21, 10, 0, 0, 0, time.UTC)

// Measure runs a benchmark on a store and closes it in the end.
func Measure(b *testing.B, store Database, what func(*testing.B, Database)) {
	b.Helper()
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	what(b, store)
}

// MeasureCommit is a batch of 1,000 applications, each accepted at once by a
// team that answers automatically.
func MeasureCommit(b *testing.B, store Database) {
	in := startIntake(b, store, today)
	var spent time.Duration
	for b.Loop() {
		b.StopTimer()
		batch := in.applications(intakeBatch)
		b.StartTimer()
		started := time.Now()
		if err := store.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		spent += time.Since(started)
	}
	applications := float64(b.N) * intakeBatch
	b.ReportMetric(float64(spent.Microseconds())/applications, "µs/application")
	b.ReportMetric(applications/spent.Seconds(), "applications/s")
}

// MeasureLookup asks for 1,000 applications that are not there, as every batch
// of new ones does.
func MeasureLookup(b *testing.B, store Database) {
	storeApplications(b, store)
	identities := make([]dispatch.Identity, intakeBatch)
	n := 0
	for b.Loop() {
		b.StopTimer()
		for i := range identities {
			n++
			identities[i] = dispatch.ApplicationIdentity("unknown", fmt.Sprint(n))
		}
		b.StartTimer()
		found, err := store.Lookup(b.Context(), dispatch.Lookup{Applications: identities})
		if err != nil || len(found.Applications) != 0 {
			b.Fatal(found, err)
		}
	}
}

// MeasureTextSearch looks through 20,000 cases for a text that none has: the
// longest that a search can take.
func MeasureTextSearch(b *testing.B, store Database) {
	storeApplications(b, store)
	for b.Loop() {
		keys, err := store.CaseList(b.Context(), dispatch.CaseFilter{Text: "Нигде", Limit: 50})
		if err != nil || len(keys) != 0 {
			b.Fatal(keys, err)
		}
	}
}

func storeApplications(b *testing.B, store Database) {
	b.Helper()
	in := startIntake(b, store, today)
	for range 20 {
		if err := store.Commit(b.Context(), in.applications(intakeBatch)); err != nil {
			b.Fatal(err)
		}
	}
}

// MeasureGrowth says what growth costs: a batch of applications with many
// cases stored against one with few, and a start with 5,000 of them open. open
// opens the same database every time; MeasureGrowth closes it. settle waits
// until what was written is where it stays: what storing so much at once has
// left to the disk is no cost of the next application.
func MeasureGrowth(b *testing.B, stored int64, open func() Database, settle func()) {
	const few, left, warming, measured = 50_000, 5_000, 5_000, 20_000
	store := open()
	defer func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	}()
	in := startIntake(b, store, today.AddDate(-1, 0, 0))
	commit := func(batch *dispatch.Batch) {
		if err := store.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	fill := func(until int64) {
		for in.number < until {
			in.now = in.now.Add(time.Minute) // a thousand cases in so long: what is stored is older than a day
			commit(finished(in.applications(intakeBatch)))
		}
	}
	perApplication := func() float64 {
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		settle()
		store = open()
		for range warming / intakeBatch {
			commit(finished(in.applications(intakeBatch)))
		}
		took := time.Duration(0)
		for range measured / intakeBatch {
			batch := finished(in.applications(intakeBatch))
			started := time.Now()
			commit(batch)
			took += time.Since(started)
		}
		return float64(took.Nanoseconds()) / measured
	}
	for range b.N {
		fill(few)
		small := perApplication()
		fill(stored - left)
		large := perApplication()
		in.now = in.now.Add(25 * time.Hour)
		for range left / intakeBatch {
			commit(in.applications(intakeBatch))
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		started := time.Now()
		store = open()
		snapshot, err := store.Load(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		took := time.Since(started)
		if len(snapshot.Cases) != left {
			b.Fatalf("%d cases are open, want %d", len(snapshot.Cases), left)
		}
		b.ReportMetric(small/1000, "µs/application-few")
		b.ReportMetric(large/1000, "µs/application-many")
		b.ReportMetric(large/small, "ratio")
		b.ReportMetric(took.Seconds()*1000, "ms/start")
		b.ReportMetric(0, "ns/op")
	}
}

// finished makes the cases of a batch ones that are over, with everybody home.
func finished(batch *dispatch.Batch) *dispatch.Batch {
	for _, c := range batch.Cases {
		outcome := dispatch.SubjectOutcome{Outcome: dispatch.OutcomeFound, Condition: dispatch.ConditionWell, FoundBy: "team", At: c.OpenedAt}
		c.Status, c.EndedAt = dispatch.StatusFound, c.OpenedAt
		c.Subjects[0].Outcome = &outcome
		a := &c.Assignments[0]
		a.Status, a.Slot, a.FinishedAt = dispatch.AssignmentReturned, 0, c.OpenedAt
	}
	return batch
}
