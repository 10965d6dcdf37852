package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// takes says that the asker reads this content coding. Browsers name brotli
// over TLS and to their own machine only.
func takes(r *http.Request, coding string) bool {
	for _, one := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, weighted := strings.Cut(one, ";")
		if strings.TrimSpace(name) == coding {
			quality, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return !weighted || err == nil && quality > 0
		}
	}
	return false
}

// packingWriter packs an answer of JSON for who takes gzip. Answers are written
// at once, so the first write says whether packing is worth it.
type packingWriter struct {
	http.ResponseWriter
	status  int
	decided bool
	packer  *gzip.Writer
}

// packing packs the answers of the API: over a phone's line they come several
// times as fast.
func packing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == livePath || !strings.HasPrefix(r.URL.Path, apiRoot+"/") || !takes(r, "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		p := &packingWriter{ResponseWriter: w}
		next.ServeHTTP(p, r)
		p.end()
	})
}

func (p *packingWriter) WriteHeader(status int) { p.status = status }

func (p *packingWriter) Write(b []byte) (int, error) {
	if !p.decided {
		p.decided = true
		header := p.Header()
		kind := header.Get("Content-Type")
		if len(b) >= smallestGzip && strings.Contains(kind, "json") && header.Get("Content-Encoding") == "" {
			header.Set("Content-Encoding", "gzip")
			header.Add("Vary", "Accept-Encoding")
			header.Del("Content-Length")
			p.packer, _ = packers.Get().(*gzip.Writer)
			p.packer.Reset(p.ResponseWriter)
		}
		if p.status > 0 {
			p.ResponseWriter.WriteHeader(p.status)
		}
	}
	if p.packer != nil {
		return p.packer.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// end finishes what was packed, and sends the head of an answer without a body.
func (p *packingWriter) end() {
	switch {
	case p.packer != nil:
		_ = p.packer.Close() // the client may be gone
		packers.Put(p.packer)
		p.packer = nil
	case !p.decided && p.status > 0:
		p.ResponseWriter.WriteHeader(p.status)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packingWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
