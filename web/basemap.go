package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/izdeu/izdeu/geo"
)

// Basemap says which map lies under the board; the zero value is the one in the
// program. Make others with ParseBasemap.
type Basemap struct {
	Kind        string `json:"kind" enum:"builtin,pmtiles,raster,vector"`
	URL         string `json:"url,omitempty" doc:"Of the PMTiles file here, of raster tiles with {z}, {x} and {y}, or of the style of vector tiles"`
	Attribution string `json:"attribution,omitempty" doc:"To be shown on the map"`

	file   string // of pmtiles
	origin string // of raster and vector: what the page may ask besides this server
}

// Kinds of base maps.
const (
	BasemapBuiltin = "builtin"
	BasemapPMTiles = "pmtiles"
	BasemapRaster  = "raster"
	BasemapVector  = "vector"
)

// basemapPath is where a PMTiles file is served.
const basemapPath = "/basemap.pmtiles"

// ParseBasemap reads builtin, pmtiles:FILE, raster:URL-TEMPLATE or
// vector:STYLE-URL. Other maps than builtin need an attribution: their licences
// ask for it.
func ParseBasemap(value, attribution string) (Basemap, error) {
	kind, source, _ := strings.Cut(value, ":")
	if kind == "" || kind == BasemapBuiltin {
		if source != "" {
			return Basemap{}, errors.New("builtin takes nothing after it")
		}
		return Basemap{Kind: BasemapBuiltin}, nil
	}
	if source == "" || kind != BasemapPMTiles && kind != BasemapRaster && kind != BasemapVector {
		return Basemap{}, errors.New("give builtin, pmtiles:FILE, raster:URL-TEMPLATE or vector:STYLE-URL")
	}
	if strings.TrimSpace(attribution) == "" {
		return Basemap{}, errors.New("say whose map it is with --basemap-attribution, as its licence asks")
	}
	b := Basemap{Kind: kind, URL: source, Attribution: strings.TrimSpace(attribution)}
	if kind == BasemapPMTiles {
		b.URL, b.file = basemapPath, source
		return b, checkPMTiles(source)
	}
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, "{};,' ") || u.User != nil {
		return Basemap{}, fmt.Errorf("%s: give an address such as https://tiles.example.org/… on one host, without a name or password in it", kind)
	}
	if kind == BasemapRaster {
		for _, part := range []string{"{z}", "{x}", "{y}"} {
			if !strings.Contains(source, part) && (part != "{y}" || !strings.Contains(source, "{-y}")) {
				return Basemap{}, errors.New("raster: the address has no " + part)
			}
		}
	}
	b.origin = u.Scheme + "://" + u.Host
	return b, nil
}

// checkPMTiles looks at the first bytes: https://github.com/protomaps/PMTiles.
func checkPMTiles(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("pmtiles: %w", err)
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, 8)
	if _, err := io.ReadFull(file, head); err != nil || string(head) != "PMTiles\x03" {
		return errors.New("pmtiles: the file is no PMTiles archive of version 3")
	}
	return nil
}

// policy is the content policy with the one origin that the base map needs.
func (b Basemap) policy() string {
	if b.origin == "" {
		return contentPolicy
	}
	// Raster tiles are images; a style is fetched, with its tiles, signs and letters.
	policy := strings.Replace(contentPolicy, "img-src 'self'", "img-src 'self' "+b.origin, 1)
	if b.Kind == BasemapVector {
		policy = strings.Replace(policy, "connect-src 'self'", "connect-src 'self' "+b.origin, 1)
	}
	return policy
}

// registerMap adds what the map is made of: its tiles and its rings.
func (s *Server) registerMap(mux *http.ServeMux) {
	s.document(operation{id: opBasemap, method: http.MethodGet, path: basemapPath, tag: "program",
		summary: "The PMTiles file of the base map", about: "Read in ranges; 404 unless --basemap names one.", answers: map[int]any{200: nil, 206: nil}})
	mux.HandleFunc("GET "+basemapPath, s.guarded(opBasemap, s.serveBasemap))
	register(s, operation{id: opRings, method: http.MethodGet, path: apiRoot + "/rings", tag: "program",
		summary: "How far from the last known point people of a category were found",
		about:   "Published figures of other countries, or the installation's own table; without rows when it is switched off.",
		answers: map[int]any{200: geo.RingTable{}}},
		func(context.Context, *struct{}) (*answer, error) {
			table := geo.RingTable{Rows: []geo.RingRow{}}
			if s.config.Rings != nil {
				table = *s.config.Rings
			}
			return answerJSON(http.StatusOK, table)
		})
}

func (s *Server) serveBasemap(w http.ResponseWriter, r *http.Request) {
	if s.config.Basemap.file == "" {
		problem(http.StatusNotFound, codeNotFound, "The base map of this installation is not a PMTiles file.").write(w)
		return
	}
	file, err := os.Open(s.config.Basemap.file)
	if err != nil {
		s.log.Error("web: the base map cannot be read", "error", err)
		problem(http.StatusNotFound, codeNotFound, "The file of the base map cannot be read.").write(w)
		return
	}
	defer func() { _ = file.Close() }()
	about, err := file.Stat()
	if err != nil {
		problem(http.StatusNotFound, codeNotFound, "The file of the base map cannot be read.").write(w)
		return
	}
	header := w.Header()
	header.Set("Content-Type", octets)
	// Its parts are compressed one by one; a proxy must not pack the whole.
	header.Set("Cache-Control", "private, max-age=3600, no-transform")
	header.Set("ETag", `"`+strconv.FormatInt(about.Size(), 36)+"-"+strconv.FormatInt(about.ModTime().UnixNano(), 36)+`"`)
	http.ServeContent(w, r, "", about.ModTime(), file)
}
