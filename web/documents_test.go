package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
	"github.com/izdeu/izdeu/web"
)

// The AsyncAPI document names every event, command, topic, frame and field that
// the code has.
func TestAsyncAPIHoldsToTheCode(t *testing.T) {
	w := newWorld(t, nil)
	var document struct {
		AsyncAPI string
		Channels map[string]struct {
			Address  string
			Messages map[string]struct {
				Ref string `json:"$ref"`
			}
			CloseCodes map[string]string `json:"x-close-codes"`
		}
		Operations map[string]struct{ Action string }
		Components struct {
			Messages map[string]struct {
				Headers json.RawMessage
				Payload json.RawMessage
			}
			Schemas map[string]struct {
				Properties map[string]json.RawMessage
				Enum       []string
			}
		}
	}
	raw := w.get("observer", "/asyncapi.json")
	raw.into(t, &document)
	if document.AsyncAPI != "3.0.0" {
		t.Errorf("version %s", document.AsyncAPI)
	}
	topics := ingest.NewTopics("izdeu.")
	for channel, want := range map[string]string{"applications": topics.Applications, "teams": topics.Teams, "commands": topics.Commands,
		"positions": topics.Positions, "events": topics.Events, "deadletter": topics.DeadLetter, "live": "/api/v1/live"} {
		if got := document.Channels[channel].Address; got != want {
			t.Errorf("channel %s has the address %q, not %q", channel, got, want)
		}
		if document.Operations[channel].Action == "" {
			t.Errorf("channel %s has no operation", channel)
		}
	}
	if len(document.Channels) != 7 {
		t.Errorf("%d channels", len(document.Channels))
	}
	for name, channel := range document.Channels {
		for _, m := range channel.Messages {
			if _, ok := document.Components.Messages[strings.TrimPrefix(m.Ref, "#/components/messages/")]; !ok {
				t.Errorf("channel %s names %s, which is not there", name, m.Ref)
			}
		}
	}
	var events, commands []string
	for _, event := range dispatch.EventTypes() {
		events = append(events, "event."+string(event))
		if m := document.Components.Messages["event."+string(event)]; !strings.Contains(string(m.Headers), `"kz.izdeu.`+string(event)+`.v1"`) {
			t.Errorf("the headers of %s: %s", event, m.Headers)
		}
	}
	for _, command := range dispatch.CommandTypes() {
		commands = append(commands, "command."+string(command))
		if m := document.Components.Messages["command."+string(command)]; !strings.Contains(string(m.Payload), `"const":"`+string(command)+`"`) {
			t.Errorf("the payload of %s: %s", command, m.Payload)
		}
	}
	same(t, "events", slices.Sorted(maps.Keys(document.Channels["events"].Messages)), events)
	same(t, "commands", slices.Sorted(maps.Keys(document.Channels["commands"].Messages)), commands)
	for schema, of := range map[string]reflect.Type{"EventFields": reflect.TypeFor[dispatch.EventFields](), "EventSubject": reflect.TypeFor[dispatch.EventSubject](),
		"CaseView": reflect.TypeFor[web.CaseView](), "TeamView": reflect.TypeFor[web.TeamView](), "FrameView": reflect.TypeFor[web.FrameView](),
		"ApplicationBody": reflect.TypeFor[web.ApplicationBody](), "CommandBody": reflect.TypeFor[web.CommandBody](), "TeamBody": reflect.TypeFor[web.TeamBody]()} {
		var want []string
		for i := range of.NumField() {
			tag, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			want = append(want, tag)
		}
		same(t, "fields of "+schema, slices.Sorted(maps.Keys(document.Components.Schemas[schema].Properties)), want)
	}
	for _, frame := range []string{`"snapshot"`, `"changes"`} {
		if !strings.Contains(string(document.Components.Schemas["FrameView"].Properties["type"]), frame) {
			t.Errorf("the frame %s is not documented", frame)
		}
	}
	if codes := document.Channels["live"].CloseCodes; len(codes) != 8 || codes["4000"] == "" || codes["4100"] == "" || codes["4200"] == "" {
		t.Errorf("close codes %v", codes)
	}
	for _, reference := range strings.Split(raw.body, `"$ref":"`)[1:] {
		path, _, _ := strings.Cut(reference, `"`)
		if !resolves(raw.body, path) {
			t.Errorf("%s leads nowhere", path)
		}
	}
}

