package dispatch

import (
	"container/heap"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The simulation: a world of people around the real leader, store faults and
// crashes included, in virtual time. A seed decides everything, so a failing
// one is played again by its number:
//
//	go test ./dispatch -run Simulation -seeds 10000
//	go test ./dispatch -run Simulation -seed 4711 -v
var (
	simulatedSeeds   = flag.Int("seeds", 40, "how many seeds TestSimulation plays")
	simulatedSeed    = flag.Uint64("seed", 0, "play this seed alone and say what happens (0: play -seeds of them)")
	simulatedCrashes = flag.Int("crashes", 2000, "how often the store fails or the leader dies in TestSimulationOfCrashes")
	simulatedHours   = flag.Int("hours", 24, "virtual hours of each seed, before everything comes to its end")
)

func TestSimulation(t *testing.T) {
	if *simulatedSeed != 0 {
		if fault := simulate(*simulatedSeed, t.Logf); fault != "" {
			t.Fatalf("seed %d: %s", *simulatedSeed, fault)
		}
		return
	}
	var next, messages, events, crashes atomic.Int64
	var mu sync.Mutex
	faults := map[uint64]string{}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				seed := uint64(next.Add(1))
				mu.Lock()
				stop := len(faults) > 0
				mu.Unlock()
				if stop || seed > uint64(*simulatedSeeds) {
					return
				}
				s := newSimulation(seed, nil)
				fault := s.play()
				messages.Add(int64(s.produced))
				events.Add(s.ledger.head.Sequence)
				crashes.Add(int64(s.crashes))
				if fault != "" {
					fmt.Printf("seed %d: %s\n", seed, fault) // at once: the others are played to their ends
					mu.Lock()
					faults[seed] = fault
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	for seed, fault := range faults {
		t.Errorf("seed %d: %s\nplay it again: go test ./dispatch -run Simulation -seed %d -v", seed, fault, seed)
	}
	t.Logf("%d seeds of %d virtual hours: %d messages, %d events, %d crashes", min(next.Load()-1, int64(*simulatedSeeds)), *simulatedHours,
		messages.Load(), events.Load(), crashes.Load())
}

// TestSimulationOfCrashes plays days on which the store fails at every step,
// and the leader dies, until it has happened -crashes times.
func TestSimulationOfCrashes(t *testing.T) {
	var next atomic.Uint64
	var mu sync.Mutex
	crashes, seeds, events, failed, fault := 0, 0, int64(0), map[string]int{}, ""
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				mu.Lock()
				stop := fault != "" || crashes >= *simulatedCrashes
				mu.Unlock()
				if stop {
					return
				}
				seed := next.Add(1)
				s := newSimulation(seed, nil)
				s.stormy, s.failed = true, map[string]int{}
				said := s.play()
				mu.Lock()
				seeds, crashes, events = seeds+1, crashes+s.crashes, events+s.ledger.head.Sequence
				for step, n := range s.failed {
					failed[step] += n
					crashes += n
				}
				if said != "" {
					fault = fmt.Sprintf("seed %d: %s", seed, said)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	if fault != "" {
		t.Error(fault)
	}
	for _, step := range []string{"load", "time", "look up", "dead letters", "before the commit", "after the commit"} {
		if failed[step] == 0 {
			t.Errorf("the store never failed at: %s", step)
		}
	}
	t.Logf("%d crashes and failures of the store in %d seeds (%v by step), %d events", crashes, seeds, failed, events)
}

// simulate plays one seed, and gives what went wrong.
func simulate(seed uint64, say func(string, ...any)) string { return newSimulation(seed, say).play() }

// simulation is one world.
type simulation struct {
	rng *rand.Rand
	say func(string, ...any) // nil: silent
	now time.Time
	end time.Time // nobody files after it

	ledger   *ledger
	logs     map[string]*simulatedLog
	leader   *replica // the one that holds the lock
	settings Settings

	queue    happenings
	order    int
	acts     int // of people, in the queue
	seen     int // events of the journal that people have seen
	ids      int
	produced int
	crashes  int
	stormy   bool           // the store fails at every step, again and again
	failed   map[string]int // by step
	fault    string

	checks checks
	people people
}

// replica is a process that may lead.
type replica struct {
	name   string
	d      *Dispatcher
	l      *leadership // nil while it does not lead
	mail   *mailbox
	feed   *Feed
	behind time.Duration // how far its clock has gone back in all
	wakeAt time.Time     // of the next wake that is in the queue
	turns  int           // since it began to lead
}

// simulatedMetrics are shared: nothing is measured, and making them is dear.
var simulatedMetrics = sync.OnceValue(func() *Metrics { return NewMetrics(prometheus.NewRegistry()) })

func newSimulation(seed uint64, say func(string, ...any)) *simulation {
	s := &simulation{rng: rand.New(rand.NewPCG(seed, 2026)), say: say, now: worldStart, //nolint:gosec // a seed decides everything
		end: worldStart.Add(time.Duration(*simulatedHours) * time.Hour), logs: map[string]*simulatedLog{}, settings: DefaultSettings()}
	s.settings.Rest, s.settings.CheckIn = choice(s, 0, 0, time.Hour), choice(s, 0, 0, time.Hour)
	for _, topic := range inputTopics {
		s.logs[topic] = &simulatedLog{}
	}
	s.ledger = newLedger(func() time.Time { return s.now })
	s.checks = newChecks(s)
	s.ledger.check = s.checks.commit
	s.people = newPeople(s)
	return s
}

// play lets everything happen, and gives the first thing that must not be.
func (s *simulation) play() string {
	s.lead(s.newReplica())
	s.people.begin()
	last := s.now // when somebody acted last
	for s.fault == "" && len(s.queue) > 0 {
		next := heap.Pop(&s.queue).(happening)
		switch {
		case s.acts > 0:
			last = next.at
		case next.at.After(last.Add(quietAfter)):
			s.queue = nil // only calendars go on
			continue
		}
		if next.at.After(s.end.Add(96 * time.Hour)) {
			s.violated("I8", "it does not come to an end within four days")
		}
		s.now = next.at
		if !next.wake {
			s.acts--
		}
		next.do()
	}
	if s.fault == "" {
		s.checks.atEnd()
	}
	return s.fault
}

// violated notes the first fault.
func (s *simulation) violated(invariant, format string, arguments ...any) {
	if s.fault == "" {
		s.fault = fmt.Sprintf("%s: %s (at %s, sequence %d)", invariant, fmt.Sprintf(format, arguments...),
			s.now.Sub(worldStart), s.ledger.head.Sequence)
	}
}

func (s *simulation) tell(format string, arguments ...any) {
	if s.say != nil {
		s.say("%s  %s", s.now.Sub(worldStart), fmt.Sprintf(format, arguments...))
	}
}

// happening is something that is going to happen.
type happening struct {
	at    time.Time
	order int
	wake  bool // of a leader: nobody acts
	do    func()
}

// quietAfter is how long a leader works on when nobody acts any more.
const quietAfter = 2 * time.Hour

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *happenings) Push(x any) { *h = append(*h, x.(happening)) }

// Pop implements heap.Interface.
func (h *happenings) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// in lets something happen after a while.
func (s *simulation) in(after time.Duration, do func()) {
	s.acts++
	s.plan(after, false, do)
}

func (s *simulation) plan(after time.Duration, wake bool, do func()) {
	s.order++
	heap.Push(&s.queue, happening{at: s.now.Add(after.Truncate(time.Millisecond)), order: s.order, wake: wake, do: do})
}

func (s *simulation) chance(of float64) bool { return s.rng.Float64() < of }

// between gives a time evenly between two.
func (s *simulation) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.rng.Int64N(int64(most-least)+1))
}

