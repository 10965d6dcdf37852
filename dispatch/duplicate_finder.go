package dispatch

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// DuplicateFinder compares what somebody is about to file with the open cases,
// by the rules by which it will be compared once it is filed. It stores nothing
// of a filing. Its methods may be called by anybody at any time.
type DuplicateFinder struct {
	mu sync.Mutex
	s  *State
}

// NewDuplicateFinder makes a finder without cases.
func NewDuplicateFinder(settings Settings) *DuplicateFinder {
	s := &State{settings: settings, cases: map[int64]*Case{}}
	if settings.DuplicateWindow > 0 {
		s.duplicates = newDuplicateIndex(&settings)
	}
	return &DuplicateFinder{s: s}
}

// Put takes the newer version of a case in.
func (f *DuplicateFinder) Put(c *Case) {
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.s.cases[c.Key]
	if f.s.duplicates == nil || old != nil && old.Changed > c.Changed {
		return
	}
	f.s.duplicates.put(old, c, nil)
	if mayBeSame(c) {
		f.s.cases[c.Key] = c
	} else {
		delete(f.s.cases, c.Key)
	}
}

// FoundDuplicate is an open case that a filing may be about. Certain: filed as
// it is, the filing would join it by itself.
type FoundDuplicate struct {
	Case    *Case
	Certain bool
	Reasons []string // of DuplicateReasons
}

// Find gives the cases that a filing may be about, the likeliest first.
func (f *DuplicateFinder) Find(filing *Filing, now time.Time) []FoundDuplicate {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := &decision{s: f.s, now: now}
	certain, likely := d.duplicates(filing)
	var found []FoundDuplicate
	if certain != nil {
		one := d.compare(filing, evidenceOfFiling(filing), certain)
		found = append(found, FoundDuplicate{Case: certain, Certain: true, Reasons: one.reasons})
	}
	for _, one := range likely {
		found = append(found, FoundDuplicate{Case: one.c, Reasons: one.reasons})
	}
	slices.SortStableFunc(found, func(a, b FoundDuplicate) int { return -cmp.Compare(len(a.Reasons), len(b.Reasons)) })
	return found
}
