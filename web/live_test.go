package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/web"
)

// A client that resumes ends with the same picture as one that stayed.
func TestResumeGivesTheSamePicture(t *testing.T) {
	w, a, _ := kostanay(t)
	for _, key := range []string{"admin", "coordinator", "team", "service", "observer"} {
		t.Run(key, func(t *testing.T) {
			stayed, left := w.live(key, ""), w.live(key, "")
			full, half := newPicture(), newPicture()
			stayed.follow(full, "there is a snapshot", func() bool { return full.position != "" })
			left.follow(half, "there is a snapshot", func() bool { return half.position != "" })
			_ = left.conn.Close()

			fresh := w.file("service", "while-away-"+key, 63.6, 53.2)
			w.done("coordinator", fresh, fmt.Sprintf(`{"type":"case.note","command_id":"n-%s","audience":"team","note":"x"}`, key))
			w.done("coordinator", a, fmt.Sprintf(`{"type":"case.note","command_id":"m-%s","audience":"team","note":"x"}`, key))
			body := `{"position":{"type":"Point","coordinates":[63.55,53.15]}}`
			if r := w.do("admin", http.MethodPost, "/api/v1/teams/dos/position", body); r.status != http.StatusAccepted {
				t.Fatal(r.body)
			}
			w.until("the position is known", func() bool { return strings.Contains(w.get("admin", "/api/v1/teams").body, "63.55") })
			w.settled()

			back := w.live(key, "?since="+half.position)
			first := back.next()
			if first.Type != "changes" {
				t.Errorf("resuming began with %s", first.Type)
			}
			half.apply(first)
			head, err := w.store.Head(context.Background())
			must(t, err)
			if half.position != head.String() {
				t.Errorf("resumed up to %s, the head is %s", half.position, head)
			}
			stayed.follow(full, "the fresh case came", func() bool { _, ok := full.cases[fresh]; return ok })
			if !slices.Equal(full.ids(), half.ids()) || !slices.Contains(half.ids(), fresh) {
				t.Errorf("stayed: %v, resumed: %v", full.ids(), half.ids())
			}
			if key == "admin" || key == "coordinator" || key == "team" {
				if p := half.teams["dos"].Position; p == nil || p.Position.Coordinates[0] != 63.55 {
					t.Errorf("the position of dos after resuming: %+v", p)
				}
			} else if p, ok := half.teams["dos"]; ok && p.Position != nil {
				t.Errorf("%s sees where a team is", key)
			}
		})
	}
}

// A position of another epoch, one from the future and one that is nonsense all
// get a snapshot.
func TestResumeElsewhereGivesSnapshot(t *testing.T) {
	w, _, _ := kostanay(t)
	head, err := w.store.Head(context.Background())
	must(t, err)
	for _, since := range []string{"elsewhere.1", head.Epoch + ".999999999", "nonsense", "", head.Epoch + ".-1"} {
		if f := w.live("admin", "?since="+since).next(); f.Type != "snapshot" || len(f.Cases) != 2 || len(f.Teams) != 2 || f.Now.IsZero() {
			t.Errorf("since=%s: %s with %d cases and %d teams", since, f.Type, len(f.Cases), len(f.Teams))
		}
	}
	if r := w.get("admin", "/api/v1/live"); r.status != http.StatusUpgradeRequired {
		t.Errorf("without a WebSocket: %d", r.status)
	}
}

// A case that is moved out of a region leaves its boards, by a live frame and by
// resuming, and enters the other region's.
func TestCaseLeavesTheRegion(t *testing.T) {
	w := newWorld(t, nil)
	a := w.file("service", "app-a", 63.6, 53.2) // no team is there: only its own region counts
	here, away, there := w.live("coordinator", ""), w.live("coordinator", ""), w.live("other coordinator", "")
	p, q, r := newPicture(), newPicture(), newPicture()
	here.follow(p, "the case is here", func() bool { return len(p.cases) == 1 })
	away.follow(q, "the case is here", func() bool { return len(q.cases) == 1 })
	there.follow(r, "there is a snapshot", func() bool { return r.position != "" })
	if len(r.cases) != 0 {
		t.Fatal("the other region sees the case before it is moved")
	}
	_ = away.conn.Close()
	w.done("admin", a, `{"type":"case.update","command_id":"move","location":{"type":"Point","coordinates":[69.15,54.87]}}`)
	here.follow(p, "the case has left", func() bool { return len(p.cases) == 0 })
	there.follow(r, "the case has come", func() bool { return len(r.cases) == 1 })
	w.settled()
	back := w.live("coordinator", "?since="+q.position)
	q.apply(back.next())
	if len(q.cases) != 0 {
		t.Errorf("after resuming %v are still there", q.ids())
	}
	if strings.Contains(back.raw.String(), a) {
		t.Error("resuming tells the id of a case that is another region's now")
	}
}

// A team's offer that is taken back takes the case off the team's board.
func TestCaseLeavesTheTeam(t *testing.T) {
	w, a, _ := kostanay(t)
	l, away := w.live("team", ""), w.live("team", "")
	p, q := newPicture(), newPicture()
	l.follow(p, "the offer is there", func() bool { return len(p.cases) == 1 })
	away.follow(q, "the offer is there", func() bool { return len(q.cases) == 1 })
	_ = away.conn.Close()
	w.done("coordinator", a, `{"type":"case.call_out","command_id":"stop","call_out":"hold"}`)
	l.follow(p, "the offer is gone", func() bool { return len(p.cases) == 0 })
	w.settled()
	q.apply(w.live("team", "?since="+q.position).next())
	if len(q.cases) != 0 {
		t.Errorf("after resuming %v are still there", q.ids())
	}
}

