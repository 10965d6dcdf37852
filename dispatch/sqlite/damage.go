package sqlite

import (
	"context"
	"fmt"
	"strings"
)

// Damage looks at every table and its indexes page by page, each table in a
// transaction of its own, and reports what does not fit together. A changed bit
// in what a row says is not seen, if no index and no rule knows it.
func (s *Store) Damage(ctx context.Context, report func(detail string)) error {
	tables, err := s.texts(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		found, err := s.texts(ctx, `PRAGMA integrity_check("`+strings.ReplaceAll(table, `"`, `""`)+`")`)
		if err != nil {
			return err
		}
		for _, detail := range found {
			if detail != "ok" {
				report("table " + table + ": " + detail)
			}
		}
	}
	return nil
}

// texts gives the one column of a query.
func (s *Store) texts(ctx context.Context, query string) (texts []string, err error) {
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		return nil, interpretError(fmt.Errorf("sqlite: looking at the file: %w", err))
	}
	defer func() { _ = rows.Close() }() // Err tells what went wrong
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, interpretError(fmt.Errorf("sqlite: looking at the file: %w", err))
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		return nil, interpretError(fmt.Errorf("sqlite: looking at the file: %w", err))
	}
	return texts, nil
}
