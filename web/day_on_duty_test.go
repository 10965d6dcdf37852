package web_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// wholeDay plays all of the day instead of a sample of it: some minutes.
//
//	go test ./web -run TestDayOnDuty -day -v
var wholeDay = flag.Bool("day", false, "TestDayOnDuty plays the whole day, not a sample")

const (
	dayLength = 8 * time.Hour
	dayCases  = 50
	dayTeams  = 20
	// dayFix is how often a moving team says where it is (web/ui/src/position),
	// dayWindow how often the feed tells positions.
	dayFix    = 30 * time.Second
	dayWindow = 5 * time.Second
	// dayLimit is what the live feed of a day may cost, in bytes, and
	// dayAskedLimit what the page asks for besides: 5 MB with loading the board.
	dayLimit, dayAskedLimit = 3_300_000, 1_000_000
	// dayBoard is the board itself, once: web/ui/worker holds its part before the
	// map to 300 kB; the map, its data and the other pages are 400 kB more.
	dayBoard = 700_000
)

// counted is a connection that counts what goes through it, both ways.
type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.bytes.Add(int64(n))
	return n, err
}

// watcher is a board: it counts what comes and keeps what it was told, by
// members, so that patches can be held to the whole views.
type watcher struct {
	t      testing.TB
	conn   *websocket.Conn
	bytes  atomic.Int64
	frames int
	cases  map[string]map[string]json.RawMessage
	teams  map[string]map[string]json.RawMessage
	at     string
}

// page asks for what a coordinator's board asks for by HTTP, as a browser does:
// over TLS and HTTP/2, as phones have to, packed, with a session's cookie and a
// browser's headers. It counts what that carries, both ways.
type page struct {
	w      *world
	url    string
	client *http.Client
	bytes  atomic.Int64
	open   string // the case whose detail is open
	change int
}

func (w *world) page() *page {
	server := httptest.NewUnstartedServer(w.web.Handler())
	server.EnableHTTP2 = true
	server.StartTLS()
	w.t.Cleanup(server.Close)
	p := &page{w: w, url: server.URL, client: server.Client()}
	transport, ours := p.client.Transport.(*http.Transport)
	if !ours {
		w.t.Fatalf("%T", p.client.Transport)
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return counted{conn, &p.bytes}, err
	}
	w.t.Cleanup(p.client.CloseIdleConnections)
	return p
}

func (p *page) get(path string) {
	p.w.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.url+"/api/v1/"+path, nil)
	must(p.w.t, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + p.w.keys["coordinator"],
		"Cookie":     "izdeu_session=" + strings.Repeat("x", 180),
		"User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Accept":     "*/*", "Accept-Language": "kk-KZ,kk;q=0.9,ru;q=0.8,en;q=0.7", "Referer": p.url + "/",
		"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"} {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	must(p.w.t, err)
	_, err = io.Copy(io.Discard, response.Body)
	must(p.w.t, err)
	must(p.w.t, response.Body.Close())
	if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
		p.w.t.Fatalf("GET %s: %s %d", path, response.Proto, response.StatusCode)
	}
}

// look is what the detail of a case asks for while it is open: once who may own
// it and where its teams went, and after a change the parts that follow it. A
// coordinator has three searches at once and looks at one of them.
func (p *page) look(id string, called bool) {
	if p.change++; p.change%3 != 0 {
		return
	}
	if p.open != id {
		p.open = id
		p.get("cases/" + id + "/owners")
		p.get("cases/" + id + "/tracks")
		called = true
	}
	p.get("cases/" + id + "/timeline")
	if called {
		p.get("cases/" + id + "/candidates")
	}
}

type rawFrame struct {
	Type, Position, Since string
	Cases, Teams          []map[string]json.RawMessage
	Patched               []struct {
		ID    string
		Set   map[string]json.RawMessage
		Unset []string
	}
	Moved []struct {
		ID       string
		Position json.RawMessage
	}
	Removed []string
}

func (w *world) watch(key string) *watcher {
	w.t.Helper()
	board := &watcher{t: w.t}
	dialer := websocket.Dialer{HandshakeTimeout: patience, EnableCompression: true,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return counted{conn, &board.bytes}, err
		}}
	conn, response, err := dialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/api/v1/live?deltas=1", http.Header{"Authorization": {"Bearer " + w.keys[key]}})
	must(w.t, err)
	_ = response.Body.Close()
	w.t.Cleanup(func() { _ = conn.Close() })
	board.conn = conn
	return board
}

