package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// receiver is a gateway on 127.0.0.1, outside of the bubble of virtual time.
type receiver struct {
	t      *testing.T
	server *httptest.Server
	answer func(n int, w http.ResponseWriter) // n counts from 1

	mu       sync.Mutex
	requests []received
}

type received struct {
	header http.Header
	body   string
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter)) *receiver {
	t.Helper()
	r := &receiver{t: t, answer: answer}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.requests = append(r.requests, received{request.Header.Clone(), string(body)})
		n := len(r.requests)
		r.mu.Unlock()
		r.answer(n, w)
	}))
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.requests...)
}

// bodies gives what arrived, with every signature checked.
func (r *receiver) bodies() []WebhookBody {
	r.t.Helper()
	var bodies []WebhookBody
	for _, one := range r.all() {
		verify(r.t, r.server.URL, one)
		var body WebhookBody
		if err := json.Unmarshal([]byte(one.body), &body); err != nil {
			r.t.Fatal(err)
		}
		if strings.Contains(one.body, personal) || strings.Contains(one.body, "15") && strings.Contains(one.body, "Достык") {
			r.t.Errorf("something personal is told: %s", one.body)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// verify checks a signature by the Standard Webhooks specification.
func verify(t *testing.T, address string, one received) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(WebhookSecret(secret, address), "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(one.header.Get("webhook-id") + "." + one.header.Get("webhook-timestamp") + "." + one.body))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); one.header.Get("webhook-signature") != want {
		t.Errorf("the signature is %q, want %q", one.header.Get("webhook-signature"), want)
	}
}

func works(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }

// failing fails some times and then works.
func failing(times int) func(int, http.ResponseWriter) {
	return func(n int, w http.ResponseWriter) {
		if n > times {
			works(n, w)
			return
		}
		switch n % 3 {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
		case 2:
			hijacker, _ := w.(http.Hijacker)
			connection, _, err := hijacker.Hijack()
			if err == nil {
				_ = connection.Close() // as a gateway that dies
			}
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}
}

// after waits so long in virtual time, and for all that happens by then.
func after(wait time.Duration) {
	time.Sleep(wait)
	synctest.Wait()
}

// A receiver that fails three times gets the offer once it works, with one
// delivery id and one body, each time signed; and the case says so.
func TestWebhookThatFailsThreeTimes(t *testing.T) {
	r := newReceiver(t, failing(3))
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", r.server.URL)
		w.run()
		c := w.file()
		started := time.Now()
		for len(r.all()) < 4 && time.Since(started) < time.Minute {
			after(100 * time.Millisecond)
		}
		// 1 s, 2 s and 4 s between the attempts, each up to a quarter less.
		if took := time.Since(started); took < 5250*time.Millisecond || took > 7200*time.Millisecond {
			t.Errorf("the fourth attempt came after %s", took)
		}
		after(time.Hour)
		requests, bodies := r.all(), r.bodies()
		if len(requests) != 4 {
			t.Fatalf("%d attempts, want 4", len(requests))
		}
		for i := range requests {
			if requests[i].header.Get(HeaderID) != bodies[0].ID || requests[i].body != requests[0].body {
				t.Errorf("attempt %d has another id or body", i+1)
			}
		}
		if stamp, _ := strconv.ParseInt(requests[3].header.Get(HeaderTimestamp), 10, 64); stamp <= started.Unix() {
			t.Errorf("the timestamp of the last attempt is %d, which is before it", stamp)
		}
		b := bodies[0]
		if b.Type != dispatch.EventOffered || b.Recipient.Type != "team" || b.Recipient.ID != "dos" || b.Case == nil || b.Case.ID != c.ID ||
			b.Case.Number != c.Number || b.Case.Place != "Костанай" || b.AnswerBy == nil || len(b.Texts) != 3 {
			t.Errorf("the body is %+v", b)
		}
		if got := w.notified(c.Key); got != "dos webhook assignment.offered true" {
			t.Errorf("notified: %q", got)
		}
	})
}

// What is not told when the program ends is told after its next start, under
// the same id.
func TestRestart(t *testing.T) {
	r := newReceiver(t, failing(3))
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", r.server.URL)
		_, stop := w.run()
		c := w.file()
		after(1500 * time.Millisecond)
		stop()
		before := len(r.all())
		if before == 0 || before > 3 {
			t.Fatalf("%d attempts before the end", before)
		}
		w.run()
		after(time.Minute)
		bodies := r.bodies()
		if len(bodies) != 4 || bodies[3].ID != bodies[0].ID {
			t.Fatalf("%d attempts after all, with ids %q and %q", len(bodies), bodies[0].ID, bodies[len(bodies)-1].ID)
		}
		if got := w.notified(c.Key); got != "dos webhook assignment.offered true" {
			t.Errorf("notified: %q", got)
		}
	})
}

