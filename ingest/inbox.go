package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/semaphore"

	"github.com/izdeu/izdeu/dispatch"
)

// DefaultGroup is the consumer group to which offsets are committed, for the
// usual tools that show lag. Nobody is a member of it, and nothing reads it back.
const DefaultGroup = "izdeu"

const (
	laneRecords = 2000     // decoded records that wait for the leader, by topic
	laneBytes   = 16 << 20 // and their size
	// catchUpLimit is how long applications wait for teams and commands to be
	// read after a start. Then they go on: an application is never held up for good.
	catchUpLimit   = 30 * time.Second
	partitionCheck = 30 * time.Second // between looks for new partitions
	askTimeout     = 5 * time.Second  // of one question to the broker
)

// InboxOptions are the parts of an Inbox. All but Group are required.
type InboxOptions struct {
	Brokers []string
	Client  *kafka.Client
	Topics  Topics
	Group   string // empty: [DefaultGroup]
	Logger  *slog.Logger
	Metrics *Metrics
}

// Inbox reads the input topics for the leader: one reader for each partition,
// from the offsets that stand in the database. It implements [dispatch.Inbox].
//
// What is read is decoded beside the leader and waits for it in one bounded
// lane for each topic. After a start, commands wait until the teams of before
// have been read, and applications until the commands have.
type Inbox struct {
	options InboxOptions
	group   *groupCommitter

	// Of the leader's goroutine alone:
	stop    context.CancelFunc // of what the last Seek started
	running *sync.WaitGroup
	lanes   [4]*topicLane // by class
	caught  *catchUp
}

// class orders the inputs: a lower one is handed out first.
type class int

const (
	teams class = iota
	commands
	applications
	positions
)

// topicLane is where the records of one topic wait.
type topicLane struct {
	topic  string
	items  chan item
	weight *semaphore.Weighted
	read   prometheus.Counter
}

// item is a decoded record, or (started) the news that a partition is read from next on.
type item struct {
	partition int
	next      int64
	decoded   Decoded
	record    kafka.Message
	started   bool
	rewound   bool
}

// weightOf is what a record takes of laneBytes; one that is larger takes all.
func weightOf(record *kafka.Message) int64 {
	return min(int64(len(record.Key)+len(record.Value)+recordOverhead), laneBytes)
}

// NewInbox makes an inbox. It reads nothing before Seek.
func NewInbox(options InboxOptions) *Inbox {
	if options.Group == "" {
		options.Group = DefaultGroup
	}
	return &Inbox{options: options, group: startGroupCommitter(&options)}
}

// Close stops the readers and commits the last offsets to the group.
func (b *Inbox) Close() {
	b.stopReaders()
	b.group.close()
}

func (b *Inbox) stopReaders() {
	if b.stop != nil {
		b.stop()
		b.running.Wait()
		b.stop = nil
	}
}

// Seek ends what was read before and reads from these offsets on. It does not
// wait for the broker.
func (b *Inbox) Seek(ctx context.Context, offsets []dispatch.SourceOffset) error {
	b.stopReaders()
	if err := ctx.Err(); err != nil {
		return err
	}
	known := map[dispatch.Source]dispatch.SourceOffset{}
	for _, offset := range offsets {
		known[dispatch.Source{Topic: offset.Topic, Partition: offset.Partition}] = offset
	}
	// The readers outlive this call: they end with the next Seek or with Close.
	reading, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop, b.running = stop, &sync.WaitGroup{}
	for i, topic := range b.options.Topics.Inputs() {
		lane := &topicLane{topic: topic, items: make(chan item, laneRecords), weight: semaphore.NewWeighted(laneBytes),
			read: b.options.Metrics.records.WithLabelValues(topic)}
		b.lanes[i] = lane
		b.running.Go(func() { b.readTopic(reading, lane, known) })
	}
	b.caught = newCatchUp(b.lanes[teams].topic, b.lanes[commands].topic)
	b.running.Go(func() { b.caught.ask(reading, b) })
	return nil
}

