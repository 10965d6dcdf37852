package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// rosterPath begins the address of a roster's page; the token follows. The
	// page and what it asks for are not part of the API: they may change with
	// every release.
	rosterPath = "/r/"
	// rosterBody bounds what a member sends.
	rosterBody = 8 << 10
	// secretLetters bounds the secret of a member's phone.
	leastSecret, mostSecret = 16, 100
	// mostAge bounds how long an answer may have waited on a phone.
	mostAge = 7 * 24 * time.Hour
)

// problemMinorEvent is the refusal of a minor at an event, in memberProblems.
const problemMinorEvent = dispatch.RefusedMinor + "-event"

// rosterAnswer is what a member's phone sends.
type rosterAnswer struct {
	ID     string          `json:"id"`     // of the answer; sent again it is applied once
	Secret string          `json:"secret"` // of the phone
	AgeS   float64         `json:"age_s"`  // seconds since it was given: the phone's clock may be wrong
	Member json.RawMessage `json:"member"`
}

// rosterState is what the page shows.
type rosterState struct {
	Phase     string      `json:"phase"` // go, return or over
	Team      string      `json:"team"`
	Event     bool        `json:"event,omitempty"` // minors may come with a guardian
	Minor     string      `json:"minor"`           // why a minor is refused
	Mark      string      `json:"mark,omitempty"`  // that it is an exercise, or a demo
	What      string      `json:"what,omitempty"`
	Place     string      `json:"place,omitempty"`
	Meeting   *orb.Point  `json:"meeting,omitempty"` // longitude, latitude
	When      string      `json:"when,omitempty"`
	DutyPhone string      `json:"duty_phone,omitempty"`
	ExpiresAt time.Time   `json:"expires_at"`
	Me        *memberHere `json:"me,omitempty"`
}

// memberHere is the member that the phone is, as it is known here.
type memberHere struct {
	Name   string          `json:"name,omitempty"`
	Answer dispatch.Answer `json:"answer"`
	ETA    string          `json:"eta,omitempty"`
	Seats  int             `json:"seats,omitempty"`
}

func (s *Server) registerRoster(mux *http.ServeMux) error {
	page, err := newRosterPage()
	if err != nil {
		return err
	}
	mux.HandleFunc("GET "+rosterPath+"{token}", func(w http.ResponseWriter, r *http.Request) {
		_, refused := s.rosterLink(r)
		page.serve(w, r, refused)
	})
	mux.HandleFunc("GET "+rosterPath+"{token}/state", s.rosterHandler(s.rosterState))
	mux.HandleFunc("POST "+rosterPath+"{token}/answer", s.rosterHandler(s.rosterAnswer))
	return nil
}

// rosterHandler answers with the state of a roster, or a problem in the
// member's language.
func (s *Server) rosterHandler(do func(context.Context, *http.Request, rosterLink) (int, *rosterState, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Robots-Tag", "noindex")
		link, refused := s.rosterLink(r)
		if refused == nil {
			status, state, err := do(r.Context(), r, link)
			if err == nil {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Cache-Control", "no-store")
				w.WriteHeader(status)
				_ = json.NewEncoder(w).Encode(state) // the phone may be gone
				return
			}
			refused = s.problemOf(r.Context(), err)
		}
		translated(refused, tongueOf(r)).write(w)
	}
}

// rosterLink reads the link of a request.
func (s *Server) rosterLink(r *http.Request) (rosterLink, *Problem) {
	link, err := s.links.read(r.PathValue("token"))
	switch {
	case errors.Is(err, errLinkExpired):
		return link, problem(http.StatusGone, codeLinkExpired, "Ask the team's lead for a fresh link.")
	case err != nil:
		if !s.strangers.Allow() {
			return link, tooMany()
		}
		return link, problem(http.StatusNotFound, codeLinkUnknown, "This is not the whole link. Ask the team's lead for it.")
	case !s.links.allow(link):
		return link, tooMany()
	}
	return link, nil
}

