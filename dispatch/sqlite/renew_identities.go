package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"

	"github.com/izdeu/izdeu/dispatch"
)

// renewIdentities is the migration that gives stored applications the
// identities that dispatch.ApplicationIdentity makes since. A program from
// before would not find them by its own.
func renewIdentities() *goose.Migration {
	const version = 7 // migrations/ has the others
	return goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		update, err := tx.PrepareContext(ctx, `UPDATE application SET identity = ? WHERE case_key = ? AND key = ?`)
		if err != nil {
			return err
		}
		type row struct {
			caseKey, key int64
			system, id   string
		}
		const page = 10_000
		for after := (row{}); ; {
			var rows []row
			if err := eachRow(ctx, tx, `SELECT case_key, key, system, id FROM application WHERE (case_key, key) > (?, ?)
				ORDER BY case_key, key LIMIT ?`, []any{after.caseKey, after.key, page}, func(from *sql.Rows) error {
				var r row
				err := from.Scan(&r.caseKey, &r.key, &r.system, &r.id)
				rows = append(rows, r)
				return err
			}); err != nil {
				return err
			}
			for _, r := range rows {
				identity := dispatch.ApplicationIdentity(r.system, r.id)
				if _, err := update.ExecContext(ctx, identity[:], r.caseKey, r.key); err != nil {
					return fmt.Errorf("the application %d of case %d: %w", r.key, r.caseKey, err)
				}
			}
			if len(rows) < page {
				_, err := tx.ExecContext(ctx, `UPDATE compatibility SET oldest_program = ?`, version)
				return err
			}
			after = rows[len(rows)-1]
		}
	}}, nil)
}
