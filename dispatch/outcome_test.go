package dispatch

import (
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// searched makes a world with a case of these subjects and the team dos on
// scene.
func searched(tb failer, subjects ...string) (*world, int64) {
	tb.Helper()
	w := newWorld(tb)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) {
		f.Subjects = nil
		for _, id := range subjects {
			f.Subjects = append(f.Subjects, filedSubject(id))
		}
	})
	w.do(CommandAccept, key, "dos")
	w.do(CommandOnScene, key, "dos")
	w.advance(time.Hour)
	return w, key
}

func found(id string, condition Condition) func(*Command) {
	return func(c *Command) {
		c.SubjectID, c.Outcome, c.Condition, c.FoundBy = id, OutcomeFound, condition, "self"
		c.Location = &orb.Point{63.987654, 53.123456}
	}
}

func deceased(id string, told bool) func(*Command) {
	return func(c *Command) {
		c.SubjectID, c.Outcome, c.Confirmed, c.Identity, c.FamilyTold = id, OutcomeDeceased, personal+"confirmed by", "confirmed", told
		c.Location = &orb.Point{63.987654, 53.123456}
	}
}

func ends(id string, outcome Outcome) func(*Command) {
	return func(c *Command) {
		c.SubjectID, c.Outcome = id, outcome
		if outcome == OutcomeClosed {
			c.Reason = "not_confirmed"
		}
	}
}

func TestEachOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		command func(*Command)
		status  Status
	}{
		"found":             {found("", ConditionWell), StatusFound},
		"found, not stated": {func(c *Command) { c.Outcome = OutcomeFound }, StatusFound},
		"missing":           {ends("", OutcomeMissing), StatusMissing},
		"closed":            {ends("", OutcomeClosed), StatusClosed},
		"deceased, told":    {deceased("", true), StatusDeceased},
	} {
		t.Run(name, func(t *testing.T) {
			w, key := searched(t, "s1")
			changes := w.do(CommandOutcome, key, "", test.command)
			wantEvents(t, changes, "case.search_ended case.outcome assignment.standing_down")
			w.wantStatus(key, test.status)
			c := w.rows[key]
			if c.Subjects[0].Outcome == nil || len(c.Sealed) != 0 || !c.EndedAt.Equal(w.now) || c.LeadTeam != "dos" {
				t.Fatalf("%+v", c)
			}
			if changes.Events[1].SubjectID != "s1" || changes.Events[2].StatusNow != test.status {
				t.Fatalf("%+v", changes.Events[1])
			}
			if o := c.Subjects[0].Outcome; o.Outcome == OutcomeFound && o.Condition == "" {
				t.Fatalf("%+v", o)
			}
			where := c.Personal.Subjects[0].FoundAt != nil
			if want := name == "found" || name == "deceased, told"; where != want {
				t.Fatalf("the place of the find: %t, want %t", where, want)
			}
		})
	}
}

func TestOutcomeIsChecked(t *testing.T) {
	w, key := searched(t, "s1")
	for pointer, command := range map[string]func(*Command){
		"/outcome":      func(c *Command) { c.Outcome = "lost" },
		"/condition":    func(c *Command) { c.Outcome, c.Condition = OutcomeFound, "fine" },
		"/found_by":     func(c *Command) { c.Outcome, c.FoundBy = OutcomeFound, "dog" },
		"/confirmed_by": func(c *Command) { c.Outcome = OutcomeDeceased },
		"/identity":     func(c *Command) { c.Outcome, c.Confirmed, c.Identity = OutcomeDeceased, "police", "maybe" },
		"/reason":       func(c *Command) { c.Outcome = OutcomeClosed },
	} {
		changes := w.command(CommandOutcome, key, "", command)
		if a := changes.Applied; a.Code != RefusedInvalid || a.Detail[:len(pointer)] != pointer {
			t.Errorf("%s: %+v", pointer, a)
		}
	}
}

