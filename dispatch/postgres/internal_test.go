package postgres

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
)

func openTest(t *testing.T, address string) *Store {
	t.Helper()
	store, err := Open(t.Context(), address, slog.New(slog.DiscardHandler))
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
	return openTest(t, newDatabase(t))
}

// newDatabase has the schema already.
func newDatabase(t *testing.T) string {
	t.Helper()
	return postgrestest.NewCopy(t, "schema", func(address string) {
		store, err := Open(t.Context(), address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func execute(t *testing.T, store *Store, statement string, arguments ...any) {
	t.Helper()
	if _, err := store.pool.Exec(t.Context(), statement, arguments...); err != nil {
		t.Fatal(err)
	}
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
	check := regexp.MustCompile(`^CHECK \(\((\w+) = ANY \(ARRAY\[(.*)\]\)\)\)$`)
	word := regexp.MustCompile(`'(\w+)'::text`)
	err := eachRow(t.Context(), store.pool, `SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'c' AND connamespace = current_schema()::regnamespace`, nil, func(rows pgx.Rows) error {
		var table, text string
		if err := rows.Scan(&table, &text); err != nil {
			return err
		}
		if list := check.FindStringSubmatch(text); list != nil {
			for _, w := range word.FindAllStringSubmatch(list[2], -1) {
				got[table+"."+list[1]] = append(got[table+"."+list[1]], w[1])
			}
		}
		return nil
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
	if err := store.pool.QueryRow(t.Context(), `SELECT indexdef FROM pg_indexes WHERE indexname = 'assignment_live'`).Scan(&text); err != nil {
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
			address := newDatabase(t)
			store := openTest(t, address)
			execute(t, store, `INSERT INTO schema_version (version_id, is_applied) VALUES (9001, true)`)
			execute(t, store, `UPDATE compatibility SET oldest_program = $1`, newer.oldest)
			again, err := Open(t.Context(), address, slog.New(slog.DiscardHandler))
			if err == nil {
				err = again.Close()
			}
			if newer.refused != (err != nil && strings.Contains(err.Error(), "written by a newer Izdeu")) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Applications that a program from before stored are found after its schema is brought up to date.
func TestIdentitiesAreRenewed(t *testing.T) {
	address := postgrestest.NewDatabase(t)
	pool, err := parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrateTo(t.Context(), pool.ConnConfig, 4, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), pool.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"", "7", "1234", "102-2026-0417", "№ 17/ә", "ә"}
	for i, id := range ids {
		if _, err := conn.Exec(t.Context(), `INSERT INTO application (key, case_key, identity, system, id, kind, revision, body_hash, changed)
			VALUES ($1, $1, $2, 'kafka', $3, 'emergency', 1, $2, 1)`, i+1, bytes.Repeat([]byte{byte(i)}, 16), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	store := openTest(t, address)
	for i, id := range ids {
		if key, err := store.CaseOfApplication(t.Context(), dispatch.ApplicationIdentity("kafka", id)); err != nil || key != int64(i+1) {
			t.Errorf("application %q is found in case %d (%v), want %d", id, key, err, i+1)
		}
	}
}

// What an operator reads when the database cannot be opened says what to do,
// and never holds the password.
func TestErrorsOfOpen(t *testing.T) {
	good := newDatabase(t)
	change := func(with func(*url.URL)) string {
		address, err := url.Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		with(address)
		return address.String()
	}
	secret := "a%secret 9"
	for _, wrong := range []struct {
		name, address, says string
		unreachable         bool
	}{
		{"password", change(func(a *url.URL) { a.User = url.UserPassword(a.User.Username(), secret) }), "refuses the user", false},
		{"user", change(func(a *url.URL) { a.User = url.UserPassword("nobody", secret) }), "refuses the user", false},
		{"database", change(func(a *url.URL) { a.Path = "/none" }), `has no database "none"`, false},
		{"nobody there", change(func(a *url.URL) { a.Host = "127.0.0.1:1"; a.User = url.UserPassword("x", secret) }), "nothing answers", true},
		{"address", "postgres://izdeu:" + secret + "@[::1/x", "cannot be read", false},
		{"scheme", "mysql://izdeu:" + secret + "@127.0.0.1/x", "cannot be read", false},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			_, err := Open(t.Context(), wrong.address, slog.New(slog.DiscardHandler))
			if err == nil || !strings.Contains(err.Error(), wrong.says) {
				t.Fatalf("got %v, want that it says %q", err, wrong.says)
			}
			if Unreachable(err) != wrong.unreachable {
				t.Errorf("%v: may go away by waiting: %t", err, Unreachable(err))
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v repeats the password", err)
			}
		})
	}
}

// Replicas that start at once on an empty database make one schema and one epoch.
func TestOpenedAtOnce(t *testing.T) {
	address := postgrestest.NewDatabase(t)
	var wait sync.WaitGroup
	heads := make([]dispatch.Position, 4)
	for i := range heads {
		wait.Go(func() {
			store, err := Open(t.Context(), address, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Error(err)
				return
			}
			if heads[i], err = store.Head(t.Context()); err != nil {
				t.Error(err)
			}
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, head := range heads {
		if head != heads[0] || head.Epoch == "" {
			t.Errorf("the heads are %v", heads)
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

func headOf(t *testing.T, store *Store) dispatch.Position {
	t.Helper()
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// After a failover the newest commits may be lost, and their sequences handed
// out again: so with another timeline the epoch ends.
func TestTimeline(t *testing.T) {
	store := newStore(t)
	now := time.Now().UTC()
	head := headOf(t, store)
	if err := store.Commit(t.Context(), oneCase(head, 1, now, "")); err != nil {
		t.Fatal(err)
	}
	head = headOf(t, store)
	execute(t, store, `UPDATE head SET timeline = '000000FF'`)
	if err := store.Commit(t.Context(), oneCase(head, 2, now, "")); !errors.Is(err, dispatch.ErrFenced) {
		t.Fatalf("a batch that was decided on the timeline before: %v", err)
	}
	snapshot, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if snapshot.Head.Epoch == head.Epoch || snapshot.Head.Sequence != head.Sequence {
		t.Fatalf("the head is %v after a failover, and was %v", snapshot.Head, head)
	}
	if err := store.Commit(t.Context(), oneCase(head, 2, now, "")); !errors.Is(err, dispatch.ErrFenced) {
		t.Fatalf("a batch of the epoch before: %v", err)
	}
	if err := store.Commit(t.Context(), oneCase(snapshot.Head, 2, now, "")); err != nil {
		t.Fatal(err)
	}
	if again, err := store.Load(t.Context()); err != nil || again.Head.Epoch != snapshot.Head.Epoch {
		t.Errorf("the epoch changed again: %v, %v", again.Head, err)
	}
}

// A connection that ends leaves an outcome unknown, and another is made.
func TestLostConnection(t *testing.T) {
	store := newStore(t)
	now := time.Now().UTC()
	head := headOf(t, store)
	if err := store.Commit(t.Context(), oneCase(head, 1, now, "")); err != nil {
		t.Fatal(err)
	}
	execute(t, store, `SELECT pg_terminate_backend($1)`, store.write.conn.PgConn().PID())
	batch := oneCase(headOf(t, store), 2, now, "")
	err := store.Commit(t.Context(), batch)
	if err == nil || errors.Is(err, dispatch.ErrRefused) || errors.Is(err, dispatch.ErrFenced) {
		t.Fatalf("got %v, want an unknown outcome", err)
	}
	if err := store.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

// Somebody who holds the head's row stops a commit for a bounded time, and
// nothing of it is left.
func TestLockTimeout(t *testing.T) {
	store := openTest(t, newDatabase(t)+"&lock_timeout=50ms")
	now := time.Now().UTC()
	head := headOf(t, store)
	err := store.writing(t.Context(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT * FROM head FOR UPDATE`); err != nil {
			return err
		}
		err := store.Commit(t.Context(), oneCase(head, 1, now, ""))
		if err == nil || errors.Is(err, dispatch.ErrRefused) || errors.Is(err, dispatch.ErrFenced) {
			t.Errorf("got %v, want an error that may go away", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), oneCase(head, 1, now, "")); err != nil {
		t.Fatal(err)
	}
}

func TestClosedAndCancelled(t *testing.T) {
	store := newStore(t)
	head := headOf(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Commit(ctx, oneCase(head, 1, time.Now().UTC(), "")); !errors.Is(err, context.Canceled) {
		t.Errorf("writing with a context that has ended: %v", err)
	}
	if _, err := store.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("reading with a context that has ended: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(t.Context(), oneCase(head, 1, time.Now().UTC(), "")); !errors.Is(err, errClosed) {
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
	head := headOf(t, store)
	sequence := func(tx pgx.Tx) (n int64, err error) {
		err = tx.QueryRow(t.Context(), `SELECT seq FROM head`).Scan(&n)
		return n, err
	}
	err := store.reading(t.Context(), func(tx pgx.Tx) error {
		before, err := sequence(tx)
		if err != nil {
			return err
		}
		if err := store.Commit(t.Context(), oneCase(head, 1, time.Now().UTC(), "")); err != nil {
			return err
		}
		after, err := sequence(tx)
		if err == nil && after != before {
			t.Errorf("the head moved within a read, from %v to %v", before, after)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := headOf(t, store); now.Sequence != 1 {
		t.Errorf("the head is %v after the commit", now)
	}
}

// The queries that run often go through an index, and never over a table that
// grows for ever, whatever the planner knew of it when it made the plan.
func TestQueryPlans(t *testing.T) {
	store := newStore(t)
	list := func(filter dispatch.CaseFilter) string { query, _ := caseQuery(filter); return query }
	for name, query := range map[string]string{
		"active cases":       `SELECT * FROM application WHERE case_key IN (` + activeCases + `) ORDER BY case_key, key`,
		"cases by key":       `SELECT * FROM assignment LEFT JOIN team ON team.key = team_key WHERE case_key IN (` + namedCases + `) ORDER BY case_key, n`,
		"identities":         applicationOf,
		"results":            appliedOf,
		"load of teams":      loadOfTeams,
		"board":              boardCases,
		"events of a case":   eventsOfCase,
		"events":             `SELECT seq FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`,
		"track ends":         trackEnds,
		"open dead letters":  `SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL`,
		"list of open cases": list(dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusWaiting}, Limit: 50}),
		"text":               list(dispatch.CaseFilter{Text: "x", Systems: []string{"x"}, Teams: []string{"x"}}),
		"statistics":         `SELECT case_key, opened_at, data FROM statistics WHERE case_key = ANY($1::bigint[]) ORDER BY case_key`,
	} {
		t.Run(name, func(t *testing.T) {
			err := store.reading(t.Context(), func(tx pgx.Tx) error {
				prepared, err := tx.Prepare(t.Context(), "", query)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), `SET LOCAL plan_cache_mode = force_generic_plan`); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), `PREPARE planned AS `+query); err != nil {
					return err
				}
				execution := `EXECUTE planned`
				if n := len(prepared.ParamOIDs); n > 0 {
					execution += `(NULL` + strings.Repeat(`, NULL`, n-1) + `)`
				}
				defer func() { _, _ = tx.Exec(t.Context(), `DEALLOCATE planned`) }()
				return eachRow(t.Context(), tx, `EXPLAIN `+execution, nil, func(rows pgx.Rows) error {
					var step string
					if err := rows.Scan(&step); err != nil {
						return err
					}
					t.Log(step)
					if regexp.MustCompile(`Seq Scan on (cases|application|subject|assignment|journal|personal|decision|applied|dead_letter|track|statistics)\b`).MatchString(step) {
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

// A row of every length and every kind of value gets through the arrays.
func TestLargeRows(t *testing.T) {
	store := newStore(t)
	head := headOf(t, store)
	note := strings.Repeat("Қостанай ", 300_000)
	for key := int64(1); key <= 2; key++ { // twice, so that buffers are used again
		if err := store.Commit(t.Context(), oneCase(head, key, time.Now().UTC(), note)); err != nil {
			t.Fatal(err)
		}
		head = headOf(t, store)
	}
	cases, err := store.Cases(t.Context(), []int64{2, 1})
	if err != nil || len(cases) != 2 || cases[0].Key != 2 || cases[1].Personal.Address != note {
		t.Errorf("%d cases come back damaged (%v)", len(cases), err)
	}
	counts, err := store.RowCounts(t.Context())
	if err != nil || counts["cases"] != 2 || counts["index cases_active"] != 2 || counts["index journal_case"] != 0 {
		t.Errorf("the rows are counted as %v (%v)", counts, err)
	}
	text := oneCase(head, 3, time.Now().UTC(), "a\x00b")
	text.Cases[0].Region = "a\x00b"
	if err := store.Commit(t.Context(), text); !errors.Is(err, dispatch.ErrRefused) {
		t.Errorf("a text that Postgres cannot hold: %v", err)
	}
}
