// Package postgres keeps the rows and the journal in a PostgreSQL database
// (15 or later): for an installation with several replicas.
//
// A batch is one pipeline: the head first, then the rows of every table as
// arrays, in one round trip and one transaction. It goes over a connection of
// its own; everything else goes over a pool. Isolation is READ COMMITTED: what
// has to hold is held by the head's row and by unique indexes; reads of
// several queries see one commit.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// readers bounds the connections that read, and write what is no batch,
	// unless the address says pool_max_conns.
	readers        = 8
	connectTimeout = 5 * time.Second
	// statementTimeout bounds a statement; the longest is a report over all
	// the statistics.
	statementTimeout = time.Minute
	// lockTimeout bounds the wait for a row that another writes.
	lockTimeout = 5 * time.Second
	// silence is how long a connection may leave a transaction open, or hold
	// the leadership, without a word.
	silence = 4 * time.Second
	// oldest is the first version of Postgres that this runs on.
	oldest = 150000
)

// Store is a dispatch.Store, dispatch.Cursors and dispatch.Keys on a database.
type Store struct {
	log    *slog.Logger
	config *pgx.ConnConfig // of the connection that commits
	pool   *pgxpool.Pool

	mu     sync.Mutex // guards write
	write  *writer    // nil while it has to be opened again
	term   *term      // the last one; nil for a store that was never led with
	closed bool
}

var (
	_ dispatch.Store           = (*Store)(nil)
	_ dispatch.Cursors         = (*Store)(nil)
	_ dispatch.Keys            = (*Store)(nil)
	_ dispatch.StatisticsStore = (*Store)(nil)
	_ dispatch.SignedMonths    = (*Store)(nil)

	_ dispatch.Deliveries        = (*Store)(nil)
	_ dispatch.PushSubscriptions = (*Store)(nil)
	_ dispatch.Photos            = (*Store)(nil)
	_ dispatch.Erasure           = (*Store)(nil)
)

// errClosed is what a store gives after Close.
var errClosed = errors.New("postgres: the store is closed")

// Open connects to the database at an address such as
// postgres://izdeu@host:5432/izdeu, and brings its schema up to date. What the
// address leaves out is taken from the variables PGPASSWORD and so on, as libpq
// does. Errors never hold the password. Unreachable tells those that may go
// away by waiting.
func Open(ctx context.Context, address string, log *slog.Logger) (*Store, error) {
	pool, err := parse(address)
	if err != nil {
		return nil, err
	}
	write := pool.ConnConfig.Copy()
	// What is written is found by its key, whatever the planner thinks of
	// tables that grew since they were counted last.
	set(write, map[string]string{"enable_hashjoin": "off", "enable_mergejoin": "off"})
	if err := migrate(ctx, pool.ConnConfig, log); err != nil {
		return nil, err
	}
	s := &Store{log: log, config: write}
	if s.pool, err = pgxpool.NewWithConfig(ctx, pool); err != nil {
		return nil, connectError(pool.ConnConfig, err)
	}
	if err := s.begin(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

// parse reads the address. Its own errors could repeat the password.
func parse(address string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("postgres: the address of the database cannot be read: give it as postgres://USER@HOST:5432/DATABASE, " +
			"with every sign of the password but letters and digits as %XX")
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = readers
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	set(config.ConnConfig, map[string]string{
		"application_name":                    "izdeu",
		"statement_timeout":                   milliseconds(statementTimeout),
		"lock_timeout":                        milliseconds(lockTimeout),
		"idle_in_transaction_session_timeout": milliseconds(silence),
		"default_transaction_isolation":       "read committed",
		// Every query has its index, and the tables grow faster than they are
		// counted: a plan for an empty table must not stay.
		"enable_seqscan": "off",
		"jit":            "off",
	})
	return config, nil
}

// set gives settings to a connection, but for those that the address gives.
func set(config *pgx.ConnConfig, settings map[string]string) {
	given := config.RuntimeParams
	config.RuntimeParams = maps.Clone(settings)
	maps.Copy(config.RuntimeParams, given)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// begin gives a new database its epoch, and another one to a database whose
// timeline is new.
func (s *Store) begin(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, `INSERT INTO head (one, epoch, seq, timeline) VALUES (1, $1, 0, `+timeline+`) ON CONFLICT DO NOTHING`,
		dispatch.NewEpoch()); err != nil {
		return interpretError(fmt.Errorf("postgres: head: %w", err))
	}
	return s.followTimeline(ctx)
}

// timeline names Postgres' history: it is another one after a failover, which
// may have lost the newest commits, so that sequences are handed out again.
const timeline = `left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`

// followTimeline ends the epoch when the timeline is not the one that it began on.
func (s *Store) followTimeline(ctx context.Context) error {
	changed, err := s.pool.Exec(ctx, `UPDATE head SET epoch = $1, timeline = `+timeline+` WHERE timeline <> `+timeline, dispatch.NewEpoch())
	if err != nil {
		return interpretError(fmt.Errorf("postgres: the timeline: %w", err))
	}
	if changed.RowsAffected() > 0 {
		s.log.Warn("the database is on another timeline than before: it was taken over or restored, so a new epoch begins")
	}
	return nil
}

// Close waits for what is being written and closes all connections.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.write != nil {
		s.write.close()
		s.write = nil
	}
	s.pool.Close()
	return nil
}

// Now is the clock of the database, to the millisecond.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	if err := s.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return time.Time{}, interpretError(fmt.Errorf("postgres: the time: %w", err))
	}
	return now.UTC().Truncate(time.Millisecond), nil
}

// reading runs do in one transaction whose queries see the same commit.
func (s *Store) reading(ctx context.Context, do func(pgx.Tx) error) error {
	return interpretError(pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do))
}

// writing runs do in one transaction: for what is no batch.
func (s *Store) writing(ctx context.Context, do func(pgx.Tx) error) error {
	return interpretError(pgx.BeginFunc(ctx, s.pool, do))
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, query string, arguments ...any) (pgx.Rows, error)
}

// eachRow calls scan for every row of a query.
func eachRow(ctx context.Context, q querier, query string, arguments []any, scan func(pgx.Rows) error) error {
	rows, err := q.Query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	return scanAll(rows, scan)
}

func scanAll(rows pgx.Rows, scan func(pgx.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
