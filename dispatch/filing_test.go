package dispatch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func TestCaseNumbers(t *testing.T) {
	w := newWorld(t)
	nowhere := func(f *Filing) {
		f.Location = nil
		f.NeedsReview = []Review{{Pointer: "/location", Detail: "is missing", Holds: true}}
	}
	number := func(id string, place orb.Point, change ...func(*Filing)) string {
		t.Helper()
		return w.rows[w.file(id, MissingPerson, place, change...)].Number
	}
	for _, test := range []struct {
		id    string
		place orb.Point
		want  string
	}{{"a", kostanay, "39-2026-000001"}, {"b", lisakovsk, "39-2026-000002"}, {"c", astana, "71-2026-000001"}} {
		if got := number(test.id, test.place); got != test.want {
			t.Errorf("%s has the number %s, want %s", test.id, got, test.want)
		}
	}
	if got := number("d", kostanay, nowhere); got != "00-2026-000001" {
		t.Errorf("without a place: %s", got)
	}
	w.now = time.Date(2026, 12, 31, 18, 59, 59, 999e6, time.UTC) // at +05:00 the old year's last moment
	if got := number("e", kostanay); got != "39-2026-000003" {
		t.Errorf("before the new year: %s", got)
	}
	w.now = w.now.Add(time.Millisecond)
	if got := number("f", kostanay); got != "39-2027-000001" {
		t.Errorf("in the new year: %s", got)
	}
	// A case that gets another place keeps its number.
	key := w.known[ApplicationIdentity("102-kostanay", "d")]
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Location: pointer(astana)}, []string{"/location"}
	})
	if c := w.rows[key]; c.Number != "00-2026-000001" || c.Region != "KZ-71" {
		t.Errorf("%s in %s", c.Number, c.Region)
	}
}

func TestHeldCases(t *testing.T) {
	hold := func(value CallOut) func(*Filing) { return func(f *Filing) { f.CallOut = value } }
	now := func(c *Command) { c.CallOut = CallOutNow }
	for _, value := range []CallOut{CallOutHold, CallOutNone} {
		w := newWorld(t)
		w.team("dos", kostanay)
		key := w.file("a", MissingPerson, kostanay, hold(value))
		w.wantStatus(key, StatusReview)
		w.wantStatuses(key, "")
		if !w.journal[1].Held || w.journal[1].StatusNow != StatusReview {
			t.Fatalf("%+v", w.journal[1])
		}
		changes := w.do(CommandCallOut, key, "", now)
		wantEvents(t, changes, "case.call_out assignment.offered")
		w.wantStatus(key, StatusWaiting)
		if again := w.do(CommandCallOut, key, "", now); len(again.Events) > 0 {
			t.Fatalf("called out twice: %s", types(again.Events))
		}
		changes = w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutHold })
		wantEvents(t, changes, "case.call_out assignment.withdrawn")
		w.do(CommandCallOut, key, "", now)
		w.wantStatuses(key, "dos:withdrawn dos:offered")
	}
}

// TestMendingAReview: what holds a case is mended by case.update, or by
// case.call_out where that was wrong.
func TestMendingAReview(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay, func(f *Filing) {
		f.Location = nil
		f.NeedsReview = []Review{{Pointer: "/location/coordinates", Holds: true}, {Pointer: "/call_out", Holds: true}, {Pointer: "/subjects/0/age"}, {Pointer: "/locations"}}
	})
	w.wantStatus(key, StatusReview)
	// By hand it may be asked anyway; there is no distance to a place that is not known.
	asked := w.do(CommandAssign, key, "dos")
	if a := w.rows[key].Assignments[0]; asked.Events[0].DistanceM != nil || a.DistanceM != 0 {
		t.Fatalf("asked over %v, %v m", asked.Events[0].DistanceM, a.DistanceM)
	}
	w.do(CommandDecline, key, "dos")
	w.team("bars", rudny)
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Location: pointer(kostanay), Place: personal + "other place"}, []string{"/location", "/place"}
	})
	w.wantStatus(key, StatusReview)
	if reviews := w.rows[key].NeedsReview; len(reviews) != 3 || reviews[0].Pointer != "/call_out" {
		t.Fatalf("%+v", reviews)
	}
	w.do(CommandCallOut, key, "", func(c *Command) { c.CallOut = CallOutNow })
	w.wantStatus(key, StatusWaiting)
	w.wantStatuses(key, "dos:declined bars:offered")
	if c := w.rows[key]; c.Personal.Place != personal+"other place" || len(c.NeedsReview) != 2 || c.Region != "KZ-39" {
		t.Fatalf("%+v", c)
	}
	// A place that turns out to be wrong calls the offer back.
	f := filingOf("a", MissingPerson, kostanay)
	f.Location, f.Revision, f.NeedsReview = nil, 2, []Review{{Pointer: "/location", Holds: true}}
	changes := w.send(filingMessage(f))
	wantEvents(t, changes, "case.updated assignment.withdrawn")
	w.wantStatus(key, StatusReview)
	w.do(CommandUpdate, key, "", func(c *Command) {
		c.Fields, c.Given = &Filing{Location: pointer(rudny), Exercise: true}, []string{"/location", "/exercise"}
	})
	if c := w.rows[key]; !c.Exercise || c.Status != StatusWaiting || *c.Location != rudny {
		t.Fatalf("%+v", c)
	}
	w.refused(RefusedInvalid, CommandUpdate, w.file("e", Emergency, kostanay), "", func(c *Command) {
		c.Fields, c.Given = &Filing{Subjects: []FiledSubject{filedSubject("s1")}}, []string{"/subjects"}
	})
}

