package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

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
	likelyFound  = 3  // proposals that one application makes at most
	likelyKept   = 10 // proposals that a case keeps at most
	leastTrait   = 2  // letters and digits of a reference that tell anything
	phoneDigits  = 10 // of a number without +7 or 8
	leastOfPhone = 5
)

// verdict says what an application is to a case.
type verdict uint8

const (
	duplicateNone verdict = iota
	duplicateLikely
	duplicateCertain
)

// evidence is what an application or a case says of itself, made comparable.
type evidence struct {
	references []string
	phones     []string
	address    string // of an emergency: who is missing went away from theirs
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
	if f.Kind == Emergency {
		e.address = comparableAddress(f.Address)
	}
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
	if c.Kind == Emergency {
		e.address = comparableAddress(c.Personal.Address)
	}
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

// traits gives what the evidence is found by.
func (e *evidence) traits() *traits {
	t := &traits{}
	add := func(to *[]uint64, of byte, text string) {
		trait := (fnvBasis ^ uint64(of)) * fnvPrime
		for i := range len(text) {
			trait = (trait ^ uint64(text[i])) * fnvPrime
		}
		if !slices.Contains(*to, trait) {
			*to = append(*to, trait)
		}
	}
	for _, reference := range e.references {
		add(&t.rare, 'r', reference)
	}
	for _, phone := range e.phones {
		add(&t.rare, 'p', phone)
	}
	if e.address != "" {
		add(&t.local, 'a', e.address)
	}
	for i := range e.people {
		for _, word := range e.people[i].name.words {
			add(&t.local, 'n', word)
		}
	}
	return t
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
	traits := e.traits()
	var found []duplicate
	keys, rare := d.s.duplicates.find(traits, placeOf(f.Location))
	for i, key := range keys {
		c := d.s.cases[key]
		if i >= rare && f.Kind == MissingPerson && !d.pairOf(e, c).possible {
			continue // the most are told apart by the rest of their names
		}
		if one := d.compare(f, e, c); one.verdict != duplicateNone {
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
		best := d.pairOf(e, c)
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

// pairOf gives how the two stand to each other who are the likeliest to be one
// person, of an application and of a case.
func (d *decision) pairOf(e *evidence, c *Case) pairing {
	best := pairing{names: namesDiffer}
	for i := range c.Subjects {
		s := &c.Subjects[i]
		other := personEvidence{sex: s.Sex, age: s.Age}
		if s.MovedTo != 0 || !slices.ContainsFunc(e.people, func(one personEvidence) bool { return d.mayBeOne(&one, &other) }) {
			continue
		}
		other.name = canonicalName(c.Personal.Subjects[i].Name)
		for j := range e.people {
			if p := d.pair(&e.people[j], &other); p.possible && (!best.possible || p.names > best.names || p.names == best.names && p.sameAge && !best.sameAge) {
				best = p
			}
		}
	}
	return best
}

// pair compares two people.
func (d *decision) pair(a, b *personEvidence) pairing {
	p := pairing{names: compareNames(&a.name, &b.name), sameSex: a.sex != "" && a.sex == b.sex, ageless: a.age == nil && b.age == nil}
	p.possible = p.names != namesDiffer && d.mayBeOne(a, b)
	p.sameAge = a.age != nil && b.age != nil && *a.age == *b.age
	return p
}

// mayBeOne says that two people may be one as far as sex and age tell: another
// sex, or another age by more than the setting, is another person.
func (d *decision) mayBeOne(a, b *personEvidence) bool {
	if a.age != nil && b.age != nil {
		if years := *a.age - *b.age; max(years, -years) > d.s.settings.DuplicateAgeYears {
			return false
		}
	}
	return a.sex == "" || b.sex == "" || a.sex == b.sex
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
