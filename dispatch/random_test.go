package dispatch

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// actions are the things that may happen in any order.
type actions struct {
	t     *rapid.T
	w     *world
	keys  []int64
	files []*Filing
}

func (a *actions) pick(name string, n int) int {
	return rapid.IntRange(0, n-1).Draw(a.t, name)
}

func oneOf[T any](a *actions, name string, values ...T) T {
	return values[a.pick(name, len(values))]
}

var (
	testTeams  = []string{"bars", "dos", "leader-astana", "region-10", "victoria"}
	testPlaces = []orb.Point{kostanay, kostanay, rudny, tobyl, lisakovsk, astana}
	testSkills = [][]string{nil, nil, {"dog"}, {"dog", "snowmobile"}}
)

func (a *actions) register() {
	a.w.team(oneOf(a, "team", testTeams...), oneOf(a, "base", testPlaces...), func(r *TeamRegistration) {
		r.Capacity = oneOf(a, "capacity", 1, 1, 2, 3)
		r.Answers = oneOf(a, "answers", AnswersManual, AnswersManual, AnswersManual, AnswersAutomatic)
		r.Kinds = oneOf(a, "kinds", Kinds(), []Kind{MissingPerson, Emergency}, []Kind{VolunteerEvent})
		r.Skills = oneOf(a, "skills", nil, nil, []string{"dog"}, []string{"snowmobile"}, []string{"dog", "snowmobile"})
		r.Certificates = nil
		if a.pick("certified", 3) == 0 && len(r.Skills) > 0 {
			r.Certificates = []Certificate{{Skill: r.Skills[0], ExpiresAt: a.w.now.Add(time.Duration(a.pick("expires in minutes", 60)-10) * time.Minute)}}
		}
		r.Transport = oneOf(a, "transport", "", ByCar, Helicopter, OnFoot)
		r.Duty = nil
		if a.pick("calendar", 3) == 0 {
			r.Duty = drawCalendar(a.t, a.w.now)
			for range a.pick("soon", 4) {
				from := a.w.now.Add(time.Duration(a.pick("minutes from now", 30)-10) * time.Minute)
				r.Duty.Exceptions = append(r.Duty.Exceptions, DutyException{From: from, On: a.pick("on", 2) == 0,
					To: from.Add(time.Duration(1+a.pick("minutes long", 20)) * time.Minute)})
			}
		}
		r.RangeKM = oneOf[float64](a, "range", 0, 0, 0, 100)
	})
}

func (a *actions) availability() {
	id := oneOf(a, "team", testTeams...)
	on := a.pick("available", 2) == 0
	var until time.Time
	if !on && a.pick("until", 2) == 0 {
		until = a.w.now.Add(time.Duration(a.pick("minutes", 20)-2) * time.Minute)
	}
	a.w.available(id, on, until)
}

func (a *actions) file() {
	kind := oneOf(a, "kind", MissingPerson, MissingPerson, Emergency, VolunteerEvent)
	key := a.w.file(a.w.nextID("a"), kind, oneOf(a, "place", testPlaces...), func(f *Filing) {
		f.Urgency = oneOf(a, "urgency", "", Routine, Urgent, LifeThreatening)
		f.CallOut = oneOf(a, "call_out", "", "", "", CallOutNow, CallOutHold, CallOutNone)
		f.Needs = Needs{Teams: oneOf(a, "teams", 0, 1, 1, 2), Skills: oneOf(a, "skills", testSkills...), AtMost: oneOf(a, "at most", nil, nil, pointer(1), pointer(2))}
		f.Exercise = a.pick("exercise", 5) == 0
		f.Weather = oneOf(a, "weather", append(Weathers(), "", "", "")...)
		if kind == MissingPerson && a.pick("danger", 3) == 0 {
			f.Subjects[0].Dangers = []Danger{oneOf(a, "which danger", Dangers()...)}
		}
		if kind == MissingPerson && a.pick("siblings", 2) == 0 {
			f.Subjects = append(f.Subjects, filedSubject("s2"))
		}
		if a.pick("place is wrong", 6) == 0 {
			f.Location = nil
			f.NeedsReview = []Review{{Pointer: "/location", Detail: "is missing", Holds: true}}
		}
		a.alike(f)
		if len(a.keys) > 0 && a.pick("same as", 4) == 0 {
			f.SameAs = CaseID(a.w.state.head.Epoch, oneOf(a, "which case", a.keys...))
		}
		a.files = append(a.files, f)
	})
	a.keys = append(a.keys, key)
}

