package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/web"
)

const emergency = `{"id":%q,"kind":"emergency","incident":"ice","filed_at":"2026-01-03T10:00:00Z","location":{"type":"Point","coordinates":[63.6,53.2]}}`

// A dead letter raises an alarm with who may see it, and can be replayed.
func TestDeadLetters(t *testing.T) {
	w := newWorld(t, nil)
	l, other := w.live("coordinator", ""), w.live("observer", "")
	l.next()
	other.next()
	secret := "Secretmarker"
	must(t, w.producer.Produce(context.Background(), w.topics.Applications, kafka.Message{Key: []byte("k"), Value: []byte(secret)}))
	for f := l.next(); f.DeadLetters == nil || *f.DeadLetters != 1; f = l.next() {
	}
	var answered web.DeadLettersAnswer
	r := w.get("coordinator", "/api/v1/dead-letters?open=true")
	r.into(t, &answered)
	if len(answered.DeadLetters) != 1 || answered.DeadLetters[0].Topic != w.topics.Applications || answered.DeadLetters[0].Reason == "" || strings.Contains(r.body, secret) {
		t.Fatalf("%s", r.body)
	}
	id := answered.DeadLetters[0].ID
	if r := w.do("coordinator", "POST", fmt.Sprintf("/api/v1/dead-letters/%d/replay", id), ""); r.status != http.StatusAccepted || strings.Contains(r.body, secret) {
		t.Errorf("replaying: %d %s", r.status, r.body)
	}
	if strings.Contains(other.raw.String(), "dead_letters") {
		t.Error("an observer is told about dead letters")
	}
}

// A letter is read, filed by hand once, or set aside by those who may.
func TestDeadLettersAreDealtWithByHand(t *testing.T) {
	w := newWorld(t, nil)
	l := w.live("coordinator", "")
	l.next()
	waiting := func(n int) {
		t.Helper()
		for f := l.next(); f.DeadLetters == nil || *f.DeadLetters != n; f = l.next() {
		}
	}
	secret := "Secretmarker\xff\x00, 8 лет"
	for _, topic := range []string{w.topics.Applications, w.topics.Commands} {
		must(t, w.producer.Produce(context.Background(), topic, kafka.Message{Key: []byte("k"), Value: []byte(secret)}))
	}
	waiting(2)
	ids := map[string]int64{}
	var listed web.DeadLettersAnswer
	w.get("coordinator", "/api/v1/dead-letters?open=true").into(t, &listed)
	for _, letter := range listed.DeadLetters {
		ids[letter.Topic] = letter.ID
	}
	path := func(topic, rest string) string { return fmt.Sprintf("/api/v1/dead-letters/%d%s", ids[topic], rest) }
	var content web.DeadLetterContent
	w.get("coordinator", path(w.topics.Applications, "")).into(t, &content)
	if content.Value != "Secretmarker\uFFFD\uFFFD, 8 лет" || content.Key != "k" || content.Bytes != len(secret) || content.Reason == "" {
		t.Errorf("%+v", content)
	}
	// A command may be about what a family does not know yet.
	for _, rest := range []string{"", "/file", "/set-aside"} {
		method := map[string]string{"": "GET"}[rest]
		if method == "" {
			method = "POST"
		}
		if r := w.do("coordinator", method, path(w.topics.Commands, rest), fmt.Sprintf(emergency, "no")); r.status != http.StatusForbidden || strings.Contains(r.body, "Secret") {
			t.Errorf("%s of a command by a region's coordinator: %d %s", rest, r.status, r.body)
		}
	}
	if r := w.do("coordinator", "POST", path(w.topics.Applications, "/file"), `{"id":"x"}`); r.status != http.StatusUnprocessableEntity {
		t.Errorf("filing nonsense: %d", r.status)
	}
	r := w.do("coordinator", "POST", path(w.topics.Applications, "/file"), fmt.Sprintf(emergency, "by-hand"))
	if r.status != http.StatusAccepted || !strings.Contains(r.body, `"case_id"`) || !strings.Contains(r.body, `"system":"board"`) {
		t.Fatalf("filing by hand: %d %s", r.status, r.body)
	}
	waiting(1)
	for _, rest := range []string{"/file", "/set-aside"} {
		if r := w.do("coordinator", "POST", path(w.topics.Applications, rest), fmt.Sprintf(emergency, "twice")); r.status != http.StatusConflict {
			t.Errorf("%s of a letter that is done: %d", rest, r.status)
		}
	}
	if r := w.do("admin", "POST", path(w.topics.Commands, "/set-aside"), ""); r.status != http.StatusAccepted {
		t.Errorf("setting aside: %d %s", r.status, r.body)
	}
	waiting(0)
	w.get("admin", path(w.topics.Commands, "")).into(t, &content)
	if content.ReplayedAt == nil || content.Value == "" {
		t.Errorf("what was set aside is gone: %+v", content)
	}
}

