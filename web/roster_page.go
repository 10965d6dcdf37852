package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

//go:embed roster/page.html
var rosterHTML string

//go:embed roster/page.css
var rosterCSS string

//go:embed roster/page.js
var rosterJS string

//go:embed roster/words.json
var rosterWords string

// rosterPage is the page behind a roster's link: one file, so that a bad line
// carries it at once. It holds nothing of any case: the page asks for that.
type rosterPage struct {
	plain, packed []byte
	policy        string
}

func newRosterPage() (*rosterPage, error) {
	var words bytes.Buffer
	if err := json.Compact(&words, []byte(rosterWords)); err != nil {
		return nil, fmt.Errorf("the words of the roster's page: %w", err)
	}
	script := strings.Replace(rosterJS, "/* words */ {}", words.String(), 1)
	page := strings.NewReplacer("/* style */", rosterCSS, "/* script */", script).Replace(rosterHTML)
	p := &rosterPage{plain: []byte(page),
		policy: "default-src 'none'; script-src '" + contentHash(script) + "'; style-src '" + contentHash(rosterCSS) + "'; img-src data:; " +
			"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(p.plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	p.packed = packed.Bytes()
	return p, nil
}

func contentHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// serve answers with the page, also where the link is refused: the page says
// why in the member's language.
func (p *rosterPage) serve(w http.ResponseWriter, r *http.Request, refused *Problem) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", p.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept-Encoding")
	body := p.plain
	if takes(r, "gzip") {
		header.Set("Content-Encoding", "gzip")
		body = p.packed
	}
	if refused != nil {
		w.WriteHeader(refused.Status)
	}
	_, _ = w.Write(body) // the phone may be gone
}
