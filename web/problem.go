package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/izdeu/izdeu/dispatch"
)

// problemPrefix is what every problem's type starts with; the code follows.
const problemPrefix = "urn:izdeu:problem:"

// The codes of problems beside the refusals of package dispatch.
const (
	codeUnauthorized     = "unauthorized"
	codeForbidden        = "forbidden"
	codeNotFound         = "not-found"
	codeMethodNotAllowed = "method-not-allowed"
	codeTooLarge         = "too-large"
	codeTooMany          = "too-many-requests"
	codeDiskFull         = "disk-full"
	codeIntakeAway       = "intake-away"
	codeDatabaseAway     = "database-away"
	codeStarting         = "starting"
	codeUnknownCommand   = "unknown-command"
	codeCommandIDUsed    = "command-id-used"
	codeUnknownLetter    = "unknown-dead-letter"
	codeTimeout          = "timeout"
	codeInternal         = "internal"
	codeLinkUnknown      = "link-unknown"
	codeLinkExpired      = "link-expired"
	codeUnknownPhoto     = "unknown-photo"
	codePhotoErased      = "photo-erased"
	codeFiguresChanged   = "figures-changed"
	codeSignedBefore     = "signed-before"
)

// problemTitles is the one registry of problem types: each code with a title
// that does not change from one occurrence to the next. Refusals of commands
// use the same codes.
var problemTitles = map[string]string{
	dispatch.RefusedInvalid:             "The input is not valid",
	dispatch.RefusedNotSupported:        "This release does not support it",
	dispatch.RefusedTooOld:              "Too old",
	dispatch.RefusedUnknownCase:         "No such case",
	dispatch.RefusedUnknownApplication:  "No such application yet",
	dispatch.RefusedUnknownTeam:         "No such team",
	dispatch.RefusedUnknownSubject:      "No such subject",
	dispatch.RefusedNotAsked:            "The team was not asked",
	dispatch.RefusedAlreadyAssigned:     "The team is on the case already",
	dispatch.RefusedTransition:          "Not possible in this state",
	dispatch.RefusedEnoughTeams:         "Enough teams have accepted",
	dispatch.RefusedAtCapacity:          "The team has no free slot",
	dispatch.RefusedCaseEnded:           "The search has ended",
	dispatch.RefusedCaseOpen:            "The search goes on",
	dispatch.RefusedOutcomeSet:          "There is an outcome already",
	dispatch.RefusedOutcomeNotForKind:   "Not an outcome of this kind of case",
	dispatch.RefusedOutcomeNotConfirmed: "The outcome is not confirmed",
	dispatch.RefusedNothingWithheld:     "Nothing is withheld",
	dispatch.RefusedStale:               "Something newer is known",
	dispatch.RefusedMinor:               "Not before the age of 18",
	dispatch.RefusedRosterFull:          "The roster is full",
	dispatch.RefusedCaseMerged:          "The case was merged into another",
	dispatch.RefusedNotJoined:           "The application opened the case",
	dispatch.RefusedNoProposal:          "The team is not proposed",

	codeUnauthorized:     "Sign in",
	codeForbidden:        "Not allowed",
	codeNotFound:         "Not found",
	codeMethodNotAllowed: "Not a method of this address",
	codeTooLarge:         "Too large",
	codeTooMany:          "Too many requests",
	codeDiskFull:         "The disk is full",
	codeIntakeAway:       "The intake cannot be reached",
	codeDatabaseAway:     "The database cannot be reached",
	codeStarting:         "Starting",
	codeUnknownCommand:   "No such command",
	codeCommandIDUsed:    "The command id is used up",
	codeUnknownLetter:    "No such dead letter",
	codeTimeout:          "It took too long",
	codeInternal:         "Internal error",
	codeLinkUnknown:      "Not a link of ours",
	codeLinkExpired:      "The link has expired",
	codeUnknownPhoto:     "No such photo",
	codePhotoErased:      "The photo was erased",
	codeFiguresChanged:   "Other figures are counted by now",
	codeSignedBefore:     "Signed before",
}

// Problem is an error as people and programs get it (RFC 9457). It never holds
// a value that somebody sent: that may be personal.
type Problem struct {
	Type   string         `json:"type" doc:"urn:izdeu:problem: and a code; the same codes as refusals of commands" example:"urn:izdeu:problem:team-at-capacity"`
	Title  string         `json:"title" doc:"What kind of problem it is; the same for every occurrence"`
	Status int            `json:"status" doc:"The HTTP status"`
	Detail string         `json:"detail,omitempty" doc:"What is wrong here and what to do"`
	Errors []ProblemField `json:"errors,omitempty" doc:"Every field that is wrong"`

	retryAfter time.Duration
}

// ProblemField says what is wrong with one field or parameter.
type ProblemField struct {
	Pointer   string `json:"pointer,omitempty" doc:"JSON pointer into the body"`
	Parameter string `json:"parameter,omitempty" doc:"Name of the parameter in the address"`
	Detail    string `json:"detail" doc:"What is wrong and what to do"`
}

func problem(status int, code, detail string) *Problem {
	return &Problem{Type: problemPrefix + code, Title: problemTitles[code], Status: status, Detail: detail}
}

