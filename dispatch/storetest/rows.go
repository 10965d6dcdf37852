package storetest

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

func pointer[T any](v T) *T { return &v }

// fullCase has something in every field of every row of a case.
func (p *page) fullCase(team *dispatch.Team) *dispatch.Case {
	at := p.tick
	c := p.open()
	key := c.Key
	c.Status = dispatch.StatusEnded // active, so that Load gives it
	c.Urgency = dispatch.LifeThreatening
	c.Region, c.Regions = "KZ-39", []string{"KZ-39", "KZ-10"}
	c.Location, c.AccuracyM = &orb.Point{63.62141592653589, 53.21}, 512.25
	c.CallOut, c.Exercise = dispatch.CallOutHold, true
	c.EndedAt, c.SuspendedAt, c.UnansweredAt = at(), at(), at()
	c.Needs = dispatch.Needs{Teams: 3, Skills: []string{"dog", "snow mobile"}, AtMost: pointer(4)}
	c.Incident = "ice"
	c.PeopleAtRisk = &dispatch.PeopleAtRisk{Total: pointer(7), Children: pointer(0), Immobile: pointer(2)}
	c.Event = &dispatch.EventDetails{Title: "Сбор", Direction: "лес", StartsAt: at(), EndsAt: at(), VolunteersNeeded: 12}
	c.NeedsReview = []dispatch.Review{{Pointer: "/location", Detail: "outside of the country", Holds: true}, {Pointer: "/subjects/0/age", Detail: "not a number"}}
	c.FirstInQueue = true
	c.Proposals = []dispatch.Proposal{{Team: team.Key, TeamID: team.ID, FromCase: 7, FromCaseID: "cEPOCH-7", TravelS: 400, GainS: pointer(1800), CostS: pointer(0), At: at()}}
	c.Weather, c.UrgencyFrom, c.UrgencySetBy, c.UrgencySetAt = "blizzard", dispatch.UrgencySet, "user:1", at()
	c.LeadTeam = team.ID
	outcome := dispatch.SubjectOutcome{Outcome: dispatch.OutcomeFound, Condition: dispatch.ConditionInjured, FoundBy: "team", ConfirmedBy: "КУИ",
		Identity: "confirmed", Reason: "assisted", People: 4, At: at()}
	c.Closing = pointer(outcome)
	c.MergedInto = dispatch.CaseRef{Key: 7, ID: "c1-7"}
	c.Joined = []dispatch.JoinedApplication{{Application: key, From: dispatch.CaseRef{Key: 9, ID: "c1-9"},
		Subjects: []dispatch.JoinedSubject{{ID: "s1", N: 2, Brought: true}}, Amended: true}}
	c.Likely = []dispatch.LikelyDuplicate{{CaseRef: dispatch.CaseRef{Key: 11, ID: "c1-11"}, Score: 40, Reasons: []string{"same_phone", "near"}}}
	c.Apart = []int64{13}
	c.Owner, c.OwnedAt, c.CheckIn = "k-owner", at(), pointer(30)
	joined := p.emit(dispatch.EventCaseJoined, key, 0)
	c.Applications = []dispatch.Application{
		{Key: key, Identity: dispatch.ApplicationIdentity("102", "h-1234"), System: "102", ID: "h-1234", OriginalID: "№ 17/а", Reference: "KUI 24391",
			Kind: dispatch.MissingPerson, FiledAt: at(), ReceivedAt: at(), Revision: 3, BodyHash: [16]byte{1, 2, 255}, Changed: key},
		{Key: joined, Identity: dispatch.ApplicationIdentity("112", "b"), System: "112", ID: "b", Kind: dispatch.Emergency, Changed: key},
	}
	c.Subjects = []dispatch.Subject{
		{N: 1, ID: "s1", Sex: "male", Age: pointer(14), Category: "child_13_15", LastSeenAt: at(), Outcome: pointer(outcome), MovedTo: 5, Changed: key},
		{N: 2, ID: "s2", Age: pointer(0), Changed: key},
	}
	c.Sealed = []dispatch.SealedOutcome{
		{Subject: 1, Outcome: outcome, Location: &orb.Point{62.5, 52.5}, RecordedAt: at(), ReleasedAt: at(), SupersededAt: at(), ToldBy: "office", Role: "coordinator", Changed: key},
		{Subject: 2, Outcome: dispatch.SubjectOutcome{Outcome: dispatch.OutcomeDeceased, At: at()}, RecordedAt: at(), Changed: key},
	}
	c.Personal = dispatch.Personal{Place: "Қостанай", Address: "Достық 1", Changed: key,
		Applications: []dispatch.ApplicationPersonal{{Reporter: dispatch.Reporter{Name: "Айгүл \"Ә\"", Phone: "+77015550123", Relation: "mother"}, Filed: fullFiling(at)}, {}},
		Subjects: []dispatch.SubjectPersonal{{Name: "Данияр", Description: "синяя куртка\nшапка", Health: "астма",
			Dangers: []dispatch.Danger{dispatch.DangerIllness, dispatch.DangerWater}, FoundAt: &orb.Point{62.1, 52.2}}, {}},
		Assessment: dispatch.Assessment{Version: 1, Urgency: dispatch.Urgent, Score: 2, Factors: []dispatch.AssessedFactor{{Code: "water", Points: 6, Lifts: true}}},
		Points:     []dispatch.Point{{Kind: dispatch.PointClue, Location: orb.Point{62.3, 52.4}, At: at(), Note: "перчатка", Photo: "p-7"}}}

	c.Members = []dispatch.Member{
		{N: 1, Assignment: 2, ID: "m-1", Name: "Ерлан", Phone: "+77015550177", Minor: true, Answer: dispatch.AnswerComing, ETAAt: at(), Seats: 3,
			AnsweredAt: at(), ComingAt: at(), ArrivedAt: at(), HomeAt: at(), Served: 90 * time.Minute, Changed: key},
		{N: 2, Assignment: 2, ID: "m-2", Answer: dispatch.AnswerNotComing, Changed: key},
	}
	p.assign(c, team, dispatch.AssignmentReturned, 0)
	full := p.assign(c, team, dispatch.AssignmentStandingDown, 2)
	*full = dispatch.Assignment{N: 2, Team: team.Key, TeamID: team.ID, Round: 2, Status: dispatch.AssignmentStandingDown, Slot: 2,
		DistanceM: 12345.678, PositionAt: at(), Rings: 2, ByHand: true, OfferedAt: at(), AnswerBy: at(), AnsweredAt: at(), ETAAt: at(),
		EnRouteAt: at(), OnSceneAt: at(), StandingDownAt: at(), AcknowledgedAt: at(), FinishedAt: at(), People: 5, PeopleReturned: 4,
		Words: "едем, 20 минут", AssignmentDetail: dispatch.AssignmentDetail{StalePositionAt: at(), ReleasedFor: "cEPOCH-7", Reminders: 1, Skills: []string{"dog"}, CheckInBy: at(),
			CheckInMissedAt: at(), CheckedInAt: at(), PeopleMissingAt: at(), LentBy: "KZ-10",
			Notified: []dispatch.Notified{{Channel: dispatch.ChannelWebhook, About: dispatch.EventOffered, Delivered: true, At: at()}},
			Pace:     dispatch.Pace{Microseconds: 78000, Permille: 1500, Assumed: true}}, Created: full.Created, SlotChanged: full.SlotChanged, Changed: full.Changed}
	return c
}

