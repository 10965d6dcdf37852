package dispatch

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// GroupBy says how a report is divided.
type GroupBy string

// GroupBys lists the ways to divide a report; team is the lead team, month is
// the month of opening at +05:00.
func GroupBys() []GroupBy {
	return []GroupBy{"region", "team", "organisation", "month", "kind", "category"}
}

// StatisticsQuery selects what a report counts; exercises are never counted.
type StatisticsQuery struct {
	From, To time.Time // From <= opened_at < To; zero: no bound
	Regions  []string  // empty: all
	GroupBy  GroupBy   // empty: totals alone
}

// StatisticsTotals are the figures of a report or of a group of it. At every
// position subjects = found + missing + deceased + closed + open. A case
// without subjects (an emergency, an event) counts in cases alone.
type StatisticsTotals struct {
	Applications int `json:"applications"`
	Cases        int `json:"cases"`
	Subjects     int `json:"subjects"`
	Found        int `json:"found"`
	Missing      int `json:"missing"`
	Deceased     int `json:"deceased"`
	Closed       int `json:"closed"`
	Open         int `json:"open"`
	// Cases without subjects, and how many of them are closed and open.
	WithoutSubjects       int `json:"cases_without_subjects"`
	WithoutSubjectsClosed int `json:"cases_without_subjects_closed"`
	WithoutSubjectsOpen   int `json:"cases_without_subjects_open"`
	// Medians in minutes; absent when nothing was measured.
	MinutesToFirstTeam *float64 `json:"median_minutes_to_first_team,omitempty"` // opening to the first team on scene
	MinutesToFound     *float64 `json:"median_minutes_to_found,omitempty"`      // opening to found, of each subject found
	// Assignments that were accepted, and how many of them were of a team of
	// another region than the case's: lent by the one, borrowed by the other.
	// Of a group by team or organisation, lent are those of that team itself,
	// borrowed those on the cases that it led.
	Assignments int `json:"assignments"`
	Lent        int `json:"lent"`
	Borrowed    int `json:"borrowed"`
	// Hours that the teams of the cases were out until they returned, and the
	// same times their people.
	TeamHours   float64 `json:"team_hours"`
	PeopleHours float64 `json:"people_hours"`
}

// StatisticsGroup is one group of a report.
type StatisticsGroup struct {
	Key string `json:"key"` // "" for what has none (no region, no lead team)
	StatisticsTotals
}

// StatisticsCheck says whether figures add up.
type StatisticsCheck struct {
	Name       string `json:"name"`
	Holds      bool   `json:"holds"`
	Difference int    `json:"difference"`
}

func statisticsCheck(name string, difference int) StatisticsCheck {
	return StatisticsCheck{Name: name, Holds: difference == 0, Difference: difference}
}

// StatisticsReport answers a query.
type StatisticsReport struct {
	Position string            `json:"position"`
	Totals   StatisticsTotals  `json:"totals"`
	Groups   []StatisticsGroup `json:"groups"`
	Checks   []StatisticsCheck `json:"checks"`
}

// tally gathers the figures of a group.
type tally struct {
	StatisticsTotals
	toFirstTeam, toFound   []float64
	minutes, peopleMinutes int
}

func (t *tally) addCase(row *StatisticsCase) {
	t.Cases++
	t.Applications += row.Applications
	for i := range row.Teams {
		team := &row.Teams[i]
		t.Assignments += team.Accepted
		t.minutes += team.Minutes
		t.peopleMinutes += team.PeopleMinutes
		if row.lent(team) {
			t.Borrowed += team.Accepted
		}
	}
	if !row.FirstOnSceneAt.IsZero() {
		t.toFirstTeam = append(t.toFirstTeam, max(row.FirstOnSceneAt.Sub(row.OpenedAt).Minutes(), 0))
	}
	if len(row.Subjects) == 0 {
		t.WithoutSubjects++
		switch row.Outcome {
		case OutcomeOpen:
			t.WithoutSubjectsOpen++
		case OutcomeClosed:
			t.WithoutSubjectsClosed++
		}
	}
}

func (t *tally) addSubject(row *StatisticsCase, subject *StatisticsSubject) {
	t.Subjects++
	switch subject.Outcome {
	case OutcomeOpen:
		t.Open++
	case OutcomeFound:
		t.Found++
		t.toFound = append(t.toFound, max(subject.OutcomeAt.Sub(row.OpenedAt).Minutes(), 0))
	case OutcomeMissing:
		t.Missing++
	case OutcomeDeceased:
		t.Deceased++
	case OutcomeClosed:
		t.Closed++
	}
}

func (t *tally) totals() StatisticsTotals {
	t.TeamHours, t.PeopleHours = hours(t.minutes), hours(t.peopleMinutes)
	t.MinutesToFirstTeam, t.MinutesToFound = median(t.toFirstTeam), median(t.toFound)
	return t.StatisticsTotals
}

// hours of minutes, to a hundredth.
func hours(minutes int) float64 { return math.Round(float64(minutes)/60*100) / 100 }

