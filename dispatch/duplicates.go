package dispatch

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/izdeu/izdeu/geo"
)

// CaseRef names another case.
type CaseRef struct {
	Key int64  `json:"key"`
	ID  string `json:"id"`
}

func (c *Case) ref() CaseRef { return CaseRef{Key: c.Key, ID: c.ID} }

// LikelyDuplicate is another case that may be the same. Reasons are codes of
// DuplicateReasons; Score orders proposals and means nothing else.
type LikelyDuplicate struct {
	CaseRef
	Score   int      `json:"score"`
	Reasons []string `json:"reasons"`
}

// Reasons why two cases may be the same. They are codes and tell nothing
// personal.
const (
	sameReference = "same_reference"
	samePhone     = "same_phone"
	sameName      = "same_name"
	similarName   = "similar_name"
	partOfName    = "part_of_name"
	sameAge       = "same_age"
	sameAddress   = "same_address"
	sameIncident  = "same_incident"
	nearby        = "near"
)

// DuplicateReasons lists the reasons why two cases may be the same.
func DuplicateReasons() []string {
	return []string{sameReference, samePhone, sameName, similarName, partOfName, sameAge, sameAddress, sameIncident, nearby}
}

// duplicateScores orders proposals: what is rarer counts for more. Only their
// order matters.
var duplicateScores = map[string]int{sameReference: 30, samePhone: 20, sameName: 20, similarName: 12, partOfName: 8, sameAge: 10,
	sameAddress: 10, sameIncident: 5, nearby: 5}

const (
	likelyFound  = 3    // proposals that one application makes at most
	likelyKept   = 10   // proposals that a case keeps at most
	likelyLooked = 64   // cases of one trait that are looked at, the newest first
	likelyPassed = 1000 // the same, with those that are passed over for their place
	leastTrait   = 2    // letters and digits of a reference that tell anything
	phoneDigits  = 10   // of a number without +7 or 8
	leastOfPhone = 5
)

// Numbers of the hash FNV-1a of 64 bits.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// verdict says what an application is to a case.
type verdict uint8

const (
	duplicateNone verdict = iota
	duplicateLikely
	duplicateCertain
)

// duplicateIndex finds the active cases that share a trait: a reference, a
// phone, a word of a name, an address. Traits are hashes; what they find is
// compared itself.
type duplicateIndex struct {
	cases  map[uint64][]indexedCase // by trait, in the order of the keys
	traits map[int64][]uint64       // by case
}

// indexedCase has what most of those who share a first name differ in, so that
// they need not be looked up.
type indexedCase struct {
	key   int64
	place orb.Point // nowhere when it is not known
}

func newDuplicateIndex() *duplicateIndex {
	return &duplicateIndex{cases: map[uint64][]indexedCase{}, traits: map[int64][]uint64{}}
}

// put brings the traits of a case up to date; those of a new one may be known.
func (x *duplicateIndex) put(old, c *Case, traits []uint64) {
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
	if old != nil || traits == nil {
		traits = traitsOfCase(c)
	}
	if len(traits) == 0 {
		return
	}
	x.traits[c.Key] = traits
	one := indexedCase{c.Key, placeOf(c.Location)}
	for _, trait := range traits {
		with := x.cases[trait]
		if n := len(with); n == 0 || with[n-1].key < c.Key {
			x.cases[trait] = append(with, one)
		} else if i, found := slices.BinarySearchFunc(with, c.Key, indexedCase.compare); !found {
			x.cases[trait] = slices.Insert(with, i, one)
		}
	}
}

func (one indexedCase) compare(key int64) int { return cmp.Compare(one.key, key) }

// nowhere is in no box.
var nowhere = orb.Point{math.Inf(1), math.Inf(1)}

func placeOf(place *orb.Point) orb.Point {
	if place == nil {
		return nowhere
	}
	return *place
}

func (x *duplicateIndex) remove(key int64) {
	for _, trait := range x.traits[key] {
		with := x.cases[trait]
		if i, found := slices.BinarySearchFunc(with, key, indexedCase.compare); found {
			if len(with) == 1 {
				delete(x.cases, trait)
				continue
			}
			x.cases[trait] = slices.Delete(with, i, i+1)
		}
	}
	delete(x.traits, key)
}

// mayBeSame says that an application may belong to the case: it is open, and
// somebody asked for help in it.
func mayBeSame(c *Case) bool { return c.Kind != VolunteerEvent && c.searching() }

