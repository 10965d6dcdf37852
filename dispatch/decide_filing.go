package dispatch

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/izdeu/izdeu/geo"
)

// filing opens a case for an application, or amends the case of one that came
// before, or joins the case that it is certainly about (duplicates.go).
func (d *decision) filing(f *Filing) {
	if key, again := d.s.applications[d.m.Identity]; again {
		d.amend(key, f)
		return
	}
	same, likely := d.duplicates(f)
	if same != nil {
		d.changes.Result = "joined"
		c := d.edit(same.Key)
		d.join(c, f, d.newApplication(d.sequence+1, f))
		d.ask(c)
		return
	}
	d.changes.Result = "opened"
	key := d.sequence + 1
	c := d.newCase(key, f, d.newApplication(key, f))
	d.open(c)
	d.propose(c, likely)
	d.ask(c)
}

// newCase makes the case that an application opens with the event of this
// sequence.
func (d *decision) newCase(key int64, f *Filing, a Application) *Case {
	c := &Case{
		Key:          key,
		ID:           CaseID(d.s.head.Epoch, key),
		Kind:         f.Kind,
		CallOut:      f.CallOut,
		Exercise:     f.Exercise,
		OpenedAt:     d.now,
		Needs:        f.Needs,
		Incident:     f.Incident,
		CaseDetail:   CaseDetail{PeopleAtRisk: f.PeopleAtRisk, Event: f.Event, NeedsReview: slices.Clone(f.NeedsReview), Weather: f.Weather},
		Changed:      key,
		Applications: []Application{a},
		Personal: Personal{Place: f.Place, Address: f.Address,
			Applications: []ApplicationPersonal{{Reporter: f.Reporter}}, Changed: key},
	}
	if c.CallOut == "" {
		c.CallOut = CallOutNow
	}
	c.Needs.Teams = max(c.Needs.Teams, 1)
	setPlace(c, f)
	for i := range f.Subjects {
		addSubject(c, &f.Subjects[i], key)
	}
	d.weigh(c, f.Urgency)
	return c
}

// open gives a new case its number and says so.
func (d *decision) open(c *Case) {
	c.Number = d.number(c.Region)
	c.Status = c.deriveStatus()
	d.changes.Cases = append(d.changes.Cases, c)
	if d.byKey != nil {
		d.byKey[c.Key] = c
	}
	d.emit(EventCaseOpened, c, nil, EventFields{
		Number: c.Number, Kind: c.Kind, Urgency: c.Urgency, Region: c.Region, CallOut: c.CallOut,
		Exercise: &c.Exercise, Subjects: eventSubjects(c.Subjects), Held: c.Held(), Incident: c.Incident,
	})
}

// setPlace takes the place from a filing that has one.
func setPlace(c *Case, f *Filing) {
	if f.Location == nil {
		return
	}
	location := *f.Location
	c.Location = &location
	c.AccuracyM = f.AccuracyM
	region, _, _ := geo.RegionOf(location)
	if region == "" || region == c.Region {
		return
	}
	c.Regions = slices.DeleteFunc(c.Regions, func(r string) bool { return r == c.Region })
	c.Region = region
	c.Regions = slices.DeleteFunc(c.Regions, func(r string) bool { return r == region })
	c.Regions = slices.Insert(c.Regions, 0, region)
}

// addSubject adds a person to the case under an id that is unique in it.
func addSubject(c *Case, f *FiledSubject, sequence int64) {
	n := len(c.Subjects) + 1
	wanted := f.ID
	if wanted == "" {
		wanted = "s" + strconv.Itoa(n)
	}
	id := wanted
	for suffix := 2; c.subjectIndex(id) >= 0; suffix++ {
		id = fmt.Sprintf("%s-%d", wanted, suffix)
	}
	c.Subjects = append(c.Subjects, Subject{N: n, ID: id, Sex: f.Sex, Age: f.Age, Category: f.Category,
		LastSeenAt: f.LastSeenAt, Changed: sequence})
	c.Personal.Subjects = append(c.Personal.Subjects, SubjectPersonal{Name: f.Name, Description: f.Description, Health: f.Health, Dangers: f.Dangers})
}

