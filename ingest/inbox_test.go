package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

func startInbox(t testing.TB, k *testKafka) *Inbox {
	t.Helper()
	inbox := NewInbox(InboxOptions{Brokers: []string{k.address}, Client: startClient(t, k.address), Topics: k.topics,
		Logger: testLogger(t), Metrics: NewMetrics(prometheus.NewRegistry())})
	t.Cleanup(inbox.Close)
	return inbox
}

func seek(t testing.TB, inbox *Inbox, offsets ...dispatch.SourceOffset) {
	t.Helper()
	if err := inbox.Seek(testContext(t), offsets); err != nil {
		t.Fatal(err)
	}
}

// follower takes Input after Input, as the leader does.
type follower struct {
	t         testing.TB
	inbox     *Inbox
	messages  []dispatch.Message
	positions []dispatch.TeamPosition
	offsets   map[dispatch.Source]dispatch.SourceOffset
}

func follow(t testing.TB, inbox *Inbox) *follower {
	return &follower{t: t, inbox: inbox, offsets: map[dispatch.Source]dispatch.SourceOffset{}}
}

func (f *follower) until(what string, done func() bool) {
	f.t.Helper()
	ctx := testContext(f.t)
	for !done() {
		input, err := f.inbox.Next(ctx, 1000)
		if err != nil {
			f.t.Fatalf("waiting for %s: %v (%d messages, %d positions)", what, err, len(f.messages), len(f.positions))
		}
		if len(input.Messages) > 1000 {
			f.t.Fatalf("%d messages at once", len(input.Messages))
		}
		f.messages = append(f.messages, input.Messages...)
		f.positions = append(f.positions, input.Positions...)
		for _, offset := range input.Offsets {
			f.offsets[dispatch.Source{Topic: offset.Topic, Partition: offset.Partition}] = offset
		}
		f.inbox.Committed(input.Offsets)
	}
}

func (f *follower) untilMessages(n int) {
	f.t.Helper()
	f.until(fmt.Sprintf("%d messages", n), func() bool { return len(f.messages) >= n })
}

func (f *follower) stored() []dispatch.SourceOffset {
	var offsets []dispatch.SourceOffset
	for _, offset := range f.offsets {
		offsets = append(offsets, offset)
	}
	return offsets
}

// nothing checks that there is nothing more to read.
func (f *follower) nothing() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(testContext(f.t), 700*time.Millisecond)
	defer cancel()
	input, err := f.inbox.Next(ctx, 1000)
	if !errors.Is(err, context.DeadlineExceeded) {
		f.t.Fatalf("there is more to read: %d messages, offsets %v, %v", len(input.Messages), input.Offsets, err)
	}
}

func counted64(t testing.TB, metric prometheus.Metric) float64 {
	t.Helper()
	var written dto.Metric
	if err := metric.Write(&written); err != nil {
		t.Fatal(err)
	}
	return written.GetCounter().GetValue()
}

func ids(messages []dispatch.Message) []string {
	var list []string
	for i := range messages {
		switch m := &messages[i]; {
		case m.Filing != nil:
			list = append(list, m.Filing.ID)
		case m.Command != nil:
			list = append(list, m.Command.ID)
		case m.Availability != nil:
			list = append(list, m.Availability.ID)
		case m.DeadLetter != nil:
			list = append(list, m.DeadLetter.Reason)
		}
	}
	return list
}

func filed(from, to int) []kafka.Message {
	var messages []kafka.Message
	for n := from; n < to; n++ {
		messages = append(messages, kafka.Message{Value: fmt.Appendf(nil, `{"id":"a%d","kind":"emergency"}`, n)})
	}
	return messages
}

// Teams come before commands before applications, and reading goes on where it stopped.
func TestInboxOrder(t *testing.T) { onEachKafka(t, inboxOrder) }

