package dispatch

// ringsBeside is how often a team that does not answer is rung for each offer
// while others are asked. A figure of ours: it wakes, and does not wear out.
const ringsBeside = 3

// openCall says that several teams are asked at once: somebody's life is in
// danger, and every pair of eyes helps.
func (c *Case) openCall() bool {
	return c.Kind == MissingPerson && c.Urgency == LifeThreatening
}

// askBeside goes on with an open call: until as many have accepted as the case
// needs, several are asked at once. Those beyond the need take nobody from a
// case that waits and has nobody asked.
func (d *decision) askBeside(c *Case) {
	for c.openCall() && c.mayAsk() {
		committed, offered := c.committedTeams()
		if committed >= c.Needs.wanted() || offered >= d.s.settings.OpenCall || c.Needs.full(committed+offered) || d.othersWait(c) {
			return
		}
		t, considered := d.choose(c)
		if t == nil {
			return
		}
		considered.Choice = ChoiceOpenCall
		d.offer(c, t, considered, false)
	}
}

// othersWait says that another case wants a team and has nobody asked.
func (d *decision) othersWait(c *Case) bool {
	waits := func(other *Case) bool {
		if other.Key == c.Key || other.Kind == VolunteerEvent || !wantsTeam(other) {
			return false
		}
		committed, offered := other.committedTeams()
		return committed+offered == 0
	}
	for _, changed := range d.changes.Cases {
		if waits(changed) {
			return true
		}
	}
	for place := range d.s.waiting.behind(frontOfQueue) {
		if waits(d.view(place.key)) {
			return true
		}
	}
	return false
}

// offers is how often the case was offered to the team; the other rings were
// reminders.
func (a *Assignment) offers() int { return a.Rings - a.Reminders }

// remind rings those that did not answer for the case whose offer has just run
// out, while others are asked. A reminder takes no slot, and goes to nobody who
// is off duty or on another case.
func (d *decision) remind() {
	if d.timedOut == 0 {
		return
	}
	c := d.changed(d.timedOut)
	if committed, offered := c.committedTeams(); !c.mayAsk() || committed >= c.Needs.wanted() || offered == 0 {
		return
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Status != AssignmentNoAnswer || a.Reminders >= ringsBeside*a.offers() {
			continue
		}
		t := d.s.team(a.Team)
		if d.used(t) > 0 || d.assess(c, t, a.DistanceM) != CandidateNoAnswer {
			continue
		}
		a.Rings++
		a.Reminders++
		a.Changed = d.emit(EventRung, c, t.team, EventFields{Round: a.Round, Rings: a.Rings})
	}
}
