package postgrestest_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Two tests do not see each other's data.
func TestNewDatabase(t *testing.T) {
	for range 2 {
		conn := connect(t, postgrestest.NewDatabase(t))
		if _, err := conn.Exec(t.Context(), `CREATE TABLE mine (n int)`); err != nil {
			t.Error(err)
		}
	}
}

// What was committed outlives a server that is killed, and it comes back under
// the same address.
func TestKill(t *testing.T) {
	server, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		postgrestest.Missing(t, err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	address := server.NewDatabase(t)
	conn := connect(t, address)
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 1 AS n`); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("a killed server answers")
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := connect(t, address).QueryRow(t.Context(), `SELECT n FROM kept`).Scan(&n); err != nil || n != 1 {
		t.Errorf("got %d, %v", n, err)
	}
	server.Shutdown()
	if err := server.Resume(); err != nil {
		t.Error(err)
	}
}