func inboxOrder(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	produce(t, producer, k.topics.Applications, filed(0, 3)...)
	produce(t, producer, k.topics.Commands, kafka.Message{Value: []byte(`{"command_id":"c0","type":"case.reopen","case_id":"x"}`)})
	produce(t, producer, k.topics.Teams, kafka.Message{Value: []byte(`{"type":"team.availability","id":"t0","available":true}`)})
	produce(t, producer, k.topics.Positions, kafka.Message{Value: []byte(`{"team_id":"t0","position":{"type":"Point","coordinates":[63,53]}}`)}, kafka.Message{Value: []byte("no position")})

	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	// What is no position is passed over: its offset alone is read.
	f.until("everything", func() bool {
		return len(f.messages) == 5 && len(f.positions) == 1 && len(f.offsets) == 4 &&
			f.offsets[dispatch.Source{Topic: k.topics.Positions}].Next == 2
	})
	if want := []string{"t0", "c0", "a0", "a1", "a2"}; !slices.Equal(ids(f.messages), want) {
		t.Fatalf("%v instead of %v", ids(f.messages), want)
	}
	if m := f.messages[2]; string(m.Value) != `{"id":"a0","kind":"emergency"}` || m.Source != (dispatch.Source{Topic: k.topics.Applications}) || m.At.IsZero() {
		t.Errorf("%+v", m)
	}
	f.nothing()
	if wrong := counted64(t, inbox.options.Metrics.wrongPositions); wrong != 1 {
		t.Errorf("%v wrong positions", wrong)
	}
	ends, err := inbox.Ends(testContext(t))
	if err != nil || len(ends) != 3 {
		t.Fatalf("%v %v", ends, err)
	}
	for _, end := range ends {
		if at := f.offsets[dispatch.Source{Topic: end.Topic, Partition: end.Partition}].Next; at != end.Next {
			t.Errorf("%s is read up to %d of %d", end.Topic, at, end.Next)
		}
	}

	// Another inbox goes on from there, and a live one reads what comes.
	inbox = startInbox(t, k)
	seek(t, inbox, f.stored()...)
	f.inbox = inbox
	f.nothing()
	produce(t, producer, k.topics.Applications, filed(3, 4)...)
	f.untilMessages(6)
	if got := ids(f.messages)[5]; got != "a3" {
		t.Error(got)
	}
	if n := counted64(t, inbox.options.Metrics.rewinds.WithLabelValues(k.topics.Applications)); n != 0 {
		t.Error("a sound log was rewound")
	}
	// The same inbox may be sought again, from the beginning.
	seek(t, inbox)
	f = follow(t, inbox)
	f.until("everything again", func() bool { return len(f.messages) == 6 && len(f.positions) == 1 })
}

// After a start, all commands that wait come before the first application.
func TestInboxCatchesUp(t *testing.T) { onEachKafka(t, inboxCatchesUp) }

func inboxCatchesUp(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	produce(t, producer, k.topics.Applications, filed(0, 3000)...)
	var bulk []kafka.Message
	for n := range 3000 {
		bulk = append(bulk, kafka.Message{Value: fmt.Appendf(nil, `{"command_id":"c%d","type":"case.reopen","case_id":"x"}`, n)})
	}
	produce(t, producer, k.topics.Commands, bulk...)
	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.untilMessages(6000)
	for i, id := range ids(f.messages) {
		want := fmt.Sprintf("c%d", i)
		if i >= 3000 {
			want = fmt.Sprintf("a%d", i-3000)
		}
		if id != want {
			t.Fatalf("message %d is %s instead of %s", i, id, want)
		}
	}
}

func TestInboxRewinds(t *testing.T) { onEachKafka(t, inboxRewinds) }

