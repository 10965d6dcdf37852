package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// A replica that no longer leads must not take a reader back: its term is the
// last argument, or 0.
const upsertCursor = `INSERT INTO cursor (name, value) SELECT $1, $2 FROM head WHERE $3::bigint IN (0, leader)
	ON CONFLICT (name) DO UPDATE SET value = excluded.value`

// Cursor gives the progress of a reader of the journal; 0 when it has none.
func (s *Store) Cursor(ctx context.Context, name dispatch.Cursor) (int64, error) {
	var value int64
	err := s.pool.QueryRow(ctx, `SELECT value FROM cursor WHERE name = $1`, string(name)).Scan(&value)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, interpretError(fmt.Errorf("postgres: cursor %s: %w", name, err))
	}
	return value, nil
}

// SetCursor keeps the progress of a reader of the journal. It is refused with
// dispatch.ErrFenced when another replica leads.
func (s *Store) SetCursor(ctx context.Context, name dispatch.Cursor, value int64) error {
	kept, err := s.pool.Exec(ctx, upsertCursor, string(name), value, s.termNumber())
	if err != nil {
		return interpretError(fmt.Errorf("postgres: cursor %s: %w", name, err))
	}
	if kept.RowsAffected() != 1 {
		return errNotLeading
	}
	return nil
}

// APIKeys gives all keys, revoked ones too, in the order of their ids.
func (s *Store) APIKeys(ctx context.Context) (keys []dispatch.APIKey, err error) {
	err = eachRow(ctx, s.pool, `SELECT id, name, hash, roles, regions, teams, systems, created_at, revoked_at FROM api_key ORDER BY id`, nil, func(rows pgx.Rows) error {
		var k dispatch.APIKey
		err := rows.Scan(&k.ID, scanText(&k.Name), scanHash(k.Hash[:]), scanArray(&k.Roles), scanArray(&k.Regions), scanArray(&k.Teams),
			scanArray(&k.Systems), scanTime(&k.CreatedAt), scanTime(&k.RevokedAt))
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: API keys: %w", err))
	}
	return keys, nil
}

// PutAPIKey adds a key, or changes the one of the same id. Two keys with one
// hash are refused.
func (s *Store) PutAPIKey(ctx context.Context, key dispatch.APIKey) error {
	var lists [4][]byte
	for i, values := range [][]string{key.Roles, key.Regions, key.Teams, key.Systems} {
		list, err := array(values)
		if err != nil {
			return err
		}
		lists[i] = list
	}
	if _, err := s.pool.Exec(ctx, `INSERT INTO api_key (id, name, hash, roles, regions, teams, systems, created_at, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, hash = excluded.hash, roles = excluded.roles, regions = excluded.regions,
			teams = excluded.teams, systems = excluded.systems, created_at = excluded.created_at, revoked_at = excluded.revoked_at`,
		key.ID, textOrNull(key.Name), key.Hash[:], lists[0], lists[1], lists[2], lists[3], timeOrNull(key.CreatedAt), timeOrNull(key.RevokedAt)); err != nil {
		return interpretError(fmt.Errorf("postgres: API key %s: %w", key.ID, err))
	}
	return nil
}

// Setting gives a stored setting, making it with the value given when there is none.
func (s *Store) Setting(ctx context.Context, name, initial string) (string, error) {
	var value string
	err := s.pool.QueryRow(ctx, `SELECT value FROM setting WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, pgx.ErrNoRows) {
		// Two may ask at once: the first one's value stands.
		err = s.pool.QueryRow(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value`, name, initial).Scan(&value)
	}
	if err != nil {
		return "", interpretError(fmt.Errorf("postgres: setting %s: %w", name, err))
	}
	return value, nil
}

// PutSetting stores a setting anew.
func (s *Store) PutSetting(ctx context.Context, name, value string) error {
	if _, err := s.pool.Exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value); err != nil {
		return interpretError(fmt.Errorf("postgres: setting %s: %w", name, err))
	}
	return nil
}

// EndSession keeps that a session was signed out, and deletes those that have expired.
func (s *Store) EndSession(ctx context.Context, ended dispatch.EndedSession, now time.Time) error {
	if _, err := s.pool.Exec(ctx, `WITH expired AS (DELETE FROM ended_session WHERE expires_at <= $3 AND id <> $1)
		INSERT INTO ended_session (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`,
		ended.ID, timeOrNull(ended.Expires), timeOrNull(now)); err != nil {
		return interpretError(fmt.Errorf("postgres: ended session: %w", err))
	}
	return nil
}

// EndedSessions gives the sessions that were signed out, in the order of their ids.
func (s *Store) EndedSessions(ctx context.Context) (all []dispatch.EndedSession, err error) {
	err = eachRow(ctx, s.pool, `SELECT id, expires_at FROM ended_session ORDER BY id`, nil, func(rows pgx.Rows) error {
		var one dispatch.EndedSession
		err := rows.Scan(&one.ID, scanTime(&one.Expires))
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: ended sessions: %w", err))
	}
	return all, nil
}
