package dispatch

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// checks hold a simulation to the invariants. What they know comes from what
// was produced and from the events, not from the code under test.
type checks struct {
	s *simulation

	filed     map[Identity]bool       // applications in Kafka
	sent      map[Identity]bool       // answers in Kafka
	acceptAt  map[[2]string]time.Time // case and team: the first answer since the offer
	told      map[[2]any]bool         // case and subject: somebody said that the family knows
	deaths    map[int64]bool          // cases of which a death was told
	parted    map[int64]int64         // by a split: a case, and the other one
	cases     map[Identity]int64
	stood     map[[2]any]AssignmentStatus // case and team, by the events
	answerBy  map[[2]any]time.Time
	slots     map[[2]int32]int64 // team and slot: case
	capacity  map[int32]int
	available map[int32]bool     // by what the events last said of the team
	minors    map[string]bool    // members who are under 18: whether a guardian comes along
	excused   map[[2]string]bool // case and team: a coordinator said why not all are back
	published int64
	shown     map[int64]*Case // what a live client has on its board
	shownTo   int64
}

func newChecks(s *simulation) checks {
	return checks{s: s, filed: map[Identity]bool{}, sent: map[Identity]bool{}, acceptAt: map[[2]string]time.Time{}, told: map[[2]any]bool{}, deaths: map[int64]bool{}, parted: map[int64]int64{}, cases: map[Identity]int64{},
		stood: map[[2]any]AssignmentStatus{}, answerBy: map[[2]any]time.Time{}, slots: map[[2]int32]int64{}, capacity: map[int32]int{}, available: map[int32]bool{}, minors: map[string]bool{}, excused: map[[2]string]bool{},
		shown: map[int64]*Case{}}
}

// produced notes what is in Kafka.
func (k *checks) produced(message *Message) {
	switch {
	case message.Filing != nil:
		k.filed[message.Identity] = true
	case message.Command != nil && message.Command.Type == CommandReturned && message.Command.Reason != "":
		k.excused[[2]string{message.Command.CaseID, message.Command.TeamID}] = true
	case message.Command != nil && message.Command.Type == CommandRosterAnswer:
		if member := message.Command.Member; !*member.Adult {
			k.minors[member.ID] = member.Guardian
		}
	case message.Command != nil && message.Command.Type == CommandAccept:
		if place := [2]string{message.Command.CaseID, message.Command.TeamID}; !k.sent[message.Identity] {
			k.sent[message.Identity] = true
			if _, before := k.acceptAt[place]; !before {
				k.acceptAt[place] = message.At
			}
		}
	}
}

// commit looks at a batch before it is written.
func (k *checks) commit(batch *Batch) {
	s, l := k.s, k.s.ledger
	sequence, at := batch.Base.Sequence, l.lastEvent
	for i := range batch.Events {
		event := &batch.Events[i]
		if sequence++; event.Sequence != sequence {
			s.violated("I4", "event %d has sequence %d", sequence, event.Sequence)
		}
		if event.At.Before(at) {
			s.violated("I4", "event %d is earlier than the one before it", sequence)
		}
		at = event.At
		k.event(event)
	}
	if batch.Head.Sequence != sequence {
		s.violated("I4", "the head is %d after event %d", batch.Head.Sequence, sequence)
	}
	for i := range batch.DeadLetters {
		letter := &batch.DeadLetters[i]
		if letter.Reason != RefusedUnknownApplication {
			s.violated("I1", "a good message became a dead letter: %s: %s", letter.Reason, letter.Detail)
		}
	}
	for _, c := range batch.Cases {
		if old := l.rows[c.Key]; old != nil {
			k.release(old)
		}
	}
	written := map[int64]*Case{}
	for _, c := range batch.Cases {
		written[c.Key] = c
	}
	for _, c := range batch.Cases {
		k.take(c)
		k.row(c, written)
	}
}

