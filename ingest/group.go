package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// groupCommitter copies the offsets that are in the database to a consumer
// group, at most once a second, for the tools that show lag.
type groupCommitter struct {
	client  *kafka.Client
	group   string
	logger  *slog.Logger
	metrics *Metrics

	mutex   sync.Mutex
	offsets map[dispatch.Source]int64 // not committed yet; Source.Offset is 0

	stop context.CancelFunc
	done chan struct{}
}

func startGroupCommitter(options *InboxOptions) *groupCommitter {
	ctx, stop := context.WithCancel(context.Background())
	g := &groupCommitter{client: options.Client, group: options.Group, logger: options.Logger, metrics: options.Metrics,
		offsets: map[dispatch.Source]int64{}, stop: stop, done: make(chan struct{})}
	go g.run(ctx)
	return g
}

func (g *groupCommitter) note(offsets []dispatch.SourceOffset) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for _, offset := range offsets {
		g.offsets[dispatch.Source{Topic: offset.Topic, Partition: offset.Partition}] = offset.Next
	}
}

func (g *groupCommitter) close() {
	g.stop()
	<-g.done
}

func (g *groupCommitter) run(ctx context.Context) {
	defer close(g.done)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	failing := false
	for {
		last := false
		select {
		case <-ctx.Done():
			last = true
		case <-ticker.C:
		}
		err := g.commit(context.WithoutCancel(ctx), last)
		if err != nil {
			g.metrics.errors.WithLabelValues("commit").Inc()
			if !failing {
				g.logger.Warn("the consumer group does not show how far the leader has read; nothing depends on it", "group", g.group, "error", err)
			}
		}
		failing = err != nil
		if last {
			return
		}
	}
}

// commit sends what has changed; what fails is sent again with the next.
func (g *groupCommitter) commit(ctx context.Context, last bool) error {
	g.mutex.Lock()
	offsets := g.offsets
	g.offsets = map[dispatch.Source]int64{}
	g.mutex.Unlock()
	if len(offsets) == 0 {
		return nil
	}
	timeout := askTimeout
	if last {
		timeout = time.Second // nobody waits for it when the program ends
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// Generation -1 without a member commits for a group that has no members.
	request := &kafka.OffsetCommitRequest{GroupID: g.group, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{}}
	for source, next := range offsets {
		request.Topics[source.Topic] = append(request.Topics[source.Topic], kafka.OffsetCommit{Partition: source.Partition, Offset: next})
	}
	response, err := g.client.OffsetCommit(ctx, request)
	if err == nil {
		for _, partitions := range response.Topics {
			for _, partition := range partitions {
				if partition.Error != nil {
					err = partition.Error
				}
			}
		}
	}
	failpoint.Here("group-noted")
	if err != nil {
		g.mutex.Lock()
		for source, next := range offsets {
			if _, newer := g.offsets[source]; !newer {
				g.offsets[source] = next
			}
		}
		g.mutex.Unlock()
	}
	return err
}
