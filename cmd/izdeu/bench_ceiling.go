package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

var quiet = slog.New(slog.DiscardHandler)

// ceiling writes the rows of the throughput phase without any decision: they
// are decided ahead of time, into memory. The schema, synchronous=FULL, the
// publisher and the statistics are as they are in service; reading from Kafka,
// decoding, deciding and the live clients are missing.
func (b *benchCommand) ceiling(ctx context.Context, data string, figures *benchFigures) (err error) {
	var closers []func() error
	defer func() {
		for i := len(closers) - 1; i >= 0; i-- {
			err = errors.Join(err, closers[i]())
		}
	}()
	store, err := sqlite.Open(ctx, filepath.Join(data, databaseFile), quiet)
	if err != nil {
		return err
	}
	closers = append(closers, store.Close)
	topics := ingest.NewTopics("izdeu.")
	settings, err := topics.Settings(ingest.DefaultRetention())
	if err != nil {
		return err
	}
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: filepath.Join(data, "kafka"), Listen: "127.0.0.1:0", Topics: settings, Logger: quiet})
	if err != nil {
		return err
	}
	closers = append(closers, broker.Close)
	producer, closeProducer, err := produceTo(broker.Address())
	if err != nil {
		return err
	}
	closers = append(closers, func() error { closeProducer(); return nil })

	feed := dispatch.NewFeed(store, feedEvents)
	registry := prometheus.NewRegistry()
	projector := dispatch.NewProjector(store, feed, registry, quiet)
	publisher := ingest.NewPublisher(ingest.PublisherOptions{Journal: feed, Store: store, Producer: producer, Topics: topics,
		Installation: "bench", Logger: quiet, Metrics: ingest.NewMetrics(registry), Registry: registry})
	background, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { projector.Run(background) })
	running.Go(func() { publisher.Run(background) })
	closers = append(closers, func() error { stop(); running.Wait(); return nil })

	load := newLoad("through")
	teams, err := decoded(topics, topics.Teams, load.teams(b.Teams, 1_000_000, "automatic"))
	if err != nil {
		return err
	}
	rehearsal, err := dispatch.Rehearse(ctx, store, dispatch.DefaultSettings(), teams)
	if err != nil {
		return err
	}
	if err := rehearsal.Write(ctx, store, feed); err != nil {
		return err
	}
	applications, err := decoded(topics, topics.Applications, load.applications(0, b.Applications))
	if err != nil {
		return err
	}
	if rehearsal, err = dispatch.Rehearse(ctx, store, dispatch.DefaultSettings(), applications); err != nil {
		return err
	}
	started := time.Now()
	if err := rehearsal.Write(ctx, store, feed); err != nil {
		return err
	}
	figures.CeilingApplicationsPerSecond = float64(b.Applications) / time.Since(started).Seconds()
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	published, err := store.Cursor(ctx, dispatch.CursorPublished)
	if err != nil {
		return err
	}
	figures.CeilingPublisherLagEvents = float64(head.Sequence - published)
	say("bench: ceiling %.0f applications/s", figures.CeilingApplicationsPerSecond)
	counts, err := store.RowCounts(ctx)
	if err != nil {
		return err
	}
	figures.CeilingRowsPerApplication = map[string]float64{}
	for table, n := range counts {
		if per := float64(n) / float64(b.Applications); per >= 0.01 {
			figures.CeilingRowsPerApplication[table] = float64(int(per*100+0.5)) / 100
		}
	}
	return nil
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
