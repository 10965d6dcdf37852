package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"
)

// walk is one case on its way, with everything that shows it.
type walk struct {
	*program
	id     string
	steps  int
	live   *liveClient
	events *topicReader
}

// figures are those of the statistics.
type figures struct {
	Found, Missing, Deceased, Closed, Open int
}

// startWalk starts a server with one team and one case that is offered to it.
func startWalk(t *testing.T) *walk {
	t.Helper()
	p := startProgram(t, t.TempDir())
	p.send(p.topics().Teams, strings.Replace(sampleTeam, `"capacity":1`, `"capacity":3`, 1))
	w := &walk{program: p, live: p.live(testAdminKey), events: p.readTopic(p.topics().Events)}
	p.eventually("the team", func() error {
		status, body := p.get(testAdminKey, "/api/v1/teams")
		if status != http.StatusOK || !strings.Contains(string(body), "region-10-lisakovsk") {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	p.send(p.topics().Applications, sampleApplication)
	w.id = p.caseOf("102-kostanay", "102-2026-0417").ID
	return w
}

// command gives a command by HTTP and wants it done.
func (w *walk) command(fields string) {
	w.t.Helper()
	if status, body := w.try(fields); status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", fields, status, body)
	}
}

func (w *walk) try(fields string) (int, []byte) {
	w.t.Helper()
	w.steps++
	body := fmt.Sprintf(`{"command_id":"walk-%s-%d",%s}`, w.id, w.steps, fields)
	status, _, answer := w.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+w.id+"/commands", body)
	return status, answer
}

func (w *walk) team(commandType string) {
	w.t.Helper()
	w.command(fmt.Sprintf(`"type":%q,"team_id":"region-10-lisakovsk"`, commandType))
}

// toScene takes the team from the offer to the scene.
func (w *walk) toScene() {
	w.t.Helper()
	w.team("assignment.accept")
	w.agree("assigned", "", figures{Open: 1})
	w.team("assignment.en_route")
	w.team("assignment.on_scene")
	w.agree("searching", "", figures{Open: 1})
}

// agree waits until the API, the board by HTTP and by live frames, the
// statistics and the published events say the same of the case.
func (w *walk) agree(status, outcome string, want figures) {
	w.t.Helper()
	check := func(c caseView) error {
		if c.Status != status || len(c.Subjects) != 1 || c.Subjects[0].Outcome != outcome {
			return fmt.Errorf("%s with %+v, want %s with outcome %q", c.Status, c.Subjects, status, outcome)
		}
		return nil
	}
	w.eventually("everything agrees on "+status, func() error {
		var c caseView
		if err := w.read200("/api/v1/cases/"+w.id, &c); err != nil {
			return err
		}
		if err := check(c); err != nil {
			return fmt.Errorf("the case: %w", err)
		}
		var board struct {
			Position string     `json:"position"`
			Cases    []caseView `json:"cases"`
		}
		if err := w.read200("/api/v1/board", &board); err != nil {
			return err
		}
		if len(board.Cases) != 1 {
			return fmt.Errorf("the board shows %d cases", len(board.Cases))
		}
		if err := check(board.Cases[0]); err != nil {
			return fmt.Errorf("the board: %w", err)
		}
		live, err := w.live.cases()
		if err != nil {
			return err
		}
		if err := check(live[w.id]); err != nil {
			return fmt.Errorf("the live frames: %w", err)
		}
		var statistics struct {
			Position string  `json:"position"`
			Totals   figures `json:"totals"`
			Checks   []struct {
				Name  string `json:"name"`
				Holds bool   `json:"holds"`
			} `json:"checks"`
		}
		if err := w.read200("/api/v1/statistics", &statistics); err != nil {
			return err
		}
		if statistics.Totals != want {
			return fmt.Errorf("the statistics: %+v, want %+v", statistics.Totals, want)
		}
		for _, one := range statistics.Checks {
			if !one.Holds {
				return fmt.Errorf("the statistics do not add up: %s", one.Name)
			}
		}
		folded, err := fold(w.events.all(), w.id)
		if err != nil {
			return err
		}
		if folded.status != status || folded.outcome != outcome {
			return fmt.Errorf("the events: %+v, want %s with outcome %q", folded, status, outcome)
		}
		if at := fmt.Sprintf(".%d", folded.sequence); !strings.HasSuffix(statistics.Position, at) || !strings.HasSuffix(board.Position, at) {
			return fmt.Errorf("positions: statistics %s, board %s, events %d", statistics.Position, board.Position, folded.sequence)
		}
		return nil
	})
}

// folded is what the published events alone say of a case.
type folded struct {
	sequence        int64
	status, outcome string
}

func fold(messages []kafka.Message, caseID string) (folded, error) {
	var f folded
	for _, message := range messages {
		headers := map[string]string{}
		for _, header := range message.Headers {
			headers[header.Key] = string(header.Value)
		}
		_, digits, _ := strings.Cut(headers["ce_id"], ".")
		sequence, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return f, fmt.Errorf("an event with the id %q", headers["ce_id"])
		}
		if sequence <= f.sequence {
			continue // a repeat
		}
		if sequence != f.sequence+1 {
			return f, fmt.Errorf("event %d follows %d", sequence, f.sequence)
		}
		f.sequence = sequence
		if headers["ce_subject"] != caseID {
			continue
		}
		var data struct {
			Status  string `json:"status"`
			Outcome string `json:"outcome"`
		}
		if err := json.Unmarshal(message.Value, &data); err != nil {
			return f, err
		}
		if data.Status != "" {
			f.status = data.Status
		}
		switch headers["ce_type"] {
		case "kz.izdeu.case.outcome.v1":
			f.outcome = data.Outcome
		case "kz.izdeu.case.reopened.v1":
			f.outcome = ""
		}
	}
	if f.sequence == 0 {
		return f, errors.New("no events are published")
	}
	return f, nil
}