func inboxRewinds(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	produce(t, producer, k.topics.Applications, filed(0, 5)...)
	inbox := startInbox(t, k)
	rewinds := func() float64 {
		return counted64(t, inbox.options.Metrics.rewinds.WithLabelValues(k.topics.Applications))
	}

	// Another record stands where the last one was read.
	seek(t, inbox, dispatch.SourceOffset{Topic: k.topics.Applications, Next: 3, LastHash: [16]byte{1}})
	f := follow(t, inbox)
	f.untilMessages(5)
	if rewinds() != 1 {
		t.Errorf("%v rewinds", rewinds())
	}
	sound := f.stored()

	// The log ends before.
	seek(t, inbox, dispatch.SourceOffset{Topic: k.topics.Applications, Next: 50, LastHash: [16]byte{1}})
	f = follow(t, inbox)
	f.untilMessages(5)
	if rewinds() != 2 {
		t.Errorf("%v rewinds", rewinds())
	}

	// What was read last has been removed since, but nothing unread: all is well.
	k.deleteRecords(t, k.topics.Applications, 5)
	seek(t, inbox, sound...)
	f = follow(t, inbox)
	f.nothing()
	lost := func() float64 {
		return counted64(t, inbox.options.Metrics.removedUnread.WithLabelValues(k.topics.Applications))
	}
	if rewinds() != 2 || lost() != 0 {
		t.Errorf("%v rewinds, %v lost", rewinds(), lost())
	}

	// Records were removed before they were read: that is said, and reading goes on.
	produce(t, producer, k.topics.Applications, filed(5, 6)...)
	seek(t, inbox, dispatch.SourceOffset{Topic: k.topics.Applications, Next: 2, LastHash: sound[0].LastHash})
	f = follow(t, inbox)
	f.untilMessages(1)
	if ids(f.messages)[0] != "a5" || lost() != 3 {
		t.Errorf("%v, %v lost", ids(f.messages), lost())
	}
}

// A broker that goes away and comes back, with the inbox waiting.
func TestInboxWaitsForTheBroker(t *testing.T) { onEachKafka(t, inboxWaitsForTheBroker) }

func inboxWaitsForTheBroker(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	produce(t, producer, k.topics.Applications, filed(0, 3)...)
	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.untilMessages(3)
	k.stop(t)
	f.nothing()
	if _, err := inbox.Ends(testContext(t)); err == nil {
		t.Error("the ends of a broker that is away are known")
	}
	k.start(t)
	produce(t, producer, k.topics.Applications, filed(3, 6)...)
	f.untilMessages(6)
	if want := []string{"a0", "a1", "a2", "a3", "a4", "a5"}; !slices.Equal(ids(f.messages), want) {
		t.Fatalf("%v", ids(f.messages))
	}

	// An inbox that starts while the broker is away.
	k.stop(t)
	inbox = startInbox(t, k)
	seek(t, inbox, f.stored()...)
	f.inbox = inbox
	f.nothing()
	k.start(t)
	produce(t, producer, k.topics.Applications, filed(6, 7)...)
	f.untilMessages(7)
}

// A log that was begun anew while the inbox was reading is read whole.
func TestInboxNewLog(t *testing.T) { onEachKafka(t, inboxNewLog) }

func inboxNewLog(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	produce(t, producer, k.topics.Applications, filed(0, 5)...)
	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.untilMessages(5)
	k.beginAnew(t)
	produce(t, producer, k.topics.Applications, filed(10, 12)...)
	f.untilMessages(7)
	if got := ids(f.messages)[5:]; !slices.Equal(got, []string{"a10", "a11"}) {
		t.Error(got)
	}
}

func TestInboxDeadLetters(t *testing.T) { onEachKafka(t, inboxDeadLetters) }

func inboxDeadLetters(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	big := append(filed(0, 1)[0].Value, strings.Repeat(" ", 3<<20)...)
	produce(t, producer, k.topics.Applications, kafka.Message{Value: big}, kafka.Message{Key: []byte("k")},
		kafka.Message{Value: []byte(`{"id":"again","kind":"emergency"}`), Headers: []kafka.Header{{Key: ReplayHeader, Value: []byte("17")}}})
	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.untilMessages(3)
	if got := ids(f.messages); !slices.Equal(got, []string{DeadTooLarge, DeadEmpty, "again"}) {
		t.Fatal(got)
	}
	if letter := f.messages[0].DeadLetter; len(letter.Value) != len(big) || letter.Source.Offset != 0 {
		t.Errorf("%d bytes are kept", len(letter.Value))
	}
	if f.messages[2].Replays != 17 {
		t.Errorf("replays %d", f.messages[2].Replays)
	}
}

