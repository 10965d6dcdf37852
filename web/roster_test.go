package web_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/web"
)

// rosterWorld has a case that dos has accepted, and the link of its roster.
func rosterWorld(t *testing.T) (w *world, a, link string) {
	t.Helper()
	w, a, _ = kostanay(t)
	w.done("team", a, `{"type":"assignment.accept","command_id":"accept"}`)
	return w, a, w.callOut(a, "ru").Link
}

func (w *world) callOut(caseID, language string) web.CallOutAnswer {
	w.t.Helper()
	r := w.get("team", "/api/v1/cases/"+caseID+"/call-out?lang="+language)
	if r.status != http.StatusOK {
		w.t.Fatalf("call-out: %d %s", r.status, r.body)
	}
	var answer web.CallOutAnswer
	r.into(w.t, &answer)
	return answer
}

// phone is a member's phone.
type phone struct {
	w            *world
	link, secret string
	language     string
}

func (w *world) phone(link, name string) *phone {
	return &phone{w: w, link: strings.TrimPrefix(link, w.url), secret: "the-secret-of-" + name, language: "ru"}
}

func (p *phone) header() http.Header {
	return http.Header{"Izdeu-Member": {p.secret}, "Accept-Language": {p.language + "-KZ,en;q=0.5"}}
}

func (p *phone) state() reply {
	return p.w.send(http.MethodGet, p.link+"/state", "", p.header())
}

// answer sends what the member says; age is how long it has waited.
func (p *phone) answer(id, member string, age time.Duration) reply {
	body := fmt.Sprintf(`{"id":%q,"secret":%q,"age_s":%g,"member":%s}`, id, p.secret, age.Seconds(), member)
	return p.w.send(http.MethodPost, p.link+"/answer", body, p.header())
}

func (p *phone) says(id, member string) {
	p.w.t.Helper()
	if r := p.answer(id, member, 0); r.status != http.StatusOK {
		p.w.t.Fatalf("%s: %d %s", member, r.status, r.body)
	}
}

// assignment gives the team's assignment as a key sees it.
func (w *world) assignment(key, caseID string) web.AssignmentView {
	w.t.Helper()
	var c web.CaseView
	w.get(key, "/api/v1/cases/"+caseID).into(w.t, &c)
	if len(c.Assignments) == 0 {
		w.t.Fatalf("%s sees no assignments", key)
	}
	return c.Assignments[0]
}

const (
	memberName  = "Membermarker"
	memberPhone = "+77015550188"
	coming      = `{"name":"` + memberName + `","phone":"` + memberPhone + `","adult":true,"answer":"coming","eta_minutes":40,"seats":3}`
)

