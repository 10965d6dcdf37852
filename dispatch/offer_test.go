package dispatch

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// haversineM is a second way to measure: not the program's own.
func haversineM(a, b orb.Point) float64 {
	radians := math.Pi / 180
	lat1, lat2 := a.Lat()*radians, b.Lat()*radians
	s := math.Pow(math.Sin((lat2-lat1)/2), 2) + math.Cos(lat1)*math.Cos(lat2)*math.Pow(math.Sin((b.Lon()-a.Lon())*radians/2), 2)
	return 2 * orb.EarthRadius * math.Asin(math.Sqrt(s))
}

// kostanayTeams registers the teams of the sources at the towns' coordinates,
// and gives their bases.
func kostanayTeams(w *world) map[string]orb.Point {
	bases := map[string]orb.Point{"dos": kostanay, "region-10": tobyl, "region-10-lisakovsk": lisakovsk, "bars": rudny,
		"victoria": zhitikara, "leader-astana": astana, "leader-oskemen": oskemen}
	for _, id := range []string{"victoria", "dos", "leader-oskemen", "region-10", "bars", "leader-astana", "region-10-lisakovsk"} {
		w.team(id, bases[id])
	}
	return bases
}

func TestNearestTeamIsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		bases := kostanayTeams(w)
		place := orb.Point{rapid.Float64Range(60, 83).Draw(t, "longitude"), rapid.Float64Range(49.5, 54).Draw(t, "latitude")}
		key := w.file("a", MissingPerson, place)
		nearest, best := "", math.Inf(1)
		for id, base := range bases {
			if distance := haversineM(place, base); distance < best {
				nearest, best = id, distance
			}
		}
		a := w.rows[key].Assignments[0]
		const asNear = 14 // metres: a car takes a second for them, and travel is reckoned in seconds
		if distance := haversineM(place, bases[a.TeamID]); distance > best+asNear || math.Abs(a.DistanceM-distance) > 1 || a.Rings != 1 || a.ByHand || !a.PositionAt.IsZero() {
			t.Fatalf("%s is asked over %.0f m, the nearest is %s at %.0f m", a.TeamID, a.DistanceM, nearest, best)
		}
		decision := w.decisions[0]
		if len(decision.Candidates) != len(bases) || decision.Case != key || decision.Sequence != a.Created {
			t.Fatalf("the decision is %+v", decision)
		}
		before := 0.0
		for i, candidate := range decision.Candidates {
			id := w.teams[candidate.Team].ID
			want := map[bool]CandidateResult{true: CandidateOffered, false: CandidateEligible}[id == a.TeamID]
			if candidate.DistanceM < before || math.Abs(candidate.DistanceM-haversineM(place, bases[id])) > 1 ||
				candidate.Result != want || candidate.PositionAge != BaseUsed {
				t.Fatalf("candidate %d is %+v", i, candidate)
			}
			before = candidate.DistanceM
		}
	})
}

// TestAsNear: of teams equally near the one with fewer cases in the last day
// is asked, and of these the first by id.
func TestAsNear(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"charlie", "alpha", "bravo"} {
		w.team(id, kostanay, capacity(9))
	}
	w.team("far", lisakovsk, capacity(9))
	ask := func(want string) {
		t.Helper()
		key := w.file(w.nextID("a"), MissingPerson, tobyl)
		w.wantStatuses(key, want+":offered")
		w.do(CommandAccept, key, want)
	}
	for range 2 {
		ask("alpha")
		ask("bravo")
		ask("charlie")
	}
	w.advance(23 * time.Hour)
	ask("alpha")
	w.advance(time.Hour + time.Second) // the first six are more than a day ago
	ask("bravo")
	ask("charlie")
	ask("alpha")
}