func fullFiling(at func() time.Time) *dispatch.Filing {
	return &dispatch.Filing{System: "112", ID: "b", OriginalID: "№ 17", Kind: dispatch.MissingPerson, FiledAt: at(), Revision: 2,
		BodyHash: [16]byte{9}, Reference: "КУИ 1", Reporter: dispatch.Reporter{Name: "Сауле", Phone: "+77015550124", Relation: "aunt"},
		Location: &orb.Point{63.5, 53.25}, AccuracyM: 100, Place: "Тобыл", Address: "Достық 2", Urgency: dispatch.Urgent,
		CallOut: dispatch.CallOutNow, Exercise: true, Incident: "ice", Weather: "blizzard", SameAs: "cAAAA-7",
		PeopleAtRisk: &dispatch.PeopleAtRisk{Total: pointer(3), Children: pointer(1), Immobile: pointer(1)},
		Subjects: []dispatch.FiledSubject{{ID: "x", Name: "Данияр", Sex: "male", Age: pointer(14), Category: "child_13_15",
			Description: "куртка", Health: "астма", Dangers: []dispatch.Danger{dispatch.DangerWater}, LastSeenAt: at()}},
		Event: &dispatch.EventDetails{Title: "Сбор", Direction: "лес", StartsAt: at(), EndsAt: at(), VolunteersNeeded: 3}, Needs: dispatch.Needs{Teams: 2, Skills: []string{"dog"}, AtMost: pointer(3)},
		NeedsReview: []dispatch.Review{{Pointer: "/place", Detail: "must be text", Holds: true}}}
}

