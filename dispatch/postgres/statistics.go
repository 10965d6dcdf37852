package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// StatisticsCases gives the statistics' rows of these cases; unknown ones are left out.
func (s *Store) StatisticsCases(ctx context.Context, keys []int64) (found []*dispatch.StatisticsCase, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	err = eachRow(ctx, s.pool, `SELECT case_key, opened_at, data FROM statistics WHERE case_key = ANY($1::bigint[]) ORDER BY case_key`, []any{keys},
		func(rows pgx.Rows) error {
			row, err := scanStatistics(rows)
			found = append(found, row)
			return err
		})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: rows of the statistics: %w", err))
	}
	return found, nil
}

func scanStatistics(rows pgx.Rows) (*dispatch.StatisticsCase, error) {
	row := &dispatch.StatisticsCase{}
	err := rows.Scan(&row.Key, scanTime(&row.OpenedAt), scanJSON(row))
	return row, err
}

const upsertStatistics = `INSERT INTO statistics (case_key, opened_at, data) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])
	ON CONFLICT (case_key) DO UPDATE SET opened_at = excluded.opened_at, data = excluded.data`

// PutStatistics writes rows and moves the projector's cursor in one
// transaction; dispatch.ErrFenced when it does not stand at from.
func (s *Store) PutStatistics(ctx context.Context, from, to int64, rows []*dispatch.StatisticsCase) error {
	keys, opened, documents := make([]int64, len(rows)), make([]int64, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		data, err := json.Marshal(row)
		if err != nil {
			return refused("%w", err)
		}
		keys[i], opened[i], documents[i] = row.Key, row.OpenedAt.UnixMilli(), string(data)
	}
	return s.writing(ctx, func(tx pgx.Tx) error {
		if from == 0 { // the first time there is no cursor
			if _, err := tx.Exec(ctx, `INSERT INTO cursor (name, value) VALUES ($1, 0) ON CONFLICT DO NOTHING`, string(dispatch.CursorStatistics)); err != nil {
				return fmt.Errorf("postgres: cursor of the statistics: %w", err)
			}
		}
		moved, err := tx.Exec(ctx, `UPDATE cursor SET value = $1 WHERE name = $2 AND value = $3`, to, string(dispatch.CursorStatistics), from)
		if err != nil {
			return fmt.Errorf("postgres: cursor of the statistics: %w", err)
		}
		if moved.RowsAffected() != 1 {
			return fmt.Errorf("postgres: the statistics do not stand at %d: %w", from, dispatch.ErrFenced)
		}
		if len(rows) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, upsertStatistics, keys, opened, documents); err != nil {
			return fmt.Errorf("postgres: statistics: %w", err)
		}
		return nil
	})
}

// ClearStatistics deletes all rows and sets the projector's cursor to 0.
func (s *Store) ClearStatistics(ctx context.Context) error {
	return s.writing(ctx, func(tx pgx.Tx) error {
		for _, statement := range []string{`DELETE FROM statistics`, `UPDATE cursor SET value = 0 WHERE name = 'statistics'`} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("postgres: clear the statistics: %w", err)
			}
		}
		return nil
	})
}

const signedColumns = `month, region, epoch, seq, at, by_name, carried, opened, reopened, ended, still`

// SignMonth keeps what somebody has signed; false for a month and region that
// was signed before, which stays as it is.
func (s *Store) SignMonth(ctx context.Context, signed dispatch.SignedMonth) (first bool, err error) {
	f := signed.Figures
	written, err := s.pool.Exec(ctx, `INSERT INTO signed_month (`+signedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		signed.Month, signed.Region, signed.Position.Epoch, signed.Position.Sequence, signed.At.UnixMilli(), signed.By,
		f.Carried, f.Opened, f.Reopened, f.Ended, f.Open)
	if err != nil {
		return false, interpretError(fmt.Errorf("postgres: signed month: %w", err))
	}
	return written.RowsAffected() == 1, nil
}

// SignedMonths gives what was signed for a month, or for "" in all of them, in
// the order of months and regions.
func (s *Store) SignedMonths(ctx context.Context, month string) (all []dispatch.SignedMonth, err error) {
	err = eachRow(ctx, s.pool, `SELECT `+signedColumns+` FROM signed_month WHERE $1 IN ('', month) ORDER BY month, region`, []any{month}, func(rows pgx.Rows) error {
		var one dispatch.SignedMonth
		f := &one.Figures
		err := rows.Scan(&one.Month, &one.Region, &one.Position.Epoch, &one.Position.Sequence, scanTime(&one.At), &one.By,
			&f.Carried, &f.Opened, &f.Reopened, &f.Ended, &f.Open)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: signed months: %w", err))
	}
	return all, nil
}

// EachStatistics calls each for every row with from <= opened_at < to (a zero
// time is no bound), in the order of keys, and says up to which sequence the
// rows count. All rows are of one moment, so this is the one long read.
func (s *Store) EachStatistics(ctx context.Context, from, to time.Time, each func(*dispatch.StatisticsCase) error) (sequence int64, err error) {
	query, arguments := `SELECT case_key, opened_at, data FROM statistics WHERE true`, []any(nil)
	if !from.IsZero() {
		arguments = append(arguments, from.UnixMilli())
		query += fmt.Sprintf(` AND opened_at >= $%d`, len(arguments))
	}
	if !to.IsZero() {
		arguments = append(arguments, to.UnixMilli())
		query += fmt.Sprintf(` AND opened_at < $%d`, len(arguments))
	}
	err = s.reading(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT value FROM cursor WHERE name = $1`, string(dispatch.CursorStatistics)).Scan(&sequence)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return eachRow(ctx, tx, query+` ORDER BY case_key`, arguments, func(rows pgx.Rows) error {
			row, err := scanStatistics(rows)
			if err != nil {
				return err
			}
			return each(row)
		})
	})
	if err != nil {
		return 0, fmt.Errorf("postgres: statistics: %w", err)
	}
	return sequence, nil
}
