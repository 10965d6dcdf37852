package dispatch

import (
	"iter"
	"slices"
)

// waitingSet holds the keys of the cases that want a team and have none asked,
// the most urgent first and among these the oldest first. Cases mostly come in
// at the end and go out at the front, so sorted slices serve.
type waitingSet struct {
	byRank [3][]int64
}

func (w *waitingSet) add(rank int, key int64) {
	keys := w.byRank[rank]
	if n := len(keys); n == 0 || keys[n-1] < key {
		w.byRank[rank] = append(keys, key)
		return
	}
	if i, found := slices.BinarySearch(keys, key); !found {
		w.byRank[rank] = slices.Insert(keys, i, key)
	}
}

func (w *waitingSet) remove(rank int, key int64) {
	keys := w.byRank[rank]
	i, found := slices.BinarySearch(keys, key)
	switch {
	case !found:
	case i == 0:
		w.byRank[rank] = keys[1:]
	default:
		w.byRank[rank] = slices.Delete(keys, i, i+1)
	}
}

// inOrder goes through rank and key of every waiting case.
func (w *waitingSet) inOrder() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		for rank := len(w.byRank) - 1; rank >= 0; rank-- {
			for _, key := range w.byRank[rank] {
				if !yield(rank, key) {
					return
				}
			}
		}
	}
}

func (w *waitingSet) len() int {
	n := 0
	for _, keys := range w.byRank {
		n += len(keys)
	}
	return n
}
