package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Replicas is how the replicas of an installation share their store.
// Implemented by the stores: on Postgres a lock of the connection that
// commits, on SQLite the lock of the data directory, which one process has.
type Replicas interface {
	// Lead waits until this replica leads. The term ends when it no longer
	// does, and with ctx; then Commit, SetCursor and PutDeliveries of this
	// store fail until it leads again. resign gives the leadership back and
	// has to be called when everything that only the leader does has ended.
	Lead(ctx context.Context) (term context.Context, resign func(), err error)
	// Listen calls wake when another replica may have written something, until
	// ctx ends or an error. Wake-ups may get lost: what was written stands in
	// the rows.
	Listen(ctx context.Context, wake func()) error
}

const (
	followEvery = time.Second           // a look at the rows without a wake-up
	followPause = 10 * time.Millisecond // the shortest time between two looks
	termPause   = 100 * time.Millisecond
	termWait    = 2 * time.Second // the longest pause before the next try to lead
)

// Replica leads when it can, and follows the leader's rows meanwhile.
type Replica struct {
	store   Replicas
	feed    *Feed
	log     *slog.Logger
	lead    func(ctx context.Context) error
	leading atomic.Bool
}

// NewReplica makes a replica. lead does what the leader alone does, until the
// term ends: it is given the term's context. An error of it while the term
// still runs ends Run.
func NewReplica(store Replicas, feed *Feed, registry prometheus.Registerer, log *slog.Logger, lead func(ctx context.Context) error) *Replica {
	r := &Replica{store: store, feed: feed, log: log, lead: lead}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "izdeu_leader",
		Help: "1 while this replica leads: reads the inputs, decides, publishes and notifies."}, func() float64 {
		if r.Leads() {
			return 1
		}
		return 0
	}))
	return r
}

// Leads says whether this replica leads at present.
func (r *Replica) Leads() bool { return r.leading.Load() }

// Run leads and follows until ctx ends, which is no error.
func (r *Replica) Run(ctx context.Context) error {
	wait := termPause
	for {
		term, resign, err := r.follow(ctx)
		if ctx.Err() != nil {
			if err == nil {
				resign()
			}
			return nil
		}
		if err == nil {
			wait = termPause
			if err := r.reign(term, resign); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return nil
			}
			r.log.Warn("this replica no longer leads", "error", context.Cause(term))
		} else {
			r.log.Warn("this replica cannot ask for the leadership and follows; it tries again", "error", err, "wait", wait)
		}
		pause(ctx, wait)
		wait = min(2*wait, termWait)
	}
}

// reign does what the leader does until the term ends.
func (r *Replica) reign(term context.Context, resign func()) error {
	defer resign()
	r.leading.Store(true)
	defer r.leading.Store(false)
	r.log.Info("this replica leads")
	err := r.lead(term)
	if term.Err() != nil {
		return nil
	}
	if err == nil {
		err = errors.New("what the leader does has ended although nobody asked it to")
	}
	return err
}

// follow waits for the leadership, and keeps the feed up with the rows meanwhile.
func (r *Replica) follow(ctx context.Context) (context.Context, func(), error) {
	following, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		r.feed.follow(following, r.store, r.log)
	}()
	defer func() {
		stop()
		<-stopped
	}()
	return r.store.Lead(ctx)
}

// follow keeps the feed up with what another replica writes, until ctx ends.
func (f *Feed) follow(ctx context.Context, replicas Replicas, log *slog.Logger) {
	woken := make(chan struct{}, 1)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for ctx.Err() == nil {
			err := replicas.Listen(ctx, func() {
				select {
				case woken <- struct{}{}:
				default: // it is awake
				}
			})
			if ctx.Err() == nil {
				log.Debug("no wake-ups from other replicas for now", "error", err)
				pause(ctx, followEvery)
			}
		}
	}()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	failing := false
	for ctx.Err() == nil {
		err := f.catchUp(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			log.Warn("what other replicas write cannot be read for now", "error", err)
		}
		failing = err != nil
		pause(ctx, followPause)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-tick.C:
		}
	}
	<-stopped
}

// catchUp takes the head, the positions and the number of dead letters from the rows.
func (f *Feed) catchUp(ctx context.Context) error {
	head, err := f.store.Head(ctx)
	if err != nil {
		return err
	}
	letters, err := f.store.DeadLetterCount(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	counter := f.moved
	f.mu.Unlock()
	positions, err := f.store.PositionsAfter(ctx, counter)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if head == f.head && letters == f.letters && len(positions) == 0 {
		return nil
	}
	if head != f.head { // what is kept leads to the head of before
		f.commits, f.kept = nil, 0
	}
	f.head, f.letters = head, letters
	f.setPositions(positions)
	f.wake()
	return nil
}
