package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

func TestMapSettings(t *testing.T) {
	directory := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own := file("rings.json", `{"source":"our closed cases","licence":"ours","rows":[{"category":"hiker","km":[1,2,3,4]}]}`)
	tiles := file("kz.pmtiles", "PMTiles\x03and more")
	other := file("other.pmtiles", "SQLite format 3")
	for _, one := range []struct {
		basemap, by, rings, wrong string
		kind                      string
		rows                      int
	}{
		{"builtin", "", "published", "", web.BasemapBuiltin, 73},
		{"", "", "off", "", web.BasemapBuiltin, 0},
		{"builtin", "", own, "", web.BasemapBuiltin, 1},
		{"pmtiles:" + tiles, "© us", "off", "", web.BasemapPMTiles, 0},
		{"raster:https://tiles.example.org/{z}/{x}/{y}.png", "© us", "off", "", web.BasemapRaster, 0},
		{"vector:https://tiles.example.org/style.json?key=1", "© us", "off", "", web.BasemapVector, 0},
		{"vector:https://tiles.example.org/style.json", " ", "off", "--basemap-attribution", "", 0},
		{"pmtiles:" + other, "© us", "off", "no PMTiles archive", "", 0},
		{"pmtiles:" + filepath.Join(directory, "none"), "© us", "off", "no such file", "", 0},
		{"raster:https://tiles.example.org/{z}/{x}.png", "© us", "off", "{y}", "", 0},
		{"raster:https://{a-c}.example.org/{z}/{x}/{y}.png", "© us", "off", "one host", "", 0},
		{"raster:https://a;script-src *.example.org/{z}/{x}/{y}.png", "© us", "off", "one host", "", 0},
		{"raster:https://me:secret@example.org/{z}/{x}/{y}.png", "© us", "off", "without a name or password", "", 0},
		{"vector:file:///etc/passwd", "© us", "off", "such as https", "", 0},
		{"shape:kz.shp", "© us", "off", "give builtin", "", 0},
		{"builtin:x", "", "off", "nothing after", "", 0},
		{"builtin", "", filepath.Join(directory, "none"), "--rings", "", 0},
		{"builtin", "", tiles, "--rings", "", 0},
	} {
		command := serveCommand{Basemap: one.basemap, BasemapBy: one.by, Rings: one.rings}
		basemap, rings, err := command.mapSettings()
		if one.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), one.wrong) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s %s: %v, not %q", one.basemap, one.rings, err, one.wrong)
			}
			continue
		}
		rows := 0
		if rings != nil {
			rows = len(rings.Rows)
		}
		if err != nil || basemap.Kind != one.kind || rows != one.rows {
			t.Errorf("%s %s: %+v, %d rows, %v", one.basemap, one.rings, basemap, rows, err)
		}
	}
}
