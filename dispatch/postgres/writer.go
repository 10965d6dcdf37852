package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// writer is the connection that commits batches. It gathers the rows of every
// table and sends them all at once.
type writer struct {
	conn  *pgx.Conn
	order []*rows // as they are sent

	head                                                                                     *rows
	team, coordinator, place, position, track                                                *rows
	insertCase, updateCase, application, subject, sealed, member, personal                   *rows
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
		{&w.insertCase, "new cases", insertCase}, {&w.updateCase, "cases", insertCase + updateCase},
		{&w.application, "applications", upsertApplication}, {&w.subject, "subjects", upsertSubject},
		{&w.sealed, "sealed outcomes", upsertSealed}, {&w.member, "members", upsertMember}, {&w.personal, "personal data", upsertPersonal},
		{&w.freeAssignment, "assignments without a slot", upsertAssignment}, {&w.clearSlot, "slots", clearSlot},
		{&w.heldAssignment, "assignments", upsertAssignment},
		{&w.decision, "decisions", insertDecision}, {&w.note, "notes", insertNote}, {&w.event, "events", insertEvent},
		{&w.caseNumber, "case numbers", upsertCaseNumber}, {&w.travel, "travel", upsertTravel}, {&w.applied, "results", insertApplied},
		{&w.deadLetter, "dead letters", insertDeadLetter}, {&w.replayed, "replayed dead letters", updateReplayed},
		{&w.offset, "offsets", upsertOffset}, {&w.notify, "wake-up", wake},
	} {
		prepared, err := conn.Prepare(ctx, s.query, s.query)
		if err != nil {
			w.close()
			return nil, interpretError(fmt.Errorf("postgres: prepare the writing of %s: %w", s.of, err))
		}
		if *s.into, err = newRows(s.of, prepared); err != nil {
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
func (w *writer) send(ctx context.Context) error {
	pipeline := w.conn.PgConn().StartPipeline(ctx)
	sent, err := w.queue(pipeline)
	if err == nil {
		err = pipeline.Sync()
	}
	if err == nil {
		err = results(pipeline, sent)
	} else {
		err = fmt.Errorf("postgres: send: %w", err)
	}
	return errors.Join(err, pipeline.Close())
}

// queue sends the statements, but for the Sync: Postgres works on the first
// ones while the others are on their way.
func (w *writer) queue(pipeline *pgconn.Pipeline) (sent []*rows, err error) {
	failpoint.Here("begun")
	for _, r := range w.order {
		if r.n > 0 || r.at > 0 {
			values, err := r.values()
			if err != nil {
				return nil, err
			}
			pipeline.SendQueryPrepared(r.name, values, r.formats, nil)
			sent = append(sent, r)
		}
		step := ""
		switch r {
		case w.head:
			step = "head-moved"
		case w.heldAssignment:
			step = "rows-written"
		case w.notify:
			step = "all-written"
		default:
			continue
		}
		if err := pipeline.Flush(); err != nil {
			return nil, err
		}
		failpoint.Here(step)
	}
	return sent, nil
}

// results reads the answers up to the commit. The first error names its table.
func results(pipeline *pgconn.Pipeline, sent []*rows) (failed error) {
	for done := 0; ; {
		result, err := pipeline.GetResults()
		if reader, ok := result.(*pgconn.ResultReader); ok && err == nil {
			_, err = reader.Close()
		}
		if err != nil {
			of := "commit"
			if done < len(sent) {
				of = sent[done].of
			}
			failed = errors.Join(failed, fmt.Errorf("postgres: %s: %w", of, err))
			var coded *pgconn.PgError
			if !errors.As(err, &coded) {
				return failed // the connection is broken
			}
			continue
		}
		switch result.(type) {
		case *pgconn.PipelineSync:
			return failed
		case nil:
			return errors.Join(failed, errors.New("postgres: the answers end before the commit's"))
		}
		done++
	}
}

// rows gathers what one statement writes: an array for each of its parameters,
// in Postgres' binary form. Values are given in the order of the parameters,
// row after row.
type rows struct {
	of      string
	name    string
	formats []int16
	columns []column
	at      int // the column that comes next
	n       int // rows
}

type column struct {
	data  []byte
	nulls bool
}

// arrayHeader: one dimension, whether there are nulls, the type of the
// elements, their number, the first index.
const arrayHeader = 20

// elements has the types of the elements of array types.
var elements = map[uint32]uint32{
	pgtype.Int8ArrayOID: pgtype.Int8OID, pgtype.TextArrayOID: pgtype.TextOID, pgtype.BoolArrayOID: pgtype.BoolOID,
	pgtype.Float8ArrayOID: pgtype.Float8OID, pgtype.ByteaArrayOID: pgtype.ByteaOID, pgtype.JSONBArrayOID: pgtype.JSONBOID,
}

func newRows(of string, prepared *pgconn.StatementDescription) (*rows, error) {
	r := &rows{of: of, name: prepared.Name}
	for _, array := range prepared.ParamOIDs {
		element, known := elements[array]
		if !known {
			return nil, fmt.Errorf("postgres: the writing of %s has a parameter of the type %d", of, array)
		}
		header := make([]byte, arrayHeader, 256)
		binary.BigEndian.PutUint32(header, 1)
		binary.BigEndian.PutUint32(header[8:], element)
		binary.BigEndian.PutUint32(header[16:], 1)
		r.columns = append(r.columns, column{data: header})
		r.formats = append(r.formats, pgx.BinaryFormatCode)
	}
	return r, nil
}

// keptColumn is how large a buffer is kept for the next batch.
const keptColumn = 1 << 20

func (r *rows) reset() {
	r.at, r.n = 0, 0
	for i := range r.columns {
		c := &r.columns[i]
		if c.nulls = false; cap(c.data) > keptColumn {
			c.data = append(make([]byte, 0, arrayHeader), c.data[:arrayHeader]...)
		}
		c.data = c.data[:arrayHeader]
	}
}

// values finishes the arrays.
func (r *rows) values() ([][]byte, error) {
	if r.at != 0 {
		return nil, fmt.Errorf("postgres: a row of %s lacks values", r.of)
	}
	values := make([][]byte, len(r.columns))
	for i := range r.columns {
		c := &r.columns[i]
		flags := uint32(0)
		if c.nulls {
			flags = 1
		}
		binary.BigEndian.PutUint32(c.data[4:], flags)
		binary.BigEndian.PutUint32(c.data[12:], uint32(r.n))
		values[i] = c.data
	}
	return values, nil
}

// next is the column of the value that comes.
func (r *rows) next() *column {
	c := &r.columns[r.at]
	if r.at++; r.at == len(r.columns) {
		r.at = 0
		r.n++
	}
	return c
}

func (r *rows) null() *rows {
	c := r.next()
	c.nulls = true
	c.data = binary.BigEndian.AppendUint32(c.data, math.MaxUint32)
	return r
}

func (r *rows) int(n int64) *rows {
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, 8)
	c.data = binary.BigEndian.AppendUint64(c.data, uint64(n))
	return r
}

// number is an int that is NULL for 0.
func (r *rows) number(n int64) *rows {
	if n == 0 {
		return r.null()
	}
	return r.int(n)
}

func (r *rows) float(f float64) *rows {
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, 8)
	c.data = binary.BigEndian.AppendUint64(c.data, math.Float64bits(f))
	return r
}

func (r *rows) bool(b bool) *rows {
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, 1)
	if b {
		c.data = append(c.data, 1)
	} else {
		c.data = append(c.data, 0)
	}
	return r
}

func (r *rows) string(s string) *rows {
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, uint32(len(s)))
	c.data = append(c.data, s...)
	return r
}

// text is a string that is NULL when it is empty.
func (r *rows) text(s string) *rows {
	if s == "" {
		return r.null()
	}
	return r.string(s)
}

// bytes keeps a missing value apart from an empty one.
func (r *rows) bytes(b []byte) *rows {
	if b == nil {
		return r.null()
	}
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, uint32(len(b)))
	c.data = append(c.data, b...)
	return r
}

// time is NULL for none.
func (r *rows) time(t time.Time) *rows {
	if t.IsZero() {
		return r.null()
	}
	return r.int(t.UnixMilli())
}

// json is a document, NULL for nil.
func (r *rows) json(document []byte) *rows {
	if document == nil {
		return r.null()
	}
	c := r.next()
	c.data = binary.BigEndian.AppendUint32(c.data, uint32(1+len(document)))
	c.data = append(append(c.data, 1), document...) // the version of jsonb's binary form
	return r
}
