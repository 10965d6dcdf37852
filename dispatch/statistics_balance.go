package dispatch

import (
	"context"
	"slices"
	"strings"
	"time"
)

// BalanceFigures are the people sought who were open when a period began, those
// who came in it, those whose search began again, those whose search ended and
// those open when the period ended: carried + opened + reopened = ended + open.
// Somebody may end and be reopened several times in one period.
type BalanceFigures struct {
	Carried  int `json:"carried"`
	Opened   int `json:"opened"`
	Reopened int `json:"reopened"`
	Ended    int `json:"ended"`
	Open     int `json:"open"`
}

// BalanceRegion is the balance of one region; the key is "" for cases without one.
type BalanceRegion struct {
	Key string `json:"key"`
	BalanceFigures
}

// BalanceReport is the balance of a period.
type BalanceReport struct {
	Position string            `json:"position"`
	Totals   BalanceFigures    `json:"totals"`
	Regions  []BalanceRegion   `json:"regions"`
	Checks   []StatisticsCheck `json:"checks"`
}

// Balance counts who is sought at both ends of a period, From <= time < To (a
// zero time is no bound), and what has changed between, each for itself.
func Balance(ctx context.Context, store StatisticsStore, epoch string, query StatisticsQuery) (*BalanceReport, error) {
	report := &BalanceReport{Regions: []BalanceRegion{}}
	regions := map[string]*BalanceFigures{}
	sequence, err := store.EachStatistics(ctx, time.Time{}, query.To, func(row *StatisticsCase) error {
		if len(query.Regions) > 0 && !slices.Contains(query.Regions, row.Region) {
			return nil
		}
		of := balanceOf(row, query.From, query.To)
		if of == (BalanceFigures{}) {
			return nil // over before the period, or nobody is sought
		}
		if regions[row.Region] == nil {
			regions[row.Region] = &BalanceFigures{}
		}
		regions[row.Region].add(of)
		report.Totals.add(of)
		return nil
	})
	if err != nil {
		return nil, err
	}
	report.Position = Position{Epoch: epoch, Sequence: sequence}.String()
	var sum BalanceFigures
	broken := report.Totals.difference()
	for key, figures := range regions {
		report.Regions = append(report.Regions, BalanceRegion{Key: key, BalanceFigures: *figures})
		sum.add(*figures)
		if broken == 0 {
			broken = figures.difference()
		}
	}
	slices.SortFunc(report.Regions, func(a, b BalanceRegion) int { return strings.Compare(a.Key, b.Key) })
	report.Checks = []StatisticsCheck{
		statisticsCheck("carried + opened + reopened = ended + open", broken),
		statisticsCheck("open of all regions = open", sum.Open-report.Totals.Open),
	}
	return report, nil
}

// balanceOf is what a case adds to the balance of a period.
func balanceOf(row *StatisticsCase, from, to time.Time) (f BalanceFigures) {
	if row.Exercise || row.Merged {
		return f
	}
	within := func(at time.Time) bool { return !at.Before(from) && (to.IsZero() || at.Before(to)) }
	for i := range row.Subjects {
		subject := &row.Subjects[i]
		// One stay after the other: sought from begin to end, a zero end is still.
		begin, received := row.OpenedAt, true
		if !subject.AddedAt.IsZero() {
			begin = subject.AddedAt
		}
		stay := func(end time.Time) {
			if !end.IsZero() && end.Before(begin) {
				end = begin // it was over before it was filed
			}
			still := end.IsZero()
			switch {
			case begin.Before(from):
				if still || !end.Before(from) {
					f.Carried++
				}
			case within(begin) && received:
				f.Opened++
			case within(begin):
				f.Reopened++
			}
			switch {
			case !still && within(end):
				f.Ended++
			case (to.IsZero() || begin.Before(to)) && (still || !end.Before(from)):
				f.Open++
			}
			received = false
		}
		for _, earlier := range subject.Earlier {
			stay(earlier.EndedAt)
			begin = later(earlier.ReopenedAt, later(earlier.EndedAt, begin))
		}
		stay(subject.ended())
	}
	return f
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (f *BalanceFigures) add(other BalanceFigures) {
	f.Carried += other.Carried
	f.Opened += other.Opened
	f.Reopened += other.Reopened
	f.Ended += other.Ended
	f.Open += other.Open
}

func (f *BalanceFigures) difference() int {
	return f.Carried + f.Opened + f.Reopened - f.Ended - f.Open
}
