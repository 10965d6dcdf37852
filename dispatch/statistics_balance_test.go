package dispatch_test

import (
	"testing"
	"time"

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
	if want := (dispatch.BalanceFigures{Carried: 2, Opened: 3, Ended: 2, Open: 3}); february.Totals != want || february.Position != "e.9" {
		t.Errorf("February %+v, want %+v", february, want)
	}
	if len(february.Regions) != 3 || february.Regions[1].Key != "KZ-39" || february.Regions[1].BalanceFigures != (dispatch.BalanceFigures{Carried: 1, Opened: 2, Ended: 1, Open: 2}) {
		t.Errorf("regions %+v", february.Regions)
	}
	if got := balance(month(2), month(3), "KZ-59"); got.Totals != (dispatch.BalanceFigures{Carried: 1, Ended: 1}) || len(got.Regions) != 1 {
		t.Errorf("one region: %+v", got)
	}
	if all := balance(time.Time{}, time.Time{}); all.Totals != (dispatch.BalanceFigures{Opened: 6, Ended: 5, Open: 1}) {
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
