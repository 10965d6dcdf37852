//go:build chaos

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/dispatch/failpoint"
	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest/kafkatest"
)

// The chaos suite: make chaos. The program itself is run, built with the tag
// that has failpoints, and is killed at every step of its work while people
// file and command; what Kafka or HTTP has acknowledged is counted afterwards.
var (
	chaosCycles = flag.Int("cycles", 60, "how many times TestChaos kills the program")
	chaosEvery  = flag.Int("count-every", 100, "after how many cycles everything is counted")
	chaosWait   = flag.Duration("settle", time.Minute, "how long what was acknowledged may take to be decided when nothing fails any more")
)

// chaosParts are what the program stands on.
type chaosParts struct {
	data      string
	arguments []string // of izdeu serve
	verify    []string // of izdeu verify
	kafka     string   // where producers send
	prefix    string
	open      func(*testing.T) chaosStore // the stored data; the caller closes it
	strike    func(*testing.T, int)       // what happens to the other parts in a cycle
}

// chaosStore is what the suite reads of a store.
type chaosStore interface {
	dispatch.Store
	dispatch.StatisticsStore
}

func TestChaos(t *testing.T) {
	t.Run("sqlite+embedded", func(t *testing.T) { killAgainAndAgain(t, embeddedParts(t)) })
	t.Run("sqlite+apache", func(t *testing.T) { killAgainAndAgain(t, apacheParts(t)) })
	t.Run("postgres+apache", func(t *testing.T) { killAgainAndAgain(t, postgresParts(t)) })
}

