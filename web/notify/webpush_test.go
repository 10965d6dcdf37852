package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// browser is a browser with its own keys, whose push service is a receiver.
type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	b := &browser{private: private, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth)
	return b
}

func (b *browser) subscription(endpoint string) dispatch.PushSubscription {
	return dispatch.PushSubscription{ID: dispatch.PushSubscriptionID(endpoint), Endpoint: endpoint, Language: "ru", CreatedAt: time.Now(),
		P256dh: base64.RawURLEncoding.EncodeToString(b.private.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth)}
}

// decrypt reads a message as RFC 8291 and RFC 8188 say, without the library
// that wrote it.
func (b *browser) decrypt(t *testing.T, message []byte) []byte {
	t.Helper()
	if len(message) < 21 || len(message) > 4096 {
		t.Fatalf("the message has %d bytes", len(message))
	}
	salt, size, idLength := message[:16], binary.BigEndian.Uint32(message[16:20]), int(message[20])
	if size != 4096 || idLength != 65 {
		t.Fatalf("record size %d, key of %d bytes", size, idLength)
	}
	sender, err := ecdh.P256().NewPublicKey(message[21 : 21+idLength])
	must(t, err)
	shared, err := b.private.ECDH(sender)
	must(t, err)
	own := b.private.PublicKey().Bytes()
	ikm := derive(t, shared, b.auth, "WebPush: info\x00"+string(own)+string(sender.Bytes()), 32)
	block, err := aes.NewCipher(derive(t, ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	must(t, err)
	aead, err := cipher.NewGCM(block)
	must(t, err)
	plain, err := aead.Open(nil, derive(t, ikm, salt, "Content-Encoding: nonce\x00", 12), message[21+idLength:], nil)
	must(t, err)
	text := strings.TrimRight(string(plain), "\x00")
	if !strings.HasSuffix(text, "\x02") { // the mark of the last record
		t.Fatal("the padding is wrong")
	}
	return []byte(strings.TrimSuffix(text, "\x02"))
}

func derive(t *testing.T, secret, salt []byte, info string, length int) []byte {
	t.Helper()
	key, err := hkdf.Key(sha256.New, secret, salt, info, length)
	must(t, err)
	return key
}

// verifyVAPID checks the signature of RFC 8292.
func verifyVAPID(t *testing.T, header, public, audience, subject string, now time.Time) {
	t.Helper()
	rest, ok := strings.CutPrefix(header, "vapid t=")
	token, key, found := strings.Cut(rest, ", k=")
	if !ok || !found || key != public {
		t.Fatalf("Authorization is %q", header)
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	must(t, err)
	signer, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	must(t, err)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("the token has %d parts", len(parts))
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	must(t, err)
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(signature) != 64 || !ecdsa.Verify(signer, sum[:],
		new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Fatal("the signature does not fit")
	}
	var head struct{ Typ, Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	for i, into := range []any{&head, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		must(t, err)
		must(t, json.Unmarshal(text, into))
	}
	if head.Typ != "JWT" || head.Alg != "ES256" || claims.Aud != audience || claims.Sub != subject ||
		claims.Exp <= now.Unix() || claims.Exp > now.Add(24*time.Hour).Unix() {
		t.Errorf("head %+v, claims %+v", head, claims)
	}
}

// A team's browser gets its offer through a push service that fails once; what
// arrives can be read with the browser's keys alone, and is signed.
func TestWebPush(t *testing.T) {
	r := newReceiver(t, func(n int, w http.ResponseWriter) {
		if n == 1 {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := newBrowser(t)
		subscription := b.subscription(r.server.URL + "/push/abc")
		subscription.Teams = []string{"dos"}
		must(t, w.store.PutPushSubscription(t.Context(), subscription))
		w.team("dos")
		n, _ := w.run()
		c := w.file()
		after(19 * time.Second)
		if len(r.all()) != 1 {
			t.Fatalf("%d attempts before the time that the push service asked for", len(r.all()))
		}
		after(2 * time.Second)
		requests := r.all()
		if len(requests) != 2 {
			t.Fatalf("%d attempts", len(requests))
		}
		h := requests[1].header
		if ttl, _ := strconv.Atoi(h.Get("TTL")); ttl < 600 || ttl > 13*60 || h.Get("Urgency") != "high" || h.Get("Content-Encoding") != "aes128gcm" ||
			len(h.Get("Topic")) != 32 {
			t.Errorf("headers: %v", h)
		}
		verifyVAPID(t, h.Get("Authorization"), n.options.Push.Public, r.server.URL, "mailto:ops@example.org", time.Now())
		var payload PushPayload
		text := b.decrypt(t, []byte(requests[1].body))
		must(t, json.Unmarshal(text, &payload))
		if payload.Title != "Вызов" || payload.Lang != "ru" || payload.URL != "/#/case/"+c.ID ||
			!strings.HasPrefix(payload.Body, "Костанай, поиск, срочно, "+c.Number+". Ответьте до ") || strings.Contains(string(text), personal) {
			t.Errorf("payload: %s", text)
		}
		if got := w.notified(c.Key); got != "dos webpush assignment.offered true" {
			t.Errorf("notified: %q", got)
		}
	})
}

// A subscription that has ended is deleted, and nothing is sent to it again.
func TestEndedSubscription(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		r := newReceiver(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(status) })
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			subscription := newBrowser(t).subscription(r.server.URL)
			subscription.Teams = []string{"dos"}
			must(t, w.store.PutPushSubscription(t.Context(), subscription))
			w.team("dos")
			w.run()
			c := w.file()
			after(time.Minute)
			w.file()
			after(time.Minute)
			if left, err := w.store.PushSubscriptions(t.Context()); err != nil || len(left) != 0 || len(r.all()) != 1 {
				t.Errorf("%d: %d subscriptions are left (%v), %d attempts", status, len(left), err, len(r.all()))
			}
			if got := w.notified(c.Key); got != "dos webpush assignment.offered false" {
				t.Errorf("notified: %q", got)
			}
		})
	}
}

// The keys are made once.
func TestPushKeysStay(t *testing.T) {
	w := newWorld(t)
	first, err := LoadPushKeys(t.Context(), w.store, "mailto:a@example.org")
	must(t, err)
	second, err := LoadPushKeys(t.Context(), w.store, "https://example.org")
	must(t, err)
	if first.Private != second.Private || first.Public != second.Public || first.Contact != "a@example.org" || second.Contact != "https://example.org" {
		t.Errorf("%+v, then %+v", first, second)
	}
}

// Whoever has a key names the push service, so no address of this machine or
// its network is asked unless the operator allows it.
func TestPrivatePushServices(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, private := range []bool{false, true} {
		response, err := PushClient(private).Get(server.URL)
		if err == nil {
			_ = response.Body.Close()
		}
		if (err == nil) != private {
			t.Errorf("allowed %t: %v", private, err)
		}
	}
	for address, public := range map[string]bool{"10.1.2.3:443": false, "127.0.0.1:443": false, "[::1]:443": false, "192.168.1.1:443": false,
		"169.254.169.254:80": false, "[fd00::1]:443": false, "[::ffff:10.0.0.1]:443": false, "0.0.0.0:443": false, "142.250.1.1:443": true, "[2a00:1450::1]:443": true} {
		if err := publicOnly("tcp", address, nil); (err == nil) != public {
			t.Errorf("%s: %v", address, err)
		}
	}
}
