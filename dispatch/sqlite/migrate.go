package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	sqlitedriver "modernc.org/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. A database that is newer than this
// program is left alone: it may be used when its newest migration says so.
func migrate(ctx context.Context, path string, log *slog.Logger) (err error) {
	connector, err := sqlitedriver.NewConnector(dataSource(path, false))
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	provider, err := goose.NewProvider(database.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(log), goose.WithTableName("schema_version"))
	if err != nil {
		return fmt.Errorf("sqlite: the migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: %s: the version of the schema: %w", path, err)
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
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("sqlite: %s: bringing the schema from version %d to %d: %w", path, current, newest, err)
	}
	return nil
}
