package dispatch

import (
	"testing"
	"time"

	"github.com/izdeu/izdeu/geo"
)

func duty(weekly ...DutyShift) func(*TeamRegistration) {
	return func(r *TeamRegistration) { r.Duty = &DutyCalendar{Weekly: weekly} }
}

// local is a time on the clocks of Kostanay, in November 2026.
func local(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, geo.CountryTime)
}

func (w *world) until(at time.Time) {
	w.tb.Helper()
	w.advance(at.Sub(w.now))
}

// lastAvailability gives the newest event of a team's availability.
func (w *world) lastAvailability(tb failer, id string) Event {
	tb.Helper()
	for i := len(w.journal) - 1; i >= 0; i-- {
		if e := w.journal[i]; e.Type == EventTeamAvailability && e.TeamID == id {
			return e
		}
	}
	tb.Fatalf("nothing was said of %s", id)
	return Event{}
}

func wantAvailability(tb failer, e Event, available bool, because AvailabilityReason, until time.Time) {
	tb.Helper()
	if *e.Available != available || e.Because != because || !e.Until.Equal(until) {
		tb.Fatalf("available %t because of %s until %s, want %t, %s, %s", *e.Available, e.Because, e.Until.In(geo.CountryTime), available, because, until)
	}
}

// wantResult checks why a team was or was not asked by the newest decision.
func (w *world) wantResult(id string, want CandidateResult) {
	w.tb.Helper()
	d := w.decisions[len(w.decisions)-1]
	for _, candidate := range d.Candidates {
		if w.teams[candidate.Team].ID == id {
			if candidate.Result != want {
				w.tb.Fatalf("%s is %s, want %s", id, candidate.Result, want)
			}
			return
		}
	}
	w.tb.Fatalf("%s was not considered", id)
}

// TestNightShift: a team is asked in its shift and in no other hour, by its
// own clock; what came in before waits for it.
func TestNightShift(t *testing.T) {
	w := newWorld(t) // Saturday, 15:00 in Kostanay
	w.team("night", kostanay, duty(DutyShift{Days: []Weekday{"sat"}, From: 20 * 60, To: 8 * 60}))
	if team := w.teams[1]; !team.OffDuty || !team.DutyUntil.Equal(local(21, 20, 0)) || team.MayBeAsked() {
		t.Fatalf("%+v", team.TeamStanding)
	}
	if registered := w.journal[0]; *registered.Available {
		t.Fatal("registered off duty, and said to be available")
	}
	evening := w.file("a", MissingPerson, tobyl)
	w.wantStatuses(evening, "")
	w.wantResult("night", CandidateOffDuty)
	w.until(local(21, 20, 0).Add(-time.Second))
	w.wantStatuses(evening, "")
	w.until(local(21, 20, 0))
	w.wantStatuses(evening, "night:offered")
	wantAvailability(t, w.lastAvailability(t, "night"), true, AvailabilityDuty, local(22, 8, 0))
	w.do(CommandDecline, evening, "night")
	night := w.file("b", MissingPerson, tobyl)
	w.until(local(22, 7, 59))
	if w.rows[night].Assignments[0].Rings < 5 {
		t.Fatalf("%+v", w.rows[night].Assignments[0])
	}
	w.until(local(22, 8, 0))
	wantAvailability(t, w.lastAvailability(t, "night"), false, AvailabilityDuty, local(28, 20, 0))
	w.advance(time.Hour)
	rings := w.rows[night].Assignments[0].Rings
	w.wantStatuses(night, "night:no_answer")
	w.until(local(28, 20, 0))
	if a := w.rows[night].Assignments[0]; a.Status != AssignmentOffered || a.Rings != rings+1 {
		t.Fatalf("%+v", a)
	}
}

