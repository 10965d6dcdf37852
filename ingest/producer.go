package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// One produce request holds at most this many records and bytes. The bytes stay
// below the default max.message.bytes of an outside Kafka (1,048,588), which
// counts the whole batch; one record that is larger goes alone.
const (
	maxProduceRecords = 1000
	maxProduceBytes   = 900 << 10
	recordOverhead    = 70 // bytes of a record beside key, value and headers, at most
)

// laneQueue bounds the calls that wait for one partition.
const laneQueue = 1024

// produceAttempt bounds one request to the broker.
const produceAttempt = 5 * time.Second

// defaultProduceTimeout is used when the caller's context has no deadline.
const defaultProduceTimeout = 30 * time.Second

// Errors of Produce beside *[FreeSpaceError] (a [dispatch.ErrNoSpace]) and
// [dispatch.ErrIntakeAway]: Kafka did not confirm the records in time. Whether
// it has them is not known then; sending them again is safe, because every
// message is applied once by its identity.
var (
	// ErrTooLarge: the broker refuses a record of this size.
	ErrTooLarge = errors.New("the message is larger than the broker takes")
	// ErrProducerClosed: the program is stopping. It is a [dispatch.ErrIntakeAway].
	ErrProducerClosed = fmt.Errorf("%w: the program is stopping", dispatch.ErrIntakeAway)
)

// Producer sends records to Kafka and waits until all replicas in sync have
// them. It may be used by many goroutines.
//
// There is one request in flight for each partition, so records of one key stay
// in order also when a request is retried; what arrives meanwhile goes together
// in the next one. So one message goes out at once, and many callers share a
// write to the disk. A retry repeats the same records: duplicates are possible
// and are applied once.
type Producer struct {
	client     *kafka.Client
	checkSpace func() error
	balancer   kafka.Balancer

	stop    chan struct{}
	stopped context.Context
	cancel  context.CancelFunc
	lanes   sync.WaitGroup

	mutex      sync.Mutex
	closed     bool
	byLane     map[laneKey]*lane
	partitions map[string]partitionCount
}

type laneKey struct {
	topic     string
	partition int
}

type partitionCount struct {
	ids []int
	at  time.Time
}

// NewProducer makes a producer. checkSpace is asked before every call and may
// be nil; see [FreeSpace.Check].
func NewProducer(client *kafka.Client, checkSpace func() error) *Producer {
	if checkSpace == nil {
		checkSpace = func() error { return nil }
	}
	stopped, cancel := context.WithCancel(context.Background())
	return &Producer{
		client: client, checkSpace: checkSpace, balancer: kafka.Murmur2Balancer{Consistent: true},
		stop: make(chan struct{}), stopped: stopped, cancel: cancel,
		byLane: map[laneKey]*lane{}, partitions: map[string]partitionCount{},
	}
}

// Produce sends messages to a topic and returns when all are confirmed. Key,
// Value, Headers and Time of the messages are used; records with the same key go
// to the same partition. Errors that pass are retried until the context's
// deadline (30 s if it has none). On an error some of several messages may have
// arrived; all may be sent again.
func (p *Producer) Produce(ctx context.Context, topic string, messages ...kafka.Message) error {
	if len(messages) == 0 {
		return nil
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultProduceTimeout)
		defer cancel()
	}
	if err := p.checkSpace(); err != nil {
		return err
	}
	partitions, err := p.partitionsOf(ctx, topic)
	if err != nil {
		return err
	}
	byPartition := map[int][]kafka.Message{}
	if len(partitions) == 1 {
		byPartition[partitions[0]] = messages
	} else {
		for _, message := range messages {
			partition := p.balancer.Balance(message, partitions...)
			byPartition[partition] = append(byPartition[partition], message)
		}
	}
	for partition, messages := range byPartition {
		if err := p.sendAll(ctx, laneKey{topic, partition}, messages); err != nil {
			return err
		}
	}
	return nil
}

// produceTo is Produce to one partition, whatever the keys.
func (p *Producer) produceTo(ctx context.Context, topic string, partition int, messages []kafka.Message) error {
	ctx, cancel := context.WithTimeout(ctx, defaultProduceTimeout)
	defer cancel()
	if err := p.checkSpace(); err != nil {
		return err
	}
	return p.sendAll(ctx, laneKey{topic, partition}, messages)
}

