package web

import (
	"testing"
	"time"
)

func TestBackupState(t *testing.T) {
	now := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		name  string
		state BackupState
		want  string
	}{
		{"the first is being made", BackupState{}, backupsNone},
		{"just made", BackupState{NewestAt: now}, backupsOK},
		{"due", BackupState{NewestAt: now.Add(-24 * time.Hour)}, backupsOK},
		{"twice as old", BackupState{NewestAt: now.Add(-48*time.Hour - time.Second)}, backupsLate},
		{"the last attempt failed", BackupState{NewestAt: now.Add(-time.Hour), FailedAt: now}, backupsFailed},
		{"the first attempt failed", BackupState{FailedAt: now}, backupsFailed},
	} {
		one.state.Every = 24 * time.Hour
		if got := backupAnswer(one.state, now); got.State != one.want || got.EveryS != 86400 || (got.NewestAt == nil) != one.state.NewestAt.IsZero() {
			t.Errorf("%s: %+v, want %s", one.name, got, one.want)
		}
	}
}
