package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestErasure: an administrator erases the photos and tracks of a case that is
// over; the log says who, and the case stays.
func TestErasure(t *testing.T) {
	w, a, _ := kostanay(t)
	w.done("admin", a, `{"type":"assignment.accept","command_id":"e1","team_id":"dos"}`)
	w.done("admin", a, `{"type":"case.point","command_id":"e2","point":"clue","location":{"type":"Point","coordinates":[63.6,53.2]},"photo":"photo-1"}`)
	photo := "/api/v1/cases/" + a + "/photos/photo-1"
	header := http.Header{"Authorization": {"Bearer " + w.keys["admin"]}, "Content-Type": {"image/jpeg"}}
	if r := w.send("PUT", photo, string(jpegOf(t, 40, 30)), header); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	erase := func(what string, want int) reply {
		t.Helper()
		r := w.do("admin", "DELETE", "/api/v1/cases/"+a+"/"+what, "")
		if r.status != want {
			t.Fatalf("%s: %d %s", what, r.status, r.body)
		}
		return r
	}
	if r := erase("photos", http.StatusConflict); r.code() != "case-open" {
		t.Errorf("while the search goes on: %s", r.body)
	}
	erase("tracks", http.StatusConflict)
	w.done("admin", a, `{"type":"case.outcome","command_id":"e3","subject_id":"s1","outcome":"found","condition":"well","found_by":"team"}`)
	w.done("admin", a, `{"type":"assignment.returned","command_id":"e4","team_id":"dos"}`)
	if r := erase("photos", http.StatusOK); r.body != `{"erased":1}` {
		t.Errorf("%s", r.body)
	}
	erase("tracks", http.StatusOK)
	// A phone that still has it sends it again and is told that it is done.
	for range 2 {
		if r := w.get("admin", photo); r.status != http.StatusGone || r.code() != "photo-erased" {
			t.Errorf("an erased photo: %d %s", r.status, r.body)
		}
		if r := w.send("PUT", photo, string(jpegOf(t, 40, 30)), header); r.status != http.StatusNoContent {
			t.Errorf("an erased photo that is sent again: %d %s", r.status, r.body)
		}
	}
	if r := w.get("admin", "/api/v1/cases/"+a); r.status != http.StatusOK || !strings.Contains(r.body, `"status":"found"`) {
		t.Errorf("the case: %d %s", r.status, r.body)
	}
	if log := w.log.String(); !strings.Contains(log, "operation=erase-photos case="+a+" by=") {
		t.Error("the log does not say who erased photos")
	}
}
