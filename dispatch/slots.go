package dispatch

import "math/bits"

// slotSet says which slots of a team are taken. The lowest free one is always
// given, so that the same messages give the same slots after a reload.
type slotSet struct {
	words []uint64 // bit s%64 of words[s/64]: slot s+1 is taken
	used  int
	low   int // no word below it has a free slot
}

// slotChange is a slot taken or given back by a decision, not yet applied.
type slotChange struct {
	team  int32
	slot  int32
	taken bool
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

// lowest gives the lowest slot that is free once the changes are made.
func (s *slotSet) lowest(team int32, changes []slotChange) int32 {
	start := s.low
	for _, c := range changes {
		if c.team == team && !c.taken {
			start = min(start, int(c.slot-1)/64)
		}
	}
	for word := start; ; word++ {
		var taken uint64
		if word < len(s.words) {
			taken = s.words[word]
		}
		for _, c := range changes {
			if c.team == team && int(c.slot-1)/64 == word {
				bit := uint64(1) << (uint(c.slot-1) % 64)
				taken &^= bit
				if c.taken {
					taken |= bit
				}
			}
		}
		if taken != ^uint64(0) {
			return int32(word*64+bits.TrailingZeros64(^taken)) + 1 //nolint:gosec // a slot is at most a team's capacity
		}
	}
}
