package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

const (
	readinessLimit = 2 * time.Second
	// readinessFresh is how long an answer of readyz is given again, so that
	// nobody without a key can keep Kafka and the database busy.
	readinessFresh = time.Second
)

// readiness remembers how the intake and the database were a moment ago.
type readiness struct {
	mu     sync.Mutex
	asked  time.Time
	health HealthAnswer
}

func (s *Server) registerInformation() {
	register(s, operation{id: opInfo, method: http.MethodGet, path: apiRoot + "/info", tag: "program",
		summary: "What this installation is", answers: map[int]any{200: InfoAnswer{}}},
		func(context.Context, *struct{}) (*answer, error) {
			return answerJSON(http.StatusOK, InfoAnswer{Version: s.config.Version, Installation: s.config.Installation,
				Demo: s.config.Demo, DutyPhone: s.dutyPhone(), Office: s.officeNow(), Basemap: s.config.Basemap, PublicURL: s.config.PublicURL})
		})

	shapes := geo.RegionsGeoJSON()
	sum := sha256.Sum256(shapes)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	type conditional struct {
		IfNoneMatch string `header:"If-None-Match"`
	}
	register(s, operation{id: opRegions, method: http.MethodGet, path: apiRoot + "/regions", tag: "program",
		summary: "The regions as GeoJSON, with names in Kazakh, Russian and English", answers: map[int]any{200: json.RawMessage{}, 304: nil}},
		func(_ context.Context, in *conditional) (*answer, error) {
			if in.IfNoneMatch == tag {
				return &answer{Status: http.StatusNotModified, ETag: tag}, nil
			}
			return &answer{Status: http.StatusOK, ContentType: "application/geo+json", ETag: tag, CacheControl: "public, max-age=3600", Body: shapes}, nil
		})

	register(s, operation{id: opHealth, method: http.MethodGet, path: "/healthz", tag: "program",
		summary: "Whether the program runs", answers: map[int]any{200: HealthAnswer{}}},
		func(context.Context, *struct{}) (*answer, error) {
			return answerJSON(http.StatusOK, HealthAnswer{Status: "ok", Leads: s.config.Leads()})
		})
	register(s, operation{id: opReady, method: http.MethodGet, path: "/readyz", tag: "program",
		summary: "Whether applications are taken in", about: "Ready also while the database is away: applications are safe in Kafka.",
		answers: map[int]any{200: HealthAnswer{}, 503: HealthAnswer{}}},
		func(ctx context.Context, _ *struct{}) (*answer, error) {
			health := s.ready(ctx)
			status := http.StatusOK
			if health.Status != "ok" {
				status = http.StatusServiceUnavailable
			}
			return answerJSON(status, health)
		})
}

func (s *Server) ready(ctx context.Context) HealthAnswer {
	s.readiness.mu.Lock()
	defer s.readiness.mu.Unlock()
	if time.Since(s.readiness.asked) < readinessFresh {
		health := s.readiness.health
		health.Leads = s.config.Leads()
		return health
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readinessLimit)
	defer cancel()
	health := HealthAnswer{Status: "ok", Intake: "ok", Database: "ok", Leads: s.config.Leads()}
	if err := s.config.Intake.Ready(ctx); err != nil {
		health.Status, health.Intake = "not-ready", "away"
		if errors.Is(err, dispatch.ErrNoSpace) {
			health.Intake = codeDiskFull
		}
		s.log.Warn("web: the intake is not ready", "error", err)
	}
	if _, err := s.config.Store.Head(ctx); err != nil {
		health.Database = "away"
		s.log.Warn("web: the database cannot be read", "error", err)
	}
	s.readiness.asked, s.readiness.health = time.Now(), health
	return health
}

