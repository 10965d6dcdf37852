package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestALostKeyIsResetAtTheMachine(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startProgram(t, data)
	key := func(name, role string) string {
		out, errs, code := runOnce(t, "", "key", "--data", data, "add", "--name", name, "--role", role)
		if code != exitDone {
			t.Fatalf("key add: %d\n%s", code, errs)
		}
		return strings.TrimSpace(out)
	}
	reset := func(more ...string) string {
		out, errs, code := runOnce(t, "", append([]string{"user", "reset", "--data", data}, more...)...)
		if code != exitDone || strings.Contains(errs, strings.TrimSpace(out)) {
			t.Fatalf("user reset: %d\n%s", code, errs)
		}
		return strings.TrimSpace(out)
	}
	accepted := func(key string) bool {
		status, _ := p.get(key, "/api/v1/dead-letters")
		return status == http.StatusOK
	}
	good := func(what string, want []string, not []string) {
		t.Helper()
		p.eventually(what, func() error {
			if i := slices.IndexFunc(want, func(key string) bool { return !accepted(key) }); i >= 0 {
				return fmt.Errorf("key %d is refused", i)
			}
			if i := slices.IndexFunc(not, accepted); i >= 0 {
				return fmt.Errorf("key %d is still good", i)
			}
			return nil
		})
	}
	// By its name this is the one that the first start makes.
	lost, colleague := key(firstKeyName, "admin"), key("Colleague", "admin")
	observer := key(firstKeyName, "observer")
	good("both keys", []string{lost, colleague}, nil)
	second := reset()
	good("after a reset", []string{second, colleague, testAdminKey}, []string{lost})
	third := reset()
	good("after another", []string{third, colleague}, []string{second})
	fourth := reset("--all")
	good("after one of all", []string{fourth, testAdminKey}, []string{third, colleague})
	if status, _ := p.get(observer, "/api/v1/cases"); status != http.StatusOK {
		t.Errorf("the key of an observer: %d, want 200", status)
	}
	p.stop()

	fifth := reset()
	p = startProgram(t, data)
	good("a reset while nothing ran", []string{fifth}, []string{fourth})
	p.stop()
	if _, errs, code := runOnce(t, "", "user", "reset", "--data", t.TempDir()); code != exitFailed || !strings.Contains(errs, "--data") {
		t.Errorf("an empty directory: %d\n%s", code, errs)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if _, errs, code := runOnce(t, "", "health", "--data", data); code != exitFailed || !strings.Contains(errs, "no server runs") {
		t.Errorf("without a server: %d\n%s", code, errs)
	}
	p := startProgram(t, data)
	if out, errs, code := runOnce(t, "", "health", "--data", data); code != exitDone || out == "" {
		t.Errorf("with one: %d\n%s%s", code, out, errs)
	}
	p.stop()
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	p := startArguments(t, data, []string{"IZDEU_ADMIN_KEY=", "IZDEU_ADMIN_KEY_FILE=" + file}, serveArguments(data, "127.0.0.1:0", "127.0.0.1:0")...)
	if status, body := p.get("from a file", "/api/v1/dead-letters"); status != http.StatusOK {
		t.Errorf("the key of the file: %d %s", status, body)
	}
	p.stop()
}
