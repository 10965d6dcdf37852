package web

import (
	"context"
	"net/http"
	"time"
)

// BackupState is how the scheduled backups are.
type BackupState struct {
	NewestAt time.Time     // when the newest was made; zero when there is none
	FailedAt time.Time     // of the last attempt, when it failed; else zero
	Every    time.Duration // how often one is to be made
}

// Backups says how the scheduled backups are.
type Backups interface {
	State(ctx context.Context) (BackupState, error)
}

// Words for the state of the scheduled backups.
const (
	backupsOff    = "off"    // none are scheduled
	backupsNone   = "none"   // the first is being made
	backupsOK     = "ok"     // the newest is not too old
	backupsLate   = "late"   // the newest is older than twice the interval
	backupsFailed = "failed" // the last attempt failed
)

// BackupAnswer says how the scheduled backups are.
type BackupAnswer struct {
	State    string     `json:"state" enum:"off,none,ok,late,failed" doc:"late: the newest is older than twice the interval"`
	NewestAt *time.Time `json:"newest_at,omitempty"`
	FailedAt *time.Time `json:"failed_at,omitempty" doc:"Of the last attempt, when it failed; the log of the server says why"`
	EveryS   int        `json:"every_s,omitempty" doc:"How often one is to be made, in seconds"`
}

func (s *Server) registerBackups() {
	register(s, operation{id: opGetBackups, method: http.MethodGet, path: apiRoot + "/backups", tag: "program",
		summary: "How the scheduled backups are", about: "The board warns coordinators and admins when the state is late or failed.",
		answers: map[int]any{200: BackupAnswer{}}},
		func(ctx context.Context, _ *struct{}) (*answer, error) {
			if s.config.Backups == nil {
				return answerJSON(http.StatusOK, BackupAnswer{State: backupsOff})
			}
			state, err := s.config.Backups.State(ctx)
			if err != nil {
				return nil, storeError(err)
			}
			return answerJSON(http.StatusOK, backupAnswer(state, s.clock()))
		})
}

func backupAnswer(state BackupState, now time.Time) BackupAnswer {
	a := BackupAnswer{State: backupsOK, EveryS: int(state.Every.Seconds())}
	if !state.NewestAt.IsZero() {
		a.NewestAt = &state.NewestAt
	}
	switch {
	case !state.FailedAt.IsZero():
		a.State, a.FailedAt = backupsFailed, &state.FailedAt
	case state.NewestAt.IsZero():
		a.State = backupsNone
	case now.Sub(state.NewestAt) > 2*state.Every:
		a.State = backupsLate
	}
	return a
}
