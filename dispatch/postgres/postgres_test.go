package postgres_test

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

func open(t testing.TB, address string) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(context.Background(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStore(t *testing.T) { storetest.Exercise(t, fresh) }

// fresh opens a new database.
func fresh(t *testing.T) storetest.Opened {
	t.Helper()
	address := postgrestest.NewDatabase(t)
	store := open(t, address)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return storetest.Opened{Store: store, Reopen: func() storetest.Database {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		store = open(t, address)
		return store
	}}
}