// A log that fills faster than the leader reads is not taken into memory.
func TestInboxIsBounded(t *testing.T) { onEachKafka(t, inboxIsBounded) }

func inboxIsBounded(t *testing.T, k *testKafka) {
	producer := startProducer(t, startClient(t, k.address), nil)
	record := kafka.Message{Value: fmt.Appendf(nil, `{"id":"x","kind":"emergency","note":%q}`, strings.Repeat("x", 900<<10))}
	for range 60 {
		produce(t, producer, k.topics.Applications, record)
	}
	inbox := startInbox(t, k)
	seek(t, inbox)
	lane := inbox.lanes[applications]
	deadline := time.Now().Add(30 * time.Second)
	for lane.weight.TryAcquire(2 << 20) { // full, but for less than two records
		lane.weight.Release(2 << 20)
		if time.Now().After(deadline) {
			t.Fatal("the lane does not fill")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if waiting := len(lane.items); waiting > 1+laneBytes/(900<<10) { // one says where reading began
		t.Errorf("%d records wait", waiting)
	}
	f := follow(t, inbox)
	f.untilMessages(60)
}

// The group shows how far the leader is, without members.
func TestGroupOffsets(t *testing.T) { onEachKafka(t, groupOffsets) }

func groupOffsets(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	produce(t, producer, k.topics.Applications, filed(0, 4)...)
	committed := func() (offset int64, err error) {
		response, err := client.OffsetFetch(testContext(t), &kafka.OffsetFetchRequest{GroupID: DefaultGroup, Topics: map[string][]int{k.topics.Applications: {0}}})
		if err == nil {
			err = response.Error
		}
		if err == nil {
			offset, err = response.Topics[k.topics.Applications][0].CommittedOffset, response.Topics[k.topics.Applications][0].Error
		}
		return offset, err
	}
	if k.apache != nil { // the first question about a group makes it look for the group's coordinator
		waitFor(t, "the group's coordinator", func() bool { _, err := committed(); return err == nil })
	}
	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.untilMessages(4)
	inbox.Close() // commits the last ones
	if offset, err := committed(); err != nil || offset != 4 {
		t.Errorf("%d %v", offset, err)
	}
}

func BenchmarkInbox(b *testing.B) {
	k := embeddedKafka(b)
	producer := startProducer(b, startClient(b, k.address), nil)
	bulk := make([]kafka.Message, 1000)
	for i := range bulk {
		bulk[i].Value = []byte(contractApplication)
	}
	for range 50 {
		produce(b, producer, k.topics.Applications, bulk...)
	}
	inbox := startInbox(b, k)
	f := follow(b, inbox)
	count := 0
	for b.Loop() {
		seek(b, inbox)
		f.messages = nil
		f.untilMessages(50 * len(bulk))
		count += len(f.messages)
	}
	b.ReportMetric(float64(count)/b.Elapsed().Seconds(), "records/s")
}

// From one record sent to the leader having it, one after the other.
func BenchmarkProduceToNext(b *testing.B) {
	k := embeddedKafka(b)
	producer := startProducer(b, startClient(b, k.address), nil)
	inbox := startInbox(b, k)
	produce(b, producer, k.topics.Applications, kafka.Message{Value: []byte(contractApplication)})
	seek(b, inbox)
	f := follow(b, inbox)
	f.untilMessages(1)
	for b.Loop() {
		produce(b, producer, k.topics.Applications, kafka.Message{Value: []byte(contractApplication)})
		f.messages = f.messages[:0]
		f.untilMessages(1)
	}
}
