package ingest

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// MaxRecordBytes is the largest value that is read; a larger one is a dead letter.
const MaxRecordBytes = 1 << 20

// Reasons of dead letters.
const (
	DeadEmpty        = "empty"
	DeadNotJSON      = "not-json"
	DeadNotAnObject  = "not-an-object"
	DeadTooLarge     = "too-large"
	DeadControl      = "control-record"
	DeadNoID         = "no-id"
	DeadNoKind       = "no-kind"
	DeadNoType       = "no-type"
	DeadInvalidField = "invalid-field"
)

// ReplayHeader marks a record that was a dead letter before: its id in decimal.
const ReplayHeader = "izdeu-replay"

// SetAsideHeader marks a record without a value that takes the dead letter of
// its ReplayHeader off the list: somebody has looked, and nothing is in it.
const SetAsideHeader = "izdeu-set-aside"

// Decoded is what became of a record: a message (a dead letter is one), a
// position, or a position that was wrong and only counts.
type Decoded struct {
	Message       *dispatch.Message
	Position      *dispatch.TeamPosition
	WrongPosition bool
}

// Decode reads a record of one of the input topics. It never fails: what cannot
// become a message becomes a dead letter. What it returns refers to the record's
// key and value.
func Decode(topics Topics, record *kafka.Message) Decoded {
	if record.Topic == topics.Commands && setsAside(record) {
		return Decoded{Message: newMessage(record)}
	}
	switch record.Topic {
	case topics.Applications:
		return Decoded{Message: decodeApplication(record)}
	case topics.Commands:
		return Decoded{Message: decodeCommand(record)}
	case topics.Teams:
		return Decoded{Message: decodeTeam(record)}
	}
	position := decodePosition(record)
	return Decoded{Position: position, WrongPosition: position == nil}
}

func newMessage(record *kafka.Message) *dispatch.Message {
	message := &dispatch.Message{
		Source: dispatch.Source{Topic: record.Topic, Partition: record.Partition, Offset: record.Offset},
		At:     milliseconds(record.Time),
		Key:    record.Key,
		Value:  record.Value,
	}
	for i := range record.Headers {
		if record.Headers[i].Key == ReplayHeader {
			// One that cannot be read replays nothing; the record itself counts all the same.
			if id, err := strconv.ParseInt(string(record.Headers[i].Value), 10, 64); err == nil && id > 0 {
				message.Replays = id
			}
		}
	}
	return message
}

// setsAside says that a record is about a dead letter and nothing else.
func setsAside(record *kafka.Message) bool {
	marked := slices.ContainsFunc(record.Headers, func(h kafka.Header) bool { return h.Key == SetAsideHeader })
	return marked && len(record.Value) == 0 && newMessage(record).Replays > 0
}

// open takes the message out of the record; reason says why it cannot.
func open(record *kafka.Message) (e envelope, reason, detail string) {
	switch {
	case len(record.Value) == 0:
		return e, DeadEmpty, "the record has no value"
	case len(record.Value) > MaxRecordBytes:
		return e, DeadTooLarge, "the value is larger than 1 MiB"
	case isControl(record):
		return e, DeadControl, "a marker of a Kafka transaction: producers on this topic must not use transactions"
	}
	return unwrap(record)
}

// isControl recognises the markers of transactions, which the client hands on
// as records: a key of version (0) and type (0 abort, 1 commit), 16 bits each,
// and a value of version and coordinator epoch, 6 bytes.
func isControl(record *kafka.Message) bool {
	return len(record.Value) == 6 && (bytes.Equal(record.Key, []byte{0, 0, 0, 0}) || bytes.Equal(record.Key, []byte{0, 0, 0, 1}))
}

func deadLetter(record *kafka.Message, reason, detail string) *dispatch.Message {
	message := newMessage(record)
	message.DeadLetter = &dispatch.DeadLetter{
		Source: message.Source, At: message.At, Reason: reason, Detail: detail,
		Key: record.Key, Value: record.Value,
	}
	return message
}

