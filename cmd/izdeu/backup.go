package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/backup"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// backupCommand makes a backup, or looks at one.
type backupCommand struct {
	To string `arg:"" optional:"" default:"." placeholder:"FILE|DIR" help:"The file to write, or a directory, in which it gets a name with the time (${default})."`

	storedData
	Kafka  string `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"The brokers of serve --kafka: your own Kafka keeps its records, and none of them are in the backup."`
	Prefix string `name:"kafka-prefix" env:"IZDEU_KAFKA_PREFIX" default:"izdeu." placeholder:"PREFIX" help:"Begins the name of every topic (${default}); a running server says itself."`
	Check  bool   `help:"Read the backup FILE whole and compare its sums, instead of making one."`
}

// Help shows below the flags what a backup is.
func (backupCommand) Help() string {
	return `It makes one file of everything: the rows of the database as they are at one moment, also while it is being served, photos included, and what the embedded broker holds and was not read yet. With a Kafka of your own, that one keeps its records. izdeu restore makes an installation of it again, in either database.

The file holds personal data, sealed outcomes and the secrets of sessions: it is written for its owner alone (mode 0600), and has to be kept as the database is. Keep it on another disk. It is written under another name and renamed when it is whole and on the disk; izdeu backup --check reads it again.

Never copy the files of a data directory that is being served.

Examples:
  izdeu backup /mnt/backups                     izdeu-INSTALLATION-20261126T020000Z.zip in there
  izdeu backup --database postgres://izdeu@db/izdeu --kafka kafka-1:9092 /mnt/backups
  izdeu backup --check /mnt/backups/izdeu-k3x9-20261126T020000Z.zip
  izdeu serve --backup-to /mnt/backups          makes one every 24 hours by itself`
}

// Run makes a backup, or checks one.
func (c *backupCommand) Run(ctx context.Context, streams console) (err error) {
	if c.Check {
		return checkBackup(ctx, c.To, streams)
	}
	archive, err := c.archive()
	if err != nil {
		return err
	}
	o := newOwner(quiet)
	defer func() { err = errors.Join(err, o.end()) }()
	origin, err := c.origin(o, archive)
	if err != nil {
		return err
	}
	started := time.Now()
	path, manifest, err := origin.writeTo(ctx, c.To)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Errors, "backup: %s, %.1f MB in %s; keep it as safe as the database\n", summary(manifest), float64(info.Size())/1e6, time.Since(started).Round(100*time.Millisecond))
	_, err = fmt.Fprintln(streams.Out, path)
	return err
}

// origin is the running server's data, or, when none runs, the directory's own.
func (c *backupCommand) origin(o *owner, archive dispatch.Archiver) (*backupOrigin, error) {
	_, notDemo := os.Stat(filepath.Join(c.Data, markerDemo))
	origin := &backupOrigin{archive: archive, demo: notDemo == nil, prefix: c.Prefix}
	if _, err := os.Stat(c.Data); errors.Is(err, fs.ErrNotExist) && c.Kafka != "" {
		return origin, nil // beside a database and a Kafka of one's own
	}
	directory, err := openDataDirectory(c.Data, origin.demo)
	var held *ingest.LockedError
	switch {
	case errors.As(err, &held):
		running, err := readAddresses(c.Data)
		if err != nil {
			return nil, fmt.Errorf("the server of %s is just starting or ending; try again in a moment (%w)", c.Data, err)
		}
		origin.prefix = running.Prefix
		if running.KafkaEmbedded {
			return origin, origin.connect(o, ingest.SplitBrokers(running.Kafka))
		}
		return origin, nil
	case err != nil:
		return nil, err
	}
	o.onEnd("the data directory", directory.release)
	if _, err := os.Stat(directory.file(brokerFolder)); c.Kafka != "" || errors.Is(err, fs.ErrNotExist) {
		return origin, nil
	}
	broker, err := openOwnBroker(o, directory.file(brokerFolder), c.Prefix)
	if err != nil {
		return nil, err
	}
	return origin, origin.connect(o, []string{broker.Address()})
}

// openOwnBroker starts the embedded broker of a directory for this process alone.
func openOwnBroker(o *owner, folder, prefix string) (*ingest.Broker, error) {
	settings, err := ingest.NewTopics(prefix).Settings(ingest.Retention{})
	if err != nil {
		return nil, err
	}
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: folder, Listen: "127.0.0.1:0", Topics: settings, Logger: quiet})
	if err != nil {
		return nil, err
	}
	o.onEnd("the embedded broker", broker.Close)
	return broker, nil
}

// sqliteFile is the archive of a database file that this process does not serve.
type sqliteFile string

// Archive implements dispatch.Archiver.
func (path sqliteFile) Archive(ctx context.Context, do func(dispatch.Archive) error) error {
	return sqlite.ArchiveFile(ctx, string(path), do)
}

// postgresDatabase is the archive of the database at an address.
type postgresDatabase string

