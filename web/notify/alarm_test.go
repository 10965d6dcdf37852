package notify

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paulmach/orb"
	dto "github.com/prometheus/client_model/go"

	"github.com/izdeu/izdeu/dispatch"
)

// flood files so many applications at once that nobody can be asked for.
func (w *world) flood(n int) {
	w.t.Helper()
	messages := make([]dispatch.Message, n)
	for i := range messages {
		messages[i] = w.filing()
	}
	w.send(messages...)
}

// counts gives how many alarms each body stands for.
func counts(bodies []WebhookBody) []int {
	var all []int
	for _, body := range bodies {
		all = append(all, body.Count)
	}
	return all
}

// One alarm for a flood, not three hundred: the first goes at once, the others
// of the window as one; and none is lost.
func TestFlood(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.coordinator("aigul", r.server.URL, "KZ-39")
		w.run()
		w.flood(300)
		after(time.Second)
		if got := counts(r.bodies()); !slices.Equal(got, []int{1}) {
			t.Fatalf("at once: %v, want one alarm of one", got)
		}
		w.flood(5)
		after(57 * time.Second)
		if got := counts(r.bodies()); len(got) != 1 {
			t.Fatalf("within the window: %v", got)
		}
		after(3 * time.Second)
		if got := counts(r.bodies()); !slices.Equal(got, []int{1, 304}) {
			t.Fatalf("after the window: %v, want the others as one", got)
		}
		w.flood(2) // within the window of the second alarm
		after(time.Second)
		if got := counts(r.bodies()); len(got) != 2 {
			t.Fatalf("after the second alarm: %v", got)
		}
		after(time.Minute)
		if got := counts(r.bodies()); !slices.Equal(got, []int{1, 304, 2}) {
			t.Fatalf("in the second window: %v", got)
		}
		after(5 * time.Minute)
		w.flood(1)
		after(time.Second)
		bodies := r.bodies()
		if got := counts(bodies); !slices.Equal(got, []int{1, 304, 2, 1}) {
			t.Fatalf("after a quiet time: %v", got)
		}
		w.flood(2)
		after(30 * time.Second)
		if got := counts(r.bodies()); len(got) != 4 {
			t.Fatalf("in the window of the fourth alarm: %v", got)
		}
		after(31 * time.Second)
		if got := counts(r.bodies()); !slices.Equal(got, []int{1, 304, 2, 1, 2}) {
			t.Fatalf("after the window of the fourth alarm: %v", got)
		}
		if b := bodies[1]; b.Type != dispatch.EventCaseUnanswered || b.Recipient.Type != "coordinator" || b.Recipient.ID != "aigul" ||
			!strings.Contains(b.Texts["ru"], "304") || b.ID == bodies[0].ID {
			t.Errorf("the second alarm: %+v", b)
		}
	})
}

// A flood that is cut by a restart is counted all the same.
func TestFloodAndRestart(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.coordinator("aigul", r.server.URL, "KZ-39")
		_, stop := w.run()
		w.flood(10)
		after(time.Second)
		stop()
		w.flood(20)
		w.run()
		after(2 * time.Minute)
		if got := counts(r.bodies()); !slices.Equal(got, []int{1, 29}) {
			t.Errorf("alarms: %v", got)
		}
	})
}

// Dead letters and life-threatening cases without a place are alarms as well.
func TestOtherAlarms(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.coordinator("aigul", r.server.URL, "KZ-39")
		w.coordinator("all", r.server.URL+"/all")
		w.run()
		w.send(dispatch.Message{DeadLetter: &dispatch.DeadLetter{At: time.Now(), Reason: "not-json", Value: []byte(personal)}})
		after(time.Second)
		lost := w.filing()
		lost.Filing.Location, lost.Filing.Urgency = nil, dispatch.LifeThreatening
		lost.Filing.NeedsReview = []dispatch.Review{{Pointer: "/location", Detail: "is missing", Holds: true}}
		w.send(lost)
		after(time.Second)
		var got []string
		for _, one := range r.all() {
			for _, word := range []string{"dead_letter", "case.opened"} {
				if strings.Contains(one.body, `"type":"`+word+`"`) {
					got = append(got, word)
				}
			}
			if !strings.Contains(one.body, `"id":"all"`) {
				t.Errorf("what has no region goes to whoever is for every region: %s", one.body)
			}
		}
		if !slices.Equal(got, []string{"dead_letter", "case.opened"}) {
			t.Errorf("alarms: %v", got)
		}
	})
}

