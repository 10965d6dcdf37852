package dispatch

import (
	"encoding/json"
	"time"
)

// EventType names what happened.
type EventType string

// The events of the journal.
const (
	EventCaseOpened      EventType = "case.opened"
	EventCaseJoined      EventType = "case.joined"
	EventCaseUpdated     EventType = "case.updated"
	EventCaseReopened    EventType = "case.reopened"
	EventCaseSearchEnded EventType = "case.search_ended"
	EventCaseOutcome     EventType = "case.outcome"
	EventCaseUnanswered  EventType = "case.unanswered"
	EventCaseNoted       EventType = "case.noted"
	EventCaseCallOut     EventType = "case.call_out"
	EventCaseUrgency     EventType = "case.urgency"
	EventCaseMerged      EventType = "case.merged"
	EventCaseSplit       EventType = "case.split"
	EventCaseLikely      EventType = "case.likely_duplicate"
	EventCaseApart       EventType = "case.apart"

	EventPreemptionProposed  EventType = "case.preemption_proposed"
	EventPreemptionWithdrawn EventType = "case.preemption_withdrawn"
	EventPreempted           EventType = "case.preempted"

	EventOffered      EventType = "assignment.offered"
	EventNoAnswer     EventType = "assignment.no_answer"
	EventRung         EventType = "assignment.rung"
	EventAccepted     EventType = "assignment.accepted"
	EventDeclined     EventType = "assignment.declined"
	EventWithdrawn    EventType = "assignment.withdrawn"
	EventEnRoute      EventType = "assignment.en_route"
	EventOnScene      EventType = "assignment.on_scene"
	EventStandingDown EventType = "assignment.standing_down"
	EventAcknowledged EventType = "assignment.stand_down_acknowledged"
	EventReturned     EventType = "assignment.returned"
	EventReleased     EventType = "assignment.released"
	EventRoster       EventType = "assignment.roster"
	EventNotified     EventType = "assignment.notified"

	EventCaseLead      EventType = "case.lead"
	EventCaseOwned     EventType = "case.owned"
	EventCasePointed   EventType = "case.pointed"
	EventCheckedIn     EventType = "assignment.checked_in"
	EventCheckInMissed EventType = "assignment.check_in_missed"
	EventPeopleMissing EventType = "assignment.people_missing"

	EventTeamRegistered   EventType = "team.registered"
	EventTeamAvailability EventType = "team.availability"

	EventCoordinatorRegistered EventType = "coordinator.registered"

	EventPlaceRegistered EventType = "place.registered"
	EventPlaceLearnt     EventType = "place.learnt"
	EventPlaceRemoved    EventType = "place.removed"
)

// EventTypes lists every event that this release writes.
func EventTypes() []EventType {
	return []EventType{EventCaseOpened, EventCaseJoined, EventCaseUpdated, EventCaseReopened, EventCaseSearchEnded,
		EventCaseOutcome, EventCaseUnanswered, EventCaseNoted, EventCaseCallOut, EventCaseUrgency,
		EventPreemptionProposed, EventPreemptionWithdrawn, EventPreempted,
		EventOffered, EventNoAnswer, EventRung, EventAccepted, EventDeclined, EventWithdrawn, EventEnRoute, EventOnScene,
		EventStandingDown, EventAcknowledged, EventReturned, EventReleased,
		EventTeamRegistered, EventTeamAvailability, EventRoster,
		EventCaseMerged, EventCaseSplit, EventCaseLikely, EventCaseApart, EventNotified, EventCoordinatorRegistered,
		EventCaseLead, EventCaseOwned, EventCasePointed, EventCheckedIn, EventCheckInMissed, EventPeopleMissing,
		EventPlaceRegistered, EventPlaceLearnt, EventPlaceRemoved}
}

// Event is one line of the journal. Its fields are a whitelist of ids, enums,
// numbers, regions and times: personal data never enters, so that it can be
// erased without breaking history.
type Event struct {
	Sequence int64
	At       time.Time
	Type     EventType
	Case     int64 // Case.Key; 0 for events of a team alone
	Team     int32 // Team.Key; 0 for events of a case alone
	EventFields
}

