package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// TestKilledAgainAndAgain sends applications with a list of its own while the
// program is killed at random points.
func TestKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	const (
		total = 2000
		batch = 40
		kills = 5
	)
	p := startProgram(t, t.TempDir())
	p.send(p.topics().Teams, `{"type":"team.registered","id":"duty","base":{"type":"Point","coordinates":[63.6,53.2]},"capacity":3000,"answers":"automatic"}`)
	listen, kafkaListen := strings.TrimPrefix(p.url, "http://"), p.kafka

	// The producer goes on through every kill, until Kafka has confirmed its list.
	client, disconnect, err := ingest.NewClient([]string{p.kafka})
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect()
	producer := ingest.NewProducer(client, nil)
	defer func() { _ = producer.Close(context.Background()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	confirmed := make(chan int, total/batch)
	sent := make(chan error, 1)
	var ids []string
	for i := range total {
		ids = append(ids, fmt.Sprintf("kill-%d", i))
	}
	go func() {
		defer close(confirmed)
		for i := 0; i < total; i += batch {
			messages := make([]kafka.Message, batch)
			for j := range messages {
				messages[j] = kafka.Message{Value: []byte(applicationJSON(ids[i+j], 63.62, 53.21))}
			}
			if err := producer.Produce(ctx, "izdeu.applications", messages...); err != nil {
				sent <- fmt.Errorf("batch %d: %w", i/batch, err)
				return
			}
			confirmed <- i + batch
		}
		sent <- nil
	}()

	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) // #nosec G404 -- another point each time is wanted
	for round := range kills {
		// Some batches on, and then somewhere inside of the work that follows.
		for range 1 + random.IntN(total/batch/kills-1) {
			if _, more := <-confirmed; !more {
				break
			}
		}
		instant := time.NewTimer(time.Duration(random.Int64N(int64(30 * time.Millisecond))))
		<-instant.C
		p.kill()
		p = startArguments(t, p.data, nil, serveArguments(p.data, listen, kafkaListen)...)
		t.Logf("round %d: killed and back", round+1)
	}
	for range confirmed { // until the producer is through
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	p.wantExactly("kafka", ids)
	p.stop()
	if out, errs, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
	wantGaplessJournal(t, p.data)
}

func wantGaplessJournal(t *testing.T, data string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(data, databaseFile), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	for last < head.Sequence {
		events, err := store.Events(t.Context(), last, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			t.Fatalf("the journal ends at %d, the head says %d", last, head.Sequence)
		}
		for i := range events {
			if events[i].Sequence != last+1 {
				t.Fatalf("event %d follows %d", events[i].Sequence, last)
			}
			last++
		}
	}
	if last == 0 {
		t.Error("the journal is empty")
	}
}

// TestBrokenMessagesAmongGoodOnes mixes a thousand of each.
func TestBrokenMessagesAmongGoodOnes(t *testing.T) {
	t.Parallel()
	const each = 1000
	p := startProgram(t, t.TempDir())
	kinds := ingest.BrokenKinds()
	letters := map[string]int{}  // by reason
	pointers := map[string]int{} // cases by the pointer that they need a review for
	held, cases, refused, counted := 0, each, 0, 0
	byTopic := map[string][]kafka.Message{}
	seen := map[string]bool{} // identities are applied once, so the same bytes again are not a second message
	for i := range each {
		kind := kinds[i%len(kinds)]
		message := kind.Make(p.topics(), i)
		byTopic[message.Topic] = append(byTopic[message.Topic], kafka.Message{Key: message.Key, Value: message.Value, Headers: message.Headers})
		same := message.Topic + string(message.Value)
		repeated := seen[same]
		seen[same] = true
		switch kind.Becomes {
		case ingest.BecomesDeadLetter:
			letters[kind.Reason]++
		case ingest.BecomesHeldCase, ingest.BecomesReviewCase:
			if repeated {
				t.Fatalf("%s makes the same message twice", kind.Name)
			}
			cases++
			pointers[kind.Reason]++
			if kind.Becomes == ingest.BecomesHeldCase {
				held++
			}
		case ingest.BecomesCase:
			cases++
		case ingest.BecomesRefused:
			refused++
		case ingest.BecomesCounted:
			counted++
		default:
			t.Fatalf("%s becomes %q, which this test does not know", kind.Name, kind.Becomes)
		}
	}
	if len(kinds) < 20 {
		t.Errorf("only %d kinds of broken messages", len(kinds))
	}
	var good []string
	for i := range each {
		good = append(good, fmt.Sprintf("good-%d", i))
		applications := byTopic[p.topics().Applications]
		at := (i * 7919) % (len(applications) + 1) // anywhere between the broken ones
		byTopic[p.topics().Applications] = slices.Insert(applications, at, kafka.Message{Value: []byte(applicationJSON(good[i], 63.62, 53.21))})
	}
	for topic, messages := range byTopic {
		p.write(topic, messages)
	}

	var all []caseView
	p.eventually(fmt.Sprintf("%d cases", cases), func() (err error) {
		if all, err = p.cases(""); err != nil {
			return err
		}
		if len(all) != cases {
			return fmt.Errorf("there are %d", len(all))
		}
		return nil
	})
	gotPointers, gotHeld, clean := map[string]int{}, 0, map[string]bool{}
	for _, c := range all {
		holds := false
		for _, review := range c.NeedsReview {
			gotPointers[review.Pointer]++
			holds = holds || review.Holds
		}
		if holds {
			gotHeld++
			if c.Status != "review" {
				t.Errorf("case %s is held and %s, want review", c.Number, c.Status)
			}
		}
		if len(c.NeedsReview) == 0 && len(c.Applications) == 1 {
			clean[c.Applications[0].ID] = true
		}
	}
	for pointer, n := range pointers {
		if gotPointers[pointer] != n {
			t.Errorf("%d cases need a review of %s, want %d", gotPointers[pointer], pointer, n)
		}
	}
	if gotHeld != held {
		t.Errorf("%d cases are held, want %d", gotHeld, held)
	}
	for _, id := range good {
		if !clean[id] {
			t.Fatalf("the good application %s is not there as it was sent", id)
		}
	}
	p.eventually("the dead letters", func() error {
		got := map[string]int{}
		after := int64(0)
		for {
			var answer struct {
				DeadLetters []struct {
					ID     int64  `json:"id"`
					Reason string `json:"reason"`
				} `json:"dead_letters"`
			}
			if err := p.read200(fmt.Sprintf("/api/v1/dead-letters?after=%d", after), &answer); err != nil {
				return err
			}
			if len(answer.DeadLetters) == 0 {
				break
			}
			for _, letter := range answer.DeadLetters {
				got[letter.Reason]++
				after = max(after, letter.ID)
			}
		}
		for reason, n := range letters {
			if got[reason] != n {
				return fmt.Errorf("%d for %s, want %d (%v)", got[reason], reason, n, got)
			}
		}
		return nil
	})
	p.eventually("the counters", func() error {
		for metric, want := range map[string]int{
			`izdeu_commands_total{result="refused"}`: refused,
			"izdeu_positions_wrong_total":            counted,
			"izdeu_state_reloads_total":              0,
		} {
			if got, err := p.metric(metric); err != nil || got != float64(want) {
				return fmt.Errorf("%s is %v (%v), want %d", metric, got, err, want)
			}
		}
		return nil
	})
	published := p.readTopic(p.topics().DeadLetter)
	total := 0
	for _, n := range letters {
		total += n
	}
	p.eventually("the dead letters in Kafka", func() error {
		if n := len(published.all()); n < total {
			return fmt.Errorf("%d of %d", n, total)
		}
		return nil
	})
	select {
	case err := <-p.ended:
		t.Fatalf("the program has ended: %v", err)
	default:
	}
	p.stop()
}

// metric reads one line of /metrics.
func (p *program) metric(name string) (float64, error) {
	status, body := p.get(testAdminKey, "/metrics")
	if status != http.StatusOK {
		return 0, fmt.Errorf("metrics: %d", status)
	}
	for line := range strings.Lines(string(body)) {
		if rest, found := strings.CutPrefix(line, name+" "); found {
			var value float64
			err := json.Unmarshal([]byte(strings.TrimSpace(rest)), &value)
			return value, err
		}
	}
	return 0, errors.New("there is no such metric")
}
