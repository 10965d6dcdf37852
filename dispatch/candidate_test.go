package dispatch

import (
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// TestWhoMayBeAsked: every reason not to ask a team, and that it is kept.
func TestWhoMayBeAsked(t *testing.T) {
	w := newWorld(t)
	w.team("a-kind", kostanay, func(r *TeamRegistration) { r.Kinds = []Kind{VolunteerEvent} })
	w.team("b-off", kostanay)
	w.available("b-off", false, time.Time{})
	w.team("c-skills", kostanay, func(r *TeamRegistration) { r.Skills = []string{"snowmobile"} })
	w.team("d-range", lisakovsk, func(r *TeamRegistration) { r.Skills, r.RangeKM = []string{"dog"}, 100 })
	w.team("e-busy", kostanay, func(r *TeamRegistration) { r.Skills = []string{"dog"} })
	w.file("other", Emergency, tobyl, func(f *Filing) { f.Needs.Skills = []string{"dog"} })
	w.team("f-asked", astana, func(r *TeamRegistration) { r.Skills = []string{"dog", "snowmobile"} })
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Skills = []string{"dog"} })
	w.wantStatuses(key, "f-asked:offered")
	want := map[string]CandidateResult{"a-kind": CandidateKind, "b-off": CandidateOffDuty, "c-skills": CandidateSkills,
		"d-range": CandidateRange, "e-busy": CandidateBusy, "f-asked": CandidateOffered}
	last := w.decisions[len(w.decisions)-1]
	for _, candidate := range last.Candidates {
		if id := w.teams[candidate.Team].ID; candidate.Result != want[id] {
			t.Errorf("%s is %s, want %s", id, candidate.Result, want[id])
		}
	}
	if len(last.Candidates) != len(want) {
		t.Errorf("%d candidates", len(last.Candidates))
	}
	// A person may ask in spite of everything but the capacity.
	for _, id := range []string{"a-kind", "b-off", "c-skills", "d-range"} {
		w.do(CommandAssign, key, id)
	}
	w.refused(RefusedAtCapacity, CommandAssign, key, "e-busy")
	w.refused(RefusedAlreadyAssigned, CommandAssign, key, "f-asked")
	// 69 km are within 100, 100 of the range are not the nearest.
	w.do(CommandRelease, w.acceptedBy("other", "e-busy"), "e-busy")
	w.wantStatuses(w.file("c", MissingPerson, rudny, func(f *Filing) { f.Needs.Skills = []string{"dog"} }), "e-busy:offered")
}

// acceptedBy lets a team accept on the case of an application.
func (w *world) acceptedBy(id, team string) int64 {
	w.tb.Helper()
	key := w.known[ApplicationIdentity("102-kostanay", id)]
	w.do(CommandAccept, key, team)
	return key
}

func TestRange(t *testing.T) {
	w := newWorld(t)
	w.team("bars", rudny, func(r *TeamRegistration) { r.RangeKM = 43 }) // 43.6 km to Kostanay
	key := w.file("a", MissingPerson, kostanay)
	w.wantStatuses(key, "")
	w.advance(time.Second)
	w.team("bars", rudny, func(r *TeamRegistration) { r.RangeKM = 45 })
	w.wantStatuses(key, "bars:offered")
}

// TestTwoTeams: as many are asked as are needed, and each has a place of its own.
func TestTwoTeams(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny, automatic)
	w.team("victoria", zhitikara)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams = 2 })
	w.wantStatuses(key, "dos:offered bars:accepted")
	w.wantStatus(key, StatusAssigned)
	w.do(CommandDecline, key, "dos")
	w.wantStatuses(key, "dos:declined bars:accepted victoria:offered")
	w.advance(3 * time.Minute)
	w.wantStatuses(key, "dos:declined bars:accepted victoria:offered") // rung again
	w.do(CommandAccept, key, "victoria")
	if c := w.rows[key]; c.LeadTeam != "bars" || !c.UnansweredAt.IsZero() {
		t.Fatalf("lead %s, unanswered %s", c.LeadTeam, c.UnansweredAt)
	}
	w.do(CommandRelease, key, "bars")
	if c := w.rows[key]; c.LeadTeam != "victoria" {
		t.Fatalf("lead %s", c.LeadTeam)
	}
	w.team("leader-astana", astana)
	w.advance(time.Second)
	w.wantStatuses(key, "dos:declined bars:released victoria:accepted leader-astana:offered")
	if regions := w.rows[key].Regions; len(regions) != 2 || regions[0] != "KZ-39" || regions[1] != "KZ-71" {
		t.Fatalf("regions %v", regions)
	}
	// The region of a team that was asked stays when the place moves.
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Location: pointer(oskemen)}, []string{"/location"}
	})
	if c := w.rows[key]; c.Region != "KZ-63" || c.Regions[0] != "KZ-63" || len(c.Regions) != 3 {
		t.Fatalf("region %s, regions %v", c.Region, c.Regions)
	}
}

