package dispatch

import (
	"strings"
	"testing"
	"time"
)

// rosterOf names a roster: the case, the team and its round.
type rosterOf struct {
	key   int64
	team  int32
	round int
}

// checkRosters: the journal counts the members that there are, each once, and
// who is out can be told from who is home.
func (w *world) checkRosters(c *Case) {
	w.tb.Helper()
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if got, want := c.Roster(a.N), w.rosters[rosterOf{c.Key, a.Team, a.Round}]; got != want {
			w.tb.Fatalf("case %d: the roster of %s is %+v, the journal says %+v", c.Key, a.TeamID, got, want)
		}
	}
	seen := map[string]bool{}
	for i, m := range c.Members {
		place := string(rune('0'+m.Assignment)) + m.ID
		if m.N != i+1 || m.Assignment < 1 || m.Assignment > len(c.Assignments) || seen[place] {
			w.tb.Fatalf("case %d: member %d of assignment %d stands at %d (twice: %t)", c.Key, m.N, m.Assignment, i, seen[place])
		}
		seen[place] = true
		if m.Answer.Out() && (m.Name == "" || m.ComingAt.IsZero() || !m.HomeAt.IsZero() || m.Minor && c.Kind != VolunteerEvent) {
			w.tb.Fatalf("case %d: %+v is out", c.Key, m)
		}
		if m.Answer == AnswerHome && (m.HomeAt.IsZero() || m.ComingAt.IsZero()) || m.Served < 0 {
			w.tb.Fatalf("case %d: %+v is home", c.Key, m)
		}
		if m.Answer != AnswerComing && (m.Seats != 0 || !m.ETAAt.IsZero()) {
			w.tb.Fatalf("case %d: %+v has seats or an ETA", c.Key, m)
		}
	}
}

// answers makes a member's answer; an adult with a name.
func answers(id string, answer Answer, change ...func(*MemberAnswer)) func(*Command) {
	return func(c *Command) {
		c.Member = &MemberAnswer{ID: id, Name: personal + id, Phone: personal + "phone", Adult: pointer(true), Answer: answer}
		for _, do := range change {
			do(c.Member)
		}
	}
}

func minor(m *MemberAnswer) { m.Adult = pointer(false) }

// called has a team that has accepted a case.
func called(t *testing.T, kind Kind) (*world, int64) {
	t.Helper()
	w := newWorld(t)
	w.team("dos", kostanay, func(r *TeamRegistration) { r.Kinds = Kinds() })
	key := w.file("a", kind, kostanay)
	w.do(CommandAccept, key, "dos")
	return w, key
}

func (w *world) wantRoster(key int64, want Roster) {
	w.tb.Helper()
	if got := w.rows[key].Roster(1); got != want {
		w.tb.Fatalf("the roster is %+v, want %+v", got, want)
	}
}

func TestRosterFromComingToHome(t *testing.T) {
	w, key := called(t, MissingPerson)
	changes := w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing, func(m *MemberAnswer) { m.ETAMinutes, m.Seats = pointer(40), pointer(3) }))
	wantEvents(t, changes, "assignment.roster")
	if data := string(changes.Events[0].Data()); !strings.Contains(data, `"roster":{"coming":1,"seats":3,"arrived":0,"home":0}`) {
		t.Error(data)
	}
	if m := w.rows[key].Members[0]; !m.ETAAt.Equal(w.now.Add(40*time.Minute)) || m.Seats != 3 || m.Name != personal+"m1" {
		t.Errorf("%+v", m)
	}
	w.do(CommandRosterAnswer, key, "dos", answers("m2", AnswerComing))
	w.do(CommandRosterAnswer, key, "dos", answers("m3", AnswerNotComing))
	w.wantRoster(key, Roster{Coming: 2, Seats: 3})
	if people, back := w.rows[key].Headcount(&w.rows[key].Assignments[0]); people != 2 || back != 0 {
		t.Errorf("%d people, %d back", people, back)
	}
	w.advance(time.Hour)
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerArrived))
	w.wantRoster(key, Roster{Coming: 1, Arrived: 1})
	// The search ends: nobody new may come, and who is out has to come back.
	w.do(CommandOutcome, key, "", found("s1", ConditionWell))
	w.refused(RefusedCaseEnded, CommandRosterAnswer, key, "dos", answers("m4", AnswerComing))
	w.advance(time.Hour)
	w.do(CommandReturned, key, "dos")
	if w.rows[key].Active() {
		t.Fatal("the case is still in memory")
	}
	w.advance(time.Hour)
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerHome))
	w.do(CommandRosterAnswer, key, "dos", answers("m2", AnswerHome, func(m *MemberAnswer) { *m = MemberAnswer{ID: "m2", Answer: AnswerHome} }))
	w.wantRoster(key, Roster{Home: 2})
	if m := w.rows[key].Members; m[0].Served != 2*time.Hour || m[1].Served != 3*time.Hour || m[1].Name != personal+"m2" {
		t.Errorf("served %s since the arrival and %s since setting out", m[0].Served, m[1].Served)
	}
	if people, back := w.rows[key].Headcount(&w.rows[key].Assignments[0]); people != 2 || back != 2 {
		t.Errorf("%d people, %d back", people, back)
	}
	if again := w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerHome)); len(again.Events) != 0 {
		t.Errorf("home twice: %s", types(again.Events))
	}
}