// TestAsNearBeyondTheSurveyed: the teams as near as the nearest may be more
// than are looked at by name.
func TestAsNearBeyondTheSurveyed(t *testing.T) {
	w := newWorld(t)
	for i := range 75 {
		w.team(fmt.Sprintf("team-%02d", 99-i), kostanay, capacity(9))
	}
	w.team("busy", tobyl, capacity(1))
	w.wantStatuses(w.file("a", MissingPerson, tobyl), "busy:offered")
	w.wantStatuses(w.file("b", MissingPerson, tobyl), "team-25:offered")
	d := w.decisions[1]
	if n := len(d.Candidates); n != 21 || d.Candidates[20].Result != CandidateOffered || d.OtherCounts()["eligible"] != 55 || len(d.OtherCounts()) != 1 {
		t.Fatalf("%d candidates, the others are %v", n, d.OtherCounts())
	}
}

// TestNobodyAnswers: the time-out asks the next one, the end of the list is
// said once, and then it rings again, the least asked first and the nearest
// among these.
func TestNobodyAnswers(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", Emergency, tobyl, func(f *Filing) { f.Urgency = LifeThreatening })
	w.wantStatuses(key, "dos:offered")
	if a := w.rows[key].Assignments[0]; !a.AnswerBy.Equal(w.now.Add(time.Minute)) {
		t.Fatalf("an answer is wanted by %s", a.AnswerBy)
	}
	w.advance(59 * time.Second)
	w.wantStatuses(key, "dos:offered")
	w.advance(time.Second)
	w.wantStatuses(key, "dos:no_answer bars:offered")
	w.advance(time.Minute)
	w.wantStatuses(key, "dos:offered bars:no_answer")
	w.advance(time.Minute)
	w.wantStatuses(key, "dos:no_answer bars:offered")
	w.advance(30 * time.Minute)
	unanswered := 0
	for _, event := range w.journal {
		if event.Type == EventCaseUnanswered {
			unanswered++
		}
	}
	if c := w.rows[key]; unanswered != 1 || c.UnansweredAt.IsZero() || c.Status != StatusWaiting || c.Assignments[0].Rings < 15 {
		t.Fatalf("said %d times that nobody is left, at %s, rung %d times", unanswered, c.UnansweredAt, c.Assignments[0].Rings)
	}
	// A team that comes in is asked at the next turn: the open offer counts.
	w.team("victoria", zhitikara)
	w.advance(time.Minute)
	if a := w.rows[key].Assignment("victoria"); a == nil || a.Status != AssignmentOffered {
		t.Fatalf("the new team is not asked: %s", w.statuses(key))
	}
}

// TestRingsAgainWhereSomebodyElseCameFree: who did not answer is asked again
// also when the one who was asked last declines, is let go, or is given to
// something more urgent.
func TestRingsAgainWhereSomebodyElseCameFree(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	declined := w.file("a", MissingPerson, tobyl)
	w.advance(3 * time.Minute)
	w.wantStatuses(declined, "dos:no_answer bars:offered")
	w.do(CommandDecline, declined, "bars")
	w.wantStatuses(declined, "dos:offered bars:declined")

	w = newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny, func(r *TeamRegistration) { r.Skills = []string{"dog"} })
	key := w.file("a", MissingPerson, tobyl)
	w.advance(3 * time.Minute)
	w.wantStatuses(key, "dos:no_answer bars:offered")
	urgent := w.file("b", MissingPerson, tobyl, func(f *Filing) { f.Urgency, f.Needs.Skills = LifeThreatening, []string{"dog"} })
	w.wantStatuses(urgent, "")
	w.advance(3 * time.Minute)
	w.wantStatuses(urgent, "bars:offered")
	w.wantStatuses(key, "dos:offered bars:no_answer")
}

