package dispatch

import (
	"context"
	"time"
)

// AboutDeadLetter is what a notice about a dead letter tells; the others tell
// an event of the journal.
const AboutDeadLetter EventType = "dead_letter"

// Notice is what somebody is told: ids, words of the vocabulary, a number, a
// time and the name of a place. No names, phones or addresses: it is read on
// locked screens.
type Notice struct {
	About      EventType `json:"about"`
	HappenedAt time.Time `json:"happened_at"` // of the event
	Recipient  Recipient `json:"recipient"`
	CaseID     string    `json:"case_id,omitempty"`
	Number     string    `json:"number,omitempty"`
	Kind       Kind      `json:"kind,omitempty"`
	Urgency    Urgency   `json:"urgency,omitempty"`
	Region     string    `json:"region,omitempty"`
	Place      string    `json:"place,omitempty"`
	Exercise   bool      `json:"exercise,omitempty"`
	DistanceM  float64   `json:"distance_m,omitempty"` // of an offer
	AnswerBy   time.Time `json:"answer_by,omitzero"`   // of an offer
	TeamID     string    `json:"team_id,omitempty"`    // the team that an alarm is about
	// Count is how many events an alarm stands for; the fields of the case are
	// those of the first.
	Count int `json:"count,omitempty"`
}

// Recipient is who is told.
type Recipient struct {
	Type     string `json:"type"` // team, coordinator, or device (of a coordinator's key)
	ID       string `json:"id"`
	Language string `json:"language,omitempty"` // kk, ru, en; empty: not known
}

// DeliveryState says where a delivery stands.
type DeliveryState string

// States of a delivery.
const (
	DeliveryWaiting DeliveryState = "waiting" // to be tried at Due
	DeliverySettled DeliveryState = "settled" // arrived or given up, and not reported yet
	DeliveryDone    DeliveryState = "done"
)

// DeliveryStates lists every state of a delivery.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryWaiting, DeliverySettled, DeliveryDone}
}

// Delivery is a notice on its way to one address.
type Delivery struct {
	ID        string // names it for its receiver, however often it is tried
	Sequence  int64  // of the event; 0 for a dead letter
	Case      int64  // Case.Key; 0 for none
	Notice    Notice // forgotten once it is done
	Channel   Channel
	Address   string // of a webhook its URL; of Web Push PushSubscription.ID
	Group     string // alarms of one group go together; empty for what goes alone
	State     DeliveryState
	Attempts  int
	Due       time.Time // of the next attempt
	Deadline  time.Time // it is given up then
	CreatedAt time.Time
	EndedAt   time.Time // when it arrived or was given up
	Delivered bool
	Detail    string // of the last attempt that failed, or why it was given up
}

// Deliveries keeps what has to be told until it is. Implemented by the stores.
type Deliveries interface {
	// PutDeliveries keeps new and changed deliveries, and how far their
	// sources were read, in one transaction. The notice of one that is done
	// is forgotten.
	PutDeliveries(ctx context.Context, deliveries []Delivery, read map[Cursor]int64) error
	// OpenDeliveries gives those that are not done, by Due, at most limit.
	OpenDeliveries(ctx context.Context, limit int) ([]Delivery, error)
	// DeliveriesOf gives the deliveries of an event, by id.
	DeliveriesOf(ctx context.Context, sequence int64) ([]Delivery, error)
	// GroupedDeliveries gives those of any group that are due after a time, by Due.
	GroupedDeliveries(ctx context.Context, dueAfter time.Time) ([]Delivery, error)
	// PruneDeliveries deletes those done that ended before the time, at most
	// limit of them, and returns how many.
	PruneDeliveries(ctx context.Context, before time.Time, limit int) (int, error)
}

// PushSubscription is a browser that wants to be woken (RFC 8030), and what for.
type PushSubscription struct {
	ID        string // PushSubscriptionID(Endpoint)
	Endpoint  string
	P256dh    string // its public key, base64url (RFC 8291)
	Auth      string // its secret, base64url
	Language  string // kk, ru, en
	KeyID     string // the API key that subscribed; once it is revoked nothing is sent
	Teams     []string
	Alarms    bool     // alarms of the regions
	Regions   []string // empty: all
	CreatedAt time.Time
}

// PushSubscriptionID names a subscription by its endpoint.
func PushSubscriptionID(endpoint string) string {
	return "p-" + identityOf("push", endpoint).String()
}

// PushSubscriptions keeps the browsers that want to be woken. Implemented by the stores.
type PushSubscriptions interface {
	// PutPushSubscription adds one, or changes the one of the same id.
	PutPushSubscription(ctx context.Context, subscription PushSubscription) error
	// DeletePushSubscription says whether there was one.
	DeletePushSubscription(ctx context.Context, id string) (bool, error)
	// PushSubscriptions gives those whose key was not revoked, by id.
	PushSubscriptions(ctx context.Context) ([]PushSubscription, error)
}

// DeliveryID names the delivery of an event, or of a dead letter, to an address.
func DeliveryID(source, recipient string, channel Channel, address string) string {
	return "d-" + identityOf("delivery", source, recipient, string(channel), address).String()
}

// ReportID is the command_id of the report that an event reached a team by a
// channel, or did not.
func ReportID(position Position, team string, channel Channel, delivered bool) string {
	word := "failed"
	if delivered {
		word = "delivered"
	}
	return "n-" + identityOf("report", position.String(), team, string(channel), word).String()
}
