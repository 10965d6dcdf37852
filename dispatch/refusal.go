package dispatch

import (
	"errors"
	"fmt"
)

// Refusal says why a command was not done. Code is from the one registry that
// HTTP's problem types use too; Detail says what to do and holds no value that
// somebody sent.
type Refusal struct {
	Code    string
	Detail  string
	Pointer string // JSON pointer of the field, when one is to blame
}

func (r *Refusal) Error() string {
	if r.Pointer != "" {
		return r.Code + ": " + r.Pointer + ": " + r.Detail
	}
	return r.Code + ": " + r.Detail
}

// The codes of refusals.
const (
	RefusedInvalid             = "invalid"
	RefusedNotSupported        = "not-supported"
	RefusedTooOld              = "too-old"
	RefusedUnknownCase         = "unknown-case"
	RefusedUnknownApplication  = "unknown-application"
	RefusedUnknownTeam         = "unknown-team"
	RefusedUnknownSubject      = "unknown-subject"
	RefusedNotAsked            = "team-not-asked"
	RefusedAlreadyAssigned     = "already-assigned"
	RefusedTransition          = "transition-not-allowed"
	RefusedAtCapacity          = "team-at-capacity"
	RefusedEnoughTeams         = "enough-teams"
	RefusedCaseEnded           = "case-ended"
	RefusedCaseOpen            = "case-open"
	RefusedOutcomeSet          = "outcome-set"
	RefusedOutcomeNotForKind   = "outcome-not-for-kind"
	RefusedOutcomeNotConfirmed = "outcome-not-confirmed"
	RefusedNothingWithheld     = "nothing-withheld"
	RefusedStale               = "stale"
	RefusedNoProposal          = "no-proposal"
	RefusedMinor               = "minor"
	RefusedRosterFull          = "roster-full"
	RefusedCaseMerged          = "case-merged"
	RefusedNotJoined           = "not-joined"
)

func refuse(code, format string, arguments ...any) *Refusal {
	return &Refusal{Code: code, Detail: fmt.Sprintf(format, arguments...)}
}

// FieldError says what is wrong with one field and what to do; Detail holds no
// value that somebody sent, since it may be personal.
type FieldError struct {
	Pointer string // JSON pointer
	Detail  string
}

// Invalid is the error of input that was refused before it was taken in. It
// names every field that is wrong.
type Invalid struct {
	Fields []FieldError
}

func (e *Invalid) Error() string {
	if len(e.Fields) == 0 {
		return "the input is not valid"
	}
	text := "the input is not valid: " + e.Fields[0].Pointer + ": " + e.Fields[0].Detail
	if more := len(e.Fields) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Errors of the intake: what was sent is not taken in, and nothing is lost
// because the sender is told so.
var (
	ErrNoSpace    = errors.New("the disk is nearly full: nothing more is taken in until there is room")
	ErrIntakeAway = errors.New("the broker cannot be reached: try again")
)
