package ingest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// maxAlso is how many other names a place may have.
const maxAlso = 16

var placeNameRules = map[string]rule[geo.Names]{
	"kk": {read: func(r *reading, at pointer, v value, into *geo.Names) { into.Kazakh = r.text(at, v) }},
	"ru": {read: func(r *reading, at pointer, v value, into *geo.Names) { into.Russian = r.text(at, v) }},
	"en": {read: func(r *reading, at pointer, v value, into *geo.Names) { into.English = r.text(at, v) }},
}

var placeRules = map[string]rule[dispatch.PlaceRegistration]{
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.PlaceRegistration) { into.ID = r.id(at, v) }},
	"names": {read: func(r *reading, at pointer, v value, into *dispatch.PlaceRegistration) {
		if r.object(at, v) {
			readObject(r, at.String(), v, placeNameRules, &into.Names)
		}
	}},
	"also": {read: func(r *reading, at pointer, v value, into *dispatch.PlaceRegistration) {
		into.Also = nil
		r.list(at, v, maxAlso, func(at pointer, element value) {
			if name := r.text(at, element); name != "" {
				into.Also = append(into.Also, name)
			}
		})
	}},
	"location": {read: func(r *reading, at pointer, v value, into *dispatch.PlaceRegistration) {
		if point := r.point(at, v, true); point != nil {
			into.Location = orb.Point(*point)
		}
	}},
	"at": {read: func(r *reading, at pointer, v value, into *dispatch.PlaceRegistration) { into.At = r.time(at, v) }},
}

func readPlace(v value, kind string, received time.Time) (*dispatch.PlaceRegistration, reading) {
	place := &dispatch.PlaceRegistration{At: received, Removed: kind == placeRemoved}
	var r reading
	if place.Removed {
		readObject(&r, "", v, map[string]rule[dispatch.PlaceRegistration]{"id": placeRules["id"], "at": placeRules["at"]}, place)
		requireMember(&r, v, "id")
		return place, r
	}
	readObject(&r, "", v, placeRules, place)
	requireMember(&r, v, "id", "location")
	if place.Names == (geo.Names{}) {
		r.wrong(pointer{"", "names"}, "needs a name in kk, ru or en")
	}
	return place, r
}

// ReadPlace reads a place's registration strictly. received is the time that
// counts when the message has no "at". The error is a *dispatch.Invalid that
// names every field that is wrong.
func ReadPlace(body []byte, received time.Time) (*dispatch.PlaceRegistration, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	place, r := readPlace(v, placeRegistered, received)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	return place, nil
}

// RegisterPlace sends what is known about a place of this id; "at" as for
// RegisterTeam.
func (i *Intake) RegisterPlace(ctx context.Context, id string, body []byte) (dispatch.Identity, error) {
	v, err := strictObject(body)
	if err != nil {
		return dispatch.Identity{}, err
	}
	members := map[string]json.RawMessage{"type": quoted(placeRegistered), "id": quoted(id)}
	if missing(v, "at") {
		members["at"] = quoted(nowText())
	}
	if body, err = withMembers(v, members); err != nil {
		return dispatch.Identity{}, err
	}
	place, err := ReadPlace(body, time.Time{})
	if err != nil {
		return dispatch.Identity{}, err
	}
	return dispatch.TeamMessageIdentity(id, placeRegistered, place.At), i.send(ctx, i.topics.Teams, id, body)
}

// RemovePlace sends that a place of this id is wrong.
func (i *Intake) RemovePlace(ctx context.Context, id string) (dispatch.Identity, error) {
	body, err := json.Marshal(map[string]string{"type": placeRemoved, "id": id, "at": nowText()})
	if err != nil {
		return dispatch.Identity{}, err
	}
	v, err := strictObject(body)
	if err != nil {
		return dispatch.Identity{}, err
	}
	place, r := readPlace(v, placeRemoved, time.Time{})
	if err := r.invalid(); err != nil {
		return dispatch.Identity{}, err
	}
	return dispatch.TeamMessageIdentity(id, placeRemoved, place.At), i.send(ctx, i.topics.Teams, id, body)
}

// CheckTeamMessage reads a message of the topic of teams strictly, whatever it
// is about. The error is a *dispatch.Invalid.
func CheckTeamMessage(body []byte, received time.Time) error {
	v, err := strictObject(body)
	if err != nil {
		return err
	}
	kind, _ := v.member("type")
	var r reading
	switch text, _ := kind.text(); text {
	case coordinatorRegistered:
		_, r = readCoordinator(v, received)
	case placeRegistered, placeRemoved:
		_, r = readPlace(v, text, received)
	default:
		_, _, err := ReadTeam(body, received)
		return err
	}
	return r.invalid()
}
