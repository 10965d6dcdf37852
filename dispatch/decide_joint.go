package dispatch

import (
	"cmp"
	"slices"
	"time"
)

// What several teams on one case need, and what people do by hand: the lead,
// the owner, check-ins, calling back and counting home, points on the map.

// onCase says that a team of this status has accepted and is not home yet.
func (s AssignmentStatus) onCase() bool { return s.Committed() || s == AssignmentStandingDown }

// checkInEvery is how often a team on the case has to check in; 0: never.
func (d *decision) checkInEvery(c *Case) time.Duration {
	if c.CheckIn != nil {
		return time.Duration(*c.CheckIn) * time.Minute
	}
	return d.s.settings.CheckIn
}

// alive takes any sign of life of a team that is on the case: it answers a
// missed check-in, and the next one is due an interval from now, since it is
// now that the team was heard. The assignment's row must change besides.
func (d *decision) alive(c *Case, a *Assignment) {
	a.CheckInBy, a.CheckInMissedAt = time.Time{}, time.Time{}
	if every := d.checkInEvery(c); every > 0 && a.Status.onCase() {
		a.CheckInBy = d.now.Add(every).Truncate(time.Millisecond)
	}
}

// checkIn is assignment.check_in: the team is well.
func (d *decision) checkIn(c *Case, a *Assignment, t *teamState) *Refusal {
	if !a.Status.onCase() {
		return refuse(RefusedTransition, "the team's assignment is %s; only a team that has accepted and is not home yet checks in", a.Status)
	}
	before, at := *a, d.happened()
	a.CheckedInAt = at
	d.alive(c, a)
	if at.Equal(before.CheckedInAt) && a.CheckInBy.Equal(before.CheckInBy) && before.CheckInMissedAt.IsZero() {
		return nil // twice in the same moment
	}
	a.Changed = d.emit(EventCheckedIn, c, t.team, EventFields{Round: a.Round})
	return nil
}

// missCheckIn says once that a team was not heard of in time; it stays said
// until the team gives a sign of life.
func (d *decision) missCheckIn(c *Case, a *Assignment) {
	a.CheckInMissedAt = d.now
	a.Changed = d.emit(EventCheckInMissed, c, d.s.team(a.Team).team, EventFields{Round: a.Round})
}

// setCheckIn changes the interval of a case; the teams on it begin anew. What
// was missed before stays until it is answered. It marks rows with the
// sequence of the event that comes next.
func (d *decision) setCheckIn(c *Case, minutes int) {
	c.CheckIn = &minutes
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if !a.Status.onCase() || !a.CheckInMissedAt.IsZero() {
			continue
		}
		d.alive(c, a)
		a.Changed = d.sequence + 1
	}
}

// returned counts a team home. While fewer are back than went, the team is not
// home: it stays called back and its check-ins go on, until the count is right
// or a coordinator says with a reason why it cannot be.
func (d *decision) returned(c *Case, a *Assignment, t *teamState, command *Command) *Refusal {
	if refusal := mayBecome(a, AssignmentReturned); refusal != nil {
		return refusal
	}
	back := a.People // nothing said: everybody
	if command.People != nil {
		back = *command.People
	}
	if missing := a.People - back; missing > 0 && command.Reason == "" {
		if !a.PeopleMissingAt.IsZero() && a.PeopleReturned == back {
			return d.checkIn(c, a, t) // known, and heard of again
		}
		a.PeopleReturned = back
		if a.PeopleMissingAt.IsZero() {
			a.PeopleMissingAt = d.now
		}
		d.alive(c, a)
		a.Changed = d.emit(EventPeopleMissing, c, t.team, EventFields{Round: a.Round, People: &back, Missing: missing})
		return nil
	}
	d.setAssignment(c, a, AssignmentReturned)
	a.FinishedAt, a.PeopleReturned, a.PeopleMissingAt = d.happened(), back, time.Time{}
	d.alive(c, a)
	fields := EventFields{Round: a.Round, Missing: max(a.People-back, 0)}
	if back > 0 {
		fields.People = &back
	}
	minutes := int(a.Away() / time.Minute)
	people, _ := c.Headcount(a)
	fields.Minutes, fields.PeopleMinutes = minutes, minutes*max(people, back)
	d.emit(EventReturned, c, t.team, fields)
	d.setStatus(c)
	d.rest(c, a, t)
	return nil
}

// Away is how long a team was out: from leaving, or from accepting where it
// did not say that it left, until it returned; 0 before that.
func (a *Assignment) Away() time.Duration {
	if a.Status != AssignmentReturned {
		return 0
	}
	from := a.EnRouteAt
	if from.IsZero() {
		from = a.AnsweredAt
	}
	return max(a.FinishedAt.Sub(from), 0)
}

// callBack is assignment.stand_down: one team is called back while the search
// goes on.
func (d *decision) callBack(c *Case, a *Assignment, t *teamState) *Refusal {
	if refusal := mayBecome(a, AssignmentStandingDown); refusal != nil {
		return refusal
	}
	d.setAssignment(c, a, AssignmentStandingDown)
	a.StandingDownAt = d.now
	fields := EventFields{}
	if committed, _ := c.committedTeams(); committed > 0 { // the last one keeps the lead until another accepts
		fields = d.lead(c)
	}
	fields.Round, fields.ByHand = a.Round, true
	d.emit(EventStandingDown, c, t.team, fields)
	d.setStatus(c)
	d.ask(c)
	return nil
}

