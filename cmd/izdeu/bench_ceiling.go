package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
)

var quiet = slog.New(slog.DiscardHandler)

// ceiling writes the rows of the throughput phase without any decision: they
// are decided ahead of time, into memory. The schema, synchronous=FULL, the
// publisher and the statistics are as they are in service; reading from Kafka,
// decoding, deciding and the live clients are missing.
type ceiling struct {
	store     database
	feed      *dispatch.Feed
	publisher *ingest.Publisher
	topics    ingest.Topics
	load      *load
	written   int
	lag       float64
	closers   []func() error
}

func (b *benchCommand) startCeiling(ctx context.Context, data string) (c *ceiling, err error) {
	c = &ceiling{load: newLoad("through")}
	parts, err := b.parts(ctx, data)
	if err != nil {
		return nil, err
	}
	c.topics = parts.topics()
	c.closers = append(c.closers, parts.end)
	defer func() {
		if err != nil {
			err = errors.Join(err, c.end())
		}
	}()
	if err := os.MkdirAll(data, 0o700); err != nil {
		return c, err
	}
	if c.store, err = parts.open(ctx); err != nil {
		return c, err
	}
	c.closers = append(c.closers, c.store.Close)
	brokers := parts.kafka
	if brokers == "" {
		settings, err := c.topics.Settings(ingest.DefaultRetention())
		if err != nil {
			return c, err
		}
		broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: filepath.Join(data, brokerFolder), Listen: "127.0.0.1:0", Topics: settings, Logger: quiet})
		if err != nil {
			return c, err
		}
		c.closers = append(c.closers, broker.Close)
		brokers = broker.Address()
	}
	producer, closeProducer, err := produceTo(brokers)
	if err != nil {
		return c, err
	}
	c.closers = append(c.closers, func() error { closeProducer(); return nil })

	c.feed = dispatch.NewFeed(c.store, feedEvents)
	registry := prometheus.NewRegistry()
	projector := dispatch.NewProjector(c.store, c.feed, registry, quiet)
	c.publisher = ingest.NewPublisher(ingest.PublisherOptions{Journal: c.feed, Store: c.store, Producer: producer, Topics: c.topics,
		Installation: "bench", Logger: quiet, Metrics: ingest.NewMetrics(registry), Registry: registry})
	background, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { projector.Run(background) })
	running.Go(func() { c.publisher.Run(background) })
	c.closers = append(c.closers, func() error { stop(); running.Wait(); return nil })
	_, err = c.put(ctx, c.topics.Teams, c.load.teams(b.Teams, 1_000_000, "automatic"))
	return c, err
}

// end takes it apart.
func (c *ceiling) end() (err error) {
	for i := len(c.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, c.closers[i]())
	}
	c.closers = nil
	return err
}

// write writes the rows of the next applications and gives the time that took.
func (c *ceiling) write(ctx context.Context, n int) (time.Duration, error) {
	applications := c.load.applications(c.written, n)
	c.written += n
	return c.put(ctx, c.topics.Applications, applications)
}

// put decides records, which is not timed, and writes what came of them.
func (c *ceiling) put(ctx context.Context, topic string, records []kafka.Message) (time.Duration, error) {
	messages, err := decoded(c.topics, topic, records)
	if err != nil {
		return 0, err
	}
	rehearsal, err := dispatch.Rehearse(ctx, c.store, dispatch.DefaultSettings(), messages)
	if err != nil {
		return 0, err
	}
	runtime.GC() // of what was decided ahead
	started := time.Now()
	if err := rehearsal.Write(ctx, c.store, c.feed); err != nil {
		return 0, err
	}
	took := time.Since(started)
	c.lag = max(c.lag, float64(c.publisher.Lag()))
	for c.publisher.Lag() > 0 && ctx.Err() == nil {
		wait(ctx, 10*time.Millisecond)
	}
	return took, ctx.Err()
}

// decoded makes messages of records, as the readers do, and stamps them.
func decoded(topics ingest.Topics, topic string, records []kafka.Message) ([]dispatch.Message, error) {
	messages := make([]dispatch.Message, 0, len(records))
	for i := range records {
		now := time.Now().UTC().Truncate(time.Millisecond)
		records[i].Topic, records[i].Time = topic, now
		result := ingest.Decode(topics, &records[i])
		if result.Message == nil || result.Message.DeadLetter != nil {
			return nil, fmt.Errorf("record %d of the load cannot be decoded", i)
		}
		message := *result.Message
		message.Now = now
		messages = append(messages, message)
	}
	return messages, nil
}
