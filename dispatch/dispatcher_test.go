package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

var topics = []string{"teams", "commands", "applications"}

// inbox is a log in memory with the same promises as Kafka's.
type inbox struct {
	mu       sync.Mutex
	changed  chan struct{} // closed when there is something new to look at
	logs     map[string][]dispatch.Message
	readable map[string]int // how far a reader may see; the log may be longer
	next     map[string]int
	seeks    [][]dispatch.SourceOffset
	done     map[string]int64
	away     error
	ends     int             // how often the ends were asked for
	idle     int             // how often Next waited after the ends were asked for
	waits    []time.Duration // of the waits while the broker is away
	most     int             // messages that Next gives at once; 0: as many as are asked for
}

func newInbox() *inbox {
	return &inbox{changed: make(chan struct{}), logs: map[string][]dispatch.Message{}, readable: map[string]int{}, next: map[string]int{}, done: map[string]int64{}}
}

// with changes something, and wakes who waits.
func (b *inbox) with(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	close(b.changed)
	b.changed = make(chan struct{})
}

// add writes messages to a topic; hidden ones are in the log and cannot be
// read yet.
func (b *inbox) add(topic string, hidden bool, messages ...dispatch.Message) {
	b.with(func() {
		for _, message := range messages {
			message.Source = dispatch.Source{Topic: topic, Offset: int64(len(b.logs[topic]))}
			message.At = time.Now().UTC().Truncate(time.Millisecond)
			message.Key, message.Value = []byte("the key"), []byte("the value")
			b.logs[topic] = append(b.logs[topic], message)
		}
		if !hidden {
			b.readable[topic] = len(b.logs[topic])
		}
	})
}

// show lets everything be read.
func (b *inbox) show() {
	b.with(func() {
		for _, topic := range topics {
			b.readable[topic] = len(b.logs[topic])
		}
	})
}

// until waits for something to become true of the inbox.
func (b *inbox) until(t *testing.T, what string, true func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		b.mu.Lock()
		holds, changed := true(), b.changed
		b.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// Seek implements dispatch.Inbox.
func (b *inbox) Seek(_ context.Context, offsets []dispatch.SourceOffset) error {
	b.with(func() {
		b.seeks = append(b.seeks, offsets)
		clear(b.next)
		for _, offset := range offsets {
			b.next[offset.Topic] = int(offset.Next)
		}
	})
	return nil
}

// Next implements dispatch.Inbox. It never waits long: an empty answer is a
// wait that ended early.
func (b *inbox) Next(ctx context.Context, limit int) (dispatch.Input, error) {
	if deadline, ok := ctx.Deadline(); !ok {
		return dispatch.Input{}, errors.New("Next has no deadline")
	} else {
		b.with(func() {
			if b.away != nil && b.ends > 0 {
				b.waits = append(b.waits, time.Until(deadline))
			}
		})
	}
	if b.most > 0 {
		limit = min(limit, b.most)
	}
	for {
		b.mu.Lock()
		var input dispatch.Input
		for _, topic := range topics {
			from := b.next[topic]
			to := min(b.readable[topic], from+limit-len(input.Messages))
			if to > from {
				input.Messages = append(input.Messages, b.logs[topic][from:to]...)
				input.Offsets = append(input.Offsets, dispatch.SourceOffset{Topic: topic, Next: int64(to)})
				b.next[topic] = to
			}
		}
		changed := b.changed
		b.mu.Unlock()
		if len(input.Messages) > 0 {
			return input, nil
		}
		asked := false
		b.mu.Lock()
		if b.ends > 0 {
			b.idle++
			asked = true
			close(b.changed)
			b.changed = make(chan struct{})
			changed = b.changed
		}
		b.mu.Unlock()
		select {
		case <-changed:
			if asked {
				return dispatch.Input{}, nil
			}
		case <-ctx.Done():
			return dispatch.Input{}, ctx.Err()
		}
	}
}

// Ends implements dispatch.Inbox.
func (b *inbox) Ends(context.Context) ([]dispatch.SourceOffset, error) {
	var ends []dispatch.SourceOffset
	var err error
	b.with(func() {
		b.ends++
		err = b.away
		for _, topic := range topics {
			if n := len(b.logs[topic]); n > 0 {
				ends = append(ends, dispatch.SourceOffset{Topic: topic, Next: int64(n)})
			}
		}
	})
	return ends, err
}

// Committed implements dispatch.Inbox.
func (b *inbox) Committed(offsets []dispatch.SourceOffset) {
	b.with(func() {
		for _, offset := range offsets {
			b.done[offset.Topic] = offset.Next
		}
	})
}

// committed waits until everything in the log is in the database.
func (b *inbox) committed(t *testing.T) {
	t.Helper()
	b.until(t, "everything is committed", func() bool {
		for _, topic := range topics {
			if b.done[topic] < int64(len(b.logs[topic])) {
				return false
			}
		}
		return true
	})
}

// lead runs a dispatcher until the test ends, or stop is called.
func lead(t *testing.T, store dispatch.Store, b *inbox, timeout time.Duration) (stop func(), feed *dispatch.Feed) {
	t.Helper()
	settings := dispatch.DefaultSettings()
	for urgency := range settings.OfferTimeout {
		settings.OfferTimeout[urgency] = timeout
	}
	feed = dispatch.NewFeed(store, 1000)
	leader := dispatch.NewDispatcher(store, b, feed, settings, dispatch.NewMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- leader.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-result:
			if err != nil {
				t.Errorf("the leader stopped: %v", err)
			}
		case <-time.After(patience):
			t.Error("the leader does not stop")
		}
	})
	t.Cleanup(stop)
	return stop, feed
}

