package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// Commit writes a batch in one transaction, or nothing of it. The error is
// dispatch.ErrFenced when the head is not the batch's base,
// dispatch.ErrRefused when the database cannot hold the content,
// dispatch.ErrNoSpace when the disk is full, or anything else for an unknown
// outcome.
func (s *Store) Commit(ctx context.Context, batch *dispatch.Batch) error {
	if err := batch.CheckJournal(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.writer(ctx)
	if err != nil {
		return err
	}
	defer w.reset()
	number := int64(0)
	if s.term != nil {
		number = s.term.number
	}
	if err := w.gather(batch, number); err != nil {
		return err
	}
	err = w.send(ctx)
	failpoint.Here("ended")
	var coded *pgconn.PgError
	if err != nil && (!errors.As(err, &coded) || w.conn.IsClosed()) {
		// It may have been committed or not: the connection is not trusted again.
		s.drop(err)
	}
	return interpretError(err)
}

// writer gives the connection that commits, opening it when there is none.
// The caller holds the mutex.
func (s *Store) writer(ctx context.Context) (*writer, error) {
	if s.closed {
		return nil, errClosed
	}
	if s.write == nil {
		if s.term != nil {
			return nil, errNotLeading
		}
		write, err := openWriter(ctx, s.config)
		if err != nil {
			return nil, err
		}
		s.write = write
	}
	return s.write, nil
}

// advanceHead moves the head from the batch's base. On another head, epoch,
// timeline or leader's term seq becomes NULL, which the column refuses (dispatch.ErrFenced); an
// event that is older than the last one makes the time -1, which a rule
// refuses. So it needs no answer before the rows are sent.
const advanceHead = `UPDATE head SET
		seq = CASE WHEN head.epoch = batch.epoch AND head.seq = batch.base AND timeline = ` + timeline + `
			AND batch.term IN (0, leader) THEN batch.head END,
		last_event_at = CASE WHEN batch.first < last_event_at THEN -1 ELSE coalesce(batch.last, last_event_at) END
	FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS batch (epoch, base, head, first, last, term)`

// wake tells other replicas that there is something to read; see Wakes.
const wake = `SELECT pg_notify('` + channel + `', '')`

// channel of NOTIFY, within one database.
const channel = "izdeu"

// gather takes the rows of a batch; term is that of the leader, or 0.
func (w *writer) gather(batch *dispatch.Batch, term int64) error {
	base := batch.Base.Sequence
	var first, last time.Time
	if n := len(batch.Events); n > 0 {
		first, last = batch.Events[0].At, batch.Events[n-1].At
	}
	w.head.string(batch.Base.Epoch).int(base).int(batch.Head.Sequence).time(first).time(last).int(term)
	w.notify.n = 1

	for _, team := range batch.Teams {
		if err := w.addTeam(team); err != nil {
			return fmt.Errorf("postgres: team %d: %w", team.Key, err)
		}
	}
	for _, coordinator := range batch.Coordinators {
		if err := w.addCoordinator(coordinator); err != nil {
			return fmt.Errorf("postgres: coordinator %s: %w", coordinator.ID, err)
		}
	}
	for _, place := range batch.Places {
		if err := w.addPlace(place); err != nil {
			return fmt.Errorf("postgres: place %s: %w", place.ID, err)
		}
	}
	for i := range batch.Positions {
		w.addPosition(&batch.Positions[i])
	}
	for i := range batch.Tracks {
		w.addTrack(&batch.Tracks[i])
	}
	for _, c := range batch.Cases {
		if err := w.addCase(c, base); err != nil {
			return fmt.Errorf("postgres: case %d: %w", c.Key, err)
		}
	}
	for i := range batch.Decisions {
		if err := w.addDecision(&batch.Decisions[i]); err != nil {
			return fmt.Errorf("postgres: decision %d: %w", batch.Decisions[i].Sequence, err)
		}
	}
	for i := range batch.Notes {
		w.addNote(&batch.Notes[i])
	}
	for i := range batch.Events {
		w.addEvent(&batch.Events[i])
	}
	w.addBookkeeping(batch)
	return nil
}

const (
	upsertCaseNumber = `INSERT INTO case_number (prefix, last) SELECT * FROM unnest($1::text[], $2::bigint[])
		ON CONFLICT (prefix) DO UPDATE SET last = excluded.last`
	upsertTravel = `INSERT INTO travel (transport, trips, log_sum, log_squares)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
		ON CONFLICT (transport) DO UPDATE SET trips = excluded.trips, log_sum = excluded.log_sum, log_squares = excluded.log_squares`
	// An identity is used up by its first result, but for those that
	// dispatch.Applied.UsedUp names: the time of another becomes NULL, which
	// is refused.
	insertApplied = `INSERT INTO applied (identity, at, done, code, detail, case_key, seq)
		SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::boolean[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
		ON CONFLICT (identity) DO UPDATE SET n = DEFAULT, done = excluded.done, code = excluded.code, detail = excluded.detail,
			case_key = excluded.case_key, seq = excluded.seq,
			at = CASE WHEN applied.code IN ('` + dispatch.RefusedNotSupported + `', '` + dispatch.RefusedUnknownApplication + `') THEN excluded.at END`
	// A record is kept once, however often the topic is read again.
	insertDeadLetter = `INSERT INTO dead_letter (topic, partition, "offset", at, reason, detail, message_key, value)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
		ON CONFLICT DO NOTHING`
	updateReplayed = `UPDATE dead_letter SET replayed_at = replayed.at FROM unnest($1::bigint[], $2::bigint[]) AS replayed (id, at)
		WHERE dead_letter.id = replayed.id AND replayed_at IS NULL`
	upsertOffset = `INSERT INTO source_offset (topic, partition, next, last_hash)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[])
		ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next, last_hash = excluded.last_hash`
)

// addBookkeeping takes what is neither state nor journal.
func (w *writer) addBookkeeping(batch *dispatch.Batch) {
	for _, n := range batch.Numbers {
		w.caseNumber.string(n.Prefix).int(n.Last)
	}
	for _, r := range batch.Travel {
		w.travel.string(string(r.Transport)).int(r.Trips).int(r.LogSum).int(r.LogSquares)
	}
	for i := range batch.Applied {
		a := &batch.Applied[i]
		w.applied.bytes(a.Identity[:]).int(a.At.UnixMilli()).bool(a.Done).text(a.Code).text(a.Detail).number(a.Case).int(a.Sequence)
	}
	for i := range batch.DeadLetters {
		d := &batch.DeadLetters[i]
		w.deadLetter.string(d.Source.Topic).int(int64(d.Source.Partition)).int(d.Source.Offset).time(d.At).string(d.Reason).text(d.Detail).
			bytes(d.Key).bytes(d.Value)
	}
	now := time.Now()
	for _, id := range batch.Replayed {
		w.replayed.int(id).time(now)
	}
	for _, o := range batch.Offsets {
		w.offset.string(o.Topic).int(int64(o.Partition)).int(o.Next).bytes(o.LastHash[:])
	}
}

// Prune deletes results of commands and team messages that were decided before
// the time, the oldest first, at most limit of them.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	// The inner query looks at limit rows and no more: rows are in the order
	// of their time, so none is passed over for long.
	deleted, err := s.pool.Exec(ctx, `DELETE FROM applied WHERE n = ANY(ARRAY(SELECT n FROM applied ORDER BY n LIMIT $1)) AND at < $2`,
		limit, before.UnixMilli())
	if err != nil {
		return 0, interpretError(fmt.Errorf("postgres: prune: %w", err))
	}
	return int(deleted.RowsAffected()), nil
}