// rosterCase gives the case and the assignment of a link. It does not ask the
// board, which may be a moment behind: an answer must not seem lost.
func (s *Server) rosterCase(ctx context.Context, link rosterLink) (*dispatch.Case, *dispatch.Assignment, error) {
	gone := problem(http.StatusGone, dispatch.RefusedCaseEnded, "The search is over, or the team is not on it any more.")
	_, key, ok := dispatch.ParseCaseID(link.caseID)
	if !ok {
		return nil, nil, gone
	}
	c, err := s.caseByKey(ctx, key)
	if err != nil {
		return nil, nil, storeError(err)
	}
	if c == nil || c.ID != link.caseID {
		return nil, nil, gone
	}
	a := c.AssignmentRound(link.teamID, link.round)
	if a == nil {
		return nil, nil, gone
	}
	return c, a, nil
}

func (s *Server) rosterState(ctx context.Context, r *http.Request, link rosterLink) (int, *rosterState, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	state, err := s.rosterNow(ctx, link, r.Header.Get("Izdeu-Member"), tongueOf(r))
	return http.StatusOK, state, err
}

// rosterNow gives what a member sees. Once the team is called back nothing is
// told of the case any more, and nothing at all to who was not out.
func (s *Server) rosterNow(ctx context.Context, link rosterLink, secret, tongue string) (*rosterState, error) {
	c, a, err := s.rosterCase(ctx, link)
	if err != nil {
		return nil, err
	}
	me := c.Member(a.N, memberID(link, secret))
	state := &rosterState{Phase: "go", Team: s.teamName(ctx, a), DutyPhone: s.dutyPhone(), ExpiresAt: link.expires, Event: c.Kind == dispatch.VolunteerEvent}
	state.Minor = memberProblems[dispatch.RefusedMinor].in(tongue)
	if state.Event {
		state.Minor = memberProblems[problemMinorEvent].in(tongue)
	}
	if me != nil {
		state.Me = &memberHere{Name: me.Name, Answer: me.Answer, Seats: me.Seats}
		if !me.ETAAt.IsZero() {
			state.Me.ETA = localTime(me.ETAAt)
		}
	}
	switch {
	case a.Status.Committed():
		label, at := callOutTime(c)
		state.What, state.Place, state.When = whatHappened(tongue, c), publicPlace(tongue, c), label.in(tongue)+localTime(at)
		state.Meeting = meetingPoint(c)
		switch {
		case s.config.Demo:
			state.Mark = wordDemo.in(tongue)
		case c.Exercise:
			state.Mark = wordExercise.in(tongue)
		}
	case me != nil && me.Answer.Out():
		state.Phase = "return"
	case me == nil:
		return nil, problem(http.StatusGone, dispatch.RefusedCaseEnded, "The search is over, or the team is not on it any more.")
	default:
		state.Phase = "over"
	}
	return state, nil
}

// rosterAnswer sends what a member answers into Kafka and waits for the result.
func (s *Server) rosterAnswer(ctx context.Context, r *http.Request, link rosterLink) (int, *rosterState, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, rosterBody))
	if err != nil {
		return 0, nil, problem(http.StatusRequestEntityTooLarge, codeTooLarge, "An answer is a few words.")
	}
	var said rosterAnswer
	if err := json.Unmarshal(body, &said); err != nil {
		return 0, nil, invalidField("", "the body must be a JSON object in UTF-8")
	}
	if len(said.Secret) < leastSecret || len(said.Secret) > mostSecret {
		return 0, nil, invalidField("/secret", "must be 16 to 100 characters")
	}
	if len(said.ID) < 1 || len(said.ID) > 64 {
		return 0, nil, invalidField("/id", "must be 1 to 64 characters")
	}
	member, err := readObject(said.Member, "id")
	if err != nil {
		return 0, nil, invalidField("/member", "must be an object")
	}
	id := memberID(link, said.Secret)
	member.set("id", id)
	age := time.Duration(max(0, min(said.AgeS, mostAge.Seconds())) * float64(time.Second))
	command, err := json.Marshal(map[string]any{
		// An id of its own space: nobody's command can be taken by a link.
		"command_id": "roster:" + id + ":" + said.ID, "type": dispatch.CommandRosterAnswer, "team_id": link.teamID, "round": link.round,
		"at": s.clock().Add(-age).UTC().Truncate(time.Millisecond), "member": json.RawMessage(member.bytes())})
	if err != nil {
		return 0, nil, err
	}
	sending, stop := context.WithTimeout(ctx, sendLimit)
	defer stop()
	_, identity, err := s.config.Intake.SendCommand(sending, dispatch.Actor{Type: "member", ID: id}, link.caseID, command)
	if err != nil {
		return 0, nil, err
	}
	applied := s.awaitApplied(ctx, identity)
	switch {
	case applied == nil:
		return 0, nil, problem(http.StatusServiceUnavailable, codeTimeout, "It is taken in and not decided yet; send it again with the same id.").after(5 * time.Second)
	case !applied.Done:
		return 0, nil, problemOfRefusal(applied.Code, applied.Detail, "")
	}
	reading, enough := context.WithTimeout(ctx, queryLimit)
	defer enough()
	state, err := s.rosterNow(reading, link, said.Secret, tongueOf(r))
	return http.StatusOK, state, err
}

