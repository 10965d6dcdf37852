package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	sqlitedriver "modernc.org/sqlite"

	"github.com/izdeu/izdeu/dispatch"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The migrations make identities of applications anew.
func init() {
	sqlitedriver.MustRegisterDeterministicScalarFunction("application_identity", 2,
		func(_ *sqlitedriver.FunctionContext, arguments []driver.Value) (driver.Value, error) {
			system, _ := arguments[0].(string)
			id, _ := arguments[1].(string)
			identity := dispatch.ApplicationIdentity(system, id)
			return identity[:], nil
		})
}

// migrate brings the schema up to date. A database that is newer than this
// program is left alone: it may be used when its newest migration says so.
func migrate(ctx context.Context, path string, log *slog.Logger) error {
	return migrateTo(ctx, path, 0, log)
}

// migrateTo does the same up to a version; 0 means the newest. It returns
// dispatch.ErrOtherSchema when this program does not know the version.
func migrateTo(ctx context.Context, path string, version int64, log *slog.Logger) (err error) {
	provider, db, err := openMigrations(path, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: %s: the version of the schema: %w", path, err)
	}
	if version > newest {
		return fmt.Errorf("sqlite: the backup was made by a newer Izdeu: its schema is version %d, this program reads up to %d; "+
			"restore it with the newer program: %w", version, newest, dispatch.ErrOtherSchema)
	}
	if version > 0 {
		newest = version
	}
	if current > newest {
		var oldest int64
		if err := db.QueryRowContext(ctx, `SELECT oldest_program FROM compatibility`).Scan(&oldest); err != nil {
			return fmt.Errorf("sqlite: %s: the oldest program that may read it: %w", path, err)
		}
		if oldest > newest {
			return fmt.Errorf("sqlite: %s was written by a newer Izdeu: its schema is version %d, this program reads up to %d; "+
				"start the newer program, or restore a backup made by this one", path, current, newest)
		}
		log.Warn("the database was written by a newer program that this one may still work beside",
			"schema", current, "newest_known", newest)
		return nil
	}
	if _, err := provider.UpTo(ctx, newest); err != nil {
		return fmt.Errorf("sqlite: %s: bringing the schema from version %d to %d: %w", path, current, newest, err)
	}
	return nil
}

// Outdated gives the version of a database's schema when this program would
// bring it up to date in Open; 0 for a new database and for one that is.
func Outdated(ctx context.Context, path string) (version int64, err error) {
	absolute, err := existing(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	provider, db, err := openMigrations(absolute, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %s: the version of the schema: %w", path, err)
	}
	if current >= newest {
		return 0, nil
	}
	return current, nil
}

// openMigrations opens a file for its migrations; the caller closes it.
func openMigrations(path string, log *slog.Logger) (*goose.Provider, *sql.DB, error) {
	connector, err := sqlitedriver.NewConnector(dataSource(path, false))
	if err != nil {
		return nil, nil, fmt.Errorf("sqlite: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, nil, fmt.Errorf("sqlite: %w", err)
	}
	db := sql.OpenDB(connector)
	provider, err := goose.NewProvider(database.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(log), goose.WithTableName("schema_version"))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("sqlite: the migrations: %w", err), db.Close())
	}
	return provider, db, nil
}
