package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// One case goes its whole way by the API alone.
func TestCaseGoesItsWay(t *testing.T) {
	w, a, _ := kostanay(t)
	watcher := w.live("observer", "")
	p := newPicture()
	watcher.follow(p, "the case is on the board", func() bool { return p.cases[a].Status == "waiting" })

	w.done("team", a, `{"type":"assignment.accept","command_id":"c1","eta_minutes":20,"people":4}`)
	w.done("team", a, `{"type":"assignment.en_route","command_id":"c2","team_id":"dos"}`)
	w.done("team", a, `{"type":"assignment.on_scene","command_id":"c3","team_id":"dos"}`)
	watcher.follow(p, "the team is on scene", func() bool { return p.cases[a].Status == "searching" })
	w.done("team", a, `{"type":"case.outcome","command_id":"c4","subject_id":"s1","outcome":"found","condition":"well","found_by":"team"}`)
	watcher.follow(p, "the person is found", func() bool { return p.cases[a].Status == "found" })
	w.done("team", a, `{"type":"assignment.returned","command_id":"c5","team_id":"dos","people":4}`)
	watcher.follow(p, "the team is home", func() bool {
		return len(p.cases[a].Assignments) == 1 && p.cases[a].Assignments[0].Status == "returned"
	})

	// The same command again answers the same.
	w.done("team", a, `{"type":"assignment.returned","command_id":"c5","team_id":"dos","people":4}`)
	// And the same again under another id is refused with the reason.
	if r := w.command("team", a, `{"type":"assignment.returned","command_id":"c6","team_id":"dos"}`); r.status != http.StatusConflict || r.code() == "" {
		t.Errorf("returned twice: %d %s", r.status, r.body)
	}
	if r := w.get("team", "/api/v1/commands/c6"); r.status != http.StatusConflict {
		t.Errorf("the refused command: %d %s", r.status, r.body)
	}
	if r := w.get("team", "/api/v1/commands/c5"); r.status != http.StatusOK || !strings.Contains(r.body, a) {
		t.Errorf("the command that was done: %d %s", r.status, r.body)
	}
	if r := w.get("team", "/api/v1/commands/never"); r.status != http.StatusNotFound {
		t.Errorf("a command that was never given: %d %s", r.status, r.body)
	}

	var timeline web.TimelineAnswer
	w.get("coordinator", "/api/v1/cases/"+a+"/timeline").into(t, &timeline)
	if n := len(timeline.Events); n < 7 || timeline.Events[0].Type != "case.opened" || timeline.Events[0].Position == "" {
		t.Errorf("timeline: %d events, %+v", n, timeline.Events)
	}
	var candidates web.CandidatesAnswer
	w.get("coordinator", "/api/v1/cases/"+a+"/candidates").into(t, &candidates)
	if len(candidates.Decisions) == 0 || candidates.Decisions[0].Candidates[0].TeamID != "dos" || candidates.Decisions[0].Candidates[0].Result != "offered" {
		t.Errorf("candidates: %+v", candidates)
	}
	w.until("the statistics count it", func() bool {
		return strings.Contains(w.get("coordinator", "/api/v1/statistics").body, `"found":1`)
	})
	var report struct {
		Totals struct{ Cases, Subjects, Found, Open int }
		Checks []struct{ Holds bool }
	}
	w.get("coordinator", "/api/v1/statistics?group_by=month").into(t, &report)
	if report.Totals.Cases != 1 || report.Totals.Subjects != 1 || len(report.Checks) == 0 {
		t.Errorf("a coordinator of KZ-39 counts %+v", report)
	}
}

// A lost answer is no lost application: the same id again is the same case.
func TestFilingTwiceIsOneCase(t *testing.T) {
	w, a, _ := kostanay(t)
	if again := w.file("service", "app-a", 63.61234, 53.20987); again != a {
		t.Errorf("filed again: case %s, not %s", again, a)
	}
}

