package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
	"github.com/izdeu/izdeu/web/notify"
)

// leader is what the leading replica alone runs: it reads the inputs, decides,
// publishes, counts and tells people.
type leader struct {
	publisher  *ingest.Publisher
	projector  *dispatch.Projector
	notifier   *notify.Notifier
	newInbox   func() *ingest.Inbox
	dispatcher func(*ingest.Inbox) *dispatch.Dispatcher
	log        *slog.Logger
}

// run leads until the term ends, and takes everything apart again.
func (l *leader) run(term context.Context) (err error) {
	o := newOwner(l.log)
	defer func() { err = errors.Join(err, o.end()) }()
	o.run("the publisher", forever(l.publisher.Run))
	o.run("the statistics", forever(l.projector.Run))
	o.onEnd("the last events", func() error {
		if !errors.Is(context.Cause(term), context.Canceled) {
			return nil // another replica leads, and publishes them
		}
		return publishRest(l.publisher, l.log)
	})
	inbox := l.newInbox()
	o.onEnd("the readers", func() error { inbox.Close(); return nil })
	o.run("the dispatcher", l.dispatcher(inbox).Run)
	o.run("the notifier", forever(l.notifier.Run))
	select {
	case <-term.Done():
		return nil
	case err := <-o.failed:
		return err
	}
}
