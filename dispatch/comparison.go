package dispatch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// ListedRow is a row of the list that a team keeps of its own work.
type ListedRow struct {
	Line      int    // from 1, as editors count
	Number    string // of our case; empty when the list has none
	Reference string // of the police
	Name      string
	Age       *int
	Opened    time.Time // midnight of the day at +05:00; zero when it is not said
	Ended     time.Time // the same
	Outcome   Outcome   // OutcomeOpen: still sought
}

// TeamList is what was read of a team's list.
type TeamList struct {
	Rows     []ListedRow
	Problems []TableProblem
}

// CountedPerson is what the statistics count of a case that a team accepted: a
// person, or the case itself where it has no subjects. The outcome is the one
// that was told; while it is withheld, the person is open.
type CountedPerson struct {
	Case      *Case
	Subject   *Subject // nil: the case itself
	Name      string
	Lead      bool // the team leads the case; otherwise it takes part
	Carried   bool // opened before the period and sought in it
	Outcome   Outcome
	OutcomeAt time.Time // zero while open
}

// MatchedBy says what a row and a person were matched by.
type MatchedBy string

// What a row is matched by, the surest first.
const (
	ByNumber     MatchedBy = "number"
	ByReference  MatchedBy = "reference"
	BySameName   MatchedBy = "same_name"
	BySimilar    MatchedBy = "similar_name"
	ByPartOfName MatchedBy = "part_of_name"
)

// MatchedBys lists what a row can be matched by.
func MatchedBys() []MatchedBy {
	return []MatchedBy{ByNumber, ByReference, BySameName, BySimilar, ByPartOfName}
}

// UnclearReason says why a row was not matched although it fits.
type UnclearReason string

// Why a row is unclear: it fits several of ours equally well; another row fits
// the same one equally well; it fits in part, and something speaks against it
// or too little for it.
const (
	UnclearSeveralOurs UnclearReason = "several_ours"
	UnclearSeveralRows UnclearReason = "several_rows"
	UnclearInPart      UnclearReason = "in_part"
)

// UnclearReasons lists why a row can be unclear.
func UnclearReasons() []UnclearReason {
	return []UnclearReason{UnclearSeveralOurs, UnclearSeveralRows, UnclearInPart}
}

// ComparedPair is a row and the person that it is about.
type ComparedPair struct {
	Row  ListedRow
	Ours CountedPerson
	By   MatchedBy
}

// UnclearRow is a row that may be about each of its candidates.
type UnclearRow struct {
	Row        ListedRow
	Reason     UnclearReason
	Candidates []UnclearCandidate
}

// UnclearCandidate is one of ours that an unclear row may be about. It may be a
// candidate of other rows too.
type UnclearCandidate struct {
	Ours CountedPerson
	By   MatchedBy
}

// Comparison is a team's list beside our cases: every row and every one of ours
// is in exactly one part, ours that are candidates being in Unclear.
type Comparison struct {
	Ours       int            // how many of ours there are
	Same       []ComparedPair // with the same outcome
	Different  []ComparedPair // with another one
	OnlyOurs   []CountedPerson
	OnlyTheirs []ListedRow
	Unclear    []UnclearRow
}

// What a name needs beside it, since namesakes exist. Nobody has measured them:
// they are assumptions.
const (
	comparedDays  = 1 // between the days of a row and those of a person
	comparedYears = 1 // between their ages
)

// maxNamePairs bounds the names that one comparison holds against each other: a
// second or two of one core.
const maxNamePairs = 1_000_000

// ErrTooManyNames says that too many rows and cases are of the same days to be
// compared by name; a shorter period has fewer.
var ErrTooManyNames = errors.New("dispatch: too many names of the same days to be compared")

// AcceptedCases gives the keys of the cases that a team accepted and that a
// period counts, From <= opened_at < To or still open at From (a zero time is no
// bound), as the statistics know them, and of those that were merged into
// others. Exercises are never counted.
func AcceptedCases(ctx context.Context, store StatisticsStore, teamID string, from, to time.Time) ([]int64, error) {
	var keys []int64
	_, err := store.EachStatistics(ctx, time.Time{}, to, func(row *StatisticsCase) error {
		accepted := slices.ContainsFunc(row.Teams, func(t StatisticsTeam) bool { return t.ID == teamID && t.Accepted > 0 })
		if accepted && !row.Exercise && (!row.OpenedAt.Before(from) || row.openAt(from)) {
			keys = append(keys, row.Key)
		}
		return nil
	})
	return keys, err
}

