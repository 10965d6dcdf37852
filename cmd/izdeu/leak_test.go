package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The marks that must not be where nobody may read them. They stand for what
// cannot be taken back once it is told.
const (
	markPhone     = "+7 700 000 77 31"
	markName      = "Zhasyryn-Esim"
	markConfirmed = "Kuagerlik-Dariger"
	markNote      = "Mohirlengen-Zhazba"
	markPlace     = "63.777123" // the longitude of the find
)

// reader is a key of a role, with what it may see before the family is told.
type reader struct {
	name      string
	arguments []string
	key       string
	maySeal   bool // outcomes that are not told
	mayPerson bool // name and phone
	sees      bool // the case at all
}

func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	w := startWalk(t)
	readers := []*reader{
		{name: "coordinator of the region", arguments: []string{"--role", "coordinator", "--region", "KZ-39"}, maySeal: true, mayPerson: true, sees: true},
		{name: "coordinator elsewhere", arguments: []string{"--role", "coordinator", "--region", "KZ-75"}},
		{name: "the team", arguments: []string{"--role", "team", "--team", "region-10-lisakovsk"}, mayPerson: true, sees: true},
		{name: "another team", arguments: []string{"--role", "team", "--team", "bars"}},
		{name: "the filer", arguments: []string{"--role", "service", "--system", "102-kostanay"}, mayPerson: true, sees: true},
		{name: "another filer", arguments: []string{"--role", "service", "--system", "103"}},
		{name: "office of the region", arguments: []string{"--role", "office", "--region", "KZ-39"}, mayPerson: true, sees: true},
		{name: "office elsewhere", arguments: []string{"--role", "office", "--region", "KZ-75"}},
		{name: "observer", arguments: []string{"--role", "observer"}, sees: true},
	}
	for _, r := range readers {
		out, errs, code := runOnce(t, "", append([]string{"key", "--data", w.data, "add", "--name", r.name}, r.arguments...)...)
		if code != exitDone {
			t.Fatalf("key add for %s: %d %s", r.name, code, errs)
		}
		r.key = strings.TrimSpace(out)
	}
	for _, r := range readers {
		w.eventually("the key of "+r.name, func() error {
			if status, body := w.get(r.key, "/api/v1/session"); status != http.StatusOK {
				return fmt.Errorf("%d %s", status, body)
			}
			return nil
		})
	}
	// A second case with the marks, ended by a death that is not told.
	application := fmt.Sprintf(`{"id":"marked","kind":"missing_person","source":{"system":"102-kostanay","reference":"KUI 1"},
		"reporter":{"name":%q,"phone":%q},"location":{"type":"Point","coordinates":[63.62,53.21]},"place":"Kostanay",
		"subjects":[{"id":"s1","name":%q,"sex":"male","age":40}]}`, markName, markPhone, markName)
	live := map[string]*liveClient{"admin": w.live}
	for _, r := range readers {
		live[r.name] = w.program.live(r.key)
	}
	letters := w.readTopic(w.topics().DeadLetter)
	w.send(w.topics().Applications, application)
	w.id = w.caseOf("102-kostanay", "marked").ID
	w.team("assignment.accept")
	w.team("assignment.on_scene")
	w.command(`"type":"case.note","audience":"sealed","note":"` + markNote + `"`)
	w.command(`"type":"case.outcome","outcome":"found","condition":"no_signs_of_life","location":{"type":"Point","coordinates":[` + markPlace + `,53.3]},"note":"` + markNote + `"`)
	w.command(`"type":"case.outcome","outcome":"deceased","confirmed_by":"` + markConfirmed + `","identity":"confirmed","location":{"type":"Point","coordinates":[` + markPlace + `,53.3]}`)
	// A refused command, a broken message, and bad input, all with the phone in
	// them, must not bring it into a log or an answer.
	w.try(`"type":"case.outcome","outcome":"` + markPhone + `"`)
	if status, _, body := w.request(testAdminKey, http.MethodPost, "/api/v1/applications", `{"id":"bad","kind":"`+markPhone+`","reporter":{"phone":"`+markPhone+`"}}`); status < 400 || strings.Contains(string(body), markPhone) {
		t.Errorf("bad input: %d %s; want 4xx without the value", status, body)
	}
	w.send(w.topics().Positions, `{"team_id":"`+markPhone+`","position":"`+markPhone+`"}`)

	uniqueMarks := []string{markConfirmed, markNote, markPlace}
	sealedMarks := append([]string{`"outcome":"deceased"`, `"deceased":1`, "no_signs_of_life"}, uniqueMarks...)
	personMarks := []string{markPhone, markName}
	w.eventually("the end is on every board that may show it", func() error {
		for _, r := range readers {
			shown, err := live[r.name].cases()
			if err != nil {
				return err
			}
			if r.sees && shown[w.id].Status != "ended" {
				return fmt.Errorf("%s sees the case as %q", r.name, shown[w.id].Status)
			}
			if _, there := shown[w.id]; there && !r.sees {
				t.Fatalf("%s sees a case that is not theirs", r.name)
			}
		}
		return nil
	})
	for _, r := range readers {
		forbidden := []string{}
		if !r.maySeal {
			forbidden = append(forbidden, sealedMarks...)
		}
		if !r.mayPerson {
			forbidden = append(forbidden, personMarks...)
		}
		for path, answer := range w.everything(r.key) {
			if strings.HasSuffix(path, "api.json") { // the documents list every word that there is
				wantWithout(t, r.name+" at "+path, answer, slices.Concat(uniqueMarks, personMarks))
				continue
			}
			wantWithout(t, r.name+" at "+path, answer, forbidden)
		}
		frames, _ := live[r.name].all()
		if len(frames) == 0 {
			t.Errorf("%s has no live frames", r.name)
		}
		for _, frame := range frames {
			wantWithout(t, "a live frame of "+r.name, frame, forbidden)
		}
	}
	// The coordinator of the region reads the sealed row: so the marks are there.
	if _, body := w.get(readers[0].key, "/api/v1/cases/"+w.id); !strings.Contains(string(body), markConfirmed) {
		t.Errorf("the coordinator does not see the sealed outcome: %s", body)
	}
	w.searchOutside(t, letters, slices.Concat(sealedMarks, personMarks))

	// Once the family knows, everybody may.
	w.command(`"type":"case.family_told","told_by":"x","role":"police"`)
	w.eventually("the outcome is told", func() error {
		found, err := fold(w.events.all(), w.id)
		if err != nil {
			return err
		}
		if found.outcome != "deceased" {
			return fmt.Errorf("the events say %+v", found)
		}
		_, body := w.get(readers[len(readers)-1].key, "/api/v1/cases/"+w.id)
		if !strings.Contains(string(body), `"outcome":"deceased"`) {
			return fmt.Errorf("the observer sees %s", body)
		}
		return nil
	})
	w.stop()
	wantWithout(t, "the log", []byte(w.log.String()), slices.Concat(uniqueMarks, personMarks))
}

