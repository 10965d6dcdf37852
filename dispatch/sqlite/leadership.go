package sqlite

import (
	"context"

	"github.com/izdeu/izdeu/dispatch"
)

var _ dispatch.Replicas = (*Store)(nil)

// Lead leads at once: the caller holds the lock of the data directory, so no
// other process has the file.
func (s *Store) Lead(ctx context.Context) (context.Context, func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	term, resign := context.WithCancel(ctx)
	return term, resign, nil
}

// Listen waits for ctx: nobody else writes.
func (s *Store) Listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}