func (b *watcher) next() rawFrame {
	b.t.Helper()
	must(b.t, b.conn.SetReadDeadline(time.Now().Add(patience)))
	_, content, err := b.conn.ReadMessage()
	must(b.t, err)
	var f rawFrame
	must(b.t, json.Unmarshal(content, &f))
	b.frames++
	id := func(view map[string]json.RawMessage) string { return strings.Trim(string(view["id"]), `"`) }
	if f.Type == "snapshot" {
		b.cases, b.teams = map[string]map[string]json.RawMessage{}, map[string]map[string]json.RawMessage{}
	}
	for _, view := range f.Cases {
		b.cases[id(view)] = view
	}
	for _, view := range f.Teams {
		b.teams[id(view)] = view
	}
	for _, patch := range f.Patched {
		view := b.cases[patch.ID]
		if view == nil {
			b.t.Fatalf("a patch of a case that was never told: %s", content)
		}
		maps.Copy(view, patch.Set)
		for _, member := range patch.Unset {
			delete(view, member)
		}
	}
	for _, moved := range f.Moved {
		b.teams[moved.ID]["position"] = moved.Position
	}
	for _, gone := range f.Removed {
		delete(b.cases, gone)
	}
	b.at = f.Position
	return f
}

// A day on duty, played at speed through the whole program: 8 hours, 50 cases,
// 20 teams that move all the time. What is counted is what one board's socket
// carries, both ways, with its upgrade and the frames' heads, without TCP's. Each
// step waits for its frame, so that the frames are those of the real pace: changes
// as they come, positions once in five seconds. In the end the board knows by
// patches what a fresh one is told.
func TestDayOnDuty(t *testing.T) {
	windows, cases := 48, 2
	if *wholeDay {
		windows, cases = int(dayLength/dayWindow), dayCases
	}
	w := newWorld(t, nil)
	place := func(team int, at time.Duration) (float64, float64) {
		angle := float64(team) + at.Hours()*6
		return 63.6 + 0.4*math.Cos(angle)*float64(team+3)/dayTeams, 53.2 + 0.25*math.Sin(angle)*float64(team+3)/dayTeams
	}
	for team := range dayTeams {
		longitude, latitude := place(team, 0)
		w.team(fmt.Sprintf("team-%02d", team), longitude, latitude)
	}
	board := w.watch("coordinator")
	board.next()
	opened := board.bytes.Load()

	// caught waits for the frame with everything up to the head.
	caught := func() {
		t.Helper()
		head, err := w.store.Head(context.Background())
		must(t, err)
		at, err := dispatch.ParsePosition(board.at)
		must(t, err)
		for at.Sequence < head.Sequence {
			board.next()
			at, err = dispatch.ParsePosition(board.at)
			must(t, err)
		}
	}
	// What the page asks for: once at the start; each case while it is looked at;
	// the state of the backups every five minutes; the month's figures for a
	// quarter of an hour, every half minute.
	asks := w.page()
	for _, path := range []string{"session", "info", "regions", "rings"} {
		asks.get(path)
	}
	started := asks.bytes.Load()
	asks.get("backups")
	backups := asks.bytes.Load() - started
	before := asks.bytes.Load()
	asks.get("statistics?group_by=region&from=2026-01-01")
	asks.get("statistics/balance?from=2026-01-01")
	figures := asks.bytes.Load() - before
	asks.bytes.Store(0)
	command := 0
	do := func(id, fields string) {
		t.Helper()
		command++
		w.done("admin", id, fmt.Sprintf(`{"command_id":"day-%d",%s}`, command, fields))
		if !strings.Contains(fields, "case.note") { // a note changes no view
			caught()
		}
		asks.look(id, strings.Contains(fields, `assignment.accept`))
	}
	began := 0
	positions := int64(0)
	for step := range windows {
		if began < cases && step >= began*windows/cases {
			w.playCase(began, do)
			began++
		}
		// Teams report every half minute, not all at once.
		var reports []kafka.Message
		at := time.Duration(step) * dayWindow
		for team := step % int(dayFix/dayWindow); team < dayTeams; team += int(dayFix / dayWindow) {
			longitude, latitude := place(team, at)
			id := fmt.Sprintf("team-%02d", team)
			reports = append(reports, kafka.Message{Key: []byte(id), Value: fmt.Appendf(nil,
				`{"team_id":%q,"position":{"type":"Point","coordinates":[%.6f,%.6f]},"at":%q,"accuracy_m":%d}`, id, longitude, latitude,
				time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC).Add(at).Format(time.RFC3339), 5+team)})
		}
		before := board.bytes.Load()
		must(t, w.producer.Produce(context.Background(), w.topics.Positions, reports...))
		for told := 0; told < len(reports); {
			f := board.next()
			told += len(f.Moved) + len(f.Teams)
		}
		positions += board.bytes.Load() - before
	}
	all := board.bytes.Load() - opened
	perCase, perWindow := (all-positions)/int64(cases), positions/int64(windows)
	day := opened + perCase*dayCases + perWindow*int64(dayLength/dayWindow)
	t.Logf("a day on duty: %d bytes of live feed: %d a case, %d in %v of positions, %d to begin with; %d frames played",
		day, perCase, perWindow, dayWindow, opened, board.frames)
	if day > dayLimit {
		t.Errorf("the live feed of a day is %d bytes, at most %d", day, dayLimit)
	}
	looked := asks.bytes.Load() / int64(cases)
	asked := started + looked*dayCases + backups*int64(dayLength/(5*time.Minute)) + figures*30
	t.Logf("what the page asks for: %d bytes: %d a case, %d in 5 minutes, %d for figures, %d to begin with", asked, looked, backups, figures, started)
	t.Logf("a day on duty in all, with the board itself: %d bytes", day+asked+dayBoard)
	if asked > dayAskedLimit {
		t.Errorf("what the page asks for in a day is %d bytes, at most %d", asked, dayAskedLimit)
	}

	fresh := w.watch("coordinator")
	fresh.next()
	for name, pair := range map[string][2]map[string]map[string]json.RawMessage{"case": {board.cases, fresh.cases}, "team": {board.teams, fresh.teams}} {
		if len(pair[0]) != len(pair[1]) {
			t.Errorf("%d of each %s by patches, %d fresh", len(pair[0]), name, len(pair[1]))
		}
		for id, view := range pair[1] {
			if !reflect.DeepEqual(view, pair[0][id]) {
				t.Errorf("%s %s by patches: %s\nfresh: %s", name, id, pair[0][id], view)
			}
		}
	}
}

