package sqlite_test

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

// smallWorld writes two teams and three cases: one searched, one closed, one
// with an outcome withheld; and counts them.
func smallWorld(t *testing.T, path string) {
	t.Helper()
	ctx := t.Context()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(ctx, path, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	var messages []dispatch.Message
	add := func(m dispatch.Message) {
		now = now.Add(time.Second)
		m.Now, m.At = now, now
		messages = append(messages, m)
	}
	kostanay := orb.Point{63.62, 53.21}
	for _, id := range []string{"dos", "bars"} {
		add(dispatch.Message{Identity: dispatch.TeamMessageIdentity(id, "team.registered", now),
			Registration: &dispatch.TeamRegistration{ID: id, Organisation: id, Name: id, Base: kostanay,
				Kinds: []dispatch.Kind{dispatch.MissingPerson}, Capacity: 3, Answers: dispatch.AnswersAutomatic, At: now}})
	}
	for _, id := range []string{"a", "b", "c"} {
		add(dispatch.Message{Identity: dispatch.ApplicationIdentity("test", id), Filing: &dispatch.Filing{System: "test", ID: id,
			Kind: dispatch.MissingPerson, FiledAt: now, Location: &kostanay, Place: "Kostanay",
			Subjects: []dispatch.FiledSubject{{ID: "s1", Name: "A", Category: "child_13_15"}}}})
	}
	command := func(id, application string, c dispatch.Command) {
		c.ID, c.At, c.Application = id, now, &dispatch.ApplicationRef{System: "test", ID: application}
		add(dispatch.Message{Identity: dispatch.CommandIdentity(id), Command: &c})
	}
	command("1", "b", dispatch.Command{Type: dispatch.CommandOutcome, Outcome: dispatch.OutcomeFound, Condition: dispatch.ConditionWell})
	command("2", "c", dispatch.Command{Type: dispatch.CommandOutcome, Outcome: dispatch.OutcomeDeceased, Confirmed: "police"})
	for _, team := range []string{"bars", "dos"} { // one of them is on the case
		adult := true
		command("roster-"+team, "a", dispatch.Command{Type: dispatch.CommandRosterAnswer, TeamID: team,
			Member: &dispatch.MemberAnswer{ID: "m1", Name: "A", Adult: &adult, Answer: dispatch.AnswerComing}})
	}
	rehearsal, err := dispatch.Rehearse(ctx, store, dispatch.DefaultSettings(), messages)
	if err != nil {
		t.Fatal(err)
	}
	feed := dispatch.NewFeed(store, 100)
	if err := rehearsal.Write(ctx, store, feed); err != nil {
		t.Fatal(err)
	}
	projector := dispatch.NewProjector(store, feed, prometheus.NewRegistry(), log)
	counted, err := projector.Step(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	if first, err := store.SignMonth(ctx, dispatch.SignedMonth{Month: "2026-11", Region: "KZ-39", Position: dispatch.Position{Epoch: "e", Sequence: counted},
		At: now, By: "office", Figures: dispatch.BalanceFigures{Opened: 3, Ended: 1, Open: 2}}); err != nil || !first {
		t.Fatal(first, err)
	}
}

// verified gives the names of the checks that are broken.
func verified(t *testing.T, path string) []string {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	broken := []string{}
	done, err := dispatch.Verify(t.Context(), store, func(v dispatch.Violation) {
		t.Log(v)
		if !slices.Contains(broken, v.Check) {
			broken = append(broken, v.Check)
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if done.Cases != 3 && !slices.Contains(broken, "cases") {
		t.Errorf("%d cases were looked at, want 3", done.Cases)
	}
	return broken
}

// Each check of Verify is shown red by damaging one row, and green before.
func TestVerifySeesDamage(t *testing.T) {
	for _, damage := range []struct{ name, check, sql string }{
		{name: "nothing"},
		{"an event is gone", "journal", `DELETE FROM journal WHERE seq = 2`},
		{"the last events are gone", "journal", `DELETE FROM journal WHERE seq > 5`},
		{"time goes back", "journal", `UPDATE journal SET at = at - 60000 WHERE seq = 4`},
		{"an unknown event", "journal", `UPDATE journal SET type = 'case.lost' WHERE seq = 4`},
		{"an opening that says something else", "statistics", `UPDATE journal SET type = 'case.updated' WHERE seq = (SELECT min(key) FROM cases)`},
		{"a case is gone", "cases", `DELETE FROM cases WHERE key = (SELECT min(key) FROM cases)`},
		{"a number changed", "cases", `UPDATE cases SET number = '39-2026-000099' WHERE key = (SELECT min(key) FROM cases)`},
		{"a status that is not derived", "status", `UPDATE cases SET status = 'found' WHERE status = 'assigned'`},
		{"an application is gone", "applications", `DELETE FROM application WHERE id = 'a'`},
		{"an application's identity", "applications", `UPDATE application SET identity = zeroblob(16) WHERE id = 'a'`},
		{"an assignment went on without an event", "assignments", `UPDATE assignment SET status = 'en_route' WHERE status = 'accepted'`},
		{"an assignment is gone", "assignments", `DELETE FROM assignment WHERE status = 'accepted'`},
		{"a slot without need", "slots", `UPDATE assignment SET slot = 0 WHERE status = 'accepted'`},
		{"a slot above capacity", "capacity", `UPDATE assignment SET slot = 9 WHERE status = 'accepted'`},
		{"a slot taken twice", "slots", `DROP INDEX assignment_slot; UPDATE assignment SET slot = 1, team_key = 1 WHERE slot > 0`},
		{"a team twice on a case", "assignments", `DROP INDEX assignment_live; INSERT INTO assignment SELECT case_key, n + 1, team_key, round, status,
			0, distance_m, position_at, rings, by_hand, created, slot_changed, changed, offered_at, answer_by, answered_at, eta_at,
			en_route_at, on_scene_at, standing_down_at, acknowledged_at, finished_at, people, people_returned, words, detail FROM assignment
			WHERE status = 'accepted'`},
		{"a skill that nobody needs", "assignments", `UPDATE assignment SET detail = '{"skills":["dog"]}' WHERE status = 'accepted'`},
		{"a team off duty without an event", "teams", `UPDATE team SET standing = '{"off_duty":true}' WHERE id = 'dos'`},
		{"an outcome that nobody told", "outcomes", `UPDATE subject SET outcome = 'deceased', outcome_at = 0 WHERE outcome IS NULL`},
		{"an outcome forgotten", "outcomes", `UPDATE subject SET outcome = NULL WHERE outcome = 'found'`},
		{"a personal row is gone", "personal", `UPDATE personal SET data = '{}'`},
		{"a member is gone", "rosters", `DELETE FROM member`},
		{"a member came home without an event", "rosters", `UPDATE member SET answer = 'home'`},
		{"a member of no assignment", "rosters", `UPDATE member SET assignment = 9`},
		{"a member twice", "rosters", `INSERT INTO member SELECT case_key, n + 1, assignment, id, name, phone, minor, answer, eta_at, seats,
			answered_at, coming_at, arrived_at, home_at, served_ms, changed FROM member`},
		{"a minor on a search", "rosters", `UPDATE member SET minor = 1`},
		{"a member out since never", "rosters", `UPDATE member SET coming_at = NULL`},
		{"another team leads", "lead", `UPDATE cases SET lead_team = 'other' WHERE status = 'assigned'`},
		{"another owner", "owner", `UPDATE cases SET detail = json_set(coalesce(detail, '{}'), '$.owner', 'k-9') WHERE status = 'assigned'`},
		{"a team proposed without an event", "queue", `UPDATE cases SET detail = json_set(coalesce(detail, '{}'), '$.proposals', json('[{"team":1,"team_id":"dos"}]')) WHERE status = 'assigned'`},
		{"first in the queue without an event", "queue", `UPDATE cases SET detail = json_set(coalesce(detail, '{}'), '$.first_in_queue', json('true')) WHERE status = 'assigned'`},
		{"a missed check-in without an event", "check-ins",
			`UPDATE assignment SET detail = json_set(coalesce(detail, '{}'), '$.check_in_missed_at', '2026-11-21T10:00:00Z') WHERE status = 'accepted'`},
		{"people missing without an event", "check-ins",
			`UPDATE assignment SET detail = json_set(coalesce(detail, '{}'), '$.people_missing_at', '2026-11-21T10:00:00Z') WHERE status = 'accepted'`},
		{"a check-in of who is home", "check-ins",
			`UPDATE assignment SET detail = json_set(coalesce(detail, '{}'), '$.check_in_by', '2026-11-21T10:00:00Z'), status = 'released' WHERE status = 'accepted'`},
		{"a row of the statistics", "statistics", `DELETE FROM statistics WHERE case_key = (SELECT min(key) FROM cases)`},
		{"a signed month", "signed", `UPDATE signed_month SET opened = 4, still = 3`},
		{"the statistics read ahead", "cursors", `UPDATE cursor SET value = 1000 WHERE name = 'statistics'`},
		{"a row changed without an event", "cases", `UPDATE cases SET changed = 1000 WHERE key = (SELECT min(key) FROM cases)`},
	} {
		t.Run(damage.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "izdeu.db")
			smallWorld(t, path)
			if damage.check == "" {
				if broken := verified(t, path); len(broken) > 0 {
					t.Fatalf("undamaged data breaks %v", broken)
				}
				return
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), damage.sql); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if broken := verified(t, path); !slices.Contains(broken, damage.check) {
				t.Errorf("the damage breaks %v, want %s among them", broken, damage.check)
			}
		})
	}
}
