package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/izdeu/izdeu/dispatch"
)

// PutPhoto keeps a photo and says whether it is new.
func (s *Store) PutPhoto(ctx context.Context, p dispatch.Photo) (bool, error) {
	var added int64
	err := s.writing(ctx, func(w *writer) error {
		var err error
		if added, err = w.affected(`INSERT INTO photo (case_key, id, at, image, small) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			p.Case, p.ID, p.At.UnixMilli(), p.Image, p.Small); err != nil {
			return fmt.Errorf("sqlite: photo %s: %w", p.ID, err)
		}
		return nil
	})
	return added > 0, err
}

// Photo gives a photo of a case; nil when there is none.
func (s *Store) Photo(ctx context.Context, key int64, id string) (photo *dispatch.Photo, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT case_key, id, at, image, small FROM photo WHERE case_key = ? AND id = ?`, []any{key, id},
			func(rows *sql.Rows) error {
				photo = &dispatch.Photo{}
				return rows.Scan(&photo.Case, &photo.ID, scanTime(&photo.At), &photo.Image, &photo.Small)
			})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: photo %s: %w", id, err)
	}
	return photo, nil
}
