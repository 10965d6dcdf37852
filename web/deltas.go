package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/izdeu/izdeu/dispatch"
)

// A live client may ask for deltas: of a case that it knows the members that
// changed, of a team that only moved its position. A day on duty then fits a
// phone's line. The frame says after which sequence the changes of its patches
// begin: a client that stands between that and the frame's own position takes a
// snapshot instead, because a member that changed to and fro is in no patch.

// appendPatch appends a patch that makes of one view of a case another, which
// differs from it: the members to set, and the names of those to take away.
func appendPatch(b []byte, id string, old, now []byte) ([]byte, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(old, &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(now, &after); err != nil {
		return nil, err
	}
	b = quote(name(append(comma(b), '{'), "id"), id)
	b = append(name(b, "set"), '{')
	for _, member := range slices.Sorted(maps.Keys(after)) {
		if !bytes.Equal(before[member], after[member]) {
			b = append(name(b, member), after[member]...)
		}
	}
	b = append(b, '}')
	var gone []string
	for member := range before {
		if _, there := after[member]; !there {
			gone = append(gone, member)
		}
	}
	slices.Sort(gone)
	return append(texts(b, "unset", gone), '}'), nil
}

// patches appends patches of the cases that the class knows, and gives the
// changes that are to be told whole. from is the sequence before the changes.
func (c *class) patches(b []byte, cases []changed, from dispatch.Position, demo bool) (frame []byte, rest []changed, told bool) {
	v := c.viewer
	start := len(b)
	b = append(name(b, "patched"), '[')
	for _, change := range cases {
		if change.old == nil || change.now == nil || !v.sees(change.old).visible || !v.sees(change.now).visible {
			rest = append(rest, change)
			continue
		}
		old := appendCase(nil, change.old, v, v.sees(change.old), demo)
		now := appendCase(nil, change.now, v, v.sees(change.now), demo)
		if bytes.Equal(old, now) {
			continue // what changed is not for this class
		}
		patched, err := appendPatch(b, change.now.ID, old, now)
		if err != nil { // cannot be: both were written here
			rest = append(rest, change)
			continue
		}
		b, told = patched, true
	}
	if !told {
		return b[:start], rest, false
	}
	return appendPosition(name(append(b, ']'), "since"), from), rest, true
}