// alike gives an application a name, age and reference that others may have too.
func (a *actions) alike(f *Filing) {
	f.Reference = oneOf(a, "reference", "", "", personal+"1", personal+"2")
	f.Reporter.Phone = oneOf(a, "phone", "", personal+"87770001122", personal+"+7 777 000 11 23")
	f.Address = oneOf(a, "address", "", personal+"1", personal+"2")
	f.FiledAt = oneOf(a, "filed", time.Time{}, worldStart, worldStart.Add(-48*time.Hour))
	for i := range f.Subjects {
		f.Subjects[i].Name = oneOf(a, "name", "", personal+" Айгүл Ким", personal+" Айгуль Ким", personal+" Aigul Kim", personal+" Марат Ким", personal+" Мурат Ким", personal+" Ким")
		f.Subjects[i].Sex = oneOf(a, "sex", "", Sex("female"), Sex("female"), Sex("male"))
		f.Subjects[i].Age = oneOf(a, "age", nil, pointer(14), pointer(14), pointer(15), pointer(40))
	}
}

func (a *actions) fileAgain() {
	if len(a.files) == 0 {
		return
	}
	before := a.files[a.pick("application", len(a.files))]
	f := *before
	switch a.pick("again", 4) {
	case 0: // the same
	case 1: // another content without a revision
		f.Reference = personal + a.w.nextID("reference")
	default:
		f.Revision = before.Revision + int64(a.pick("revision", 3))
		f.Location = pointer(oneOf(a, "place", testPlaces...))
		f.NeedsReview = nil
		f.CallOut = oneOf(a, "call_out", "", CallOutNow, CallOutHold)
		f.Urgency = oneOf(a, "urgency", "", Routine, LifeThreatening)
		f.Exercise = a.pick("exercise", 5) == 0
		if f.Kind == MissingPerson && a.pick("another person", 4) == 0 {
			f.Subjects = append(slices.Clone(f.Subjects), filedSubject(fmt.Sprintf("s%d", len(f.Subjects)+1)))
		}
		if f.Revision > before.Revision {
			a.files = append(a.files, &f)
		}
	}
	a.w.send(filingMessage(&f))
}

func (a *actions) command() {
	if len(a.keys) == 0 {
		return
	}
	// The newest cases mostly, so that something comes of them.
	key := a.keys[max(0, len(a.keys)-1-a.pick("case", min(len(a.keys), 4)))]
	var team string
	if assignments := a.w.rows[key].Assignments; len(assignments) > 0 && a.pick("of the case", 4) > 0 {
		team = assignments[a.pick("assignment", len(assignments))].TeamID
	} else {
		team = oneOf(a, "team", testTeams...)
	}
	command := oneOf(a, "command", append(CommandTypes(), "case.unknown", CommandMerge, CommandSplit, CommandSplit, CommandAccept, CommandAccept, CommandReturned, CommandReturned, CommandOutcome, CommandRosterAnswer, CommandRosterAnswer,
		CommandUpdate, CommandStandDown)...)
	if proposals := a.w.rows[key].Proposals; len(proposals) > 0 && a.pick("take the team", 2) == 0 {
		command, team = CommandPreempt, proposals[0].TeamID
	}
	a.w.command(command, key, team, func(c *Command) {
		if a.pick("said when", 3) == 0 {
			c.At = a.w.now.Add(time.Duration(a.pick("minutes ago", 30)-5) * time.Minute)
		}
		c.Note = oneOf(a, "note", "", "", personal+"note")
		c.CallOut = oneOf(a, "call_out", CallOuts()...)
		c.Urgency = oneOf(a, "set urgency", Urgencies()...)
		c.SubjectID = oneOf(a, "subject", "", "s1", "s2")
		c.People = oneOf(a, "people", nil, pointer(4), pointer(2))
		if command == CommandRosterAnswer {
			a.member(c)
		}
		switch command {
		case CommandOutcome:
			a.outcome(c, a.w.rows[key])
		case CommandFamilyTold:
			c.ToldBy, c.Role = personal+"told by", "police"
		case CommandUpdate:
			c.Fields, c.Given = &Filing{Location: pointer(oneOf(a, "place", testPlaces...)), CallOut: oneOf(a, "update call_out", "", CallOutNow),
				Needs: Needs{Teams: a.pick("teams", 3), Skills: oneOf(a, "skills", testSkills...)}, Urgency: oneOf(a, "update urgency", "", "", Routine, LifeThreatening),
				Weather: oneOf[Weather](a, "update weather", "", "", "blizzard")}, []string{"/location", "/call_out"}
			c.CheckIn = oneOf(a, "check-in", nil, pointer(0), pointer(5), pointer(5), pointer(60))
		case CommandMerge, CommandApart:
			other := a.keys[max(0, len(a.keys)-1-a.pick("other", min(len(a.keys), 4)))]
			c.Into, c.Other = CaseID(testEpoch, other), CaseID(testEpoch, other)
		case CommandSplit:
			for _, application := range a.w.rows[key].Applications {
				if a.pick("take out", 3) > 0 {
					c.Applications = append(c.Applications, ApplicationRef{System: application.System, ID: application.ID})
				}
			}
			if len(c.Applications) > 1 && a.pick("not the first", 3) > 0 {
				c.Applications = c.Applications[1:]
			}
		case CommandPoint:
			c.Point, c.Location = oneOf(a, "point", PointKinds()...), &orb.Point{63.987654, 53.123456}
		case CommandHandOver:
			c.To = oneOf(a, "to", "key-8", "key-9", "")
		case CommandAssign:
			c.Replaces = oneOf(a, "replaces", append(testTeams, "")...)
			c.Reason = oneOf(a, "why", "", personal+"why")
		case CommandReturned:
			c.Reason = oneOf(a, "why", "", "", personal+"why")
		case CommandDecline, CommandUrgency:
			c.Reason, c.Words = personal+"reason", personal+"words"
		case CommandAccept:
			c.ETAMinutes, c.Words = pointer(20), personal+"words"
		case CommandNotified:
			c.Channel, c.Delivered = oneOf(a, "channel", Channels()...), a.pick("delivered", 2) == 0
			c.About = oneOf(a, "about", EventOffered, EventStandingDown)
		}
		if a.pick("by application", 5) == 0 {
			c.CaseID = ""
			application := Application{System: "102-kostanay", ID: "merged"}
			if applications := a.w.rows[key].Applications; len(applications) > 0 {
				application = applications[a.pick("application", len(applications))]
			}
			c.Application = &ApplicationRef{System: application.System, ID: application.ID}
		}
	})
}

