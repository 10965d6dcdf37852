package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	err := s.writing(ctx, func(w *writer) error {
		failpoint.Here("begun")
		if err := w.advance(batch); err != nil {
			return err
		}
		failpoint.Here("head-moved")
		err := w.batch(batch)
		failpoint.Here("all-written")
		return err
	})
	failpoint.Here("ended")
	return err
}

// advance moves the head from the batch's base, or says that somebody else did.
func (w *writer) advance(batch *dispatch.Batch) error {
	var last, first any
	if n := len(batch.Events); n > 0 {
		first, last = milliseconds(batch.Events[0].At), milliseconds(batch.Events[n-1].At)
	}
	moved, err := w.affected(`UPDATE head SET seq = ?, last_event_at = coalesce(?, last_event_at) WHERE epoch = ? AND seq = ?`,
		batch.Head.Sequence, last, batch.Base.Epoch, batch.Base.Sequence)
	switch {
	case err != nil:
		return fmt.Errorf("sqlite: head: %w", err)
	case moved != 1:
		return fmt.Errorf("sqlite: the base %s: %w", batch.Base, dispatch.ErrFenced)
	case first == nil || batch.Base.Sequence == 0:
		return nil
	}
	before, err := w.rows.eventTime.first(batch.Base.Sequence)
	if err != nil {
		if errors.Is(err, errNoRow) {
			return fmt.Errorf("sqlite: the journal lacks the event %d that its head names; run izdeu verify", batch.Base.Sequence)
		}
		return fmt.Errorf("sqlite: head: %w", err)
	}
	if at, ok := before[0].(int64); !ok || batch.Events[0].At.UnixMilli() < at {
		return refused("the event %d is earlier than the one before it", batch.Events[0].Sequence)
	}
	return nil
}

// batch writes the rows. The order matters for assignments only, see there.
func (w *writer) batch(batch *dispatch.Batch) error {
	base := batch.Base.Sequence
	w.rows.forget()
	for _, team := range batch.Teams {
		if err := w.team(team); err != nil {
			return fmt.Errorf("sqlite: team %d: %w", team.Key, err)
		}
	}
	for _, coordinator := range batch.Coordinators {
		if err := w.coordinator(coordinator); err != nil {
			return fmt.Errorf("sqlite: coordinator %s: %w", coordinator.ID, err)
		}
	}
	for _, place := range batch.Places {
		if err := w.place(place); err != nil {
			return fmt.Errorf("sqlite: place %s: %w", place.ID, err)
		}
	}
	for i := range batch.Positions {
		if err := w.position(&batch.Positions[i]); err != nil {
			return fmt.Errorf("sqlite: position of a team: %w", err)
		}
	}
	for i := range batch.Tracks {
		if err := w.track(&batch.Tracks[i]); err != nil {
			return fmt.Errorf("sqlite: track of case %d: %w", batch.Tracks[i].Case, err)
		}
	}
	// All rows of one table after the other: its pages stay at hand.
	for _, step := range []struct {
		of    string
		write func(*dispatch.Case, int64) error
		added *rows
	}{
		{"row", w.caseRow, w.rows.newCase}, {"applications", w.applications, w.rows.newApplication}, {"subjects", w.subjects, w.rows.newSubject},
		{"sealed outcomes", w.sealed, nil}, {"members", w.members, nil}, {"personal data", w.personal, w.rows.newPersonal},
		{"assignments", w.assignmentsWithoutSlot, w.rows.newAssignment}, {"slots", w.clearSlots, nil}, {"assignments", w.assignmentsWithSlot, w.rows.newAssignment},
	} {
		for _, c := range batch.Cases {
			if err := step.write(c, base); err != nil {
				return fmt.Errorf("sqlite: case %d: %s: %w", c.Key, step.of, err)
			}
		}
		if step.added == nil {
			continue
		}
		if err := step.added.flush(); err != nil {
			return fmt.Errorf("sqlite: %s: %w", step.of, err)
		}
	}
	failpoint.Here("rows-written")
	for i := range batch.Decisions {
		if err := w.decision(&batch.Decisions[i]); err != nil {
			return fmt.Errorf("sqlite: decision %d: %w", batch.Decisions[i].Sequence, err)
		}
	}
	if err := w.rows.decision.flush(); err != nil {
		return fmt.Errorf("sqlite: decisions: %w", err)
	}
	for i := range batch.Notes {
		if err := w.note(&batch.Notes[i]); err != nil {
			return fmt.Errorf("sqlite: note %d: %w", batch.Notes[i].Sequence, err)
		}
	}
	for i := range batch.Events {
		if err := w.event(&batch.Events[i]); err != nil {
			return fmt.Errorf("sqlite: event %d: %w", batch.Events[i].Sequence, err)
		}
	}
	if err := w.rows.event.flush(); err != nil {
		return fmt.Errorf("sqlite: events: %w", err)
	}
	return w.bookkeeping(batch)
}