func TestRevokedKeyEndsLiveSockets(t *testing.T) {
	w := newWorld(t, nil)
	keys, err := w.store.APIKeys(context.Background())
	must(t, err)
	i := slices.IndexFunc(keys, func(k dispatch.APIKey) bool { return k.Name == "observer" })
	j := slices.IndexFunc(keys, func(k dispatch.APIKey) bool { return k.Name == "office" })
	revoked, changed, kept := w.live("observer", ""), w.live("office", ""), w.live("coordinator", "")
	for _, l := range []*live{revoked, changed, kept} {
		l.next()
	}
	keys[i].RevokedAt = time.Now()
	must(t, w.store.PutAPIKey(context.Background(), keys[i]))
	keys[j].Regions = []string{"KZ-59"}
	must(t, w.store.PutAPIKey(context.Background(), keys[j]))
	if code := revoked.closeCode(); code != 4101 {
		t.Errorf("a revoked key: closed with %d", code)
	}
	if code := changed.closeCode(); code != 4102 {
		t.Errorf("a key with other rights: closed with %d", code)
	}
	if r := w.get("observer", "/api/v1/session"); r.status != http.StatusUnauthorized {
		t.Errorf("a revoked key is answered with %d", r.status)
	}
	select {
	case err := <-kept.closed:
		t.Errorf("another key's socket was closed: %v", err)
	default:
	}
}

// A client that reads nothing is closed, and holds up nobody.
func TestSlowClientIsClosed(t *testing.T) {
	w := newWorld(t, nil)
	header := http.Header{"Authorization": {"Bearer " + adminKey}}
	dialer := websocket.Dialer{HandshakeTimeout: patience, NetDialContext: smallBuffers}
	slow, _, err := dialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/api/v1/live", header)
	must(t, err)
	defer func() { _ = slow.Close() }()
	// Many cases with long texts change at once, again and again: more than the
	// socket's buffers and the client's queue hold.
	const cases, rounds = 60, 100
	long := strings.Repeat("ж", 9000)
	applications := make([]kafka.Message, cases)
	for i := range applications {
		applications[i].Value = fmt.Appendf(nil, `{"id":"slow-%d","kind":"emergency","incident":"ice","location":{"type":"Point","coordinates":[63.6,53.2]}}`, i)
	}
	must(t, w.producer.Produce(context.Background(), w.topics.Applications, applications...))
	w.until("all cases are there", func() bool {
		w.settled()
		return strings.Count(w.get("admin", "/api/v1/board").body, `"number"`) == cases
	})
	closed := func() bool {
		return strings.Contains(w.get("admin", "/metrics").body, "izdeu_live_slow_clients_closed_total 1")
	}
	for round := 0; !closed(); round++ {
		if round == rounds {
			t.Fatalf("%d frames were kept for a client that reads nothing", rounds)
		}
		commands := make([]kafka.Message, cases)
		for i := range commands {
			commands[i].Value = fmt.Appendf(nil, `{"type":"case.update","command_id":"slow-%d-%d","application":{"id":"slow-%d"},"place":"%d %s","address":"%s"}`,
				round, i, i, round, long, long)
		}
		must(t, w.producer.Produce(context.Background(), w.topics.Commands, commands...))
		w.until("the commands are done", func() bool {
			applied, err := w.store.Applied(context.Background(), dispatch.CommandIdentity(fmt.Sprintf("slow-%d-%d", round, cases-1)))
			must(t, err)
			return applied != nil
		})
	}
	// The frame that it was being sent is given up later, and it still counts once.
	w.until("its connection is given up", func() bool {
		return strings.Contains(w.get("admin", "/metrics").body, "izdeu_live_clients 0")
	})
	if !closed() {
		t.Error("one slow client was counted more than once")
	}
	// The others go on.
	w.settled()
	p := newPicture()
	quick := w.live("admin", "")
	quick.follow(p, "another client has everything", func() bool { return len(p.cases) == cases })
}

// When the server goes away every client is told to come back, and nobody new
// is let in.
func TestGoingAwayClosesClients(t *testing.T) {
	w := newWorld(t, nil)
	l := w.live("admin", "")
	l.next()
	w.endWeb()
	if code := l.closeCode(); code != 4001 {
		t.Errorf("closed with %d", code)
	}
	_, response, err := w.dial("", http.Header{"Authorization": {"Bearer " + adminKey}})
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("after the end: %v %v", err, response)
	}
}

func TestBoardIsTheSnapshot(t *testing.T) {
	w, a, b := kostanay(t)
	w.settled()
	var board, first map[string]any
	w.get("coordinator", "/api/v1/board").into(t, &board)
	l := w.live("coordinator", "")
	l.next()
	must(t, json.Unmarshal([]byte(l.raw.String()), &first))
	delete(board, "now")
	delete(first, "now")
	if fmt.Sprint(board) != fmt.Sprint(first) {
		t.Errorf("the board\n%v\nis not the snapshot\n%v", board, first)
	}
	var limited web.FrameView
	w.get("admin", "/api/v1/board?region=KZ-39").into(t, &limited)
	if len(limited.Cases) != 1 || limited.Cases[0].ID != a {
		t.Errorf("the board of KZ-39: %+v (and not %s)", limited.Cases, b)
	}
	p := newPicture()
	watcher := w.live("admin", "?region=KZ-59")
	watcher.follow(p, "there is a snapshot", func() bool { return p.position != "" })
	if ids := p.ids(); len(ids) != 1 || ids[0] != b {
		t.Errorf("live of KZ-59: %v", ids)
	}
}