func (a *actions) outcome(c *Command, row *Case) {
	c.Outcome = oneOf(a, "outcome", Outcomes()...)
	if row.Kind != MissingPerson {
		c.SubjectID, c.Outcome = "", OutcomeClosed
	}
	c.Withhold = a.pick("withhold", 4) == 0
	switch c.Outcome {
	case OutcomeFound:
		c.Condition = oneOf(a, "condition", Conditions()...)
		c.FoundBy = oneOf(a, "found by", FoundBys()...)
		c.Location = oneOf(a, "found at", nil, &tobyl)
	case OutcomeDeceased:
		c.Confirmed, c.Identity = personal+"confirmed by", oneOf(a, "identity", Identities()...)
		c.FamilyTold = a.pick("family told", 2) == 0
	case OutcomeClosed:
		c.Reason = oneOf(a, "reason", ClosedReasons()...)
	}
}

// member draws what one of three people answers.
func (a *actions) member(c *Command) {
	c.Round = oneOf(a, "round", 0, 0, 0, 1, 2)
	c.Member = &MemberAnswer{ID: oneOf(a, "member", "m1", "m2", "m3"), Name: oneOf(a, "name", "", personal+"name", personal+"name"),
		Phone: oneOf(a, "phone", "", personal+"phone"), Adult: oneOf(a, "adult", nil, pointer(true), pointer(true), pointer(false)),
		Guardian: a.pick("guardian", 2) == 0, Answer: oneOf(a, "answer", MemberAnswers()...),
		ETAMinutes: oneOf(a, "member's eta", nil, pointer(30)), Seats: oneOf(a, "seats", nil, pointer(3))}
}

func (a *actions) move() {
	var positions []TeamPosition
	for range 1 + a.pick("positions", 3) {
		positions = append(positions, TeamPosition{TeamID: oneOf(a, "team", append(testTeams, "nobody")...),
			Position: oneOf(a, "where", testPlaces...), At: a.w.now.Add(time.Duration(a.pick("minutes ago", 60)-50) * time.Minute)})
	}
	a.w.move(positions...)
}

// again sends a message that was sent before.
func (a *actions) again() {
	step := a.w.steps[a.pick("step", len(a.w.steps))]
	if step.message == nil || step.message.Timer != nil {
		return
	}
	message := *step.message
	if a.pick("replayed", 3) == 0 {
		message.Replays = 7
	}
	before, known := a.w.applied[message.Identity]
	changes := a.w.send(message)
	if known && !before.UsedUp() {
		return // it named an application that had not come yet
	}
	if command := message.Command; command != nil && slices.Contains(CommandTypes(), command.Type) && changes.Result != "repeated" {
		a.t.Fatalf("a repeated %s is %s", command.Type, changes.Result)
	}
}

