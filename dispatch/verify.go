package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Violation is an invariant that the stored data breaks.
type Violation struct {
	Check  string // a short name: journal, status, assignments …
	Detail string // where, and what differs; ids only
}

// String gives the line that a person reads.
func (v Violation) String() string { return v.Check + ": " + v.Detail }

// Verified says what was looked at.
type Verified struct {
	Position     Position `json:"-"`
	Events       int64    `json:"events"`
	Cases        int      `json:"cases"`
	Applications int      `json:"applications"`
	Subjects     int      `json:"subjects"`
	Assignments  int      `json:"assignments"`
	Violations   int      `json:"violations"`
}

// FileStore is a store in a file, which a disk may change without saying so.
type FileStore interface {
	// Damage looks at the file itself and reports what does not fit together:
	// tables and indexes, never what stands in them.
	Damage(ctx context.Context, report func(detail string)) error
}

// VerifyStore is what Verify reads.
type VerifyStore interface {
	Reader
	StatisticsStore
}

const (
	verifyEvents  = 5000 // events in a read
	verifyCases   = 500  // cases in a read
	verifyRetries = 5    // of a case that changes while it is looked at
)

// Verify recounts the stored data against the invariants and reports each one
// that is broken. It reads in short transactions, so that it may run while the
// data are being served: a case that changes meanwhile is looked at again.
// progress may be nil.
func Verify(ctx context.Context, store VerifyStore, report func(Violation), progress func(Verified)) (Verified, error) {
	v := &verifier{store: store, available: map[int32]*bool{}, capacity: map[int32]int{}, slots: map[[2]int32]int64{}, report: report, progress: progress}
	if v.progress == nil {
		v.progress = func(Verified) {}
	}
	head, err := store.Head(ctx)
	if err != nil {
		return v.done, err
	}
	v.done.Position = head
	if err := v.journal(ctx, head.Sequence); err != nil {
		return v.done, err
	}
	if file, ok := store.(FileStore); ok {
		if err := file.Damage(ctx, func(detail string) { v.violated("file", "%s", detail) }); err != nil {
			return v.done, err
		}
	}
	if signing, ok := store.(SignedMonths); ok {
		if v.signed, err = recountSigned(ctx, signing); err != nil {
			return v.done, err
		}
	}
	if err := v.cases(ctx, head.Sequence); err != nil {
		return v.done, err
	}
	for i := range v.signed {
		if one := &v.signed[i]; one.Figures != one.counted {
			v.violated("signed", "%s of %s was signed as %+v, the journal up to there gives %+v", one.Month, one.Region, one.Figures, one.counted)
		}
	}
	if err := v.teams(ctx, head.Sequence); err != nil {
		return v.done, err
	}
	return v.done, v.cursors(ctx)
}

type verifier struct {
	store     VerifyStore
	done      Verified
	opened    int
	available map[int32]*bool    // what was said of a team last
	capacity  map[int32]int      // the greatest that a team was ever registered with
	slots     map[[2]int32]int64 // team and slot -> case
	signed    []recounted
	report    func(Violation)
	progress  func(Verified)
}

func (v *verifier) violated(check, format string, arguments ...any) {
	v.done.Violations++
	v.report(Violation{Check: check, Detail: fmt.Sprintf(format, arguments...)})
}

// journal checks that positions have no gap and no repeat, and that time
// never goes back.
func (v *verifier) journal(ctx context.Context, head int64) error {
	var last int64
	var at time.Time
	for last < head {
		events, err := v.store.Events(ctx, last, verifyEvents)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			v.violated("journal", "the events after %d are missing; the head is %d", last, head)
			return nil
		}
		for i := range events {
			event := &events[i]
			if event.Sequence > head {
				break
			}
			if event.Sequence != last+1 {
				v.violated("journal", "event %d follows event %d", event.Sequence, last)
			}
			if event.At.Before(at) {
				v.violated("journal", "event %d is older than the one before it", event.Sequence)
			}
			if !slices.Contains(EventTypes(), event.Type) {
				v.violated("journal", "event %d is of the unknown type %q", event.Sequence, event.Type)
			}
			switch event.Type {
			case EventCaseOpened:
				v.opened++
			case EventTeamRegistered:
				v.capacity[event.Team] = max(v.capacity[event.Team], event.Capacity)
				v.available[event.Team] = event.Available
			case EventTeamAvailability:
				v.available[event.Team] = event.Available
			}
			last, at = event.Sequence, event.At
			v.done.Events++
		}
		v.progress(v.done)
		last = max(last, events[len(events)-1].Sequence)
	}
	return nil
}

