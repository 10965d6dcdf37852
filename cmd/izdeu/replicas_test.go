//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/ingest"
)

// The full form: go test ./cmd/izdeu -run '^TestReplicas$' -applications 20000 -kills 10 -v -timeout 30m
var (
	replicaApplications = flag.Int("applications", 600, "applications that TestReplicas files")
	replicaKills        = flag.Int("kills", 3, "how often TestReplicas kills the replica that leads")
)

// replicas are two programs on one Kafka and one Postgres, which belong to
// neither.
type replicas struct {
	t        *testing.T
	kafka    string
	database string
	programs [2]*program
}

func startReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{t: t, database: postgrestest.NewDatabase(t)}
	settings, err := ingest.NewTopics(ingest.DefaultPrefix).Settings(ingest.DefaultRetention())
	if err != nil {
		t.Fatal(err)
	}
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: t.TempDir(), Listen: "127.0.0.1:0", Topics: settings,
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	r.kafka = broker.Address()
	for i := range r.programs {
		r.programs[i] = r.start(t.TempDir(), "127.0.0.1:0")
	}
	return r
}

// start starts a replica. Its database is in its environment, as a password
// should not stand on a command line.
func (r *replicas) start(data, listen string) *program {
	r.t.Helper()
	return startArguments(r.t, data, []string{"IZDEU_DATABASE=" + r.database}, "serve", "--data", data, "--listen", listen,
		"--kafka", r.kafka, "--log-level", "debug")
}

// restart starts replica i again under its address.
func (r *replicas) restart(i int) {
	r.t.Helper()
	old := r.programs[i]
	r.programs[i] = r.start(old.data, strings.TrimPrefix(old.url, "http://"))
}

// leads asks a replica whether it leads. One that does not answer leads nothing.
func leads(p *program) bool {
	var health struct {
		Leads bool `json:"leads"`
	}
	_, body := p.get("", "/healthz")
	return json.Unmarshal(body, &health) == nil && health.Leads
}

// leader waits until one of those replicas leads and gives its place.
func (r *replicas) leader(among ...int) (leader int) {
	r.t.Helper()
	eventually(r.t, "a replica leads", func() error {
		for _, i := range among {
			if leads(r.programs[i]) {
				leader = i
				return nil
			}
		}
		return fmt.Errorf("none of %v leads", among)
	})
	return leader
}

// sameBoards wants the same cases and teams on both boards, once both have read
// everything.
func (r *replicas) sameBoards() {
	r.t.Helper()
	r.programs[0].eventually("both replicas show the same board", func() error {
		var boards [2]struct {
			Position string          `json:"position"`
			Cases    json.RawMessage `json:"cases"`
			Teams    json.RawMessage `json:"teams"`
		}
		for i, p := range r.programs {
			if err := p.read200("/api/v1/board", &boards[i]); err != nil {
				return err
			}
		}
		switch {
		case boards[0].Position != boards[1].Position:
			return fmt.Errorf("the positions are %s and %s", boards[0].Position, boards[1].Position)
		case !bytes.Equal(boards[0].Cases, boards[1].Cases):
			return fmt.Errorf("the cases differ at %s", boards[0].Position)
		case !bytes.Equal(boards[0].Teams, boards[1].Teams):
			return fmt.Errorf("the teams differ at %s", boards[0].Position)
		}
		return nil
	})
}