func (p *page) fullTeam() *dispatch.Team {
	team := p.team(1, "region-10-lisakovsk")
	team.TeamRegistration = dispatch.TeamRegistration{ID: team.ID, Organisation: "Region-10", Branch: "Lisakovsk", Name: "Регион-10",
		Base: orb.Point{62.49, 52.54}, Kinds: []dispatch.Kind{dispatch.Emergency, dispatch.MissingPerson}, Skills: []string{"dog", "snow mobile"},
		Members: 12, Capacity: 3, RangeKM: 300.5, Answers: dispatch.AnswersAutomatic,
		Contacts: []dispatch.Contact{{Channel: "webhook", Address: "https://example.org/?a=1&b=<2>"}, {Channel: "webpush", Address: "x"}}, At: p.tick(),
		TeamDetail: dispatch.TeamDetail{Transport: dispatch.Offroad,
			Duty: &dispatch.DutyCalendar{Weekly: []dispatch.DutyShift{{Days: dispatch.Weekdays(), From: 20 * 60, To: 8 * 60}},
				Exceptions: []dispatch.DutyException{{From: p.tick(), To: p.tick(), On: true}}},
			Certificates: []dispatch.Certificate{{Skill: "dog", ExpiresAt: p.tick()}}}}
	team.TeamStanding = dispatch.TeamStanding{OffDuty: true, DutyUntil: p.tick(), Rests: []time.Time{p.tick(), p.tick()}}
	team.Region, team.Available, team.Until, team.AvailableAt = "KZ-39", true, p.tick(), p.tick()
	return team
}

