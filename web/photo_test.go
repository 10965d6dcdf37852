package web_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// jpegOf makes a photo with a place in its metadata, as phones do.
func jpegOf(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x ^ y), 255})
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, picture, nil))
	exif := []byte("Exif\x00\x00MM\x00*GPSmarker 53.21N 63.62E")
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(append([]byte{0xff, 0xd8}, segment...), exif...), b.Bytes()[2:]...)
}

// hugePNG says that it has many pixels and brings few bytes.
func hugePNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))))
	bomb := b.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	return bomb
}

func TestPhotoOfAPoint(t *testing.T) {
	w, a, b := kostanay(t)
	w.done("admin", a, `{"type":"assignment.accept","command_id":"before","team_id":"dos"}`)
	path := "/api/v1/cases/" + a + "/photos/photo-1"
	photo := jpegOf(t, 800, 600)
	if !bytes.Contains(photo, []byte("GPSmarker")) {
		t.Fatal("the photo has no metadata to be dropped")
	}
	put := func(role, path string, body []byte) reply {
		return w.send("PUT", path, string(body), http.Header{"Authorization": {"Bearer " + w.keys[role]}, "Content-Type": {"image/jpeg"}})
	}
	if r := put("team", path, photo); r.status != http.StatusNotFound || r.code() != "unknown-photo" {
		t.Fatalf("a photo that no point names: %d %s", r.status, r.body)
	}
	w.done("team", a, `{"type":"case.point","command_id":"c1","point":"clue","location":{"type":"Point","coordinates":[63.6,53.2]},"note":"шапка","photo":"photo-1"}`)
	if r := w.get("team", path); r.status != http.StatusNotFound {
		t.Fatalf("a photo that has not come: %d", r.status)
	}
	for name, one := range map[string]struct {
		body   []byte
		status int
	}{
		"a page":             {[]byte("<!doctype html><script>alert(1)</script>"), 422},
		"nothing":            {nil, 422},
		"half of a photo":    {photo[:len(photo)/2], 422},
		"too many pixels":    {hugePNG(t), 422},
		"more than 1 MiB":    {append(bytes.Clone(photo), make([]byte, 1<<20)...), 413},
		"a GIF":              {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), 422},
		"a picture's header": {photo[:4], 422},
	} {
		if r := put("team", path, one.body); r.status != one.status {
			t.Errorf("%s: %d %.200s", name, r.status, r.body)
		}
	}
	for range 2 { // sent again after an answer was lost
		if r := put("team", path, photo); r.status != http.StatusNoContent {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	put("team", path, jpegOf(t, 100, 100)) // what is there stays

	for role, want := range map[string]int{"admin": 200, "coordinator": 200, "team": 200, "office": 200, "observer": 403, "service": 403, "other team": 404, "other coordinator": 404} {
		r := w.get(role, path)
		if r.status != want {
			t.Errorf("%s: %d, not %d", role, r.status, want)
		}
		if want != 200 {
			continue
		}
		if r.header.Get("Content-Type") != "image/jpeg" || r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %v", role, r.header)
		}
		if strings.Contains(r.body, "GPSmarker") || strings.Contains(r.body, "Exif") {
			t.Errorf("%s: the metadata is still there", role)
		}
		for query, size := range map[string]image.Point{"": {X: 800, Y: 600}, "?size=small": {X: 320, Y: 240}} {
			if shown, err := jpeg.DecodeConfig(strings.NewReader(w.get(role, path+query).body)); err != nil || shown.Width != size.X || shown.Height != size.Y {
				t.Errorf("%s: %q is %d × %d, %v", role, query, shown.Width, shown.Height, err)
			}
		}
	}
	if r := w.get("admin", "/api/v1/cases/"+b+"/photos/photo-1"); r.status != http.StatusNotFound {
		t.Errorf("of another case: %d", r.status)
	}
	if r := w.get("team", "/api/v1/cases/"+a); !strings.Contains(r.body, `"photo":"photo-1"`) {
		t.Errorf("the point does not name it: %s", r.body)
	}
	if r := w.get("coordinator", "/api/v1/cases/"+a+"/timeline"); strings.Contains(r.body, "photo-1") {
		t.Errorf("the journal knows the photo: %s", r.body)
	}
	// The log says who, and not what.
	if !strings.Contains(w.log.String(), fmt.Sprintf("a photo is kept\" case=%s photo=photo-1", a)) {
		t.Error("the log does not say that a photo was kept")
	}
}
