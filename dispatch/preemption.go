package dispatch

import (
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// Proposal is a team that has accepted something routine and would be much
// sooner with this case than anybody who can be asked: a person may take it
// from there with case.preempt. It stays as long as it holds.
type Proposal struct {
	Team       int32     `json:"team"` // Team.Key
	TeamID     string    `json:"team_id"`
	FromCase   int64     `json:"from_case"` // Case.Key
	FromCaseID string    `json:"from_case_id"`
	TravelS    int       `json:"travel_s"`         // the team's travel to this case, in seconds
	GainS      *int      `json:"gain_s,omitempty"` // how much sooner than who is asked now; nil: nobody is
	CostS      *int      `json:"cost_s,omitempty"` // how much later for the other case; nil: nobody else can be asked for it
	At         time.Time `json:"at"`
}

// takers is how many of what waits are looked at for a team that could be taken
// from something routine.
const takers = 20

// mayLose says that the team of an assignment may be taken for something more
// urgent: it is on its way to something routine.
func (c *Case) mayLose(a *Assignment) bool {
	return c.Urgency == Routine && c.Kind != VolunteerEvent &&
		(a.Status == AssignmentAccepted || a.Status == AssignmentEnRoute)
}

func (c *Case) dropProposal(i int) {
	if c.Proposals = slices.Delete(c.Proposals, i, i+1); len(c.Proposals) == 0 {
		c.Proposals = nil
	}
}

// indexLosable keeps of every team the routine cases that it is on its way to.
func (s *State) indexLosable(c *Case, there bool) {
	if c.Urgency != Routine {
		return
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if !c.mayLose(a) {
			continue
		}
		t := s.team(a.Team)
		at, found := slices.BinarySearch(t.losable, c.Key)
		switch {
		case there && !found:
			t.losable = slices.Insert(t.losable, at, c.Key)
			s.losable++
		case !there && found:
			t.losable = slices.Delete(t.losable, at, at+1)
			s.losable--
		}
	}
}

// indexProposals keeps the cases that have proposals.
func (s *State) indexProposals(c *Case) {
	at, found := slices.BinarySearch(s.proposing, c.Key)
	switch {
	case len(c.Proposals) > 0 && !found:
		s.proposing = slices.Insert(s.proposing, at, c.Key)
	case len(c.Proposals) == 0 && found:
		s.proposing = slices.Delete(s.proposing, at, at+1)
	}
}

// mayTake says that the case may be given a team that is on its way to
// something routine: it is more urgent, and somebody may be asked for it.
func (c *Case) mayTake() bool {
	committed, offered := c.committedTeams()
	return c.Urgency != Routine && c.Kind != VolunteerEvent && c.mayAsk() && !c.Needs.full(committed+offered)
}

// soonest is the travel of the first of the teams that are asked or on their
// way to the case; false when there is none.
func (d *decision) soonest(c *Case) (travel time.Duration, some bool) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if !a.Status.Committed() && a.Status != AssignmentOffered {
			continue
		}
		way := time.Duration(0)
		if a.Status != AssignmentOnScene {
			t := d.s.team(a.Team)
			point, _ := d.positionOf(t)
			way = d.s.paces[t.transport].median(geo.Distance(point, *c.Location))
		}
		if !some || way < travel {
			travel, some = way, true
		}
	}
	return travel, some
}

// busyNear is who of the teams without room is nearest to a case, and how far
// the two nearest would travel.
type busyNear struct {
	team          int32
	first, second time.Duration
}

// others is the travel of the nearest of them but for a team.
func (b *busyNear) others(team int32) time.Duration {
	if b.team == team {
		return b.second
	}
	return b.first
}

// nearestBusy finds those that could be asked for the case if they had room.
func (d *decision) nearestBusy(c *Case) busyNear {
	near := busyNear{first: never, second: never}
	for _, t := range d.s.teams {
		if !t.available || d.used(t) < t.capacity {
			continue
		}
		point, _ := d.positionOf(t)
		distance := geo.Distance(point, *c.Location)
		if t.rangeM > 0 && distance > t.rangeM || d.assess(c, t, distance) != CandidateBusy {
			continue
		}
		switch travel := d.s.paces[t.transport].median(distance); {
		case travel < near.first:
			near = busyNear{team: t.team.Key, first: travel, second: near.first}
		case travel < near.second:
			near.second = travel
		}
	}
	return near
}

// never is longer than anything that is compared with it.
const never = 100 * 365 * 24 * time.Hour