// event follows what the journal says.
func (k *checks) event(event *Event) {
	s := k.s
	if event.Available != nil && event.Team != 0 {
		k.available[event.Team] = *event.Available
	}
	if event.Type == EventOffered && !event.ByHand && !k.available[event.Team] {
		s.violated("asked", "%s is asked for case %d while it cannot be", event.TeamID, event.Case)
	}
	if event.Type == EventReturned && event.Missing > 0 && !k.excused[[2]string{event.CaseID, event.TeamID}] {
		s.violated("home", "%s is home from case %d without %d of its people", event.TeamID, event.Case, event.Missing)
	}
	if event.Type == EventTeamRegistered {
		k.capacity[event.Team] = max(k.capacity[event.Team], event.Capacity)
	}
	if event.Type == EventCaseSplit {
		if _, other, ok := ParseCaseID(event.RelatedCaseID); ok {
			k.parted[other], k.parted[event.Case] = event.Case, other
		}
	}
	if event.Type == EventCaseOutcome && event.Outcome == OutcomeDeceased {
		// What was told before a split is told of the case that the person went to.
		if !k.told[[2]any{event.Case, event.SubjectID}] && !k.deaths[k.parted[event.Case]] {
			s.violated("sealed", "event %d tells a death that the family does not know", event.Sequence)
		}
		k.deaths[event.Case] = true
	}
	if event.Type != EventCaseOutcome && event.Outcome != OutcomeOpen || event.Condition == ConditionNoSignsOfLife {
		s.violated("sealed", "event %d (%s) tells an outcome", event.Sequence, event.Type)
	}
	status, of := assignmentEvents[event.Type]
	if !of {
		return
	}
	place := [2]any{event.Case, event.Team}
	before := k.stood[place]
	if before.Finished() && status == AssignmentOffered {
		before = "" // another round
	}
	if reminded := event.Type == EventRung && before == AssignmentNoAnswer; !reminded && !canFollow(before, status) {
		s.violated("I2", "%s of case %d went from %q to %q", event.TeamID, event.Case, before, status)
	}
	k.stood[place] = status
	switch event.Type {
	case EventOffered:
		k.answerBy[place] = event.AnswerBy
		delete(k.acceptAt, [2]string{event.CaseID, event.TeamID})
	case EventNoAnswer:
		if at, answered := k.acceptAt[[2]string{event.CaseID, event.TeamID}]; answered && at.Before(k.answerBy[place]) {
			s.violated("timers", "%s did not answer case %d in time, but its yes was in Kafka %s before", event.TeamID, event.Case, k.answerBy[place].Sub(at))
		}
	}
}

func (k *checks) release(c *Case) {
	for i := range c.Assignments {
		if a := &c.Assignments[i]; a.Slot > 0 {
			delete(k.slots, [2]int32{a.Team, a.Slot})
		}
	}
}

// take: a slot holds one assignment, and a team has no more than it said.
func (k *checks) take(c *Case) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if takes := a.Status.TakesSlot() && c.Kind != VolunteerEvent; takes != (a.Slot > 0) {
			k.s.violated("I2", "%s is %s on case %d with slot %d", a.TeamID, a.Status, c.Key, a.Slot)
		}
		if a.Slot == 0 {
			continue
		}
		if other, taken := k.slots[[2]int32{a.Team, a.Slot}]; taken {
			k.s.violated("I2", "slot %d of %s is taken by the cases %d and %d", a.Slot, a.TeamID, other, c.Key)
		}
		if int(a.Slot) > k.capacity[a.Team] {
			k.s.violated("I2", "%s has slot %d of %d", a.TeamID, a.Slot, k.capacity[a.Team])
		}
		k.slots[[2]int32{a.Team, a.Slot}] = c.Key
	}
}

