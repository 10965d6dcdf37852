package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// Cursor gives the progress of a reader of the journal; 0 when it has none.
func (s *Store) Cursor(ctx context.Context, name dispatch.Cursor) (int64, error) {
	var value int64
	err := s.read.QueryRowContext(ctx, `SELECT value FROM cursor WHERE name = ?`, string(name)).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, interpretError(fmt.Errorf("sqlite: cursor %s: %w", name, err))
	}
	return value, nil
}

// SetCursor keeps the progress of a reader of the journal.
func (s *Store) SetCursor(ctx context.Context, name dispatch.Cursor, value int64) error {
	return s.writing(ctx, func(w *writer) error {
		if err := w.exec(`INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, string(name), value); err != nil {
			return fmt.Errorf("sqlite: cursor %s: %w", name, err)
		}
		return nil
	})
}

// APIKeys gives all keys, revoked ones too, in the order of their ids.
func (s *Store) APIKeys(ctx context.Context) (keys []dispatch.APIKey, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT id, name, hash, roles, regions, teams, systems, created_at, revoked_at FROM api_key ORDER BY id`, nil, func(rows *sql.Rows) error {
			var k dispatch.APIKey
			err := rows.Scan(&k.ID, scanText(&k.Name), scanHash(k.Hash[:]), scanArray(&k.Roles), scanArray(&k.Regions), scanArray(&k.Teams),
				scanArray(&k.Systems), scanTime(&k.CreatedAt), scanTime(&k.RevokedAt))
			keys = append(keys, k)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: API keys: %w", err)
	}
	return keys, nil
}

// PutAPIKey adds a key, or changes the one of the same id. Two keys with one
// hash are refused.
func (s *Store) PutAPIKey(ctx context.Context, key dispatch.APIKey) error {
	var lists [4]string
	for i, values := range [][]string{key.Roles, key.Regions, key.Teams, key.Systems} {
		list, err := jsonArray(values)
		if err != nil {
			return err
		}
		lists[i] = list
	}
	return s.writing(ctx, func(w *writer) error {
		if err := w.exec(`INSERT INTO api_key (id, name, hash, roles, regions, teams, systems, created_at, revoked_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, hash = excluded.hash, roles = excluded.roles, regions = excluded.regions,
				teams = excluded.teams, systems = excluded.systems, created_at = excluded.created_at, revoked_at = excluded.revoked_at`,
			key.ID, text(key.Name), key.Hash[:], lists[0], lists[1], lists[2], lists[3], milliseconds(key.CreatedAt), milliseconds(key.RevokedAt)); err != nil {
			return fmt.Errorf("sqlite: API key %s: %w", key.ID, err)
		}
		return nil
	})
}

// Setting gives a stored setting, making it with the value given when there is none.
func (s *Store) Setting(ctx context.Context, name, initial string) (string, error) {
	var value string
	err := s.read.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, name).Scan(&value)
	if err == nil {
		return value, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return "", interpretError(fmt.Errorf("sqlite: setting %s: %w", name, err))
	}
	// Two may ask at once: the first one's value stands.
	err = s.writing(ctx, func(w *writer) error {
		if err := w.exec(`INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, initial); err != nil {
			return fmt.Errorf("sqlite: setting %s: %w", name, err)
		}
		query, err := w.prepare(`SELECT value FROM setting WHERE name = ?`)
		if err != nil {
			return err
		}
		row, err := query.first(name)
		if err != nil {
			return fmt.Errorf("sqlite: setting %s: %w", name, err)
		}
		value, _ = row[0].(string)
		return nil
	})
	return value, err
}

// PutSetting stores a setting anew.
func (s *Store) PutSetting(ctx context.Context, name, value string) error {
	return s.writing(ctx, func(w *writer) error {
		if err := w.exec(`INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value); err != nil {
			return fmt.Errorf("sqlite: setting %s: %w", name, err)
		}
		return nil
	})
}

// EndSession keeps that a session was signed out, and deletes those that have expired.
func (s *Store) EndSession(ctx context.Context, ended dispatch.EndedSession, now time.Time) error {
	return s.writing(ctx, func(w *writer) error {
		if err := w.exec(`DELETE FROM ended_session WHERE expires_at <= ?`, milliseconds(now)); err != nil {
			return fmt.Errorf("sqlite: ended sessions: %w", err)
		}
		if err := w.exec(`INSERT INTO ended_session (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING`, ended.ID, milliseconds(ended.Expires)); err != nil {
			return fmt.Errorf("sqlite: ended session: %w", err)
		}
		return nil
	})
}

// EndedSessions gives the sessions that were signed out, in the order of their ids.
func (s *Store) EndedSessions(ctx context.Context) (all []dispatch.EndedSession, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT id, expires_at FROM ended_session ORDER BY id`, nil, func(rows *sql.Rows) error {
			var one dispatch.EndedSession
			err := rows.Scan(&one.ID, scanTime(&one.Expires))
			all = append(all, one)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: ended sessions: %w", err)
	}
	return all, nil
}
