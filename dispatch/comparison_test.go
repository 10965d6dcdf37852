package dispatch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/geo"
)

// may is a day of May 2026 in Kazakhstan.
func may(day, hour int) time.Time { return time.Date(2026, 5, day, hour, 0, 0, 0, geo.CountryTime) }

func years(n int) *int { return &n }

// listed is a person in a list of a test: name, age (-1: not known), outcome.
type listed struct {
	name    string
	age     int
	outcome Outcome
}

// accepts makes a case of May that "dos" accepted, opened at noon of a day, with outcomes on the next.
func accepts(key int64, day int, people ...listed) *Case {
	c := &Case{Key: key, ID: fmt.Sprint("c", key), Number: fmt.Sprintf("39-2026-%06d", key), Kind: MissingPerson, OpenedAt: may(day, 12), LeadTeam: "dos",
		Applications: []Application{{Reference: fmt.Sprint("KUI 50", key)}}, Assignments: []Assignment{{TeamID: "dos", Status: AssignmentReturned}}}
	for i, p := range people {
		s := Subject{N: i + 1, ID: fmt.Sprint("s", i+1)}
		if p.age >= 0 {
			s.Age = &p.age
		}
		if p.outcome != OutcomeOpen {
			s.Outcome = &SubjectOutcome{Outcome: p.outcome, At: may(day+1, 9)}
		}
		c.Subjects = append(c.Subjects, s)
		c.Personal.Subjects = append(c.Personal.Subjects, SubjectPersonal{Name: p.name})
	}
	return c
}

// compareList compares what is not too much.
func compareList(t failer, from, to time.Time, cases []*Case, rows []ListedRow) Comparison {
	t.Helper()
	all, err := CompareList("dos", from, to, cases, rows)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return all
}

// partsOf writes a comparison as "same 2=c1/s1 by number; …".
func partsOf(all Comparison) string {
	var b []string
	who := func(p *CountedPerson) string {
		text := p.Case.ID
		if p.Subject != nil {
			text += "/" + p.Subject.ID
		}
		return text
	}
	for i := range all.Same {
		b = append(b, fmt.Sprintf("same %d=%s by %s", all.Same[i].Row.Line, who(&all.Same[i].Ours), all.Same[i].By))
	}
	for i := range all.Different {
		b = append(b, fmt.Sprintf("different %d=%s by %s", all.Different[i].Row.Line, who(&all.Different[i].Ours), all.Different[i].By))
	}
	for i := range all.OnlyOurs {
		b = append(b, "ours "+who(&all.OnlyOurs[i]))
	}
	for i := range all.OnlyTheirs {
		b = append(b, fmt.Sprint("theirs ", all.OnlyTheirs[i].Line))
	}
	for i := range all.Unclear {
		text := fmt.Sprintf("unclear %d %s:", all.Unclear[i].Row.Line, all.Unclear[i].Reason)
		for _, candidate := range all.Unclear[i].Candidates {
			text += " " + who(&candidate.Ours)
		}
		b = append(b, text)
	}
	return strings.Join(b, "; ")
}

