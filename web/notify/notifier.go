package notify

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// queueLimit is how many deliveries may be open before the journal is read no further.
	queueLimit = 5000
	// pageLimit is how many events are read at once.
	pageLimit = 1000
	// concurrency bounds the attempts that run at the same time, perHost those
	// to one host: a dead gateway must not keep the others waiting.
	concurrency = 32
	perHost     = 8
	// attemptTimeout bounds one attempt.
	attemptTimeout = 10 * time.Second
	// firstRetry and lastRetry bound the time between attempts, which doubles.
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	// cursorInterval is how often the place that was reached is written down
	// where no delivery came of it.
	cursorInterval = time.Second
	// deadLetterCheck is how often dead letters are looked for without a sign of any.
	deadLetterCheck = 30 * time.Second
	// keptFor is how long a delivery that is done stays to be looked at.
	keptFor    = 7 * 24 * time.Hour
	pruneEvery = time.Hour
	pruneLimit = 5000
)

// Journal is where the events come from; a *dispatch.Feed is one.
type Journal interface {
	// Head gives the newest position, and a channel that is closed when
	// something has changed.
	Head() (dispatch.Position, <-chan struct{})
	// Events gives the journal after a sequence, in order, at most about limit.
	Events(ctx context.Context, after int64, limit int) ([]dispatch.Event, error)
	// DeadLetters gives the number of dead letters that were not replayed.
	DeadLetters() int
}

// Store is what a Notifier needs of a store.
type Store interface {
	dispatch.Cursors
	dispatch.Deliveries
	dispatch.PushSubscriptions
	Cases(ctx context.Context, keys []int64) ([]*dispatch.Case, error)
	Teams(ctx context.Context) ([]dispatch.TeamState, error)
	Coordinators(ctx context.Context) ([]*dispatch.Coordinator, error)
	DeadLetters(ctx context.Context, after int64, limit int, openOnly bool) ([]dispatch.DeadLetter, error)
}

// Intake takes the reports of what reached a team; package ingest implements it.
type Intake interface {
	SendCommand(ctx context.Context, actor dispatch.Actor, caseID string, body []byte) (commandID string, identity dispatch.Identity, err error)
}

// Options are the parts of a Notifier; all but BoardURL are required.
type Options struct {
	Journal Journal
	Store   Store
	Intake  Intake
	// AlarmWindow is the time in which alarms of one kind go to somebody as one.
	AlarmWindow time.Duration
	// Secret signs webhooks; see WebhookSecret.
	Secret []byte
	// Push holds the keys of Web Push, and whom a push service may write to.
	Push PushKeys
	// BoardURL begins the links to cases; empty: links are left out.
	BoardURL string
	// Webhooks and Pushes send the requests; see WebhookClient and PushClient.
	Webhooks, Pushes *http.Client
	Logger           *slog.Logger
	Registry         prometheus.Registerer
}

// Notifier tells people what concerns them. Only the leader runs it.
type Notifier struct {
	options Options
	log     *slog.Logger
	metrics *metrics

	read     int64 // sequence of the last event whose deliveries are kept
	readDead int64 // id of the last dead letter
	saved    int64 // read, as the store knows it
	savedAt  time.Time
	pruned   time.Time
	letters  int // dead letters when they were last looked at
	looked   time.Time
	missedAt time.Time // when it was logged that an alarm reaches nobody

	open    map[string]*dispatch.Delivery // not done, by id
	running map[string]string             // id -> host, of attempts and reports under way
	hosts   map[string]int                // attempts under way
	groups  map[string]*dispatch.Delivery // the newest of each group
	teams   map[string]*dispatch.Team     // nil: to be read again
	people  []*dispatch.Coordinator       // with teams
	results chan result
}

// New makes a notifier.
func New(options Options) *Notifier {
	return &Notifier{options: options, log: options.Logger, metrics: newMetrics(options.Registry),
		open: map[string]*dispatch.Delivery{}, running: map[string]string{}, hosts: map[string]int{},
		groups: map[string]*dispatch.Delivery{}, letters: -1, results: make(chan result, concurrency)}
}

// Run tells people until the context ends. While the store is away it waits
// and goes on where it was. Attempts under way at the end are cut off; they
// are made again at the next start. It may run again, when the replica leads again.
func (n *Notifier) Run(ctx context.Context) {
	n.keep(ctx, "reading the deliveries", func() error { return n.load(ctx) })
	for ctx.Err() == nil {
		head, changed := n.options.Journal.Head()
		n.metrics.lag.Set(float64(max(head.Sequence-n.read, 0)))
		more := n.read < head.Sequence && len(n.open) < queueLimit
		if more {
			n.keep(ctx, "reading the journal for deliveries", func() error { return n.planEvents(ctx, head.Epoch) })
		}
		if letters := n.options.Journal.DeadLetters(); letters != n.letters || time.Since(n.looked) >= deadLetterCheck {
			n.keep(ctx, "reading dead letters for deliveries", func() error { return n.planDeadLetters(ctx, head.Epoch) })
			n.letters, n.looked = letters, time.Now()
		}
		n.prune(ctx)
		next := n.start(ctx)
		n.observe()
		if more {
			next = time.Time{} // only take what is there
		}
		n.wait(ctx, changed, next, more)
	}
	n.metrics.lag.Set(0)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	for len(n.running) > 0 { // their contexts have ended, too
		n.settle(last, <-n.results)
	}
	if err := n.save(last); err != nil {
		n.log.Warn("some events will be looked at again for deliveries", "error", err)
	}
}

