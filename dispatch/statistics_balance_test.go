package dispatch_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

// TestBalance: what is open when a month ends is carried into the next one, in
// every region and in all, whatever the months.
func TestBalance(t *testing.T) {
	store := openStore(t)
	month := func(n time.Month) time.Time {
		return time.Date(2026, n, 1, 0, 0, 0, 0, time.FixedZone("+05:00", 5*60*60))
	}
	middle := func(n time.Month) time.Time { return month(n).AddDate(0, 0, 14) }
	subject := func(ended time.Month) dispatch.StatisticsSubject {
		if ended == 0 {
			return dispatch.StatisticsSubject{ID: "s"}
		}
		return dispatch.StatisticsSubject{ID: "s", Outcome: dispatch.OutcomeFound, OutcomeAt: middle(ended)}
	}
	rows := []*dispatch.StatisticsCase{
		{Key: 1, OpenedAt: middle(1), Region: "KZ-39", Subjects: []dispatch.StatisticsSubject{subject(1), subject(3)}},
		{Key: 2, OpenedAt: middle(1), Region: "KZ-59", Subjects: []dispatch.StatisticsSubject{subject(2)}},
		{Key: 3, OpenedAt: middle(2), Region: "KZ-39", Subjects: []dispatch.StatisticsSubject{subject(0), subject(2)}},
		{Key: 4, OpenedAt: month(2), Subjects: []dispatch.StatisticsSubject{subject(3)}},
		// Found in January, sought again in March, found twice in April, of whom one was named in February.
		{Key: 8, OpenedAt: middle(1), Region: "KZ-10", Subjects: []dispatch.StatisticsSubject{
			{ID: "a", Outcome: dispatch.OutcomeFound, OutcomeAt: middle(4).AddDate(0, 0, 2),
				Earlier: []dispatch.StatisticsEnd{{EndedAt: middle(1), ReopenedAt: middle(3)}, {EndedAt: middle(4), ReopenedAt: middle(4).AddDate(0, 0, 1)}}},
			{ID: "b", AddedAt: middle(2), Outcome: dispatch.OutcomeFound, OutcomeAt: middle(5), EndedAt: middle(4)},
			{ID: "c", Outcome: dispatch.OutcomeFound, OutcomeAt: month(1)}, // found before it was filed
		}},
		{Key: 5, OpenedAt: middle(2), Region: "KZ-39", Exercise: true, Subjects: []dispatch.StatisticsSubject{subject(0)}},
		{Key: 6, OpenedAt: middle(2), Region: "KZ-39", Merged: true, Subjects: []dispatch.StatisticsSubject{subject(0)}},
		{Key: 7, OpenedAt: middle(2), Region: "KZ-39", Kind: dispatch.Emergency},
	}
	if err := store.PutStatistics(t.Context(), 0, 9, rows); err != nil {
		t.Fatal(err)
	}
	balance := func(from, to time.Time, regions ...string) *dispatch.BalanceReport {
		t.Helper()
		report, err := dispatch.Balance(t.Context(), store, "e", dispatch.StatisticsQuery{From: from, To: to, Regions: regions})
		if err != nil {
			t.Fatal(err)
		}
		for _, check := range report.Checks {
			if !check.Holds {
				t.Errorf("%s: %s differs by %d", from.Format("2006-01"), check.Name, check.Difference)
			}
		}
		return report
	}
	february := balance(month(2), month(3))
	if want := (dispatch.BalanceFigures{Carried: 2, Opened: 4, Ended: 2, Open: 4}); february.Totals != want || february.Position != "e.9" {
		t.Errorf("February %+v, want %+v", february, want)
	}
	if len(february.Regions) != 4 || february.Regions[2].Key != "KZ-39" || february.Regions[2].BalanceFigures != (dispatch.BalanceFigures{Carried: 1, Opened: 2, Ended: 1, Open: 2}) {
		t.Errorf("regions %+v", february.Regions)
	}
	if got := balance(month(2), month(3), "KZ-59"); got.Totals != (dispatch.BalanceFigures{Carried: 1, Ended: 1}) || len(got.Regions) != 1 {
		t.Errorf("one region: %+v", got)
	}
	for n, want := range map[time.Month]dispatch.BalanceFigures{1: {Opened: 2, Ended: 2}, 2: {Opened: 1, Open: 1}, 3: {Carried: 1, Reopened: 1, Open: 2},
		4: {Carried: 2, Reopened: 1, Ended: 3}, 5: {}} {
		if got := balance(month(n), month(n+1), "KZ-10"); got.Totals != want {
			t.Errorf("%s of the reopened: %+v, want %+v", n, got.Totals, want)
		}
	}
	if all := balance(time.Time{}, time.Time{}); all.Totals != (dispatch.BalanceFigures{Opened: 9, Reopened: 2, Ended: 10, Open: 1}) {
		t.Errorf("all time %+v", all.Totals)
	}
	open := 0
	for n := time.January; n <= time.May; n++ {
		got := balance(month(n), month(n+1))
		if got.Totals.Carried != open {
			t.Errorf("%s carries %d over, the month before left %d", n, got.Totals.Carried, open)
		}
		open = got.Totals.Open
	}
	if open != 1 {
		t.Errorf("%d are open in the end, want 1", open)
	}
}

