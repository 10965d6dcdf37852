package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// storeName is this package's in an archive.
const storeName = "postgres"

const (
	copyRows  = 1000    // rows of a COPY
	copyBytes = 4 << 20 // of texts and blobs in one, about
)

var _ dispatch.Archiver = (*Store)(nil)

// Archive calls do with everything that the database holds, read from one
// snapshot on a connection of its own.
func (s *Store) Archive(ctx context.Context, do func(dispatch.Archive) error) error {
	return archiveOf(ctx, s.config, do)
}

// ArchiveDatabase does the same for a database that this process has not
// opened, whatever its schema.
func ArchiveDatabase(ctx context.Context, address string, do func(dispatch.Archive) error) error {
	pool, err := parse(address)
	if err != nil {
		return err
	}
	return archiveOf(ctx, pool.ConnConfig, do)
}

func archiveOf(ctx context.Context, config *pgx.ConnConfig, do func(dispatch.Archive) error) error {
	return patiently(ctx, config, func(conn *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			a := &archive{tx: tx}
			if err := a.describe(ctx); err != nil {
				return err
			}
			return do(a)
		})
	})
}

// patiently connects for work that reads or writes everything, and waits for a
// file meanwhile.
func patiently(ctx context.Context, config *pgx.ConnConfig, do func(*pgx.Conn) error) (err error) {
	config = config.Copy()
	set(config, map[string]string{}) // a copy of them
	for _, name := range []string{"statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"} {
		config.RuntimeParams[name] = "0"
	}
	config.RuntimeParams["enable_seqscan"] = "on"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return connectError(config, err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		err = errors.Join(err, conn.Close(ctx))
	}()
	return do(conn)
}

// archive is the rows of a database, within a transaction.
type archive struct {
	tx      pgx.Tx
	version int64
	tables  []dispatch.ArchiveTable
	forms   map[string][]string // the columns' types in Postgres, by table
	keys    map[string]string   // what a table is ordered by
}

// describe reads which tables there are. What comes with the schema and not
// with the data is left out, and so are the timeline and the term, which are
// this server's.
func (a *archive) describe(ctx context.Context) error {
	if err := a.tx.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM schema_version WHERE is_applied`).Scan(&a.version); err != nil {
		return fmt.Errorf("postgres: this is no database of Izdeu: %w", err)
	}
	a.forms, a.keys = map[string][]string{}, map[string]string{}
	err := eachRow(ctx, a.tx, `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
		JOIN information_schema.tables AS t USING (table_schema, table_name)
		WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND table_name NOT IN ('schema_version', 'compatibility')
			AND (table_name, column_name) NOT IN (('head', 'timeline'), ('head', 'leader'))
		ORDER BY table_name COLLATE "C", c.ordinal_position`, nil, func(rows pgx.Rows) error {
		var name, column, form string
		if err := rows.Scan(&name, &column, &form); err != nil {
			return err
		}
		if n := len(a.tables); n == 0 || a.tables[n-1].Name != name {
			a.tables = append(a.tables, dispatch.ArchiveTable{Name: name})
		}
		table := &a.tables[len(a.tables)-1]
		kind := dispatch.ColumnText
		switch form {
		case "bigint", "integer", "boolean":
			kind = dispatch.ColumnInteger
		case "double precision":
			kind = dispatch.ColumnReal
		case "bytea":
			kind = dispatch.ColumnBlob
		case "text", "jsonb":
		default:
			return fmt.Errorf("the column %s.%s has the type %q, which no archive has", name, column, form)
		}
		table.Columns = append(table.Columns, dispatch.ArchiveColumn{Name: column, Type: kind})
		a.forms[name] = append(a.forms[name], form)
		return nil
	})
	if err != nil {
		return fmt.Errorf("postgres: the tables: %w", err)
	}
	err = eachRow(ctx, a.tx, `SELECT c.relname, string_agg(quote_ident(t.attname), ', ' ORDER BY k.place)
		FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
		CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (column_number, place)
		JOIN pg_attribute AS t ON t.attrelid = i.indrelid AND t.attnum = k.column_number
		WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace GROUP BY c.relname`, nil, func(rows pgx.Rows) error {
		var name, key string
		err := rows.Scan(&name, &key)
		a.keys[name] = key
		return err
	})
	if err != nil {
		return fmt.Errorf("postgres: the keys: %w", err)
	}
	return nil
}

func (a *archive) Schema() dispatch.ArchiveSchema {
	return dispatch.ArchiveSchema{Store: storeName, Version: a.version}
}

func (a *archive) Tables() []dispatch.ArchiveTable { return a.tables }

func (a *archive) Rows(ctx context.Context, name string, each func([]any) error) error {
	place := slices.IndexFunc(a.tables, func(t dispatch.ArchiveTable) bool { return t.Name == name })
	if place < 0 {
		return fmt.Errorf("postgres: there is no table %s", name)
	}
	columns := make([]string, len(a.tables[place].Columns))
	for i, column := range a.tables[place].Columns {
		columns[i] = quoted(column.Name)
		switch a.forms[name][i] {
		case "boolean":
			columns[i] += "::integer"
		case "jsonb":
			columns[i] += "::text"
		}
	}
	query := `SELECT ` + strings.Join(columns, ", ") + ` FROM ` + quoted(name)
	if key := a.keys[name]; key != "" {
		query += ` ORDER BY ` + key
	}
	err := eachRow(ctx, a.tx, query, nil, func(rows pgx.Rows) error {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i := range values {
			if n, ok := values[i].(int32); ok {
				values[i] = int64(n)
			}
		}
		return each(values)
	})
	if err != nil {
		return fmt.Errorf("postgres: table %s: %w", name, err)
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// Restore fills an empty database with an archive, in one transaction, and
// brings its schema up to date. A database that has been used, also by a server
// that was only started on it, is dispatch.ErrNotEmpty. The error is
// dispatch.ErrOtherSchema for an archive of a newer program, or of another
// store at another schema than this program's.
func Restore(ctx context.Context, address string, from dispatch.Archive, log *slog.Logger) error {
	pool, err := parse(address)
	if err != nil {
		return err
	}
	config := pool.ConnConfig
	if err := Empty(ctx, address); err != nil {
		return err
	}
	target := int64(0) // the newest
	if schema := from.Schema(); schema.Store == storeName {
		target = schema.Version
	}
	if err := migrateTo(ctx, config, target, log); err != nil {
		return err
	}
	err = patiently(ctx, config, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return fill(ctx, tx, from) })
	})
	if err != nil {
		return interpretError(err)
	}
	if err := migrateTo(ctx, config, 0, log); err != nil {
		return err
	}
	return patiently(ctx, config, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `ANALYZE`)
		return err
	})
}

// Empty is dispatch.ErrNotEmpty for a database that holds an installation.
func Empty(ctx context.Context, address string) error {
	pool, err := parse(address)
	if err != nil {
		return err
	}
	return patiently(ctx, pool.ConnConfig, func(conn *pgx.Conn) error {
		var table *string
		if err := conn.QueryRow(ctx, `SELECT to_regclass('head')::text`).Scan(&table); err != nil || table == nil {
			return err
		}
		var used bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM head)`).Scan(&used); err != nil {
			return err
		}
		if used {
			return fmt.Errorf("postgres: the database %q holds an installation: make a new one with createdb: %w", pool.ConnConfig.Database, dispatch.ErrNotEmpty)
		}
		return nil
	})
}

