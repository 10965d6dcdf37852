package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// LockedError says that another process holds the directory.
type LockedError struct {
	Directory string
	PID       int       // 0 if the holder left no note
	Since     time.Time // zero if the holder left no note
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is in use by another izdeu process: stop it, or give this one another --data directory", e.Directory)
	}
	return fmt.Sprintf("%s is in use by process %d since %s: stop it, or give this one another --data directory",
		e.Directory, e.PID, e.Since.Format(time.RFC3339))
}

// directoryLock is held as long as the process lives; the operating system gives
// it back however the process ends. Two brokers on one directory lose records.
type directoryLock struct {
	file   *flock.Flock
	holder string
}

type lockHolder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

func lockDirectory(directory string) (*directoryLock, error) {
	lock := &directoryLock{
		file:   flock.New(filepath.Join(directory, "lock")),
		holder: filepath.Join(directory, "lock-holder.json"),
	}
	locked, err := lock.file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("ingest: locking %s: %w", directory, err)
	}
	if !locked {
		refused := &LockedError{Directory: directory}
		var holder lockHolder
		if note, err := os.ReadFile(lock.holder); err == nil && json.Unmarshal(note, &holder) == nil {
			refused.PID, refused.Since = holder.PID, holder.Since
		}
		return nil, refused
	}
	note, err := json.Marshal(lockHolder{PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(lock.holder, note, 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ingest: writing %s: %w", lock.holder, err), lock.file.Unlock())
	}
	return lock, nil
}

func (l *directoryLock) release() error {
	// The note goes first: a note without a lock would name a holder that is none.
	err := os.Remove(l.holder)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.file.Unlock())
}