// A team that could be taken from something routine needs somebody who decides.
func TestProposalWakesACoordinator(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.coordinator("aigul", r.server.URL, "KZ-39")
		small := func(id string, base orb.Point) {
			registration := &dispatch.TeamRegistration{ID: id, Name: id, Base: base, Kinds: dispatch.Kinds(), Capacity: 1, Answers: dispatch.AnswersManual, At: time.Now()}
			w.send(dispatch.Message{Identity: dispatch.TeamMessageIdentity(id, "team.registered", registration.At), Registration: registration})
		}
		filed := func(urgency dispatch.Urgency) *dispatch.Case {
			m := w.filing()
			m.Filing.Kind, m.Filing.Subjects, m.Filing.Urgency, m.Filing.Incident = dispatch.Emergency, nil, urgency, "fire"
			m.Filing.Reporter, m.Filing.Reference, m.Filing.Address = dispatch.Reporter{}, "", w.id("house")
			return w.send(m).Cases[0]
		}
		small("dos", kostanay)
		w.run()
		w.command(dispatch.CommandAccept, filed(dispatch.Routine), "dos")
		small("far", orb.Point{61.2, 52.19})
		danger := filed(dispatch.LifeThreatening)
		after(time.Second)
		bodies := r.bodies()
		if len(danger.Proposals) != 1 || len(bodies) != 1 || bodies[0].Type != dispatch.EventPreemptionProposed || !strings.Contains(bodies[0].Texts["ru"], "перенаправить") {
			t.Errorf("%+v, told %+v", danger.Proposals, bodies)
		}
	})
}

// Alarms that reach nobody are counted, and logged once a minute.
func TestAlarmsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var log strings.Builder
		n, stop := w.run(func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		w.flood(50)
		after(time.Second)
		w.flood(50)
		after(time.Minute)
		w.flood(1)
		after(time.Second)
		stop()
		if got := strings.Count(log.String(), "reaches nobody"); got != 2 {
			t.Errorf("logged %d times", got)
		}
		var counted dto.Metric
		must(t, n.metrics.deliveries.WithLabelValues("", "nobody").Write(&counted))
		if got := counted.GetCounter().GetValue(); got != 101 {
			t.Errorf("counted %v", got)
		}
	})
}

// Whom an alarm goes to.
func TestAlarmTargets(t *testing.T) {
	person := func(id string, regions ...string) *dispatch.Coordinator {
		return &dispatch.Coordinator{CoordinatorRegistration: dispatch.CoordinatorRegistration{ID: id, Regions: regions,
			Contacts: []dispatch.Contact{{Channel: dispatch.ChannelWebhook, Address: "http://127.0.0.1/" + id}}}}
	}
	silent := person("silent", "KZ-39")
	silent.Contacts = nil
	off := person("off", "KZ-39")
	off.Duty = &dispatch.DutyCalendar{Exceptions: []dispatch.DutyException{{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}}}
	browsers := []dispatch.PushSubscription{{ID: "p-39", Alarms: true, Regions: []string{"KZ-39"}}, {ID: "p-all", Alarms: true}, {ID: "p-team", Teams: []string{"dos"}}}
	for name, one := range map[string]struct {
		people  []*dispatch.Coordinator
		regions []string
		want    string
	}{
		"of the region":           {[]*dispatch.Coordinator{person("all"), person("k", "KZ-39", "KZ-10"), person("north", "KZ-59")}, []string{"KZ-39"}, "k p-39 p-all"},
		"of one of the regions":   {[]*dispatch.Coordinator{person("k", "KZ-39"), person("north", "KZ-59")}, []string{"KZ-59", "KZ-39"}, "k north p-39 p-all"},
		"of every region":         {[]*dispatch.Coordinator{person("all"), person("k", "KZ-39")}, []string{"KZ-59"}, "all p-all"},
		"without a way to reach":  {[]*dispatch.Coordinator{person("all"), silent}, []string{"KZ-39"}, "all p-39 p-all"},
		"off duty":                {[]*dispatch.Coordinator{off, person("k", "KZ-39")}, []string{"KZ-39"}, "k p-39 p-all"},
		"off duty in the region":  {[]*dispatch.Coordinator{off, person("all")}, []string{"KZ-39"}, "all p-39 p-all"},
		"all off duty":            {[]*dispatch.Coordinator{off}, []string{"KZ-39"}, "off p-39 p-all"},
		"no region":               {[]*dispatch.Coordinator{person("all"), person("k", "KZ-39")}, nil, "all p-39 p-all"},
		"nobody but the browsers": {nil, []string{"KZ-39"}, "p-39 p-all"},
	} {
		n := &Notifier{people: one.people}
		var got []string
		for _, to := range n.alarmTargets(one.regions, browsers, time.Now()) {
			got = append(got, to.ID)
		}
		if strings.Join(got, " ") != one.want {
			t.Errorf("%s: %v, want %s", name, got, one.want)
		}
	}
}

