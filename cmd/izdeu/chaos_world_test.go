//go:build chaos

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/ingest"
)

// chaosSystem files over Kafka; what HTTP takes in is of the key's system.
const chaosSystem = "chaos"

// chaosTeams and how many cases each can take at once.
var chaosTeams = map[string]int{"first": 1, "second": 1, "third": 2, "manual": 1}

// chaosWorld is who files and commands, and what they were told.
type chaosWorld struct {
	t      *testing.T
	parts  *chaosParts
	topics ingest.Topics
	listen string
	random *rand.Rand

	jobs    *jobQueue
	stop    context.CancelFunc
	senders sync.WaitGroup

	mutex     sync.Mutex        // of what was acknowledged
	filed     map[string]string // applications, and their system
	broken    map[string]bool   // by what stands in them
	commanded map[string]bool   // ids of commands
	notes     map[string]string // ids of commands, and the application that they are about

	wrap          []string // runs the program
	onlyKafka     bool     // nobody files by HTTP
	kafkaIsBroken bool     // its topic of events is not the journal any more

	ids     int
	open    []string        // applications that may be commanded
	settled map[string]bool // was seen in the database
	found   tally
	faults  []string
}

// job is something to send until it is acknowledged.
type job struct {
	topic    string // empty: file by HTTP
	messages []kafka.Message
	body     string
	done     func()
}

func newChaosWorld(t *testing.T, parts *chaosParts) *chaosWorld {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &chaosWorld{t: t, parts: parts, topics: ingest.NewTopics(parts.prefix), listen: freeAddress(t),
		random: rand.New(rand.NewPCG(seed, 1)), // #nosec G404 -- another run each time is wanted
		filed:  map[string]string{}, broken: map[string]bool{}, commanded: map[string]bool{}, notes: map[string]string{}, settled: map[string]bool{},
		jobs: &jobQueue{news: make(chan struct{}, 1)}}
	client, disconnect, err := ingest.NewClient([]string{parts.kafka})
	if err != nil {
		t.Fatal(err)
	}
	producer := ingest.NewProducer(client, nil)
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.senders.Go(func() { w.send(ctx, producer) })
	t.Cleanup(func() {
		w.close()
		_ = producer.Close(context.Background())
		disconnect()
	})
	for id, capacity := range chaosTeams {
		answers := "automatic"
		if id == "manual" {
			answers = "manual"
		}
		w.push(job{topic: w.topics.Teams, messages: []kafka.Message{{Value: fmt.Appendf(nil,
			`{"type":"team.registered","id":%q,"base":{"type":"Point","coordinates":[%v,53.2]},"capacity":%d,"answers":%q,"at":"2026-11-21T09:00:00Z"}`,
			id, 63+float64(len(id))/10, capacity, answers)}}})
	}
	return w
}

func (w *chaosWorld) close() {
	w.stop()
	w.senders.Wait()
}

// jobQueue holds what waits to be sent, in order.
type jobQueue struct {
	mutex sync.Mutex
	list  []job
	news  chan struct{}
}

func (q *jobQueue) push(one job) {
	q.mutex.Lock()
	q.list = append(q.list, one)
	q.mutex.Unlock()
	select {
	case q.news <- struct{}{}:
	default:
	}
}

func (q *jobQueue) first() (job, bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if len(q.list) == 0 {
		return job{}, false
	}
	return q.list[0], true
}

func (q *jobQueue) drop() {
	q.mutex.Lock()
	q.list = q.list[1:]
	q.mutex.Unlock()
}

func (q *jobQueue) length() int {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return len(q.list)
}

func (w *chaosWorld) push(one job) { w.jobs.push(one) }

// send goes on with each job until it is acknowledged, through every kill.
func (w *chaosWorld) send(ctx context.Context, producer *ingest.Producer) {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		one, any := w.jobs.first()
		if !any {
			select {
			case <-ctx.Done():
			case <-w.jobs.news:
			}
			continue
		}
		var acknowledged bool
		if one.topic == "" {
			acknowledged = w.post(ctx, client, one.body)
		} else {
			trying, cancel := context.WithTimeout(ctx, time.Second)
			acknowledged = producer.Produce(trying, one.topic, one.messages...) == nil
			cancel()
		}
		if !acknowledged {
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
			continue
		}
		if one.done != nil {
			w.mutex.Lock()
			one.done()
			w.mutex.Unlock()
		}
		w.jobs.drop()
	}
}

