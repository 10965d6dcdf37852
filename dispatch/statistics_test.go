package dispatch_test

import (
	"log/slog"
	"math"
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
	want, minutes := dispatch.StatisticsTotals{}, 0
	for _, c := range cases {
		if c.Exercise {
			continue
		}
		want.Cases++
		want.Applications += len(c.Applications)
		want.Subjects += len(c.Subjects)
		for i := range c.Assignments {
			if a := &c.Assignments[i]; a.Away() > 0 {
				minutes += int(a.Away() / time.Minute)
			}
		}
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
		if got.Lent != got.Borrowed || got.Assignments < got.Lent || math.Abs(got.TeamHours*60-float64(minutes)) > 0.5 {
			t.Fatalf("by %q: %+v, but the teams were out for %d minutes", by, got, minutes)
		}
		got.Assignments, got.Lent, got.Borrowed, got.TeamHours, got.PeopleHours = 0, 0, 0, 0, 0
		if got != want || report.Position != state.Head().String() {
			t.Fatalf("by %q at %s: %+v, want %+v at %s", by, report.Position, got, want, state.Head())
		}
		if by == "" && len(report.Checks) != 3 || by != "" && len(report.Checks) < 3 {
			t.Fatalf("by %q: %d checks", by, len(report.Checks))
		}
		for _, check := range report.Checks {
			if !check.Holds || check.Difference != 0 {
				t.Fatalf("by %q: %+v", by, check)
			}
		}
	}
}

// TestLendingIsCounted: who lent whom, from the journal alone: by region, by
// team, and for one region alone.
func TestLendingIsCounted(t *testing.T) {
	store := openStore(t)
	state := loadState(t, store)
	feed := dispatch.NewFeed(store, 50)
	feed.Reset(state)
	feed.Publish(state, commit(t, store, state, dispatch.LendingMessages()...))
	project(t, dispatch.NewProjector(store, feed, prometheus.NewRegistry(), slog.New(slog.DiscardHandler)), feed, 0)
	report := func(query dispatch.StatisticsQuery) *dispatch.StatisticsReport {
		t.Helper()
		report, err := dispatch.Report(t.Context(), store, "e", query)
		if err != nil {
			t.Fatal(err)
		}
		for _, check := range report.Checks {
			if !check.Holds {
				t.Errorf("%+v: %+v", query, check)
			}
		}
		return report
	}
	figures := func(totals dispatch.StatisticsTotals) [5]float64 {
		return [5]float64{float64(totals.Assignments), float64(totals.Lent), float64(totals.Borrowed), totals.TeamHours, totals.PeopleHours}
	}
	want := map[dispatch.GroupBy]map[string][5]float64{
		"region":       {"KZ-39": {2, 0, 1, 3.5, 33.5}, "KZ-71": {0, 1, 0, 0, 0}},
		"team":         {"dos": {2, 0, 1, 3.5, 33.5}, "far": {0, 1, 0, 0, 0}},
		"organisation": {"organisation of dos": {2, 0, 1, 3.5, 33.5}, "organisation of far": {0, 1, 0, 0, 0}},
		"kind":         {"missing_person": {2, 1, 1, 3.5, 33.5}},
		"category":     {"child_13_15": {2, 1, 1, 3.5, 33.5}},
	}
	for by, groups := range want {
		got := report(dispatch.StatisticsQuery{GroupBy: by})
		if len(got.Groups) != len(groups) || figures(got.Totals) != [5]float64{2, 1, 1, 3.5, 33.5} {
			t.Errorf("by %s: %+v", by, got)
		}
		for _, group := range got.Groups {
			if figures(group.StatisticsTotals) != groups[group.Key] {
				t.Errorf("by %s, %s: %v, want %v", by, group.Key, figures(group.StatisticsTotals), groups[group.Key])
			}
		}
	}
	if got := figures(report(dispatch.StatisticsQuery{Regions: []string{"KZ-71"}}).Totals); got != [5]float64{0, 1, 0, 0, 0} {
		t.Errorf("KZ-71 alone: %v", got)
	}
	if got := figures(report(dispatch.StatisticsQuery{Regions: []string{"KZ-39"}}).Totals); got != [5]float64{2, 0, 1, 3.5, 33.5} {
		t.Errorf("KZ-39 alone: %v", got)
	}
}
