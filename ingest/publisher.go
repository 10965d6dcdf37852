package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/failpoint"
)

const (
	publishBatch = 1000
	// cursorInterval is how often the place that was reached is written down.
	// What was sent since is sent again after a crash: each event has an id.
	cursorInterval = time.Second
	// deadLetterCheck is how often dead letters are looked for without a sign of any.
	deadLetterCheck = 30 * time.Second
	// deadLetterCut is the most of a dead letter's key and value that goes out, in bytes.
	deadLetterCut = 64 << 10
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

// PublisherStore is what the publisher needs of a store.
type PublisherStore interface {
	dispatch.Cursors
	DeadLetters(ctx context.Context, after int64, limit int, openOnly bool) ([]dispatch.DeadLetter, error)
	DeadLetter(ctx context.Context, id int64) (*dispatch.DeadLetter, error)
}

// PublisherOptions are the parts of a Publisher; all are required.
type PublisherOptions struct {
	Journal      Journal
	Store        PublisherStore
	Producer     *Producer
	Topics       Topics
	Installation string // names this installation in the source of its events
	Logger       *slog.Logger
	Metrics      *Metrics
	Registry     prometheus.Registerer
}

// Publisher copies the journal to the topic of events, in order and without
// gaps, and the dead letters to theirs. Only the leader runs it.
type Publisher struct {
	options   PublisherOptions
	source    []byte
	running   atomic.Bool
	published atomic.Int64 // sequence of the last event that Kafka has
	dead      int64        // id of the last dead letter that Kafka has
	saved     int64        // published, as the store knows it
	savedAt   time.Time
}

// NewPublisher makes a publisher.
func NewPublisher(options PublisherOptions) *Publisher {
	p := &Publisher{options: options, source: []byte("/izdeu/" + options.Installation)}
	options.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "izdeu_publisher_lag_events",
		Help: "Events of the journal that are not in Kafka yet; 0 on a replica that does not lead."}, func() float64 {
		if !p.running.Load() {
			return 0
		}
		return float64(p.Lag())
	}))
	return p
}

// Lag is how many events are in the journal and not in Kafka yet. Before Run
// has begun it counts from the beginning of the journal.
func (p *Publisher) Lag() int64 {
	head, _ := p.options.Journal.Head()
	return max(head.Sequence-p.published.Load(), 0)
}

// Run publishes until the context ends. While Kafka or the store are away it
// waits and goes on where it was. It may run again, when the replica leads again.
func (p *Publisher) Run(ctx context.Context) {
	p.keep(ctx, "reading what was published", func() error {
		published, err := p.options.Store.Cursor(ctx, dispatch.CursorPublished)
		if err != nil {
			return err
		}
		p.published.Store(published)
		p.saved = published
		p.dead, err = p.options.Store.Cursor(ctx, dispatch.CursorDead)
		p.running.Store(err == nil)
		return err
	})
	defer p.running.Store(false)
	letters, checked := -1, time.Time{}
	for ctx.Err() == nil {
		head, changed := p.options.Journal.Head()
		if open := p.options.Journal.DeadLetters(); open != letters || time.Since(checked) >= deadLetterCheck {
			p.keep(ctx, "publishing dead letters", func() error { return p.publishDeadLetters(ctx) })
			letters, checked = open, time.Now()
		}
		if p.published.Load() < head.Sequence {
			p.keep(ctx, "publishing events", func() error { return p.publishEvents(ctx, head.Epoch) })
			continue
		}
		wait := deadLetterCheck
		if p.saved != p.published.Load() {
			wait = time.Until(p.savedAt.Add(cursorInterval))
		}
		timer := time.NewTimer(max(wait, 0))
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
			p.keep(ctx, "writing down what was published", func() error { return p.save(ctx) })
		}
		timer.Stop()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := p.save(last); err != nil {
		p.options.Logger.Warn("some events will be published again", "error", err)
	}
}

// keep does work until it succeeds or the context ends.
func (p *Publisher) keep(ctx context.Context, doing string, work func() error) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := work()
		if err == nil {
			if attempt > 0 {
				p.options.Logger.Info(doing+" works again", "attempts", attempt+1)
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		p.options.Metrics.errors.WithLabelValues("publish").Inc()
		if attempt == 0 {
			p.options.Logger.Warn(doing+" is tried again until it works", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff(attempt)):
		}
	}
}