// wait waits for something to do; at most until next, unless that is zero.
func (n *Notifier) wait(ctx context.Context, changed <-chan struct{}, next time.Time, more bool) {
	if more {
		select {
		case r := <-n.results:
			n.settle(ctx, r)
		default:
		}
		return
	}
	limit := deadLetterCheck
	if n.saved != n.read {
		limit = min(limit, max(time.Until(n.savedAt.Add(cursorInterval)), 0))
	}
	if !next.IsZero() {
		limit = min(limit, max(time.Until(next), 0))
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case r := <-n.results:
		n.settle(ctx, r)
	case <-timer.C:
		if n.saved != n.read && time.Since(n.savedAt) >= cursorInterval {
			n.keep(ctx, "writing down what was looked at for deliveries", func() error { return n.save(ctx) })
		}
	}
}

// load reads where it was.
func (n *Notifier) load(ctx context.Context) error {
	var err error
	if n.read, err = n.options.Store.Cursor(ctx, dispatch.CursorNotified); err != nil {
		return err
	}
	n.saved = n.read
	if n.readDead, err = n.options.Store.Cursor(ctx, dispatch.CursorNotifiedDead); err != nil {
		return err
	}
	open, err := n.options.Store.OpenDeliveries(ctx, 100*queueLimit)
	if err != nil {
		return err
	}
	grouped, err := n.options.Store.GroupedDeliveries(ctx, time.Now().Add(-n.options.AlarmWindow))
	if err != nil {
		return err
	}
	clear(n.open)
	clear(n.groups)
	n.teams, n.people, n.letters = nil, nil, -1
	for i := range open {
		n.open[open[i].ID] = &open[i]
	}
	for i := range grouped {
		one := &grouped[i]
		if known := n.open[one.ID]; known != nil {
			one = known
		}
		n.groups[one.Group] = one
	}
	return nil
}

// keep does work until it succeeds or the context ends.
func (n *Notifier) keep(ctx context.Context, doing string, work func() error) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := work()
		if err == nil {
			if attempt > 0 {
				n.log.Info(doing+" works again", "attempts", attempt+1)
			}
			return
		}
		if attempt == 0 && ctx.Err() == nil {
			n.log.Warn(doing+" is tried again until it works", "error", err)
		}
		timer := time.NewTimer(min(100*time.Millisecond<<min(attempt, 10), 5*time.Second))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// save writes down how far the journal was looked at.
func (n *Notifier) save(ctx context.Context) error {
	if n.saved == n.read {
		return nil
	}
	if err := n.options.Store.SetCursor(ctx, dispatch.CursorNotified, n.read); err != nil {
		return err
	}
	n.saved, n.savedAt = n.read, time.Now()
	return nil
}

// put keeps deliveries and how far the sources were read.
func (n *Notifier) put(ctx context.Context, deliveries []dispatch.Delivery) error {
	if err := n.options.Store.PutDeliveries(ctx, deliveries, map[dispatch.Cursor]int64{
		dispatch.CursorNotified: n.read, dispatch.CursorNotifiedDead: n.readDead}); err != nil {
		return err
	}
	n.saved, n.savedAt = n.read, time.Now()
	return nil
}

func (n *Notifier) prune(ctx context.Context) {
	now := time.Now()
	if now.Sub(n.pruned) < pruneEvery {
		return
	}
	for group, newest := range n.groups {
		if now.Sub(newest.Due) > n.options.AlarmWindow && n.open[newest.ID] == nil {
			delete(n.groups, group)
		}
	}
	deleted, err := n.options.Store.PruneDeliveries(ctx, now.Add(-keptFor), pruneLimit)
	if err != nil && ctx.Err() == nil {
		n.log.Warn("old deliveries stay for now", "error", err)
	}
	if deleted < pruneLimit {
		n.pruned = now
	}
}

// report is the command that says what reached a team.
func report(d *dispatch.Delivery, epoch string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"type":       string(dispatch.CommandNotified),
		"command_id": dispatch.ReportID(dispatch.Position{Epoch: epoch, Sequence: d.Sequence}, d.Notice.Recipient.ID, d.Channel, d.Delivered),
		"at":         d.EndedAt.UTC(), "team_id": d.Notice.Recipient.ID,
		"channel": string(d.Channel), "about": string(d.Notice.About), "delivered": d.Delivered,
	})
}
