package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// benchCommand loads this machine with the program itself, on directories of
// its own, and prints one JSON object of figures.
type benchCommand struct {
	Applications int           `help:"Applications of the throughput phase." default:"40000"`
	Lives        int           `help:"Lives (filed, accepted, on scene, found, returned) of the second phase." default:"5000"`
	Rate         int           `help:"Applications per second of the latency phase." default:"1000"`
	For          time.Duration `help:"Length of the latency phase." default:"10s"`
	Teams        int           `help:"Teams." default:"500"`
	Clients      int           `help:"Live clients." default:"100"`
	Keep         string        `help:"Work in this directory and keep it (default: a temporary one, removed)." type:"path"`
}

// benchFigures is what the bench prints. Rates are per second of wall time.
type benchFigures struct {
	ApplicationsPerSecond        float64            `json:"applications_per_second"`         // filed by Kafka → offered, durable, on every live client
	CeilingApplicationsPerSecond float64            `json:"ceiling_applications_per_second"` // the same rows written without any decision
	Ratio                        float64            `json:"ratio_to_ceiling"`
	LivesPerSecond               float64            `json:"lives_per_second"`
	ToCommitMS                   map[string]float64 `json:"to_commit_ms"` // receipt by Kafka → committed
	ToLiveMS                     map[string]float64 `json:"to_live_ms"`   // sent by the client → on a live client
	LatencyRate                  float64            `json:"latency_applications_per_second"`
	ReadyMS                      float64            `json:"ready_ms"` // start on an empty directory → /readyz
	IdleMB                       float64            `json:"idle_rss_mb"`
	RSSMB                        float64            `json:"rss_mb"` // highest, under load
	ServerSeconds                float64            `json:"server_cpu_seconds"`
	LiveClients                  int                `json:"live_clients"`
	LiveMBytes                   float64            `json:"live_megabytes"`
	Teams                        int                `json:"teams"`
	Applications                 int                `json:"applications"`
	PublisherLagEvents           float64            `json:"publisher_lag_events"`         // when the last application was on the live clients
	CeilingPublisherLagEvents    float64            `json:"ceiling_publisher_lag_events"` // when the last row was written
	RowsPerApplication           map[string]float64 `json:"rows_per_application"`         // by table, of the throughput phase
	CeilingRowsPerApplication    map[string]float64 `json:"ceiling_rows_per_application"`
	Processors                   int                `json:"processors"`
	GoVersion                    string             `json:"go_version"`
}

