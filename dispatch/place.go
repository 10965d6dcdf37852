package dispatch

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// PlaceOrigin says where a place is known from.
type PlaceOrigin string

// Origins of places.
const (
	PlaceBuiltIn  PlaceOrigin = "built_in" // part of the program; never a row
	PlaceImported PlaceOrigin = "imported" // somebody registered it
	PlaceLearnt   PlaceOrigin = "learnt"   // from a case whose place a team has reached
)

// Place is a settlement that people file by its name. One that has left Decide
// is never changed again. Of one that was removed only the id and the times
// stay, and in Also what its names are known by; see forgottenName.
type Place struct {
	PlaceRegistration
	Region  string // by its location
	Origin  PlaceOrigin
	Changed int64
}

// PlaceRegistration is the content of a place.registered or place.removed message.
type PlaceRegistration struct {
	ID       string
	Names    geo.Names // any may be missing, not all
	Also     []string  // other spellings, older names
	Location orb.Point
	Removed  bool
	At       time.Time // of the message; an older one changes nothing
}

// registerPlace takes a place's registration or removal, unless something newer is known.
func (d *decision) registerPlace(r *PlaceRegistration) *Refusal {
	if known := d.s.places[r.ID]; known != nil && !r.At.After(known.At) {
		return refuse(RefusedStale, "a message about this place at the same time or later is known")
	}
	next := &Place{PlaceRegistration: *r, Origin: PlaceImported}
	event := EventPlaceRegistered
	if r.Removed {
		next.PlaceRegistration = PlaceRegistration{ID: r.ID, Removed: true, At: r.At, Also: d.s.places[r.ID].forgotten()}
		event = EventPlaceRemoved
	} else {
		next.Region, _, _ = geo.RegionOf(r.Location)
	}
	d.keepPlace(next, event)
	return nil
}

func (d *decision) keepPlace(place *Place, event EventType) {
	place.Changed = d.emit(event, nil, nil, EventFields{PlaceID: place.ID, Region: place.Region})
	d.changes.Places = append(d.changes.Places, place)
}

const (
	// learntAccuracyM is how exact a case's location must be said to be, where
	// it is said, for its place to be learnt. An assumption.
	learntAccuracyM = 2000
	// learntApartM is how far apart places of one name are two: the nearer one
	// is the one that is known. An assumption.
	learntApartM = 15_000
	// A settlement's name has so many letters and words; longer ones describe
	// a way or a house, which is nobody else's business.
	leastOfName, mostOfName, mostNameWords = 3, 40, 3
)

// learnPlace keeps the name of a settlement that nobody knew, with where a team
// has just got to. What says more than a settlement's name is not learnt: it
// may be somebody's home.
func (d *decision) learnPlace(c *Case) {
	if c.Exercise || c.Kind == VolunteerEvent || c.Location == nil || c.AccuracyM > learntAccuracyM ||
		slices.ContainsFunc(c.NeedsReview, func(r Review) bool { return r.Pointer == "/location" || r.Pointer == "/place" }) {
		return
	}
	name := settlementName(c.Personal.Place)
	key := placeKey(name)
	if key == "" || d.s.knowsPlace(key, *c.Location) {
		return
	}
	region, _, _ := geo.RegionOf(*c.Location)
	if d.s.forgotten[forgottenName(region, key)] > 0 {
		return
	}
	r := PlaceRegistration{ID: "learnt-" + strconv.FormatInt(d.sequence+1, 10), Location: *c.Location, At: d.now}
	switch {
	case strings.ContainsFunc(name, func(r rune) bool { return strings.ContainsRune("әғқңөұүһіӘҒҚҢӨҰҮҺІ", r) }):
		r.Names.Kazakh = name
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }):
		r.Names.Russian = name
	default:
		r.Names.English = name
	}
	d.keepPlace(&Place{PlaceRegistration: r, Region: region, Origin: PlaceLearnt}, EventPlaceLearnt)
}

// settlementName gives the name of a settlement out of what was filed as a
// place; "" for anything that is not certainly one.
func settlementName(text string) string {
	text, _, _ = strings.Cut(text, ",")
	words := strings.Fields(text)
	for len(words) > 1 && slices.Contains(kindsOfSettlements, strings.TrimSuffix(strings.ToLower(words[0]), ".")) {
		words = words[1:]
	}
	name := strings.Join(words, " ")
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
		case r != ' ' && r != '-':
			return ""
		}
	}
	if letters < leastOfName || letters > mostOfName || len(words) > mostNameWords ||
		!unicode.IsUpper([]rune(name)[0]) || slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains(kindsOfPlaces, canonicalWord(word))
	}) {
		return ""
	}
	return name
}

// kindsOfSettlements are words that stand before a settlement's name.
var kindsOfSettlements = []string{"г", "город", "қ", "қала", "қаласы", "с", "село", "а", "ауыл", "ауылы", "аул", "п", "пос", "посёлок", "поселок",
	"пгт", "кент", "станция", "ст", "разъезд", "village", "town", "city"}

// knowsPlace says that a place of that name is known near a point.
func (s *State) knowsPlace(key string, at orb.Point) bool {
	near := func(point orb.Point) bool { return geo.Distance(point, at) <= learntApartM }
	return slices.ContainsFunc(builtInPlaces()[key], near) ||
		slices.ContainsFunc(s.placesByName[key], func(id string) bool { return near(s.places[id].Location) })
}

// putPlace keeps a place under its names.
func (s *State) putPlace(place *Place) {
	if old := s.places[place.ID]; old != nil {
		s.countForgotten(old, -1)
		for _, key := range old.keys() {
			s.placesByName[key] = slices.DeleteFunc(s.placesByName[key], func(id string) bool { return id == old.ID })
		}
	}
	s.places[place.ID] = place
	s.countForgotten(place, 1)
	for _, key := range place.keys() {
		s.placesByName[key] = append(s.placesByName[key], place.ID)
	}
}

// countForgotten counts the names that a removed place is not to be learnt by.
func (s *State) countForgotten(place *Place, by int) {
	if place.Removed {
		for _, name := range place.Also {
			s.forgotten[name] += by
		}
	}
}

// keys gives the different names of a place in their canonical form; none of
// one that was removed.
func (p *Place) keys() (keys []string) {
	if p.Removed {
		return nil
	}
	for _, name := range append([]string{p.Names.Kazakh, p.Names.Russian, p.Names.English}, p.Also...) {
		if key := placeKey(name); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// forgottenName stands for the name of a removed place in its region. The name
// itself may have been somebody's home; so much is enough not to learn it again.
func forgottenName(region, key string) string {
	hash := sha256.Sum256([]byte(region + "\x00" + key))
	return hex.EncodeToString(hash[:16])
}

// forgotten gives what the names of a place are known by once it is removed;
// of no place nothing.
func (p *Place) forgotten() (names []string) {
	switch {
	case p == nil:
		return nil
	case p.Removed:
		return p.Also
	}
	for _, key := range p.keys() {
		names = append(names, forgottenName(p.Region, key))
	}
	return names
}

// placeKey gives a place's name in the one spelling in which names are compared.
func placeKey(name string) string { return strings.Join(placeWords(name), " ") }

// placeWords gives the canonical words of a place's name, in their order.
func placeWords(name string) (words []string) {
	for _, word := range strings.FieldsFunc(name, separatesPlaceWords) {
		if word = canonicalWord(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// separatesPlaceWords: unlike in people's names, a hyphen stands between two
// words: "Усть-Каменогорск" is also found by its second one.
func separatesPlaceWords(r rune) bool {
	return strings.ContainsRune("-‐‑–", r) || separatesWords(r)
}
