package dispatch

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
)

// memory is what the checks compare a step with.
type memory struct {
	state string
	head  int64
	used  map[string]int
	rows  map[int64]*Case
	teams map[int32]*Team
}

func (w *world) remember() *memory {
	m := &memory{state: dump(w.state, w.now), head: w.state.head.Sequence, used: map[string]int{},
		rows: map[int64]*Case{}, teams: map[int32]*Team{}}
	for _, t := range w.state.teams {
		m.used[t.team.ID] = t.slots.used
		m.teams[t.team.Key] = t.team
	}
	for key, c := range w.rows {
		m.rows[key] = c
	}
	return m
}

// checkUntouched: Decide reads and does not write.
func (w *world) checkUntouched(before *memory) {
	w.tb.Helper()
	if after := dump(w.state, w.now); after != before.state {
		w.tb.Fatalf("Decide changed the state: %s", firstDifference(before.state, after))
	}
}

// check holds a step to everything that must hold always.
func (w *world) check(before *memory, message *Message, changes *Changes) {
	w.tb.Helper()
	w.checkEvents(before, message, changes)
	w.checkRows(before, message, changes)
	w.checkAsked(before, changes)
	w.checkTeams(before)
	for _, c := range w.rows {
		w.checkCase(c)
		w.checkRosters(c)
	}
	w.checkJoins(before, message, changes)
	w.checkWaiting()
	w.checkTracks()
	w.checkSecrets(changes)
	w.checkStatistics(changes)
	w.checkHanded(changes)
	w.checkReload()
}

// checkEvents: the journal has no gaps and no steps back, what changed says so,
// and a message that was applied before changes nothing.
func (w *world) checkEvents(before *memory, message *Message, changes *Changes) {
	w.tb.Helper()
	spoken, spokenOfTeam := map[int64]bool{}, map[int32]bool{}
	for i := range changes.Events {
		event := &changes.Events[i]
		if event.Sequence != before.head+int64(i)+1 || !event.At.Equal(message.Now) {
			w.tb.Fatalf("event %d of %d has sequence %d and time %s", i, before.head, event.Sequence, event.At)
		}
		if !slices.Contains(EventTypes(), event.Type) {
			w.tb.Fatalf("event %s is not in the list", event.Type)
		}
		if event.Type == EventRoster {
			w.rosters[rosterOf{event.Case, event.Team, event.Round}] = *event.Roster
		}
		if event.Case != 0 && event.CaseID != w.rows[event.Case].ID || event.Team != 0 && event.TeamID != w.teams[event.Team].ID {
			w.tb.Fatalf("event %d names %q and %q", event.Sequence, event.CaseID, event.TeamID)
		}
		spoken[event.Case], spokenOfTeam[event.Team] = true, true
		var read Event
		if err := read.SetData(event.Data()); err != nil || canonical(read.EventFields) != canonical(event.EventFields) {
			w.tb.Fatalf("event %d is read back as %+v (%v)", event.Sequence, read.EventFields, err)
		}
	}
	if w.state.head.Sequence != before.head+int64(len(changes.Events)) {
		w.tb.Fatalf("the head is %d after %d and %d events", w.state.head.Sequence, before.head, len(changes.Events))
	}
	for _, c := range changes.Cases {
		if !spoken[c.Key] {
			w.tb.Fatalf("case %d changed without an event: %s", c.Key, types(changes.Events))
		}
	}
	for _, team := range changes.Teams {
		if !spokenOfTeam[team.Key] {
			w.tb.Fatalf("team %s changed without an event", team.ID)
		}
	}
	registered := 0
	for i := range changes.Events {
		if event := &changes.Events[i]; event.Type == EventCoordinatorRegistered && registered < len(changes.Coordinators) &&
			event.CoordinatorID == changes.Coordinators[registered].ID && event.Sequence == changes.Coordinators[registered].Changed {
			registered++
		}
	}
	if registered != len(changes.Coordinators) {
		w.tb.Fatalf("a coordinator changed without an event: %s", types(changes.Events))
	}
	for _, place := range changes.Places {
		if !slices.ContainsFunc(changes.Events, func(e Event) bool { return e.PlaceID == place.ID && e.Sequence == place.Changed }) {
			w.tb.Fatalf("a place changed without an event: %s", types(changes.Events))
		}
	}
	if changes.Result == "repeated" && (len(changes.Events)+len(changes.Cases)+len(changes.Teams) > 0 || changes.Applied != nil) {
		w.tb.Fatalf("a repeated message changed something: %s", types(changes.Events))
	}
	if changes.Result == "refused" && len(changes.Events)+len(changes.Cases)+len(changes.Teams)+len(changes.Notes)+len(changes.Decisions) > 0 {
		w.tb.Fatalf("a refused message changed something: %s", types(changes.Events))
	}
	if changes.Applied != nil && changes.Applied.Sequence != w.state.head.Sequence {
		w.tb.Fatalf("the result has position %d, the head is %d", changes.Applied.Sequence, w.state.head.Sequence)
	}
	sequences := map[int64]bool{}
	for i := range changes.Decisions {
		decision := &changes.Decisions[i]
		if sequences[decision.Sequence] || decision.Sequence <= before.head || decision.Sequence > w.state.head.Sequence {
			w.tb.Fatalf("a decision has the sequence %d", decision.Sequence)
		}
		sequences[decision.Sequence] = true
	}
}