// row: what a case says is what its events said, and every application is in
// one case.
func (k *checks) row(c *Case, written map[int64]*Case) {
	s := k.s
	if derived := c.deriveStatus(); c.Status != derived {
		s.violated("status", "case %d is %s and should be %s", c.Key, c.Status, derived)
	}
	for i := range c.Applications {
		identity := c.Applications[i].Identity
		if !k.filed[identity] {
			s.violated("I1", "case %d has an application that nobody filed", c.Key)
		}
		if other, there := k.cases[identity]; there && other != c.Key { // merged or split: it is there no more
			holder := s.ledger.rows[other]
			if now := written[other]; now != nil {
				holder = now
			}
			if holder.has(identity) {
				s.violated("I1", "an application is in the cases %d and %d", other, c.Key)
			}
		}
		k.cases[identity] = c.Key
	}
	for i := range c.Members {
		m := &c.Members[i]
		guarded, minor := k.minors[m.ID]
		if minor && m.Answer.Out() && !(guarded && c.Kind == VolunteerEvent) {
			s.violated("minors", "a minor is out on case %d, a %s", c.Key, c.Kind)
		}
	}
	live := map[int32]bool{}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if !a.Status.Finished() && live[a.Team] {
			s.violated("I2", "%s is on case %d twice", a.TeamID, c.Key)
		}
		live[a.Team] = live[a.Team] || !a.Status.Finished()
	}
	for team := range live {
		if a := c.assignmentOf(team); a.Status != k.stood[[2]any{c.Key, team}] {
			s.violated("I2", "%s is %s on case %d, its events say %s", a.TeamID, a.Status, c.Key, k.stood[[2]any{c.Key, team}])
		}
	}
}

// loaded: what a replica loads is what the last one knew.
func (k *checks) loaded(r *replica) {
	if head := r.l.state.Head(); head != k.s.ledger.head {
		k.s.violated("I8", "%s starts at %s, the journal ends at %s", r.name, head, k.s.ledger.head)
	}
	r.feed.Reset(r.l.state)
}

// reload: now and then, a state loaded from the rows is the one in memory.
func (k *checks) reload(r *replica) {
	if r.l == nil || r != k.s.leader || r.l.before != nil || k.s.fault != "" || !k.s.chance(0.003) {
		return
	}
	if r.l.state.Head() != k.s.ledger.head {
		return // a leader that slept has written before anybody else did: this one is fenced with its next batch
	}
	r.l.state.Settle()
	snapshot, err := k.s.ledger.Load(context.Background())
	if err != nil {
		k.s.violated("I8", "the state cannot be loaded: %v", err)
		return
	}
	loaded := NewState(k.s.settings, snapshot)
	now := r.d.now(r.l.state)
	if a, b := dump(r.l.state, now), dump(loaded, now); a != b {
		k.s.violated("I8", "a state loaded again differs from the one in memory: %s", firstDifference(a, b))
	}
	if !r.mail.away { // timers wait for the inputs
		k.nobodyOverdue(r.l.state, now)
	}
	k.nobodyForgotten(r.l.state, now)
}

// nobodyOverdue: a team that did not answer in time is waited for no longer.
func (k *checks) nobodyOverdue(state *State, now time.Time) {
	for key, c := range state.cases {
		for i := range c.Assignments {
			if a := &c.Assignments[i]; a.Status == AssignmentOffered && !a.AnswerBy.IsZero() && a.AnswerBy.Before(now) {
				k.s.violated("timers", "%s was to answer case %d %s ago", a.TeamID, key, now.Sub(a.AnswerBy))
			}
		}
	}
}

// nobodyForgotten: no case waits while a team is free that could be asked, but
// for the moment until the next match.
func (k *checks) nobodyForgotten(state *State, now time.Time) {
	if !state.matchDue.IsZero() {
		return
	}
	d := &decision{s: state, now: now}
	for key, c := range state.cases {
		if !wantsTeam(c) {
			continue
		}
		for _, t := range state.teams {
			if d.mayServe(c, t) {
				k.s.violated("waiting", "case %d waits (%s) while %s is free", key, c.describe(), t.team.ID)
			}
		}
	}
}

// board lets a live client and the publisher follow the leader's feed.
func (k *checks) board(r *replica) {
	if r == k.s.leader && r.l != nil && k.s.fault == "" && !k.s.chance(0.5) {
		k.look(r.feed)
	}
}

