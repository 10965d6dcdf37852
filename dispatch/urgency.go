package dispatch

import (
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// UrgencyVersion is the version of the table below. Whoever changes a code, its
// points or when it holds raises it, so that an old assessment still says by
// which table it was made.
const UrgencyVersion = 1

// lifeThreateningFrom is the score from which a case is life_threatening. A
// factor that lifts has as many points by itself.
const lifeThreateningFrom = 6

// Assessment is how urgent a case is by the table, with the reasons. It holds
// health data, so it is kept with the personal data and never in the journal.
type Assessment struct {
	Version int              `json:"version"`
	Urgency Urgency          `json:"urgency"` // by the table; the case's own may be another
	Score   int              `json:"score"`
	Factors []AssessedFactor `json:"factors,omitempty"` // in the order of the table
}

// AssessedFactor is a line of the table that holds for a case, with the points
// that it had then.
type AssessedFactor struct {
	Code   string `json:"code"`
	Points int    `json:"points"`
	Lifts  bool   `json:"lifts,omitempty"`
}

// UrgencyOrigin says where a case's urgency comes from; empty: from the table.
type UrgencyOrigin string

// Origins of an urgency that is not the table's. What a person has set stands
// whatever the filer says later.
const (
	UrgencyFiled UrgencyOrigin = "filed" // the filer said it
	UrgencySet   UrgencyOrigin = "set"   // a person said it, with the reason
)

// Weather is the weather at the place, as the filer gives it.
type Weather string

// Weathers lists every weather that an application can name.
func Weathers() []Weather {
	return []Weather{"blizzard", "severe_frost", "heavy_snow", "rain", "fog", "heat"}
}

// Danger is something about a person that makes waiting worse. Most of them
// are health data: they are kept with the personal data.
type Danger string

// Dangers that an application can name of a subject.
const (
	DangerDementia     Danger = "dementia"
	DangerSuicidal     Danger = "suicidal_intent"
	DangerWater        Danger = "water"         // at, on or in water, or on ice
	DangerIllness      Danger = "illness"       // needs medicine or care
	DangerInjury       Danger = "injury"        //
	DangerImmobile     Danger = "immobile"      // can hardly walk
	DangerLightClothes Danger = "light_clothes" // not dressed or equipped for the weather
	DangerTerrain      Danger = "terrain"       // cliffs, reeds, mines, wild country
)

// Dangers lists every danger that an application can name of a subject.
func Dangers() []Danger {
	return []Danger{DangerDementia, DangerSuicidal, DangerWater, DangerIllness, DangerInjury, DangerImmobile, DangerLightClothes, DangerTerrain}
}

// UrgencyFactor is a line of the table: what makes a case more urgent, and by
// how much.
type UrgencyFactor struct {
	Code   string
	Points int
	Lifts  bool // lifts the case to life_threatening by itself
	holds  func(*urgencyFacts) bool
}

// Ages and times of the table, in years, people and hours.
const (
	smallChildBelow = 8  // practice.md 4.3 names it
	childBelow      = 16 // ours
	elderlyFrom     = 70 // ours: "very old" of practice.md 4.3
	manyPeople      = 5  // ours
	darkWithin      = 2 * time.Hour
	missingSome     = 6 * time.Hour  // first bin of the share found alive, lost-person.md section 3
	missingLong     = 24 * time.Hour // from here that share falls quickly, ibid.
)

// urgencyTable is the one place that says how urgent a case is, version 1.
//
// What counts is section 4.3 of the practice of rescue teams (domain/practice.md:
// age, health, number of people, weather, clothing, terrain, time missing,
// daylight; a child under 8, dementia, suicidal intent, a blizzard or water lift
// to the top level by themselves) and the categories of lost persons
// (domain/lost-person.md). How much it counts is ours: the points are no medical
// figures, they are a first choice that practice has to correct. The widely
// copied table of the NASAR was not used: no official text of it was found.
var urgencyTable = []UrgencyFactor{
	// One of these is enough.
	{"child_under_8", lifeThreateningFrom, true, func(f *urgencyFacts) bool { return f.smallChild }},
	{"dementia", lifeThreateningFrom, true, func(f *urgencyFacts) bool { return f.has(DangerDementia) }},
	{"suicidal_intent", lifeThreateningFrom, true, func(f *urgencyFacts) bool { return f.has(DangerSuicidal) }},
	{"blizzard", lifeThreateningFrom, true, func(f *urgencyFacts) bool { return f.c.Weather == "blizzard" }},
	{"water", lifeThreateningFrom, true, func(f *urgencyFacts) bool {
		return f.has(DangerWater) || f.c.Incident == "water" || f.c.Incident == "ice"
	}},

	// Who.
	{"child", 2, false, func(f *urgencyFacts) bool { return f.child }},
	{"elderly", 2, false, func(f *urgencyFacts) bool { return f.elderly }},
	{"health", 2, false, func(f *urgencyFacts) bool { return f.has(DangerIllness) || f.has(DangerInjury) || f.condition }},
	{"immobile", 3, false, func(f *urgencyFacts) bool { return f.has(DangerImmobile) || f.immobile }},
	{"children_at_risk", 3, false, func(f *urgencyFacts) bool { return f.children }},
	{"several_people", 1, false, func(f *urgencyFacts) bool { return f.people > 1 && f.people < manyPeople }},
	{"many_people", 2, false, func(f *urgencyFacts) bool { return f.people >= manyPeople }},

	// Where and in what.
	{"snow_trap", 3, false, func(f *urgencyFacts) bool { return f.c.Incident == "snow_trap" }},
	{"flood", 3, false, func(f *urgencyFacts) bool { return f.c.Incident == "flood" }},
	{"fire", 3, false, func(f *urgencyFacts) bool { return f.c.Incident == "fire" }},
	{"terrain", 2, false, func(f *urgencyFacts) bool { return f.has(DangerTerrain) || f.c.Incident == "mountain" }},
	{"light_clothes", 2, false, func(f *urgencyFacts) bool { return f.has(DangerLightClothes) }},
	{"severe_frost", 3, false, func(f *urgencyFacts) bool { return f.c.Weather == "severe_frost" }},
	{"heavy_snow", 2, false, func(f *urgencyFacts) bool { return f.c.Weather == "heavy_snow" }},
	{"heat", 2, false, func(f *urgencyFacts) bool { return f.c.Weather == "heat" }},
	{"rain", 1, false, func(f *urgencyFacts) bool { return f.c.Weather == "rain" }},
	{"fog", 1, false, func(f *urgencyFacts) bool { return f.c.Weather == "fog" }},

	// When.
	{"missing_6_hours", 1, false, func(f *urgencyFacts) bool { return f.missing >= missingSome && f.missing < missingLong }},
	{"missing_24_hours", 2, false, func(f *urgencyFacts) bool { return f.missing >= missingLong }},
	{"dark", 1, false, func(f *urgencyFacts) bool { return f.dark }},
	{"dark_soon", 1, false, func(f *urgencyFacts) bool { return f.darkSoon }},
}

// UrgencyFactors gives the table, for those who explain it.
func UrgencyFactors() []UrgencyFactor { return slices.Clone(urgencyTable) }

// categoryFacts says what a category of lost persons tells by itself. Ages are
// in the categories of children; child_7_9 may be 7 or 9, so it is a child.
var categoryFacts = map[string]struct {
	age       int // of a child; 0: none
	danger    Danger
	condition bool
}{
	"child_1_3":               {age: 3},
	"child_4_6":               {age: 6},
	"child_7_9":               {age: 9},
	"child_10_12":             {age: 12},
	"child_13_15":             {age: 15},
	"dementia":                {danger: DangerDementia},
	"despondent":              {danger: DangerSuicidal},
	"autistic":                {condition: true},
	"mental_illness":          {condition: true},
	"intellectual_disability": {condition: true},
}

// dangerWords are the beginnings of words and phrases in Kazakh, Russian and
// English that name one of the two dangers which lift by themselves and which
// people write instead of choosing. A denial ("no dementia") counts too: it is
// better looked at than missed, and a person can say otherwise.
var dangerWords = []struct {
	danger Danger
	starts []string // in lower case
}{
	{DangerDementia, []string{"dementia", "alzheimer", "деменци", "альцгеймер", "слабоуми", "алжыған", "алжып"}},
	{DangerSuicidal, []string{"suicid", "kill himself", "kill herself", "суицид", "самоубий", "покончить с собой",
		"наложить на себя руки", "өзіне қол жұмса", "өз-өзіне қол жұмса"}},
}

// urgencyFacts is what the table looks at.
type urgencyFacts struct {
	c          *Case
	dangers    uint16 // bits in the order of Dangers
	smallChild bool
	child      bool // and not a small one
	elderly    bool
	condition  bool
	immobile   bool
	children   bool
	people     int
	missing    time.Duration
	dark       bool
	darkSoon   bool
}

var dangerBits = func() map[Danger]uint16 {
	bits := map[Danger]uint16{}
	for i, danger := range Dangers() {
		bits[danger] = 1 << i
	}
	return bits
}()

func (f *urgencyFacts) has(danger Danger) bool { return f.dangers&dangerBits[danger] != 0 }

func (f *urgencyFacts) add(danger Danger) { f.dangers |= dangerBits[danger] }

// factsOf gathers what the table looks at, of those who are still to be found.
func factsOf(c *Case, now time.Time) urgencyFacts {
	f := urgencyFacts{c: c}
	for i := range c.Subjects {
		s := &c.Subjects[i]
		if s.MovedTo != 0 || s.Outcome != nil && s.Outcome.Outcome != OutcomeMissing {
			continue
		}
		f.people++
		category := categoryFacts[s.Category]
		age := category.age
		if s.Age != nil {
			age = *s.Age
		}
		switch known := s.Age != nil || category.age > 0; {
		case known && age < smallChildBelow:
			f.smallChild = true
		case known && age < childBelow:
			f.child = true
		case age >= elderlyFrom:
			f.elderly = true
		}
		f.condition = f.condition || category.condition
		f.add(category.danger)
		personal := &c.Personal.Subjects[i]
		for _, danger := range personal.Dangers {
			f.add(danger)
		}
		for _, text := range [...]string{personal.Description, personal.Health} {
			for j := range dangerWords {
				if words := &dangerWords[j]; !f.has(words.danger) && mentionsAny(text, words.starts) {
					f.add(words.danger)
				}
			}
		}
		if !s.LastSeenAt.IsZero() {
			f.missing = max(f.missing, now.Sub(s.LastSeenAt))
		}
	}
	if p := c.PeopleAtRisk; p != nil {
		for _, part := range []struct {
			count *int
			holds *bool
		}{{p.Children, &f.children}, {p.Immobile, &f.immobile}} {
			*part.holds = part.count != nil && *part.count > 0
		}
		if p.Total != nil {
			f.people = max(f.people, *p.Total)
		}
	}
	if c.Location != nil {
		f.dark = geo.SunElevation(*c.Location, now) < geo.Sunset
		f.darkSoon = !f.dark && geo.SunElevation(*c.Location, now.Add(darkWithin)) < geo.Sunset
	}
	return f
}

// assessment makes a case's assessment by the table. A search or an emergency
// is never less than urgent by the table: that takes a person. A volunteer
// event is routine, whatever the weather.
func assessment(c *Case, now time.Time) Assessment {
	if c.Kind == VolunteerEvent {
		return Assessment{Version: UrgencyVersion, Urgency: Routine}
	}
	a := Assessment{Version: UrgencyVersion, Urgency: Urgent}
	facts := factsOf(c, now)
	for i := range urgencyTable {
		if factor := &urgencyTable[i]; factor.holds(&facts) {
			if a.Factors == nil {
				a.Factors = make([]AssessedFactor, 0, 4)
			}
			a.Factors = append(a.Factors, AssessedFactor{Code: factor.Code, Points: factor.Points, Lifts: factor.Lifts})
			a.Score += factor.Points
		}
	}
	if a.Score >= lifeThreateningFrom {
		a.Urgency = LifeThreatening
	}
	return a
}

// weigh makes the case's assessment anew, and gives the case its urgency: what
// a person has set stands, else what the filer said, else the table's. filed is
// what the filer says now; empty: nothing. The assessment is a part of the
// personal row, which the caller marks as changed.
func (d *decision) weigh(c *Case, filed Urgency) {
	c.Personal.Assessment = assessment(c, d.now)
	switch {
	case c.UrgencyFrom == UrgencySet:
	case filed != "":
		c.UrgencyFrom, c.Urgency = UrgencyFiled, filed
	case c.UrgencyFrom == "":
		c.Urgency = c.Personal.Assessment.Urgency
	}
}

// weighAgain is weigh for an event that is about to be emitted and changes
// something else: it marks the rows and names a new urgency in the event.
func (d *decision) weighAgain(c *Case, fields *EventFields) {
	before, urgency := c.Personal.Assessment, c.Urgency
	d.weigh(c, "")
	if now := c.Personal.Assessment; now.Version != before.Version || now.Urgency != before.Urgency || !slices.Equal(now.Factors, before.Factors) {
		c.Personal.Changed = d.sequence + 1
	}
	if c.Urgency != urgency {
		c.Changed = d.sequence + 1
		fields.Urgency = c.Urgency
	}
}

// followUrgency gives open offers the time that the case's new urgency gives
// them, counted from when they were made.
func (d *decision) followUrgency(c *Case) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Status != AssignmentOffered {
			continue
		}
		by := a.OfferedAt.Add(d.s.settings.OfferTimeout[c.Urgency]).Truncate(time.Millisecond)
		if by.Before(d.now) {
			by = d.now // it is over: the timer comes next
		}
		if !by.Equal(a.AnswerBy) {
			a.AnswerBy, a.Changed = by, d.sequence
		}
	}
}

// setUrgency is case.urgency: a person says how urgent the case is, and why.
// It stands until a person says otherwise.
func (d *decision) setUrgency(c *Case, command *Command) *Refusal {
	switch {
	case !slices.Contains(Urgencies(), command.Urgency):
		return &Refusal{Code: RefusedInvalid, Pointer: "/urgency", Detail: "urgency is routine, urgent or life_threatening"}
	case command.Reason == "":
		return &Refusal{Code: RefusedInvalid, Pointer: "/reason", Detail: "say why: others rely on the urgency"}
	case !c.searching():
		return refuse(RefusedCaseEnded, "the search has ended; reopen the case first")
	}
	before := c.Urgency
	c.Urgency, c.UrgencyFrom = command.Urgency, UrgencySet
	c.UrgencySetBy, c.UrgencySetAt = d.actor.ID, d.happened()
	c.Changed = d.emit(EventCaseUrgency, c, nil, EventFields{Urgency: c.Urgency, UrgencyBefore: before})
	d.followUrgency(c)
	d.note(c, nil, AudienceCoordination, command.Reason)
	d.ask(c)
	return nil
}
