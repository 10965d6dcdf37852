package dispatch

import (
	"context"
	"slices"
	"strings"
	"time"
)

// BalanceFigures are the people sought who were open when a period began, those
// who came and who got an outcome in it, and those open when it ended:
// carried + opened = ended + open. An outcome that was taken back in a reopened
// case counts as never given.
type BalanceFigures struct {
	Carried int `json:"carried"`
	Opened  int `json:"opened"`
	Ended   int `json:"ended"`
	Open    int `json:"open"`
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
	before := func(at, bound time.Time) bool { return !bound.IsZero() && at.Before(bound) }
	sequence, err := store.EachStatistics(ctx, time.Time{}, query.To, func(row *StatisticsCase) error {
		if row.Exercise || row.Merged || len(row.Subjects) == 0 || len(query.Regions) > 0 && !slices.Contains(query.Regions, row.Region) {
			return nil
		}
		var of BalanceFigures
		carried := before(row.OpenedAt, query.From)
		for i := range row.Subjects {
			subject := &row.Subjects[i]
			ended := subject.Outcome != OutcomeOpen && (query.To.IsZero() || subject.OutcomeAt.Before(query.To))
			early := ended && before(subject.OutcomeAt, query.From)
			switch {
			case carried && !early:
				of.Carried++
			case !carried:
				of.Opened++
			}
			if ended && !(carried && early) {
				of.Ended++
			}
			if !ended {
				of.Open++
			}
		}
		if of == (BalanceFigures{}) {
			return nil // over before the period
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
		statisticsCheck("carried + opened = ended + open", broken),
		statisticsCheck("open of all regions = open", sum.Open-report.Totals.Open),
	}
	return report, nil
}

func (f *BalanceFigures) add(other BalanceFigures) {
	f.Carried += other.Carried
	f.Opened += other.Opened
	f.Ended += other.Ended
	f.Open += other.Open
}

func (f *BalanceFigures) difference() int { return f.Carried + f.Opened - f.Ended - f.Open }
