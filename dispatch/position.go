package dispatch

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
)

// Position is a place in the journal: the epoch of the database and the
// sequence of the last event. Within an epoch sequences have no gaps; another
// epoch means that sequences may have been used for something else (after a
// restore, say), so nothing may be resumed across it.
type Position struct {
	Epoch    string
	Sequence int64
}

// String gives the form on the wire, EPOCH.SEQ.
func (p Position) String() string {
	return p.Epoch + "." + strconv.FormatInt(p.Sequence, 10)
}

// ParsePosition reads the form on the wire.
func ParsePosition(text string) (Position, error) {
	epoch, sequence, found := strings.Cut(text, ".")
	n, err := strconv.ParseInt(sequence, 10, 64)
	if !found || epoch == "" || err != nil || n < 0 || strconv.FormatInt(n, 10) != sequence {
		return Position{}, fmt.Errorf("position %q is not of the form EPOCH.SEQ", text)
	}
	return Position{Epoch: epoch, Sequence: n}, nil
}

var epochEncoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// NewEpoch makes a random epoch of eight letters and digits.
func NewEpoch() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return epochEncoding.EncodeToString(b[:])
}

// CaseID is the public id of the case that the event of this sequence opened.
func CaseID(epoch string, key int64) string {
	return "c" + epoch + "-" + strconv.FormatInt(key, 10)
}

// ParseCaseID gives the epoch and the key of a case's public id.
func ParseCaseID(id string) (epoch string, key int64, ok bool) {
	rest, found := strings.CutPrefix(id, "c")
	if !found {
		return "", 0, false
	}
	epoch, digits, found := strings.Cut(rest, "-")
	if !found || epoch == "" || digits == "" || digits[0] == '0' || digits[0] == '+' {
		return "", 0, false
	}
	key, err := strconv.ParseInt(digits, 10, 64)
	return epoch, key, err == nil && key > 0
}
