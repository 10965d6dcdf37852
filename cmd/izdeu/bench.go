package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/ingest"
)

// benchCommand loads this machine with the program itself, on directories of
// its own, and prints one JSON object of figures.
type benchCommand struct {
	Applications int           `help:"Applications of the throughput phase." default:"60000"`
	Lives        int           `help:"Lives (filed, accepted, on scene, found, returned) of the second phase." default:"5000"`
	Rate         int           `help:"Applications per second of the latency phase." default:"1000"`
	For          time.Duration `help:"Length of the latency phase." default:"10s"`
	Warm         time.Duration `help:"How long applications are filed at that rate before anything is measured: a Kafka that has just started still compiles its own code." default:"5s"`
	Teams        int           `help:"Teams." default:"500"`
	Clients      int           `help:"Live clients." default:"100"`
	Database     string        `help:"Your own PostgreSQL to measure with: databases izdeu_bench_… are made there, and deleted (default: the embedded one). The password may stand in PGPASSWORD." placeholder:"URL"`
	Kafka        string        `help:"Your own Kafka to measure with: topics izdeu_bench_… are made there, and deleted (default: the embedded one)." placeholder:"HOST:PORT,…"`
	Keep         string        `help:"Work in this directory and keep it (default: a temporary one, removed)." type:"path"`
}

// Help shows below the flags what is measured.
func (benchCommand) Help() string {
	return `Starts this very program on directories of its own and loads it: applications as fast as they are taken and, in turn, the same rows written without any decision (the ceiling); single applications at a steady rate; cases from filing to everybody home. Figures on a machine that does other things are worth little: look at the ratio.

Examples:
  izdeu bench > figures.json
  izdeu bench --applications 30000 --lives 1000 --for 5s
  izdeu bench --database postgres://izdeu@127.0.0.1/izdeu --kafka 127.0.0.1:9092`
}

// benchFigures is what the bench prints. Rates are per second of wall time.
type benchFigures struct {
	ApplicationsPerSecond        float64            `json:"applications_per_second"`         // filed by Kafka → offered, durable, on every live client
	CeilingApplicationsPerSecond float64            `json:"ceiling_applications_per_second"` // the same rows written without any decision
	Ratio                        float64            `json:"ratio_to_ceiling"`                // median of the rounds
	Ratios                       []float64          `json:"ratios"`
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
func (b *benchCommand) Run(ctx context.Context, streams console) (err error) {
	if b.Applications < benchRounds || b.Lives < 1 || b.Rate < 1 || b.Teams < 1 || b.Clients < 1 || b.For <= 0 || b.Warm < 0 {
		return misused("bench: every figure must be 1 or more (--warm may be 0), and --applications %d or more", benchRounds)
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
	figures := &benchFigures{LiveClients: b.Clients, Teams: b.Teams, Applications: b.Applications / benchRounds * benchRounds,
		Processors: runtime.NumCPU(), GoVersion: runtime.Version()}
	if err := b.againstCeiling(ctx, filepath.Join(directory, "served"), filepath.Join(directory, "ceiling"), figures); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := b.lives(ctx, filepath.Join(directory, "lives"), figures); err != nil {
		return fmt.Errorf("bench: lives: %w", err)
	}
	encoder := json.NewEncoder(streams.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(figures)
}

// benchRounds is how often the served load and the ceiling take turns, so that
// what else the machine does falls on both.
const benchRounds = 3

// againstCeiling files applications and writes the same rows without any
// decision, in turn, and then times single applications.
func (b *benchCommand) againstCeiling(ctx context.Context, data, ceilingData string, figures *benchFigures) (err error) {
	through, err := b.startThroughput(ctx, data, figures)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, through.end(), through.parts.end()) }()
	ceiling, err := b.startCeiling(ctx, ceilingData)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ceiling.end()) }()

	say("bench: %d rounds of %d applications to %d automatic teams, %d live clients; and the same rows without deciding",
		benchRounds, b.Applications/benchRounds, b.Teams, b.Clients)
	if err := b.warm(ctx, through); err != nil {
		return err
	}
	var served, written time.Duration
	var ratios []float64
	for range benchRounds {
		n := b.Applications / benchRounds
		took, err := through.file(ctx, n)
		if err != nil {
			return err
		}
		bare, err := ceiling.write(ctx, n)
		if err != nil {
			return err
		}
		served, written = served+took, written+bare
		ratios = append(ratios, bare.Seconds()/took.Seconds())
		say("bench: %.0f applications/s, ceiling %.0f", float64(n)/took.Seconds(), float64(n)/bare.Seconds())
	}
	slices.Sort(ratios)
	figures.ApplicationsPerSecond = float64(figures.Applications) / served.Seconds()
	figures.CeilingApplicationsPerSecond = float64(figures.Applications) / written.Seconds()
	figures.Ratio, figures.Ratios = ratios[len(ratios)/2], ratios
	figures.PublisherLagEvents, figures.CeilingPublisherLagEvents = through.lag, ceiling.lag
	figures.ServerSeconds = through.processor.Seconds()
	_, figures.RSSMB = through.served.memory()
	figures.LiveMBytes = float64(through.watchers.totalBytes()) / 1e6
	if err := b.latency(ctx, through, figures); err != nil {
		return err
	}
	if figures.CeilingRowsPerApplication, err = rowsOf(ctx, ceiling.store, figures.Applications); err != nil {
		return err
	}
	if err := through.end(); err != nil {
		return err
	}
	figures.RowsPerApplication, err = through.rows(ctx)
	return err
}