func TestOpenAPIReferencesResolve(t *testing.T) {
	w := newWorld(t, nil)
	raw := w.get("observer", "/openapi.json")
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			RequestBody *struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
	}
	raw.into(t, &document)
	if !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Errorf("version %s", document.OpenAPI)
	}
	for _, reference := range strings.Split(raw.body, `"$ref":"`)[1:] {
		path, _, _ := strings.Cut(reference, `"`)
		if !resolves(raw.body, path) {
			t.Errorf("%s leads nowhere", path)
		}
	}
	for path, want := range map[string]string{"/api/v1/applications": "ApplicationBody", "/api/v1/cases/{id}/commands": "CommandBody", "/api/v1/session": "SignIn"} {
		body := document.Paths[path]["post"].RequestBody
		if body == nil || !strings.HasSuffix(body.Content["application/json"].Schema.Ref, "/"+want) {
			t.Errorf("the body of POST %s: %+v", path, body)
		}
	}
	for _, path := range []string{"/docs", "/schemas/CaseView.json", "/openapi", "/openapi.yaml"} {
		if r := w.get("", path); r.status == 200 && !strings.Contains(r.body, "<title>Izdeu") {
			t.Errorf("%s is open: %s", path, r.body)
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: the document has\n%v\nthe code\n%v", what, got, want)
	}
}

func resolves(document, path string) bool {
	var at any
	if json.Unmarshal([]byte(document), &at) != nil {
		return false
	}
	for _, part := range strings.Split(strings.TrimPrefix(path, "#/"), "/") {
		object, ok := at.(map[string]any)
		if !ok {
			return false
		}
		if at, ok = object[part]; !ok {
			return false
		}
	}
	return true
}

