package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/web"
)

// TestSignedOutEverywhere: who signs out on one replica is signed out on the
// others, and on one that starts later.
func TestSignedOutEverywhere(t *testing.T) {
	var config web.Config
	w := newWorld(t, func(c *web.Config) { config = *c })
	replica := func() (url string) {
		t.Helper()
		config := config
		config.Registerer, config.Gatherer = nil, nil
		s, err := web.New(config)
		must(t, err)
		server := httptest.NewServer(s.Handler())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.Run(t.Context())
		}()
		t.Cleanup(func() {
			server.Close()
			<-ended
		})
		return server.URL
	}
	status := func(url string, cookie http.Header) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), "GET", url+"/api/v1/session", nil)
		must(t, err)
		request.Header = cookie
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		must(t, response.Body.Close())
		return response.StatusCode
	}
	signIn := func() http.Header {
		t.Helper()
		r := w.send("POST", "/api/v1/session", `{"key":"`+adminKey+`"}`, nil)
		if r.status != http.StatusOK {
			t.Fatalf("signing in: %d", r.status)
		}
		return http.Header{"Cookie": {strings.Split(r.header.Get("Set-Cookie"), ";")[0]}}
	}

	other := replica()
	gone, stays := signIn(), signIn()
	if got := status(other, gone); got != http.StatusOK {
		t.Fatalf("on the other replica: %d", got)
	}
	if r := w.send("DELETE", "/api/v1/session", "", gone); r.status != http.StatusNoContent {
		t.Fatalf("signing out: %d", r.status)
	}
	w.until("it is signed out on the other replica", func() bool { return status(other, gone) == http.StatusUnauthorized })
	later := replica()
	if got := status(later, gone); got != http.StatusUnauthorized {
		t.Errorf("after a restart: %d", got)
	}
	for _, url := range []string{w.url, other, later} {
		if got := status(url, stays); got != http.StatusOK {
			t.Errorf("another session of the same key: %d", got)
		}
	}
	kept, err := w.store.EndedSessions(t.Context())
	must(t, err)
	if len(kept) != 1 || kept[0].Expires.Before(time.Now().Add(11*time.Hour)) {
		t.Errorf("kept %+v", kept)
	}
}
