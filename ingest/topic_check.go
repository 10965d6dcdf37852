package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// leastMessageBytes lets a record of [MaxRecordBytes] with its headers in.
const leastMessageBytes = MaxRecordBytes + 64<<10

// TopicWarning is a setting of a topic that can lose messages, or hide them.
type TopicWarning struct {
	Topic   string
	Setting string // as Kafka calls it
	Value   string
	Danger  string // what may happen
	Wanted  string // what to set instead
}

func (w TopicWarning) String() string {
	return fmt.Sprintf("topic %s: %s is %s: %s; set it to %s", w.Topic, w.Setting, w.Value, w.Danger, w.Wanted)
}

// CheckTopics looks at the topics as they are and names what is dangerous
// about them: it changes nothing, because an existing topic is somebody's
// decision. Topics that are missing are left out.
func CheckTopics(ctx context.Context, client *kafka.Client, topics Topics) ([]TopicWarning, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	settings, err := topics.Settings(Retention{})
	if err != nil {
		return nil, err
	}
	metadata, err := topicMetadata(ctx, client, settings)
	if err != nil {
		return nil, err
	}
	found := map[string]*topicFacts{}
	request := &kafka.DescribeConfigsRequest{}
	for _, topic := range metadata.Topics {
		if topic.Error != nil || len(topic.Partitions) == 0 {
			continue
		}
		found[topic.Name] = &topicFacts{name: topic.Name, brokers: len(metadata.Brokers), partitions: len(topic.Partitions),
			copies: len(topic.Partitions[0].Replicas), values: map[string]string{}}
		request.Resources = append(request.Resources, kafka.DescribeConfigRequestResource{ResourceType: kafka.ResourceTypeTopic,
			ResourceName: topic.Name, ConfigNames: checkedSettings})
	}
	if len(request.Resources) == 0 {
		return nil, nil
	}
	response, err := client.DescribeConfigs(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("ingest: asking Kafka for the settings of its topics: %w", access(err))
	}
	var warnings []TopicWarning
	for _, resource := range response.Resources {
		facts := found[resource.ResourceName]
		if resource.Error != nil || facts == nil {
			return nil, fmt.Errorf("ingest: the settings of topic %s: %w", resource.ResourceName, access(resource.Error))
		}
		for _, entry := range resource.ConfigEntries {
			facts.values[entry.ConfigName] = entry.ConfigValue
		}
		warnings = append(warnings, facts.check(topics)...)
	}
	slices.SortFunc(warnings, func(a, b TopicWarning) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Setting, b.Setting))
	})
	return warnings, nil
}

var checkedSettings = []string{"retention.ms", "retention.bytes", "cleanup.policy", "min.insync.replicas", "max.message.bytes", "unclean.leader.election.enable"}

// topicFacts is what matters about one topic.
type topicFacts struct {
	name                        string
	brokers, partitions, copies int
	values                      map[string]string
}

// number reads a setting; one that a broker does not tell is taken as fine.
func (f *topicFacts) number(setting string, fine int64) int64 {
	if n, err := strconv.ParseInt(f.values[setting], 10, 64); err == nil {
		return n
	}
	return fine
}

func (f *topicFacts) check(topics Topics) []TopicWarning {
	var warnings []TopicWarning
	warn := func(setting, value, danger, wanted string) {
		warnings = append(warnings, TopicWarning{f.name, setting, value, danger, wanted})
	}
	told := func(setting, danger, wanted string) { warn(setting, f.values[setting], danger, wanted) }
	if f.name == topics.Positions {
		return nil // only the newest counts, and the next comes soon
	}
	input := slices.Contains(topics.Inputs(), f.name)
	floor := MinInputRetention.Milliseconds()
	if keeps := f.number("retention.ms", -1); input && keeps >= 0 && keeps < floor {
		told("retention.ms", fmt.Sprintf("what waits for longer than %s is lost before it is read", time.Duration(keeps)*time.Millisecond),
			fmt.Sprintf("%d or more (%s)", floor, MinInputRetention))
	}
	if input && f.number("retention.bytes", -1) >= 0 {
		told("retention.bytes", "a flood of messages removes those that were not read yet", "-1")
	}
	if strings.Contains(f.values["cleanup.policy"], "compact") {
		told("cleanup.policy", "of the messages with one key all but the newest are removed", "delete")
	}
	inSync := f.number("min.insync.replicas", 1)
	switch {
	case f.copies > 1 && inSync < 2:
		told("min.insync.replicas", fmt.Sprintf("a message counts as taken in when one of %d brokers has it, and is lost with that one", f.copies), "2")
	case inSync > int64(f.copies):
		told("min.insync.replicas", fmt.Sprintf("there are %d copies of the topic, so no message is ever taken in", f.copies), strconv.Itoa(min(f.copies, 2)))
	case f.copies < min(f.brokers, 2):
		warn("the replication factor", strconv.Itoa(f.copies), fmt.Sprintf("one of %d brokers holds the only copy, and its disk may fail", f.brokers),
			strconv.Itoa(min(f.brokers, 3)))
	}
	if f.copies > 1 && f.values["unclean.leader.election.enable"] == "true" {
		told("unclean.leader.election.enable", "a broker that missed messages may take over, and they are gone", "false")
	}
	if input && f.number("max.message.bytes", MaxMessageBytes) < leastMessageBytes {
		told("max.message.bytes", "messages of up to 1 MiB are refused at their sender, where nobody may look", strconv.Itoa(MaxMessageBytes))
	}
	if f.name == topics.Events && f.partitions > 1 {
		warn("the number of partitions", strconv.Itoa(f.partitions), "the journal is in order within one partition only: all events go to the first", "1 (make the topic anew)")
	}
	return warnings
}
