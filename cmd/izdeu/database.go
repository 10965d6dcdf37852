package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/sqlite"
)

// database is what both stores implement.
type database interface {
	dispatch.Store
	dispatch.Cursors
	dispatch.Keys
	dispatch.StatisticsStore
	dispatch.SignedMonths
	dispatch.Deliveries
	dispatch.PushSubscriptions
	dispatch.Photos
	dispatch.Erasure
	dispatch.Replicas
	dispatch.Archiver
	RowCounts(ctx context.Context) (map[string]int64, error)
}

// databaseWait is the longest pause between two tries to reach the database at
// the start of a server.
const databaseWait = 5 * time.Second

// openDatabase opens the database of a server: the embedded one in the data
// directory, or the one at --database, which is waited for while it is away.
func (c *serveCommand) openDatabase(ctx context.Context, directory *dataDirectory, log *slog.Logger) (database, error) {
	if c.Database == "" {
		path := directory.file(databaseFile)
		outdated, err := sqlite.Outdated(ctx, path)
		if err != nil {
			return nil, err
		}
		if err := c.backUpBeforeMigration(ctx, directory, sqliteFile(path), outdated, log); err != nil {
			return nil, err
		}
		return sqlite.Open(ctx, path, log)
	}
	for wait := databaseWait / 16; ; wait = min(2*wait, databaseWait) {
		outdated, err := postgres.Outdated(ctx, c.Database)
		if err == nil {
			if err := c.backUpBeforeMigration(ctx, directory, postgresDatabase(c.Database), outdated, log); err != nil {
				return nil, err
			}
			var store *postgres.Store
			if store, err = postgres.Open(ctx, c.Database, log); err == nil {
				return store, nil
			}
		}
		if !postgres.Unreachable(err) || ctx.Err() != nil {
			return nil, err
		}
		log.Warn("the server waits for its database", "error", err, "wait", wait)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// databaseName names the database of a server, without a password.
func (c *serveCommand) databaseName(directory *dataDirectory) string {
	if c.Database != "" {
		return withoutPassword(c.Database)
	}
	return directory.file(databaseFile)
}

// storedData is where the commands beside serve find what it keeps.
type storedData struct {
	Data     string `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory (${default})."`
	Database string `env:"IZDEU_DATABASE" placeholder:"URL" help:"The database of the server, where it is not the embedded one: postgres://USER@HOST:5432/DATABASE. The password may stand in PGPASSWORD."`
}

// open opens a database that exists already.
func (d *storedData) open(ctx context.Context, log *slog.Logger) (database, error) {
	if d.Database != "" {
		if err := checkDatabase(d.Database); err != nil {
			return nil, err
		}
		outdated, err := postgres.Outdated(ctx, d.Database)
		if err == nil {
			err = upToDate("the database", outdated)
		}
		if err != nil {
			return nil, err
		}
		return postgres.Open(ctx, d.Database, log)
	}
	path := filepath.Join(d.Data, databaseFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if served, err := readAddresses(d.Data); err == nil && checkDatabase(served.Database) == nil {
			return nil, misused("what is served from %s stands in the database %s: give its address with --database or IZDEU_DATABASE", d.Data, served.Database)
		}
		return nil, fmt.Errorf("there is no database in %s: say which directory with --data, or start izdeu serve on it first", d.Data)
	} else if err != nil {
		return nil, err
	}
	outdated, err := sqlite.Outdated(ctx, path)
	if err == nil {
		err = upToDate(path, outdated)
	}
	if err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, path, log)
}

// checkDatabase looks at the address of a database. Its error does not repeat
// it: it may hold a password.
func checkDatabase(address string) error {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return nil
	}
	return misused("--database: give postgres://USER@HOST:5432/DATABASE, or leave it empty for the embedded database")
}

// withoutPassword gives an address to be shown and written down.
func withoutPassword(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "postgres://"
	}
	if parsed.User != nil {
		parsed.User = url.User(parsed.User.Username())
	}
	parsed.RawQuery = "" // libpq takes a password there, too
	return parsed.String()
}