// openAt says that somebody was sought at a time after the opening, as far as
// is known now. The row says no time of the end of a case without subjects.
func (r *StatisticsCase) openAt(at time.Time) bool {
	return len(r.Subjects) == 0 || slices.ContainsFunc(r.Subjects, func(s StatisticsSubject) bool {
		return s.Outcome == OutcomeOpen || !s.OutcomeAt.Before(at)
	})
}

// CompareList holds a team's list against the cases that it accepted, of a
// period as in AcceptedCases. A row is matched by the number of a case, else by
// the police's reference, else by name and day, with the age where both have
// it: the surest first, nobody twice. What fits equally well, or only in part,
// is never guessed. The order of rows and cases changes nothing but the order
// of the answer. The error is ErrTooManyNames.
func CompareList(teamID string, from, to time.Time, cases []*Case, rows []ListedRow) (Comparison, error) {
	m := &listMatching{rows: rows}
	m.count(teamID, from, to, cases)
	pairs := 0
	for i := range rows {
		if pairs += len(m.near(rows[i].days())); pairs > maxNamePairs {
			return Comparison{}, ErrTooManyNames
		}
	}
	m.fit()
	m.match()
	return m.comparison(), nil
}

// OverBefore says that a case without subjects was closed before a time.
func (c *Case) OverBefore(at time.Time) bool {
	return len(c.Subjects) == 0 && c.Closing != nil && c.Closing.At.Before(at)
}

// accepted says whether a team has accepted the case.
func (c *Case) accepted(teamID string) bool {
	return slices.ContainsFunc(c.Assignments, func(a Assignment) bool {
		return a.TeamID == teamID && (a.Status.onCase() || a.Status == AssignmentReturned || a.Status == AssignmentReleased)
	})
}

// listMatching is a comparison under way.
type listMatching struct {
	rows    []ListedRow
	ours    []CountedPerson
	byKey   map[string][]int // ours by number ("n…") and reference ("r…")
	byDay   map[int][]int    // ours with a name, by day
	names   []nameWords      // of ours
	fits    [][]listFit      // of each row
	matched []int            // of each row; -1: none
	by      []MatchedBy      // of each row that is matched
	taken   []bool           // of ours
}

// listFit says how well a row fits one of ours; level 0 is in part only.
type listFit struct {
	ours  int
	level int
	by    MatchedBy
}

// count lists ours.
func (m *listMatching) count(teamID string, from, to time.Time, cases []*Case) {
	m.byKey, m.byDay = map[string][]int{}, map[int][]int{}
	numbers := map[int64][]string{} // of the cases that were merged into others
	for _, c := range cases {
		if c.Merged() {
			numbers[c.MergedInto.Key] = append(numbers[c.MergedInto.Key], c.Number)
		}
	}
	for _, c := range cases {
		if c.Merged() || c.Exercise || !c.accepted(teamID) || !to.IsZero() && !c.OpenedAt.Before(to) {
			continue
		}
		first := len(m.ours)
		for i := range c.Subjects {
			if s := &c.Subjects[i]; s.MovedTo == 0 {
				m.add(CountedPerson{Case: c, Subject: s, Name: c.Personal.Subjects[i].Name}, s.Outcome, teamID, from)
			}
		}
		if len(c.Subjects) == 0 {
			m.add(CountedPerson{Case: c}, c.Closing, teamID, from)
		}
		for i := first; i < len(m.ours); i++ {
			for _, number := range append(numbers[c.Key], c.Number) {
				m.key("n"+comparableNumber(number), i)
			}
			for j := range c.Applications {
				if reference := comparableReference(c.Applications[j].Reference); reference != "" {
					m.key("r"+reference, i)
				}
			}
		}
	}
	m.taken = make([]bool, len(m.ours))
}

