package sqlite_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

func TestArchive(t *testing.T) {
	storetest.ExerciseArchive(t, fresh, func(t *testing.T, from dispatch.Archive) (storetest.Database, error) {
		path := filepath.Join(t.TempDir(), "restored.db")
		if err := sqlite.Restore(t.Context(), path, from, slog.New(slog.DiscardHandler)); err != nil {
			if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
				t.Errorf("after an error there is left: %v", left)
			}
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the restored file: %v, %v; want the rights 0600", info.Mode(), err)
		}
		store := open(t, path)
		t.Cleanup(func() { _ = store.Close() })
		return store, nil
	})
}

func TestRestoreOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "izdeu.db")
	store := open(t, path)
	defer func() { _ = store.Close() }()
	err := store.Archive(t.Context(), func(a dispatch.Archive) error {
		return sqlite.Restore(t.Context(), path, a, slog.New(slog.DiscardHandler))
	})
	if !errors.Is(err, dispatch.ErrNotEmpty) {
		t.Errorf("restoring over a database: %v, want ErrNotEmpty", err)
	}
	if _, err := store.Head(t.Context()); err != nil {
		t.Errorf("the database after it: %v", err)
	}
}

func TestArchiveOfNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	if err := sqlite.ArchiveFile(t.Context(), path, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.ArchiveFile(t.Context(), path, nil); err == nil {
		t.Error("an empty file passes for a database")
	}
}