// checkAsked: whom nobody asked by hand was on duty and not resting, and had a
// crew that is neither on a case nor resting. What the step itself led to
// counts too: an offer follows from it.
func (w *world) checkAsked(before *memory, changes *Changes) {
	w.tb.Helper()
	standing := map[int32]*Team{}
	for key, team := range before.teams {
		standing[key] = team
	}
	for _, team := range changes.Teams {
		standing[team.Key] = team
	}
	for i := range changes.Events {
		event := &changes.Events[i]
		if event.Type != EventOffered || event.ByHand {
			continue
		}
		team := standing[event.Team]
		if !team.MayBeAsked() {
			w.tb.Fatalf("%s is asked and not available: %s", team.ID, team.Unavailable())
		}
		if w.rows[event.Case].Kind != VolunteerEvent && len(team.Rests) > 0 && w.state.team(team.Key).slots.used > team.Capacity-len(team.Rests) {
			w.tb.Fatalf("%s is asked while %d of its %d crews rest", team.ID, len(team.Rests), team.Capacity)
		}
	}
}

// part is one row of a case: its content without Changed, and Changed.
type part struct {
	content string
	changed int64
}

// parts divides a case into its rows.
func parts(c *Case) map[string]part {
	p := map[string]part{}
	if c == nil {
		return p
	}
	add := func(name string, row any, changed int64) { p[name] = part{canonical(row), changed} }
	row := *c
	row.Changed, row.Applications, row.Subjects, row.Assignments, row.Sealed, row.Members, row.Personal = 0, nil, nil, nil, nil, nil, Personal{}
	add("case", row, c.Changed)
	for _, a := range c.Applications {
		changed := a.Changed
		a.Changed = 0
		add("application "+a.Identity.String(), a, changed)
	}
	for i, s := range c.Subjects {
		changed := s.Changed
		s.Changed = 0
		add("subject "+strconv.Itoa(i), s, changed)
	}
	for i, a := range c.Assignments {
		changed := a.Changed
		a.Changed = 0
		add("assignment "+strconv.Itoa(i), a, changed)
	}
	for i, s := range c.Sealed {
		changed := s.Changed
		s.Changed = 0
		add("sealed "+strconv.Itoa(i), s, changed)
	}
	for i, m := range c.Members {
		changed := m.Changed
		m.Changed = 0
		add("member "+strconv.Itoa(i), m, changed)
	}
	personal := c.Personal
	personal.Changed = 0
	add("personal", personal, c.Personal.Changed)
	return p
}

