package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// authenticate says whose key or session a request carries, or why it is
// refused. A key beside a cookie wins.
func (s *Server) authenticate(r *http.Request) (*account, *session, *Problem) {
	var who *account
	var signedIn *session
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			who = s.keys.byKey(key)
		}
	} else if signedIn = s.sessions.of(r); signedIn != nil {
		who = s.keys.account(signedIn.KeyID)
	}
	if who == nil {
		if !s.strangers.Allow() {
			return nil, nil, tooMany()
		}
		return nil, nil, problem(http.StatusUnauthorized, codeUnauthorized,
			"Give an API key as Authorization: Bearer KEY, or sign in with POST /api/v1/session.")
	}
	if !who.limiter.Allow() {
		return nil, nil, tooMany()
	}
	return who, signedIn, nil
}

func tooMany() *Problem {
	return problem(http.StatusTooManyRequests, codeTooMany, "Send fewer requests a second.").after(time.Second)
}

func (s *Server) forbidden(operation Operation) *Problem {
	return problem(http.StatusForbidden, codeForbidden, "The roles of your key do not allow "+string(operation)+".")
}

// caller is who makes a request.
type caller struct {
	*account
	session *session
}

type callerKey struct{}

// callerOf gives the caller of a request that has passed authentication.
func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who
}

// admit is in front of every huma operation.
func (s *Server) admit(ctx huma.Context, next func(huma.Context)) {
	operation := Operation(ctx.Operation().OperationID)
	r, w := humago.Unwrap(ctx)
	if isOpen(operation) {
		next(ctx)
		return
	}
	who, refused := s.allowed(r, operation)
	if refused != nil {
		if operation == opWhoAmI && refused.Status == http.StatusUnauthorized && r.Header.Get("Authorization") == "" &&
			r.URL.Query().Get("optional") == "true" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		refused.write(w)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, who))
}

func isOpen(operation Operation) bool {
	for _, open := range openOperations {
		if open == operation {
			return true
		}
	}
	return false
}

func (s *Server) allowed(r *http.Request, operation Operation) (caller, *Problem) {
	who, session, refused := s.authenticate(r)
	switch {
	case refused != nil:
		return caller{}, refused
	case !who.may(operation):
		return caller{}, s.forbidden(operation)
	}
	return caller{account: who, session: session}, nil
}

// guarded is admit for the handlers that are not huma's.
func (s *Server) guarded(operation Operation, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, refused := s.allowed(r, operation); refused != nil {
			refused.write(w)
			return
		}
		next(w, r)
	}
}
