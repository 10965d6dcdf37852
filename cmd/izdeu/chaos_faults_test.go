//go:build chaos

package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// endAndCount counts once more and says what was found.
func (w *chaosWorld) endAndCount() {
	w.t.Helper()
	w.count()
	w.close()
	fmt.Printf("%s: %s\n", w.t.Name(), w.sum())
}

// TestChaosTwoLeaders lets two leaders decide about everything at once on one
// database: what a leader does that has lost its place without knowing it.
func TestChaosTwoLeaders(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { twoLeaders(t, embeddedParts(t)) })
	t.Run("postgres", func(t *testing.T) { // which is killed besides
		parts, server, _ := postgresStored(t)
		parts.strike = func(t *testing.T, cycle int) {
			t.Helper()
			if cycle%20 != 10 {
				return
			}
			server.Kill()
			if err := server.Resume(); err != nil {
				t.Fatal(err)
			}
		}
		twoLeaders(t, parts)
	})
}

func twoLeaders(t *testing.T, parts *chaosParts) {
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: t.TempDir(), Listen: parts.kafka, Logger: slog.New(slog.DiscardHandler),
		Topics: topicSettings(t, parts.prefix)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	w := newChaosWorld(t, parts)
	store := parts.open(t)
	t.Cleanup(func() { _ = store.Close() })
	ctx, stop := context.WithCancel(t.Context())
	var leaders sync.WaitGroup
	t.Cleanup(leaders.Wait)
	t.Cleanup(stop)
	w.onlyKafka = true
	for i := range 2 {
		one := parts.open(t)
		t.Cleanup(func() { _ = one.Close() })
		client, disconnect, err := ingest.NewClient([]string{parts.kafka})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(disconnect)
		registry := prometheus.NewRegistry()
		inbox := ingest.NewInbox(ingest.InboxOptions{Brokers: []string{parts.kafka}, Client: client, Topics: w.topics,
			Logger: slog.New(slog.DiscardHandler), Metrics: ingest.NewMetrics(registry)})
		feed := dispatch.NewFeed(one, 1000)
		leader := dispatch.NewDispatcher(one, inbox, feed, dispatch.DefaultSettings(), dispatch.NewMetrics(registry), slog.New(slog.DiscardHandler))
		projector := dispatch.NewProjector(one, feed, registry, slog.New(slog.DiscardHandler))
		leaders.Go(func() {
			defer inbox.Close()
			if err := leader.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		if i == 0 { // one of them counts
			leaders.Go(func() { projector.Run(ctx) })
		}
	}
	p := &chaosProcess{ended: make(chan struct{})}
	for cycle := range 60 {
		parts.strike(t, cycle)
		for w.jobs.length() > 4 {
			<-time.After(5 * time.Millisecond)
		}
		w.work()
	}
	w.rest(p)
	w.settle(p, store)
	stop()
	leaders.Wait()
	w.compareStored(store)
	w.verdict(p)
	fmt.Printf("%s: %s\n", t.Name(), w.sum())
}

func topicSettings(t *testing.T, prefix string) []ingest.TopicSetting {
	t.Helper()
	settings, err := ingest.NewTopics(prefix).Settings(ingest.Retention{})
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// TestChaosPaused stops the program in the middle of its work and lets it go on.
func TestChaosPaused(t *testing.T) {
	w := newChaosWorld(t, embeddedParts(t))
	p := w.live("")
	for range 8 {
		w.work()
		<-time.After(time.Duration(w.random.Int64N(int64(150 * time.Millisecond))))
		if err := p.command.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		w.work()
		<-time.After(300 * time.Millisecond)
		if err := p.command.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	w.rest(p)
	p.end(syscall.SIGTERM)
	w.endAndCount()
}

// TestChaosFullDisk lets files grow to a limit and no further.
func TestChaosFullDisk(t *testing.T) {
	parts := embeddedParts(t)
	w := newChaosWorld(t, parts)
	p := w.live("")
	w.work()
	w.rest(p)
	p.end(syscall.SIGTERM)
	refused := 0
	for round := range 4 {
		// Now the one, now the other file is in the way first.
		w.wrap = []string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, (largest(t, parts.data)+int64(20_000<<round))/512)}
		p = w.live("")
		w.wrap = nil
		deadline := time.Now().Add(2 * time.Second)
		for time.Now().Before(deadline) && !p.hasEnded() {
			w.work()
			<-time.After(20 * time.Millisecond)
		}
		if w.jobs.length() > 10 {
			refused++
		}
		p.end(syscall.SIGKILL)
	}
	if refused == 0 {
		t.Error("no file came to its limit")
	}
	w.endAndCount()
}

// largest gives the size of the largest file.
func largest(t *testing.T, folder string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size = max(size, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// TestChaosNetwork cuts, delays and garbles the connections to Kafka, and those
// to Postgres.
func TestChaosNetwork(t *testing.T) {
	t.Run("kafka", func(t *testing.T) {
		parts, behind := embeddedParts(t), freeAddress(t)
		broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: t.TempDir(), Listen: behind, Advertise: parts.kafka, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = broker.Close() })
		parts.arguments = []string{"--kafka", parts.kafka}
		cutAgainAndAgain(t, parts, parts.kafka, behind)
	})
	t.Run("postgres", func(t *testing.T) {
		parts, server, database := postgresStored(t)
		between := freeAddress(t)
		parts.arguments = append(parts.arguments, "--database", strings.Replace(database, server.Address(), between, 1))
		cutAgainAndAgain(t, parts, between, server.Address())
	})
}

// cutAgainAndAgain puts a bad line between an address and what is behind it.
func cutAgainAndAgain(t *testing.T, parts *chaosParts, address, behind string) {
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "line", address, behind)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	w := newChaosWorld(t, parts)
	p := w.live("")
	w.work()
	w.rest(p)
	for _, toxic := range []string{
		`{"name":"x","type":"latency","stream":"downstream","attributes":{"latency":80,"jitter":60}}`,
		`{"name":"x","type":"reset_peer","stream":"upstream","attributes":{"timeout":20}}`,
		`{"name":"x","type":"limit_data","stream":"upstream","attributes":{"bytes":900}}`,
		`{"name":"x","type":"limit_data","stream":"downstream","attributes":{"bytes":700}}`,
		`{"name":"x","type":"slicer","stream":"upstream","attributes":{"average_size":40,"size_variation":30,"delay":10}}`,
		`{"name":"x","type":"timeout","stream":"downstream","attributes":{"timeout":300}}`,
		"", // no line at all
	} {
		if toxic == "" {
			proxy.Stop()
		} else if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.work()
			<-time.After(120 * time.Millisecond)
		}
		if toxic == "" {
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
		}
		proxy.Toxics.ResetToxics(t.Context())
		w.work()
		w.rest(p)
	}
	p.end(syscall.SIGTERM)
	w.endAndCount()
}

