package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/backup"
	"github.com/izdeu/izdeu/web"
)

const (
	// backupLook is how often it is looked whether the newest backup is still there.
	backupLook = 5 * time.Minute
	// backupRetry is how long after a failure it is tried again, at most; with
	// a short --backup-every sooner.
	backupRetry = 15 * time.Minute
	// backupFresh is how long an answer about the backups is given again.
	backupFresh = 5 * time.Second
	// backupFollow is how often a replica that follows looks whether it leads.
	backupFollow = time.Second
)

// backupFlags say where and how often serve makes backups by itself.
type backupFlags struct {
	To    string        `name:"backup-to" env:"IZDEU_BACKUP_TO" placeholder:"DIR" help:"Make backups in this directory by itself: one on another disk, which has to be there. They hold personal data."`
	Every time.Duration `name:"backup-every" env:"IZDEU_BACKUP_EVERY" default:"24h" placeholder:"TIME" help:"How often (${default}). When the newest is twice as old, or one fails, the board says so to coordinators and admins."`
	Keep  int           `name:"backup-keep" env:"IZDEU_BACKUP_KEEP" default:"7" placeholder:"N" help:"How many of this installation's backups stay there; older ones are deleted when a new one is whole (${default})."`
}

func (f *backupFlags) check() error {
	switch {
	case f.To == "":
		return nil
	case f.Every < time.Second || f.Every > 31*24*time.Hour:
		return misused("--backup-every: %s is no time between 1s and 744h, such as 24h", f.Every)
	case f.Keep < 1 || f.Keep > 10_000:
		return misused("--backup-keep: %d is no number of backups from 1 to 10000", f.Keep)
	}
	return nil
}

// backups makes backups on a schedule, while this replica leads; every replica
// may ask State, which is read from the store.
type backups struct {
	backupFlags
	installation string
	leads        func() bool
	write        func(ctx context.Context, to string) (path string, manifest *backup.Manifest, err error)
	cursors      dispatch.Cursors
	log          *slog.Logger

	seconds prometheus.Gauge
	bytes   prometheus.Gauge

	mu    sync.Mutex
	asked time.Time
	known web.BackupState
}

func newBackups(flags backupFlags, installation string, origin *backupOrigin, cursors dispatch.Cursors, registry *prometheus.Registry, log *slog.Logger) *backups {
	b := &backups{backupFlags: flags, installation: installation, write: origin.writeTo, cursors: cursors, log: log,
		seconds: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_backup_duration_seconds", Help: "How long the newest scheduled backup took."}),
		bytes:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_backup_bytes", Help: "Size of the newest scheduled backup."})}
	gauge := func(name, help string, value func(web.BackupState) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			state, err := b.State(ctx)
			if err != nil {
				return math.NaN()
			}
			return value(state)
		})
	}
	registry.MustRegister(b.seconds, b.bytes,
		gauge("izdeu_backup_age_seconds", "Age of the newest scheduled backup; +Inf when there is none.", func(s web.BackupState) float64 {
			if s.NewestAt.IsZero() {
				return math.Inf(1)
			}
			return time.Since(s.NewestAt).Seconds()
		}),
		gauge("izdeu_backup_failed", "1 when the last attempt at a scheduled backup failed.", func(s web.BackupState) float64 {
			if s.FailedAt.IsZero() {
				return 0
			}
			return 1
		}),
		gauge("izdeu_backup_interval_seconds", "How often a backup is to be made (--backup-every).", func(web.BackupState) float64 { return b.Every.Seconds() }))
	return b
}

// backups starts the scheduled ones; nil when there are none.
func (c *serveCommand) backups(o *owner, store database, leads func() bool, installation string, brokers []string, client *kafka.Client,
	registry *prometheus.Registry, log *slog.Logger,
) web.Backups {
	if c.Backup.To == "" {
		return nil
	}
	origin := &backupOrigin{archive: store, demo: c.Demo, prefix: c.KafkaPrefix}
	if c.Kafka == "" {
		origin.brokers, origin.client = brokers, client
	}
	scheduled := newBackups(c.Backup, installation, origin, store, registry, log)
	scheduled.leads = leads
	o.run("the backups", forever(scheduled.Run))
	return scheduled
}