// TestPositions: a fresh position is used, a stale one is not, the newest wins.
func TestPositions(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, capacity(9))
	w.team("leader-astana", astana, capacity(9))
	near := orb.Point{63.71, 53.21}
	at := w.now.Add(-10 * time.Minute)
	taken := w.move(TeamPosition{TeamID: "leader-astana", Position: near, At: at}, TeamPosition{TeamID: "nobody", Position: near, At: at},
		TeamPosition{TeamID: "leader-astana", Position: astana, At: at.Add(-time.Minute)})
	if len(taken) != 1 || taken[0].Counter != 1 || !taken[0].At.Equal(at) {
		t.Fatalf("taken: %+v", taken)
	}
	if again := w.move(TeamPosition{TeamID: "leader-astana", Position: astana, At: at}); len(again) != 0 {
		t.Fatalf("the same time again: %+v", again)
	}
	key := w.file("a", MissingPerson, tobyl)
	w.wantStatuses(key, "leader-astana:offered")
	a := w.rows[key].Assignments[0]
	if candidate := w.decisions[0].Candidates[0]; !a.PositionAt.Equal(at) || candidate.PositionAge != 10*time.Minute || a.DistanceM > 1000 {
		t.Fatalf("%+v, %+v", a, candidate)
	}
	w.advance(20 * time.Minute)
	w.wantStatuses(w.file("b", MissingPerson, tobyl), "leader-astana:offered") // thirty minutes old
	w.now = w.now.Add(time.Second)
	w.wantStatuses(w.file("c", MissingPerson, tobyl), "dos:offered") // and a second
	far := w.file("d", MissingPerson, astana)
	w.wantStatuses(far, "leader-astana:offered")
	if a := w.rows[far].Assignments[0]; !a.StalePositionAt.Equal(at) || !a.PositionAt.IsZero() || a.DistanceM > 1 {
		t.Fatalf("asked from its base because its position is stale: %+v", a)
	}
	twice := w.move(TeamPosition{TeamID: "dos", Position: astana, At: w.now}, TeamPosition{TeamID: "leader-astana", Position: near, At: w.now},
		TeamPosition{TeamID: "dos", Position: rudny, At: w.now.Add(time.Second)})
	if len(twice) != 2 || twice[0].TeamID != "dos" || twice[0].Position != rudny || twice[0].Counter != 4 || twice[1].Counter != 3 {
		t.Fatalf("moved: %+v", twice)
	}
}

// TestVolunteerEvent: offered to who has events among its kinds, takes no
// slot, and ends as closed.
func TestVolunteerEvent(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("qamqor", rudny, func(r *TeamRegistration) { r.Kinds = []Kind{VolunteerEvent, Emergency} })
	emergency := w.file("e", Emergency, rudny)
	w.wantStatuses(emergency, "qamqor:offered")
	key := w.file("a", VolunteerEvent, kostanay)
	w.wantStatuses(key, "qamqor:offered")
	if c := w.rows[key]; c.Urgency != Routine || c.Assignments[0].Slot != 0 || len(c.Subjects) != 0 {
		t.Fatalf("%+v", c)
	}
	if live, _ := w.state.TeamState(2); live.Live != 1 {
		t.Fatalf("%d of its slots are taken", live.Live)
	}
	w.advance(10 * time.Minute)
	if a := w.rows[key].Assignments[0]; a.Status != AssignmentOffered || a.Rings != 2 {
		t.Fatalf("%+v", a)
	}
	w.do(CommandAccept, key, "qamqor")
	w.do(CommandOnScene, key, "qamqor")
	w.wantStatus(key, StatusSearching)
	w.refused(RefusedOutcomeNotForKind, CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	changes := w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome, c.Reason, c.People = OutcomeClosed, "completed", pointer(31) })
	wantEvents(t, changes, "case.search_ended case.outcome assignment.standing_down")
	w.wantStatus(key, StatusClosed)
	if closing := w.rows[key].Closing; closing.Reason != "completed" || closing.People != 31 {
		t.Fatalf("%+v", closing)
	}
	w.do(CommandReturned, key, "qamqor", func(c *Command) { c.People = pointer(30) })
	if w.state.Case(key) != nil {
		t.Fatal("an event that is over stays in memory")
	}
	if a := w.rows[key].Assignments[0]; a.PeopleReturned != 30 {
		t.Fatalf("%+v", a)
	}
}
