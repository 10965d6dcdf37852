package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// personal marks everything that must not be told.
const personal = "PERSONAL-"

var kostanay = orb.Point{63.62, 53.21}

// world is a leader with a real store, and a notifier that follows it. Its
// time is the bubble's.
type world struct {
	t     *testing.T
	store *sqlite.Store
	ids   int

	mu      sync.Mutex
	state   *dispatch.State
	changed chan struct{}
	letters int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "izdeu.db"), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	snapshot, err := store.Load(t.Context())
	must(t, err)
	return &world{t: t, store: store, state: dispatch.NewState(dispatch.DefaultSettings(), snapshot), changed: make(chan struct{})}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Head, Events and DeadLetters make it the journal of the notifier.
func (w *world) Head() (dispatch.Position, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.Head(), w.changed
}

func (w *world) Events(ctx context.Context, after int64, limit int) ([]dispatch.Event, error) {
	return w.store.Events(ctx, after, limit)
}

func (w *world) DeadLetters() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.letters
}

// SendCommand makes it the intake: a report is read and decided as if it came
// through Kafka.
func (w *world) SendCommand(_ context.Context, actor dispatch.Actor, caseID string, body []byte) (string, dispatch.Identity, error) {
	command, err := ingest.ReadCommand(append([]byte(`{"case_id":"`+caseID+`",`), body[1:]...))
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	command.Actor = actor
	identity := dispatch.CommandIdentity(command.ID)
	changes, err := w.decide(dispatch.Message{Identity: identity, Command: command})
	if err == nil && changes.Applied != nil && !changes.Applied.Done {
		err = errors.New(changes.Applied.Detail)
	}
	return command.ID, identity, err
}

// decide decides messages as one batch and gives the changes of the last.
func (w *world) decide(messages ...dispatch.Message) (*dispatch.Changes, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := dispatch.Batch{Base: w.state.Head()}
	cases := map[int64]*dispatch.Case{}
	var last *dispatch.Changes
	for i := range messages {
		messages[i].Now = time.Now().UTC().Truncate(time.Millisecond)
		last = dispatch.Decide(w.state, &messages[i])
		w.state.Apply(last)
		for _, c := range last.Cases {
			cases[c.Key] = c
		}
		batch.Teams = append(batch.Teams, last.Teams...)
		batch.Coordinators = append(batch.Coordinators, last.Coordinators...)
		batch.Numbers = append(batch.Numbers, last.Numbers...)
		batch.Decisions = append(batch.Decisions, last.Decisions...)
		batch.Events = append(batch.Events, last.Events...)
		if last.Applied != nil {
			batch.Applied = append(batch.Applied, *last.Applied)
		}
		if last.DeadLetter != nil {
			batch.DeadLetters = append(batch.DeadLetters, *last.DeadLetter)
			w.letters++
		}
	}
	for _, c := range cases {
		batch.Cases = append(batch.Cases, c)
	}
	batch.Head = w.state.Head()
	err := w.store.Commit(context.Background(), &batch)
	close(w.changed)
	w.changed = make(chan struct{})
	return last, err
}

func (w *world) send(messages ...dispatch.Message) *dispatch.Changes {
	w.t.Helper()
	changes, err := w.decide(messages...)
	must(w.t, err)
	return changes
}

func (w *world) id(prefix string) string {
	w.ids++
	return fmt.Sprintf("%s-%d", prefix, w.ids)
}

// team registers a team at Kostanay with webhooks.
func (w *world) team(id string, addresses ...string) {
	w.t.Helper()
	r := &dispatch.TeamRegistration{ID: id, Name: id, Base: kostanay, Kinds: dispatch.Kinds(), Capacity: 1000, Answers: dispatch.AnswersManual, At: time.Now()}
	for _, address := range addresses {
		r.Contacts = append(r.Contacts, dispatch.Contact{Channel: dispatch.ChannelWebhook, Address: address})
	}
	w.send(dispatch.Message{Identity: dispatch.TeamMessageIdentity(id, "team.registered", r.At), Registration: r})
}

func (w *world) coordinator(id, address string, regions ...string) {
	w.t.Helper()
	r := &dispatch.CoordinatorRegistration{ID: id, Name: personal + id, Regions: regions, Language: "ru", At: time.Now(),
		Contacts: []dispatch.Contact{{Channel: dispatch.ChannelWebhook, Address: address}}}
	w.send(dispatch.Message{Identity: dispatch.TeamMessageIdentity(id, "coordinator.registered", r.At), Coordinator: r})
}

// filing is an application full of personal text.
func (w *world) filing() dispatch.Message {
	location := kostanay
	f := &dispatch.Filing{System: "102", ID: w.id("a"), Kind: dispatch.MissingPerson, FiledAt: time.Now(), Location: &location, Urgency: dispatch.Urgent,
		Place: "Достык 15, Костанай", Address: personal + "address", Reference: personal + "reference",
		Reporter: dispatch.Reporter{Name: personal + "reporter", Phone: personal + "phone"},
		Subjects: []dispatch.FiledSubject{{ID: "s1", Name: personal + "name", Description: personal + "description"}}}
	return dispatch.Message{Identity: dispatch.ApplicationIdentity(f.System, f.ID), Filing: f}
}

// file files an application and gives its case.
func (w *world) file() *dispatch.Case {
	w.t.Helper()
	changes := w.send(w.filing())
	return changes.Cases[0]
}

func (w *world) command(kind dispatch.CommandType, c *dispatch.Case, team string, change ...func(*dispatch.Command)) {
	w.t.Helper()
	command := &dispatch.Command{ID: w.id("c"), Type: kind, CaseID: c.ID, TeamID: team}
	for _, do := range change {
		do(command)
	}
	changes := w.send(dispatch.Message{Identity: dispatch.CommandIdentity(command.ID), Command: command})
	if changes.Applied == nil || !changes.Applied.Done {
		w.t.Fatalf("%s: %+v", kind, changes.Applied)
	}
}

// notified gives the reports that the case's assignments hold, as words.
func (w *world) notified(key int64) string {
	w.t.Helper()
	cases, err := w.store.Cases(w.t.Context(), []int64{key})
	must(w.t, err)
	var words []string
	for _, a := range cases[0].Assignments {
		for _, n := range a.Notified {
			words = append(words, fmt.Sprintf("%s %s %s %t", a.TeamID, n.Channel, n.About, n.Delivered))
		}
	}
	return strings.Join(words, "; ")
}

// secret of the tests' installation.
var secret = []byte("a secret of the tests")

// run runs a notifier until the end of the test, or until stop.
func (w *world) run(change ...func(*Options)) (n *Notifier, stop func()) {
	w.t.Helper()
	push, err := LoadPushKeys(w.t.Context(), w.store, "mailto:ops@example.org")
	must(w.t, err)
	options := Options{Journal: w, Store: w.store, Intake: w, AlarmWindow: time.Minute, Secret: secret, Push: push,
		Webhooks: direct(WebhookClient()), Pushes: direct(PushClient(true)), Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()}
	for _, do := range change {
		do(&options)
	}
	n = New(options)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	w.t.Cleanup(stop)
	return n, stop
}

// direct makes a client close its connections: one that is kept open is read
// from all the time, and virtual time stands still while something is read.
func direct(client *http.Client) *http.Client {
	client.Transport.(*http.Transport).DisableKeepAlives = true
	return client
}
