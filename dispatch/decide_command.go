package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// command does a command, or says why not; it gives the key of its case.
func (d *decision) command(command *Command) (int64, *Refusal) {
	if command.Invalid != nil {
		return 0, command.Invalid
	}
	if !slices.Contains(CommandTypes(), command.Type) {
		return 0, refuse(RefusedNotSupported, "this release does not know this type of command; the id may be used again")
	}
	key, refusal := d.caseOf(command)
	if refusal != nil {
		return 0, refusal
	}
	if d.s.cases[key].Merged() && !appliesToMerged(command.Type) {
		return key, refuse(RefusedCaseMerged, "the case was merged into another one: give the command there, or split it first")
	}
	c := d.edit(key)
	switch command.Type {
	case CommandPreempt:
		refusal = d.preemptCommand(c, command)
	case CommandAssign:
		refusal = d.assign(c, command)
	case CommandCallOut:
		refusal = d.callOut(c, command)
	case CommandUpdate:
		refusal = d.updateCommand(c, command)
	case CommandNote:
		refusal = d.noted(c, command)
	case CommandOutcome:
		refusal = d.outcome(c, command)
	case CommandFamilyTold:
		refusal = d.familyTold(c, command)
	case CommandReopen:
		refusal = d.reopen(c, command)
	case CommandRosterAnswer:
		refusal = d.rosterAnswer(c, command)
	case CommandUrgency:
		refusal = d.setUrgency(c, command)
	case CommandMerge:
		refusal = d.merge(c, command)
	case CommandSplit:
		refusal = d.split(c, command)
	case CommandApart:
		refusal = d.apart(c, command)
	case CommandTake:
		refusal = d.own(c, command.Actor.ID, "/actor")
	case CommandHandOver:
		refusal = d.own(c, command.To, "/to")
	case CommandPoint:
		refusal = d.point(c, command)
	default:
		refusal = d.assignmentCommand(c, command)
	}
	if refusal != nil {
		// Nothing may be left of a command that was refused half-way.
		d.changes.Cases, d.changes.Events, d.changes.Notes, d.changes.Decisions, d.changes.Travel = nil, nil, nil, nil, nil
		d.byKey, d.slots, d.freed, d.sequence = nil, nil, nil, d.s.head.Sequence
		return key, refusal
	}
	if len(d.changes.Events) == 0 {
		d.changes.Cases = nil // nothing has changed
		return key, nil
	}
	if text := reasonOf(command); text != "" {
		d.note(c, nil, cmp.Or(command.Audience, AudienceCoordination), text)
	}
	return key, nil
}

// appliesToMerged says that a command makes sense for a case that was merged:
// a split, a note, and what teams that are still on their way home say.
func appliesToMerged(command CommandType) bool {
	return command == CommandSplit || command == CommandNote || strings.HasPrefix(string(command), "assignment.")
}

// caseOf finds the case that a command names by its id or by an application.
func (d *decision) caseOf(command *Command) (int64, *Refusal) {
	if command.CaseID != "" {
		epoch, key, ok := ParseCaseID(command.CaseID)
		if c := d.s.cases[key]; ok && c != nil && c.ID == CaseID(epoch, key) {
			return key, nil
		}
		return 0, &Refusal{Code: RefusedUnknownCase, Pointer: "/case_id", Detail: "there is no case with this id"}
	}
	if command.Application != nil {
		if key, ok := d.s.applications[ApplicationIdentity(command.Application.System, command.Application.ID)]; ok {
			return key, nil
		}
		return 0, &Refusal{Code: RefusedUnknownApplication, Pointer: "/application", Detail: "no application with this system and id is known yet"}
	}
	return 0, &Refusal{Code: RefusedInvalid, Pointer: "/case_id", Detail: "name the case by case_id, or by application (system and id)"}
}

// assignmentCommand does what a team says of itself, or a coordinator for it.
func (d *decision) assignmentCommand(c *Case, command *Command) *Refusal {
	t := d.s.teamByID(command.TeamID)
	if t == nil {
		return &Refusal{Code: RefusedUnknownTeam, Pointer: "/team_id", Detail: "there is no team with this id"}
	}
	a := c.Assignment(command.TeamID)
	if a == nil {
		return refuse(RefusedNotAsked, "the team has not been asked on this case; a coordinator can assign it")
	}
	switch command.Type {
	case CommandAccept:
		return d.acceptCommand(c, a, t, command)
	case CommandStandDownAck:
		return d.acknowledge(c, a, t)
	case CommandNotified:
		return d.notified(c, a, t, command)
	case CommandCheckIn:
		return d.checkIn(c, a, t)
	case CommandStandDown:
		return d.callBack(c, a, t)
	case CommandLead:
		return d.leadCommand(c, a, t)
	case CommandDecline:
		if refusal := mayBecome(a, AssignmentDeclined); refusal != nil {
			return refusal
		}
		d.decline(c, a, t, command)
		return nil
	case CommandRelease:
		if refusal := mayBecome(a, AssignmentReleased); refusal != nil {
			return refusal
		}
		d.setAssignment(c, a, AssignmentReleased)
		d.emit(EventReleased, c, t.team, d.lead(c))
		d.setStatus(c)
		d.ask(c)
		return nil
	case CommandEnRoute:
		return d.goOn(c, a, t, AssignmentEnRoute, EventEnRoute, &a.EnRouteAt, command.People)
	case CommandOnScene:
		return d.goOn(c, a, t, AssignmentOnScene, EventOnScene, &a.OnSceneAt, command.People)
	default:
		return d.returned(c, a, t, command)
	}
}