// preemption says what taking a team from a routine case would be: nil when it
// cannot be taken, or would not be much sooner than who is asked; where nobody
// is, than one of the others that have no room, if it came free soon.
func (d *decision) preemption(c *Case, t *teamState, from *Case, busy busyNear) *Proposal {
	a := from.assignmentOf(t.team.Key)
	if a == nil || !from.mayLose(a) || !t.available || d.used(t) != t.capacity {
		return nil // one that has room can be asked itself, one over a lowered capacity has none then either
	}
	if before := c.assignmentOf(t.team.Key); before != nil && before.Status == AssignmentNoAnswer {
		return nil
	}
	point, _ := d.positionOf(t)
	distance := geo.Distance(point, *c.Location)
	if d.assess(c, t, distance) != CandidateBusy || t.rangeM > 0 && distance > t.rangeM {
		return nil
	}
	travel := d.s.paces[t.transport].median(distance)
	p := &Proposal{Team: t.team.Key, TeamID: t.team.ID, FromCase: from.Key, FromCaseID: from.ID, TravelS: int(travel / time.Second), At: d.now}
	otherwise, some := d.soonest(c)
	if !some && travel > d.s.settings.PreemptionWait+busy.others(t.team.Key) {
		return nil
	}
	if some {
		gain := otherwise - travel
		if gain < d.s.settings.PreemptionGain {
			return nil
		}
		seconds := int(gain / time.Second)
		p.GainS = &seconds
	}
	return p
}

// proposePreemption looks for a team that should be taken from something routine for the
// case: the one that would be there first. One that answers automatically is
// taken at once where nobody else is asked or on the way; else a person decides.
func (d *decision) proposePreemption(key int64) {
	c := d.view(key)
	if len(c.Proposals) > 0 || !c.mayTake() {
		return
	}
	var best *Proposal
	var busy busyNear
	consider := func(t *teamState, from *Case) {
		if busy.first == 0 {
			busy = d.nearestBusy(c)
		}
		p := d.preemption(c, t, from, busy)
		if p != nil && (best == nil || p.TravelS < best.TravelS || p.TravelS == best.TravelS && p.Team < best.Team) && !d.proposed(p.Team) {
			best = p
		}
	}
	for _, t := range d.s.teams {
		if d.s.losable == 0 {
			break
		}
		if len(t.losable) == 0 || d.used(t) != t.capacity {
			continue
		}
		for _, key := range slices.Backward(t.losable) { // the newest: it has come least far
			from := d.view(key)
			if a := from.assignmentOf(t.team.Key); a != nil && from.mayLose(a) {
				consider(t, from)
				break
			}
		}
	}
	for _, from := range d.changes.Cases { // what was accepted just now
		for i := range from.Assignments {
			if a := &from.Assignments[i]; from.mayLose(a) {
				consider(d.s.team(a.Team), from)
			}
		}
	}
	if best == nil {
		return
	}
	t, from := d.s.team(best.Team), d.view(best.FromCase)
	if instead, considered := d.choose(from); instead != nil {
		for i := range considered.Candidates {
			if candidate := &considered.Candidates[i]; candidate.Team == instead.team.Key {
				point, _ := d.positionOf(t)
				left := d.s.paces[t.transport].median(geo.Distance(point, *from.Location))
				seconds := int(max(d.travel(candidate)-left, 0) / time.Second)
				best.CostS = &seconds
			}
		}
	}
	if t.team.Answers == AnswersAutomatic && best.GainS == nil {
		d.preempt(d.edit(key), best)
		return
	}
	c = d.edit(key)
	c.Proposals = append(c.Proposals, *best)
	c.Changed = d.emit(EventPreemptionProposed, c, t.team, best.fields())
}

func (p *Proposal) fields() EventFields {
	return EventFields{RelatedCaseID: p.FromCaseID, TravelS: p.TravelS, GainS: p.GainS, CostS: p.CostS}
}

// proposed says that a team is proposed to some case already.
func (d *decision) proposed(team int32) bool {
	to := func(c *Case) bool {
		return slices.ContainsFunc(c.Proposals, func(p Proposal) bool { return p.Team == team })
	}
	return slices.ContainsFunc(d.changes.Cases, to) ||
		slices.ContainsFunc(d.s.proposing, func(key int64) bool { return to(d.view(key)) })
}

