package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// RowCounts counts the rows of every table, and the entries of every index as
// "index NAME": what an application costs, for `izdeu bench`.
func (s *Store) RowCounts(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	err := s.reading(ctx, func(tx pgx.Tx) error {
		type object struct{ name, table, condition string }
		var objects []object
		err := eachRow(ctx, tx, `SELECT relname, relname, '' FROM pg_class
				WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> 'schema_version'
			UNION ALL SELECT 'index ' || i.relname, t.relname, coalesce(pg_get_expr(x.indpred, x.indrelid), '')
				FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
				WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'schema_version'`, nil, func(rows pgx.Rows) error {
			var o object
			err := rows.Scan(&o.name, &o.table, &o.condition)
			objects = append(objects, o)
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range objects {
			query := `SELECT count(*) FROM ` + pgx.Identifier{o.table}.Sanitize()
			if o.condition != "" {
				query += ` WHERE ` + o.condition
			}
			var n int64
			if err := tx.QueryRow(ctx, query).Scan(&n); err != nil {
				return fmt.Errorf("postgres: count %s: %w", o.name, err)
			}
			counts[o.name] = n
		}
		return nil
	})
	return counts, err
}