// checkRows: a row that differs carries a sequence of this step, one that does
// not differ keeps its own. An update may rewrite what it names.
func (w *world) checkRows(before *memory, message *Message, changes *Changes) {
	w.tb.Helper()
	update := message.Filing != nil || message.Command != nil && (message.Command.Type == CommandUpdate || message.Command.Type == CommandUrgency)
	edited := map[int64]bool{}
	for _, c := range changes.Cases {
		if edited[c.Key] {
			w.tb.Fatalf("case %d is there twice", c.Key)
		}
		edited[c.Key] = true
		old, now := parts(before.rows[c.Key]), parts(c)
		some := false
		for name, row := range now {
			was, existed := old[name]
			fresh := row.changed > before.head && row.changed <= w.state.head.Sequence
			some = some || fresh
			switch {
			case !existed || was.content != row.content:
				if !fresh {
					w.tb.Fatalf("case %d: %s differs, but Changed is %d (step %d to %d, %s)%s", c.Key, name, row.changed, before.head,
						w.state.head.Sequence, types(changes.Events), firstDifference(was.content, row.content))
				}
			case row.changed != was.changed && !update && !strings.Contains(types(changes.Events), string(EventCaseUnanswered)) &&
				!strings.Contains(types(changes.Events), string(EventPreemptionProposed)):
				// Nobody was left to ask, or a team was proposed, and in the same step that was over.
				w.tb.Fatalf("case %d: %s is the same, but Changed went from %d to %d (%s)", c.Key, name, was.changed, row.changed, types(changes.Events))
			}
		}
		for name := range old {
			if _, kept := now[name]; !kept && !(strings.HasPrefix(name, "application ") && w.moved(name, c.Key)) {
				w.tb.Fatalf("case %d lost %s", c.Key, name)
			}
		}
		if !some && types(changes.Events) != string(EventCaseNoted) { // whose row is the note
			w.tb.Fatalf("case %d is written without a changed row (%s)", c.Key, types(changes.Events))
		}
		last := int64(0)
		for i := range changes.Events {
			if changes.Events[i].Case == c.Key {
				last = changes.Events[i].Sequence
			}
		}
		if c.lastChange() > max(last, before.head) {
			w.tb.Fatalf("case %d: a row changed at %d, after the case's last event %d (%s)", c.Key, c.lastChange(), last, types(changes.Events))
		}
		for i, a := range c.Assignments {
			slot := int32(0)
			if previous := before.rows[c.Key]; previous != nil && i < len(previous.Assignments) {
				slot = previous.Assignments[i].Slot
			} else if a.Created <= before.head {
				w.tb.Fatalf("case %d: assignment %d is new and was created at %d", c.Key, a.N, a.Created)
			}
			if slot != a.Slot && (a.SlotChanged <= before.head || a.SlotChanged > a.Changed) {
				w.tb.Fatalf("case %d: assignment %d has another slot, but SlotChanged is %d", c.Key, a.N, a.SlotChanged)
			}
		}
	}
	for _, team := range changes.Teams {
		if team.Changed <= before.head {
			w.tb.Fatalf("team %s has Changed %d", team.ID, team.Changed)
		}
	}
}

// checkTeams: capacity is hard, and a slot holds one assignment.
func (w *world) checkTeams(before *memory) {
	w.tb.Helper()
	slots := map[int32]map[int32]bool{}
	for _, c := range w.rows {
		for _, a := range c.Assignments {
			if takes := a.Status.TakesSlot() && c.Kind != VolunteerEvent; takes != (a.Slot > 0) {
				w.tb.Fatalf("case %d: %s is %s with slot %d", c.Key, a.TeamID, a.Status, a.Slot)
			}
			if a.Slot == 0 {
				continue
			}
			if slots[a.Team] == nil {
				slots[a.Team] = map[int32]bool{}
			}
			if slots[a.Team][a.Slot] {
				w.tb.Fatalf("slot %d of %s is taken twice", a.Slot, a.TeamID)
			}
			slots[a.Team][a.Slot] = true
		}
	}
	for _, t := range w.state.teams {
		if t.slots.used != len(slots[t.team.Key]) {
			w.tb.Fatalf("%s: %d slots counted, %d taken", t.team.ID, t.slots.used, len(slots[t.team.Key]))
		}
		if t.slots.used > max(t.team.Capacity, before.used[t.team.ID]) {
			w.tb.Fatalf("%s has %d slots taken of %d (%d before)", t.team.ID, t.slots.used, t.team.Capacity, before.used[t.team.ID])
		}
	}
}

