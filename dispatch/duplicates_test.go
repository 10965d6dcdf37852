package dispatch

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/geo"
)

// person files somebody missing.
func (w *world) person(id, name string, age int, change ...func(*Filing)) int64 {
	w.tb.Helper()
	return w.file(id, MissingPerson, kostanay, append([]func(*Filing){func(f *Filing) {
		f.Reference, f.Reporter.Phone = "", ""
		f.Subjects[0].Name, f.Subjects[0].Sex, f.Subjects[0].Age = name, "female", &age
	}}, change...)...)
}

func reference(text string) func(*Filing) { return func(f *Filing) { f.Reference = text } }
func phone(text string) func(*Filing)     { return func(f *Filing) { f.Reporter.Phone = text } }

// at puts an application so many kilometres north of Kostanay.
func at(km float64) func(*Filing) {
	return func(f *Filing) { f.Location = &orb.Point{kostanay.Lon(), kostanay.Lat() + km/111.2} }
}

func (w *world) sought(key int64, want int) {
	w.tb.Helper()
	if got := sought(map[int64]*Case{0: w.rows[key]}); got != want {
		w.tb.Fatalf("%d people are sought in case %d, want %d", got, key, want)
	}
}

// likely gives the reasons for which two cases may be the same, on both of them.
func (w *world) likely(a, b int64) string {
	w.tb.Helper()
	reasons := func(c *Case, other int64) string {
		for _, one := range c.Likely {
			if one.Key == other {
				return strings.Join(one.Reasons, " ")
			}
		}
		return ""
	}
	one, other := reasons(w.rows[a], b), reasons(w.rows[b], a)
	if one != other {
		w.tb.Fatalf("case %d says %q, case %d says %q", a, one, b, other)
	}
	return one
}

// TestJoins: what joins by itself, what is proposed with its reasons, and what
// stays apart.
func TestJoins(t *testing.T) {
	const joins = "joins"
	for _, test := range []struct {
		name   string
		first  []func(*Filing)
		second func(w *world) int64
		want   string // joins, the reasons of a proposal, or nothing
	}{
		{"in another spelling", nil, func(w *world) int64 { return w.person("b", "Ахметова Айгуль", 14, at(5)) }, joins},
		{"in Latin letters", nil, func(w *world) int64 { return w.person("b", "Aigul Akhmetova", 14) }, joins},
		{"of another age", nil, func(w *world) int64 { return w.person("b", "Айгуль Ахметова", 40) }, ""},
		{"a year older", nil, func(w *world) int64 { return w.person("b", "Айгуль Ахметова", 15) }, "same_name near"},
		{"a year older, under one reference", []func(*Filing){reference("КУИ 24391")},
			func(w *world) int64 {
				return w.person("b", "Айгуль Ахметова", 15, reference("KUI-24391"))
			}, joins},
		{"of another sex", nil, func(w *world) int64 {
			return w.person("b", "Айгуль Ахметова", 14, func(f *Filing) { f.Subjects[0].Sex = "male" })
		}, ""},
		{"another first name", nil, func(w *world) int64 { return w.person("b", "Данагүл Ахметова", 14) }, ""},
		{"a first name one letter apart", nil, func(w *world) int64 { return w.person("b", "Айгол Ахметова", 14) }, "similar_name same_age near"},
		{"twins under one reference", []func(*Filing){reference("24391")},
			func(w *world) int64 { return w.person("b", "Данагүл Ахметова", 14, reference("24391")) }, "same_reference near"},
		{"under another reference", []func(*Filing){reference("КУИ 24391")},
			func(w *world) int64 {
				return w.person("b", "Айгуль Ахметова", 14, reference("КУИ 24392"))
			}, "same_name same_age near"},
		{"far away", nil, func(w *world) int64 { return w.person("b", "Айгуль Ахметова", 14, at(11)) }, ""},
		{"far away, from the same phone", []func(*Filing){phone("+7 701 555 01 23")},
			func(w *world) int64 {
				return w.person("b", "Айгуль Ахметова", 14, at(11), phone("87015550123"))
			}, "same_phone same_name same_age"},
		{"the first name alone", nil, func(w *world) int64 { return w.person("b", "Айгуль", 14) }, "part_of_name same_age near"},
		{"a day later", nil, func(w *world) int64 {
			w.advance(24*time.Hour + time.Second)
			return w.person("b", "Айгуль Ахметова", 14)
		}, ""},
		{"an exercise", nil, func(w *world) int64 {
			return w.person("b", "Айгуль Ахметова", 14, func(f *Filing) { f.Exercise = true })
		}, ""},
		{"a call beside a record", []func(*Filing){func(f *Filing) { f.CallOut = CallOutNone }},
			func(w *world) int64 { return w.person("b", "Айгуль Ахметова", 14) }, "same_name same_age near"},
		{"a late entry", nil, func(w *world) int64 {
			return w.person("b", "Айгуль Ахметова", 14, func(f *Filing) { f.FiledAt = worldStart.Add(-72 * time.Hour) })
		}, ""},
		{"a case that has ended, its team on the way home", nil, func(w *world) int64 {
			for key := range w.rows {
				w.do(CommandAccept, key, "region-10")
				w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome, c.Condition = OutcomeFound, ConditionWell })
			}
			return w.person("b", "Айгуль Ахметова", 14)
		}, ""},
		{"a case that has ended", nil, func(w *world) int64 {
			for key := range w.rows {
				w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome, c.Condition = OutcomeFound, ConditionWell })
			}
			return w.person("b", "Айгуль Ахметова", 14)
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := duplicatesWorld(t)
			w.team("region-10", kostanay)
			a := w.person("a", "Айгүл Ахметова", 14, test.first...)
			b := test.second(w)
			if got := w.likely(a, b); test.want == joins && a != b || test.want != joins && (a == b || got != test.want) {
				t.Errorf("cases %d and %d, likely for %q; want %q", a, b, got, test.want)
			}
		})
	}
}