// readTopic runs a reader for each partition, and looks for new ones.
func (b *Inbox) readTopic(ctx context.Context, lane *topicLane, known map[dispatch.Source]dispatch.SourceOffset) {
	var readers sync.WaitGroup
	defer readers.Wait()
	started := map[int]bool{}
	for attempt := 0; ; attempt++ {
		partitions, err := partitionIDs(ctx, b.options.Client, lane.topic)
		wait := partitionCheck
		if err != nil && ctx.Err() == nil {
			b.options.Metrics.errors.WithLabelValues("read").Inc()
			wait = backoff(attempt)
			if attempt%60 == 0 {
				b.options.Logger.Error("the partitions of a topic are not known", "topic", lane.topic, "error", err)
			}
		} else {
			attempt = 0
		}
		for _, partition := range partitions {
			if started[partition] {
				continue
			}
			started[partition] = true
			offset, stored := known[dispatch.Source{Topic: lane.topic, Partition: partition}]
			reader := &partitionReader{inbox: b, lane: lane, partition: partition,
				next: offset.Next, hash: offset.LastHash, stored: stored}
			readers.Go(func() { reader.run(ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// Next waits for something to read and returns what is ready: teams, then
// commands, then applications, at most limit of them together; and positions.
func (b *Inbox) Next(ctx context.Context, limit int) (dispatch.Input, error) {
	collected := collection{inbox: b, limit: limit, last: map[dispatch.Source]*item{}}
	for {
		if err := ctx.Err(); err != nil {
			return dispatch.Input{}, err
		}
		if collected.drain(); !collected.empty() {
			return collected.input(), nil
		}
		commandGate, applicationGate := b.lanes[commands].items, b.lanes[applications].items
		if !b.caught.opened(commands) {
			commandGate = nil
		}
		if !b.caught.opened(applications) {
			applicationGate = nil
		}
		select {
		case <-ctx.Done():
		case it := <-b.lanes[teams].items:
			collected.take(teams, it)
		case it := <-commandGate:
			collected.take(commands, it)
		case it := <-applicationGate:
			collected.take(applications, it)
		case it := <-b.lanes[positions].items:
			collected.take(positions, it)
		case <-b.caught.changed():
		}
	}
}

// collection is the Input that one call of Next puts together.
type collection struct {
	inbox     *Inbox
	limit     int
	messages  [3][]dispatch.Message // by class
	count     int
	positions []dispatch.TeamPosition
	last      map[dispatch.Source]*item // of each partition
	rewound   []dispatch.SourceOffset
}

func (c *collection) empty() bool { return len(c.last) == 0 && len(c.rewound) == 0 }

// drain takes what waits in the lanes, in their order.
func (c *collection) drain() {
	for class := teams; class <= positions; class++ {
		if !c.inbox.caught.opened(class) {
			continue
		}
		lane := c.inbox.lanes[class]
	waiting:
		for class == positions && len(c.positions) < c.limit || class != positions && c.count < c.limit {
			select {
			case it := <-lane.items:
				c.take(class, it)
			default:
				break waiting
			}
		}
	}
}

func (c *collection) take(class class, it item) {
	lane := c.inbox.lanes[class]
	source := dispatch.Source{Topic: lane.topic, Partition: it.partition}
	c.inbox.caught.reached(source, it.next)
	if it.started {
		if it.rewound {
			delete(c.last, source)
			c.rewound = append(c.rewound, dispatch.SourceOffset{Topic: source.Topic, Partition: source.Partition, Next: it.next})
		}
		return
	}
	lane.weight.Release(weightOf(&it.record))
	switch {
	case it.decoded.Message != nil:
		c.messages[class] = append(c.messages[class], *it.decoded.Message)
		c.count++
	case it.decoded.Position != nil:
		c.positions = append(c.positions, *it.decoded.Position)
	default:
		c.inbox.options.Metrics.wrongPositions.Inc()
	}
	c.last[source] = &it
	lane.read.Inc()
}

func (c *collection) input() dispatch.Input {
	input := dispatch.Input{Positions: c.positions, Offsets: c.rewound}
	for _, messages := range c.messages {
		if input.Messages == nil {
			input.Messages = messages
		} else {
			input.Messages = append(input.Messages, messages...)
		}
	}
	for source, it := range c.last {
		offset := dispatch.SourceOffset{Topic: source.Topic, Partition: source.Partition, Next: it.next, LastHash: recordHash(&it.record)}
		replaced := false
		for i := range input.Offsets { // one that was rewound and then read
			if input.Offsets[i].Topic == offset.Topic && input.Offsets[i].Partition == offset.Partition {
				input.Offsets[i], replaced = offset, true
			}
		}
		if !replaced {
			input.Offsets = append(input.Offsets, offset)
		}
		c.inbox.options.Metrics.lag.WithLabelValues(source.Topic, partitionLabel(source.Partition)).
			Set(float64(max(it.record.HighWaterMark-it.next, 0)))
	}
	return input
}

// Ends asks the broker for the offsets after the newest record of every
// partition of teams, commands and applications. A partition that holds no
// record is left out.
func (b *Inbox) Ends(ctx context.Context) ([]dispatch.SourceOffset, error) {
	inputs := b.options.Topics.Inputs()
	return b.ends(ctx, inputs[teams], inputs[commands], inputs[applications])
}

func (b *Inbox) ends(ctx context.Context, topics ...string) ([]dispatch.SourceOffset, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request := &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{}}
	for _, topic := range topics {
		partitions, err := partitionIDs(ctx, b.options.Client, topic)
		if err != nil {
			return nil, err
		}
		for _, partition := range partitions {
			request.Topics[topic] = append(request.Topics[topic], kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition))
		}
	}
	response, err := b.options.Client.ListOffsets(ctx, request)
	if err != nil {
		return nil, err
	}
	var ends []dispatch.SourceOffset
	for topic, partitions := range response.Topics {
		for _, partition := range partitions {
			if partition.Error != nil {
				return nil, partition.Error
			}
			if partition.LastOffset > partition.FirstOffset {
				ends = append(ends, dispatch.SourceOffset{Topic: topic, Partition: partition.Partition, Next: partition.LastOffset})
			}
		}
	}
	return ends, nil
}

// Committed says that everything up to these offsets is in the database.
func (b *Inbox) Committed(offsets []dispatch.SourceOffset) { b.group.note(offsets) }

// catchUp holds commands back after a start until the teams that were there
// have been read, and applications until the commands have: an answer that
// waited counts before the next offer is made.
type catchUp struct {
	topics [2]string     // of teams and commands
	news   chan struct{} // closed when the ends are known, or will not be waited for

	ends []dispatch.SourceOffset // not to be read before there is news

	// Of the leader's goroutine:
	asked bool // news was seen
	open  [2]bool
	until time.Time
	at    map[dispatch.Source]int64
}

func newCatchUp(teams, commands string) *catchUp {
	return &catchUp{topics: [2]string{teams, commands}, news: make(chan struct{}),
		until: time.Now().Add(catchUpLimit), at: map[dispatch.Source]int64{}}
}

// ask finds out where teams and commands end.
func (c *catchUp) ask(ctx context.Context, b *Inbox) {
	defer close(c.news)
	limited, cancel := context.WithDeadline(ctx, c.until)
	defer cancel()
	for attempt := 0; ; attempt++ {
		ends, err := b.ends(limited, c.topics[:]...)
		if err == nil {
			c.ends = ends
			return
		}
		select {
		case <-limited.Done():
			if ctx.Err() == nil {
				b.options.Logger.Error("applications are read without waiting for teams and commands", "error", err)
			}
			return
		case <-time.After(backoff(attempt)):
		}
	}
}

// reached notes that a partition was read up to next.
func (c *catchUp) reached(source dispatch.Source, next int64) {
	if !c.open[0] || !c.open[1] {
		c.at[source] = next
	}
}

// changed gives a channel that says when to ask again; nil when there is no need.
func (c *catchUp) changed() <-chan struct{} {
	if c.asked {
		return nil
	}
	return c.news
}

// opened says whether this class may be read.
func (c *catchUp) opened(class class) bool {
	switch class {
	case commands:
		return c.through(0)
	case applications:
		return c.through(0) && c.through(1)
	}
	return true
}

// through says that a topic was read up to where it ended at the start.
func (c *catchUp) through(topic int) bool {
	if c.open[topic] {
		return true
	}
	if !c.asked {
		select {
		case <-c.news:
			c.asked = true
		default:
			return false
		}
	}
	if time.Now().Before(c.until) {
		for _, end := range c.ends {
			if end.Topic == c.topics[topic] && c.at[dispatch.Source{Topic: end.Topic, Partition: end.Partition}] < end.Next {
				return false
			}
		}
	}
	c.open[topic] = true
	return true
}
