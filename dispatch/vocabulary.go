package dispatch

import "slices"

// The words on the wire. Each list is in the order in which people read it;
// the stores repeat the lists as CHECKs, and a test compares them.

// Kind says what an application is about.
type Kind string

// Kinds of applications and cases.
const (
	MissingPerson  Kind = "missing_person"
	Emergency      Kind = "emergency"
	VolunteerEvent Kind = "volunteer_event"
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{MissingPerson, Emergency, VolunteerEvent} }

// bit gives the kind's place in a set of kinds.
func (k Kind) bit() uint8 {
	switch k {
	case MissingPerson:
		return 1
	case Emergency:
		return 2
	case VolunteerEvent:
		return 4
	}
	return 0
}

// Urgency says how soon somebody has to go.
type Urgency string

// Urgencies, the least first.
const (
	Routine         Urgency = "routine"
	Urgent          Urgency = "urgent"
	LifeThreatening Urgency = "life_threatening"
)

// Urgencies lists every urgency, the least first.
func Urgencies() []Urgency { return []Urgency{Routine, Urgent, LifeThreatening} }

// rank orders urgencies: a higher rank is served first.
func (u Urgency) rank() int { return slices.Index(Urgencies(), u) }

// CallOut says whether teams may be asked now.
type CallOut string

// CallOut values: at once; only when somebody has checked; never (a record).
const (
	CallOutNow  CallOut = "now"
	CallOutHold CallOut = "hold"
	CallOutNone CallOut = "none"
)

// CallOuts lists every value of call_out.
func CallOuts() []CallOut { return []CallOut{CallOutNow, CallOutHold, CallOutNone} }

// Incident says what kind of emergency it is.
type Incident string

// Incidents lists every kind of emergency.
func Incidents() []Incident {
	return []Incident{"flood", "snow_trap", "ice", "water", "fire", "mountain", "technical", "other"}
}

// Sex of a subject; empty when it was not said.
type Sex string

// Sexes lists the values of sex.
func Sexes() []Sex { return []Sex{"male", "female"} }

// Status is a case's status. It is derived from the subjects and assignments
// by Case.deriveStatus and never set.
type Status string

// Statuses of a case.
const (
	StatusReview    Status = "review"    // needs a person before anybody can be sent
	StatusWaiting   Status = "waiting"   // no team has accepted
	StatusAssigned  Status = "assigned"  // a team has accepted
	StatusSearching Status = "searching" // a team is on scene
	StatusEnded     Status = "ended"     // over, the outcome withheld
	StatusFound     Status = "found"
	StatusMissing   Status = "missing" // not found, the search suspended
	StatusDeceased  Status = "deceased"
	StatusClosed    Status = "closed"
)

// Statuses lists every status of a case.
func Statuses() []Status {
	return []Status{StatusReview, StatusWaiting, StatusAssigned, StatusSearching,
		StatusEnded, StatusFound, StatusMissing, StatusDeceased, StatusClosed}
}

// Open says that the search goes on: teams may be asked or are on their way.
func (s Status) Open() bool {
	return s == StatusReview || s == StatusWaiting || s == StatusAssigned || s == StatusSearching
}

// Outcome of a subject, or of a whole case that has no subjects.
type Outcome string

// Outcomes; OutcomeOpen is a subject's outcome before there is one.
const (
	OutcomeOpen     Outcome = ""
	OutcomeFound    Outcome = "found"
	OutcomeMissing  Outcome = "missing"
	OutcomeDeceased Outcome = "deceased"
	OutcomeClosed   Outcome = "closed"
)

// Outcomes lists the outcomes that somebody can record.
func Outcomes() []Outcome {
	return []Outcome{OutcomeFound, OutcomeMissing, OutcomeDeceased, OutcomeClosed}
}

// Condition of a subject who was found.
type Condition string

// Conditions of a found subject.
const (
	ConditionWell          Condition = "well"
	ConditionInjured       Condition = "injured"
	ConditionNoSignsOfLife Condition = "no_signs_of_life"
	ConditionNotStated     Condition = "not_stated"
)

// Conditions lists every condition.
func Conditions() []Condition {
	return []Condition{ConditionWell, ConditionInjured, ConditionNoSignsOfLife, ConditionNotStated}
}

// FoundBys lists by whom somebody can be found.
func FoundBys() []string { return []string{"team", "police", "public", "self", "family"} }

