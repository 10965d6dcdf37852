package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/izdeu/izdeu/dispatch"
)

// errUnreachable marks what may go away by waiting.
var errUnreachable = errors.New("postgres: the database cannot be reached")

// Unreachable says whether an error of Open may go away by waiting: the server
// is away, starting, or has no connection left.
func Unreachable(err error) bool { return errors.Is(err, errUnreachable) }

// interpretError tells what the database refuses for good from what may be
// tried again, by the classes of SQLSTATE.
func interpretError(err error) error {
	if err == nil || errors.Is(err, dispatch.ErrRefused) || errors.Is(err, dispatch.ErrFenced) {
		return err
	}
	var coded *pgconn.PgError
	if !errors.As(err, &coded) || len(coded.Code) != 5 {
		return err
	}
	switch {
	case coded.Code == "23502" && coded.TableName == "head": // see migrations/0001_first.sql
		return fmt.Errorf("%w: %w", dispatch.ErrFenced, err)
	case coded.Code == "53100": // disk_full
		return fmt.Errorf("%w: %w", dispatch.ErrNoSpace, err)
	}
	switch coded.Code[:2] {
	case "21", // a row twice in one statement
		"22", // data exceptions: a value that a column cannot hold
		"23", // integrity constraints
		"54": // program limits: a value too large for an index
		return fmt.Errorf("%w: %w", dispatch.ErrRefused, err)
	}
	return err
}

// refused is the error of a batch that is wrong before the database sees it.
func refused(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{dispatch.ErrRefused}, arguments...)...)
}

// connectError says what is wrong with a connection and what to do. pgconn
// keeps the password out of its own words.
func connectError(config *pgx.ConnConfig, err error) error {
	where := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	var coded *pgconn.PgError
	if errors.As(err, &coded) {
		switch coded.Code {
		case "28P01", "28000":
			return fmt.Errorf("postgres: %s refuses the user %q or its password: see the address of the database, and PGPASSWORD (%s)", where, config.User, coded.Message)
		case "3D000":
			return fmt.Errorf("postgres: %s has no database %q: make it with createdb, owned by %q", where, config.Database, config.User)
		case "42501":
			return fmt.Errorf("postgres: the user %q may not do this in the database %q: let it own the database (%s)", config.User, config.Database, coded.Message)
		case "57P03", "53300", "57P01", "57P02":
			return fmt.Errorf("%w: %s at present (%s)", errUnreachable, where, coded.Message)
		}
		return fmt.Errorf("postgres: %s: %w", where, err)
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: nothing answers as Postgres at %s: %w", errUnreachable, where, err)
	}
	return fmt.Errorf("postgres: %s: %w", where, err)
}
