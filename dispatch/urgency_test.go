package dispatch

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// checkUrgency: a case's urgency is what its events say; it is the table's
// unless somebody said otherwise; an open offer has the time of its urgency;
// and an assessment adds up.
func (w *world) checkUrgency(c *Case) {
	w.tb.Helper()
	var told Urgency
	for i := range w.journal {
		if event := &w.journal[i]; event.Case == c.Key && event.Urgency != "" {
			told = event.Urgency
		}
	}
	assessed := &c.Personal.Assessment
	if c.Urgency != told || c.UrgencyFrom == "" && assessed.Urgency != c.Urgency {
		w.tb.Fatalf("case %d is %s (%s), its events say %s, the table %s", c.Key, c.Urgency, c.UrgencyFrom, told, assessed.Urgency)
	}
	if (c.UrgencyFrom == UrgencySet) == c.UrgencySetAt.IsZero() {
		w.tb.Fatalf("case %d: its urgency is from %q, set at %s", c.Key, c.UrgencyFrom, c.UrgencySetAt)
	}
	score := 0
	for _, factor := range assessed.Factors {
		score += factor.Points
	}
	if assessed.Version != UrgencyVersion || score != assessed.Score || (assessed.Urgency == LifeThreatening) != (score >= lifeThreateningFrom) {
		w.tb.Fatalf("case %d: its assessment is %+v", c.Key, *assessed)
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if by := a.OfferedAt.Add(w.state.settings.OfferTimeout[c.Urgency]); a.Status == AssignmentOffered && !a.AnswerBy.Equal(by) && a.AnswerBy.After(w.now) {
			w.tb.Fatalf("case %d is %s: %s is to answer by %s, and not %s", c.Key, c.Urgency, a.TeamID, a.AnswerBy, by)
		}
	}
}

// noon is noon by the sun in Kostanay on a summer day: nothing of daylight.
var noon = time.Date(2026, 6, 21, 7, 46, 0, 0, time.UTC)

// codes gives the factors of a case, joined.
func codes(a *Assessment) string {
	var words []string
	for _, factor := range a.Factors {
		words = append(words, factor.Code)
	}
	return strings.Join(words, " ")
}

func adult(f *Filing) {
	f.Subjects[0].Age, f.Subjects[0].Category, f.Subjects[0].LastSeenAt = pointer(40), "", time.Time{}
}