func TestCompareList(t *testing.T) {
	ivan := listed{"Иванов Иван", 40, OutcomeFound}
	siblings := accepts(5, 5, listed{"", 7, OutcomeFound}, listed{"", 9, OutcomeFound})
	twins := accepts(5, 5, listed{"", -1, OutcomeFound}, listed{"", -1, OutcomeFound})
	for _, c := range []struct {
		name  string
		cases []*Case
		rows  []ListedRow
		want  string
	}{
		{"nothing", nil, nil, ""},
		{"by number, in another spelling", []*Case{accepts(41, 4, ivan)}, []ListedRow{{Number: "№ 39–2026–41", Outcome: OutcomeFound}}, "same 2=c41/s1 by number"},
		{"another outcome", []*Case{accepts(41, 4, ivan)}, []ListedRow{{Number: "39-2026-000041", Outcome: OutcomeDeceased}}, "different 2=c41/s1 by number"},
		{"by reference", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Number: "17", Reference: "КУИ №501", Outcome: OutcomeFound}}, "same 2=c1/s1 by reference"},
		{"by name and day", []*Case{accepts(1, 4, listed{"Нұрлан Серікұлы Ахметов", 40, OutcomeFound})},
			[]ListedRow{{Name: "Ахметов Нурлан Серикович", Opened: may(3, 0), Outcome: OutcomeFound}}, "same 2=c1/s1 by same_name"},
		{"by name and the day of the outcome", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Ended: may(6, 0), Outcome: OutcomeFound}}, "same 2=c1/s1 by same_name"},
		{"two days away", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Opened: may(2, 0), Outcome: OutcomeFound}}, "ours c1/s1; theirs 2"},
		{"of another age", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Age: years(42), Opened: may(4, 0)}}, "ours c1/s1; theirs 2"},
		{"a year apart", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Age: years(41), Opened: may(4, 0)}}, "different 2=c1/s1 by same_name"},
		{"a similar name", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иваноф Иван", Opened: may(4, 0), Outcome: OutcomeFound}}, "same 2=c1/s1 by similar_name"},
		{"part of a name and the age", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов", Age: years(40), Opened: may(4, 0), Outcome: OutcomeFound}}, "same 2=c1/s1 by part_of_name"},
		{"part of a name alone", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов", Opened: may(4, 0)}}, "unclear 2 in_part: c1/s1"},
		{"a number that the name contradicts", []*Case{accepts(1, 4, ivan), accepts(2, 4, listed{"Ким Алина", 12, OutcomeFound})},
			[]ListedRow{{Number: "39-2026-1", Name: "Ким Алина", Opened: may(4, 0)}}, "unclear 2 in_part: c1/s1 c2/s1"},
		{"a number that the age contradicts", []*Case{siblings}, []ListedRow{{Number: "39-2026-5", Age: years(50)}}, "unclear 2 in_part: c5/s1 c5/s2"},
		{"siblings by age", []*Case{siblings}, []ListedRow{{Number: "39-2026-5", Age: years(9), Outcome: OutcomeFound}, {Number: "39-2026-5", Age: years(7)}},
			"same 2=c5/s2 by number; different 3=c5/s1 by number"},
		{"siblings without names", []*Case{twins}, []ListedRow{{Number: "39-2026-5", Outcome: OutcomeFound}, {Number: "39-2026-5", Outcome: OutcomeMissing}},
			"unclear 2 several_ours: c5/s1 c5/s2; unclear 3 several_ours: c5/s1 c5/s2"},
		{"namesakes on one day", []*Case{accepts(1, 4, ivan), accepts(2, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Opened: may(4, 0)}}, "unclear 2 several_ours: c1/s1 c2/s1"},
		{"namesakes, one known by number", []*Case{accepts(1, 4, ivan), accepts(2, 4, ivan)},
			[]ListedRow{{Name: "Иванов Иван", Opened: may(4, 0), Outcome: OutcomeFound}, {Number: "39-2026-1", Outcome: OutcomeFound}}, "same 2=c2/s1 by same_name; same 3=c1/s1 by number"},
		{"twice in the list", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Number: "39-2026-1", Outcome: OutcomeFound}, {Number: "39-2026-1", Outcome: OutcomeMissing}},
			"unclear 2 several_rows: c1/s1; unclear 3 several_rows: c1/s1"},
		{"the surest first", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван", Opened: may(4, 0), Outcome: OutcomeFound}, {Reference: "KUI 501", Outcome: OutcomeFound}},
			"same 3=c1/s1 by reference; theirs 2"},
		{"only theirs", nil, []ListedRow{{Number: "39-2026-7", Name: "X", Opened: may(4, 0)}}, "theirs 2"},
		{"a name alone", []*Case{accepts(1, 4, ivan)}, []ListedRow{{Name: "Иванов Иван"}}, "ours c1/s1; theirs 2"},
	} {
		for i := range c.rows {
			c.rows[i].Line = i + 2
		}
		if got := partsOf(compareList(t, may(1, 0), may(31, 0), c.cases, c.rows)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestComparedCases: which of the cases count, and for whom they count.
func TestComparedCases(t *testing.T) {
	person := listed{"Иванов Иван", 40, OutcomeFound}
	with := func(c *Case, change func(*Case)) *Case {
		change(c)
		return c
	}
	compare := func(rows []ListedRow, cases ...*Case) Comparison {
		return compareList(t, may(10, 0), may(20, 0), cases, rows)
	}
	for name, c := range map[string]struct {
		change func(*Case)
		want   string
	}{
		"accepted":          {func(*Case) {}, "ours c1/s1"},
		"let go":            {func(c *Case) { c.Assignments[0].Status = AssignmentReleased }, "ours c1/s1"},
		"on its way":        {func(c *Case) { c.Assignments[0].Status = AssignmentEnRoute }, "ours c1/s1"},
		"declined":          {func(c *Case) { c.Assignments[0].Status = AssignmentDeclined }, ""},
		"only asked":        {func(c *Case) { c.Assignments[0].Status = AssignmentOffered }, ""},
		"of another team":   {func(c *Case) { c.Assignments[0].TeamID = "north" }, ""},
		"an exercise":       {func(c *Case) { c.Exercise = true }, ""},
		"merged":            {func(c *Case) { c.MergedInto = CaseRef{Key: 9} }, ""},
		"moved in a split":  {func(c *Case) { c.Subjects[0].MovedTo = 9 }, ""},
		"the next period":   {func(c *Case) { c.OpenedAt = may(20, 0) }, ""},
		"over before":       {func(c *Case) { c.OpenedAt, c.Subjects[0].Outcome.At = may(1, 0), may(9, 0) }, ""},
		"carried, ended":    {func(c *Case) { c.OpenedAt, c.Subjects[0].Outcome.At = may(1, 0), may(10, 0) }, "ours c1/s1"},
		"carried, open":     {func(c *Case) { c.OpenedAt, c.Subjects[0].Outcome = may(1, 0), nil }, "ours c1/s1"},
		"without a subject": {func(c *Case) { c.Subjects, c.Personal.Subjects = nil, nil }, "ours c1"},
	} {
		one := with(accepts(1, 12, person), c.change)
		all := compare(nil, one)
		if got := partsOf(all); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if carried := strings.HasPrefix(name, "carried"); len(all.OnlyOurs) > 0 && all.OnlyOurs[0].Carried != carried {
			t.Errorf("%s: carried is %v", name, !carried)
		}
	}
	// A joint case counts for the team that leads it; the others take part.
	joint := with(accepts(1, 12, person), func(c *Case) { c.LeadTeam = "north" })
	if all := compare(nil, accepts(2, 12, person), joint); all.OnlyOurs[0].Lead || !all.OnlyOurs[1].Lead {
		t.Errorf("lead %v and %v", all.OnlyOurs[0].Lead, all.OnlyOurs[1].Lead)
	}
	// The number of a case that was merged is one of the other's.
	into := accepts(3, 12, person)
	merged := with(accepts(4, 12, person), func(c *Case) { c.MergedInto = into.ref() })
	if got := partsOf(compare([]ListedRow{{Line: 2, Number: merged.Number, Outcome: OutcomeFound}}, into, merged)); got != "same 2=c3/s1 by number" {
		t.Error(got)
	}
}

// TestComparisonTellsNothingUntold: while an outcome is withheld, a comparison
// is the same as without it, whatever the list says.
func TestComparisonTellsNothingUntold(t *testing.T) {
	for _, outcome := range append(Outcomes(), OutcomeOpen) {
		row := ListedRow{Line: 2, Name: "Иванов Иван", Ended: may(20, 0), Outcome: outcome}
		open := accepts(1, 4, listed{"Иванов Иван", 40, OutcomeOpen})
		untold := accepts(1, 4, listed{"Иванов Иван", 40, OutcomeOpen})
		untold.Sealed = []SealedOutcome{{Subject: 1, Outcome: SubjectOutcome{Outcome: OutcomeDeceased, At: may(20, 3)}}}
		for _, number := range []string{"", "39-2026-1"} {
			row.Number = number
			before := compareList(t, may(1, 0), may(31, 0), []*Case{open}, []ListedRow{row})
			after := compareList(t, may(1, 0), may(31, 0), []*Case{untold}, []ListedRow{row})
			if partsOf(before) != partsOf(after) {
				t.Errorf("%s, %q: %s, and withheld %s", outcome, number, partsOf(before), partsOf(after))
			}
		}
	}
}

// TestComparisonLosesNothing: every row and every one of ours is in exactly one
// part, nobody is matched twice, and the order of both does not matter.
func TestComparisonLosesNothing(t *testing.T) {
	names := rapid.SampledFrom([]string{"", "Иванов Иван", "Иван Иванов", "Иванов", "Иваноф Иван", "Ким Алина", "Ким Арина", "Алина"})
	ages := rapid.SampledFrom([]int{-1, 7, 8, 40})
	outcomes := rapid.SampledFrom(append(Outcomes(), OutcomeOpen))
	days := rapid.IntRange(1, 6)
	people := rapid.Custom(func(t *rapid.T) listed {
		return listed{names.Draw(t, "name"), ages.Draw(t, "age"), outcomes.Draw(t, "outcome")}
	})
	rapid.Check(t, func(t *rapid.T) {
		var cases []*Case
		counted := 0
		for key := range rapid.IntRange(0, 6).Draw(t, "cases") {
			c := accepts(int64(key+1), days.Draw(t, "day"), rapid.SliceOfN(people, 0, 3).Draw(t, "people")...)
			if rapid.IntRange(0, 3).Draw(t, "reference") == 0 {
				c.Applications[0].Reference = "KUI 501"
			}
			counted += max(len(c.Subjects), 1)
			cases = append(cases, c)
		}
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ListedRow {
			row := ListedRow{Name: names.Draw(t, "name"), Outcome: outcomes.Draw(t, "outcome"),
				Number: rapid.SampledFrom([]string{"", "", "39-2026-1", "39-2026-2", "39-2026-99", "7"}).Draw(t, "number"), Reference: rapid.SampledFrom([]string{"", "", "KUI 501", "KUI 502"}).Draw(t, "reference")}
			if age := ages.Draw(t, "age"); age >= 0 {
				row.Age = &age
			}
			if rapid.Bool().Draw(t, "dated") {
				row.Opened = may(days.Draw(t, "day"), 0)
			}
			return row
		}), 0, 8).Draw(t, "rows")
		for i := range rows {
			rows[i].Line = i + 2
		}
		all := compareList(t, may(1, 0), may(31, 0), cases, rows)
		lines, ours := map[int]int{}, map[string]string{}
		in := func(part string, p *CountedPerson) {
			who := p.Case.ID
			if p.Subject != nil {
				who += "/" + p.Subject.ID
			}
			if before := ours[who]; before != "" && !(before == "unclear" && part == "unclear") {
				t.Fatalf("%s is in %s and in %s: %s", who, before, part, partsOf(all))
			}
			ours[who] = part
		}
		for i, one := range slices.Concat(all.Same, all.Different) {
			lines[one.Row.Line]++
			in(fmt.Sprint("a pair ", i), &one.Ours)
			if (one.Row.Outcome == one.Ours.Outcome) != (i < len(all.Same)) {
				t.Fatalf("line %d is in the wrong part: %s", one.Row.Line, partsOf(all))
			}
		}
		for i := range all.OnlyOurs {
			in("only ours", &all.OnlyOurs[i])
		}
		for _, row := range all.OnlyTheirs {
			lines[row.Line]++
		}
		for _, one := range all.Unclear {
			lines[one.Row.Line]++
			if len(one.Candidates) == 0 {
				t.Fatalf("line %d has no candidate: %s", one.Row.Line, partsOf(all))
			}
			for i := range one.Candidates {
				in("unclear", &one.Candidates[i].Ours)
			}
		}
		if len(ours) != counted || all.Ours != counted || len(lines) != len(rows) {
			t.Fatalf("%d of %d ours (%d said), %d of %d rows: %s", len(ours), counted, all.Ours, len(lines), len(rows), partsOf(all))
		}
		for line, n := range lines {
			if n != 1 {
				t.Fatalf("line %d is there %d times: %s", line, n, partsOf(all))
			}
		}
		turned, back := slices.Clone(rows), slices.Clone(cases)
		slices.Reverse(turned)
		slices.Reverse(back)
		again := compareList(t, may(1, 0), may(31, 0), back, turned)
		byLine := func(a, b ComparedPair) int { return a.Row.Line - b.Row.Line }
		slices.SortFunc(again.Same, byLine)
		slices.SortFunc(again.Different, byLine)
		slices.SortFunc(again.OnlyTheirs, func(a, b ListedRow) int { return a.Line - b.Line })
		slices.SortFunc(again.Unclear, func(a, b UnclearRow) int { return a.Row.Line - b.Row.Line })
		if partsOf(all) != partsOf(again) {
			t.Fatalf("another order, another answer:\n%s\n%s", partsOf(all), partsOf(again))
		}
	})
}