// TestChaosBrokenLog flips bits in what the embedded broker has stored and the
// leader has read. What is filed afterwards must not be taken for read.
func TestChaosBrokenLog(t *testing.T) {
	parts := embeddedParts(t)
	w := newChaosWorld(t, parts)
	w.kafkaIsBroken = true // so the topic of events is not the journal any more
	for range 5 {
		p := w.live("")
		for range 4 {
			w.work()
		}
		w.rest(p)
		store := parts.open(t)
		w.settle(p, store) // what was not read is nowhere else
		_ = store.Close()
		w.verdict(p)
		p.end(syscall.SIGTERM)
		flipped := 0
		for _, topic := range []string{w.topics.Applications, w.topics.Commands} {
			files, err := filepath.Glob(filepath.Join(parts.data, brokerFolder, "log", "partitions", topic+"-0", "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				flipped += w.flip(file, 0)
			}
		}
		if flipped == 0 {
			t.Fatal("there is no file to flip a bit in")
		}
	}
	w.endAndCount()
}

// flip turns one bit of a file somewhere after an offset; it gives the number of bits.
func (w *chaosWorld) flip(name string, after int64) int {
	w.t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	if int64(len(content)) <= after {
		return 0
	}
	at := after + w.random.Int64N(int64(len(content))-after)
	content[at] ^= 1 << w.random.IntN(8)
	if err := os.WriteFile(name, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return 1
}

// TestChaosBrokenDatabase flips bits in copies of the database, and counts what
// is said of them. SQLite keeps no checksums: a bit of a text or a number that
// nothing else says again is seen by nobody, which is what backups are for.
func TestChaosBrokenDatabase(t *testing.T) {
	parts := embeddedParts(t)
	w := newChaosWorld(t, parts)
	p := w.live("")
	for range 10 {
		w.work()
		w.rest(p)
	}
	store := parts.open(t)
	w.settle(p, store)
	_ = store.Close()
	p.end(syscall.SIGTERM)
	sound, err := os.ReadFile(filepath.Join(parts.data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	refused, violated, nothing, unseen := 0, 0, 0, 0
	const copies = 60
	for range copies {
		copied := filepath.Join(t.TempDir(), databaseFile)
		if err := os.WriteFile(copied, sound, 0o600); err != nil {
			t.Fatal(err)
		}
		w.flip(copied, 0)
		store, err := sqlite.Open(t.Context(), copied, slog.New(slog.DiscardHandler))
		if err != nil {
			refused++
			continue
		}
		violations := 0
		_, err = dispatch.Verify(t.Context(), store, func(dispatch.Violation) { violations++ }, nil)
		switch {
		case err != nil:
			refused++
		case violations > 0:
			violated++
		default:
			w.compareStored(store)
			if w.found.wrong() == 0 {
				nothing++
			} else {
				unseen++
			}
			w.found, w.faults = tally{}, nil
		}
		_ = store.Close()
	}
	fmt.Printf("%s: of %d copies with one bit flipped %d cannot be read, %d break invariants of verify, %d hold all that was acknowledged, %d differ unseen\n",
		t.Name(), copies, refused, violated, nothing, unseen)
	if refused+violated == 0 {
		t.Error("nobody says of any copy that it is damaged")
	}
}
