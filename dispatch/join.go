package dispatch

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// JoinedApplication says how an application came to a case that it did not open.
type JoinedApplication struct {
	Application int64 `json:"application"` // Application.Key
	// From is the case that it came from in a merge; zero for one that was
	// joined when it was filed.
	From CaseRef `json:"from,omitzero"`
	// Subjects say who the application's people are here: in the order of its
	// own subjects, or of those of the case From.
	Subjects []JoinedSubject `json:"subjects,omitempty"`
	// Amended: it came again after the merge.
	Amended bool `json:"amended,omitempty"`
}

// JoinedSubject is a person of a joined application.
type JoinedSubject struct {
	ID string `json:"id"` // in the application, or in the case that it came from
	N  int    `json:"n"`  // in this case
	// Brought: the person was not known here and came with it.
	Brought bool `json:"brought,omitempty"`
}

// Merged says that the case's applications went to another one. It keeps its
// number and its people, so that a split gives it back as it was; until then
// it counts nothing and nobody is sought in it.
func (c *Case) Merged() bool { return c.MergedInto.Key != 0 }

// Sought says that the person is of the case and has no outcome that was told.
func (s *Subject) Sought() bool { return s.Outcome == nil && s.MovedTo == 0 }

// joined finds how an application came to the case; nil for the one that opened it.
func (c *Case) joined(application int64) *JoinedApplication {
	for i := range c.Joined {
		if c.Joined[i].Application == application {
			return &c.Joined[i]
		}
	}
	return nil
}

// present gives the subjects those that count: who has moved away is left out.
func (c *Case) present() []Subject {
	present := make([]Subject, 0, len(c.Subjects))
	for i := range c.Subjects {
		if c.Subjects[i].MovedTo == 0 {
			present = append(present, c.Subjects[i])
		}
	}
	return present
}

// addApplication puts an application where its key belongs.
func (c *Case) addApplication(a Application, personal ApplicationPersonal) {
	i, _ := slices.BinarySearchFunc(c.Applications, a.Key, func(b Application, key int64) int { return cmp.Compare(b.Key, key) })
	c.Applications = slices.Insert(c.Applications, i, a)
	c.Personal.Applications = slices.Insert(c.Personal.Applications, i, personal)
}

// takeApplication takes an application out of the case.
func (c *Case) takeApplication(key int64) (Application, ApplicationPersonal) {
	i := slices.IndexFunc(c.Applications, func(a Application) bool { return a.Key == key })
	a, personal := c.Applications[i], c.Personal.Applications[i]
	c.Applications = slices.Delete(c.Applications, i, i+1)
	c.Personal.Applications = slices.Delete(c.Personal.Applications, i, i+1)
	c.Joined = without(c.Joined, func(j JoinedApplication) bool { return j.Application == key })
	return a, personal
}

// without gives the elements that are left; nil when there are none, as a store
// reads them.
func without[T any](list []T, drop func(T) bool) []T {
	if list = slices.DeleteFunc(list, drop); len(list) == 0 {
		return nil
	}
	return list
}

// newApplication makes the row of the application that is being filed.
func (d *decision) newApplication(key int64, f *Filing) Application {
	return Application{Key: key, Identity: d.m.Identity, System: f.System, ID: f.ID, OriginalID: f.OriginalID,
		Reference: f.Reference, Kind: f.Kind, FiledAt: f.FiledAt, ReceivedAt: d.m.At,
		Revision: f.Revision, BodyHash: f.BodyHash, Changed: key}
}