// TestWordGoesBeforeTheCalendar until the calendar changes; the end of an
// absence is no word that the team is there.
func TestWordGoesBeforeTheCalendar(t *testing.T) {
	day := duty(DutyShift{Days: Weekdays(), From: 8 * 60, To: 20 * 60})
	w := newWorld(t)
	w.team("day", kostanay, day)
	w.until(local(21, 21, 0))
	key := w.file("a", MissingPerson, tobyl)
	w.wantStatuses(key, "")
	w.available("day", true, time.Time{})
	wantAvailability(t, w.lastAvailability(t, "day"), true, AvailabilitySaid, time.Time{})
	w.wantStatuses(key, "day:offered")
	w.do(CommandDecline, key, "day")
	w.advance(time.Second)
	w.team("day", kostanay) // the same calendar takes nothing back
	if !w.teams[1].MayBeAsked() {
		t.Fatal("a registration took back what was said")
	}
	w.until(local(22, 8, 0))
	w.until(local(22, 20, 0))
	wantAvailability(t, w.lastAvailability(t, "day"), false, AvailabilityDuty, local(23, 8, 0))
	// Away from the evening to the night: it comes back off duty.
	w.available("day", false, local(23, 2, 0))
	w.until(local(23, 2, 0))
	wantAvailability(t, w.lastAvailability(t, "day"), false, AvailabilitySaid, time.Time{})
	// Away without an end: the shift changes nothing.
	w.available("day", false, time.Time{})
	w.until(local(23, 9, 0))
	wantAvailability(t, w.lastAvailability(t, "day"), false, AvailabilityDuty, local(23, 20, 0))
	w.available("day", true, time.Time{})
	wantAvailability(t, w.lastAvailability(t, "day"), true, AvailabilitySaid, time.Time{})
	// Another calendar counts at once, also against what was said.
	w.team("day", kostanay, duty(DutyShift{Days: Weekdays(), From: 20 * 60, To: 8 * 60}))
	if w.teams[1].MayBeAsked() {
		t.Fatal("the new calendar does not count")
	}
	w.advance(time.Second)
	w.team("day", kostanay, func(r *TeamRegistration) { r.Duty = nil })
	if !w.teams[1].MayBeAsked() || !w.teams[1].DutyUntil.IsZero() {
		t.Fatalf("without a calendar: %+v", w.teams[1].TeamStanding)
	}
}

// TestWordBeforeALateTimer: a leader that was away over the end of a shift
// hears first that the team stays, and then does its timers.
func TestWordBeforeALateTimer(t *testing.T) {
	w := newWorld(t)
	w.team("day", kostanay, duty(DutyShift{Days: Weekdays(), From: 8 * 60, To: 20 * 60}))
	w.now = local(21, 20, 5)
	w.available("day", true, time.Time{})
	w.advance(time.Minute)
	if !w.teams[1].MayBeAsked() {
		t.Fatal("the end of the shift took back what was said after it")
	}
	w.until(local(22, 20, 0))
	if w.teams[1].MayBeAsked() {
		t.Fatal("the next end of the shift does not count")
	}
}

// returned files a case, and lets the team go and come home.
func (w *world) returned(id, team string, change ...func(*Filing)) *Changes {
	w.tb.Helper()
	key := w.file(id, MissingPerson, tobyl, change...)
	w.do(CommandAccept, key, team)
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	return w.do(CommandReturned, key, team)
}

func TestRestAfterAReturn(t *testing.T) {
	w := newWorld(t)
	w.state.settings.Rest = 8 * time.Hour
	w.team("dos", kostanay)
	w.team("bars", rudny)
	waiting := func() int64 { return w.file(w.nextID("w"), MissingPerson, tobyl) }
	first := w.file("first", MissingPerson, tobyl)
	w.do(CommandAccept, first, "dos")
	second := waiting()
	w.wantStatuses(second, "bars:offered")
	w.do(CommandAccept, second, "bars")
	third := waiting()
	w.wantStatuses(third, "")
	w.do(CommandOutcome, first, "", func(c *Command) { c.Outcome = OutcomeFound })
	changes := w.do(CommandReturned, first, "dos")
	// It has a free slot again, and is not asked for what waits.
	wantEvents(t, changes, "assignment.returned team.availability")
	end := w.now.Add(8 * time.Hour)
	wantAvailability(t, w.lastAvailability(t, "dos"), false, AvailabilityRest, end)
	w.wantStatuses(third, "")
	fourth := waiting()
	w.wantStatuses(fourth, "")
	w.wantResult("dos", CandidateResting)
	w.wantResult("bars", CandidateBusy)
	// By hand it can be asked, and it may say itself that it can.
	w.do(CommandAssign, third, "dos")
	w.do(CommandDecline, third, "dos")
	w.until(end.Add(-time.Second))
	if w.teams[1].MayBeAsked() {
		t.Fatal("it rests no more")
	}
	w.until(end)
	wantAvailability(t, w.lastAvailability(t, "dos"), true, AvailabilityRest, time.Time{})
	if w.teams[1].Rests != nil {
		t.Fatalf("%v", w.teams[1].Rests)
	}
	w.wantStatuses(fourth, "dos:offered")

	w = newWorld(t)
	w.state.settings.Rest = 8 * time.Hour
	w.team("dos", kostanay)
	w.returned("a", "dos")
	w.advance(time.Minute)
	key := w.file("b", MissingPerson, tobyl)
	w.wantStatuses(key, "")
	w.available("dos", true, time.Time{})
	w.wantStatuses(key, "dos:offered")
}

