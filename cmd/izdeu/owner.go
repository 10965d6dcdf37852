package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// owner starts the parts of the program and ends them in the opposite order. A
// part that ends by itself takes the program down with its error.
type owner struct {
	log      *slog.Logger
	cleanups []cleanup
	failed   chan error // of the first part that ended by itself

	mu    sync.Mutex
	doing string // the clean-up that is running
}

type cleanup struct {
	name string
	do   func() error
}

func newOwner(log *slog.Logger) *owner {
	return &owner{log: log, failed: make(chan error, 1)}
}

// onEnd adds a clean-up. The last one added runs first.
func (o *owner) onEnd(name string, do func() error) {
	o.cleanups = append(o.cleanups, cleanup{name, do})
}

// run starts a part. It runs until its turn to end comes, when its context ends
// and it is waited for.
func (o *owner) run(name string, part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := part(ctx)
		if ctx.Err() == nil {
			if err == nil {
				err = errors.New("ended although nobody asked it to")
			}
			select {
			case o.failed <- fmt.Errorf("%s: %w", name, err):
			default: // another part was first
			}
			err = nil // told once
		}
		ended <- err
	}()
	o.onEnd(name, func() error {
		cancel()
		return <-ended
	})
}

// end runs the clean-ups, the last one first, and joins their errors.
func (o *owner) end() error {
	var failures []error
	for i := len(o.cleanups) - 1; i >= 0; i-- {
		one := o.cleanups[i]
		o.mu.Lock()
		o.doing = one.name
		o.mu.Unlock()
		started := time.Now()
		if err := one.do(); err != nil && !errors.Is(err, context.Canceled) {
			failures = append(failures, fmt.Errorf("ending %s: %w", one.name, err))
		}
		o.log.Debug("ended", "part", one.name, "took", time.Since(started).Round(time.Millisecond).String())
	}
	o.cleanups = nil
	return errors.Join(failures...)
}

// ending names the clean-up that is running.
func (o *owner) ending() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.doing
}
