package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
	"github.com/izdeu/izdeu/web"
)

// patience is how long anything may take before a test gives up on it.
const patience = 20 * time.Second

const adminKey = "an-admin-key-for-tests-only"

// world is the whole program in one test: embedded broker, SQLite, leader,
// projector and web, all real.
type world struct {
	t        testing.TB
	url      string
	web      *web.Server
	store    *sqlite.Store
	feed     *dispatch.Feed
	registry *prometheus.Registry
	keys     map[string]string
	log      *lockedBuffer
	producer *ingest.Producer
	topics   ingest.Topics
	clock    atomic.Int64 // added to the time of web, in nanoseconds
	full     atomic.Bool  // the disk has no room
	// endWeb ends Run and waits for it; the others close what web depends on.
	endWeb, closeStore, closeBroker func()
}

// lockedBuffer gathers the log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// testKeys are the keys that every world has, by name.
var testKeys = map[string]dispatch.APIKey{
	"coordinator":       {Roles: []string{"coordinator"}, Regions: []string{"KZ-39"}},
	"other coordinator": {Roles: []string{"coordinator"}, Regions: []string{"KZ-59"}},
	"team":              {Roles: []string{"team"}, Teams: []string{"dos"}},
	"other team":        {Roles: []string{"team"}, Teams: []string{"north"}},
	"service":           {Roles: []string{"service"}, Systems: []string{"102"}},
	"other service":     {Roles: []string{"service"}, Systems: []string{"103"}},
	"office":            {Roles: []string{"office"}, Regions: []string{"KZ-39"}},
	"observer":          {Roles: []string{"observer"}, Regions: []string{"KZ-39"}},
}

func newWorld(t testing.TB, change func(*web.Config)) *world {
	t.Helper()
	directory := t.TempDir()
	w := &world{t: t, registry: prometheus.NewRegistry(), keys: map[string]string{"admin": adminKey}, log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup

	store, err := sqlite.Open(ctx, filepath.Join(directory, "izdeu.db"), log)
	must(t, err)
	w.store = store
	for name, key := range testKeys {
		plain, made, err := web.NewAPIKey(name, key.Roles, key.Regions, key.Teams, key.Systems)
		must(t, err)
		must(t, store.PutAPIKey(ctx, made))
		w.keys[name] = plain
	}
	topics := ingest.NewTopics("izdeu.")
	settings, err := topics.Settings(ingest.Retention{})
	must(t, err)
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: filepath.Join(directory, "kafka"), Listen: "127.0.0.1:0",
		Topics: settings, Logger: log})
	must(t, err)
	client, closeClient, err := ingest.NewClient([]string{broker.Address()})
	must(t, err)
	producer := ingest.NewProducer(client, func() error {
		if w.full.Load() {
			return dispatch.ErrNoSpace
		}
		return nil
	})
	w.producer, w.topics = producer, topics
	inbox := ingest.NewInbox(ingest.InboxOptions{Brokers: []string{broker.Address()}, Client: client, Topics: topics,
		Logger: log, Metrics: ingest.NewMetrics(w.registry)})
	w.feed = dispatch.NewFeed(store, 10_000)
	rules := dispatch.DefaultSettings()
	rules.Rest = time.Hour
	leader := dispatch.NewDispatcher(store, inbox, w.feed, rules, dispatch.NewMetrics(w.registry), log)
	projector := dispatch.NewProjector(store, w.feed, w.registry, log)
	config := web.Config{Store: store, Feed: w.feed, Rules: rules, Intake: ingest.NewIntake(client, producer, topics), Statistics: store,
		AdminKey: adminKey, DutyPhone: "+7 7142 000000", PositionInterval: 20 * time.Millisecond, Version: "test", Installation: "here",
		UI:  fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Izdeu</title>")}, "assets/app-1a2b.js": {Data: []byte(strings.Repeat("let a;\n", 500))}, "assets/app-1a2b.js.br": {Data: []byte("packed by the build")}},
		Log: log, Registerer: w.registry, Gatherer: w.registry,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.clock.Load())) }}
	if change != nil {
		change(&config)
	}
	w.web, err = web.New(config)
	must(t, err)
	server := httptest.NewServer(w.web.Handler())
	w.url = server.URL
	running.Go(func() {
		if err := leader.Run(ctx); err != nil {
			t.Errorf("the leader: %v", err)
		}
	})
	running.Go(func() { projector.Run(ctx) })
	serving, stopServing := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.web.Run(serving)
	}()
	w.endWeb = func() {
		stopServing()
		<-ended
	}
	w.closeStore = sync.OnceFunc(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.closeBroker = sync.OnceFunc(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		w.endWeb()
		stop()
		running.Wait()
		inbox.Close()
		server.Close()
		closeClient()
		w.closeBroker()
		w.closeStore()
		if t.Failed() {
			t.Log(w.log)
		}
	})
	w.until("the board is loaded", func() bool { return w.get("admin", "/api/v1/board").status == http.StatusOK })
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reply is an HTTP answer.
type reply struct {
	status int
	header http.Header
	body   string
}

