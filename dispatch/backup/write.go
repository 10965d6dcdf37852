package backup

import (
	"archive/zip"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// Origin is what a backup is made of.
type Origin struct {
	Archive dispatch.Archive
	Program string    // version of the program
	Demo    bool      // invented cases
	At      time.Time // now
	Prefix  string    // of the topics
	// Unread calls each with the records of the embedded broker from these
	// offsets on; nil with an outside Kafka, which keeps its own.
	Unread func(ctx context.Context, from []dispatch.SourceOffset, each func(*Record) error) error
}

// WriteFile makes the file of a backup, which nobody else may read. It is
// written under another name and has this one when it is whole and on the disk.
// A file of this name is replaced.
func WriteFile(ctx context.Context, path string, from *Origin) (manifest *Manifest, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.unfinished") // with the rights 0600
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	if manifest, err = Write(ctx, file, from); err != nil {
		return nil, err
	}
	if err := file.Sync(); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, errors.Join(fmt.Errorf("backup: %w", err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return nil, errors.Join(fmt.Errorf("backup: %w", err), os.Remove(file.Name()))
	}
	return manifest, syncDirectory(filepath.Dir(path))
}

// Write writes a backup.
func Write(ctx context.Context, out io.Writer, from *Origin) (*Manifest, error) {
	head, err := dispatch.ReadArchiveHead(ctx, from.Archive)
	if err != nil {
		return nil, err
	}
	manifest := &Manifest{Format: Format, Program: from.Program, Schema: from.Archive.Schema(), Installation: head.Installation, Demo: from.Demo,
		MadeAt: from.At.UTC().Truncate(time.Second), Epoch: head.Position.Epoch, Sequence: head.Position.Sequence,
		Kafka: Kafka{Embedded: from.Unread != nil, Prefix: from.Prefix}}
	if head.LastEvent != 0 {
		at := time.UnixMilli(head.LastEvent).UTC()
		manifest.LastEventAt = &at
	}
	zipped := zip.NewWriter(out)
	zipped.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, table := range from.Archive.Tables() {
		part, err := beginPart(zipped, tablesFolder+table.Name+".ndjson", from.At)
		if err != nil {
			return nil, err
		}
		err = from.Archive.Rows(ctx, table.Name, func(values []any) (err error) {
			if part.line, err = appendRow(part.line[:0], table.Columns, values); err != nil {
				return err
			}
			return part.write()
		})
		if err != nil {
			return nil, fmt.Errorf("backup: the table %s: %w", table.Name, err)
		}
		manifest.Tables = append(manifest.Tables, Table{ArchiveTable: table, Part: part.end()})
	}
	part, err := beginPart(zipped, recordsName, from.At)
	if err != nil {
		return nil, err
	}
	if from.Unread != nil {
		err := from.Unread(ctx, head.Offsets, func(record *Record) (err error) {
			if part.line, err = json.Marshal(record); err != nil {
				return err
			}
			part.line = append(part.line, '\n')
			return part.write()
		})
		if err != nil {
			return nil, fmt.Errorf("backup: what the embedded broker holds and was not read yet: %w", err)
		}
	}
	manifest.Kafka.Records = part.end()
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if part, err = beginPart(zipped, manifestName, from.At); err != nil {
		return nil, err
	}
	part.line = append(text, '\n')
	if err := part.write(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return manifest, nil
}

// partWriter writes a file of the backup, line by line.
type partWriter struct {
	out  io.Writer
	line []byte
	part Part
	hash hash.Hash
}

func beginPart(zipped *zip.Writer, name string, at time.Time) (*partWriter, error) {
	out, err := zipped.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return &partWriter{out: out, hash: sha256.New()}, nil
}

func (p *partWriter) write() error {
	if _, err := p.out.Write(p.line); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, _ = p.hash.Write(p.line) // never fails
	p.part.Lines++
	p.part.Bytes += int64(len(p.line))
	return nil
}

func (p *partWriter) end() Part {
	p.part.SHA256 = hex.EncodeToString(p.hash.Sum(nil))
	return p.part
}

// syncDirectory puts a new name on the disk; Windows has no way to, and no need.
func syncDirectory(path string) (err error) {
	if filepath.Separator == '\\' {
		return nil
	}
	directory, err := os.Open(path) //nolint:gosec // the operator names the directory
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, directory.Close()) }()
	if err := directory.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
