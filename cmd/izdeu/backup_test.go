package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	_ "modernc.org/sqlite" // for a database of another time

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// ran wants a command to end well and gives what it printed.
func ran(t *testing.T, arguments ...string) string {
	t.Helper()
	output, errorOutput, code := runOnce(t, "", arguments...)
	if code != exitDone {
		t.Fatalf("izdeu %v: exit status %d\n%s%s", arguments, code, output, errorOutput)
	}
	return strings.TrimSpace(output)
}

func wantRefused(t *testing.T, because string, arguments ...string) {
	t.Helper()
	output, errorOutput, code := runOnce(t, "", arguments...)
	if code == exitDone || !strings.Contains(errorOutput, because) || strings.Count(strings.TrimSpace(errorOutput), "\n") > 0 {
		t.Errorf("izdeu %v: exit status %d, want one line with %q\n%s%s", arguments, code, because, output, errorOutput)
	}
}

func (p *program) epoch() string {
	p.t.Helper()
	var board struct{ Position string }
	p.eventually("the board", func() error { return p.read200("/api/v1/board", &board) })
	epoch, _, _ := strings.Cut(board.Position, ".")
	return epoch
}

// Applications are sent without a pause while a backup is made; what is made of
// the backup has each that was confirmed before it once, and takes the others,
// and all of them a second time, without harm.
func TestBackupUnderLoadIsRestored(t *testing.T) {
	t.Parallel()
	const (
		total = 1200
		batch = 50
	)
	p := startProgram(t, t.TempDir())
	p.send(p.topics().Teams, `{"type":"team.registered","id":"duty","base":{"type":"Point","coordinates":[63.6,53.2]},"capacity":4000,"answers":"automatic"}`)
	client, disconnect, err := ingest.NewClient([]string{p.kafka})
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect()
	producer := ingest.NewProducer(client, nil)
	defer func() { _ = producer.Close(context.Background()) }()
	var ids []string
	for i := range total {
		ids = append(ids, fmt.Sprintf("load-%d", i))
	}
	produce := func(from, to int) error {
		for i := from; i < to; i += batch {
			messages := make([]kafka.Message, batch)
			for j := range messages {
				messages[j] = kafka.Message{Value: []byte(applicationJSON(ids[i+j], 63.62, 53.21))}
			}
			if err := producer.Produce(t.Context(), p.topics().Applications, messages...); err != nil {
				return err
			}
		}
		return nil
	}
	const before = total / 3 // confirmed before the backup
	if err := produce(0, before); err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- produce(before, total) }()
	command := `{"command_id":"note-1","type":"case.note","application":{"system":"kafka","id":"load-7"},"audience":"team","note":"red jacket"}`
	p.eventually("the application of the command is decided", func() error { // commands are read before applications
		if status, body := p.get(testAdminKey, "/api/v1/applications/kafka/load-7"); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	p.send(p.topics().Commands, command)
	p.eventually("the command is applied", func() error {
		status, body := p.get(testAdminKey, "/api/v1/commands/note-1")
		if status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	file := ran(t, "backup", "--data", p.data, t.TempDir())
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	epoch := p.epoch()
	p.wantExactly("kafka", ids)
	p.stop()

	if said := ran(t, "backup", "--check", file); !strings.Contains(said, "is whole") {
		t.Errorf("--check says %q", said)
	}
	data := filepath.Join(t.TempDir(), "restored")
	ran(t, "restore", "--data", data, file)
	ran(t, "verify", "--data", data)
	r := startProgram(t, data)
	if now := r.epoch(); now == epoch {
		t.Errorf("the epoch is %s as before: a board would take up sequences that mean something else", now)
	}
	all := map[string]bool{}
	r.eventually("what was confirmed before the backup", func() error {
		cases, err := r.cases("")
		if err != nil {
			return err
		}
		clear(all)
		for _, c := range cases {
			for _, a := range c.Applications {
				all[a.ID] = true
			}
		}
		for _, id := range ids[:before] {
			if !all[id] {
				return fmt.Errorf("%s is not there", id)
			}
		}
		return nil
	})
	if len(all) == total {
		t.Log("everything was in the backup: it was made after the load")
	}
	// A phone sends again what it is not sure of, and partners everything.
	status, _, body := r.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+r.caseOf("kafka", "load-7").ID+"/commands",
		`{"command_id":"note-1","type":"case.note","audience":"team","note":"red jacket"}`)
	if status != http.StatusOK {
		t.Errorf("the command again: %d %s", status, body)
	}
	messages := make([]kafka.Message, total)
	for i := range messages {
		messages[i] = kafka.Message{Value: []byte(applicationJSON(ids[i], 63.62, 53.21))}
	}
	r.write(r.topics().Applications, messages)
	r.wantExactly("kafka", ids)
	var timeline struct {
		Events []struct{ Text string } `json:"events"`
	}
	if err := r.read200("/api/v1/cases/"+r.caseOf("kafka", "load-7").ID+"/timeline", &timeline); err != nil {
		t.Fatal(err)
	}
	notes := 0
	for _, event := range timeline.Events {
		if event.Text == "red jacket" {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("the case has %d notes, want the one that was sent twice", notes)
	}
	// Of what follows the backup there may be nothing yet: it may hold all that was sent, published.
	if status, _, body := r.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+r.caseOf("kafka", "load-8").ID+"/commands",
		`{"command_id":"note-2","type":"case.note","audience":"team","note":"green cap"}`); status != http.StatusOK {
		t.Errorf("a command after the backup: %d %s", status, body)
	}
	wantEventsOfOneEpoch(t, r, r.epoch())
	r.stop()
	ran(t, "verify", "--data", data)
	wantGaplessJournal(t, data)
}

// wantEventsOfOneEpoch wants what a restored installation has published to be
// of its epoch, with first occurrences in order and without a gap.
func wantEventsOfOneEpoch(t *testing.T, p *program, epoch string) {
	t.Helper()
	var board struct{ Position string }
	if err := p.read200("/api/v1/board", &board); err != nil {
		t.Fatal(err)
	}
	head, err := dispatch.ParsePosition(board.Position)
	if err != nil {
		t.Fatal(err)
	}
	events := p.readTopic(p.topics().Events)
	p.eventually("the events are published", func() error {
		var last int64
		for _, message := range events.all() {
			for _, header := range message.Headers {
				if header.Key != "ce_id" {
					continue
				}
				at, err := dispatch.ParsePosition(string(header.Value))
				switch {
				case err != nil:
					return err
				case at.Epoch != epoch:
					return fmt.Errorf("an event of the epoch %s, want %s", at.Epoch, epoch)
				case last > 0 && at.Sequence > last+1:
					return fmt.Errorf("event %d follows %d", at.Sequence, last)
				}
				last = max(last, at.Sequence)
			}
		}
		if last < head.Sequence {
			return fmt.Errorf("up to %d of %d", last, head.Sequence)
		}
		return nil
	})
}

// What stood in the embedded broker and had not been read is read first by what
// is restored, and nothing that had been read is read again.
func TestUnreadMessagesAreInTheBackup(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	p.send(p.topics().Teams, sampleTeam)
	p.send(p.topics().Applications, applicationJSON("read", 63.62, 53.21))
	p.caseOf("kafka", "read")
	p.stop()

	// The leader is away, and Kafka goes on taking things in.
	ids := []string{"read"}
	func() {
		o := newOwner(quiet)
		defer func() {
			if err := o.end(); err != nil {
				t.Error(err)
			}
		}()
		broker, err := openOwnBroker(o, filepath.Join(p.data, brokerFolder), ingest.DefaultPrefix)
		if err != nil {
			t.Fatal(err)
		}
		away := &program{t: t, kafka: broker.Address()}
		for i := range 40 {
			ids = append(ids, fmt.Sprintf("unread-%d", i))
			away.send(p.topics().Applications, applicationJSON(ids[i+1], 63.62, 53.21))
		}
		away.write(p.topics().Commands, []kafka.Message{{Key: []byte("k"), Time: time.Now(), Headers: []kafka.Header{{Key: "traceparent", Value: []byte("1")}},
			Value: []byte(`{"command_id":"note-1","type":"case.note","application":{"system":"kafka","id":"read"},"audience":"team","note":"red jacket"}`)}})
	}()
	file := ran(t, "backup", "--data", p.data, filepath.Join(t.TempDir(), "mine.zip"))
	if said := ran(t, "backup", "--check", file); !strings.Contains(said, " 41 messages not read yet") {
		t.Errorf("--check says %q, want 41 messages", said)
	}
	data := filepath.Join(t.TempDir(), "restored")
	ran(t, "restore", "--data", data, file)
	r := startProgram(t, data)
	r.wantExactly("kafka", ids)
	if status, body := r.get(testAdminKey, "/api/v1/commands/note-1"); status != http.StatusOK {
		t.Errorf("the command that waited: %d %s", status, body)
	}
	if n, err := r.metric("izdeu_dead_letters_open"); err != nil || n != 0 {
		t.Errorf("%v dead letters (%v)", n, err)
	}
	if n, err := r.metric(`izdeu_kafka_rewinds_total{topic="izdeu.applications"}`); err == nil && n != 0 {
		t.Errorf("the new log was taken for the old one %v times", n)
	}
	r.stop()
	ran(t, "verify", "--data", data)
	// The first one is as it was, and goes on too.
	p = startProgram(t, p.data)
	p.wantExactly("kafka", ids)
	p.stop()
}

// With a Kafka of its own an installation reads on from where its backup was.
func TestRestoredReadsOnFromOutsideKafka(t *testing.T) {
	t.Parallel()
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: t.TempDir(), Listen: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = broker.Close() }()
	serve := func(data string) *program {
		return startArguments(t, data, nil, "serve", "--data", data, "--listen", "127.0.0.1:0", "--kafka", broker.Address())
	}
	p := serve(t.TempDir())
	p.send(p.topics().Teams, sampleTeam)
	p.send(p.topics().Applications, applicationJSON("before", 63.62, 53.21))
	p.caseOf("kafka", "before")
	file := ran(t, "backup", "--data", p.data, t.TempDir())
	p.send(p.topics().Applications, applicationJSON("after", 63.62, 53.21))
	lost := p.caseOf("kafka", "after")
	p.kill()

	data := filepath.Join(t.TempDir(), "restored")
	ran(t, "restore", "--data", data, file)
	r := serve(data)
	r.wantExactly("kafka", []string{"before", "after"})
	if again := r.caseOf("kafka", "after"); again.ID == lost.ID || again.Number != lost.Number {
		t.Errorf("the case that came after the backup was %s, number %s, and is %s, number %s: the id belongs to the epoch that ended",
			lost.ID, lost.Number, again.ID, again.Number)
	}
	if n, err := r.metric(`izdeu_applications_total{kind="missing_person",result="repeated"}`); err == nil && n != 0 {
		t.Errorf("%v applications were read again that the backup had read", n)
	}
	r.stop()
	ran(t, "verify", "--data", data)
}

func TestWhatRestoreRefuses(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	p.send(p.topics().Applications, applicationJSON("one", 63.62, 53.21))
	p.caseOf("kafka", "one")
	file := ran(t, "backup", "--data", p.data, t.TempDir())
	wantRefused(t, "is not empty", "restore", "--data", p.data, file)
	p.stop()
	wantRefused(t, "is not empty", "restore", "--data", p.data, file)

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.DeleteFunc(parts.File, func(part *zip.File) bool { return part.Name == "manifest.json" })
	largest := slices.MaxFunc(rows, func(a, b *zip.File) int { return cmp.Compare(a.CompressedSize64, b.CompressedSize64) })
	inside, err := largest.DataOffset() // the archive's own words beside the data stand there twice
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.zip")
	target := filepath.Join(t.TempDir(), "target")
	for name, change := range map[string]func() []byte{
		"cut off": func() []byte { return content[:len(content)-1] },
		"changed": func() []byte {
			changed := append([]byte(nil), content...)
			changed[inside+int64(largest.CompressedSize64/2)] ^= 4 //nolint:gosec // a small file
			return changed
		},
	} {
		if err := os.WriteFile(damaged, change(), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("a backup that is %s", name)
		wantRefused(t, "damaged", "backup", "--check", damaged)
		wantRefused(t, "damaged", "restore", "--data", target, damaged)
		for _, left := range []string{databaseFile, databaseFile + restoring, brokerFolder, brokerFolder + restoring} {
			if _, err := os.Stat(filepath.Join(target, left)); err == nil {
				t.Errorf("a refused restore leaves %s behind", left)
			}
		}
	}
	// A restore that was killed on its way is begun anew.
	for _, left := range []string{databaseFile + restoring, databaseFile + restoring + "-wal"} {
		if err := os.WriteFile(filepath.Join(target, left), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(target, brokerFolder+restoring, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	ran(t, "restore", "--data", target, file)
	ran(t, "verify", "--data", target)
	wantRefused(t, "no database", "backup", "--data", t.TempDir())
	wantRefused(t, "no such file", "restore", "--data", filepath.Join(t.TempDir(), "x"), filepath.Join(t.TempDir(), "none.zip"))
	wantRefused(t, "is a directory", "backup", "--check", t.TempDir())
}

// inDatabase runs statements in a database that nobody serves.
func inDatabase(t *testing.T, data string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A database of the first release is backed up before it is brought up to date,
// and only serve does that.
func TestBackupBeforeTheSchemaIsChanged(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first, err := os.ReadFile(filepath.Join("..", "..", "dispatch", "sqlite", "migrations", "0001_first.sql"))
	if err != nil {
		t.Fatal(err)
	}
	inDatabase(t, data, string(first), `CREATE TABLE schema_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
		`INSERT INTO schema_version (version_id, is_applied) VALUES (0, 1), (1, 1)`,
		`INSERT INTO head (one, epoch, seq) VALUES (1, 'oldepoch', 0)`,
		`INSERT INTO setting (name, value) VALUES ('installation', 'first')`)
	wantRefused(t, "start izdeu serve", "verify", "--data", data)
	wantRefused(t, "start izdeu serve", "key", "--data", data, "list")

	p := startProgram(t, data)
	p.send(p.topics().Applications, applicationJSON("one", 63.62, 53.21))
	p.caseOf("kafka", "one")
	p.stop()
	made, err := filepath.Glob(filepath.Join(data, beforeUpgradeFolder, "izdeu-first-*.zip"))
	if err != nil || len(made) != 1 {
		t.Fatalf("backups before the upgrade: %v (%v), want one", made, err)
	}
	if said := ran(t, "backup", "--check", made[0]); !strings.Contains(said, "schema 1)") {
		t.Errorf("--check says %q, want schema 1", said)
	}
	restored := filepath.Join(t.TempDir(), "restored")
	ran(t, "restore", "--data", restored, made[0])
	ran(t, "verify", "--data", restored)
	p = startProgram(t, data) // the second start changes nothing
	p.stop()
	if again, _ := filepath.Glob(filepath.Join(data, beforeUpgradeFolder, "*")); len(again) != 1 {
		t.Errorf("after a second start there is %v", again)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	p.stop()
	file := ran(t, "backup", "--data", p.data, t.TempDir())
	inDatabase(t, p.data, `INSERT INTO schema_version (version_id, is_applied) VALUES (9001, 1)`, `UPDATE compatibility SET oldest_program = 9001`)
	serve := serveArguments(p.data, "127.0.0.1:0", "127.0.0.1:0")
	wantRefusedBy(t, "was written by a newer Izdeu", serve...)
	newer := ran(t, "backup", "--data", p.data, t.TempDir())
	wantRefused(t, "newer Izdeu", "restore", "--data", filepath.Join(t.TempDir(), "x"), newer)
	ran(t, "restore", "--data", filepath.Join(t.TempDir(), "x"), file)
}

// wantRefusedBy is wantRefused for serve, which also logs.
func wantRefusedBy(t *testing.T, because string, arguments ...string) {
	t.Helper()
	output, errorOutput, code := runOnce(t, "", arguments...)
	lines := strings.Split(strings.TrimSpace(errorOutput), "\n")
	if last := lines[len(lines)-1]; code != exitFailed || !strings.Contains(last, because) {
		t.Errorf("izdeu %v: exit status %d, want a last line with %q\n%s%s", arguments, code, because, output, errorOutput)
	}
}

// A clock that is more than a minute behind the last event is refused with the reason.
func TestClockBehindTheLastEventIsRefused(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(data, databaseFile), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Millisecond)
	after := dispatch.Position{Epoch: head.Epoch, Sequence: 1}
	err = store.Commit(t.Context(), &dispatch.Batch{Base: head, Head: after,
		Teams:  []*dispatch.Team{{Key: 1, Changed: 1, TeamRegistration: dispatch.TeamRegistration{ID: "t", Answers: dispatch.AnswersManual}}},
		Events: []dispatch.Event{{Sequence: 1, At: at, Type: dispatch.EventTeamRegistered, Team: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	wantRefusedBy(t, "the clock is behind the last event: set it right and start again", serveArguments(data, "127.0.0.1:0", "127.0.0.1:0")...)
}
