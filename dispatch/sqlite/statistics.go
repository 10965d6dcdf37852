package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

var (
	_ dispatch.StatisticsStore = (*Store)(nil)
	_ dispatch.SignedMonths    = (*Store)(nil)
)

// StatisticsCases gives the statistics' rows of these cases; unknown ones are left out.
func (s *Store) StatisticsCases(ctx context.Context, keys []int64) (found []*dispatch.StatisticsCase, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT case_key, opened_at, data FROM statistics WHERE case_key IN (`+namedCases+`) ORDER BY case_key`,
			[]any{string(list)}, func(rows *sql.Rows) error {
				row, err := scanStatistics(rows)
				found = append(found, row)
				return err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: rows of the statistics: %w", err)
	}
	return found, nil
}

func scanStatistics(rows *sql.Rows) (*dispatch.StatisticsCase, error) {
	row := &dispatch.StatisticsCase{}
	err := rows.Scan(&row.Key, scanTime(&row.OpenedAt), scanJSON(row))
	return row, err
}

// PutStatistics writes rows and moves the projector's cursor in one
// transaction; dispatch.ErrFenced when it does not stand at from.
func (s *Store) PutStatistics(ctx context.Context, from, to int64, rows []*dispatch.StatisticsCase) error {
	return s.writing(ctx, func(w *writer) error {
		if from == 0 { // the first time there is no cursor
			if err := w.exec(`INSERT INTO cursor (name, value) VALUES (?, 0) ON CONFLICT DO NOTHING`, string(dispatch.CursorStatistics)); err != nil {
				return fmt.Errorf("sqlite: cursor of the statistics: %w", err)
			}
		}
		moved, err := w.affected(`UPDATE cursor SET value = ? WHERE name = ? AND value = ?`, to, string(dispatch.CursorStatistics), from)
		if err != nil {
			return fmt.Errorf("sqlite: cursor of the statistics: %w", err)
		}
		if moved != 1 {
			return fmt.Errorf("sqlite: the statistics do not stand at %d: %w", from, dispatch.ErrFenced)
		}
		for _, row := range rows {
			data, err := json.Marshal(row)
			if err != nil {
				return refused("%w", err)
			}
			if err := w.exec(`INSERT INTO statistics (case_key, opened_at, data) VALUES (?, ?, ?)
				ON CONFLICT (case_key) DO UPDATE SET opened_at = excluded.opened_at, data = excluded.data`,
				row.Key, row.OpenedAt.UnixMilli(), string(data)); err != nil {
				return fmt.Errorf("sqlite: statistics of case %d: %w", row.Key, err)
			}
		}
		return nil
	})
}

// ClearStatistics deletes all rows and sets the projector's cursor to 0.
func (s *Store) ClearStatistics(ctx context.Context) error {
	return s.writing(ctx, func(w *writer) error {
		for _, statement := range []string{`DELETE FROM statistics`, `UPDATE cursor SET value = 0 WHERE name = 'statistics'`} {
			if err := w.exec(statement); err != nil {
				return fmt.Errorf("sqlite: clear the statistics: %w", err)
			}
		}
		return nil
	})
}

const signedColumns = `month, region, epoch, seq, at, by_name, carried, opened, reopened, ended, still`

// SignMonth keeps what somebody has signed; false for a month and region that
// was signed before, which stays as it is.
func (s *Store) SignMonth(ctx context.Context, signed dispatch.SignedMonth) (first bool, err error) {
	err = s.writing(ctx, func(w *writer) error {
		f := signed.Figures
		written, err := w.affected(`INSERT INTO signed_month (`+signedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			signed.Month, signed.Region, signed.Position.Epoch, signed.Position.Sequence, signed.At.UnixMilli(), signed.By,
			int64(f.Carried), int64(f.Opened), int64(f.Reopened), int64(f.Ended), int64(f.Open))
		if err != nil {
			return fmt.Errorf("sqlite: signed month: %w", err)
		}
		first = written == 1
		return nil
	})
	return first, err
}

// SignedMonths gives what was signed for a month, or for "" in all of them, in
// the order of months and regions.
func (s *Store) SignedMonths(ctx context.Context, month string) (all []dispatch.SignedMonth, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT `+signedColumns+` FROM signed_month WHERE ?1 IN ('', month) ORDER BY month, region`, []any{month}, func(rows *sql.Rows) error {
			var one dispatch.SignedMonth
			f := &one.Figures
			err := rows.Scan(&one.Month, &one.Region, &one.Position.Epoch, &one.Position.Sequence, scanTime(&one.At), &one.By,
				&f.Carried, &f.Opened, &f.Reopened, &f.Ended, &f.Open)
			all = append(all, one)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: signed months: %w", err)
	}
	return all, nil
}

// EachStatistics calls each for every row with from <= opened_at < to (a zero
// time is no bound), in the order of keys, and says up to which sequence the
// rows count. All rows are of one moment, so this is the one long read.
func (s *Store) EachStatistics(ctx context.Context, from, to time.Time, each func(*dispatch.StatisticsCase) error) (sequence int64, err error) {
	query, arguments := `SELECT case_key, opened_at, data FROM statistics WHERE 1`, []any(nil)
	if !from.IsZero() {
		query, arguments = query+` AND opened_at >= ?`, append(arguments, from.UnixMilli())
	}
	if !to.IsZero() {
		query, arguments = query+` AND opened_at < ?`, append(arguments, to.UnixMilli())
	}
	err = s.reading(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(value), 0) FROM cursor WHERE name = ?`, string(dispatch.CursorStatistics)).Scan(&sequence); err != nil {
			return err
		}
		return eachRow(ctx, tx, query+` ORDER BY case_key`, arguments, func(rows *sql.Rows) error {
			row, err := scanStatistics(rows)
			if err != nil {
				return err
			}
			return each(row)
		})
	})
	if err != nil {
		return 0, fmt.Errorf("sqlite: statistics: %w", err)
	}
	return sequence, nil
}