// add counts one of ours, but who had an outcome before the period.
func (m *listMatching) add(p CountedPerson, told *SubjectOutcome, teamID string, from time.Time) {
	p.Lead, p.Carried = p.Case.LeadTeam == teamID, p.Case.OpenedAt.Before(from)
	if told != nil {
		p.Outcome, p.OutcomeAt = told.Outcome, told.At
		if p.Carried && told.At.Before(from) {
			return
		}
	}
	m.names = append(m.names, canonicalName(p.Name))
	if i := len(m.ours); len(m.names[i].words) > 0 {
		for _, day := range p.days() {
			m.byDay[day] = append(m.byDay[day], i)
		}
	}
	m.ours = append(m.ours, p)
}

func (m *listMatching) key(key string, i int) {
	if !slices.Contains(m.byKey[key], i) {
		m.byKey[key] = append(m.byKey[key], i)
	}
}

// days gives the days of one of ours, each once: when the case was opened, and
// of the outcome that was told.
func (p *CountedPerson) days() []int { return daysOf(p.Case.OpenedAt, p.OutcomeAt) }

func (r *ListedRow) days() []int { return daysOf(r.Opened, r.Ended) }

// daysOf numbers the days of times at +05:00; zero times have none.
func daysOf(times ...time.Time) []int {
	var days []int
	for _, at := range times {
		if at.IsZero() {
			continue
		}
		year, month, day := at.In(geo.CountryTime).Date()
		number := int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
		if !slices.Contains(days, number) {
			days = append(days, number)
		}
	}
	return days
}

// comparableNumber gives the number of a case in one spelling: its groups of
// digits without zeros before them. Text without three groups is no number.
func comparableNumber(number string) string {
	groups := strings.FieldsFunc(number, func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) != 3 {
		return ""
	}
	for i := range groups {
		groups[i] = strings.TrimLeft(groups[i], "0")
	}
	return strings.Join(groups, "-")
}

