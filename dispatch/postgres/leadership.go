package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/izdeu/izdeu/dispatch"
)

var _ dispatch.Replicas = (*Store)(nil)

const (
	lockLeadership = 2
	// heartbeat is how often the leader's connection says something when it
	// commits nothing; after silence without a word Postgres ends it.
	heartbeat      = time.Second
	heartbeatLimit = 2 * time.Second
	// leadershipPatience is how long the lock is waited for at a time, before
	// who holds it is looked at.
	leadershipPatience = time.Second
	lockNotAvailable   = "55P03"
)

// errNotLeading is what a store gives that has led and does so no longer.
var errNotLeading = fmt.Errorf("postgres: this replica does not lead: %w", dispatch.ErrFenced)

// term is a stretch of leadership.
type term struct {
	number int64 // head.leader
	lose   context.CancelCauseFunc
}

// Lead waits until this replica leads: until it has the lock, on the
// connection that commits. Postgres gives the lock back when the connection
// ends: at once when the process dies, after silence when it says nothing.
func (s *Store) Lead(ctx context.Context) (context.Context, func(), error) {
	w, err := openWriter(ctx, s.config)
	if err != nil {
		return nil, nil, err
	}
	number, err := s.takeLock(ctx, w.conn)
	if err != nil {
		w.close()
		return nil, nil, interpretError(fmt.Errorf("postgres: the leadership: %w", err))
	}
	leading, lose := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		w.close()
		lose(errClosed)
		return nil, nil, errClosed
	}
	if s.write != nil {
		s.write.close()
	}
	t := &term{number: number, lose: lose}
	s.write, s.term = w, t
	var beating sync.WaitGroup
	beating.Go(func() { s.beat(leading, w) })
	return leading, func() {
		lose(context.Canceled)
		beating.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.write == w {
			w.close()
			s.write = nil
		}
	}, nil
}

// takeLock waits for the lock and counts the terms.
func (s *Store) takeLock(ctx context.Context, conn *pgx.Conn) (number int64, err error) {
	if _, err := conn.Exec(ctx, fmt.Sprintf(`SET lock_timeout = %d`, leadershipPatience.Milliseconds())); err != nil {
		return 0, err
	}
	for {
		_, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, lockProgram, lockLeadership)
		if err == nil {
			break
		}
		var coded *pgconn.PgError
		if !errors.As(err, &coded) || coded.Code != lockNotAvailable {
			return 0, err
		}
		if err := s.endSilent(ctx, conn); err != nil {
			return 0, err
		}
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf(`RESET lock_timeout; SET idle_session_timeout = %d`, silence.Milliseconds())); err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, `UPDATE head SET leader = leader + 1 RETURNING leader`).Scan(&number)
	return number, err
}

// endSilent ends the leader's connection when it stopped in the middle of a
// batch: Postgres waits for the rest of it, and no timeout of its own runs.
func (s *Store) endSilent(ctx context.Context, conn *pgx.Conn) error {
	ended, err := conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid)
		WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND classid = $1::bigint::oid AND objid = $2::bigint::oid
			AND state = 'active' AND wait_event = 'ClientRead' AND query_start < clock_timestamp() - make_interval(secs => $3)`,
		lockProgram, lockLeadership, silence.Seconds())
	if err != nil {
		return fmt.Errorf("look at who leads: %w", err)
	}
	if ended.RowsAffected() > 0 {
		s.log.Warn("the leader fell silent in the middle of a batch, and its connection is ended")
	}
	return nil
}

// beat keeps the leader's connection from being taken for silent, until the
// term ends or the connection does.
func (s *Store) beat(ctx context.Context, w *writer) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !s.mu.TryLock() {
			continue // a batch is on its way
		}
		if s.write == w {
			asking, cancel := context.WithTimeout(ctx, heartbeatLimit)
			if err := w.conn.Ping(asking); err != nil && ctx.Err() == nil {
				s.drop(err)
			}
			cancel()
		}
		s.mu.Unlock()
	}
}

// drop gives up the connection that commits, and with it the leadership. The
// caller holds the mutex.
func (s *Store) drop(why error) {
	s.write.close()
	s.write = nil
	if s.term != nil {
		s.term.lose(fmt.Errorf("postgres: the leader's connection is lost: %w", why))
	}
}

// termNumber is the number of this store's term; 0 when it was never one of
// several replicas.
func (s *Store) termNumber() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.term == nil {
		return 0
	}
	return s.term.number
}

// Listen calls wake when another replica has committed, until ctx ends or the
// connection does.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return connectError(s.config, err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return interpretError(fmt.Errorf("postgres: listen: %w", err))
	}
	for {
		wake() // also at first: something may have been written before
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("postgres: listen: %w", err)
		}
	}
}