func TestAmendments(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	first := filingOf("a", MissingPerson, kostanay)
	first.Revision = 3
	key := w.file("a", MissingPerson, kostanay, func(f *Filing) { f.Revision = 3 })
	send := func(revision int64, change func(*Filing)) *Changes {
		t.Helper()
		f := *first
		f.Subjects = slices.Clone(first.Subjects)
		f.Revision = revision
		change(&f)
		w.advance(time.Second)
		return w.send(filingMessage(&f))
	}
	same := func(*Filing) {}
	other := func(f *Filing) { f.Place = personal + "elsewhere" }
	for name, changes := range map[string]*Changes{"the same": send(3, same), "an older one": send(2, other), "the same revision": send(3, other)} {
		if changes.Result != "repeated" {
			t.Errorf("%s: %s", name, changes.Result)
		}
	}
	changes := send(4, func(f *Filing) {
		f.Location, f.Urgency, f.Reporter.Phone, f.Exercise = pointer(astana), LifeThreatening, personal+"new phone", true
		f.Subjects[0].Name, f.Subjects[0].Category = personal+"new name", "child_7_9"
		f.Subjects = append(f.Subjects, filedSubject("s2"))
	})
	wantEvents(t, changes, "case.updated")
	c := w.rows[key]
	if changes.Result != "amended" || c.Region != "KZ-71" || c.Urgency != LifeThreatening || !c.Exercise || len(c.Subjects) != 2 ||
		c.Subjects[0].Category != "child_7_9" || c.Personal.Subjects[0].Name != personal+"new name" ||
		c.Personal.Applications[0].Phone != personal+"new phone" || c.Applications[0].Revision != 4 {
		t.Fatalf("%s: %+v", changes.Result, c)
	}
	if e := changes.Events[0]; e.Region != "KZ-71" || e.Urgency != LifeThreatening || !*e.Exercise || len(e.Subjects) != 2 {
		t.Fatalf("%+v", e)
	}
	// Without a revision it is shown for review, once, and holds nothing.
	changes = send(0, other)
	wantEvents(t, changes, "case.updated")
	if c := w.rows[key]; len(c.NeedsReview) != 1 || c.Held() || c.Personal.Place != personal+"place" {
		t.Fatalf("%+v", c)
	}
	for range 2 {
		if changes := send(0, other); changes.Result != "repeated" {
			t.Fatalf("again: %s", changes.Result)
		}
	}
	w.do(CommandUpdate, key, "", func(c *Command) { c.Fields, c.Given = &Filing{Place: personal + "x"}, []string{"/place"} })
	if c := w.rows[key]; len(c.NeedsReview) != 0 {
		t.Fatalf("%+v", c.NeedsReview)
	}
	// A person who is named after the end is searched for.
	for _, id := range []string{"s1", "s2"} {
		w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome, c.SubjectID = OutcomeFound, id })
	}
	w.wantStatus(key, StatusFound)
	send(5, func(f *Filing) { f.Subjects = []FiledSubject{{ID: "s3"}} })
	w.wantStatus(key, StatusWaiting)
	if c := w.rows[key]; len(c.Subjects) != 3 || !c.EndedAt.IsZero() {
		t.Fatalf("%+v", c)
	}
}

// TestReadAgain: two contents of one application without a revision, read again
// and again, are shown for review once.
func TestReadAgain(t *testing.T) {
	w := newWorld(t)
	w.file("a", MissingPerson, kostanay)
	first, second := filingOf("a", MissingPerson, kostanay), filingOf("a", MissingPerson, kostanay)
	second.Place = personal + "elsewhere"
	for i, want := range []string{"amended", "repeated", "repeated", "repeated"} {
		f := []*Filing{second, first}[i%2]
		if changes := w.send(filingMessage(f)); changes.Result != want {
			t.Errorf("message %d is %s, want %s", i, changes.Result, want)
		}
	}
	// Nor is the one that was taken in shown again after somebody has compared them.
	key := w.known[ApplicationIdentity("102-kostanay", "a")]
	w.do(CommandUpdate, key, "", func(c *Command) { c.Fields, c.Given = &Filing{Place: personal + "x"}, []string{"/place"} })
	if changes := w.send(filingMessage(first)); changes.Result != "repeated" {
		t.Errorf("after the review the first is %s", changes.Result)
	}
}

