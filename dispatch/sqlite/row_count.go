package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// RowCounts counts the rows of every table, and the entries of every index as
// "index NAME": what an application costs, for `izdeu bench`.
func (s *Store) RowCounts(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	err := s.reading(ctx, func(tx *sql.Tx) error {
		type object struct{ kind, name, table, definition, origin string }
		var objects []object
		err := eachRow(ctx, tx, `SELECT m.type, m.name, m.tbl_name, coalesce(m.sql, ''), coalesce(i.origin, '')
			FROM sqlite_master AS m LEFT JOIN pragma_index_list(m.tbl_name) AS i ON i.name = m.name
			WHERE m.type IN ('table', 'index') AND m.tbl_name NOT LIKE 'sqlite_%' AND m.tbl_name NOT LIKE 'goose_%' ORDER BY m.name`, nil,
			func(rows *sql.Rows) error {
				var o object
				if err := rows.Scan(&o.kind, &o.name, &o.table, &o.definition, &o.origin); err != nil {
					return err
				}
				objects = append(objects, o)
				return nil
			})
		if err != nil {
			return err
		}
		for _, o := range objects {
			name, query := o.name, `SELECT count(*) FROM "`+o.table+`"`
			if o.kind == "index" {
				name = "index " + o.name
				if o.origin == "pk" {
					continue // the primary key of a table WITHOUT ROWID is the table
				}
				if _, condition, partial := strings.Cut(o.definition, " WHERE "); partial {
					query += " WHERE " + condition
				}
			}
			var n int64
			if err := tx.QueryRowContext(ctx, query).Scan(&n); err != nil {
				return fmt.Errorf("count %s: %w", name, err)
			}
			counts[name] = n
		}
		return nil
	})
	return counts, err
}
