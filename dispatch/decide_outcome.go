package dispatch

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// outcome records how it ended for a subject, or for a case without subjects.
// What the family must hear first goes into a sealed row: nothing that this
// function emits then tells more than that the search is over.
func (d *decision) outcome(c *Case, command *Command) *Refusal {
	outcome, refusal := d.readOutcome(c, command)
	if refusal != nil {
		return refusal
	}
	subject, n := (*Subject)(nil), 0
	if len(c.Subjects) > 0 {
		if subject = c.subject(command.SubjectID); subject == nil {
			return unknownSubject(command.SubjectID)
		}
		n = subject.N
	}
	if told := c.told(subject); !outcomeCanFollow(told, outcome.Outcome) {
		return refuse(RefusedOutcomeSet, "the outcome is %s already; reopen the case to correct it", told)
	}

	searching, sequence := c.searching(), d.sequence+1
	sealed := command.Withhold ||
		outcome.Condition == ConditionNoSignsOfLife ||
		outcome.Outcome == OutcomeDeceased && !command.FamilyTold
	c.supersede(n, d.now, sequence)
	if sealed {
		c.Sealed = append(c.Sealed, SealedOutcome{Subject: n, Outcome: *outcome, Location: command.Location, RecordedAt: d.now, Changed: sequence})
	} else {
		c.tell(subject, outcome, command.Location, sequence)
	}

	ended := searching && !c.searching()
	if ended {
		d.emit(EventCaseSearchEnded, c, nil, EventFields{})
	}
	switch {
	case !sealed:
		d.emit(EventCaseOutcome, c, nil, outcomeFields(subject, outcome))
	case !ended:
		// A row has changed, so something is said; it must not be what.
		d.emit(EventCaseUpdated, c, nil, EventFields{})
	}
	d.setStatus(c)
	if command.Note != "" {
		audience := cmp.Or(command.Audience, AudienceCoordination)
		if sealed {
			audience = AudienceSealed
		}
		d.note(c, nil, audience, command.Note)
	}
	if ended {
		d.standDown(c)
	}
	return nil
}

// readOutcome checks what an outcome needs to say.
func (d *decision) readOutcome(c *Case, command *Command) (*SubjectOutcome, *Refusal) {
	invalid := func(pointer, detail string) (*SubjectOutcome, *Refusal) {
		return nil, &Refusal{Code: RefusedInvalid, Pointer: pointer, Detail: detail}
	}
	outcome := &SubjectOutcome{Outcome: command.Outcome, At: d.happened()}
	if command.People != nil {
		outcome.People = *command.People
	}
	if !slices.Contains(Outcomes(), command.Outcome) {
		return invalid("/outcome", "outcome is found, missing, deceased or closed")
	}
	if len(c.Subjects) == 0 && command.Outcome != OutcomeClosed {
		return nil, &Refusal{Code: RefusedOutcomeNotForKind, Pointer: "/outcome", Detail: "an emergency or an event ends as closed, with a reason"}
	}
	switch command.Outcome {
	case OutcomeFound:
		outcome.Condition = command.Condition
		if outcome.Condition == "" {
			outcome.Condition = ConditionNotStated
		}
		if !slices.Contains(Conditions(), outcome.Condition) {
			return invalid("/condition", "condition is well, injured, no_signs_of_life or not_stated")
		}
		if command.FoundBy != "" && !slices.Contains(FoundBys(), command.FoundBy) {
			return invalid("/found_by", "found_by is team, police, public, self or family")
		}
		outcome.FoundBy = command.FoundBy
	case OutcomeDeceased:
		if command.Confirmed == "" {
			return invalid("/confirmed_by", "say who confirmed the death; a team that finds no signs of life reports found with condition no_signs_of_life")
		}
		outcome.ConfirmedBy = command.Confirmed
		outcome.Identity = command.Identity
		if outcome.Identity == "" {
			outcome.Identity = "unconfirmed"
		}
		if !slices.Contains(Identities(), outcome.Identity) {
			return invalid("/identity", "identity is confirmed or unconfirmed")
		}
	case OutcomeClosed:
		if !slices.Contains(ClosedReasons(), command.Reason) {
			return invalid("/reason", "reason is rescued, evacuated, assisted, not_confirmed, duplicate, other_service, cancelled or completed")
		}
		outcome.Reason = command.Reason
	}
	return outcome, nil
}

func unknownSubject(id string) *Refusal {
	if id == "" {
		return &Refusal{Code: RefusedUnknownSubject, Pointer: "/subject_id", Detail: "the case has several subjects: say which one"}
	}
	return &Refusal{Code: RefusedUnknownSubject, Pointer: "/subject_id", Detail: "the case has no subject with this id"}
}

func outcomeFields(subject *Subject, outcome *SubjectOutcome) EventFields {
	fields := EventFields{Outcome: outcome.Outcome, Condition: outcome.Condition, FoundBy: outcome.FoundBy, Reason: outcome.Reason}
	if outcome.People > 0 {
		fields.People = &outcome.People
	}
	if subject != nil {
		fields.SubjectID = subject.ID
	}
	return fields
}

// told gives the outcome that is known to everybody, of a subject or (nil) of
// the case itself.
func (c *Case) told(subject *Subject) Outcome {
	told := c.Closing
	if subject != nil {
		told = subject.Outcome
	}
	if told == nil {
		return OutcomeOpen
	}
	return told.Outcome
}

