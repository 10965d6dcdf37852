package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// missingPerson is an application of a filer about somebody missing at Kostanay.
func missingPerson(system, id, name string, age int, more string) string {
	return fmt.Sprintf(`{"id":%q,"kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","source":{"system":%q},`+
		`"reporter":{"name":"filer-%[1]s","phone":"+7 701 %[1]s"},"location":{"type":"Point","coordinates":[63.62,53.21]},`+
		`"subjects":[{"id":"s1","name":%[3]q,"sex":"female","age":%[4]d}%[5]s]}`, id, system, name, age, more)
}

// TestOnePersonFiledTwice, against the running program: two filings of one
// person in two spellings join, a namesake of another age and siblings do not,
// a wrong join is undone, and no filer sees what another one said.
func TestOnePersonFiledTwice(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	out, errs, code := runOnce(t, "", "key", "--data", p.data, "add", "--name", "112", "--role", "service", "--system", "112")
	if code != exitDone {
		t.Fatalf("key add: %d %s", code, errs)
	}
	service := strings.TrimSpace(out)
	p.eventually("the key", func() error {
		if status, body := p.get(service, "/api/v1/session"); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	events := p.readTopic(p.topics().Events)
	commands := 0
	file := func(system, id, name string, age int, more string) caseView {
		t.Helper()
		p.send(p.topics().Applications, missingPerson(system, id, name, age, more))
		return p.caseOf(system, id)
	}
	figures := func(cases, applications, subjects int) {
		t.Helper()
		p.eventually("the figures", func() error {
			var report struct {
				Totals struct{ Cases, Applications, Subjects, Open int }
				Checks []struct{ Holds bool }
			}
			if err := p.read200("/api/v1/statistics?group_by=region", &report); err != nil {
				return err
			}
			if got := report.Totals; got.Cases != cases || got.Applications != applications || got.Subjects != subjects || got.Open != subjects {
				return fmt.Errorf("%+v, want %d cases, %d applications, %d subjects", got, cases, applications, subjects)
			}
			for _, check := range report.Checks {
				if !check.Holds {
					return fmt.Errorf("the figures do not add up: %+v", report)
				}
			}
			return nil
		})
	}
	command := func(id, fields string) {
		t.Helper()
		commands++
		body := fmt.Sprintf(`{"command_id":"joins-%d",%s}`, commands, fields)
		if status, _, answer := p.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+id+"/commands", body); status != http.StatusOK {
			t.Fatalf("%s: %d %s", fields, status, answer)
		}
	}

	kazakh := file("102", "kk", "Ахметова Айгүл", 14, "")
	russian := file("112", "ru", "Айгуль Ахметова", 14, "")
	if kazakh.ID != russian.ID || len(russian.Subjects) != 1 || len(russian.Applications) != 2 {
		t.Fatalf("the two spellings are %+v and %+v", kazakh, russian)
	}
	namesake := file("112", "older", "Айгуль Ахметова", 41, "")
	siblings := file("112", "siblings", "Ким Алина", 9, `,{"id":"s2","name":"Ким Артур","sex":"male","age":7}`)
	brother := file("102", "brother", "Ким Амир", 9, "")
	ids := map[string]bool{kazakh.ID: true, namesake.ID: true, siblings.ID: true, brother.ID: true}
	if len(ids) != 4 || len(siblings.Subjects) != 2 {
		t.Fatalf("%d cases, the siblings are %d", len(ids), len(siblings.Subjects))
	}
	figures(4, 5, 5)

	// The second filer follows its application, and sees nothing of the first.
	status, body := p.get(service, "/api/v1/applications/112/ru")
	if status != http.StatusOK || !strings.Contains(string(body), kazakh.ID) {
		t.Errorf("the filer's own application: %d %s", status, body)
	}
	for _, path := range []string{"/api/v1/cases/" + kazakh.ID, "/api/v1/cases?q=filer-kk", "/api/v1/cases/" + kazakh.ID + "/timeline", "/api/v1/applications/102/kk", "/api/v1/board"} {
		if _, body := p.get(service, path); strings.Contains(string(body), "filer-kk") || strings.Contains(string(body), "Айгүл") || strings.Contains(string(body), `"102"`) {
			t.Errorf("%s tells what another filer said: %s", path, body)
		}
	}

	// It was wrong: the second one is a case again, exactly as it was filed.
	command(kazakh.ID, `"type":"case.split","application_ids":[{"system":"112","id":"ru"}]`)
	again := p.caseOf("112", "ru")
	if again.ID == kazakh.ID || len(again.Applications) != 1 || len(again.Subjects) != 1 {
		t.Fatalf("after the split: %+v", again)
	}
	if _, body := p.get(service, "/api/v1/cases/"+again.ID); !strings.Contains(string(body), "Айгуль Ахметова") || !strings.Contains(string(body), "filer-ru") {
		t.Errorf("it is not as it was filed: %s", body)
	}
	figures(5, 5, 6)
	// It was right after all; and then it was not.
	command(again.ID, fmt.Sprintf(`"type":"case.merge","into":%q`, kazakh.ID))
	if merged := p.caseOf("112", "ru"); merged.ID != kazakh.ID || len(merged.Subjects) != 1 {
		t.Fatalf("after the merge: %+v", merged)
	}
	figures(4, 5, 5)
	command(again.ID, `"type":"case.split"`)
	if back := p.caseOf("112", "ru"); back.ID != again.ID {
		t.Errorf("the case did not come back: %+v", back)
	}
	figures(5, 5, 6)

	var told []string
	p.eventually("the events", func() error {
		told = nil
		for _, message := range events.all() {
			var event struct{ Type string }
			if err := json.Unmarshal(message.Value, &event); err == nil && strings.Contains(string(message.Value), "Айг") {
				t.Fatalf("an event tells a name: %s", message.Value)
			}
			for _, header := range message.Headers {
				if header.Key == "ce_type" {
					told = append(told, string(header.Value))
				}
			}
		}
		for _, want := range []string{"case.joined", "case.split", "case.merged"} {
			if !strings.Contains(strings.Join(told, " "), want) {
				return fmt.Errorf("%s is not among %v", want, told)
			}
		}
		return nil
	})
	if out, _, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: %d %s", code, out)
	}
}
