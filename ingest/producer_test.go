package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/izdeu/izdeu/dispatch"
)

func TestProduceKeepsOrderAndRetries(t *testing.T) { onEachKafka(t, produceKeepsOrderAndRetries) }

func produceKeepsOrderAndRetries(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	if k.embedded != nil { // every third request fails in a way that passes
		n := 0
		k.embedded.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: -1,
			When: func(kmsg.Request) bool { n++; return n%3 == 0 }})
	}
	const callers, each = 20, 30
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for i := range each {
				message := kafka.Message{Key: fmt.Appendf(nil, "%d", caller), Value: fmt.Appendf(nil, "%d", i), Headers: []kafka.Header{{Key: "h", Value: []byte("x")}}}
				if err := producer.Produce(testContext(t), k.topics.Commands, message); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	next := map[string]int{}
	for _, m := range readAll(t, client, k.topics.Commands) {
		if want := fmt.Sprint(next[string(m.Key)]); string(m.Value) != want {
			t.Fatalf("caller %s: %s instead of %s", m.Key, m.Value, want)
		}
		if m.Time.IsZero() || len(m.Headers) != 1 || string(m.Headers[0].Value) != "x" {
			t.Fatalf("%+v", m)
		}
		next[string(m.Key)]++
	}
	for caller := range callers {
		if next[fmt.Sprint(caller)] != each {
			t.Errorf("caller %d: %d records", caller, next[fmt.Sprint(caller)])
		}
	}
}

func TestProduceBulk(t *testing.T) { onEachKafka(t, produceBulk) }

func produceBulk(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	bulk := make([]kafka.Message, 2500)
	for i := range bulk {
		bulk[i].Value = fmt.Appendf(nil, "%d %s", i, strings.Repeat("x", 2000))
	}
	produce(t, producer, k.topics.Applications, bulk...)
	all := readAll(t, client, k.topics.Applications)
	if len(all) != len(bulk) {
		t.Fatalf("%d records", len(all))
	}
	for i := range all {
		if string(all[i].Value) != string(bulk[i].Value) {
			t.Fatalf("record %d is another", i)
		}
	}
}

func TestProduceTooLarge(t *testing.T) { onEachKafka(t, produceTooLarge) }

func produceTooLarge(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	err := producer.Produce(testContext(t), k.topics.Applications, kafka.Message{Value: make([]byte, MaxMessageBytes+1)})
	if !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	// Three MiB get in, so that they can become a dead letter.
	produce(t, producer, k.topics.Applications, kafka.Message{Value: make([]byte, 3<<20)}, kafka.Message{Value: []byte("small")})
	if all := readAll(t, client, k.topics.Applications); len(all) != 2 || len(all[0].Value) != 3<<20 {
		t.Fatalf("%d records", len(all))
	}
}

// A broker that comes back within the deadline is waited for.
func TestProduceWaitsForTheBroker(t *testing.T) { onEachKafka(t, produceWaitsForTheBroker) }

func produceWaitsForTheBroker(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	produce(t, producer, k.topics.Commands, kafka.Message{Value: []byte("before")})
	k.stop(t)
	short, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := producer.Produce(short, k.topics.Commands, kafka.Message{Value: []byte("lost")}); !errors.Is(err, dispatch.ErrIntakeAway) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("while the broker is away: %v", err)
	}
	sent := make(chan error, 1)
	go func() {
		sent <- producer.Produce(testContext(t), k.topics.Commands, kafka.Message{Value: []byte("after")})
	}()
	k.start(t)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	all := readAll(t, client, k.topics.Commands)
	if len(all) < 2 || string(all[0].Value) != "before" || string(all[len(all)-1].Value) != "after" {
		t.Fatalf("%d records", len(all))
	}
}

func TestProduceAfterClose(t *testing.T) { onEachKafka(t, produceAfterClose) }

func produceAfterClose(t *testing.T, k *testKafka) {
	producer := NewProducer(startClient(t, k.address), nil)
	produce(t, producer, k.topics.Commands, kafka.Message{Value: []byte("x")})
	if err := producer.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := producer.Produce(testContext(t), k.topics.Commands, kafka.Message{Value: []byte("x")}); !errors.Is(err, ErrProducerClosed) || !errors.Is(err, dispatch.ErrIntakeAway) {
		t.Fatal(err)
	}
}

func TestProduceManyPartitions(t *testing.T) { onEachKafka(t, produceManyPartitions) }

func produceManyPartitions(t *testing.T, k *testKafka) {
	many := k.prefix + "many"
	k.create(t, many, 5)
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	for i := range 50 {
		produce(t, producer, many, kafka.Message{Key: fmt.Appendf(nil, "key-%d", i%10), Value: fmt.Appendf(nil, "%d", i)})
	}
	used := 0
	for partition := range 5 {
		_, end := partitionEnds(t, client, many, partition)
		if end%5 != 0 {
			t.Errorf("partition %d has %d records: a key is in two partitions", partition, end)
		}
		if end > 0 {
			used++
		}
	}
	if used < 2 {
		t.Errorf("%d partitions are used", used)
	}
}

func BenchmarkProduceOne(b *testing.B) {
	broker := startBroker(b, b.TempDir())
	producer := startProducer(b, startClient(b, broker.Address()), nil)
	message := kafka.Message{Value: []byte(contractApplication)}
	for b.Loop() {
		if err := producer.Produce(context.Background(), testTopics.Applications, message); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProduceThousand(b *testing.B) {
	broker := startBroker(b, b.TempDir())
	producer := startProducer(b, startClient(b, broker.Address()), nil)
	bulk := make([]kafka.Message, 1000)
	for i := range bulk {
		bulk[i].Value = []byte(contractApplication)
	}
	for b.Loop() {
		if err := producer.Produce(context.Background(), testTopics.Applications, bulk...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(bulk))/b.Elapsed().Seconds(), "records/s")
}
