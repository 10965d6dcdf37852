package dispatch

import (
	"slices"
	"time"
)

// Changes is what one message does: the new versions of the rows, and the
// events. An empty Changes is a message that was applied before.
type Changes struct {
	Cases        []*Case
	Teams        []*Team
	Coordinators []*Coordinator
	Places       []*Place
	Numbers      []CaseNumber
	Travel       []TravelRecord
	Decisions    []Decision
	Notes        []Note
	Events       []Event
	Applied      *Applied
	DeadLetter   *DeadLetter
	Replayed     int64
	// Freed says that a team may have room for a case that waits.
	Freed bool
	// Match is set when what waits was matched.
	Match *MatchProgress
	// Result is one word for metrics: opened, joined, amended, repeated, done,
	// refused, dead_letter, set_aside, timer, failed.
	Result string
	// Failure is what went wrong in the program itself, with its stack.
	Failure string
	// traits are those of the case that an application has opened: by them it
	// was compared, and by them others find it.
	traits *traits
}

// identityRetention is how long identities of commands and team messages are
// kept; an older record is refused as too-old. Applications' are kept for ever.
const identityRetention = 30 * 24 * time.Hour

// eventsOfFiling is how many events an application mostly has: opened,
// offered, accepted.
const eventsOfFiling = 3

// Decide says what a message changes. It reads the state and the message and
// nothing else: the same state and message always give the same changes.
// message.Now must not be before the last event. The epoch of new case ids is
// the state's.
func Decide(state *State, message *Message) *Changes {
	d := &decision{s: state, m: message, now: message.Now, sequence: state.head.Sequence}
	d.changes.Replayed = message.Replays
	if message.Filing != nil {
		d.changes.Events = make([]Event, 0, eventsOfFiling)
	}
	switch {
	case message.DeadLetter != nil:
		d.changes.DeadLetter = message.DeadLetter
		d.changes.Result = "dead_letter"
		return &d.changes
	case message.Timer != nil:
		d.changes.Result = "timer"
		d.timer(*message.Timer)
	case message.Filing != nil:
		d.filing(message.Filing)
	case message.Command != nil:
		d.actor = message.Command.Actor
		d.apply(func() (int64, *Refusal) { return d.command(message.Command) })
	case message.Registration != nil:
		d.apply(func() (int64, *Refusal) { return 0, d.register(message.Registration) })
	case message.Availability != nil:
		d.apply(func() (int64, *Refusal) { return 0, d.availability(message.Availability) })
	case message.Coordinator != nil:
		d.apply(func() (int64, *Refusal) { return 0, d.registerCoordinator(message.Coordinator) })
	case message.Place != nil:
		d.apply(func() (int64, *Refusal) { return 0, d.registerPlace(message.Place) })
	default: // it is about a dead letter and nothing else
		d.changes.Result = "set_aside"
		return &d.changes
	}
	d.ringAgain()
	d.remind()
	d.reviewProposals()
	d.changes.Freed = len(d.freed) > 0
	d.finish()
	return &d.changes
}

// decision is the work on one message: clones of the cases it touches, the
// slots it moves, the events so far.
type decision struct {
	s        *State
	m        *Message
	now      time.Time
	actor    Actor
	sequence int64
	changes  Changes
	byKey    map[int64]*Case // changes.Cases, once they are many
	slots    []teamSlots     // of the teams whose slots this decision moves
	freed    []int32         // teams that may have room for a case that waits
	// timedOut is the case whose offer has run out with this message.
	timedOut int64
	// following is set for what the command did not say but led to.
	following bool
}

