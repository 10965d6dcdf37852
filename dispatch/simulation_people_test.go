package dispatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// people are all who act in a simulation: those who file, the teams, the
// coordinators. They see what the journal says, late and each in their own way.
type people struct {
	s     *simulation
	teams map[string]*simulatedTeam
	files []*Filing
}

// simulatedTeam is a team and its ways.
type simulatedTeam struct {
	id       string
	base, at orb.Point
	// What it does when it is asked; the rest of one is saying yes.
	ignores, declines, late float64
	lag                     time.Duration // of its phone: how long a message takes to Kafka at worst
}

func newPeople(s *simulation) people { return people{s: s, teams: map[string]*simulatedTeam{}} }

// begin registers the teams and plans the day.
func (p *people) begin() {
	s := p.s
	bases := map[string]orb.Point{"dos": kostanay, "region-10": tobyl, "region-10-lisakovsk": lisakovsk, "bars": rudny,
		"victoria": zhitikara, "leader-astana": astana, "leader-oskemen": oskemen}
	for _, id := range []string{"victoria", "dos", "leader-oskemen", "region-10", "bars", "leader-astana", "region-10-lisakovsk"} {
		team := &simulatedTeam{id: id, base: bases[id], at: bases[id], ignores: s.rng.Float64() * 0.3, declines: s.rng.Float64() * 0.3,
			late: s.rng.Float64() * 0.3, lag: choice(s, 0, time.Second, time.Minute, time.Hour)}
		p.teams[id] = team
		p.register(team, s.between(0, time.Minute))
		if s.chance(0.2) { // it says later what it can
			p.register(team, s.between(time.Hour, 20*time.Hour))
		}
		p.duty(team)
	}
	for range 10 + s.rng.IntN(20) {
		s.in(s.between(time.Minute, s.end.Sub(s.now)), p.file)
	}
	if s.chance(0.2) { // many at once
		at := s.between(time.Hour, 20*time.Hour)
		for range 30 {
			s.in(at+s.between(0, 10*time.Minute), p.file)
		}
	}
}

func (p *people) register(team *simulatedTeam, after time.Duration) {
	s := p.s
	r := &TeamRegistration{ID: team.id, Organisation: "organisation of " + team.id, Name: team.id, Base: team.base,
		Kinds: choice(s, []Kind{MissingPerson, Emergency}, []Kind{MissingPerson, Emergency}, Kinds()), Capacity: choice(s, 1, 1, 1, 2, 3),
		Skills: choice(s, testSkills...), RangeKM: choice[float64](s, 0, 0, 0, 400),
		Answers: choice(s, AnswersManual, AnswersManual, AnswersManual, AnswersAutomatic), At: s.now.Add(after)}
	r.Transport = choice(s, "", "", Offroad, Snowmobile, OnFoot)
	if s.chance(0.3) { // by day or by night
		shift := DutyShift{Days: Weekdays(), From: ClockTime(s.rng.IntN(minutesOfDay)), To: ClockTime(s.rng.IntN(minutesOfDay))}
		r.Duty = &DutyCalendar{Weekly: []DutyShift{shift}}
	}
	if s.chance(0.2) {
		r.Certificates = []Certificate{{Skill: "dog", ExpiresAt: s.now.Add(s.between(time.Hour, 48*time.Hour))}}
	}
	s.produce("teams", Message{Identity: TeamMessageIdentity(r.ID, "team.registered", r.At), Registration: r}, after)
}

// duty takes a team off duty and back, a few times.
func (p *people) duty(team *simulatedTeam) {
	s := p.s
	for range s.rng.IntN(3) {
		v := &TeamAvailability{ID: team.id, At: s.now.Add(s.between(time.Hour, 20*time.Hour))}
		back := v.At.Add(s.between(time.Minute, 4*time.Hour))
		if s.chance(0.5) {
			v.Until = back
		} else {
			p.available(&TeamAvailability{ID: team.id, Available: true, At: back})
		}
		p.available(v)
	}
}

