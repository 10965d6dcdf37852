package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// writer is the connection that commits batches. It gathers the rows of every
// table and sends them all at once: rows that are new by COPY, the others as
// arrays of an upsert.
type writer struct {
	conn  *pgx.Conn
	order []*rows // as they are sent
	out   []byte  // what is sent next

	head                                                                                     *rows
	team, coordinator, place, position, track                                                *rows
	newCase, newApplication, newSubject, newPersonal, newAssignment                          *rows
	updateCase, application, subject, sealed, member, personal                               *rows
	freeAssignment, clearSlot, heldAssignment                                                *rows
	decision, note, event, caseNumber, travel, applied, deadLetter, replayed, offset, notify *rows
}

// openWriter connects and prepares the statements, in the order in which a
// batch is written. It matters for the head, which comes first, and for
// assignments, see there.
func openWriter(ctx context.Context, config *pgx.ConnConfig) (*writer, error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(config, err)
	}
	w := &writer{conn: conn}
	for _, s := range []struct {
		into      **rows
		of, query string
	}{
		{&w.head, "head", advanceHead},
		{&w.team, "teams", upsertTeam}, {&w.coordinator, "coordinators", upsertCoordinator}, {&w.place, "places", upsertPlace},
		{&w.position, "positions", upsertPosition}, {&w.track, "tracks", insertTrack},
		{&w.newCase, "new cases", copyTo + caseColumns}, {&w.updateCase, "cases", upsertCase},
		{&w.application, "applications", upsertApplication}, {&w.newApplication, "new applications", copyTo + applicationColumns},
		{&w.subject, "subjects", upsertSubject}, {&w.newSubject, "new subjects", copyTo + subjectColumns},
		{&w.sealed, "sealed outcomes", upsertSealed}, {&w.member, "members", upsertMember},
		{&w.personal, "personal data", upsertPersonal}, {&w.newPersonal, "new personal data", copyTo + personalColumns},
		{&w.freeAssignment, "assignments without a slot", upsertAssignment}, {&w.clearSlot, "slots", clearSlot},
		{&w.heldAssignment, "assignments", upsertAssignment}, {&w.newAssignment, "new assignments", copyTo + assignmentColumns},
		{&w.decision, "decisions", copyTo + decisionColumns}, {&w.note, "notes", insertNote}, {&w.event, "events", copyTo + "journal (" + eventColumns + ")"},
		{&w.caseNumber, "case numbers", upsertCaseNumber}, {&w.travel, "travel", upsertTravel}, {&w.applied, "results", insertApplied},
		{&w.deadLetter, "dead letters", insertDeadLetter}, {&w.replayed, "replayed dead letters", updateReplayed},
		{&w.offset, "offsets", upsertOffset}, {&w.notify, "wake-up", wake},
	} {
		if *s.into, err = prepareRows(ctx, conn, s.of, s.query); err != nil {
			w.close()
			return nil, err
		}
		w.order = append(w.order, *s.into)
	}
	return w, nil
}

func (w *writer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	_ = w.conn.Close(ctx) // a connection that is broken already has nothing to say
}

// reset forgets rows that were gathered.
func (w *writer) reset() {
	for _, r := range w.order {
		r.reset()
	}
}

// send writes everything that was gathered. All of it is one transaction: what
// stands before a Sync message is committed there, or nothing of it.
//
// The messages go out and come in without pgconn's Pipeline, which knows no
// COPY. The answers are few and short, so nobody has to read while this writes.
func (w *writer) send(ctx context.Context) error {
	raw := w.conn.PgConn().Conn()
	ended := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) }) // breaks it off; then the connection is dropped
	defer ended()
	sent, err := w.queue(raw)
	if err == nil {
		w.out, err = (&pgproto3.Sync{}).Encode(w.out)
	}
	if err == nil {
		err = w.flush(raw)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("postgres: send: %w", err), ctx.Err())
	}
	if err := w.results(sent); err != nil {
		return errors.Join(err, ctx.Err())
	}
	if !ended() {
		return fmt.Errorf("postgres: commit: %w", ctx.Err()) // with a deadline that has passed it cannot be used again
	}
	return nil
}

// queue sends the statements, but for the Sync: Postgres works on the first
// ones while the others are on their way.
func (w *writer) queue(raw net.Conn) (sent []*rows, err error) {
	failpoint.Here("begun")
	for _, r := range w.order {
		if r.n > 0 || r.at > 0 {
			if w.out, err = r.encode(w.out); err != nil {
				return nil, err
			}
			sent = append(sent, r)
		}
		step := ""
		switch r {
		case w.head:
			step = "head-moved"
		case w.newAssignment:
			step = "rows-written"
		case w.notify:
			step = "all-written"
		default:
			continue
		}
		if err := w.flush(raw); err != nil {
			return nil, err
		}
		failpoint.Here(step)
	}
	return sent, nil
}

// flush sends what is encoded.
func (w *writer) flush(raw net.Conn) error {
	_, err := raw.Write(w.out)
	if w.out = w.out[:0]; cap(w.out) > keptBuffer {
		w.out = nil
	}
	return err
}

// results reads the answers up to the commit. An error names its table.
func (w *writer) results(sent []*rows) (failed error) {
	for done := 0; ; {
		message, err := w.conn.PgConn().ReceiveMessage(context.Background()) // send has set the deadline
		if err != nil {
			return errors.Join(failed, fmt.Errorf("postgres: the answer: %w", err))
		}
		switch message := message.(type) {
		case *pgproto3.CommandComplete:
			done++
		case *pgproto3.ErrorResponse:
			of := "commit"
			if done < len(sent) {
				of = sent[done].of
			}
			failed = errors.Join(failed, fmt.Errorf("postgres: %s: %w", of, pgconn.ErrorResponseToPgError(message)))
		case *pgproto3.ReadyForQuery:
			return failed
		}
	}
}
