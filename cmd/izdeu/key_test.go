package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestKeysWhileServing(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	key := func(arguments ...string) (string, string, int) {
		return runOnce(t, "", append([]string{"key", "--data", p.data}, arguments...)...)
	}
	out, errs, code := key("add", "--name", "Office", "--role", "office", "--region", "KZ-39")
	plain := strings.TrimSpace(out)
	if code != exitDone || !strings.HasPrefix(plain, "izdeu_") {
		t.Fatalf("key add: exit status %d\n%s%s", code, out, errs)
	}
	p.eventually("the key is good", func() error {
		if status, body := p.get(plain, "/api/v1/cases"); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	if status, _ := p.get(plain, "/api/v1/dead-letters"); status != http.StatusForbidden {
		t.Errorf("dead letters for an office: %d, want 403", status)
	}
	live := p.live(plain)
	list, _, code := key("list")
	if code != exitDone || strings.Contains(list, plain) || !strings.Contains(list, "Office") || !strings.Contains(list, "KZ-39") {
		t.Fatalf("key list: exit status %d\n%s", code, list)
	}
	id := strings.Fields(strings.Split(strings.TrimSpace(list), "\n")[1])[0]
	if _, errs, code := key("revoke", id); code != exitDone {
		t.Fatalf("key revoke: exit status %d\n%s", code, errs)
	}
	p.eventually("the key is refused and its live feed closed", func() error {
		if status, _ := p.get(plain, "/api/v1/cases"); status != http.StatusUnauthorized {
			return fmt.Errorf("cases: %d", status)
		}
		_, closed := live.all()
		if code := (*websocket.CloseError)(nil); !errors.As(closed, &code) || code.Code < 4100 || code.Code > 4199 {
			return fmt.Errorf("live: %v", closed)
		}
		return nil
	})
	for name, test := range map[string]struct {
		arguments []string
		code      int
		says      string
	}{
		"an unknown role":         {[]string{"add", "--name", "x", "--role", "chief"}, exitMisused, "chief"},
		"an unknown region":       {[]string{"add", "--name", "x", "--role", "office", "--region", "KZ-99"}, exitMisused, "KZ-99"},
		"a team key without team": {[]string{"add", "--name", "x", "--role", "team"}, exitMisused, "team"},
		"no name":                 {[]string{"add", "--role", "office"}, exitMisused, "--name"},
		"an unknown id":           {[]string{"revoke", "k-0"}, exitFailed, "k-0"},
	} {
		if _, errs, code := key(test.arguments...); code != test.code || !strings.Contains(errs, test.says) {
			t.Errorf("%s: exit status %d, want %d\n%s", name, code, test.code, errs)
		}
	}
	if _, errs, code := runOnce(t, "", "key", "--data", t.TempDir(), "list"); code != exitFailed || !strings.Contains(errs, "--data") {
		t.Errorf("an empty directory: exit status %d\n%s", code, errs)
	}
	p.stop()
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		arguments []string
		says      []string
	}{
		{[]string{"--help"}, []string{"serve", "send", "key", "verify", "bench", "112"}},
		{[]string{"serve", "--help"}, []string{"Examples:", "--kafka-listen", "IZDEU_KAFKA_LISTEN", "127.0.0.1:9092", "IZDEU_ADMIN_KEY"}},
		{[]string{"send", "--help"}, []string{"Examples:", "--strict", "command_id"}},
		{[]string{"key", "--help"}, []string{"Examples:", "coordinator", "revoke"}},
	} {
		out, errs, code := runOnce(t, "", test.arguments...)
		if code != exitDone || errs != "" {
			t.Errorf("%v: exit status %d, standard error %q", test.arguments, code, errs)
		}
		for _, word := range test.says {
			if !strings.Contains(out, word) {
				t.Errorf("%v does not name %q:\n%s", test.arguments, word, out)
			}
		}
	}
	if out, _, code := runOnce(t, "", "--version"); code != exitDone || strings.TrimSpace(out) == "" {
		t.Errorf("--version: exit status %d, %q", code, out)
	}
	if _, errs, code := runOnce(t, ""); code != exitMisused || !strings.Contains(errs, "--help") {
		t.Errorf("no command: exit status %d\n%s", code, errs)
	}
}
