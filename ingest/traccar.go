package ingest

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// A Traccar server can write every position that it gets into a Kafka topic:
// forward.type=kafka, forward.url=the brokers, forward.topic=izdeu.positions
// (traccar.org/configuration-file). Its record is an object with position and
// device, as classes PositionForwarderKafka, PositionData, Position and Device
// of traccar/traccar write them since 5.6; times are ISO 8601 with the offset.
//
// The device's uniqueId is the team's id, unless the device has an attribute
// team_id: so a tracker that is known by its serial number can be a team's.

// isTraccar says that a record on the positions topic is a Traccar server's.
func isTraccar(v value) bool {
	device, ok := v.member("device")
	return ok && device.isObject() && missing(v, "team_id")
}

// readTraccar reads a record of a Traccar server. A position without a fix is
// wrong: it is where the device was before.
func readTraccar(v value, received time.Time) (*dispatch.TeamPosition, reading) {
	position := &dispatch.TeamPosition{At: received}
	var r reading
	device, _ := v.member("device")
	at := pointer{"", "device"}
	id, given := device.member("uniqueId")
	if attributes, ok := device.member("attributes"); ok && attributes.isObject() {
		if team, ok := attributes.member("team_id"); ok && !team.isNull() {
			id, given = team, true
		}
	}
	if !given {
		id = value("null")
	}
	position.TeamID = r.id(pointer{at.String(), "uniqueId"}, id)

	fix, _ := v.member("position")
	at = pointer{"", "position"}
	if !r.object(at, fix) {
		return position, r
	}
	member := func(name string) (pointer, value, bool) {
		field, ok := fix.member(name)
		return pointer{at.String(), name}, field, ok && !field.isNull()
	}
	if at, valid, ok := member("valid"); !ok || !r.boolean(at, valid) {
		r.wrong(at, "there is no fix")
	}
	if at, outdated, ok := member("outdated"); ok && r.boolean(at, outdated) {
		r.wrong(at, "the fix is an old one")
	}
	for i, name := range []string{"longitude", "latitude"} {
		at, degrees, ok := member(name)
		if !ok {
			r.wrong(at, "is required")
			continue
		}
		position.Position[i] = r.number(at, degrees, -180/float64(i+1), 180/float64(i+1))
	}
	if position.Position == (orb.Point{}) {
		r.wrong(at, "is where a device without a fix says that it is")
	}
	for _, name := range []string{"fixTime", "deviceTime", "serverTime"} {
		if at, moment, ok := member(name); ok {
			position.At = r.time(at, moment)
			break
		}
	}
	if at, accuracy, ok := member("accuracy"); ok {
		position.AccuracyM = r.number(at, accuracy, 0, 1e7)
	}
	return position, r
}