// TestJoinOfEmergencies: by phone, address and incident.
func TestJoinOfEmergencies(t *testing.T) {
	w := duplicatesWorld(t)
	call := func(id, phone, address, incident string) int64 {
		return w.file(id, Emergency, kostanay, func(f *Filing) {
			f.Reference, f.Reporter.Phone, f.Address, f.Incident = "", phone, address, Incident(incident)
			f.PeopleAtRisk = &PeopleAtRisk{Total: pointer(len(w.rows) + 3)}
		})
	}
	a := call("a", "+7 701 555 01 23", "ул. Достык, 1", "flood")
	if b := call("b", "8 701 555 01 23", "Достық көшесі 1", "flood"); b != a {
		t.Errorf("the same caller at the same place is another case")
	}
	if total := *w.rows[a].PeopleAtRisk.Total; total != 4 {
		t.Errorf("%d people at risk, want the greater number", total)
	}
	for _, test := range []struct{ phone, address, incident, want string }{
		{"+7 701 555 01 24", "Достык 1", "flood", "same_address same_incident near"},
		{"+7 701 555 01 23", "Достык 1", "fire", "same_phone same_address near"},
		{"+7 701 555 01 23", "Достык 11", "flood", "same_phone same_incident near"},
		{"+7 701 555 01 25", "Достык 7", "flood", ""},
	} {
		if b := call(w.nextID("e"), test.phone, test.address, test.incident); b == a || w.likely(a, b) != test.want {
			t.Errorf("%+v: cases %d and %d, likely for %q", test, a, b, w.likely(a, b))
		}
	}
}

// TestSiblingsStayTwo: a join adds who is not known, and nobody is taken for two.
func TestSiblingsStayTwo(t *testing.T) {
	w := duplicatesWorld(t)
	a := w.person("a", "Айгүл Ахметова", 14)
	b := w.person("b", "Айгуль Ахметова", 14, func(f *Filing) {
		brother := filedSubject("s2")
		brother.Name = "Нұрлан Ахметов"
		f.Subjects = append(f.Subjects, brother)
	})
	if a != b {
		t.Fatal("they did not join")
	}
	w.sought(a, 2)
	// Two of one name in one filing are two.
	c := w.person("c", "Айгуль Ахметова", 14, func(f *Filing) { f.Subjects = append(f.Subjects, f.Subjects[0]) })
	if c != a {
		t.Fatal("the third did not join")
	}
	w.sought(a, 3)
	w.do(CommandSplit, a, "", takeOut("c"))
	w.sought(a, 2)
	w.sought(w.known[ApplicationIdentity("102-kostanay", "c")], 2)
}

func takeOut(ids ...string) func(*Command) {
	return func(c *Command) {
		for _, id := range ids {
			c.Applications = append(c.Applications, ApplicationRef{System: "102-kostanay", ID: id})
		}
	}
}

