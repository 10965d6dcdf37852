package dispatch

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// SignedMonth is the balance of a month and a region as an office has signed
// it. It stays as it was signed; what changed since is a correction.
type SignedMonth struct {
	Month    string         `json:"month"`    // such as 2026-10, at +05:00
	Region   string         `json:"region"`   // ISO 3166-2
	Position Position       `json:"position"` // up to where the statistics counted
	At       time.Time      `json:"at"`
	By       string         `json:"by"` // the name of the key
	Figures  BalanceFigures `json:"figures"`
}

// SignedMonths keeps what was signed. Implemented by the stores.
type SignedMonths interface {
	// SignMonth keeps what somebody has signed. It never changes: for a month and
	// region that was signed before it gives false and keeps nothing.
	SignMonth(ctx context.Context, signed SignedMonth) (first bool, err error)
	// SignedMonths gives what was signed for a month, in the order of the
	// regions; for month "" all, in the order of months and regions.
	SignedMonths(ctx context.Context, month string) ([]SignedMonth, error)
}

// MonthPeriod gives the period of a month such as "2026-10" at +05:00, From <=
// time < To; ok is false for another text.
func MonthPeriod(month string) (from, to time.Time, ok bool) {
	const form = "2006-01"
	from, err := time.ParseInLocation(form, month, geo.CountryTime)
	return from, from.AddDate(0, 1, 0), err == nil && from.Format(form) == month
}

// SignedReport is a signed month with what has changed since.
type SignedReport struct {
	SignedMonth
	Now         BalanceFigures // the signed figures with all corrections
	Corrections []Correction   // by case
}

// Correction is what a case added to a signed balance, and what it adds now.
type Correction struct {
	Case        int64 // Case.Key
	Signed, Now BalanceFigures
	// Since are the types of the case's events that changed it, in the order of
	// their first.
	Since []EventType
}

// journalPage is how many events are read at once.
const journalPage = 10_000

// SignedReports gives what was signed for a month in these regions (none: in all),
// and the corrections since: each case that counted another way when it was
// signed, as the journal says.
func SignedReports(ctx context.Context, store SignedMonths, journal Reader, month string, regions []string) ([]SignedReport, error) {
	from, to, _ := MonthPeriod(month)
	signed, err := store.SignedMonths(ctx, month)
	if err != nil {
		return nil, err
	}
	reports := []SignedReport{}
	since := int64(math.MaxInt64)
	for _, one := range signed {
		if len(regions) == 0 || slices.Contains(regions, one.Region) {
			reports = append(reports, SignedReport{SignedMonth: one, Now: one.Figures, Corrections: []Correction{}})
			since = min(since, one.Position.Sequence)
		}
	}
	if len(reports) == 0 {
		return reports, nil
	}
	cases, err := countedSince(ctx, journal, since)
	if err != nil {
		return nil, err
	}
	for _, key := range cases {
		events, err := journal.EventsOfCase(ctx, key)
		if err != nil {
			return nil, err
		}
		for i := range reports {
			reports[i].correct(key, events, from, to)
		}
	}
	return reports, nil
}

// countedSince gives the cases, by key, that were open to the statistics before
// a sequence and have an event for them after it.
func countedSince(ctx context.Context, journal Reader, sequence int64) ([]int64, error) {
	keys := map[int64]bool{}
	for after := sequence; ; {
		events, err := journal.Events(ctx, after, journalPage)
		if err != nil {
			return nil, err
		}
		for i := range events {
			// A case's key is the sequence of its opening: one that was opened since is of a later month.
			if event := &events[i]; event.Case != 0 && event.Case <= sequence && concerns(event) {
				keys[event.Case] = true
			}
		}
		if len(events) < journalPage {
			return slices.Sorted(maps.Keys(keys)), nil
		}
		after = events[len(events)-1].Sequence
	}
}

// correct adds what has become of a case since the month was signed.
func (r *SignedReport) correct(key int64, events []Event, from, to time.Time) {
	one := Correction{Case: key}
	var row *StatisticsCase
	for i := range events {
		event := &events[i]
		if !concerns(event) {
			continue
		}
		var counts BalanceFigures
		if row = project(row, event); row.Region == r.Region {
			counts = balanceOf(row, from, to)
		}
		switch {
		case event.Sequence <= r.Position.Sequence:
			one.Signed = counts
		case counts != one.Now && !slices.Contains(one.Since, event.Type):
			one.Since = append(one.Since, event.Type)
		}
		one.Now = counts
	}
	if one.Signed == one.Now {
		return
	}
	r.Corrections = append(r.Corrections, one)
	r.Now.add(one.Now)
	r.Now.subtract(one.Signed)
}

func (f *BalanceFigures) subtract(other BalanceFigures) {
	f.Carried -= other.Carried
	f.Opened -= other.Opened
	f.Reopened -= other.Reopened
	f.Ended -= other.Ended
	f.Open -= other.Open
}

// recounted is a signed month and what the journal gives for it.
type recounted struct {
	SignedMonth
	from, to time.Time
	counted  BalanceFigures
}

// recountSigned gives all signed months, in the order of their positions, to
// be counted again.
func recountSigned(ctx context.Context, store SignedMonths) ([]recounted, error) {
	signed, err := store.SignedMonths(ctx, "")
	if err != nil {
		return nil, err
	}
	again := make([]recounted, len(signed))
	for i, one := range signed {
		again[i].SignedMonth = one
		again[i].from, again[i].to, _ = MonthPeriod(one.Month)
	}
	slices.SortFunc(again, func(a, b recounted) int { return cmp.Compare(a.Position.Sequence, b.Position.Sequence) })
	return again, nil
}

// recount adds what a case counted, as its events say, when each month was signed.
func recount(signed []recounted, events []Event) {
	var row *StatisticsCase
	for i := range events {
		event := &events[i]
		if !concerns(event) {
			continue
		}
		signed = settle(signed, row, event.Sequence)
		row = project(row, event)
	}
	settle(signed, row, math.MaxInt64)
}

// settle adds a case to the months that were signed before a sequence, and
// gives the others.
func settle(signed []recounted, row *StatisticsCase, sequence int64) []recounted {
	for len(signed) > 0 && signed[0].Position.Sequence < sequence {
		if one := &signed[0]; row != nil && row.Region == one.Region {
			one.counted.add(balanceOf(row, one.from, one.to))
		}
		signed = signed[1:]
	}
	return signed
}
