package dispatch

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Fatalf(format string, arguments ...any)
}

// world drives the pure core in virtual time, and keeps what a store would.
// After every message it checks what must always hold (world_check_test.go).
type world struct {
	tb    failer
	state *State
	now   time.Time
	ids   int
	// unchecked leaves the checks out, for benchmarks.
	unchecked bool
	// lazy leaves it to advance to match what waits: as when the leader has
	// more to read. Otherwise a match that is due is made at once.
	lazy bool
	// matched is what the last match changed.
	matched *Changes

	steps     []step
	rows      map[int64]*Case
	teams     map[int32]*Team
	positions map[string]TeamPosition
	numbers   map[string]int64
	travel    map[Transport]TravelRecord
	applied   map[Identity]Applied
	known     map[Identity]int64 // applications
	journal   []Event
	decisions []Decision
	notes     []Note
	tracks    []TrackPoint
	counted   map[int64]*StatisticsCase
	rosters   map[rosterOf]Roster // as the journal tells them
	handed    map[*Case]string

	coordinators map[string]*Coordinator
	places       map[string]*Place
}

// step is one message, or positions of teams.
type step struct {
	message   *Message
	positions []TeamPosition
}

const testEpoch = "testepoc"

// worldStart is a Saturday afternoon in Kostanay.
var worldStart = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// newWorld makes a world that does not look for duplicates: its applications
// are much alike. duplicatesWorld does.
func newWorld(tb failer) *world {
	settings := DefaultSettings()
	settings.DuplicateWindow = 0
	return newWorldWith(tb, settings)
}

func duplicatesWorld(tb failer) *world { return newWorldWith(tb, DefaultSettings()) }

func newWorldWith(tb failer, settings Settings) *world {
	snapshot := &Snapshot{Head: Position{Epoch: testEpoch}}
	return &world{tb: tb, state: NewState(settings, snapshot), now: worldStart,
		coordinators: map[string]*Coordinator{}, places: map[string]*Place{}, rows: map[int64]*Case{}, teams: map[int32]*Team{}, positions: map[string]TeamPosition{}, numbers: map[string]int64{}, travel: map[Transport]TravelRecord{},
		applied: map[Identity]Applied{}, known: map[Identity]int64{}, counted: map[int64]*StatisticsCase{}, handed: map[*Case]string{}, rosters: map[rosterOf]Roster{}}
}