func (p *people) available(v *TeamAvailability) {
	p.s.produce("teams", Message{Identity: TeamMessageIdentity(v.ID, "team.availability", v.At), Availability: v}, v.At.Sub(p.s.now))
}

// simulatedPersons are filed in several spellings.
var simulatedPersons = []struct {
	names []string
	age   int
}{
	{[]string{personal + " Ахметова Айгүл", personal + " Айгуль Ахметова", personal + " Akhmetova Aigul"}, 14},
	{[]string{personal + " Нұрлан Қасымов", personal + " Касымов Нурлан"}, 41},
	{[]string{personal + " Ким Алина", personal + " Ким Артур"}, 9},
}

// file files an application about something somewhere near a town.
func (p *people) file() {
	s := p.s
	kind := choice(s, MissingPerson, MissingPerson, MissingPerson, Emergency, Emergency, VolunteerEvent)
	town := choice(s, kostanay, kostanay, rudny, tobyl, lisakovsk, zhitikara, astana)
	place := orb.Point{town.Lon() + s.rng.Float64() - 0.5, town.Lat() + (s.rng.Float64()-0.5)/2}
	f := filingOf(s.nextID("a"), kind, place)
	f.FiledAt = s.now
	f.Urgency = choice(s, "", "", Routine, Urgent, LifeThreatening)
	f.Needs = Needs{Teams: choice(s, 0, 1, 1, 1, 2, 3), Skills: choice(s, nil, nil, nil, []string{"dog"})}
	f.CallOut = choice(s, "", "", "", "", CallOutHold)
	if kind == MissingPerson {
		for i := range f.Subjects {
			f.Subjects[i].Age = pointer(s.rng.IntN(90))
		}
		if s.chance(0.2) {
			f.Subjects = append(f.Subjects, filedSubject("s2"))
		}
	}
	if s.chance(0.1) {
		f.Location, f.NeedsReview = nil, []Review{{Pointer: "/location", Detail: "is missing", Holds: true}}
	}
	if kind == MissingPerson && s.chance(0.6) { // somebody may be filed again, in another spelling
		person := choice(s, simulatedPersons...)
		f.Subjects[0].Name, f.Subjects[0].Age, f.Subjects[0].Sex = choice(s, person.names...), pointer(person.age), ""
		f.Reference, f.Reporter.Phone = "", ""
	}
	p.files = append(p.files, f)
	s.produce("applications", filingMessage(f), 0)
	if s.chance(0.1) { // and by somebody else
		again := *f
		again.ID, again.System = s.nextID("again"), "112"
		s.produce("applications", filingMessage(&again), s.between(0, time.Hour))
	}
	if s.chance(0.15) { // later it says more
		again := *f
		again.Revision, again.Location, again.NeedsReview = 1, &place, nil
		if kind == MissingPerson && s.chance(0.3) { // somebody else is missing too
			again.Subjects = append(slices.Clone(f.Subjects), filedSubject("s3"))
		}
		s.produce("applications", filingMessage(&again), s.between(time.Minute, 3*time.Hour))
	}
	if s.chance(0.1) { // a command before anybody can know the case
		p.send(&Command{Type: CommandNote, Note: personal + "note", Application: &ApplicationRef{System: f.System, ID: f.ID}}, 0)
	}
}

// send gives a command, from now or from when it says; it takes a while to Kafka.
func (p *people) send(c *Command, delay time.Duration) {
	c.ID = p.s.nextID("command-")
	c.Actor = Actor{Type: "key", ID: "key-7"}
	if c.Type == CommandFamilyTold || c.Type == CommandOutcome && c.FamilyTold {
		if _, key, ok := ParseCaseID(c.CaseID); ok {
			p.s.checks.told[[2]any{key, c.SubjectID}] = true
		}
	}
	p.s.produce("commands", commandMessage(c), delay)
}

