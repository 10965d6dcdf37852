package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/backup"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// restoreCommand makes an installation of a backup.
type restoreCommand struct {
	File string `arg:"" placeholder:"FILE" help:"The backup, from izdeu backup or serve --backup-to."`

	Data     string      `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory to make (${default}): it must be empty, or not be there."`
	Database string      `env:"IZDEU_DATABASE" placeholder:"URL" help:"Your own PostgreSQL to restore into, instead of the embedded database: a new database, postgres://USER@HOST:5432/DATABASE. The password may stand in PGPASSWORD."`
	Access   kafkaAccess `embed:""`
	Kafka    string      `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"Your own Kafka, when the restored installation is to use one and the backup is of one with the embedded broker: what was not read yet is sent there."`
}

// Help shows below the flags what happens to what.
func (restoreCommand) Help() string {
	return `The rows come back as they were, in a new epoch: boards start anew with a snapshot, and commands that phones kept or had sent just before the loss may come again, because everything is applied once by its identity.

Messages: a backup of an installation with the embedded broker has those that were not read yet; they are put into a new log and are read first. With a Kafka of your own, reading goes on from where the backup was: everything that came after it and that Kafka still keeps (7 days) is applied again.

Events that were published before the backup are not published again; those after it are, under the new epoch.

Nothing is overwritten: the data directory must be empty or not be there, the database new. A backup of either database may be restored into the other. A backup that is damaged or was cut off is refused, and nothing is left behind.

Examples:
  izdeu restore --data /var/lib/izdeu /mnt/backups/izdeu-k3x9-20261126T020000Z.zip
  izdeu verify --data /var/lib/izdeu
  izdeu restore --database postgres://izdeu@db/izdeu izdeu-k3x9-20261126T020000Z.zip`
}

// restoring ends the names of what a restore has not finished. A server never looks at them.
const restoring = ".restoring"

// Run restores.
func (c *restoreCommand) Run(ctx context.Context, streams console) (err error) {
	file, err := backup.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	manifest := file.Manifest()
	if c.Database != "" {
		if err := checkDatabase(c.Database); err != nil {
			return err
		}
		if err := postgres.Empty(ctx, c.Database); err != nil {
			return err
		}
	}
	// With the embedded broker's log gone its offsets say nothing any more.
	archive := dispatch.Renew(file, dispatch.NewEpoch(), !manifest.Kafka.Embedded)
	if c.Database != "" && (!manifest.Kafka.Embedded || c.Kafka != "") { // nothing is kept in a directory
		put, err := c.putBack(ctx, file, nil)
		if err == nil {
			err = postgres.Restore(ctx, c.Database, archive, quiet)
		}
		if err != nil {
			return restoreError(c.File, err)
		}
		return c.report(streams, manifest, put)
	}
	put, err := c.intoDirectory(ctx, file, archive)
	if err != nil {
		return restoreError(c.File, err)
	}
	return c.report(streams, manifest, put)
}

func (c *restoreCommand) report(streams console, manifest *backup.Manifest, put int) error {
	fmt.Fprintf(streams.Errors, "restore: %s; %d messages were put back\n", summary(manifest), put)
	name, flag := c.Data, "--data "+c.Data
	if c.Database != "" {
		name = withoutPassword(c.Database)
		flag = "--database " + name
	}
	_, err := fmt.Fprintf(streams.Out, "%s is restored; look at it with izdeu verify %s and start izdeu serve on it\n", name, flag)
	return err
}

