package dispatch

import "slices"

// split undoes a join or a merge: of a merged case, which comes back as it was;
// or of the applications named. Those that were joined when they were filed go
// into one new case, those that came by a merge bring their case back.
func (d *decision) split(c *Case, command *Command) *Refusal {
	if c.Merged() {
		into := d.s.cases[c.MergedInto.Key]
		if into == nil || into.Merged() {
			return refuse(RefusedCaseMerged, "the case that this one went to was merged itself: split that one first")
		}
		d.restore(d.edit(into.Key), c)
		return nil
	}
	var filed []int64
	var cases []int64
	for i := range command.Applications {
		ref := &command.Applications[i]
		at := slices.IndexFunc(c.Applications, func(a Application) bool { return a.System == ref.System && a.ID == ref.ID })
		if at < 0 {
			return &Refusal{Code: RefusedUnknownApplication, Pointer: "/application_ids", Detail: "an application that is named is not of this case"}
		}
		key := c.Applications[at].Key
		switch joined := c.joined(key); {
		case joined == nil:
			return &Refusal{Code: RefusedNotJoined, Pointer: "/application_ids", Detail: "the application that opened the case stays: name those that joined it"}
		case joined.From.Key == 0 && !slices.Contains(filed, key):
			filed = append(filed, key)
		case joined.From.Key != 0 && !slices.Contains(cases, joined.From.Key):
			cases = append(cases, joined.From.Key)
		}
	}
	if len(filed)+len(cases) == 0 {
		return &Refusal{Code: RefusedInvalid, Pointer: "/application_ids", Detail: "name the applications to take out, each with system and id; or split the merged case itself"}
	}
	for _, key := range cases {
		if d.s.cases[key] == nil {
			return refuse(RefusedUnknownCase, "the case that an application came from cannot be read; try again")
		}
	}
	slices.Sort(filed)
	for _, key := range filed[min(1, len(filed)):] {
		for _, one := range c.joined(key).Subjects {
			if s := &c.Subjects[one.N-1]; one.Brought && (s.Outcome != nil || c.withheld(s.N) != nil) {
				return &Refusal{Code: RefusedInvalid, Pointer: "/application_ids", Detail: "an outcome is recorded of somebody in these applications: split them one at a time"}
			}
		}
	}
	for _, key := range cases {
		d.restore(c, d.edit(key))
	}
	if len(filed) > 0 {
		d.takeOut(c, filed)
	}
	return nil
}

// leave takes the people away that an application brought to a case, and gives
// their outcomes to those whom they become in the other one.
func (d *decision) leave(c *Case, joined *JoinedApplication, to *Case, become func(i int) *Subject, sequence int64) (left []EventSubject, told []*Subject) {
	for i, one := range joined.Subjects {
		s, next := &c.Subjects[one.N-1], become(i)
		if !one.Brought || s.MovedTo != 0 {
			continue
		}
		s.MovedTo, s.Changed = to.Key, sequence
		left = append(left, EventSubject{ID: s.ID, Category: s.Category})
		if next == nil {
			continue
		}
		if s.Outcome != nil {
			outcome := *s.Outcome
			next.Outcome = &outcome
			to.Personal.Subjects[next.N-1].FoundAt = c.Personal.Subjects[s.N-1].FoundAt
			told = append(told, next)
		}
		if sealed := c.withheld(s.N); sealed != nil {
			moved := *sealed
			moved.Subject = next.N
			to.Sealed = append(to.Sealed, moved)
			c.supersede(s.N, d.now, sequence)
		}
	}
	return left, told
}

// tellMoved says the outcomes that people brought with them, and marks what
// came with them as changed by these events.
func (d *decision) tellMoved(c *Case, told []*Subject) {
	for _, s := range told {
		fields := outcomeFields(s, s.Outcome)
		fields.HappenedAt = s.Outcome.At
		s.Changed = d.emit(EventCaseOutcome, c, nil, fields)
	}
}

