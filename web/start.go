package web

import (
	"context"
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// fromNothing is the since of a client that knows nothing yet.
	fromNothing = -1
	// startFresh is how old a first frame may be to be given to another client;
	// what happened since follows in the frames after it.
	startFresh = time.Second
	// startKeeps is how long a first frame is kept at all.
	startKeeps = 5 * time.Second
	// resumeEvents bounds what is read for a client that resumes; one that was
	// away longer gets a snapshot.
	resumeEvents = 20_000
	// reachLimit is how long a client's position is waited for: a replica that
	// follows is woken by each commit, and looks for itself once a second.
	reachLimit = 3 * time.Second
)

// start is the first frame of a client: a snapshot, or the changes since its
// position. It is made once for all who ask for the same at about the same
// time, as after a restart of the server.
type start struct {
	made  time.Time
	ready chan struct{} // closed when the rest is set
	at    dispatch.Position
	frame *frame
	body  []byte // of a snapshot, for GET /board
	err   error
}

// begin gives the first frame for a client of a class that knows everything up
// to since, or nothing. Without newest it may be a second old.
func (h *hub) begin(ctx context.Context, c *class, since int64, newest bool) (*start, error) {
	h.mu.Lock()
	if h.board == nil || h.closed {
		h.mu.Unlock()
		return nil, errNotLoaded
	}
	if head, _ := h.feed.Head(); since > head.Sequence {
		since = fromNothing
	}
	now := h.clock()
	s := c.starts[since]
	if s == nil || newest || now.Sub(s.made) > startFresh {
		s = &start{made: now, ready: make(chan struct{})}
		c.starts[since] = s
		// Whoever asked first may go away; the others still need it.
		ctx := context.WithoutCancel(ctx)
		if since == fromNothing {
			h.snapshot(c, s) // unlocks
		} else {
			h.mu.Unlock()
			s.err = h.resume(ctx, c, s, since)
		}
		close(s.ready)
		if s.err != nil {
			h.mu.Lock()
			if c.starts[since] == s {
				delete(c.starts, since)
			}
			h.mu.Unlock()
		}
		return s, s.err
	}
	h.mu.Unlock()
	select {
	case <-s.ready:
		return s, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reach waits, for a bounded time, until this replica knows of a position that
// a client has: the client may have heard of it from another one a moment ago.
func (h *hub) reach(ctx context.Context, since int64) {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	for {
		head, moved := h.feed.Head()
		if since <= head.Sequence {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		}
	}
}

// snapshot makes a snapshot. It is called with the lock and gives it back: only
// the pointers are taken under it.
func (h *hub) snapshot(c *class, s *start) {
	s.at = h.board.position
	cases, truncated := h.board.newest(c.viewer, snapshotCases)
	teams := h.teamViews(c.viewer)
	letters := h.board.letters
	h.mu.Unlock()

	b := h.startFrame(c.viewer, frameSnapshot, s.at, letters)
	b = append(appendSnapshot(b, c.viewer, cases, teams, truncated, h.demo), '}')
	s.body = b
	s.frame, s.err = newFrame(0, s.at.Sequence, b)
}

// teamViews gives what a viewer sees of all teams, by id. The lock is held.
func (h *hub) teamViews(v *viewer) [][]byte {
	if v.seesTeams() == noTeams {
		return nil
	}
	var views [][]byte
	for _, team := range h.board.sortedTeams() {
		views = append(views, h.board.appendTeam(nil, team, v))
	}
	return views
}

func (h *hub) startFrame(v *viewer, kind string, at dispatch.Position, letters int) []byte {
	b := beginFrame(nil, kind, at, h.clock())
	if v.seesLetters() {
		b = whole(b, "dead_letters", int64(letters))
	}
	return b
}

// resume makes the frame with everything that changed after since, and all
// teams, whose positions have no place in the journal. Where it cannot be known
// what has left the viewer's sight, it makes a snapshot instead.
func (h *hub) resume(ctx context.Context, c *class, s *start, since int64) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	newest := map[int64]*dispatch.Case{}
	updated := map[int64]bool{}
	at, events := dispatch.Position{Sequence: since}, 0
	for {
		page, err := h.feed.After(ctx, at.Sequence, pageEvents)
		if err != nil {
			return err
		}
		at = page.Position
		for _, one := range page.Cases {
			newest[one.Key] = one
		}
		for i := range page.Events {
			if t := page.Events[i].Type; t == dispatch.EventCaseUpdated || t == dispatch.EventCaseJoined {
				updated[page.Events[i].Case] = true
			}
		}
		if events += len(page.Events); events > resumeEvents {
			return h.snapshotInstead(c, s)
		}
		head, _ := h.feed.Head()
		if head.Epoch != page.Position.Epoch {
			return errNotLoaded
		}
		if len(page.Events) == 0 || at.Sequence >= head.Sequence {
			break
		}
	}
	var shown []*dispatch.Case
	var removed []string
	v := c.viewer
	for _, one := range newest {
		switch {
		case v.sees(one).visible:
			shown = append(shown, one)
		case v.askedOnce(one):
			removed = append(removed, one.ID)
		case updated[one.Key]:
			// It may have been moved out of the viewer's regions, or never have
			// been in them: naming it could tell of a case that is not theirs.
			return h.snapshotInstead(c, s)
		}
	}
	slices.SortFunc(shown, func(x, y *dispatch.Case) int { return int(x.Key - y.Key) })
	slices.Sort(removed)

	var teams [][]byte
	letters := 0
	if err := h.look(func(board *board) {
		teams, letters = h.teamViews(v), board.letters
	}); err != nil {
		return err
	}
	b := h.startFrame(v, frameChanges, at, letters)
	if len(shown) > 0 {
		b = append(name(b, "cases"), '[')
		for _, one := range shown {
			b = appendCase(comma(b), one, v, v.sees(one), h.demo)
		}
		b = append(b, ']')
	}
	if len(teams) > 0 {
		b = append(name(b, "teams"), '[')
		for _, team := range teams {
			b = append(comma(b), team...)
		}
		b = append(b, ']')
	}
	b = append(texts(b, "removed", removed), '}')
	s.at = at
	var err error
	s.frame, err = newFrame(since, at.Sequence, b)
	return err
}

func (h *hub) snapshotInstead(c *class, s *start) error {
	h.mu.Lock()
	if h.board == nil || h.closed {
		h.mu.Unlock()
		return errNotLoaded
	}
	h.snapshot(c, s)
	return s.err
}