// median of the values; nil when there are none.
func median(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	m := values[len(values)/2]
	if len(values)%2 == 0 {
		m = (m + values[len(values)/2-1]) / 2
	}
	return &m
}

// Report counts the rows of a query.
func Report(ctx context.Context, store StatisticsStore, epoch string, query StatisticsQuery) (*StatisticsReport, error) {
	var total tally
	groups := map[string]*tally{}
	group := func(key string) *tally {
		if groups[key] == nil {
			groups[key] = &tally{}
		}
		return groups[key]
	}
	sequence, err := store.EachStatistics(ctx, query.From, query.To, func(row *StatisticsCase) error {
		if row.Exercise || row.Merged {
			return nil
		}
		// A region lends to cases of others, which it does not count otherwise.
		for i := range row.Teams {
			team := &row.Teams[i]
			if !row.lent(team) || len(query.Regions) > 0 && !slices.Contains(query.Regions, team.Region) {
				continue
			}
			total.Lent += team.Accepted
			switch query.GroupBy {
			case "":
			case "category":
				for _, category := range row.categories() {
					group(category).Lent += team.Accepted
				}
			default:
				group(lenderKey(row, team, query.GroupBy)).Lent += team.Accepted
			}
		}
		if len(query.Regions) > 0 && !slices.Contains(query.Regions, row.Region) {
			return nil
		}
		total.addCase(row)
		for i := range row.Subjects {
			total.addSubject(row, &row.Subjects[i])
		}
		switch query.GroupBy {
		case "":
		case "category":
			addByCategory(group, row)
		default:
			g := group(groupKey(row, query.GroupBy))
			g.addCase(row)
			for i := range row.Subjects {
				g.addSubject(row, &row.Subjects[i])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	report := &StatisticsReport{Position: Position{Epoch: epoch, Sequence: sequence}.String(), Totals: total.totals(),
		Groups: []StatisticsGroup{}}
	for key, g := range groups {
		report.Groups = append(report.Groups, StatisticsGroup{Key: key, StatisticsTotals: g.totals()})
	}
	slices.SortFunc(report.Groups, func(a, b StatisticsGroup) int { return strings.Compare(a.Key, b.Key) })
	report.check(query)
	return report, nil
}

func groupKey(row *StatisticsCase, by GroupBy) string {
	switch by {
	case "region":
		return row.Region
	case "team":
		return row.LeadTeam
	case "organisation":
		return row.LeadOrganisation
	case "month":
		return row.OpenedAt.In(geo.CountryTime).Format("2006-01")
	default:
		return string(row.Kind)
	}
}

// lenderKey is groupKey of what a team lent.
func lenderKey(row *StatisticsCase, team *StatisticsTeam, by GroupBy) string {
	switch by {
	case "region":
		return team.Region
	case "team":
		return team.ID
	case "organisation":
		return team.Organisation
	}
	return groupKey(row, by)
}

// categories gives those of the case's subjects, each once; "" where it has none.
func (r *StatisticsCase) categories() []string {
	var all []string
	for i := range r.Subjects {
		if category := r.Subjects[i].Category; !slices.Contains(all, category) {
			all = append(all, category)
		}
	}
	if len(all) == 0 {
		all = []string{""}
	}
	return all
}

// addByCategory counts each subject in its category, and the case once in
// each category that it has a subject of.
func addByCategory(group func(string) *tally, row *StatisticsCase) {
	for _, category := range row.categories() {
		group(category).addCase(row)
	}
	for i := range row.Subjects {
		group(row.Subjects[i].Category).addSubject(row, &row.Subjects[i])
	}
}

// check compares figures that were counted apart from each other.
func (r *StatisticsReport) check(query StatisticsQuery) {
	by := query.GroupBy
	add := func(name string, difference int) {
		r.Checks = append(r.Checks, statisticsCheck(name, difference))
	}
	t := &r.Totals
	add("subjects = found + missing + deceased + closed + open", t.Subjects-t.Found-t.Missing-t.Deceased-t.Closed-t.Open)
	add("cases_without_subjects = closed + open", t.WithoutSubjects-t.WithoutSubjectsClosed-t.WithoutSubjectsOpen)
	if len(query.Regions) == 0 { // a region alone may lend more than it borrows
		add("lent = borrowed", t.Lent-t.Borrowed)
	}
	if by == "" {
		return
	}
	subjects, cases, lent, borrowed := 0, 0, 0, 0
	for i := range r.Groups {
		subjects += r.Groups[i].Subjects
		cases += r.Groups[i].Cases
		lent += r.Groups[i].Lent
		borrowed += r.Groups[i].Borrowed
	}
	add("subjects of all groups = subjects", subjects-t.Subjects)
	if by != "category" { // a case may be in several categories
		add("cases of all groups = cases", cases-t.Cases)
		add("lent of all groups = lent", lent-t.Lent)
		add("borrowed of all groups = borrowed", borrowed-t.Borrowed)
	}
}
