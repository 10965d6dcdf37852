package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// pageEvents is about how many events one frame covers under load.
	pageEvents = 2_000
	// frameInterval is the shortest time between two frames: the first goes out
	// at once, those that follow closely are put together.
	frameInterval = 5 * time.Millisecond
	// defaultPositionInterval is the shortest time between two looks at
	// positions: a team that drives at 60 km/h has moved by 80 m, and a day's
	// positions fit a phone's line.
	defaultPositionInterval = 5 * time.Second
	// quiet is after how long without a frame one with the position alone is
	// sent; CONTRACT.md promises 20 s.
	quiet = 12 * time.Second
	// housekeeping is how often quiet classes and old cases are looked for.
	housekeeping = 3 * time.Second

	// recentFrames and recentBytes bound what is kept for a class.
	recentFrames = 256
	recentBytes  = 8 << 20
	// reloadAfter is the wait before the board is read again after a failure.
	reloadAfter = 500 * time.Millisecond
	// readLimit bounds every read of the database for the board.
	readLimit = 30 * time.Second
)

// errNotLoaded: the board was not read from the database yet.
var errNotLoaded = errors.New("web: the board is not loaded yet")

// hub keeps the board and sends what changes to the live clients. One
// goroutine, Run, changes the board and builds frames; clients attach to it.
type hub struct {
	reader  dispatch.Reader
	feed    *dispatch.Feed
	log     *slog.Logger
	clock   func() time.Time
	metrics *metrics
	demo    bool
	// positionInterval is the shortest time between two looks at positions.
	positionInterval time.Duration

	mu      sync.Mutex
	board   *board // nil until it is loaded
	classes map[string]*class
	closed  bool
	buffer  []byte
	// finder compares drafts with the board's cases; nil until the first draft comes.
	finder *dispatch.DuplicateFinder
	// placesChanged is the sequence of the newest event of a place.
	placesChanged atomic.Int64
}

func newHub(reader dispatch.Reader, feed *dispatch.Feed, log *slog.Logger, clock func() time.Time, metrics *metrics, demo bool, positionInterval time.Duration) *hub {
	return &hub{reader: reader, feed: feed, log: log, clock: clock, metrics: metrics, demo: demo, classes: map[string]*class{},
		positionInterval: cmp.Or(positionInterval, defaultPositionInterval)}
}

// run keeps the board up to date until ctx ends, and then closes every client.
func (h *hub) run(ctx context.Context) {
	defer h.shut()
	wait := time.NewTimer(0)
	defer wait.Stop()
	housekeep := time.NewTicker(housekeeping)
	defer housekeep.Stop()
	var lastFrame, lastPositions time.Time
	for ctx.Err() == nil {
		head, moved := h.feed.Head()
		pause := time.Duration(0)
		switch {
		case head.Epoch == "":
			// Nothing is loaded yet: wait for the feed's first head.
		case !h.loaded(head):
			if err := h.load(ctx); err != nil {
				if ctx.Err() == nil {
					h.log.Warn("web: the board cannot be read, trying again", "error", err)
				}
				moved, pause = nil, reloadAfter
			} else {
				continue
			}
		default:
			now := time.Now()
			positions := now.Sub(lastPositions) >= h.positionInterval
			if since := now.Sub(lastFrame); since < frameInterval {
				moved, pause = nil, frameInterval-since
				break
			}
			more, behind, err := h.step(ctx, positions)
			if err != nil {
				if ctx.Err() == nil {
					h.log.Warn("web: changes cannot be read, trying again", "error", err)
				}
				moved, pause = nil, reloadAfter
				break
			}
			if more {
				lastFrame = time.Now()
			}
			if positions {
				lastPositions = now
			}
			if behind {
				continue
			}
			if !positions {
				pause = h.positionInterval - now.Sub(lastPositions)
			}
		}
		var timer <-chan time.Time
		if pause > 0 {
			wait.Reset(pause)
			timer = wait.C
		}
		select {
		case <-ctx.Done():
		case <-moved:
		case <-timer:
		case <-housekeep.C:
			h.housekeep()
		}
	}
}

