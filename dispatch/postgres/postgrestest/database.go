package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the server of the tests of a binary.
var shared struct {
	sync.Mutex
	server *Server
	failed error
}

var databases atomic.Int64

// prepared are the databases that NewCopy has made, by name.
var prepared sync.Map

// NewDatabase gives the address of a new, empty database, which is deleted at
// the end of the test. Without Postgres the test is skipped, or fails where CI
// is true.
func NewDatabase(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		Missing(t, err)
	}
	return server.NewDatabase(t)
}

// NewCopy gives the address of a copy of a database that prepare has filled,
// which happens once for every name: a copy takes a fraction of the time. No
// connection to it may be left open. The copy is deleted at the end of the test.
func NewCopy(t testing.TB, name string, prepare func(address string)) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		Missing(t, err)
	}
	original, made := prepared.Load(name)
	if !made {
		original = fmt.Sprintf("original_%d", databases.Add(1))
		if err := server.Execute(fmt.Sprintf("CREATE DATABASE %s", original)); err != nil {
			t.Fatal(err)
		}
		prepare(server.URL(fmt.Sprint(original)))
		prepared.Store(name, original)
	}
	return server.newDatabase(t, fmt.Sprintf(" TEMPLATE %s STRATEGY FILE_COPY", original))
}

// Missing ends a test that has no Postgres because of err.
func Missing(t testing.TB, err error) {
	t.Helper()
	if ci := os.Getenv("CI"); errors.Is(err, ErrMissing) && ci != "true" && ci != "1" {
		t.Skip(err)
	}
	t.Fatal(err)
}

func sharedServer() (*Server, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.failed == nil {
		shared.server, shared.failed = Start(Options{})
	}
	return shared.server, shared.failed
}

// Stop ends the server that NewDatabase has started, if any. To be called by
// TestMain after the tests.
func Stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		return
	}
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "postgrestest:", err)
	}
	shared.server = nil
}

// NewDatabase gives the address of a new, empty database, which is deleted at
// the end of the test.
func (s *Server) NewDatabase(t testing.TB) string {
	t.Helper()
	return s.newDatabase(t, "")
}

func (s *Server) newDatabase(t testing.TB, as string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := s.Execute("CREATE DATABASE " + name + as); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !s.running() { // Stop deletes it
			return
		}
		if err := s.Execute("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.URL(name)
}

func (s *Server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil
}

// Execute runs statements beside the tests' own databases.
func (s *Server) Execute(statements string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("postgrestest: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, statements); err != nil {
		return fmt.Errorf("postgrestest: %w", err)
	}
	return nil
}