// evidence is what an application or a case says of itself, made comparable.
type evidence struct {
	references []string
	phones     []string
	address    string
	people     []personEvidence
}

// personEvidence is a person who is sought.
type personEvidence struct {
	n    int // Subject.N, or the place among the filing's subjects
	name nameWords
	sex  Sex
	age  *int
}

func evidenceOfFiling(f *Filing) *evidence {
	e := &evidence{}
	e.add(f.Reference, f.Reporter.Phone)
	e.address = comparableAddress(f.Address)
	for i := range f.Subjects {
		s := &f.Subjects[i]
		e.people = append(e.people, personEvidence{n: i, name: canonicalName(s.Name), sex: s.Sex, age: s.Age})
	}
	return e
}

func evidenceOfCase(c *Case) *evidence {
	e := &evidence{}
	for i := range c.Applications {
		e.add(c.Applications[i].Reference, c.Personal.Applications[i].Phone)
	}
	e.address = comparableAddress(c.Personal.Address)
	for i := range c.Subjects {
		if s := &c.Subjects[i]; s.MovedTo == 0 {
			e.people = append(e.people, personEvidence{n: s.N, name: canonicalName(c.Personal.Subjects[i].Name), sex: s.Sex, age: s.Age})
		}
	}
	return e
}

func (e *evidence) add(reference, phone string) {
	if reference = comparableReference(reference); reference != "" && !slices.Contains(e.references, reference) {
		e.references = append(e.references, reference)
	}
	if phone = comparablePhone(phone); phone != "" && !slices.Contains(e.phones, phone) {
		e.phones = append(e.phones, phone)
	}
}

// traits gives the hashes by which the evidence is found. The first rare ones
// tell something by themselves; the others are words of names, which tell
// nothing of a place far away.
func (e *evidence) traits() (traits []uint64, rare int) {
	traits = make([]uint64, 0, 8)
	add := func(of byte, text string) {
		trait := (fnvBasis ^ uint64(of)) * fnvPrime
		for i := range len(text) {
			trait = (trait ^ uint64(text[i])) * fnvPrime
		}
		if !slices.Contains(traits, trait) {
			traits = append(traits, trait)
		}
	}
	for _, reference := range e.references {
		add('r', reference)
	}
	for _, phone := range e.phones {
		add('p', phone)
	}
	if e.address != "" && len(e.people) == 0 {
		add('a', e.address)
	}
	rare = len(traits)
	for i := range e.people {
		for _, word := range e.people[i].name.words {
			add('n', word)
		}
	}
	return traits, rare
}

func traitsOfCase(c *Case) []uint64 {
	traits, _ := evidenceOfCase(c).traits()
	return traits
}

// comparableReference leaves letters and digits, in one spelling.
func comparableReference(reference string) string {
	if len(reference) < leastTrait {
		return ""
	}
	word := canonicalWord(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, reference))
	if len(word) < leastTrait {
		return ""
	}
	return word
}

// comparablePhone leaves the digits, without +7 or 8 before a number of
// Kazakhstan.
func comparablePhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(digits) == phoneDigits+1 && (digits[0] == '7' || digits[0] == '8') {
		digits = digits[1:]
	}
	if len(digits) < leastOfPhone {
		return ""
	}
	return digits
}

// kindsOfPlaces are canonical words of an address that people write or leave
// out: street, avenue, district, house, flat, town, village, and how they are shortened.
var kindsOfPlaces = []string{"ul", "ulitsa", "kowe", "kowesi", "pr", "prospekt", "danggili", "dangili", "mkr", "mikroraion", "iksam", "audani",
	"d", "dom", "ui", "ii", "kv", "kvartira", "pater", "g", "gorod", "kala", "kalasi", "s", "selo", "auil", "auili", "street", "st"}

