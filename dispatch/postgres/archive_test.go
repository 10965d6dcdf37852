package postgres_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

func TestArchive(t *testing.T) {
	storetest.ExerciseArchive(t, fresh, func(t *testing.T, from dispatch.Archive) (storetest.Database, error) {
		address := postgrestest.NewDatabase(t)
		if err := postgres.Restore(t.Context(), address, from, slog.New(slog.DiscardHandler)); err != nil {
			if empty := postgres.Empty(t.Context(), address); empty != nil {
				t.Errorf("after an error: %v", empty)
			}
			return nil, err
		}
		store := open(t, address)
		t.Cleanup(func() { _ = store.Close() })
		return store, nil
	})
}

func TestRestoreOverwritesNothing(t *testing.T) {
	address := postgrestest.NewDatabase(t)
	store := open(t, address)
	defer func() { _ = store.Close() }()
	err := store.Archive(t.Context(), func(a dispatch.Archive) error {
		return postgres.Restore(t.Context(), address, a, slog.New(slog.DiscardHandler))
	})
	if !errors.Is(err, dispatch.ErrNotEmpty) {
		t.Errorf("restoring into a database that is in use: %v, want ErrNotEmpty", err)
	}
	if _, err := store.Head(t.Context()); err != nil {
		t.Errorf("the database after it: %v", err)
	}
}