// preempt takes a team from something routine. The case that loses it goes
// first in the queue of its urgency.
func (d *decision) preempt(c *Case, p *Proposal) {
	from, t := d.edit(p.FromCase), d.s.team(p.Team)
	a := from.assignmentOf(p.Team)
	d.setAssignment(from, a, AssignmentReleased)
	d.alive(from, a)
	a.ReleasedFor = c.ID
	fields := d.lead(from)
	fields.RelatedCaseID, fields.Round = c.ID, a.Round
	from.FirstInQueue = true
	from.Changed = d.sequence + 1
	d.emit(EventReleased, from, t.team, fields)
	d.setStatus(from)
	d.emit(EventPreempted, c, t.team, p.fields())
	c.Changed = d.sequence
	d.offer(c, t, d.consider(c, t, ChoicePreempted), false)
	d.ask(from)
}

// preemptCommand is case.preempt: a person takes a team that was proposed.
func (d *decision) preemptCommand(c *Case, command *Command) *Refusal {
	at := slices.IndexFunc(c.Proposals, func(p Proposal) bool { return p.TeamID == command.TeamID })
	if at < 0 {
		return &Refusal{Code: RefusedNoProposal, Pointer: "/team_id",
			Detail: "this team is not proposed for the case, or not any more; to take it all the same, release it there and assign it here"}
	}
	p := c.Proposals[at]
	now := d.preemption(c, d.s.team(p.Team), d.view(p.FromCase), d.nearestBusy(c))
	if now == nil {
		return &Refusal{Code: RefusedNoProposal, Pointer: "/team_id",
			Detail: "the proposal does not hold any more: the team has arrived or may not be asked now, or somebody else is as near; read the case again"}
	}
	c.dropProposal(at)
	now.CostS = p.CostS
	d.preempt(c, now)
	return nil
}

// reviewProposal takes back a proposal that holds no more, and looks for
// another team for the case. There is one at a time.
func (d *decision) reviewProposal(key int64) {
	c := d.view(key)
	if len(c.Proposals) == 0 {
		return
	}
	p := &c.Proposals[0]
	if d.changes.Match == nil && d.changed(key) == nil && d.changed(p.FromCase) == nil {
		return
	}
	from, t := d.view(p.FromCase), d.s.team(p.Team)
	if from != nil && c.mayTake() && d.preemption(c, t, from, d.nearestBusy(c)) != nil {
		return
	}
	c = d.edit(key)
	fields := EventFields{RelatedCaseID: p.FromCaseID}
	c.dropProposal(0)
	c.Changed = d.emit(EventPreemptionWithdrawn, c, t.team, fields)
	d.proposePreemption(key)
}

// reviewProposals takes back what holds no more, and looks for another team
// there; and it looks for who could take a team that has accepted something
// routine.
func (d *decision) reviewProposals() {
	for _, key := range d.s.proposing {
		d.reviewProposal(key)
	}
	// What was proposed by this decision may not hold at its end.
	for i := range len(d.changes.Cases) {
		if c := d.changes.Cases[i]; len(c.Proposals) > 0 && !slices.Contains(d.s.proposing, c.Key) {
			d.reviewProposal(c.Key)
		}
	}
	for i := range d.changes.Events {
		if event := &d.changes.Events[i]; event.Type == EventAccepted && d.view(event.Case).Urgency == Routine {
			d.offerToTakers()
			return
		}
	}
}

// offerToTakers proposes teams to the most urgent of what waits.
func (d *decision) offerToTakers() {
	left := takers
	for place := range d.s.waiting.behind(frontOfQueue) {
		if left--; left < 0 || place.rank <= 2 { // routine
			return
		}
		if wantsTeam(d.view(place.key)) {
			d.proposePreemption(place.key)
		}
	}
}

// compareQueue holds a case's proposals and its place in the queue against what
// its events say.
func (v *verifier) compareQueue(c *Case, events []Event) {
	proposed, from, first := "", "", false
	for i := range events {
		switch event := &events[i]; event.Type { //nolint:exhaustive // the others say nothing of it
		case EventPreemptionProposed:
			proposed, from = event.TeamID, event.RelatedCaseID
		case EventPreemptionWithdrawn, EventPreempted:
			proposed, from = "", ""
		case EventReleased:
			first = first || event.RelatedCaseID != ""
		case EventAccepted:
			first = false
		}
	}
	team, of := "", ""
	for i := range c.Proposals {
		team, of = c.Proposals[i].TeamID, c.Proposals[i].FromCaseID
	}
	if team != proposed || of != from {
		v.violated("queue", "case %s: the row and its events differ in the team that is proposed", c.ID)
	}
	if c.FirstInQueue != first {
		v.violated("queue", "case %s: the row and its events differ in whether it lost its team", c.ID)
	}
}