// deadField is a dead letter for a message whose fields are wrong.
func deadField(record *kafka.Message, reason, name string, r *reading) *dispatch.Message {
	detail := "/" + name + ": is missing"
	for _, problem := range r.problems {
		if name == "" || problem.Pointer == "/"+name {
			detail = problem.Pointer + ": " + problem.Detail
			break
		}
	}
	return deadLetter(record, reason, detail)
}

func decodeApplication(record *kafka.Message) *dispatch.Message {
	e, reason, detail := open(record)
	if reason != "" {
		return deadLetter(record, reason, detail)
	}
	filing, r := readFiling(e.data, false)
	switch {
	case filing.ID == "":
		return deadField(record, DeadNoID, "id", &r)
	case filing.Kind == "":
		return deadField(record, DeadNoKind, "kind", &r)
	}
	if filing.Revision == 0 && !e.eventTime.IsZero() {
		filing.Revision = e.eventTime.UnixMilli()
	}
	message := newMessage(record)
	message.Identity = dispatch.ApplicationIdentity(filing.System, filing.ID)
	message.Filing = filing
	return message
}

func decodeCommand(record *kafka.Message) *dispatch.Message {
	e, reason, detail := open(record)
	if reason != "" {
		return deadLetter(record, reason, detail)
	}
	command, r := readCommand(e.data, e.eventType)
	if command.ID == "" {
		return deadField(record, DeadNoID, "command_id", &r)
	}
	command.Invalid = r.refusal()
	message := newMessage(record)
	message.Identity = dispatch.CommandIdentity(command.ID)
	message.Command = command
	return message
}

func decodeTeam(record *kafka.Message) *dispatch.Message {
	e, reason, detail := open(record)
	if reason != "" {
		return deadLetter(record, reason, detail)
	}
	kind := e.eventType
	var r reading
	if member, ok := e.data.member("type"); ok && !member.isNull() {
		kind = word(&r, pointer{"", "type"}, member, teamTypes)
	}
	message := newMessage(record)
	switch kind {
	case teamRegistered:
		message.Registration, r = readRegistration(e.data, message.At)
		if len(r.problems) > 0 {
			break
		}
		message.Identity = dispatch.TeamMessageIdentity(message.Registration.ID, kind, message.Registration.At)
		return message
	case teamAvailability:
		message.Availability, r = readAvailability(e.data, message.At)
		if len(r.problems) > 0 {
			break
		}
		message.Identity = dispatch.TeamMessageIdentity(message.Availability.ID, kind, message.Availability.At)
		return message
	case coordinatorRegistered:
		message.Coordinator, r = readCoordinator(e.data, message.At)
		if len(r.problems) > 0 {
			break
		}
		message.Identity = dispatch.TeamMessageIdentity(message.Coordinator.ID, kind, message.Coordinator.At)
		return message
	case placeRegistered, placeRemoved:
		message.Place, r = readPlace(e.data, kind, message.At)
		if len(r.problems) > 0 {
			break
		}
		message.Identity = dispatch.TeamMessageIdentity(message.Place.ID, kind, message.Place.At)
		return message
	default:
		return deadField(record, DeadNoType, "type", &r)
	}
	if missing(e.data, "id") {
		return deadField(record, DeadNoID, "id", &r)
	}
	return deadField(record, DeadInvalidField, "", &r)
}

// decodePosition returns nil for a position that is wrong.
func decodePosition(record *kafka.Message) *dispatch.TeamPosition {
	e, reason, _ := open(record)
	if reason != "" {
		return nil
	}
	read := readPosition
	if isTraccar(e.data) {
		read = readTraccar
	}
	received := milliseconds(record.Time)
	position, r := read(e.data, received)
	if len(r.problems) > 0 {
		return nil
	}
	if position.At.After(received) {
		// A clock that runs ahead would make it count as fresh for too long, and
		// go before everything that is true later.
		position.At = received
	}
	return position
}