// An offer that nobody could be told of is given up after its time, and an
// offer that was answered meanwhile is told no more.
func TestGivenUp(t *testing.T) {
	down := newReceiver(t, func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", down.server.URL)
		w.run()
		c := w.file()
		after(2 * time.Hour)
		if got := w.notified(c.Key); got != "dos webhook assignment.offered false" {
			t.Errorf("notified: %q", got)
		}
		// Doubling from one second, over the 13 minutes that it is worth telling.
		if n := len(down.all()); n < 10 || n > 14 {
			t.Errorf("%d attempts", n)
		}
		before := len(down.all())
		second := w.file()
		after(10 * time.Second)
		w.command(dispatch.CommandAccept, second, "dos")
		told := len(down.all())
		after(time.Hour)
		if told == before || len(down.all()) != told {
			t.Errorf("%d attempts before the answer and %d after it", told-before, len(down.all())-told)
		}
		if got := w.notified(second.Key); got != "" {
			t.Errorf("notified of what was answered: %q", got)
		}
	})
}

// A team is told that its call is withdrawn, and everybody that the search is over.
func TestStandDown(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", r.server.URL)
		w.run()
		c := w.file()
		after(time.Second)
		w.command(dispatch.CommandAccept, c, "dos")
		w.command(dispatch.CommandOutcome, c, "", func(c *dispatch.Command) { c.Outcome, c.Condition = dispatch.OutcomeFound, dispatch.ConditionWell })
		after(time.Second)
		second := w.file()
		after(time.Second)
		w.command(dispatch.CommandCallOut, second, "", func(c *dispatch.Command) { c.CallOut = dispatch.CallOutHold })
		after(time.Second)
		var types []string
		for _, body := range r.bodies() {
			types = append(types, string(body.Type))
		}
		if got := strings.Join(types, " "); got != "assignment.offered assignment.standing_down assignment.offered assignment.withdrawn" {
			t.Errorf("told: %s", got)
		}
	})
}

// A redirect is not followed: the signature is for one address.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := newReceiver(t, works)
	r := newReceiver(t, func(_ int, w http.ResponseWriter) {
		w.Header().Set("Location", other.server.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("dos", r.server.URL)
		w.run()
		w.file()
		after(10 * time.Second)
		if len(other.all()) != 0 || len(r.all()) < 2 {
			t.Errorf("%d requests at the address, %d at the other", len(r.all()), len(other.all()))
		}
	})
}

// Each address has a secret of its own, which stays; each installation, too.
func TestSecrets(t *testing.T) {
	w := newWorld(t)
	first, err := LoadSecret(t.Context(), w.store)
	must(t, err)
	second, err := LoadSecret(t.Context(), w.store)
	must(t, err)
	if len(first) != 32 || string(first) != string(second) {
		t.Error("the installation's secret does not stay")
	}
	if WebhookSecret(first, "http://a/") == WebhookSecret(first, "http://b/") || WebhookSecret(first, "http://a/") == WebhookSecret(secret, "http://a/") {
		t.Error("two addresses, or two installations, share a secret")
	}
}