func TestRosterByTwoPhones(t *testing.T) {
	w, a, link := rosterWorld(t)
	one, two := w.phone(link, "one"), w.phone(w.callOut(a, "kk").Link, "two")
	var state struct {
		Phase, What, Place, Team string
		Me                       *struct {
			Answer string
			Seats  int
		}
	}
	one.state().into(t, &state)
	if state.Phase != "go" || state.What != "пропал мальчик, 14 лет" || state.Place != markPlace || state.Team != "Team dos" || state.Me != nil {
		t.Errorf("%+v", state)
	}
	one.says("1", coming)
	for range 3 { // a bad line sends it again
		one.says("1", coming)
	}
	two.says("1", strings.Replace(coming, `"seats":3`, `"seats":1`, 1))
	one.state().into(t, &state)
	if state.Me == nil || state.Me.Answer != "coming" || state.Me.Seats != 3 {
		t.Errorf("%+v", state.Me)
	}
	seen := w.assignment("team", a)
	if want := (web.RosterView{Coming: 2, Seats: 4, NotBack: 2}); *seen.Roster != want || seen.People != 2 || len(seen.Members) != 2 ||
		seen.Members[0].Name != memberName || seen.Members[0].Phone != memberPhone {
		t.Errorf("%+v %+v", seen.Roster, seen)
	}
	var timeline web.TimelineAnswer
	w.get("coordinator", "/api/v1/cases/"+a+"/timeline").into(t, &timeline)
	answers := 0
	for _, event := range timeline.Events {
		if event.Type == dispatch.EventRoster {
			answers++
		}
	}
	if answers != 2 {
		t.Errorf("%d answers are in the timeline: sent again it was applied again", answers)
	}

	// Nobody changes another's answer without the secret of that phone; the id
	// that the lead sees is not it.
	thief := &phone{w: w, link: one.link, secret: seen.Members[0].ID}
	thief.answer("9", `{"answer":"not_coming"}`, 0)
	if now := w.assignment("team", a); now.Members[0].Answer != "coming" {
		t.Errorf("another phone answered for the first: %+v", now.Members)
	}
	one.says("2", `{"answer":"arrived"}`)

	// The search ends: who is out hears it, the others are told nothing.
	w.done("coordinator", a, `{"type":"case.outcome","command_id":"end","outcome":"found","condition":"well","found_by":"team"}`)
	w.settled()
	for _, p := range []*phone{one, two} {
		p.state().into(t, &state)
		if r := p.state(); state.Phase != "return" || strings.Contains(r.body, "what") || strings.Contains(r.body, markPlace) {
			t.Errorf("%s", r.body)
		}
	}
	stranger := w.phone(link, "stranger")
	if r := stranger.state(); r.status != http.StatusGone || r.code() != "case-ended" {
		t.Errorf("a stranger after the end: %d %s", r.status, r.body)
	}
	if r := stranger.answer("1", coming, 0); r.status != http.StatusConflict || r.code() != "case-ended" || !strings.Contains(r.body, "Поиск завершён") {
		t.Errorf("a stranger comes after the end: %d %s", r.status, r.body)
	}
	w.done("team", a, `{"type":"assignment.returned","command_id":"returned"}`)
	one.says("3", `{"answer":"home"}`)
	if seen = w.assignment("coordinator", a); seen.Roster.NotBack != 1 || seen.Roster.Home != 1 || seen.PeopleReturned != 1 {
		t.Errorf("%+v %+v", seen.Roster, seen)
	}
	// The lead answers for who has lost the phone.
	for _, m := range seen.Members[:2] {
		w.done("team", a, fmt.Sprintf(`{"type":"roster.answer","command_id":"for-%s","team_id":"dos","member":{"id":%q,"answer":"home"}}`, m.ID, m.ID))
	}
	if seen = w.assignment("observer", a); seen.Roster.NotBack != 0 || seen.Roster.Home != 2 || seen.PeopleReturned != 2 {
		t.Errorf("%+v %+v", seen.Roster, seen)
	}
	w.settled()
	if one.state().into(t, &state); state.Phase != "over" {
		t.Errorf("%+v", state)
	}
	_, err := dispatch.Verify(context.Background(), w.store, func(v dispatch.Violation) { t.Errorf("%+v", v) }, nil)
	must(t, err)
}

func TestRosterLinksCannotBeForged(t *testing.T) {
	w, a, link := rosterWorld(t)
	token := link[strings.LastIndex(link, "/")+1:]
	good := w.phone(link, "one")
	content, err := base64.RawURLEncoding.DecodeString(token)
	must(t, err)
	for i := range content {
		altered := append([]byte{}, content...)
		altered[i] ^= 1
		p := w.phone("/r/"+base64.RawURLEncoding.EncodeToString(altered), "one")
		if r := p.state(); r.status != http.StatusNotFound || r.code() != "link-unknown" {
			t.Fatalf("byte %d altered: %d %s", i, r.status, r.body)
		}
		if i == 40 {
			break // strangers are slowed down
		}
	}
	for _, forged := range []string{"x", token[:len(token)-1], token + "A", strings.Repeat("A", 2000), url.PathEscape("ё")} {
		if r := w.phone("/r/"+forged, "one").answer("1", coming, 0); r.status != http.StatusNotFound {
			t.Errorf("%.20s: %d %s", forged, r.status, r.body)
		}
	}
	// The secret of another installation signs nothing here.
	other, b, _ := rosterWorld(t)
	if r := w.phone("/r/"+other.callOut(b, "kk").Link[strings.LastIndex(other.callOut(b, "kk").Link, "/")+1:], "one").state(); r.status != http.StatusNotFound {
		t.Errorf("a link of another installation: %d %s", r.status, r.body)
	}

	good.says("1", coming)
	w.clock.Store(int64(23 * time.Hour))
	if r := good.state(); r.status != http.StatusOK {
		t.Errorf("after 23 h: %d %s", r.status, r.body)
	}
	fresh := w.phone(w.callOut(a, "kk").Link, "one")
	w.clock.Store(int64(25 * time.Hour))
	for _, language := range []string{"kk", "ru", "en"} {
		good.language = language
		r := good.answer("2", `{"answer":"arrived"}`, 0)
		if r.status != http.StatusGone || r.code() != "link-expired" || !strings.Contains(r.body, map[string]string{"kk": "мерзімі", "ru": "устарела", "en": "expired"}[language]) {
			t.Errorf("expired, in %s: %d %s", language, r.status, r.body)
		}
	}
	if r := w.send(http.MethodGet, good.link, "", nil); r.status != http.StatusGone {
		t.Errorf("the page of an expired link: %d", r.status)
	}
	// A fresh link knows the same phone.
	var state struct{ Me *struct{ Answer string } }
	if fresh.state().into(t, &state); state.Me == nil || state.Me.Answer != "coming" {
		t.Errorf("%+v", state)
	}
}

