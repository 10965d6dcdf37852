package dispatch

import (
	"context"
	"time"
)

// Erasure erases what a case has of pictures and ways of people, which is kept
// no longer than its purpose; the history stays. Implemented by the stores.
// Both erase nothing of an active case, and say how much they have erased.
type Erasure interface {
	// ErasePhotos erases the photos of a case at a time. Those of ids that have
	// not come will not be taken.
	ErasePhotos(ctx context.Context, key int64, ids []string, at time.Time) (int, error)
	// EraseTracks erases where the teams on a case went.
	EraseTracks(ctx context.Context, key int64) (int, error)
}