// TestWithheldDeath is the path of domain/users.md: a team reports no signs of
// life, the police confirm the death, the family is told.
func TestWithheldDeath(t *testing.T) {
	w, key := searched(t, "s1")
	changes := w.do(CommandOutcome, key, "dos", found("", ConditionNoSignsOfLife), func(c *Command) { c.Note = personal + "note" })
	wantEvents(t, changes, "case.search_ended case.noted assignment.standing_down")
	w.wantStatus(key, StatusEnded)
	if w.notes[0].Audience != AudienceSealed {
		t.Fatalf("the note is for %s", w.notes[0].Audience)
	}
	w.refused(RefusedOutcomeNotConfirmed, CommandFamilyTold, key, "")
	w.do(CommandReturned, key, "dos")
	if w.state.Case(key) == nil {
		t.Fatal("a case whose outcome is withheld left the memory")
	}
	changes = w.do(CommandOutcome, key, "", deceased("", false))
	wantEvents(t, changes, "case.updated")
	w.wantStatus(key, StatusEnded)
	c := w.rows[key]
	if len(c.Sealed) != 2 || c.Sealed[0].SupersededAt.IsZero() || !c.Sealed[1].withheld() || c.Subjects[0].Outcome != nil || c.Personal.Subjects[0].FoundAt != nil {
		t.Fatalf("%+v", c.Sealed)
	}
	w.advance(time.Hour)
	changes = w.do(CommandFamilyTold, key, "", func(c *Command) { c.At, c.ToldBy, c.Role = w.now, personal+"told by", "police" })
	wantEvents(t, changes, "case.outcome")
	w.wantStatus(key, StatusDeceased)
	c = w.rows[key]
	if e := changes.Events[0]; e.Outcome != OutcomeDeceased || e.SubjectID != "s1" || !e.HappenedAt.Equal(c.Sealed[1].Outcome.At) || e.StatusNow != StatusDeceased {
		t.Fatalf("%+v", e)
	}
	if s := c.Sealed[1]; !s.ReleasedAt.Equal(w.now) || s.ToldBy != personal+"told by" || s.Role != "police" ||
		c.Subjects[0].Outcome.ConfirmedBy != personal+"confirmed by" || c.Personal.Subjects[0].FoundAt == nil {
		t.Fatalf("%+v", c)
	}
	if w.state.Case(key) != nil {
		t.Fatal("the case stays in memory")
	}
	w.refused(RefusedNothingWithheld, CommandFamilyTold, key, "")
	w.refused(RefusedOutcomeSet, CommandOutcome, key, "", found("", ConditionWell))
	// A mistake is taken back first.
	changes = w.do(CommandReopen, key, "")
	if c := w.rows[key]; c.Personal.Subjects[0].FoundAt != nil || !c.EndedAt.IsZero() {
		t.Fatalf("%+v", c)
	}
	wantEvents(t, changes, "case.reopened assignment.offered")
	w.do(CommandOutcome, key, "", found("", ConditionWell))
	w.wantStatus(key, StatusFound)
}

// TestSealedMayBeFollowedByAny other outcome.
func TestSealedMayBeFollowedByAny(t *testing.T) {
	for _, next := range Outcomes() {
		w, key := searched(t, "s1")
		w.do(CommandOutcome, key, "", found("", ConditionNoSignsOfLife))
		w.do(CommandOutcome, key, "", ends("", next), func(c *Command) { c.Confirmed, c.FamilyTold = "police", true })
		w.wantStatus(key, Status(next))
	}
}

// TestWithhold keeps any outcome back.
func TestWithhold(t *testing.T) {
	for _, outcome := range Outcomes() {
		w, key := searched(t, "s1")
		changes := w.do(CommandOutcome, key, "", ends("", outcome), func(c *Command) { c.Withhold, c.Confirmed, c.FamilyTold = true, "police", true })
		wantEvents(t, changes, "case.search_ended assignment.standing_down")
		w.wantStatus(key, StatusEnded)
		w.do(CommandFamilyTold, key, "")
		w.wantStatus(key, Status(outcome))
		if suspended := !w.rows[key].SuspendedAt.IsZero(); suspended != (outcome == OutcomeMissing) {
			t.Errorf("%s: suspended %t", outcome, suspended)
		}
	}
}

// TestSiblings: each has an outcome of its own, and the search goes on for the
// other one.
func TestSiblings(t *testing.T) {
	w, key := searched(t, "s1", "s2")
	w.refused(RefusedUnknownSubject, CommandOutcome, key, "", found("", ConditionWell))
	changes := w.do(CommandOutcome, key, "", found("s2", ConditionInjured))
	wantEvents(t, changes, "case.outcome")
	w.wantStatus(key, StatusSearching)
	changes = w.do(CommandOutcome, key, "", found("s1", ConditionNoSignsOfLife))
	wantEvents(t, changes, "case.search_ended assignment.standing_down")
	w.wantStatus(key, StatusEnded)
	w.do(CommandOutcome, key, "", deceased("s1", false))
	w.refused(RefusedNothingWithheld, CommandFamilyTold, key, "", func(c *Command) { c.SubjectID = "s2" })
	w.do(CommandFamilyTold, key, "")
	w.wantStatus(key, StatusDeceased)

	// Withheld while the other is still sought: nothing is said of it.
	w, key = searched(t, "s1", "s2")
	changes = w.do(CommandOutcome, key, "", deceased("s1", false))
	wantEvents(t, changes, "case.updated")
	w.wantStatus(key, StatusSearching)
	changes = w.do(CommandOutcome, key, "", deceased("s2", false))
	wantEvents(t, changes, "case.search_ended assignment.standing_down")
	w.refused(RefusedUnknownSubject, CommandFamilyTold, key, "") // which one?
	w.do(CommandFamilyTold, key, "", func(c *Command) { c.SubjectID = "s2" })
	w.wantStatus(key, StatusEnded)
	w.do(CommandFamilyTold, key, "")
	w.wantStatus(key, StatusDeceased)
}

