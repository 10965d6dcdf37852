package dispatch

import (
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func went(n int) func(*Command) { return func(c *Command) { c.People = &n } }

func because(reason string) func(*Command) { return func(c *Command) { c.Reason = reason } }

func every(minutes int) func(*Command) {
	return func(c *Command) {
		c.Fields, c.Given, c.CheckIn = &Filing{}, []string{"/check_in_minutes"}, &minutes
	}
}

// of gives the newest assignment of a team.
func (w *world) of(key int64, team string) *Assignment {
	w.tb.Helper()
	a := w.rows[key].Assignment(team)
	if a == nil {
		w.tb.Fatalf("case %d: %s is not on it", key, team)
	}
	return a
}

func (w *world) count(eventType EventType, team string) (n int) {
	for i := range w.journal {
		if w.journal[i].Type == eventType && w.journal[i].TeamID == team {
			n++
		}
	}
	return n
}

// TestJointCase is a search as it goes in life: three teams of two regions,
// the lead handed over, one team silent, found, called back, and one person who
// does not come home with the others.
func TestJointCase(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	w.team("astana", astana)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams = 3 })
	w.do(CommandUpdate, key, "", every(30))
	w.do(CommandTake, key, "")
	for i, team := range []string{"dos", "bars", "astana"} { // in this order: the first leads
		w.do(CommandAccept, key, team, went([]int{12, 20, 9}[i]))
	}
	c := w.rows[key]
	if c.LeadTeam == "" || c.Owner != "key-7" || c.OwnedAt != w.now {
		t.Fatalf("led by %q, owned by %q since %s", c.LeadTeam, c.Owner, c.OwnedAt)
	}
	if got := []string{w.of(key, "dos").LentBy, w.of(key, "astana").LentBy}; !slices.Equal(got, []string{"", "KZ-71"}) || !slices.Contains(c.Regions, "KZ-71") {
		t.Fatalf("lent by %q, seen in %q", got, c.Regions)
	}
	w.do(CommandLead, key, "astana", because(personal+"they know the dogs"))
	wantEvents(t, w.do(CommandLead, key, "astana"), "")
	if c = w.rows[key]; c.LeadTeam != "astana" || w.notes[len(w.notes)-1].Text != personal+"they know the dogs" {
		t.Fatalf("led by %q", c.LeadTeam)
	}

	w.advance(20 * time.Minute)
	w.do(CommandCheckIn, key, "dos")
	w.do(CommandOnScene, key, "astana")
	w.advance(10 * time.Minute) // bars has said nothing for half an hour
	missed := w.now
	if a := w.of(key, "bars"); !a.CheckInMissedAt.Equal(missed) || w.count(EventCheckInMissed, "bars") != 1 || w.count(EventCheckInMissed, "dos") != 0 {
		t.Fatalf("bars missed its check-in at %s, said %d times", a.CheckInMissedAt, w.count(EventCheckInMissed, "bars"))
	}
	w.do(CommandCheckIn, key, "dos")
	w.do(CommandCheckIn, key, "astana")
	w.advance(29 * time.Minute)
	w.do(CommandCheckIn, key, "dos")
	w.do(CommandCheckIn, key, "astana")

	// The search ends, and the miss is not forgotten.
	w.do(CommandOutcome, key, "", found("", ConditionWell))
	w.wantStatuses(key, "dos:standing_down bars:standing_down astana:standing_down")
	if a := w.of(key, "bars"); !a.CheckInMissedAt.Equal(missed) || w.count(EventCheckInMissed, "bars") != 1 {
		t.Fatalf("the miss is %s, said %d times", a.CheckInMissedAt, w.count(EventCheckInMissed, "bars"))
	}
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 3, People: 41}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
	w.do(CommandStandDownAck, key, "bars") // any sign of life answers
	w.do(CommandStandDownAck, key, "dos")
	if a := w.of(key, "bars"); !a.CheckInMissedAt.IsZero() || !a.CheckInBy.Equal(w.now.Add(30*time.Minute)) {
		t.Fatalf("bars missed its check-in at %s, the next is due by %s", a.CheckInMissedAt, a.CheckInBy)
	}
	w.advance(25 * time.Minute)
	w.do(CommandReturned, key, "dos") // no number: everybody
	w.do(CommandReturned, key, "bars", went(18))
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 3, TeamsKnow: 2, TeamsBack: 1, People: 41, PeopleBack: 30}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
	// Two are missing: the team is not home, and it is asked for.
	a := w.of(key, "bars")
	if a.Status != AssignmentStandingDown || !a.PeopleMissingAt.Equal(w.now) || w.count(EventPeopleMissing, "bars") != 1 || w.count(EventReturned, "bars") != 0 {
		t.Fatalf("bars is %s, people missing since %s", a.Status, a.PeopleMissingAt)
	}
	w.advance(40 * time.Minute)
	if w.count(EventCheckInMissed, "bars") != 2 || w.count(EventCheckInMissed, "astana") != 1 || w.count(EventCheckInMissed, "dos") != 0 {
		t.Fatal("after the search ended, check-ins do not go on until everybody is home")
	}
	wantOpen := func(want ...OpenItem) {
		t.Helper()
		if got := w.rows[key].OpenItems(); !slices.Equal(got, want) {
			t.Fatalf("open: %+v, want %+v", got, want)
		}
	}
	wantOpen(OpenItem{Code: OpenPeopleMissing, TeamID: "bars"}, OpenItem{Code: OpenCheckIn, TeamID: "bars"}, OpenItem{Code: OpenCheckIn, TeamID: "astana"},
		OpenItem{Code: OpenNotAcked, TeamID: "astana"}, OpenItem{Code: OpenNotBack, TeamID: "bars"})
	handed := w.do(CommandHandOver, key, "", func(c *Command) { c.To = "key-8" })
	if got := handed.Events[0]; got.Owner != "key-8" || !slices.Equal(got.OpenItems, []EventCount{{OpenPeopleMissing, 1}, {OpenCheckIn, 2}, {OpenNotAcked, 1}, {OpenNotBack, 1}}) {
		t.Fatalf("handed over: %+v", got.EventFields)
	}
	if c = w.rows[key]; !c.Active() || c.Status != StatusFound || c.LeadTeam != "astana" || c.Owner != "key-8" {
		t.Fatalf("the case is %s, led by %s, owned by %s", c.Status, c.LeadTeam, c.Owner)
	}
	w.do(CommandReturned, key, "bars", went(19))
	w.do(CommandReturned, key, "bars", went(19), because(personal+"one went home by bus"))
	w.do(CommandReturned, key, "astana", went(9))
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 3, TeamsKnow: 3, TeamsBack: 3, People: 41, PeopleBack: 40}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
	wantOpen()
	if w.rows[key].Active() {
		t.Fatal("everybody is home and the case is not over")
	}
	if got := w.of(key, "astana").Away(); got != 2*time.Hour+4*time.Minute {
		t.Fatalf("astana was away for %s", got)
	}
	if last := w.journal[len(w.journal)-1]; last.Minutes != 124 || last.PeopleMinutes != 9*124 {
		t.Fatalf("the journal counts %d minutes, of people %d", last.Minutes, last.PeopleMinutes)
	}
	w.advance(24 * time.Hour)
	if n := w.count(EventCheckInMissed, "bars") + w.count(EventCheckInMissed, "astana"); n != 3 {
		t.Fatalf("%d check-ins were missed, some by those at home", n)
	}
}