// intoDirectory restores into a data directory, or the embedded broker into one
// and the rest into the database.
func (c *restoreCommand) intoDirectory(ctx context.Context, file *backup.File, archive dispatch.Archive) (put int, err error) {
	manifest := file.Manifest()
	if err := emptyDirectory(c.Data); err != nil {
		return 0, err
	}
	directory, err := openDataDirectory(c.Data, manifest.Demo)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, directory.release()) }()
	if err := cleanRestore(directory); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, cleanRestore(directory))
		}
	}()
	if c.Database == "" {
		if err := sqlite.Restore(ctx, directory.file(databaseFile+restoring), archive, quiet); err != nil {
			return 0, err
		}
	}
	if put, err = c.putBack(ctx, file, directory); err != nil {
		return 0, err
	}
	if manifest.Kafka.Embedded && c.Kafka == "" {
		if err := os.Rename(directory.file(brokerFolder+restoring), directory.file(brokerFolder)); err != nil {
			return 0, err
		}
	}
	// The database last: without it the directory is no installation.
	if c.Database != "" {
		if err := postgres.Restore(ctx, c.Database, archive, quiet); err != nil {
			return 0, errors.Join(err, os.RemoveAll(directory.file(brokerFolder)))
		}
		return put, nil
	}
	return put, os.Rename(directory.file(databaseFile+restoring), directory.file(databaseFile))
}

func restoreError(file string, err error) error {
	if errors.Is(err, dispatch.ErrOtherSchema) || errors.Is(err, backup.ErrDamaged) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return err
}

// putBack puts what was not read into a new log of the embedded broker, or into
// an outside Kafka.
func (c *restoreCommand) putBack(ctx context.Context, file *backup.File, directory *dataDirectory) (put int, err error) {
	o := newOwner(quiet)
	defer func() { err = errors.Join(err, o.end()) }()
	manifest := file.Manifest()
	if !manifest.Kafka.Embedded {
		return 0, nil
	}
	brokers := ingest.SplitBrokers(c.Kafka)
	if len(brokers) == 0 {
		broker, err := openOwnBroker(o, directory.file(brokerFolder+restoring), manifest.Kafka.Prefix)
		if err != nil {
			return 0, err
		}
		brokers = []string{broker.Address()}
	}
	return refill(ctx, o, &c.Access, brokers, file.Records)
}

// refill sends records of a backup to a Kafka.
func refill(ctx context.Context, o *owner, access *kafkaAccess, brokers []string, records func(context.Context, func(*backup.Record) error) error) (int, error) {
	client, disconnect, err := access.connect(brokers)
	if err != nil {
		return 0, err
	}
	o.onEnd("the connections to Kafka", func() error { disconnect(); return nil })
	producer := ingest.NewProducer(client, nil)
	o.onEnd("the producer", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), producerEnd)
		defer cancel()
		return producer.Close(ctx)
	})
	return ingest.Refill(ctx, producer, func(each func(kafka.Message) error) error {
		return records(ctx, func(r *backup.Record) error {
			message := kafka.Message{Topic: r.Topic, Time: r.Time, Key: r.Key, Value: r.Value}
			for _, header := range r.Headers {
				message.Headers = append(message.Headers, kafka.Header{Key: header.Key, Value: header.Value})
			}
			return each(message)
		})
	})
}

// ofRestore are the names that an unfinished restore leaves in a directory.
func ofRestore(name string) bool {
	switch name {
	case lockFile, holderFile, markerReal, markerDemo, brokerFolder + restoring:
		return true
	}
	return strings.HasPrefix(name, databaseFile+restoring)
}

// emptyDirectory refuses a directory that holds anything.
func emptyDirectory(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	for _, entry := range entries {
		if !ofRestore(entry.Name()) {
			return fmt.Errorf("%s is not empty (there is %s): nothing is overwritten. Move it away, or give another directory with --data", path, entry.Name())
		}
	}
	return nil
}

// cleanRestore removes what an unfinished restore has left.
func cleanRestore(directory *dataDirectory) error {
	entries, err := os.ReadDir(directory.path)
	failed := []error{err}
	for _, entry := range entries {
		if name := entry.Name(); ofRestore(name) && strings.Contains(name, restoring) {
			failed = append(failed, os.RemoveAll(directory.file(name)))
		}
	}
	return errors.Join(failed...)
}