func TestRosterRefusesMinors(t *testing.T) {
	w, key := called(t, MissingPerson)
	for _, answer := range []Answer{AnswerComing, AnswerArrived} {
		w.refused(RefusedMinor, CommandRosterAnswer, key, "dos", answers("m1", answer, minor))
		w.refused(RefusedMinor, CommandRosterAnswer, key, "dos", answers("m1", answer, minor, func(m *MemberAnswer) { m.Guardian = true }))
		w.refused(RefusedInvalid, CommandRosterAnswer, key, "dos", answers("m1", answer, func(m *MemberAnswer) { m.Adult = nil }))
	}
	if len(w.rows[key].Members) != 0 {
		t.Errorf("%+v", w.rows[key].Members)
	}
	// A no needs no age. Whoever turns out to be a minor while out must still
	// be able to come home.
	w.do(CommandRosterAnswer, key, "dos", answers("m2", AnswerNotComing, minor))
	w.do(CommandRosterAnswer, key, "dos", answers("m3", AnswerComing))
	w.refused(RefusedMinor, CommandRosterAnswer, key, "dos", answers("m3", AnswerArrived, minor))
	w.do(CommandRosterAnswer, key, "dos", answers("m3", AnswerHome, minor))

	w, key = called(t, VolunteerEvent)
	w.refused(RefusedMinor, CommandRosterAnswer, key, "dos", answers("m1", AnswerComing, minor))
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing, minor, func(m *MemberAnswer) { m.Guardian = true }))
	if m := w.rows[key].Members[0]; !m.Minor {
		t.Errorf("%+v", m)
	}
}

func TestRosterAnswersInOrder(t *testing.T) {
	w, key := called(t, MissingPerson)
	w.refused(RefusedTransition, CommandRosterAnswer, key, "dos", answers("m1", AnswerHome))
	w.refused(RefusedInvalid, CommandRosterAnswer, key, "dos", answers("m1", AnswerComing, func(m *MemberAnswer) { m.Name = "" }))
	w.refused(RefusedInvalid, CommandRosterAnswer, key, "dos", answers("m1", "asleep"))
	w.refused(RefusedInvalid, CommandRosterAnswer, key, "dos", answers("", AnswerComing))
	w.refused(RefusedInvalid, CommandRosterAnswer, key, "dos")
	w.refused(RefusedUnknownTeam, CommandRosterAnswer, key, "nobody", answers("m1", AnswerComing))
	w.team("far", lisakovsk)
	w.refused(RefusedNotAsked, CommandRosterAnswer, key, "far", answers("m1", AnswerComing))
	w.refused(RefusedNotAsked, CommandRosterAnswer, key, "dos", answers("m1", AnswerComing), func(c *Command) { c.Round = 2 })

	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerNotComing))
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing))
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerNotComing))
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerArrived))
	w.refused(RefusedTransition, CommandRosterAnswer, key, "dos", answers("m1", AnswerNotComing))
	w.advance(2 * time.Hour)
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerHome))
	w.advance(8 * time.Hour) // asleep: not counted
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing))
	w.advance(time.Hour)
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerHome))
	if served := w.rows[key].Members[0].Served; served != 3*time.Hour {
		t.Errorf("served %s in two times of 2 h and 1 h", served)
	}
}

// Who set out before the search ended and could not send it is counted among
// those who have to come back; who is let go with the team as well.
func TestRosterKnowsWhoIsStillOut(t *testing.T) {
	w, key := called(t, MissingPerson)
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing))
	w.advance(30 * time.Minute)
	w.do(CommandOutcome, key, "", found("s1", ConditionWell))
	w.do(CommandRosterAnswer, key, "dos", answers("m2", AnswerComing), func(c *Command) { c.At = w.now.Add(-10 * time.Minute) })
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerArrived))
	if r := w.rows[key].Roster(1); r.NotBack() != 2 {
		t.Errorf("%+v: who is not back?", r)
	}
	w.do(CommandRosterAnswer, key, "dos", answers("m2", AnswerNotComing)) // did not go after all
	w.do(CommandReopen, key, "")
	w.do(CommandReturned, key, "dos")
	w.do(CommandAccept, key, "dos")
	w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerComing)) // in the second round
	w.do(CommandRelease, key, "dos")
	w.refused(RefusedTransition, CommandRosterAnswer, key, "dos", answers("m3", AnswerComing))
	for round := 1; round <= 2; round++ {
		w.do(CommandRosterAnswer, key, "dos", answers("m1", AnswerHome), func(c *Command) { c.Round = round })
	}
	if c := w.rows[key]; c.Roster(1) != (Roster{Home: 1}) || c.Roster(2) != (Roster{Home: 1}) {
		t.Errorf("%+v %+v", c.Roster(1), c.Roster(2))
	}
}

func TestRosterHasAnEnd(t *testing.T) {
	w, key := called(t, MissingPerson)
	w.unchecked = true
	for range rosterLimit {
		w.do(CommandRosterAnswer, key, "dos", answers(w.nextID("m"), AnswerComing))
	}
	w.refused(RefusedRosterFull, CommandRosterAnswer, key, "dos", answers("one more", AnswerComing))
	w.do(CommandRosterAnswer, key, "dos", func(c *Command) { answers(w.rows[key].Members[7].ID, AnswerArrived)(c) })
}