// comparableAddress gives the words of an address that tell it from others, in
// one spelling and order; empty for one that says no number.
func comparableAddress(address string) string {
	if !strings.ContainsAny(address, "0123456789") {
		return ""
	}
	words := strings.FieldsFunc(address, separatesWords)
	for i := range words {
		words[i] = canonicalWord(words[i])
	}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" || slices.Contains(kindsOfPlaces, word) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// duplicate is an active case compared with an application.
type duplicate struct {
	c       *Case
	verdict verdict
	score   int
	reasons []string
}

// duplicates finds the active cases that an application is certainly or likely
// about. It is certain of at most one: where several are, a person decides.
func (d *decision) duplicates(f *Filing) (certain *Case, likely []duplicate) {
	if d.s.duplicates == nil || f.Kind == VolunteerEvent {
		return nil, nil
	}
	e := evidenceOfFiling(f)
	var keys []int64
	traits, rare := e.traits()
	around := d.around(f)
	for n, trait := range traits {
		with, looked := d.s.duplicates.cases[trait], 0
		for _, one := range slices.Backward(with[max(0, len(with)-likelyPassed):]) {
			if n >= rare && !around.Contains(one.place) {
				continue
			}
			if looked++; looked > likelyLooked {
				break
			}
			if !slices.Contains(keys, one.key) && (n < rare || d.near(f, d.s.cases[one.key])) {
				keys = append(keys, one.key)
			}
		}
	}
	var found []duplicate
	for _, key := range keys {
		if one := d.compare(f, e, d.s.cases[key]); one.verdict != duplicateNone {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b duplicate) int {
		return cmp.Or(cmp.Compare(b.verdict, a.verdict), cmp.Compare(b.score, a.score), cmp.Compare(a.c.Key, b.c.Key))
	})
	// What a person has chosen goes before what the names say.
	if f.SameAs != "" {
		if i := slices.IndexFunc(found, func(one duplicate) bool { return one.c.ID == f.SameAs }); i >= 0 {
			return found[i].c, nil
		}
	}
	if len(found) > 0 && found[0].verdict == duplicateCertain && (len(found) == 1 || found[1].verdict != duplicateCertain) {
		return found[0].c, nil
	}
	d.changes.traits = traits
	found = slices.DeleteFunc(found, func(one duplicate) bool { return len(one.c.Likely) >= likelyKept })
	return nil, found[:min(len(found), likelyFound)]
}

// near says that the application and the case are about places that one search
// may have.
func (d *decision) near(f *Filing, c *Case) bool {
	return f.Location != nil && c.Location != nil && geo.Distance(*f.Location, *c.Location) <= d.s.settings.DuplicateDistanceM
}

// around is a box that holds every place near the application, and none when
// its own is not known.
func (d *decision) around(f *Filing) orb.Bound {
	if f.Location == nil {
		return orb.Bound{Min: nowhere}
	}
	const beyondRounding = 1.001
	box := orbgeo.NewBoundAroundPoint(*f.Location, beyondRounding*d.s.settings.DuplicateDistanceM)
	if box.Min.Lon() > box.Max.Lon() { // it goes over the antimeridian
		box.Min[0], box.Max[0] = -180, 180
	}
	return box
}

// compare holds an application against a case. What it does not know for sure
// it leaves to a person.
func (d *decision) compare(f *Filing, e *evidence, c *Case) duplicate {
	none := duplicate{c: c}
	window := d.s.settings.DuplicateWindow
	if c.Kind != f.Kind || c.Exercise != f.Exercise || d.now.Sub(c.OpenedAt) > window {
		return none
	}
	if !slices.ContainsFunc(c.Applications, func(a Application) bool {
		return a.FiledAt.IsZero() || f.FiledAt.IsZero() || a.FiledAt.Sub(f.FiledAt).Abs() <= window
	}) {
		return none // a late entry of another time
	}
	near := d.near(f, c)
	of := evidenceOfCase(c)
	shared := func(a, b []string) bool {
		return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
	}
	one := duplicate{c: c}
	add := func(holds bool, reason string) bool {
		if holds {
			one.reasons = append(one.reasons, reason)
			one.score += duplicateScores[reason]
		}
		return holds
	}
	reference := add(shared(e.references, of.references), sameReference)
	phone := add(shared(e.phones, of.phones), samePhone)
	otherReference := len(e.references) > 0 && len(of.references) > 0 && !reference

	certain, likely := false, false
	if f.Kind == MissingPerson {
		best := pairing{names: namesDiffer}
		for i := range e.people {
			for j := range of.people {
				if p := d.pair(&e.people[i], &of.people[j]); p.possible && (!best.possible || p.names > best.names || p.names == best.names && p.sameAge && !best.sameAge) {
					best = p
				}
			}
		}
		switch best.names {
		case namesSame, namesSameShort:
			add(true, sameName)
		case namesSimilar:
			add(true, similarName)
		case namesPartly:
			add(true, partOfName)
		}
		add(best.possible && best.sameAge, sameAge)
		named := best.names >= namesPartly
		likely = reference || best.possible && (named && near && (best.names >= namesSimilar || best.sameAge || phone) || phone && (named || near))
		certain = near && best.possible && best.names == namesSame &&
			(reference || best.sameAge || best.ageless && best.sameSex && phone)
	} else {
		address := add(e.address != "" && e.address == of.address && near, sameAddress)
		incident := add(f.Incident != "" && f.Incident == c.Incident, sameIncident)
		likely = reference || address || phone && near
		certain = phone && address && incident
	}
	add(near, nearby)
	switch {
	// Two police references are two searches until a person says otherwise;
	// and what may call teams out now never disappears in a case that is held.
	case certain && !otherReference && !(c.Held() && f.callsOut()) && !f.holds():
		one.verdict = duplicateCertain
	case certain || likely:
		one.verdict = duplicateLikely
	default:
		return none
	}
	return one
}

// callsOut says that teams may be asked because of the application.
func (f *Filing) callsOut() bool { return (f.CallOut == "" || f.CallOut == CallOutNow) && !f.holds() }

// holds says that a person has to look at the application first.
func (f *Filing) holds() bool {
	return slices.ContainsFunc(f.NeedsReview, func(r Review) bool { return r.Holds })
}

// pairing says how two people stand to each other.
type pairing struct {
	possible bool // nothing speaks against their being one
	names    nameRelation
	sameAge  bool // both known and equal
	ageless  bool // neither is known
	sameSex  bool // both known and equal
}

// pair compares two people: another sex, or another age by more than the
// setting, is another person.
func (d *decision) pair(a, b *personEvidence) pairing {
	p := pairing{names: compareNames(&a.name, &b.name), sameSex: a.sex != "" && a.sex == b.sex, ageless: a.age == nil && b.age == nil}
	p.possible = p.names != namesDiffer && (a.sex == "" || b.sex == "" || a.sex == b.sex)
	if a.age != nil && b.age != nil {
		p.sameAge = *a.age == *b.age
		years := *a.age - *b.age
		p.possible = p.possible && max(years, -years) <= d.s.settings.DuplicateAgeYears
	}
	return p
}

// propose says on both cases that they may be the same.
func (d *decision) propose(c *Case, likely []duplicate) {
	for i := range likely {
		one, other := &likely[i], d.edit(likely[i].c.Key)
		c.Likely = append(c.Likely, LikelyDuplicate{CaseRef: other.ref(), Score: one.score, Reasons: one.reasons})
		other.Likely = append(other.Likely, LikelyDuplicate{CaseRef: c.ref(), Score: one.score, Reasons: one.reasons})
		c.Changed = d.emit(EventCaseLikely, c, nil, EventFields{RelatedCaseID: other.ID, Reasons: one.reasons})
		other.Changed = d.emit(EventCaseLikely, other, nil, EventFields{RelatedCaseID: c.ID, Reasons: one.reasons})
	}
}

// apart is a person's word that two cases are not the same, for good.
func (d *decision) apart(c *Case, command *Command) *Refusal {
	other, refusal := d.other(c, command.Other, "/other")
	if refusal != nil {
		return refusal
	}
	for _, pair := range [][2]*Case{{c, other}, {other, c}} {
		if slices.Contains(pair[0].Apart, pair[1].Key) {
			continue
		}
		pair[0].keepApart(pair[1].Key)
		pair[0].Changed = d.emit(EventCaseApart, pair[0], nil, EventFields{RelatedCaseID: pair[1].ID})
	}
	return nil
}

// keepApart sees to it that two cases are not proposed to be the same again.
func (c *Case) keepApart(other int64) {
	c.Likely = without(c.Likely, func(l LikelyDuplicate) bool { return l.Key == other })
	if !slices.Contains(c.Apart, other) {
		c.Apart = append(c.Apart, other)
	}
}

// other gives the second case that a command names, to be changed.
func (d *decision) other(c *Case, id, pointer string) (*Case, *Refusal) {
	_, key, ok := ParseCaseID(id)
	found := d.s.cases[key]
	switch {
	case !ok || found == nil || found.ID != id:
		return nil, &Refusal{Code: RefusedUnknownCase, Pointer: pointer, Detail: "there is no case with this id"}
	case key == c.Key:
		return nil, &Refusal{Code: RefusedInvalid, Pointer: pointer, Detail: "name another case than the command's own"}
	}
	return d.edit(key), nil
}

// DuplicateDefaults of a new installation. Nobody has measured them: they are
// assumptions until an installation's own cases tell better.
const (
	defaultDuplicateWindow    = 24 * time.Hour
	defaultDuplicateDistanceM = 10_000
	defaultDuplicateAgeYears  = 1
)