func TestUrgencyFactors(t *testing.T) {
	subject := func(change func(*FiledSubject)) func(*Filing) {
		return func(f *Filing) { change(&f.Subjects[0]) }
	}
	age := func(years int) func(*Filing) {
		return subject(func(s *FiledSubject) { s.Age = &years })
	}
	category := func(category string) func(*Filing) {
		return subject(func(s *FiledSubject) { s.Age, s.Category = nil, category })
	}
	health := func(text string) func(*Filing) { return subject(func(s *FiledSubject) { s.Health = text }) }
	weather := func(weather Weather) func(*Filing) { return func(f *Filing) { f.Weather = weather } }
	danger := func(dangers ...Danger) func(*Filing) { return subject(func(s *FiledSubject) { s.Dangers = dangers }) }
	seen := func(ago time.Duration) func(*Filing) {
		return subject(func(s *FiledSubject) { s.LastSeenAt = noon.Add(-ago) })
	}
	risk := func(incident Incident, total, children, immobile int) func(*Filing) {
		return func(f *Filing) {
			f.Incident, f.PeopleAtRisk = incident, &PeopleAtRisk{Total: &total, Children: &children, Immobile: &immobile}
		}
	}
	many := func(n int) func(*Filing) {
		return func(f *Filing) {
			for range n - 1 {
				f.Subjects = append(f.Subjects, FiledSubject{})
			}
		}
	}
	seenFactors := map[string]bool{}
	for _, c := range []struct {
		name   string
		kind   Kind
		change func(*Filing)
		want   string
		danger bool // life_threatening
	}{
		{"an adult", MissingPerson, age(40), "", false},
		{"nothing known", MissingPerson, category(""), "", false},
		{"seven", MissingPerson, age(7), "child_under_8", true},
		{"a newborn", MissingPerson, age(0), "child_under_8", true},
		{"eight", MissingPerson, age(8), "child", false},
		{"fifteen", MissingPerson, age(15), "child", false},
		{"sixteen", MissingPerson, age(16), "", false},
		{"sixty-nine", MissingPerson, age(69), "", false},
		{"seventy", MissingPerson, age(70), "elderly", false},
		{"a small child by category", MissingPerson, category("child_4_6"), "child_under_8", true},
		{"perhaps seven", MissingPerson, category("child_7_9"), "child", false},
		{"the age counts before the category", MissingPerson, subject(func(s *FiledSubject) { s.Age, s.Category = pointer(7), "child_7_9" }), "child_under_8", true},
		{"dementia by category", MissingPerson, category("dementia"), "dementia", true},
		{"dementia by code", MissingPerson, danger(DangerDementia), "dementia", true},
		{"dementia in Russian", MissingPerson, health("Старческая Деменция"), "dementia", true},
		{"dementia in Kazakh", MissingPerson, health("қарт кісі, АЛЖЫҒАН"), "dementia", true},
		{"Alzheimer's in English", MissingPerson, health("early (Alzheimer's)"), "dementia", true},
		{"inside of a word", MissingPerson, health("предеменция?"), "", false},
		{"suicide in Russian", MissingPerson, health("хотел покончить с собой"), "suicidal_intent", true},
		{"suicide in Kazakh", MissingPerson, health("өзіне қол жұмсаймын деген"), "suicidal_intent", true},
		{"despondent", MissingPerson, category("despondent"), "suicidal_intent", true},
		{"suicide in a description", MissingPerson, subject(func(s *FiledSubject) { s.Description = "Оставил записку: суицид" }), "suicidal_intent", true},
		{"water", MissingPerson, danger(DangerWater), "water", true},
		{"blizzard", MissingPerson, weather("blizzard"), "blizzard", true},
		{"ill", MissingPerson, danger(DangerIllness), "health", false},
		{"autistic", MissingPerson, category("autistic"), "health", false},
		{"ill and injured counts once", MissingPerson, danger(DangerIllness, DangerInjury), "health", false},
		{"frost", MissingPerson, weather("severe_frost"), "severe_frost", false},
		{"snow", MissingPerson, weather("heavy_snow"), "heavy_snow", false},
		{"heat", MissingPerson, weather("heat"), "heat", false},
		{"rain", MissingPerson, weather("rain"), "rain", false},
		{"fog", MissingPerson, weather("fog"), "fog", false},
		{"not dressed", MissingPerson, danger(DangerLightClothes), "light_clothes", false},
		{"terrain", MissingPerson, danger(DangerTerrain), "terrain", false},
		{"can hardly walk", MissingPerson, danger(DangerImmobile), "immobile", false},
		{"five hours", MissingPerson, seen(5 * time.Hour), "", false},
		{"six hours", MissingPerson, seen(6 * time.Hour), "missing_6_hours", false},
		{"a day", MissingPerson, seen(24 * time.Hour), "missing_24_hours", false},
		{"two", MissingPerson, many(2), "several_people", false},
		{"five", MissingPerson, many(5), "many_people", false},
		{"several things together", MissingPerson, func(f *Filing) {
			f.Weather, f.Subjects[0].Age, f.Subjects[0].Dangers = "severe_frost", pointer(75), []Danger{DangerLightClothes}
		}, "elderly light_clothes severe_frost", true},
		{"flood", Emergency, risk("flood", 1, 0, 0), "flood", false},
		{"flood with children", Emergency, risk("flood", 4, 2, 0), "children_at_risk several_people flood", true},
		{"fire", Emergency, risk("fire", 1, 0, 0), "fire", false},
		{"fire, somebody cannot walk", Emergency, risk("fire", 1, 0, 1), "immobile fire", true},
		{"snow trap", Emergency, risk("snow_trap", 30, 0, 0), "many_people snow_trap", false},
		{"mountain", Emergency, risk("mountain", 1, 0, 0), "terrain", false},
		{"on the ice", Emergency, risk("ice", 1, 0, 0), "water", true},
		{"in the water", Emergency, risk("water", 0, 0, 0), "water", true},
		{"other", Emergency, risk("other", 0, 0, 0), "", false},
		{"an event in a blizzard", VolunteerEvent, weather("blizzard"), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.now = noon
			key := w.file("a", c.kind, kostanay, func(f *Filing) {
				if c.kind == MissingPerson {
					adult(f)
				}
				c.change(f)
			})
			got := w.rows[key]
			if codes(&got.Personal.Assessment) != c.want {
				t.Errorf("factors %q, want %q", codes(&got.Personal.Assessment), c.want)
			}
			want := Urgent
			switch {
			case c.kind == VolunteerEvent:
				want = Routine
			case c.danger:
				want = LifeThreatening
			}
			if got.Urgency != want || got.UrgencyFrom != "" {
				t.Errorf("it is %s (%s), want %s", got.Urgency, got.UrgencyFrom, want)
			}
			for _, factor := range got.Personal.Assessment.Factors {
				seenFactors[factor.Code] = true
			}
		})
	}
	for _, c := range []struct {
		hour int
		want string
	}{{7, ""}, {9, "dark_soon"}, {13, "dark"}, {20, "dark"}} {
		w := newWorld(t)
		w.now = time.Date(2026, 12, 21, c.hour, 50, 0, 0, time.UTC) // the sun sets at 16:32 in Kostanay
		key := w.file("a", MissingPerson, kostanay, adult)
		if got := codes(&w.rows[key].Personal.Assessment); got != c.want {
			t.Errorf("at %d:50: %q, want %q", c.hour, got, c.want)
		}
		seenFactors[c.want] = true
	}
	for _, factor := range UrgencyFactors() {
		if !seenFactors[factor.Code] {
			t.Errorf("no case of this test has the factor %s", factor.Code)
		}
		if factor.Lifts != (factor.Points >= lifeThreateningFrom) || factor.Points < 1 {
			t.Errorf("%s has %d points and lifts: %t", factor.Code, factor.Points, factor.Lifts)
		}
	}
}

