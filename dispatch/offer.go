package dispatch

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// keptCandidates is how many of the nearest teams are kept with a decision.
const keptCandidates = 20

// ask offers the case to the nearest teams until as many are asked as it
// wants. With nobody left to ask it waits, and says so once. Where others wait
// too and a team came free, all of them wait for the next match. An open call
// asks more of them at once.
func (d *decision) ask(c *Case) {
	if d.leftToMatch(c) {
		return
	}
	for wantsTeam(c) {
		t, considered := d.choose(c)
		if t == nil {
			d.unanswered(c, considered)
			break
		}
		d.offer(c, t, considered, false)
	}
	d.askBeside(c)
	d.proposePreemption(c.Key)
}

// unanswered says, once, that nobody is left to ask.
func (d *decision) unanswered(c *Case, considered Decision) {
	if !c.UnansweredAt.IsZero() {
		return
	}
	c.UnansweredAt = d.now
	c.Changed = d.emit(EventCaseUnanswered, c, nil, EventFields{})
	considered.Sequence = c.Changed
	d.changes.Decisions = append(d.changes.Decisions, considered)
}

// offer asks a team. A team that did not answer or declined before is asked
// again on the same assignment, one that had finished in a new round. The
// team must have a free slot, but for an event.
func (d *decision) offer(c *Case, t *teamState, considered Decision, byHand bool) {
	sequence := d.sequence + 1
	a := c.Assignment(t.team.ID)
	if a == nil || a.Status.Finished() {
		round := 1
		if a != nil {
			round = a.Round + 1
		}
		c.Assignments = append(c.Assignments, Assignment{N: len(c.Assignments) + 1, Team: t.team.Key, TeamID: t.team.ID,
			Round: round, Created: sequence})
		a = &c.Assignments[len(c.Assignments)-1]
	}
	d.setAssignment(c, a, AssignmentOffered)
	if c.Kind != VolunteerEvent {
		a.Slot, _ = d.takeSlot(t)
		a.SlotChanged = sequence
	}
	point, age := d.positionOf(t)
	var distance *float64 // nil: by hand, to a place that is not known
	a.DistanceM = 0
	if c.Location != nil {
		a.DistanceM = math.Round(geo.Distance(point, *c.Location))
		distance = new(float64)
		*distance = a.DistanceM
	}
	a.PositionAt, a.StalePositionAt, a.Pace = time.Time{}, time.Time{}, considered.Paces[t.transport]
	switch {
	case age >= 0:
		a.PositionAt = t.position.At
	case t.position != nil:
		a.StalePositionAt = t.position.At
	}
	a.Skills = t.team.brings(c.Needs.Skills, d.now)
	a.Rings++
	a.ByHand = byHand
	a.LentBy = lentBy(c, t)
	a.OfferedAt = d.now
	a.AnswerBy = d.now.Add(d.s.settings.OfferTimeout[c.Urgency]).Truncate(time.Millisecond)
	if region := t.team.Region; region != "" && !slices.Contains(c.Regions, region) {
		c.Regions = append(c.Regions, region)
		c.Changed = sequence
	}
	considered.Sequence = sequence
	d.changes.Decisions = append(d.changes.Decisions, considered)
	d.emit(EventOffered, c, t.team, EventFields{Round: a.Round, Rings: a.Rings, ByHand: byHand,
		DistanceM: distance, AnswerBy: a.AnswerBy})
	if t.team.Answers == AnswersAutomatic {
		d.accept(c, a, t, nil)
	}
}

// positionOf gives where the team is taken to be, and the age of that
// position; a negative age says that it is the base.
func (d *decision) positionOf(t *teamState) (orb.Point, time.Duration) {
	if !d.fresh(t) {
		return t.team.Base, BaseUsed
	}
	return t.position.Position, max(d.now.Sub(t.position.At), 0).Truncate(time.Second)
}

// staleAge is the age of a position that is too old to be used; 0 when there is
// none.
func (d *decision) staleAge(t *teamState) time.Duration {
	if t.position == nil || d.fresh(t) {
		return 0
	}
	return d.now.Sub(t.position.At).Truncate(time.Second)
}

// fresh says that the team's position is new enough to be used.
func (d *decision) fresh(t *teamState) bool {
	return t.position != nil && d.now.Sub(t.position.At) <= d.s.settings.PositionFresh
}

// assess says whether the team could be asked for the case, or why not. The
// distance counts only against the team's range.
func (d *decision) assess(c *Case, t *teamState, distanceM float64) CandidateResult {
	before := c.assignmentOf(t.team.Key)
	if before != nil {
		switch {
		case before.Status == AssignmentDeclined:
			return CandidateDeclined
		case before.Status == AssignmentReleased && before.ReleasedFor == "":
			return CandidateReleased
		case before.Status != AssignmentNoAnswer && !before.Status.Finished():
			return CandidateAsked
		}
	}
	skills := CandidateEligible
	if len(c.Needs.Skills) > 0 {
		skills = d.assessSkills(c, t)
	}
	switch {
	case t.kinds&c.Kind.bit() == 0:
		return CandidateKind
	case !t.available && t.team.Unavailable() == AvailabilityRest:
		return CandidateResting
	case !t.available:
		return CandidateOffDuty
	case skills != CandidateEligible:
		return skills
	case c.Kind != VolunteerEvent && d.used(t) >= t.capacity:
		return CandidateBusy
	case c.Kind != VolunteerEvent && d.used(t) >= t.rested:
		return CandidateResting
	case t.rangeM > 0 && distanceM > t.rangeM:
		return CandidateRange
	case before != nil && before.Status == AssignmentNoAnswer:
		return CandidateNoAnswer
	}
	return CandidateEligible
}

