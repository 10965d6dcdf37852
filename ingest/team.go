package ingest

import (
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// Types of team messages.
const (
	teamRegistered   = "team.registered"
	teamAvailability = "team.availability"

	coordinatorRegistered = "coordinator.registered"
	placeRegistered       = "place.registered"
	placeRemoved          = "place.removed"
)

var (
	teamTypes    = []string{teamRegistered, teamAvailability, coordinatorRegistered, placeRegistered, placeRemoved}
	answers      = []dispatch.Answers{dispatch.AnswersManual, dispatch.AnswersAutomatic}
	transports   = dispatch.Transports()
	channels     = dispatch.Channels()
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
	"duty": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		if r.object(at, v) {
			into.Duty = &dispatch.DutyCalendar{}
			readObject(r, at.String(), v, dutyRules, into.Duty)
		}
	}},
	"certificates": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Certificates = readList(r, at, v, maxList, certificateRules, "skill", "expires_at")
	}},
	"contacts": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.Contacts = r.contacts(at, v)
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.TeamRegistration) {
		into.At = r.time(at, v)
	}},
}

// readList reads a list of objects that must have the required members.
func readList[T any](r *reading, at pointer, v value, limit int, rules map[string]rule[T], required ...string) []T {
	var list []T
	r.list(at, v, limit, func(at pointer, element value) {
		if !r.object(at, element) {
			return
		}
		var one T
		readObject(r, at.String(), element, rules, &one)
		for _, name := range required {
			if missing(element, name) {
				r.wrong(pointer{at.String(), name}, "is required")
			}
		}
		list = append(list, one)
	})
	return list
}

// maxShifts bounds the weekly pattern: three shifts a day, each in an entry of
// its own.
const maxShifts = 21

var dutyRules = map[string]rule[dispatch.DutyCalendar]{
	"weekly": {read: func(r *reading, at pointer, v value, into *dispatch.DutyCalendar) {
		into.Weekly = readList(r, at, v, maxShifts, shiftRules, "days", "from", "to")
	}},
	"exceptions": {read: func(r *reading, at pointer, v value, into *dispatch.DutyCalendar) {
		into.Exceptions = readList(r, at, v, maxList, exceptionRules, "from", "to", "on")
		for i, e := range into.Exceptions {
			if !e.From.IsZero() && !e.To.IsZero() && !e.To.After(e.From) {
				r.wrong(pointer{at.String() + "/" + strconv.Itoa(i), "to"}, "must be after from")
			}
		}
	}},
}

var shiftRules = map[string]rule[dispatch.DutyShift]{
	"days": {read: func(r *reading, at pointer, v value, into *dispatch.DutyShift) {
		r.list(at, v, len(dispatch.Weekdays()), func(at pointer, element value) {
			if day := word(r, at, element, dispatch.Weekdays()); day != "" {
				into.Days = append(into.Days, day)
			}
		})
		if len(into.Days) == 0 {
			r.wrong(at, "must name a day")
		}
	}},
	"from": {read: func(r *reading, at pointer, v value, into *dispatch.DutyShift) {
		if into.From = r.clock(at, v); into.From.String() == "24:00" {
			r.wrong(at, "must be before 24:00")
		}
	}},
	"to": {read: func(r *reading, at pointer, v value, into *dispatch.DutyShift) {
		into.To = r.clock(at, v)
	}},
}

// clock reads a time of day.
func (r *reading) clock(at pointer, v value) (clock dispatch.ClockTime) {
	text, ok := v.text()
	if !ok || clock.UnmarshalText([]byte(text)) != nil {
		r.wrong(at, "must be a time of day such as 08:00, in the time of the team's region")
	}
	return clock
}

var exceptionRules = map[string]rule[dispatch.DutyException]{
	"from": {read: func(r *reading, at pointer, v value, into *dispatch.DutyException) {
		into.From = r.time(at, v)
	}},
	"to": {read: func(r *reading, at pointer, v value, into *dispatch.DutyException) {
		into.To = r.time(at, v)
	}},
	"on": {read: func(r *reading, at pointer, v value, into *dispatch.DutyException) {
		into.On = r.boolean(at, v)
	}},
}

var certificateRules = map[string]rule[dispatch.Certificate]{
	"skill": {read: func(r *reading, at pointer, v value, into *dispatch.Certificate) {
		into.Skill = r.token(at, v)
	}},
	"expires_at": {read: func(r *reading, at pointer, v value, into *dispatch.Certificate) {
		into.ExpiresAt = r.time(at, v)
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
	for i, certificate := range registration.Certificates {
		if certificate.Skill != "" && !slices.Contains(registration.Skills, certificate.Skill) {
			r.wrong(pointer{"/certificates/" + strconv.Itoa(i), "skill"}, "is not one of the team's skills")
		}
	}
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