// checkCase: what must hold for a case by itself.
func (w *world) checkCase(c *Case) {
	w.tb.Helper()
	if c.Status != c.deriveStatus() {
		w.tb.Fatalf("case %d is %s and should be %s", c.Key, c.Status, c.deriveStatus())
	}
	if c.EndedAt.IsZero() != c.Status.Open() || c.SuspendedAt.IsZero() != (c.Status != StatusMissing) {
		w.tb.Fatalf("case %d is %s, ended %s, suspended %s", c.Key, c.Status, c.EndedAt, c.SuspendedAt)
	}
	live, committed, lead := map[string]bool{}, false, false
	for i, a := range c.Assignments {
		if a.N != i+1 {
			w.tb.Fatalf("case %d: assignment %d stands at %d", c.Key, a.N, i)
		}
		if !a.Status.Finished() {
			if live[a.TeamID] {
				w.tb.Fatalf("case %d: %s is on it twice", c.Key, a.TeamID)
			}
			live[a.TeamID] = true
		}
		if a.Reminders > ringsBeside*a.offers() || a.Reminders < 0 {
			w.tb.Fatalf("case %d: %s was offered it %d times and reminded %d times", c.Key, a.TeamID, a.offers(), a.Reminders)
		}
		if a.Status.Finished() == a.FinishedAt.IsZero() || (a.Status == AssignmentOffered) == a.AnswerBy.IsZero() {
			w.tb.Fatalf("case %d: %s is %s, finished %s, to answer by %s", c.Key, a.TeamID, a.Status, a.FinishedAt, a.AnswerBy)
		}
		w.checkHome(c, &a)
		committed = committed || a.Status.Committed()
		lead = lead || a.Status.Committed() && a.TeamID == c.LeadTeam
		// A team's office may move to another region after it was asked.
		if team := w.state.team(a.Team).team; team.Region != "" && team.At.Before(a.OfferedAt) && !slices.Contains(c.Regions, team.Region) {
			region := team.Region
			w.tb.Fatalf("case %d: regions %v lack %s of %s", c.Key, c.Regions, region, a.TeamID)
		}
		if !c.searching() && (a.Status.Committed() || a.Status == AssignmentOffered || a.Status == AssignmentNoAnswer) {
			w.tb.Fatalf("case %d has ended and %s is %s", c.Key, a.TeamID, a.Status)
		}
	}
	if committed != lead && c.searching() {
		w.tb.Fatalf("case %d: the lead is %q of %s", c.Key, c.LeadTeam, w.statuses(c.Key))
	}
	if c.Region != "" && (len(c.Regions) == 0 || c.Regions[0] != c.Region) {
		w.tb.Fatalf("case %d: regions %v of %s", c.Key, c.Regions, c.Region)
	}
	if len(c.Personal.Subjects) != len(c.Subjects) || len(c.Personal.Applications) != len(c.Applications) {
		w.tb.Fatalf("case %d: its personal data are not as long as the case", c.Key)
	}
	w.checkUrgency(c)
	if committed, offered := c.committedTeams(); c.Needs.full(committed) {
		for _, a := range c.Assignments {
			if a.Status == AssignmentOffered && !a.ByHand {
				w.tb.Fatalf("case %d: %d of at most %d have accepted and %d are asked: %s", c.Key, committed, *c.Needs.AtMost, offered, w.statuses(c.Key))
			}
		}
	}
	w.checkProposals(c)
	withheld := map[int]bool{}
	for i := range c.Sealed {
		if s := &c.Sealed[i]; s.withheld() {
			if withheld[s.Subject] {
				w.tb.Fatalf("case %d: two outcomes of subject %d are withheld", c.Key, s.Subject)
			}
			withheld[s.Subject] = true
		}
	}
}

// checkHome: who is on a case that has check-ins is waited for until they are
// home, whether the search goes on or not; who is not counted is not home.
func (w *world) checkHome(c *Case, a *Assignment) {
	w.tb.Helper()
	switch on := a.Status.onCase(); {
	case !on && !(a.CheckInBy.IsZero() && a.CheckInMissedAt.IsZero() && a.PeopleMissingAt.IsZero()):
		w.tb.Fatalf("case %d: %s is %s and still waited for", c.Key, a.TeamID, a.Status)
	case on && c.CheckIn != nil && *c.CheckIn > 0 && a.CheckInBy.IsZero() && a.CheckInMissedAt.IsZero():
		w.tb.Fatalf("case %d: %s is %s and need not check in", c.Key, a.TeamID, a.Status)
	case !a.PeopleMissingAt.IsZero() && (a.Status != AssignmentStandingDown || a.PeopleReturned >= a.People || !c.Active()):
		w.tb.Fatalf("case %d: %s misses people and is %s with %d of %d", c.Key, a.TeamID, a.Status, a.PeopleReturned, a.People)
	}
}

