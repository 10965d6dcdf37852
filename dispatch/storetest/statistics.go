package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

func testStatistics(t *testing.T, b *book) {
	full := &dispatch.StatisticsCase{Key: 7, OpenedAt: b.tick(), Region: "KZ-39", Kind: dispatch.MissingPerson, Exercise: true, Applications: 2, Merged: true,
		LeadTeam: "one", LeadOrganisation: "Region-10", FirstOnSceneAt: b.tick(), Outcome: dispatch.OutcomeClosed,
		Subjects: []dispatch.StatisticsSubject{{ID: "s1", Category: "child_13_15", Outcome: dispatch.OutcomeFound, OutcomeAt: b.tick(), AddedAt: b.tick(),
			EndedAt: b.tick(), Earlier: []dispatch.StatisticsEnd{{EndedAt: b.tick(), ReopenedAt: b.tick()}}}, {ID: "s2"}},
		Teams: []dispatch.StatisticsTeam{{ID: "one", Organisation: "Region-10", Region: "KZ-10", Accepted: 2, Minutes: 90, PeopleMinutes: 450}}}
	complete(t, full)
	plain := &dispatch.StatisticsCase{Key: 9, OpenedAt: b.tick(), Kind: dispatch.Emergency, Applications: 1}
	put := func(from, to int64, rows ...*dispatch.StatisticsCase) {
		t.Helper()
		if err := b.store.PutStatistics(b.ctx, from, to, rows); err != nil {
			t.Fatal(err)
		}
	}
	each := func(from, to time.Time, want ...*dispatch.StatisticsCase) int64 {
		t.Helper()
		var got []*dispatch.StatisticsCase
		sequence, err := b.store.EachStatistics(b.ctx, from, to, func(row *dispatch.StatisticsCase) error {
			got = append(got, row)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "rows of the statistics", want, got)
		return sequence
	}
	if sequence := each(time.Time{}, time.Time{}); sequence != 0 {
		t.Errorf("new statistics stand at %d", sequence)
	}
	put(0, 10, plain, full)
	if sequence := each(time.Time{}, time.Time{}, full, plain); sequence != 10 {
		t.Errorf("the statistics stand at %d, want 10", sequence)
	}
	if cursor, err := b.store.Cursor(b.ctx, dispatch.CursorStatistics); err != nil || cursor != 10 {
		t.Errorf("the cursor stands at %d, %v, want 10", cursor, err)
	}
	each(plain.OpenedAt, time.Time{}, plain)
	each(time.Time{}, plain.OpenedAt, full)
	each(full.OpenedAt, plain.OpenedAt.Add(time.Millisecond), full, plain)

	for _, from := range []int64{0, 9, 11} {
		if err := b.store.PutStatistics(b.ctx, from, 12, []*dispatch.StatisticsCase{{Key: 11, OpenedAt: b.now}}); !errors.Is(err, dispatch.ErrFenced) {
			t.Errorf("statistics from %d: got %v, want ErrFenced", from, err)
		}
	}
	each(time.Time{}, time.Time{}, full, plain)

	next := *full
	next.Subjects, next.Region, next.FirstOnSceneAt = nil, "", time.Time{}
	put(10, 11, &next)
	put(11, 12)
	got, err := b.store.StatisticsCases(b.ctx, []int64{9, 7, 8})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows by key", []*dispatch.StatisticsCase{&next, plain}, got)

	stop := errors.New("stop")
	if _, err := b.store.EachStatistics(b.ctx, time.Time{}, time.Time{}, func(*dispatch.StatisticsCase) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a caller's error: got %v", err)
	}
	b.store = b.reopen()
	if sequence := each(time.Time{}, time.Time{}, &next, plain); sequence != 12 {
		t.Errorf("the statistics stand at %d after a reopen, want 12", sequence)
	}
	if err := b.store.ClearStatistics(b.ctx); err != nil {
		t.Fatal(err)
	}
	if sequence := each(time.Time{}, time.Time{}); sequence != 0 {
		t.Errorf("cleared statistics stand at %d", sequence)
	}
	put(0, 3, plain)
	each(time.Time{}, time.Time{}, plain)
}

// testSignedMonths: what was signed stays as it was signed.
func testSignedMonths(t *testing.T, b *book) {
	one := dispatch.SignedMonth{Month: "2026-10", Region: "KZ-39", Position: dispatch.Position{Epoch: "e", Sequence: 41}, At: b.tick(), By: "Қостанай",
		Figures: dispatch.BalanceFigures{Carried: 7, Opened: 5, Reopened: 3, Ended: 11, Open: 4}}
	complete(t, one)
	other, next := one, one
	other.Region, other.Figures = "KZ-10", dispatch.BalanceFigures{}
	next.Month, next.Position.Sequence = "2026-11", 0
	for _, signed := range []dispatch.SignedMonth{next, one, other} {
		if first, err := b.store.SignMonth(b.ctx, signed); err != nil || !first {
			t.Fatalf("%s of %s: %t, %v", signed.Month, signed.Region, first, err)
		}
	}
	again := one
	again.By, again.Figures = "somebody else", dispatch.BalanceFigures{Opened: 1, Open: 1}
	if first, err := b.store.SignMonth(b.ctx, again); err != nil || first {
		t.Errorf("signed a second time: %t, %v", first, err)
	}
	wrong := next
	wrong.Region, wrong.Figures.Open = "KZ-11", 5
	if _, err := b.store.SignMonth(b.ctx, wrong); !errors.Is(err, dispatch.ErrRefused) {
		t.Errorf("a balance that does not balance: got %v, want ErrRefused", err)
	}
	b.store = b.reopen()
	for month, want := range map[string][]dispatch.SignedMonth{"2026-10": {other, one}, "": {other, one, next}, "2026-12": nil} {
		got, err := b.store.SignedMonths(b.ctx, month)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "signed for "+month, want, got)
	}
}
