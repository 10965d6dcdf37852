package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	// fetchWait is how long the broker holds a fetch open. It adds no latency;
	// closing a reader takes up to as long, and a broker that is slower than
	// this to answer costs a new connection.
	fetchWait = 500 * time.Millisecond
	// watchdogInterval is how long a reader may be silent before the broker is
	// asked whether there is anything to read.
	watchdogInterval = 5 * time.Second
)

// partitionReader reads one partition for the inbox, from the offset that
// stands in the database, for as long as its context lives.
//
// It does not trust an offset alone. The last record consumed must still be in
// its place with the same content, and the log must not end before it; or else
// the log is another one, whose records have offsets that were used before, and
// it is read again from its beginning. That is always safe: what was applied is
// known by its identity.
type partitionReader struct {
	inbox     *Inbox
	lane      *topicLane
	partition int

	next    int64    // to read
	hash    [16]byte // of the record at next-1; zero when it is not known
	stored  bool     // next stands in the database
	last    kafka.Message
	failing bool // the last attempt failed, and that was logged
}

// errRewound: the log is not the one that was read before.
var errRewound = errors.New("the log is not the one that was read before")

func (p *partitionReader) run(ctx context.Context) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		before := p.next
		err := p.read(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			p.inbox.options.Metrics.errors.WithLabelValues("read").Inc()
			if !p.failing {
				p.inbox.options.Logger.Warn("reading a partition is tried again", "topic", p.lane.topic, "partition", p.partition, "error", err)
			}
			p.failing = true
		}
		if p.next != before {
			attempt = 0
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff(attempt)):
		}
	}
}

// offsets asks for the first offset of the partition and the one after its last.
func (p *partitionReader) offsets(ctx context.Context) (first, end int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return partitionBounds(ctx, p.inbox.options.Client, p.lane.topic, p.partition)
}

func partitionBounds(ctx context.Context, client *kafka.Client, topic string, partition int) (first, end int64, err error) {
	response, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)}}})
	if err != nil {
		return 0, 0, err
	}
	partitions := response.Topics[topic]
	if len(partitions) != 1 {
		return 0, 0, fmt.Errorf("no answer about partition %d of %s", partition, topic)
	}
	return partitions[0].FirstOffset, partitions[0].LastOffset, partitions[0].Error
}

// read looks where the log begins and ends and reads until something is wrong
// with the reader or the log; whoever calls it again goes on from there.
func (p *partitionReader) read(ctx context.Context) error {
	first, end, err := p.offsets(ctx)
	if err != nil {
		return err
	}
	rewound := false
	switch {
	case p.next > end:
		p.rewind(first, "the log ends before the offset that was read last")
		rewound = true
	case p.next < first:
		if p.stored {
			p.lost(first)
			rewound = true // the offset in the database moves forward
		}
		p.next, p.hash = first, [16]byte{}
	}
	checking := p.hash != [16]byte{} && p.next > first
	if !checking {
		if err := p.push(ctx, item{next: p.next, started: true, rewound: rewound}); err != nil {
			return err
		}
	}
	at := p.next
	if checking {
		at--
	}
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: p.inbox.options.Brokers, Topic: p.lane.topic, Partition: p.partition,
		Dialer:   dialer(p.inbox.options.Client),
		MinBytes: 1, MaxBytes: 1 << 20, MaxWait: fetchWait, QueueCapacity: 100,
		ReadBackoffMin: time.Millisecond, ReadBackoffMax: 500 * time.Millisecond,
		ReadLagInterval: -1, OffsetOutOfRangeError: true,
	})
	defer func() { _ = reader.Close() }() // it has no error to give
	if err := reader.SetOffset(at); err != nil {
		return err
	}
	for {
		silent, err := p.fetch(ctx, reader, &checking)
		switch {
		case errors.Is(err, errRewound):
			p.rewind(first, "another record stands where the last one was read")
			return p.push(ctx, item{next: p.next, started: true, rewound: true})
		case err != nil:
			return err
		}
		if !silent {
			continue
		}
		if _, end, err = p.offsets(ctx); err != nil {
			return err
		}
		at := p.next
		if checking {
			at--
		}
		switch {
		case end > at:
			p.inbox.options.Metrics.stalls.WithLabelValues(p.lane.topic).Inc()
			p.inbox.options.Logger.Warn("a reader has stopped and is made anew", "topic", p.lane.topic, "partition", p.partition, "next", p.next, "end", end)
			p.remember()
			return nil
		case end < at:
			p.remember()
			return nil // the next call sees that the log is shorter
		}
		p.failing = false
		p.inbox.options.Metrics.lag.WithLabelValues(p.lane.topic, partitionLabel(p.partition)).Set(0)
	}
}

