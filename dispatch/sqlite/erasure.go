package sqlite

import (
	"context"
	"fmt"
)

// ErasePhotos erases the photos of a case that is not active, and says how many.
func (s *Store) ErasePhotos(ctx context.Context, key int64) (int, error) {
	return s.erase(ctx, `photo`, key)
}

// EraseTracks erases the points of the tracks of a case that is not active, and says how many.
func (s *Store) EraseTracks(ctx context.Context, key int64) (int, error) {
	return s.erase(ctx, `track`, key)
}

func (s *Store) erase(ctx context.Context, table string, key int64) (int, error) {
	var erased int64
	err := s.writing(ctx, func(w *writer) (err error) {
		// #nosec G202 -- the table is one of two names above
		if erased, err = w.affected(`DELETE FROM `+table+` WHERE case_key = ? AND EXISTS (SELECT 1 FROM cases WHERE key = ? AND active = 0)`, key, key); err != nil {
			return fmt.Errorf("sqlite: erase from %s: %w", table, err)
		}
		return nil
	})
	return int(erased), err
}
