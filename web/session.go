package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	cookieName = "izdeu_session"
	// sessionLasts is a long shift.
	sessionLasts = 12 * time.Hour
	// settingSecret is the setting that keeps the secret of the cookies.
	settingSecret = "session_secret"
	// codesAtOnce bounds the codes that were printed and not used.
	codesAtOnce = 16
)

// session is what the cookie holds, signed and encrypted. The rights are not
// in it: they are looked up with every request.
type session struct {
	KeyID   string `json:"k"`
	ID      string `json:"s"`
	Expires int64  `json:"e"` // unix seconds
}

// sessions signs the board in and out.
type sessions struct {
	store   dispatch.Keys
	cookies *securecookie.SecureCookie
	clock   func() time.Time
	secure  bool

	mu    sync.Mutex
	codes [][sha256.Size]byte
	ended map[string]endedSession // by id, until the session would have expired
}

// endedSession was signed out, here or elsewhere.
type endedSession struct {
	expires time.Time
	stored  bool // other replicas and the next start know it
}

func newSessions(ctx context.Context, keys dispatch.Keys, clock func() time.Time, secure bool) (*sessions, error) {
	fresh := base64.StdEncoding.EncodeToString(securecookie.GenerateRandomKey(64))
	text, err := keys.Setting(ctx, settingSecret, fresh)
	if err != nil {
		return nil, fmt.Errorf("reading the secret of the session cookies: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(secret) != 64 {
		return nil, fmt.Errorf("the stored setting %s is damaged: delete it; everybody then signs in again", settingSecret)
	}
	cookies := securecookie.New(secret[:32], secret[32:]).SetSerializer(securecookie.JSONEncoder{}).MaxAge(int(sessionLasts / time.Second))
	return &sessions{store: keys, cookies: cookies, clock: clock, secure: secure, ended: map[string]endedSession{}}, nil
}

// newCode makes a code that signs in once.
func (s *sessions) newCode() string {
	code := randomText(16)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes = append(s.codes, sha256.Sum256([]byte(code)))
	if len(s.codes) > codesAtOnce {
		s.codes = s.codes[1:]
	}
	return code
}

// useCode says whether the code is good, and uses it up.
func (s *sessions) useCode(code string) bool {
	hash := sha256.Sum256([]byte(code))
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.codes {
		if subtle.ConstantTimeCompare(s.codes[i][:], hash[:]) == 1 {
			s.codes = append(s.codes[:i], s.codes[i+1:]...)
			return true
		}
	}
	return false
}

// begin makes a session for a key and the cookie that holds it.
func (s *sessions) begin(keyID string, overTLS bool) (*http.Cookie, error) {
	expires := s.clock().Add(sessionLasts)
	value, err := s.cookies.Encode(cookieName, session{KeyID: keyID, ID: randomText(12), Expires: expires.Unix()})
	if err != nil {
		return nil, fmt.Errorf("making the session cookie: %w", err)
	}
	cookie := s.cookie(value, overTLS) // #nosec G124 -- cookie() sets the attributes; Secure where there is TLS
	cookie.MaxAge = int(sessionLasts / time.Second)
	return cookie, nil
}

func (s *sessions) cookie(value string, overTLS bool) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true, // #nosec G124 -- Secure where there is TLS: a laptop in a field has none
		Secure: overTLS || s.secure, SameSite: http.SameSiteLaxMode}
}

// of gives the session of a request, nil when it has no good one.
func (s *sessions) of(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	var one session
	if s.cookies.Decode(cookieName, cookie.Value, &one) != nil || !s.good(&one) {
		return nil
	}
	return &one
}

// good says that the session is not over.
func (s *sessions) good(one *session) bool {
	now := s.clock()
	if now.Unix() >= one.Expires {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ended := s.ended[one.ID]
	return !ended
}

// end signs a session out; the browser forgets its cookie by itself. Here it
// is over at once, on other replicas once they have read the store. While the
// database is away it is kept to be stored by share.
func (s *sessions) end(ctx context.Context, one *session) error {
	s.mu.Lock()
	s.ended[one.ID] = endedSession{expires: time.Unix(one.Expires, 0)}
	s.mu.Unlock()
	return s.save(ctx)
}

// share stores what could not be stored yet, and reads what was signed out on
// other replicas and before a restart.
func (s *sessions) share(ctx context.Context) error {
	if err := s.save(ctx); err != nil {
		return err
	}
	known, err := s.store.EndedSessions(ctx)
	if err != nil {
		return err
	}
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range known {
		s.ended[one.ID] = endedSession{one.Expires, true}
	}
	for id, one := range s.ended {
		if now.After(one.expires) {
			delete(s.ended, id)
		}
	}
	return nil
}

// save stores what was signed out here and is not stored yet.
func (s *sessions) save(ctx context.Context) error {
	s.mu.Lock()
	ended := maps.Clone(s.ended)
	s.mu.Unlock()
	for id, one := range ended {
		if one.stored {
			continue
		}
		if err := s.store.EndSession(ctx, dispatch.EndedSession{ID: id, Expires: one.expires}, s.clock()); err != nil {
			return err
		}
		s.mu.Lock()
		s.ended[id] = endedSession{one.expires, true}
		s.mu.Unlock()
	}
	return nil
}