// sendAll sends messages to one partition in requests of a bounded size.
func (p *Producer) sendAll(ctx context.Context, key laneKey, messages []kafka.Message) error {
	for len(messages) > 0 {
		n, size := 0, 0
		for n < len(messages) && n < maxProduceRecords {
			size += recordSize(&messages[n])
			if n > 0 && size > maxProduceBytes {
				break
			}
			n++
		}
		if err := p.send(ctx, key, messages[:n]); err != nil {
			return err
		}
		messages = messages[n:]
	}
	return nil
}

// Close ends the producer. Requests in flight are waited for, up to the
// context's end; calls that wait get [ErrProducerClosed].
func (p *Producer) Close(ctx context.Context) error {
	p.mutex.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
	}
	p.mutex.Unlock()
	done := make(chan struct{})
	go func() {
		p.lanes.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		p.cancel()
		<-done
	}
	p.cancel()
	return nil
}

// partitionsOf gives the partitions of a topic, asked for again every half minute.
func (p *Producer) partitionsOf(ctx context.Context, topic string) ([]int, error) {
	p.mutex.Lock()
	known, ok := p.partitions[topic]
	p.mutex.Unlock()
	if ok && time.Since(known.at) < 30*time.Second {
		return known.ids, nil
	}
	var ids []int
	err := retry(ctx, p.stop, func(ctx context.Context) error {
		var err error
		ids, err = partitionIDs(ctx, p.client, topic)
		return err
	})
	if err != nil {
		if ok { // a broker that is away has not changed its partitions
			return known.ids, nil
		}
		return nil, unavailable(topic, err)
	}
	p.mutex.Lock()
	p.partitions[topic] = partitionCount{ids: ids, at: time.Now()}
	p.mutex.Unlock()
	return ids, nil
}

// partitionIDs asks for the partitions of a topic, in order.
func partitionIDs(ctx context.Context, client *kafka.Client, topic string) ([]int, error) {
	ctx, cancel := context.WithTimeout(ctx, produceAttempt)
	defer cancel()
	response, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, err
	}
	if len(response.Topics) != 1 {
		return nil, fmt.Errorf("Kafka does not know topic %s", topic)
	}
	if err := response.Topics[0].Error; err != nil {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	ids := make([]int, 0, len(response.Topics[0].Partitions))
	for _, partition := range response.Topics[0].Partitions {
		ids = append(ids, partition.ID)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("topic %s has no partitions", topic)
	}
	return ids, nil
}

// produceCall is what one caller sends to one partition in one piece.
type produceCall struct {
	ctx      context.Context
	messages []kafka.Message
	size     int
	done     chan error // buffered, so that a caller who has left holds up nobody
}

func (p *Producer) send(ctx context.Context, key laneKey, messages []kafka.Message) error {
	lane, err := p.lane(key)
	if err != nil {
		return err
	}
	call := &produceCall{ctx: ctx, messages: messages, done: make(chan error, 1)}
	for i := range messages {
		call.size += recordSize(&messages[i])
	}
	select {
	case lane.queue <- call:
	case <-ctx.Done():
		return unavailable(key.topic, ctx.Err())
	case <-p.stop:
		return ErrProducerClosed
	}
	select {
	case err := <-call.done:
		return err
	case <-ctx.Done():
		return unavailable(key.topic, errors.Join(ctx.Err(), lane.lastError()))
	case <-lane.ended:
		select { // it may have been confirmed by the last request
		case err := <-call.done:
			return err
		default:
			return ErrProducerClosed
		}
	}
}

func (p *Producer) lane(key laneKey) (*lane, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.closed {
		return nil, ErrProducerClosed
	}
	if l := p.byLane[key]; l != nil {
		return l, nil
	}
	l := &lane{producer: p, key: key, queue: make(chan *produceCall, laneQueue), ended: make(chan struct{})}
	p.byLane[key] = l
	p.lanes.Add(1)
	go l.run()
	return l, nil
}

// lane sends to one partition, one request after the other.
type lane struct {
	producer *Producer
	key      laneKey
	queue    chan *produceCall
	ended    chan struct{}

	mutex sync.Mutex
	last  error // of the request in flight, for callers who leave
}

func (l *lane) run() {
	defer l.producer.lanes.Done()
	defer close(l.ended)
	var held *produceCall // did not fit into the last request
	for {
		call := held
		held = nil
		if call == nil {
			select {
			case call = <-l.queue:
			case <-l.producer.stop:
				return
			}
		}
		calls, records, size := []*produceCall{call}, len(call.messages), call.size
	gather:
		for records < maxProduceRecords && size < maxProduceBytes {
			select {
			case next := <-l.queue:
				if records+len(next.messages) > maxProduceRecords || size+next.size > maxProduceBytes {
					held = next
					break gather
				}
				calls, records, size = append(calls, next), records+len(next.messages), size+next.size
			default:
				break gather
			}
		}
		l.sendCalls(calls)
	}
}