// playCase plays a search from its filing until everybody is home.
func (w *world) playCase(n int, do func(id, fields string)) {
	w.t.Helper()
	id := w.file("service", fmt.Sprintf("day-%d", n), 63.5+float64(n%10)/20, 53.1+float64(n%7)/20)
	do(id, `"type":"case.take"`)
	first, second := fmt.Sprintf("team-%02d", n%dayTeams), fmt.Sprintf("team-%02d", (n+7)%dayTeams)
	for _, team := range []string{first, second} {
		if r := w.command("admin", id, fmt.Sprintf(`{"command_id":"assign-%d-%s","type":"case.assign","team_id":%q}`, n, team, team)); r.status != http.StatusOK &&
			!strings.Contains(r.body, "already-assigned") {
			w.t.Fatal(r.body)
		}
		do(id, fmt.Sprintf(`"type":"assignment.accept","team_id":%q,"eta_minutes":40,"people":6,"words":"Выезжаем, ждём вторую машину"`, team))
		for member := range 6 {
			do(id, fmt.Sprintf(`"type":"roster.answer","team_id":%q,"member":{"id":"m%d-%s","name":"Участник %d","phone":"+7701000%04d","adult":true,"answer":"coming","seats":2}`,
				team, member, team, member, member))
		}
		do(id, fmt.Sprintf(`"type":"assignment.en_route","team_id":%q`, team))
	}
	do(id, `"type":"case.point","point":"staging","location":{"type":"Point","coordinates":[63.61,53.22]},"note":"у моста"`)
	for _, team := range []string{first, second} {
		do(id, fmt.Sprintf(`"type":"assignment.on_scene","team_id":%q,"people":6`, team))
		for range 4 {
			do(id, fmt.Sprintf(`"type":"assignment.check_in","team_id":%q`, team))
		}
	}
	for clue := range 3 {
		do(id, fmt.Sprintf(`"type":"case.point","point":"clue","location":{"type":"Point","coordinates":[63.6%d,53.2]},"note":"след на снегу"`, clue))
		do(id, `"type":"case.note","audience":"team","note":"Квартал осмотрен, идём к реке"`)
	}
	do(id, `"type":"case.outcome","outcome":"found","condition":"well","found_by":"team"`)
	for _, team := range []string{first, second} {
		do(id, fmt.Sprintf(`"type":"assignment.stand_down_ack","team_id":%q`, team))
		do(id, fmt.Sprintf(`"type":"assignment.returned","team_id":%q,"people":6`, team))
	}
}