// ClosedReasons lists why a case or a subject can be closed.
func ClosedReasons() []string {
	return []string{"rescued", "evacuated", "assisted", "not_confirmed", "duplicate", "other_service", "cancelled", "completed"}
}

// Identities lists how sure the identity of a dead person is.
func Identities() []string { return []string{"confirmed", "unconfirmed"} }

// AssignmentStatus is where a team stands on a case; see assignmentTransitions.
type AssignmentStatus string

// Statuses of an assignment.
const (
	AssignmentOffered      AssignmentStatus = "offered"       // asked, the time to answer runs; moved on by an answer, the time-out, or the end of the need
	AssignmentNoAnswer     AssignmentStatus = "no_answer"     // not answered in time; may still accept, is rung again
	AssignmentDeclined     AssignmentStatus = "declined"      // cannot; only a person asks again
	AssignmentWithdrawn    AssignmentStatus = "withdrawn"     // no longer needed before it accepted; finished
	AssignmentAccepted     AssignmentStatus = "accepted"      // will go
	AssignmentEnRoute      AssignmentStatus = "en_route"      // on its way
	AssignmentOnScene      AssignmentStatus = "on_scene"      // there
	AssignmentStandingDown AssignmentStatus = "standing_down" // called back, not home yet
	AssignmentReturned     AssignmentStatus = "returned"      // home and counted; finished
	AssignmentReleased     AssignmentStatus = "released"      // let go by a coordinator; finished
)

// AssignmentStatuses lists every status of an assignment.
func AssignmentStatuses() []AssignmentStatus {
	return []AssignmentStatus{AssignmentOffered, AssignmentNoAnswer, AssignmentDeclined, AssignmentWithdrawn,
		AssignmentAccepted, AssignmentEnRoute, AssignmentOnScene, AssignmentStandingDown, AssignmentReturned, AssignmentReleased}
}

// TakesSlot says that an assignment of this status takes one of the team's slots.
func (s AssignmentStatus) TakesSlot() bool {
	switch s {
	case AssignmentOffered, AssignmentAccepted, AssignmentEnRoute, AssignmentOnScene, AssignmentStandingDown:
		return true
	}
	return false
}

// Committed says that the team has accepted and is not called back yet.
func (s AssignmentStatus) Committed() bool {
	return s == AssignmentAccepted || s == AssignmentEnRoute || s == AssignmentOnScene
}

// Finished says that nothing can happen to the assignment any more.
func (s AssignmentStatus) Finished() bool {
	return s == AssignmentWithdrawn || s == AssignmentReturned || s == AssignmentReleased
}

// Answers says how a team answers its offers.
type Answers string

// Answers of a team.
const (
	AnswersManual    Answers = "manual"
	AnswersAutomatic Answers = "automatic"
)

// AvailabilityReason says why a team can be asked or not.
type AvailabilityReason string

// Reasons of availability: somebody said so, the duty calendar does, or the
// rest after a return.
const (
	AvailabilitySaid AvailabilityReason = "said"
	AvailabilityDuty AvailabilityReason = "duty"
	AvailabilityRest AvailabilityReason = "rest"
)

// AvailabilityReasons lists every reason of availability.
func AvailabilityReasons() []AvailabilityReason {
	return []AvailabilityReason{AvailabilitySaid, AvailabilityDuty, AvailabilityRest}
}

// Audience of a note.
type Audience string

// Audiences of a note: the teams on the case, the coordinators, and those who
// may read sealed rows.
const (
	AudienceTeam         Audience = "team"
	AudienceCoordination Audience = "coordination"
	AudienceSealed       Audience = "sealed"
)

// Audiences lists every audience of a note.
func Audiences() []Audience { return []Audience{AudienceTeam, AudienceCoordination, AudienceSealed} }

// PointKind says why a place matters for a case.
type PointKind string

// Kinds of points: where the teams meet, where the subject lives, a clue, where
// somebody was found, a danger to the teams.
const (
	PointStaging PointKind = "staging"
	PointHome    PointKind = "home"
	PointClue    PointKind = "clue"
	PointFound   PointKind = "found"
	PointHazard  PointKind = "hazard"
)

// PointKinds lists every kind of point.
func PointKinds() []PointKind {
	return []PointKind{PointStaging, PointHome, PointClue, PointFound, PointHazard}
}