// randomly lets many things happen, each step checked by the world.
func randomly(t *rapid.T) *actions {
	a := &actions{t: t, w: duplicatesWorld(t)}
	a.w.state.settings.Rest = oneOf(a, "rest", 0, 10*time.Minute)
	a.w.lazy = a.pick("lazy", 2) == 0
	for _, id := range testTeams[:3] {
		a.w.team(id, oneOf(a, "base", testPlaces...))
	}
	for range rapid.IntRange(5, 60).Draw(t, "steps") {
		a.w.now = a.w.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "milliseconds")) * time.Millisecond)
		switch a.pick("action", 17) {
		case 0:
			a.register()
		case 1:
			a.availability()
		case 2, 3, 4:
			a.file()
		case 5:
			a.fileAgain()
		case 6:
			a.move()
		case 7:
			a.again()
		case 16:
			a.w.coordinator(oneOf(a, "coordinator", "aigul", "marat"), a.w.now.Add(time.Duration(a.pick("seconds ago", 3)-2)*time.Second))
		case 8:
			a.w.advance(time.Duration(a.pick("seconds", 900)) * time.Second)
		default:
			a.command()
		}
	}
	return a
}

func TestRandomSequences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomly(t) })
}

// TestBatches: the same messages, cut into batches in any way, give the same
// rows, events, decisions and notes, and the same state.
func TestBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := randomly(t)
		one := newWorldWith(t, a.w.state.settings)
		one.unchecked = true
		for at := 0; at < len(a.w.steps); {
			n := rapid.IntRange(1, 8).Draw(t, "batch")
			var messages []Message
			for ; n > 0 && at < len(a.w.steps) && a.w.steps[at].message != nil; n-- {
				messages = append(messages, *a.w.steps[at].message)
				at++
			}
			if len(messages) == 0 {
				one.move(a.w.steps[at].positions...)
				at++
				continue
			}
			one.receive(messages)
			batch, _ := decideAll(one.state, messages)
			one.keepBatch(&batch.Batch)
			one.state.Settle()
		}
		for _, pair := range [][2]any{{a.w.rows, one.rows}, {a.w.journal, one.journal}, {a.w.decisions, one.decisions},
			{a.w.notes, one.notes}, {a.w.applied, one.applied}, {a.w.teams, one.teams}, {a.w.coordinators, one.coordinators}, {a.w.places, one.places}, {a.w.numbers, one.numbers}, {a.w.travel, one.travel},
			{a.w.tracks, one.tracks}} {
			if want, got := canonical(pair[0]), canonical(pair[1]); want != got {
				t.Fatalf("in batches it came out otherwise: %s", firstDifference(want, got))
			}
		}
		if want, got := dump(a.w.state, a.w.now), dump(one.state, a.w.now); want != got {
			t.Fatalf("in batches the state is another: %s", firstDifference(want, got))
		}
	})
}

// keepBatch writes a batch as a store would: of every case only the parts that
// changed since the batch's base.
func (w *world) keepBatch(batch *Batch) {
	w.tb.Helper()
	for _, c := range batch.Cases {
		old, now := parts(w.rows[c.Key]), parts(c)
		for name, row := range now {
			if row.changed <= batch.Base.Sequence && old[name].content != row.content {
				w.tb.Fatalf("case %d: %s differs and would not be written", c.Key, name)
			}
		}
	}
	changes := Changes{Cases: batch.Cases, Teams: batch.Teams, Coordinators: batch.Coordinators, Places: batch.Places, Numbers: batch.Numbers, Travel: batch.Travel, Decisions: batch.Decisions,
		Notes: batch.Notes, Events: batch.Events}
	w.keep(&changes)
	for _, applied := range batch.Applied {
		w.applied[applied.Identity] = applied
	}
	last := batch.Base.Sequence
	for i := range batch.Events {
		if last++; batch.Events[i].Sequence != last {
			w.tb.Fatalf("the batch after %d has the event %d at %d", batch.Base.Sequence, batch.Events[i].Sequence, i)
		}
	}
	if batch.Head.Sequence != last {
		w.tb.Fatalf("the batch says that its head is %d, its last event is %d", batch.Head.Sequence, last)
	}
}