// mayBecome refuses a transition that is not in the table.
func mayBecome(a *Assignment, to AssignmentStatus) *Refusal {
	if canFollow(a.Status, to) {
		return nil
	}
	return refuse(RefusedTransition, "the team's assignment is %s and cannot become %s", a.Status, to)
}

// goOn moves an assignment to the next stage of its way.
func (d *decision) goOn(c *Case, a *Assignment, t *teamState, to AssignmentStatus, event EventType, when *time.Time, said *int) *Refusal {
	if refusal := mayBecome(a, to); refusal != nil {
		return refusal
	}
	d.setAssignment(c, a, to)
	*when = d.happened()
	if said != nil {
		a.People = *said
	}
	if to == AssignmentOnScene {
		d.learn(c, a, t)
	}
	d.alive(c, a)
	d.emit(event, c, t.team, EventFields{People: said, Round: a.Round})
	d.setStatus(c)
	if to == AssignmentOnScene {
		d.learnPlace(c)
	}
	return nil
}

func (d *decision) acceptCommand(c *Case, a *Assignment, t *teamState, command *Command) *Refusal {
	if !c.searching() {
		return refuse(RefusedCaseEnded, "the search has ended; nobody is needed any more")
	}
	if refusal := mayBecome(a, AssignmentAccepted); refusal != nil {
		return refusal
	}
	if committed, _ := c.committedTeams(); c.Needs.full(committed) && !a.ByHand {
		return refuse(RefusedEnoughTeams, "as many teams have accepted as the coordinator wants (%d); a coordinator can assign the team or raise needs.at_most", *c.Needs.AtMost)
	}
	if a.Slot == 0 && c.Kind != VolunteerEvent {
		slot, free := d.takeSlot(t)
		if !free {
			return refuse(RefusedAtCapacity, "the team is already on as many cases as it can take (%d)", t.team.Capacity)
		}
		a.Slot, a.SlotChanged = slot, d.sequence+1
	}
	d.accept(c, a, t, command)
	d.ask(c) // for a skill that the team no longer has
	return nil
}

// accept takes a yes; command is nil when the team answers automatically. The
// offer must have a slot by now.
func (d *decision) accept(c *Case, a *Assignment, t *teamState, command *Command) {
	d.setAssignment(c, a, AssignmentAccepted)
	a.AnsweredAt = d.now
	a.Skills = t.team.brings(c.Needs.Skills, d.now)
	a.LentBy = lentBy(c, t)
	d.alive(c, a)
	fields := EventFields{Round: a.Round, TeamRegion: t.team.Region, Organisation: t.team.Organisation}
	if command != nil {
		a.AnsweredAt = d.happened()
		a.Words = command.said()
		if command.ETAMinutes != nil {
			a.ETAAt = a.AnsweredAt.Add(time.Duration(*command.ETAMinutes) * time.Minute)
		}
		if command.People != nil {
			a.People = *command.People
		}
		fields.ETAMinutes, fields.People = command.ETAMinutes, command.People
	}
	lead := d.lead(c)
	fields.LeadTeamID, fields.LeadOrganisation = lead.LeadTeamID, lead.LeadOrganisation
	if c.FirstInQueue {
		c.FirstInQueue = false
		c.Changed = d.sequence + 1
	}
	d.following = command == nil
	d.emit(EventAccepted, c, t.team, fields)
	d.following = false
	d.setStatus(c)
	committed, _ := c.committedTeams()
	if committed < c.Needs.wanted() {
		return
	}
	accepted, met := d.sequence, true
	switch {
	case c.Needs.full(committed):
		d.withdrawOffers(c, nil)
	case c.openCall():
		met = len(c.lackedByAccepted()) == 0 // who was asked is still welcome
	default:
		met = d.withdrawUnneeded(c)
	}
	if met && !c.UnansweredAt.IsZero() {
		c.UnansweredAt = time.Time{}
		c.Changed = accepted
	}
}

// lead sees to it that the first team that has accepted and is still on the
// case leads it, and gives the event's fields when that changed. Once the
// search is over the last lead stays: the case counts for it.
func (d *decision) lead(c *Case) EventFields {
	lead := ""
	for i := range c.Assignments {
		if a := &c.Assignments[i]; a.Status.Committed() {
			if a.TeamID == c.LeadTeam {
				return EventFields{}
			}
			if lead == "" {
				lead = a.TeamID
			}
		}
	}
	if lead == c.LeadTeam {
		return EventFields{}
	}
	c.LeadTeam = lead
	c.Changed = d.sequence + 1
	fields := EventFields{LeadTeamID: &lead}
	if t := d.s.teamByID(lead); t != nil {
		fields.LeadOrganisation = t.team.Organisation
	}
	return fields
}

