package dispatch

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Identity is what a message is applied once by: 16 bytes of SHA-256 over its
// kind and the parts that name it.
type Identity [16]byte

// String gives the identity in hexadecimal.
func (i Identity) String() string { return hex.EncodeToString(i[:]) }

func identityOf(kind string, parts ...string) Identity {
	b := make([]byte, 0, 96)
	b = append(b, kind...)
	for _, part := range parts {
		// The length before each part keeps ("a", "bc") and ("ab", "c") apart.
		b = append(b, 0)
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(b, ':')
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return Identity(sum[:16])
}

// Of an application's identity, the bytes that stand for its neighbourhood, and
// how many of the last characters of an id do not count for that.
const (
	neighbourhoodBytes = 6
	neighbourhoodTail  = 3
)

// ApplicationIdentity is the identity of an application. Services count their
// ids upwards, so the identities of a thousand in a row begin alike: they stand
// together in an index of millions, and a batch changes a few of its pages
// instead of one for each application.
func ApplicationIdentity(system, id string) Identity {
	identity := identityOf("application", system, id)
	neighbourhood := identityOf("neighbourhood", system, id[:max(0, len(id)-neighbourhoodTail)])
	copy(identity[:], neighbourhood[:neighbourhoodBytes])
	return identity
}

// CommandIdentity is the identity of a command.
func CommandIdentity(commandID string) Identity { return identityOf("command", commandID) }

// TeamMessageIdentity is the identity of a message about a team, a coordinator or a place: (id, type, at), at
// being Kafka's time where the message has none.
func TeamMessageIdentity(id, messageType string, at time.Time) Identity {
	return identityOf("team", id, messageType, strconv.FormatInt(at.UnixMilli(), 10))
}

// Source says where a message came from.
type Source struct {
	Topic     string
	Partition int
	Offset    int64
}

// Message is one thing that may change something. Exactly one of the pointers
// is set.
type Message struct {
	Identity Identity  // zero for dead letters and timers
	Source   Source    // zero for timers
	At       time.Time // Kafka's time of receipt
	Now      time.Time // stamped by the Dispatcher before Decide
	Key      []byte    // of the record, for the case that the store refuses it
	Value    []byte
	Replays  int64 // the id of the dead letter that this record was before; 0: none

	Filing       *Filing
	Command      *Command
	Registration *TeamRegistration
	Availability *TeamAvailability
	Coordinator  *CoordinatorRegistration
	Place        *PlaceRegistration
	DeadLetter   *DeadLetter
	Timer        *Timer
}

// DeadLetter is a record that could not become a message. It is kept whole.
type DeadLetter struct {
	ID         int64 // given by the store
	Source     Source
	At         time.Time // Kafka's time of receipt
	Reason     string    // a code: not-json, empty, too-large …
	Detail     string    // what is wrong and where, without the value
	Key        []byte
	Value      []byte
	ReplayedAt time.Time
}

// TimerKind says what a timer is for.
type TimerKind string

// Kinds of timers.
const (
	TimerOffer        TimerKind = "offer"        // the time to answer an offer is over
	TimerAvailability TimerKind = "availability" // a team is available again
	TimerDuty         TimerKind = "duty"         // a team's duty calendar changes
	TimerRest         TimerKind = "rest"         // a crew of a team has rested
	TimerMatch        TimerKind = "match"        // what waits is matched with the teams that have room
	TimerCheckIn      TimerKind = "check_in"     // a team on a case was not heard of in time
)

// Timer is a message that the leader makes when a deadline has passed.
type Timer struct {
	Kind       TimerKind
	Due        time.Time
	Case       int64 // of an offer or a check-in
	Assignment int   // of an offer or a check-in: Assignment.N
	Team       int32 // of an availability, a duty or a rest
}

// UsedUp says that the identity may not be used again. A command of a type
// that this release does not know, or for an application that is not known
// yet, may come again under its id.
func (a *Applied) UsedUp() bool {
	return a.Code != RefusedNotSupported && a.Code != RefusedUnknownApplication
}

// Applied is the result of a message that has an identity.
type Applied struct {
	Identity Identity
	At       time.Time // when it was decided
	Done     bool
	Code     string // why not, when not done: one of the refusal codes
	Detail   string
	Case     int64 // 0 when it has none
	Sequence int64 // the head of the journal after it
}
