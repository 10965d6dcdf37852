package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// Head is the position of the last event.
func (s *Store) Head(ctx context.Context) (dispatch.Position, error) {
	var head dispatch.Position
	if err := s.pool.QueryRow(ctx, `SELECT epoch, seq FROM head`).Scan(&head.Epoch, &head.Sequence); err != nil {
		return dispatch.Position{}, interpretError(fmt.Errorf("postgres: head: %w", err))
	}
	return head, nil
}

const eventColumns = `seq, at, type, case_key, team_key, data`

// Events gives the journal after a sequence, in order, at most limit.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]dispatch.Event, error) {
	return s.events(ctx, `SELECT `+eventColumns+` FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
}

const eventsOfCase = `SELECT ` + eventColumns + ` FROM journal WHERE seq BETWEEN $1::bigint AND $1::bigint + 16 AND case_key = $1::bigint
	UNION ALL SELECT ` + eventColumns + ` FROM journal WHERE case_key = $1::bigint AND seq > case_key + 16
	ORDER BY seq`

// EventsOfCase gives a case's events in order: those that follow its opening
// closely by reading the journal there (most cases have no others, and so cost
// no index entry), the later ones by the index.
func (s *Store) EventsOfCase(ctx context.Context, key int64) ([]dispatch.Event, error) {
	return s.events(ctx, eventsOfCase, key)
}

func (s *Store) events(ctx context.Context, query string, arguments ...any) (events []dispatch.Event, err error) {
	err = eachRow(ctx, s.pool, query, arguments, func(rows pgx.Rows) error {
		var e dispatch.Event
		var data []byte
		if err := rows.Scan(&e.Sequence, scanTime(&e.At), &e.Type, scanNumber(&e.Case), scanNumber(&e.Team), &data); err != nil {
			return err
		}
		if err := e.SetData(data); err != nil {
			return fmt.Errorf("the data of event %d: %w", e.Sequence, err)
		}
		events = append(events, e)
		return nil
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: journal: %w", err))
	}
	return events, nil
}

// Decisions gives the candidates that were considered for a case, in order.
func (s *Store) Decisions(ctx context.Context, key int64) (decisions []dispatch.Decision, err error) {
	err = eachRow(ctx, s.pool, `SELECT seq, at, candidates FROM decision WHERE case_key = $1 ORDER BY seq`, []any{key}, func(rows pgx.Rows) error {
		d := dispatch.Decision{Case: key}
		var candidates []byte
		if err := rows.Scan(&d.Sequence, scanTime(&d.At), &candidates); err != nil {
			return err
		}
		if err := d.UnmarshalBinary(candidates); err != nil {
			return err
		}
		decisions = append(decisions, d)
		return nil
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: decisions: %w", err))
	}
	return decisions, nil
}

// Notes gives a case's notes in order.
func (s *Store) Notes(ctx context.Context, key int64) (notes []dispatch.Note, err error) {
	err = eachRow(ctx, s.pool, `SELECT seq, audience, actor, at, text, team_id FROM note WHERE case_key = $1 ORDER BY seq`, []any{key}, func(rows pgx.Rows) error {
		n := dispatch.Note{Case: key}
		err := rows.Scan(&n.Sequence, &n.Audience, scanText(&n.Actor), scanTime(&n.At), &n.Text, scanText(&n.TeamID))
		notes = append(notes, n)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: notes: %w", err))
	}
	return notes, nil
}

const letterColumns = `id, topic, partition, "offset", at, reason, detail, replayed_at`

// DeadLetters gives dead letters with an id above after, at most limit,
// without their keys and values; with openOnly those that were not replayed.
func (s *Store) DeadLetters(ctx context.Context, after int64, limit int, openOnly bool) (letters []dispatch.DeadLetter, err error) {
	query := `SELECT ` + letterColumns + ` FROM dead_letter WHERE id > $1 ORDER BY id LIMIT $2`
	if openOnly {
		query = `SELECT ` + letterColumns + ` FROM dead_letter WHERE id > $1 AND replayed_at IS NULL ORDER BY id LIMIT $2`
	}
	err = eachRow(ctx, s.pool, query, []any{after, limit}, func(rows pgx.Rows) error {
		var d dispatch.DeadLetter
		err := rows.Scan(letterInto(&d)...)
		letters = append(letters, d)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: dead letters: %w", err))
	}
	return letters, nil
}

func letterInto(d *dispatch.DeadLetter) []any {
	return []any{&d.ID, &d.Source.Topic, &d.Source.Partition, &d.Source.Offset, scanTime(&d.At), &d.Reason, scanText(&d.Detail), scanTime(&d.ReplayedAt)}
}

// DeadLetter gives one dead letter with its key and value; nil when unknown.
func (s *Store) DeadLetter(ctx context.Context, id int64) (*dispatch.DeadLetter, error) {
	var d dispatch.DeadLetter
	err := s.pool.QueryRow(ctx, `SELECT `+letterColumns+`, message_key, value FROM dead_letter WHERE id = $1`, id).
		Scan(append(letterInto(&d), &d.Key, &d.Value)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: dead letter %d: %w", id, err))
	}
	return &d, nil
}

// DeadLetterCount counts the dead letters that were not replayed.
func (s *Store) DeadLetterCount(ctx context.Context) (int, error) {
	var n int
	if err := s.pool.QueryRow(ctx, `SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL`).Scan(&n); err != nil {
		return 0, interpretError(fmt.Errorf("postgres: dead letters: %w", err))
	}
	return n, nil
}
