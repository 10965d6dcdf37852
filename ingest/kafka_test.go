package ingest

import (
	"errors"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/izdeu/izdeu/ingest/kafkatest"
)

// testKafka is what a test of the pipeline runs on: the embedded broker, or
// Apache Kafka with topics of the test's own.
type testKafka struct {
	address  string
	prefix   string
	topics   Topics
	settings []TopicSetting

	embedded  *Broker
	directory string
	apache    *kafkatest.Broker // nil where the embedded broker is used
}

// onEachKafka runs a test on both.
func onEachKafka(t *testing.T, test func(*testing.T, *testKafka)) {
	t.Run("embedded", func(t *testing.T) { test(t, embeddedKafka(t)) })
	t.Run("apache", func(t *testing.T) { test(t, apacheKafka(t)) })
}

func embeddedKafka(t testing.TB) *testKafka {
	t.Helper()
	k := &testKafka{prefix: DefaultPrefix, topics: testTopics, settings: testSettings(t), directory: t.TempDir()}
	k.embedded = startBroker(t, k.directory)
	k.address = k.embedded.Address()
	return k
}

func apacheKafka(t testing.TB) *testKafka {
	t.Helper()
	k := &testKafka{apache: kafkatest.Shared(t), prefix: kafkatest.Prefix()}
	k.address, k.topics = k.apache.Address, NewTopics(k.prefix)
	settings, err := k.topics.Settings(Retention{})
	if err != nil {
		t.Fatal(err)
	}
	k.settings = settings
	k.makeTopics(t)
	return k
}

func (k *testKafka) makeTopics(t testing.TB) {
	t.Helper()
	client := startClient(t, k.address)
	made, err := CreateTopics(testContext(t), client, k.settings)
	if err != nil || len(made) != len(k.settings) {
		t.Fatalf("made %v: %v", made, err)
	}
	// A topic that was just made has no leader for a moment. The program tries
	// again; the tests' own questions do not.
	for _, setting := range k.settings {
		waitFor(t, "the leader of "+setting.Name, func() bool {
			response, err := client.ListOffsets(testContext(t), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
				setting.Name: {kafka.LastOffsetOf(0)}}})
			return err == nil && len(response.Topics[setting.Name]) == 1 && response.Topics[setting.Name][0].Error == nil
		})
	}
}

// stop takes it away. Whatever the test does, the next one finds it running.
func (k *testKafka) stop(t testing.TB) {
	t.Helper()
	if k.apache != nil {
		k.apache.Stop(t)
		t.Cleanup(func() {
			if k.apache.Ended() {
				k.apache.Restart(t)
			}
		})
		return
	}
	if err := k.embedded.Close(); err != nil {
		t.Fatal(err)
	}
}

// start brings it back on what it had stored.
func (k *testKafka) start(t testing.TB) {
	t.Helper()
	if k.apache != nil {
		k.apache.Restart(t)
		return
	}
	k.embedded = startBroker(t, k.directory, func(o *BrokerOptions) { o.Listen = k.address })
}

// beginAnew takes everything away that was stored.
func (k *testKafka) beginAnew(t testing.TB) {
	t.Helper()
	if k.apache != nil {
		request := kmsg.NewPtrDeleteTopicsRequest()
		request.TimeoutMillis = 30_000
		for _, setting := range k.settings {
			topic := kmsg.NewDeleteTopicsRequestTopic()
			topic.Topic = kmsg.StringPtr(setting.Name)
			request.TopicNames, request.Topics = append(request.TopicNames, setting.Name), append(request.Topics, topic)
		}
		response := ask(t, k, request)
		for _, topic := range response.(*kmsg.DeleteTopicsResponse).Topics {
			if err := kerr.ErrorForCode(topic.ErrorCode); err != nil {
				t.Fatal(err)
			}
		}
		k.makeTopics(t)
		return
	}
	k.stop(t)
	k.directory = t.TempDir()
	k.start(t)
}

// deleteRecords removes the records of a topic before an offset, as retention does.
func (k *testKafka) deleteRecords(t testing.TB, topic string, before int64) {
	t.Helper()
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.TimeoutMillis = 30_000
	partition := kmsg.NewDeleteRecordsRequestTopicPartition()
	partition.Offset = before
	one := kmsg.NewDeleteRecordsRequestTopic()
	one.Topic, one.Partitions = topic, append(one.Partitions, partition)
	request.Topics = append(request.Topics, one)
	response := ask(t, k, request)
	if err := kerr.ErrorForCode(response.(*kmsg.DeleteRecordsResponse).Topics[0].Partitions[0].ErrorCode); err != nil {
		t.Fatal(err)
	}
}

// create makes a topic with settings given as name, value, name, value.
func (k *testKafka) create(t testing.TB, topic string, partitions int, settings ...string) {
	t.Helper()
	config := kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}
	for i := 0; i < len(settings); i += 2 {
		config.ConfigEntries = append(config.ConfigEntries, kafka.ConfigEntry{ConfigName: settings[i], ConfigValue: settings[i+1]})
	}
	response, err := startClient(t, k.address).CreateTopics(testContext(t), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
	if err = errors.Join(err, response.Errors[topic]); err != nil {
		t.Fatal(err)
	}
}

// ask sends what kafka-go cannot.
func ask(t testing.TB, k *testKafka, request kmsg.Request) kmsg.Response {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(k.address))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var response kmsg.Response
	for _, shard := range client.RequestSharded(testContext(t), request) {
		if shard.Err != nil {
			t.Fatal(shard.Err)
		}
		response = shard.Resp
	}
	return response
}