// Applications are taken in while the database is away, with keys from memory.
func TestIntakeWorksWhileTheDatabaseIsAway(t *testing.T) {
	w, a, _ := kostanay(t)
	w.settled()
	w.closeStore()
	began := time.Now()
	r := w.do("service", "POST", "/api/v1/applications", fmt.Sprintf(emergency, "while-away"))
	if r.status != http.StatusAccepted || !strings.Contains(r.body, `"id":"while-away"`) || strings.Contains(r.body, "case_id") {
		t.Errorf("filing: %d %s", r.status, r.body)
	}
	if took := time.Since(began); took > patience {
		t.Errorf("filing took %v", took)
	}
	w.until("readyz says so", func() bool { return strings.Contains(w.get("", "/readyz").body, `"database":"away"`) })
	if r := w.get("", "/readyz"); r.status != http.StatusOK || !strings.Contains(r.body, `"intake":"ok"`) {
		t.Errorf("readyz: %d %s", r.status, r.body)
	}
	if r := w.get("coordinator", "/api/v1/cases"); r.status != 503 || r.code() != "database-away" || r.header.Get("Retry-After") == "" || !strings.Contains(r.body, "+7 7142 000000") {
		t.Errorf("the list: %d %s", r.status, r.body)
	}
	// What is in memory is still shown.
	if r := w.get("coordinator", "/api/v1/board"); r.status != 200 || !strings.Contains(r.body, a) {
		t.Errorf("the board: %d", r.status)
	}
	if r := w.get("coordinator", "/api/v1/cases/"+a); r.status != 200 {
		t.Errorf("the case: %d %s", r.status, r.body)
	}
}

// A full disk and a broker that is gone are told at once, with the duty phone.
func TestIntakeThatCannotTake(t *testing.T) {
	w := newWorld(t, nil)
	w.full.Store(true)
	file := func() reply { return w.do("service", "POST", "/api/v1/applications", fmt.Sprintf(emergency, "x")) }
	if r := file(); r.status != 503 || r.code() != "disk-full" || r.header.Get("Retry-After") == "" || !strings.Contains(r.body, "+7 7142 000000") {
		t.Errorf("a full disk: %d %s", r.status, r.body)
	}
	w.until("readyz says so", func() bool {
		r := w.get("", "/readyz")
		return r.status == 503 && strings.Contains(r.body, `"intake":"disk-full"`)
	})
	w.full.Store(false)
	if r := file(); r.status != http.StatusAccepted {
		t.Errorf("with room again: %d %s", r.status, r.body)
	}
	w.closeBroker()
	if r := file(); r.status != 503 || r.code() != "intake-away" || !strings.Contains(r.body, "+7 7142 000000") {
		t.Errorf("without a broker: %d %s", r.status, r.body)
	}
	w.until("readyz says so", func() bool { return w.get("", "/readyz").status == 503 })
}

// Who hears nothing for long is told the position, and what ended a day ago
// leaves the board.
func TestQuietAndOldCases(t *testing.T) {
	w, a, b := kostanay(t)
	w.done("coordinator", a, `{"type":"case.outcome","command_id":"1","subject_id":"s1","outcome":"found","condition":"well","found_by":"self"}`)
	w.settled()
	l := w.live("admin", "")
	p := newPicture()
	l.follow(p, "both cases are there", func() bool { return len(p.cases) == 2 })
	w.clock.Store(int64(time.Minute))
	if f := l.next(); f.Type != "changes" || f.Position != p.position || len(f.Cases) != 0 {
		t.Errorf("the quiet frame is %+v", f)
	}
	w.clock.Store(int64(25 * time.Hour))
	l.follow(p, "the ended case has left", func() bool { return len(p.cases) == 1 })
	if _, kept := p.cases[b]; !kept {
		t.Error("the open case has left too")
	}
	var list web.CasesAnswer
	must(t, json.Unmarshal([]byte(w.get("admin", "/api/v1/cases").body), &list))
	if len(list.Cases) != 2 {
		t.Errorf("the list has %d cases", len(list.Cases))
	}
}