// fill copies the rows of an archive into the empty tables.
func fill(ctx context.Context, tx pgx.Tx, from dispatch.Archive) error {
	into := &archive{tx: tx}
	if err := into.describe(ctx); err != nil {
		return err
	}
	if err := dispatch.SameTables(into.tables, from); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// Of two restores at once one finds the head.
	if _, err := tx.Exec(ctx, `LOCK TABLE head IN EXCLUSIVE MODE`); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM head)`).Scan(&used); err != nil || used {
		return errors.Join(err, dispatch.ErrNotEmpty)
	}
	for _, table := range from.Tables() {
		if err := into.copy(ctx, table, from); err != nil {
			return fmt.Errorf("postgres: restoring the table %s: %w", table.Name, err)
		}
	}
	// What numbers itself goes on after the highest number.
	for table, column := range map[string]string{"dead_letter": "id", "applied": "n"} {
		if _, err := tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence($1, $2), coalesce((SELECT max(`+column+`) FROM `+table+`), 0) + 1, false)`, table, column); err != nil {
			return fmt.Errorf("postgres: the numbers of %s: %w", table, err)
		}
	}
	return nil
}

// copy fills one table, some rows at a time.
func (a *archive) copy(ctx context.Context, table dispatch.ArchiveTable, from dispatch.Archive) error {
	names := make([]string, len(table.Columns))
	truths := make([]bool, len(table.Columns))
	for i, column := range table.Columns {
		names[i] = column.Name
		into := a.tables[slices.IndexFunc(a.tables, func(t dispatch.ArchiveTable) bool { return t.Name == table.Name })]
		truths[i] = a.forms[table.Name][into.Column(column.Name)] == "boolean"
	}
	if table.Name == "head" { // with this server's timeline
		return from.Rows(ctx, table.Name, func(values []any) error {
			places := make([]string, len(values))
			for i := range values {
				places[i] = fmt.Sprintf("$%d", i+1)
				names[i] = quoted(table.Columns[i].Name)
			}
			_, err := a.tx.Exec(ctx, `INSERT INTO head (`+strings.Join(names, ", ")+`, timeline) VALUES (`+strings.Join(places, ", ")+`, `+timeline+`)`, values...)
			return err
		})
	}
	var waiting [][]any
	size := 0
	send := func() error {
		if len(waiting) == 0 {
			return nil
		}
		_, err := a.tx.CopyFrom(ctx, pgx.Identifier{table.Name}, names, pgx.CopyFromRows(waiting))
		waiting, size = waiting[:0], 0
		return err
	}
	err := from.Rows(ctx, table.Name, func(values []any) error {
		row := slices.Clone(values)
		for i := range row {
			switch v := row[i].(type) {
			case int64:
				if truths[i] {
					row[i] = v != 0
				}
			case string:
				size += len(v)
			case []byte:
				row[i] = bytes.Clone(v)
				size += len(v)
			}
		}
		waiting = append(waiting, row)
		if len(waiting) < copyRows && size < copyBytes {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}