func TestLateAccept(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", MissingPerson, tobyl)
	w.advance(3 * time.Minute)
	changes := w.do(CommandAccept, key, "dos", func(c *Command) { c.ETAMinutes, c.People, c.Reason = pointer(25), pointer(4), "coming" })
	wantEvents(t, changes, "assignment.accepted assignment.withdrawn")
	w.wantStatuses(key, "dos:accepted bars:withdrawn")
	w.wantStatus(key, StatusAssigned)
	c := w.rows[key]
	if a := c.Assignments[0]; c.LeadTeam != "dos" || a.Slot != 1 || a.People != 4 || a.Words != "coming" || !a.ETAAt.Equal(w.now.Add(25*time.Minute)) {
		t.Fatalf("lead %s, %+v", c.LeadTeam, c.Assignments[0])
	}
	if lead := changes.Events[0]; *lead.LeadTeamID != "dos" || lead.LeadOrganisation != "organisation of dos" || lead.StatusNow != "" || changes.Events[1].StatusNow != StatusAssigned {
		t.Fatalf("%+v", lead)
	}
}

// TestLateAcceptWithoutASlot is refused: capacity is hard.
func TestLateAcceptWithoutASlot(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", MissingPerson, tobyl)
	w.advance(3 * time.Minute)
	w.wantStatuses(key, "dos:no_answer bars:offered")
	other := w.file("b", MissingPerson, tobyl)
	w.wantStatuses(other, "dos:offered")
	w.refused(RefusedAtCapacity, CommandAccept, key, "dos")
	w.refused(RefusedAtCapacity, CommandAssign, key, "dos")
	w.team("dos", kostanay, capacity(2))
	w.do(CommandAccept, key, "dos")
	w.wantStatuses(key, "dos:accepted bars:withdrawn")
	// Lowered again, the open offer may still be accepted: its slot is its own.
	w.advance(time.Second)
	w.team("dos", kostanay, capacity(1))
	w.do(CommandAccept, other, "dos")
}

func TestDeclineAndRelease(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, tobyl)
	changes := w.do(CommandDecline, key, "dos", func(c *Command) { c.Reason = personal + "reason" })
	wantEvents(t, changes, "assignment.declined case.unanswered")
	w.advance(time.Hour)
	w.wantStatuses(key, "dos:declined")
	changes = w.do(CommandAssign, key, "dos", func(c *Command) { c.Note = personal + "note" })
	wantEvents(t, changes, "assignment.offered case.noted")
	if a := w.rows[key].Assignments[0]; !a.ByHand || a.Rings != 2 || a.Round != 1 || !changes.Events[0].ByHand || w.notes[0].Audience != AudienceCoordination {
		t.Fatalf("%+v", a)
	}
	w.do(CommandAccept, key, "dos")
	w.team("bars", rudny)
	w.wantStatuses(key, "dos:accepted")
	changes = w.do(CommandRelease, key, "dos")
	wantEvents(t, changes, "assignment.released assignment.offered")
	w.wantStatuses(key, "dos:released bars:offered")
	if lead := changes.Events[0].LeadTeamID; lead == nil || *lead != "" || w.rows[key].LeadTeam != "" {
		t.Fatalf("the lead is %v", lead)
	}
	w.do(CommandDecline, key, "bars")
	w.wantStatuses(key, "dos:released bars:declined") // who was let go is not asked again
	w.do(CommandAssign, key, "dos")
	w.wantStatuses(key, "dos:released bars:declined dos:offered")
}

// TestWhenItHappened: what a late command says happened then; what the leader
// does because of it happens now.
func TestWhenItHappened(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny, automatic)
	key := w.file("a", MissingPerson, tobyl)
	w.advance(2 * time.Minute)
	earlier := w.now.Add(-time.Minute)
	changes := w.do(CommandDecline, key, "dos", func(c *Command) { c.At = earlier })
	wantEvents(t, changes, "assignment.declined assignment.offered assignment.accepted")
	a, b := w.rows[key].Assignments[0], w.rows[key].Assignments[1]
	if !changes.Events[0].HappenedAt.Equal(earlier) || !a.AnsweredAt.Equal(earlier) {
		t.Fatalf("declined at %s and %s", changes.Events[0].HappenedAt, a.AnsweredAt)
	}
	for _, event := range changes.Events[1:] {
		if !event.HappenedAt.IsZero() || !b.OfferedAt.Equal(w.now) || !b.AnsweredAt.Equal(w.now) {
			t.Fatalf("%s at %s: %+v", event.Type, event.HappenedAt, b)
		}
	}
	// Nothing happens in the future.
	changes = w.do(CommandOnScene, key, "bars", func(c *Command) { c.At = w.now.Add(time.Hour) })
	if on := w.rows[key].Assignments[1].OnSceneAt; !on.Equal(w.now) || !changes.Events[0].HappenedAt.Equal(w.now) {
		t.Fatalf("on scene at %s", on)
	}
}

