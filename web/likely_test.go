package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/web"
)

// TestLikely: a draft is compared with the open cases that the key sees, says
// what it would come to, and leaves nothing behind.
func TestLikely(t *testing.T) {
	w := newWorld(t, nil)
	const child = `"kind":"missing_person","location":{"type":"Point","coordinates":[63.95,53.42]},"filed_at":"2026-11-26T01:00:00Z"`
	filed := func(key, id, name string) {
		if r := w.do(key, "POST", "/api/v1/applications", `{"id":"`+id+`",`+strings.Replace(child, "2026-11-26T01:00:00Z", time.Now().UTC().Format(time.RFC3339), 1)+
			`,"reporter":{"phone":"+7 701 555 01 23"},"subjects":[{"id":"s1","name":"`+name+`","age":14,"sex":"male"}]}`); r.status != http.StatusAccepted {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	find := func(key, draft string) []web.LikelyView {
		r := w.do(key, "POST", "/api/v1/applications/likely", draft)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", key, r.status, r.body)
		}
		var answered web.LikelyAnswer
		r.into(t, &answered)
		return answered.Likely
	}
	filed("service", "a", "Нұрлан Ахметов")
	draft := `{` + strings.Replace(child, "2026-11-26T01:00:00Z", time.Now().UTC().Format(time.RFC3339), 1) + `,"subjects":[{"name":"Nurlan Akhmetov","age":14}]}`
	w.until("the case is found", func() bool { return len(find("service", draft)) == 1 })
	if one := find("coordinator", draft)[0]; !one.Certain || one.Number == "" || strings.Join(one.Reasons, " ") != "same_name same_age near" {
		t.Errorf("%+v", one)
	}
	// A wrong age in the draft is left out; a name alone is likely, and no more.
	if found := find("service", strings.Replace(draft, `"age":14`, `"age":"x"`, 1)); len(found) != 1 || found[0].Certain {
		t.Errorf("%+v", found)
	}
	for _, key := range []string{"other service", "other coordinator", "team"} {
		if found := find(key, draft); len(found) > 0 {
			t.Errorf("%s sees a case that is not its own: %+v", key, found)
		}
	}
	// Cases that come later are compared too.
	filed("service", "b", "Айгерим Сапарова")
	w.until("the second case is found", func() bool {
		return len(find("service", strings.Replace(draft, "Nurlan Akhmetov", "Айгерим Сапарова", 1))) == 1
	})
	if r := w.do("service", "POST", "/api/v1/applications/likely", `{"reporter":{"phone":"secretmarker"}}`); r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "secretmarker") {
		t.Errorf("%d %s", r.status, r.body)
	}
	var cases web.CasesAnswer
	w.get("admin", "/api/v1/cases").into(t, &cases)
	if len(cases.Cases) != 2 {
		t.Errorf("%d cases: a draft was filed", len(cases.Cases))
	}
}

// TestDraftsAreLimited: comparing drafts leaves the processor to what is filed.
func TestDraftsAreLimited(t *testing.T) {
	w := newWorld(t, nil)
	for range 500 {
		if r := w.do("service", "POST", "/api/v1/applications/likely", `{"kind":"emergency"}`); r.status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("500 drafts at once were compared")
}

// TestSameAs: a filer attaches an application to a case by choice, and to none
// that the key does not see.
func TestSameAs(t *testing.T) {
	w := newWorld(t, nil)
	at := time.Now().UTC().Format(time.RFC3339)
	file := func(key, id, age, same string) (caseID string) {
		t.Helper()
		body := fmt.Sprintf(`{"id":%q,"kind":"missing_person","filed_at":%q,"location":{"type":"Point","coordinates":[63.62,53.21]},"same_as":%q,
			"subjects":[{"name":"Нұрлан Ахметов","sex":"male","age":%s}]}`, id, at, same, age)
		w.until("it is a case", func() bool {
			var filed web.FiledAnswer
			r := w.do(key, "POST", "/api/v1/applications", body)
			if r.status != http.StatusAccepted {
				t.Fatalf("%d %s", r.status, r.body)
			}
			r.into(t, &filed)
			caseID = filed.CaseID
			return caseID != ""
		})
		return caseID
	}
	first := file("other service", "a", "14", "")
	if got := file("service", "b", "15", first); got == first {
		t.Error("a service got into a case of another one by naming it")
	}
	if got := file("other service", "c", "15", first); got != first {
		t.Error("the choice of the filer was not followed")
	}
	if r := w.do("service", "POST", "/api/v1/applications", `{"id":"d","same_as":7}`); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a choice that is no id: %d", r.status)
	}
	if r := w.do("service", "POST", "/api/v1/applications", `{"id":"d","same_as":"a b"}`); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "/same_as") {
		t.Errorf("a choice of another form is not named: %d %s", r.status, r.body)
	}
}
