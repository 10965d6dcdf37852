package dispatch

import (
	"time"

	"github.com/paulmach/orb"
)

// Team is what can be sent. A Team that has left Decide is never changed again.
type Team struct {
	Key int32 // dense, 1, 2, …
	TeamRegistration
	Region      string    // of its base
	Available   bool      // it did not say otherwise
	Until       time.Time // the end of not being available; zero: until said otherwise
	AvailableAt time.Time // the time of the message that said so
	TeamStanding
	Changed int64
}

// TeamStanding is what a team's duty calendar and its returns have led to: a
// store keeps it as one text of JSON.
type TeamStanding struct {
	// OffDuty is what the duty calendar says, unless the team said since the
	// calendar's last change that it is available.
	OffDuty   bool      `json:"off_duty,omitempty"`
	DutyUntil time.Time `json:"duty_until,omitzero"` // when the calendar changes next; zero: never
	// Rests are the ends of the rests of its crews that came home, the earliest
	// first. A crew is what takes a slot: a team of capacity 1 rests as a whole.
	Rests []time.Time `json:"rests,omitempty"`
}

// MayBeAsked says that the team can be offered a case, as far as it has a free
// slot: it did not say otherwise, it is on duty, and not all of its crews rest.
func (t *Team) MayBeAsked() bool { return t.Unavailable() == "" }

// Unavailable says why the team cannot be asked; empty when it can.
func (t *Team) Unavailable() AvailabilityReason {
	switch {
	case !t.Available:
		return AvailabilitySaid
	case t.OffDuty:
		return AvailabilityDuty
	case len(t.Rests) > 0 && len(t.Rests) >= t.Capacity:
		return AvailabilityRest
	}
	return ""
}

// freeIn is how long until the team may be asked, to the second, as far as its
// word, its calendar and its rests say; 0: not known.
func (t *Team) freeIn(now time.Time) time.Duration {
	ends := make([]time.Time, 0, 3)
	if !t.Available {
		ends = append(ends, t.Until)
	}
	if t.OffDuty {
		ends = append(ends, t.DutyUntil)
	}
	if len(t.Rests) > 0 {
		ends = append(ends, t.Rests[0])
	}
	last := time.Duration(0)
	for _, end := range ends {
		if end.IsZero() {
			return 0
		}
		last = max(last, end.Sub(now))
	}
	return last.Round(time.Second)
}

// TeamRegistration is the content of a team.registered message.
type TeamRegistration struct {
	ID           string
	Organisation string
	Branch       string
	Name         string
	Base         orb.Point
	Kinds        []Kind // what it may be asked for
	Skills       []string
	Members      int
	Capacity     int     // cases at once, each with a crew of its own: who is on scene is not asked again
	RangeKM      float64 // 0: no limit
	Answers      Answers
	Contacts     []Contact // nil: as they are known
	At           time.Time // of the message; an older one changes nothing
	TeamDetail
}

// TeamDetail is what no query asks for: a store keeps it as one text of JSON.
type TeamDetail struct {
	Transport    Transport     `json:"transport,omitempty"`    // empty: a car
	Duty         *DutyCalendar `json:"duty,omitempty"`         // nil: always on duty
	Certificates []Certificate `json:"certificates,omitempty"` // of its skills
}

// Certificate says until when a skill counts. A skill without one counts always,
// one with several until the last of them ends.
type Certificate struct {
	Skill     string    `json:"skill"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Contact is a way to wake a team.
type Contact struct {
	Channel Channel `json:"channel"`
	Address string  `json:"address"`
}

// TeamAvailability is the content of a team.availability message.
type TeamAvailability struct {
	ID        string
	Available bool      // true goes before the duty calendar until that changes, and ends a rest
	Until     time.Time // the end of not being available
	At        time.Time
}

// TeamPosition is where a team was; the newest At wins.
type TeamPosition struct {
	TeamID    string
	Position  orb.Point
	At        time.Time
	AccuracyM float64 // 0: unknown
	Counter   int64   // set by Apply: counts positions, not events
}

// TeamState is a team as people see it: with its newest position and the
// number of cases that take one of its slots.
type TeamState struct {
	*Team
	Position *TeamPosition // nil: none known
	Live     int
}