// produceTo gives a producer to brokers, and what closes it.
func produceTo(brokers string) (*ingest.Producer, func(), error) {
	client, closeClient, err := ingest.NewClient(ingest.SplitBrokers(brokers))
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

// throughput is the program under load, with its live clients.
type throughput struct {
	served    *served
	parts     *benchParts
	producer  *ingest.Producer
	topics    ingest.Topics
	watchers  *watchers
	load      *load
	filed     int
	head      int64 // of the journal, once everything filed is decided
	lag       float64
	processor time.Duration
	closers   []func() error
}

// startThroughput starts the program on an empty directory with its teams.
func (b *benchCommand) startThroughput(ctx context.Context, data string, figures *benchFigures) (t *throughput, err error) {
	t = &throughput{load: newLoad("through")}
	if t.parts, err = b.parts(ctx, data); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.end(), t.parts.end())
		}
	}()
	t.topics = t.parts.topics()
	if t.served, err = startServe(ctx, t.parts); err != nil {
		return t, err
	}
	t.closers = append(t.closers, t.served.stop)
	wait(ctx, 2*time.Second) // until it is idle
	figures.ReadyMS = float64(t.served.ready.Microseconds()) / 1000
	figures.IdleMB, _ = t.served.memory()
	producer, closeProducer, err := produceTo(t.served.kafka)
	if err != nil {
		return t, err
	}
	t.producer = producer
	t.closers = append(t.closers, func() error { closeProducer(); return nil })
	if t.watchers, err = watch(ctx, t.served, b.Clients); err != nil {
		return t, err
	}
	t.closers = append(t.closers, func() error { t.watchers.close(); return nil })
	t.head = int64(b.Teams)
	if err := producer.Produce(ctx, t.topics.Teams, t.load.teams(b.Teams, 1_000_000, "automatic")...); err != nil {
		return t, err
	}
	return t, t.watchers.reach(ctx, t.head, time.Minute)
}

// end takes it apart; a second call does nothing.
func (t *throughput) end() (err error) {
	for i := len(t.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, t.closers[i]())
	}
	t.closers = nil
	return err
}

