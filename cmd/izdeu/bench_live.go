package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// watcher is a live client that follows the board's position.
type watcher struct {
	connection *websocket.Conn
	position   atomic.Int64
	bytes      atomic.Int64
	frames     atomic.Int64
	err        error
}

// watchers are many live clients in this process.
type watchers struct {
	all   []*watcher
	group sync.WaitGroup
	// seen is called by the first client with each frame, if it is set.
	seen atomic.Pointer[func(frame []byte)]
}

func watch(ctx context.Context, s *served, n int) (*watchers, error) {
	w := &watchers{}
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 64 << 10}
	header := http.Header{"Authorization": []string{"Bearer " + benchKey}}
	for i := range n {
		connection, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(s.http, "http")+"/api/v1/live", header)
		if err != nil {
			w.close()
			return nil, fmt.Errorf("live client %d: %w", i, err)
		}
		_ = response.Body.Close()
		one := &watcher{connection: connection}
		w.all = append(w.all, one)
		w.group.Add(1)
		go func() {
			defer w.group.Done()
			one.err = w.follow(one, i == 0)
		}()
	}
	return w, nil
}

func (w *watchers) follow(one *watcher, first bool) error {
	var frame bytes.Buffer
	for {
		_, reader, err := one.connection.NextReader()
		if err != nil {
			return err
		}
		frame.Reset()
		if _, err := frame.ReadFrom(reader); err != nil {
			return err
		}
		one.bytes.Add(int64(frame.Len()))
		one.frames.Add(1)
		if seen := w.seen.Load(); first && seen != nil {
			(*seen)(frame.Bytes())
		}
		if sequence, ok := positionOf(frame.Bytes()); ok {
			one.position.Store(sequence)
		}
	}
}

// positionOf finds the position in the head of a frame, where it stands.
func positionOf(frame []byte) (int64, bool) {
	_, rest, found := bytes.Cut(frame[:min(len(frame), 400)], []byte(`"position":"`))
	if !found {
		return 0, false
	}
	position, _, _ := bytes.Cut(rest, []byte(`"`))
	_, digits, _ := bytes.Cut(position, []byte("."))
	sequence, err := strconv.ParseInt(string(digits), 10, 64)
	return sequence, err == nil
}

// lowest is the position that every client has reached.
func (w *watchers) lowest() int64 {
	lowest := w.all[0].position.Load()
	for _, one := range w.all[1:] {
		lowest = min(lowest, one.position.Load())
	}
	return lowest
}

// reach waits until every client has reached a position.
func (w *watchers) reach(ctx context.Context, sequence int64, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for w.lowest() < sequence {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %s the slowest live client stands at %d of %d", timeout, w.lowest(), sequence)
		}
		wait(ctx, time.Millisecond)
	}
	return nil
}

func (w *watchers) close() {
	for _, one := range w.all {
		_ = one.connection.Close()
	}
	w.group.Wait()
}

func (w *watchers) totalBytes() (n int64) {
	for _, one := range w.all {
		n += one.bytes.Load()
	}
	return n
}

// applicationIDs reads which applications a frame shows.
func applicationIDs(frame []byte) ([]string, error) {
	var changes struct {
		Cases []struct {
			Applications []struct {
				ID string `json:"id"`
			} `json:"applications"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(frame, &changes); err != nil {
		return nil, errors.Join(errors.New("a live frame cannot be read"), err)
	}
	var ids []string
	for _, c := range changes.Cases {
		for _, a := range c.Applications {
			ids = append(ids, a.ID)
		}
	}
	return ids, nil
}