// TestCheckInInterval: a new interval begins now, a miss survives it, and none
// is none.
func TestCheckInInterval(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams = 2 })
	w.do(CommandAccept, key, "dos")
	w.advance(5 * time.Hour)
	if !w.of(key, "dos").CheckInBy.IsZero() {
		t.Fatal("nobody asked for check-ins, and one is due")
	}
	changes := w.do(CommandUpdate, key, "", every(10))
	if got := changes.Events[0].CheckIn; got == nil || *got != 10 || !w.of(key, "dos").CheckInBy.Equal(w.now.Add(10*time.Minute)) {
		t.Fatalf("the event says %v, due by %s", got, w.of(key, "dos").CheckInBy)
	}
	w.advance(10 * time.Minute)
	w.do(CommandUpdate, key, "", every(0))
	w.do(CommandAccept, key, "bars")
	w.advance(time.Hour)
	if w.of(key, "dos").CheckInMissedAt.IsZero() || w.count(EventCheckInMissed, "dos") != 1 || !w.of(key, "bars").CheckInBy.IsZero() {
		t.Fatal("without an interval what was missed is forgotten, or something is due")
	}
	w.do(CommandCheckIn, key, "dos")
	wantEvents(t, w.do(CommandCheckIn, key, "dos"), "")
	if a := w.of(key, "dos"); !a.CheckInMissedAt.IsZero() || !a.CheckInBy.IsZero() || !a.CheckedInAt.Equal(w.now) {
		t.Fatalf("%+v", a.AssignmentDetail)
	}
}