// Who has been found makes nothing more urgent.
func TestUrgencyOfThoseStillSought(t *testing.T) {
	w := newWorld(t)
	w.now = noon
	key := w.file("a", MissingPerson, kostanay, adult, func(f *Filing) {
		f.Subjects = append(f.Subjects, FiledSubject{ID: "s2", Age: pointer(5)})
	})
	if c := w.rows[key]; c.Urgency != LifeThreatening {
		t.Fatalf("%+v", c.Personal.Assessment)
	}
	w.do(CommandOutcome, key, "", func(c *Command) { c.SubjectID, c.Outcome = "s2", OutcomeFound })
	changes := w.do(CommandUpdate, key, "", func(c *Command) { c.Fields, c.Given = &Filing{Place: personal + "x"}, []string{"/place"} })
	if c := w.rows[key]; c.Urgency != Urgent || changes.Events[0].Urgency != Urgent {
		t.Fatalf("%+v", c.Personal.Assessment)
	}
	w.do(CommandReopen, key, "", func(c *Command) { c.SubjectID = "s2" })
	if c := w.rows[key]; c.Urgency != LifeThreatening {
		t.Fatalf("%+v", c.Personal.Assessment)
	}
}

// What a person has set stands, then what the filer says, then the table.
func TestUrgencyOrigin(t *testing.T) {
	w := newWorld(t)
	w.now = noon
	update := func(f Filing, given string) *Changes {
		t.Helper()
		return w.do(CommandUpdate, 0, "", func(c *Command) {
			c.CaseID, c.Application = "", &ApplicationRef{System: "102-kostanay", ID: "a"}
			c.Fields, c.Given = &f, []string{given}
		})
	}
	key := w.file("a", MissingPerson, kostanay, adult)
	want := func(urgency Urgency, from UrgencyOrigin, table Urgency) {
		t.Helper()
		if c := w.rows[key]; c.Urgency != urgency || c.UrgencyFrom != from || c.Personal.Assessment.Urgency != table {
			t.Fatalf("%s from %q, the table says %s; want %s from %q, %s", c.Urgency, c.UrgencyFrom, c.Personal.Assessment.Urgency, urgency, from, table)
		}
	}
	want(Urgent, "", Urgent)
	if changes := update(Filing{Weather: "blizzard"}, "/weather"); changes.Events[0].Urgency != LifeThreatening {
		t.Fatalf("%+v", changes.Events[0])
	}
	want(LifeThreatening, "", LifeThreatening)
	update(Filing{Weather: "fog"}, "/weather")
	want(Urgent, "", Urgent)
	update(Filing{Urgency: Routine}, "/urgency")
	want(Routine, UrgencyFiled, Urgent)
	update(Filing{Weather: "blizzard"}, "/weather")
	want(Routine, UrgencyFiled, LifeThreatening)
	w.do(CommandUrgency, key, "", func(c *Command) { c.Urgency, c.Reason = Urgent, personal+"why" })
	want(Urgent, UrgencySet, LifeThreatening)
	update(Filing{Urgency: LifeThreatening}, "/urgency")
	want(Urgent, UrgencySet, LifeThreatening)
	if c := w.rows[key]; c.UrgencySetBy != "key-7" || !c.UrgencySetAt.Equal(w.now) {
		t.Fatalf("set by %q at %s", c.UrgencySetBy, c.UrgencySetAt)
	}
	if note := w.notes[len(w.notes)-1]; note.Text != personal+"why" || note.Audience != AudienceCoordination {
		t.Fatalf("%+v", note)
	}
}