// verify counts the database again.
func (r *replicas) verify() {
	r.t.Helper()
	if out, errs, code := runOnce(r.t, "", "verify", "--database", r.database); code != exitDone {
		r.t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}

// boardClient is a live client as the board is one: it resumes by its position, at
// the next replica when its own goes away.
type boardClient struct {
	mu        sync.Mutex
	cases     map[string]bool // applications of the cases that it was shown
	snapshots int
	resumed   int
	refused   int // closed with a code that says "do not come back"
	last      time.Time
	longest   time.Duration // without a change, while there was something to come
	stop      func()
}

func (r *replicas) watch(urls ...string) *boardClient {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &boardClient{cases: map[string]bool{}, last: time.Now()}
	done := make(chan struct{})
	w.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	r.t.Cleanup(w.stop)
	go func() {
		defer close(done)
		position := ""
		for i := 0; ctx.Err() == nil; i++ {
			position = w.follow(ctx, urls[i%len(urls)], position)
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return w
}

// follow reads frames until the socket closes, and gives the position reached.
func (w *boardClient) follow(ctx context.Context, url, since string) string {
	address := "ws" + strings.TrimPrefix(url, "http") + "/api/v1/live"
	if since != "" {
		address += "?since=" + since
	}
	dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	connection, response, err := dialer.DialContext(ctx, address, http.Header{"Authorization": {"Bearer " + testAdminKey}})
	if err != nil {
		return since
	}
	_ = response.Body.Close()
	defer context.AfterFunc(ctx, func() { _ = connection.Close() })()
	defer func() { _ = connection.Close() }()
	for first := true; ; first = false {
		_, text, err := connection.ReadMessage()
		if err != nil {
			if closed, ok := err.(*websocket.CloseError); ok && closed.Code >= 4200 { //nolint:errorlint // ReadMessage gives it as it is
				w.mu.Lock()
				w.refused++
				w.mu.Unlock()
			}
			return since
		}
		var frame struct {
			Type     string     `json:"type"`
			Position string     `json:"position"`
			Cases    []caseView `json:"cases"`
		}
		if json.Unmarshal(text, &frame) != nil {
			return since
		}
		w.mu.Lock()
		switch {
		case frame.Type == "snapshot":
			w.snapshots++
		case first:
			w.resumed++
		}
		if len(frame.Cases) > 0 && frame.Position != since {
			now := time.Now()
			w.longest = max(w.longest, now.Sub(w.last))
			w.last = now
		}
		for _, c := range frame.Cases {
			for _, a := range c.Applications {
				w.cases[a.ID] = true
			}
		}
		w.mu.Unlock()
		since = frame.Position
	}
}

// seen counts the applications that the client was shown.
func (w *boardClient) seen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.cases)
}

const dutyTeam = `{"type":"team.registered","id":"duty","base":{"type":"Point","coordinates":[63.6,53.2]},"capacity":30000,"answers":"automatic"}`

// TestReplicas files applications while the replica that leads is killed and
// started again: nothing is lost, nothing comes twice, both boards are the
// same, and a live client misses nothing.
func TestReplicas(t *testing.T) {
	total, kills := *replicaApplications, *replicaKills
	r := startReplicas(t)
	one := r.programs[0]
	one.send(one.topics().Teams, dutyTeam)
	client := r.watch(one.url, r.programs[1].url)

	inbox, disconnect, err := ingest.NewClient([]string{r.kafka})
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect()
	producer := ingest.NewProducer(inbox, nil)
	defer func() { _ = producer.Close(context.Background()) }()
	var ids []string
	for i := range total {
		ids = append(ids, fmt.Sprintf("replica-%d", i))
	}
	file := func(from, to int) {
		t.Helper()
		const chunk = 100
		for ; from < to; from += chunk {
			var messages []kafka.Message
			for i := from; i < min(from+chunk, to); i++ {
				messages = append(messages, kafka.Message{Value: []byte(applicationJSON(ids[i], 63.62, 53.21))})
			}
			if err := producer.Produce(t.Context(), one.topics().Applications, messages...); err != nil {
				t.Fatal(err)
			}
		}
	}
	each := total / (kills + 1)
	for round := range kills {
		// The leader is killed in the middle of its work, and has some of it left.
		file(round*each, round*each+each/2)
		leader := r.leader(0, 1)
		eventually(t, "the leader is at work", func() error {
			if seen := client.seen(); seen <= round*each {
				return fmt.Errorf("%d applications are on the board", seen)
			}
			return nil
		})
		r.programs[leader].kill()
		killed := time.Now()
		file(round*each+each/2, (round+1)*each)
		r.leader(1 - leader)
		t.Logf("round %d: replica %d was killed, the other led after %s", round+1, leader, time.Since(killed).Round(time.Millisecond))
		r.restart(leader)
	}
	file(kills*each, total)
	for _, p := range r.programs {
		p.wantExactly("kafka", ids)
	}
	eventually(t, "the live client was shown every application", func() error {
		if seen := client.seen(); seen != total {
			return fmt.Errorf("%d of %d", seen, total)
		}
		return nil
	})
	r.sameBoards()
	client.stop()
	if client.snapshots > 1 || client.refused > 0 {
		t.Errorf("the live client had to begin again %d times, and was sent away %d times", client.snapshots-1, client.refused)
	}
	t.Logf("%d applications, %d kills: the longest that a live client waited for a change is %s; it resumed %d times",
		total, kills, client.longest.Round(time.Millisecond), client.resumed)
	for _, p := range r.programs {
		p.stop()
	}
	r.verify()
}

// TestStoppedLeader stops the leader as a machine that stands still does. The
// other takes over; the one that wakes up follows, and answers like any other.
func TestStoppedLeader(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	one := r.programs[0]
	one.send(one.topics().Teams, `{"type":"team.registered","id":"duty","base":{"type":"Point","coordinates":[63.6,53.2]},"capacity":9,"answers":"manual"}`)
	leader := r.leader(0, 1)
	zombie, other := r.programs[leader], r.programs[1-leader]

	// The topics are read beside each other: the team may be known after the case.
	asked := func(p *program, id string) caseView {
		var c caseView
		p.eventually("the team is asked", func() error {
			if c = p.caseOf("kafka", id); len(c.Assignments) == 0 {
				return errors.New("nobody is")
			}
			return nil
		})
		return c
	}
	// A follower answers a command as the leader does, from its result's row.
	one.send(one.topics().Applications, applicationJSON("first", 63.62, 53.21))
	c := asked(other, "first")
	accept := fmt.Sprintf(`{"command_id":"accept-1","type":"assignment.accept","team_id":"duty","at":%q}`, time.Now().UTC().Format(time.RFC3339))
	if status, _, body := other.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+c.ID+"/commands", accept); status != http.StatusOK {
		t.Fatalf("a command sent to a follower: %d %s", status, body)
	}

	if err := zombie.command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	r.leader(1 - leader)
	t.Logf("a silent leader was replaced after %s", time.Since(stopped).Round(time.Millisecond))
	one.send(one.topics().Applications, applicationJSON("second", 63.62, 53.21))
	other.caseOf("kafka", "second")
	if err := zombie.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	zombie.eventually("the old leader follows", func() error {
		if leads(zombie) {
			return fmt.Errorf("it still leads")
		}
		return nil
	})
	c = asked(zombie, "second")
	arrive := strings.NewReplacer("accept-1", "accept-2").Replace(accept)
	if status, _, body := zombie.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+c.ID+"/commands", arrive); status != http.StatusOK {
		t.Fatalf("a command sent to the replica that woke up: %d %s", status, body)
	}
	if !leads(other) || leads(zombie) {
		t.Error("the replica that took over does not lead any more")
	}
	r.sameBoards()
	for _, p := range r.programs {
		p.stop()
	}
	checkNoSecret(t, r)
	r.verify()
}

