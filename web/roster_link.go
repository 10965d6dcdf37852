package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// settingRosterSecret is the setting that signs the links: deleting it
	// ends every link there is.
	settingRosterSecret = "roster_secret"
	// rosterLinkLasts is how long a link is good unless the operator says
	// otherwise. It is an assumption: a search is mostly over by then, and the
	// lead can send a fresh link.
	rosterLinkLasts = 24 * time.Hour
	// linkSignature is the length of a signature in bytes, half of a SHA-256.
	linkSignature = 16
	linkVersion   = 1
	// A whole team answers by one link within a minute.
	linkPerSecond = 20
	linkAtOnce    = 200
	// linkLimiters bounds the links whose use is counted apart.
	linkLimiters = 10_000
)

// rosterLink is what the link of a roster may do: answer as a member of one
// team, in one of its rounds on one case, for a while.
type rosterLink struct {
	caseID  string
	teamID  string
	round   int
	expires time.Time // whole seconds
}

// Errors of reading a link.
var (
	errLinkUnknown = errors.New("the link is not one of ours")
	errLinkExpired = errors.New("the link has expired")
)

// rosterLinks makes and reads links. A link is a capability: whoever has it may
// use it, nothing is stored of it, and nothing in it can be altered.
type rosterLinks struct {
	secret []byte
	clock  func() time.Time
	lasts  time.Duration

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

func newRosterLinks(ctx context.Context, keys dispatch.Keys, clock func() time.Time, lasts time.Duration) (*rosterLinks, error) {
	var fresh [32]byte
	_, _ = rand.Read(fresh[:]) // never fails since Go 1.24
	text, err := keys.Setting(ctx, settingRosterSecret, base64.StdEncoding.EncodeToString(fresh[:]))
	if err != nil {
		return nil, fmt.Errorf("reading the secret of the rosters' links: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(secret) != len(fresh) {
		return nil, fmt.Errorf("the stored setting %s is damaged: delete it; the links that were sent then stop working", settingRosterSecret)
	}
	if lasts <= 0 {
		lasts = rosterLinkLasts
	}
	return &rosterLinks{secret: secret, clock: clock, lasts: lasts, limiters: map[string]*rate.Limiter{}}, nil
}

// make gives the token of a link that begins to run now.
func (l *rosterLinks) make(caseID, teamID string, round int) (string, time.Time) {
	expires := l.clock().Add(l.lasts).Truncate(time.Second).UTC()
	b := []byte{linkVersion}
	for _, part := range []string{caseID, teamID} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	b = binary.AppendUvarint(b, uint64(round))          // #nosec G115 -- rounds count from 1
	b = binary.AppendUvarint(b, uint64(expires.Unix())) // #nosec G115 -- after 1970
	return base64.RawURLEncoding.EncodeToString(append(b, l.sign(b)...)), expires
}

func (l *rosterLinks) sign(content []byte) []byte {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte("izdeu roster link\n"))
	mac.Write(content)
	return mac.Sum(nil)[:linkSignature]
}

// read gives the link of a token; errLinkUnknown or errLinkExpired.
func (l *rosterLinks) read(token string) (rosterLink, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= linkSignature || len(token) > 600 {
		return rosterLink{}, errLinkUnknown
	}
	content, signature := b[:len(b)-linkSignature], b[len(b)-linkSignature:]
	if !hmac.Equal(signature, l.sign(content)) || content[0] != linkVersion {
		return rosterLink{}, errLinkUnknown
	}
	// Signed here, so it has the form that make gives.
	var link rosterLink
	content = content[1:]
	for _, into := range []*string{&link.caseID, &link.teamID} {
		n, size := binary.Uvarint(content)
		*into = string(content[size : size+int(n)]) // #nosec G115 -- see above
		content = content[size+int(n):]             // #nosec G115 -- see above
	}
	round, size := binary.Uvarint(content)
	expires, _ := binary.Uvarint(content[size:])
	link.round, link.expires = int(round), time.Unix(int64(expires), 0).UTC() // #nosec G115 -- see above
	if !l.clock().Before(link.expires) {
		return link, errLinkExpired
	}
	return link, nil
}

// allow counts a use of the roster behind a link, whichever of its links it is.
func (l *rosterLinks) allow(link rosterLink) bool {
	key := link.caseID + "/" + link.teamID + "/" + strconv.Itoa(link.round)
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.limiters[key]
	if limiter == nil {
		if len(l.limiters) >= linkLimiters {
			clear(l.limiters)
		}
		limiter = rate.NewLimiter(linkPerSecond, linkAtOnce)
		l.limiters[key] = limiter
	}
	return limiter.Allow()
}

// memberID gives the id of a member for the secret that a phone keeps. It tells
// nothing of the secret, and is another one on another case.
func memberID(link rosterLink, secret string) string {
	sum := sha256.Sum256([]byte("izdeu member\n" + link.caseID + "\n" + link.teamID + "\n" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
