package dispatch

import (
	"testing"
	"time"
)

func danger(f *Filing) { f.Urgency = LifeThreatening }

// fourTeams are at Kostanay, Rudny, Lisakovsk and Zhitikara: in this order from Tobyl.
func fourTeams(w *world) {
	w.team("dos", kostanay)
	w.team("bars", rudny)
	w.team("region-10", lisakovsk)
	w.team("victoria", zhitikara)
}

// TestOpenCall: a life-threatening search asks three at once; every yes is
// welcome, the first leads, and nobody's offer is taken back for it.
func TestOpenCall(t *testing.T) {
	w := newWorld(t)
	fourTeams(w)
	key := w.file("a", MissingPerson, tobyl, danger)
	w.wantStatuses(key, "dos:offered bars:offered region-10:offered")
	for i, want := range []Choice{ChoiceNearest, ChoiceOpenCall, ChoiceOpenCall} {
		if got := w.decisions[i].Choice; got != want {
			t.Errorf("decision %d is %s, want %s", i, got, want)
		}
	}
	w.do(CommandDecline, key, "bars")
	w.wantStatuses(key, "dos:offered bars:declined region-10:offered victoria:offered")
	w.do(CommandAccept, key, "region-10")
	w.do(CommandAccept, key, "dos")
	w.wantStatuses(key, "dos:accepted bars:declined region-10:accepted victoria:offered")
	if c := w.rows[key]; c.LeadTeam != "region-10" || !c.UnansweredAt.IsZero() {
		t.Fatalf("lead %s, unanswered %s", c.LeadTeam, c.UnansweredAt)
	}
	// The need is met: who did not answer is left in peace, and may still come.
	changes := w.advanceAll(time.Minute)
	if got := types(changes); got != string(EventNoAnswer) {
		t.Fatalf("%q", got)
	}
	w.wantStatuses(key, "dos:accepted bars:declined region-10:accepted victoria:no_answer")
	w.do(CommandAccept, key, "victoria")
	w.wantStatuses(key, "dos:accepted bars:declined region-10:accepted victoria:accepted")
	// Less urgent searches and emergencies ask one after the other.
	for _, other := range []int64{w.file("b", MissingPerson, tobyl), w.file("c", Emergency, tobyl, danger)} {
		if n := len(w.rows[other].Assignments); n > 1 {
			t.Fatalf("case %d asked %d teams", other, n)
		}
	}
}

// advanceAll lets time pass and gives the events.
func (w *world) advanceAll(by time.Duration) []Event {
	before := len(w.journal)
	w.advance(by)
	return w.journal[before:]
}

// TestOpenCallLeavesTeamsToOthers: only those beyond the need are spared for
// a case that has nobody asked.
func TestOpenCallLeavesTeamsToOthers(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.file("first", MissingPerson, tobyl)
	waits := w.file("waits", MissingPerson, tobyl)
	w.wantStatuses(waits, "")
	w.do(CommandUpdate, waits, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Needs: Needs{Skills: []string{"dog"}}}, []string{"/needs"}
	})
	w.team("bars", rudny)
	w.team("victoria", zhitikara)
	key := w.file("a", MissingPerson, tobyl, danger, func(f *Filing) { f.Needs.Teams = 2 })
	w.advance(2 * time.Second)                           // the next match
	w.wantStatuses(key, "bars:offered victoria:offered") // both are needed
	w.team("region-10", lisakovsk)
	w.do(CommandDecline, key, "victoria")
	w.advance(2 * time.Second) // the next match
	w.wantStatuses(key, "bars:offered victoria:declined region-10:offered")
	w.team("leader-astana", astana)
	w.do(CommandAssign, key, "victoria")
	w.do(CommandDecline, key, "victoria")
	w.advance(2 * time.Second)                                              // the next match
	w.wantStatuses(key, "bars:offered victoria:declined region-10:offered") // not a third while one waits
	w.do(CommandCallOut, waits, "", func(c *Command) { c.CallOut = CallOutNone })
	w.do(CommandAssign, key, "victoria")
	w.do(CommandDecline, key, "victoria")
	w.advance(2 * time.Second) // the next match
	w.wantStatuses(key, "bars:offered victoria:declined region-10:offered leader-astana:offered")
}

// TestAtMost: the coordinator's cap ends an open call; a later yes is refused
// with the reason, unless a person assigned the team.
func TestAtMost(t *testing.T) {
	w := newWorld(t)
	fourTeams(w)
	key := w.file("a", MissingPerson, tobyl, danger, func(f *Filing) { f.Needs.AtMost = pointer(2) })
	w.wantStatuses(key, "dos:offered bars:offered") // never more than may come
	w.advance(time.Minute)
	w.wantStatuses(key, "dos:no_answer bars:no_answer region-10:offered victoria:offered")
	w.do(CommandAccept, key, "victoria")
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Needs: Needs{AtMost: pointer(1)}}, []string{"/needs"}
	})
	w.wantStatuses(key, "dos:no_answer bars:no_answer region-10:withdrawn victoria:accepted")
	w.refused(RefusedEnoughTeams, CommandAccept, key, "dos")
	w.do(CommandAssign, key, "bars")
	w.do(CommandAccept, key, "bars")
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Needs: Needs{AtMost: pointer(0)}}, []string{"/needs"}
	})
	w.do(CommandAccept, key, "dos")
	w.wantStatuses(key, "dos:accepted bars:accepted region-10:withdrawn victoria:accepted")
	// The cap is reached by the answers themselves.
	other := newWorld(t)
	fourTeams(other)
	key = other.file("a", MissingPerson, tobyl, danger, func(f *Filing) { f.Needs.AtMost = pointer(3) })
	other.wantStatuses(key, "dos:offered bars:offered region-10:offered")
	other.do(CommandAssign, key, "victoria")
	for _, id := range []string{"dos", "bars", "region-10"} {
		other.do(CommandAccept, key, id)
	}
	other.wantStatuses(key, "dos:accepted bars:accepted region-10:accepted victoria:withdrawn")
}

