package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// sample is an archive in memory.
type sample map[string][][]any

var sampleColumns = []dispatch.ArchiveColumn{{Name: "n", Type: dispatch.ColumnInteger}, {Name: "r", Type: dispatch.ColumnReal},
	{Name: "t", Type: dispatch.ColumnText}, {Name: "b", Type: dispatch.ColumnBlob}}

func newSample() sample {
	return sample{
		"head":    {{"epoch", int64(41), int64(1795255304890)}},
		"setting": {{"installation", "abc"}, {"secret", "s"}},
		"source_offset": {
			{"izdeu.applications", int64(0), int64(12), bytes.Repeat([]byte{7}, 16)},
		},
		"things": {
			{int64(1), 0.1, "plain", []byte{0, 255}},
			{int64(-1 << 63), 1e300, "Айгүл \"Ә\" \\ \n\x01\u2028 😀 <&>", []byte{}},
			{nil, nil, nil, nil},
			{int64(0), 0.0, "", []byte("x")},
		},
	}
}

func (s sample) Schema() dispatch.ArchiveSchema {
	return dispatch.ArchiveSchema{Store: "sqlite", Version: 3}
}

func (s sample) Tables() []dispatch.ArchiveTable {
	column := func(name string, kind dispatch.ColumnType) dispatch.ArchiveColumn {
		return dispatch.ArchiveColumn{Name: name, Type: kind}
	}
	return []dispatch.ArchiveTable{
		{Name: "head", Columns: []dispatch.ArchiveColumn{column("epoch", dispatch.ColumnText), column("seq", dispatch.ColumnInteger), column("last_event_at", dispatch.ColumnInteger)}},
		{Name: "setting", Columns: []dispatch.ArchiveColumn{column("name", dispatch.ColumnText), column("value", dispatch.ColumnText)}},
		{Name: "source_offset", Columns: []dispatch.ArchiveColumn{column("topic", dispatch.ColumnText), column("partition", dispatch.ColumnInteger),
			column("next", dispatch.ColumnInteger), column("last_hash", dispatch.ColumnBlob)}},
		{Name: "things", Columns: sampleColumns},
	}
}

func (s sample) Rows(_ context.Context, name string, each func([]any) error) error {
	for _, row := range s[name] {
		if err := each(append([]any(nil), row...)); err != nil {
			return err
		}
	}
	return nil
}

var sampleRecords = []Record{
	{Topic: "izdeu.applications", Offset: 12, Time: time.UnixMilli(1795255304000).UTC(), Key: []byte("k"), Value: []byte(`{"id":"1"}`),
		Headers: []Header{{Key: "ce_id", Value: []byte{0xff}}}},
	{Topic: "izdeu.commands", Partition: 2, Offset: 0, Time: time.UnixMilli(1).UTC(), Value: []byte{}},
}

func origin(from dispatch.Archive) *Origin {
	return &Origin{Archive: from, Program: "v1", Prefix: "izdeu.", At: time.Date(2026, 11, 26, 2, 0, 0, 1, time.UTC),
		Unread: func(_ context.Context, from []dispatch.SourceOffset, each func(*Record) error) error {
			if len(from) != 1 || from[0].Next != 12 {
				return fmt.Errorf("offsets %v", from)
			}
			for i := range sampleRecords {
				if err := each(&sampleRecords[i]); err != nil {
					return err
				}
			}
			return nil
		}}
}

// read reads a backup whole.
func read(t *testing.T, content []byte) (sample, []Record, error) {
	t.Helper()
	file, err := Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, nil, err
	}
	rows := sample{}
	for _, table := range file.Tables() {
		if err := file.Rows(t.Context(), table.Name, func(values []any) error {
			rows[table.Name] = append(rows[table.Name], append([]any(nil), values...))
			return nil
		}); err != nil {
			return nil, nil, err
		}
	}
	var records []Record
	err = file.Records(t.Context(), func(record *Record) error {
		records = append(records, *record)
		return nil
	})
	return rows, records, err
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName("abc", time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)))
	manifest, err := WriteFile(t.Context(), path, origin(newSample()))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want a file with the rights 0600: it holds personal data", info.Mode(), err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, records, err := read(t, content)
	if err != nil {
		t.Fatal(err)
	}
	if want := newSample(); !reflect.DeepEqual(rows, want) {
		t.Errorf("rows\n got %#v\nwant %#v", rows, want)
	}
	if !reflect.DeepEqual(records, sampleRecords) {
		t.Errorf("records\n got %+v\nwant %+v", records, sampleRecords)
	}
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if !reflect.DeepEqual(file.Manifest(), manifest) {
		t.Errorf("manifest\n got %+v\nwant %+v", file.Manifest(), manifest)
	}
	if manifest.Position().String() != "epoch.41" || manifest.Installation != "abc" || manifest.Rows("things") != 4 || !manifest.Kafka.Embedded {
		t.Errorf("manifest %+v", manifest)
	}
	if err := file.Check(t.Context()); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the backup there is left: %v (%v)", left, err)
	}
}