// postgresStored are a Postgres and the embedded broker. The program has not
// been given the address of the database yet.
func postgresStored(t *testing.T) (parts *chaosParts, server *postgrestest.Server, database string) {
	t.Helper()
	server, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		postgrestest.Missing(t, err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	parts, database = embeddedParts(t), server.NewDatabase(t)
	parts.verify = []string{"--database", database}
	parts.open = func(t *testing.T) chaosStore {
		t.Helper()
		store, err := postgres.Open(t.Context(), database, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	return parts, server, database
}

// postgresParts are Postgres and an Apache Kafka, which are killed now and then too.
func postgresParts(t *testing.T) *chaosParts {
	parts, server, database := postgresStored(t)
	onApache(t, parts)
	parts.arguments = append(parts.arguments, "--database", database)
	kafka, every := parts.strike, max(20, *chaosCycles/20)
	parts.strike = func(t *testing.T, cycle int) {
		t.Helper()
		kafka(t, cycle)
		if cycle%every == every/4 {
			server.Kill()
			if err := server.Resume(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return parts
}

// apacheParts are SQLite and an Apache Kafka, which is killed now and then too.
func apacheParts(t *testing.T) *chaosParts {
	parts := embeddedParts(t)
	onApache(t, parts)
	return parts
}

func onApache(t *testing.T, parts *chaosParts) {
	t.Helper()
	broker := kafkatest.Start(t)
	parts.kafka, parts.prefix = broker.Address, kafkatest.Prefix()
	parts.arguments = []string{"--kafka", broker.Address}
	every := max(20, *chaosCycles/10)
	parts.strike = func(t *testing.T, cycle int) {
		t.Helper()
		if cycle%every == every/2 {
			broker.Kill()
			broker.Restart(t)
		}
	}
}

// embeddedParts are SQLite and the embedded broker, which die with the program.
func embeddedParts(t *testing.T) *chaosParts {
	data, kafka := t.TempDir(), freeAddress(t)
	return &chaosParts{data: data, kafka: kafka, prefix: "izdeu.",
		arguments: []string{"--kafka-listen", kafka},
		open: func(t *testing.T) chaosStore {
			t.Helper()
			store, err := sqlite.Open(t.Context(), filepath.Join(data, databaseFile), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			return store
		},
		strike: func(*testing.T, int) {},
	}
}

// freeAddress gives a port that nobody has, below those that systems give out
// by themselves: it has to be free again after each kill.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)) // #nosec G404 -- any will do
		listener, err := net.Listen("tcp", address)
		if err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal("there is no free port")
	return ""
}

// chaosProcess is one life of the program.
type chaosProcess struct {
	command *exec.Cmd
	log     *bytes.Buffer
	ended   chan struct{}
	err     error // once it has ended
}

// live starts the program, which dies at a failpoint; "" for none.
func (w *chaosWorld) live(at string) *chaosProcess {
	w.t.Helper()
	arguments := append([]string{"serve", "--data", w.parts.data, "--listen", w.listen, "--kafka-prefix", w.parts.prefix,
		"--log-level", "warn", "--disk-floor-mib", "1", "--duplicate-window", "0s", "--open-call", "1",
		"--offer-timeout", "life_threatening=1s,urgent=1s,routine=1s"}, w.parts.arguments...)
	p := &chaosProcess{command: programCommand(context.Background(), arguments...), log: &bytes.Buffer{}, ended: make(chan struct{})}
	if w.wrap != nil { // a shell that runs the program
		environment := p.command.Env
		p.command = exec.CommandContext(context.Background(), w.wrap[0], slices.Concat(w.wrap[1:], p.command.Args)...) // #nosec G204 -- the suite's own
		p.command.Env = environment
	}
	p.command.Env = append(p.command.Env, failpoint.Variable+"="+at)
	p.command.Stderr = p.log
	if err := p.command.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	w.t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// end ends the process and waits for it.
func (p *chaosProcess) end(signal syscall.Signal) {
	_ = p.command.Process.Signal(signal) // it may have ended
	<-p.ended
}

func (p *chaosProcess) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// killed says that it died by SIGKILL; everything else is a fault of its own.
func (p *chaosProcess) killed() bool {
	var exit *exec.ExitError
	if !errors.As(p.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// killAgainAndAgain is the suite's main loop: work, a kill at one of the
// failpoints or anywhere, a new start; and now and then everything is counted.
func killAgainAndAgain(t *testing.T, parts *chaosParts) {
	w := newChaosWorld(t, parts)
	started, at := time.Now(), map[string]int{}
	names := failpoint.Names()
	for cycle := 1; cycle <= *chaosCycles; cycle++ {
		name := names[cycle%len(names)]
		random := w.random.IntN(5) == 0
		if random {
			name = "anywhere"
		}
		times := 1 + w.random.IntN(3)
		if slices.Contains([]string{failpoint.Loaded, failpoint.LetterSent, failpoint.CursorSaved, failpoint.GroupNoted}, name) {
			times = 1 // it comes once in a life, or once a second
		}
		p := w.live(fmt.Sprintf("%s:%d", name, times))
		w.work()
		parts.strike(t, cycle)
		wait := 1200 * time.Millisecond
		if random {
			wait = time.Duration(w.random.Int64N(int64(400 * time.Millisecond)))
		}
		timer := time.NewTimer(wait)
		select {
		case <-p.ended:
			at[name]++
		case <-timer.C:
			p.end(syscall.SIGKILL)
			if random {
				at[name]++
			}
		}
		timer.Stop()
		if !p.killed() {
			t.Fatalf("cycle %d: the program ended by itself: %v\n%s", cycle, p.err, tail(p.log.String()))
		}
		if cycle%*chaosEvery == 0 || cycle == *chaosCycles {
			w.count()
		}
	}
	w.close()
	took := time.Since(started)
	fmt.Printf("%s: %d cycles in %s (%d ms each): %s\n", t.Name(), *chaosCycles, took.Round(time.Second), took.Milliseconds()/int64(*chaosCycles), w.sum())
	t.Logf("killed at %v", at)
	if out, errs, code := runOnce(t, "", append([]string{"verify", "--data", parts.data}, parts.verify...)...); code != exitDone {
		t.Errorf("izdeu verify: exit status %d\n%s%s", code, out, errs)
	}
	for _, name := range names {
		if at[name] == 0 && *chaosCycles >= 10*len(names) {
			t.Errorf("the program never came to the failpoint %s", name)
		}
	}
}

// tally is what was found.
type tally struct {
	applications, letters, commands, events int // acknowledged, and in the journal
	lost, twice, doubled, other             int
}

// wrong counts what must not be.
func (t *tally) wrong() int { return t.lost + t.twice + t.doubled + t.other }

func (w *chaosWorld) sum() string {
	return fmt.Sprintf("%d applications, %d broken ones and %d commands acknowledged, %d events; %d lost, %d twice, %d double-booked, %d other faults",
		w.found.applications, w.found.letters, w.found.commands, w.found.events, w.found.lost, w.found.twice, w.found.doubled, w.found.other)
}

// count starts the program without a failpoint, waits until it has decided
// everything, and compares.
func (w *chaosWorld) count() {
	w.t.Helper()
	p := w.live("")
	defer func() { p.end(syscall.SIGTERM) }()
	w.rest(p)
	store := w.parts.open(w.t)
	defer func() { _ = store.Close() }()
	w.settle(p, store)
	w.compareStored(store)
	if !w.kafkaIsBroken {
		w.compareKafka(store)
	}
	w.compareBoard(store)
	w.verdict(p)
}

// verdict ends the test where something was found.
func (w *chaosWorld) verdict(p *chaosProcess) {
	w.t.Helper()
	if w.found.wrong() > 0 {
		w.t.Fatalf("%s\n%s\n%s", w.sum(), strings.Join(w.faults, "\n"), tail(p.log.String()))
	}
}

// fault notes what is wrong, and the first of them in words.
func (w *chaosWorld) fault(kind *int, format string, arguments ...any) {
	*kind++
	if len(w.faults) < 20 {
		w.faults = append(w.faults, fmt.Sprintf(format, arguments...))
	}
}

// settle waits until all that was acknowledged has a result. What has none in
// time is lost. A database that was killed just now refuses the first question
// on each connection that it had: it is asked again.
func (w *chaosWorld) settle(p *chaosProcess, store chaosStore) {
	w.t.Helper()
	deadline := time.Now().Add(*chaosWait)
	var missing []string
	for {
		var unread error
		missing = missing[:0]
		for _, id := range slices.Sorted(maps.Keys(w.filed)) {
			if w.settled[id] {
				continue
			}
			key, err := store.CaseOfApplication(w.t.Context(), dispatch.ApplicationIdentity(w.systemOf(id), id))
			unread = errors.Join(unread, err)
			if w.settled[id] = key != 0; key == 0 {
				missing = append(missing, "application "+id)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(w.commanded)) {
			if w.settled[id] {
				continue
			}
			applied, err := store.Applied(w.t.Context(), dispatch.CommandIdentity(id))
			unread = errors.Join(unread, err)
			if w.settled[id] = applied != nil; applied == nil {
				missing = append(missing, "command "+id)
			}
		}
		if len(missing) == 0 {
			return
		}
		select {
		case <-p.ended:
			w.t.Fatalf("the program ended by itself: %v\n%s", p.err, tail(p.log.String()))
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			if unread != nil {
				w.t.Fatal(unread)
			}
			for _, one := range missing {
				w.fault(&w.found.lost, "lost: %s was acknowledged and is not decided", one)
			}
			return
		}
	}
}
