package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// memoryJournal is a journal, its cursors and dead letters in memory. The
// stores' own are tested with the publisher where the program is put together.
type memoryJournal struct {
	mutex   sync.Mutex
	events  []dispatch.Event
	letters []dispatch.DeadLetter
	cursors map[dispatch.Cursor]int64
	changed chan struct{}
}

func newMemoryJournal() *memoryJournal {
	return &memoryJournal{cursors: map[dispatch.Cursor]int64{}, changed: make(chan struct{})}
}

func (j *memoryJournal) add(n int, letters ...dispatch.DeadLetter) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for range n {
		sequence := int64(len(j.events) + 1)
		j.events = append(j.events, dispatch.Event{Sequence: sequence, At: time.UnixMilli(1795255320000 + sequence), Type: dispatch.EventCaseOpened,
			EventFields: dispatch.EventFields{CaseID: fmt.Sprintf("cepoch-%d", sequence), Number: "39-2026-000001"}})
	}
	for _, letter := range letters {
		letter.ID = int64(len(j.letters) + 1)
		j.letters = append(j.letters, letter)
	}
	close(j.changed)
	j.changed = make(chan struct{})
}

func (j *memoryJournal) Head() (dispatch.Position, <-chan struct{}) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return dispatch.Position{Epoch: "epoch", Sequence: int64(len(j.events))}, j.changed
}

func (j *memoryJournal) Events(_ context.Context, after int64, limit int) ([]dispatch.Event, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	events := j.events[after:]
	return slices.Clone(events[:min(limit, len(events))]), nil
}

func (j *memoryJournal) DeadLetters() int {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return len(j.letters)
}

func (j *memoryJournal) Cursor(_ context.Context, name dispatch.Cursor) (int64, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.cursors[name], nil
}

func (j *memoryJournal) SetCursor(_ context.Context, name dispatch.Cursor, value int64) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.cursors[name] = value
	return nil
}

// letterStore lists dead letters without their contents, as the stores do.
type letterStore struct{ *memoryJournal }

func (s letterStore) DeadLetters(_ context.Context, after int64, limit int, _ bool) ([]dispatch.DeadLetter, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var letters []dispatch.DeadLetter
	for _, letter := range s.letters[after:] {
		letter.Key, letter.Value = nil, nil
		letters = append(letters, letter)
	}
	return letters[:min(limit, len(letters))], nil
}

func (s letterStore) DeadLetter(_ context.Context, id int64) (*dispatch.DeadLetter, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	letter := s.letters[id-1]
	return &letter, nil
}

func startPublisher(t *testing.T, topics Topics, journal *memoryJournal, producer *Producer) (*Publisher, func()) {
	registry := prometheus.NewRegistry()
	p := NewPublisher(PublisherOptions{Journal: journal, Store: letterStore{journal}, Producer: producer, Topics: topics,
		Installation: "test", Logger: testLogger(t), Metrics: NewMetrics(registry), Registry: registry})
	ctx, cancel := context.WithCancel(testContext(t))
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	stop := func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return p, stop
}

