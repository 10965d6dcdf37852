package dispatch

import (
	"time"

	"github.com/izdeu/izdeu/geo"
)

// Coordinator is somebody who is told when a case needs a person. One that
// has left Decide is never changed again.
type Coordinator struct {
	CoordinatorRegistration
	Changed int64
}

// CoordinatorRegistration is the content of a coordinator.registered message.
// Name and contacts are personal: they stay out of the journal.
type CoordinatorRegistration struct {
	ID       string
	Name     string
	Regions  []string      // empty: every region
	Contacts []Contact     // nil: as they are known
	Language string        // kk, ru, en; empty: not said
	Duty     *DutyCalendar // in the time of Kazakhstan; nil: always
	At       time.Time     // of the message; an older one changes nothing
}

// Languages lists the languages in which people are told something.
func Languages() []string { return []string{"kk", "ru", "en"} }

// OnDuty says whether the coordinator is on duty at a time.
func (c *Coordinator) OnDuty(at time.Time) bool { return c.Duty.onDuty(at, geo.CountryTime) }

// registerCoordinator takes a coordinator's registration, unless a newer one is known.
func (d *decision) registerCoordinator(r *CoordinatorRegistration) *Refusal {
	next := &Coordinator{CoordinatorRegistration: *r}
	var contacts []Contact
	if known := d.s.coordinators[r.ID]; known != nil {
		if !r.At.After(known.At) {
			return refuse(RefusedStale, "a registration of this coordinator at the same time or later is known")
		}
		contacts = known.Contacts
	}
	next.Contacts = saidOrKnown(r.Contacts, contacts)
	next.Changed = d.emit(EventCoordinatorRegistered, nil, nil, EventFields{CoordinatorID: r.ID})
	d.changes.Coordinators = append(d.changes.Coordinators, next)
	return nil
}

// saidOrKnown gives the contacts of a registration. No answer ever shows them,
// so one that was read, changed and sent again has none: then those known stay.
// An empty list takes them away.
func saidOrKnown(said, known []Contact) []Contact {
	switch {
	case said == nil:
		return known
	case len(said) == 0:
		return nil
	}
	return said
}
