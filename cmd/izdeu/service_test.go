package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestLogFileIsPutAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "izdeu.log")
	log, err := openLogFile(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		if _, err := fmt.Fprintf(log, "line %02d.\n", i); err != nil { // 9 bytes
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path + ".1")
	if err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(before), "line 11.") || !strings.HasPrefix(string(now), "line 22.") || !strings.HasSuffix(string(now), "line 24.\n") || len(before) > 100 {
		t.Errorf("put aside: %q, now: %q", before, now)
	}
	// It goes on where it was.
	if log, err = openLogFile(path, 100); err != nil {
		t.Fatal(err)
	}
	_, _ = log.Write([]byte("again\n"))
	_ = log.Close()
	if now, _ = os.ReadFile(path); !strings.HasSuffix(string(now), "line 24.\nagain\n") {
		t.Errorf("after another start: %q", now)
	}
}

func TestWhatWindowsStarts(t *testing.T) {
	t.Parallel()
	data := filepath.Join("C:", "Izdeu")
	got, err := serviceArguments(data, []string{"--listen", "0.0.0.0:8080"})
	want := []string{"service", "run", "--log", filepath.Join(data, "izdeu.log"), "--", "serve", "--data", data, "--listen", "0.0.0.0:8080"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if err := parseOnly(want); err != nil {
		t.Errorf("the program does not understand what Windows would start: %v", err)
	}
	for _, wrong := range [][]string{{"--lisen", ":8080"}, {"--data", "x"}, {"--data=x"}, {"word"}} {
		if _, err := serviceArguments(data, wrong); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
	if runtime.GOOS != "windows" {
		if _, errs, code := runOnce(t, "", "service", "start"); code != exitFailed || !strings.Contains(errs, "systemd") {
			t.Errorf("elsewhere: exit status %d\n%s", code, errs)
		}
	}
}
