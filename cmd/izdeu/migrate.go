package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/backup"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// migrateCommand takes an installation from the embedded database to Postgres.
type migrateCommand struct {
	From   string      `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory with the embedded database (${default}); it must not be being served."`
	To     string      `env:"IZDEU_DATABASE" required:"" placeholder:"URL" help:"A new database of your own PostgreSQL: postgres://USER@HOST:5432/DATABASE. The password may stand in PGPASSWORD."`
	Kafka  string      `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"Your own Kafka, when you leave the embedded broker as well: what it holds and was not read yet is sent there."`
	Prefix string      `name:"kafka-prefix" env:"IZDEU_KAFKA_PREFIX" default:"izdeu." placeholder:"PREFIX" help:"Begins the name of every topic (${default})."`
	Access kafkaAccess `embed:""`
}

// Help shows below the flags what happens to what.
func (migrateCommand) Help() string {
	return `Everything is copied: cases, journal, photos, keys, statistics. The epoch is new, so boards start anew with a snapshot. The data directory stays as it is: do not serve its embedded database again, or there are two histories. Without --kafka its embedded broker goes on being used, with what it holds.

Examples:
  izdeu migrate --from /var/lib/izdeu --to postgres://izdeu@db/izdeu
  izdeu verify --database postgres://izdeu@db/izdeu
  izdeu serve --data /var/lib/izdeu --database postgres://izdeu@db/izdeu`
}

// Run migrates.
func (c *migrateCommand) Run(ctx context.Context, streams console) (err error) {
	if checkDatabase(c.To) != nil {
		return misused("--to: give the new database as postgres://USER@HOST:5432/DATABASE")
	}
	from := &storedData{Data: c.From}
	archiver, err := from.archive()
	if err != nil {
		return err
	}
	_, notDemo := os.Stat(c.From + string(os.PathSeparator) + markerDemo)
	directory, err := openDataDirectory(c.From, notDemo == nil)
	if err != nil {
		return err
	}
	o := newOwner(quiet)
	o.onEnd("the data directory", directory.release)
	defer func() { err = errors.Join(err, o.end()) }()
	path := directory.file(databaseFile)
	outdated, err := sqlite.Outdated(ctx, path)
	if err == nil {
		err = upToDate(path, outdated)
	}
	if err != nil {
		return err
	}
	if err := postgres.Empty(ctx, c.To); err != nil {
		return err
	}
	_, none := os.Stat(directory.file(brokerFolder))
	leaves := c.Kafka != "" && !errors.Is(none, fs.ErrNotExist) // the embedded broker
	sent := 0
	err = archiver.Archive(ctx, func(archive dispatch.Archive) error {
		if leaves {
			if sent, err = c.sendUnread(ctx, o, directory, archive); err != nil {
				return err
			}
		}
		return postgres.Restore(ctx, c.To, dispatch.Renew(archive, dispatch.NewEpoch(), !leaves), quiet)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(streams.Out, "%s is in %s now, and %d messages that were not read yet in Kafka; look at it with izdeu verify --database, and do not serve the embedded database again\n",
		c.From, withoutPassword(c.To), sent)
	return err
}

// sendUnread sends what the embedded broker holds and was not read yet to the
// Kafka that takes its place.
func (c *migrateCommand) sendUnread(ctx context.Context, o *owner, directory *dataDirectory, archive dispatch.Archive) (int, error) {
	head, err := dispatch.ReadArchiveHead(ctx, archive)
	if err != nil {
		return 0, err
	}
	broker, err := openOwnBroker(o, directory.file(brokerFolder), c.Prefix)
	if err != nil {
		return 0, err
	}
	origin := &backupOrigin{prefix: c.Prefix}
	if err := origin.connect(o, []string{broker.Address()}); err != nil {
		return 0, err
	}
	return refill(ctx, o, &c.Access, ingest.SplitBrokers(c.Kafka), func(ctx context.Context, each func(*backup.Record) error) error {
		return origin.unread(ctx, head.Offsets, each)
	})
}
