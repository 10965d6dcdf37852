package sqlite

import (
	"errors"
	"fmt"

	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/izdeu/izdeu/dispatch"
)

// interpretError tells what the database refuses for good from what may be
// tried again.
func interpretError(err error) error {
	if err == nil || errors.Is(err, dispatch.ErrRefused) {
		return err
	}
	var coded *sqlitedriver.Error
	if !errors.As(err, &coded) {
		return err
	}
	switch coded.Code() & 0xff { // the primary code; the rest says which kind of it
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		return fmt.Errorf("%w: %w", dispatch.ErrRefused, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", dispatch.ErrNoSpace, err)
	}
	return err
}

// refused is the error of a batch that is wrong before the database sees it.
func refused(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{dispatch.ErrRefused}, arguments...)...)
}
