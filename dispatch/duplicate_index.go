package dispatch

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/izdeu/izdeu/geo"
)

const (
	likelyLooked = 32   // cases of one trait that are looked at, the newest first
	likelyPassed = 1000 // the same, with those that are passed over for their place

	metresOfDegree = 111_195 // of latitude, on the sphere that geo measures by
	leastRowM      = 1000
)

// Numbers of the hash FNV-1a of 64 bits.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// traits are hashes of what an application or a case says of itself. Rare ones
// (a reference, a phone) tell something wherever the two are; local ones (an
// address, a word of a name) only where they are near each other.
type traits struct{ rare, local []uint64 }

// duplicateIndex finds the active cases that share a trait. Local traits are
// kept by rows of latitude, so that the many who share a first name in the
// country are not gone through for each of them. What it finds is compared itself.
type duplicateIndex struct {
	distanceM float64                  // how far apart two may be
	cases     map[uint64][]indexedCase // by what finds them, in the order of the keys
	found     map[int64][]uint64       // by case: what finds it
}

// indexedCase has what most of those who share a first name differ in, so that
// they need not be looked up.
type indexedCase struct {
	key   int64
	place orb.Point // nowhere when it is not known
}

func newDuplicateIndex(settings *Settings) *duplicateIndex {
	return &duplicateIndex{distanceM: settings.DuplicateDistanceM, cases: map[uint64][]indexedCase{}, found: map[int64][]uint64{}}
}

// put brings what finds a case up to date; the traits of a new one may be known.
func (x *duplicateIndex) put(old, c *Case, of *traits) {
	if !mayBeSame(c) {
		if old != nil {
			x.remove(c.Key)
		}
		return
	}
	if old != nil && mayBeSame(old) && old.Personal.Changed == c.Personal.Changed && placeOf(old.Location) == placeOf(c.Location) && slices.EqualFunc(old.Applications, c.Applications,
		func(a, b Application) bool { return a.Key == b.Key && a.Changed == b.Changed }) {
		return
	}
	x.remove(c.Key)
	if old != nil || of == nil {
		of = evidenceOfCase(c).traits()
	}
	one := indexedCase{c.Key, placeOf(c.Location)}
	found := x.foundBy(of, one.place)
	if len(found) == 0 {
		return
	}
	x.found[c.Key] = found
	for _, by := range found {
		with := x.cases[by]
		if n := len(with); n == 0 || with[n-1].key < c.Key {
			x.cases[by] = append(with, one)
		} else if i, found := slices.BinarySearchFunc(with, c.Key, indexedCase.compare); !found {
			x.cases[by] = slices.Insert(with, i, one)
		}
	}
}

func (one indexedCase) compare(key int64) int { return cmp.Compare(one.key, key) }

func (x *duplicateIndex) remove(key int64) {
	for _, by := range x.found[key] {
		with := x.cases[by]
		if i, found := slices.BinarySearchFunc(with, key, indexedCase.compare); found {
			if len(with) == 1 {
				delete(x.cases, by)
				continue
			}
			x.cases[by] = slices.Delete(with, i, i+1)
		}
	}
	delete(x.found, key)
}

// foundBy gives what a case with these traits at a place is found by.
func (x *duplicateIndex) foundBy(of *traits, place orb.Point) []uint64 {
	if place == nowhere {
		return of.rare
	}
	found := append(make([]uint64, 0, len(of.rare)+len(of.local)), of.rare...)
	for _, trait := range of.local {
		found = append(found, inRow(trait, x.row(place.Lat())))
	}
	return found
}

// row counts rows of latitude, each about as high as a box of around, which so
// lies in two of them, or three.
func (x *duplicateIndex) row(latitude float64) int {
	return int(math.Floor(latitude * metresOfDegree / (2 * max(x.distanceM, leastRowM))))
}

// inRow is a local trait in a row of latitude.
func inRow(trait uint64, row int) uint64 {
	return (trait ^ uint64(row)) * fnvPrime // #nosec G115 -- a hash
}

// find gives the cases that share a rare trait, these first, or a local one near
// a place, each once.
func (x *duplicateIndex) find(of *traits, place orb.Point) (keys []int64, rare int) {
	look := func(with []indexedCase, wanted func(orb.Point) bool) {
		looked := 0
		for _, one := range slices.Backward(with[max(0, len(with)-likelyPassed):]) {
			if !wanted(one.place) {
				continue
			}
			if looked++; looked > likelyLooked {
				return
			}
			if !slices.Contains(keys, one.key) {
				keys = append(keys, one.key)
			}
		}
	}
	for _, trait := range of.rare {
		look(x.cases[trait], func(orb.Point) bool { return true })
	}
	rare = len(keys)
	if place == nowhere {
		return keys, rare
	}
	box := around(place, x.distanceM)
	for _, trait := range of.local {
		for row := x.row(box.Min.Lat()); row <= x.row(box.Max.Lat()); row++ {
			look(x.cases[inRow(trait, row)], func(there orb.Point) bool {
				return box.Contains(there) && geo.Distance(place, there) <= x.distanceM
			})
		}
	}
	return keys, rare
}

// around is a box that holds every place within a distance.
func around(place orb.Point, metres float64) orb.Bound {
	const beyondRounding = 1.001
	box := orbgeo.NewBoundAroundPoint(place, beyondRounding*metres)
	if box.Min.Lon() > box.Max.Lon() { // it goes over the antimeridian
		box.Min[0], box.Max[0] = -180, 180
	}
	return box
}

// nowhere is in no box.
var nowhere = orb.Point{math.Inf(1), math.Inf(1)}

func placeOf(place *orb.Point) orb.Point {
	if place == nil {
		return nowhere
	}
	return *place
}

// mayBeSame says that an application may belong to the case: it is open, and
// somebody asked for help in it.
func mayBeSame(c *Case) bool { return c.Kind != VolunteerEvent && c.searching() }
