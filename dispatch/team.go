package dispatch

import (
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Team is what can be sent. A Team that has left Decide is never changed again.
type Team struct {
	Key int32 // dense, 1, 2, …
	TeamRegistration
	Region      string // of its base
	Available   bool
	Until       time.Time // the end of not being available; zero: until said otherwise
	AvailableAt time.Time // the time of the message that said so
	Changed     int64
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
	Capacity     int     // cases at once
	RangeKM      float64 // 0: no limit
	Answers      Answers
	Contacts     []Contact
	At           time.Time // of the message; an older one changes nothing
	TeamDetail
}

// TeamDetail is what no query asks for: a store keeps it as one text of JSON.
type TeamDetail struct {
	Transport Transport `json:"transport,omitempty"` // empty: a car
}

// Contact is a way to wake a team.
type Contact struct {
	Channel string `json:"channel"`
	Address string `json:"address"`
}

// TeamAvailability is the content of a team.availability message.
type TeamAvailability struct {
	ID        string
	Available bool
	Until     time.Time
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

// hasSkills says that the team has all the skills a case needs.
func (t *Team) hasSkills(skills []string) bool {
	for _, skill := range skills {
		if !slices.Contains(t.Skills, skill) {
			return false
		}
	}
	return true
}