func testRoundTrip(t *testing.T, b *book) {
	p := b.page()
	team := p.fullTeam()
	c := p.fullCase(team)
	complete(t, c, "Case.Assignments")
	complete(t, c.Assignments[1])
	complete(t, team)
	plainTeam := &dispatch.Team{Key: 2, TeamRegistration: dispatch.TeamRegistration{ID: "plain", Answers: dispatch.AnswersManual}}
	plainTeam.Changed = p.emit(dispatch.EventTeamRegistered, 0, 2)
	p.Teams = append(p.Teams, plainTeam)
	plain := p.open()
	plain.Needs, plain.Subjects, plain.Personal.Subjects, plain.Kind = dispatch.Needs{}, nil, nil, dispatch.VolunteerEvent
	plain.Applications[0].FiledAt, plain.Applications[0].ReceivedAt = time.Time{}, time.Time{}
	p.assign(plain, plainTeam, dispatch.AssignmentNoAnswer, 0)
	plain.Assignments[0].OfferedAt, plain.Assignments[0].Rings = time.Time{}, 0

	p.Events[0].EventFields = fullFields(p.now)
	complete(t, p.Events[0].EventFields)
	p.Positions = []dispatch.TeamPosition{{TeamID: team.ID, Position: orb.Point{62.4, 52.5}, At: p.tick(), AccuracyM: 15.5, Counter: 9}}
	tracks := []dispatch.TrackPoint{{Case: c.Key, Assignment: 2, At: p.tick(), Position: orb.Point{62.4, 52.5}, AccuracyM: 15.5},
		{Case: c.Key, Assignment: 2, At: p.tick(), Position: orb.Point{62.41, 52.51}}, {Case: plain.Key, Assignment: 1, At: p.tick()}}
	complete(t, tracks[0])
	p.Tracks = append([]dispatch.TrackPoint{tracks[0]}, tracks...) // one of them is read again
	p.Numbers = []dispatch.CaseNumber{{Prefix: "00-2026", Last: 7}, {Prefix: "39-2026", Last: 41}}
	p.Travel = []dispatch.TravelRecord{{Transport: dispatch.ByCar, Trips: 21, LogSum: -1234, LogSquares: 56789}, {Transport: dispatch.OnFoot, Trips: 1, LogSum: 2, LogSquares: 4}}
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.applications", Partition: 0, Next: 17, LastHash: [16]byte{9, 8}},
		{Topic: "izdeu.applications", Partition: 3, Next: 1 << 40, LastHash: [16]byte{255}}}
	decisions := []dispatch.Decision{
		{Case: c.Key, Sequence: c.Key, At: p.tick(), Choice: dispatch.ChoiceOpenCall, Candidates: []dispatch.Candidate{
			{Team: 1, Result: dispatch.CandidateOffered, Transport: 1, DistanceM: 12345, PositionAge: 90 * time.Second, CasesLastDay: 3},
			{Team: 2, Result: dispatch.CandidateRange, DistanceM: 900000, PositionAge: -time.Second, StaleAge: 31 * time.Minute}}},
		{Case: c.Key, Sequence: c.Changed, At: p.tick(), Candidates: []dispatch.Candidate{}},
	}
	decisions[0].Others[dispatch.CandidateBusy] = 17
	decisions[0].Paces[0] = dispatch.Pace{Microseconds: 864_000, Permille: 1250}
	decisions[0].Paces[1] = dispatch.Pace{Microseconds: 78_000, Permille: 1500, Assumed: true}
	p.Decisions = decisions
	notes := []dispatch.Note{{Sequence: c.Key, Case: c.Key, TeamID: team.ID, Audience: dispatch.AudienceTeam, Actor: "user:1", At: p.tick(), Text: "ждать у моста"},
		{Sequence: c.Changed, Case: c.Key, Audience: dispatch.AudienceSealed, At: p.tick(), Text: "x"}}
	complete(t, notes[0])
	p.Notes = notes
	p.commit()

	check := func(store Database) {
		t.Helper()
		b.store = store
		same(t, "full case", c, b.one(c.Key))
		same(t, "plain case", plain, b.one(plain.Key))
		snapshot := b.snapshot()
		same(t, "cases in the snapshot", []*dispatch.Case{c, plain}, snapshot.Cases)
		same(t, "teams in the snapshot", []*dispatch.Team{team, plainTeam}, snapshot.Teams)
		same(t, "positions in the snapshot", p.Positions, snapshot.Positions)
		same(t, "ends of the tracks in the snapshot", tracks[1:], snapshot.TrackEnds)
		gotTracks, err := store.Tracks(b.ctx, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "tracks", tracks[:2], gotTracks)
		same(t, "numbers in the snapshot", p.Numbers, snapshot.Numbers)
		same(t, "travel in the snapshot", p.Travel, snapshot.Travel)
		same(t, "offsets in the snapshot", p.Offsets, snapshot.Offsets)
		same(t, "head in the snapshot", p.Head, snapshot.Head)
		same(t, "last event in the snapshot", p.Events[len(p.Events)-1].At, snapshot.LastEvent)
		events, err := store.Events(b.ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "journal", p.Events, events)
		got, err := store.Decisions(b.ctx, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "decisions", decisions, got)
		gotNotes, err := store.Notes(b.ctx, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "notes", notes, gotNotes)
		key, err := store.CaseOfApplication(b.ctx, c.Applications[1].Identity)
		if err != nil || key != c.Key {
			t.Errorf("case of the second application: got %d, %v, want %d", key, err, c.Key)
		}
		if key, err = store.CaseOfApplication(b.ctx, dispatch.ApplicationIdentity("x", "y")); err != nil || key != 0 {
			t.Errorf("case of an unknown application: got %d, %v, want 0", key, err)
		}
	}
	check(b.store)
	check(b.reopen())
}

