package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	sqlitedriver "modernc.org/sqlite"
)

// writer is the one connection that writes. It speaks to the driver directly:
// database/sql costs about as much for a row as SQLite does.
type writer struct {
	conn       driver.Conn
	statements map[string]*statement
	// doubtful: a transaction could not be rolled back; open another connection.
	doubtful bool

	rows rowStatements
}

// statement is prepared once and keeps its arguments' space.
type statement struct {
	prepared driver.Stmt
	run      driver.StmtExecContext
	query    driver.StmtQueryContext
	values   []driver.NamedValue
}

func openWriter(path string) (*writer, error) {
	connector, err := sqlitedriver.NewConnector(dataSource(path, false))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	conn, err := connector.Connect(context.Background())
	if err != nil {
		return nil, interpretError(fmt.Errorf("sqlite: open for writing: %w", err))
	}
	w := &writer{conn: conn, statements: map[string]*statement{}}
	if err := w.prepareHotPath(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writer) close() error {
	var failed []error
	for _, s := range w.statements {
		failed = append(failed, s.prepared.Close())
	}
	return errors.Join(append(failed, w.conn.Close())...)
}

// prepare gives the statement of this text, which lives as long as the connection.
func (w *writer) prepare(query string) (*statement, error) {
	if s := w.statements[query]; s != nil {
		return s, nil
	}
	prepared, err := w.conn.Prepare(query)
	if err != nil {
		return nil, fmt.Errorf("sqlite: prepare %q: %w", query, err)
	}
	run, canRun := prepared.(driver.StmtExecContext)
	queries, canQuery := prepared.(driver.StmtQueryContext)
	if !canRun || !canQuery {
		return nil, errors.Join(errors.New("sqlite: the driver's statements lack ExecContext or QueryContext"), prepared.Close())
	}
	s := &statement{prepared: prepared, run: run, query: queries}
	w.statements[query] = s
	return s, nil
}

// rows writes rows that nobody can have written before, so many in a statement:
// a call costs about as much as a row.
type rows struct {
	one, many *statement
	width     int // values of a row
	values    []any
}

// rowsAtOnce is how many rows one statement writes.
const rowsAtOnce = 16

// prepareRows prepares the insertion of rows into a table with its columns in
// brackets. OR FAIL: a batch that fails is rolled back whole, so no statement
// need be undone by itself.
func (w *writer) prepareRows(table string) (*rows, error) {
	r := &rows{width: strings.Count(table, ",") + 1}
	row := "(?" + strings.Repeat(", ?", r.width-1) + ")"
	insert := "INSERT OR FAIL INTO " + table + " VALUES " + row
	var err error
	if r.one, err = w.prepare(insert); err != nil {
		return nil, err
	}
	r.many, err = w.prepare(insert + strings.Repeat(", "+row, rowsAtOnce-1))
	return r, err
}

// add takes a row, which is written once there are enough of them, or by flush.
func (r *rows) add(values ...any) error {
	r.values = append(r.values, values...)
	if len(r.values) < r.width*rowsAtOnce {
		return nil
	}
	err := r.many.exec(r.values...)
	r.values = r.values[:0]
	return err
}

// flush writes the rows that were added last.
func (r *rows) flush() error {
	for row := range slices.Chunk(r.values, r.width) {
		if err := r.one.exec(row...); err != nil {
			return err
		}
	}
	r.values = r.values[:0]
	return nil
}

func (s *statement) set(values []any) []driver.NamedValue {
	s.values = s.values[:0]
	for i, value := range values {
		s.values = append(s.values, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return s.values
}

// exec runs the statement. Values are int64, float64, string, []byte or nil.
func (s *statement) exec(values ...any) error {
	_, err := s.run.ExecContext(context.Background(), s.set(values))
	return err
}

// affected runs the statement and gives the number of rows that it changed.
func (s *statement) affected(values ...any) (int64, error) {
	result, err := s.run.ExecContext(context.Background(), s.set(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// first gives the first row of a query; io.EOF when there is none.
func (s *statement) first(values ...any) (row []driver.Value, err error) {
	rows, err := s.query.QueryContext(context.Background(), s.set(values))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row = make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		return nil, err
	}
	return row, nil
}

func (w *writer) exec(query string, values ...any) error {
	s, err := w.prepare(query)
	if err != nil {
		return err
	}
	return s.exec(values...)
}

func (w *writer) affected(query string, values ...any) (int64, error) {
	s, err := w.prepare(query)
	if err != nil {
		return 0, err
	}
	return s.affected(values...)
}

// transaction runs do between BEGIN and COMMIT, and rolls back when it fails.
func (w *writer) transaction(do func(*writer) error) error {
	if err := w.exec(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	err := do(w)
	if err == nil {
		if err = w.exec(`COMMIT`); err == nil {
			return nil
		}
		err = fmt.Errorf("sqlite: commit: %w", err)
	}
	// SQLite itself rolls back after some errors (a full disk, say): then
	// there is no transaction left, and a connection made anew costs little.
	if rollback := w.exec(`ROLLBACK`); rollback != nil {
		w.doubtful = true
		err = errors.Join(err, fmt.Errorf("sqlite: rollback: %w", rollback))
	}
	return err
}

// milliseconds gives a time for its column; nil for none.
func milliseconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// text gives a text for its column; nil when it is empty.
func text[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// number gives a number for its column; nil for 0.
func number[T ~int | ~int32 | ~int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// errNoRow is what first gives when there is no row.
var errNoRow = io.EOF