func TestRosterTellsMinorsWhy(t *testing.T) {
	w, a, link := rosterWorld(t)
	p := w.phone(link, "one")
	for language, want := range map[string]string{"kk": "«Волонтерлік қызмет туралы» № 42-VI Заңның 2-1-тармағы", "ru": "пункт 2-1 Закона «О волонтёрской деятельности» № 42-VI", "en": "No. 42-VI, paragraph 2-1"} {
		p.language = language
		r := p.answer("young-"+language, strings.Replace(coming, "true", "false", 1), 0)
		if r.status != http.StatusConflict || r.code() != "minor" || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d %s", language, r.status, r.body)
		}
	}
	if seen := w.assignment("team", a); seen.Roster != nil || len(seen.Members) != 0 {
		t.Errorf("%+v", seen.Roster)
	}
	for member, pointer := range map[string]string{
		`{"name":"n","answer":"coming"}`:               "", // the age is asked where it is decided
		`{"name":"n","adult":"yes","answer":"coming"}`: "/member/adult",
		`{"name":"n","adult":true,"answer":"asleep"}`:  "/member/answer",
		`{"adult":true}`: "/member/answer",
		`{"name":7,"adult":true,"answer":"coming"}`:                     "/member/name",
		`{"name":"` + strings.Repeat("я", 101) + `","answer":"coming"}`: "/member/name",
		`{"seats":61,"answer":"coming"}`:                                "/member/seats",
	} {
		r := p.answer("wrong", member, 0)
		var problem web.Problem
		r.into(t, &problem)
		if r.code() != "invalid" || pointer != "" && (r.status != http.StatusUnprocessableEntity || len(problem.Errors) != 1 || problem.Errors[0].Pointer != pointer) {
			t.Errorf("%s: %d %s, want %s", member, r.status, r.body, pointer)
		}
	}
	if r := p.answer("wrong", `{"ID":"x","answer":"coming"}`, 0); r.status != http.StatusUnprocessableEntity {
		t.Errorf("another spelling of id: %d %s", r.status, r.body)
	}
}

