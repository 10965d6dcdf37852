package sqlite_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

// A bit has flipped in the identity of an application: by it the application
// would not be known again when it is sent a second time.
func TestVerifySeesADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "izdeu.db")
	smallWorld(t, path)
	verify := func() (said []string) {
		store, err := sqlite.Open(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		if _, err := dispatch.Verify(t.Context(), store, func(violation dispatch.Violation) { said = append(said, violation.String()) }, nil); err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := verify(); len(said) > 0 {
		t.Fatal(said)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	identity := dispatch.ApplicationIdentity("test", "b")
	at := bytes.Index(content, identity[:])
	if at < 0 {
		t.Fatal("the identity does not stand in the file")
	}
	content[at] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(verify(), "\n"); !strings.Contains(said, "file: table application: ") {
		t.Errorf("verify says %q", said)
	}
}
