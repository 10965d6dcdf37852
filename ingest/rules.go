package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// What a field may hold. A longer text is cut, a longer list ends there, and
// the field is named as wrong.
const (
	maxText     = 10_000 // characters
	maxSubjects = 500
	maxList     = 100 // skills, roles, contacts
	maxProblems = 50
)

// rule says how one field is read into a T. The tables of rules are the one
// place that knows the fields; strict readers refuse when a rule complains,
// lenient ones leave the field out and go on.
type rule[T any] struct {
	read  func(r *reading, at pointer, v value, into *T)
	holds bool // a wrong value could send people to the wrong place or to a drill
}

// reading collects what is wrong.
type reading struct {
	problems []dispatch.Review
	holds    bool // of the field that is being read
}

// pointer is a JSON pointer in the making: it becomes text only when something is wrong.
type pointer struct{ parent, name string }

func (p pointer) String() string { return p.parent + "/" + p.name }

func (r *reading) wrong(at pointer, format string, arguments ...any) {
	if len(r.problems) == maxProblems {
		return
	}
	r.problems = append(r.problems, dispatch.Review{
		Pointer: at.String(), Detail: fmt.Sprintf(format, arguments...), Holds: r.holds,
	})
}

// invalid gives what is wrong as an error of strict input, nil if nothing is.
func (r *reading) invalid() error {
	if len(r.problems) == 0 {
		return nil
	}
	invalid := &dispatch.Invalid{Fields: make([]dispatch.FieldError, len(r.problems))}
	for i, problem := range r.problems {
		invalid.Fields[i] = dispatch.FieldError{Pointer: problem.Pointer, Detail: problem.Detail}
	}
	return invalid
}

// readObject reads the members that have a rule and are not null; null is as
// good as missing, and what has no rule is ignored.
func readObject[T any](r *reading, parent string, v value, rules map[string]rule[T], into *T) {
	outer := r.holds
	v.eachMember(func(name []byte, member value) {
		field, known := rules[string(name)]
		if !known || member.isNull() {
			return
		}
		r.holds = outer || field.holds
		field.read(r, pointer{parent, string(name)}, member, into)
		r.holds = outer
	})
}

// object checks that a value is an object before its members are read.
func (r *reading) object(at pointer, v value) bool {
	if !v.isObject() {
		r.wrong(at, "must be an object")
		return false
	}
	return true
}

func (r *reading) text(at pointer, v value) string {
	text, ok := v.text()
	if !ok {
		r.wrong(at, "must be text")
		return ""
	}
	if len(text) > maxText && utf8.RuneCountInString(text) > maxText {
		r.wrong(at, "is longer than %d characters and was cut", maxText)
		return string([]rune(text)[:maxText])
	}
	return text
}

func (r *reading) boolean(at pointer, v value) bool {
	is, ok := v.boolean()
	if !ok {
		r.wrong(at, "must be true or false")
	}
	return is
}

// integer reads a whole number from least to most; ok is false when it is wrong.
func (r *reading) integer(at pointer, v value, least, most int64) (int64, bool) {
	number, ok := v.integer()
	if !ok || number < least || number > most {
		r.wrong(at, "must be a whole number from %d to %d", least, most)
		return 0, false
	}
	return number, true
}

func (r *reading) integerPointer(at pointer, v value, least, most int64) *int {
	number, ok := r.integer(at, v, least, most)
	if !ok {
		return nil
	}
	n := int(number)
	return &n
}

func (r *reading) number(at pointer, v value, least, most float64) float64 {
	number, ok := v.float()
	if !ok || number < least || number > most {
		r.wrong(at, "must be a number from %g to %g", least, most)
		return 0
	}
	return number
}

// time reads RFC 3339 into UTC with milliseconds.
func (r *reading) time(at pointer, v value) time.Time {
	text, ok := v.text()
	if !ok {
		r.wrong(at, "must be a time such as 2026-11-21T10:02:00Z")
		return time.Time{}
	}
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.wrong(at, "must be a time such as 2026-11-21T10:02:00Z, with its offset")
		return time.Time{}
	}
	moment = milliseconds(moment)
	if year := moment.Year(); year < 1900 || year > 2199 {
		r.wrong(at, "must be a time between the years 1900 and 2199")
		return time.Time{}
	}
	return moment
}

func milliseconds(moment time.Time) time.Time {
	if moment.IsZero() {
		return time.Time{}
	}
	return moment.UTC().Truncate(time.Millisecond)
}