func TestListPages(t *testing.T) {
	w, a, b := kostanay(t)
	third := w.file("service", "app-c", 63.60, 53.20)
	var page web.CasesAnswer
	var seen []string
	for path := "/api/v1/cases?limit=1"; ; path = "/api/v1/cases?limit=1&after=" + page.Next {
		page = web.CasesAnswer{}
		w.get("admin", path).into(t, &page)
		for _, c := range page.Cases {
			seen = append(seen, c.ID)
		}
		if page.Next == "" {
			break
		}
	}
	if fmt.Sprint(seen) != fmt.Sprint([]string{third, b, a}) {
		t.Errorf("pages gave %v, not %v", seen, []string{third, b, a})
	}
	for query, want := range map[string]int{"status=waiting": 3, "status=found,missing": 0, "kind=emergency": 0, "region=KZ-39": 2,
		"team=north": 1, "q=app-b": 1, "q=" + strings.ToLower(markName): 3, "from=2000-01-01": 3, "to=2000-01-01": 0, "q=%25": 0, "q=_": 0} {
		page = web.CasesAnswer{}
		w.get("admin", "/api/v1/cases?"+query).into(t, &page)
		if len(page.Cases) != want {
			t.Errorf("%s gives %d cases, not %d", query, len(page.Cases), want)
		}
	}
}

