package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// unreadSilence is how long a reader of Unread may wait for records that are there.
const unreadSilence = 30 * time.Second

// Unread calls each with the records of the input topics from the offsets on,
// up to where the logs end when it gets to them: what a backup of the database
// lacks. Partitions without an offset are read from their beginning, as are
// those that end before it. A record may come that was read already.
func Unread(ctx context.Context, brokers []string, client *kafka.Client, topics Topics, from []dispatch.SourceOffset, each func(*kafka.Message) error) error {
	stored := map[dispatch.Source]int64{}
	for _, offset := range from {
		stored[dispatch.Source{Topic: offset.Topic, Partition: offset.Partition}] = offset.Next
	}
	for _, topic := range topics.Inputs() {
		partitions, err := partitionIDs(ctx, client, topic)
		if err != nil {
			return fmt.Errorf("ingest: the partitions of %s: %w", topic, err)
		}
		for _, partition := range partitions {
			limited, cancel := context.WithTimeout(ctx, askTimeout)
			first, end, err := partitionBounds(limited, client, topic, partition)
			cancel()
			if err != nil {
				return fmt.Errorf("ingest: where partition %d of %s ends: %w", partition, topic, err)
			}
			at := stored[dispatch.Source{Topic: topic, Partition: partition}]
			if at < first || at > end {
				at = first
			}
			if at == end {
				continue
			}
			if err := readBetween(ctx, brokers, topic, partition, at, end, each); err != nil {
				return fmt.Errorf("ingest: reading partition %d of %s: %w", partition, topic, err)
			}
		}
	}
	return nil
}

func readBetween(ctx context.Context, brokers []string, topic string, partition int, at, end int64, each func(*kafka.Message) error) (err error) {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: brokers, Topic: topic, Partition: partition,
		Dialer:   &kafka.Dialer{ClientID: ClientID, Timeout: 3 * time.Second, DualStack: true},
		MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 100 * time.Millisecond, QueueCapacity: 100,
		ReadBackoffMin: time.Millisecond, ReadBackoffMax: 500 * time.Millisecond,
		ReadLagInterval: -1, OffsetOutOfRangeError: true,
	})
	defer func() { err = errors.Join(err, reader.Close()) }()
	if err := reader.SetOffset(at); err != nil {
		return err
	}
	for at < end {
		limited, cancel := context.WithTimeout(ctx, unreadSilence)
		record, err := reader.FetchMessage(limited)
		cancel()
		if err != nil {
			return err
		}
		at = record.Offset + 1
		if record.Offset >= end {
			return nil // written meanwhile
		}
		if err := each(&record); err != nil {
			return err
		}
	}
	return nil
}

// Refill puts records that Unread has given into a Kafka that does not have
// them: with their keys, headers and times, each topic's in their order.
// records calls its argument with them.
func Refill(ctx context.Context, producer *Producer, records func(each func(kafka.Message) error) error) (int, error) {
	var waiting []kafka.Message
	size, sent := 0, 0
	send := func() error {
		if len(waiting) == 0 {
			return nil
		}
		topic := waiting[0].Topic
		for i := range waiting {
			waiting[i].Topic, waiting[i].Partition, waiting[i].Offset = "", 0, 0
		}
		if err := producer.Produce(ctx, topic, waiting...); err != nil {
			return fmt.Errorf("ingest: putting records back into %s: %w", topic, err)
		}
		sent += len(waiting)
		waiting, size = waiting[:0], 0
		return nil
	}
	err := records(func(record kafka.Message) error {
		if len(waiting) > 0 && (waiting[0].Topic != record.Topic || len(waiting) >= maxProduceRecords || size >= maxProduceBytes) {
			if err := send(); err != nil {
				return err
			}
		}
		waiting = append(waiting, record)
		size += recordSize(&record)
		return nil
	})
	if err != nil {
		return sent, err
	}
	return sent, send()
}