// join adds an application to a case. Its people are those of the case where
// they are certainly the same, one to one, and are added otherwise: a join
// never makes people fewer. What it says otherwise stays its own.
func (d *decision) join(c *Case, f *Filing, a Application) {
	sequence := d.sequence + 1
	a.Changed = sequence
	c.addApplication(a, ApplicationPersonal{Reporter: f.Reporter, Filed: f})
	joined := JoinedApplication{Application: a.Key}
	e, of := evidenceOfFiling(f), evidenceOfCase(c)
	taken := map[int]bool{}
	var brought []EventSubject
	for i := range f.Subjects {
		n := 0
		for j := range of.people {
			p := d.pair(&e.people[i], &of.people[j])
			if !taken[of.people[j].n] && p.possible && p.names == namesSame {
				n = of.people[j].n
				break
			}
		}
		one := JoinedSubject{ID: f.Subjects[i].ID, N: n}
		if n == 0 {
			addSubject(c, &f.Subjects[i], sequence)
			s := &c.Subjects[len(c.Subjects)-1]
			one.N, one.Brought = s.N, true
			brought = append(brought, EventSubject{ID: s.ID, Category: s.Category})
		}
		taken[one.N] = true
		joined.Subjects = append(joined.Subjects, one)
	}
	c.Joined = append(c.Joined, joined)
	for _, review := range f.NeedsReview {
		if !slices.Contains(c.NeedsReview, review) {
			c.NeedsReview = append(c.NeedsReview, review)
		}
	}
	fields := EventFields{Subjects: brought}
	urgent := c.needMore(d.newCase(a.Key, f, a).Urgency, f.Needs, f.PeopleAtRisk)
	d.weighAgain(c, &fields)
	if urgent {
		fields.Urgency = c.Urgency
	}
	c.Changed, c.Personal.Changed = sequence, sequence
	d.emit(EventCaseJoined, c, nil, fields)
	d.followUrgency(c)
	d.setStatus(c)
}

// needMore raises what the case needs to what another application says, and
// tells whether it is more urgent now. Nothing is lowered, and the urgency that
// a person has set stands.
func (c *Case) needMore(urgency Urgency, needs Needs, people *PeopleAtRisk) (urgent bool) {
	if urgency.rank() > c.Urgency.rank() && c.UrgencyFrom != UrgencySet {
		c.Urgency, c.UrgencyFrom, urgent = urgency, UrgencyFiled, true
	}
	c.Needs.Teams = max(c.Needs.Teams, needs.Teams)
	skills := slices.Clone(c.Needs.Skills)
	for _, skill := range needs.Skills {
		if !slices.Contains(skills, skill) {
			skills = append(skills, skill)
		}
	}
	c.Needs.Skills = skills
	if people != nil {
		most := PeopleAtRisk{}
		if c.PeopleAtRisk != nil {
			most = *c.PeopleAtRisk
		}
		for _, count := range []struct {
			to   **int
			from *int
		}{{&most.Total, people.Total}, {&most.Children, people.Children}, {&most.Immobile, people.Immobile}} {
			if count.from != nil && (*count.to == nil || **count.to < *count.from) {
				*count.to = count.from
			}
		}
		c.PeopleAtRisk = &most
	}
	return urgent
}

// amendJoined takes an application that came again and did not open its case:
// it changes what is its own, and a person compares the rest.
func (d *decision) amendJoined(c *Case, i int, f *Filing) {
	sequence := d.sequence + 1
	known := eventSubjects(c.present())
	joined := c.joined(c.Applications[i].Key)
	subjects := slices.Clone(joined.Subjects)
	filed := *f
	filed.Subjects = nil
	before := c.Personal.Applications[i].Filed.Subjects
	again := slices.Clone(f.Subjects)
	for n, one := range before { // in the order of what came before; nobody is taken away
		if at := slices.IndexFunc(again, func(s FiledSubject) bool { return s.ID == one.ID }); at >= 0 {
			one = again[at]
			again = slices.Delete(again, at, at+1)
		}
		filed.Subjects = append(filed.Subjects, one)
		if joined.From.Key != 0 {
			n = slices.IndexFunc(subjects, func(s JoinedSubject) bool { return s.ID == one.ID })
		}
		if n < 0 || n >= len(subjects) || !subjects[n].Brought {
			continue
		}
		if s := &c.Subjects[subjects[n].N-1]; s.MovedTo == 0 {
			named := one
			named.ID = s.ID
			d.updateSubject(c, &named, sequence)
		}
	}
	for n := range again {
		if reflect.ValueOf(&again[n]).Elem().IsZero() {
			continue // an application without subjects names nobody more
		}
		addSubject(c, &again[n], sequence)
		subjects = append(subjects, JoinedSubject{ID: again[n].ID, N: len(c.Subjects), Brought: true})
		filed.Subjects = append(filed.Subjects, again[n])
	}
	joined.Subjects, joined.Amended = subjects, true
	c.Personal.Applications[i].Filed = &filed
	if compare := (Review{Detail: "an application that was joined came again with another content: compare it with the case"}); !slices.Contains(c.NeedsReview, compare) {
		c.NeedsReview = append(c.NeedsReview, compare)
	}
	c.Changed, c.Personal.Changed = sequence, sequence
	fields := EventFields{}
	if now := eventSubjects(c.present()); !slices.Equal(now, known) {
		fields.Subjects = now
	}
	d.weighAgain(c, &fields)
	d.emit(EventCaseUpdated, c, nil, fields)
	d.followUrgency(c)
	d.setStatus(c)
	d.ask(c)
}