func fullFields(at time.Time) dispatch.EventFields {
	return dispatch.EventFields{CaseID: "c1-1", TeamID: "t", ActorType: "user", ActorID: "u", HappenedAt: at, Number: "39-2026-000001",
		Kind: dispatch.Emergency, Urgency: dispatch.Urgent, UrgencyBefore: dispatch.Routine, Region: "KZ-39", CallOut: dispatch.CallOutNow, Exercise: pointer(true),
		Subjects: []dispatch.EventSubject{{ID: "s1", Category: "child_13_15"}}, Held: true, Audience: dispatch.AudienceTeam, SubjectID: "s1",
		Outcome: dispatch.OutcomeFound, Condition: dispatch.ConditionWell, FoundBy: "team", Reason: "rescued", Incident: "fire",
		StatusNow: dispatch.StatusFound, Round: 1, Rings: 2, ByHand: true, DistanceM: pointer(1.5), AnswerBy: at, ETAMinutes: pointer(20),
		RelatedCaseID: "c1-2", TravelS: 400, GainS: pointer(1800), CostS: pointer(60), Applications: 2, Restored: true, Reasons: []string{"same_name", "near"},
		People: pointer(3), LeadTeamID: pointer("t"), LeadOrganisation: "Region-10",
		TeamRegion: "KZ-10", Missing: 2, Minutes: 90, PeopleMinutes: 450, Point: dispatch.PointClue, Owner: "k-owner",
		OpenItems: []dispatch.EventCount{{Code: dispatch.OpenOffer, Count: 2}}, CheckIn: pointer(0), Organisation: "Region-10", Capacity: 1,
		Available: pointer(true), Until: at, Channel: dispatch.ChannelWebhook, About: dispatch.EventOffered, Delivered: pointer(true), CoordinatorID: "c", PlaceID: "p",
		Because: dispatch.AvailabilityRest, Roster: &dispatch.Roster{Coming: 4, Seats: 3, Arrived: 2, Home: 1}}
}