// Run loads the machine: progress on stderr, the figures on stdout.
func (b *benchCommand) Run(ctx context.Context, streams console) error {
	if b.Applications < 1 || b.Lives < 1 || b.Rate < 1 || b.Teams < 1 || b.Clients < 1 || b.For <= 0 {
		return errors.New("bench: every figure must be 1 or more")
	}
	directory := b.Keep
	if directory == "" {
		temporary, err := os.MkdirTemp("", "izdeu-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(temporary) }()
		directory = temporary
	}
	figures := &benchFigures{LiveClients: b.Clients, Teams: b.Teams, Applications: b.Applications,
		Processors: runtime.NumCPU(), GoVersion: runtime.Version()}
	for _, phase := range []struct {
		name string
		run  func(context.Context, string, *benchFigures) error
	}{
		{"throughput and latency", b.throughput},
		{"lives", b.lives},
		{"ceiling", b.ceiling},
	} {
		say("bench: %s", phase.name)
		data := filepath.Join(directory, "data-"+phase.name[:4])
		if err := os.MkdirAll(data, 0o700); err != nil {
			return err
		}
		if err := phase.run(ctx, data, figures); err != nil {
			return fmt.Errorf("bench: %s: %w", phase.name, err)
		}
	}
	figures.Ratio = figures.ApplicationsPerSecond / figures.CeilingApplicationsPerSecond
	encoder := json.NewEncoder(streams.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(figures)
}

func say(format string, arguments ...any) { fmt.Fprintf(os.Stderr, format+"\n", arguments...) }

// produceTo gives a producer to a broker, and what closes it.
func produceTo(address string) (*ingest.Producer, func(), error) {
	client, closeClient, err := ingest.NewClient([]string{address})
	if err != nil {
		return nil, nil, err
	}
	producer := ingest.NewProducer(client, nil)
	return producer, func() {
		closing, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = producer.Close(closing)
		closeClient()
	}, nil
}

const eventsOfApplication = 3 // opened, offered, accepted: of a team that answers automatically

// throughput files applications as fast as they are taken, then at a rate.
func (b *benchCommand) throughput(ctx context.Context, data string, figures *benchFigures) (err error) {
	s, err := startServe(ctx, data)
	if err != nil {
		return err
	}
	stopped := false
	defer func() {
		if !stopped {
			err = errors.Join(err, s.stop())
		}
	}()
	wait(ctx, 2*time.Second)
	figures.ReadyMS = float64(s.ready.Microseconds()) / 1000
	figures.IdleMB, _ = s.memory()

	producer, closeProducer, err := produceTo(s.kafka)
	if err != nil {
		return err
	}
	defer closeProducer()
	topics := ingest.NewTopics("izdeu.")
	w, err := watch(ctx, s, b.Clients)
	if err != nil {
		return err
	}
	defer w.close()
	load := newLoad("through")
	if err := producer.Produce(ctx, topics.Teams, load.teams(b.Teams, 1_000_000, "automatic")...); err != nil {
		return err
	}
	head := int64(b.Teams)
	if err := w.reach(ctx, head, time.Minute); err != nil {
		return err
	}

	say("bench: %d applications to %d automatic teams, %d live clients", b.Applications, b.Teams, b.Clients)
	applications := load.applications(0, b.Applications)
	processor := s.processor()
	started := time.Now()
	if err := produceAll(ctx, producer, topics.Applications, applications); err != nil {
		return err
	}
	head += int64(b.Applications * eventsOfApplication)
	if err := w.reach(ctx, head, 10*time.Minute); err != nil {
		return err
	}
	took := time.Since(started)
	figures.ApplicationsPerSecond = float64(b.Applications) / took.Seconds()
	figures.ServerSeconds = (s.processor() - processor).Seconds()
	families, err := s.metrics(ctx)
	if err != nil {
		return err
	}
	figures.PublisherLagEvents = sum(families, "izdeu_publisher_lag_events")
	_, figures.RSSMB = s.memory()
	figures.LiveMBytes = float64(w.totalBytes()) / 1e6
	say("bench: %.0f applications/s", figures.ApplicationsPerSecond)

	if err := b.latency(ctx, s, w, producer, topics, figures); err != nil {
		return err
	}
	stopped = true
	if err := s.stop(); err != nil {
		return err
	}
	total := b.Applications + int(figures.LatencyRate*b.For.Seconds()+0.5)
	figures.RowsPerApplication, err = rowsPer(ctx, filepath.Join(data, databaseFile), total)
	return err
}

// produceAll sends records a thousand at a time, a few requests under way.
func produceAll(ctx context.Context, producer *ingest.Producer, topic string, messages []kafka.Message) error {
	for chunk := range slices.Chunk(messages, 1000) {
		if err := producer.Produce(ctx, topic, chunk...); err != nil {
			return err
		}
	}
	return nil
}

// latency files at a steady rate and times each application to a live client.
func (b *benchCommand) latency(ctx context.Context, s *served, w *watchers, producer *ingest.Producer, topics ingest.Topics, figures *benchFigures) error {
	n := int(float64(b.Rate) * b.For.Seconds())
	say("bench: %d applications at %d a second", n, b.Rate)
	var mu sync.Mutex
	sent := make(map[string]time.Time, n)
	var delays []float64
	var broken error
	all := make(chan struct{})
	seen := func(frame []byte) {
		arrived := time.Now()
		ids, err := applicationIDs(frame)
		mu.Lock()
		defer mu.Unlock()
		broken = errors.Join(broken, err)
		for _, id := range ids {
			if at, ok := sent[id]; ok {
				delays = append(delays, float64(arrived.Sub(at).Microseconds())/1000)
				delete(sent, id)
				if len(delays) == n {
					close(all)
				}
			}
		}
	}
	w.seen.Store(&seen)
	defer w.seen.Store(nil)
	before, err := s.metrics(ctx)
	if err != nil {
		return err
	}
	load := newLoad("latency")
	failed := make(chan error, n)
	var sending sync.WaitGroup
	started := time.Now()
	for i := range n {
		if ahead := time.Until(started.Add(time.Duration(i) * time.Second / time.Duration(b.Rate))); ahead > 0 {
			wait(ctx, ahead)
		}
		message := load.application(i)
		mu.Lock()
		sent[load.applicationID(i)] = time.Now()
		mu.Unlock()
		sending.Add(1)
		go func() {
			defer sending.Done()
			if err := producer.Produce(ctx, topics.Applications, message); err != nil {
				failed <- err
			}
		}()
	}
	sending.Wait()
	figures.LatencyRate = float64(n) / time.Since(started).Seconds()
	select {
	case err := <-failed:
		return err
	case <-all:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return fmt.Errorf("after a minute %d of %d applications were not on the live client", n-len(delays), n)
	}
	if broken != nil {
		return broken
	}
	after, err := s.metrics(ctx)
	if err != nil {
		return err
	}
	slices.Sort(delays)
	figures.ToLiveMS = map[string]float64{"p50": delays[n/2], "p99": delays[n*99/100]}
	figures.ToCommitMS = map[string]float64{
		"p50": quantileMS(before, after, "izdeu_receipt_to_commit_seconds", 0.5),
		"p99": quantileMS(before, after, "izdeu_receipt_to_commit_seconds", 0.99)}
	say("bench: to a live client p50 %.1f ms, p99 %.1f ms", figures.ToLiveMS["p50"], figures.ToLiveMS["p99"])
	return nil
}

// lives takes cases from filing to everybody home, with teams that can take
// one case at a time and answer when they are asked.
func (b *benchCommand) lives(ctx context.Context, data string, figures *benchFigures) (err error) {
	s, err := startServe(ctx, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	producer, closeProducer, err := produceTo(s.kafka)
	if err != nil {
		return err
	}
	defer closeProducer()
	topics := ingest.NewTopics("izdeu.")
	load := newLoad("life")
	if err := producer.Produce(ctx, topics.Teams, load.teams(b.Teams, 1, "manual")...); err != nil {
		return err
	}
	events := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{s.kafka}, Topic: topics.Events, Partition: 0,
		MinBytes: 1, MaxBytes: 4 << 20, MaxWait: 250 * time.Millisecond, ReadBackoffMin: time.Millisecond, QueueCapacity: 2000})
	defer func() { _ = events.Close() }()

	say("bench: %d lives", b.Lives)
	applications := load.applications(0, b.Lives)
	started := time.Now()
	filed := make(chan error, 1)
	go func() { filed <- produceAll(ctx, producer, topics.Applications, applications) }()
	limited, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for home := 0; home < b.Lives; {
		message, err := events.ReadMessage(limited)
		if err != nil {
			return fmt.Errorf("%d of %d lives ended: %w", home, b.Lives, err)
		}
		answers, returned, err := answerTo(message)
		if err != nil {
			return err
		}
		if returned {
			home++
		}
		// What else is ready goes out in the same request.
		for len(answers) < 2000 && events.Stats().QueueLength > 0 {
			if message, err = events.ReadMessage(limited); err != nil {
				return err
			}
			more, returned, err := answerTo(message)
			if err != nil {
				return err
			}
			if returned {
				home++
			}
			answers = append(answers, more...)
		}
		if len(answers) > 0 {
			if err := producer.Produce(ctx, topics.Commands, answers...); err != nil {
				return err
			}
		}
	}
	figures.LivesPerSecond = float64(b.Lives) / time.Since(started).Seconds()
	say("bench: %.0f lives/s", figures.LivesPerSecond)
	return <-filed
}

// answerTo gives the commands that an event asks for, and whether it ends a life.
func answerTo(message kafka.Message) (commands []kafka.Message, returned bool, err error) {
	kind := ""
	for _, header := range message.Headers {
		if header.Key == "ce_type" {
			kind = string(header.Value)
		}
	}
	switch kind {
	case "":
		return nil, false, errors.New("an event has no ce_type header")
	case "kz.izdeu.assignment.returned.v1":
		return nil, true, nil
	case "kz.izdeu.assignment.offered.v1":
		var offered struct {
			CaseID string `json:"case_id"`
			TeamID string `json:"team_id"`
		}
		if err := json.Unmarshal(message.Value, &offered); err != nil {
			return nil, false, err
		}
		return commandsOfLife(offered.CaseID, offered.TeamID), false, nil
	}
	return nil, false, nil
}

// rowsPer counts the rows of a database, for each application in it.
func rowsPer(ctx context.Context, path string, applications int) (rows map[string]float64, err error) {
	store, err := sqlite.Open(ctx, path, quiet)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	counts, err := store.RowCounts(ctx)
	if err != nil {
		return nil, err
	}
	rows = map[string]float64{}
	for table, n := range counts {
		if per := float64(n) / float64(applications); per >= 0.01 {
			rows[table] = float64(int(per*100+0.5)) / 100
		}
	}
	return rows, nil
}
