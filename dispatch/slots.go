package dispatch

import (
	"math/bits"
	"slices"
)

// slotSet says which slots of a team are taken. The lowest free one is always
// given, so that the same messages give the same slots after a reload.
type slotSet struct {
	words []uint64 // bit s%64 of words[s/64]: slot s+1 is taken
	used  int
	low   int // no word below it has a free slot
}

// teamSlots are a team's slots as a decision sees them, its own changes made.
type teamSlots struct {
	team int32
	slotSet
}

// clone copies the set so that the copy may be changed.
func (s *slotSet) clone() slotSet {
	return slotSet{words: slices.Clone(s.words), used: s.used, low: s.low}
}

func (s *slotSet) take(slot int32) {
	word, bit := int(slot-1)/64, uint(slot-1)%64
	for len(s.words) <= word {
		s.words = append(s.words, 0)
	}
	s.words[word] |= 1 << bit
	s.used++
	for s.low < len(s.words) && s.words[s.low] == ^uint64(0) {
		s.low++
	}
}

func (s *slotSet) release(slot int32) {
	word, bit := int(slot-1)/64, uint(slot-1)%64
	s.words[word] &^= 1 << bit
	s.used--
	s.low = min(s.low, word)
}

// lowest gives the lowest slot that is free.
func (s *slotSet) lowest() int32 {
	for word := s.low; word < len(s.words); word++ {
		if free := ^s.words[word]; free != 0 {
			return int32(word*64+bits.TrailingZeros64(free)) + 1 //nolint:gosec // a slot is at most a team's capacity
		}
	}
	return int32(len(s.words)*64) + 1 //nolint:gosec // as above
}
