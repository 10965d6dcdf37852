package dispatch

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// quickMessage wraps an application without the hash of its content. Many share
// a first name.
func quickMessage(w *world, id string, place orb.Point) Message {
	f := filingOf(id, MissingPerson, place)
	f.Subjects[0].Name = []string{"Нұрлан ", "Данияр ", "Ермек ", "Марат ", "Серік ", "Ержан "}[int(id[len(id)-1])%6] + id
	return Message{Identity: ApplicationIdentity(f.System, id), Filing: f, Now: w.now, At: w.now}
}

// crowded is a state of 500 automatic teams of large capacity and so many open
// cases, all over the country.
func crowded(b *testing.B, cases int) *world {
	b.Helper()
	w := duplicatesWorld(b)
	w.unchecked = true
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same places every time
	place := func() orb.Point { return orb.Point{50 + 35*random.Float64(), 42 + 12*random.Float64()} }
	for i := range 500 {
		w.team(fmt.Sprintf("team-%03d", i), place(), automatic, capacity(1_000_000))
	}
	for i := range cases {
		message := quickMessage(w, fmt.Sprintf("before-%d", i), place())
		w.state.Apply(Decide(w.state, &message))
		w.state.Settle()
	}
	return w
}

// BenchmarkApplication decides and applies an application that a team accepts
// at once, with 100,000 cases open.
func BenchmarkApplication(b *testing.B) {
	w := crowded(b, 100_000)
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same places every time
	messages := make([]Message, 10_000)
	i := 0
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if i%len(messages) == 0 {
			b.StopTimer()
			for j := range messages {
				messages[j] = quickMessage(w, fmt.Sprint(i+j), orb.Point{50 + 35*random.Float64(), 42 + 12*random.Float64()})
			}
			b.StartTimer()
		}
		w.state.Apply(Decide(w.state, &messages[i%len(messages)]))
		i++
		if i%1000 == 0 {
			w.state.Settle()
		}
	}
}

// waitingFor is a state in which so many cases wait, all over the country, for
// teams that all came free: some of large capacity, some of one.
func waitingFor(b *testing.B, cases, teams, capacity int) (*State, *Message) {
	b.Helper()
	w := newWorld(b)
	w.unchecked = true
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the same places every time
	place := func() orb.Point { return orb.Point{50 + 35*random.Float64(), 42 + 12*random.Float64()} }
	for i := range cases {
		message := quickMessage(w, fmt.Sprint(i), place())
		w.state.Apply(Decide(w.state, &message))
		w.state.Settle()
	}
	for i := range teams {
		r := TeamRegistration{ID: fmt.Sprint("team-", i), Base: place(), Kinds: Kinds(), Capacity: capacity, Answers: AnswersAutomatic, At: w.now}
		w.state.Apply(Decide(w.state, &Message{Identity: TeamMessageIdentity(r.ID, "team.registered", w.now), Registration: &r, Now: w.now, At: w.now}))
	}
	timer, _ := w.state.NextDeadline()
	return w.state, &Message{Timer: &timer, Now: w.now}
}

// BenchmarkMatch matches what waits.
func BenchmarkMatch(b *testing.B) {
	for _, size := range [][3]int{{50, 50, 1}, {300, 60, 1}, {70_000, 6, 1}, {70_000, 500, 1}, {10_000, 1, 1_000_000}} {
		b.Run(fmt.Sprintf("%d cases, %d teams of %d", size[0], size[1], size[2]), func(b *testing.B) {
			state, message := waitingFor(b, size[0], size[1], size[2])
			b.ReportAllocs()
			served := 0
			for b.Loop() {
				served = len(Decide(state, message).Cases)
			}
			if served < min(size[0], size[1]*size[2]) {
				b.Fatalf("%d cases are served", served)
			}
		})
	}
}