// tell writes an outcome where everybody may read it.
func (c *Case) tell(subject *Subject, outcome *SubjectOutcome, place *orb.Point, sequence int64) {
	if subject == nil {
		c.Closing = outcome
		c.Changed = sequence
		return
	}
	subject.Outcome = outcome
	subject.Changed = sequence
	if place != nil && (outcome.Outcome == OutcomeFound || outcome.Outcome == OutcomeDeceased) {
		c.Personal.Subjects[subject.N-1].FoundAt = place
		c.Personal.Changed = sequence
	}
}

// supersede puts aside a sealed outcome that another one replaces.
func (c *Case) supersede(subject int, now time.Time, sequence int64) {
	if sealed := c.withheld(subject); sealed != nil {
		sealed.SupersededAt = now
		sealed.Changed = sequence
	}
}

// standDown calls everybody back: those on the case return, those who were
// only asked hear that nobody is needed.
func (d *decision) standDown(c *Case) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		team := d.s.team(a.Team).team
		switch {
		case a.Status.Committed():
			d.setAssignment(c, a, AssignmentStandingDown)
			a.StandingDownAt = d.now
			d.emit(EventStandingDown, c, team, EventFields{Round: a.Round})
		case a.Status == AssignmentOffered, a.Status == AssignmentNoAnswer:
			d.setAssignment(c, a, AssignmentWithdrawn)
			d.emit(EventWithdrawn, c, team, EventFields{Round: a.Round})
		}
	}
}

// familyTold releases a withheld outcome.
func (d *decision) familyTold(c *Case, command *Command) *Refusal {
	var sealed *SealedOutcome
	subject := (*Subject)(nil)
	if command.SubjectID != "" {
		if subject = c.subject(command.SubjectID); subject == nil {
			return unknownSubject(command.SubjectID)
		}
		sealed = c.withheld(subject.N)
	} else {
		for i := range c.Sealed {
			if s := &c.Sealed[i]; s.withheld() {
				if sealed != nil {
					return unknownSubject("")
				}
				sealed = s
			}
		}
	}
	if sealed == nil {
		return refuse(RefusedNothingWithheld, "no outcome is withheld here")
	}
	if sealed.Outcome.Condition == ConditionNoSignsOfLife {
		return refuse(RefusedOutcomeNotConfirmed, "the death is not confirmed yet: record the outcome deceased, with confirmed_by and identity, first")
	}
	if sealed.Subject > 0 {
		subject = &c.Subjects[sealed.Subject-1]
	}
	sequence := d.sequence + 1
	sealed.ReleasedAt, sealed.ToldBy, sealed.Role, sealed.Changed = d.now, command.ToldBy, command.Role, sequence
	outcome := sealed.Outcome
	c.tell(subject, &outcome, sealed.Location, sequence)
	fields := outcomeFields(subject, &outcome)
	fields.HappenedAt = outcome.At // of the outcome, not of its telling
	d.emit(EventCaseOutcome, c, nil, fields)
	d.setStatus(c)
	return nil
}

// reopen takes an outcome back and searches again: of the subject named; or of
// those still missing; or, when nobody is, of all. Teams that have not come
// home stay called back, and are asked in a new round.
func (d *decision) reopen(c *Case, command *Command) *Refusal {
	reopens := func(s *Subject) bool { return s.MovedTo == 0 && (c.told(s) != OutcomeOpen || c.withheld(s.N) != nil) }
	var again []*Subject
	if command.SubjectID != "" {
		subject := c.subject(command.SubjectID)
		if subject == nil {
			return unknownSubject(command.SubjectID)
		}
		if reopens(subject) {
			again = append(again, subject)
		}
	} else {
		missing := func(s *Subject) bool { return s.MovedTo == 0 && c.told(s) == OutcomeMissing }
		for i := range c.Subjects {
			if missing(&c.Subjects[i]) {
				again = append(again, &c.Subjects[i])
			}
		}
		for i := range c.Subjects {
			if !slices.ContainsFunc(again, missing) && reopens(&c.Subjects[i]) {
				again = append(again, &c.Subjects[i])
			}
		}
	}
	if len(again) == 0 && (len(c.Subjects) > 0 || c.searching()) {
		return refuse(RefusedCaseOpen, "there is no outcome to take back")
	}
	sequence := d.sequence + 1
	for _, subject := range again {
		c.supersede(subject.N, d.now, sequence)
		if subject.Outcome != nil {
			subject.Outcome = nil
			subject.Changed = sequence
		}
		if c.Personal.Subjects[subject.N-1].FoundAt != nil {
			c.Personal.Subjects[subject.N-1].FoundAt = nil
			c.Personal.Changed = sequence
		}
	}
	if len(c.Subjects) == 0 {
		c.supersede(0, d.now, sequence)
		if c.Closing != nil {
			c.Closing = nil
			c.Changed = sequence
		}
	}
	fields := EventFields{}
	for _, subject := range again {
		fields.Subjects = append(fields.Subjects, EventSubject{ID: subject.ID, Category: subject.Category})
	}
	d.weighAgain(c, &fields)
	d.emit(EventCaseReopened, c, nil, fields)
	d.setStatus(c)
	d.ask(c)
	return nil
}