// TestComparisonIsBounded: what would take long is refused before it begins.
func TestComparisonIsBounded(t *testing.T) {
	var cases []*Case
	rows := make([]ListedRow, maxNamePairs/1000+1)
	for n := range 1000 {
		cases = append(cases, accepts(int64(n+1), 4, listed{"Иванов Иван", -1, OutcomeOpen}))
	}
	for i := range rows {
		rows[i] = ListedRow{Line: i + 2, Name: "Иванов Иван", Opened: may(5, 0)}
	}
	if _, err := CompareList("dos", time.Time{}, time.Time{}, cases, rows); !errors.Is(err, ErrTooManyNames) {
		t.Errorf("%d names with each of %d: %v", len(rows), len(cases), err)
	}
}

// BenchmarkCompareList: a year of a large team, and a list of it by names.
func BenchmarkCompareList(b *testing.B) {
	var cases []*Case
	var rows []ListedRow
	names := []string{"Иванов Иван", "Ким Алина", "Ахметов Нұрлан Серікұлы", "Цой Виктор", "Айгүл Болатқызы"}
	for n := range 2000 {
		c := accepts(int64(n+1), n*365/2000, listed{names[n%5] + fmt.Sprint(" ", n%97), n % 90, OutcomeFound})
		cases = append(cases, c)
		rows = append(rows, ListedRow{Line: n, Name: c.Personal.Subjects[0].Name, Opened: c.OpenedAt, Outcome: OutcomeFound})
	}
	for b.Loop() {
		compareList(b, time.Time{}, time.Time{}, cases, rows)
	}
}