// cases checks every case against its own events.
func (v *verifier) cases(ctx context.Context, head int64) error {
	before := head + 1
	for {
		keys, err := v.store.CaseList(ctx, CaseFilter{Before: before, Limit: verifyCases})
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			break
		}
		if err := v.chunk(ctx, keys); err != nil {
			return err
		}
		before = keys[len(keys)-1]
		v.progress(v.done)
	}
	if v.done.Cases != v.opened {
		v.violated("cases", "the journal opened %d cases, there are %d", v.opened, v.done.Cases)
	}
	return nil
}

func (v *verifier) chunk(ctx context.Context, keys []int64) error {
	from, err := v.store.Cursor(ctx, CursorStatistics)
	if err != nil {
		return err
	}
	counted, err := v.store.StatisticsCases(ctx, keys)
	if err != nil {
		return err
	}
	to, err := v.store.Cursor(ctx, CursorStatistics)
	if err != nil {
		return err
	}
	rows := make(map[int64]*StatisticsCase, len(counted))
	for _, row := range counted {
		rows[row.Key] = row
	}
	events := make(map[int64][]Event, len(keys))
	for _, key := range keys {
		if events[key], err = v.store.EventsOfCase(ctx, key); err != nil {
			return err
		}
	}
	// After their events, so that a case is as they say, or newer.
	cases, err := v.store.Cases(ctx, keys)
	if err != nil {
		return err
	}
	read := make(map[int64]*Case, len(cases))
	for _, c := range cases {
		read[c.Key] = c
	}
	for _, key := range keys {
		c, events, err := v.read(ctx, key, read[key], events[key])
		if err != nil {
			return err
		}
		v.done.Cases++
		if c == nil {
			continue
		}
		v.compare(c, events)
		recount(v.signed, events)
		if err := v.takeSlots(ctx, c); err != nil {
			return err
		}
		row := rows[key]
		if !sameStatistics(row, events, from) && !sameStatistics(row, events, to) {
			v.violated("statistics", "case %s: the counted row is not what its events give", c.ID)
		}
	}
	return nil
}

// read gives a case and its events as of the same moment: those given, or read
// again while the case is being changed.
func (v *verifier) read(ctx context.Context, key int64, c *Case, events []Event) (*Case, []Event, error) {
	for try := 1; ; try++ {
		switch {
		case len(events) == 0:
			v.violated("cases", "case with key %d has no event", key)
			return nil, nil, nil
		case c == nil:
			v.violated("cases", "case with key %d cannot be read", key)
			return nil, nil, nil
		case c.lastChange() <= events[len(events)-1].Sequence:
			return c, events, nil
		case try == verifyRetries:
			v.violated("cases", "case %s has a row that changed after its last event", c.ID)
			return c, events, nil
		}
		var err error
		if events, err = v.store.EventsOfCase(ctx, key); err != nil {
			return nil, nil, err
		}
		cases, err := v.store.Cases(ctx, []int64{key})
		if err != nil {
			return nil, nil, err
		}
		c = nil
		if len(cases) > 0 {
			c = cases[0]
		}
	}
}