// testChangedRows writes a second version of every row, and one in which most
// rows did not change.
func testChangedRows(t *testing.T, b *book) {
	p := b.page()
	team := p.fullTeam()
	c := p.fullCase(team)
	p.Numbers = []dispatch.CaseNumber{{Prefix: "39-2026", Last: 1}}
	p.Travel = []dispatch.TravelRecord{{Transport: dispatch.ByCar, Trips: 1, LogSum: 7, LogSquares: 49}}
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.teams", Next: 1}}
	p.commit()

	p = b.page()
	d := p.again(c.Key)
	sequence := p.emit(dispatch.EventCaseUpdated, c.Key, 0)
	d.Status, d.Urgency, d.CallOut, d.Exercise = dispatch.StatusReview, dispatch.Routine, dispatch.CallOutNone, false
	d.Region, d.Regions, d.Location, d.AccuracyM = "KZ-10", []string{"KZ-10"}, nil, 0
	d.EndedAt, d.SuspendedAt, d.UnansweredAt = time.Time{}, time.Time{}, time.Time{}
	d.Needs, d.Incident, d.PeopleAtRisk, d.Event, d.NeedsReview = dispatch.Needs{Teams: 1}, "", nil, nil, nil
	d.LeadTeam, d.Closing, d.Changed = "", nil, sequence
	d.Applications[0].Revision, d.Applications[0].Reference, d.Applications[0].BodyHash, d.Applications[0].Changed = 4, "", [16]byte{7}, sequence
	d.Applications = append(d.Applications, dispatch.Application{Key: sequence, Identity: dispatch.ApplicationIdentity("new", "x"), System: "new",
		ID: "x", Kind: dispatch.MissingPerson, Changed: sequence})
	d.Subjects[0].Outcome, d.Subjects[0].Sex, d.Subjects[0].Age, d.Subjects[0].Changed = nil, "", nil, sequence
	d.Subjects[1].Outcome, d.Subjects[1].Changed = &dispatch.SubjectOutcome{Outcome: dispatch.OutcomeMissing, At: p.tick()}, sequence
	d.Subjects = append(d.Subjects, dispatch.Subject{N: 3, ID: "s3", Changed: sequence})
	d.Sealed[1].ReleasedAt, d.Sealed[1].ToldBy, d.Sealed[1].Changed = p.tick(), "брат", sequence
	d.Sealed = append(d.Sealed, dispatch.SealedOutcome{Subject: 3, Outcome: dispatch.SubjectOutcome{Outcome: dispatch.OutcomeFound, At: p.tick()},
		RecordedAt: p.tick(), Changed: sequence})
	d.Members[0] = dispatch.Member{N: 1, Assignment: 2, ID: "m-1", Answer: dispatch.AnswerHome, Changed: sequence}
	d.Members = append(d.Members, dispatch.Member{N: 3, Assignment: 2, ID: "m-3", Answer: dispatch.AnswerArrived, Changed: sequence})
	d.Personal = dispatch.Personal{Applications: make([]dispatch.ApplicationPersonal, 3), Subjects: make([]dispatch.SubjectPersonal, 3), Changed: sequence}
	a := &d.Assignments[1]
	*a = dispatch.Assignment{N: 2, Team: a.Team, TeamID: a.TeamID, Round: 2, Status: dispatch.AssignmentNoAnswer, Created: a.Created, SlotChanged: sequence, Changed: sequence}
	next := *team
	next.TeamRegistration = dispatch.TeamRegistration{ID: team.ID, Capacity: 1, Answers: dispatch.AnswersManual}
	next.TeamStanding = dispatch.TeamStanding{}
	next.Region, next.Available, next.Until, next.AvailableAt = "", false, time.Time{}, time.Time{}
	next.Changed = p.emit(dispatch.EventTeamRegistered, 0, 1)
	p.Teams = []*dispatch.Team{&next}
	p.Numbers = []dispatch.CaseNumber{{Prefix: "39-2026", Last: 2}}
	p.Travel = []dispatch.TravelRecord{{Transport: dispatch.ByCar, Trips: 2, LogSum: -7, LogSquares: 245}}
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.teams", Next: 5, LastHash: [16]byte{1}}}
	p.commit()
	same(t, "second version", d, b.one(c.Key))
	snapshot := b.snapshot()
	same(t, "second version of the team", []*dispatch.Team{&next}, snapshot.Teams)
	same(t, "numbers", p.Numbers, snapshot.Numbers)
	same(t, "travel", p.Travel, snapshot.Travel)
	same(t, "offsets", p.Offsets, snapshot.Offsets)

	// Only what is marked as changed is written: a part whose mark is old is
	// the part that is stored.
	p = b.page()
	e := p.again(c.Key)
	sequence = p.emit(dispatch.EventCaseUpdated, c.Key, 0)
	e.Subjects[2].Category, e.Subjects[2].Changed = "adult", sequence
	e.Urgency = dispatch.LifeThreatening // not marked
	e.Applications[0].Reference = "not marked"
	e.Subjects[0].Category = "not marked"
	e.Assignments[0].Words = "not marked"
	e.Members[1].Name = "not marked"
	p.commit()
	d.Subjects[2].Category, d.Subjects[2].Changed = "adult", sequence
	same(t, "third version", d, b.one(c.Key))
	same(t, "third version after a reopen", d, func() *dispatch.Case { b.store = b.reopen(); return b.one(c.Key) }())

	// A batch without events moves offsets and nothing else.
	p = b.page()
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.teams", Next: 6}}
	p.commit()
	if head, err := b.store.Head(b.ctx); err != nil || head != p.Base {
		t.Errorf("head after a batch of offsets: got %v, %v, want %v", head, err, p.Base)
	}
	same(t, "offsets", p.Offsets, b.snapshot().Offsets)
}