// An answer that waited on a phone while the search ended is taken: who is out
// must come back.
func TestRosterTakesWhatWaited(t *testing.T) {
	w, a, link := rosterWorld(t)
	w.done("coordinator", a, `{"type":"case.outcome","command_id":"end","outcome":"found","condition":"well","found_by":"team"}`)
	p := w.phone(link, "one")
	if r := p.answer("1", coming, time.Hour); r.status != http.StatusOK || !strings.Contains(r.body, `"phase":"return"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if seen := w.assignment("team", a); seen.Roster == nil || seen.Roster.NotBack != 1 {
		t.Errorf("%+v", seen.Roster)
	}
}

func TestCallOutTellsLittle(t *testing.T) {
	w, a, link := rosterWorld(t)
	w.phone(link, "one").says("1", coming)
	for language, want := range map[string]string{"kk": "14 жастағы ұл бала жоғалды", "ru": "пропал мальчик, 14 лет", "en": "a boy, 14, is missing"} {
		said := w.callOut(a, language)
		if !strings.Contains(said.Text, want) || !strings.Contains(said.Text, said.Link) || len([]rune(said.Text)) > 500 {
			t.Errorf("%s", said.Text)
		}
		for _, marker := range []string{markName, markPhone, "Addressmarker", "Descriptionmarker", "Healthmarker", "Reportermarker", "63.6", memberName} {
			if strings.Contains(said.Text, marker) {
				t.Errorf("%s is in %s", marker, said.Text)
			}
		}
		if until := time.Until(said.ExpiresAt); until < 23*time.Hour || until > 24*time.Hour {
			t.Errorf("expires in %s", until)
		}
	}
	if r := w.get("team", "/api/v1/cases/"+a+"/call-out?lang=de"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("another language: %d %s", r.status, r.body)
	}
	w.done("admin", a, `{"type":"case.assign","command_id":"too","team_id":"north"}`)
	if r := w.get("other team", "/api/v1/cases/"+a+"/call-out?team_id=dos"); r.status != http.StatusForbidden {
		t.Errorf("another team's link: %d %s", r.status, r.body)
	}
	if r := w.get("coordinator", "/api/v1/cases/"+a+"/call-out?team_id=dos"); r.status != http.StatusOK {
		t.Errorf("a coordinator: %d %s", r.status, r.body)
	}
}

// The link begins with the address by which phones reach the server.
func TestLinksLeadToThePublicAddress(t *testing.T) {
	for _, test := range []struct {
		change func(*web.Config)
		header string
		want   string
	}{
		{func(*web.Config) {}, "", "http://127.0.0.1:"},
		{func(*web.Config) {}, "https", "https://127.0.0.1:"},
		{func(c *web.Config) { c.SecureCookies = true }, "https", "https://127.0.0.1:"},
		{func(c *web.Config) { c.PublicURL = "https://izdeu.example.org" }, "", "https://izdeu.example.org/r/"},
	} {
		w := newWorld(t, test.change)
		w.team("dos", 63.62, 53.21)
		a := w.file("service", "app-a", 63.61, 53.21)
		w.done("team", a, `{"type":"assignment.accept","command_id":"accept"}`)
		r := w.send(http.MethodGet, "/api/v1/cases/"+a+"/call-out", "", http.Header{"Authorization": {"Bearer " + w.keys["team"]}, "X-Forwarded-Proto": {test.header}})
		var said web.CallOutAnswer
		if r.into(t, &said); !strings.HasPrefix(said.Link, test.want) {
			t.Errorf("%s, want %s", said.Link, test.want)
		}
	}
}

// Who is on a roster is read by the team itself and by those who lead, and
// nowhere else.
func TestMembersAreNotTold(t *testing.T) {
	w, a, link := rosterWorld(t)
	l := map[string]*live{}
	for key := range w.keys {
		l[key] = w.live(key, "")
	}
	w.done("admin", a, `{"type":"case.assign","command_id":"too","team_id":"north"}`)
	w.done("other team", a, `{"type":"assignment.accept","command_id":"joined"}`)
	w.phone(link, "one").says("1", coming)
	w.settled()
	head, err := w.store.Head(context.Background())
	must(t, err)
	allowed := map[string]bool{"admin": true, "coordinator": true, "office": true, "team": true, "other coordinator": true}
	for key := range w.keys {
		p := newPicture()
		if key != "other service" {
			l[key].follow(p, key+" has seen it", func() bool { return p.position == head.String() })
		}
		all := w.everything(key, a, a) + l[key].raw.String()
		for _, marker := range []string{memberName, memberPhone} {
			if told := strings.Contains(all, marker); told != allowed[key] {
				t.Errorf("%s reads %s: %t", key, marker, told)
			}
		}
	}
	events, err := w.store.Events(context.Background(), 0, 1000)
	must(t, err)
	text, err := json.Marshal(events)
	must(t, err)
	if strings.Contains(string(text)+w.log.String(), memberName) || strings.Contains(string(text)+w.log.String(), memberPhone) {
		t.Error("the journal or the log tells who the member is")
	}
	if strings.Contains(w.log.String(), link[strings.LastIndex(link, "/")+1:]) {
		t.Error("the log tells the link")
	}
}

func TestRosterPageIsStrict(t *testing.T) {
	w, _, link := rosterWorld(t)
	r := w.send(http.MethodGet, strings.TrimPrefix(link, w.url), "", http.Header{"Accept-Encoding": {"identity"}})
	if r.status != http.StatusOK || len(r.body) > 30<<10 {
		t.Errorf("%d, %d bytes", r.status, len(r.body))
	}
	policy := r.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'sha256-") || strings.Contains(policy, "unsafe") ||
		r.header.Get("Referrer-Policy") != "no-referrer" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", r.header)
	}
	for _, marker := range []string{markName, markPlace, "Team dos"} {
		if strings.Contains(r.body, marker) {
			t.Errorf("the page itself, which messengers look at, tells %s", marker)
		}
	}
	if strings.Contains(r.body, "/* words */") || strings.Contains(r.body, "/* script */") || strings.Contains(r.body, "/* style */") {
		t.Error("a part of the page is missing")
	}
}
