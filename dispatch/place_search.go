package dispatch

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// builtInPlaces gives the points of the program's own places by canonical name.
var builtInPlaces = sync.OnceValue(func() map[string][]orb.Point {
	points := map[string][]orb.Point{}
	for _, place := range builtInRows() {
		for _, key := range place.keys() {
			points[key] = append(points[key], place.Location)
		}
	}
	return points
})

// builtInRows gives the program's own places as rows look.
var builtInRows = sync.OnceValue(func() []*Place {
	var rows []*Place
	for _, place := range geo.Places() {
		rows = append(rows, &Place{PlaceRegistration: PlaceRegistration{Names: place.Names, Also: place.Also, Location: place.Point},
			Region: place.Region, Origin: PlaceBuiltIn})
	}
	return rows
})

// PlaceIndex finds places by what people type: in Kazakh, Russian or Latin
// letters, with typos, from the first letters on. It does not change once made.
type PlaceIndex struct {
	places  []*Place
	regions [][]string // canonical words of each place's region
	words   []string   // of all names, sorted
	of      [][]placeWord
}

// placeWord says in which name of which place a word stands.
type placeWord struct {
	place int32
	name  uint8 // among the place's keys
	count uint8 // words of that name
}

// PlaceMatch says how well a name fits what was typed.
type PlaceMatch uint8

// How names fit, the best first.
const (
	MatchExact   PlaceMatch = iota // the whole name
	MatchWords                     // some of its words
	MatchPrefix                    // how its words begin
	MatchSimilar                   // nearly
)

// PlaceHit is a place that was found. DistanceM is NaN without a point to measure from.
type PlaceHit struct {
	*Place
	Match     PlaceMatch
	DistanceM float64
}

// NewPlaceIndex indexes the program's own places and those of an installation.
// One of the installation replaces the program's own of the same name near it.
func NewPlaceIndex(rows []*Place) *PlaceIndex {
	x := &PlaceIndex{}
	own := map[string][]orb.Point{}
	for _, place := range rows {
		if !place.Removed {
			x.places = append(x.places, place)
			for _, key := range place.keys() {
				own[key] = append(own[key], place.Location)
			}
		}
	}
	for _, place := range builtInRows() {
		if !slices.ContainsFunc(place.keys(), func(key string) bool {
			return slices.ContainsFunc(own[key], func(at orb.Point) bool { return geo.Distance(at, place.Location) <= learntApartM })
		}) {
			x.places = append(x.places, place)
		}
	}
	byWord := map[string][]placeWord{}
	regions := map[string][]string{}
	for i, place := range x.places {
		for n, key := range place.keys() {
			words := strings.Fields(key)
			for _, word := range words {
				byWord[word] = append(byWord[word], placeWord{int32(i), uint8(n), uint8(len(words))}) // #nosec G115 -- names have few words
			}
		}
		words, known := regions[place.Region]
		if region, found := geo.RegionByCode(place.Region); found && !known {
			words = placeWords(strings.Join([]string{region.Names.Kazakh, region.Names.Russian, region.Names.English}, " "))
			regions[place.Region] = words
		}
		x.regions = append(x.regions, words)
	}
	for word := range byWord {
		x.words = append(x.words, word)
	}
	slices.Sort(x.words)
	for _, word := range x.words {
		x.of = append(x.of, byWord[word])
	}
	return x
}

const (
	mostQueryWords = 5
	leastOfTypo    = 4 // letters of a word in which one may be wrong
)

// wordsBesideNames are canonical words that tell nothing of which place is meant.
var wordsBesideNames = []string{"oblis", "oblisi", "oblast", "raion", "audan", "audani", "region", "district", "selo", "auil", "auili", "gorod", "kala", "kalasi",
	"pos", "poselok", "kent", "s", "g", "a", "p", "ul", "st"}

// Search gives the places that fit what was typed, the best first, at most
// limit of them: whole names before beginnings before typos, and among equals
// the nearest to a point or, without one, the most populous. Words that fit no
// name may name the region.
func (x *PlaceIndex) Search(query string, near *orb.Point, limit int) []PlaceHit {
	name, _, _ := strings.Cut(query, ",")
	words := placeWords(name)
	if len(words) > 1 {
		words = slices.DeleteFunc(words, func(word string) bool { return slices.Contains(wordsBesideNames, word) })
	}
	words = words[:min(len(words), mostQueryWords)]
	if len(words) == 0 {
		return nil
	}
	hits := x.search(words, near)
	if len(hits) == 0 {
		if typed := placeWords(otherLayout(name)); len(typed) > 0 {
			hits = x.search(typed[:min(len(typed), mostQueryWords)], near)
		}
	}
	return hits[:min(len(hits), limit)]
}

// graded says how the words of a query fit a name.
type graded struct {
	worst PlaceMatch
	fit   int // words of the query that fit
	count int // words of the name
}