// lastChange is the newest sequence that changed a row of the case.
func (c *Case) lastChange() int64 {
	last := max(c.Changed, c.Personal.Changed)
	for i := range c.Applications {
		last = max(last, c.Applications[i].Changed)
	}
	for i := range c.Subjects {
		last = max(last, c.Subjects[i].Changed)
	}
	for i := range c.Assignments {
		last = max(last, c.Assignments[i].Changed)
	}
	for i := range c.Sealed {
		last = max(last, c.Sealed[i].Changed)
	}
	for i := range c.Members {
		last = max(last, c.Members[i].Changed)
	}
	return last
}

// assignmentEvents says what status an event leaves an assignment in.
var assignmentEvents = map[EventType]AssignmentStatus{
	EventOffered: AssignmentOffered, EventNoAnswer: AssignmentNoAnswer, EventRung: AssignmentNoAnswer, EventAccepted: AssignmentAccepted,
	EventDeclined: AssignmentDeclined, EventWithdrawn: AssignmentWithdrawn, EventEnRoute: AssignmentEnRoute,
	EventOnScene: AssignmentOnScene, EventStandingDown: AssignmentStandingDown, EventReturned: AssignmentReturned,
	EventReleased: AssignmentReleased,
}

// assignmentSigns are the other events of an assignment that tell how its
// people are.
var assignmentSigns = map[EventType]bool{EventAcknowledged: true, EventCheckedIn: true, EventCheckInMissed: true, EventPeopleMissing: true}

// compare holds the rows of a case against what its events say.
func (v *verifier) compare(c *Case, events []Event) {
	v.done.Applications += len(c.Applications)
	v.done.Subjects += len(c.Subjects)
	v.done.Assignments += len(c.Assignments)

	if events[0].Type != EventCaseOpened || events[0].Sequence != c.Key || events[0].CaseID != c.ID || events[0].Number != c.Number {
		v.violated("cases", "case %s was not opened by the event of its key", c.ID)
	}
	if derived := c.deriveStatus(); c.Status != derived {
		v.violated("status", "case %s is stored as %s and is %s", c.ID, c.Status, derived)
	}
	applications, moved, merged := 0, 0, false
	statuses := map[int32]AssignmentStatus{}
	outcomes := map[string]Outcome{}
	var said Status
	var urgency Urgency
	lead, owner := "", ""
	silent, short := map[int32]bool{}, map[int32]bool{}
	for i := range events {
		event := &events[i]
		urgency = cmp.Or(event.Urgency, urgency)
		if event.LeadTeamID != nil {
			lead = *event.LeadTeamID
		}
		if event.Type == EventCaseOwned {
			owner = event.Owner
		}
		if event.Team != 0 && (assignmentEvents[event.Type] != "" || assignmentSigns[event.Type]) {
			silent[event.Team] = event.Type == EventCheckInMissed || silent[event.Team] && event.Type == EventStandingDown
			short[event.Team] = event.Type == EventPeopleMissing || short[event.Team] && event.Type != EventReturned
		}
		if event.StatusNow != "" {
			said = event.StatusNow
		}
		if status, of := assignmentEvents[event.Type]; of {
			statuses[event.Team] = status
		}
		switch event.Type {
		case EventCaseOpened, EventCaseJoined:
			applications++
		case EventCaseMerged:
			applications, merged = 0, true
		case EventCaseSplit:
			if event.Restored {
				applications, merged = event.Applications, false
				break
			}
			applications -= event.Applications
			moved += len(event.Subjects)
		case EventCaseOutcome:
			outcomes[event.SubjectID] = event.Outcome
		case EventCaseReopened:
			if len(c.Subjects) == 0 {
				delete(outcomes, "")
			}
			for _, subject := range event.Subjects {
				delete(outcomes, subject.ID)
			}
		}
	}
	if said != c.Status {
		v.violated("status", "case %s is stored as %s, its last event says %s", c.ID, c.Status, said)
	}
	if urgency != c.Urgency {
		v.violated("urgency", "case %s is stored as %s, its events say %s", c.ID, c.Urgency, urgency)
	}
	if assessed := &c.Personal.Assessment; c.UrgencyFrom == "" && assessed.Version != 0 && assessed.Urgency != c.Urgency {
		v.violated("urgency", "case %s is stored as %s, its assessment says %s", c.ID, c.Urgency, assessed.Urgency)
	}
	if applications != len(c.Applications) {
		v.violated("applications", "case %s has %d applications, its events brought %d", c.ID, len(c.Applications), applications)
	}
	if merged != c.Merged() {
		v.violated("merged", "case %s: the journal and the row differ in whether it was merged", c.ID)
	}
	if away := len(c.Subjects) - len(c.present()); away != moved {
		v.violated("subjects", "case %s: %d subjects have moved away, its events say %d", c.ID, away, moved)
	}
	for i := range c.Applications {
		a := &c.Applications[i]
		if a.Identity != ApplicationIdentity(a.System, a.ID) {
			v.violated("applications", "case %s: the identity of an application is not that of its system and id", c.ID)
		}
	}
	if lead != c.LeadTeam {
		v.violated("lead", "case %s is led by team %q, its events say %q", c.ID, c.LeadTeam, lead)
	}
	if owner != c.Owner {
		v.violated("owner", "case %s has another owner than its events say", c.ID)
	}
	v.compareAssignments(c, statuses)
	v.compareSigns(c, silent, short)
	v.compareOutcomes(c, outcomes)
	v.compareRosters(c, events)
	v.compareQueue(c, events)
	if len(c.Personal.Subjects) != len(c.Subjects) || len(c.Personal.Applications) != len(c.Applications) {
		v.violated("personal", "case %s: the personal row is not as long as the case", c.ID)
	}
}