// settle brings a case's status up to date after people have left it. Its
// teams stay; when nobody is left to be found they are called back.
func (d *decision) settle(c *Case, searching bool) {
	if searching && !c.searching() {
		d.emit(EventCaseSearchEnded, c, nil, EventFields{})
		d.setStatus(c)
		d.standDown(c)
		return
	}
	d.setStatus(c)
	d.ask(c)
}

// restore gives a merged case its applications back: its number, its people
// with the outcomes that were recorded of them since.
func (d *decision) restore(from, c *Case) {
	searching := from.searching()
	sequence := d.sequence + 1 // of from's event; c's is the one after
	var joined JoinedApplication
	var amended []*Filing
	var moved int
	for _, record := range slices.Clone(from.Joined) {
		if record.From.Key != c.Key {
			continue
		}
		if len(record.Subjects) > 0 {
			joined.Subjects = append(joined.Subjects, record.Subjects...)
		}
		a, personal := from.takeApplication(record.Application)
		if c.joined(a.Key) == nil {
			if record.Amended {
				amended = append(amended, personal.Filed)
			}
			personal.Filed = nil
		}
		a.Changed = sequence + 1
		c.addApplication(a, personal)
		moved++
	}
	c.MergedInto = CaseRef{}
	sealed := len(c.Sealed)
	left, told := d.leave(from, &joined, c, func(i int) *Subject {
		if joined.Subjects[i].ID == "" {
			return nil // named since: the amendment below brings them
		}
		return c.subject(joined.Subjects[i].ID)
	}, sequence)
	for i := sealed; i < len(c.Sealed); i++ {
		c.Sealed[i].Changed = sequence + 1
	}
	from.keepApart(c.Key)
	c.keepApart(from.Key)
	from.Changed, from.Personal.Changed = sequence, sequence
	c.Changed, c.Personal.Changed = sequence+1, sequence+1
	fields := EventFields{RelatedCaseID: c.ID, Applications: moved, Subjects: left}
	d.weighAgain(from, &fields)
	d.emit(EventCaseSplit, from, nil, fields)
	d.followUrgency(from)
	fields = EventFields{RelatedCaseID: from.ID, Applications: moved, Restored: true}
	d.weighAgain(c, &fields)
	d.emit(EventCaseSplit, c, nil, fields)
	d.tellMoved(c, told)
	d.settle(from, searching)
	d.setStatus(c)
	for _, f := range amended {
		d.update(c, f, nil)
	}
	d.ask(c)
}

// takeOut opens a new case from applications that were joined to another one,
// exactly as they were filed.
func (d *decision) takeOut(c *Case, applications []int64) {
	searching := c.searching()
	sequence := d.sequence + 1 // of c's event; the case is opened by the one after
	key := sequence + 1
	var opened *Case
	var left []EventSubject
	var told []*Subject
	type joining struct {
		f *Filing
		a Application
	}
	var others []joining
	for _, application := range applications {
		joined := *c.joined(application)
		a, personal := c.takeApplication(application)
		if opened == nil {
			a.Changed = key
			opened = d.newCase(key, personal.Filed, a)
			opened.Personal.Applications[0].Reporter = personal.Reporter
			opened.keepApart(c.Key)
			gone, outcomes := d.leave(c, &joined, opened, func(i int) *Subject { return &opened.Subjects[i] }, sequence)
			left, told = append(left, gone...), append(told, outcomes...)
			continue
		}
		gone, _ := d.leave(c, &joined, opened, func(int) *Subject { return nil }, sequence)
		left = append(left, gone...)
		others = append(others, joining{personal.Filed, a})
	}
	for i := range opened.Sealed {
		opened.Sealed[i].Changed = key
	}
	c.keepApart(key)
	c.Changed, c.Personal.Changed = sequence, sequence
	fields := EventFields{RelatedCaseID: opened.ID, Applications: len(applications), Subjects: left}
	d.weighAgain(c, &fields)
	d.emit(EventCaseSplit, c, nil, fields)
	d.followUrgency(c)
	d.open(opened)
	d.tellMoved(opened, told)
	for _, other := range others {
		d.join(opened, other.f, other.a)
	}
	d.settle(c, searching)
	d.setStatus(opened)
	d.ask(opened)
}