// TestSigned: whatever happens after a month was signed, the signed figures and
// the corrections together are what the statistics count now, case by case.
func TestSigned(t *testing.T) {
	corrected := map[dispatch.EventType]bool{}
	for seed := range 6 {
		messages := dispatch.RandomMessages(seed + 502)
		before, after := messages[:len(messages)/2], messages[len(messages)/2:]
		if seed == 0 {
			before, after = dispatch.CorrectingMessages()
		}
		store := openStore(t)
		state := loadState(t, store)
		feed := dispatch.NewFeed(store, 50)
		feed.Reset(state)
		projector := dispatch.NewProjector(store, feed, prometheus.NewRegistry(), slog.New(slog.DiscardHandler))
		take := func(messages []dispatch.Message) {
			for len(messages) > 0 {
				size := min(3, len(messages))
				feed.Publish(state, commit(t, store, state, messages[:size]...))
				state.Settle()
				messages = messages[size:]
			}
		}
		take(before)
		at := project(t, projector, feed, 0)
		events, err := store.Events(t.Context(), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		month := events[0].At.In(time.FixedZone("", 5*60*60)).Format("2006-01")
		from, to, ok := dispatch.MonthPeriod(month)
		if !ok {
			t.Fatalf("%q is no month", month)
		}
		report, err := dispatch.Balance(t.Context(), store, "e", dispatch.StatisticsQuery{From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		for _, region := range report.Regions {
			if first, err := store.SignMonth(t.Context(), dispatch.SignedMonth{Month: month, Region: region.Key, Position: dispatch.Position{Epoch: "e", Sequence: at},
				At: time.Now(), Figures: region.BalanceFigures}); err != nil || !first {
				t.Fatalf("sign %s: %t, %v", region.Key, first, err)
			}
		}
		take(after)
		project(t, projector, feed, at)

		now := map[string]dispatch.BalanceFigures{}
		if _, err := store.EachStatistics(t.Context(), time.Time{}, time.Time{}, func(row *dispatch.StatisticsCase) error {
			if row.Key <= at { // the others are of a later month, as far as the signature goes
				sum := now[row.Region]
				sum.Add(dispatch.BalanceOf(row, from, to))
				now[row.Region] = sum
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		signed, err := dispatch.SignedReports(t.Context(), store, store, month, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(signed) != len(report.Regions) {
			t.Fatalf("seed %d: %d regions of %d are signed", seed, len(signed), len(report.Regions))
		}
		for i, one := range signed {
			if one.Figures != report.Regions[i].BalanceFigures {
				t.Errorf("seed %d, %s: signed was %+v, it is %+v", seed, one.Region, report.Regions[i].BalanceFigures, one.Figures)
			}
			if one.Now != now[one.Region] {
				t.Errorf("seed %d, %s: with its corrections it is %+v, the statistics count %+v", seed, one.Region, one.Now, now[one.Region])
			}
			for _, correction := range one.Corrections {
				if correction.Signed == correction.Now || len(correction.Since) == 0 {
					t.Errorf("seed %d: no correction: %+v", seed, correction)
				}
				for _, because := range correction.Since {
					corrected[because] = true
				}
			}
		}
	}
	for _, want := range []dispatch.EventType{dispatch.EventCaseOutcome, dispatch.EventCaseReopened, dispatch.EventCaseUpdated} {
		if !corrected[want] {
			t.Errorf("no correction came by %s: %v", want, corrected)
		}
	}
}