func (c *Case) subjectIndex(id string) int {
	return slices.IndexFunc(c.Subjects, func(s Subject) bool { return s.ID == id })
}

func eventSubjects(subjects []Subject) []EventSubject {
	events := make([]EventSubject, len(subjects))
	for i := range subjects {
		events[i] = EventSubject{ID: subjects[i].ID, Category: subjects[i].Category}
	}
	return events
}

// number gives the next running number of the region and the year.
func (d *decision) number(region string) string {
	prefix := "00"
	if r, ok := geo.RegionByCode(region); ok {
		prefix = r.Number
	}
	prefix += "-" + strconv.Itoa(d.now.In(geo.CountryTime).Year())
	last := d.s.numbers[prefix] + 1
	d.changes.Numbers = append(d.changes.Numbers, CaseNumber{Prefix: prefix, Last: last})
	return fmt.Sprintf("%s-%06d", prefix, last)
}

// amend takes an application that came again.
func (d *decision) amend(key int64, f *Filing) {
	d.changes.Result = "repeated"
	c := d.view(key)
	i := slices.IndexFunc(c.Applications, func(a Application) bool { return a.Identity == d.m.Identity })
	if i < 0 || c.Applications[i].BodyHash == f.BodyHash {
		return
	}
	if f.Revision != 0 && f.Revision <= c.Applications[i].Revision {
		return // older than what is known
	}
	if f.Revision == 0 {
		again := Review{Pointer: "", Detail: "the application came again with another content and without a later revision: compare with the filer"}
		if slices.Contains(c.NeedsReview, again) {
			return
		}
		// The hash stays that of the content taken in, so that reading both
		// messages again changes nothing.
		d.changes.Result = "amended"
		c = d.edit(key)
		c.NeedsReview = append(c.NeedsReview, again)
		c.Changed = d.emit(EventCaseUpdated, c, nil, EventFields{})
		return
	}
	d.changes.Result = "amended"
	c = d.edit(key)
	application := &c.Applications[i]
	application.BodyHash = f.BodyHash
	application.Changed = d.sequence + 1
	application.Revision = f.Revision
	application.Reference = f.Reference
	if f.Reporter != (Reporter{}) {
		c.Personal.Applications[i].Reporter = f.Reporter
	}
	if c.Personal.Applications[i].Filed != nil {
		d.amendJoined(c, i, f)
		return
	}
	// A pointer that was wrong before and is not named again has been mended.
	c.NeedsReview = slices.Clone(f.NeedsReview)
	d.update(c, f, &f.Exercise)
}

