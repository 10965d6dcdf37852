package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/izdeu/izdeu/ingest"
)

// Names in a data directory.
const (
	databaseFile  = "izdeu.db"
	brokerFolder  = "kafka"
	addressesFile = "addresses.json"
	lockFile      = "lock"
	holderFile    = "lock-holder.json"

	beforeUpgradeFolder = "before-upgrade" // backups made before the schema was changed
)

// Markers say what a data directory is for, so that invented cases and real
// ones never meet.
const (
	markerReal = "real"
	markerDemo = "demo"
)

// dataDirectory is held by this process alone until it is released.
type dataDirectory struct {
	path string
	lock *flock.Flock
}

// holder is what the file beside the lock says of the process that has it.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// openDataDirectory makes the directory if there is none, locks it, and marks
// it as demo or real. It returns an *ingest.LockedError when another process
// holds it, and an error when it is marked as the other kind.
func openDataDirectory(path string, demo bool) (_ *dataDirectory, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	// Before the lock: who asks for the wrong kind should hear that first.
	if err := checkMarker(path, demo); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("--data: the data directory cannot be made: %w", err)
	}
	d := &dataDirectory{path: path, lock: flock.New(filepath.Join(path, lockFile))}
	locked, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("--data: %s cannot be locked: %w", path, err)
	}
	if !locked {
		return nil, d.held()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.release())
		}
	}()
	if err := checkMarker(path, demo); err != nil {
		return nil, err
	}
	marker := filepath.Join(path, markerReal)
	text := "The data of an Izdeu installation. Izdeu will not serve it with --demo.\n"
	if demo {
		marker = filepath.Join(path, markerDemo)
		text = "The invented cases of izdeu serve --demo. Izdeu will not serve them without it. This folder may be deleted.\n"
	}
	if err := os.WriteFile(marker, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	note, err := json.Marshal(holder{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return nil, err
	}
	if err := writeWhole(filepath.Join(path, holderFile), note); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return d, nil
}

// checkMarker refuses a directory that is marked as the other kind.
func checkMarker(path string, demo bool) error {
	other := markerDemo
	if demo {
		other = markerReal
	}
	_, err := os.Stat(filepath.Join(path, other))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("--data: %w", err)
	case demo:
		return misused("%s holds the data of a real installation and is not served with --demo: give the demo another --data directory", path)
	}
	return misused("%s holds the invented cases of a demo: serve it with --demo, or give another --data directory", path)
}

// held says who has the directory.
func (d *dataDirectory) held() error {
	refused := &ingest.LockedError{Directory: d.path}
	var who holder
	if note, err := os.ReadFile(filepath.Join(d.path, holderFile)); err == nil && json.Unmarshal(note, &who) == nil {
		refused.PID, refused.Since = who.PID, who.Since
	}
	return refused
}

// release gives the directory back.
func (d *dataDirectory) release() error {
	// The note goes first: without the lock it would name a holder that is none.
	err := os.Remove(filepath.Join(d.path, holderFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, d.lock.Close())
}

func (d *dataDirectory) file(name string) string { return filepath.Join(d.path, name) }

// addresses is what a running server tells other commands about itself.
type addresses struct {
	HTTP     string `json:"http"`             // URL of the board and the API on this machine
	Public   string `json:"public,omitempty"` // URL for everybody, where there is one
	Listen   string `json:"listen"`           // host:port of the board's listener
	Kafka    string `json:"kafka"`            // brokers, host:port separated by commas
	Prefix   string `json:"prefix"`           // of the topics
	PID      int    `json:"pid"`
	Database string `json:"database"` // path of the database file, or the address of another without its password

	KafkaEmbedded bool `json:"kafka_embedded"`
}

func (d *dataDirectory) writeAddresses(a addresses) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(d.file(addressesFile), append(text, '\n'))
}

func (d *dataDirectory) removeAddresses() error { return os.Remove(d.file(addressesFile)) }

// readAddresses reads what the server of a data directory has written.
func readAddresses(directory string) (addresses, error) {
	var a addresses
	text, err := os.ReadFile(filepath.Join(directory, addressesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a, fmt.Errorf("no server runs on %s: start izdeu serve, or say which directory with --data", directory)
	}
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("%s is damaged (%w): start the server again", filepath.Join(directory, addressesFile), err)
	}
	return a, nil
}

// writeWhole writes a file so that nobody ever reads a half of it.
func writeWhole(path string, content []byte) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
