package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Backups are made by themselves, the old ones go, and a directory that is away
// is told on the board and by a metric until it is back.
func TestScheduledBackups(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "mounted")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	// Of another installation, in the same place: never deleted.
	other := filepath.Join(directory, "izdeu-other-20200101T000000Z.zip")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := startProgram(t, t.TempDir(), "--backup-to", directory, "--backup-every", "1s", "--backup-keep", "2")
	p.send(p.topics().Applications, applicationJSON("one", 63.62, 53.21))
	p.caseOf("kafka", "one")
	state := func(want string) func() error {
		return func() error {
			var answer struct{ State string }
			if err := p.read200("/api/v1/backups", &answer); err != nil {
				return err
			}
			if answer.State != want {
				return fmt.Errorf("the state is %q, want %q", answer.State, want)
			}
			return nil
		}
	}
	own := func() []string {
		all, err := filepath.Glob(filepath.Join(directory, "izdeu-*.zip"))
		if err != nil {
			t.Fatal(err)
		}
		var own []string
		for _, path := range all {
			if path != other {
				own = append(own, path)
			}
		}
		return own
	}
	p.eventually("the first backup", state("ok"))
	first := own()[0]
	p.eventually("the first backup is deleted for newer ones", func() error {
		if _, err := os.Stat(first); err == nil {
			return fmt.Errorf("there are %v", own())
		}
		return nil
	})
	if n := len(own()); n < 1 || n > 3 { // one more while the oldest is being deleted
		t.Errorf("there are %d backups, want 2", n)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("the backup of another installation: %v", err)
	}
	if age, err := p.metric("izdeu_backup_age_seconds"); err != nil || age < 0 {
		t.Errorf("the age of the newest is %v (%v)", age, err)
	}

	away := directory + "-away"
	if err := os.Rename(directory, away); err != nil {
		t.Fatal(err)
	}
	p.eventually("the board is told", state("failed"))
	if failed, err := p.metric("izdeu_backup_failed"); err != nil || failed != 1 {
		t.Errorf("izdeu_backup_failed is %v (%v), want 1", failed, err)
	}
	if status, _ := p.get(testAdminKey, "/api/v1/cases"); status != 200 {
		t.Errorf("cases while backups fail: %d", status)
	}
	if err := os.Rename(away, directory); err != nil {
		t.Fatal(err)
	}
	p.eventually("backups work again", state("ok"))
	p.stop()
	newest := own()
	ran(t, "backup", "--check", newest[len(newest)-1])
	if left, err := filepath.Glob(filepath.Join(directory, ".*")); err != nil || len(left) > 0 {
		t.Errorf("unfinished backups are left: %v (%v)", left, err)
	}
	wantMisused(t, "serve", "--data", t.TempDir(), "--backup-to", directory, "--backup-every", "0s")
	wantMisused(t, "serve", "--data", t.TempDir(), "--backup-to", directory, "--backup-keep", "0")
}

func wantMisused(t *testing.T, arguments ...string) {
	t.Helper()
	if _, errs, code := runOnce(t, "", arguments...); code != exitMisused {
		t.Errorf("izdeu %v: exit status %d, want %d\n%s", arguments, code, exitMisused, errs)
	}
}