// word reads one of a list of words; empty when it is wrong.
func word[T ~string](r *reading, at pointer, v value, words []T) T {
	text, ok := v.plain()
	if !ok {
		escaped, _ := v.text()
		text = []byte(escaped)
	}
	for _, w := range words {
		if string(text) == string(w) {
			return w
		}
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	r.wrong(at, "must be one of %s", strings.Join(names, ", "))
	return ""
}

// list reads the elements of an array, at most limit of them.
func (r *reading) list(at pointer, v value, limit int, read func(at pointer, element value)) {
	if !v.isArray() {
		r.wrong(at, "must be a list")
		return
	}
	parent := at.String()
	v.eachElement(func(i int, element value) bool {
		if i == limit {
			r.wrong(at, "has more than %d entries: the others were left out", limit)
			return false
		}
		read(pointer{parent, strconv.Itoa(i)}, element)
		return true
	})
}

// tokens reads a list of short names in lower case, such as skills. They enter
// the journal, so they must not hold anything that people write freely.
func (r *reading) tokens(at pointer, v value) []string {
	var tokens []string
	r.list(at, v, maxList, func(at pointer, element value) {
		if token := r.token(at, element); token != "" {
			tokens = append(tokens, token)
		}
	})
	return tokens
}

func (r *reading) token(at pointer, v value) string {
	text, ok := v.text()
	if ok && len(text) >= 1 && len(text) <= 64 {
		for i := range len(text) {
			c := text[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
				ok = false
			}
		}
		if ok {
			return text
		}
	}
	r.wrong(at, "must be a name of a-z, 0-9, _ and -, up to 64 long")
	return ""
}

// isID says that a text has the form of an id: [A-Za-z0-9._:~-]{1,128}.
func isID(text string) bool {
	if len(text) == 0 || len(text) > 128 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == ':', c == '~', c == '-':
		default:
			return false
		}
	}
	return true
}

const idForm = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ : ~ -"

// id reads an id that must have the form of one; empty when it has not.
func (r *reading) id(at pointer, v value) string {
	text, ok := v.text()
	if !ok || !isID(text) {
		r.wrong(at, idForm)
		return ""
	}
	return text
}

// anyID reads an id of any form. One of another form is replaced by "h-" and a
// hash, and original is what stood there; both are empty when there is nothing
// that could be one. A number is read as its digits.
func (r *reading) anyID(at pointer, v value) (id, original string) {
	text, ok := v.text()
	if !ok && v.isNumber() {
		text, ok = string(v), true
		r.wrong(at, "is a number: an id is text")
	}
	text = strings.TrimSpace(text)
	if !ok || text == "" {
		r.wrong(at, idForm)
		return "", ""
	}
	if isID(text) {
		return text, ""
	}
	r.wrong(at, idForm+"; a hash stands for it")
	hash := sha256.Sum256([]byte(text))
	if utf8.RuneCountInString(text) > maxText {
		text = string([]rune(text)[:maxText])
	}
	return "h-" + hex.EncodeToString(hash[:16]), text
}

// point reads a GeoJSON point (longitude, latitude, WGS 84); an altitude is
// ignored. A place that only makes sense with the two swapped is wrong; with
// inCountry, so is one more than 50 km outside of Kazakhstan.
func (r *reading) point(at pointer, v value, inCountry bool) *orb.Point {
	const form = `must be a GeoJSON point: {"type":"Point","coordinates":[longitude,latitude]}`
	if !v.isObject() {
		r.wrong(at, form)
		return nil
	}
	var kind, coordinates value
	v.eachMember(func(name []byte, member value) {
		switch string(name) {
		case "type":
			kind = member
		case "coordinates":
			coordinates = member
		}
	})
	if string(kind) != `"Point"` || !coordinates.isArray() {
		r.wrong(at, form)
		return nil
	}
	point, count, numbers := orb.Point{math.NaN(), math.NaN()}, 0, true
	coordinates.eachElement(func(i int, element value) bool {
		count++
		if i < 2 {
			number, ok := element.float()
			numbers = numbers && ok
			point[i] = number
		}
		return i < 3
	})
	if count < 2 || count > 3 || !numbers {
		r.wrong(at, form)
		return nil
	}
	switch {
	case geo.Swapped(point):
		r.wrong(at, "latitude and longitude are swapped: GeoJSON has the longitude first")
		return nil
	case geo.ValidPoint(point) != nil:
		r.wrong(at, "longitude must be from -180 to 180 and latitude from -90 to 90, longitude first")
		return nil
	case inCountry && !geo.InCountry(point):
		r.wrong(at, "is more than 50 km outside of Kazakhstan")
		return nil
	}
	return &point
}
