package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// ErrClockBehind: the clock is more than a minute behind the last event. The
// leader does not start: deadlines and the order of events would be wrong.
var ErrClockBehind = errors.New("the clock is behind the last event: set it right and start again")

const (
	batchLimit     = 1000 // messages in a transaction
	clockTolerance = time.Minute
	commitTimeout  = 30 * time.Second
	endsTimeout    = 5 * time.Second
	pruneEvery     = time.Hour
	pruneLimit     = 5000
)

// Dispatcher is the leader: it reads messages, decides them one after the
// other, commits what came of them, and makes timers when deadlines pass.
type Dispatcher struct {
	store    Store
	inbox    Inbox
	feed     *Feed
	settings Settings
	metrics  *Metrics
	log      *slog.Logger
	clock    func() time.Time // this machine's

	offset    time.Duration // the database's clock minus this one's
	letters   atomic.Int64  // dead letters that were not replayed
	pruned    time.Time
	committed atomic.Int64 // batches
}

// NewDispatcher makes a leader. Only one may run on a store at a time.
func NewDispatcher(store Store, inbox Inbox, feed *Feed, settings Settings, metrics *Metrics, log *slog.Logger) *Dispatcher {
	return &Dispatcher{store: store, inbox: inbox, feed: feed, settings: settings, metrics: metrics, log: log, clock: time.Now}
}

// Run leads until ctx ends. After an error the state is dropped and loaded
// again from the rows, and the inputs are read again from the stored offsets:
// applied identities make that safe. It returns nil when ctx ends, or
// ErrClockBehind.
func (d *Dispatcher) Run(ctx context.Context) error {
	const first = 10 * time.Millisecond
	wait := first
	for {
		committed := d.committed.Load()
		err := d.lead(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrClockBehind):
			return err
		}
		if d.committed.Load() > committed {
			wait = first // it works at times
		}
		d.metrics.reloads.Inc()
		d.log.Error("the state is dropped and loaded again", "error", err, "wait", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

// load makes the state from the store.
func (d *Dispatcher) load(ctx context.Context) (*State, []SourceOffset, error) {
	snapshot, err := d.store.Load(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("load the state: %w", err)
	}
	now, err := d.store.Now(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the database for the time: %w", err)
	}
	d.offset = now.Sub(d.clock())
	if behind := snapshot.LastEvent.Sub(now); behind > clockTolerance {
		return nil, nil, fmt.Errorf("%w (it says %s, the last event was at %s)", ErrClockBehind,
			now.UTC().Format(time.RFC3339), snapshot.LastEvent.Format(time.RFC3339))
	}
	letters, err := d.store.DeadLetterCount(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("count the dead letters: %w", err)
	}
	state := NewState(d.settings, snapshot)
	d.letters.Store(int64(letters))
	d.feed.reset(state.Head(), state.Positions(), letters)
	return state, snapshot.Offsets, nil
}

// lead works until an error.
func (d *Dispatcher) lead(ctx context.Context) (err error) {
	l, err := d.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.end()) }()
	for {
		if err := l.turn(ctx); err != nil {
			return err
		}
	}
}

// leadership is a stretch of leading, from a load of the state to an error.
type leadership struct {
	*Dispatcher
	state  *State
	read   progress
	ends   *mark   // set while a deadline has passed and the inputs of that time are being read
	before *flight // the batch on its way
}