// searchOutside searches what leaves the program beside HTTP.
func (w *walk) searchOutside(t *testing.T, letters *topicReader, forbidden []string) {
	t.Helper()
	w.eventually("the events are published", func() error {
		found, err := fold(w.events.all(), w.id)
		if err != nil {
			return err
		}
		if found.status != "ended" {
			return fmt.Errorf("they say %+v", found)
		}
		return nil
	})
	messages := append(w.events.all(), letters.all()...)
	for _, message := range messages {
		text := string(message.Key) + string(message.Value)
		for _, header := range message.Headers {
			text += " " + header.Key + "=" + string(header.Value)
		}
		wantWithout(t, "a message of "+message.Topic, []byte(text), forbidden)
	}
	_, metrics := w.get(testAdminKey, "/metrics")
	wantWithout(t, "the metrics", metrics, forbidden)
	wantWithout(t, "the log", []byte(w.log.String()), forbidden)
}

// everything is every GET of the API, with search for the marks among them.
func (w *walk) everything(key string) map[string][]byte {
	paths := []string{"/api/v1/cases?limit=500", "/api/v1/cases/" + w.id, "/api/v1/cases/" + w.id + "/timeline", "/api/v1/cases/" + w.id + "/candidates",
		"/api/v1/board", "/api/v1/teams", "/api/v1/statistics", "/api/v1/statistics?group_by=region", "/api/v1/statistics?group_by=team",
		"/api/v1/applications/102-kostanay/marked", "/api/v1/dead-letters", "/api/v1/session", "/api/v1/info", "/metrics",
		"/healthz", "/readyz", "/openapi.json", "/asyncapi.json", "/api/v1/cases?status=deceased", "/api/v1/cases?region=KZ-39", "/api/v1/board?region=KZ-39"}
	for i := range w.steps {
		paths = append(paths, fmt.Sprintf("/api/v1/commands/walk-%s-%d", w.id, i+1))
	}
	for _, mark := range []string{"Zhasyryn", "Kuagerlik", "Mohirlengen", "7731"} {
		paths = append(paths, "/api/v1/cases?q="+mark)
	}
	answers := map[string][]byte{}
	for _, path := range paths {
		_, header, body := w.request(key, http.MethodGet, path, "")
		answers[path] = body
		for name, values := range header {
			answers[path] = append(answers[path], "\n"+name+": "+strings.Join(values, ",")...)
		}
	}
	return answers
}

func wantWithout(t *testing.T, where string, text []byte, forbidden []string) {
	t.Helper()
	for _, mark := range forbidden {
		if strings.Contains(string(text), mark) {
			t.Errorf("%s holds %q:\n%s", where, mark, excerpt(string(text), mark))
		}
	}
}

func excerpt(text, mark string) string {
	at := strings.Index(text, mark)
	return "…" + text[max(at-200, 0):min(at+len(mark)+100, len(text))] + "…"
}