// Archive implements dispatch.Archiver.
func (address postgresDatabase) Archive(ctx context.Context, do func(dispatch.Archive) error) error {
	return postgres.ArchiveDatabase(ctx, string(address), do)
}

// archive gives the database as it is, whatever its schema.
func (d *storedData) archive() (dispatch.Archiver, error) {
	if d.Database != "" {
		return postgresDatabase(d.Database), checkDatabase(d.Database)
	}
	path := filepath.Join(d.Data, databaseFile)
	if _, err := os.Stat(path); err != nil {
		if served, err := readAddresses(d.Data); err == nil && checkDatabase(served.Database) == nil {
			return nil, misused("what is served from %s stands in the database %s: give its address with --database or IZDEU_DATABASE", d.Data, served.Database)
		}
		return nil, fmt.Errorf("there is no database in %s: name the directory that izdeu serve keeps its data in", d.Data)
	}
	return sqliteFile(path), nil
}

// backupOrigin is what backups are made of.
type backupOrigin struct {
	archive dispatch.Archiver
	demo    bool
	prefix  string
	// Of the embedded broker; nil with an outside one.
	brokers []string
	client  *kafka.Client
}

// connect makes the client of the embedded broker.
func (b *backupOrigin) connect(o *owner, brokers []string) error {
	client, disconnect, err := ingest.NewClient(brokers)
	if err != nil {
		return err
	}
	o.onEnd("the connections to Kafka", func() error { disconnect(); return nil })
	b.brokers, b.client = brokers, client
	return nil
}

// writeTo makes a backup in a directory, or as a file of this name.
func (b *backupOrigin) writeTo(ctx context.Context, to string) (path string, manifest *backup.Manifest, err error) {
	err = b.archive.Archive(ctx, func(archive dispatch.Archive) error {
		origin := &backup.Origin{Archive: archive, Program: version(), Demo: b.demo, At: time.Now(), Prefix: b.prefix}
		if b.client != nil {
			origin.Unread = b.unread
		}
		path = to
		if info, err := os.Stat(to); err == nil && info.IsDir() {
			head, err := dispatch.ReadArchiveHead(ctx, archive)
			if err != nil {
				return err
			}
			path = filepath.Join(to, backup.FileName(head.Installation, origin.At))
		}
		manifest, err = backup.WriteFile(ctx, path, origin)
		return err
	})
	return path, manifest, err
}

func (b *backupOrigin) unread(ctx context.Context, from []dispatch.SourceOffset, each func(*backup.Record) error) error {
	return ingest.Unread(ctx, b.brokers, b.client, ingest.NewTopics(b.prefix), from, func(m *kafka.Message) error {
		record := backup.Record{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Time: m.Time.UTC(), Key: m.Key, Value: m.Value}
		for _, header := range m.Headers {
			record.Headers = append(record.Headers, backup.Header{Key: header.Key, Value: header.Value})
		}
		return each(&record)
	})
}

func summary(m *backup.Manifest) string {
	return fmt.Sprintf("%d cases, %d events, %d messages not read yet, at %s of %s (Izdeu %s, %s, schema %d)", m.Rows("cases"), m.Rows("journal"),
		m.Kafka.Records.Lines, m.Position(), m.MadeAt.Format(time.RFC3339), m.Program, m.Schema.Store, m.Schema.Version)
}

// checkBackup reads a backup whole.
func checkBackup(ctx context.Context, path string, streams console) (err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return misused("--check: name the file of a backup; %s is a directory", path)
	}
	file, err := backup.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Check(ctx); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err = fmt.Fprintf(streams.Out, "%s is whole: %s\n", path, summary(file.Manifest()))
	return err
}

// backUpBeforeMigration makes a backup of a database that this program is about
// to bring from the outdated schema (0: it is not) to a newer one, in the data
// directory: so the older program can be gone back to. Kafka is left as it is.
func (c *serveCommand) backUpBeforeMigration(ctx context.Context, directory *dataDirectory, archive dispatch.Archiver, outdated int64, log *slog.Logger) error {
	if outdated == 0 {
		return nil
	}
	folder := directory.file(beforeUpgradeFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the backup before the schema is brought up to date: %w", err)
	}
	origin := &backupOrigin{archive: archive, demo: c.Demo, prefix: c.KafkaPrefix}
	made, _, err := origin.writeTo(ctx, folder)
	if err != nil {
		return fmt.Errorf("the backup before the schema is brought up to date failed, so nothing was changed: %w", err)
	}
	log.Info("a backup was made before the schema is brought up to date", "file", made, "schema", outdated)
	return nil
}

// upToDate refuses a database of an older program, which serve alone changes.
func upToDate(name string, outdated int64) error {
	if outdated == 0 {
		return nil
	}
	return fmt.Errorf("%s was written by an older Izdeu (its schema is version %d): start izdeu serve with this program once, "+
		"which makes a backup and brings it up to date", name, outdated)
}
