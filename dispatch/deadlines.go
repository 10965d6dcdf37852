package dispatch

import (
	"cmp"
	"container/heap"
	"time"
)

// deadlines holds the timers that may be due some day. An entry whose offer
// was answered meanwhile stays until it comes to the front.
type deadlines []Timer

func compareTimers(a, b Timer) int {
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Case, b.Case),
		cmp.Compare(a.Assignment, b.Assignment), cmp.Compare(a.Team, b.Team))
}

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return compareTimers(d[i], d[j]) < 0 }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *deadlines) Push(x any) { *d = append(*d, x.(Timer)) }

// Pop implements heap.Interface.
func (d *deadlines) Pop() any {
	old := *d
	last := old[len(old)-1]
	*d = old[:len(old)-1]
	return last
}

func (s *State) addDeadline(t Timer) { heap.Push(&s.deadlines, t) }

// NextDeadline gives the next timer that is still wanted, the earliest first;
// false when there is none.
func (s *State) NextDeadline() (Timer, bool) {
	match := Timer{Kind: TimerMatch, Due: s.matchDue}
	if match.Due.IsZero() {
		match.Due = s.staleDue
	}
	for len(s.deadlines) > 0 {
		t := s.deadlines[0]
		if !s.wanted(t) {
			heap.Pop(&s.deadlines)
			continue
		}
		if s.wanted(match) && match.Due.Before(t.Due) {
			return match, true // with equal times it comes last: for all that came free
		}
		return t, true
	}
	return match, s.wanted(match)
}

// wanted says that what the timer was made for still waits.
func (s *State) wanted(t Timer) bool {
	switch t.Kind {
	case TimerOffer:
		c := s.cases[t.Case]
		if c == nil || t.Assignment > len(c.Assignments) {
			return false
		}
		a := &c.Assignments[t.Assignment-1]
		return a.Status == AssignmentOffered && a.AnswerBy.Equal(t.Due)
	case TimerCheckIn:
		c := s.cases[t.Case]
		if c == nil || t.Assignment > len(c.Assignments) {
			return false
		}
		a := &c.Assignments[t.Assignment-1]
		return a.CheckInMissedAt.IsZero() && a.CheckInBy.Equal(t.Due)
	case TimerAvailability:
		team := s.team(t.Team)
		return team != nil && !team.team.Available && team.team.Until.Equal(t.Due)
	case TimerDuty:
		team := s.team(t.Team)
		return team != nil && !t.Due.IsZero() && team.team.DutyUntil.Equal(t.Due)
	case TimerRest:
		team := s.team(t.Team)
		return team != nil && len(team.team.Rests) > 0 && team.team.Rests[0].Equal(t.Due)
	case TimerMatch:
		return !s.matchDue.IsZero() || !s.staleDue.IsZero()
	}
	return false
}

// dropDeadline forgets a timer that cannot be decided, until the state is
// loaded again.
func (s *State) dropDeadline(t Timer) {
	if t.Kind == TimerMatch {
		s.matchDue, s.staleDue = time.Time{}, time.Time{}
		return
	}
	for i := range s.deadlines {
		if s.deadlines[i] == t {
			heap.Remove(&s.deadlines, i)
			return
		}
	}
}
