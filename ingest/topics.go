package ingest

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// DefaultPrefix begins the name of every topic unless --kafka-prefix says otherwise.
const DefaultPrefix = "izdeu."

// MaxMessageBytes is the max.message.bytes of the topics that izdeu makes. It is
// above [MaxRecordBytes], so that a record that is too large arrives and becomes
// a dead letter instead of being refused at a sender that nobody watches.
const MaxMessageBytes = 4 << 20

// MinInputRetention is the least that the input topics may keep. A record that
// was accepted must outlive a weekend without the leader.
const MinInputRetention = 3 * 24 * time.Hour

// Topics holds the names of the topics.
type Topics struct {
	Applications string
	Teams        string
	Commands     string
	Positions    string
	Events       string
	DeadLetter   string
}

// NewTopics returns the names under a prefix, for example "izdeu.applications".
func NewTopics(prefix string) Topics {
	return Topics{
		Applications: prefix + "applications",
		Teams:        prefix + "teams",
		Commands:     prefix + "commands",
		Positions:    prefix + "positions",
		Events:       prefix + "events",
		DeadLetter:   prefix + "deadletter",
	}
}

// Inputs returns the topics that the leader reads, in the order in which it
// reads them: a command that was waiting counts before a new application is
// offered, and both before the positions of teams; teams come first of all,
// because the others name them.
func (t Topics) Inputs() []string {
	return []string{t.Teams, t.Commands, t.Applications, t.Positions}
}

// Retention says how long each topic keeps its records. Zero means the default.
type Retention struct {
	Applications time.Duration
	Teams        time.Duration
	Commands     time.Duration
	Positions    time.Duration
	Events       time.Duration
	DeadLetter   time.Duration
}

// DefaultRetention is seven days for all but positions, of which only the newest counts.
func DefaultRetention() Retention {
	const week = 7 * 24 * time.Hour
	return Retention{
		Applications: week, Teams: week, Commands: week,
		Positions: time.Hour, Events: week, DeadLetter: week,
	}
}

// TopicSetting is a topic and how long it keeps records.
type TopicSetting struct {
	Name      string
	Retention time.Duration
}

// Settings joins names and retention. It fails if an input topic would keep its
// records for less than [MinInputRetention].
func (t Topics) Settings(retention Retention) ([]TopicSetting, error) {
	defaults := DefaultRetention()
	settings := []TopicSetting{
		{t.Applications, orDefault(retention.Applications, defaults.Applications)},
		{t.Teams, orDefault(retention.Teams, defaults.Teams)},
		{t.Commands, orDefault(retention.Commands, defaults.Commands)},
		{t.Positions, orDefault(retention.Positions, defaults.Positions)},
		{t.Events, orDefault(retention.Events, defaults.Events)},
		{t.DeadLetter, orDefault(retention.DeadLetter, defaults.DeadLetter)},
	}
	for _, setting := range settings {
		if setting.Name == t.Positions {
			if setting.Retention < time.Minute {
				return nil, fmt.Errorf("ingest: retention of %s is %s, the least is 1m", setting.Name, setting.Retention)
			}
			continue
		}
		if setting.Retention < MinInputRetention {
			return nil, fmt.Errorf("ingest: retention of %s is %s, the least is %s: records must outlive an outage of the leader",
				setting.Name, setting.Retention, MinInputRetention)
		}
	}
	return settings, nil
}

func orDefault(value, fallback time.Duration) time.Duration {
	if value == 0 {
		return fallback
	}
	return value
}

// CreateTopics makes the topics that an outside Kafka does not have yet: one
// partition, as many copies as [replication] says, our retention and
// [MaxMessageBytes]. Topics that exist are left as they are, whatever their
// number of partitions; [CheckTopics] says what is dangerous about them.
//
// It returns the names of the topics it made. An *[AccessError] says that Kafka
// does not take this client.
func CreateTopics(ctx context.Context, client *kafka.Client, settings []TopicSetting) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	metadata, err := topicMetadata(ctx, client, settings)
	if err != nil {
		return nil, err
	}
	exists := make(map[string]bool, len(metadata.Topics))
	for _, topic := range metadata.Topics {
		if !errors.Is(topic.Error, kafka.UnknownTopicOrPartition) {
			exists[topic.Name] = true
		}
	}
	factor, inSync := replication(len(metadata.Brokers))
	request := &kafka.CreateTopicsRequest{}
	for _, setting := range settings {
		if exists[setting.Name] {
			continue
		}
		topic := kafka.TopicConfig{
			Topic: setting.Name, NumPartitions: 1, ReplicationFactor: factor,
			ConfigEntries: []kafka.ConfigEntry{
				{ConfigName: "retention.ms", ConfigValue: strconv.FormatInt(setting.Retention.Milliseconds(), 10)},
				{ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(MaxMessageBytes)},
			},
		}
		if factor > 1 {
			topic.ConfigEntries = append(topic.ConfigEntries, kafka.ConfigEntry{ConfigName: "min.insync.replicas", ConfigValue: strconv.Itoa(inSync)})
		}
		request.Topics = append(request.Topics, topic)
	}
	if len(request.Topics) == 0 {
		return nil, nil
	}
	response, err := client.CreateTopics(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("ingest: creating topics: %w", access(err))
	}
	var made []string
	var failures []error
	for name, err := range response.Errors {
		switch {
		case err == nil:
			made = append(made, name)
		case errors.Is(err, kafka.TopicAlreadyExists):
		default:
			failures = append(failures, fmt.Errorf("ingest: creating topic %s (make it by hand, or give izdeu the right to): %w", name, err))
		}
	}
	sort.Strings(made)
	return made, errors.Join(failures...)
}

// replication follows the number of brokers: up to three copies of a record, of
// which two have to stand before it counts as taken in. Then one broker may be
// lost with its disk and nothing is; of two brokers both are needed.
func replication(brokers int) (factor, inSync int) {
	factor = max(1, min(brokers, 3))
	return factor, min(factor, 2)
}

func topicMetadata(ctx context.Context, client *kafka.Client, settings []TopicSetting) (*kafka.MetadataResponse, error) {
	names := make([]string, len(settings))
	for i, setting := range settings {
		names[i] = setting.Name
	}
	metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		if told := access(err); told != err {
			return nil, told
		}
		if transport, ok := client.Transport.(*kafka.Transport); ok && hangsUp(err) {
			if transport.TLS == nil {
				return nil, fmt.Errorf("Kafka at %s closes the connection without a word: does it want --kafka-tls? %w", client.Addr, err)
			}
			return nil, fmt.Errorf("Kafka at %s closes the connection without a word: if it has no TLS on that port, leave --kafka-tls out: %w", client.Addr, err)
		}
		return nil, fmt.Errorf("ingest: asking Kafka at %s for its topics: %w", client.Addr, err)
	}
	return metadata, nil
}