// TestWhoDoesNotRest: who was let go or never went, who comes from an exercise,
// and everybody where the setting is 0. A rest counts from the return.
func TestWhoDoesNotRest(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.returned("none", "dos")
	w.state.settings.Rest = 8 * time.Hour
	w.returned("exercise", "dos", func(f *Filing) { f.Exercise = true })
	key := w.file("released", MissingPerson, tobyl)
	w.do(CommandAccept, key, "dos")
	w.do(CommandRelease, key, "dos")
	w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutNone })
	key = w.file("withdrawn", MissingPerson, tobyl)
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	key = w.file("late", MissingPerson, tobyl)
	w.do(CommandAccept, key, "dos")
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.advance(9 * time.Hour)
	w.do(CommandReturned, key, "dos", func(c *Command) { c.At = w.now.Add(-8 * time.Hour) })
	if !w.teams[1].MayBeAsked() {
		t.Fatalf("it rests until %s", w.teams[1].Rests)
	}
	w.advance(time.Second)
	key = w.file("an hour ago", MissingPerson, tobyl)
	w.do(CommandAccept, key, "dos")
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.advance(2 * time.Hour)
	w.do(CommandReturned, key, "dos", func(c *Command) { c.At = w.now.Add(-time.Hour) })
	if rests := w.teams[1].Rests; len(rests) != 1 || !rests[0].Equal(w.now.Add(7*time.Hour)) {
		t.Fatalf("%s: it rests until %s", w.now, rests)
	}
}

// TestCrewsRest: with several crews, those at home are asked while one rests.
func TestCrewsRest(t *testing.T) {
	w := newWorld(t)
	w.state.settings.Rest = time.Hour
	w.team("dchs", kostanay, capacity(2))
	w.returned("a", "dchs")
	if team := w.teams[1]; !team.MayBeAsked() || len(team.Rests) != 1 {
		t.Fatalf("%+v", team.TeamStanding)
	}
	w.advance(10 * time.Minute)
	w.returned("b", "dchs")
	if w.teams[1].MayBeAsked() {
		t.Fatal("both crews rest")
	}
	key := w.file("c", MissingPerson, tobyl)
	w.wantStatuses(key, "")
	w.wantResult("dchs", CandidateResting)
	w.advance(50 * time.Minute)
	w.wantStatuses(key, "dchs:offered")
	other := w.file("d", MissingPerson, tobyl)
	w.wantStatuses(other, "")
	w.wantResult("dchs", CandidateResting)
	w.do(CommandAssign, other, "dchs")
	w.wantStatuses(w.file("e", MissingPerson, tobyl), "")
	w.wantResult("dchs", CandidateBusy)
}

func withSkills(skills ...string) func(*TeamRegistration) {
	return func(r *TeamRegistration) { r.Skills = skills }
}

func needing(teams int, skills ...string) func(*Filing) {
	return func(f *Filing) { f.Needs = Needs{Teams: teams, Skills: skills} }
}

// TestCertificateExpires: a skill counts until its certificate ends, a skill
// without one always.
func TestCertificateExpires(t *testing.T) {
	w := newWorld(t)
	end := w.now.Add(time.Hour)
	w.team("dos", kostanay, withSkills("dog", "boat"), capacity(9), func(r *TeamRegistration) {
		r.Certificates = []Certificate{{Skill: "dog", ExpiresAt: end.Add(-2 * time.Hour)}, {Skill: "dog", ExpiresAt: end}}
	})
	w.team("bars", astana, withSkills("dog"), capacity(9))
	w.until(end.Add(-time.Second))
	w.wantStatuses(w.file("a", MissingPerson, tobyl, needing(1, "dog")), "dos:offered")
	w.until(end)
	w.wantStatuses(w.file("b", MissingPerson, tobyl, needing(1, "dog")), "bars:offered")
	w.wantResult("dos", CandidateCertificate)
	w.wantStatuses(w.file("c", MissingPerson, tobyl, needing(1, "boat")), "dos:offered")
	w.wantResult("bars", CandidateSkills)
	w.wantStatuses(w.file("d", MissingPerson, tobyl), "dos:offered")
}

