package ingest

import (
	"net/url"
	"strconv"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

var languages = dispatch.Languages()

var coordinatorRules = map[string]rule[dispatch.CoordinatorRegistration]{
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.ID = r.id(at, v)
	}},
	"name": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.Name = r.text(at, v)
	}},
	"regions": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.Regions = nil
		r.list(at, v, maxList, func(at pointer, element value) {
			code := r.id(at, element)
			if _, known := geo.RegionByCode(code); !known {
				r.wrong(at, "is no region of ISO 3166-2, such as KZ-39")
				return
			}
			into.Regions = append(into.Regions, code)
		})
	}},
	"contacts": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.Contacts = r.contacts(at, v)
	}},
	"language": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.Language = word(r, at, v, languages)
	}},
	"duty": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		if r.object(at, v) {
			into.Duty = &dispatch.DutyCalendar{}
			readObject(r, at.String(), v, dutyRules, into.Duty)
		}
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.CoordinatorRegistration) {
		into.At = r.time(at, v)
	}},
}

// contacts reads the ways to reach somebody. A webhook that cannot be asked is
// told at once, and not when somebody has to be woken.
func (r *reading) contacts(at pointer, v value) []dispatch.Contact {
	contacts := readList(r, at, v, maxList, contactRules, "channel", "address")
	for i, contact := range contacts {
		if contact.Channel != dispatch.ChannelWebhook || contact.Address == "" {
			continue
		}
		address, err := url.Parse(contact.Address)
		if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
			r.wrong(pointer{at.String() + "/" + strconv.Itoa(i), "address"}, "of a webhook is an http or https address")
		}
	}
	if contacts == nil {
		contacts = []dispatch.Contact{} // said, and none
	}
	return contacts
}

func readCoordinator(v value, received time.Time) (*dispatch.CoordinatorRegistration, reading) {
	registration := &dispatch.CoordinatorRegistration{At: received}
	var r reading
	readObject(&r, "", v, coordinatorRules, registration)
	requireMember(&r, v, "id")
	return registration, r
}

// ReadCoordinator reads a coordinator's registration strictly. received is the
// time that counts when the message has no "at". The error is a
// *dispatch.Invalid that names every field that is wrong.
func ReadCoordinator(body []byte, received time.Time) (*dispatch.CoordinatorRegistration, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	registration, r := readCoordinator(v, received)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	return registration, nil
}