// TestCheckInByDefault: where the case does not say it, the installation does.
func TestCheckInByDefault(t *testing.T) {
	w := newWorld(t)
	w.unchecked = true // its reload knows the default settings alone
	settings := DefaultSettings()
	settings.CheckIn = 15 * time.Minute
	w.state = NewState(settings, w.snapshot())
	w.team("dos", kostanay, automatic)
	key := w.file("a", MissingPerson, tobyl)
	if !w.of(key, "dos").CheckInBy.Equal(w.now.Add(15 * time.Minute)) {
		t.Fatalf("due by %s", w.of(key, "dos").CheckInBy)
	}
	w.do(CommandUpdate, key, "", every(0))
	w.advance(time.Hour)
	if w.count(EventCheckInMissed, "dos") != 0 {
		t.Fatal("none on the case is not none")
	}
}

// TestByHand: called back, replaced, let go, each with its reason kept for
// coordinators and out of the journal.
func TestByHand(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	w.team("far", lisakovsk)
	key := w.file("a", MissingPerson, tobyl)
	w.do(CommandAccept, key, "dos", because(personal+"on our way"))
	wantEvents(t, w.do(CommandAssign, key, "far", func(c *Command) { c.Replaces, c.Reason = "dos", personal+"they have a dog" }),
		"assignment.offered assignment.standing_down case.noted")
	w.wantStatuses(key, "dos:standing_down far:offered")
	if note := w.notes[len(w.notes)-1]; note.Audience != AudienceCoordination || note.Actor != "key-7" || note.Text != personal+"they have a dog" {
		t.Fatalf("%+v", note)
	}
	if w.rows[key].LeadTeam != "dos" { // it led while there was nobody else
		t.Fatalf("led by %q", w.rows[key].LeadTeam)
	}
	w.do(CommandAccept, key, "far", went(3))
	if w.rows[key].LeadTeam != "far" {
		t.Fatalf("led by %q", w.rows[key].LeadTeam)
	}
	w.do(CommandAssign, key, "bars")
	w.do(CommandAccept, key, "bars")
	wantEvents(t, w.do(CommandStandDown, key, "far", because(personal+"enough")), "assignment.standing_down case.noted")
	if w.rows[key].LeadTeam != "bars" || !w.of(key, "far").StandingDownAt.Equal(w.now) {
		t.Fatalf("led by %q", w.rows[key].LeadTeam)
	}
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 2, People: 3}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
	w.do(CommandRelease, key, "bars", because(personal+"broken car"))
	if w.of(key, "dos").Words != personal+"on our way" || w.notes[len(w.notes)-1].Text != personal+"broken car" {
		t.Fatal("a reason is lost")
	}
	w.refused(RefusedTransition, CommandLead, key, "bars")
	w.refused(RefusedInvalid, CommandAssign, key, "bars", func(c *Command) { c.Replaces = "bars" })
	w.refused(RefusedNotAsked, CommandAssign, key, "bars", func(c *Command) { c.Replaces = "nobody" })
	w.refused(RefusedInvalid, CommandHandOver, key, "")
	w.refused(RefusedInvalid, CommandTake, key, "", func(c *Command) { c.Actor = Actor{} })
}

// TestReplaceAnOffer: a team that was only asked is no longer asked.
func TestReplaceAnOffer(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	key := w.file("a", MissingPerson, tobyl)
	wantEvents(t, w.do(CommandAssign, key, "bars", func(c *Command) { c.Replaces = "dos" }), "assignment.offered assignment.withdrawn")
	w.wantStatuses(key, "dos:withdrawn bars:offered")
}