// nearest gives the k teams nearest to a place, each from its fresh position
// or its base, in ascending order of distance.
func (d *decision) nearest(place orb.Point, k int, keep func(*teamState, float64) bool) []Candidate {
	found := make([]Candidate, 0, k+min(k, d.s.positions.Len())+1) // and the one chosen
	collect := func(index *geo.Index, byPosition bool) {
		var accept func(int32) bool // nil, where no team has a position: all
		if keep != nil || d.s.positions.Len() > 0 {
			accept = func(key int32) bool {
				t := d.s.team(key)
				return d.fresh(t) == byPosition && (keep == nil || keep(t, 0))
			}
		}
		d.s.near = index.Nearest(d.s.near[:0], place, k, accept)
		for _, neighbour := range d.s.near {
			t := d.s.team(neighbour.Handle)
			_, age := d.positionOf(t)
			found = append(found, Candidate{Team: neighbour.Handle, Transport: uint8(t.transport), DistanceM: neighbour.Meters, //nolint:gosec // below transports
				PositionAge: age, StaleAge: d.staleAge(t)})
		}
	}
	collect(&d.s.bases, false)
	if d.s.positions.Len() > 0 {
		collect(&d.s.positions, true)
		slices.SortStableFunc(found, func(a, b Candidate) int {
			return cmp.Or(cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.Team, b.Team))
		})
	}
	return found[:min(k, len(found))]
}

// choose finds the team to ask next: of those that may be asked the one with
// the shortest travel, to the second (chooseForSkills: where a skill is lacking); among these the one with the fewest cases
// in the last day, then the first by id. nil says that nobody is left.
func (d *decision) choose(c *Case) (*teamState, Decision) {
	considered := d.survey(c)
	var chosen *Candidate
	if c.lacksSkills() {
		chosen = d.chooseForSkills(c)
	}
	forSkills := chosen != nil
	if !forSkills {
		chosen = d.best(considered.Candidates)
	}
	if n := len(considered.Candidates); !forSkills && n > 0 && n < len(d.s.teams) {
		// The others are farther away: none of them comes sooner than the
		// fastest would.
		if chosen == nil || d.s.fastest().median(considered.Candidates[n-1].DistanceM) <= d.travel(chosen) {
			chosen = d.best(d.contenders(c))
		}
	}
	if chosen == nil {
		return nil, considered
	}
	considered.Choice = ChoiceNearest
	d.mark(&considered, *chosen)
	return d.s.team(chosen.Team), considered
}

// contenders gives, of each transport, the teams that may be asked and of which
// the best can be one.
func (d *decision) contenders(c *Case) (found []Candidate) {
	for transport, n := range d.s.fleet {
		for k := 2 * keptCandidates; n > 0; k *= 2 {
			eligible := d.nearest(*c.Location, k, func(t *teamState, _ float64) bool {
				return t.transport == transport && d.assess(c, t, 0) == CandidateEligible
			})
			for i := range eligible {
				t := d.s.team(eligible[i].Team)
				eligible[i].Result = d.assess(c, t, eligible[i].DistanceM)
				eligible[i].CasesLastDay = t.casesLastDay(d.now)
			}
			best := d.best(eligible)
			if len(eligible) == k && (best == nil || d.travel(best) >= d.travel(&eligible[k-1])) {
				continue // the teams as near as the best go on
			}
			if best != nil {
				found = append(found, *best)
			}
			break
		}
	}
	return found
}

// travel is how long a candidate takes, to the second.
func (d *decision) travel(candidate *Candidate) time.Duration {
	return d.s.paces[candidate.Transport].median(candidate.DistanceM)
}

// best picks among candidates that may be asked; nil when there is none.
func (d *decision) best(candidates []Candidate) *Candidate {
	var best *Candidate
	var shortest time.Duration
	for i := range candidates {
		candidate := &candidates[i]
		if candidate.Result != CandidateEligible {
			continue
		}
		travel := d.travel(candidate)
		if best == nil || travel < shortest || travel == shortest && (candidate.CasesLastDay < best.CasesLastDay ||
			candidate.CasesLastDay == best.CasesLastDay && d.s.team(candidate.Team).team.ID < d.s.team(best.Team).team.ID) {
			best, shortest = candidate, travel
		}
	}
	return best
}

