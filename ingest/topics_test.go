package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

func TestCreateTopics(t *testing.T) { onEachKafka(t, createTopics) }

func createTopics(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	others := NewTopics(k.prefix + "other.")
	settings, err := others.Settings(Retention{Positions: 2 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	made, err := CreateTopics(testContext(t), client, append(settings, k.settings...))
	if err != nil || len(made) != len(settings) {
		t.Fatalf("%v %v", made, err)
	}
	if made, err = CreateTopics(testContext(t), client, settings); err != nil || len(made) != 0 {
		t.Fatalf("a second time: %v %v", made, err)
	}
	partitions, err := partitionIDs(testContext(t), client, others.Positions)
	if err != nil || len(partitions) != 1 {
		t.Fatalf("%v %v", partitions, err)
	}
	if _, err := others.Settings(Retention{Commands: time.Hour}); err == nil {
		t.Error("commands may be forgotten within an hour")
	}
	// What we make ourselves is not dangerous.
	if warnings, err := CheckTopics(testContext(t), client, others); err != nil || len(warnings) != 0 {
		t.Errorf("%v %v", warnings, err)
	}
}

func TestReplication(t *testing.T) {
	for brokers, want := range map[int][2]int{0: {1, 1}, 1: {1, 1}, 2: {2, 2}, 3: {3, 2}, 9: {3, 2}} {
		if factor, inSync := replication(brokers); factor != want[0] || inSync != want[1] {
			t.Errorf("%d brokers: %d copies, %d in sync, want %v", brokers, factor, inSync, want)
		}
	}
}

// Somebody has made the topics as they should not be.
func TestDangerousTopics(t *testing.T) { onEachKafka(t, dangerousTopics) }

func dangerousTopics(t *testing.T, k *testKafka) {
	topics := NewTopics(k.prefix + "danger.")
	if warnings, err := CheckTopics(testContext(t), startClient(t, k.address), topics); err != nil || len(warnings) != 0 {
		t.Fatalf("without topics: %v %v", warnings, err)
	}
	k.create(t, topics.Applications, 3, "retention.ms", "3600000", "max.message.bytes", "1048588")
	k.create(t, topics.Commands, 1, "cleanup.policy", "compact", "max.message.bytes", "4194304")
	k.create(t, topics.Teams, 1, "retention.ms", "-1", "retention.bytes", "1000000", "max.message.bytes", "4194304")
	k.create(t, topics.Positions, 1, "retention.ms", "60000")
	k.create(t, topics.Events, 2)
	warnings, err := CheckTopics(testContext(t), startClient(t, k.address), topics)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range warnings {
		got = append(got, strings.TrimPrefix(w.Topic, k.prefix+"danger.")+" "+w.Setting+" "+w.Value)
	}
	want := []string{"applications max.message.bytes 1048588", "applications retention.ms 3600000", "commands cleanup.policy compact",
		"events the number of partitions 2", "teams retention.bytes 1000000"}
	if !slices.Equal(got, want) {
		t.Errorf("warnings\n%v\ninstead of\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, w := range warnings {
		if w.Setting == "retention.ms" && w.String() != "topic "+topics.Applications+": retention.ms is 3600000: what waits for longer than 1h0m0s is lost before it is read; set it to 259200000 or more (72h0m0s)" {
			t.Error(w)
		}
	}
}

// What only a cluster of several brokers shows.
func TestDangerousCopies(t *testing.T) {
	for _, test := range []struct {
		brokers, copies int
		inSync, unclean string
		want            []string
	}{
		{3, 3, "2", "false", nil},
		{2, 2, "2", "", nil},
		{1, 1, "1", "true", nil},
		{3, 3, "1", "false", []string{"min.insync.replicas"}},
		{3, 3, "2", "true", []string{"unclean.leader.election.enable"}},
		{3, 1, "1", "false", []string{"the replication factor"}},
		{3, 2, "3", "false", []string{"min.insync.replicas"}},
	} {
		facts := topicFacts{name: testTopics.Commands, brokers: test.brokers, partitions: 1, copies: test.copies,
			values: map[string]string{"min.insync.replicas": test.inSync, "unclean.leader.election.enable": test.unclean}}
		var got []string
		for _, warning := range facts.check(testTopics) {
			got = append(got, warning.Setting)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

// A topic of several partitions is read whole, each key in its order.
func TestManyPartitions(t *testing.T) { onEachKafka(t, manyPartitions) }

func manyPartitions(t *testing.T, k *testKafka) {
	k.topics.Applications = k.prefix + "applications.many"
	k.create(t, k.topics.Applications, 4)
	producer := startProducer(t, startClient(t, k.address), nil)
	inbox := startInbox(t, k)
	seek(t, inbox)
	for n := range 40 {
		produce(t, producer, k.topics.Applications, kafka.Message{Key: fmt.Appendf(nil, "key-%d", n%8), Value: fmt.Appendf(nil, `{"id":"a%d","kind":"emergency"}`, n)})
	}
	f := follow(t, inbox)
	f.untilMessages(40)
	partitions, last := map[int]bool{}, map[int]int{}
	for i := range f.messages {
		var n int
		if _, err := fmt.Sscanf(f.messages[i].Filing.ID, "a%d", &n); err != nil {
			t.Fatal(err)
		}
		if before, again := last[n%8]; again && n < before {
			t.Errorf("a%d comes after a%d", n, before)
		}
		last[n%8] = n
		partitions[f.messages[i].Source.Partition] = true
	}
	if len(partitions) < 2 {
		t.Error("only one partition was used")
	}
	// From what is stored, the other inbox has nothing to read.
	f.inbox = startInbox(t, k)
	seek(t, f.inbox, f.stored()...)
	f.nothing()
}