// loaded says that the board belongs to this journal.
func (h *hub) loaded(head dispatch.Position) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.board != nil && h.board.position.Epoch == head.Epoch && h.board.position.Sequence <= head.Sequence
}

// load reads the board from the rows. Clients that were attached to another
// journal are closed and come back.
func (h *hub) load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	head, err := h.reader.Head(ctx)
	if err != nil {
		return err
	}
	// The head was read first: what changes meanwhile comes again by the feed.
	fresh := newBoard(head)
	keys, err := h.reader.BoardCases(ctx, h.clock().Add(-boardKeeps), snapshotCases)
	if err != nil {
		return err
	}
	ignored := map[int32]bool{}
	const at = 500 // cases a read: short read transactions
	for start := 0; start < len(keys); start += at {
		cases, err := h.reader.Cases(ctx, keys[start:min(start+at, len(keys))])
		if err != nil {
			return err
		}
		for _, c := range cases {
			fresh.putCase(c, ignored)
		}
	}
	teams, err := h.reader.Teams(ctx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		fresh.putTeam(t, ignored)
	}
	h.placesChanged.Store(fresh.position.Sequence) // there may be some
	h.mu.Lock()
	defer h.mu.Unlock()
	h.board, h.finder = fresh, nil
	h.closeClients(closeNewEpoch)
	return nil
}

// step takes what the feed has after the board's position and sends it. told
// says that there was something new, behind that there is more.
func (h *hub) step(ctx context.Context, positions bool) (told, behind bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	from := h.board.position.Sequence // only this goroutine changes the board
	page, err := h.feed.After(ctx, from, pageEvents)
	if err != nil {
		return false, false, err
	}
	letters := h.feed.DeadLetters()
	var moved []dispatch.TeamPosition
	counter := h.board.counter
	if positions {
		moved, counter = h.feed.PositionsAfter(counter)
	}
	now := h.clock()

	h.mu.Lock()
	defer h.mu.Unlock()
	touched := map[int32]bool{}
	cases := make([]changed, 0, len(page.Cases))
	for _, c := range page.Cases {
		cases = append(cases, h.board.putCase(c, touched))
		if h.finder != nil {
			h.finder.Put(c)
		}
	}
	for _, t := range page.Teams {
		h.board.putTeam(t, touched)
	}
	for _, p := range moved {
		h.board.move(p, touched)
	}
	h.board.position.Sequence = max(from, page.Position.Sequence)
	h.board.counter, h.board.letters = counter, letters
	h.send(from, cases, touched, now)
	for i := range page.Events {
		if page.Events[i].PlaceID != "" {
			h.placesChanged.Store(page.Events[i].Sequence)
		}
	}
	h.metrics.events(page, now)
	head, _ := h.feed.Head()
	return len(page.Events) > 0 || len(moved) > 0, h.board.position.Sequence < head.Sequence, nil
}

// send builds a frame for each class that has something to be told. The lock
// is held.
func (h *hub) send(from int64, cases []changed, touched map[int32]bool, now time.Time) {
	before := dispatch.Position{Epoch: h.board.position.Epoch, Sequence: from}
	for _, c := range h.classes {
		b := beginFrame(h.buffer[:0], frameChanges, h.board.position, now)
		var told bool
		if c.viewer.seesLetters() {
			b = whole(b, "dead_letters", int64(h.board.letters))
			told = c.letters != h.board.letters
		}
		b, any := c.appendChanges(b, h.board, before, cases, touched, h.demo)
		if told || any {
			h.deliver(c, from, append(b, '}'), now)
		}
		h.buffer = b[:0]
	}
}