// EventFields is what an event says beside its type and time; absent fields
// are empty. It is the data of the CloudEvent that goes out.
type EventFields struct {
	CaseID    string `json:"case_id,omitempty"`
	TeamID    string `json:"team_id,omitempty"`
	ActorType string `json:"actor_type,omitempty"`
	ActorID   string `json:"actor_id,omitempty"`
	// HappenedAt is when it happened, where that was said; the event's own
	// time is when it was decided.
	HappenedAt time.Time `json:"happened_at,omitzero"`

	Number  string  `json:"number,omitempty"`
	Kind    Kind    `json:"kind,omitempty"`
	Urgency Urgency `json:"urgency,omitempty"`
	// UrgencyBefore is what a person has changed, of case.urgency.
	UrgencyBefore Urgency        `json:"urgency_before,omitempty"`
	Region        string         `json:"region,omitempty"`
	CallOut       CallOut        `json:"call_out,omitempty"`
	Exercise      *bool          `json:"exercise,omitempty"`
	Subjects      []EventSubject `json:"subjects,omitempty"` // of case.opened, case.joined, case.reopened
	Held          bool           `json:"held,omitempty"`     // of case.opened: a person has to look first
	Audience      Audience       `json:"audience,omitempty"` // of a timeline alone, for who may read the note: the journal does not say it
	SubjectID     string         `json:"subject_id,omitempty"`
	Outcome       Outcome        `json:"outcome,omitempty"`
	Condition     Condition      `json:"condition,omitempty"`
	FoundBy       string         `json:"found_by,omitempty"`
	Reason        string         `json:"reason,omitempty"` // of case.outcome closed: one of ClosedReasons
	Incident      Incident       `json:"incident,omitempty"`
	StatusNow     Status         `json:"status,omitempty"` // the case's, after this event
	Round         int            `json:"round,omitempty"`
	Rings         int            `json:"rings,omitempty"`
	ByHand        bool           `json:"by_hand,omitempty"`
	DistanceM     *float64       `json:"distance_m,omitempty"`
	AnswerBy      time.Time      `json:"answer_by,omitzero"`
	ETAMinutes    *int           `json:"eta_minutes,omitempty"`
	People        *int           `json:"people,omitempty"`

	// Of case.preemption_proposed and case.preempted: the team's travel to the
	// case, what is gained by it, and what the other case loses, in seconds.
	TravelS int  `json:"travel_s,omitempty"`
	GainS   *int `json:"gain_s,omitempty"`
	CostS   *int `json:"cost_s,omitempty"`

	// The lead team and its organisation, when this event changed them.
	LeadTeamID       *string `json:"lead_team_id,omitempty"`
	LeadOrganisation string  `json:"lead_organisation,omitempty"`

	RelatedCaseID string   `json:"related_case_id,omitempty"` // of case.joined (where it was merged), .merged, .split, .likely_duplicate, .apart, .preempted (from), .preemption_proposed, assignment.released (for)
	Applications  int      `json:"applications,omitempty"`    // of case.split: how many left, or came back
	Restored      bool     `json:"restored,omitempty"`        // of case.split: this case was merged and is itself again
	Reasons       []string `json:"reasons,omitempty"`         // of case.likely_duplicate

	TeamRegion    string       `json:"team_region,omitempty"`      // of assignment.accepted: of the team's base
	Missing       int          `json:"missing,omitempty"`          // people who went and are not counted home
	Minutes       int          `json:"minutes,omitempty"`          // of assignment.returned: how long the team was out
	PeopleMinutes int          `json:"people_minutes,omitempty"`   // the same, times its people
	Point         PointKind    `json:"point,omitempty"`            // of case.pointed
	Owner         string       `json:"owner,omitempty"`            // of case.owned
	OpenItems     []EventCount `json:"open_items,omitempty"`       // of case.owned: what was open
	CheckIn       *int         `json:"check_in_minutes,omitempty"` // of case.updated: the new interval

	Organisation string    `json:"organisation,omitempty"` // of team events and assignment.accepted
	Capacity     int       `json:"capacity,omitempty"`
	Available    *bool     `json:"available,omitempty"`
	Until        time.Time `json:"until,omitzero"`
	// Because is what team.availability comes from. Until is then the end of
	// the absence, the calendar's next change, or the end of the first rest.
	Because AvailabilityReason `json:"because,omitempty"`

	Roster *Roster `json:"roster,omitempty"` // of assignment.roster: how its members stand, after it

	// Of assignment.notified: what was told, how, and whether it arrived.
	Channel   Channel   `json:"channel,omitempty"`
	About     EventType `json:"about,omitempty"`
	Delivered *bool     `json:"delivered,omitempty"`

	CoordinatorID string `json:"coordinator_id,omitempty"` // of coordinator.registered
	PlaceID       string `json:"place_id,omitempty"`       // of place events; its name stays out
}

// EventSubject is a subject as the journal knows it.
type EventSubject struct {
	ID       string `json:"id"`
	Category string `json:"category,omitempty"`
}

// EventCount says how much there is of something.
type EventCount struct {
	Code  string `json:"code"` // one of OpenCodes
	Count int    `json:"count"`
}

// SetData reads the fields back from the journal's row.
func (e *Event) SetData(data []byte) error { return json.Unmarshal(data, &e.EventFields) }
