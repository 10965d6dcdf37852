package dispatch

import (
	"context"
	"time"
)

// flight is a batch from its decision to the database. While it is on its way
// the next one is decided, so everything that the commit needs of the state
// was taken from it before.
type flight struct {
	input      Input
	results    []string
	started    time.Time
	batch      *Batch
	teams      []TeamState
	active     int
	waiting    int
	unanswered int

	done   chan error
	failed context.Context // ends when the commit has failed
}

// load takes what the commit needs of the state.
func (f *flight) load(state *State, batch *batchBuilder) *flight {
	f.batch = &batch.Batch
	f.teams = touchedTeams(state, f.batch)
	f.active, f.waiting, f.unanswered = state.Active(), state.Waiting(), state.Unanswered()
	return f
}

// start commits the batch in a goroutine that ends with the commit.
func (f *flight) start(ctx context.Context, d *Dispatcher) {
	failed, fail := context.WithCancel(context.Background())
	f.done, f.failed = make(chan error, 1), failed
	go func() {
		err := d.commit(ctx, f)
		if err != nil {
			fail()
		}
		f.done <- err
	}()
}

// land waits for the commit, which has a deadline of its own.
func (f *flight) land() error { return <-f.done }

// again is the input to be decided once more. Each message is stamped anew:
// times must not go back behind events that were written meanwhile.
func (i Input) again() Input {
	for n := range i.Messages {
		i.Messages[n].Now = time.Time{}
	}
	return i
}
