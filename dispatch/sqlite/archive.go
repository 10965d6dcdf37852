package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	sqlitedriver "modernc.org/sqlite"

	"github.com/izdeu/izdeu/dispatch"
)

// storeName is this package's in an archive.
const storeName = "sqlite"

var _ dispatch.Archiver = (*Store)(nil)

// Archive calls do with everything that the database holds, read from one
// snapshot on a connection of its own. Meanwhile the write-ahead log cannot
// shrink.
func (s *Store) Archive(ctx context.Context, do func(dispatch.Archive) error) error {
	return ArchiveFile(ctx, s.path, do)
}

// ArchiveFile does the same for a file that this process has not opened; it
// may be one of another schema, and may be being served.
func ArchiveFile(ctx context.Context, path string, do func(dispatch.Archive) error) (err error) {
	absolute, err := existing(path)
	if err != nil {
		return err
	}
	connector, err := sqlitedriver.NewConnector(dataSource(absolute, true))
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return interpretError(fmt.Errorf("sqlite: open for reading: %w", err))
	}
	w := &writer{conn: conn, statements: map[string]*statement{}}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.exec(`BEGIN`); err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	a := &archive{w: w}
	if err := a.describe(); err != nil {
		return err
	}
	return do(a)
}

func existing(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("sqlite: the path of the database: %w", err)
	}
	if _, err := os.Stat(absolute); err != nil {
		return "", fmt.Errorf("sqlite: %w", err)
	}
	return absolute, nil
}

// archive is the rows of a file, within a read transaction.
type archive struct {
	w       *writer
	version int64
	tables  []dispatch.ArchiveTable
}

// ours are the tables that come with the schema and not with the data.
const ours = `('schema_version', 'compatibility')`

// describe reads which tables there are; it is the first read, which fixes the snapshot.
func (a *archive) describe() error {
	version, err := a.w.prepare(`SELECT coalesce(max(version_id), 0) FROM schema_version WHERE is_applied`)
	if err != nil {
		return fmt.Errorf("sqlite: this is no database of Izdeu: %w", err)
	}
	row, err := version.first()
	if err != nil {
		return fmt.Errorf("sqlite: the version of the schema: %w", err)
	}
	a.version, _ = row[0].(int64)
	return a.w.each(`SELECT m.name, c.name, c.type, c.pk FROM sqlite_master AS m, pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN `+ours+`
		ORDER BY m.name, c.cid`, func(row []driver.Value) error {
		name, _ := row[0].(string)
		column, _ := row[1].(string)
		declared, _ := row[2].(string)
		if n := len(a.tables); n == 0 || a.tables[n-1].Name != name {
			a.tables = append(a.tables, dispatch.ArchiveTable{Name: name})
		}
		table := &a.tables[len(a.tables)-1]
		kind := dispatch.ColumnType(strings.ToLower(declared))
		switch kind {
		case dispatch.ColumnInteger, dispatch.ColumnReal, dispatch.ColumnText, dispatch.ColumnBlob:
		default:
			return fmt.Errorf("sqlite: the column %s.%s has the type %q, which no archive has", name, column, declared)
		}
		table.Columns = append(table.Columns, dispatch.ArchiveColumn{Name: column, Type: kind})
		return nil
	})
}

func (a *archive) Schema() dispatch.ArchiveSchema {
	return dispatch.ArchiveSchema{Store: storeName, Version: a.version}
}

func (a *archive) Tables() []dispatch.ArchiveTable { return a.tables }

// Rows goes through a table in the order of its primary key, as it is stored.
func (a *archive) Rows(ctx context.Context, name string, each func([]any) error) error {
	for i := range a.tables {
		if a.tables[i].Name != name {
			continue
		}
		values := make([]any, len(a.tables[i].Columns))
		err := a.w.each(`SELECT `+columnList(&a.tables[i])+` FROM `+quoted(name), func(row []driver.Value) error {
			for i := range row {
				values[i] = row[i]
				if blob, is := row[i].([]byte); is && blob == nil { // empty, and not NULL
					values[i] = []byte{}
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			return each(values)
		})
		if err != nil {
			return fmt.Errorf("sqlite: table %s: %w", name, interpretError(err))
		}
		return nil
	}
	return fmt.Errorf("sqlite: there is no table %s", name)
}

func columnList(table *dispatch.ArchiveTable) string {
	names := make([]string, len(table.Columns))
	for i := range table.Columns {
		names[i] = quoted(table.Columns[i].Name)
	}
	return strings.Join(names, ", ")
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// each calls do with every row of a query; the row is good until do returns.
func (w *writer) each(query string, do func([]driver.Value) error) (err error) {
	s, err := w.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.query.QueryContext(context.Background(), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := do(row); err != nil {
			return err
		}
	}
}

// Restore makes a new database file of an archive and brings its schema up to
// date. The file must not exist (dispatch.ErrNotEmpty); after an error there is
// none. The error is dispatch.ErrOtherSchema for an archive of a newer program,
// or of another store at another schema than this program's.
func Restore(ctx context.Context, path string, from dispatch.Archive, log *slog.Logger) (err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("sqlite: the path of the database: %w", err)
	}
	file, err := os.OpenFile(absolute, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("sqlite: %s: %w", absolute, dispatch.ErrNotEmpty)
	case err != nil:
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeDatabase(absolute))
		}
	}()
	schema := from.Schema()
	target := int64(0) // the newest
	if schema.Store == storeName {
		target = schema.Version
	}
	if err := migrateTo(ctx, absolute, target, log); err != nil {
		return err
	}
	if err := fill(ctx, absolute, from); err != nil {
		return err
	}
	if err := migrateTo(ctx, absolute, 0, log); err != nil {
		return err
	}
	return synchronise(absolute)
}

// fill inserts the rows of an archive into an empty database, in one
// transaction. Nothing waits for the disk: a restore that is cut off is begun
// anew.
func fill(ctx context.Context, absolute string, from dispatch.Archive) (err error) {
	connector, err := sqlitedriver.NewConnector(dataSource(absolute, false))
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return interpretError(fmt.Errorf("sqlite: open for writing: %w", err))
	}
	w := &writer{conn: conn, statements: map[string]*statement{}}
	defer func() { err = errors.Join(err, w.close()) }()
	for _, pragma := range []string{`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`, `PRAGMA cache_size = -262144`} {
		if err := w.exec(pragma); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	if err := w.exec(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	into := &archive{w: w}
	if err := into.describe(); err != nil {
		return err
	}
	if err := dispatch.SameTables(into.tables, from); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	for _, table := range from.Tables() {
		insert, err := w.prepare(`INSERT INTO ` + quoted(table.Name) + ` (` + columnList(&table) + `) VALUES (?` +
			strings.Repeat(`, ?`, len(table.Columns)-1) + `)`)
		if err != nil {
			return err
		}
		if err := from.Rows(ctx, table.Name, func(values []any) error { return insert.exec(values...) }); err != nil {
			return fmt.Errorf("sqlite: restoring the table %s: %w", table.Name, interpretError(err))
		}
	}
	return w.exec(`COMMIT`)
}

func removeDatabase(absolute string) error {
	var failed []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(absolute + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func synchronise(absolute string) (err error) {
	file, err := os.OpenFile(absolute, os.O_RDWR, 0) //nolint:gosec // as above
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Sync(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}
