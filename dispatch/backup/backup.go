// Package backup is the form of a backup: one file that holds everything of an
// installation, whatever its database, to be restored into the same or another.
//
// It is a zip file. tables/NAME.ndjson holds the rows of a table, one JSON array
// a line in the order of the columns that the manifest names; a blob is base64,
// a time unix milliseconds. records.ndjson holds the records of the embedded
// broker that had not been read yet. manifest.json comes last and has the
// SHA-256 of each of them. A file that was cut off has no directory and no
// manifest, so it is never taken for a backup.
//
// The rows hold personal data, sealed outcomes and the secrets of sessions: a
// backup is to be kept as the database is.
package backup

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// Format is the version of the form that this package writes, and the newest that it reads.
const Format = 1

const (
	manifestName = "manifest.json"
	recordsName  = "records.ndjson"
	tablesFolder = "tables/"
)

// ErrDamaged: a file is no whole backup: it was cut off, or changed since it was written.
var ErrDamaged = errors.New("the backup is damaged")

// Manifest says what a backup holds.
type Manifest struct {
	Format       int                    `json:"format"`
	Program      string                 `json:"program"` // its version
	Schema       dispatch.ArchiveSchema `json:"schema"`
	Installation string                 `json:"installation"`
	Demo         bool                   `json:"demo,omitempty"` // invented cases
	MadeAt       time.Time              `json:"made_at"`
	Epoch        string                 `json:"epoch"`
	Sequence     int64                  `json:"sequence"` // of the journal's last event
	LastEventAt  *time.Time             `json:"last_event_at,omitempty"`
	Kafka        Kafka                  `json:"kafka"`
	Tables       []Table                `json:"tables"`
}

// Kafka says what the backup has of Kafka.
type Kafka struct {
	Embedded bool   `json:"embedded"` // with an outside one, its own records are the rest
	Prefix   string `json:"prefix"`   // of the topics
	Records  Part   `json:"records"`  // not read yet; none with an outside Kafka
}

// Part is a file within the backup.
type Part struct {
	Lines  int64  `json:"lines"`
	Bytes  int64  `json:"bytes"` // uncompressed
	SHA256 string `json:"sha256"`
}

// Table is a table and its part.
type Table struct {
	dispatch.ArchiveTable
	Part
}

// Position is the journal's head.
func (m *Manifest) Position() dispatch.Position {
	return dispatch.Position{Epoch: m.Epoch, Sequence: m.Sequence}
}

// Rows counts the rows of a table.
func (m *Manifest) Rows(table string) int64 {
	for i := range m.Tables {
		if m.Tables[i].Name == table {
			return m.Tables[i].Lines
		}
	}
	return 0
}

// Record is a record of Kafka that had not been read when the backup was made.
type Record struct {
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Offset    int64     `json:"offset"`
	Time      time.Time `json:"time"`
	Key       []byte    `json:"key,omitempty"`
	Value     []byte    `json:"value"`
	Headers   []Header  `json:"headers,omitempty"`
}

// Header is a header of a record.
type Header struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

const fileTime = "20060102T150405Z"

var fileName = regexp.MustCompile(`^izdeu-([A-Za-z0-9]{1,32})-(\d{8}T\d{6}Z)\.zip$`)

// FileName names the backup of an installation made at a time.
func FileName(installation string, at time.Time) string {
	return fmt.Sprintf("izdeu-%s-%s.zip", installation, at.UTC().Format(fileTime))
}

// ParseFileName reads a name that FileName has made.
func ParseFileName(name string) (installation string, at time.Time, ok bool) {
	parts := fileName.FindStringSubmatch(name)
	if parts == nil {
		return "", time.Time{}, false
	}
	at, err := time.Parse(fileTime, parts[2])
	return parts[1], at, err == nil
}