// hanging is a gateway that never answers.
type hanging struct{ http.RoundTripper }

func (h hanging) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == "hangs.example.org" {
		<-request.Context().Done()
		return nil, errors.New("no answer in time")
	}
	return h.RoundTripper.RoundTrip(request)
}

// A gateway that hangs keeps nobody else waiting, and its attempts end.
func TestHangingGateway(t *testing.T) {
	r := newReceiver(t, works)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.team("hangs", "http://hangs.example.org/")
		w.run(func(o *Options) { o.Webhooks.Transport = hanging{o.Webhooks.Transport} })
		for range 100 {
			w.file()
		}
		w.team("dos", r.server.URL)
		after(time.Second)
		w.file()
		after(time.Second)
		if len(r.all()) == 0 {
			t.Error("the other gateway was told nothing")
		}
		after(attemptTimeout)
		all, err := w.store.OpenDeliveries(t.Context(), 1000)
		must(t, err)
		tried := 0
		for _, one := range all {
			if one.Attempts > 0 && strings.Contains(one.Detail, "no answer in time") {
				tried++
			}
		}
		if tried < perHost {
			t.Errorf("%d attempts have ended", tried)
		}
	})
}

// What is told says the kind, the place and the time in every language, and no
// phrase is missing.
func TestTexts(t *testing.T) {
	by := time.Date(2026, 11, 21, 9, 5, 0, 0, time.UTC)
	notice := dispatch.Notice{About: dispatch.EventOffered, CaseID: "c", Number: "39-2026-000041", Kind: dispatch.Emergency, Urgency: dispatch.LifeThreatening,
		Region: "KZ-39", DistanceM: 11_200, AnswerBy: by, Exercise: true}
	for language, want := range map[string]text{
		"kk": {"ОҚУ-ЖАТТЫҒУ: Шақыру", "Қостанай облысы, төтенше жағдай, өмірге қауіп бар, 39-2026-000041. 12 км. Жауап беру уақыты: 14:05 дейін."},
		"ru": {"УЧЕНИЯ: Вызов", "Костанайская область, ЧС, угроза жизни, 39-2026-000041. 12 км. Ответьте до 14:05."},
		"en": {"EXERCISE: Call-out", "Kostanay Region, emergency, life-threatening, 39-2026-000041. 12 km. Answer by 14:05."},
		"":   {"ОҚУ-ЖАТТЫҒУ: Шақыру", "Қостанай облысы, төтенше жағдай, өмірге қауіп бар, 39-2026-000041. 12 км. Жауап беру уақыты: 14:05 дейін."},
	} {
		if got := textOf(&notice, language); got != want {
			t.Errorf("%q: %+v, want %+v", language, got, want)
		}
	}
	for about := range titles {
		for _, language := range languages {
			if titles[about].in(language) == "" {
				t.Errorf("%s has no title in %s", about, language)
			}
		}
	}
	for _, kind := range dispatch.EventTypes() {
		event := &dispatch.Event{Type: kind}
		event.Urgency = dispatch.LifeThreatening
		if audienceOf(event) != nobody && titles[kind][0] == "" {
			t.Errorf("%s wakes people and has no title", kind)
		}
	}
	for place, want := range map[string]string{"Костанай, Достык": "Костанай", "Достык 15, Костанай": "Костанай", "дом 3": "", "": "", "лес за Жуковкой": "лес за Жуковкой"} {
		if got := settlement(place); got != want {
			t.Errorf("%q: %q, want %q", place, got, want)
		}
	}
}