// TestPoints: where they are is personal, and a find is not told by the map.
func TestPoints(t *testing.T) {
	w, key := searched(t, "s1")
	mark := func(kind PointKind, lon float64) func(*Command) {
		return func(c *Command) { c.Point, c.Location, c.Note = kind, &orb.Point{lon, 53}, personal+"note" }
	}
	changes := w.do(CommandPoint, key, "", mark(PointStaging, 63.1))
	wantEvents(t, changes, "case.pointed")
	if changes.Events[0].Point != PointStaging {
		t.Fatalf("%+v", changes.Events[0])
	}
	w.do(CommandPoint, key, "", mark(PointStaging, 63.2))
	w.do(CommandPoint, key, "", mark(PointClue, 63.3))
	w.do(CommandPoint, key, "", mark(PointClue, 63.4))
	var got []float64
	for _, p := range w.rows[key].Personal.Points {
		got = append(got, p.Location.Lon())
	}
	if !slices.Equal(got, []float64{63.2, 63.3, 63.4}) { // one meeting point, every clue
		t.Fatalf("points at %v", got)
	}
	w.refused(RefusedInvalid, CommandPoint, key, "", mark(PointFound, 63.5))
	w.refused(RefusedInvalid, CommandPoint, key, "", mark("pin", 63.5))
	w.refused(RefusedInvalid, CommandPoint, key, "", func(c *Command) { c.Point = PointClue })
	w.do(CommandOutcome, key, "", deceased("s1", false))
	w.refused(RefusedInvalid, CommandPoint, key, "", mark(PointFound, 63.5))
	handed := w.do(CommandHandOver, key, "", func(c *Command) { c.To = "key-8" })
	for _, open := range handed.Events[0].OpenItems {
		if open.Code == OpenWithheld {
			t.Fatal("the journal says that an outcome is withheld")
		}
	}
	w.do(CommandFamilyTold, key, "")
	w.do(CommandPoint, key, "", mark(PointFound, 63.5))
}

// TestLogs: a note in the log of a team names it.
func TestLogs(t *testing.T) {
	w, key := searched(t, "s1")
	write := func(c *Command) { c.Note = personal + "past the river" }
	changes := w.do(CommandNote, key, "dos", write)
	if note := w.notes[len(w.notes)-1]; note.TeamID != "dos" || note.Audience != AudienceTeam || changes.Events[0].TeamID != "dos" {
		t.Fatalf("%+v, %+v", note, changes.Events[0])
	}
	w.do(CommandNote, key, "", write)
	if note := w.notes[len(w.notes)-1]; note.TeamID != "" {
		t.Fatalf("%+v", note)
	}
	w.refused(RefusedNotAsked, CommandNote, key, "bars", write)
	w.refused(RefusedUnknownTeam, CommandNote, key, "nobody", write)
}

// TestCallBackCountsItsOwn: who came home from the search before it went on is
// not counted again when it ends for good.
func TestCallBackCountsItsOwn(t *testing.T) {
	w, key := searched(t, "s1")
	w.do(CommandOutcome, key, "", ends("", OutcomeMissing))
	w.do(CommandReturned, key, "dos", went(7))
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 1, TeamsKnow: 1, TeamsBack: 1, People: 7, PeopleBack: 7}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
	w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutHold })
	w.advance(time.Hour)
	w.do(CommandReopen, key, "")
	if got := w.rows[key].CallBack(); got != (CallBack{}) {
		t.Fatalf("called back while it goes on: %+v", got)
	}
	w.do(CommandAssign, key, "bars")
	w.do(CommandAccept, key, "bars", went(4))
	w.do(CommandOutcome, key, "", found("", ConditionWell))
	if got, want := w.rows[key].CallBack(), (CallBack{Teams: 1, People: 4}); got != want {
		t.Fatalf("called back: %+v, want %+v", got, want)
	}
}

// TestAcceptWithoutTheSkill: a team that has lost a skill since it was asked
// may come all the same, and another is asked for what is lacking.
func TestAcceptWithoutTheSkill(t *testing.T) {
	w := newWorld(t)
	dog := func(r *TeamRegistration) { r.Skills = []string{"dog"} }
	w.team("dos", kostanay, dog)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Skills = []string{"dog"} })
	w.advance(time.Second)
	w.team("dos", kostanay, func(r *TeamRegistration) { r.Skills = nil })
	w.team("bars", rudny, dog)
	w.do(CommandAccept, key, "dos")
	w.wantStatuses(key, "dos:accepted bars:offered")
}
