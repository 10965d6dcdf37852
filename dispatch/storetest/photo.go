package storetest

import (
	"bytes"
	"testing"

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
	get := func(key int64, id string) *dispatch.Photo {
		t.Helper()
		photo, err := b.store.Photo(b.ctx, key, id)
		if err != nil {
			t.Fatal(err)
		}
		return photo
	}
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
