package ingest

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// Types of team messages.
const (
	teamRegistered   = "team.registered"
	teamAvailability = "team.availability"
)

var (
	teamTypes    = []string{teamRegistered, teamAvailability}
	answers      = []dispatch.Answers{dispatch.AnswersManual, dispatch.AnswersAutomatic}
	transports   = dispatch.Transports()
	channels     = []string{"webpush", "webhook"}
	defaultKinds = []dispatch.Kind{dispatch.MissingPerson, dispatch.Emergency}
)

var registrationRules = map[string]rule[dispatch.TeamRegistration]{
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.ID = r.id(at, v)
	}},
	"organisation": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Organisation = r.text(at, v)
	}},
	"branch": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Branch = r.text(at, v)
	}},
	"name": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Name = r.text(at, v)
	}},
	"base": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		// A base abroad is allowed: help comes across borders.
		if point := r.point(at, v, false); point != nil {
			into.Base = *point
		}
	}},
	"kinds": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Kinds = nil
		r.list(at, v, maxList, func(at pointer, element value) {
			if kind := word(r, at, element, kinds); kind != "" {
				into.Kinds = append(into.Kinds, kind)
			}
		})
	}},
	"skills": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Skills = r.tokens(at, v)
	}},
	"members": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		n, _ := r.integer(at, v, 0, 1_000_000)
		into.Members = int(n)
	}},
	"capacity": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		n, _ := r.integer(at, v, 0, 100_000_000)
		into.Capacity = int(n)
	}},
	"range_km": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.RangeKM = r.number(at, v, 0, 21_000)
	}},
	"answers": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Answers = word(r, at, v, answers)
	}},
	"transport": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Transport = word(r, at, v, transports)
	}},
	"contacts": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Contacts = nil
		r.list(at, v, maxList, func(at pointer, element value) {
			if !r.object(at, element) {
				return
			}
			contact := dispatch.Contact{}
			readObject(r, at.String(), element, contactRules, &contact)
			for _, name := range []string{"channel", "address"} {
				if missing(element, name) {
					r.wrong(pointer{at.String(), name}, "is required")
				}
			}
			into.Contacts = append(into.Contacts, contact)
		})
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.At = r.time(at, v)
	}},
}

var contactRules = map[string]rule[dispatch.Contact]{
	"channel": {read: func(r *reading, at pointer, v value, into *dispatch.Contact) {
		into.Channel = word(r, at, v, channels)
	}},
	"address": {read: func(r *reading, at pointer, v value, into *dispatch.Contact) {
		into.Address = r.text(at, v)
	}},
}

var availabilityRules = map[string]rule[dispatch.TeamAvailability]{
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.TeamAvailability) {
		into.ID = r.id(at, v)
	}},
	"available": {read: func(r *reading, at pointer, v value, into *dispatch.TeamAvailability) {
		into.Available = r.boolean(at, v)
	}},
	"until": {read: func(r *reading, at pointer, v value, into *dispatch.TeamAvailability) {
		into.Until = r.time(at, v)
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.TeamAvailability) {
		into.At = r.time(at, v)
	}},
}

func readRegistration(v value, received time.Time) (*dispatch.TeamRegistration, reading) {
	registration := &dispatch.TeamRegistration{
		Kinds: defaultKinds, Capacity: 1, Answers: dispatch.AnswersManual, At: received,
		TeamDetail: dispatch.TeamDetail{Transport: dispatch.ByCar},
	}
	var r reading
	readObject(&r, "", v, registrationRules, registration)
	requireMember(&r, v, "id", "base")
	if registration.Name == "" {
		registration.Name = registration.ID
	}
	return registration, r
}

func readAvailability(v value, received time.Time) (*dispatch.TeamAvailability, reading) {
	availability := &dispatch.TeamAvailability{At: received}
	var r reading
	readObject(&r, "", v, availabilityRules, availability)
	requireMember(&r, v, "id", "available")
	return availability, r
}

// ReadTeam reads a team message strictly; exactly one of the results is set.
// received is the time that counts when the message has no "at". The error is a
// *dispatch.Invalid that names every field that is wrong.
func ReadTeam(body []byte, received time.Time) (*dispatch.TeamRegistration, *dispatch.TeamAvailability, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, nil, err
	}
	kind, _ := v.member("type")
	switch text, _ := kind.text(); text {
	case teamRegistered:
		registration, r := readRegistration(v, received)
		if err := r.invalid(); err != nil {
			return nil, nil, err
		}
		return registration, nil, nil
	case teamAvailability:
		availability, r := readAvailability(v, received)
		if err := r.invalid(); err != nil {
			return nil, nil, err
		}
		return nil, availability, nil
	}
	var r reading
	word(&r, pointer{"", "type"}, kind, teamTypes)
	return nil, nil, r.invalid()
}

var positionRules = map[string]rule[dispatch.TeamPosition]{
	"team_id": {read: func(r *reading, at pointer, v value, into *dispatch.TeamPosition) {
		into.TeamID = r.id(at, v)
	}},
	"position": {read: func(r *reading, at pointer, v value, into *dispatch.TeamPosition) {
		if point := r.point(at, v, false); point != nil {
			into.Position = orb.Point(*point)
		}
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.TeamPosition) {
		into.At = r.time(at, v)
	}},
	"accuracy_m": {read: func(r *reading, at pointer, v value, into *dispatch.TeamPosition) {
		into.AccuracyM = r.number(at, v, 0, 1e7)
	}},
}

func readPosition(v value, received time.Time) (*dispatch.TeamPosition, reading) {
	position := &dispatch.TeamPosition{At: received}
	var r reading
	readObject(&r, "", v, positionRules, position)
	requireMember(&r, v, "team_id", "position")
	return position, r
}

// ReadPosition reads a position strictly. received is the time that counts when
// the message has no "at". The error is a *dispatch.Invalid.
func ReadPosition(body []byte, received time.Time) (*dispatch.TeamPosition, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	position, r := readPosition(v, received)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	return position, nil
}