// update takes the fields of the application that were given (drill: whether it
// is an exercise, where that was said), and asks for a team where it may now.
func (d *decision) update(c *Case, f *Filing, drill *bool) {
	sequence := d.sequence + 1
	region, urgency, exercise, known := c.Region, c.Urgency, c.Exercise, eventSubjects(c.present())
	setPlace(c, f)
	for i := range c.Assignments { // those asked stay concerned when the place moves
		if a := &c.Assignments[i]; c.Region != region {
			if lent := lentBy(c, d.s.team(a.Team)); lent != a.LentBy {
				a.LentBy, a.Changed = lent, sequence
			}
		}
		if home := d.s.team(c.Assignments[i].Team).team.Region; home != "" && !slices.Contains(c.Regions, home) {
			c.Regions = append(c.Regions, home)
		}
	}
	if f.Place != "" {
		c.Personal.Place = f.Place
	}
	if f.Address != "" {
		c.Personal.Address = f.Address
	}
	if f.CallOut != "" {
		c.CallOut = f.CallOut
	}
	if f.Needs.Teams > 0 {
		c.Needs.Teams = f.Needs.Teams
	}
	if f.Needs.AtMost != nil {
		c.Needs.AtMost = f.Needs.AtMost
	}
	if f.Needs.Skills != nil {
		c.Needs.Skills = f.Needs.Skills
		d.recountSkills(c, sequence)
	}
	if f.Incident != "" {
		c.Incident = f.Incident
	}
	if f.PeopleAtRisk != nil {
		c.PeopleAtRisk = f.PeopleAtRisk
	}
	if f.Event != nil {
		c.Event = f.Event
	}
	if f.Weather != "" {
		c.Weather = f.Weather
	}
	for i := range f.Subjects {
		d.updateSubject(c, &f.Subjects[i], sequence)
	}
	d.weigh(c, f.Urgency)
	c.Personal.Changed = sequence
	c.Changed = sequence
	fields := EventFields{}
	if c.Region != region {
		fields.Region = c.Region
	}
	if c.Urgency != urgency {
		fields.Urgency = c.Urgency
	}
	if drill != nil {
		c.Exercise = *drill
	}
	if c.Exercise != exercise {
		fields.Exercise = &c.Exercise
	}
	if now := eventSubjects(c.present()); !slices.Equal(now, known) {
		fields.Subjects = now
	}
	d.emit(EventCaseUpdated, c, nil, fields)
	if c.Urgency != urgency {
		d.followUrgency(c)
	}
	d.setStatus(c)
	if committed, _ := c.committedTeams(); c.Held() || c.Needs.full(committed) {
		d.withdrawOffers(c, nil)
	}
	d.ask(c)
}

// updateSubject changes the subject of this id, or the only one when none is
// given, or adds a person who was not known. Nobody is ever taken away.
func (d *decision) updateSubject(c *Case, f *FiledSubject, sequence int64) {
	if reflect.ValueOf(f).Elem().IsZero() && len(c.Subjects) > 0 {
		return // an application without subjects names somebody only when nobody is known
	}
	s := c.subject(f.ID)
	if s == nil {
		addSubject(c, f, sequence)
		return
	}
	personal := &c.Personal.Subjects[s.N-1]
	for _, field := range []struct{ to, from *string }{
		{&personal.Name, &f.Name}, {&personal.Description, &f.Description}, {&personal.Health, &f.Health}, {&s.Category, &f.Category},
	} {
		if *field.from != "" {
			*field.to = *field.from
		}
	}
	if f.Sex != "" {
		s.Sex = f.Sex
	}
	if f.Age != nil {
		s.Age = f.Age
	}
	if f.Dangers != nil {
		personal.Dangers = f.Dangers
	}
	if !f.LastSeenAt.IsZero() {
		s.LastSeenAt = f.LastSeenAt
	}
	s.Changed = sequence
}

// updateCommand is case.update: fields of the application, mended by a person.
func (d *decision) updateCommand(c *Case, command *Command) *Refusal {
	if command.Fields == nil || len(command.Given) == 0 {
		return &Refusal{Code: RefusedInvalid, Detail: "case.update names no field of the application to change"}
	}
	if len(command.Fields.Subjects) > 0 && len(c.Subjects) == 0 && c.Kind != MissingPerson {
		return &Refusal{Code: RefusedInvalid, Pointer: "/subjects", Detail: "only a missing person's case has subjects"}
	}
	cleared := func(pointer string) bool {
		return pointer == "" || slices.ContainsFunc(command.Given, func(given string) bool {
			return pointer == given || strings.HasPrefix(pointer, given+"/")
		})
	}
	c.NeedsReview = slices.DeleteFunc(c.NeedsReview, func(r Review) bool { return cleared(r.Pointer) })
	if len(c.NeedsReview) == 0 {
		c.NeedsReview = nil // as it is loaded
	}
	var drill *bool
	if slices.Contains(command.Given, "/exercise") {
		drill = &command.Fields.Exercise
	}
	if command.CheckIn != nil {
		d.setCheckIn(c, *command.CheckIn)
	}
	first := len(d.changes.Events)
	d.update(c, command.Fields, drill)
	d.changes.Events[first].CheckIn = command.CheckIn
	return nil
}