// journal waits until the journal is as long as wanted, and gives its types.
func journal(t *testing.T, store dispatch.Store, feed *dispatch.Feed, n int64) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		head, changed := feed.Head()
		if head.Sequence >= n {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the journal is at %d, not at %d", head.Sequence, n)
		}
	}
	events, err := store.Events(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for i := range events {
		words = append(words, string(events[i].Type))
	}
	return strings.Join(words, " ")
}

var registeredAt = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// TestTimersWaitForTheInputs: an answer that was in Kafka when the time to
// answer was over counts, however late it is read.
func TestTimersWaitForTheInputs(t *testing.T) {
	store, b := openStore(t), newInbox()
	b.add("teams", false, dispatch.NewTeamMessage("dos", registeredAt, dispatch.AnswersManual))
	b.add("commands", true, dispatch.NewAcceptMessage("one", "a", "dos"))
	b.add("applications", false, dispatch.NewApplicationMessage("a", dispatch.MissingPerson))
	_, feed := lead(t, store, b, time.Millisecond)
	journal(t, store, feed, 3)
	b.until(t, "the leader has asked for the ends and reads on", func() bool { return b.ends > 0 && b.idle >= 5 })
	if got, want := journal(t, store, feed, 3), "team.registered case.opened assignment.offered"; got != want {
		t.Fatalf("before the answer is read: %s", got)
	}
	b.show()
	b.committed(t)
	if got, want := journal(t, store, feed, 4), "team.registered case.opened assignment.offered assignment.accepted"; got != want {
		t.Fatalf("the journal is %s", got)
	}
	// Without an answer the timer fires; and a leader that rings without end
	// still stops when it is told to.
	b.add("applications", false, dispatch.NewApplicationMessage("b", dispatch.MissingPerson))
	if got := journal(t, store, feed, 8); !strings.HasPrefix(got, "team.registered case.opened assignment.offered assignment.accepted "+
		"case.opened assignment.offered assignment.no_answer case.unanswered assignment.offered") {
		t.Fatalf("the journal is %s", got)
	}
}

// TestTimersWaitForTheBroker: while the ends cannot be known no timer fires,
// and the leader does not run hot.
func TestTimersWaitForTheBroker(t *testing.T) {
	store, b := openStore(t), newInbox()
	b.away = dispatch.ErrIntakeAway
	b.add("teams", false, dispatch.NewTeamMessage("dos", registeredAt, dispatch.AnswersManual))
	b.add("applications", false, dispatch.NewApplicationMessage("a", dispatch.MissingPerson))
	_, feed := lead(t, store, b, time.Millisecond)
	journal(t, store, feed, 3)
	b.until(t, "the leader has asked in vain three times", func() bool { return b.ends >= 3 && len(b.waits) >= 3 })
	b.mu.Lock()
	waits := slices.Clone(b.waits)
	b.mu.Unlock()
	for _, wait := range waits {
		if wait < 50*time.Millisecond {
			t.Fatalf("it reads for %s before it asks again", wait)
		}
	}
	if got := journal(t, store, feed, 3); strings.Contains(got, "no_answer") {
		t.Fatalf("the journal is %s", got)
	}
	b.with(func() { b.away = nil })
	if got := journal(t, store, feed, 4); !strings.Contains(got, "no_answer") {
		t.Fatalf("the journal is %s", got)
	}
}

// TestRefusedMessageStandsAlone: one that the database cannot hold becomes a
// dead letter, and all others go through, in their order. In one batch, and in
// small ones: then the next is decided while the refused
// one is on its way, and has to be decided again.
func TestRefusedMessageStandsAlone(t *testing.T) {
	for _, most := range []int{0, 1, 3} {
		for _, culprits := range [][]int{{0}, {6}, {12}, {3, 4}, {0, 12}} {
			refusedMessages(t, most, culprits)
		}
	}
}

