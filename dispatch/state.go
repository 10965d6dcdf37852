package dispatch

import (
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// Settings are what an operator may choose about dispatch.
type Settings struct {
	// OfferTimeout is how long a team has to answer, by urgency.
	OfferTimeout map[Urgency]time.Duration
	// PositionFresh is how old a team's position may be to be used instead of
	// its base.
	PositionFresh time.Duration
	// Rest is how long a crew rests after it has come home; 0: not at all.
	Rest time.Duration
	// When teams are matched with what waits, an hour of waiting or travel
	// counts UrgencyWeight, and a case that is left out is taken to wait for
	// WaitingHorizon more: the longer, the stricter the order of urgency, and
	// within one urgency the near comes first. What it has waited already
	// counts little at first and in full when that is WaitingPatience: the
	// shorter, the sooner the old come before the near and the urgent. All are
	// assumptions, tuned on the days of TestDayTable.
	UrgencyWeight   map[Urgency]int64
	WaitingHorizon  time.Duration
	WaitingPatience time.Duration
	// OpenCall is how many teams are asked at once for a life-threatening
	// search, until as many have accepted as it needs.
	OpenCall int
	// PreemptionGain is how much sooner a team has to be there than who is
	// asked already, to be proposed for being taken from something routine: an
	// assumption. Where nobody is asked, it has to be there before one of the
	// others would be that came free within PreemptionWait: another assumption.
	PreemptionGain, PreemptionWait time.Duration
	// Travel says how each transport is taken to travel until local data
	// replace it; TravelRange how far a trip may be off: the most is so many
	// times what is expected, the least is that part of it.
	Travel      map[Transport]TransportAssumption
	TravelRange float64
	// DuplicateWindow is how long after a case was opened an application may
	// still be found to be about it (0: never looked for), DuplicateDistanceM
	// how far apart their places may be, in metres, and DuplicateAgeYears how
	// far the ages said of one person.
	DuplicateWindow    time.Duration
	DuplicateDistanceM float64
	DuplicateAgeYears  int
	// CheckIn is how often a team on a case has to check in, where the case
	// itself does not say; 0: never.
	CheckIn time.Duration
}

// DefaultSettings gives the settings that a new installation starts with.
func DefaultSettings() Settings {
	return Settings{
		OfferTimeout:  map[Urgency]time.Duration{LifeThreatening: time.Minute, Urgent: 3 * time.Minute, Routine: 10 * time.Minute},
		PositionFresh: 30 * time.Minute,
		OpenCall:      3,
		Travel:        defaultTravel(),
		TravelRange:   defaultTravelRange,

		DuplicateWindow:    defaultDuplicateWindow,
		DuplicateDistanceM: defaultDuplicateDistanceM,
		DuplicateAgeYears:  defaultDuplicateAgeYears,

		UrgencyWeight:   map[Urgency]int64{LifeThreatening: 9, Urgent: 3, Routine: 1},
		WaitingHorizon:  24 * time.Hour,
		WaitingPatience: 14 * 24 * time.Hour,
		PreemptionGain:  30 * time.Minute,
		PreemptionWait:  time.Hour,
	}
}

// loadWindow is how far back cases count against a team that is as near as
// another.
const loadWindow = 24 * time.Hour

// State is what the leader keeps in memory: active cases, teams, positions.
// It is used by one goroutine. Decide reads it, Apply changes it.
type State struct {
	settings Settings

	head      Position
	lastEvent time.Time

	cases        map[int64]*Case
	applications map[Identity]int64 // of the cases in memory
	applied      generations        // results of this batch and the one before
	teams        []*teamState       // by key - 1
	teamKeys     map[string]int32
	numbers      map[string]int64
	coordinators map[string]*Coordinator // by id
	places       map[string]*Place       // by id
	placesByName map[string][]string     // ids by canonical name
	forgotten    map[string]int          // removed places by forgottenName
	waiting      waitingSet
	unsaid       waitingSet // those of which nobody was told that they wait
	proposing    []int64    // the cases with proposals, by key
	losable      int        // teams' routine cases that they are on their way to
	deadlines    deadlines
	matchDue     time.Time       // when what waits is to be matched; zero: nothing has changed for it
	staleDue     time.Time       // when a position becomes too old to keep its team from what waits; zero: never
	matchFreed   bool            // a team may have room for it since the last match
	match        MatchProgress   // of the last match since the state was loaded
	bases        geo.Index       // every team's base, by key
	positions    geo.Index       // the newest position of the teams that have one
	moved        int64           // counts positions
	near         []geo.Neighbour // scratch of nearest
	paces        [transports]Pace
	travelled    [transports]TravelRecord
	fleet        [transports]int // how many teams have each transport
	guests       []int64         // cases in memory for this batch only, unless they are active
	guestsBefore []int64         // of the batch before, which may be on its way into the database
	duplicates   *duplicateIndex // nil when they are not looked for
}

// teamState is a team with what changes without a message of its own.
type teamState struct {
	team *Team
	// Copies of what every choice asks of every team, close together.
	kinds     uint8 // the bits of the kinds that it may be asked for
	available bool
	capacity  int
	rested    int     // capacity but for the crews that rest
	rangeM    float64 // 0: no limit
	transport int     // its place in Transports

	position *TeamPosition
	tracks   []tracked // of the cases that it is on
	slots    slotSet
	losable  []int64 // the routine cases that it is on its way to, by key
	accepted []int64 // when it accepted cases, unix milliseconds, ascending; older than loadWindow may be missing
}

// casesLastDay counts the cases that the team accepted in the window before now.
func (t *teamState) casesLastDay(now time.Time) int {
	since := now.Add(-loadWindow).UnixMilli()
	i, _ := slices.BinarySearch(t.accepted, since)
	return len(t.accepted) - i
}

func (t *teamState) noteAccepted(at time.Time) {
	// Forget what has left the window once it is half of what is kept.
	since := at.Add(-loadWindow).UnixMilli()
	if i, _ := slices.BinarySearch(t.accepted, since); i > len(t.accepted)/2 {
		t.accepted = slices.Delete(t.accepted, 0, i)
	}
	t.accepted = append(t.accepted, at.UnixMilli())
}

// NewState makes the state from what a store has loaded.
func NewState(settings Settings, snapshot *Snapshot) *State {
	s := &State{
		settings:     settings,
		head:         snapshot.Head,
		lastEvent:    snapshot.LastEvent,
		cases:        make(map[int64]*Case, len(snapshot.Cases)),
		applications: make(map[Identity]int64, len(snapshot.Cases)),
		applied:      generations{map[Identity]Applied{}, map[Identity]Applied{}},
		teamKeys:     make(map[string]int32, len(snapshot.Teams)),
		numbers:      make(map[string]int64, len(snapshot.Numbers)),
		coordinators: make(map[string]*Coordinator, len(snapshot.Coordinators)),
		places:       make(map[string]*Place, len(snapshot.Places)),
		placesByName: make(map[string][]string, len(snapshot.Places)),
		forgotten:    map[string]int{},
	}
	for i, transport := range Transports() {
		s.paces[i] = settings.assumedPace(transport)
	}
	for _, record := range snapshot.Travel {
		s.takeTravel(record)
	}
	if settings.DuplicateWindow > 0 {
		s.duplicates = newDuplicateIndex(&s.settings)
	}
	for _, team := range snapshot.Teams {
		s.putTeam(team)
	}
	for i := range snapshot.Positions {
		s.putPosition(snapshot.Positions[i])
	}
	for _, event := range snapshot.Accepted {
		if t := s.team(event.Team); t != nil {
			t.noteAccepted(event.At)
		}
	}
	for _, coordinator := range snapshot.Coordinators {
		s.coordinators[coordinator.ID] = coordinator
	}
	for _, place := range snapshot.Places {
		s.putPlace(place)
	}
	for _, number := range snapshot.Numbers {
		s.numbers[number.Prefix] = number.Last
	}
	for _, c := range snapshot.Cases {
		s.putCase(c, nil)
	}
	s.resume(snapshot.TrackEnds)
	s.wantMatch(s.waiting.len() > 0)
	return s
}

// Head is the position of the last event applied.
func (s *State) Head() Position { return s.head }

// LastEvent is the time of the last event applied; zero when there is none.
func (s *State) LastEvent() time.Time { return s.lastEvent }

// Case gives a case that is in memory, or nil.
func (s *State) Case(key int64) *Case { return s.cases[key] }

// Waiting counts the cases that want a team and have none asked.
func (s *State) Waiting() int { return s.waiting.len() }

// Unanswered counts those of which it was said that nobody is left to ask.
func (s *State) Unanswered() int { return s.waiting.len() - s.unsaid.len() }

// Active counts the cases in memory.
func (s *State) Active() int { return len(s.cases) }

// TeamState gives a team with its position and load.
func (s *State) TeamState(key int32) (TeamState, bool) {
	t := s.team(key)
	if t == nil {
		return TeamState{}, false
	}
	return TeamState{Team: t.team, Position: t.position, Live: t.slots.used}, true
}

// Positions gives the newest position of every team that has one.
func (s *State) Positions() []TeamPosition {
	var positions []TeamPosition
	for _, t := range s.teams {
		if t.position != nil {
			positions = append(positions, *t.position)
		}
	}
	return positions
}

func (s *State) team(key int32) *teamState {
	if key < 1 || int(key) > len(s.teams) {
		return nil
	}
	return s.teams[key-1]
}

func (s *State) teamByID(id string) *teamState { return s.team(s.teamKeys[id]) }

// Receive takes what a Lookup found into memory, for this batch.
func (s *State) Receive(found *Found) {
	for identity, applied := range found.Applied {
		s.applied[0][identity] = applied
	}
	for identity, key := range found.Applications {
		s.applications[identity] = key
	}
	for _, c := range found.Cases {
		if s.cases[c.Key] == nil {
			s.putCase(c, nil)
			s.guests = append(s.guests, c.Key)
		}
	}
}

// generations are the results of the batch being decided and of the one
// before it.
type generations [2]map[Identity]Applied

func (g generations) result(identity Identity) (Applied, bool) {
	for _, results := range g {
		if applied, ok := results[identity]; ok {
			return applied, true
		}
	}
	return Applied{}, false
}

// turn begins a batch. What was in memory for the batch before the last one
// is forgotten: that one is committed, so a Lookup finds it again. The last
// one may still be on its way.
func (s *State) turn() {
	s.applied[0], s.applied[1] = s.applied[1], s.applied[0]
	clear(s.applied[0])
	s.evict(s.guestsBefore, s.guests)
	s.guests, s.guestsBefore = s.guestsBefore[:0], s.guests
}

// Settle forgets all that was in memory for a batch. Everything decided must
// be committed.
func (s *State) Settle() {
	s.turn()
	s.turn()
}

// evict takes cases out of memory that need not be there, but for those kept.
func (s *State) evict(guests, kept []int64) {
	var keep map[int64]bool
	if len(guests) > 0 && len(kept) > 0 {
		keep = make(map[int64]bool, len(kept))
		for _, key := range kept {
			keep[key] = true
		}
	}
	for _, key := range guests {
		if c := s.cases[key]; c != nil && !c.Active() && !keep[key] {
			delete(s.cases, key)
			for i := range c.Applications {
				delete(s.applications, c.Applications[i].Identity)
			}
			if s.duplicates != nil {
				s.duplicates.remove(key)
			}
		}
	}
}

// MovePositions takes newer positions of known teams, gives each its counter,
// and returns those that were taken, and what is kept of them as tracks.
func (s *State) MovePositions(positions []TeamPosition) (taken []TeamPosition, kept []TrackPoint) {
	newest := map[int32]int{}
	for _, p := range positions {
		t := s.teamByID(p.TeamID)
		if t == nil || (t.position != nil && !p.At.After(t.position.At)) {
			continue
		}
		s.moved++
		p.Counter = s.moved
		s.putPosition(p)
		kept = t.track(&p, kept)
		s.wantMatch(t.rangeM > 0 && t.available) // it may have come within its range
		if i, again := newest[t.team.Key]; again {
			taken[i] = p
			continue
		}
		newest[t.team.Key] = len(taken)
		taken = append(taken, p)
	}
	return taken, kept
}

func (s *State) putPosition(p TeamPosition) {
	t := s.teamByID(p.TeamID)
	if t == nil {
		return
	}
	t.position = &p
	s.positions.Set(t.team.Key, p.Position)
	s.moved = max(s.moved, p.Counter)
}

func (s *State) putTeam(team *Team) {
	for int(team.Key) > len(s.teams) {
		s.teams = append(s.teams, nil)
	}
	t := s.teams[team.Key-1]
	if t == nil {
		t = &teamState{transport: team.Transport.index()}
		s.fleet[t.transport]++
		s.teams[team.Key-1] = t
	}
	if t.team == nil || t.team.Base != team.Base {
		s.bases.Set(team.Key, team.Base)
	}
	t.team = team
	t.available, t.capacity, t.rangeM = team.MayBeAsked(), team.Capacity, team.RangeKM*1000
	t.rested = team.Capacity - len(team.Rests)
	s.fleet[t.transport]--
	t.transport = team.Transport.index()
	s.fleet[t.transport]++
	t.kinds = 0
	for _, kind := range team.Kinds {
		t.kinds |= kind.bit()
	}
	s.teamKeys[team.ID] = team.Key
	if !team.Available && !team.Until.IsZero() {
		s.addDeadline(Timer{Kind: TimerAvailability, Due: team.Until, Team: team.Key})
	}
	if !team.DutyUntil.IsZero() {
		s.addDeadline(Timer{Kind: TimerDuty, Due: team.DutyUntil, Team: team.Key})
	}
	if len(team.Rests) > 0 {
		s.addDeadline(Timer{Kind: TimerRest, Due: team.Rests[0], Team: team.Key})
	}
}

// putCase puts a case, or the next version of one, into memory and brings
// slots, deadlines and the waiting set up to date. The traits are those of a
// case that is new, where they are known.
func (s *State) putCase(c *Case, of *traits) {
	old := s.cases[c.Key]
	if old != nil {
		s.releaseSlots(old, c)
		if wantsTeam(old) {
			s.waiting.remove(old)
			s.unsaid.remove(old)
		}
		s.indexLosable(old, false)
	}
	s.cases[c.Key] = c
	s.takeSlots(old, c)
	s.follow(old, c)
	s.indexLosable(c, true)
	s.indexProposals(c)
	if wantsTeam(c) {
		s.waiting.add(c)
		if c.UnansweredAt.IsZero() {
			s.unsaid.add(c)
		}
	}
	for i := range c.Applications {
		s.applications[c.Applications[i].Identity] = c.Key
	}
	if s.duplicates != nil {
		s.duplicates.put(old, c, of)
	}
	if !c.Active() {
		s.guests = append(s.guests, c.Key)
	}
}

func slotOf(c *Case, i int) int32 {
	if c == nil || i >= len(c.Assignments) {
		return 0
	}
	return c.Assignments[i].Slot
}

func (s *State) releaseSlots(old, next *Case) {
	for i := range old.Assignments {
		if slot := old.Assignments[i].Slot; slot > 0 && slotOf(next, i) != slot {
			s.team(old.Assignments[i].Team).slots.release(slot)
		}
	}
}

func (s *State) takeSlots(old, next *Case) {
	for i := range next.Assignments {
		a := &next.Assignments[i]
		if a.Slot > 0 && slotOf(old, i) != a.Slot {
			s.team(a.Team).slots.take(a.Slot)
		}
		if a.Status == AssignmentOffered && (old == nil || i >= len(old.Assignments) || !old.Assignments[i].AnswerBy.Equal(a.AnswerBy) || old.Assignments[i].Status != AssignmentOffered) {
			s.addDeadline(Timer{Kind: TimerOffer, Due: a.AnswerBy, Case: next.Key, Assignment: a.N})
		}
		if !a.CheckInBy.IsZero() && a.CheckInMissedAt.IsZero() && (old == nil || i >= len(old.Assignments) ||
			!old.Assignments[i].CheckInBy.Equal(a.CheckInBy) || !old.Assignments[i].CheckInMissedAt.IsZero()) {
			s.addDeadline(Timer{Kind: TimerCheckIn, Due: a.CheckInBy, Case: next.Key, Assignment: a.N})
		}
	}
}

// Apply puts the changes of one decision into the state.
func (s *State) Apply(changes *Changes) {
	for _, team := range changes.Teams {
		s.putTeam(team)
	}
	// A slot may go from one case to another within a decision: give back
	// everything before taking.
	if len(changes.Cases) > 1 {
		for _, c := range changes.Cases {
			if old := s.cases[c.Key]; old != nil {
				s.releaseSlots(old, c)
				stripped := *old
				stripped.Assignments = slices.Clone(old.Assignments)
				for i := range stripped.Assignments {
					if slotOf(c, i) != stripped.Assignments[i].Slot {
						stripped.Assignments[i].Slot = 0
					}
				}
				s.cases[c.Key] = &stripped
			}
		}
	}
	for _, c := range changes.Cases {
		s.putCase(c, changes.traits)
	}
	for i := range changes.Events {
		event := &changes.Events[i]
		s.head.Sequence = event.Sequence
		s.lastEvent = event.At
		if event.Type == EventAccepted {
			s.team(event.Team).noteAccepted(event.At)
		}
	}
	for _, coordinator := range changes.Coordinators {
		s.coordinators[coordinator.ID] = coordinator
	}
	for _, place := range changes.Places {
		s.putPlace(place)
	}
	for _, number := range changes.Numbers {
		s.numbers[number.Prefix] = number.Last
	}
	for _, record := range changes.Travel {
		s.takeTravel(record)
	}
	if changes.Applied != nil {
		s.applied[0][changes.Applied.Identity] = *changes.Applied
	}
	if changes.Match != nil {
		s.match, s.matchDue, s.matchFreed, s.staleDue = *changes.Match, time.Time{}, false, time.Time{}
	}
	s.wantMatch(changes.Freed)
}

// wantsTeam says that the case wants more teams than have accepted or are
// asked, or a skill that none of them brings.
func wantsTeam(c *Case) bool {
	if !c.mayAsk() {
		return false
	}
	committed, offered := c.committedTeams()
	return (committed+offered < c.Needs.wanted() || c.lacksSkills()) && !c.Needs.full(committed+offered)
}

// mayAsk says that teams may be asked for the case now.
func (c *Case) mayAsk() bool {
	return c.Location != nil && c.Status.Open() && !c.Held() && c.searching()
}