// deliver gives a frame to every client of a class. The lock is held.
func (h *hub) deliver(c *class, from int64, b []byte, now time.Time) {
	f, err := newFrame(from, h.board.position.Sequence, b)
	if err != nil {
		h.log.Error("web: a frame could not be made", "error", err)
		return
	}
	c.lastFrame, c.letters = now, h.board.letters
	c.recent = append(c.recent, f)
	c.recentBytes += f.size
	for len(c.recent) > recentFrames || c.recentBytes > recentBytes && len(c.recent) > 1 {
		c.recentBytes -= c.recent[0].size
		c.complete = c.recent[0].to
		c.recent[0] = nil
		c.recent = c.recent[1:]
	}
	h.metrics.frame(f.size, len(c.clients))
	for one := range c.clients {
		if !one.offer(f) {
			delete(c.clients, one)
			if one.close(closeSlow) {
				h.metrics.slow.Inc()
			}
		}
	}
}

func newFrame(from, to int64, b []byte) (*frame, error) {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, b)
	if err != nil {
		return nil, err
	}
	return &frame{from: from, to: to, size: len(b), message: message}, nil
}

// housekeep sends the position to classes that have heard nothing for long,
// and takes old cases off the board.
func (h *hub) housekeep() {
	now := h.clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.board == nil {
		return
	}
	at := h.board.position.Sequence
	if left := h.board.age(now); len(left) > 0 {
		h.send(at, left, nil, now)
	}
	for _, c := range h.classes {
		for since, s := range c.starts {
			if now.Sub(s.made) > startKeeps {
				delete(c.starts, since)
			}
		}
		if now.Sub(c.lastFrame) < quiet {
			continue
		}
		b := beginFrame(nil, frameChanges, h.board.position, now)
		if c.viewer.seesLetters() {
			b = whole(b, "dead_letters", int64(h.board.letters))
		}
		h.deliver(c, at, append(b, '}'), now)
	}
}

// enter gives the class of a viewer; leave must follow.
func (h *hub) enter(v *viewer, deltas bool) (*class, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.board == nil || h.closed {
		return nil, errNotLoaded
	}
	key := v.class
	if deltas {
		key += " deltas"
	}
	c := h.classes[key]
	if c == nil {
		c = &class{key: key, viewer: v, deltas: deltas, clients: map[*client]struct{}{}, complete: h.board.position.Sequence,
			lastFrame: h.clock(), letters: h.board.letters, teams: map[int32]toldTeam{}, starts: map[int64]*start{}}
		h.classes[key] = c
	}
	c.users++
	return c, nil
}

func (h *hub) leave(c *class, one *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if one != nil {
		delete(c.clients, one)
	}
	if c.users--; c.users == 0 && h.classes[c.key] == c {
		delete(h.classes, c.key)
	}
}

// attach makes a client that knows everything up to at one of its class, if
// the recent frames reach back so far.
func (h *hub) attach(c *class, one *client, at dispatch.Position) (attached bool, code closeCode) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed || h.board == nil:
		return false, closeGoingAway
	case h.classes[c.key] != c || at.Epoch != h.board.position.Epoch:
		return false, closeNewEpoch
	case at.Sequence < c.complete:
		return false, 0
	}
	for _, f := range c.recent {
		// A frame without events may hold positions that are newer than what
		// the client has; views are whole, so what comes twice does no harm.
		if (f.to > at.Sequence || f.to == at.Sequence && f.from == f.to) && !one.offer(f) {
			return false, closeSlow
		}
	}
	c.clients[one] = struct{}{}
	return true, 0
}

// shut closes every client, and nobody can enter any more.
func (h *hub) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.closeClients(closeGoingAway)
}

// closeClients closes every client. The lock is held.
func (h *hub) closeClients(code closeCode) {
	for _, c := range h.classes {
		for one := range c.clients {
			one.close(code)
		}
		clear(c.clients)
	}
	clear(h.classes)
}

// closeWhere closes the clients for which why gives a code above 0.
func (h *hub) closeWhere(why func(*client) closeCode) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.classes {
		for one := range c.clients {
			if code := why(one); code > 0 {
				delete(c.clients, one)
				one.close(code)
			}
		}
	}
}

// look lets somebody read the board.
func (h *hub) look(read func(*board)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.board == nil {
		return errNotLoaded
	}
	read(h.board)
	return nil
}