// totals counts what the statistics would report.
func (w *world) totals() StatisticsTotals {
	var sum tally
	for _, row := range w.counted {
		if row.Exercise || row.Merged {
			continue
		}
		sum.addCase(row)
		for i := range row.Subjects {
			sum.addSubject(row, &row.Subjects[i])
		}
	}
	return sum.StatisticsTotals
}

// TestSplitOfAJoin: a wrong join leaves nothing behind, and is not repeated.
func TestSplitOfAJoin(t *testing.T) {
	w := duplicatesWorld(t)
	w.team("region-10", kostanay)
	a := w.person("a", "Айгүл Ахметова", 14)
	w.person("b", "Айгуль Ахметова", 14, func(f *Filing) {
		f.Reporter = Reporter{Name: personal + "aunt", Phone: "+7 701 555 01 24"}
		f.Subjects[0].Description = personal + "красная шапка"
	})
	if got := w.totals(); got.Cases != 1 || got.Applications != 2 || got.Subjects != 1 {
		t.Fatalf("joined: %+v", got)
	}
	if w.rows[a].Personal.Subjects[0].Description != personal+"description" {
		t.Error("the second filer's words stand in the first one's place")
	}
	w.refused(RefusedNotJoined, CommandSplit, a, "", takeOut("a"))
	w.refused(RefusedInvalid, CommandSplit, a, "")
	wantEvents(t, w.do(CommandSplit, a, "", takeOut("b")), "case.split case.opened case.unanswered")
	b := w.known[ApplicationIdentity("102-kostanay", "b")]
	c := w.rows[b]
	if a == b || c.Personal.Subjects[0].Name != "Айгуль Ахметова" || c.Personal.Subjects[0].Description != personal+"красная шапка" ||
		c.Personal.Applications[0].Phone != "+7 701 555 01 24" || c.Number == w.rows[a].Number {
		t.Errorf("it is not as it was filed: %+v", c)
	}
	if got := w.totals(); got.Cases != 2 || got.Applications != 2 || got.Subjects != 2 || got.Open != 2 {
		t.Errorf("split: %+v", got)
	}
	w.sought(a, 1)
	w.sought(b, 1)
	w.refused(RefusedUnknownApplication, CommandSplit, a, "", takeOut("b"))
	if len(w.rows[a].Apart) != 1 || len(c.Apart) != 1 {
		t.Error("they may be proposed again")
	}
}

// TestSplitChangesTheStatus: the one who is missing still leaves with his
// application, so that the case that he was on is found. The world checks that
// no row is newer than its case's last event.
func TestSplitChangesTheStatus(t *testing.T) {
	w := duplicatesWorld(t)
	a := w.person("a", "Айгүл Ахметова", 14)
	w.person("b", "Айгуль Ахметова", 14, func(f *Filing) {
		brother := filedSubject("s2")
		brother.Name = "Нұрлан Ахметов"
		f.Subjects = append(f.Subjects, brother)
	})
	w.do(CommandOutcome, a, "", found(w.rows[a].Subjects[0].ID, ConditionWell))
	w.do(CommandOutcome, a, "", ends(w.rows[a].Subjects[1].ID, OutcomeMissing))
	w.wantStatus(a, StatusMissing)
	w.do(CommandSplit, a, "", takeOut("b"))
	w.wantStatus(a, StatusFound)
}

// TestAmendedAfterAJoin: a joined application changes what is its own alone.
func TestAmendedAfterAJoin(t *testing.T) {
	w := duplicatesWorld(t)
	a := w.person("a", "Айгүл Ахметова", 14)
	again := func(f *Filing) { f.Revision, f.Place, f.Location = 2, personal+"elsewhere", &astana }
	w.person("b", "Айгуль Ахметова", 14)
	w.person("b", "Айгуль Ахметова", 15, again, func(f *Filing) {
		brother := filedSubject("s2")
		brother.Name = "Нұрлан Ахметов"
		f.Subjects = append(f.Subjects, brother)
	})
	c := w.rows[a]
	if c.Personal.Place != personal+"place" || *c.Location != kostanay || *c.Subjects[0].Age != 14 || len(c.NeedsReview) != 1 {
		t.Errorf("the second application changed the case: %+v", c)
	}
	w.sought(a, 2)
	w.do(CommandSplit, a, "", takeOut("b"))
	w.sought(a, 1)
	b := w.rows[w.known[ApplicationIdentity("102-kostanay", "b")]]
	if b.Personal.Place != personal+"elsewhere" || *b.Location != astana || *b.Subjects[0].Age != 15 || len(b.Subjects) != 2 {
		t.Errorf("the new case is not as it was filed last: %+v", b)
	}
}