// The documented bodies are what the strict reader of ingest takes: everything
// documented is understood, and nothing of it is called wrong.
func TestDocumentedBodiesAreReadable(t *testing.T) {
	at := time.Date(2026, 1, 3, 10, 0, 0, 0, time.UTC)
	age, total := 14, 3
	application := web.ApplicationBody{ID: "x", Kind: "missing_person", FiledAt: at, Revision: 2, Source: &web.SourceBody{System: "s", Reference: "r"},
		Reporter: &web.ReporterView{Name: "n", Phone: "p", Relation: "r"}, Location: &web.PointView{Type: "Point", Coordinates: [2]float64{63.6, 53.2}},
		AccuracyM: 10, Place: "p", Address: "a", Urgency: "urgent", CallOut: "hold", Exercise: true,
		Subjects: []web.SubjectBody{{ID: "s1", Name: "n", Sex: "male", Age: &age, Category: "child_13_15", Description: "d", Health: "h", Dangers: dispatch.Dangers(), LastSeenAt: &at}},
		Weather:  "blizzard",
		Needs:    &web.NeedsView{Teams: 2, AtMost: &total, Skills: []string{"dog"}}, SameAs: "cAAAA-7"}
	filing, err := ingest.ReadApplication(encode(t, application))
	must(t, err)
	if len(filing.NeedsReview) != 0 || filing.Reporter.Phone != "p" || filing.Reference != "r" || filing.Subjects[0].Health != "h" ||
		len(filing.Subjects[0].Dangers) != len(dispatch.Dangers()) || filing.Weather != "blizzard" || filing.SameAs != "cAAAA-7" || filing.Needs.Skills[0] != "dog" || *filing.Needs.AtMost != 3 {
		t.Errorf("%+v", filing)
	}
	emergency := web.ApplicationBody{ID: "x", Kind: "emergency", FiledAt: at, Location: application.Location, Incident: "flood",
		PeopleAtRisk: &web.PeopleView{Total: &total, Children: &total, Immobile: &total}}
	if filing, err = ingest.ReadApplication(encode(t, emergency)); err != nil || *filing.PeopleAtRisk.Immobile != 3 {
		t.Errorf("%v %+v", err, filing)
	}
	event := web.ApplicationBody{ID: "x", Kind: "volunteer_event", FiledAt: at, Location: application.Location,
		Event: &web.EventView{Title: "t", Direction: "d", StartsAt: &at, EndsAt: &at, VolunteersNeeded: 5}}
	if filing, err = ingest.ReadApplication(encode(t, event)); err != nil || filing.Event.VolunteersNeeded != 5 {
		t.Errorf("%v %+v", err, filing)
	}
	team := web.TeamBody{Type: "team.registered", ID: "x", Organisation: "o", Branch: "b", Name: "n", Base: *application.Location,
		Kinds: []dispatch.Kind{"emergency"}, Skills: []string{"dog"}, Members: 3, Capacity: 2, RangeKM: 10, Answers: "automatic", Transport: "boat",
		Duty: &web.DutyView{Weekly: []web.DutyShiftView{{Days: []dispatch.Weekday{"mon", "sun"}, From: "20:00", To: "08:00"}},
			Exceptions: []web.DutyExceptionView{{From: at, To: at.Add(time.Hour), On: true}}},
		Certificates: []web.CertificateView{{Skill: "dog", ExpiresAt: at}},
		Contacts:     []web.ContactBody{{Channel: "webhook", Address: "https://example.org/"}}, At: &at}
	registration, _, err := ingest.ReadTeam(encode(t, team), time.Time{})
	must(t, err)
	if registration.RangeKM != 10 || registration.Answers != "automatic" || registration.Transport != "boat" || len(registration.Contacts) != 1 ||
		registration.Duty.Weekly[0].From.String() != "20:00" || !registration.Duty.Exceptions[0].On || !registration.Certificates[0].ExpiresAt.Equal(at) {
		t.Errorf("%+v", registration)
	}
	until := at.Add(time.Hour)
	_, availability, err := ingest.ReadTeam(encode(t, web.AvailabilityBody{Type: "team.availability", ID: "x", Until: &until, At: &at}), time.Time{})
	must(t, err)
	if !availability.Until.Equal(until) {
		t.Errorf("%+v", availability)
	}
	coordinator, err := ingest.ReadCoordinator(encode(t, web.CoordinatorBody{Type: "coordinator.registered", ID: "x", Name: "n", Regions: []string{"KZ-39"},
		Contacts: team.Contacts, Language: "kk", At: &at, Duty: team.Duty}), time.Time{})
	must(t, err)
	if coordinator.Name != "n" || len(coordinator.Regions) != 1 || len(coordinator.Contacts) != 1 || coordinator.Language != "kk" || coordinator.Duty == nil || !coordinator.At.Equal(at) {
		t.Errorf("%+v", coordinator)
	}
	place, err := ingest.ReadPlace(encode(t, web.PlaceBody{Type: "place.registered", ID: "x", Names: web.PlaceNames{Kazakh: "k", Russian: "r", English: "e"},
		Also: []string{"a"}, Location: *application.Location, At: &at}), time.Time{})
	must(t, err)
	if place.Names.Kazakh != "k" || place.Names.English != "e" || len(place.Also) != 1 || place.Location[0] == 0 || !place.At.Equal(at) {
		t.Errorf("%+v", place)
	}
	position, err := ingest.ReadPosition(encode(t, web.PositionBody{TeamID: "x", Position: *application.Location, At: &at, AccuracyM: 5}), time.Time{})
	if err != nil || position.AccuracyM != 5 {
		t.Errorf("%v %+v", err, position)
	}
	for _, kind := range dispatch.CommandTypes() {
		command := web.CommandBody{CommandID: "c", Type: kind, CaseID: "ce-1", At: &at, TeamID: "x", Note: "n", ETAMinutes: &total, People: &total,
			Words: "w", Reason: "rescued", CallOut: "now", Urgency: "routine", Audience: "team", SubjectID: "s1", Outcome: "found", Condition: "well", FoundBy: "team",
			ConfirmedBy: "c", Identity: "confirmed", FamilyTold: true, ToldBy: "t", Role: "police", Location: application.Location, Round: 2,
			Into: "ce-2", Other: "ce-3", ApplicationIDs: []web.ApplicationRefBody{{System: "102", ID: "a"}},
			Channel: "webhook", About: "assignment.offered", Delivered: new(bool),
			Member:   &web.MemberBody{ID: "m", Name: "n", Phone: "p", Adult: new(bool), Guardian: true, Answer: "coming", ETAMinutes: &total, Seats: &total},
			Replaces: "y", To: "k-1", Point: "clue", CheckIn: &total}
		read, err := ingest.ReadCommand(encode(t, command))
		if err != nil || read.Type != kind || read.CaseID != "ce-1" {
			t.Errorf("%s: %v %+v", kind, err, read)
			continue
		}
		var understood bool
		switch kind {
		case dispatch.CommandAccept:
			understood = *read.ETAMinutes == 3 && read.Words == "w" && *read.People == 3 && read.TeamID == "x"
		case dispatch.CommandOutcome:
			understood = read.Confirmed == "c" && read.FamilyTold && read.Location != nil && read.SubjectID == "s1"
		case dispatch.CommandFamilyTold:
			understood = read.ToldBy == "t" && read.Role == "police"
		case dispatch.CommandRosterAnswer:
			m := read.Member
			understood = read.Round == 2 && m.ID == "m" && m.Name == "n" && m.Phone == "p" && !*m.Adult && m.Guardian && m.Answer == "coming" && *m.ETAMinutes == 3 && *m.Seats == 3
		case dispatch.CommandMerge:
			understood = read.Into == "ce-2"
		case dispatch.CommandApart:
			understood = read.Other == "ce-3"
		case dispatch.CommandSplit:
			understood = len(read.Applications) == 1 && read.Applications[0] == dispatch.ApplicationRef{System: "102", ID: "a"}
		case dispatch.CommandUrgency:
			understood = read.Urgency == dispatch.Routine && read.Reason == "rescued"
		case dispatch.CommandAssign:
			understood = read.Replaces == "y" && read.Reason == "rescued"
		case dispatch.CommandHandOver:
			understood = read.To == "k-1"
		case dispatch.CommandPoint:
			understood = read.Point == "clue" && read.Location != nil
		case dispatch.CommandUpdate:
			understood = *read.CheckIn == 3
		case dispatch.CommandNote:
			understood = read.Note == "n" && read.Audience == "team"
		default:
			understood = true
		}
		if !understood {
			t.Errorf("%s was read as %+v", kind, read)
		}
	}
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(fmt.Errorf("%T: %w", value, err))
	}
	return b
}