// What is refused names the field, and never the value.
func TestProblemsNameFieldsAndNoValues(t *testing.T) {
	w, a, _ := kostanay(t)
	const secret = "+77019998877"
	for _, one := range []struct {
		name, method, path, body, code string
		status                         int
		field                          string
	}{
		{"no JSON", "POST", "/api/v1/applications", `{"reporter":{"phone":"` + secret, "invalid", 422, ""},
		{"an array", "POST", "/api/v1/applications", `["` + secret + `"]`, "invalid", 422, ""},
		{"no body", "POST", "/api/v1/applications", ``, "invalid", 400, ""},
		{"a wrong phone", "POST", "/api/v1/applications", `{"id":"x","kind":"emergency","filed_at":"` + secret + `","location":{"type":"Point","coordinates":[63,53]}}`, "invalid", 422, "/filed_at"},
		{"swapped", "POST", "/api/v1/applications", `{"id":"x","kind":"emergency","incident":"ice","filed_at":"2026-01-01T00:00:00Z","location":{"type":"Point","coordinates":[53.21,63.62]}}`, "invalid", 422, "/location"},
		{"an unknown command", "POST", "/api/v1/cases/" + a + "/commands", `{"type":"case.` + secret + `","command_id":"n1"}`, "not-supported", 409, "/type"},
		{"another spelling", "POST", "/api/v1/cases/" + a + "/commands", `{"type":"case.note","Type":"case.outcome","command_id":"n2"}`, "invalid", 422, "/type"},
		{"limit", "GET", "/api/v1/cases?limit=5000", ``, "invalid", 422, "limit"},
		{"status", "GET", "/api/v1/cases?status=" + secret, ``, "invalid", 422, "status"},
		{"region", "GET", "/api/v1/board?region=KZ-99", ``, "invalid", 422, "region"},
		{"group", "GET", "/api/v1/statistics?group_by=" + secret, ``, "invalid", 422, "group_by"},
		{"boolean", "GET", "/api/v1/dead-letters?open=" + secret, ``, "invalid", 422, "open"},
		{"too large", "POST", "/api/v1/applications", `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, "too-large", 413, ""},
		{"no such case", "GET", "/api/v1/cases/cnothing-1", ``, "unknown-case", 404, ""},
		{"no such page", "GET", "/api/v1/nothing", ``, "not-found", 404, ""},
		{"no such method", "DELETE", "/api/v1/cases", ``, "method-not-allowed", 405, ""},
		{"no such letter", "POST", "/api/v1/dead-letters/99/replay", ``, "unknown-dead-letter", 404, ""},
		{"no such team", "POST", "/api/v1/teams/nobody/availability", `{"available":true}`, "unknown-team", 404, ""},
	} {
		t.Run(one.name, func(t *testing.T) {
			r := w.do("admin", one.method, one.path, one.body)
			if r.status != one.status || r.code() != one.code {
				t.Fatalf("%d %s, not %d %s: %s", r.status, r.code(), one.status, one.code, r.body)
			}
			if r.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("media type %s", r.header.Get("Content-Type"))
			}
			if strings.Contains(r.body, secret) {
				t.Errorf("the answer holds what was sent: %s", r.body)
			}
			var p web.Problem
			r.into(t, &p)
			if p.Title == "" || p.Status != r.status {
				t.Errorf("%+v", p)
			}
			if one.field != "" && (len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Pointer+p.Errors[0].Parameter, one.field)) {
				t.Errorf("the problem does not name %s: %s", one.field, r.body)
			}
		})
	}
	if strings.Contains(w.log.String(), secret) {
		t.Error("the log holds what was sent")
	}
}

func TestHeadersAndStaticFiles(t *testing.T) {
	w := newWorld(t, nil)
	page := w.get("", "/")
	if page.status != 200 || !strings.Contains(page.body, "Izdeu") || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'self'") ||
		page.header.Get("X-Content-Type-Options") != "nosniff" || page.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("/: %d %v", page.status, page.header)
	}
	if deep := w.get("", "/cases/c1-2"); deep.status != 200 || deep.body != page.body {
		t.Errorf("a page of the board: %d %s", deep.status, deep.body)
	}
	if script := w.get("", "/assets/app-1a2b.js"); !strings.Contains(script.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(script.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("a script: %v", script.header)
	}
	packed := w.send("GET", "/assets/app-1a2b.js", "", http.Header{"Accept-Encoding": {"gzip"}})
	if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) > 500 {
		t.Errorf("packed: %v, %d bytes", packed.header, len(packed.body))
	}
	for accepted, want := range map[string]string{"gzip, deflate, br": "br", "br;q=0.5": "br", "br;q=0, gzip": "gzip", "": "", "brotli": ""} {
		r := w.send("GET", "/assets/app-1a2b.js", "", http.Header{"Accept-Encoding": {accepted}})
		if r.header.Get("Content-Encoding") != want || r.header.Get("Vary") != "Accept-Encoding" || (want == "br") != (r.body == "packed by the build") {
			t.Errorf("for who accepts %q: %v %.40q", accepted, r.header, r.body)
		}
	}
	if part := w.send("GET", "/assets/app-1a2b.js", "", http.Header{"Accept-Encoding": {"br"}, "Range": {"bytes=0-3"}}); part.status != 206 || part.body != "let " {
		t.Errorf("a part: %d %q", part.status, part.body)
	}
	if r := w.get("", "/assets/app-1a2b.js.br"); r.body == "packed by the build" {
		t.Error("the packed file has an address of its own")
	}
	if missing := w.get("", "/assets/gone.js"); missing.status != 404 {
		t.Errorf("a missing script: %d", missing.status)
	}
	if same := w.send("GET", "/", "", http.Header{"If-None-Match": {page.header.Get("ETag")}}); same.status != 304 {
		t.Errorf("the same page again: %d", same.status)
	}
	regions := w.get("", "/api/v1/regions")
	var shapes struct{ Features []any }
	regions.into(t, &shapes)
	if len(shapes.Features) != 20 || regions.header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("%d regions, %v", len(shapes.Features), regions.header)
	}
	if same := w.send("GET", "/api/v1/regions", "", http.Header{"If-None-Match": {regions.header.Get("ETag")}}); same.status != 304 || same.body != "" {
		t.Errorf("the same regions again: %d", same.status)
	}
	foreign := w.send("POST", "/api/v1/session", `{"key":"x"}`, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	if foreign.status != 403 || foreign.code() != "forbidden" {
		t.Errorf("a page of another site: %d %s", foreign.status, foreign.body)
	}
	for path, want := range map[string]string{"/healthz": `"status":"ok"`, "/readyz": `"intake":"ok"`, "/api/v1/info": "+7 7142 000000"} {
		if r := w.get("", path); r.status != 200 || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	figures := w.get("admin", "/metrics")
	for _, want := range []string{"izdeu_http_request_seconds_bucket", `route="GET /readyz"`, "izdeu_live_clients", "izdeu_event_to_board_seconds"} {
		if !strings.Contains(figures.body, want) {
			t.Errorf("the metrics do not hold %s", want)
		}
	}
}

func TestSession(t *testing.T) {
	w, a, _ := kostanay(t)
	code := w.web.SignInCode()
	in := w.send("POST", "/api/v1/session", fmt.Sprintf(`{"code":%q}`, code), http.Header{})
	if in.status != 200 || !strings.Contains(in.body, `"admin"`) {
		t.Fatalf("signing in with a code: %d %s", in.status, in.body)
	}
	set := in.header.Get("Set-Cookie")
	if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || strings.Contains(set, code) {
		t.Errorf("the cookie: %s", set)
	}
	if again := w.send("POST", "/api/v1/session", fmt.Sprintf(`{"code":%q}`, code), http.Header{}); again.status != 401 {
		t.Errorf("the code a second time: %d", again.status)
	}
	if wrong := w.send("POST", "/api/v1/session", `{"key":"izdeu_wrong"}`, http.Header{}); wrong.status != 401 {
		t.Errorf("a wrong key: %d", wrong.status)
	}
	cookie := http.Header{"Cookie": {strings.Split(set, ";")[0]}}
	if r := w.send("GET", "/api/v1/cases/"+a, "", cookie); r.status != 200 {
		t.Errorf("a case with the cookie: %d", r.status)
	}
	damaged := http.Header{"Cookie": {strings.Split(set, ";")[0] + "x"}}
	if r := w.send("GET", "/api/v1/session", "", damaged); r.status != 401 {
		t.Errorf("a damaged cookie: %d", r.status)
	}

	// A live socket of the session needs this server's origin, and ends with it.
	foreign := cookie.Clone()
	foreign.Set("Origin", "http://elsewhere.example")
	if _, response, err := w.dial("", foreign); err == nil || response == nil || response.StatusCode != 403 {
		t.Errorf("a live socket of another site: %v", err)
	}
	own := cookie.Clone()
	own.Set("Origin", w.url)
	l, _, err := w.dial("", own)
	must(t, err)
	if l.next().Type != "snapshot" {
		t.Error("the first frame is no snapshot")
	}
	out := w.send("DELETE", "/api/v1/session", "", cookie)
	if out.status != 204 || !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %v", out.status, out.header)
	}
	if code := l.closeCode(); code != 4100 {
		t.Errorf("the live socket was closed with %d", code)
	}
	if r := w.send("GET", "/api/v1/session", "", cookie); r.status != 401 {
		t.Errorf("the cookie after signing out: %d", r.status)
	}
	// A page that asks whether somebody is signed in need not fail; a key that is not good does.
	for _, c := range []struct {
		path   string
		header http.Header
		status int
	}{
		{"/api/v1/session?optional=true", cookie, 204},
		{"/api/v1/session?optional=true", http.Header{}, 204},
		{"/api/v1/session?optional=false", http.Header{}, 401},
		{"/api/v1/session", http.Header{}, 401},
		{"/api/v1/session?optional=true", http.Header{"Authorization": {"Bearer izdeu_wrong"}}, 401},
		{"/api/v1/cases?optional=true", http.Header{}, 401},
		{"/api/v1/session?optional=true", http.Header{"Authorization": {"Bearer " + w.keys["admin"]}}, 200},
	} {
		if r := w.send("GET", c.path, "", c.header); r.status != c.status || c.status == 204 && r.body != "" {
			t.Errorf("GET %s with %v: %d %s, want %d", c.path, c.header, r.status, r.body, c.status)
		}
	}
	// A browser cannot see a status: it is told by a close code.
	ended, _, err := w.dial("", own)
	must(t, err)
	if code := ended.closeCode(); code != 4100 {
		t.Errorf("a live socket without a session was closed with %d", code)
	}
	for name := range testKeys {
		in := w.send("POST", "/api/v1/session", fmt.Sprintf(`{"key":%q}`, w.keys[name]), http.Header{})
		var who web.SessionAnswer
		in.into(t, &who)
		if in.status != 200 || who.ID == "" || who.Name != name || len(who.Roles) != 1 {
			t.Errorf("signing in as %s: %d %s", name, in.status, in.body)
		}
	}
}

func TestKeyIsLimited(t *testing.T) {
	w := newWorld(t, nil)
	for range 2000 {
		r := w.get("observer", "/api/v1/session")
		if r.status == http.StatusTooManyRequests {
			if r.header.Get("Retry-After") == "" || r.code() != "too-many-requests" {
				t.Errorf("%v %s", r.header, r.body)
			}
			if other := w.get("admin", "/api/v1/session"); other.status != 200 {
				t.Errorf("another key: %d", other.status)
			}
			return
		}
	}
	t.Error("2000 requests in a row were all answered")
}

func TestNewAPIKey(t *testing.T) {
	plain, key, err := web.NewAPIKey("x", []string{"observer"}, []string{"KZ-39"}, nil, nil)
	must(t, err)
	stored, err := json.Marshal(key)
	must(t, err)
	if !strings.HasPrefix(plain, "izdeu_") || len(plain) != len("izdeu_")+43 || strings.Contains(string(stored), plain) {
		t.Errorf("key %d letters", len(plain))
	}
	for name, wrong := range map[string]func() error{
		"no role":      func() error { _, _, err := web.NewAPIKey("x", nil, nil, nil, nil); return err },
		"unknown role": func() error { _, _, err := web.NewAPIKey("x", []string{"king"}, nil, nil, nil); return err },
		"no team":      func() error { _, _, err := web.NewAPIKey("x", []string{"team"}, nil, nil, nil); return err },
		"no system":    func() error { _, _, err := web.NewAPIKey("x", []string{"service"}, nil, nil, nil); return err },
		"region": func() error {
			_, _, err := web.NewAPIKey("x", []string{"office"}, []string{"KZ-99"}, nil, nil)
			return err
		},
	} {
		if wrong() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