// report is what a team sends: it happened now, and arrives when the phone can.
func (p *people) report(team *simulatedTeam, c *Command) {
	c.TeamID, c.At = team.id, p.s.now
	p.send(c, p.s.between(0, team.lag))
}

// look lets people see what the journal says since they looked.
func (p *people) look() {
	for ; p.s.seen < len(p.s.ledger.journal); p.s.seen++ {
		p.see(&p.s.ledger.journal[p.s.seen])
	}
}

func (p *people) see(event *Event) {
	s := p.s
	s.tell("%d %s %s %s %s", event.Sequence, event.Type, event.CaseID, event.TeamID, event.StatusNow)
	team := p.teams[event.TeamID]
	switch event.Type {
	case EventCaseOpened:
		id, held := event.CaseID, event.Held
		if held {
			s.in(s.between(time.Minute, time.Hour), func() { p.release(id) })
		}
		// Whatever happens, somebody ends it some day.
		s.in(s.between(6*time.Hour, 20*time.Hour), func() { p.finish(id) })
		s.in(s.between(10*time.Minute, 10*time.Hour), func() { p.overrule(id) })
	case EventOffered:
		id := event.CaseID
		s.in(s.between(5*time.Second, 4*time.Minute), func() { p.answer(team, id) })
	case EventAccepted:
		p.drive(team, event)
		p.roster(team, event.CaseID)
	case EventOnScene:
		id := event.CaseID
		s.in(s.between(20*time.Minute, 6*time.Hour), func() { p.end(id) })
	case EventStandingDown:
		id := event.CaseID
		s.in(s.between(time.Minute, 20*time.Minute), func() { p.report(team, &Command{Type: CommandStandDownAck, CaseID: id}) })
		s.in(s.between(30*time.Minute, 3*time.Hour), func() {
			team.at = team.base
			p.report(team, &Command{Type: CommandReturned, CaseID: id, People: pointer(4)})
		})
	case EventPeopleMissing: // a coordinator finds out what became of them
		id := event.CaseID
		s.in(s.between(10*time.Minute, 2*time.Hour), func() {
			p.report(team, &Command{Type: CommandReturned, CaseID: id, People: pointer(4), Reason: "went home by bus"})
		})
	case EventCaseSplit: // the case that came back, or a new one
		for _, id := range []string{event.CaseID, event.RelatedCaseID} {
			if id != "" {
				s.in(s.between(time.Hour, 10*time.Hour), func() { p.finish(id) })
			}
		}
	case EventCheckInMissed:
		id := event.CaseID
		s.in(s.between(time.Minute, time.Hour), func() { p.report(team, &Command{Type: CommandCheckIn, CaseID: id}) })
	case EventCaseReopened:
		id := event.CaseID
		s.in(s.between(time.Hour, 10*time.Hour), func() { p.finish(id) })
	}
}

// answer is a team's answer to an offer.
func (p *people) answer(team *simulatedTeam, id string) {
	s := p.s
	switch luck := s.rng.Float64(); {
	case luck < team.ignores:
	case luck < team.ignores+team.declines:
		p.report(team, &Command{Type: CommandDecline, CaseID: id, Reason: personal + "no car"})
	case luck < team.ignores+team.declines+team.late:
		s.in(s.between(time.Minute, 30*time.Minute), func() { p.report(team, &Command{Type: CommandAccept, CaseID: id}) })
	default:
		p.report(team, &Command{Type: CommandAccept, CaseID: id, ETAMinutes: pointer(20), People: pointer(5)})
	}
}

// roster lets members of a team answer, one of them a minor.
func (p *people) roster(team *simulatedTeam, id string) {
	s := p.s
	for range s.rng.IntN(3) {
		member := MemberAnswer{ID: s.nextID("member-"), Name: personal + "member", Adult: pointer(s.chance(0.9)), Guardian: s.chance(0.5), Answer: AnswerComing, Seats: pointer(3)}
		say := func(after time.Duration, answer Answer) {
			said := member
			said.Answer = answer
			s.in(after, func() { p.report(team, &Command{Type: CommandRosterAnswer, CaseID: id, Member: &said}) })
		}
		say(s.between(time.Minute, time.Hour), AnswerComing)
		say(s.between(time.Hour, 2*time.Hour), AnswerArrived)
		say(s.between(4*time.Hour, 12*time.Hour), AnswerHome)
	}
}