// A backup that was cut off anywhere, or of which one bit is another, is never
// taken for one.
func TestDamageIsSeen(t *testing.T) {
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, origin(newSample())); err != nil {
		t.Fatal(err)
	}
	want, wantRecords, err := read(t, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for n := range b.Len() {
		if _, _, err := read(t, b.Bytes()[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut off after %d of %d bytes: %v, want ErrDamaged", n, b.Len(), err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same flips every time
	unseen := 0
	for range 4000 {
		content := bytes.Clone(b.Bytes())
		content[random.IntN(len(content))] ^= 1 << random.IntN(8)
		rows, records, err := read(t, content)
		switch {
		case err != nil:
		case reflect.DeepEqual(rows, want) && reflect.DeepEqual(records, wantRecords):
			unseen++ // a time or a flag of the zip file that says nothing of the content
		default:
			t.Fatal("a flipped bit changes what is read, and nothing says so")
		}
	}
	if unseen > 2000 {
		t.Errorf("%d of 4000 flipped bits change nothing", unseen)
	}
}

func TestFailedBackupLeavesNothing(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "b.zip")
	failing := origin(newSample())
	failing.Unread = func(context.Context, []dispatch.SourceOffset, func(*Record) error) error {
		return errors.New("the broker is away")
	}
	if _, err := WriteFile(t.Context(), path, failing); err == nil || !strings.Contains(err.Error(), "the broker is away") {
		t.Errorf("%v, want the reason", err)
	}
	if left, err := os.ReadDir(directory); err != nil || len(left) > 0 {
		t.Errorf("there is left: %v (%v)", left, err)
	}
	if _, err := WriteFile(t.Context(), filepath.Join(directory, "none", "b.zip"), origin(newSample())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
	wrong := newSample()
	wrong["things"] = [][]any{{int64(1), 1.0, "\xff", nil}}
	if _, err := WriteFile(t.Context(), path, origin(wrong)); err == nil || strings.Contains(err.Error(), "\xff") {
		t.Errorf("a text that is not UTF-8: %v", err)
	}
}

func TestFileName(t *testing.T) {
	at := time.Date(2026, 11, 26, 2, 3, 4, 0, time.UTC)
	installation, got, ok := ParseFileName(FileName("k3x9", at))
	if !ok || installation != "k3x9" || !got.Equal(at) {
		t.Errorf("%s, %s, %t", installation, got, ok)
	}
	for _, other := range []string{"", "izdeu.db", ".izdeu-a-20261126T020304Z.zip.1.unfinished", "izdeu-a-20261399T020304Z.zip", "izdeu-a-20261126T020304Z.zip.old"} {
		if _, _, ok := ParseFileName(other); ok {
			t.Errorf("%q passes for the name of a backup", other)
		}
	}
}

// FuzzRow: what is read from a line is written as a line that reads the same.
func FuzzRow(f *testing.F) {
	for _, row := range newSample()["things"] {
		line, err := appendRow(nil, sampleColumns, row)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.TrimSuffix(line, []byte("\n")))
	}
	f.Add([]byte(`[1,2,"\u00e9",""]`))
	f.Add([]byte(`[,,"",""]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		values := make([]any, len(sampleColumns))
		if parseRow(line, sampleColumns, values) != nil {
			return
		}
		again, err := appendRow(nil, sampleColumns, values)
		if err != nil {
			t.Fatalf("%q is read as %#v, which cannot be written: %v", line, values, err)
		}
		second := make([]any, len(sampleColumns))
		if err := parseRow(bytes.TrimSuffix(again, []byte("\n")), sampleColumns, second); err != nil || !reflect.DeepEqual(values, second) {
			t.Fatalf("%q is read as %#v, written as %q and read as %#v (%v)", line, values, again, second, err)
		}
	})
}

// FuzzRead: no content of a file makes reading fail in another way than by an error.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if _, err := Write(f.Context(), &b, origin(newSample())); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		if file, err := Read(bytes.NewReader(content), int64(len(content))); err == nil {
			_ = file.Check(t.Context())
		}
	})
}
