//go:build chaos

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/izdeu/izdeu/dispatch"
)

var chaosClients = flag.Int("clients", 500, "how many live clients TestChaosClients lets reconnect")

// follower is a live client that comes back by position, as the board does.
type chaosFollower struct {
	mutex    sync.Mutex
	position dispatch.Position
	shown    map[string]string // case and status
	resumed  int               // frames that went on after a position
	started  int               // frames that began anew
}

func (f *chaosFollower) at() dispatch.Position {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.position
}

// follow reads until the context ends, through every kill.
func (f *chaosFollower) follow(ctx context.Context, address string, connected *atomic.Int64, dial chan struct{}) {
	for ctx.Err() == nil {
		dial <- struct{}{}
		since := ""
		if at := f.at(); at.Epoch != "" {
			since = "?since=" + at.String()
		}
		dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
		connection, response, err := dialer.DialContext(ctx, "ws://"+address+"/api/v1/live"+since, http.Header{"Authorization": {"Bearer " + testAdminKey}})
		<-dial
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		_ = response.Body.Close()
		connected.Add(1)
		ended := context.AfterFunc(ctx, func() { _ = connection.Close() })
		for {
			_, text, err := connection.ReadMessage()
			if err != nil {
				break
			}
			f.take(text)
		}
		ended()
		connected.Add(-1)
		_ = connection.Close()
	}
}

func (f *chaosFollower) take(text []byte) {
	var frame struct {
		Type     string     `json:"type"`
		Position string     `json:"position"`
		Cases    []caseView `json:"cases"`
		Removed  []string   `json:"removed"`
	}
	if json.Unmarshal(text, &frame) != nil {
		return
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if frame.Type == "snapshot" {
		f.shown = map[string]string{}
		f.started++
	} else {
		f.resumed++
	}
	for _, one := range frame.Cases {
		f.shown[one.ID] = one.Status
	}
	for _, id := range frame.Removed {
		delete(f.shown, id)
	}
	if position, err := dispatch.ParsePosition(frame.Position); err == nil {
		f.position = position
	}
}

// TestChaosClients kills the program while many watch it. All come back by
// their position, and show at the end what the database holds.
func TestChaosClients(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil && limit.Cur < uint64(*chaosClients+200) {
		t.Fatalf("%d clients need more open files than the %d that are allowed here", *chaosClients, limit.Cur)
	}
	w := newChaosWorld(t, embeddedParts(t))
	p := w.live("")
	w.work()
	w.rest(p)
	ctx, stop := context.WithCancel(t.Context())
	var connected atomic.Int64
	var clients sync.WaitGroup
	t.Cleanup(clients.Wait)
	t.Cleanup(stop)
	followers, dial := make([]*chaosFollower, *chaosClients), make(chan struct{}, 64)
	for i := range followers {
		followers[i] = &chaosFollower{shown: map[string]string{}}
		clients.Go(func() { followers[i].follow(ctx, w.listen, &connected, dial) })
	}
	all := func(since time.Time) time.Duration {
		eventually(t, fmt.Sprintf("%d clients", *chaosClients), func() error {
			if n := connected.Load(); n < int64(*chaosClients) {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
		return time.Since(since)
	}
	all(time.Now())
	var longest time.Duration
	for range 3 {
		w.work()
		w.work()
		p.end(syscall.SIGKILL)
		p = w.live("")
		longest = max(longest, all(time.Now()))
	}
	w.rest(p)
	store := w.parts.open(t)
	defer func() { _ = store.Close() }()
	w.settle(p, store)
	eventually(t, "every client shows what the database holds", func() error { return w.sameOnAll(store, followers) })
	anew := 0
	for _, f := range followers {
		anew += f.started - 1
	}
	stop()
	clients.Wait()
	p.end(syscall.SIGTERM)
	w.endAndCount()
	fmt.Printf("%s: %d clients came back after each of 3 kills, the last after %d ms; %d began anew with a snapshot\n", t.Name(), *chaosClients, longest.Milliseconds(), anew)
}

func (w *chaosWorld) sameOnAll(store chaosStore, followers []*chaosFollower) error {
	ctx := w.t.Context()
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	keys, err := store.CaseList(ctx, dispatch.CaseFilter{Limit: 500})
	if err != nil {
		return err
	}
	cases, err := store.Cases(ctx, keys)
	if err != nil {
		return err
	}
	again, err := store.Head(ctx)
	if err != nil || again != head {
		return errors.Join(errors.New("offers ran out meanwhile"), err)
	}
	for i, f := range followers {
		f.mutex.Lock()
		at, wrong := f.position, ""
		for _, c := range cases {
			if status, on := f.shown[c.ID]; on && status != string(c.Status) || !on && c.Active() {
				wrong = fmt.Sprintf("client %d shows case %s as %q, the database has %s", i, c.ID, status, c.Status)
			}
		}
		f.mutex.Unlock()
		if at.Epoch != head.Epoch || at.Sequence < head.Sequence {
			return fmt.Errorf("client %d is at %s, the journal at %s", i, at, head)
		}
		if wrong != "" {
			return errors.New(wrong)
		}
	}
	return nil
}