func TestWalkFound(t *testing.T) {
	t.Parallel()
	w := startWalk(t)
	w.agree("waiting", "", figures{Open: 1})
	w.toScene()
	w.command(`"type":"case.outcome","outcome":"found","condition":"well","found_by":"team"`)
	w.agree("found", "found", figures{Found: 1})
	w.team("assignment.stand_down_ack")
	w.team("assignment.returned")
	w.agree("found", "found", figures{Found: 1})
	if status, body := w.try(`"type":"case.outcome","outcome":"missing"`); status != http.StatusConflict || problemOf(body) != "outcome-set" {
		t.Errorf("another outcome after found: %d %s, want 409 outcome-set", status, body)
	}
	w.stop()
}

func TestWalkMissingReopenedFound(t *testing.T) {
	t.Parallel()
	w := startWalk(t)
	w.toScene()
	w.command(`"type":"case.outcome","outcome":"missing"`)
	w.agree("missing", "missing", figures{Missing: 1})
	w.team("assignment.returned")
	w.command(`"type":"case.reopen"`)
	w.agree("waiting", "", figures{Open: 1})
	w.toScene()
	w.command(`"type":"case.outcome","outcome":"found","condition":"injured","found_by":"public"`)
	w.agree("found", "found", figures{Found: 1})
	w.stop()
}

func TestWalkDeceasedUntoldThenTold(t *testing.T) {
	t.Parallel()
	w := startWalk(t)
	w.toScene()
	w.command(`"type":"case.outcome","outcome":"found","condition":"no_signs_of_life","found_by":"team"`)
	w.agree("ended", "", figures{Open: 1})
	if status, body := w.try(`"type":"case.family_told","told_by":"…","role":"police"`); status != http.StatusConflict || problemOf(body) != "outcome-not-confirmed" {
		t.Errorf("family told before the death is confirmed: %d %s, want 409 outcome-not-confirmed", status, body)
	}
	w.command(`"type":"case.outcome","outcome":"deceased","confirmed_by":"police","identity":"confirmed"`)
	w.agree("ended", "", figures{Open: 1})
	w.team("assignment.returned")
	w.command(`"type":"case.family_told","told_by":"…","role":"police"`)
	w.agree("deceased", "deceased", figures{Deceased: 1})
	w.stop()
}

// TestRestartShowsTheSame stops the server in the middle of a walk.
func TestRestartShowsTheSame(t *testing.T) {
	t.Parallel()
	w := startWalk(t)
	w.toScene()
	_, before := w.get(testAdminKey, "/api/v1/cases/"+w.id)
	_, timeline := w.get(testAdminKey, "/api/v1/cases/"+w.id+"/timeline")
	w.stop()
	p := startProgram(t, w.data)
	for path, want := range map[string][]byte{"": before, "/timeline": timeline} {
		if _, got := p.get(testAdminKey, "/api/v1/cases/"+w.id+path); string(got) != string(want) {
			t.Errorf("after a restart %s is\n%s\nand was\n%s", path, got, want)
		}
	}
	w.program = p
	w.live = p.live(testAdminKey)
	w.events = p.readTopic(p.topics().Events)
	w.command(`"type":"case.outcome","outcome":"found","condition":"well"`)
	w.agree("found", "found", figures{Found: 1})
	p.stop()
}