// TestRollingRestart restarts one replica after the other while applications
// come in and a live client watches, which resumes by its position.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	const each = 40
	r := startReplicas(t)
	one := r.programs[0]
	one.send(one.topics().Teams, dutyTeam)
	client := r.watch(one.url, r.programs[1].url)
	var ids []string
	file := func() {
		var applications []string
		for range each {
			ids = append(ids, fmt.Sprintf("rolling-%d", len(ids)))
			applications = append(applications, applicationJSON(ids[len(ids)-1], 63.62, 53.21))
		}
		one.send(one.topics().Applications, applications...)
	}
	file()
	for i := range r.programs {
		r.programs[i].stop()
		file()
		r.leader(1 - i)
		r.restart(i)
		file()
	}
	eventually(t, "the live client was shown every application", func() error {
		if seen := client.seen(); seen != len(ids) {
			return fmt.Errorf("%d of %d", seen, len(ids))
		}
		return nil
	})
	client.stop()
	if client.snapshots != 1 || client.refused > 0 || client.resumed == 0 {
		t.Errorf("the live client began %d times, resumed %d times and was sent away %d times; want that it begins once",
			client.snapshots, client.resumed, client.refused)
	}
	t.Logf("the longest that the live client waited for a change is %s", client.longest.Round(time.Millisecond))
	for _, p := range r.programs {
		p.wantExactly("kafka", ids)
	}
	r.sameBoards()
	for _, p := range r.programs {
		p.stop()
	}
	r.verify()
}