func (s *Server) registerSession() {
	register(s, operation{id: opSignIn, method: http.MethodPost, path: apiRoot + "/session", tag: "session",
		summary: "Sign in with a key, or with a code that the program printed", about: "The answer sets the session cookie, which lasts 12 hours.",
		request: SignIn{}, answers: map[int]any{200: SessionAnswer{}}, errors: []int{401, 429}},
		s.signIn)
	type whoAmI struct {
		// admit answers it: the handler is reached by those who are signed in.
		Optional bool `query:"optional" doc:"Without a key, 204 instead of 401 when nobody is signed in: for a page that asks at its start"`
	}
	register(s, operation{id: opWhoAmI, method: http.MethodGet, path: apiRoot + "/session", tag: "session",
		summary: "Who is signed in", answers: map[int]any{200: SessionAnswer{}, 204: nil}},
		func(ctx context.Context, _ *whoAmI) (*answer, error) {
			who := callerOf(ctx)
			if who.session == nil {
				return answerJSON(http.StatusOK, sessionAnswer(who.account, time.Time{}))
			}
			return answerJSON(http.StatusOK, sessionAnswer(who.account, time.Unix(who.session.Expires, 0)))
		})
	register(s, operation{id: opSignOut, method: http.MethodDelete, path: apiRoot + "/session", tag: "session",
		summary: "Sign out", about: "The session is over on every replica, two seconds later at most; its live sockets are closed.", answers: map[int]any{204: nil}},
		func(ctx context.Context, _ *struct{}) (*answer, error) {
			if signedIn := callerOf(ctx).session; signedIn != nil {
				ctx, cancel := context.WithTimeout(ctx, queryLimit)
				defer cancel()
				if err := s.sessions.end(ctx, signedIn); err != nil {
					s.log.Warn("web: a session that was signed out cannot be stored yet; it is over here", "error", err)
				}
				s.recheck()
			}
			gone := s.sessions.cookie("", false) // #nosec G124 -- it takes a cookie away
			gone.MaxAge = -1
			return &answer{Status: http.StatusNoContent, SetCookie: []string{gone.String()}}, nil
		})
}

// SignIn is the body of POST /session: one of the two.
type SignIn struct {
	Key  string `json:"key,omitempty" doc:"An API key"`
	Code string `json:"code,omitempty" doc:"A code that the program printed; it is good once"`
}

// signInInput is the request of POST /session.
type signInInput struct {
	RawBody []byte `contentType:"application/json"`
	overTLS bool
}

// Resolve notes whether the connection is encrypted; huma calls it.
func (in *signInInput) Resolve(ctx huma.Context) []error {
	in.overTLS = ctx.TLS() != nil
	return nil
}

func (s *Server) signIn(_ context.Context, in *signInInput) (*answer, error) {
	if !s.signIns.Allow() {
		return nil, tooMany()
	}
	o, err := readObject(in.RawBody, "key", "code")
	if err != nil {
		return nil, err
	}
	key, err := o.text("key")
	if err != nil {
		return nil, err
	}
	code, err := o.text("code")
	if err != nil {
		return nil, err
	}
	var who *account
	switch {
	case key != "":
		who = s.keys.byKey(key)
	case code != "":
		if s.sessions.useCode(code) {
			who = s.keys.account(codeKeyID)
		}
	default:
		return nil, invalidField("/key", "give a key or a code")
	}
	if who == nil {
		return nil, problem(http.StatusUnauthorized, codeUnauthorized, "The key or code is not good; a code is good once.")
	}
	cookie, err := s.sessions.begin(who.id, in.overTLS)
	if err != nil {
		return nil, err
	}
	a, err := answerJSON(http.StatusOK, sessionAnswer(who, s.clock().Add(sessionLasts)))
	if err != nil {
		return nil, err
	}
	a.SetCookie = []string{cookie.String()}
	return a, nil
}

// sessionAnswer says who somebody is; until is when the board's session ends,
// zero for a key.
func sessionAnswer(who *account, until time.Time) SessionAnswer {
	answered := SessionAnswer{ID: who.id, Name: who.name, Roles: who.roles, Regions: who.regions, Teams: who.teams, Systems: who.systems}
	if !until.IsZero() {
		until = until.UTC().Truncate(time.Second)
		answered.ExpiresAt = &until
	}
	return answered
}

// promLog writes what promhttp has to say.
type promLog struct{ log *slog.Logger }

func (l promLog) Println(values ...any) {
	l.log.Warn("web: metrics", "error", fmt.Sprint(values...))
}