// look shows the next page of a feed, and publishes its next events.
func (k *checks) look(feed *Feed) {
	page, err := feed.After(context.Background(), k.shownTo, 100)
	if err != nil {
		k.s.violated("I6", "the live client: %v", err)
		return
	}
	for _, c := range page.Cases {
		k.shown[c.Key] = c
	}
	k.shownTo = page.Position.Sequence
	events, err := feed.Events(context.Background(), k.published, 100)
	if err != nil {
		k.s.violated("I5", "the publisher: %v", err)
		return
	}
	for i := range events {
		if events[i].Sequence != k.published+1 {
			k.s.violated("I5", "event %d is published after %d", events[i].Sequence, k.published)
		}
		k.published = events[i].Sequence
	}
}

// atEnd: everything has come to its end, and all figures agree.
func (k *checks) atEnd() {
	s, l := k.s, k.s.ledger
	for identity := range k.filed {
		if key, there := k.cases[identity]; !there || !l.rows[key].has(identity) {
			s.violated("I1", "an application that was acknowledged is nowhere")
		}
	}
	for key, c := range l.rows {
		if c.Status.Open() {
			s.violated("I8", "case %d is still %s: %s", key, c.Status, c.describe())
		}
		for i := range c.Assignments {
			if a := &c.Assignments[i]; a.Status.TakesSlot() {
				s.violated("home", "%s is still %s on case %d, which is %s", a.TeamID, a.Status, key, c.Status)
			}
		}
	}
	feed := s.leader.feed
	if s.leader.l == nil { // it stopped when nothing was left to do
		feed = NewFeed(l, 1)
		feed.publish(&Batch{Head: l.head}, nil, 0)
	}
	for s.fault == "" && min(k.shownTo, k.published) < l.head.Sequence {
		before := k.shownTo + k.published
		if k.look(feed); k.shownTo+k.published == before {
			s.violated("I6", "the board stands still at %d, the publisher at %d", k.shownTo, k.published)
		}
	}
	for key, c := range l.rows {
		if !reflect.DeepEqual(k.shown[key], c) {
			s.violated("I6", "the board's case %d is not the database's", key)
		}
	}
	k.figures()
}

// figures counts the statistics in steps and lets izdeu verify look at all.
func (k *checks) figures() {
	ctx := context.Background()
	feed := NewFeed(k.s.ledger, 1)
	feed.publish(&Batch{Head: k.s.ledger.head}, nil, 0)
	projector := NewProjector(k.s.ledger, feed, prometheus.NewRegistry(), slog.New(slog.DiscardHandler))
	for sequence := int64(0); sequence < k.s.ledger.head.Sequence; {
		next, err := projector.Step(ctx, sequence)
		if err != nil || next == sequence {
			k.s.violated("I7", "the statistics stand still at %d: %v", sequence, err)
			return
		}
		sequence = next
	}
	report, err := Report(ctx, k.s.ledger, testEpoch, StatisticsQuery{GroupBy: "region"})
	if err != nil {
		k.s.violated("I7", "the report: %v", err)
		return
	}
	cases, subjects := 0, 0
	for _, c := range k.s.ledger.rows {
		if !c.Merged() && !c.Exercise {
			cases++
			subjects += len(c.present())
		}
	}
	if report.Totals.Cases != cases || report.Totals.Subjects != subjects {
		k.s.violated("I7", "%d cases with %d people are counted, there are %d with %d", report.Totals.Cases, report.Totals.Subjects, cases, subjects)
	}
	for _, check := range report.Checks {
		if !check.Holds {
			k.s.violated("I7", "%s: off by %d", check.Name, check.Difference)
		}
	}
	if _, err := Verify(ctx, k.s.ledger, func(v Violation) { k.s.violated("verify", "%s", v) }, nil); err != nil {
		k.s.violated("verify", "%v", err)
	}
}

func (c *Case) has(identity Identity) bool {
	return slices.ContainsFunc(c.Applications, func(a Application) bool { return a.Identity == identity })
}

// describe says how a case stands, for a message.
func (c *Case) describe() string {
	text := string(c.Kind)
	for i := range c.Assignments {
		text += " " + c.Assignments[i].TeamID + ":" + string(c.Assignments[i].Status)
	}
	return text
}