func (x *PlaceIndex) search(words []string, near *orb.Point) []PlaceHit {
	type nameOf struct {
		place int32
		name  uint8
	}
	names := map[nameOf]graded{}
	for n, word := range words {
		// A name's grade is its worst word's; of two words of one name the better counts.
		best := map[nameOf]PlaceMatch{}
		for i, match := range x.fitting(word) {
			for _, of := range x.of[i] {
				key := nameOf{of.place, of.name}
				if known, there := best[key]; !there || match < known {
					best[key] = match
				}
				if _, there := names[key]; !there && n == 0 {
					names[key] = graded{count: int(of.count)}
				} else if !there {
					names[key] = graded{count: int(of.count), fit: 0}
				}
			}
		}
		for key, match := range best {
			g := names[key]
			g.worst, g.fit = max(g.worst, match), g.fit+1
			names[key] = g
		}
	}
	found := map[int32]PlaceHit{}
	for key, g := range names {
		if g.fit < len(words) && !x.regionTells(key.place, key.name, words, g.fit) {
			continue
		}
		match := g.worst
		if match == MatchExact && (g.count > g.fit) {
			match = MatchWords
		}
		if known, there := found[key.place]; !there || match < known.Match {
			found[key.place] = PlaceHit{Place: x.places[key.place], Match: match, DistanceM: math.NaN()}
		}
	}
	order := make([]int32, 0, len(found))
	for i, hit := range found {
		if near != nil {
			hit.DistanceM = geo.Distance(*near, hit.Location)
			found[i] = hit
		}
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		one, other := found[a], found[b]
		// The program's own places stand in the order of their people, behind the installation's.
		return cmp.Or(cmp.Compare(one.Match, other.Match), cmp.Compare(one.DistanceM, other.DistanceM), cmp.Compare(a, b))
	})
	hits := make([]PlaceHit, 0, len(order))
	for _, i := range order {
		hits = append(hits, found[i])
	}
	return hits
}

// fitting gives the words of names that fit a word of a query.
func (x *PlaceIndex) fitting(word string) map[int]PlaceMatch {
	fits := map[int]PlaceMatch{}
	at, _ := slices.BinarySearch(x.words, word)
	for i := at; i < len(x.words) && strings.HasPrefix(x.words[i], word); i++ {
		fits[i] = MatchPrefix
		if x.words[i] == word {
			fits[i] = MatchExact
		}
	}
	if len(word) < leastOfTypo {
		return fits
	}
	for i, known := range x.words {
		if _, there := fits[i]; there || len(known) < len(word)-1 {
			continue
		}
		// What is typed may be the beginning of a longer word.
		if similar(word, known) || len(known) > len(word)+1 && similar(word, known[:len(word)]) {
			fits[i] = MatchSimilar
		}
	}
	return fits
}

func similar(a, b string) bool {
	apart := len(a) - len(b)
	return apart <= 1 && apart >= -1 && wordSimilarity(a, b) >= similarWord
}

// regionTells says that the words of a query that do not fit the name fit the
// place's region, and that some word fits the name.
func (x *PlaceIndex) regionTells(place int32, name uint8, words []string, fit int) bool {
	if fit == 0 {
		return false
	}
	key := strings.Fields(x.places[place].keys()[name])
	for _, word := range words {
		inName := slices.ContainsFunc(key, func(known string) bool {
			return strings.HasPrefix(known, word) || len(word) >= leastOfTypo && (similar(word, known) || len(known) > len(word)+1 && similar(word, known[:len(word)]))
		})
		if !inName && !slices.ContainsFunc(x.regions[place], func(known string) bool {
			return strings.HasPrefix(known, word) || len(word) >= leastOfTypo && wordSimilarity(word, known) >= similarWord
		}) {
			return false
		}
	}
	return true
}

const (
	latinKeys    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	cyrillicKeys = "ёйцукенгшщзхъфывапролджэячсмитьбю"
)

// otherLayout gives what was meant with the keyboard left in Latin letters; ""
// for what holds others.
func otherLayout(text string) string {
	cyrillic := []rune(cyrillicKeys)
	wrong := false
	typed := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return r
		}
		if i := strings.IndexRune(latinKeys, r); i >= 0 {
			return cyrillic[i]
		}
		wrong = true
		return -1
	}, strings.ToLower(text))
	if wrong {
		return ""
	}
	return typed
}

// PlacesFitting gives the places that an installation has itself, the newest
// first: those of which every word of the query begins a word of a name, or
// all.
func PlacesFitting(rows []*Place, query string) (fit []*Place) {
	words := placeWords(query)
	for _, place := range rows {
		if place.Removed {
			continue
		}
		names := strings.Fields(strings.Join(place.keys(), " "))
		if !slices.ContainsFunc(words, func(word string) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, word) })
		}) {
			fit = append(fit, place)
		}
	}
	slices.SortFunc(fit, func(a, b *Place) int { return cmp.Compare(b.Changed, a.Changed) })
	return fit
}
