package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

var stored = flag.Int64("stored", 100_000, "cases that BenchmarkGrowth stores")

func openForBenchmark(b *testing.B, path string) *sqlite.Store {
	b.Helper()
	store, err := sqlite.Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	return store
}

func measure(b *testing.B, what func(*testing.B, storetest.Database)) {
	b.Helper()
	storetest.Measure(b, openForBenchmark(b, filepath.Join(b.TempDir(), "izdeu.sqlite")), what)
}

func BenchmarkCommit(b *testing.B) { measure(b, storetest.MeasureCommit) }

func BenchmarkLookup(b *testing.B) { measure(b, storetest.MeasureLookup) }

func BenchmarkTextSearch(b *testing.B) { measure(b, storetest.MeasureTextSearch) }

// BenchmarkGrowth with many cases:
//
//	go test ./dispatch/sqlite -run '^$' -bench Growth -benchtime 1x -timeout 60m -stored 1000000
func BenchmarkGrowth(b *testing.B) {
	path := filepath.Join(b.TempDir(), "izdeu.sqlite")
	settle := func() {
		file, err := os.Open(path)
		if err == nil {
			err = errors.Join(file.Sync(), file.Close())
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	storetest.MeasureGrowth(b, *stored, func() storetest.Database { return openForBenchmark(b, path) }, settle)
}