func (p *Problem) after(wait time.Duration) *Problem {
	p.retryAfter = wait
	return p
}

// Error gives the detail.
func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// GetStatus gives the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes huma answer with the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders gives Retry-After where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	header := http.Header{}
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	return header
}

func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}

func invalidParameter(name, detail string) *Problem {
	p := problem(http.StatusUnprocessableEntity, dispatch.RefusedInvalid, name+": "+detail)
	p.Errors = []ProblemField{{Parameter: name, Detail: detail}}
	return p
}

func invalidField(pointer, detail string) *Problem {
	return problemOfInvalid(&dispatch.Invalid{Fields: []dispatch.FieldError{{Pointer: pointer, Detail: detail}}})
}

func problemOfInvalid(invalid *dispatch.Invalid) *Problem {
	p := problem(http.StatusUnprocessableEntity, dispatch.RefusedInvalid, invalid.Error())
	for _, field := range invalid.Fields {
		p.Errors = append(p.Errors, ProblemField{Pointer: field.Pointer, Detail: field.Detail})
	}
	return p
}

func problemOfRefusal(code, detail, pointer string) *Problem {
	p := problem(http.StatusConflict, code, detail)
	if p.Title == "" {
		p.Title = "Refused"
	}
	if pointer != "" {
		p.Errors = []ProblemField{{Pointer: pointer, Detail: detail}}
	}
	return p
}

// storeFailed is a read from the database that failed.
type storeFailed struct{ error }

func (e storeFailed) Unwrap() error { return e.error }

func storeError(err error) error {
	if err == nil {
		return nil
	}
	return storeFailed{err}
}

// problemOf turns any error into what the client is told. Errors that a client
// cannot do anything about are logged, not told.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	var (
		known   *Problem
		invalid *dispatch.Invalid
		refusal *dispatch.Refusal
		store   storeFailed
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		return problemOfInvalid(invalid)
	case errors.As(err, &refusal):
		return problemOfRefusal(refusal.Code, refusal.Detail, refusal.Pointer)
	case errors.Is(err, dispatch.ErrNoSpace):
		s.log.Error("web: refused: no space left", "error", err)
		return problem(http.StatusServiceUnavailable, codeDiskFull,
			"The disk of the server is nearly full, so nothing was taken in. "+s.callDuty()).after(time.Minute)
	case errors.Is(err, dispatch.ErrIntakeAway):
		s.log.Error("web: refused: the intake cannot be reached", "error", err)
		return problem(http.StatusServiceUnavailable, codeIntakeAway,
			"Kafka cannot be reached, so nothing was taken in. Send it again with the same id. "+s.callDuty()).after(5 * time.Second)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return problem(http.StatusServiceUnavailable, codeTimeout, "The request was given up.")
	case errors.As(err, &store):
		s.log.Error("web: the database could not be read", "error", err)
		return problem(http.StatusServiceUnavailable, codeDatabaseAway,
			"The database cannot be read at the moment; applications are still taken in. "+s.callDuty()).after(5 * time.Second)
	case errors.Is(err, context.DeadlineExceeded):
		s.log.Error("web: a request took too long", "error", err)
		return problem(http.StatusServiceUnavailable, codeTimeout,
			"It took too long; send it again with the same id. "+s.callDuty()).after(5 * time.Second)
	}
	s.log.Error("web: a request failed", "error", err)
	return problem(http.StatusInternalServerError, codeInternal, "The server's log says what happened. "+s.callDuty())
}

// callDuty is the sentence that stands wherever the program cannot help.
func (s *Server) callDuty() string {
	phone := s.dutyPhone()
	if phone == "" {
		return "If somebody is in danger, call 112."
	}
	return "If somebody is in danger, call the duty: " + phone + "."
}

// huma keeps the maker of errors in a package variable; ours leaves out the
// refused values, which huma's own sends back, phone numbers included.
func init() {
	huma.NewError = newHumaError
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return newHumaError(status, message, errs...)
	}
}

var codesByStatus = map[int]string{
	http.StatusUnauthorized:          codeUnauthorized,
	http.StatusForbidden:             codeForbidden,
	http.StatusNotFound:              codeNotFound,
	http.StatusMethodNotAllowed:      codeMethodNotAllowed,
	http.StatusRequestEntityTooLarge: codeTooLarge,
	http.StatusTooManyRequests:       codeTooMany,
	http.StatusRequestTimeout:        codeTimeout,
}

func newHumaError(status int, message string, errs ...error) huma.StatusError {
	code, ok := codesByStatus[status]
	switch {
	case ok:
	case status >= 500:
		code, message, errs = codeInternal, "The server's log says what happened.", nil
	default:
		code = dispatch.RefusedInvalid
	}
	p := problem(status, code, message)
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			continue
		}
		detail := detailer.ErrorDetail()
		field := ProblemField{Detail: detail.Message}
		place, rest, _ := strings.Cut(detail.Location, ".")
		if slices.Contains([]string{"query", "path", "header", "cookie"}, place) {
			field.Parameter = rest
		} else if rest != "" {
			field.Pointer = "/" + strings.ReplaceAll(rest, ".", "/")
		}
		p.Errors = append(p.Errors, field)
	}
	return p
}
