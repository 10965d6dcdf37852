package dispatch

import (
	"context"
	"time"
)

// Photo is a picture of a point of a case. It is personal data: it stands in a
// row of its own that can be erased, and the point knows its id alone.
type Photo struct {
	Case  int64     // Case.Key
	ID    string    // Point.Photo
	At    time.Time // when it came, or was erased
	Image []byte    // JPEG without metadata
	Small []byte    // the same for a list, JPEG
}

// Erased says that the photo was erased: its row stays without a picture, so
// that it is not taken again from a phone that still has it.
func (p *Photo) Erased() bool { return len(p.Image) == 0 }

// Photos keeps the photos of points. Implemented by the stores.
type Photos interface {
	// PutPhoto keeps a photo and says whether it is new: one that is there or
	// was erased stays as it is.
	PutPhoto(ctx context.Context, photo Photo) (added bool, err error)
	// Photo gives a photo of a case; nil when there is none.
	Photo(ctx context.Context, key int64, id string) (*Photo, error)
}