func (v *verifier) compareAssignments(c *Case, statuses map[int32]AssignmentStatus) {
	open := map[int32]bool{}
	newest := map[int32]*Assignment{}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		newest[a.Team] = a
		if !a.Status.Finished() {
			if open[a.Team] {
				v.violated("assignments", "case %s: team %s is assigned twice", c.ID, a.TeamID)
			}
			open[a.Team] = true
		}
		if takes := a.Status.TakesSlot() && c.Kind != VolunteerEvent; takes != (a.Slot > 0) {
			v.violated("slots", "case %s: the assignment of team %s is %s and has slot %d", c.ID, a.TeamID, a.Status, a.Slot)
		}
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		needed := func(skill string) bool { return slices.Contains(c.Needs.Skills, skill) }
		if (a.Status.Committed() || a.Status == AssignmentOffered) && slices.ContainsFunc(a.Skills, func(s string) bool { return !needed(s) }) {
			v.violated("assignments", "case %s: team %s is taken to bring a skill that the case does not need", c.ID, a.TeamID)
		}
	}
	for team, status := range statuses {
		switch a := newest[team]; {
		case a == nil:
			v.violated("assignments", "case %s: an assignment that the journal knows is missing", c.ID)
		case a.Status != status:
			v.violated("assignments", "case %s: the assignment of team %s is stored as %s, its last event says %s", c.ID, a.TeamID, a.Status, status)
		}
	}
	if len(statuses) != len(newest) {
		v.violated("assignments", "case %s: %d teams are assigned, the journal knows %d", c.ID, len(newest), len(statuses))
	}
}

// compareSigns checks that who was not heard of, and who did not come home, is
// what the journal says: an alarm is never lost.
func (v *verifier) compareSigns(c *Case, silent, short map[int32]bool) {
	newest := map[int32]*Assignment{}
	for i := range c.Assignments {
		newest[c.Assignments[i].Team] = &c.Assignments[i]
	}
	for team, a := range newest {
		if silent[team] == a.CheckInMissedAt.IsZero() {
			v.violated("check-ins", "case %s: whether team %s missed a check-in is not what its events say", c.ID, a.TeamID)
		}
		if short[team] == a.PeopleMissingAt.IsZero() {
			v.violated("check-ins", "case %s: whether people of team %s are missing is not what its events say", c.ID, a.TeamID)
		}
		if !a.CheckInBy.IsZero() && !a.Status.onCase() {
			v.violated("check-ins", "case %s: team %s has to check in and is %s", c.ID, a.TeamID, a.Status)
		}
	}
}

