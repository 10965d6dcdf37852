package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// caseIsOver is the condition that a case, the last parameter, is not active.
const caseIsOver = ` EXISTS (SELECT 1 FROM cases WHERE key = ? AND active = 0)`

// ErasePhotos erases the photos of a case that is not active, and says how many.
func (s *Store) ErasePhotos(ctx context.Context, key int64, ids []string, at time.Time) (int, error) {
	var erased int64
	err := s.erasing(ctx, func(w *writer) (err error) {
		if erased, err = w.affected(`UPDATE photo SET at = ?, image = x'', small = x'' WHERE case_key = ? AND image <> x'' AND`+caseIsOver,
			at.UnixMilli(), key, key); err != nil {
			return fmt.Errorf("sqlite: erase photos: %w", err)
		}
		for _, id := range ids {
			if _, err := w.affected(`INSERT INTO photo (case_key, id, at, image, small) SELECT ?, ?, ?, x'', x'' WHERE`+caseIsOver+` ON CONFLICT DO NOTHING`,
				key, id, at.UnixMilli(), key); err != nil {
				return fmt.Errorf("sqlite: erase photo %s: %w", id, err)
			}
		}
		return nil
	})
	return int(erased), err
}

// EraseTracks erases the points of the tracks of a case that is not active, and says how many.
func (s *Store) EraseTracks(ctx context.Context, key int64) (int, error) {
	var erased int64
	err := s.erasing(ctx, func(w *writer) (err error) {
		if erased, err = w.affected(`DELETE FROM track WHERE case_key = ? AND`+caseIsOver, key, key); err != nil {
			return fmt.Errorf("sqlite: erase tracks: %w", err)
		}
		return nil
	})
	return int(erased), err
}

// erasing is writing in which what goes is overwritten, not only let go of; for
// every write that would cost a twentieth of the applications a second.
func (s *Store) erasing(ctx context.Context, erase func(*writer) error) error {
	return s.writing(ctx, func(w *writer) (err error) {
		if err := w.exec(`PRAGMA secure_delete = ON`); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.exec(`PRAGMA secure_delete = OFF`)) }()
		return erase(w)
	})
}
