package postgres_test

import (
	"errors"
	"flag"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/dispatch/storetest"
)

var (
	stored   = flag.Int64("stored", 100_000, "cases that BenchmarkGrowth stores")
	database = flag.String("database", "", "address of an empty database for one benchmark (default: a server of its own, which waits for the disk)")
)

// forBenchmark gives the address of an empty database that waits for the disk.
func forBenchmark(b *testing.B) string {
	b.Helper()
	if *database != "" {
		return *database
	}
	server, err := postgrestest.Start(postgrestest.Options{Durable: true, Settings: []string{"shared_buffers=512MB", "max_wal_size=8GB", "wal_compression=on"}})
	if err != nil {
		postgrestest.Missing(b, err)
	}
	b.Cleanup(func() {
		if err := server.Stop(); err != nil {
			b.Error(err)
		}
	})
	return server.URL("postgres")
}

func measure(b *testing.B, what func(*testing.B, storetest.Database)) {
	b.Helper()
	storetest.Measure(b, open(b, forBenchmark(b)), what)
}

func BenchmarkCommit(b *testing.B) { measure(b, storetest.MeasureCommit) }

func BenchmarkLookup(b *testing.B) { measure(b, storetest.MeasureLookup) }

func BenchmarkTextSearch(b *testing.B) { measure(b, storetest.MeasureTextSearch) }

// BenchmarkGrowth with many cases:
//
//	go test ./dispatch/postgres -run '^$' -bench Growth -benchtime 1x -timeout 60m -stored 1000000
func BenchmarkGrowth(b *testing.B) {
	address := forBenchmark(b)
	settle := func() {
		conn, err := pgx.Connect(b.Context(), address)
		if err != nil {
			b.Fatal(err)
		}
		_, err = conn.Exec(b.Context(), `CHECKPOINT`)
		if err := errors.Join(err, conn.Close(b.Context())); err != nil {
			b.Fatal(err)
		}
	}
	storetest.MeasureGrowth(b, *stored, func() storetest.Database { return open(b, address) }, settle)
}