// apply does a message that has an identity, once, and keeps its result.
func (d *decision) apply(do func() (int64, *Refusal)) {
	if before, again := d.s.applied.result(d.m.Identity); again && before.UsedUp() {
		d.changes.Result = "repeated"
		return
	}
	var key int64
	var refusal *Refusal
	if !d.m.At.IsZero() && d.m.At.Before(d.now.Add(-identityRetention)) {
		refusal = refuse(RefusedTooOld, "the record is older than %d days; send it again with a new id if it still holds", int(identityRetention/(24*time.Hour)))
	} else {
		key, refusal = do()
	}
	applied := Applied{Identity: d.m.Identity, At: d.now, Done: refusal == nil, Case: key}
	d.changes.Result = "done"
	if refusal != nil {
		applied.Code, applied.Detail = refusal.Code, refusal.Detail
		if refusal.Pointer != "" {
			applied.Detail = refusal.Pointer + ": " + refusal.Detail
		}
		d.changes.Result = "refused"
		if refusal.Code == RefusedUnknownApplication {
			// Commands are read before applications: after an outage both may
			// have waited. Somebody hears of it and can replay the command.
			d.changes.DeadLetter = &DeadLetter{Source: d.m.Source, At: d.m.At, Reason: refusal.Code,
				Detail: "a command names an application that is not known yet; replay it when the application is there",
				Key:    d.m.Key, Value: d.m.Value}
		}
	}
	d.changes.Applied = &applied
}

// fewCases is up to how many changed cases are searched one by one.
const fewCases = 8

// changed gives the clone of a case that this decision changes, or nil.
func (d *decision) changed(key int64) *Case {
	if d.byKey != nil {
		return d.byKey[key]
	}
	for _, c := range d.changes.Cases {
		if c.Key == key {
			return c
		}
	}
	return nil
}

// view gives a case as this decision sees it.
func (d *decision) view(key int64) *Case {
	if c := d.changed(key); c != nil {
		return c
	}
	return d.s.cases[key]
}

// edit gives a clone of the case that this decision may change.
func (d *decision) edit(key int64) *Case {
	if c := d.changed(key); c != nil {
		return c
	}
	c := d.s.cases[key].clone()
	d.changes.Cases = append(d.changes.Cases, c)
	switch {
	case d.byKey != nil:
		d.byKey[key] = c
	case len(d.changes.Cases) > fewCases:
		d.byKey = make(map[int64]*Case, 2*fewCases)
		for _, c := range d.changes.Cases {
			d.byKey[c.Key] = c
		}
	}
	return c
}

// emit adds an event and gives its sequence.
func (d *decision) emit(eventType EventType, c *Case, team *Team, fields EventFields) int64 {
	d.sequence++
	if c != nil {
		fields.CaseID = c.ID
	}
	if team != nil {
		fields.TeamID = team.ID
	}
	fields.ActorType, fields.ActorID = d.actor.Type, d.actor.ID
	if command := d.m.Command; command != nil && !command.At.IsZero() && fields.HappenedAt.IsZero() && !d.following && !followsFrom(eventType) {
		fields.HappenedAt = d.happened()
	}
	event := Event{Sequence: d.sequence, At: d.now, Type: eventType, EventFields: fields}
	if c != nil {
		event.Case = c.Key
	}
	if team != nil {
		event.Team = team.Key
	}
	d.changes.Events = append(d.changes.Events, event)
	return d.sequence
}

// followsFrom says that an event of this type is what the leader does because
// of a message: it happens when it is decided, however old the message is.
func followsFrom(eventType EventType) bool {
	switch eventType {
	case EventOffered, EventNoAnswer, EventRung, EventWithdrawn, EventStandingDown, EventCaseUnanswered, EventCaseLikely:
		return true
	}
	return false
}

// happened is when the message says that it happened: never in the future.
func (d *decision) happened() time.Time {
	if command := d.m.Command; command != nil && !command.At.IsZero() && command.At.Before(d.now) {
		return command.At
	}
	return d.now
}

// setStatus derives the case's status after a change and keeps what hangs on it.
func (d *decision) setStatus(c *Case) {
	status := c.deriveStatus()
	if status == c.Status {
		return
	}
	c.Status = status
	c.Changed = max(c.Changed, d.lastOf(c))
	switch {
	case status.Open():
		c.EndedAt = time.Time{}
	case c.EndedAt.IsZero():
		c.EndedAt = d.now
	}
	c.SuspendedAt = time.Time{}
	if status == StatusMissing {
		c.SuspendedAt = d.now
	}
	if !status.Open() {
		c.UnansweredAt = time.Time{}
	}
}

