package dispatch_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

func statisticsRows(t *testing.T, store *sqlite.Store) string {
	t.Helper()
	var rows []*dispatch.StatisticsCase
	if _, err := store.EachStatistics(t.Context(), time.Time{}, time.Time{}, func(row *dispatch.StatisticsCase) error {
		rows = append(rows, row)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return dispatch.Canonical(rows)
}

// TestProjectorRebuilt: statistics made step by step are those made anew from
// the whole journal, add up, and count what the cases say.
func TestProjectorRebuilt(t *testing.T) {
	for seed := range 5 {
		store := openStore(t)
		state := loadState(t, store)
		feed := dispatch.NewFeed(store, 50)
		feed.Reset(state)
		log := slog.New(slog.DiscardHandler)
		live := dispatch.NewProjector(store, feed, prometheus.NewRegistry(), log)
		messages := dispatch.RandomMessages(seed + 100)
		var sequence int64
		for n := 1; len(messages) > 0; n++ {
			size := min(1+n%4, len(messages))
			feed.Publish(state, commit(t, store, state, messages[:size]...))
			state.Settle()
			messages = messages[size:]
			if n%3 == 0 { // a new process has nothing in its cache
				live = dispatch.NewProjector(store, feed, prometheus.NewRegistry(), log)
			}
			sequence = project(t, live, feed, sequence)
		}
		before := statisticsRows(t, store)
		again := dispatch.NewProjector(store, feed, prometheus.NewRegistry(), log)
		if err := again.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		project(t, again, feed, 0)
		if after := statisticsRows(t, store); after != before {
			t.Fatalf("seed %d: made anew they are others", seed)
		}
		checkReports(t, store, state)
	}
}

// project counts everything up to the feed's head.
func project(t *testing.T, projector *dispatch.Projector, feed *dispatch.Feed, sequence int64) int64 {
	t.Helper()
	for head, _ := feed.Head(); sequence < head.Sequence; {
		next, err := projector.Step(t.Context(), sequence)
		if err != nil || next <= sequence {
			t.Fatalf("a step from %d leads to %d: %v", sequence, next, err)
		}
		sequence = next
	}
	return sequence
}

// checkReports compares the reports with a recount of the cases.
func checkReports(t *testing.T, store *sqlite.Store, state *dispatch.State) {
	t.Helper()
	keys, err := store.CaseList(t.Context(), dispatch.CaseFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := store.Cases(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	want := dispatch.StatisticsTotals{}
	for _, c := range cases {
		if c.Exercise {
			continue
		}
		want.Cases++
		want.Applications += len(c.Applications)
		want.Subjects += len(c.Subjects)
		for _, s := range c.Subjects {
			if s.Outcome == nil {
				want.Open++
				continue
			}
			switch s.Outcome.Outcome {
			case dispatch.OutcomeFound:
				want.Found++
			case dispatch.OutcomeMissing:
				want.Missing++
			case dispatch.OutcomeDeceased:
				want.Deceased++
			case dispatch.OutcomeClosed:
				want.Closed++
			}
		}
		if len(c.Subjects) == 0 {
			want.WithoutSubjects++
			if c.Closing != nil {
				want.WithoutSubjectsClosed++
			} else {
				want.WithoutSubjectsOpen++
			}
		}
	}
	for _, by := range append(dispatch.GroupBys(), "") {
		report, err := dispatch.Report(t.Context(), store, state.Head().Epoch, dispatch.StatisticsQuery{GroupBy: by})
		if err != nil {
			t.Fatal(err)
		}
		got := report.Totals
		got.MinutesToFirstTeam, got.MinutesToFound = nil, nil
		if got != want || report.Position != state.Head().String() {
			t.Fatalf("by %q at %s: %+v, want %+v at %s", by, report.Position, got, want, state.Head())
		}
		if by == "" && len(report.Checks) != 2 || by != "" && len(report.Checks) < 3 {
			t.Fatalf("by %q: %d checks", by, len(report.Checks))
		}
		for _, check := range report.Checks {
			if !check.Holds || check.Difference != 0 {
				t.Fatalf("by %q: %+v", by, check)
			}
		}
	}
}