// TestMergeAndBack: applications, people and teams go along; a split gives the
// case back as it was, with what was learned of its people since.
func TestMergeAndBack(t *testing.T) {
	w := duplicatesWorld(t)
	w.team("region-10", kostanay)
	w.team("dos", tobyl)
	a := w.person("a", "Айгүл Ахметова", 14)
	b := w.person("b", "Айгуль", 14, func(f *Filing) {
		brother := filedSubject("s2")
		brother.Name = "Нұрлан Ахметов"
		f.Subjects = append(f.Subjects, brother)
	})
	w.do(CommandAccept, a, w.rows[a].Assignments[0].TeamID)
	other := w.rows[b].Assignments[0].TeamID
	w.do(CommandAccept, b, other)
	w.do(CommandOnScene, b, other)
	number := w.rows[b].Number
	into := func(key int64) func(*Command) { return func(c *Command) { c.Into = CaseID(testEpoch, key) } }

	w.refused(RefusedInvalid, CommandMerge, b, "", into(b))
	w.refused(RefusedUnknownCase, CommandMerge, b, "", into(999))
	w.do(CommandMerge, b, "", into(a))
	w.wantStatus(b, StatusClosed)
	w.wantStatus(a, StatusSearching)
	w.wantStatuses(b, other+":released")
	if on := w.rows[a].Assignment(other); on == nil || on.Status != AssignmentOnScene || on.Slot == 0 {
		t.Errorf("the team did not come along: %s", w.statuses(a))
	}
	w.sought(a, 2)
	if got := w.totals(); got.Cases != 1 || got.Applications != 2 || got.Subjects != 2 {
		t.Errorf("merged: %+v", got)
	}
	w.refused(RefusedCaseMerged, CommandAssign, b, "dos")
	w.refused(RefusedCaseMerged, CommandMerge, a, "", into(b))

	w.do(CommandOutcome, a, "", func(c *Command) {
		c.SubjectID, c.Outcome, c.Condition = w.rows[a].Subjects[1].ID, OutcomeFound, ConditionWell
	})
	w.do(CommandSplit, b, "")
	c := w.rows[b]
	if c.Number != number || c.Merged() || len(c.Applications) != 1 || len(c.Subjects) != 2 || c.told(&c.Subjects[1]) != OutcomeFound || c.told(&c.Subjects[0]) != OutcomeOpen {
		t.Errorf("it did not come back as it was: %+v", c)
	}
	w.sought(a, 1)
	w.sought(b, 1)
	if got := w.totals(); got.Cases != 2 || got.Applications != 2 || got.Subjects != 3 || got.Found != 1 || got.Open != 2 {
		t.Errorf("split: %+v", got)
	}
	// The other way, by the application that came with it.
	w.do(CommandMerge, a, "", into(b))
	w.sought(b, 1)
	w.do(CommandSplit, b, "", takeOut("a"))
	if w.rows[a].Merged() || len(w.rows[a].Applications) != 1 {
		t.Errorf("the other one did not come back: %+v", w.rows[a])
	}
	w.sought(a, 1)
	w.sought(b, 1)
}

// TestMergeOfOneTeamsCases: a team that is on both cases is on the one that stays once, as far as it has come.
func TestMergeOfOneTeamsCases(t *testing.T) {
	for name, test := range map[string]struct {
		before []CommandType // of the team on the case that stays
		want   string
	}{
		"on the scene": {[]CommandType{CommandAccept, CommandOnScene}, "region-10:on_scene"},
		"only asked":   {nil, "region-10:accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			w := duplicatesWorld(t)
			w.team("region-10", kostanay, capacity(2))
			stays, goes := w.person("a", "Айгүл Ахметова", 14), w.person("b", "Айгуль", 14)
			for _, command := range test.before {
				w.do(command, stays, "region-10")
			}
			w.do(CommandAccept, goes, "region-10")
			w.do(CommandMerge, goes, "", func(c *Command) { c.Into = CaseID(testEpoch, stays) })
			w.wantStatuses(goes, "region-10:released")
			w.wantStatuses(stays, test.want)
			if used := w.state.teamByID("region-10").slots.used; used != 1 {
				t.Errorf("it has %d slots taken, want 1", used)
			}
		})
	}
}

