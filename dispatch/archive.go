package dispatch

import (
	"context"
	"errors"
	"fmt"
)

// Errors of restoring an archive.
var (
	// ErrNotEmpty: there is data already where an archive should be restored to.
	ErrNotEmpty = errors.New("there is data already")
	// ErrOtherSchema: the archive was made with a schema that this program
	// cannot restore there.
	ErrOtherSchema = errors.New("the archive has another schema")
)

// ArchiveSchema says how the tables of an archive are to be understood.
type ArchiveSchema struct {
	Store   string `json:"store"` // the package that wrote them: sqlite or postgres
	Version int64  `json:"version"`
}

// ColumnType is the form of a column's values in an archive.
type ColumnType string

// The types of columns; every value may be nil instead.
const (
	ColumnInteger ColumnType = "integer" // int64; also truth values (0 and 1) and times (unix milliseconds)
	ColumnReal    ColumnType = "real"    // float64
	ColumnText    ColumnType = "text"    // string; also JSON
	ColumnBlob    ColumnType = "blob"    // []byte
)

// ArchiveColumn is a column of a table.
type ArchiveColumn struct {
	Name string     `json:"name"`
	Type ColumnType `json:"type"`
}

// ArchiveTable is a table with its columns, in the order of the values of a row.
type ArchiveTable struct {
	Name    string          `json:"name"`
	Columns []ArchiveColumn `json:"columns"`
}

// Column gives the place of a column in a row; -1 when there is none.
func (t *ArchiveTable) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Archive is everything that a store holds, at one position of the journal. The
// forms are the same whatever the store, so that what one has written another
// can take over.
type Archive interface {
	Schema() ArchiveSchema
	// Tables gives the tables in the order of their names.
	Tables() []ArchiveTable
	// Rows calls each with every row of a table, in the order of its key. The
	// values belong to the callee only until it returns.
	Rows(ctx context.Context, table string, each func(values []any) error) error
}

// Archiver gives its rows as an archive. Implemented by the stores.
type Archiver interface {
	// Archive calls do with an archive that is read from one snapshot, while
	// others go on writing; it is good until do returns.
	Archive(ctx context.Context, do func(Archive) error) error
}

// ArchiveHead is what the rows of an archive say about the whole of it.
type ArchiveHead struct {
	Position     Position
	LastEvent    int64 // unix milliseconds; 0 when the journal is empty
	Installation string
	Offsets      []SourceOffset
}

// ReadArchiveHead reads it.
func ReadArchiveHead(ctx context.Context, archive Archive) (*ArchiveHead, error) {
	head := &ArchiveHead{}
	err := archiveRows(ctx, archive, "head", []string{"epoch", "seq", "last_event_at"}, func(values []any) error {
		head.Position.Epoch, _ = values[0].(string)
		head.Position.Sequence, _ = values[1].(int64)
		head.LastEvent, _ = values[2].(int64)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if head.Position.Epoch == "" {
		return nil, errors.New("dispatch: the archive has no head")
	}
	err = archiveRows(ctx, archive, "setting", []string{"name", "value"}, func(values []any) error {
		if values[0] == "installation" {
			head.Installation, _ = values[1].(string)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = archiveRows(ctx, archive, "source_offset", []string{"topic", "partition", "next", "last_hash"}, func(values []any) error {
		var o SourceOffset
		o.Topic, _ = values[0].(string)
		partition, _ := values[1].(int64)
		o.Partition = int(partition)
		o.Next, _ = values[2].(int64)
		hash, _ := values[3].([]byte)
		copy(o.LastHash[:], hash)
		head.Offsets = append(head.Offsets, o)
		return nil
	})
	return head, err
}

// archiveRows reads some columns of a table.
func archiveRows(ctx context.Context, archive Archive, name string, columns []string, each func(values []any) error) error {
	places, err := archivePlaces(archive, name, columns...)
	if err != nil {
		return err
	}
	picked := make([]any, len(columns))
	return archive.Rows(ctx, name, func(values []any) error {
		for i, place := range places {
			picked[i] = values[place]
		}
		return each(picked)
	})
}

// archivePlaces gives the places of columns in the rows of a table.
func archivePlaces(archive Archive, name string, columns ...string) ([]int, error) {
	for _, table := range archive.Tables() {
		if table.Name != name {
			continue
		}
		places := make([]int, len(columns))
		for i, column := range columns {
			if places[i] = table.Column(column); places[i] < 0 {
				return nil, fmt.Errorf("dispatch: the archive's table %s lacks the column %s", name, column)
			}
		}
		return places, nil
	}
	return nil, fmt.Errorf("dispatch: the archive lacks the table %s", name)
}

// Renew gives the archive as it has to be restored: in another epoch, because
// sequences after its head were used already and will be used for something
// else, and with the identities of applications as this program makes them.
// Without offsets the input topics are read from their beginning, for an
// installation that gets another Kafka than the archive was made with; what
// was applied is known, so that reading a message again changes nothing.
func Renew(archive Archive, epoch string, offsets bool) Archive {
	return &renewed{Archive: archive, epoch: epoch, offsets: offsets}
}

type renewed struct {
	Archive
	epoch   string
	offsets bool
}

func (r *renewed) Rows(ctx context.Context, name string, each func(values []any) error) error {
	switch name {
	case "source_offset":
		if !r.offsets {
			// Read all the same: a damaged archive must not pass.
			each = func([]any) error { return nil }
		}
	case "head":
		places, err := archivePlaces(r, name, "epoch")
		if err != nil {
			return err
		}
		return r.Archive.Rows(ctx, name, func(values []any) error {
			values[places[0]] = r.epoch
			return each(values)
		})
	case "application":
		places, err := archivePlaces(r, name, "system", "id", "identity")
		if err != nil {
			return err
		}
		return r.Archive.Rows(ctx, name, func(values []any) error {
			system, _ := values[places[0]].(string)
			id, _ := values[places[1]].(string)
			identity := ApplicationIdentity(system, id)
			values[places[2]] = identity[:]
			return each(values)
		})
	}
	return r.Archive.Rows(ctx, name, each)
}

// SameTables refuses an archive (ErrOtherSchema) whose tables are not those of
// the database that it is to be restored into.
func SameTables(into []ArchiveTable, from Archive) error {
	schema := from.Schema()
	other := func(format string, arguments ...any) error {
		return fmt.Errorf("the archive is of %s, schema %d: %s: %w", schema.Store, schema.Version, fmt.Sprintf(format, arguments...), ErrOtherSchema)
	}
	known := map[string]*ArchiveTable{}
	for i := range into {
		known[into[i].Name] = &into[i]
	}
	tables := from.Tables()
	if len(tables) != len(into) {
		return other("it has %d tables, the database %d", len(tables), len(into))
	}
	for i := range tables {
		table := known[tables[i].Name]
		if table == nil {
			return other("the database has no table %s", tables[i].Name)
		}
		if len(table.Columns) != len(tables[i].Columns) {
			return other("%s has %d columns, the database's %d", table.Name, len(tables[i].Columns), len(table.Columns))
		}
		for _, column := range tables[i].Columns {
			if place := table.Column(column.Name); place < 0 || table.Columns[place].Type != column.Type {
				return other("the database has no column %s.%s of the type %s", table.Name, column.Name, column.Type)
			}
		}
	}
	return nil
}
