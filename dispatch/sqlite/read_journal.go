package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/izdeu/izdeu/dispatch"
)

// Head is the position of the last event.
func (s *Store) Head(ctx context.Context) (head dispatch.Position, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		head, err = readHead(ctx, tx)
		return err
	})
	return head, err
}

func readHead(ctx context.Context, tx *sql.Tx) (dispatch.Position, error) {
	var head dispatch.Position
	if err := tx.QueryRowContext(ctx, `SELECT epoch, seq FROM head`).Scan(&head.Epoch, &head.Sequence); err != nil {
		return dispatch.Position{}, fmt.Errorf("sqlite: head: %w", err)
	}
	return head, nil
}

const eventColumns = `seq, at, type, case_key, team_key, data`

// Events gives the journal after a sequence, in order, at most limit.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]dispatch.Event, error) {
	return s.events(ctx, `SELECT `+eventColumns+` FROM journal WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
}

// EventsOfCase gives a case's events in order: those that follow its opening
// closely by reading the journal there (most cases have no others, and so cost
// no index entry), the later ones by the index.
func (s *Store) EventsOfCase(ctx context.Context, key int64) ([]dispatch.Event, error) {
	return s.events(ctx, `SELECT `+eventColumns+` FROM journal WHERE seq BETWEEN ?1 AND ?1 + 16 AND case_key = ?1
		UNION ALL SELECT `+eventColumns+` FROM journal WHERE case_key = ?1 AND seq > case_key + 16
		ORDER BY seq`, key)
}

func (s *Store) events(ctx context.Context, query string, arguments ...any) (events []dispatch.Event, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, query, arguments, func(rows *sql.Rows) error {
			var e dispatch.Event
			var data sql.RawBytes
			if err := rows.Scan(&e.Sequence, scanTime(&e.At), &e.Type, scanNumber(&e.Case), scanNumber(&e.Team), &data); err != nil {
				return err
			}
			if err := e.SetData(data); err != nil {
				return fmt.Errorf("the data of event %d: %w", e.Sequence, err)
			}
			events = append(events, e)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: journal: %w", err)
	}
	return events, nil
}

// Decisions gives the candidates that were considered for a case, in order.
func (s *Store) Decisions(ctx context.Context, key int64) (decisions []dispatch.Decision, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT seq, at, candidates FROM decision WHERE case_key = ? ORDER BY seq`, []any{key}, func(rows *sql.Rows) error {
			d := dispatch.Decision{Case: key}
			var candidates sql.RawBytes
			if err := rows.Scan(&d.Sequence, scanTime(&d.At), &candidates); err != nil {
				return err
			}
			if err := d.UnmarshalBinary(candidates); err != nil {
				return err
			}
			decisions = append(decisions, d)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: decisions: %w", err)
	}
	return decisions, nil
}

// Notes gives a case's notes in order.
func (s *Store) Notes(ctx context.Context, key int64) (notes []dispatch.Note, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT seq, audience, actor, at, text, team_id FROM note WHERE case_key = ? ORDER BY seq`, []any{key}, func(rows *sql.Rows) error {
			n := dispatch.Note{Case: key}
			err := rows.Scan(&n.Sequence, &n.Audience, scanText(&n.Actor), scanTime(&n.At), &n.Text, scanText(&n.TeamID))
			notes = append(notes, n)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: notes: %w", err)
	}
	return notes, nil
}

const letterColumns = `id, topic, partition, offset, at, reason, detail, replayed_at`

// DeadLetters gives dead letters with an id above after, at most limit,
// without their keys and values; with openOnly those that were not replayed.
func (s *Store) DeadLetters(ctx context.Context, after int64, limit int, openOnly bool) (letters []dispatch.DeadLetter, err error) {
	query := `SELECT ` + letterColumns + ` FROM dead_letter WHERE id > ? ORDER BY id LIMIT ?`
	if openOnly {
		query = `SELECT ` + letterColumns + ` FROM dead_letter WHERE id > ? AND replayed_at IS NULL ORDER BY id LIMIT ?`
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, query, []any{after, limit}, func(rows *sql.Rows) error {
			var d dispatch.DeadLetter
			err := rows.Scan(letterInto(&d)...)
			letters = append(letters, d)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: dead letters: %w", err)
	}
	return letters, nil
}

func letterInto(d *dispatch.DeadLetter) []any {
	return []any{&d.ID, &d.Source.Topic, &d.Source.Partition, &d.Source.Offset, scanTime(&d.At), &d.Reason, scanText(&d.Detail), scanTime(&d.ReplayedAt)}
}

// DeadLetter gives one dead letter with its key and value; nil when unknown.
func (s *Store) DeadLetter(ctx context.Context, id int64) (*dispatch.DeadLetter, error) {
	var d dispatch.DeadLetter
	err := s.read.QueryRowContext(ctx, `SELECT `+letterColumns+`, message_key, value FROM dead_letter WHERE id = ?`, id).
		Scan(append(letterInto(&d), scanBytes(&d.Key), scanBytes(&d.Value))...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, interpretError(fmt.Errorf("sqlite: dead letter %d: %w", id, err))
	}
	return &d, nil
}

// DeadLetterCount counts the dead letters that were not replayed.
func (s *Store) DeadLetterCount(ctx context.Context) (int, error) {
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL`).Scan(&n); err != nil {
		return 0, interpretError(fmt.Errorf("sqlite: dead letters: %w", err))
	}
	return n, nil
}