// sendCalls sends what several callers gave in one request, and tries again
// while at least one of them still waits.
func (l *lane) sendCalls(calls []*produceCall) {
	defer l.note(nil)
	for attempt := 0; ; attempt++ {
		waiting := calls[:0:0]
		for _, call := range calls {
			if call.ctx.Err() == nil {
				waiting = append(waiting, call)
			}
		}
		if calls = waiting; len(calls) == 0 {
			return
		}
		err := l.attempt(calls)
		switch {
		case err == nil:
			failpoint.Here("produced")
			for _, call := range calls {
				call.done <- nil
			}
			return
		case permanent(err):
			if len(calls) > 1 { // one refused message must not take the others with it
				for _, call := range calls {
					l.sendCalls([]*produceCall{call})
				}
				return
			}
			if errors.Is(err, kafka.MessageSizeTooLarge) {
				err = fmt.Errorf("%w: topic %s", ErrTooLarge, l.key.topic)
			}
			calls[0].done <- err
			return
		}
		// The broker may say no because the disk is full: that has its own answer.
		if space := l.producer.checkSpace(); space != nil {
			for _, call := range calls {
				call.done <- space
			}
			return
		}
		l.note(err)
		select {
		case <-time.After(backoff(attempt)):
		case <-l.producer.stop:
			for _, call := range calls {
				call.done <- errors.Join(ErrProducerClosed, err)
			}
			return
		}
	}
}

func (l *lane) attempt(calls []*produceCall) error {
	count := 0
	for _, call := range calls {
		count += len(call.messages)
	}
	// Readers of bytes are used up by a request, so each attempt has its own.
	records := make([]kafka.Record, 0, count)
	now := time.Now()
	for _, call := range calls {
		for i := range call.messages {
			message := &call.messages[i]
			record := kafka.Record{Time: message.Time, Headers: message.Headers}
			if record.Time.IsZero() {
				record.Time = now
			}
			if message.Key != nil {
				record.Key = kafka.NewBytes(message.Key)
			}
			if message.Value != nil {
				record.Value = kafka.NewBytes(message.Value)
			}
			records = append(records, record)
		}
	}
	ctx, cancel := context.WithTimeout(l.producer.stopped, produceAttempt)
	defer cancel()
	response, err := l.producer.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: l.key.topic, Partition: l.key.partition, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(records...),
	})
	if err != nil {
		return err
	}
	return response.Error
}

func (l *lane) note(err error) {
	l.mutex.Lock()
	l.last = err
	l.mutex.Unlock()
}

func (l *lane) lastError() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.last
}

// permanent says that sending the same again cannot succeed.
func permanent(err error) bool {
	var code kafka.Error
	return errors.As(err, &code) && !code.Temporary() && code != kafka.Unknown && code != kafka.BrokerNotAvailable
}

func unavailable(topic string, cause error) error {
	if errors.Is(cause, ErrProducerClosed) {
		return cause
	}
	return fmt.Errorf("%w (topic %s): %w", dispatch.ErrIntakeAway, topic, access(cause))
}

func recordSize(message *kafka.Message) int {
	size := recordOverhead + len(message.Key) + len(message.Value)
	for _, header := range message.Headers {
		size += len(header.Key) + len(header.Value) + 4
	}
	return size
}

// backoff is the wait before another attempt: 10 ms doubled up to 500 ms, with
// up to a half of it at random, so that many processes do not come back at once.
func backoff(attempt int) time.Duration {
	wait := 10 * time.Millisecond << min(attempt, 6)
	wait = min(wait, 500*time.Millisecond)
	return wait/2 + rand.N(wait) // #nosec G404 -- spreads load, guards nothing
}

// retry calls work until it succeeds, fails for good, or the context or stop ends.
func retry(ctx context.Context, stop <-chan struct{}, work func(context.Context) error) error {
	for attempt := 0; ; attempt++ {
		err := work(ctx)
		if err == nil {
			return nil
		}
		if permanent(err) && !errors.Is(err, kafka.UnknownTopicOrPartition) {
			return err
		}
		timer := time.NewTimer(backoff(attempt))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-stop:
			timer.Stop()
			return errors.Join(ErrProducerClosed, err)
		}
	}
}
