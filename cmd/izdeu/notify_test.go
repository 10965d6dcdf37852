package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestOfferSurvivesAKill: a gateway is down while the program is killed; once
// it works it gets the offer, under the id that it had before, signed with the
// secret that `izdeu key webhook` prints; and the case says that it arrived.
func TestOfferSurvivesAKill(t *testing.T) {
	t.Parallel()
	type request struct {
		id, timestamp, signature, body string
	}
	var mu sync.Mutex
	var requests []request
	works := false
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // cut off by the kill
		}
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, request{r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature"), string(body)})
		if !works {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer gateway.Close()
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(requests)
	}

	p := startProgram(t, t.TempDir())
	p.send(p.topics().Teams, `{"type":"team.registered","id":"dos","base":{"type":"Point","coordinates":[63.6,53.2]},"contacts":[{"channel":"webhook","address":"`+gateway.URL+`"}]}`)
	p.eventually("the team is there", func() error {
		if _, body := p.get(testAdminKey, "/api/v1/teams"); !strings.Contains(string(body), `"dos"`) {
			return errors.New("it is not")
		}
		return nil
	})
	p.send(p.topics().Applications, applicationJSON("woken", 63.62, 53.21))
	opened := p.caseOf("kafka", "woken")
	p.eventually("two attempts", func() error {
		if count() < 2 {
			return errors.New("not yet")
		}
		return nil
	})
	p.kill()
	mu.Lock()
	works = true
	before := len(requests)
	mu.Unlock()
	p = startArguments(t, p.data, nil, serveArguments(p.data, "127.0.0.1:0", "127.0.0.1:0")...)
	p.eventually("the case says that the offer arrived", func() error {
		var c struct {
			Assignments []struct {
				Notified []struct {
					Channel   string `json:"channel"`
					About     string `json:"about"`
					Delivered bool   `json:"delivered"`
				} `json:"notified"`
			} `json:"assignments"`
		}
		if err := p.read200("/api/v1/cases/"+opened.ID, &c); err != nil {
			return err
		}
		if len(c.Assignments) == 1 && len(c.Assignments[0].Notified) == 1 {
			if n := c.Assignments[0].Notified[0]; n.Channel == "webhook" && n.About == "assignment.offered" && n.Delivered {
				return nil
			}
		}
		return errors.New("it does not")
	})
	p.stop()
	secret, errs, code := runOnce(t, "", "key", "--data", p.data, "webhook", gateway.URL)
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(secret), "whsec_"))
	if code != exitDone || err != nil || len(key) != 32 {
		t.Fatalf("key webhook: exit status %d, %v\n%s", code, err, errs)
	}
	if len(requests) <= before {
		t.Fatalf("%d attempts before the kill, %d in all", before, len(requests))
	}
	for i, r := range requests {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(r.id + "." + r.timestamp + "." + r.body))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.signature != want {
			t.Errorf("attempt %d is signed %q, want %q", i+1, r.signature, want)
		}
		if r.id != requests[0].id || r.body != requests[0].body {
			t.Errorf("attempt %d has another id or body", i+1)
		}
	}
	if out, errs, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}
