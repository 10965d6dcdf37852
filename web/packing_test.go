package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What is long comes packed to who takes it, and says the same.
func TestAnswersComePacked(t *testing.T) {
	w, a, _ := kostanay(t)
	for path, packs := range map[string]bool{"/api/v1/cases/" + a: true, "/api/v1/board": true, "/api/v1/session": false, "/api/v1/cases/none": false} {
		plain := w.send("GET", path, "", http.Header{"Authorization": {"Bearer " + w.keys["admin"]}, "Accept-Encoding": {"identity"}})
		r := w.send("GET", path, "", http.Header{"Authorization": {"Bearer " + w.keys["admin"]}, "Accept-Encoding": {"gzip"}})
		if got := r.header.Get("Content-Encoding") == "gzip"; got != packs || r.status != plain.status {
			t.Errorf("%s: packed %v, status %d and %d", path, got, r.status, plain.status)
			continue
		}
		if !packs {
			continue
		}
		reader, err := gzip.NewReader(strings.NewReader(r.body))
		must(t, err)
		content, err := io.ReadAll(reader)
		must(t, err)
		// The board's clock goes on.
		if cut := strings.Index(plain.body, `"cases"`); path != "/api/v1/board" && string(content) != plain.body ||
			path == "/api/v1/board" && string(content)[strings.Index(string(content), `"cases"`):] != plain.body[cut:] {
			t.Errorf("%s: %s is not %s", path, content, plain.body)
		}
	}
	if r := w.send("DELETE", "/api/v1/session", "", http.Header{"Authorization": {"Bearer " + w.keys["admin"]}, "Accept-Encoding": {"gzip"}}); r.status != http.StatusNoContent {
		t.Errorf("an answer without a body: %d", r.status)
	}
}
