package dispatch

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func urgency(u Urgency) func(*Filing) { return func(f *Filing) { f.Urgency = u } }

// onItsWay is a world in which the only team is on its way to something
// routine, and something that threatens life is filed.
func onItsWay(t *testing.T, change ...func(*TeamRegistration)) (w *world, routine, danger int64) {
	t.Helper()
	w = newWorld(t)
	w.team("dos", kostanay, change...)
	routine = w.file("a", MissingPerson, lisakovsk, urgency(Routine))
	if w.rows[routine].Assignments[0].Status == AssignmentOffered {
		w.do(CommandAccept, routine, "dos")
	}
	w.do(CommandEnRoute, routine, "dos")
	danger = w.file("b", MissingPerson, tobyl, urgency(LifeThreatening))
	return w, routine, danger
}

// TestPreemptionIsProposed to a person, who does it: the case that loses its
// team goes first in the queue, and both cases say so.
func TestPreemptionIsProposed(t *testing.T) {
	w, routine, danger := onItsWay(t)
	w.wantStatuses(danger, "")
	proposals := w.rows[danger].Proposals
	if len(proposals) != 1 || proposals[0].TeamID != "dos" || proposals[0].FromCase != routine || proposals[0].FromCaseID != CaseID(testEpoch, routine) ||
		proposals[0].GainS != nil || proposals[0].CostS != nil || proposals[0].TravelS < 60 || !proposals[0].At.Equal(w.now) {
		t.Fatalf("%+v", proposals)
	}
	proposed := w.journal[len(w.journal)-1]
	if proposed.Type != EventPreemptionProposed || proposed.Case != danger || proposed.TeamID != "dos" || proposed.RelatedCaseID != CaseID(testEpoch, routine) || proposed.TravelS != proposals[0].TravelS {
		t.Fatalf("%+v", proposed)
	}
	second := w.file("second", MissingPerson, tobyl, urgency(LifeThreatening))
	if len(w.rows[second].Proposals) > 0 {
		t.Fatal("one team is proposed for two")
	}
	w.do(CommandOutcome, second, "", func(c *Command) { c.Outcome = OutcomeFound })
	other := w.file("c", MissingPerson, kostanay, urgency(Routine)) // waits as well, and is older in the queue of those not first
	w.refused(RefusedNoProposal, CommandPreempt, danger, "bars")
	w.refused(RefusedNoProposal, CommandPreempt, other, "dos")
	w.advance(time.Minute)
	changes := w.do(CommandPreempt, danger, "dos")
	wantEvents(t, changes, "assignment.released case.preempted assignment.offered")
	if released := changes.Events[0]; released.Case != routine || released.RelatedCaseID != CaseID(testEpoch, danger) || *released.LeadTeamID != "" {
		t.Fatalf("%+v", released)
	}
	if e := changes.Events[1]; e.Case != danger || e.Team == 0 || e.RelatedCaseID != CaseID(testEpoch, routine) {
		t.Fatalf("%+v", e)
	}
	w.wantStatuses(danger, "dos:offered")
	w.wantStatuses(routine, "dos:released")
	lost := w.rows[routine]
	if lost.Assignments[0].ReleasedFor != CaseID(testEpoch, danger) || !lost.FirstInQueue || lost.Status != StatusWaiting || len(w.rows[danger].Proposals) > 0 {
		t.Fatalf("%+v", lost)
	}
	if choice := w.decisions[len(w.decisions)-1].Choice; w.decisions[len(w.decisions)-1].Case == danger && choice != ChoicePreempted {
		t.Fatalf("chosen as %s", choice)
	}
	w.do(CommandAccept, danger, "dos")
	w.advance(time.Hour)
	// A team that comes in goes to who lost one, though the other is nearer;
	// and the team that was taken may be asked for it again.
	w.team("bars", kostanay)
	w.wantStatuses(routine, "dos:released bars:offered")
	w.wantStatuses(other, "")
	w.advance(time.Second)
	w.do(CommandDecline, routine, "bars")
	w.do(CommandOutcome, danger, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.advance(time.Second)
	w.do(CommandReturned, danger, "dos")
	w.advance(24 * time.Hour)
	w.wantStatuses(routine, "dos:released bars:declined dos:offered")
	w.do(CommandAccept, routine, "dos")
	if w.rows[routine].FirstInQueue {
		t.Fatal("it is still first in the queue")
	}
}

// TestPreemptionOfAutomaticTeams happens at once.
func TestPreemptionOfAutomaticTeams(t *testing.T) {
	w, routine, danger := onItsWay(t, automatic)
	w.wantStatuses(danger, "dos:accepted")
	w.wantStatuses(routine, "dos:released")
	if !w.rows[routine].FirstInQueue || w.rows[routine].UnansweredAt.IsZero() {
		t.Fatalf("%+v", w.rows[routine])
	}
}

// TestPreemptionIsTakenBack when it holds no more, and is not proposed twice.
func TestPreemptionIsTakenBack(t *testing.T) {
	tests := map[string]func(*world, int64, int64){
		"arrives":   func(w *world, routine, _ int64) { w.do(CommandOnScene, routine, "dos") },
		"is let go": func(w *world, routine, _ int64) { w.do(CommandRelease, routine, "dos") },
		"becomes urgent": func(w *world, routine, _ int64) {
			w.do(CommandUrgency, routine, "", func(c *Command) { c.Urgency, c.Reason = Urgent, "x" })
		},
		"the other is held": func(w *world, _, danger int64) {
			w.do(CommandCallOut, danger, "", func(c *Command) { c.CallOut = CallOutHold })
		},
		"the other ends": func(w *world, _, danger int64) {
			w.do(CommandOutcome, danger, "", func(c *Command) { c.Outcome = OutcomeFound })
		},
		"somebody else comes": func(w *world, _, danger int64) { w.team("bars", kostanay) },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			w, routine, danger := onItsWay(t)
			w.advance(time.Second)
			w.do(CommandNote, danger, "", func(c *Command) { c.Note = personal + "note" })
			do(w, routine, danger)
			count := map[EventType]int{}
			for i := range w.journal {
				count[w.journal[i].Type]++
			}
			if len(w.rows[danger].Proposals) > 0 || count[EventPreemptionProposed] != 1 || count[EventPreemptionWithdrawn] != 1 {
				t.Fatalf("%+v after %v", w.rows[danger].Proposals, count)
			}
			w.refused(RefusedNoProposal, CommandPreempt, danger, "dos")
		})
	}
}