// compareOutcomes checks that what was told is what the journal says, and that
// what is withheld is not there.
func (v *verifier) compareOutcomes(c *Case, outcomes map[string]Outcome) {
	if len(c.Subjects) == 0 {
		if told := c.told(nil); told != outcomes[""] {
			v.violated("outcomes", "case %s: the stored outcome is not the one in the journal", c.ID)
		}
		return
	}
	for i := range c.Subjects {
		subject := &c.Subjects[i]
		if c.told(subject) != outcomes[subject.ID] {
			v.violated("outcomes", "case %s, subject %s: the stored outcome is not the one in the journal", c.ID, subject.ID)
		}
		if subject.Outcome != nil && subject.Outcome.Outcome != OutcomeMissing && c.withheld(subject.N) != nil {
			v.violated("outcomes", "case %s, subject %s: an outcome is withheld and another one told", c.ID, subject.ID)
		}
	}
}

// takeSlots checks that a slot holds one assignment and that no team has more
// than it was ever registered with.
func (v *verifier) takeSlots(ctx context.Context, c *Case) error {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Slot == 0 {
			continue
		}
		if capacity, known := v.capacity[a.Team]; known && int(a.Slot) > capacity {
			v.violated("capacity", "case %s: team %s has slot %d of %d", c.ID, a.TeamID, a.Slot, capacity)
		}
		place := [2]int32{a.Team, a.Slot}
		other, taken := v.slots[place]
		if !taken {
			v.slots[place] = c.Key
			continue
		}
		// The slot may have moved on since the other case was read: both at once.
		pair, err := v.store.Cases(ctx, []int64{other, c.Key})
		if err != nil {
			return err
		}
		holds := 0
		for _, one := range pair {
			if slices.ContainsFunc(one.Assignments, func(b Assignment) bool { return b.Team == a.Team && b.Slot == a.Slot }) {
				holds++
			}
		}
		if holds > 1 {
			v.violated("slots", "slot %d of team %s is taken by two cases, one of them %s", a.Slot, a.TeamID, c.ID)
		}
	}
	return nil
}

// teams checks that every team is as available as its events said last, but for
// those that have changed since.
func (v *verifier) teams(ctx context.Context, head int64) error {
	teams, err := v.store.Teams(ctx)
	if err != nil {
		return err
	}
	for _, team := range teams {
		said := v.available[team.Key]
		switch {
		case team.Changed > head:
		case said == nil:
			v.violated("teams", "team %s was never registered", team.ID)
		case *said != team.MayBeAsked():
			v.violated("teams", "team %s is stored as available %t, its last event says %t", team.ID, team.MayBeAsked(), *said)
		case !slices.IsSortedFunc(team.Rests, time.Time.Compare):
			v.violated("teams", "team %s: its rests are not in order", team.ID)
		}
	}
	return nil
}

// sameStatistics says whether a row is what the events up to a sequence give.
func sameStatistics(row *StatisticsCase, events []Event, upTo int64) bool {
	var counted *StatisticsCase
	for i := range events {
		if events[i].Sequence <= upTo && concerns(&events[i]) {
			counted = project(counted, &events[i])
		}
	}
	return reflect.DeepEqual(row, counted)
}

// cursors checks that nobody has read further than the journal goes.
func (v *verifier) cursors(ctx context.Context) error {
	for _, name := range []Cursor{CursorPublished, CursorStatistics, CursorNotified} {
		at, err := v.store.Cursor(ctx, name)
		if err != nil {
			return err
		}
		head, err := v.store.Head(ctx)
		if err != nil {
			return err
		}
		if at > head.Sequence {
			v.violated("cursors", "%s stands at %d, the journal ends at %d", name, at, head.Sequence)
		}
	}
	return nil
}