func choice[T any](s *simulation, values ...T) T { return values[s.rng.IntN(len(values))] }

func (s *simulation) nextID(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s%d", prefix, s.ids)
}

// produce puts a message on its topic after a delay, some of them twice, as a
// producer does that heard no answer.
func (s *simulation) produce(topic string, message Message, delay time.Duration) {
	s.in(delay, func() {
		s.append(topic, message)
		if s.chance(0.08) {
			s.in(s.between(0, 5*time.Minute), func() { s.append(topic, message) })
		}
	})
}

func (s *simulation) append(topic string, message Message) {
	log := s.logs[topic]
	message.Source, message.At = Source{Topic: topic, Offset: int64(len(log.messages))}, s.now
	log.messages = append(log.messages, message)
	s.produced++
	s.checks.produced(&message)
	s.wakeLeader()
}

func (s *simulation) newReplica() *replica {
	r := &replica{name: s.nextID("replica-"), mail: &mailbox{logs: s.logs, limit: func() int { return 1 + s.rng.IntN(40) }}}
	r.feed = NewFeed(s.ledger, 1+s.rng.IntN(200))
	r.d = NewDispatcher(s.ledger, r.mail, r.feed, s.settings, simulatedMetrics(), slog.New(slog.DiscardHandler))
	r.d.clock = func() time.Time { return s.now.Add(-r.behind) }
	r.d.pruned = s.end.Add(1000 * time.Hour) // identities outlive the simulation
	return r
}

// lead gives the lock to a replica.
func (s *simulation) lead(r *replica) {
	s.leader = r
	s.wake(r, 0)
}

// wakeLeader lets the leader see what is new: mostly at once, at times late.
func (s *simulation) wakeLeader() {
	lag := s.between(0, 300*time.Millisecond)
	if s.chance(0.01) {
		lag = s.between(0, 3*time.Minute)
	}
	s.wake(s.leader, lag)
}

func (s *simulation) wake(r *replica, after time.Duration) {
	at := s.now.Add(after.Truncate(time.Millisecond))
	if !r.wakeAt.IsZero() && !r.wakeAt.After(at) {
		return
	}
	r.wakeAt = at
	s.plan(after, true, func() {
		if r.wakeAt.Equal(at) {
			r.wakeAt = time.Time{}
			s.work(r)
		}
	})
}