// TestPreemptionOfWhoIsMuchSooner: also where a team is asked that is far away.
func TestPreemptionOfWhoIsMuchSooner(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.do(CommandAccept, w.file("a", MissingPerson, tobyl, urgency(Routine)), "dos")
	w.team("bars", orb.Point{63.4, 53.1}) // twenty minutes more
	near := w.file("b", Emergency, tobyl, urgency(LifeThreatening))
	w.wantStatuses(near, "bars:offered")
	if proposals := w.rows[near].Proposals; len(proposals) > 0 {
		t.Fatalf("it is hardly sooner: %+v", proposals)
	}
	w.team("victoria", zhitikara)
	far := w.file("c", Emergency, tobyl, urgency(LifeThreatening))
	w.wantStatuses(far, "victoria:offered")
	if proposals := w.rows[far].Proposals; len(proposals) != 1 || *proposals[0].GainS < 3600 || proposals[0].CostS != nil {
		t.Fatalf("%+v", proposals)
	}
	w.do(CommandPreempt, far, "dos")
	w.do(CommandAccept, far, "dos")
	w.wantStatuses(far, "victoria:withdrawn dos:accepted")
}

// TestPreemptionOfWhoIsFar: with nobody to ask, a team is not called back from
// afar while a nearer one may come free soon.
func TestPreemptionOfWhoIsFar(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.do(CommandAccept, w.file("a", Emergency, tobyl, urgency(Urgent)), "dos")
	w.team("victoria", zhitikara)
	w.do(CommandAccept, w.file("b", Emergency, zhitikara, urgency(Routine)), "victoria")
	if danger := w.file("c", Emergency, tobyl, urgency(LifeThreatening)); len(w.rows[danger].Proposals) > 0 {
		t.Fatalf("%+v", w.rows[danger].Proposals)
	}
	near := w.file("d", Emergency, orb.Point{61.3, 52.2}, urgency(LifeThreatening))
	if proposals := w.rows[near].Proposals; len(proposals) != 1 || proposals[0].TeamID != "victoria" {
		t.Fatalf("%+v", proposals)
	}
}

// TestPreemptionWhenSomethingRoutineIsAccepted: who waits may take the team
// that has just accepted something else.
func TestPreemptionWhenSomethingRoutineIsAccepted(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	routine := w.file("a", MissingPerson, lisakovsk, urgency(Routine))
	danger := w.file("b", MissingPerson, tobyl, urgency(LifeThreatening))
	if len(w.rows[danger].Proposals) > 0 {
		t.Fatal("a team that has not accepted is proposed")
	}
	w.do(CommandAccept, routine, "dos")
	if len(w.rows[danger].Proposals) != 1 {
		t.Fatal("nobody is proposed")
	}
	// A person who is not in danger is no reason.
	if event := w.file("c", Emergency, tobyl, urgency(Routine)); len(w.rows[event].Proposals) > 0 {
		t.Fatal("proposed for something routine")
	}
}

// TestQueueRank: by urgency, within one those that lost their team first, then
// by age; volunteer events last.
func TestQueueRank(t *testing.T) {
	var w waitingSet
	for _, c := range []Case{{Key: 1, Urgency: Routine}, {Key: 2, Kind: VolunteerEvent, Urgency: LifeThreatening}, {Key: 3, Urgency: Urgent},
		{Key: 4, Urgency: Routine, CaseDetail: CaseDetail{FirstInQueue: true}}, {Key: 6, Urgency: LifeThreatening}, {Key: 5, Urgency: LifeThreatening}} {
		w.add(&c)
	}
	var got []int64
	for place := range w.behind(frontOfQueue) {
		got = append(got, place.key)
	}
	if fmt.Sprint(got) != "[5 6 3 4 1 2]" || w.cases() != 5 {
		t.Fatalf("%v, %d cases", got, w.cases())
	}
}

// TestPreemptionUnderALoweredCapacity: a team that has more than it may take
// would have no room for the urgent either.
func TestPreemptionUnderALoweredCapacity(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, capacity(2))
	for _, id := range []string{"a", "b"} {
		w.do(CommandAccept, w.file(id, Emergency, lisakovsk, urgency(Routine)), "dos")
	}
	w.advance(time.Second)
	w.team("dos", kostanay, capacity(1))
	if danger := w.file("c", Emergency, tobyl, urgency(LifeThreatening)); len(w.rows[danger].Proposals) > 0 {
		t.Fatalf("%+v", w.rows[danger].Proposals)
	}
}