// survey assesses every team for the case: the nearest by name, the rest as
// counts by reason.
func (d *decision) survey(c *Case) Decision {
	considered := Decision{Case: c.Key, At: d.now}
	if c.Location == nil {
		return considered
	}
	considered.Candidates = d.nearest(*c.Location, keptCandidates, nil)
	for i := range considered.Candidates {
		candidate := &considered.Candidates[i]
		t := d.s.team(candidate.Team)
		candidate.Result = d.assess(c, t, candidate.DistanceM)
		if candidate.Result.waits() {
			candidate.FreeIn = t.team.freeIn(d.now)
		}
		candidate.CasesLastDay = t.casesLastDay(d.now)
		considered.Paces[candidate.Transport] = d.s.paces[candidate.Transport]
	}
	if len(considered.Candidates) == len(d.s.teams) {
		return considered
	}
	// Nearly always nothing but the team itself decides: this loop is over all
	// teams, for every application.
	plain := len(c.Assignments) == 0 && len(c.Needs.Skills) == 0 && len(d.slots) == 0 && c.Kind != VolunteerEvent
	bit := c.Kind.bit()
	for _, t := range d.s.teams {
		if plain && t.kinds&bit != 0 && t.available && t.slots.used < t.rested && t.rangeM == 0 {
			considered.Others[CandidateEligible]++
			continue
		}
		distance := 0.0
		if t.rangeM > 0 {
			point, _ := d.positionOf(t)
			distance = geo.Distance(point, *c.Location)
		}
		considered.Others[d.assess(c, t, distance)]++
	}
	for i := range considered.Candidates {
		considered.Others[considered.Candidates[i].Result]--
	}
	return considered
}

// consider makes the decision of a person, or of a rule that has its team
// already, as explainable as a choice.
func (d *decision) consider(c *Case, t *teamState, choice Choice) Decision {
	considered := d.survey(c)
	considered.Choice = choice
	point, age := d.positionOf(t)
	candidate := Candidate{Team: t.team.Key, PositionAge: age, StaleAge: d.staleAge(t), CasesLastDay: t.casesLastDay(d.now)}
	if c.Location != nil {
		candidate.Transport = uint8(t.transport) //nolint:gosec // below transports
		candidate.DistanceM = geo.Distance(point, *c.Location)
	}
	candidate.Result = d.assess(c, t, candidate.DistanceM)
	d.mark(&considered, candidate)
	return considered
}

// mark sets the chosen team's result, and adds it when it is not among the
// nearest.
func (d *decision) mark(considered *Decision, chosen Candidate) {
	for i := range considered.Candidates {
		if considered.Candidates[i].Team == chosen.Team {
			considered.Candidates[i].Result, considered.Candidates[i].FreeIn = CandidateOffered, 0
			return
		}
	}
	if len(considered.Candidates) > 0 {
		considered.Others[chosen.Result]--
	}
	chosen.Result = CandidateOffered
	if len(considered.Candidates) > 0 {
		considered.Paces[chosen.Transport] = d.s.paces[chosen.Transport]
	}
	considered.Candidates = append(considered.Candidates, chosen)
}

// ringAgain asks those that did not answer, for the cases of this decision
// that nobody else can be asked for: no answer is not a refusal. Where others
// wait for the teams that came free, the match rings.
func (d *decision) ringAgain() {
	for _, c := range d.changes.Cases {
		for wantsTeam(c) && !d.leftToMatch(c) {
			t := d.chooseAgain(c)
			if t == nil {
				break
			}
			d.offer(c, t, d.consider(c, t, ChoiceRung), false)
		}
	}
}

// chooseAgain finds the team to ring again: the one that was offered it least,
// among these the one with the shortest travel. nil when none of those that did not answer can be asked.
func (d *decision) chooseAgain(c *Case) *teamState {
	var best *teamState
	var bestOffers int
	var bestTravel time.Duration
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Status != AssignmentNoAnswer {
			continue
		}
		t := d.s.team(a.Team)
		point, _ := d.positionOf(t)
		distance := geo.Distance(point, *c.Location)
		if d.assess(c, t, distance) != CandidateNoAnswer {
			continue
		}
		travel := d.s.travelOf(t, distance).Median
		if offers := a.offers(); best == nil || offers < bestOffers || offers == bestOffers && travel < bestTravel {
			best, bestOffers, bestTravel = t, offers, travel
		}
	}
	return best
}

// timer does what is due.
func (d *decision) timer(timer Timer) {
	if !d.s.wanted(timer) {
		return
	}
	switch timer.Kind {
	case TimerOffer, TimerCheckIn:
	case TimerMatch:
		d.match()
		return
	default:
		d.teamTimer(timer)
		return
	}
	c := d.edit(timer.Case)
	a := &c.Assignments[timer.Assignment-1]
	if timer.Kind == TimerCheckIn {
		d.missCheckIn(c, a)
		return
	}
	t := d.s.team(a.Team)
	d.setAssignment(c, a, AssignmentNoAnswer)
	d.emit(EventNoAnswer, c, t.team, EventFields{Round: a.Round, Rings: a.Rings})
	d.setStatus(c)
	d.ask(c)
	d.timedOut = c.Key
}
