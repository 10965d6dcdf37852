package dispatch

import (
	"context"
	"fmt"
)

// Rehearsal holds batches that were decided ahead of time, so that the same
// rows can be written without any decision: what the store alone can do is the
// ceiling that the whole path is measured against.
type Rehearsal struct {
	batches  []*Batch
	teams    [][]TeamState
	Messages int
}

// Rehearse decides messages on the state of a store, and writes nothing. The
// messages must have their Now.
func Rehearse(ctx context.Context, store Store, settings Settings, messages []Message) (*Rehearsal, error) {
	snapshot, err := store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the state: %w", err)
	}
	state := NewState(settings, snapshot)
	rehearsal := &Rehearsal{Messages: len(messages)}
	for len(messages) > 0 {
		n := min(batchLimit, len(messages))
		batch, _ := decideAll(state, messages[:n])
		rehearsal.batches = append(rehearsal.batches, &batch.Batch)
		rehearsal.teams = append(rehearsal.teams, touchedTeams(state, &batch.Batch))
		state.Settle()
		messages = messages[n:]
	}
	return rehearsal, nil
}

// Write commits the batches to the store that they were rehearsed on, and
// wakes the feed's readers.
func (r *Rehearsal) Write(ctx context.Context, store Store, feed *Feed) error {
	for i, batch := range r.batches {
		if err := store.Commit(ctx, batch); err != nil {
			return err
		}
		feed.publish(batch, r.teams[i], 0)
	}
	return nil
}