// TestDatabaseAway takes the database away from a server and gives it back:
// applications are taken in meanwhile, and nothing is lost.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	server, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		postgrestest.Missing(t, err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	database := server.NewDatabase(t)
	data := t.TempDir()
	p := startArguments(t, data, []string{"IZDEU_DATABASE=" + database}, serveArguments(data, "127.0.0.1:0", "127.0.0.1:0")...)
	p.send(p.topics().Teams, dutyTeam)
	p.send(p.topics().Applications, applicationJSON("before", 63.62, 53.21))
	p.caseOf("kafka", "before")
	health := func(wanted string) func() error {
		return func() error {
			status, body := p.get("", "/readyz")
			if status != http.StatusOK || !bytes.Contains(body, []byte(`"database":"`+wanted+`"`)) {
				return fmt.Errorf("readyz: %d %s", status, body)
			}
			return nil
		}
	}
	p.eventually("the database is there", health("ok"))
	server.Kill()
	p.eventually("readyz says that the database is away, and that the intake works", health("away"))
	status, _, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("meanwhile", 63.62, 53.21))
	if status != http.StatusAccepted {
		t.Fatalf("an application without a database: %d %s", status, body)
	}
	// Who starts meanwhile waits; a command that cannot says why.
	if _, errs, code := runOnce(t, "", "key", "list", "--database", database); code != exitFailed || !strings.Contains(errs, "nothing answers as Postgres at "+server.Address()) {
		t.Errorf("key list without a database: %d %s", code, errs)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	p.eventually("the database is back", health("ok"))
	p.eventually("the application has a case", func() error {
		all, err := p.cases("")
		if err == nil && len(all) != 2 {
			err = fmt.Errorf("%d cases", len(all))
		}
		return err
	})
	if out, errs, code := runOnce(t, "", "key", "list", "--database", database); code != exitDone || !strings.HasPrefix(out, "ID") {
		t.Errorf("key list: %d %s%s", code, out, errs)
	}
	if _, errs, code := runOnce(t, "", "verify", "--data", data); code != exitMisused || !strings.Contains(errs, "IZDEU_DATABASE") {
		t.Errorf("verify of a data directory without its database: %d %s", code, errs)
	}
	server.Kill()
	p.stop() // a server ends in time also without its database
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := runOnce(t, "", "verify", "--database", database); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}

// checkNoSecret: the password of the database is not in a log, nor in what a
// server leaves in its data directory.
func checkNoSecret(t *testing.T, r *replicas) {
	t.Helper()
	_, rest, _ := strings.Cut(r.database, "izdeu:")
	password, _, _ := strings.Cut(rest, "@")
	if password == "" {
		t.Fatal("the address has no password")
	}
	for _, p := range r.programs {
		if strings.Contains(p.log.String(), password) {
			t.Error("the log holds the password of the database")
		}
		files, err := os.ReadDir(p.data)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if content, err := os.ReadFile(p.data + "/" + file.Name()); err == nil && bytes.Contains(content, []byte(password)) {
				t.Errorf("%s holds the password of the database", file.Name())
			}
		}
	}
}