// file files applications as fast as they are taken, and waits until every
// live client has seen them all.
func (t *throughput) file(ctx context.Context, n int) (time.Duration, error) {
	applications := t.load.applications(t.filed, n)
	t.filed += n
	t.head += int64(n * eventsOfApplication)
	processor := t.served.processor()
	started := time.Now()
	if err := produceAll(ctx, t.producer, t.topics.Applications, applications); err != nil {
		return 0, err
	}
	if err := t.watchers.reach(ctx, t.head, 10*time.Minute); err != nil {
		return 0, err
	}
	took := time.Since(started)
	t.processor += t.served.processor() - processor
	for first := true; ; first = false {
		families, err := t.served.metrics(ctx)
		if err != nil {
			return 0, err
		}
		behind := sum(families, "izdeu_publisher_lag_events") + sum(families, "izdeu_statistics_lag_events")
		if first {
			t.lag = max(t.lag, sum(families, "izdeu_publisher_lag_events"))
		}
		if behind == 0 || ctx.Err() != nil {
			return took, ctx.Err()
		}
		wait(ctx, 10*time.Millisecond)
	}
}

// rows counts the rows for each application, once the program has ended.
func (t *throughput) rows(ctx context.Context) (rows map[string]float64, err error) {
	store, err := t.parts.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return rowsOf(ctx, store, t.filed)
}

// rowsOf counts the rows and index entries of a database for each application.
func rowsOf(ctx context.Context, store database, applications int) (map[string]float64, error) {
	counts, err := store.RowCounts(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[string]float64{}
	for table, n := range counts {
		if per := math.Round(100*float64(n)/float64(applications)) / 100; per > 0.01 {
			rows[table] = per
		}
	}
	return rows, nil
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

// steadily files applications at the rate for so long, each in a request of
// its own, and returns once Kafka has all. filed is told of each before, and
// may be nil.
func (b *benchCommand) steadily(ctx context.Context, t *throughput, load *load, length time.Duration, filed func(id string)) error {
	n := int(float64(b.Rate) * length.Seconds())
	failed := make(chan error, n)
	var sending sync.WaitGroup
	started := time.Now()
	for i := range n {
		if ahead := time.Until(started.Add(time.Duration(i) * time.Second / time.Duration(b.Rate))); ahead > 0 {
			wait(ctx, ahead)
		}
		message := load.application(i)
		if filed != nil {
			filed(load.applicationID(i))
		}
		sending.Go(func() {
			if err := t.producer.Produce(ctx, t.topics.Applications, message); err != nil {
				failed <- err
			}
		})
	}
	sending.Wait()
	t.filed += n
	t.head += int64(n * eventsOfApplication)
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// warm keeps the rate until what has just started runs as it does on any day.
func (b *benchCommand) warm(ctx context.Context, t *throughput) error {
	if err := b.steadily(ctx, t, newLoad("warm"), b.Warm, nil); err != nil {
		return err
	}
	return t.watchers.reach(ctx, t.head, time.Minute)
}

// latency files at a steady rate and times each application to a live client.
func (b *benchCommand) latency(ctx context.Context, t *throughput, figures *benchFigures) error {
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
	t.watchers.seen.Store(&seen)
	defer t.watchers.seen.Store(nil)
	before, err := t.served.metrics(ctx)
	if err != nil {
		return err
	}
	started := time.Now()
	if err := b.steadily(ctx, t, newLoad("latency"), b.For, func(id string) {
		mu.Lock()
		defer mu.Unlock()
		sent[id] = time.Now()
	}); err != nil {
		return err
	}
	figures.LatencyRate = float64(n) / time.Since(started).Seconds()
	select {
	case <-all:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
	}
	mu.Lock()
	defer mu.Unlock()
	if len(delays) < n {
		return fmt.Errorf("after a minute %d of %d applications were not on the live client", n-len(delays), n)
	}
	if broken != nil {
		return broken
	}
	after, err := t.served.metrics(ctx)
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
	parts, err := b.parts(ctx, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.end()) }()
	s, err := startServe(ctx, parts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	producer, closeProducer, err := produceTo(s.kafka)
	if err != nil {
		return err
	}
	defer closeProducer()
	topics := parts.topics()
	load := newLoad("life")
	if err := producer.Produce(ctx, topics.Teams, load.teams(b.Teams, 1, "manual")...); err != nil {
		return err
	}
	events := kafka.NewReader(kafka.ReaderConfig{Brokers: ingest.SplitBrokers(s.kafka), Topic: topics.Events, Partition: 0,
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

func say(format string, arguments ...any) { fmt.Fprintf(os.Stderr, format+"\n", arguments...) }
