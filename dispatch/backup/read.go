package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	maximumManifest = 4 << 20
	maximumLine     = 64 << 20 // of a row or a record
)

// File is a backup that is open for reading. It is a dispatch.Archive, whose
// rows are compared with their sums: an error comes at the latest after the
// last row of a table.
type File struct {
	manifest Manifest
	zipped   *zip.Reader
	file     *os.File // nil when it is not ours
}

var _ dispatch.Archive = (*File)(nil)

// Open opens a backup. The error is ErrDamaged for a file that is none, or not a
// whole one.
func Open(path string) (*File, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	opened, err := openSized(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("backup: %s: %w", path, err), file.Close())
	}
	opened.file = file
	return opened, nil
}

func openSized(file *os.File) (*File, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return Read(file, info.Size())
}

// Read reads a backup of a number of bytes.
func Read(from io.ReaderAt, size int64) (*File, error) {
	zipped, err := zip.NewReader(from, size)
	if err != nil {
		return nil, fmt.Errorf("%w: it is no backup, or was cut off (%w)", ErrDamaged, err)
	}
	f := &File{zipped: zipped}
	manifest, err := f.part(manifestName)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(manifest, maximumManifest+1))
	err = errors.Join(err, manifest.Close())
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: its manifest cannot be read (%w)", ErrDamaged, err)
	case len(text) > maximumManifest:
		return nil, fmt.Errorf("%w: its manifest is too long", ErrDamaged)
	}
	if err := json.Unmarshal(text, &f.manifest); err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read (%w)", ErrDamaged, err)
	}
	switch {
	case f.manifest.Format > Format:
		return nil, fmt.Errorf("the backup was made by a newer Izdeu (%s): its form is version %d, this program reads up to %d",
			f.manifest.Program, f.manifest.Format, Format)
	case f.manifest.Format < 1, f.manifest.Epoch == "", len(f.manifest.Tables) == 0:
		return nil, fmt.Errorf("%w: its manifest says nothing", ErrDamaged)
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// Manifest says what is in it.
func (f *File) Manifest() *Manifest { return &f.manifest }

// Schema implements dispatch.Archive.
func (f *File) Schema() dispatch.ArchiveSchema { return f.manifest.Schema }

// Tables implements dispatch.Archive.
func (f *File) Tables() []dispatch.ArchiveTable {
	tables := make([]dispatch.ArchiveTable, len(f.manifest.Tables))
	for i := range tables {
		tables[i] = f.manifest.Tables[i].ArchiveTable
	}
	return tables
}

// Rows implements dispatch.Archive.
func (f *File) Rows(ctx context.Context, name string, each func(values []any) error) error {
	for i := range f.manifest.Tables {
		table := &f.manifest.Tables[i]
		if table.Name != name {
			continue
		}
		values := make([]any, len(table.Columns))
		return f.lines(ctx, tablesFolder+name+".ndjson", table.Part, func(line []byte) error {
			if err := parseRow(line, table.Columns, values); err != nil {
				return fmt.Errorf("%w (%w)", ErrDamaged, err)
			}
			return each(values)
		})
	}
	return fmt.Errorf("backup: there is no table %s", name)
}

// Records calls each with the records that the embedded broker had and that
// were not read, partition by partition in their order.
func (f *File) Records(ctx context.Context, each func(*Record) error) error {
	return f.lines(ctx, recordsName, f.manifest.Kafka.Records, func(line []byte) error {
		var record Record
		if err := json.Unmarshal(line, &record); err != nil {
			return fmt.Errorf("%w (%w)", ErrDamaged, err)
		}
		return each(&record)
	})
}

// Check reads everything and compares the sums.
func (f *File) Check(ctx context.Context) error {
	for i := range f.manifest.Tables {
		if err := f.Rows(ctx, f.manifest.Tables[i].Name, func([]any) error { return nil }); err != nil {
			return err
		}
	}
	return f.Records(ctx, func(*Record) error { return nil })
}

// part opens a file of the backup.
func (f *File) part(name string) (io.ReadCloser, error) {
	for _, one := range f.zipped.File {
		if one.Name == name {
			opened, err := one.Open()
			if err != nil {
				return nil, fmt.Errorf("%w: %s cannot be read (%w)", ErrDamaged, name, err)
			}
			return opened, nil
		}
	}
	return nil, fmt.Errorf("%w: %s is missing", ErrDamaged, name)
}

// lines calls each with the lines of a part and compares what was read with
// what the manifest says.
func (f *File) lines(ctx context.Context, name string, want Part, each func(line []byte) error) (err error) {
	opened, err := f.part(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	sum := sha256.New()
	scanner := bufio.NewScanner(io.TeeReader(opened, sum))
	scanner.Buffer(make([]byte, 0, 256<<10), maximumLine)
	got := Part{}
	for scanner.Scan() {
		got.Lines++
		got.Bytes += int64(len(scanner.Bytes())) + 1
		if got.Lines&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := each(scanner.Bytes()); err != nil {
			return fmt.Errorf("backup: %s, line %d: %w", name, got.Lines, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("backup: %s: %w (%w)", name, ErrDamaged, err)
	}
	got.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if got != want {
		return fmt.Errorf("backup: %s: %w: it has %d lines, %d bytes and the sum %.8s…; the manifest says %d, %d and %.8s…", name, ErrDamaged,
			got.Lines, got.Bytes, got.SHA256, want.Lines, want.Bytes, want.SHA256)
	}
	return nil
}