// merge moves the applications of a case to another one that is the same. Its
// people are found again there, one to one, or added; its teams go along.
func (d *decision) merge(c *Case, command *Command) *Refusal {
	into, refusal := d.other(c, command.Into, "/into")
	if refusal != nil {
		return refusal
	}
	if refusal := mayMerge(c, into); refusal != nil {
		return refusal
	}
	people := d.samePeople(c, into)
	opening := filingOfCase(c)

	c.MergedInto = into.ref()
	into.Likely = without(into.Likely, func(l LikelyDuplicate) bool { return l.Key == c.Key })
	c.Likely = without(c.Likely, func(l LikelyDuplicate) bool { return l.Key == into.Key })
	urgent := into.needMore(c.Urgency, c.Needs, c.PeopleAtRisk)
	for _, region := range c.Regions {
		if !slices.Contains(into.Regions, region) {
			into.Regions = append(into.Regions, region)
		}
	}
	var brought []EventSubject
	for i := range people {
		if people[i].N > 0 {
			continue
		}
		s := c.subject(people[i].ID)
		personal := c.Personal.Subjects[s.N-1]
		addSubject(into, &FiledSubject{ID: s.ID, Name: personal.Name, Sex: s.Sex, Age: s.Age, Category: s.Category,
			Description: personal.Description, Health: personal.Health, Dangers: personal.Dangers, LastSeenAt: s.LastSeenAt}, d.sequence+1)
		added := &into.Subjects[len(into.Subjects)-1]
		people[i].N, people[i].Brought = added.N, true
		brought = append(brought, EventSubject{ID: added.ID, Category: added.Category})
	}
	applications, personal := c.Applications, c.Personal.Applications
	c.Applications, c.Personal.Applications = nil, nil
	for i, a := range applications {
		if c.joined(a.Key) == nil {
			filed := opening
			filed.System, filed.ID, filed.OriginalID, filed.Reference = a.System, a.ID, a.OriginalID, a.Reference
			filed.FiledAt, filed.Revision, filed.BodyHash, filed.Reporter = a.FiledAt, a.Revision, a.BodyHash, personal[i].Reporter
			personal[i].Filed = &filed
		}
		joined := JoinedApplication{Application: a.Key, From: c.ref()}
		fields := EventFields{RelatedCaseID: c.ID}
		if i == 0 {
			joined.Subjects, fields.Subjects = people, brought
			d.weighAgain(into, &fields)
			if urgent {
				fields.Urgency = into.Urgency
			}
		}
		a.Changed = d.sequence + 1
		into.addApplication(a, personal[i])
		into.Joined = append(into.Joined, joined)
		into.Changed = d.emit(EventCaseJoined, into, nil, fields)
	}
	into.Personal.Changed = into.Changed
	d.followUrgency(into)
	c.Changed = d.emit(EventCaseMerged, c, nil, EventFields{RelatedCaseID: into.ID})
	c.Personal.Changed = c.Changed
	d.setStatus(c)
	d.setStatus(into)
	d.moveTeams(c, into)
	d.ask(into)
	return nil
}

// mayMerge says why two cases cannot become one.
func mayMerge(c, into *Case) *Refusal {
	switch {
	case into.Merged():
		return &Refusal{Code: RefusedCaseMerged, Pointer: "/into", Detail: "that case was merged itself: name the one that it went to"}
	case c.Kind != into.Kind || c.Exercise != into.Exercise:
		return &Refusal{Code: RefusedInvalid, Pointer: "/into", Detail: "only cases of one kind are merged, and no exercise with a real one"}
	case !c.searching() || !into.searching():
		return refuse(RefusedCaseEnded, "a search that has ended is not merged: reopen it first, or close the other one as a duplicate")
	}
	for i := range c.Subjects {
		if s := &c.Subjects[i]; s.MovedTo == 0 && (s.Outcome != nil || c.withheld(s.N) != nil) {
			return refuse(RefusedOutcomeSet, "an outcome is recorded here: reopen it first, or merge the other case into this one")
		}
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if on := into.assignmentOf(a.Team); a.Status.Committed() && on != nil && on.Status == AssignmentStandingDown {
			return refuse(RefusedAlreadyAssigned, "a team of this case is still on its way home from the other one: record its return first")
		}
	}
	return nil
}

