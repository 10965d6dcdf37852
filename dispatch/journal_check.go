package dispatch

import "fmt"

// CheckJournal holds the journal to its promise: no gaps, no repeats, no step
// back in time. A store calls it before it writes; the error is ErrRefused.
func (b *Batch) CheckJournal() error {
	refused := func(format string, arguments ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, arguments...)...)
	}
	if b.Head.Epoch != b.Base.Epoch {
		return refused("the batch changes the epoch from %s to %s", b.Base.Epoch, b.Head.Epoch)
	}
	if b.Head.Sequence != b.Base.Sequence+int64(len(b.Events)) {
		return refused("%d events do not lead from sequence %d to %d", len(b.Events), b.Base.Sequence, b.Head.Sequence)
	}
	for i := range b.Events {
		event := &b.Events[i]
		if event.Sequence != b.Base.Sequence+int64(i)+1 {
			return refused("the event after sequence %d has %d", b.Base.Sequence+int64(i), event.Sequence)
		}
		if i > 0 && event.At.Before(b.Events[i-1].At) {
			return refused("the event %d is earlier than the one before it", event.Sequence)
		}
	}
	return nil
}