// checkProposals: what is proposed can be done, and a team is proposed once.
func (w *world) checkProposals(c *Case) {
	w.tb.Helper()
	for i := range c.Proposals {
		p := &c.Proposals[i]
		from := w.rows[p.FromCase]
		if i > 0 || !c.mayTake() || p.FromCaseID != from.ID {
			w.tb.Fatalf("case %d (%s): proposal %d is %+v; may take %t, urgency %s, needs %+v, %s", c.Key, c.Status, i, p, c.mayTake(), c.Urgency, c.Needs, w.statuses(c.Key))
		}
		if a := from.Assignment(p.TeamID); a == nil || !from.mayLose(a) {
			w.tb.Fatalf("case %d would take %s from case %d (%s)", c.Key, p.TeamID, from.Key, w.statuses(from.Key))
		}
		for _, other := range w.rows {
			if other != c && slices.ContainsFunc(other.Proposals, func(q Proposal) bool { return q.Team == p.Team }) {
				w.tb.Fatalf("%s is proposed to the cases %d and %d", p.TeamID, c.Key, other.Key)
			}
		}
	}
}

// checkWaiting: what wants a team is known to wait, every open offer has a
// deadline, and nobody waits while a team is free that could be asked, unless a
// match is due.
func (w *world) checkWaiting() {
	w.tb.Helper()
	d := &decision{s: w.state, now: w.now}
	var want, have []int64
	offers := 0 // and check-ins that are due some day
	for key, c := range w.state.cases {
		for i := range c.Assignments {
			a := &c.Assignments[i]
			if a.Status == AssignmentOffered {
				offers++
			}
			if !a.CheckInBy.IsZero() && a.CheckInMissedAt.IsZero() {
				offers++
			}
		}
		if !wantsTeam(c) {
			continue
		}
		want = append(want, key)
		for _, t := range w.state.teams {
			if t.team.RangeKM > 0 {
				continue // what is within its range changes as it moves
			}
			if result := d.assess(c, t, 0); !w.state.matchDue.IsZero() {
				continue
			} else if result == CandidateEligible || result == CandidateNoAnswer {
				w.tb.Fatalf("case %d waits (%s) while %s is %s", key, w.statuses(key), t.team.ID, result)
			}
		}
	}
	for place := range w.state.waiting.behind(frontOfQueue) {
		have = append(have, place.key)
	}
	slices.Sort(want)
	slices.Sort(have)
	if !slices.Equal(want, have) {
		w.tb.Fatalf("cases %v want a team, %v wait", want, have)
	}
	if due := w.state.matchDue; !due.IsZero() && (len(want) == 0 || due.After(w.now.Add(matchEvery))) {
		w.tb.Fatalf("%d cases wait, a match is due at %s", len(want), due)
	}
	for _, key := range want {
		if c := w.state.cases[key]; w.state.matchDue.IsZero() && c.UnansweredAt.IsZero() {
			w.tb.Fatalf("case %d waits, and nobody was told", key)
		}
	}
	off := 0
	for _, t := range w.state.teams {
		for _, due := range []bool{!t.team.Available && !t.team.Until.IsZero(), !t.team.DutyUntil.IsZero(), len(t.team.Rests) > 0} {
			if due {
				off++
			}
		}
	}
	if timers := wantedTimers(w.state); len(timers) != offers+off {
		w.tb.Fatalf("%d offers are open and %d timers of teams are due, but there are %d timers", offers, off, len(timers))
	}
}

// checkSecrets: nothing personal is in the journal, and no outcome before the
// family knows it.
func (w *world) checkSecrets(changes *Changes) {
	w.tb.Helper()
	for i := range changes.Events {
		event := &changes.Events[i]
		data := event.Data()
		if bytes.Contains(data, []byte(personal)) {
			w.tb.Fatalf("%s tells personal data: %s", event.Type, data)
		}
		if event.Outcome == OutcomeOpen && event.Type != EventCaseOutcome {
			if strings.Contains(string(data), string(OutcomeDeceased)) && event.StatusNow != StatusDeceased ||
				strings.Contains(string(data), string(ConditionNoSignsOfLife)) {
				w.tb.Fatalf("%s tells an outcome: %s", event.Type, data)
			}
			continue
		}
		c := w.rows[event.Case]
		told := c.Closing
		if s := c.subject(event.SubjectID); s != nil {
			told = s.Outcome
		}
		if told == nil || told.Outcome != event.Outcome || told.Condition != event.Condition {
			w.tb.Fatalf("%s tells %s, which is not told: %s", event.Type, event.Outcome, data)
		}
	}
}