func refusedMessages(t *testing.T, most int, culprits []int) {
	t.Helper()
	store, b := openStore(t), newInbox()
	b.most = most
	b.add("teams", false, dispatch.NewTeamMessage("dos", registeredAt, dispatch.AnswersAutomatic))
	var want []string
	for i := range 13 {
		message := dispatch.NewApplicationMessage(fmt.Sprint(i), dispatch.Emergency)
		if slices.Contains(culprits, i) {
			message.Filing.Incident = "earthquake-not-in-list"
		} else {
			want = append(want, fmt.Sprint(i))
		}
		b.add("applications", false, message)
	}
	stop, _ := lead(t, store, b, time.Hour)
	b.committed(t)
	stop()
	keys, err := store.CaseList(t.Context(), dispatch.CaseFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	cases, err := store.Cases(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, c := range cases {
		got = append(got, c.Applications[0].ID)
		if want := fmt.Sprintf("39-%d-%06d", c.OpenedAt.Add(5*time.Hour).Year(), i+1); c.Number != want || c.Status != dispatch.StatusAssigned {
			t.Errorf("case %d has the number %s and is %s", i, c.Number, c.Status)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("culprits %v: the cases of %v", culprits, got)
	}
	letters, err := store.DeadLetters(t.Context(), 0, 100, true)
	if err != nil || len(letters) != len(culprits) {
		t.Fatalf("culprits %v: %d dead letters (%v)", culprits, len(letters), err)
	}
	for i, letter := range letters {
		letter, err := store.DeadLetter(t.Context(), letter.ID)
		if err != nil {
			t.Fatal(err)
		}
		if letter.Reason != "refused-by-store" || letter.Source.Topic != "applications" || letter.Source.Offset != int64(culprits[i]) ||
			string(letter.Key) != "the key" || string(letter.Value) != "the value" || letter.At.IsZero() {
			t.Errorf("%+v", letter)
		}
	}
	snapshot, err := store.Load(t.Context())
	if err != nil || len(snapshot.Offsets) != 2 || snapshot.Offsets[0].Next != 13 || snapshot.Offsets[1].Next != 1 {
		t.Errorf("offsets %+v (%v)", snapshot.Offsets, err)
	}
}

// faulty is a real store whose commits fail at times, before or after they
// were written.
type faulty struct {
	dispatch.Store
	mu      sync.Mutex
	commits int
}

var errBroken = errors.New("the connection broke")

// Commit fails before writing at every fifth time, and after it at every seventh.
func (f *faulty) Commit(ctx context.Context, batch *dispatch.Batch) error {
	f.mu.Lock()
	f.commits++
	n := f.commits
	f.mu.Unlock()
	if n%5 == 0 {
		return errBroken
	}
	if err := f.Store.Commit(ctx, batch); err != nil {
		return err
	}
	if n%7 == 0 {
		return errBroken
	}
	return nil
}

// TestGoesOnAfterErrors: after an error, and after one whose outcome is not
// known, every message is applied once.
func TestGoesOnAfterErrors(t *testing.T) {
	store, b := openStore(t), newInbox()
	b.add("teams", false, dispatch.NewTeamMessage("dos", registeredAt, dispatch.AnswersManual))
	failing := &faulty{Store: store}
	_, feed := lead(t, failing, b, time.Hour)
	const applications = 25
	for i := range applications {
		b.add("applications", false, dispatch.NewApplicationMessage(fmt.Sprint(i), dispatch.MissingPerson))
		b.committed(t)
		b.add("commands", false, dispatch.NewAcceptMessage(fmt.Sprint(i), fmt.Sprint(i), "dos"))
		b.committed(t)
	}
	want := "team.registered" + strings.Repeat(" case.opened assignment.offered assignment.accepted", applications)
	if got := journal(t, store, feed, 1+3*applications); got != want {
		t.Errorf("the journal is %s", got)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seeks) < 10 {
		t.Errorf("the inputs were sought %d times", len(b.seeks))
	}
	for _, offsets := range b.seeks[1:] {
		if len(offsets) == 0 {
			t.Error("after an error the leader began from the beginning")
		}
	}
}

// skewed is a real store whose clock is wrong.
type skewed struct {
	dispatch.Store
	by time.Duration
}

// Now implements dispatch.Store.
func (s skewed) Now(ctx context.Context) (time.Time, error) {
	now, err := s.Store.Now(ctx)
	return now.Add(s.by), err
}

// TestClockBehind: the leader does not start on a clock more than a minute
// behind the last event; on one that is less behind, time stands still.
func TestClockBehind(t *testing.T) {
	store, b := openStore(t), newInbox()
	b.add("teams", false, dispatch.NewTeamMessage("dos", registeredAt, dispatch.AnswersManual))
	stop, feed := lead(t, skewed{store, time.Hour}, b, time.Hour)
	journal(t, store, feed, 1)
	stop()
	metrics, log := dispatch.NewMetrics(prometheus.NewRegistry()), slog.New(slog.DiscardHandler)
	behind := dispatch.NewDispatcher(skewed{store, time.Hour - 2*time.Minute}, b, dispatch.NewFeed(store, 10), dispatch.DefaultSettings(), metrics, log)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := behind.Run(ctx); !errors.Is(err, dispatch.ErrClockBehind) {
		t.Fatalf("it started: %v", err)
	}
	b.add("applications", false, dispatch.NewApplicationMessage("a", dispatch.MissingPerson))
	_, feed = lead(t, skewed{store, time.Hour - 30*time.Second}, b, time.Hour)
	journal(t, store, feed, 3)
	events, err := store.Events(t.Context(), 0, 10)
	if err != nil || !events[1].At.Equal(events[0].At) {
		t.Fatalf("%v: the times are %s and %s", err, events[0].At, events[1].At)
	}
}