// publishEvents sends the next events of the journal.
func (p *Publisher) publishEvents(ctx context.Context, epoch string) error {
	after := p.published.Load()
	events, err := p.options.Journal.Events(ctx, after, publishBatch)
	if err != nil || len(events) == 0 {
		return err
	}
	messages := make([]kafka.Message, len(events))
	for i := range events {
		messages[i] = p.eventMessage(epoch, &events[i])
	}
	failpoint.Here("publishing")
	if err := p.options.Producer.produceTo(ctx, p.options.Topics.Events, 0, messages); err != nil {
		return err
	}
	failpoint.Here("published")
	p.options.Metrics.published.WithLabelValues(p.options.Topics.Events).Add(float64(len(events)))
	p.published.Store(events[len(events)-1].Sequence)
	if time.Since(p.savedAt) >= cursorInterval {
		return p.save(ctx)
	}
	return nil
}

var (
	specVersion = []byte("1.0")
	jsonContent = []byte("application/json")
)

// eventMessage is an event as a CloudEvent 1.0 in binary mode: attributes in
// headers, data in the value.
func (p *Publisher) eventMessage(epoch string, event *dispatch.Event) kafka.Message {
	subject := []byte(event.CaseID)
	if len(subject) == 0 {
		subject = []byte(event.TeamID)
	}
	if len(subject) == 0 {
		subject = []byte(event.CoordinatorID)
	}
	if len(subject) == 0 {
		subject = []byte(event.PlaceID)
	}
	position := dispatch.Position{Epoch: epoch, Sequence: event.Sequence}
	return kafka.Message{
		// Without a time of its own, which would let Kafka forget at once what was
		// published late: ce_time says when it was.
		Key: subject, Value: event.Data(),
		Headers: []kafka.Header{
			{Key: "ce_specversion", Value: specVersion},
			{Key: "ce_id", Value: []byte(position.String())},
			{Key: "ce_source", Value: p.source},
			{Key: "ce_type", Value: []byte(typePrefix + string(event.Type) + typeSuffix)},
			{Key: "ce_subject", Value: subject},
			{Key: "ce_time", Value: event.At.UTC().AppendFormat(nil, time.RFC3339Nano)},
			{Key: "content-type", Value: jsonContent},
		},
	}
}

// save writes down which event is the last in Kafka.
func (p *Publisher) save(ctx context.Context) error {
	published := p.published.Load()
	if published == p.saved {
		return nil
	}
	if err := p.options.Store.SetCursor(ctx, dispatch.CursorPublished, published); err != nil {
		return err
	}
	failpoint.Here("cursor-saved")
	p.saved, p.savedAt = published, time.Now()
	return nil
}

// publishDeadLetters sends the dead letters that Kafka does not have yet.
func (p *Publisher) publishDeadLetters(ctx context.Context) error {
	for {
		letters, err := p.options.Store.DeadLetters(ctx, p.dead, 100, false)
		if err != nil || len(letters) == 0 {
			return err
		}
		for i := range letters {
			letter, err := p.options.Store.DeadLetter(ctx, letters[i].ID)
			if err != nil {
				return err
			}
			if letter != nil {
				if err := p.options.Producer.Produce(ctx, p.options.Topics.DeadLetter, deadLetterMessage(letter)); err != nil {
					return err
				}
				failpoint.Here("letter-sent")
				p.options.Metrics.published.WithLabelValues(p.options.Topics.DeadLetter).Inc()
			}
			p.dead = letters[i].ID
		}
		if err := p.options.Store.SetCursor(ctx, dispatch.CursorDead, p.dead); err != nil {
			return err
		}
	}
}

// deadLetterMessage is a dead letter as it goes out: key and value cut to 64
// KiB, with the SHA-256 of the whole value.
func deadLetterMessage(letter *dispatch.DeadLetter) kafka.Message {
	hash := sha256.Sum256(letter.Value)
	return kafka.Message{
		Key: cut(letter.Key), Value: cut(letter.Value),
		Headers: []kafka.Header{
			{Key: "reason", Value: []byte(letter.Reason)},
			{Key: "detail", Value: []byte(letter.Detail)},
			{Key: "topic", Value: []byte(letter.Source.Topic)},
			{Key: "partition", Value: strconv.AppendInt(nil, int64(letter.Source.Partition), 10)},
			{Key: "offset", Value: strconv.AppendInt(nil, letter.Source.Offset, 10)},
			{Key: "sha256", Value: hex.AppendEncode(nil, hash[:])},
		},
	}
}

func cut(text []byte) []byte {
	if len(text) > deadLetterCut {
		return text[:deadLetterCut]
	}
	return text
}
