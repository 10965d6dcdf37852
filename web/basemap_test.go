package web_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// A PMTiles file is read in ranges, never packed, and by nobody without a key.
func TestPMTilesInRanges(t *testing.T) {
	content := append([]byte("PMTiles\x03"), bytes.Repeat([]byte("tile"), 5000)...)
	name := filepath.Join(t.TempDir(), "kz.pmtiles")
	must(t, os.WriteFile(name, content, 0o600))
	basemap, err := web.ParseBasemap("pmtiles:"+name, "© us")
	must(t, err)
	w := newWorld(t, func(c *web.Config) { c.Basemap = basemap })
	ask := func(extra http.Header) reply {
		header := http.Header{"Authorization": {"Bearer " + w.keys["observer"]}, "Accept-Encoding": {"gzip, br"}}
		for key, values := range extra {
			header[key] = values
		}
		return w.send(http.MethodGet, "/basemap.pmtiles", "", header)
	}
	part := ask(http.Header{"Range": {"bytes=0-7"}})
	if part.status != http.StatusPartialContent || part.body != "PMTiles\x03" || part.header.Get("Content-Encoding") != "" ||
		part.header.Get("Content-Range") != "bytes 0-7/20008" || part.header.Get("ETag") == "" || !strings.Contains(part.header.Get("Cache-Control"), "no-transform") {
		t.Errorf("%d %v %q", part.status, part.header, part.body)
	}
	if whole := ask(nil); whole.status != http.StatusOK || whole.body != string(content) || whole.header.Get("Content-Encoding") != "" {
		t.Errorf("%d %v, %d bytes", whole.status, whole.header, len(whole.body))
	}
	if beyond := ask(http.Header{"Range": {"bytes=99999-"}}); beyond.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", beyond.status)
	}
	if r := w.get("", "/basemap.pmtiles"); r.status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", r.status)
	}
	var info web.InfoAnswer
	w.get("", "/api/v1/info").into(t, &info)
	if info.Basemap != (web.Basemap{Kind: "pmtiles", URL: "/basemap.pmtiles", Attribution: "© us"}) {
		t.Errorf("%+v", info.Basemap)
	}
	if r := w.get("", "/"); strings.Contains(r.header.Get("Content-Security-Policy"), "http") {
		t.Errorf("the policy %s", r.header.Get("Content-Security-Policy"))
	}
}

// The page may ask the origin of the base map, that one alone, and only for
// what its kind needs.
func TestPolicyNamesTheOriginOfTheBasemap(t *testing.T) {
	for value, want := range map[string][2]string{
		"raster:https://tiles.example.org:8443/{z}/{x}/{y}.png?key=k": {"img-src 'self' https://tiles.example.org:8443 data: blob:;", "connect-src 'self';"},
		"vector:https://tiles.example.org/style.json":                 {"img-src 'self' https://tiles.example.org data: blob:;", "connect-src 'self' https://tiles.example.org;"},
	} {
		basemap, err := web.ParseBasemap(value, "© us")
		must(t, err)
		w := newWorld(t, func(c *web.Config) { c.Basemap = basemap })
		policy := w.get("", "/").header.Get("Content-Security-Policy")
		if !strings.Contains(policy, want[0]) || !strings.Contains(policy, want[1]) || !strings.Contains(policy, "default-src 'self';") {
			t.Errorf("%s: %s", value, policy)
		}
	}
}