// near gives those of ours with a name whose days are near to a row's.
func (m *listMatching) near(days []int) []int {
	var named []int
	for _, day := range days {
		for one := day - comparedDays; one <= day+comparedDays; one++ {
			named = append(named, m.byDay[one]...)
		}
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// fit finds which of ours each row fits.
func (m *listMatching) fit() {
	m.fits = make([][]listFit, len(m.rows))
	m.matched, m.by = make([]int, len(m.rows)), make([]MatchedBy, len(m.rows))
	for i := range m.rows {
		row := &m.rows[i]
		m.matched[i] = -1
		name, days := canonicalName(row.Name), row.days()
		named := m.near(days)
		keyed, by := []int(nil), ByNumber
		if number := comparableNumber(row.Number); number != "" {
			keyed = m.byKey["n"+number]
		}
		if reference := comparableReference(row.Reference); len(keyed) == 0 && reference != "" {
			keyed, by = m.byKey["r"+reference], ByReference
		}
		for _, ours := range keyed {
			m.fits[i] = append(m.fits[i], listFit{ours, m.level(row, &name, days, ours, by), by})
		}
		for _, ours := range named {
			one, fits := m.fitByName(row, &name, days, ours)
			if !fits || slices.Contains(keyed, ours) {
				continue
			}
			if len(keyed) > 0 {
				one.level = 0 // its number or reference says that it is about another one
			}
			m.fits[i] = append(m.fits[i], one)
		}
	}
}

// level orders fits of the same kind: by name, then age, then day. It is 0 for
// a number or reference that the name contradicts, or the age where there is no
// name.
func (m *listMatching) level(row *ListedRow, name *nameWords, days []int, ours int, by MatchedBy) int {
	p := &m.ours[ours]
	names := compareNames(name, &m.names[ours])
	age := 1 // not known of both
	if p.Subject != nil && p.Subject.Age != nil && row.Age != nil {
		switch years := *row.Age - *p.Subject.Age; {
		case years == 0:
			age = 2
		case max(years, -years) > comparedYears && names == namesUnknown:
			return 0
		default:
			age = 0
		}
	}
	if names == namesDiffer {
		return 0
	}
	day := 0
	for _, one := range p.days() {
		if slices.Contains(days, one) {
			day = 1
		}
	}
	kinds := MatchedBys()
	surest := len(kinds) - slices.Index(kinds, by)
	return ((surest*(int(namesSame)+1)+int(names))*3+age)*2 + day
}

// fitByName says how a row fits one of ours whose days are near. Part of a name
// is only enough with the same age.
func (m *listMatching) fitByName(row *ListedRow, name *nameWords, days []int, ours int) (one listFit, fits bool) {
	sameAge := false
	if s := m.ours[ours].Subject; s != nil && s.Age != nil && row.Age != nil {
		years := *row.Age - *s.Age
		if max(years, -years) > comparedYears {
			return one, false
		}
		sameAge = years == 0
	}
	one = listFit{ours: ours}
	switch compareNames(name, &m.names[ours]) {
	case namesSame, namesSameShort:
		one.by = BySameName
	case namesSimilar:
		one.by = BySimilar
	case namesPartly:
		one.by = ByPartOfName
	default:
		return one, false
	}
	if one.by != ByPartOfName || sameAge {
		one.level = m.level(row, name, days, ours, one.by)
	}
	return one, true
}

// best is the best level of the fits of a row or of one of ours, and how many
// have it.
type best struct{ level, ties int }

func (b *best) see(level int) {
	switch {
	case level > b.level:
		*b = best{level, 1}
	case level == b.level:
		b.ties++
	}
}

// match pairs rows and ours that fit each other better than anything else does,
// until there are no more such pairs.
func (m *listMatching) match() {
	for again := true; again; {
		again = false
		ofRow, ofOurs := make([]best, len(m.rows)), make([]best, len(m.ours))
		m.free(func(row int, one listFit) {
			ofRow[row].see(one.level)
			ofOurs[one.ours].see(one.level)
		})
		m.free(func(row int, one listFit) {
			if only := (best{one.level, 1}); one.level > 0 && ofRow[row] == only && ofOurs[one.ours] == only {
				m.matched[row], m.by[row], m.taken[one.ours] = one.ours, one.by, true
				again = true
			}
		})
	}
}

// free calls each for the fits between rows and ours that are not matched.
func (m *listMatching) free(each func(row int, one listFit)) {
	for row := range m.rows {
		for _, one := range m.fits[row] {
			if m.matched[row] < 0 && !m.taken[one.ours] {
				each(row, one)
			}
		}
	}
}

// comparison gives the parts, rows in the order of the list and ours by key.
func (m *listMatching) comparison() Comparison {
	all := Comparison{Ours: len(m.ours)}
	candidate := make([]bool, len(m.ours))
	for i, row := range m.rows {
		if ours := m.matched[i]; ours >= 0 {
			pair := ComparedPair{Row: row, Ours: m.ours[ours], By: m.by[i]}
			if pair.Ours.Outcome == row.Outcome {
				all.Same = append(all.Same, pair)
			} else {
				all.Different = append(all.Different, pair)
			}
			continue
		}
		unclear, level := UnclearRow{Row: row}, 0
		var found []int
		for _, one := range m.fits[i] {
			if m.taken[one.ours] || one.level < level {
				continue
			}
			if one.level > level {
				unclear.Candidates, found, level = nil, nil, one.level
			}
			unclear.Candidates = append(unclear.Candidates, UnclearCandidate{Ours: m.ours[one.ours], By: one.by})
			found = append(found, one.ours)
		}
		switch {
		case len(found) == 0:
			all.OnlyTheirs = append(all.OnlyTheirs, row)
			continue
		case level == 0:
			unclear.Reason = UnclearInPart
		case len(found) > 1:
			unclear.Reason = UnclearSeveralOurs
		default:
			unclear.Reason = UnclearSeveralRows
		}
		for _, ours := range found {
			candidate[ours] = true
		}
		slices.SortStableFunc(unclear.Candidates, func(a, b UnclearCandidate) int { return cmp.Compare(a.Ours.Case.Key, b.Ours.Case.Key) })
		all.Unclear = append(all.Unclear, unclear)
	}
	for i := range m.ours {
		if !m.taken[i] && !candidate[i] {
			all.OnlyOurs = append(all.OnlyOurs, m.ours[i])
		}
	}
	slices.SortStableFunc(all.OnlyOurs, func(a, b CountedPerson) int { return cmp.Compare(a.Case.Key, b.Case.Key) })
	return all
}