func TestAutomaticTeams(t *testing.T) {
	w := newWorld(t)
	w.team("duty", kostanay, automatic, capacity(2))
	for i, want := range []string{"duty:accepted", "duty:accepted", ""} {
		key := w.file(fmt.Sprint(i), Emergency, tobyl)
		w.wantStatuses(key, want)
	}
	wantEvents(t, &Changes{Events: w.journal}, "team.registered case.opened assignment.offered assignment.accepted "+
		"case.opened assignment.offered assignment.accepted case.opened case.unanswered")
}

// TestCapacity is hard, and a lowered one holds for new offers.
func TestCapacity(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, capacity(3))
	var keys []int64
	for i := range 4 {
		keys = append(keys, w.file(fmt.Sprint(i), MissingPerson, tobyl))
	}
	w.wantStatuses(keys[2], "dos:offered")
	w.wantStatuses(keys[3], "")
	for _, key := range keys[:3] {
		w.do(CommandAccept, key, "dos")
	}
	w.advance(time.Second)
	w.team("dos", kostanay, capacity(1))
	for _, key := range keys[:2] {
		w.do(CommandRelease, key, "dos")
		w.wantStatuses(keys[3], "") // still one of one
		w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutHold })
	}
	w.do(CommandRelease, keys[2], "dos")
	w.advance(time.Second)
	w.wantStatuses(keys[3], "dos:offered")
	if slot := w.rows[keys[3]].Assignments[0].Slot; slot != 1 {
		t.Fatalf("slot %d is given", slot)
	}
}

// TestWaitingCaseIsServed whenever a team may be asked: it returns, registers,
// comes on duty by word or by the end of its absence, declines another case.
func TestWaitingCaseIsServed(t *testing.T) {
	tests := map[string]func(*world, int64){
		"returns": func(w *world, other int64) {
			w.do(CommandAccept, other, "dos")
			w.do(CommandOutcome, other, "", func(c *Command) { c.Outcome = OutcomeFound })
			w.do(CommandReturned, other, "dos")
		},
		"declines another": func(w *world, other int64) { w.do(CommandDecline, other, "dos") },
		"another is withdrawn": func(w *world, other int64) {
			w.do(CommandCallOut, other, "", func(c *Command) { c.CallOut = CallOutNone })
		},
		"is let go":         func(w *world, other int64) { w.do(CommandAccept, other, "dos"); w.do(CommandRelease, other, "dos") },
		"registers again":   func(w *world, _ int64) { w.team("dos", kostanay, capacity(2)) },
		"another registers": func(w *world, _ int64) { w.team("bars", rudny) },
	}
	for name, free := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.team("dos", kostanay)
			other := w.file("a", MissingPerson, tobyl)
			key := w.file("b", MissingPerson, tobyl)
			w.wantStatuses(key, "")
			w.advance(time.Minute)
			free(w, other)
			want := "dos:offered"
			if name == "another registers" {
				want = "bars:offered"
			}
			w.wantStatuses(key, want)
		})
	}
	t.Run("comes on duty", func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", kostanay)
		w.available("dos", false, time.Time{})
		key := w.file("a", MissingPerson, tobyl)
		w.advance(time.Hour)
		w.wantStatuses(key, "")
		w.available("dos", true, time.Time{})
		w.wantStatuses(key, "dos:offered")
	})
	t.Run("its absence ends", func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", kostanay)
		w.available("dos", false, w.now.Add(time.Hour))
		w.advance(time.Minute)
		w.available("dos", false, w.now.Add(30*time.Minute))
		key := w.file("a", MissingPerson, tobyl)
		w.advance(30*time.Minute - time.Second)
		w.wantStatuses(key, "")
		w.advance(time.Second)
		w.wantStatuses(key, "dos:offered")
		if team := w.teams[1]; !team.Available || !team.Until.IsZero() {
			t.Fatalf("%+v", team)
		}
	})
}

