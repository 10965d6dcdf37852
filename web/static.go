package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// contentPolicy fits the board: everything from here, images that the map
// draws, styles that components set.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
	"worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// smallestGzip is the size in bytes under which packing is not worth it.
const smallestGzip = 1 << 10

// staticFile is a file of the board. Its content stays where it is, in the
// program; what was packed once is kept.
type staticFile struct {
	name string
	kind string
	tag  string
	// brotli says that the build has packed it beside itself, as name.br.
	brotli bool

	pack   sync.Once
	packed []byte // by gzip; nil when packing does not pay
}

// static serves the built board. Paths that name no file are pages of the
// board, which its own program tells apart.
type static struct {
	content fs.FS
	files   map[string]*staticFile
}

func newStatic(files fs.FS) (*static, error) {
	s := &static{content: files, files: map[string]*staticFile{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		// Files come in the order of their names: the one that was packed is known.
		if whole := s.files[strings.TrimSuffix(name, brotliSuffix)]; whole != nil {
			whole.brotli = true
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		s.files[name] = &staticFile{name: name, kind: contentType(name), tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the files of the board: %w", err)
	}
	return s, nil
}

const (
	octets       = "application/octet-stream"
	brotliSuffix = ".br"
)

// contentType does not ask the machine, whose tables differ, where it matters.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".geojson":
		return "application/geo+json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return octets
}

func (f *staticFile) gzipped(files fs.FS) []byte {
	f.pack.Do(func() {
		content, err := fs.ReadFile(files, f.name)
		if err != nil || len(content) < smallestGzip || strings.HasPrefix(f.kind, "font/") || f.kind == "image/png" || f.kind == "image/webp" || f.kind == "image/jpeg" {
			return
		}
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return
		}
		if _, err := w.Write(content); err != nil || w.Close() != nil {
			return
		}
		if b.Len() < len(content)*9/10 {
			f.packed = b.Bytes()
		}
	})
	return f.packed
}

func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := s.files[strings.TrimPrefix(path.Clean(r.URL.Path), "/")]
	if file == nil {
		// A missing script must not come back as a page.
		if contentType(r.URL.Path) != octets {
			http.NotFound(w, r)
			return
		}
		if file = s.files["index.html"]; file == nil {
			http.Error(w, "The board is not part of this build of the program: build it with make. The API works.", http.StatusNotFound)
			return
		}
	}
	header := w.Header()
	header.Set("Content-Type", file.kind)
	header.Set("ETag", file.tag)
	header.Set("Vary", "Accept-Encoding")
	if strings.HasPrefix(file.name, "assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash of the content
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	name := file.name
	switch whole := r.Header.Get("Range") == ""; {
	case whole && file.brotli && takes(r, "br"):
		header.Set("Content-Encoding", "br")
		name += brotliSuffix
	case whole && takes(r, "gzip"):
		if packed := file.gzipped(s.content); packed != nil {
			header.Set("Content-Encoding", "gzip")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(packed))
			return
		}
	}
	opened, err := s.content.Open(name)
	if err != nil {
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	defer func() { _ = opened.Close() }()
	content, seeks := opened.(io.ReadSeeker)
	if !seeks {
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}