// tongueOf gives the language of a request: ?lang, or the browser's first that
// is one of ours.
func tongueOf(r *http.Request) string {
	asked := r.URL.Query().Get("lang") + "," + r.Header.Get("Accept-Language")
	for one := range strings.SplitSeq(asked, ",") {
		one, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(one)), ";")
		one, _, _ = strings.Cut(one, "-")
		for _, tongue := range tongues {
			if one == tongue {
				return tongue
			}
		}
	}
	return tongues[0]
}

// translated gives a problem with a detail in the member's language, where
// there is one.
func translated(p *Problem, tongue string) *Problem {
	code := strings.TrimPrefix(p.Type, problemPrefix)
	if code == dispatch.RefusedMinor && p.Detail == dispatch.MinorEventDetail {
		code = problemMinorEvent
	}
	if said, known := memberProblems[code]; known {
		p.Detail = said.in(tongue)
	}
	return p
}

// memberProblems say to a member what is wrong and what to do.
var memberProblems = map[string]phrase{
	dispatch.RefusedMinor: {
		"18 жасқа толмағандарға іздеуге және төтенше жағдайларға қатысуға болмайды: «Волонтерлік қызмет туралы» № 42-VI Заңның 2-1-тармағы. " +
			"Волонтерлік іс-шараларға ата-анаңызбен немесе қорғаншыңызбен келе аласыз.",
		"До 18 лет нельзя участвовать в поисках и в ликвидации ЧС: пункт 2-1 Закона «О волонтёрской деятельности» № 42-VI. " +
			"На волонтёрские мероприятия можно прийти с родителем или опекуном.",
		"Nobody under 18 may take part in searches and emergencies: Volunteering law No. 42-VI, paragraph 2-1. " +
			"You may come to volunteer events with a parent or guardian."},
	problemMinorEvent: {
		"18 жасқа дейін іс-шараға ата-анаңыздың немесе қорғаншыңыздың келісімімен, онымен бірге келе аласыз.",
		"До 18 лет на мероприятие можно прийти вместе с родителем или опекуном и с его согласия.",
		"Under 18 you may come together with a parent or guardian who agrees."},
	dispatch.RefusedCaseEnded: {"Іздеу аяқталды, барудың қажеті жоқ. Рақмет!", "Поиск завершён, ехать не нужно. Спасибо!", "The search has ended, nobody is needed any more. Thank you!"},
	dispatch.RefusedTransition: {"Бұл жауап қазір қабылданбайды. Жасақ жетекшісіне хабарлаңыз.", "Сейчас этот ответ не принимается. Сообщите руководителю отряда.",
		"This answer is not possible now. Tell the team's lead."},
	dispatch.RefusedNotAsked:   {"Жасақ бұл шақыруда жоқ.", "Отряд не на этом вызове.", "The team is not on this call."},
	dispatch.RefusedRosterFull: {"Тізім толды: жасақ жетекшісіне хабарлаңыз.", "Список заполнен: сообщите руководителю отряда.", "The roster is full: tell the team's lead."},
	dispatch.RefusedInvalid: {"Атыңызды және 18 жасқа толғаныңызды көрсетіңіз.", "Укажите имя и есть ли вам 18 лет.",
		"Give your name, and say whether you are 18 or older."},
	codeLinkUnknown: {"Сілтеме толық емес немесе қате. Жасақ жетекшісінен сұраңыз.", "Ссылка неполная или неверная. Попросите её у руководителя отряда.",
		"The link is not whole, or wrong. Ask the team's lead for it."},
	codeLinkExpired: {"Сілтеменің мерзімі өтті. Жасақ жетекшісінен жаңасын сұраңыз.", "Ссылка устарела. Попросите новую у руководителя отряда.",
		"The link has expired. Ask the team's lead for a new one."},
}