func TestSetUrgency(t *testing.T) {
	set := func(urgency Urgency) func(*Command) {
		return func(c *Command) { c.Urgency, c.Reason = urgency, personal+"why" }
	}
	w := newWorld(t)
	w.team("bars", kostanay)
	w.team("dos", rudny)
	key := w.file("a", MissingPerson, kostanay, func(f *Filing) { f.Urgency = Routine })
	w.refused(RefusedInvalid, CommandUrgency, key, "", set(""))
	w.refused(RefusedInvalid, CommandUrgency, key, "", func(c *Command) { c.Urgency = Urgent })
	w.advance(2 * time.Minute)

	// The open offer has the new time, counted from when it was made: it is over.
	changes := w.do(CommandUrgency, key, "", set(LifeThreatening))
	if e := changes.Events[0]; e.Type != EventCaseUrgency || e.Urgency != LifeThreatening || e.UrgencyBefore != Routine {
		t.Fatalf("%+v", e)
	}
	w.advance(0)
	w.wantStatuses(key, "bars:no_answer dos:offered")

	// Less urgent: there is more time.
	w.do(CommandUrgency, key, "", set(Routine))
	w.advance(9 * time.Minute)
	w.wantStatuses(key, "bars:no_answer dos:offered")
	w.advance(2 * time.Minute)
	if a := w.rows[key].Assignments[1]; a.Status != AssignmentNoAnswer {
		t.Fatalf("dos is %s", a.Status)
	}

	// What waits is served by its new urgency.
	w = newWorld(t)
	first := w.file("a", MissingPerson, kostanay)
	second := w.file("b", MissingPerson, kostanay)
	w.do(CommandUrgency, second, "", set(LifeThreatening))
	w.do(CommandUrgency, second, "", set(LifeThreatening)) // with another reason, say
	w.team("bars", kostanay)
	w.wantStatuses(first, "")
	w.wantStatuses(second, "bars:offered")

	w.do(CommandOutcome, first, "", func(c *Command) { c.Outcome = OutcomeMissing })
	w.refused(RefusedCaseEnded, CommandUrgency, first, "", set(Routine))
}

// The codes of health data are nowhere in the journal.
func TestUrgencyTellsNoHealth(t *testing.T) {
	w := newWorld(t)
	w.file("a", MissingPerson, kostanay, adult, func(f *Filing) { f.Subjects[0].Dangers = Dangers() })
	for i := range w.journal {
		data := string(w.journal[i].Data())
		for _, danger := range Dangers() {
			if strings.Contains(data, string(danger)) {
				t.Errorf("the journal tells %s: %s", danger, data)
			}
		}
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{"": false, "деменция": true, "ДЕМЕНЦИЕЙ": true, "(деменция)": true, "1деменция": false, "демен": false,
		"\xff деменция": true, "покончить с собой": true, "покончить с работой": false, "слабоумие": true} {
		starts := slices.Concat(dangerWords[0].starts, dangerWords[1].starts)
		if got := mentionsAny(text, starts); got != want {
			t.Errorf("%q: %t", text, got)
		}
		if n := testing.AllocsPerRun(10, func() { mentionsAny(text, starts) }); n != 0 {
			t.Errorf("%q: %f allocations", text, n)
		}
	}
	for i := range dangerWords {
		for _, start := range dangerWords[i].starts {
			if strings.ToLower(start) != start {
				t.Errorf("%s is not in lower case", start)
			}
		}
	}
}