// work lets a replica lead until it has nothing to do.
func (s *simulation) work(r *replica) {
	for s.fault == "" && s.turn(r) { //nolint:revive // the turn is the work
	}
	s.people.look()
	s.checks.board(r)
	s.checks.reload(r)
	if r.l == nil || r != s.leader {
		return
	}
	if timer, ok := r.l.state.NextDeadline(); ok {
		s.wake(r, max(timer.Due.Sub(r.d.now(r.l.state)), time.Millisecond))
	}
}

// turn is one turn of a leader with what may go wrong in it; false when there
// is nothing left to do now.
func (s *simulation) turn(r *replica) bool {
	ctx := context.Background()
	if r.l == nil {
		s.storm()
		l, err := r.d.begin(ctx)
		s.ledger.fails = nil
		if s.stormy && errors.Is(err, errDisk) {
			s.wake(r, s.between(10*time.Millisecond, 5*time.Second))
			return false
		}
		if err != nil {
			s.violated("I8", "the state cannot be loaded: %v", err)
			return false
		}
		r.l, r.turns = l, 0
		s.checks.loaded(r)
	}
	switch {
	case s.chance(0.002), s.stormy && s.now.Before(s.end) && s.chance(0.05):
		s.crash(r)
		return false
	case s.chance(0.003):
		s.ledger.fault = choice(s, commitLost, commitUnknown)
	case s.chance(0.001):
		r.mail.away = true
		s.in(s.between(time.Second, 5*time.Minute), func() { r.mail.away = false; s.wake(r, 0) })
	}
	if s.chance(0.001) {
		r.behind += s.between(time.Millisecond, 5*time.Second) // set by hand, or by its time server
	}
	if r.turns++; r.turns > 5000 && s.leader == r {
		s.violated("I8", "%s has not caught up after %d turns", r.name, r.turns)
	}
	s.storm()
	s.ledger.lags = r.l.before != nil && s.chance(0.5)
	err := r.l.turn(ctx)
	s.ledger.lags = false
	if r.l.before != nil { // the commit is waited for, so that a seed decides everything
		landed := <-r.l.before.done
		r.l.before.done <- landed
	}
	s.ledger.fails = nil
	if err != nil {
		s.tell("%s loads again: %v", r.name, err)
		r.l = nil
		s.wake(r, s.between(10*time.Millisecond, 5*time.Second))
		return false
	}
	if r.mail.away {
		return r.l.before != nil
	}
	due := false
	if timer, ok := r.l.state.NextDeadline(); ok {
		due = !r.d.now(r.l.state).Before(timer.Due)
	}
	if r.l.before != nil || r.l.ends != nil || due || r.mail.waits() {
		return true
	}
	r.turns = 0
	return false
}

// waits says that there is something to read.
func (m *mailbox) waits() bool {
	for _, topic := range inputTopics {
		if m.next[topic] < int64(len(m.logs[topic].messages)+len(m.logs[topic].positions)) {
			return true
		}
	}
	return false
}

// storm lets the next steps of the store fail often, while people are about:
// afterwards everything has to come to its end.
func (s *simulation) storm() {
	if !s.stormy || s.now.After(s.end) {
		return
	}
	fail := func(step string, of float64) bool {
		if !s.chance(of) {
			return false
		}
		s.failed[step]++
		return true
	}
	switch {
	case fail("before the commit", 0.08):
		s.ledger.fault = commitLost
	case fail("after the commit", 0.08):
		s.ledger.fault = commitUnknown
	}
	s.ledger.fails = func(step string) bool { return fail(step, 0.05) }
}

// crash ends a leader. At times it only sleeps, and goes on with what it knew
// when another has taken its place long since.
func (s *simulation) crash(r *replica) {
	if r != s.leader {
		return
	}
	s.crashes++
	zombie := s.chance(0.3)
	s.tell("%s is gone (asleep: %t)", r.name, zombie)
	next := s.newReplica()
	s.leader = next
	s.wake(next, s.between(time.Second, 10*time.Minute))
	if !zombie {
		r.l = nil
		return
	}
	s.in(s.between(time.Second, 30*time.Minute), func() { s.sleepwalk(r) })
}

// sleepwalk lets a leader go on that has lost its place: whatever it decides
// must be fenced.
func (s *simulation) sleepwalk(r *replica) {
	if r.l == nil || s.ledger.head == r.l.state.Head() {
		return // nobody has led since: it may as well be the leader
	}
	head := s.ledger.head
	for range 50 {
		err := r.l.turn(context.Background())
		if r.l.before != nil {
			landed := <-r.l.before.done
			r.l.before.done <- landed
		}
		if err != nil {
			break
		}
	}
	if s.ledger.head != head {
		s.violated("I3", "%s woke up behind and wrote events up to %d", r.name, s.ledger.head.Sequence)
	}
	r.l = nil
}
