package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// Intake puts into Kafka what HTTP takes in. It reads strictly, because the
// sender can mend what is wrong: then the error is a *dispatch.Invalid, and
// nothing was sent. dispatch.ErrNoSpace and dispatch.ErrIntakeAway say that it
// may be sent again later.
type Intake struct {
	producer *Producer
	client   *kafka.Client
	topics   Topics
}

// NewIntake makes an intake.
func NewIntake(client *kafka.Client, producer *Producer, topics Topics) *Intake {
	return &Intake{producer: producer, client: client, topics: topics}
}

// FileApplication files an application for a system, which replaces what the
// body says about it. It returns the application's id and its identity.
func (i *Intake) FileApplication(ctx context.Context, system string, body []byte) (string, dispatch.Identity, error) {
	return i.file(ctx, system, body)
}

// FileLetter files an application in place of a dead letter, which counts as
// replayed then.
func (i *Intake) FileLetter(ctx context.Context, letter int64, system string, body []byte) (string, dispatch.Identity, error) {
	return i.file(ctx, system, body, replays(letter))
}

func (i *Intake) file(ctx context.Context, system string, body []byte, headers ...kafka.Header) (string, dispatch.Identity, error) {
	v, err := strictObject(body)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	source := map[string]json.RawMessage{}
	if given, ok := v.member("source"); ok && given.isObject() {
		if err := json.Unmarshal(given, &source); err != nil {
			return "", dispatch.Identity{}, err
		}
	}
	source["system"] = quoted(system)
	text, err := json.Marshal(source)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	// A source that is no object is still told to be wrong.
	if given, ok := v.member("source"); ok && !given.isObject() && !given.isNull() {
		text = []byte(given)
	}
	if body, err = withMembers(v, map[string]json.RawMessage{"source": text}); err != nil {
		return "", dispatch.Identity{}, err
	}
	filing, err := ReadApplication(body)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	identity := dispatch.ApplicationIdentity(filing.System, filing.ID)
	key := filing.System + "/" + filing.ID
	return filing.ID, identity, i.send(ctx, i.topics.Applications, key, body, headers...)
}

// SendCommand sends a command for a case, given by actor; both replace what the
// body says. One without "at" gets the time of now. A type that this release
// does not know is a *dispatch.Refusal. It returns the command's id and identity.
func (i *Intake) SendCommand(ctx context.Context, actor dispatch.Actor, caseID string, body []byte) (string, dispatch.Identity, error) {
	v, err := strictObject(body)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	who, err := json.Marshal(actor)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	members := map[string]json.RawMessage{"actor": who, "case_id": quoted(caseID), "application": nil}
	if missing(v, "at") {
		members["at"] = quoted(nowText())
	}
	if body, err = withMembers(v, members); err != nil {
		return "", dispatch.Identity{}, err
	}
	command, err := ReadCommand(body)
	if err != nil {
		return "", dispatch.Identity{}, err
	}
	if !slices.Contains(commandTypes, command.Type) {
		return command.ID, dispatch.Identity{}, &dispatch.Refusal{Code: dispatch.RefusedNotSupported, Pointer: "/type",
			Detail: "this release does not know this type of command"}
	}
	return command.ID, dispatch.CommandIdentity(command.ID), i.send(ctx, i.topics.Commands, caseID, body)
}

// RegisterTeam sends what is known about a team of this id. A message without
// "at" gets the time of now, so that its identity is known before Kafka has it.
func (i *Intake) RegisterTeam(ctx context.Context, id string, body []byte) (dispatch.Identity, error) {
	return i.sendTeam(ctx, teamRegistered, id, body)
}

// SetAvailability sends whether a team is available; "at" as for RegisterTeam.
func (i *Intake) SetAvailability(ctx context.Context, id string, body []byte) (dispatch.Identity, error) {
	return i.sendTeam(ctx, teamAvailability, id, body)
}

func (i *Intake) sendTeam(ctx context.Context, kind, id string, body []byte) (dispatch.Identity, error) {
	v, err := strictObject(body)
	if err != nil {
		return dispatch.Identity{}, err
	}
	members := map[string]json.RawMessage{"type": quoted(kind), "id": quoted(id)}
	if missing(v, "at") {
		members["at"] = quoted(nowText())
	}
	if body, err = withMembers(v, members); err != nil {
		return dispatch.Identity{}, err
	}
	registration, availability, err := ReadTeam(body, time.Time{})
	if err != nil {
		return dispatch.Identity{}, err
	}
	var at time.Time
	if registration != nil {
		at = registration.At
	} else {
		at = availability.At
	}
	return dispatch.TeamMessageIdentity(id, kind, at), i.send(ctx, i.topics.Teams, id, body)
}

