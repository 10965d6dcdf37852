package dispatch

import (
	"iter"
	"slices"
)

// queueRanks is how many ranks the waiting set has.
const queueRanks = 7

// queueRank is where a case waits: volunteer events come last, as they take
// nobody's slot; the others go by urgency, and within one urgency those that
// lost their team come first.
func (c *Case) queueRank() int {
	if c.Kind == VolunteerEvent {
		return 0
	}
	rank := 1 + 2*c.Urgency.rank()
	if c.FirstInQueue {
		rank++
	}
	return rank
}

// waitingPlace is a place in the order of what waits.
type waitingPlace struct {
	rank int
	key  int64
}

// frontOfQueue is the place before all others, behindCases the place before
// the volunteer events.
var (
	frontOfQueue = waitingPlace{rank: queueRanks}
	behindCases  = waitingPlace{rank: 0}
)

// waitingSet holds the keys of the cases that want a team and have none asked,
// the most urgent first and among these the oldest first. Cases mostly come in
// at the end and go out at the front, so sorted slices serve.
type waitingSet struct {
	byRank [queueRanks][]int64
}

func (w *waitingSet) add(c *Case) {
	keys := &w.byRank[c.queueRank()]
	if n := len(*keys); n == 0 || (*keys)[n-1] < c.Key {
		*keys = append(*keys, c.Key)
		return
	}
	if i, found := slices.BinarySearch(*keys, c.Key); !found {
		*keys = slices.Insert(*keys, i, c.Key)
	}
}

func (w *waitingSet) remove(c *Case) {
	keys := &w.byRank[c.queueRank()]
	i, found := slices.BinarySearch(*keys, c.Key)
	switch {
	case !found:
	case i == 0:
		*keys = (*keys)[1:]
	default:
		*keys = slices.Delete(*keys, i, i+1)
	}
}

// behind says that the place comes after another one.
func (p waitingPlace) behind(other waitingPlace) bool {
	return p.rank < other.rank || p.rank == other.rank && p.key > other.key
}

// behind goes through what waits behind a place, in order.
func (w *waitingSet) behind(place waitingPlace) iter.Seq[waitingPlace] {
	return func(yield func(waitingPlace) bool) {
		for rank := min(place.rank, queueRanks-1); rank >= 0; rank-- {
			keys := w.byRank[rank]
			if rank == place.rank {
				i, _ := slices.BinarySearch(keys, place.key+1)
				keys = keys[i:]
			}
			for _, key := range keys {
				if !yield(waitingPlace{rank, key}) {
					return
				}
			}
		}
	}
}

// cases counts those that wait for a slot: all but volunteer events.
func (w *waitingSet) cases() int { return w.len() - len(w.byRank[0]) }

func (w *waitingSet) len() int {
	n := 0
	for _, keys := range w.byRank {
		n += len(keys)
	}
	return n
}
