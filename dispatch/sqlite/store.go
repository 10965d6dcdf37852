// Package sqlite keeps the rows and the journal in one SQLite file: the
// database of a laptop, and of an installation without a Postgres.
//
// All writing goes through one connection behind a mutex; readers have a small
// pool of their own and see the last commit (WAL). Every commit is on the disk
// before it returns (synchronous=FULL).
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	sqlitedriver "modernc.org/sqlite"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// readers bounds the connections that read at the same time.
	readers = 4
	// busyTimeout is how long a statement waits for another process's lock:
	// a backup, or a verify that has to recover the log.
	busyTimeout = 5 * time.Second
	// journalSizeLimit is what the write-ahead log shrinks to after a
	// checkpoint that could empty it.
	journalSizeLimit = 64 << 20
	// checkpointPages is how large the log grows before it is moved into the
	// database, in pages of 4 KiB: seldom enough that several batches that
	// touch the same pages share one write.
	checkpointPages = 4096
	// writeCacheKiB keeps the random indexes in memory, of several million
	// applications; a small database takes no more than its size.
	writeCacheKiB = 256 << 10
	// readCacheKiB is for each connection that reads.
	readCacheKiB = 8 << 10
)

// Store is a dispatch.Store, dispatch.Cursors and dispatch.Keys on one file.
type Store struct {
	path string
	log  *slog.Logger
	read *sql.DB

	mu     sync.Mutex // guards write
	write  *writer    // nil while it has to be opened again
	closed bool
}

var (
	_ dispatch.Store   = (*Store)(nil)
	_ dispatch.Cursors = (*Store)(nil)
	_ dispatch.Keys    = (*Store)(nil)

	_ dispatch.Deliveries        = (*Store)(nil)
	_ dispatch.PushSubscriptions = (*Store)(nil)
)

// errClosed is what a store gives after Close.
var errClosed = errors.New("sqlite: the store is closed")

// Open opens the database file, making it when it does not exist, and brings
// its schema up to date. The caller holds the lock of the data directory: one
// process writes. The error says what to do when the file was written by a
// newer program.
func Open(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: the path of the database: %w", err)
	}
	// Made here and not by SQLite, because it holds personal data: the log and
	// the shared memory take over the rights of the file.
	file, err := os.OpenFile(absolute, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := migrate(ctx, absolute, log); err != nil {
		return nil, err
	}
	s := &Store{path: absolute, log: log}
	if s.write, err = openWriter(absolute); err != nil {
		return nil, err
	}
	connector, err := sqlitedriver.NewConnector(dataSource(absolute, true))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %w", err), s.write.close())
	}
	s.read = sql.OpenDB(connector)
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// begin gives a new database its epoch.
func (s *Store) begin(ctx context.Context) error {
	return s.writing(ctx, func(w *writer) error {
		return w.exec(`INSERT INTO head (one, epoch, seq) VALUES (1, ?, 0) ON CONFLICT DO NOTHING`, dispatch.NewEpoch())
	})
}

// Close waits for what is being written and closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	// The readers first: the last connection to close empties the log.
	err := s.read.Close()
	if s.write != nil {
		err = errors.Join(err, s.write.close())
		s.write = nil
	}
	if err != nil {
		return fmt.Errorf("sqlite: close: %w", err)
	}
	return nil
}

// Now is the clock of this machine, to the millisecond: the database has no other.
func (s *Store) Now(context.Context) (time.Time, error) {
	return time.Now().UTC().Truncate(time.Millisecond), nil
}

// writing runs do in one write transaction, alone.
func (s *Store) writing(ctx context.Context, do func(*writer) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	// A statement, once begun, is not cut short: the driver would start a
	// goroutine for each. A batch takes milliseconds; what waits here is the lock.
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.write == nil {
		write, err := openWriter(s.path)
		if err != nil {
			return err
		}
		s.write = write
	}
	err := s.write.transaction(do)
	if err != nil && s.write.doubtful {
		s.log.Warn("the database connection is opened again after an error", "error", err)
		closing := s.write.close()
		s.write = nil
		return interpretError(errors.Join(err, closing))
	}
	return interpretError(err)
}

// reading runs do in one read transaction, so that all its queries see the same
// commit. It has to be short: the log cannot shrink meanwhile.
func (s *Store) reading(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return interpretError(err)
	}
	err = do(tx)
	if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
		err = errors.Join(err, rollback)
	}
	return interpretError(err)
}

// dataSource names the file with its pragmas: in the name, so that every
// connection of a pool gets them; the driver runs busy_timeout first.
func dataSource(absolute string, readOnly bool) string {
	path := filepath.ToSlash(absolute)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	cache := writeCacheKiB
	if readOnly {
		cache = readCacheKiB
	}
	pragmas := []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		fmt.Sprintf("journal_size_limit(%d)", journalSizeLimit),
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages),
		fmt.Sprintf("cache_size(-%d)", cache),
		// The state is checked as a whole by `izdeu verify`; a look-up for
		// every row of the hot path would find nothing that Decide can do.
		"foreign_keys(OFF)",
		"temp_store(MEMORY)",
	}
	query := url.Values{"_pragma": pragmas}
	if readOnly {
		query.Set("_query_only", "1")
	} else {
		query.Set("_txlock", "immediate")
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}).String()
}