// post files by HTTP.
func (w *chaosWorld) post(ctx context.Context, client *http.Client, body string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.listen+"/api/v1/applications", strings.NewReader(body))
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+testAdminKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && response.StatusCode == http.StatusAccepted
}

func (w *chaosWorld) id(prefix string) string {
	w.ids++
	return fmt.Sprintf("%s-%d", prefix, w.ids)
}

// work gives the senders something for a cycle: applications, some of them
// twice, broken ones, and commands for those that were acknowledged before.
func (w *chaosWorld) work() {
	if w.jobs.length() > 40 { // the program has been away for long
		return
	}
	application := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"kind":"emergency","incident":"flood","filed_at":"2026-11-21T10:02:00Z","location":{"type":"Point","coordinates":[%.4f,%.4f]},"people_at_risk":{"total":2}%s}`,
			id, 61+5*w.random.Float64(), 51+3*w.random.Float64(), map[bool]string{true: `,"source":{"system":"` + chaosSystem + `"}`}[strings.HasPrefix(id, "k")])
	}
	for range 1 + w.random.IntN(3) {
		var messages []kafka.Message
		var ids []string
		for range 1 + w.random.IntN(4) {
			id := w.id("k")
			message := kafka.Message{Value: []byte(application(id))}
			messages, ids = append(messages, message), append(ids, id)
			if w.random.IntN(4) == 0 {
				messages = append(messages, message)
			}
		}
		var garbage string
		if w.random.IntN(3) == 0 {
			garbage = w.id("broken")
			messages = append(messages, kafka.Message{Value: []byte("no JSON: " + garbage)})
		}
		w.random.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		w.push(job{topic: w.topics.Applications, messages: messages, done: func() {
			for _, id := range ids {
				w.filed[id] = chaosSystem
			}
			if garbage != "" {
				w.broken[garbage] = true
			}
		}})
	}
	if w.random.IntN(3) == 0 && !w.onlyKafka {
		id := w.id("h")
		w.push(job{body: application(id), done: func() { w.filed[id] = "board" }})
	}
	w.command()
}

// command works on applications of before: a note each, and most of them end.
func (w *chaosWorld) command() {
	w.mutex.Lock()
	for id := range w.filed {
		if !w.settled["commanded "+id] {
			w.settled["commanded "+id] = true
			w.open = append(w.open, id)
		}
	}
	w.mutex.Unlock()
	var messages []kafka.Message
	var ids []string
	notes := map[string]string{}
	add := func(prefix, application, text string) string {
		id := w.id(prefix)
		message := kafka.Message{Value: fmt.Appendf(nil, `{"command_id":%q,"application":{"system":%q,"id":%q},"at":"2026-11-21T10:05:00Z","actor":{"type":"coordinator","id":"suite","roles":["admin"]},%s}`,
			id, w.systemOf(application), application, text)}
		messages, ids = append(messages, message), append(ids, id)
		for w.random.IntN(3) == 0 {
			messages = append(messages, message)
		}
		return id
	}
	for _, application := range w.open[:min(len(w.open), 12)] {
		notes[add("note", application, `"type":"case.note","audience":"team","note":"seen"`)] = application
		if w.random.IntN(6) > 0 {
			add("end", application, `"type":"case.outcome","outcome":"closed","reason":"cancelled"`)
			for team := range chaosTeams {
				add("home", application, fmt.Sprintf(`"type":"assignment.returned","team_id":%q`, team))
			}
		}
	}
	w.open = w.open[min(len(w.open), 12):]
	if w.random.IntN(2) == 0 { // in disorder
		w.random.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
	}
	if len(messages) > 0 {
		w.push(job{topic: w.topics.Commands, messages: messages, done: func() {
			for _, id := range ids {
				w.commanded[id] = true
			}
			for id, application := range notes {
				w.notes[id] = application
			}
		}})
	}
}

func (w *chaosWorld) systemOf(application string) string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.filed[application]
}

// rest waits until everything is acknowledged.
func (w *chaosWorld) rest(p *chaosProcess) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for w.jobs.length() > 0 {
		select {
		case <-p.ended:
			w.t.Fatalf("the program ended by itself: %v\n%s", p.err, tail(p.log.String()))
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("Kafka and HTTP take nothing in\n%s", tail(p.log.String()))
		}
	}
}
