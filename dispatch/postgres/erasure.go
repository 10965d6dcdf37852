package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// caseIsOver is the condition that case $1 is not active.
const caseIsOver = ` EXISTS (SELECT 1 FROM cases WHERE key = $1 AND NOT active)`

// ErasePhotos erases the photos of a case that is not active, and says how many.
func (s *Store) ErasePhotos(ctx context.Context, key int64, ids []string, at time.Time) (int, error) {
	var erased int64
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE photo SET at = $2, image = '', small = '' WHERE case_key = $1 AND image <> '' AND`+caseIsOver, key, at.UnixMilli()).
		Exec(func(tag pgconn.CommandTag) error {
			erased = tag.RowsAffected()
			return nil
		})
	batch.Queue(`INSERT INTO photo (case_key, id, at, image, small) SELECT $1, id, $2, '', '' FROM unnest($3::text[]) AS id WHERE`+caseIsOver+
		` ON CONFLICT DO NOTHING`, key, at.UnixMilli(), ids)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return 0, interpretError(fmt.Errorf("postgres: erase photos: %w", err))
	}
	return int(erased), nil
}

// EraseTracks erases the points of the tracks of a case that is not active, and says how many.
func (s *Store) EraseTracks(ctx context.Context, key int64) (int, error) {
	erased, err := s.pool.Exec(ctx, `DELETE FROM track WHERE case_key = $1 AND`+caseIsOver, key)
	if err != nil {
		return 0, interpretError(fmt.Errorf("postgres: erase tracks: %w", err))
	}
	return int(erased.RowsAffected()), nil
}