// find answers a lookup as a store does.
func (w *world) find(query Lookup) *Found {
	found := &Found{Applied: map[Identity]Applied{}, Applications: map[Identity]int64{}}
	for _, identity := range query.Applied {
		if applied, ok := w.applied[identity]; ok {
			found.Applied[identity] = applied
		}
	}
	keys := slices.Clone(query.Cases)
	for _, identity := range query.Applications {
		if key, ok := w.known[identity]; ok {
			found.Applications[identity] = key
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if c := w.rows[key]; c != nil && !query.InMemory(key) {
			found.Cases = append(found.Cases, c)
		}
	}
	return found
}

// receive looks up what messages need, as the leader does.
func (w *world) receive(messages []Message) {
	w.state.Receive(w.find(lookupOf(w.state, messages)))
	if related, needed := relatedOf(w.state, messages); needed {
		w.state.Receive(w.find(related))
	}
}

// keep writes what a store would write.
func (w *world) keep(changes *Changes) {
	for _, c := range changes.Cases {
		w.rows[c.Key] = c
		for i := range c.Applications {
			w.known[c.Applications[i].Identity] = c.Key
		}
	}
	for _, team := range changes.Teams {
		w.teams[team.Key] = team
	}
	for _, coordinator := range changes.Coordinators {
		w.coordinators[coordinator.ID] = coordinator
	}
	for _, place := range changes.Places {
		w.places[place.ID] = place
	}
	for _, number := range changes.Numbers {
		w.numbers[number.Prefix] = number.Last
	}
	for _, record := range changes.Travel {
		w.travel[record.Transport] = record
	}
	if changes.Applied != nil {
		w.applied[changes.Applied.Identity] = *changes.Applied
	}
	w.journal = append(w.journal, changes.Events...)
	w.decisions = append(w.decisions, changes.Decisions...)
	w.notes = append(w.notes, changes.Notes...)
}

// snapshot gives what a store would load.
func (w *world) snapshot() *Snapshot {
	snapshot := &Snapshot{Head: w.state.Head(), LastEvent: w.state.LastEvent()}
	for _, c := range w.rows {
		if c.Active() {
			snapshot.Cases = append(snapshot.Cases, c)
		}
	}
	slices.SortFunc(snapshot.Cases, func(a, b *Case) int { return int(a.Key - b.Key) })
	for _, team := range w.teams {
		snapshot.Teams = append(snapshot.Teams, team)
	}
	slices.SortFunc(snapshot.Teams, func(a, b *Team) int { return int(a.Key - b.Key) })
	for _, coordinator := range w.coordinators {
		snapshot.Coordinators = append(snapshot.Coordinators, coordinator)
	}
	for _, place := range w.places {
		snapshot.Places = append(snapshot.Places, place)
	}
	for _, position := range w.positions {
		snapshot.Positions = append(snapshot.Positions, position)
	}
	snapshot.TrackEnds = trackEnds(w.tracks)
	for prefix, last := range w.numbers {
		snapshot.Numbers = append(snapshot.Numbers, CaseNumber{Prefix: prefix, Last: last})
	}
	for _, record := range w.travel {
		snapshot.Travel = append(snapshot.Travel, record)
	}
	for i := range w.journal {
		if event := &w.journal[i]; event.Type == EventAccepted && !event.At.Before(snapshot.LastEvent.Add(-loadWindow)) {
			snapshot.Accepted = append(snapshot.Accepted, *event)
		}
	}
	return snapshot
}

// send decides one message now and applies it, and matches what waits where
// that is due.
func (w *world) send(message Message) *Changes {
	w.tb.Helper()
	changes := w.decide(message)
	if timer, ok := w.state.NextDeadline(); !w.lazy && ok && timer.Kind == TimerMatch && !timer.Due.After(w.now) {
		w.matched = w.decide(Message{Timer: &timer})
	}
	return changes
}

func (w *world) decide(message Message) *Changes {
	w.tb.Helper()
	message.Now = w.now
	if message.At.IsZero() && message.Timer == nil {
		message.At = w.now
	}
	w.steps = append(w.steps, step{message: &message})
	w.receive([]Message{message})
	if w.unchecked {
		changes := Decide(w.state, &message)
		w.state.Apply(changes)
		w.keep(changes)
		w.state.Settle()
		return changes
	}
	before := w.remember()
	changes := Decide(w.state, &message)
	w.checkUntouched(before)
	w.state.Apply(changes)
	w.keep(changes)
	w.state.Settle()
	w.check(before, &message, changes)
	return changes
}

// advance lets time pass, and fires the timers that come due, in order.
func (w *world) advance(by time.Duration) {
	w.tb.Helper()
	until := w.now.Add(by)
	for {
		timer, ok := w.state.NextDeadline()
		if !ok || timer.Due.After(until) {
			break
		}
		if timer.Due.After(w.now) {
			w.now = timer.Due
		}
		w.send(Message{Timer: &timer})
	}
	w.now = until
}

// move gives positions of teams.
func (w *world) move(positions ...TeamPosition) []TeamPosition {
	w.steps = append(w.steps, step{positions: positions})
	taken, kept := w.state.MovePositions(positions)
	w.tracks = append(w.tracks, kept...)
	for _, position := range taken {
		w.positions[position.TeamID] = position
	}
	return taken
}

func (w *world) nextID(prefix string) string {
	w.ids++
	return fmt.Sprintf("%s%d", prefix, w.ids)
}

// Places at the towns of domain/regions.json.
var (
	kostanay  = orb.Point{63.62463, 53.21435}
	rudny     = orb.Point{63.11055, 52.97244}
	lisakovsk = orb.Point{62.49893, 52.54488}
	zhitikara = orb.Point{61.19894, 52.19019}
	tobyl     = orb.Point{63.70038, 53.20666}
	astana    = orb.Point{71.44598, 51.1801}
	oskemen   = orb.Point{82.60586, 49.97143}
)

// team registers a team of capacity 1 that is asked for missing persons and
// emergencies.
func (w *world) team(id string, base orb.Point, change ...func(*TeamRegistration)) *Changes {
	w.tb.Helper()
	r := TeamRegistration{ID: id, Organisation: "organisation of " + id, Name: id, Base: base, Kinds: []Kind{MissingPerson, Emergency},
		Capacity: 1, Answers: AnswersManual, At: w.now,
		Contacts: []Contact{{Channel: "webpush", Address: personal + "address"}}}
	if known := w.state.teamByID(id); known != nil {
		r = known.team.TeamRegistration
		r.Base, r.At = base, w.now
	}
	for _, f := range change {
		f(&r)
	}
	return w.send(Message{Identity: TeamMessageIdentity(id, "team.registered", r.At), Registration: &r})
}

func automatic(r *TeamRegistration) { r.Answers = AnswersAutomatic }

func capacity(n int) func(*TeamRegistration) {
	return func(r *TeamRegistration) { r.Capacity = n }
}

// available says that a team is on or off duty.
func (w *world) available(id string, available bool, until time.Time) *Changes {
	w.tb.Helper()
	v := TeamAvailability{ID: id, Available: available, Until: until, At: w.now}
	return w.send(Message{Identity: TeamMessageIdentity(id, "team.availability", v.At), Availability: &v})
}

// coordinator registers a coordinator with a message of a time.
func (w *world) coordinator(id string, at time.Time) *Changes {
	w.tb.Helper()
	r := CoordinatorRegistration{ID: id, Name: personal + "name", Regions: []string{"KZ-39"}, Language: "kk", At: at,
		Contacts: []Contact{{Channel: ChannelWebhook, Address: personal + "address"}}}
	return w.send(Message{Identity: TeamMessageIdentity(id, "coordinator.registered", r.At), Coordinator: &r})
}

// personal marks everything that must never be in the journal.
const personal = "PERSONAL-"

// filingOf makes an application that is full of personal text.
func filingOf(id string, kind Kind, place orb.Point) *Filing {
	f := &Filing{System: "102-kostanay", ID: id, OriginalID: personal + id, Kind: kind, FiledAt: worldStart, Location: &place,
		Reference: personal + id, Reporter: Reporter{Name: personal + "reporter", Phone: personal + "phone", Relation: personal + "mother"},
		Place: personal + "place", Address: personal + "address", AccuracyM: 500}
	switch kind {
	case MissingPerson:
		f.Subjects = []FiledSubject{filedSubject("s1")}
		f.Subjects[0].Name = personal + "name-" + id
	case Emergency:
		total := 3
		f.Incident, f.PeopleAtRisk = "flood", &PeopleAtRisk{Total: &total}
	case VolunteerEvent:
		f.Event = &EventDetails{Title: personal + "title", StartsAt: worldStart.Add(24 * time.Hour), VolunteersNeeded: 20}
	}
	return f
}

func filedSubject(id string) FiledSubject {
	age := 14
	return FiledSubject{ID: id, Name: personal + "name", Sex: "male", Age: &age, Category: "child_13_15",
		Description: personal + "description", Health: personal + "health", LastSeenAt: worldStart.Add(-2 * time.Hour)}
}

// filingMessage wraps an application as ingest does.
func filingMessage(f *Filing) Message {
	sum := sha256.Sum256([]byte(canonical(withoutHash(f))))
	f.BodyHash = [16]byte(sum[:16])
	return Message{Identity: ApplicationIdentity(f.System, f.ID), Filing: f,
		Source: Source{Topic: "izdeu.applications"}, Key: []byte(f.ID), Value: []byte(f.ID)}
}

func withoutHash(f *Filing) Filing {
	copied := *f
	copied.BodyHash = [16]byte{}
	return copied
}

// file files an application and gives the key of its case.
func (w *world) file(id string, kind Kind, place orb.Point, change ...func(*Filing)) int64 {
	w.tb.Helper()
	f := filingOf(id, kind, place)
	for _, do := range change {
		do(f)
	}
	w.send(filingMessage(f))
	key, known := w.known[ApplicationIdentity(f.System, f.ID)]
	if !known {
		w.tb.Fatalf("the application %s has no case", id)
	}
	return key
}

// command sends a command about a case and gives its result.
func (w *world) command(commandType CommandType, key int64, team string, change ...func(*Command)) *Changes {
	w.tb.Helper()
	c := &Command{ID: w.nextID("command-"), Type: commandType, CaseID: CaseID(testEpoch, key), TeamID: team,
		Actor: Actor{Type: "key", ID: "key-7"}}
	for _, do := range change {
		do(c)
	}
	return w.send(commandMessage(c))
}

func commandMessage(c *Command) Message {
	return Message{Identity: CommandIdentity(c.ID), Command: c}
}

// do sends a command that must be done.
func (w *world) do(commandType CommandType, key int64, team string, change ...func(*Command)) *Changes {
	w.tb.Helper()
	changes := w.command(commandType, key, team, change...)
	if !changes.Applied.Done {
		w.tb.Fatalf("%s of %q: refused: %s (%s)", commandType, team, changes.Applied.Code, changes.Applied.Detail)
	}
	return changes
}

// refused sends a command that must be refused with the code.
func (w *world) refused(code string, commandType CommandType, key int64, team string, change ...func(*Command)) {
	w.tb.Helper()
	changes := w.command(commandType, key, team, change...)
	if changes.Applied == nil || changes.Applied.Done || changes.Applied.Code != code {
		w.tb.Fatalf("%s of %q: %+v, want refused as %s", commandType, team, changes.Applied, code)
	}
	if len(changes.Events)+len(changes.Cases) > 0 {
		w.tb.Fatalf("%s was refused and changed something", commandType)
	}
}

// statuses gives the assignments of a case as "team:status", in their order.
func (w *world) statuses(key int64) string {
	var words []string
	for _, a := range w.rows[key].Assignments {
		words = append(words, a.TeamID+":"+string(a.Status))
	}
	return strings.Join(words, " ")
}

func (w *world) wantStatuses(key int64, want string) {
	w.tb.Helper()
	if got := w.statuses(key); got != want {
		w.tb.Fatalf("case %d: assignments %q, want %q", key, got, want)
	}
}

func (w *world) wantStatus(key int64, want Status) {
	w.tb.Helper()
	if got := w.rows[key].Status; got != want {
		w.tb.Fatalf("case %d is %s, want %s", key, got, want)
	}
}

// types gives the types of events.
func types(events []Event) string {
	var words []string
	for i := range events {
		words = append(words, string(events[i].Type))
	}
	return strings.Join(words, " ")
}

func wantEvents(tb failer, changes *Changes, want string) {
	tb.Helper()
	if got := types(changes.Events); got != want {
		tb.Fatalf("events %q, want %q", got, want)
	}
}

func pointer[T any](v T) *T { return &v }