func waitFor(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("waited too long for " + what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestPublishEvents(t *testing.T) { onEachKafka(t, publishEvents) }

func publishEvents(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	producer := startProducer(t, client, nil)
	journal := newMemoryJournal()
	journal.add(2500)
	p, stop := startPublisher(t, k.topics, journal, producer)
	waitFor(t, "the first events", func() bool { return p.Lag() == 0 })
	journal.add(1)
	waitFor(t, "one more", func() bool { return p.Lag() == 0 })

	// Events that come while Kafka is away are published when it is back.
	k.stop(t)
	journal.add(10)
	if p.Lag() == 0 {
		t.Fatal("published into nowhere")
	}
	k.start(t)
	waitFor(t, "what came meanwhile", func() bool { return p.Lag() == 0 })
	stop()
	if cursor := journal.cursors[dispatch.CursorPublished]; cursor != 2511 {
		t.Errorf("the store knows %d", cursor)
	}
	// A new leader goes on where the old one was.
	journal.add(1)
	p, _ = startPublisher(t, k.topics, journal, producer)
	waitFor(t, "the new leader", func() bool { return p.Lag() == 0 })

	next := 1
	for _, m := range readAll(t, client, k.topics.Events) {
		headers := map[string]string{}
		for _, header := range m.Headers {
			headers[header.Key] = string(header.Value)
		}
		if headers["ce_id"] != fmt.Sprintf("epoch.%d", next) {
			t.Fatalf("%s instead of epoch.%d", headers["ce_id"], next)
		}
		if next == 1 {
			want := map[string]string{"ce_specversion": "1.0", "ce_id": "epoch.1", "ce_source": "/izdeu/test", "ce_type": "kz.izdeu.case.opened.v1",
				"ce_subject": "cepoch-1", "ce_time": "2026-11-21T10:02:00.001Z", "content-type": "application/json"}
			if fmt.Sprint(headers) != fmt.Sprint(want) || string(m.Key) != "cepoch-1" {
				t.Errorf("%v instead of %v", headers, want)
			}
			var data map[string]any
			if err := json.Unmarshal(m.Value, &data); err != nil || data["number"] != "39-2026-000001" {
				t.Errorf("%s %v", m.Value, err)
			}
		}
		next++
	}
	if next != 2513 {
		t.Errorf("%d events", next-1)
	}
}

func TestPublishDeadLetters(t *testing.T) { onEachKafka(t, publishDeadLetters) }

func publishDeadLetters(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	journal := newMemoryJournal()
	big := bytes.Repeat([]byte("x"), 3<<20)
	source := dispatch.Source{Topic: k.topics.Applications, Partition: 0, Offset: 12}
	journal.add(0, dispatch.DeadLetter{Source: source, Reason: DeadTooLarge, Detail: "the value is larger than 1 MiB", Key: []byte("k"), Value: big})
	_, _ = startPublisher(t, k.topics, journal, startProducer(t, client, nil))
	arrived := func(n int64) func() bool {
		return func() bool { _, end := logEnds(t, client, k.topics.DeadLetter); return end == n }
	}
	waitFor(t, "the first", arrived(1))
	journal.add(0, dispatch.DeadLetter{Source: source, Reason: DeadEmpty, Detail: "the record has no value"})
	waitFor(t, "the second", arrived(2))
	all := readAll(t, client, k.topics.DeadLetter)
	hash := sha256.Sum256(big)
	want := []kafka.Header{{Key: "reason", Value: []byte(DeadTooLarge)}, {Key: "detail", Value: []byte("the value is larger than 1 MiB")},
		{Key: "topic", Value: []byte(k.topics.Applications)}, {Key: "partition", Value: []byte("0")}, {Key: "offset", Value: []byte("12")},
		{Key: "sha256", Value: []byte(hex.EncodeToString(hash[:]))}}
	if fmt.Sprint(all[0].Headers) != fmt.Sprint(want) || len(all[0].Value) != 64<<10 || string(all[0].Key) != "k" {
		t.Errorf("%v, %d bytes", all[0].Headers, len(all[0].Value))
	}
}

func TestIntake(t *testing.T) { onEachKafka(t, intake) }

func intake(t *testing.T, k *testKafka) {
	client := startClient(t, k.address)
	intake := NewIntake(client, startProducer(t, client, nil), k.topics)
	ctx := testContext(t)
	if err := intake.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	id, application, err := intake.FileApplication(ctx, "form", []byte(contractApplication))
	if err != nil || id != "102-2026-0417" || application != dispatch.ApplicationIdentity("form", id) {
		t.Fatal(id, application, err)
	}
	_, command, err := intake.SendCommand(ctx, dispatch.Actor{Type: "team", ID: "t1"}, "c1",
		[]byte(`{"command_id":"k","type":"assignment.accept","case_id":"forged","application":{"id":"x"},"actor":{"id":"forged"},"team_id":"t1"}`))
	if err != nil {
		t.Fatal(err)
	}
	var refusal *dispatch.Refusal
	if _, _, err := intake.SendCommand(ctx, dispatch.Actor{}, "c1", []byte(`{"command_id":"m","type":"case.unknown"}`)); !errors.As(err, &refusal) || refusal.Code != dispatch.RefusedNotSupported {
		t.Errorf("an unknown command: %v", err)
	}
	team, err := intake.RegisterTeam(ctx, "t1", []byte(`{"id":"forged","base":{"type":"Point","coordinates":[63,53]}}`))
	if err != nil {
		t.Fatal(err)
	}
	available, err := intake.SetAvailability(ctx, "t1", []byte(`{"available":false,"at":"2026-11-21T10:02:00.5+05:00"}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := intake.ReportPosition(ctx, "t1", []byte(`{"position":{"type":"Point","coordinates":[63,53]}}`)); err != nil {
		t.Fatal(err)
	}
	letter := dispatch.DeadLetter{ID: 9, Source: dispatch.Source{Topic: k.topics.Applications}, Value: []byte(`{"id":"again","kind":"emergency"}`)}
	if err := intake.Replay(ctx, letter); err != nil {
		t.Fatal(err)
	}
	if err := intake.SetAside(ctx, 10); err != nil {
		t.Fatal(err)
	}
	_, byHand, err := intake.FileLetter(ctx, 11, "board", []byte(strings.Replace(contractApplication, "102-2026-0417", "by-hand", 1)))
	if err != nil {
		t.Fatal(err)
	}
	letter.Source.Topic = "another"
	if err := intake.Replay(ctx, letter); err == nil {
		t.Error("replayed into another's topic")
	}

	inbox := startInbox(t, k)
	seek(t, inbox)
	f := follow(t, inbox)
	f.until("everything", func() bool { return len(f.messages) == 7 && len(f.positions) == 1 })
	byIdentity := map[dispatch.Identity]dispatch.Message{}
	for _, m := range f.messages {
		byIdentity[m.Identity] = m
	}
	if m := byIdentity[application]; m.Filing == nil || m.Filing.System != "form" || m.Filing.Reference != "KUI 24391" || len(m.Filing.NeedsReview) != 0 {
		t.Errorf("%+v", m.Filing)
	}
	if c := byIdentity[command].Command; c == nil || c.Actor.ID != "t1" || c.CaseID != "c1" || c.Application != nil || c.Invalid != nil || c.At.IsZero() {
		t.Errorf("%+v", c)
	}
	if r := byIdentity[team].Registration; r == nil || r.ID != "t1" {
		t.Errorf("%+v", r)
	}
	if a := byIdentity[available].Availability; a == nil || a.Available {
		t.Errorf("%+v", a)
	}
	if m := byIdentity[dispatch.ApplicationIdentity("kafka", "again")]; m.Replays != 9 {
		t.Errorf("%+v", m)
	}

	if m := byIdentity[byHand]; m.Replays != 11 || m.Filing == nil || m.Filing.System != "board" {
		t.Errorf("filed by hand: %+v", m)
	}
	if m := byIdentity[dispatch.Identity{}]; m.Replays != 10 || m.DeadLetter != nil || m.Command != nil {
		t.Errorf("set aside: %+v", m)
	}

	// What is wrong is told and not sent.
	_, before := logEnds(t, client, k.topics.Applications)
	for _, body := range []string{``, `[]`, `{"id":"x"}`, strings.Replace(contractApplication, `"source":{`, `"source":7,"x":{`, 1)} {
		if _, _, err := intake.FileApplication(ctx, "form", []byte(body)); err == nil {
			t.Errorf("%s was taken in", body)
		}
	}
	if _, after := logEnds(t, client, k.topics.Applications); after != before {
		t.Error("something wrong was sent")
	}
}