// drive takes a team to the place, and says on the way where it is.
func (p *people) drive(team *simulatedTeam, event *Event) {
	s, id := p.s, event.CaseID
	c := s.ledger.rows[event.Case]
	hours := 1.0
	if a := c.Assignment(team.id); a != nil {
		hours = a.DistanceM / 60_000
	}
	way := time.Duration(hours * float64(time.Hour))
	start := s.between(time.Minute, 20*time.Minute)
	from := team.at
	s.in(start, func() { p.report(team, &Command{Type: CommandEnRoute, CaseID: id}) })
	for part := 1; part < 4 && c.Location != nil; part++ {
		share := float64(part) / 4
		to := *c.Location
		s.in(start+time.Duration(float64(way)*share), func() {
			team.at = orb.Point{from.Lon() + share*(to.Lon()-from.Lon()), from.Lat() + share*(to.Lat()-from.Lat())}
			log := s.logs["positions"]
			log.positions = append(log.positions, TeamPosition{TeamID: team.id, Position: team.at, At: s.now})
			s.wakeLeader()
		})
	}
	s.in(start+way, func() {
		if c.Location != nil {
			team.at = *c.Location
		}
		p.report(team, &Command{Type: CommandOnScene, CaseID: id})
	})
}

// row gives what the database knows of a case now.
func (p *people) row(id string) *Case {
	_, key, _ := ParseCaseID(id)
	return p.s.ledger.rows[key]
}

// release lets a case go on that was held.
func (p *people) release(id string) {
	c := p.row(id)
	if c.Location == nil {
		place := kostanay
		p.send(&Command{Type: CommandUpdate, CaseID: id, Fields: &Filing{Location: &place}, Given: []string{"/location"}}, 0)
	}
	p.send(&Command{Type: CommandCallOut, CaseID: id, CallOut: CallOutNow}, 0)
}

// overrule is what a coordinator does by hand.
func (p *people) overrule(id string) {
	s := p.s
	team, why := choice(s, "dos", "bars", "region-10", "victoria"), personal+"why"
	other := s.ledger.rows[int64(1+s.rng.IntN(int(s.ledger.head.Sequence)))]
	for range 1 + s.rng.IntN(3) {
		switch s.rng.IntN(14) {
		case 0:
			p.send(&Command{Type: CommandAssign, CaseID: id, TeamID: team, Replaces: choice(s, "", "bars"), Reason: why}, 0)
		case 1:
			p.send(&Command{Type: CommandRelease, CaseID: id, TeamID: team, Reason: why}, 0)
		case 2:
			p.send(&Command{Type: CommandUpdate, CaseID: id, Fields: &Filing{Urgency: choice(s, Urgencies()...), Needs: Needs{AtMost: pointer(s.rng.IntN(4))}},
				Given: []string{"/urgency", "/needs"}, CheckIn: choice(s, nil, pointer(30), pointer(0))}, 0)
		case 3:
			p.send(&Command{Type: CommandCallOut, CaseID: id, CallOut: CallOutHold}, 0)
			s.in(s.between(time.Minute, time.Hour), func() { p.release(id) })
		case 4:
			p.send(&Command{Type: CommandUrgency, CaseID: id, Urgency: choice(s, Urgencies()...), Reason: why}, 0)
		case 5:
			p.send(&Command{Type: CommandTake, CaseID: id}, 0)
			p.send(&Command{Type: CommandHandOver, CaseID: id, To: "key-8", Reason: why}, s.between(0, time.Hour))
		case 6:
			p.send(&Command{Type: CommandLead, CaseID: id, TeamID: team, Reason: why}, 0)
		case 7:
			p.send(&Command{Type: CommandStandDown, CaseID: id, TeamID: team, Reason: why}, 0)
		case 8:
			place := kostanay
			p.send(&Command{Type: CommandPoint, CaseID: id, Point: choice(s, PointStaging, PointHome, PointClue, PointHazard), Location: &place}, 0)
		case 9, 10:
			if other != nil {
				p.send(&Command{Type: CommandMerge, CaseID: id, Into: other.ID}, 0)
				if s.chance(0.5) {
					s.in(s.between(time.Minute, 3*time.Hour), func() { p.send(&Command{Type: CommandSplit, CaseID: id}, 0) })
				}
			}
		case 11:
			if c := p.row(id); len(c.Applications) > 1 {
				last := c.Applications[len(c.Applications)-1]
				p.send(&Command{Type: CommandSplit, CaseID: id, Applications: []ApplicationRef{{System: last.System, ID: last.ID}}}, 0)
			}
		case 12:
			if other != nil {
				p.send(&Command{Type: CommandApart, CaseID: id, Other: other.ID}, 0)
			}
		}
	}
}