// code is the code of a problem.
func (r reply) code() string {
	var p struct{ Type string }
	_ = json.Unmarshal([]byte(r.body), &p)
	return strings.TrimPrefix(p.Type, "urn:izdeu:problem:")
}

func (r reply) into(t testing.TB, value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), value); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

func (w *world) get(key, path string) reply { return w.do(key, http.MethodGet, path, "") }

func (w *world) do(key, method, path, body string) reply {
	w.t.Helper()
	header := http.Header{}
	if key != "" {
		plain, ok := w.keys[key]
		if !ok {
			w.t.Fatalf("there is no key %q", key)
		}
		header.Set("Authorization", "Bearer "+plain)
	}
	return w.send(method, path, body, header)
}

func (w *world) send(method, path, body string, header http.Header) reply {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	must(w.t, err)
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	must(w.t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	must(w.t, err)
	return reply{status: response.StatusCode, header: response.Header, body: string(content)}
}

// until waits until something holds that happens in another process or
// goroutine.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited too long until %s\n%s", what, w.log)
		}
		_, moved := w.feed.Head()
		select {
		case <-moved:
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (w *world) team(id string, longitude, latitude float64) {
	w.t.Helper()
	body := fmt.Sprintf(`{"name":"Team %s","organisation":"%s","base":{"type":"Point","coordinates":[%v,%v]},"capacity":50}`, id, id, longitude, latitude)
	if r := w.do("admin", http.MethodPut, "/api/v1/teams/"+id, body); r.status != http.StatusAccepted {
		w.t.Fatalf("team %s: %d %s", id, r.status, r.body)
	}
	w.until("the team "+id+" is known", func() bool {
		return strings.Contains(w.get("admin", "/api/v1/teams").body, `"id":"`+id+`"`)
	})
}

// settled waits until the board shows everything that was committed.
func (w *world) settled() {
	w.t.Helper()
	w.until("the board is up to date", func() bool {
		head, err := w.store.Head(context.Background())
		must(w.t, err)
		var board struct{ Position string }
		w.get("admin", "/api/v1/board").into(w.t, &board)
		return board.Position == head.String()
	})
}

// The markers stand where personal data stands.
const (
	markName  = "Personmarker"
	markPhone = "+77010009999"
	markPlace = "Placemarker"
)

// file files an application about a missing person and gives the case's id.
func (w *world) file(key, id string, longitude, latitude float64) string {
	w.t.Helper()
	body := fmt.Sprintf(`{"id":%q,"kind":"missing_person","filed_at":"2026-01-03T10:00:00Z","place":%q,"address":"Addressmarker",
		"location":{"type":"Point","coordinates":[%v,%v]},"reporter":{"name":"Reportermarker","phone":%q,"relation":"mother"},
		"source":{"reference":"Referencemarker %s"},
		"subjects":[{"id":"s1","name":"%s %s","sex":"male","age":14,"description":"Descriptionmarker","health":"Healthmarker"}]}`,
		id, markPlace, longitude, latitude, markPhone, id, markName, id)
	r := w.do(key, http.MethodPost, "/api/v1/applications", body)
	var filed struct {
		ID     string `json:"id"`
		CaseID string `json:"case_id"`
		System string `json:"system"`
	}
	if r.status != http.StatusAccepted {
		w.t.Fatalf("filing: %d %s", r.status, r.body)
	}
	r.into(w.t, &filed)
	w.until("the application "+id+" is a case", func() bool {
		r := w.get("admin", "/api/v1/applications/"+filed.System+"/"+id)
		if r.status == http.StatusOK {
			r.into(w.t, &filed)
		}
		return r.status == http.StatusOK
	})
	return filed.CaseID
}

// command gives a command and gives the answer.
func (w *world) command(key, caseID, body string) reply {
	w.t.Helper()
	return w.do(key, http.MethodPost, "/api/v1/cases/"+caseID+"/commands", body)
}

// done gives a command that must succeed.
func (w *world) done(key, caseID, body string) {
	w.t.Helper()
	if r := w.command(key, caseID, body); r.status != http.StatusOK {
		w.t.Fatalf("command %s: %d %s", body, r.status, r.body)
	}
}

// kostanay has a case A in KZ-39, filed by 102 and offered to dos, and a case B
// in KZ-59, filed by 103 and offered to north.
func kostanay(t testing.TB) (w *world, a, b string) {
	t.Helper()
	w = newWorld(t, nil)
	w.team("dos", 63.62, 53.21)
	w.team("north", 69.15, 54.87)
	a = w.file("service", "app-a", 63.61234, 53.20987)
	b = w.file("other service", "app-b", 69.16, 54.86)
	w.settled()
	return w, a, b
}

// live is a live client.
type live struct {
	t      testing.TB
	conn   *websocket.Conn
	frames chan frame
	closed chan error
	raw    *lockedBuffer
}

type frame struct {
	Type        string         `json:"type"`
	Position    string         `json:"position"`
	Now         time.Time      `json:"now"`
	DeadLetters *int           `json:"dead_letters"`
	Cases       []web.CaseView `json:"cases"`
	Teams       []web.TeamView `json:"teams"`
	Removed     []string       `json:"removed"`
	Truncated   bool           `json:"truncated"`
	Unknown     map[string]any `json:"-"`
}

func (w *world) live(key, query string) *live {
	w.t.Helper()
	header := http.Header{}
	if key != "" {
		header.Set("Authorization", "Bearer "+w.keys[key])
	}
	l, response, err := w.dial(query, header)
	if err != nil {
		status := 0
		if response != nil {
			status = response.StatusCode
		}
		w.t.Fatalf("live as %s: %v (%d)", key, err, status)
	}
	return l
}

func (w *world) dial(query string, header http.Header) (*live, *http.Response, error) {
	dialer := websocket.Dialer{HandshakeTimeout: patience, EnableCompression: true}
	conn, response, err := dialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/api/v1/live"+query, header)
	if err != nil {
		return nil, response, err
	}
	l := &live{t: w.t, conn: conn, frames: make(chan frame, 10_000), closed: make(chan error, 1), raw: &lockedBuffer{}}
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		for {
			_, content, err := conn.ReadMessage()
			if err != nil {
				l.closed <- err
				return
			}
			_, _ = l.raw.Write(content)
			var f frame
			if err := json.Unmarshal(content, &f); err != nil {
				l.closed <- fmt.Errorf("a frame that is no JSON: %w", err)
				return
			}
			l.frames <- f
		}
	}()
	w.t.Cleanup(func() {
		_ = conn.Close()
		<-reading
	})
	return l, response, nil
}