// RegisterCoordinator sends what is known about a coordinator of this id; "at"
// as for RegisterTeam.
func (i *Intake) RegisterCoordinator(ctx context.Context, id string, body []byte) (dispatch.Identity, error) {
	v, err := strictObject(body)
	if err != nil {
		return dispatch.Identity{}, err
	}
	members := map[string]json.RawMessage{"type": quoted(coordinatorRegistered), "id": quoted(id)}
	if missing(v, "at") {
		members["at"] = quoted(nowText())
	}
	if body, err = withMembers(v, members); err != nil {
		return dispatch.Identity{}, err
	}
	registration, err := ReadCoordinator(body, time.Time{})
	if err != nil {
		return dispatch.Identity{}, err
	}
	return dispatch.TeamMessageIdentity(id, coordinatorRegistered, registration.At), i.send(ctx, i.topics.Teams, id, body)
}

// ReportPosition sends where a team is. One without "at" gets the time of now.
func (i *Intake) ReportPosition(ctx context.Context, id string, body []byte) error {
	v, err := strictObject(body)
	if err != nil {
		return err
	}
	members := map[string]json.RawMessage{"team_id": quoted(id)}
	if missing(v, "at") {
		members["at"] = quoted(nowText())
	}
	if body, err = withMembers(v, members); err != nil {
		return err
	}
	if _, err := ReadPosition(body, time.Time{}); err != nil {
		return err
	}
	return i.send(ctx, i.topics.Positions, id, body)
}

// Replay sends the record of a dead letter to its topic again. The headers that
// it had are not kept, so a CloudEvent in binary mode comes as plain JSON.
func (i *Intake) Replay(ctx context.Context, letter dispatch.DeadLetter) error {
	if !slices.Contains(i.topics.Inputs(), letter.Source.Topic) {
		return fmt.Errorf("the dead letter is from topic %s, which is not read here", letter.Source.Topic)
	}
	return i.producer.Produce(ctx, letter.Source.Topic, kafka.Message{Key: letter.Key, Value: letter.Value,
		Headers: []kafka.Header{replays(letter.ID)}})
}

// SetAside takes a dead letter off the list; it is kept.
func (i *Intake) SetAside(ctx context.Context, letter int64) error {
	return i.producer.Produce(ctx, i.topics.Commands, kafka.Message{Headers: []kafka.Header{replays(letter), {Key: SetAsideHeader}}})
}

func replays(letter int64) kafka.Header {
	return kafka.Header{Key: ReplayHeader, Value: strconv.AppendInt(nil, letter, 10)}
}

// Ready is nil while Kafka answers and the disk has room.
func (i *Intake) Ready(ctx context.Context) error {
	if err := i.producer.checkSpace(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	// Metadata comes from a cache; where the log ends only the broker knows.
	response, err := i.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		i.topics.Applications: {kafka.LastOffsetOf(0)}}})
	if err != nil {
		return unavailable(i.topics.Applications, err)
	}
	for _, partition := range response.Topics[i.topics.Applications] {
		if partition.Error != nil {
			return unavailable(i.topics.Applications, partition.Error)
		}
	}
	return nil
}

func (i *Intake) send(ctx context.Context, topic, key string, body []byte, headers ...kafka.Header) error {
	return i.producer.Produce(ctx, topic, kafka.Message{Key: []byte(key), Value: body, Headers: headers})
}

func nowTime() time.Time { return milliseconds(time.Now()) }

func nowText() string { return nowTime().Format("2006-01-02T15:04:05.000Z07:00") }

func quoted(text string) json.RawMessage {
	quoted, err := json.Marshal(text)
	if err != nil { // a string can always be written
		return json.RawMessage(`""`)
	}
	return quoted
}

// withMembers sets members of an object (nil takes one away) and leaves the
// others as they were written, in their order.
func withMembers(v value, members map[string]json.RawMessage) ([]byte, error) {
	out := append(make([]byte, 0, len(v)+256), '{')
	add := func(name []byte, member []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = append(out, name...)
		out = append(out, '"', ':')
		out = append(out, member...)
	}
	v.eachMember(func(name []byte, member value) {
		if _, replaced := members[string(name)]; !replaced {
			add(name, member)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] != nil {
			add([]byte(name), members[name])
		}
	}
	out = append(out, '}')
	if len(out) > MaxRecordBytes {
		return nil, &dispatch.Invalid{Fields: []dispatch.FieldError{{Pointer: "", Detail: "must not be larger than 1 MiB"}}}
	}
	if !json.Valid(out) {
		return nil, errors.New("ingest: a message could not be written again")
	}
	return out, nil
}