// TestReminders: who did not answer is rung again while the next is asked,
// without a slot, a few times, and not while off duty or on another case.
func TestReminders(t *testing.T) {
	w := newWorld(t)
	fourTeams(w)
	key := w.file("a", MissingPerson, tobyl)
	if got := types(w.advanceAll(3 * time.Minute)); got != "assignment.no_answer assignment.offered assignment.rung" {
		t.Fatalf("%q", got)
	}
	dos := w.rows[key].Assignments[0]
	if dos.Rings != 2 || dos.Reminders != 1 || dos.Slot != 0 || dos.Status != AssignmentNoAnswer {
		t.Fatalf("%+v", dos)
	}
	w.team("dos", kostanay, capacity(2))
	other := w.file("b", MissingPerson, tobyl)
	w.wantStatuses(other, "dos:offered")
	w.available("bars", false, time.Time{})
	if got := types(w.advanceAll(3*time.Minute - time.Second)); got != "" {
		t.Fatalf("%q", got)
	}
	// dos is asked for the other case (and has room for a second), bars is off duty: nobody is rung for the first.
	before := w.rows[key].Assignments[0].Rings
	w.send(Message{Timer: &Timer{Kind: TimerOffer, Due: w.rows[key].Assignments[1].AnswerBy, Case: key, Assignment: 2}})
	w.wantStatuses(key, "dos:no_answer bars:no_answer region-10:offered")
	if a := w.rows[key].Assignments; a[0].Rings != before || a[1].Rings != 1 {
		t.Fatalf("rung: %+v", a)
	}
	// The bound: three reminders for an offer, however long nobody answers.
	lone := newWorld(t)
	lone.team("dos", kostanay)
	for _, id := range []string{"t1", "t2", "t3", "t4", "t5", "t6"} {
		lone.team(id, rudny)
	}
	key = lone.file("a", MissingPerson, tobyl)
	lone.advance(18 * time.Minute)
	if a := lone.rows[key].Assignments[0]; a.Reminders != ringsBeside || a.Rings != 1+ringsBeside {
		t.Fatalf("%+v", a)
	}
	// The late yes joins.
	lone.do(CommandAccept, key, "dos")
	if c := lone.rows[key]; c.LeadTeam != "dos" || c.Assignments[6].Status != AssignmentWithdrawn {
		t.Fatalf("%s", lone.statuses(key))
	}
}

// TestWords: what a team said is kept as it said it.
func TestWords(t *testing.T) {
	w := newWorld(t)
	fourTeams(w)
	key := w.file("a", MissingPerson, tobyl, danger)
	w.do(CommandAccept, key, "dos", func(c *Command) { c.Words = personal + "через два часа" })
	w.do(CommandAccept, key, "bars", func(c *Command) { c.Words, c.ETAMinutes = personal+"екі сағаттан кейін", pointer(120) })
	w.do(CommandDecline, key, "region-10", func(c *Command) { c.Words, c.Reason = personal+"машина сломалась", "no_vehicle" })
	a := w.rows[key].Assignments
	if a[0].Words != personal+"через два часа" || !a[0].ETAAt.IsZero() || a[1].Words != personal+"екі сағаттан кейін" ||
		a[1].ETAAt.Sub(a[1].AnsweredAt) != 2*time.Hour || a[2].Words != personal+"машина сломалась\nno_vehicle" {
		t.Fatalf("%+v", a)
	}
}

// TestDeclinedComesBackByAPerson and by nothing else.
func TestDeclinedComesBackByAPerson(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, tobyl, danger)
	w.do(CommandDecline, key, "dos")
	w.advance(time.Hour)
	w.available("dos", false, time.Time{})
	w.advance(time.Hour)
	w.available("dos", true, time.Time{})
	w.advance(time.Second)
	w.team("dos", kostanay, capacity(2))
	w.do(CommandUpdate, key, "", func(c *Command) { c.Fields, c.Given = &Filing{Location: &rudny}, []string{"/location"} })
	w.wantStatuses(key, "dos:declined")
	w.do(CommandAssign, key, "dos")
	w.wantStatuses(key, "dos:offered")
	if d := w.decisions[len(w.decisions)-1]; d.Choice != ChoiceByHand {
		t.Fatalf("chosen as %s", d.Choice)
	}
	w.do(CommandAccept, key, "dos")
}
