package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

const (
	// queueFrames and queueBytes bound what waits for one client; frames are
	// shared by all clients of a class.
	queueFrames = 512
	queueBytes  = 32 << 20
	// writeLimit is how long one frame may take, startLimit a snapshot.
	writeLimit = 10 * time.Second
	startLimit = 60 * time.Second
	// pingEvery and silence: a client that answers no ping is gone.
	pingEvery = 20 * time.Second
	silence   = 60 * time.Second
	// readBytes bounds what a client may send: nothing is expected of it.
	readBytes = 1 << 10
	// farewell is how long a close frame may take.
	farewell = time.Second
	// attachTries is how often a client may fall behind while it starts.
	attachTries = 5
)

// client is one live socket.
type client struct {
	account *account
	session *session // nil for a program with a key

	queue  chan *frame
	queued atomic.Int64 // bytes
	done   chan struct{}
	once   sync.Once
	code   closeCode // set before done is closed
}

// offer puts a frame into the client's queue; false when it is full.
func (c *client) offer(f *frame) bool {
	if c.queued.Load() > queueBytes {
		return false
	}
	select {
	case c.queue <- f:
		c.queued.Add(int64(f.size))
		return true
	default:
		return false
	}
}

// close ends the client; with code 0 it has gone by itself. It says whether
// the client was still open: whoever ends it counts it.
func (c *client) close(code closeCode) (ended bool) {
	c.once.Do(func() {
		c.code = code
		close(c.done)
		ended = true
	})
	return ended
}

var upgrader = websocket.Upgrader{
	HandshakeTimeout:  writeLimit,
	ReadBufferSize:    1 << 10,
	WriteBufferSize:   4 << 10,
	EnableCompression: true,
	// serveLive has checked the origin: programs with a key have none.
	CheckOrigin: func(*http.Request) bool { return true },
}

// serveLive is GET /live.
func (s *Server) serveLive(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin != "" && !sameOrigin(origin, r.Host) {
		problem(http.StatusForbidden, codeForbidden, "The live feed is for pages of this server only.").write(w)
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		problem(http.StatusUpgradeRequired, dispatch.RefusedInvalid, "Open this address as a WebSocket.").write(w)
		return
	}
	who, session, refused := s.authenticate(r)
	switch {
	case refused != nil && (origin == "" || refused.Status != http.StatusUnauthorized):
		refused.write(w)
	case refused != nil:
		s.upgradeAndClose(w, r, closeSignedOut) // a browser does not tell a page the status
	case !who.may(opLive) && origin == "":
		s.forbidden(opLive).write(w)
	case !who.may(opLive):
		s.upgradeAndClose(w, r, closeForbidden)
	default:
		region := r.URL.Query().Get("region")
		if _, known := geo.RegionByCode(region); region != "" && !known {
			invalidParameter("region", "is no ISO 3166-2 code of a region, such as KZ-39").write(w)
			return
		}
		if !s.beginLive() {
			problem(http.StatusServiceUnavailable, codeStarting, "The server is going away. "+s.callDuty()).after(time.Second).write(w)
			return
		}
		defer s.live.Done()
		s.follow(w, r, &client{account: who, session: session, queue: make(chan *frame, queueFrames), done: make(chan struct{})},
			who.limited(region))
	}
}

// sameOrigin says that a page of this host opened the socket. The scheme is
// not compared: a proxy may have taken the TLS off.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}

func (s *Server) upgradeAndClose(w http.ResponseWriter, r *http.Request, code closeCode) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	_ = conn.WriteControl(websocket.CloseMessage, code.message(), time.Now().Add(farewell))
	_ = conn.Close()
}

// follow serves one live client until it goes or is closed.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, one *client, v *viewer) {
	since := int64(fromNothing)
	epoch := ""
	if p, err := dispatch.ParsePosition(r.URL.Query().Get("since")); err == nil {
		since, epoch = p.Sequence, p.Epoch
	}
	class, err := s.hub.enter(v, r.URL.Query().Get("deltas") == "1")
	if err != nil {
		problem(http.StatusServiceUnavailable, codeStarting, "The board is not loaded yet. "+s.callDuty()).after(time.Second).write(w)
		return
	}
	defer s.hub.leave(class, one)
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s.metrics.clients.Inc()
	defer s.metrics.clients.Dec()
	ctx, cancel := context.WithCancel(r.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer cancel()
		listen(conn)
		one.close(0)
	}()
	if code := s.begin(ctx, conn, class, one, since, epoch); code > 0 {
		one.close(code)
	} else if err := one.write(conn); err != nil && one.close(0) && late(err) {
		s.metrics.slow.Inc() // the connection is broken: no code can be sent
	}
	<-one.done
	if one.code > 0 {
		_ = conn.WriteControl(websocket.CloseMessage, one.code.message(), time.Now().Add(farewell))
	}
	_ = conn.Close()
	<-gone
}

// begin sends the first frames and attaches the client to its class.
func (s *Server) begin(ctx context.Context, conn *websocket.Conn, class *class, one *client, since int64, epoch string) closeCode {
	if current, _ := s.hub.feed.Head(); epoch != current.Epoch {
		since = fromNothing
	}
	s.hub.reach(ctx, since)
	for range attachTries {
		first, err := s.hub.begin(ctx, class, since, false)
		switch {
		case ctx.Err() != nil:
			return 0
		case errors.Is(err, errNotLoaded):
			return closeGoingAway
		case err != nil:
			s.log.Warn("web: a live client could not be given the changes since its position", "error", err)
			return closeNoCatchUp
		}
		_ = conn.SetWriteDeadline(time.Now().Add(startLimit))
		if err := conn.WritePreparedMessage(first.frame.message); err != nil {
			if one.close(0) && late(err) {
				s.metrics.slow.Inc()
			}
			return 0
		}
		attached, code := s.hub.attach(class, one, first.at)
		if attached || code > 0 {
			return code
		}
		since = first.at.Sequence
	}
	return closeSlow
}

// late says that a frame could not be written in time.
func late(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// write sends what is queued until the client is closed or a write fails; then
// its caller closes the client. It is the only writer of the connection besides
// close frames.
func (c *client) write(conn *websocket.Conn) error {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-c.done:
			return nil
		default:
		}
		select {
		case <-c.done:
			return nil
		case f := <-c.queue:
			c.queued.Add(int64(-f.size))
			_ = conn.SetWriteDeadline(time.Now().Add(writeLimit))
			if err := conn.WritePreparedMessage(f.message); err != nil {
				return err
			}
		case <-ping.C:
			if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit)); err != nil {
				return err
			}
		}
	}
}

// listen reads until the client goes: it answers pings and takes close frames.
// What the client says is ignored.
func listen(conn *websocket.Conn) {
	conn.SetReadLimit(readBytes)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(silence)) }
	_ = alive("")
	conn.SetPongHandler(alive)
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// recheck closes the live clients whose session is over or whose key has
// changed.
func (s *Server) recheck() {
	s.hub.closeWhere(func(one *client) closeCode {
		if one.session != nil && !s.sessions.good(one.session) {
			return closeSignedOut
		}
		switch now := s.keys.account(one.account.id); {
		case now == nil:
			return closeKeyRevoked
		case now.class != one.account.class:
			return closeNewRights
		}
		return 0
	})
}
