package dispatch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// randomMatching gives a problem of some shape: dense or sparse, with many
// equal costs or none, cheap or dear to leave rows out.
func randomMatching(random *rand.Rand, rows, columns int) *matching {
	m := &matching{columns: columns, cost: make([]int64, rows*columns), leave: make([]int64, rows)}
	span := []int64{2, 10, 1000, 1_000_000_000_000}[random.IntN(4)]
	gaps := random.IntN(4)
	for i := range m.cost {
		m.cost[i] = random.Int64N(span)
		if gaps > 0 && random.IntN(5) < gaps {
			m.cost[i] = forbidden
		}
	}
	dear := []int64{1, span / 2, span, 3 * span}[random.IntN(4)]
	for i := range m.leave {
		m.leave[i] = dear/2 + random.Int64N(dear)
	}
	return m
}

// bruteForce tries every way: best[set] is the least cost of the rows so far
// with the columns of the set taken.
func bruteForce(m *matching) int64 {
	best := make([]int64, 1<<m.columns)
	for set := range best[1:] {
		best[set+1] = math.MaxInt64
	}
	for i := range m.rows() {
		next := make([]int64, len(best))
		for set := range next {
			next[set] = math.MaxInt64
		}
		for set, cost := range best {
			if cost == math.MaxInt64 {
				continue
			}
			next[set] = min(next[set], cost+m.leave[i])
			for j, pair := range m.row(i) {
				if with := set | 1<<j; with != set && pair != forbidden {
					next[with] = min(next[with], cost+pair)
				}
			}
		}
		best = next
	}
	least := int64(math.MaxInt64)
	for _, cost := range best {
		least = min(least, cost)
	}
	return least
}

// checkSolution: no column twice, no pair that is forbidden.
func checkSolution(t *testing.T, seed int, m *matching, columnOf []int) {
	t.Helper()
	taken := map[int]bool{}
	for i, j := range columnOf {
		if j == unserved {
			continue
		}
		if taken[j] || m.row(i)[j] == forbidden {
			t.Fatalf("seed %d: row %d may not have column %d: %v", seed, i, j, columnOf)
		}
		taken[j] = true
	}
}

// TestLeastIsBruteForce on problems of up to 8 × 8.
func TestLeastIsBruteForce(t *testing.T) {
	for seed := range 10_000 {
		random := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // a seed that can be given again
		m := randomMatching(random, random.IntN(9), random.IntN(9))
		columnOf := m.least()
		checkSolution(t, seed, m, columnOf)
		if got, want := m.total(columnOf), bruteForce(m); got != want {
			t.Fatalf("seed %d: %d × %d costs %d, the least is %d", seed, m.rows(), m.columns, got, want)
		}
	}
}

// TestLeastIsNeverWorseThanGreedy on larger problems.
func TestLeastIsNeverWorseThanGreedy(t *testing.T) {
	better := 0
	for seed := range 10_000 {
		random := rand.New(rand.NewPCG(uint64(seed), 2)) //nolint:gosec // as above
		m := randomMatching(random, random.IntN(40), random.IntN(20))
		least, greedy := m.least(), m.greedy()
		checkSolution(t, seed, m, least)
		checkSolution(t, seed, m, greedy)
		if a, b := m.total(least), m.total(greedy); a > b {
			t.Fatalf("seed %d: %d × %d costs %d, greedy %d", seed, m.rows(), m.columns, a, b)
		} else if a < b {
			better++
		}
	}
	if better < 5_000 {
		t.Fatalf("better than greedy on %d seeds only", better)
	}
}

// BenchmarkLeast: places and travel times as in a region, every pair allowed.
func BenchmarkLeast(b *testing.B) {
	for _, size := range [][2]int{{50, 50}, {300, 60}, {60, 300}, {300, 300}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			random := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // the same places every time
			m := &matching{columns: size[1], cost: make([]int64, size[0]*size[1]), leave: make([]int64, size[0])}
			place := func() (float64, float64) { return 400 * random.Float64(), 400 * random.Float64() }
			teams := make([][2]float64, size[1])
			for j := range teams {
				teams[j][0], teams[j][1] = place()
			}
			for i := range m.leave {
				x, y := place()
				weight := []int64{1, 3, 9}[random.IntN(3)]
				for j := range m.row(i) {
					m.row(i)[j] = weight * int64(60_000*math.Hypot(x-teams[j][0], y-teams[j][1]))
				}
				m.leave[i] = weight * 40_000_000
			}
			b.ReportAllocs()
			for b.Loop() {
				m.least()
			}
		})
	}
}