// bookkeeping writes what is neither state nor journal.
func (w *writer) bookkeeping(batch *dispatch.Batch) error {
	for _, n := range batch.Numbers {
		if err := w.exec(`INSERT INTO case_number (prefix, last) VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last`,
			n.Prefix, n.Last); err != nil {
			return fmt.Errorf("sqlite: case number: %w", err)
		}
	}
	for _, r := range batch.Travel {
		if err := w.exec(`INSERT INTO travel (transport, trips, log_sum, log_squares) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET trips = excluded.trips, log_sum = excluded.log_sum, log_squares = excluded.log_squares`,
			string(r.Transport), r.Trips, r.LogSum, r.LogSquares); err != nil {
			return fmt.Errorf("sqlite: travel: %w", err)
		}
	}
	for i := range batch.Applied {
		if err := w.applied(&batch.Applied[i]); err != nil {
			return fmt.Errorf("sqlite: result of %s: %w", batch.Applied[i].Identity, err)
		}
	}
	for i := range batch.DeadLetters {
		if err := w.deadLetter(&batch.DeadLetters[i]); err != nil {
			return fmt.Errorf("sqlite: dead letter: %w", err)
		}
	}
	now := time.Now().UnixMilli()
	for _, id := range batch.Replayed {
		if err := w.exec(`UPDATE dead_letter SET replayed_at = ? WHERE id = ? AND replayed_at IS NULL`, now, id); err != nil {
			return fmt.Errorf("sqlite: replayed dead letter: %w", err)
		}
	}
	for _, o := range batch.Offsets {
		if err := w.exec(`INSERT INTO source_offset (topic, partition, next, last_hash) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET next = excluded.next, last_hash = excluded.last_hash`,
			o.Topic, int64(o.Partition), o.Next, o.LastHash[:]); err != nil {
			return fmt.Errorf("sqlite: offset: %w", err)
		}
	}
	return nil
}

// applied keeps a result. An identity is used up by its first result, but for
// those that dispatch.Applied.UsedUp names.
func (w *writer) applied(a *dispatch.Applied) error {
	written, err := w.affected(`INSERT INTO applied (identity, at, done, code, detail, case_key, seq) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (identity) DO UPDATE SET n = (SELECT max(n) + 1 FROM applied), at = excluded.at, done = excluded.done,
			code = excluded.code, detail = excluded.detail, case_key = excluded.case_key, seq = excluded.seq
		WHERE applied.code IN ('`+dispatch.RefusedNotSupported+`', '`+dispatch.RefusedUnknownApplication+`')`,
		a.Identity[:], a.At.UnixMilli(), truth(a.Done), text(a.Code), text(a.Detail), number(a.Case), a.Sequence)
	if err == nil && written != 1 {
		err = refused("it was applied before")
	}
	return err
}

// deadLetter keeps a record once, however often the topic is read again.
func (w *writer) deadLetter(d *dispatch.DeadLetter) error {
	return w.exec(`INSERT INTO dead_letter (topic, partition, offset, at, reason, detail, message_key, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		d.Source.Topic, int64(d.Source.Partition), d.Source.Offset, milliseconds(d.At), d.Reason, text(d.Detail), bytesOrNull(d.Key), bytesOrNull(d.Value))
}

// bytesOrNull keeps a missing value apart from an empty one: Kafka does.
func bytesOrNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// Prune deletes results of commands and team messages that were decided before
// the time, the oldest first, at most limit of them.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	var deleted int64
	err := s.writing(ctx, func(w *writer) error {
		var err error
		// The inner query looks at limit rows and no more: rows are in the
		// order of their time, so none is passed over for long.
		deleted, err = w.affected(`DELETE FROM applied WHERE n IN (SELECT n FROM applied ORDER BY n LIMIT ?) AND at < ?`,
			int64(limit), before.UnixMilli())
		if err != nil {
			return fmt.Errorf("sqlite: prune: %w", err)
		}
		return nil
	})
	return int(deleted), err
}