// checkStatistics: figures made from the journal are those of the rows.
func (w *world) checkStatistics(changes *Changes) {
	w.tb.Helper()
	for i := range changes.Events {
		if event := &changes.Events[i]; event.Case != 0 && concerns(event) {
			w.counted[event.Case] = project(w.counted[event.Case], event)
		}
	}
	for key, c := range w.rows {
		row := w.counted[key]
		if row == nil || row.Region != c.Region || row.Kind != c.Kind || row.Exercise != c.Exercise ||
			row.LeadTeam != c.LeadTeam || row.Applications != len(c.Applications) || row.Outcome != c.told(nil) {
			w.tb.Fatalf("case %d is counted as %+v", key, row)
		}
		if row.Merged != c.Merged() {
			w.tb.Fatalf("case %d: merged %t, counted %t", key, c.Merged(), row.Merged)
		}
		present := c.present()
		if len(row.Subjects) != len(present) {
			w.tb.Fatalf("case %d has %d subjects, %d are counted", key, len(present), len(row.Subjects))
		}
		for i := range present {
			s, counted := &present[i], row.Subjects[i]
			if counted.ID != s.ID || counted.Category != s.Category || counted.Outcome != c.told(s) {
				w.tb.Fatalf("case %d: subject %s is counted as %+v", key, s.ID, counted)
			}
		}
		var first time.Time
		minutes, counted := map[string]int{}, map[string]int{}
		for i := range row.Teams {
			counted[row.Teams[i].ID] = row.Teams[i].Minutes
		}
		for _, a := range c.Assignments {
			minutes[a.TeamID] += int(a.Away() / time.Minute)
			if counted[a.TeamID] < minutes[a.TeamID] {
				w.tb.Fatalf("case %d: %s was out for %d minutes, counted %d", key, a.TeamID, minutes[a.TeamID], counted[a.TeamID])
			}
			if i := slices.IndexFunc(row.Teams, func(t StatisticsTeam) bool { return t.ID == a.TeamID }); i < 0 && a.Status.onCase() {
				w.tb.Fatalf("case %d: %s is on it and not counted", key, a.TeamID)
			}
			if !a.OnSceneAt.IsZero() && (first.IsZero() || a.OnSceneAt.Before(first)) {
				first = a.OnSceneAt
			}
		}
		if first.IsZero() != row.FirstOnSceneAt.IsZero() {
			w.tb.Fatalf("case %d: the first team came at %s, counted %s", key, first, row.FirstOnSceneAt)
		}
	}
}

// checkHanded: a Case that has left Decide is never changed again.
func (w *world) checkHanded(changes *Changes) {
	w.tb.Helper()
	for _, c := range changes.Cases {
		w.handed[c] = canonical(c)
	}
	for c, was := range w.handed {
		if now := canonical(c); now != was {
			w.tb.Fatalf("case %d was changed after it was handed out: %s", c.Key, firstDifference(was, now))
		}
	}
	if len(w.handed) > 200 {
		clear(w.handed)
	}
}

// checkReload: a state loaded from the rows is the state in memory.
func (w *world) checkReload() {
	w.tb.Helper()
	loaded := NewState(w.state.settings, w.snapshot())
	if a, b := dump(w.state, w.now), dump(loaded, w.now); a != b {
		w.tb.Fatalf("the state loaded again differs from the state in memory: %s", firstDifference(a, b))
	}
}

// moved says that an application that left a case is now another case's.
func (w *world) moved(name string, from int64) bool {
	for key, c := range w.rows {
		for i := range c.Applications {
			if key != from && "application "+c.Applications[i].Identity.String() == name {
				return true
			}
		}
	}
	return false
}

