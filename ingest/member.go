package ingest

import (
	"unicode/utf8"

	"github.com/izdeu/izdeu/dispatch"
)

// What a member of a team may say of oneself. The form is open to whoever has
// the link, so that nothing in it is longer than it has to be.
const (
	maxMemberName  = 100 // characters
	maxMemberPhone = 32
	maxSeats       = 60 // a bus
)

var memberAnswers = dispatch.MemberAnswers()

// memberRules are the fields of a member's answer.
var memberRules = map[string]rule[dispatch.MemberAnswer]{
	"id": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.ID = r.id(at, v)
	}},
	"name": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.Name = r.shortText(at, v, maxMemberName)
	}},
	"phone": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.Phone = r.shortText(at, v, maxMemberPhone)
	}},
	"adult": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		if is, ok := v.boolean(); ok {
			m.Adult = &is
			return
		}
		r.wrong(at, "must be true or false")
	}},
	"guardian": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.Guardian = r.boolean(at, v)
	}},
	"answer": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.Answer = word(r, at, v, memberAnswers)
	}},
	"eta_minutes": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.ETAMinutes = r.integerPointer(at, v, 0, 100_000)
	}},
	"seats": {read: func(r *reading, at pointer, v value, m *dispatch.MemberAnswer) {
		m.Seats = r.integerPointer(at, v, 0, maxSeats)
	}},
}

// shortText reads a text that must not be longer than so many characters.
func (r *reading) shortText(at pointer, v value, most int) string {
	text := r.text(at, v)
	if utf8.RuneCountInString(text) > most {
		r.wrong(at, "must not be longer than %d characters", most)
		return ""
	}
	return text
}