// replace takes the team that another one replaces off the case: called back
// when it is on it, no longer asked when it was only asked.
func (d *decision) replace(c *Case, teamID string) *Refusal {
	a := c.Assignment(teamID)
	t := d.s.team(a.Team)
	switch {
	case a.Status.Committed():
		return d.callBack(c, a, t)
	case canFollow(a.Status, AssignmentWithdrawn):
		d.setAssignment(c, a, AssignmentWithdrawn)
		d.emit(EventWithdrawn, c, t.team, EventFields{Round: a.Round, ByHand: true})
		d.setStatus(c)
		d.ask(c)
	}
	return nil
}

// leadCommand is case.lead: a person gives the lead to another team that is on
// the case.
func (d *decision) leadCommand(c *Case, a *Assignment, t *teamState) *Refusal {
	if !a.Status.Committed() {
		return refuse(RefusedTransition, "the team's assignment is %s; a team that has accepted and is not called back can lead", a.Status)
	}
	if c.LeadTeam == a.TeamID {
		return nil
	}
	c.LeadTeam = a.TeamID
	c.Changed = d.emit(EventCaseLead, c, t.team, EventFields{LeadTeamID: &t.team.ID, LeadOrganisation: t.team.Organisation})
	return nil
}

// own makes somebody the coordinator who is responsible for the case. A
// hand-over says what is open, by number: who takes it has to know.
func (d *decision) own(c *Case, owner, pointer string) *Refusal {
	if owner == "" {
		return &Refusal{Code: RefusedInvalid, Pointer: pointer, Detail: "say who takes the case"}
	}
	if c.Owner == owner {
		return nil
	}
	fields := EventFields{Owner: owner}
	for _, item := range c.OpenItems() {
		if item.Code == OpenWithheld {
			continue // the journal does not say that an outcome is withheld
		}
		i := slices.IndexFunc(fields.OpenItems, func(open EventCount) bool { return open.Code == item.Code })
		if i < 0 {
			i = len(fields.OpenItems)
			fields.OpenItems = append(fields.OpenItems, EventCount{Code: item.Code})
		}
		fields.OpenItems[i].Count++
	}
	c.Owner, c.OwnedAt = owner, d.now
	c.Changed = d.emit(EventCaseOwned, c, nil, fields)
	return nil
}

// keptPoints bounds the points of a case.
const keptPoints = 500

// point marks a place that matters. Where it is stays with the personal data;
// the journal says only of which kind it is.
func (d *decision) point(c *Case, command *Command) *Refusal {
	switch {
	case !slices.Contains(PointKinds(), command.Point):
		return &Refusal{Code: RefusedInvalid, Pointer: "/point", Detail: "point is staging, home, clue, found or hazard"}
	case command.Location == nil:
		return &Refusal{Code: RefusedInvalid, Pointer: "/location", Detail: "say where it is"}
	case len(c.Personal.Points) >= keptPoints:
		return &Refusal{Code: RefusedInvalid, Pointer: "/point", Detail: "the case has as many points as it can hold"}
	case command.Point == PointFound && !c.foundTold():
		// Otherwise the map would tell what the family must hear first.
		return &Refusal{Code: RefusedInvalid, Pointer: "/point", Detail: "give the place of a find with case.outcome"}
	}
	marked := Point{Kind: command.Point, Location: *command.Location, At: d.happened(), Note: cmp.Or(command.Note, command.Reason), Photo: command.Photo}
	if command.Point == PointStaging || command.Point == PointHome { // there is one: the newest
		c.Personal.Points = slices.DeleteFunc(c.Personal.Points, func(p Point) bool { return p.Kind == command.Point })
	}
	c.Personal.Points = append(c.Personal.Points, marked)
	c.Personal.Changed = d.emit(EventCasePointed, c, nil, EventFields{Point: command.Point})
	return nil
}

// foundTold says that somebody was found and everybody may know it.
func (c *Case) foundTold() bool {
	if len(c.Subjects) == 0 {
		return c.Closing != nil
	}
	told := false
	for i := range c.Subjects {
		if c.withheld(c.Subjects[i].N) != nil {
			return false
		}
		outcome := c.told(&c.Subjects[i])
		told = told || outcome == OutcomeFound || outcome == OutcomeDeceased
	}
	return told
}

// reasonOf gives what a person said about a command that overrules or decides
// something; it is kept with who and when, for coordinators. Other commands
// have a place of their own for their reason.
func reasonOf(command *Command) string {
	switch command.Type {
	case CommandAssign, CommandStandDown, CommandRelease, CommandLead, CommandTake, CommandHandOver, CommandCallOut, CommandReopen, CommandReturned:
		if command.Reason != "" && command.Note != "" {
			return command.Reason + "\n" + command.Note
		}
		return cmp.Or(command.Reason, command.Note)
	case CommandNote, CommandOutcome, CommandPoint:
		return ""
	}
	return command.Note
}