// sought counts the people who are sought in all cases that count.
func sought(rows map[int64]*Case) int {
	n := 0
	for _, c := range rows {
		if c.Merged() {
			continue
		}
		for i := range c.Subjects {
			if s := &c.Subjects[i]; s.Sought() && c.withheld(s.N) == nil {
				n++
			}
		}
	}
	return n
}

// checkJoins: an application is in one case, nobody is lost by a join, a merge
// or a split, and a merged case is empty.
func (w *world) checkJoins(before *memory, message *Message, changes *Changes) {
	w.tb.Helper()
	in := map[Identity]int64{}
	for key, c := range w.rows {
		for i := range c.Applications {
			a := &c.Applications[i]
			if other, twice := in[a.Identity]; twice {
				w.tb.Fatalf("an application is in the cases %d and %d", key, other)
			}
			in[a.Identity] = key
			joined := c.joined(a.Key)
			if (joined != nil) != (c.Personal.Applications[i].Filed != nil) {
				w.tb.Fatalf("case %d: how application %d came is not as it was filed", key, a.Key)
			}
			if w.known[a.Identity] != key || w.state.cases[key] != nil && w.state.applications[a.Identity] != key {
				w.tb.Fatalf("the application of case %d is known to be of case %d", key, w.known[a.Identity])
			}
			if i > 0 && c.Applications[i-1].Key >= a.Key {
				w.tb.Fatalf("case %d: its applications are not in order", key)
			}
		}
		if c.Merged() != (len(c.Applications) == 0) {
			w.tb.Fatalf("case %d: merged %t with %d applications", key, c.Merged(), len(c.Applications))
		}
		for i := range c.Joined {
			if !slices.ContainsFunc(c.Applications, func(a Application) bool { return a.Key == c.Joined[i].Application }) && !c.Merged() {
				w.tb.Fatalf("case %d remembers an application that it has not", key)
			}
		}
		for _, one := range c.Likely {
			if !slices.Contains(DuplicateReasons(), one.Reasons[0]) || one.Key == key || slices.Contains(c.Apart, one.Key) {
				w.tb.Fatalf("case %d: likely the same as %+v", key, one)
			}
		}
	}
	for identity := range w.known {
		if in[identity] == 0 {
			w.tb.Fatalf("an application is in no case")
		}
	}
	was, is := sought(before.rows), sought(w.rows)
	switch command := message.Command; {
	case message.Filing != nil && is < was:
		w.tb.Fatalf("%d people were sought before an application and %d after it", was, is)
	case command == nil || changes.Applied == nil || !changes.Applied.Done:
	case command.Type == CommandSplit && is < was:
		w.tb.Fatalf("%d people were sought before a split and %d after it", was, is)
	case command.Type == CommandMerge && len(changes.Cases) > 0:
		for _, c := range changes.Cases {
			if of := before.rows[c.Key]; c.Merged() {
				one := map[int64]*Case{0: of}
				if n := sought(map[int64]*Case{0: w.rows[c.MergedInto.Key]}); n < sought(one) {
					w.tb.Fatalf("a merge left %d of %d people", n, sought(one))
				}
			}
		}
	}
	w.checkIndex()
}

// checkIndex: every active case is found by what it says, and nothing else is.
func (w *world) checkIndex() {
	if w.state.duplicates == nil {
		return
	}
	want := map[int64][]uint64{}
	for key, c := range w.state.cases {
		if found := w.state.duplicates.foundBy(evidenceOfCase(c).traits(), placeOf(c.Location)); mayBeSame(c) && len(found) > 0 {
			want[key] = found
		}
	}
	if a, b := canonical(want), canonical(w.state.duplicates.found); a != b {
		w.tb.Fatalf("cases are found by something else: %s", firstDifference(a, b))
	}
	n := 0
	for by, with := range w.state.duplicates.cases {
		n += len(with)
		for _, one := range with {
			if !slices.Contains(want[one.key], by) {
				w.tb.Fatalf("case %d is found by what it does not say", one.key)
			}
			if is := placeOf(w.state.cases[one.key].Location); one.place != is {
				w.tb.Fatalf("case %d is known at %v, and is at %v", one.key, one.place, is)
			}
		}
	}
	for _, found := range want {
		n -= len(found)
	}
	if n != 0 {
		w.tb.Fatalf("cases are found by %d traits too many", n)
	}
}