// TestSubjectIDs are unique within the case, and have the form of an id.
func TestSubjectIDs(t *testing.T) {
	w := newWorld(t)
	key := w.file("a", MissingPerson, kostanay, func(f *Filing) {
		f.Subjects = []FiledSubject{{ID: "s2"}, {}, {ID: "s2"}, {ID: "x"}}
	})
	var ids []string
	for _, s := range w.rows[key].Subjects {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "s2 s2-2 s2-3 x" {
		t.Fatalf("ids %q", got)
	}
}

func TestRepeatedMessages(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	w.do(CommandAccept, key, "dos")
	w.refused(RefusedTransition, CommandReturned, key, "dos")
	w.available("dos", false, time.Time{})
	sent, head := slices.Clone(w.steps), w.state.Head()
	w.advance(time.Hour)
	for _, step := range sent {
		message := *step.message
		message.Replays = 3
		if changes := w.send(message); changes.Result != "repeated" || changes.Replayed != 3 {
			t.Fatalf("%+v: %s", message, changes.Result)
		}
	}
	if w.state.Head() != head {
		t.Fatalf("the head went from %s to %s", head, w.state.Head())
	}
	// Also after the case has left the memory.
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.do(CommandReturned, key, "dos")
	if w.state.Case(key) != nil || w.state.Active() != 0 {
		t.Fatal("the case is still in memory")
	}
	for _, step := range sent {
		if changes := w.send(*step.message); changes.Result != "repeated" {
			t.Fatalf("%+v: %s", step.message, changes.Result)
		}
	}
	if len(w.state.cases)+len(w.state.applications)+len(w.state.applied[0])+len(w.state.applied[1]) != 0 {
		t.Fatalf("%d cases, %d applications and %d results stay in memory", len(w.state.cases), len(w.state.applications), len(w.state.applied[0])+len(w.state.applied[1]))
	}
}

// TestNotSupported: the id of a command that this release does not know may be
// used again.
func TestNotSupported(t *testing.T) {
	w := newWorld(t)
	key := w.file("a", MissingPerson, kostanay)
	c := &Command{ID: "x", Type: "case.unknown", CaseID: CaseID(testEpoch, key), Note: "n"}
	for range 2 {
		if changes := w.send(commandMessage(c)); changes.Applied.Code != RefusedNotSupported {
			t.Fatalf("%+v", changes.Applied)
		}
	}
	known := *c
	known.Type = CommandNote
	if changes := w.send(commandMessage(&known)); !changes.Applied.Done {
		t.Fatalf("%+v", changes.Applied)
	}
	if changes := w.send(commandMessage(&known)); changes.Result != "repeated" {
		t.Fatalf("%s", changes.Result)
	}
}

// A command that names an application which is not known yet is not lost:
// somebody hears of it, and it is done when it comes again after the
// application.
func TestCommandBeforeItsApplication(t *testing.T) {
	w := newWorld(t)
	message := commandMessage(&Command{ID: "early", Type: CommandNote, Application: &ApplicationRef{System: "102-kostanay", ID: "late"}, Note: "n"})
	message.Key, message.Value = []byte("k"), []byte("the record")
	message.Source = Source{Topic: "izdeu.commands", Offset: 7}
	changes := w.send(message)
	if changes.Applied.Code != RefusedUnknownApplication || changes.DeadLetter == nil {
		t.Fatalf("%+v, dead letter %+v", changes.Applied, changes.DeadLetter)
	}
	if letter := changes.DeadLetter; letter.Source != message.Source || string(letter.Value) != "the record" || letter.Reason != RefusedUnknownApplication {
		t.Fatalf("%+v", letter)
	}
	w.file("late", MissingPerson, kostanay)
	if changes := w.send(message); !changes.Applied.Done || changes.DeadLetter != nil {
		t.Fatalf("%+v, dead letter %+v", changes.Applied, changes.DeadLetter)
	}
	if changes := w.send(message); changes.Result != "repeated" {
		t.Fatalf("%s", changes.Result)
	}
}

func TestTooOld(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	for age, code := range map[time.Duration]string{identityRetention: "", identityRetention + time.Millisecond: RefusedTooOld} {
		message := commandMessage(&Command{ID: age.String(), Type: CommandNote, CaseID: CaseID(testEpoch, key), Note: "n"})
		message.At = w.now.Add(-age)
		if changes := w.send(message); changes.Applied.Code != code {
			t.Errorf("a record %s old: %+v", age, changes.Applied)
		}
	}
	// An application's identity is kept for ever: it is never too old.
	message := filingMessage(filingOf("old", MissingPerson, kostanay))
	message.At = w.now.Add(-365 * 24 * time.Hour)
	if changes := w.send(message); changes.Result != "opened" {
		t.Errorf("an old application is %s", changes.Result)
	}
}

func TestStaleTeamMessages(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	send := func(at time.Time, id string, available bool) *Applied {
		t.Helper()
		v := TeamAvailability{ID: id, Available: available, At: at}
		return w.send(Message{Identity: TeamMessageIdentity(id, "team.availability", at), Availability: &v}).Applied
	}
	if a := send(w.now, "nobody", false); a.Code != RefusedUnknownTeam {
		t.Errorf("%+v", a)
	}
	if a := send(w.now, "dos", false); !a.Done {
		t.Errorf("%+v", a)
	}
	if a := send(w.now.Add(-time.Second), "dos", true); a.Code != RefusedStale || w.teams[1].Available {
		t.Errorf("%+v", a)
	}
	register := func(at time.Time, members int) *Applied {
		t.Helper()
		r := TeamRegistration{ID: "dos", Base: rudny, Kinds: Kinds(), Capacity: 1, Answers: AnswersManual, Members: members, At: at}
		return w.send(Message{Identity: TeamMessageIdentity("dos", "team.registered", at), Registration: &r}).Applied
	}
	if a := register(w.now.Add(-time.Second), 3); a.Code != RefusedStale || w.teams[1].Members != 0 {
		t.Errorf("%+v", a)
	}
	if a := register(w.now.Add(time.Second), 5); !a.Done || w.teams[1].Members != 5 || w.teams[1].Available || len(w.teams) != 1 {
		t.Errorf("%+v %+v", a, w.teams[1])
	}
	// An absence that is over before it is read is none.
	w.advance(time.Hour)
	w.available("dos", false, w.now.Add(-time.Minute))
	if !w.teams[1].Available {
		t.Error("absent for a time that is over")
	}
}

// TestDeadLetter: one that is kept changes nothing else.
func TestDeadLetter(t *testing.T) {
	w := newWorld(t)
	letter := &DeadLetter{Reason: "not-json", Value: []byte("{")}
	if changes := w.send(Message{DeadLetter: letter}); changes.DeadLetter != letter || changes.Result != "dead_letter" || len(changes.Events) != 0 {
		t.Fatalf("%+v", changes)
	}
}

// TestStaleTimer: a timer whose offer was answered, or whose team came back,
// does nothing.
func TestStaleTimer(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	offer, _ := w.state.NextDeadline()
	w.do(CommandAccept, key, "dos")
	w.available("dos", false, w.now.Add(time.Hour))
	back, _ := w.state.NextDeadline()
	w.advance(time.Minute)
	w.available("dos", false, time.Time{})
	for _, timer := range []Timer{offer, back, {Kind: TimerOffer, Case: 99, Assignment: 1}, {Kind: TimerAvailability, Team: 9}, {Kind: "other"}} {
		if changes := w.send(Message{Timer: &timer}); len(changes.Events) != 0 {
			t.Errorf("%+v: %s", timer, types(changes.Events))
		}
	}
	if _, more := w.state.NextDeadline(); more {
		t.Error("a deadline is left")
	}
}

// TestContactsStay: a registration that says nothing of contacts, as the board
// sends it, leaves those known; an empty list takes them away.
func TestContactsStay(t *testing.T) {
	w := newWorld(t)
	said := []Contact{{Channel: ChannelWebhook, Address: personal + "http://127.0.0.1/"}}
	for i, c := range []struct{ said, want []Contact }{{nil, nil}, {said, said}, {nil, said}, {[]Contact{}, nil}, {nil, nil}} {
		w.advance(time.Minute)
		w.team("dos", kostanay, func(r *TeamRegistration) { r.Contacts = c.said })
		coordinator := &CoordinatorRegistration{ID: "duty", Contacts: c.said, At: w.now}
		w.send(Message{Identity: TeamMessageIdentity("duty", "coordinator.registered", w.now), Coordinator: coordinator})
		if got := w.state.teamByID("dos").team.Contacts; len(got) != len(c.want) {
			t.Errorf("%d: the team has %v", i, got)
		}
		if got := w.state.coordinators["duty"].Contacts; len(got) != len(c.want) {
			t.Errorf("%d: the coordinator has %v", i, got)
		}
	}
}