// lastOf is the sequence of a case's last event so far: those of other cases
// may have come after it.
func (d *decision) lastOf(c *Case) int64 {
	for i := len(d.changes.Events) - 1; i >= 0; i-- {
		if event := &d.changes.Events[i]; event.Case == c.Key {
			return event.Sequence
		}
	}
	return d.sequence
}

// finish fills in what every event of the decision says of its case.
func (d *decision) finish() {
	if d.changes.Applied != nil {
		d.changes.Applied.Sequence = d.sequence
	}
	said := make([]int64, 0, fewCases)
	var many map[int64]bool
	for i := len(d.changes.Events) - 1; i >= 0; i-- {
		event := &d.changes.Events[i]
		if event.Case == 0 || many[event.Case] || slices.Contains(said, event.Case) {
			continue
		}
		event.StatusNow = d.view(event.Case).Status
		if len(said) < fewCases {
			said = append(said, event.Case)
			continue
		}
		if many == nil {
			many = map[int64]bool{}
		}
		many[event.Case] = true
	}
}

// slotsOf gives the team's slots as this decision sees them.
func (d *decision) slotsOf(t *teamState) *slotSet {
	for i := range d.slots {
		if d.slots[i].team == t.team.Key {
			return &d.slots[i].slotSet
		}
	}
	return &t.slots
}

// moveSlots gives the team's slots to be changed.
func (d *decision) moveSlots(t *teamState) *slotSet {
	if s := d.slotsOf(t); s != &t.slots {
		return s
	}
	d.slots = append(d.slots, teamSlots{team: t.team.Key, slotSet: t.slots.clone()})
	return &d.slots[len(d.slots)-1].slotSet
}

// takeSlot gives the team's lowest free slot, or false when there is none.
func (d *decision) takeSlot(t *teamState) (int32, bool) {
	if d.used(t) >= t.capacity {
		return 0, false
	}
	slots := d.moveSlots(t)
	slot := slots.lowest()
	slots.take(slot)
	return slot, true
}

// used counts the team's slots that are taken, this decision's changes included.
func (d *decision) used(t *teamState) int {
	if len(d.slots) == 0 {
		return t.slots.used
	}
	return d.slotsOf(t).used
}

// setAssignment moves an assignment on, gives its slot back when the new
// status takes none, and marks the row with the sequence of the event that
// comes next. The transition must be allowed.
func (d *decision) setAssignment(c *Case, a *Assignment, status AssignmentStatus) {
	if !canFollow(a.Status, status) {
		panic("dispatch: " + string(a.Status) + " may not become " + string(status))
	}
	a.Status = status
	a.Changed = d.sequence + 1
	if status != AssignmentOffered {
		a.AnswerBy = time.Time{}
	}
	if !status.onCase() {
		a.CheckInBy, a.CheckInMissedAt = time.Time{}, time.Time{}
	}
	if !status.TakesSlot() && a.Slot > 0 {
		d.moveSlots(d.s.team(a.Team)).release(a.Slot)
		a.Slot = 0
		a.SlotChanged = d.sequence + 1
		d.free(a.Team)
	}
	if status.Finished() && c.Kind == VolunteerEvent {
		d.free(a.Team) // it took no slot, but may be asked again
	}
	if status.Finished() {
		a.FinishedAt = d.now
	}
}

// free remembers that a team may have room for a case that waits.
func (d *decision) free(team int32) {
	if !slices.Contains(d.freed, team) {
		d.freed = append(d.freed, team)
	}
}

// note keeps a text, in the log of a team where one is given. Its event does
// not say for whom it is: that there is a sealed note would tell what it must
// not.
func (d *decision) note(c *Case, team *Team, audience Audience, text string) {
	sequence := d.emit(EventCaseNoted, c, team, EventFields{})
	note := Note{Sequence: sequence, Case: c.Key, Audience: audience, Actor: d.actor.ID, At: d.now, Text: text}
	if team != nil {
		note.TeamID = team.ID
	}
	d.changes.Notes = append(d.changes.Notes, note)
}