// begin loads the state and goes to where it was read up to.
func (d *Dispatcher) begin(ctx context.Context) (*leadership, error) {
	state, offsets, err := d.load(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.inbox.Seek(ctx, offsets); err != nil {
		return nil, fmt.Errorf("go to the stored offsets: %w", err)
	}
	l := &leadership{Dispatcher: d, state: state, read: progress{}}
	l.read.add(offsets)
	d.inbox.Committed(offsets) // of a commit, too, whose outcome was not known
	failpoint.Here("loaded")
	return l, nil
}

// turn reads and decides one batch, or fires what is due. While a batch is on
// its way into the database the next one is read and decided; it is committed
// after it.
func (l *leadership) turn(ctx context.Context) error {
	if err := ctx.Err(); err != nil { // timers alone could keep it busy for ever
		return err
	}
	due := l.ends != nil
	if !due {
		if timer, ok := l.state.NextDeadline(); ok && !l.now(l.state).Before(timer.Due) {
			l.ends, due = l.mark(ctx, l.state), true
		}
	}
	var flying *flight
	if l.ends != nil && l.read.reached(l.ends.offsets) {
		flying = l.fire(l.state, l.ends.at)
		l.ends = nil
		failpoint.Here("timer-decided")
	} else {
		input, err := l.next(ctx, l.state, due, l.before)
		if err != nil {
			return err
		}
		if len(input.Messages) > 0 {
			failpoint.Here("read")
		}
		l.read.add(input.Offsets)
		if flying, err = l.decide(ctx, l.state, input); err != nil {
			return err
		}
		if flying != nil {
			failpoint.Here("decided")
		}
	}
	state, flying, err := l.follow(ctx, l.state, l.before, flying)
	l.before = nil
	if err != nil {
		return err
	}
	l.state = state
	if l.before = flying; l.before != nil {
		l.before.start(ctx, l.Dispatcher)
	}
	l.prune(ctx, l.state)
	return nil
}

// end waits for the batch on its way.
func (l *leadership) end() error {
	if l.before == nil {
		return nil
	}
	return l.before.land()
}

// follow waits until the batch before is in the database. When the store has
// refused it, what was decided after it is decided again.
func (d *Dispatcher) follow(ctx context.Context, state *State, before, flying *flight) (*State, *flight, error) {
	if before == nil {
		return state, flying, nil
	}
	err := before.land()
	if !errors.Is(err, ErrRefused) || len(before.input.Messages) == 0 {
		return state, flying, err
	}
	if state, err = d.divide(ctx, before.input, err); err != nil || flying == nil {
		return state, nil, err
	}
	flying, err = d.decide(ctx, state, flying.input.again())
	return state, flying, err
}

// mark is where the inputs ended at a time.
type mark struct {
	at      time.Time
	offsets []SourceOffset
}

// mark asks for the ends of the inputs; nil while the broker is away, and then
// no timer fires: an answer may be waiting there.
func (d *Dispatcher) mark(ctx context.Context, state *State) *mark {
	ctx, cancel := context.WithTimeout(ctx, endsTimeout)
	defer cancel()
	at := d.now(state)
	offsets, err := d.inbox.Ends(ctx)
	if err != nil {
		d.log.Warn("timers wait for the broker", "error", err)
		return nil
	}
	return &mark{at: at, offsets: offsets}
}

// next reads, but not beyond the next deadline, and not when the batch on its
// way has failed. A deadline that is due waits for the broker, or for what is
// left to read.
func (d *Dispatcher) next(ctx context.Context, state *State, due bool, before *flight) (Input, error) {
	until := time.Second
	if !due {
		until = time.Minute
		if timer, ok := state.NextDeadline(); ok {
			until = min(max(timer.Due.Sub(d.now(state)), time.Millisecond), until)
		}
	}
	reading, cancel := context.WithTimeout(ctx, until)
	defer cancel()
	if before != nil {
		defer context.AfterFunc(before.failed, cancel)()
	}
	input, err := d.inbox.Next(reading, batchLimit)
	if err != nil && ctx.Err() == nil && reading.Err() != nil {
		return input, nil // only the deadline
	}
	return input, err
}

// now is the database's time, and never before the last event.
func (d *Dispatcher) now(state *State) time.Time {
	now := d.clock().Add(d.offset).UTC().Truncate(time.Millisecond)
	if now.Before(state.lastEvent) {
		return state.lastEvent
	}
	return now
}

// fire decides the timers that were due when the inputs were marked.
func (d *Dispatcher) fire(state *State, due time.Time) *flight {
	state.turn()
	batch := newBatch(state.Head())
	flying := &flight{started: time.Now()}
	for len(flying.input.Messages) < batchLimit {
		timer, ok := state.NextDeadline()
		if !ok || timer.Due.After(due) {
			break
		}
		message := Message{Timer: &timer, Now: d.now(state)}
		changes := decideSafely(state, &message)
		if changes.Failure != "" {
			d.log.Error("a timer cannot be decided and is dropped", "failure", changes.Failure)
		}
		state.Apply(changes)
		batch.add(changes)
		flying.input.Messages = append(flying.input.Messages, message)
		flying.results = append(flying.results, changes.Result)
	}
	batch.Head = state.Head()
	return flying.load(state, batch)
}

// decide decides what was read; nil when there is nothing.
func (d *Dispatcher) decide(ctx context.Context, state *State, input Input) (*flight, error) {
	if len(input.Messages) == 0 && len(input.Positions) == 0 && len(input.Offsets) == 0 {
		return nil, nil
	}
	flying := &flight{started: time.Now(), input: input}
	state.turn()
	if len(input.Messages) > 0 {
		found, err := d.store.Lookup(ctx, lookupOf(state, input.Messages))
		if err != nil {
			return nil, fmt.Errorf("look up what the messages name: %w", err)
		}
		for _, c := range found.Cases {
			if c.lastChange() > state.Head().Sequence { // it may name a team that is not known here
				return nil, fmt.Errorf("case %s was changed by another leader: %w", c.ID, ErrFenced)
			}
		}
		state.Receive(found)
		if related, needed := relatedOf(state, input.Messages); needed {
			if found, err = d.store.Lookup(ctx, related); err != nil {
				return nil, fmt.Errorf("look up what the messages lead to: %w", err)
			}
			state.Receive(found)
		}
	}
	for i := range input.Messages {
		if input.Messages[i].Now.IsZero() {
			input.Messages[i].Now = d.now(state)
		}
	}
	batch, results := decideAll(state, input.Messages)
	for _, failure := range batch.failures {
		d.log.Error("a message cannot be decided and becomes a dead letter", "failure", failure)
	}
	batch.Positions, batch.Tracks = state.MovePositions(input.Positions)
	batch.Offsets = input.Offsets
	flying.results = results
	return flying.load(state, batch), nil
}

// work decides and commits, with nothing else on its way. A batch that the
// store refuses for good is halved until the culprit stands alone; that one
// becomes a dead letter, and the others go through.
func (d *Dispatcher) work(ctx context.Context, state *State, input Input) (*State, error) {
	flying, err := d.decide(ctx, state, input)
	if err != nil || flying == nil {
		return state, err
	}
	flying.start(ctx, d)
	err = flying.land()
	if !errors.Is(err, ErrRefused) || len(input.Messages) == 0 {
		return state, err
	}
	return d.divide(ctx, input, err)
}

// divide works on the halves of a refused batch, from a state loaded again.
// The offsets go with the last part: what is read again is known by then.
func (d *Dispatcher) divide(ctx context.Context, input Input, refused error) (*State, error) {
	state, _, err := d.load(ctx)
	if err != nil {
		return nil, err
	}
	if len(input.Messages) == 1 {
		culprit := &input.Messages[0]
		if culprit.DeadLetter != nil || culprit.Timer != nil {
			return state, fmt.Errorf("the store refuses a dead letter or a timer: %w", refused)
		}
		d.log.Error("the store refuses a message; it becomes a dead letter", "topic", culprit.Source.Topic,
			"partition", culprit.Source.Partition, "offset", culprit.Source.Offset, "error", refused)
		input.Messages = []Message{{Source: culprit.Source, At: culprit.At, DeadLetter: &DeadLetter{
			Source: culprit.Source, At: culprit.At, Reason: "refused-by-store",
			Detail: "the database refuses what this message would write: " + refused.Error(),
			Key:    culprit.Key, Value: culprit.Value}}}
		return d.work(ctx, state, input)
	}
	half := len(input.Messages) / 2
	input = input.again()
	if state, err = d.work(ctx, state, Input{Messages: input.Messages[:half]}); err != nil {
		return nil, err
	}
	return d.work(ctx, state, Input{Messages: input.Messages[half:], Positions: input.Positions, Offsets: input.Offsets})
}

// commit writes a batch and wakes the readers.
func (d *Dispatcher) commit(ctx context.Context, f *flight) error {
	if batch := f.batch; !batch.Empty() {
		// A commit that was begun is waited for, also when the program is
		// being stopped: its outcome would be unknown.
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
		defer cancel()
		failpoint.Here("committing")
		if err := d.store.Commit(writing, batch); err != nil {
			return err
		}
		failpoint.Here("committed")
		d.committed.Add(1)
		if len(batch.DeadLetters) > 0 || len(batch.Replayed) > 0 {
			letters, err := d.store.DeadLetterCount(writing)
			if err != nil {
				return fmt.Errorf("count the dead letters: %w", err)
			}
			d.letters.Store(int64(letters))
		}
		d.feed.publish(batch, f.teams, int(d.letters.Load()))
		failpoint.Here("told")
		d.inbox.Committed(batch.Offsets)
		failpoint.Here("noted")
	}
	d.metrics.observe(f.input.Messages, f.results, f.batch, f.started, time.Now())
	d.metrics.openLetters.Set(float64(d.letters.Load()))
	d.metrics.active.Set(float64(f.active))
	d.metrics.waiting.Set(float64(f.waiting))
	d.metrics.unanswered.Set(float64(f.unanswered))
	return nil
}

// touchedTeams gives the teams that changed or whose load may have.
func touchedTeams(state *State, batch *Batch) []TeamState {
	var teams []TeamState
	seen := map[int32]bool{}
	for i := range batch.Events {
		key := batch.Events[i].Team
		if key == 0 || seen[key] {
			continue
		}
		seen[key] = true
		if team, ok := state.TeamState(key); ok {
			teams = append(teams, team)
		}
	}
	return teams
}

// prune forgets old identities now and then, a bounded number at a time.
func (d *Dispatcher) prune(ctx context.Context, state *State) {
	now := d.now(state)
	if now.Sub(d.pruned) < pruneEvery {
		return
	}
	// A day longer than they are needed, so that no clock matters.
	n, err := d.store.Prune(ctx, now.Add(-identityRetention-24*time.Hour), pruneLimit)
	if err != nil {
		d.log.Warn("old identities stay for now", "error", err)
	}
	if n < pruneLimit {
		d.pruned = now
	}
}

// progress is how far each partition was read.
type progress map[string]map[int]int64

func (p progress) add(offsets []SourceOffset) {
	for _, offset := range offsets {
		if p[offset.Topic] == nil {
			p[offset.Topic] = map[int]int64{}
		}
		p[offset.Topic][offset.Partition] = offset.Next
	}
}

func (p progress) reached(ends []SourceOffset) bool {
	for _, end := range ends {
		if p[end.Topic][end.Partition] < end.Next {
			return false
		}
	}
	return true
}