// TestOrderOfWaiting: the most urgent first, then who was rung least.
func TestOrderOfWaiting(t *testing.T) {
	w := newWorld(t)
	urgency := func(u Urgency) func(*Filing) { return func(f *Filing) { f.Urgency = u } }
	routine := w.file("a", MissingPerson, tobyl, urgency(Routine))
	first := w.file("b", MissingPerson, tobyl, urgency(Urgent))
	second := w.file("c", MissingPerson, tobyl, urgency(Urgent))
	danger := w.file("d", MissingPerson, tobyl, urgency(LifeThreatening))
	w.team("dos", kostanay)
	w.wantStatuses(danger, "dos:offered")
	w.advance(time.Second)
	w.do(CommandDecline, danger, "dos")
	for _, key := range []int64{first, second, first, second} {
		w.wantStatuses(key, "dos:offered")
		w.wantStatuses(routine, "")
		w.advance(3 * time.Minute)
	}
	w.do(CommandDecline, first, "dos")
	w.advance(time.Second)
	w.do(CommandDecline, second, "dos")
	w.advance(time.Second)
	w.wantStatuses(routine, "dos:offered")
}

// TestOneTeamForMany: a team that comes in is given the most urgent it can
// serve, the oldest first, up to its capacity.
func TestOneTeamForMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		var want []int64
		byRank := map[Urgency][]int64{}
		for i := range rapid.IntRange(1, 30).Draw(t, "cases") {
			urgency := rapid.SampledFrom(Urgencies()).Draw(t, "urgency")
			skills := rapid.SampledFrom([][]string{nil, {"dog"}, {"boat"}}).Draw(t, "skills")
			key := w.file(fmt.Sprint(i), MissingPerson, tobyl, func(f *Filing) { f.Urgency, f.Needs.Skills = urgency, skills })
			if len(skills) == 0 || skills[0] == "dog" {
				byRank[urgency] = append(byRank[urgency], key)
			}
		}
		for _, urgency := range []Urgency{LifeThreatening, Urgent, Routine} {
			want = append(want, byRank[urgency]...)
		}
		size := rapid.IntRange(1, 30).Draw(t, "capacity")
		w.team("dos", kostanay, capacity(size), func(r *TeamRegistration) { r.Skills = []string{"dog"} })
		var got []int64
		for _, event := range w.matched.Events {
			got = append(got, event.Case)
		}
		if want = want[:min(size, len(want))]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("offered %v, want %v", got, want)
		}
	})
}

// TestTouchedBeforeWaiting: the case that frees its team may be what the team
// should be asked for, and one that waits is not passed over for it.
func TestTouchedBeforeWaiting(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, capacity(2))
	old := w.file("a", MissingPerson, tobyl)
	other := w.file("b", MissingPerson, tobyl)
	first, second := w.file("c", MissingPerson, tobyl), w.file("d", MissingPerson, tobyl)
	w.wantStatuses(first, "")
	// Both offers run out in turn: each time the one that was never asked for comes first.
	w.advance(3 * time.Minute)
	for key, want := range map[int64]string{old: "dos:no_answer", other: "dos:no_answer", first: "dos:offered", second: "dos:offered"} {
		w.wantStatuses(key, want)
	}
	w.do(CommandAccept, first, "dos")
	w.advance(time.Minute)
	w.do(CommandDecline, second, "dos")
	w.advance(time.Second)
	w.wantStatuses(old, "dos:offered")
	w.wantStatuses(other, "dos:no_answer")
}
