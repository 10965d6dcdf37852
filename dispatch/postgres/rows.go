package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// rows gathers what one statement writes, in Postgres' binary form: the rows
// of a COPY, or an array for each parameter. Values are given in the order of
// the parameters or columns, row after row.
type rows struct {
	of      string
	name    string
	width   int     // values of a row
	narrow  []bool  // which columns of a COPY are integers of 4 bytes; nil: arrays
	formats []int16 // of the parameters
	columns []column
	at      int // the value that comes next
	n       int // rows
}

// column is an array, or all the rows of a COPY.
type column struct {
	data  []byte
	nulls bool
}

const (
	// copyTo and a table with its columns in brackets make a statement that
	// prepareRows takes for a COPY: for rows that nobody can have written before.
	copyTo = "COPY "
	// arrayHeader: one dimension, whether there are nulls, the type of the
	// elements, their number, the first index.
	arrayHeader = 20
	// copyHeader opens the binary format of a COPY.
	copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	// copyPart is the size of one message of a COPY: Postgres holds a message
	// whole, and gives larger memory back to the system each time.
	copyPart = 64 << 10
	// keptBuffer is how large a buffer is kept for the next batch.
	keptBuffer = 4 << 20
)

// elements has the types of the elements of array types.
var elements = map[uint32]uint32{
	pgtype.Int8ArrayOID: pgtype.Int8OID, pgtype.TextArrayOID: pgtype.TextOID, pgtype.BoolArrayOID: pgtype.BoolOID,
	pgtype.Float8ArrayOID: pgtype.Float8OID, pgtype.ByteaArrayOID: pgtype.ByteaOID, pgtype.JSONBArrayOID: pgtype.JSONBOID,
}

// prepareRows prepares a statement that takes arrays, or a COPY.
func prepareRows(ctx context.Context, conn *pgx.Conn, of, query string) (*rows, error) {
	r := &rows{of: of}
	table, copied := strings.CutPrefix(query, copyTo)
	if copied {
		name, columns, _ := strings.Cut(table, " ")
		types, err := conn.Prepare(ctx, "", "SELECT "+strings.Trim(columns, "()")+" FROM "+name)
		if err != nil {
			return nil, interpretError(fmt.Errorf("postgres: the columns of %s: %w", of, err))
		}
		for _, field := range types.Fields {
			r.narrow = append(r.narrow, field.DataTypeOID == pgtype.Int4OID)
		}
		r.width = len(r.narrow)
		r.columns = []column{{data: []byte(copyHeader)}}
		query += " FROM STDIN (FORMAT binary)"
	}
	prepared, err := conn.Prepare(ctx, query, query)
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: prepare the writing of %s: %w", of, err))
	}
	r.name = prepared.Name
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
		r.width++
	}
	return r, nil
}

// copied says that the rows go by COPY, not as arrays.
func (r *rows) copied() bool { return r.narrow != nil }

func (r *rows) reset() {
	header := arrayHeader
	if r.copied() {
		header = len(copyHeader)
	}
	r.at, r.n = 0, 0
	for i := range r.columns {
		c := &r.columns[i]
		if c.nulls = false; cap(c.data) > keptBuffer {
			c.data = append(make([]byte, 0, header), c.data[:header]...)
		}
		c.data = c.data[:header]
	}
}

// encode appends the messages that write the rows.
func (r *rows) encode(out []byte) ([]byte, error) {
	if r.at != 0 {
		return nil, fmt.Errorf("a row of %s lacks values", r.of)
	}
	values := make([][]byte, 0, len(r.columns))
	if !r.copied() {
		for i := range r.columns {
			c := &r.columns[i]
			flags := uint32(0)
			if c.nulls {
				flags = 1
			}
			binary.BigEndian.PutUint32(c.data[4:], flags)
			binary.BigEndian.PutUint32(c.data[12:], uint32(r.n))
			values = append(values, c.data)
		}
	}
	out, err := (&pgproto3.Bind{PreparedStatement: r.name, ParameterFormatCodes: r.formats, Parameters: values}).Encode(out)
	if err != nil {
		return nil, err
	}
	if out, err = (&pgproto3.Execute{}).Encode(out); err != nil || !r.copied() {
		return out, err
	}
	for part := range slices.Chunk(binary.BigEndian.AppendUint16(r.columns[0].data, math.MaxUint16), copyPart) { // with the end
		if out, err = (&pgproto3.CopyData{Data: part}).Encode(out); err != nil {
			return nil, err
		}
	}
	return (&pgproto3.CopyDone{}).Encode(out)
}

// next is where the value that comes goes.
func (r *rows) next() *column {
	c := &r.columns[0]
	switch {
	case !r.copied():
		c = &r.columns[r.at]
	case r.at == 0:
		c.data = binary.BigEndian.AppendUint16(c.data, uint16(r.width))
	}
	if r.at++; r.at == r.width {
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
	narrow := r.copied() && r.narrow[r.at] && n == int64(int32(n)) // or else Postgres refuses it
	c := r.next()
	if narrow {
		c.data = binary.BigEndian.AppendUint32(c.data, 4)
		c.data = binary.BigEndian.AppendUint32(c.data, uint32(n))
		return r
	}
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