func (d *decision) decline(c *Case, a *Assignment, t *teamState, command *Command) {
	d.setAssignment(c, a, AssignmentDeclined)
	a.AnsweredAt = d.happened()
	a.Words = command.said()
	d.emit(EventDeclined, c, t.team, EventFields{Round: a.Round})
	d.setStatus(c)
	d.ask(c)
}

func (d *decision) acknowledge(c *Case, a *Assignment, t *teamState) *Refusal {
	if a.Status != AssignmentStandingDown {
		return refuse(RefusedTransition, "the team's assignment is %s; only a team that was called back can acknowledge it", a.Status)
	}
	if !a.AcknowledgedAt.IsZero() {
		if !a.CheckInMissedAt.IsZero() {
			return d.checkIn(c, a, t) // a sign of life all the same
		}
		return nil
	}
	a.AcknowledgedAt = d.happened()
	d.alive(c, a)
	a.Changed = d.emit(EventAcknowledged, c, t.team, EventFields{Round: a.Round})
	return nil
}

// assign asks a team because a person says so: only its capacity may refuse.
func (d *decision) assign(c *Case, command *Command) *Refusal {
	t := d.s.teamByID(command.TeamID)
	if t == nil {
		return &Refusal{Code: RefusedUnknownTeam, Pointer: "/team_id", Detail: "there is no team with this id"}
	}
	if !c.searching() {
		return refuse(RefusedCaseEnded, "the search has ended; reopen the case first")
	}
	if a := c.Assignment(command.TeamID); a != nil && !a.Status.Finished() && !canFollow(a.Status, AssignmentOffered) {
		return refuse(RefusedAlreadyAssigned, "the team is already on this case (%s)", a.Status)
	}
	if c.Kind != VolunteerEvent && d.used(t) >= t.team.Capacity {
		return refuse(RefusedAtCapacity, "the team is already on as many cases as it can take (%d)", t.team.Capacity)
	}
	if command.Replaces != "" {
		if command.Replaces == command.TeamID {
			return &Refusal{Code: RefusedInvalid, Pointer: "/replaces", Detail: "a team cannot replace itself"}
		}
		if c.Assignment(command.Replaces) == nil {
			return &Refusal{Code: RefusedNotAsked, Pointer: "/replaces", Detail: "the team to be replaced is not on this case"}
		}
	}
	d.offer(c, t, d.consider(c, t, ChoiceByHand), true)
	if command.Replaces != "" {
		return d.replace(c, command.Replaces)
	}
	return nil
}

// lentBy gives the region that lends the team: its own, where that is not the
// case's.
func lentBy(c *Case, t *teamState) string {
	if c.Region == "" || t.team.Region == c.Region {
		return ""
	}
	return t.team.Region
}

// callOut says that teams may be asked now, later, or never.
func (d *decision) callOut(c *Case, command *Command) *Refusal {
	if !slices.Contains(CallOuts(), command.CallOut) {
		return &Refusal{Code: RefusedInvalid, Pointer: "/call_out", Detail: "call_out is now, hold or none"}
	}
	wasWrong := slices.ContainsFunc(c.NeedsReview, func(r Review) bool { return r.Pointer == "/call_out" })
	if c.CallOut == command.CallOut && !wasWrong {
		return nil
	}
	c.CallOut = command.CallOut
	c.NeedsReview = slices.DeleteFunc(c.NeedsReview, func(r Review) bool { return r.Pointer == "/call_out" })
	c.Changed = d.emit(EventCaseCallOut, c, nil, EventFields{CallOut: c.CallOut})
	d.setStatus(c)
	if c.Held() {
		d.withdrawOffers(c, nil)
	}
	d.ask(c)
	return nil
}

func (d *decision) noted(c *Case, command *Command) *Refusal {
	if command.Note == "" {
		return &Refusal{Code: RefusedInvalid, Pointer: "/note", Detail: "a note needs a text"}
	}
	var team *Team
	if command.TeamID != "" { // into that team's log
		t := d.s.teamByID(command.TeamID)
		if t == nil {
			return &Refusal{Code: RefusedUnknownTeam, Pointer: "/team_id", Detail: "there is no team with this id"}
		}
		if c.Assignment(command.TeamID) == nil {
			return refuse(RefusedNotAsked, "the team has not been asked on this case; leave team_id out for a note about the case")
		}
		team = t.team
	}
	d.note(c, team, cmp.Or(command.Audience, AudienceTeam), command.Note)
	return nil
}

// withdrawOffers takes back what was asked and not accepted, but for what is
// to be kept; nil keeps nothing.
func (d *decision) withdrawOffers(c *Case, keep func(*Assignment) bool) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Status != AssignmentOffered || keep != nil && keep(a) {
			continue
		}
		d.setAssignment(c, a, AssignmentWithdrawn)
		d.emit(EventWithdrawn, c, d.s.team(a.Team).team, EventFields{Round: a.Round})
	}
}
