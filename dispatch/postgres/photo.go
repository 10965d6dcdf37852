package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// PutPhoto keeps a photo and says whether it is new.
func (s *Store) PutPhoto(ctx context.Context, p dispatch.Photo) (bool, error) {
	added, err := s.pool.Exec(ctx, `INSERT INTO photo (case_key, id, at, image, small) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		p.Case, p.ID, p.At.UnixMilli(), p.Image, p.Small)
	if err != nil {
		return false, interpretError(fmt.Errorf("postgres: photo %s: %w", p.ID, err))
	}
	return added.RowsAffected() > 0, nil
}

// Photo gives a photo of a case; nil when there is none.
func (s *Store) Photo(ctx context.Context, key int64, id string) (*dispatch.Photo, error) {
	photo := &dispatch.Photo{}
	err := s.pool.QueryRow(ctx, `SELECT case_key, id, at, image, small FROM photo WHERE case_key = $1 AND id = $2`, key, id).
		Scan(&photo.Case, &photo.ID, scanTime(&photo.At), &photo.Image, &photo.Small)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: photo %s: %w", id, err))
	}
	return photo, nil
}
