package sqlite_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) { storetest.Exercise(t, fresh) }

// fresh opens a new database.
func fresh(t *testing.T) storetest.Opened {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a name? with 100% of # it.sqlite")
	store := open(t, path)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return storetest.Opened{Store: store, Reopen: func() storetest.Database {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		store = open(t, path)
		return store
	}}
}