// next gives the next frame.
func (l *live) next() frame {
	l.t.Helper()
	select {
	case f := <-l.frames:
		return f
	case err := <-l.closed:
		l.t.Fatalf("the live socket was closed: %v", err)
	case <-time.After(patience):
		l.t.Fatal("no frame came")
	}
	return frame{}
}

// picture is what a client knows.
type picture struct {
	cases    map[string]web.CaseView
	teams    map[string]web.TeamView
	position string
}

func newPicture() *picture {
	return &picture{cases: map[string]web.CaseView{}, teams: map[string]web.TeamView{}}
}

func (p *picture) apply(f frame) {
	if f.Type == "snapshot" {
		p.cases, p.teams = map[string]web.CaseView{}, map[string]web.TeamView{}
	}
	for _, c := range f.Cases {
		p.cases[c.ID] = c
	}
	for _, one := range f.Teams {
		p.teams[one.ID] = one
	}
	for _, id := range f.Removed {
		delete(p.cases, id)
	}
	p.position = f.Position
}

func (p *picture) ids() []string { return slices.Sorted(maps.Keys(p.cases)) }

// follow applies frames until something holds.
func (l *live) follow(p *picture, what string, holds func() bool) {
	l.t.Helper()
	deadline := time.After(patience)
	for !holds() {
		select {
		case f := <-l.frames:
			p.apply(f)
		case err := <-l.closed:
			l.t.Fatalf("the live socket was closed while waiting until %s: %v", what, err)
		case <-deadline:
			l.t.Fatalf("waited too long until %s", what)
		}
	}
}

// closeCode waits until the socket is closed and gives the code.
func (l *live) closeCode() int {
	l.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case <-l.frames:
		case err := <-l.closed:
			if closed, ok := err.(*websocket.CloseError); ok {
				return closed.Code
			}
			l.t.Fatalf("closed without a code: %v", err)
		case <-deadline:
			l.t.Fatal("the socket was not closed")
		}
	}
}
