package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

func openTest(t *testing.T, path string) *Store {
	t.Helper()
	store, err := Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func newStore(t *testing.T) *Store {
	t.Helper()
	return openTest(t, filepath.Join(t.TempDir(), "izdeu.sqlite"))
}

func strs[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, w := range list {
		all[i] = string(w)
	}
	return all
}

// The CHECKs repeat the lists of the vocabulary, word for word.
func TestChecksRepeatTheVocabulary(t *testing.T) {
	store := newStore(t)
	want := map[string][]string{
		"team.answers":           strs([]dispatch.Answers{dispatch.AnswersManual, dispatch.AnswersAutomatic}),
		"cases.kind":             strs(dispatch.Kinds()),
		"cases.status":           strs(dispatch.Statuses()),
		"cases.urgency":          strs(dispatch.Urgencies()),
		"cases.call_out":         strs(dispatch.CallOuts()),
		"cases.incident":         strs(dispatch.Incidents()),
		"application.kind":       strs(dispatch.Kinds()),
		"subject.sex":            strs(dispatch.Sexes()),
		"subject.outcome":        strs(dispatch.Outcomes()),
		"subject.condition":      strs(dispatch.Conditions()),
		"subject.found_by":       dispatch.FoundBys(),
		"subject.identity":       dispatch.Identities(),
		"subject.reason":         dispatch.ClosedReasons(),
		"assignment.status":      strs(dispatch.AssignmentStatuses()),
		"sealed_outcome.outcome": strs(dispatch.Outcomes()),
		"note.audience":          strs(dispatch.Audiences()),
		"delivery.channel":       strs(dispatch.Channels()),
		"delivery.state":         strs(dispatch.DeliveryStates()),
		"place.origin":           strs([]dispatch.PlaceOrigin{dispatch.PlaceImported, dispatch.PlaceLearnt}),
		"member.answer":          strs(dispatch.MemberAnswers()),
	}
	got := map[string][]string{}
	check := regexp.MustCompile(`CHECK \(((?:\w+ = '\w+'(?:\s+OR )?)+)\)`)
	pair := regexp.MustCompile(`(\w+) = '(\w+)'`)
	err := store.reading(t.Context(), func(tx *sql.Tx) error {
		return eachRow(t.Context(), tx, `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL`, nil, func(rows *sql.Rows) error {
			var table, text string
			if err := rows.Scan(&table, &text); err != nil {
				return err
			}
			for _, list := range check.FindAllStringSubmatch(text, -1) {
				for _, word := range pair.FindAllStringSubmatch(list[1], -1) {
					got[table+"."+word[1]] = append(got[table+"."+word[1]], word[2])
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for column, words := range want {
		if !slices.Equal(words, got[column]) {
			t.Errorf("%s: the CHECK has %q, the vocabulary %q", column, got[column], words)
		}
	}
	for column := range got {
		if want[column] == nil {
			t.Errorf("%s: the CHECK %q is not compared with the vocabulary", column, got[column])
		}
	}
}

// The statuses that an index leaves out are those that are finished.
func TestLiveIndexLeavesOutFinished(t *testing.T) {
	store := newStore(t)
	var text string
	if err := store.read.QueryRowContext(t.Context(), `SELECT sql FROM sqlite_master WHERE name = 'assignment_live'`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	for _, status := range dispatch.AssignmentStatuses() {
		if left := strings.Contains(text, "status <> '"+string(status)+"'"); left != status.Finished() {
			t.Errorf("%s: left out of the index: %t, finished: %t", status, left, status.Finished())
		}
	}
}

func TestNewerSchema(t *testing.T) {
	for _, newer := range []struct {
		name    string
		oldest  int
		refused bool
	}{{"that this program may still use", 1, false}, {"that this program may not use", 9001, true}} {
		t.Run(newer.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "izdeu.sqlite")
			store := openTest(t, path)
			if err := store.writing(t.Context(), func(w *writer) error {
				if err := w.exec(`INSERT INTO schema_version (version_id, is_applied) VALUES (9001, 1)`); err != nil {
					return err
				}
				return w.exec(`UPDATE compatibility SET oldest_program = ?`, int64(newer.oldest))
			}); err != nil {
				t.Fatal(err)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := Open(t.Context(), path, slog.New(slog.DiscardHandler))
			if !newer.refused {
				if err != nil {
					t.Fatal(err)
				}
				if err := again.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), "9001") || !strings.Contains(err.Error(), "newer") {
				t.Errorf("got %v, want an error that says what to do", err)
			}
		})
	}
}

// Applications that a program from before stored are found after its schema is brought up to date.
func TestIdentitiesAreRenewed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "izdeu.sqlite")
	quiet := slog.New(slog.DiscardHandler)
	if err := migrateTo(t.Context(), path, 6, quiet); err != nil {
		t.Fatal(err)
	}
	_, db, err := openMigrations(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"", "7", "1234", "102-2026-0417", "№ 17/ә", "ә"}
	for i, id := range ids {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO application (key, case_key, identity, system, id, kind, revision, body_hash, changed)
			VALUES (?, ?, ?, 'kafka', ?, 'emergency', 1, zeroblob(16), 1)`, i+1, i+1, bytes.Repeat([]byte{byte(i)}, 16), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	store := openTest(t, path)
	for i, id := range ids {
		if key, err := store.CaseOfApplication(t.Context(), dispatch.ApplicationIdentity("kafka", id)); err != nil || key != int64(i+1) {
			t.Errorf("application %q is found in case %d (%v), want %d", id, key, err, i+1)
		}
	}
}

func TestFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights elsewhere")
	}
	path := filepath.Join(t.TempDir(), "izdeu.sqlite")
	openTest(t, path)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if rights := info.Mode().Perm(); rights != 0o600 {
			t.Errorf("%s has the rights %o, want 600: it holds personal data", suffix, rights)
		}
	}
}

func TestPragmas(t *testing.T) {
	store := newStore(t)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "foreign_keys": "0"}
	for pragma, value := range want {
		var got string
		if err := store.read.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&got); err != nil || got != value {
			t.Errorf("reader: %s is %s (%v), want %s", pragma, got, err, value)
		}
		query, err := store.write.prepare(`PRAGMA ` + pragma)
		if err != nil {
			t.Fatal(err)
		}
		row, err := query.first()
		if err != nil {
			t.Fatal(err)
		}
		if number, ok := row[0].(int64); ok {
			got = strings.TrimSpace(string(rune('0' + number%10)))
			if pragma == "busy_timeout" && number == busyTimeout.Milliseconds() {
				got = value
			}
		} else {
			got, _ = row[0].(string)
		}
		if got != value {
			t.Errorf("writer: %s is %s, want %s", pragma, got, value)
		}
	}
	if _, err := store.read.ExecContext(t.Context(), `DELETE FROM head`); err == nil {
		t.Error("a reader can write")
	}
}

// TestErasedIsOverwritten: what was erased is not left in free pages of the file.
func TestErasedIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "izdeu.sqlite")
	store, err := Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	snapshot, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head := snapshot.Head
	picture := bytes.Repeat([]byte("a face "), 20_000)
	for _, key := range []int64{1, 2} { // the same statements again
		over := oneCase(head, key, at, "")
		over.Cases[0].Status, over.Cases[0].EndedAt = dispatch.StatusClosed, at
		if err := store.Commit(t.Context(), over); err != nil {
			t.Fatal(err)
		}
		head = over.Head
		if _, err := store.PutPhoto(t.Context(), dispatch.Photo{Case: key, ID: "p", At: at, Image: picture, Small: picture[:9000]}); err != nil {
			t.Fatal(err)
		}
		if erased, err := store.ErasePhotos(t.Context(), key, nil, at); err != nil || erased != 1 {
			t.Fatalf("%d erased, %v", erased, err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if n := bytes.Count(content, []byte("a face ")); n > 0 {
			t.Errorf("%s still has %d pieces of the picture", filepath.Base(name), n)
		}
	}
}

func oneCase(head dispatch.Position, key int64, at time.Time, note string) *dispatch.Batch {
	id := dispatch.CaseID(head.Epoch, key)
	return &dispatch.Batch{Base: head, Head: dispatch.Position{Epoch: head.Epoch, Sequence: key},
		Cases: []*dispatch.Case{{Key: key, ID: id, Number: "39-2026-" + id, Kind: dispatch.Emergency, Status: dispatch.StatusWaiting,
			Urgency: dispatch.Urgent, CallOut: dispatch.CallOutNow, OpenedAt: at, Changed: key,
			Applications: []dispatch.Application{{Key: key, Identity: dispatch.ApplicationIdentity("x", id), System: "x", ID: id, Kind: dispatch.Emergency, Changed: key}},
			Personal:     dispatch.Personal{Address: note, Applications: make([]dispatch.ApplicationPersonal, 1), Changed: key}}},
		Events: []dispatch.Event{{Sequence: key, At: at, Type: dispatch.EventCaseOpened, Case: key}}}
}

// A full disk refuses nothing for good, leaves nothing behind, and the same
// batch goes through when there is room again.
func TestFullDisk(t *testing.T) {
	store := newStore(t)
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	batch := oneCase(head, 1, time.Now().UTC(), strings.Repeat("x", 1<<20))
	limit := func(pages int64) {
		t.Helper()
		query, err := store.write.prepare(`PRAGMA max_page_count = ` + map[bool]string{true: "1", false: "1073741823"}[pages == 1])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := query.first(); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite makes it the size that the file has
	err = store.Commit(t.Context(), batch)
	if !errors.Is(err, dispatch.ErrNoSpace) || errors.Is(err, dispatch.ErrRefused) {
		t.Fatalf("got %v, want ErrNoSpace", err)
	}
	if now, err := store.Head(t.Context()); err != nil || now != head {
		t.Fatalf("the head moved to %v (%v)", now, err)
	}
	store.mu.Lock()
	if store.write == nil { // it was opened again, without the limit
		if store.write, err = openWriter(store.path); err != nil {
			t.Fatal(err)
		}
	}
	store.mu.Unlock()
	limit(0)
	if err := store.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

// A connection that cannot roll back is opened again.
func TestDoubtfulConnection(t *testing.T) {
	store := newStore(t)
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	err = store.writing(t.Context(), func(w *writer) error {
		return errors.Join(w.exec(`ROLLBACK`), failed) // as SQLite does on its own after some errors
	})
	if !errors.Is(err, failed) || store.write != nil {
		t.Fatalf("got %v and a connection that is kept: %t", err, store.write != nil)
	}
	if err := store.Commit(t.Context(), oneCase(head, 1, time.Now().UTC(), "")); err != nil {
		t.Fatal(err)
	}
}

func TestClosedAndCancelled(t *testing.T) {
	store := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.SetCursor(ctx, dispatch.CursorPublished, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("writing with a context that has ended: %v", err)
	}
	if _, err := store.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("reading with a context that has ended: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.SetCursor(t.Context(), dispatch.CursorPublished, 1); !errors.Is(err, errClosed) {
		t.Errorf("writing after Close: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// A reader sees one commit, however long it reads, and does not hold up the
// writer.
func TestReadersSeeOneCommit(t *testing.T) {
	store := newStore(t)
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = store.reading(t.Context(), func(tx *sql.Tx) error {
		before, err := readHead(t.Context(), tx)
		if err != nil {
			return err
		}
		if err := store.Commit(t.Context(), oneCase(head, 1, time.Now().UTC(), "")); err != nil {
			return err
		}
		after, err := readHead(t.Context(), tx)
		if err == nil && after != before {
			t.Errorf("the head moved within a read, from %v to %v", before, after)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if now, err := store.Head(t.Context()); err != nil || now.Sequence != 1 {
		t.Errorf("the head is %v (%v) after the commit", now, err)
	}
}

// The queries that run often go through an index, and never over a table that
// grows for ever.
func TestQueryPlans(t *testing.T) {
	store := newStore(t)
	list := func(filter dispatch.CaseFilter) string { query, _ := caseQuery(filter); return query }
	for name, query := range map[string]string{
		"active cases":        `SELECT * FROM application WHERE case_key IN (` + activeCases + `) ORDER BY case_key, key`,
		"cases by key":        `SELECT * FROM assignment LEFT JOIN team ON team.key = team_key WHERE case_key IN (` + namedCases + `) ORDER BY case_key, n`,
		"identities":          `SELECT identity, case_key FROM application WHERE identity IN (SELECT unhex(value) FROM json_each(?))`,
		"results":             `SELECT * FROM applied WHERE identity IN (SELECT unhex(value) FROM json_each(?))`,
		"load of teams":       `SELECT team_key, count(*) FROM assignment WHERE slot > 0 GROUP BY team_key`,
		"board":               boardCases,
		"events of a case":    `SELECT seq FROM journal WHERE case_key = ? AND seq > case_key + 16`,
		"open dead letters":   `SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL`,
		"list of open cases":  list(dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusWaiting}, Limit: 50}),
		"pruning":             `SELECT n FROM applied ORDER BY n LIMIT 5`,
		"list by application": `SELECT 1 FROM application WHERE case_key = ? AND system IN ('x')`,
	} {
		t.Run(name, func(t *testing.T) {
			err := store.reading(t.Context(), func(tx *sql.Tx) error {
				return eachRow(t.Context(), tx, `EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?")), func(rows *sql.Rows) error {
					var id, parent, unused int
					var step string
					if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
						return err
					}
					t.Log(step)
					grows := regexp.MustCompile(`^SCAN (cases|application|subject|assignment|journal|personal|decision|applied|dead_letter)$`)
					if grows.MatchString(step) && name != "pruning" {
						t.Errorf("the query does: %s", step)
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
