package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

func testPhotos(t *testing.T, b *book) {
	first := dispatch.Photo{Case: 17, ID: "p-1", At: b.tick(), Image: bytes.Repeat([]byte{1, 0xff, 0xd8, '\''}, 100_000), Small: []byte{0xff, 1}}
	complete(t, first)
	other := dispatch.Photo{Case: 18, ID: "p-1", At: b.tick(), Image: []byte{1}, Small: []byte{2}}
	put := func(photo dispatch.Photo, want bool) {
		t.Helper()
		if added, err := b.store.PutPhoto(b.ctx, photo); err != nil || added != want {
			t.Fatalf("photo %s of %d: added %v, %v, want %v", photo.ID, photo.Case, added, err, want)
		}
	}
	get := func(key int64, id string) *dispatch.Photo { return photoOf(t, b, key, id) }
	put(first, true)
	put(other, true)
	changed := first
	changed.Image = []byte{9}
	put(changed, false) // a photo stays as it came
	b.store = b.reopen()
	same(t, "a photo", &first, get(17, "p-1"))
	same(t, "a photo of the same id", &other, get(18, "p-1"))
	for _, key := range []int64{16, 19} {
		same(t, "no photo", (*dispatch.Photo)(nil), get(key, "p-1"))
	}
	same(t, "no photo", (*dispatch.Photo)(nil), get(17, "p-2"))
}

func photoOf(t *testing.T, b *book, key int64, id string) *dispatch.Photo {
	t.Helper()
	photo, err := b.store.Photo(b.ctx, key, id)
	if err != nil {
		t.Fatal(err)
	}
	return photo
}

// testErasure: photos and tracks go once a case is over, and not before; those
// of other cases stay. A photo that comes after that is not taken.
func testErasure(t *testing.T, b *book) {
	p := b.page()
	c, other := p.open(), p.open()
	at := b.tick()
	for _, key := range []int64{c.Key, other.Key} {
		p.Tracks = append(p.Tracks, dispatch.TrackPoint{Case: key, Assignment: 1, At: at}, dispatch.TrackPoint{Case: key, Assignment: 1, At: at.Add(time.Minute)})
	}
	p.commit()
	for _, key := range []int64{c.Key, other.Key} {
		if _, err := b.store.PutPhoto(b.ctx, dispatch.Photo{Case: key, ID: "p", At: at, Image: []byte{1}, Small: []byte{2}}); err != nil {
			t.Fatal(err)
		}
	}
	erasedAt := b.tick()
	erase := func(key int64, photos, tracks int) {
		t.Helper()
		gotPhotos, err := b.store.ErasePhotos(b.ctx, key, []string{"p", "still on a phone"}, erasedAt)
		if err != nil {
			t.Fatal(err)
		}
		gotTracks, err := b.store.EraseTracks(b.ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		if gotPhotos != photos || gotTracks != tracks {
			t.Fatalf("erased %d photos and %d points of case %d, want %d and %d", gotPhotos, gotTracks, key, photos, tracks)
		}
	}
	left := func(key int64, want bool) {
		t.Helper()
		photo := photoOf(t, b, key, "p")
		tracks, err := b.store.Tracks(b.ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		if photo == nil || photo.Erased() == want || (len(tracks) > 0) != want {
			t.Errorf("case %d: photo %+v, %d points, want them to be there: %v", key, photo, len(tracks), want)
		}
	}
	late := func(key int64, want bool) {
		t.Helper()
		added, err := b.store.PutPhoto(b.ctx, dispatch.Photo{Case: key, ID: "still on a phone", At: at, Image: []byte{1}, Small: []byte{2}})
		if err != nil || added != want {
			t.Errorf("case %d: a photo that comes late was taken: %v, %v, want %v", key, added, err, want)
		}
	}
	erase(c.Key, 0, 0)
	erase(c.Key+1000, 0, 0)
	left(c.Key, true)
	p = b.page()
	over := p.again(c.Key)
	over.Status, over.EndedAt = dispatch.StatusClosed, b.tick()
	over.Changed = p.emit(dispatch.EventCaseOutcome, over.Key, 0)
	p.commit()
	erase(c.Key, 1, 2)
	erase(c.Key, 0, 0)
	b.store = b.reopen()
	left(c.Key, false)
	left(other.Key, true)
	late(c.Key, false)
	late(other.Key, true)
	if photo := photoOf(t, b, c.Key, "p"); !photo.Erased() || len(photo.Small) > 0 || !photo.At.Equal(erasedAt) {
		t.Errorf("an erased photo is kept as %+v", photo)
	}
}
