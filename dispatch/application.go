package dispatch

import (
	"time"

	"github.com/paulmach/orb"
)

// Filing is an application as it was filed: the content of one message.
// Times are UTC with millisecond precision; a zero time, an empty string and
// a nil pointer mean that the filer did not say it.
type Filing struct {
	System     string // source.system; "kafka" when it was missing
	ID         string // unique within the system
	OriginalID string // the id as it came, when it had another form than an id may have
	Kind       Kind
	FiledAt    time.Time
	Revision   int64 // 0 when there is none
	BodyHash   [16]byte
	Reference  string // the filing service's own number, such as a police registration
	Reporter   Reporter

	Location  *orb.Point // longitude, latitude, WGS 84; last known point or place of the incident
	AccuracyM float64    // metres; 0 when unknown
	Place     string     // village, street, as people say it
	Address   string

	Urgency  Urgency // empty: computed
	CallOut  CallOut // empty: now
	Exercise bool

	Subjects     []FiledSubject // of a missing person
	Incident     Incident       // of an emergency
	PeopleAtRisk *PeopleAtRisk  // of an emergency
	Event        *EventDetails  // of a volunteer event
	Weather      Weather        // at the place; empty: not said
	Needs        Needs
	// SameAs is the id of the case that the filer says it is about. It joins
	// that case where the two may be the same, and is nothing otherwise.
	SameAs string

	NeedsReview []Review // fields that were left out because they were wrong
}

// Reporter is who called.
type Reporter struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Relation string `json:"relation,omitempty"`
}

// FiledSubject is a person sought, as filed.
type FiledSubject struct {
	ID          string // the filer's id, unique within the application; "s1", "s2" … when missing
	Name        string
	Sex         Sex
	Age         *int // years
	Category    string
	Description string
	Health      string
	Dangers     []Danger
	LastSeenAt  time.Time
}

// PeopleAtRisk counts the people in an emergency; nil means not said.
type PeopleAtRisk struct {
	Total    *int `json:"total,omitempty"`
	Children *int `json:"children,omitempty"`
	Immobile *int `json:"immobile,omitempty"`
}

// EventDetails describe a volunteer event.
type EventDetails struct {
	Title            string    `json:"title,omitempty"`
	Direction        string    `json:"direction,omitempty"`
	StartsAt         time.Time `json:"starts_at,omitzero"`
	EndsAt           time.Time `json:"ends_at,omitzero"`
	VolunteersNeeded int       `json:"volunteers_needed,omitempty"`
}

// Needs say how many teams a case needs and what they must be able to do.
type Needs struct {
	Teams  int      `json:"teams"`
	Skills []string `json:"skills,omitempty"`
	// AtMost is how many teams a coordinator wants at most, of those that are
	// not assigned by hand; 0: no limit, nil: not said, which is the same.
	AtMost *int `json:"at_most,omitempty"`
}

// full says that no further team is welcome.
func (n *Needs) full(committed int) bool {
	return n.AtMost != nil && *n.AtMost > 0 && committed >= *n.AtMost
}

// wanted is how many teams are asked for.
func (n *Needs) wanted() int {
	if n.full(n.Teams) {
		return *n.AtMost
	}
	return n.Teams
}

// Review names a field that a person has to look at.
type Review struct {
	Pointer string `json:"pointer"` // JSON pointer into the application
	Detail  string `json:"detail"`  // what is wrong, without the wrong value
	Holds   bool   `json:"holds,omitempty"`
}
