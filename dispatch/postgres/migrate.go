package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/izdeu/izdeu/dispatch"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Keys of the advisory locks: of this program, and what for.
const (
	lockProgram   = 0x697a6475 // "izdu"
	lockMigration = 1
)

// closing bounds the farewell of a connection.
const closing = time.Second

// migrate brings the schema up to date. Replicas that start at once wait for
// each other. A database that is newer than this program is left alone: it may
// be used when its newest migration says so.
func migrate(ctx context.Context, config *pgx.ConnConfig, log *slog.Logger) error {
	return migrateTo(ctx, config, 0, log)
}

// migrateTo does the same up to a version; 0 means the newest. It returns
// dispatch.ErrOtherSchema when this program does not know the version.
func migrateTo(ctx context.Context, config *pgx.ConnConfig, version int64, log *slog.Logger) (err error) {
	config = config.Copy()
	// A migration may rewrite a table, and another replica waits for it.
	set(config, map[string]string{})
	for name, value := range map[string]string{"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"} {
		config.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return connectError(config, err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer cancel()
		err = errors.Join(err, conn.Close(ctx))
	}()
	if err := suitable(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, lockProgram, lockMigration); err != nil {
		return fmt.Errorf("postgres: wait for another replica's migration: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	provider, err := goose.NewProvider(database.DialectPostgres, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(log), goose.WithTableName("schema_version"))
	if err != nil {
		return fmt.Errorf("postgres: the migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return connectError(config, fmt.Errorf("the version of the schema: %w", err))
	}
	if version > newest {
		return fmt.Errorf("postgres: the backup was made by a newer Izdeu: its schema is version %d, this program reads up to %d; "+
			"restore it with the newer program: %w", version, newest, dispatch.ErrOtherSchema)
	}
	if version > 0 {
		newest = version
	}
	if current > newest {
		var oldest int64
		if err := conn.QueryRow(ctx, `SELECT oldest_program FROM compatibility`).Scan(&oldest); err != nil {
			return fmt.Errorf("postgres: the oldest program that may read the database: %w", err)
		}
		if oldest > newest {
			return fmt.Errorf("postgres: the database %q was written by a newer Izdeu: its schema is version %d, this program reads up to %d; "+
				"start the newer program, or restore a backup made by this one", config.Database, current, newest)
		}
		log.Warn("the database was written by a newer program that this one may still work beside",
			"schema", current, "newest_known", newest)
		return nil
	}
	if current == newest {
		return nil
	}
	if _, err := provider.UpTo(ctx, newest); err != nil {
		return fmt.Errorf("postgres: bringing the schema from version %d to %d: %w", current, newest, err)
	}
	return nil
}

// Outdated gives the version of a database's schema when this program would
// bring it up to date in Open; 0 for an empty database and for one that is.
func Outdated(ctx context.Context, address string) (version int64, err error) {
	pool, err := parse(address)
	if err != nil {
		return 0, err
	}
	newest, err := newestMigration()
	if err != nil {
		return 0, err
	}
	err = patiently(ctx, pool.ConnConfig, func(conn *pgx.Conn) error {
		var table *string
		if err := conn.QueryRow(ctx, `SELECT to_regclass('schema_version')::text`).Scan(&table); err != nil || table == nil {
			return err
		}
		return conn.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM schema_version WHERE is_applied`).Scan(&version)
	})
	if err != nil || version >= newest {
		return 0, err
	}
	return version, nil
}

// newestMigration is the schema's version that this program brings a database to.
func newestMigration() (newest int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, fmt.Errorf("postgres: the migration %s: %w", file, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// suitable refuses a server that is too old, or a database that cannot hold
// every letter.
func suitable(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var name, encoding string
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding')`).
		Scan(&version, &name, &encoding); err != nil {
		return fmt.Errorf("postgres: the version of the server: %w", err)
	}
	if version < oldest {
		return fmt.Errorf("postgres: the server is version %s: Izdeu needs PostgreSQL %d or later", name, oldest/10000)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("postgres: the database %q is encoded in %s: make one with createdb --encoding UTF8 --template template0", conn.Config().Database, encoding)
	}
	return nil
}
