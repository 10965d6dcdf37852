package postgres

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
	// #nosec G202 -- the table is one of two names above
	erased, err := s.pool.Exec(ctx, `DELETE FROM `+table+` WHERE case_key = $1 AND EXISTS (SELECT 1 FROM cases WHERE key = $1 AND NOT active)`, key)
	if err != nil {
		return 0, interpretError(fmt.Errorf("postgres: erase from %s: %w", table, err))
	}
	return int(erased.RowsAffected()), nil
}
