package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// ExerciseArchive tests that a store gives everything it holds as an archive,
// of one moment, and that another one made of it is the same. restore makes a
// new database of an archive.
func ExerciseArchive(t *testing.T, open func(*testing.T) Opened, restore func(*testing.T, dispatch.Archive) (Database, error)) {
	t.Helper()
	t.Run("an archive restored is the same", func(t *testing.T) { testArchive(t, open, restore) })
	t.Run("an archive of another schema is refused", func(t *testing.T) { testOtherSchema(t, open, restore) })
}

// rowsOf gives all rows of an archive as text, by table.
func rowsOf(t *testing.T, from Database) map[string][]string {
	t.Helper()
	archiver, ok := from.(dispatch.Archiver)
	if !ok {
		t.Fatalf("%T is no dispatch.Archiver", from)
	}
	all := map[string][]string{}
	err := archiver.Archive(t.Context(), func(a dispatch.Archive) error {
		for _, table := range a.Tables() {
			all[table.Name] = []string{}
			if err := a.Rows(t.Context(), table.Name, func(values []any) error {
				if len(values) != len(table.Columns) {
					return fmt.Errorf("%s: %d values for %d columns", table.Name, len(values), len(table.Columns))
				}
				all[table.Name] = append(all[table.Name], fmt.Sprintf("%#v", values))
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// otherIdentities is an archive of a program that made other identities of applications.
type otherIdentities struct{ dispatch.Archive }

func (o otherIdentities) Rows(ctx context.Context, name string, each func([]any) error) error {
	if name != "application" {
		return o.Archive.Rows(ctx, name, each)
	}
	tables := o.Tables()
	at := slices.IndexFunc(tables, func(table dispatch.ArchiveTable) bool { return table.Name == name })
	place := tables[at].Column("identity")
	return o.Archive.Rows(ctx, name, func(values []any) error {
		values[place] = bytes.Repeat([]byte{1}, len(dispatch.Identity{}))
		return each(values)
	})
}

// fillEverything leaves rows in every table.
func fillEverything(t *testing.T, b *book) {
	t.Helper()
	testRoundTrip(t, b)
	for _, part := range []func(*testing.T, *book){testKeys, testEndedSessions, testDeliveries, testPushSubscriptions, testCursors, testPhotos, testErasure, testPlaces, testSignedMonths} {
		part(t, b)
	}
	p := b.page()
	p.DeadLetters = []dispatch.DeadLetter{{Source: dispatch.Source{Topic: "izdeu.applications", Partition: 1, Offset: 7}, At: b.tick(),
		Reason: "not-json", Detail: "«\"\\\x01\u2028»", Key: []byte{0, 255}, Value: []byte{}}}
	p.Applied = []dispatch.Applied{{Identity: dispatch.ApplicationIdentity("x", "y"), At: b.tick(), Code: "too-old", Detail: "…", Case: 1, Sequence: b.head.Sequence}}
	p.Coordinators = []*dispatch.Coordinator{{CoordinatorRegistration: dispatch.CoordinatorRegistration{ID: "k-1", Regions: []string{"KZ-39"}},
		Changed: p.emit(dispatch.EventCoordinatorRegistered, 0, 0)}}
	p.Places = []*dispatch.Place{{PlaceRegistration: dispatch.PlaceRegistration{ID: "p-1", Names: geo.Names{Russian: "Жуковка"}, Location: orb.Point{63.95, 53.42}},
		Region: "KZ-39", Origin: dispatch.PlaceImported, Changed: p.emit(dispatch.EventPlaceRegistered, 0, 0)}}
	p.commit()
	head := b.head.Sequence
	if err := putStatistics(b, head); err != nil {
		t.Fatal(err)
	}
}

func testArchive(t *testing.T, open func(*testing.T) Opened, restore func(*testing.T, dispatch.Archive) (Database, error)) {
	b := newBook(t, open(t))
	fillEverything(t, b)
	want := rowsOf(t, b.store)
	for table, rows := range want {
		if len(rows) == 0 {
			t.Errorf("the table %s is empty, so nothing is known of it", table)
		}
	}
	before := b.snapshot()
	archiver, _ := b.store.(dispatch.Archiver)
	var copied Database
	err := archiver.Archive(b.ctx, func(a dispatch.Archive) (err error) {
		// What is written after the archive was begun is not in it.
		p := b.page()
		p.open()
		p.commit()
		head, err := dispatch.ReadArchiveHead(b.ctx, a)
		if err != nil {
			return err
		}
		if head.Position != before.Head {
			t.Errorf("the archive is of %v, want %v", head.Position, before.Head)
		}
		same(t, "offsets", before.Offsets, head.Offsets)
		copied, err = restore(t, dispatch.Renew(otherIdentities{a}, "newepoch", true))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := rowsOf(t, copied)
	for table, rows := range want {
		if table == "head" {
			continue
		}
		if !slices.Equal(rows, got[table]) {
			t.Errorf("table %s:\n got %q\nwant %q", table, got[table], rows)
		}
	}
	after, err := copied.Load(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if want := (dispatch.Position{Epoch: "newepoch", Sequence: before.Head.Sequence}); after.Head != want {
		t.Errorf("the head of the restored is %v, want %v", after.Head, want)
	}
	before.Head = after.Head
	same(t, "the state of the restored", before, after)

	// It goes on from there: with its own dead letters' ids, too.
	c := &book{t: t, ctx: b.ctx, store: copied, head: after.Head, now: b.now, number: b.number + 10}
	p := c.page()
	p.open()
	p.DeadLetters = []dispatch.DeadLetter{{Source: dispatch.Source{Topic: "izdeu.applications", Partition: 1, Offset: 8}, At: c.tick(), Reason: "empty"}}
	p.commit()
	letters, err := copied.DeadLetters(b.ctx, 0, 100, false)
	if err != nil || len(letters) != len(want["dead_letter"])+1 {
		t.Errorf("%d dead letters (%v), want %d", len(letters), err, len(want["dead_letter"])+1)
	}
}

// altered is an archive that says something else about itself.
type altered struct {
	dispatch.Archive
	schema dispatch.ArchiveSchema
	tables []dispatch.ArchiveTable
}

func (a *altered) Schema() dispatch.ArchiveSchema  { return a.schema }
func (a *altered) Tables() []dispatch.ArchiveTable { return a.tables }

func testOtherSchema(t *testing.T, open func(*testing.T) Opened, restore func(*testing.T, dispatch.Archive) (Database, error)) {
	b := newBook(t, open(t))
	archiver, _ := b.store.(dispatch.Archiver)
	err := archiver.Archive(b.ctx, func(a dispatch.Archive) error {
		newer := a.Schema()
		newer.Version++
		elsewhere := dispatch.ArchiveSchema{Store: "elsewhere", Version: 1}
		for name, wrong := range map[string]*altered{
			"newer":          {a, newer, a.Tables()},
			"a table less":   {a, elsewhere, a.Tables()[1:]},
			"another column": {a, elsewhere, otherColumn(a.Tables())},
		} {
			if _, err := restore(t, wrong); !errors.Is(err, dispatch.ErrOtherSchema) {
				t.Errorf("%s: %v, want ErrOtherSchema", name, err)
			}
		}
		_, err := restore(t, &altered{a, elsewhere, a.Tables()})
		return err
	})
	if err != nil {
		t.Errorf("the same tables of another store: %v", err)
	}
}

func otherColumn(tables []dispatch.ArchiveTable) []dispatch.ArchiveTable {
	tables = slices.Clone(tables)
	last := &tables[len(tables)-1]
	last.Columns = slices.Clone(last.Columns)
	last.Columns[0].Name = "another"
	return tables
}

// putStatistics counts a case up to the sequence.
func putStatistics(b *book, to int64) error {
	from, err := b.store.Cursor(b.ctx, dispatch.CursorStatistics)
	if err != nil {
		return err
	}
	return b.store.PutStatistics(b.ctx, from, to, []*dispatch.StatisticsCase{{Key: 1, OpenedAt: b.now}})
}