// State says how the backups are, as the store knows it.
func (b *backups) State(ctx context.Context) (web.BackupState, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.asked) < min(backupFresh, b.Every/4) {
		return b.known, nil
	}
	state := web.BackupState{Every: b.Every}
	for name, to := range map[dispatch.Cursor]*time.Time{dispatch.CursorBackup: &state.NewestAt, dispatch.CursorBackupFailed: &state.FailedAt} {
		at, err := b.cursors.Cursor(ctx, name)
		if err != nil {
			return web.BackupState{}, err
		}
		if at != 0 {
			*to = time.UnixMilli(at).UTC()
		}
	}
	b.known, b.asked = state, time.Now()
	return state, nil
}

// Run makes a backup whenever one is due, until the context ends. A failure
// stops nothing: it is logged, shown, and tried again.
func (b *backups) Run(ctx context.Context) {
	failed := false
	for wait := time.Duration(0); ; {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if !b.leads() {
			wait = backupFollow
			continue
		}
		newest, err := b.newest()
		if due := time.Until(newest.Add(b.Every)); err == nil && due > 0 && !failed {
			b.note(ctx, newest, time.Time{})
			wait = min(backupLook, due)
			continue
		}
		if err == nil {
			newest, err = b.make(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		wait = min(backupLook, b.Every)
		failedAt := time.Time{}
		if failed = err != nil; failed {
			b.log.Error("the scheduled backup failed; it is tried again", "directory", b.To, "error", err)
			wait, failedAt = min(backupRetry, b.Every/4), time.Now()
		}
		b.note(ctx, newest, failedAt)
	}
}

// note keeps how the backups are for every replica.
func (b *backups) note(ctx context.Context, newest, failed time.Time) {
	for name, at := range map[dispatch.Cursor]time.Time{dispatch.CursorBackup: newest, dispatch.CursorBackupFailed: failed} {
		value := int64(0)
		if !at.IsZero() {
			value = at.UnixMilli()
		}
		known, err := b.cursors.Cursor(ctx, name)
		if err == nil && known != value {
			err = b.cursors.SetCursor(ctx, name, value)
		}
		if err != nil && ctx.Err() == nil {
			b.log.Warn("how the backups are could not be written down", "error", err)
		}
	}
	b.mu.Lock()
	b.asked = time.Time{}
	b.mu.Unlock()
}

// own gives the times of this installation's backups in the directory, the oldest first.
func (b *backups) own() ([]time.Time, error) {
	entries, err := os.ReadDir(b.To)
	if err != nil {
		return nil, fmt.Errorf("--backup-to: %w", err)
	}
	var times []time.Time
	for _, entry := range entries {
		if installation, at, ok := backup.ParseFileName(entry.Name()); ok && installation == b.installation {
			times = append(times, at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times, nil
}

// newest gives the time of the newest backup in the directory; zero when there is none.
func (b *backups) newest() (time.Time, error) {
	times, err := b.own()
	if err != nil || len(times) == 0 {
		return time.Time{}, err
	}
	return times[len(times)-1], nil
}

// make makes a backup, reads it again, and deletes those that are too many.
func (b *backups) make(ctx context.Context) (time.Time, error) {
	started := time.Now()
	path, manifest, err := b.write(ctx, b.To)
	if err != nil {
		newest, _ := b.newest()
		return newest, err
	}
	if err := readAgain(ctx, path); err != nil {
		return time.Time{}, fmt.Errorf("what was written cannot be read again: %w", errors.Join(err, os.Remove(path)))
	}
	if info, err := os.Stat(path); err == nil {
		b.bytes.Set(float64(info.Size()))
	}
	b.seconds.Set(time.Since(started).Seconds())
	b.log.Info("a backup was made", "file", path, "position", manifest.Position().String(), "took", time.Since(started).Round(time.Millisecond).String())
	times, err := b.own()
	if err != nil {
		return manifest.MadeAt, err
	}
	for i := 0; i < len(times)-b.Keep; i++ {
		if err := os.Remove(filepath.Join(b.To, backup.FileName(b.installation, times[i]))); err != nil {
			return manifest.MadeAt, fmt.Errorf("an old backup cannot be deleted: %w", err)
		}
	}
	return manifest.MadeAt, nil
}

func readAgain(ctx context.Context, path string) (err error) {
	file, err := backup.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return file.Check(ctx)
}