// TestSameAs: the filer's choice joins what may be the same, and nothing else:
// nobody is lost in a case about somebody else.
func TestSameAs(t *testing.T) {
	w := duplicatesWorld(t)
	a := w.person("a", "Айгуль Ахметова", 14)
	other := w.person("other", "Жанар Оспанова", 60, at(30))
	said := func(key int64) func(*Filing) { return func(f *Filing) { f.SameAs = w.rows[key].ID } }
	if c := w.person("x", "Айгол Ахметова", 14, said(other)); c == a || c == other {
		t.Errorf("it joined case %d, which was not meant or is about somebody else", c)
	}
	if b := w.person("b", "Айгол Ахметова", 14, said(a)); b != a {
		t.Errorf("it opened case %d", b)
	}
	w.sought(a, 2) // the names are not certainly the same: nobody is left out
	for name, key := range map[string]int64{
		"of somebody else":  w.person("c", "Ерлан Сагинтаев", 33, said(other)),
		"of a drill":        w.person("d", "Айгол Ахметова", 14, said(a), func(f *Filing) { f.Exercise = true }),
		"of nothing at all": w.person("e", "Ольга Ким", 50, func(f *Filing) { f.SameAs = CaseID(w.state.head.Epoch, 9999) }),
	} {
		if key == a || key == other {
			t.Errorf("%s: it joined case %d", name, key)
		}
	}
}

// TestDuplicateWindowOff: without a window nothing is looked for.
func TestDuplicateWindowOff(t *testing.T) {
	w := newWorld(t)
	if a, b := w.person("a", "Айгүл Ахметова", 14), w.person("b", "Айгүл Ахметова", 14); a == b || w.likely(a, b) != "" {
		t.Errorf("cases %d and %d, likely for %q", a, b, w.likely(a, b))
	}
}

// TestApart: what a person has said to be another is not proposed any more.
func TestApart(t *testing.T) {
	w := duplicatesWorld(t)
	a := w.person("a", "Айгүл Ахметова", 14)
	b := w.person("b", "Айгуль", 14)
	if w.likely(a, b) == "" {
		t.Fatal("nothing was proposed")
	}
	other := func(c *Command) { c.Other = CaseID(testEpoch, b) }
	wantEvents(t, w.do(CommandApart, a, "", other), "case.apart case.apart")
	if w.likely(a, b) != "" {
		t.Error("it is still proposed")
	}
	wantEvents(t, w.do(CommandApart, a, "", other), "")
}

// TestIndexFindsWhatIsNear: by a local trait exactly the cases within the
// distance are found, wherever on the earth, and by a rare one all.
func TestIndexFindsWhatIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := DefaultSettings()
		settings.DuplicateDistanceM = rapid.Float64Range(1, 200_000).Draw(t, "metres")
		index, local, rare := newDuplicateIndex(&settings), &traits{local: []uint64{1}}, &traits{rare: []uint64{2}}
		center := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-89, 89).Draw(t, "lat")}
		var near, all []int64
		for key := range int64(rapid.IntRange(0, 20).Draw(t, "cases")) {
			bearing, share := rapid.Float64Range(0, 360).Draw(t, "bearing"), rapid.Float64Range(0, 2).Draw(t, "share")
			there := orbgeo.PointAtBearingAndDistance(center, bearing, share*settings.DuplicateDistanceM)
			there[0] = math.Remainder(there[0], 360)
			c := &Case{Key: key, Kind: MissingPerson, Status: StatusWaiting, Subjects: []Subject{{N: 1}}, Location: &there}
			if share > 1.9 {
				c.Location = nil
			}
			index.put(nil, c, &traits{local: local.local, rare: rare.rare})
			all = append(all, key)
			if c.Location != nil && geo.Distance(center, there) <= settings.DuplicateDistanceM {
				near = append(near, key)
			}
		}
		for _, test := range []struct {
			of    *traits
			place orb.Point
			want  []int64
		}{{local, center, near}, {local, nowhere, nil}, {rare, nowhere, all}, {&traits{local: local.local, rare: rare.rare}, center, all}} {
			got, _ := index.find(test.of, test.place)
			if slices.Sort(got); !slices.Equal(got, test.want) {
				t.Fatalf("at %v: found %v, want %v", test.place, got, test.want)
			}
		}
		for _, key := range all {
			index.remove(key)
		}
		if len(index.cases)+len(index.found) > 0 {
			t.Fatal("what was removed is still found")
		}
	})
}