// TestSkillsTogether: a case's skills are met by one team, or by several
// together where these come sooner.
func TestSkillsTogether(t *testing.T) {
	w := newWorld(t)
	w.team("dog", kostanay, withSkills("dog"), capacity(9))
	w.team("sledge", rudny, withSkills("snowmobile"), capacity(9))
	w.team("both", lisakovsk, withSkills("snowmobile", "dog"), capacity(9))
	w.team("none", kostanay, capacity(9))
	// In Kostanay and Rudny they are nearer together.
	key := w.file("a", MissingPerson, tobyl, needing(1, "dog", "snowmobile"))
	w.wantStatuses(key, "dog:offered sledge:offered")
	w.wantResult("none", CandidateSkills)
	if a := w.rows[key].Assignments; len(a[0].Skills) != 1 || a[0].Skills[0] != "dog" || a[1].Skills[0] != "snowmobile" {
		t.Fatalf("%+v", a)
	}
	// The first who accepts does not send the other home.
	wantEvents(t, w.do(CommandAccept, key, "dog"), "assignment.accepted")
	w.do(CommandDecline, key, "sledge")
	w.wantStatuses(key, "dog:accepted sledge:declined both:offered")
	w.do(CommandAccept, key, "both")
	w.do(CommandRelease, key, "dog") // the other has both
	w.wantStatuses(key, "dog:released sledge:declined both:accepted")
	// In Lisakovsk the one that has both is there first.
	w.wantStatuses(w.file("b", MissingPerson, lisakovsk, needing(1, "dog", "snowmobile")), "both:offered")
	// One who comes with all while two are asked sends both of them home.
	key = w.file("c", MissingPerson, tobyl, needing(1, "dog", "snowmobile"))
	w.do(CommandAssign, key, "both")
	wantEvents(t, w.do(CommandAccept, key, "both"), "assignment.accepted assignment.withdrawn assignment.withdrawn")
}

// TestOneTeamWithAllSkills is asked alone where those that come sooner do not
// have all of them together.
func TestOneTeamWithAllSkills(t *testing.T) {
	w := newWorld(t)
	w.team("dog", kostanay, withSkills("dog"))
	w.team("both", rudny, withSkills("dog", "snowmobile"))
	w.team("sledge", lisakovsk, withSkills("snowmobile"))
	w.wantStatuses(w.file("a", MissingPerson, tobyl, needing(1, "dog", "snowmobile")), "both:offered")
	// With it gone, the other two are what there is.
	w.wantStatuses(w.file("b", MissingPerson, tobyl, needing(1, "dog", "snowmobile")), "dog:offered sledge:offered")
}

// TestPlacesAndSkills: with more places than skills, any team may take one; the
// last is kept for who brings what is lacking.
func TestPlacesAndSkills(t *testing.T) {
	w := newWorld(t)
	w.team("near", kostanay, capacity(9))
	w.team("next", rudny, capacity(9))
	key := w.file("a", MissingPerson, tobyl, needing(2, "dog"))
	w.wantStatuses(key, "near:offered")
	w.wantResult("next", CandidateSkills)
	w.team("dog", astana, withSkills("dog"), capacity(9))
	w.wantStatuses(key, "near:offered dog:offered")
	w.wantStatuses(w.file("b", MissingPerson, tobyl, needing(2, "dog")), "dog:offered near:offered")
	// By hand a place goes to anybody; the skill is asked for all the same.
	w.available("dog", false, time.Time{})
	key = w.file("c", MissingPerson, tobyl, needing(1, "dog"))
	w.wantStatuses(key, "")
	w.do(CommandAssign, key, "near")
	w.do(CommandAccept, key, "near")
	w.advance(time.Second)
	w.available("dog", true, time.Time{})
	w.wantStatuses(key, "near:accepted dog:offered")
	// A case that needs the skill no more, or another one.
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Needs: Needs{Skills: []string{}}}, []string{"/needs/skills"}
	})
	w.wantStatuses(key, "near:accepted dog:offered")
	if w.rows[key].Assignments[1].Skills != nil {
		t.Fatalf("%+v", w.rows[key].Assignments[1])
	}
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Needs: Needs{Skills: []string{"boat"}}}, []string{"/needs/skills"}
	})
	w.advance(time.Second)
	w.team("boat", astana, withSkills("boat"))
	w.wantStatuses(key, "near:accepted dog:offered boat:offered")
}