// fetch reads until the reader was silent for a whole watchdogInterval, or fails.
func (p *partitionReader) fetch(ctx context.Context, reader *kafka.Reader, checking *bool) (silent bool, err error) {
	limited, cancel := context.WithTimeout(ctx, watchdogInterval)
	defer cancel()
	for got := 0; ; got++ {
		record, err := reader.FetchMessage(limited)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return false, ctx.Err()
		case limited.Err() != nil:
			return got == 0, nil
		default:
			p.remember()
			return false, err
		}
		if *checking {
			*checking = false
			if record.Offset == p.next-1 && recordHash(&record) != p.hash {
				return false, errRewound
			}
			if err := p.push(ctx, item{next: p.next, started: true}); err != nil {
				return false, err
			}
		}
		if record.Offset < p.next {
			continue
		}
		if record.Offset > p.next {
			p.lost(record.Offset)
		}
		p.failing = false
		p.next, p.last, p.stored = record.Offset+1, record, true
		if err := p.push(ctx, item{next: p.next, record: record, decoded: Decode(p.inbox.options.Topics, &record)}); err != nil {
			return false, err
		}
	}
}

// remember keeps the hash of the last record for the reader that comes next.
func (p *partitionReader) remember() {
	if p.last.Topic != "" && p.last.Offset == p.next-1 {
		p.hash = recordHash(&p.last)
	}
}

func (p *partitionReader) rewind(first int64, why string) {
	p.inbox.options.Metrics.rewinds.WithLabelValues(p.lane.topic).Inc()
	p.inbox.options.Logger.Error("a topic is read again from its beginning: "+why+"; what was applied before is known and changes nothing",
		"topic", p.lane.topic, "partition", p.partition, "offset", p.next, "first", first)
	p.next, p.hash, p.last = first, [16]byte{}, kafka.Message{}
}

// lost says that offsets are gone that nobody has read.
func (p *partitionReader) lost(found int64) {
	p.inbox.options.Metrics.removedUnread.WithLabelValues(p.lane.topic).Add(float64(found - p.next))
	if p.lane.topic == p.inbox.options.Topics.Positions {
		return // positions are forgotten within the hour, and only the newest count
	}
	p.inbox.options.Logger.Error("records were removed from a topic before they were read: its retention is too short for the time that the leader was away",
		"topic", p.lane.topic, "partition", p.partition, "offset", p.next, "first", found)
}

func (p *partitionReader) push(ctx context.Context, it item) error {
	it.partition = p.partition
	if !it.started {
		if err := p.lane.weight.Acquire(ctx, weightOf(&it.record)); err != nil {
			return err
		}
	}
	select {
	case p.lane.items <- it:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recordHash tells one record from another: 16 bytes of SHA-256 over its time
// in milliseconds, key and value.
func recordHash(record *kafka.Message) [16]byte {
	hash := sha256.New()
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(record.Time.UnixMilli()))
	binary.BigEndian.PutUint64(head[8:], uint64(len(record.Key)))
	hash.Write(head[:])
	hash.Write(record.Key)
	hash.Write(record.Value)
	return [16]byte(hash.Sum(nil)[:16])
}

func partitionLabel(partition int) string { return strconv.Itoa(partition) }