// samePeople says who the people of a case are in another one: the strongest
// likeness first, nobody twice, and only who is still sought there. N is 0 for
// those who are nobody there.
func (d *decision) samePeople(c, into *Case) []JoinedSubject {
	mine, theirs := evidenceOfCase(c).people, evidenceOfCase(into).people
	theirs = slices.DeleteFunc(theirs, func(p personEvidence) bool {
		return into.Subjects[p.n-1].Outcome != nil || into.withheld(p.n) != nil
	})
	if len(mine) == 0 {
		return nil
	}
	people := make([]JoinedSubject, len(mine))
	taken := map[int]bool{}
	for i := range mine {
		people[i].ID = c.Subjects[mine[i].n-1].ID
	}
	for _, relation := range []nameRelation{namesSame, namesSameShort, namesSimilar, namesPartly, namesUnknown} {
		for i := range mine {
			for j := range theirs {
				if p := d.pair(&mine[i], &theirs[j]); people[i].N == 0 && !taken[theirs[j].n] && p.possible && p.names == relation {
					people[i].N = theirs[j].n
					taken[theirs[j].n] = true
				}
			}
		}
	}
	return people
}

// filingOfCase makes of a case's own fields the application that opened it, as
// it stands now.
func filingOfCase(c *Case) Filing {
	f := Filing{Kind: c.Kind, Location: c.Location, AccuracyM: c.AccuracyM, Place: c.Personal.Place, Address: c.Personal.Address,
		Urgency: c.Urgency, CallOut: c.CallOut, Exercise: c.Exercise, Incident: c.Incident, Weather: c.Weather, PeopleAtRisk: c.PeopleAtRisk, Event: c.Event, Needs: c.Needs}
	for i := range c.Subjects {
		if s, p := &c.Subjects[i], &c.Personal.Subjects[i]; s.MovedTo == 0 {
			f.Subjects = append(f.Subjects, FiledSubject{ID: s.ID, Name: p.Name, Sex: s.Sex, Age: s.Age, Category: s.Category,
				Description: p.Description, Health: p.Health, Dangers: p.Dangers, LastSeenAt: s.LastSeenAt})
		}
	}
	return f
}

// moveTeams puts the teams of a merged case on the other one, as far as they
// have come; who was only asked hears that it is over.
func (d *decision) moveTeams(c, into *Case) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		t := d.s.team(a.Team)
		switch was := *a; {
		case a.Status == AssignmentOffered, a.Status == AssignmentNoAnswer:
			d.setAssignment(c, a, AssignmentWithdrawn)
			d.emit(EventWithdrawn, c, t.team, EventFields{Round: a.Round})
		case a.Status.Committed():
			d.setAssignment(c, a, AssignmentReleased)
			d.emit(EventReleased, c, t.team, d.lead(c))
			if on := into.assignmentOf(a.Team); on == nil || !on.Status.Committed() {
				d.moveTeam(into, t, &was)
			}
		}
	}
}

// moveTeam puts a team on a case in the state that it has reached. It takes the
// slot that it had, also where its capacity was lowered meanwhile.
func (d *decision) moveTeam(c *Case, t *teamState, was *Assignment) {
	if on := c.assignmentOf(t.team.Key); on == nil || on.Status != AssignmentOffered {
		d.offer(c, t, d.consider(c, t, ChoiceByHand), true)
	}
	a := c.assignmentOf(t.team.Key)
	if a.Slot == 0 && c.Kind != VolunteerEvent {
		d.moveSlots(t).take(was.Slot)
		a.Slot, a.SlotChanged = was.Slot, d.sequence
	}
	if a.Status == AssignmentOffered {
		d.accept(c, a, t, nil)
	}
	a.ETAAt, a.People, a.Words = was.ETAAt, was.People, was.Words
	for _, step := range []struct {
		status AssignmentStatus
		event  EventType
		at     time.Time
		to     *time.Time
	}{{AssignmentEnRoute, EventEnRoute, was.EnRouteAt, &a.EnRouteAt}, {AssignmentOnScene, EventOnScene, was.OnSceneAt, &a.OnSceneAt}} {
		if step.at.IsZero() {
			continue
		}
		d.setAssignment(c, a, step.status)
		*step.to = step.at
		d.emit(step.event, c, t.team, EventFields{Round: a.Round, HappenedAt: step.at})
	}
	d.setStatus(c)
}