// end is what a team on scene, or whoever, finds out.
func (p *people) end(id string) {
	s, c := p.s, p.row(id)
	if len(c.Subjects) == 0 {
		p.send(&Command{Type: CommandOutcome, CaseID: id, Outcome: OutcomeClosed, Reason: choice(s, ClosedReasons()...)}, 0)
		return
	}
	for i := range c.Subjects {
		subject := c.Subjects[i].ID
		command := &Command{Type: CommandOutcome, CaseID: id, SubjectID: subject, Outcome: choice(s, OutcomeFound, OutcomeFound, OutcomeFound, OutcomeMissing, OutcomeDeceased)}
		switch command.Outcome {
		case OutcomeFound:
			command.Condition = choice(s, Conditions()...)
		case OutcomeDeceased:
			command.Confirmed, command.FamilyTold = personal+"who", s.chance(0.3)
		}
		p.send(command, s.between(0, time.Hour))
		if command.Condition == ConditionNoSignsOfLife || command.Outcome == OutcomeDeceased && !command.FamilyTold {
			s.in(s.between(time.Hour, 3*time.Hour), func() { p.confirm(id, subject) })
		}
	}
	if s.chance(0.1) {
		s.in(s.between(time.Hour, 4*time.Hour), func() { p.send(&Command{Type: CommandReopen, CaseID: id}, 0) })
	}
}

// confirm records a death, and lets the family know.
func (p *people) confirm(id, subject string) {
	s := p.s
	p.send(&Command{Type: CommandOutcome, CaseID: id, SubjectID: subject, Outcome: OutcomeDeceased, Confirmed: personal + "who"}, 0)
	s.in(s.between(10*time.Minute, 2*time.Hour), func() {
		p.send(&Command{Type: CommandFamilyTold, CaseID: id, SubjectID: subject, ToldBy: personal + "who", Role: "police"}, 0)
	})
}

// finish ends what is still open, so that every seed comes to its end.
func (p *people) finish(id string) {
	c := p.row(id)
	if !c.Status.Open() && c.Status != StatusEnded {
		return
	}
	if len(c.Subjects) == 0 {
		p.send(&Command{Type: CommandOutcome, CaseID: id, Outcome: OutcomeClosed, Reason: "cancelled"}, 0)
	}
	for i := range c.Subjects {
		subject := &c.Subjects[i]
		switch {
		case subject.MovedTo != 0:
		case c.withheld(subject.N) != nil:
			p.confirm(id, subject.ID)
		case subject.Outcome == nil:
			p.send(&Command{Type: CommandOutcome, CaseID: id, SubjectID: subject.ID, Outcome: OutcomeFound, Condition: ConditionWell,
				FoundBy: fmt.Sprint(choice(p.s, FoundBys()...))}, 0)
		}
	}
	// It may have been opened again, or its end refused: somebody looks later.
	p.s.in(3*time.Hour, func() { p.finish(id) })
}