// TestSuspendedAndResumed: missing, reopened, found; teams that are not home
// stay called back and are asked in a new round.
func TestSuspendedAndResumed(t *testing.T) {
	w, key := searched(t, "s1", "s2")
	w.do(CommandOutcome, key, "", found("s2", ConditionWell))
	w.do(CommandOutcome, key, "", ends("s1", OutcomeMissing))
	w.wantStatus(key, StatusMissing)
	w.wantStatuses(key, "dos:standing_down")
	changes := w.do(CommandReopen, key, "", func(c *Command) { c.Note = personal + "note" })
	wantEvents(t, changes, "case.reopened assignment.offered case.noted")
	if e := changes.Events[0]; len(e.Subjects) != 1 || e.Subjects[0].ID != "s1" {
		t.Fatalf("reopened for %+v", e.Subjects)
	}
	w.wantStatuses(key, "dos:standing_down bars:offered")
	w.do(CommandDecline, key, "bars")
	w.do(CommandReturned, key, "dos")
	w.advance(time.Second)
	w.wantStatuses(key, "dos:returned bars:declined dos:offered")
	if a := w.rows[key].Assignment("dos"); a.Round != 2 || a.Rings != 1 || a.N != 3 {
		t.Fatalf("%+v", a)
	}
	w.do(CommandAccept, key, "dos")
	w.do(CommandOutcome, key, "", found("s1", ConditionWell))
	w.wantStatus(key, StatusFound)
	w.do(CommandReturned, key, "dos")
	// A missing person may be found without reopening.
	w, key = searched(t, "s1")
	w.do(CommandOutcome, key, "", ends("", OutcomeMissing))
	w.refused(RefusedOutcomeSet, CommandOutcome, key, "", ends("", OutcomeMissing))
	w.do(CommandReturned, key, "dos")
	changes = w.do(CommandOutcome, key, "", found("", ConditionWell))
	wantEvents(t, changes, "case.outcome")
	w.wantStatus(key, StatusFound)
	// Named, one who was found is sought again.
	w.do(CommandReopen, key, "", func(c *Command) { c.SubjectID = "s1" })
	w.wantStatus(key, StatusWaiting)
}

// TestStandDown calls everybody back, who was only asked too, and counts home.
func TestStandDown(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"accepted", "declined", "en-route", "no-answer", "on-scene"} {
		w.team(id, kostanay)
	}
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams = 5 })
	for _, id := range []string{"accepted", "en-route", "on-scene"} {
		w.do(CommandAccept, key, id)
	}
	w.do(CommandEnRoute, key, "en-route", func(c *Command) { c.People = pointer(3) })
	w.do(CommandOnScene, key, "on-scene", func(c *Command) { c.People = pointer(6) })
	w.do(CommandDecline, key, "declined")
	w.advance(2 * time.Minute)
	w.team("offered", rudny)
	w.advance(time.Minute)
	w.do(CommandDecline, key, "no-answer") // rung again at once; so that only the new one is open
	w.wantStatuses(key, "accepted:accepted declined:declined en-route:en_route no-answer:declined on-scene:on_scene offered:offered")
	changes := w.do(CommandOutcome, key, "", found("", ConditionWell))
	wantEvents(t, changes, "case.search_ended case.outcome assignment.standing_down assignment.standing_down assignment.standing_down assignment.withdrawn")
	w.wantStatuses(key, "accepted:standing_down declined:declined en-route:standing_down no-answer:declined on-scene:standing_down offered:withdrawn")
	for key, busy := range map[int32]int{1: 1, 2: 0, 3: 1, 4: 0, 5: 1, 6: 0} {
		if team, _ := w.state.TeamState(key); team.Live != busy {
			t.Errorf("%s: %d slots are taken, want %d", team.ID, team.Live, busy)
		}
	}
	w.do(CommandStandDownAck, key, "on-scene")
	if again := w.do(CommandStandDownAck, key, "on-scene"); len(again.Events) != 0 {
		t.Fatalf("acknowledged twice: %s", types(again.Events))
	}
	for i, id := range []string{"accepted", "en-route", "on-scene"} {
		if w.state.Case(key) == nil {
			t.Fatalf("%d teams are home and the case has left the memory", i)
		}
		w.do(CommandReturned, key, id, func(c *Command) { c.People = pointer(6) })
	}
	if w.state.Case(key) != nil {
		t.Fatal("everybody is home and the case stays in memory")
	}
	if a := w.rows[key].Assignment("on-scene"); a.People != 6 || a.PeopleReturned != 6 || a.AcknowledgedAt.IsZero() || a.StandingDownAt.IsZero() {
		t.Fatalf("%+v", a)
	}
}

// TestByApplication: a command may name the case by system and id of an
// application.
func TestByApplication(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	by := func(c *Command) { c.CaseID, c.Application = "", &ApplicationRef{System: "102-kostanay", ID: "a"} }
	if changes := w.do(CommandAccept, 0, "dos", by); changes.Applied.Case != key {
		t.Fatalf("%+v", changes.Applied)
	}
	w.do(CommandOutcome, 0, "", by, ends("", OutcomeMissing))
	w.do(CommandReturned, 0, "dos", by)
	w.do(CommandReopen, 0, "", by) // from the store by now
	w.wantStatus(key, StatusWaiting)
}
