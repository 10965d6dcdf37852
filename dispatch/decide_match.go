package dispatch

import (
	"math"
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// matchEvery is the least time between two matches.
const matchEvery = time.Second

// Decide has no clock, so the time that a match may take is bounded by its
// work. Beyond the bounds the most urgent and oldest are matched, the others
// are served in their order by the nearest team that has room, and what was
// not looked at comes a second later.
const (
	matchWork    = 20_000_000 // rows × columns × min(rows, columns): some 60 ms
	matchPairs   = 200_000    // pairs of a case and a team that are looked at: some 40 ms
	matchEvents  = 20_000     // the same, of volunteer events
	matchColumns = 500        // room that is matched at once, or all teams
	matchSaid    = 1000       // cases that are told that they wait
)

// MatchProgress is when what waits was matched, and how far.
type MatchProgress struct {
	at   time.Time
	more bool // not everything was looked at
	// Of what the bounds left out, the last one looked at, and the one that it
	// began behind: the round ends there.
	last, from waitingPlace
}

// wantMatch makes a match due for what waits, when a team may have room for it
// or the last match left something: at once, but not within a second of that.
func (s *State) wantMatch(freed bool) {
	s.matchFreed = s.matchFreed || freed
	switch {
	case s.waiting.len() == 0:
		s.matchDue, s.matchFreed, s.staleDue = time.Time{}, false, time.Time{}
	case s.matchDue.IsZero() && (s.matchFreed || s.match.more):
		s.matchDue = s.lastEvent
		if next := s.match.at.Add(matchEvery); s.matchDue.Before(next) {
			s.matchDue = next
		}
	}
	if s.staleDue.IsZero() && s.waiting.len() > 0 {
		s.staleDue = s.nextStale()
	}
}

// nextStale is when the next position of a team with a range becomes too old to
// be used, so that its base counts, which may be within the range; zero when
// there is none.
func (s *State) nextStale() (next time.Time) {
	for _, t := range s.teams {
		if t.rangeM == 0 || t.position == nil {
			continue
		}
		at := t.position.At.Add(s.settings.PositionFresh).Truncate(time.Millisecond).Add(time.Millisecond)
		if at.After(s.match.at) && at.After(s.lastEvent) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// leftToMatch says that the case is not offered now: others wait as well, and
// teams came free, so that all are matched together.
func (d *decision) leftToMatch(c *Case) bool {
	if c.Kind == VolunteerEvent || d.changes.Match != nil || len(d.freed) == 0 && d.s.matchDue.IsZero() {
		return false
	}
	others := d.s.waiting.cases()
	if before := d.s.cases[c.Key]; before != nil && wantsTeam(before) {
		others--
	}
	return others > 0
}

// match gives what waits to the teams that have room, by the least total of
// travel and waiting, weighted by urgency.
func (d *decision) match() {
	d.changes.Match = &MatchProgress{at: d.now}
	pairs := matchPairs / 2 // the other half is for what is behind the front
	all := true
	for offered := true; offered && all; {
		// Again for what became possible: who did not answer may be rung again
		// where nobody else is left, and one case may want several skills.
		var p *waitingProblem
		p, all = d.problem(&pairs)
		offered = d.give(p, p.least())
	}
	if !all {
		d.matchRest()
	}
	d.matchVolunteers()
	d.sayWaiting()
	for _, c := range d.changes.Cases {
		d.askBeside(c)
	}
}

// waitingProblem is a matching of what waits: a case that wants two teams is
// two rows, a team that has room for two cases is two columns.
type waitingProblem struct {
	matching
	cases []int64      // of the rows
	teams []*teamState // of the columns
}

// rooms gives the teams that have room.
func (d *decision) rooms() []*teamState {
	var rooms []*teamState
	for _, t := range d.s.teams {
		if t.available && d.used(t) < t.rested {
			rooms = append(rooms, t)
		}
	}
	return rooms
}

// problem states the matching of what waits, from the front as far as the
// bounds allow, and says whether that is all. Costs are in seconds, weighted by
// urgency.
func (d *decision) problem(pairs *int) (p *waitingProblem, all bool) {
	p = &waitingProblem{}
	rooms := d.rooms()
	if len(rooms) == 0 || d.s.waiting.cases() == 0 {
		return p, true
	}
	// Of the columns: the index in rooms, which place of the team it is, of how many.
	var room, place, places []int
	for i, t := range rooms {
		free := min(t.rested-d.used(t), max(matchColumns/len(rooms), 1), d.s.waiting.len())
		for j := range free {
			p.teams, room, place, places = append(p.teams, t), append(room, i), append(place, j), append(places, free)
		}
	}
	p.columns = len(p.teams)
	most := mostRows(p.columns)
	var rows []waitingRow
	travel := make([]int64, len(rooms))
	for at := range d.s.waiting.behind(frontOfQueue) {
		if at.rank == behindCases.rank {
			break
		}
		c := d.view(at.key)
		if !wantsTeam(c) {
			continue
		}
		if *pairs < len(rooms) || p.rows() >= most {
			return p.finish(rows, &d.s.settings), false
		}
		*pairs -= len(rooms)
		if !d.travels(c, rooms, travel) {
			continue
		}
		row := waitingRow{urgency: c.Urgency, first: c.FirstInQueue}
		if !c.UnansweredAt.IsZero() {
			waited := int64(d.now.Sub(c.UnansweredAt) / time.Second)
			row.waited = waited * waited / max(int64(d.s.settings.WaitingPatience/time.Second), 1)
		}
		committed, offered := c.committedTeams()
		several := max(c.Needs.wanted()-committed-offered, 1) // at least one: it wants a team, if only for its skills
		turn := p.rows()
		for range several {
			p.cases, rows = append(p.cases, c.Key), append(rows, row)
			for j, i := range room {
				cost := travel[i]
				if several > 1 && place[j] != turn%places[j] {
					cost = forbidden // a team comes once: of each the case has one place to choose
				}
				p.cost = append(p.cost, cost)
			}
			p.leave = append(p.leave, 0)
		}
	}
	return p.finish(rows, &d.s.settings), true
}

// mostRows is how many rows can be matched with so many columns.
func mostRows(columns int) int {
	if rows := matchWork / (columns * columns); rows > columns {
		return rows
	}
	return int(math.Sqrt(float64(matchWork / columns)))
}

// waitingRow is what a row's costs come from.
type waitingRow struct {
	urgency Urgency
	first   bool
	waited  int64 // what the waiting so far counts
}

// finish weighs the costs. To leave out a case costs more than the longest
// travel, so that no team with room stays at home while somebody waits for it,
// and the more the longer it waits, so that nobody waits for ever. One that
// lost its team comes before all of its urgency.
func (p *waitingProblem) finish(rows []waitingRow, settings *Settings) *waitingProblem {
	horizon := int64(settings.WaitingHorizon / time.Second)
	longest, waited := map[Urgency]int64{}, map[Urgency]int64{}
	for i := range rows {
		row := &rows[i]
		for _, travel := range p.row(i) {
			longest[row.urgency] = max(longest[row.urgency], travel)
			horizon = max(horizon, travel+1)
		}
		waited[row.urgency] = max(waited[row.urgency], row.waited)
	}
	for i := range rows {
		row := &rows[i]
		weight := settings.UrgencyWeight[row.urgency]
		for j, travel := range p.row(i) {
			if travel != forbidden {
				p.row(i)[j] = weight * travel
			}
		}
		wait := horizon + row.waited
		if row.first {
			wait += waited[row.urgency] + longest[row.urgency] + 1
		}
		p.leave[i] = weight * wait
	}
	return p
}

// travels gives the seconds that each of the teams would travel to the case,
// or forbidden; false when none of them may be asked. One that did not answer
// is rung again only where nobody else can be asked, and what its silence cost
// so far counts as a part of its way.
func (d *decision) travels(c *Case, rooms []*teamState, travel []int64) (some bool) {
	rung := false
	for i, t := range rooms {
		travel[i] = forbidden
		point, _ := d.positionOf(t)
		distance := geo.Distance(point, *c.Location)
		switch d.assess(c, t, distance) {
		case CandidateEligible:
			travel[i] = int64(d.s.paces[t.transport].median(distance) / time.Second)
			some = true
		case CandidateNoAnswer:
			rung = true
		}
	}
	if some || !rung {
		return some
	}
	for i, t := range rooms {
		point, _ := d.positionOf(t)
		distance := geo.Distance(point, *c.Location)
		if d.assess(c, t, distance) == CandidateNoAnswer {
			lost := time.Duration(c.assignmentOf(t.team.Key).offers()) * d.s.settings.OfferTimeout[c.Urgency]
			travel[i] = int64((d.s.paces[t.transport].median(distance) + lost) / time.Second)
		}
	}
	return true
}

// mayServe says that a waiting case may be offered to a team now.
func (d *decision) mayServe(c *Case, t *teamState) bool {
	distance := 0.0
	if t.rangeM > 0 {
		point, _ := d.positionOf(t)
		distance = geo.Distance(point, *c.Location)
	}
	result := d.assess(c, t, distance)
	return result == CandidateEligible || result == CandidateNoAnswer
}

// give offers the cases to the teams that they were matched with, where that
// is still possible after the offers before; false when nothing was offered.
func (d *decision) give(p *waitingProblem, columnOf []int) (offered bool) {
	for row, column := range columnOf {
		if column == unserved {
			continue
		}
		c, t := d.view(p.cases[row]), p.teams[column]
		if !wantsTeam(c) || !d.mayServe(c, t) {
			continue
		}
		c = d.edit(c.Key)
		choice := ChoiceMatched
		if before := c.assignmentOf(t.team.Key); before != nil && before.Status == AssignmentNoAnswer {
			choice = ChoiceRung
		}
		d.offer(c, t, d.consider(c, t, choice), false)
		offered = true
	}
	return offered
}

// matchRest serves what the bounds left out, in its order, each case by the
// nearest team that has room. It goes on where the last match had to stop, once
// around, and again around when teams came free meanwhile.
func (d *decision) matchRest() {
	start, pairs, rooms, progress := frontOfQueue, matchPairs/2, d.rooms(), d.changes.Match
	progress.from = start
	if before := &d.s.match; before.more {
		start, progress.from = before.last, before.from
		if d.s.matchFreed {
			progress.from = start
		}
	}
	look := func(from, to waitingPlace) {
		for place := range d.s.waiting.behind(from) {
			if place.rank == behindCases.rank || place.behind(to) || len(rooms) == 0 || progress.more {
				return
			}
			c := d.view(place.key)
			if !wantsTeam(c) {
				continue
			}
			if pairs -= len(rooms); pairs < 0 {
				progress.more = true
				return
			}
			progress.last = place
			if slices.ContainsFunc(rooms, func(t *teamState) bool { return d.mayServe(c, t) }) {
				d.serve(d.edit(c.Key), ChoiceGreedy)
				rooms = slices.DeleteFunc(rooms, func(t *teamState) bool { return d.used(t) >= t.rested })
			}
		}
	}
	if progress.from.behind(start) {
		look(start, progress.from)
		return
	}
	look(start, behindCases)
	look(frontOfQueue, progress.from)
}

// serve offers the case to the nearest teams, and where nobody else is left to
// those that did not answer.
func (d *decision) serve(c *Case, choice Choice) {
	for wantsTeam(c) {
		t, considered := d.choose(c)
		considered.Choice = choice
		if t == nil {
			if t = d.chooseAgain(c); t == nil {
				return
			}
			considered = d.consider(c, t, ChoiceRung)
		}
		d.offer(c, t, considered, false)
	}
}

// matchVolunteers serves volunteer events: they take no slot, so that each
// stands for itself.
func (d *decision) matchVolunteers() {
	pairs := matchEvents
	for place := range d.s.waiting.behind(behindCases) {
		if pairs -= len(d.s.teams); pairs < 0 {
			return
		}
		c := d.view(place.key)
		if slices.ContainsFunc(d.s.teams, func(t *teamState) bool { return d.mayServe(c, t) }) {
			d.serve(d.edit(c.Key), ChoiceNearest)
		}
	}
}

// sayWaiting says of the cases that were left to the match that nobody is left
// to ask.
func (d *decision) sayWaiting() {
	said := 0
	for place := range d.s.unsaid.behind(frontOfQueue) {
		c := d.view(place.key)
		if !wantsTeam(c) || !c.UnansweredAt.IsZero() {
			continue
		}
		if said++; said > matchSaid {
			d.changes.Match.more = true
			return
		}
		if t, considered := d.choose(c); t == nil {
			d.unanswered(d.edit(c.Key), considered)
			d.proposePreemption(c.Key)
		}
	}
}
