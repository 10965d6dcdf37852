package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

var testTopics = NewTopics(DefaultPrefix)

// contractApplication is the sample of the contract with its dots filled in.
const contractApplication = `{"id":"102-2026-0417","kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","revision":1,
 "source":{"system":"102-kostanay","reference":"KUI 24391"},
 "reporter":{"name":"Айгүл Сейітқызы","phone":"+7 700 000 00 00","relation":"mother"},
 "location":{"type":"Point","coordinates":[63.62,53.21]},"accuracy_m":500,"place":"Kostanay, Dostyk street","address":"Dostyk 1, flat 7, third floor",
 "urgency":"life_threatening","call_out":"now","exercise":false,
 "subjects":[{"id":"s1","name":"Дәурен Сейітов","sex":"male","age":14,"category":"child_13_15",
              "description":"grey jacket, blue hat, black boots, carries a red rucksack","health":"asthma, has his inhaler with him","last_seen_at":"2026-11-21T08:00:00Z"}],
 "needs":{"teams":1,"skills":["snowmobile"]}}`

func decodeValue(topic, value string, headers ...kafka.Header) Decoded {
	return Decode(testTopics, &kafka.Message{Topic: topic, Partition: 2, Offset: 41, Time: time.UnixMilli(1795255320123),
		Value: []byte(value), Headers: headers})
}

func TestDecodeContractSample(t *testing.T) {
	message := decodeValue(testTopics.Applications, contractApplication).Message
	f := message.Filing
	if f == nil {
		t.Fatalf("no filing but %+v", message.DeadLetter)
	}
	if len(f.NeedsReview) != 0 {
		t.Fatalf("the sample needs review: %+v", f.NeedsReview)
	}
	if message.Identity != dispatch.ApplicationIdentity("102-kostanay", "102-2026-0417") || message.Source != (dispatch.Source{Topic: testTopics.Applications, Partition: 2, Offset: 41}) {
		t.Fatalf("identity or source is wrong: %+v", message)
	}
	s := f.Subjects[0]
	if f.System != "102-kostanay" || f.ID != "102-2026-0417" || f.Kind != dispatch.MissingPerson || f.Revision != 1 ||
		f.FiledAt.Format(time.RFC3339) != "2026-11-21T10:02:00Z" || f.Reference != "KUI 24391" ||
		f.Reporter != (dispatch.Reporter{Name: "Айгүл Сейітқызы", Phone: "+7 700 000 00 00", Relation: "mother"}) ||
		f.Location == nil || f.Location.Lon() != 63.62 || f.Location.Lat() != 53.21 || f.AccuracyM != 500 ||
		f.Place != "Kostanay, Dostyk street" || f.Address == "" || f.Urgency != dispatch.LifeThreatening ||
		f.CallOut != dispatch.CallOutNow || f.Exercise || f.Needs.Teams != 1 || !slices.Equal(f.Needs.Skills, []string{"snowmobile"}) ||
		s.ID != "s1" || s.Name != "Дәурен Сейітов" || s.Sex != "male" || *s.Age != 14 || s.Category != "child_13_15" ||
		s.Description == "" || s.Health == "" || s.LastSeenAt.Format(time.RFC3339) != "2026-11-21T08:00:00Z" {
		t.Fatalf("a field is wrong: %+v %+v", f, s)
	}
	if _, err := ReadApplication([]byte(contractApplication)); err != nil {
		t.Fatalf("read strictly: %v", err)
	}
}

// Each kind of the table becomes what the table says, whatever its number.
func TestBrokenKinds(t *testing.T) {
	kinds := BrokenKinds()
	if len(kinds) < 25 {
		t.Fatalf("only %d kinds", len(kinds))
	}
	names, applications := map[string]bool{}, map[string]string{}
	for _, kind := range kinds {
		if names[kind.Name] {
			t.Errorf("two kinds are called %q", kind.Name)
		}
		names[kind.Name] = true
		for n := range 3 {
			record := kind.Make(testTopics, n*len(kinds)+len(names))
			record.Offset = int64(n)
			got := Decode(testTopics, &record)
			if problem := checkBroken(kind, got); problem != "" {
				t.Errorf("%s: %s", kind.Name, problem)
			}
			if got.Message != nil && got.Message.Filing != nil {
				id := got.Message.Identity.String()
				if other, taken := applications[id]; taken {
					t.Errorf("%s and %s have the same application id", kind.Name, other)
				}
				applications[id] = kind.Name
			}
		}
	}
}

func checkBroken(kind BrokenKind, got Decoded) string {
	if kind.Becomes == BecomesCounted {
		if !got.WrongPosition || got.Message != nil || got.Position != nil {
			return fmt.Sprintf("became %+v", got)
		}
		return ""
	}
	m := got.Message
	if m == nil {
		return "became no message"
	}
	switch kind.Becomes {
	case BecomesDeadLetter:
		if m.DeadLetter == nil || m.DeadLetter.Reason != kind.Reason || m.DeadLetter.Detail == "" || m.Filing != nil || m.Command != nil {
			return fmt.Sprintf("became %+v", m)
		}
	case BecomesRefused:
		if m.Command == nil || m.Command.Invalid == nil || m.Command.Invalid.Pointer != kind.Reason || m.Command.ID == "" {
			return fmt.Sprintf("became %+v", m)
		}
	default:
		if m.Filing == nil || m.DeadLetter != nil {
			return fmt.Sprintf("became %+v", m.DeadLetter)
		}
		holds := false
		for _, review := range m.Filing.NeedsReview {
			holds = holds || review.Holds
		}
		switch {
		case kind.Becomes == BecomesCase && len(m.Filing.NeedsReview) > 0,
			kind.Becomes == BecomesReviewCase && holds,
			kind.Becomes == BecomesHeldCase && !holds:
			return fmt.Sprintf("needs review: %+v", m.Filing.NeedsReview)
		}
		if kind.Reason != "" && m.Filing.NeedsReview[0].Pointer != kind.Reason {
			return fmt.Sprintf("needs review: %+v", m.Filing.NeedsReview)
		}
		if m.Filing.Kind == dispatch.MissingPerson && len(m.Filing.Subjects) == 0 {
			return "nobody is sought"
		}
	}
	return ""
}

// A wrong field is never quoted: details are read by more people than the fields are.
func TestDetailsHoldNoValues(t *testing.T) {
	const secret = "zhasyryn" // "secret" in Kazakh; in no field name or detail
	for name, rule := range applicationRules {
		_ = rule
		value := fmt.Sprintf(`{"id":"%s %s","kind":"missing_person","%s":{"x":"%s"}}`, secret, secret, name, secret)
		if name == "id" || name == "kind" {
			value = fmt.Sprintf(`{"id":"%s","kind":"%s"}`, secret, secret)
		}
		m := decodeValue(testTopics.Applications, value).Message
		text := ""
		if m.DeadLetter != nil {
			text = m.DeadLetter.Detail
		} else {
			text = fmt.Sprint(m.Filing.NeedsReview)
		}
		if strings.Contains(text, secret) {
			t.Errorf("%s: %s", name, text)
		}
	}
	for name := range commandRules {
		m := decodeValue(testTopics.Commands, fmt.Sprintf(`{"command_id":"x","type":"case.outcome","case_id":"c1","outcome":"found","%s":[{"x":"%s"}]}`, name, secret)).Message
		if m.Command != nil && m.Command.Invalid != nil && strings.Contains(m.Command.Invalid.Error(), secret) {
			t.Errorf("%s: %s", name, m.Command.Invalid.Error())
		}
	}
}

func TestDecodeCloudEvents(t *testing.T) {
	header := func(key, value string) kafka.Header { return kafka.Header{Key: key, Value: []byte(value)} }
	plain := `{"id":"a1","kind":"emergency","location":{"type":"Point","coordinates":[63.62,53.21]},"incident":"ice"}`
	structured := `{"specversion":"1.0","id":"e1","source":"/112","type":"kz.izdeu.application.v1","time":"2026-11-21T10:02:00.5Z","data":` + plain + `}`
	moment := time.Date(2026, 11, 21, 10, 2, 0, 500e6, time.UTC).UnixMilli()
	want := decodeValue(testTopics.Applications, plain).Message.Filing
	for name, test := range map[string]struct {
		value    string
		headers  []kafka.Header
		revision int64
	}{
		"plain":                      {plain, nil, 0},
		"binary":                     {plain, []kafka.Header{header("ce_specversion", "1.0"), header("ce_id", "e1"), header("ce_source", "/112"), header("ce_type", "kz.izdeu.application.v1"), header("ce_time", "2026-11-21T10:02:00.5Z"), header("content-type", "application/json")}, moment},
		"binary with a wrong time":   {plain, []kafka.Header{header("ce_specversion", "1.0"), header("ce_time", "now")}, 0},
		"structured":                 {structured, []kafka.Header{header("content-type", "application/cloudevents+json; charset=UTF-8")}, moment},
		"structured without header":  {structured, nil, moment},
		"structured, data in base64": {`{"specversion":"1.0","type":"x","data_base64":"` + base64Of(plain) + `"}`, nil, 0},
	} {
		m := decodeValue(testTopics.Applications, test.value, test.headers...).Message
		if m.Filing == nil {
			t.Errorf("%s: %+v", name, m.DeadLetter)
			continue
		}
		f := *m.Filing
		if f.Revision != test.revision {
			t.Errorf("%s: revision %d instead of %d", name, f.Revision, test.revision)
		}
		f.Revision = 0
		if fmt.Sprintf("%+v", f.BodyHash) != fmt.Sprintf("%+v", want.BodyHash) || f.ID != want.ID || f.Incident != "ice" {
			t.Errorf("%s: %+v is not %+v", name, f, *want)
		}
	}
	// A later revision is told from the field where there is one.
	m := decodeValue(testTopics.Applications, strings.Replace(structured, `"id":"a1"`, `"id":"a1","revision":3`, 1)).Message
	if m.Filing.Revision != 3 {
		t.Errorf("revision %d", m.Filing.Revision)
	}
	// The envelope's type stands in for the message's.
	team := decodeValue(testTopics.Teams, `{"id":"t1","available":true}`, header("ce_specversion", "1.0"), header("ce_type", "kz.izdeu.team.availability.v1")).Message
	if team.Availability == nil || !team.Availability.Available {
		t.Errorf("team: %+v", team.DeadLetter)
	}
	command := decodeValue(testTopics.Commands, `{"specversion":"1.0","type":"kz.izdeu.case.reopen.v1","data":{"command_id":"k1","case_id":"c1"}}`).Message
	if command.Command == nil || command.Command.Type != dispatch.CommandReopen || command.Command.Invalid != nil {
		t.Errorf("command: %+v", command)
	}
}

func base64Of(text string) string {
	encoded, _ := json.Marshal([]byte(text))
	return strings.Trim(string(encoded), `"`)
}

func TestDecodeIDs(t *testing.T) {
	m := decodeValue(testTopics.Applications, `{"id":"КУИ 24391/2","kind":"emergency",`+brokenLocation+`}`).Message
	f := m.Filing
	if !strings.HasPrefix(f.ID, "h-") || !isID(f.ID) || f.OriginalID != "КУИ 24391/2" || f.System != "kafka" {
		t.Fatalf("%+v", f)
	}
	again := decodeValue(testTopics.Applications, `{"id":"КУИ 24391/2","kind":"emergency"}`).Message
	if again.Identity != m.Identity {
		t.Error("the same id gives another identity")
	}
	// A command names that application as its filer wrote it.
	c := decodeValue(testTopics.Commands, `{"command_id":"k","type":"case.reopen","application":{"system":"kafka","id":"КУИ 24391/2"}}`).Message.Command
	if c.Invalid != nil || c.Application.ID != f.ID {
		t.Errorf("%+v %+v", c.Application, c.Invalid)
	}
	if strings.Contains(decodeValue(testTopics.Applications, `{"id":"a\u0000b","kind":"emergency"}`).Message.Filing.ID, "\x00") {
		t.Error("U+0000 in an id")
	}
}

func TestDecodeSubjects(t *testing.T) {
	f := decodeValue(testTopics.Applications, `{"id":"a","kind":"missing_person",`+brokenLocation+`,"subjects":[{"name":"one"},{"id":"s1"},7,{"name":"four"}]}`).Message.Filing
	var ids []string
	for _, subject := range f.Subjects {
		ids = append(ids, subject.ID)
	}
	if !slices.Equal(ids, []string{"s2", "s1", "s3", "s4"}) {
		t.Errorf("ids %v", ids)
	}
	if f := decodeValue(testTopics.Applications, `{"id":"a","kind":"emergency",`+brokenLocation+`,"subjects":[{"id":"x"}]}`).Message.Filing; len(f.Subjects) != 0 || len(f.NeedsReview) != 1 {
		t.Errorf("an emergency with subjects: %+v", f)
	}
}

func TestDecodeTeam(t *testing.T) {
	value := `{"type":"team.registered","id":"region-10-lisakovsk","organisation":"Region-10","branch":"Lisakovsk",
 "name":"Region-10 Lisakovsk","base":{"type":"Point","coordinates":[62.49,52.54]},
 "kinds":["missing_person","emergency"],"skills":["dog","snowmobile"],"members":12,"capacity":1,
 "range_km":300,"answers":"manual","contacts":[{"channel":"webhook","address":"https://example.org/x"}],"at":"2026-11-21T10:02:00Z"}`
	m := decodeValue(testTopics.Teams, value).Message
	r := m.Registration
	if r == nil || r.ID != "region-10-lisakovsk" || r.Base.Lat() != 52.54 || r.Capacity != 1 || r.RangeKM != 300 || len(r.Contacts) != 1 || len(r.Kinds) != 2 {
		t.Fatalf("%+v %+v", r, m.DeadLetter)
	}
	if m.Identity != dispatch.TeamMessageIdentity("region-10-lisakovsk", "team.registered", r.At) {
		t.Error("identity")
	}
	// Defaults, and Kafka's time where the message has none.
	r = decodeValue(testTopics.Teams, `{"type":"team.registered","id":"t","base":{"type":"Point","coordinates":[62.49,52.54]}}`).Message.Registration
	if r.Capacity != 1 || r.Answers != dispatch.AnswersManual || len(r.Kinds) != 2 || r.At.UnixMilli() != 1795255320123 || r.Name != "t" || r.Transport != dispatch.ByCar {
		t.Errorf("%+v", r)
	}
	d := decodeValue(testTopics.Teams, strings.Replace(value, "62.49,52.54", "52.54,62.49", 1)).Message.DeadLetter
	if d == nil || !strings.HasPrefix(d.Detail, "/base: latitude and longitude are swapped") {
		t.Errorf("%+v", d)
	}
}

func TestDecodeDuty(t *testing.T) {
	const body = `{"type":"team.registered","id":"t","base":{"type":"Point","coordinates":[62.49,52.54]},"skills":["dog"],%s}`
	r := decodeValue(testTopics.Teams, fmt.Sprintf(body, `"duty":{"weekly":[{"days":["mon","tue"],"from":"20:00","to":"08:00"},{"days":["sat"],"from":"00:00","to":"24:00"}],
 "exceptions":[{"from":"2026-12-31T00:00:00+05:00","to":"2027-01-02T00:00:00+05:00","on":false}]},
 "certificates":[{"skill":"dog","expires_at":"2027-03-01T00:00:00Z"}]`)).Message.Registration
	if r == nil || len(r.Duty.Weekly) != 2 || r.Duty.Weekly[0].Days[1] != "tue" || r.Duty.Weekly[0].From != 20*60 || r.Duty.Weekly[1].To != 24*60 ||
		r.Duty.Exceptions[0].On || r.Duty.Exceptions[0].To.Hour() != 19 || r.Certificates[0].Skill != "dog" {
		t.Fatalf("%+v", r)
	}
	wrong := map[string]string{
		`"duty":[]`:                       "/duty: must be an object",
		`"duty":{"weekly":[{"days":[]}]}`: "/duty/weekly/0/days: must name a day",
		`"duty":{"weekly":[{"days":["mon"],"from":"24:00","to":"8:00"}]}`:                               "/duty/weekly/0/from: must be before 24:00",
		`"duty":{"weekly":[{"days":["mon"],"from":"20:00","to":"8:00"}]}`:                               "/duty/weekly/0/to: must be a time of day",
		`"duty":{"weekly":[{"days":["monday"],"from":"20:00","to":"08:00"}]}`:                           "/duty/weekly/0/days/0: must be one of mon",
		`"duty":{"weekly":[{"days":["mon"],"from":"20:00"}]}`:                                           "/duty/weekly/0/to: is required",
		`"duty":{"exceptions":[{"from":"2027-01-02T00:00:00Z","to":"2027-01-01T00:00:00Z","on":true}]}`: "/duty/exceptions/0/to: must be after from",
		`"duty":{"exceptions":[{"from":"2027-01-02T00:00:00Z","to":"2027-01-03T00:00:00Z"}]}`:           "/duty/exceptions/0/on: is required",
		`"certificates":[{"skill":"snowmobile","expires_at":"2027-03-01T00:00:00Z"}]`:                   "/certificates/0/skill: is not one of the team's skills",
		`"certificates":[{"skill":"dog"}]`:                                                              "/certificates/0/expires_at: is required",
	}
	for text, want := range wrong {
		if d := decodeValue(testTopics.Teams, fmt.Sprintf(body, text)).Message.DeadLetter; d == nil || !strings.HasPrefix(d.Detail, want) {
			t.Errorf("%s: %+v, want %s", text, d, want)
		}
	}
}

func TestDecodeCommands(t *testing.T) {
	c := decodeValue(testTopics.Commands, `{"command_id":"k1","type":"case.outcome","case_id":"c1","at":"2026-11-21T10:02:00+05:00",
 "actor":{"type":"coordinator","id":"u1","roles":["coordinator"],"regions":["KZ-39"]},"subject_id":"s1","outcome":"found","condition":"well",
 "found_by":"team","location":{"type":"Point","coordinates":[63.6,53.2]},"withhold":true,"capacity":"ignored"}`).Message.Command
	if c.Invalid != nil || c.Outcome != dispatch.OutcomeFound || c.Condition != dispatch.ConditionWell || !c.Withhold || c.Location == nil ||
		c.At.Format(time.RFC3339) != "2026-11-21T05:02:00Z" || c.Actor.ID != "u1" || c.Actor.Regions[0] != "KZ-39" {
		t.Fatalf("%+v %+v", c, c.Invalid)
	}
	u := decodeValue(testTopics.Commands, `{"command_id":"k2","type":"case.update","case_id":"c1","location":{"type":"Point","coordinates":[63.6,53.2]},"subjects":[{"age":14}],"urgency":"urgent","id":"other"}`).Message.Command
	if u.Invalid != nil || !slices.Equal(u.Given, []string{"/location", "/subjects", "/urgency"}) || u.Fields.Location == nil || u.Fields.ID != "" || *u.Fields.Subjects[0].Age != 14 || u.Fields.Subjects[0].ID != "" {
		t.Fatalf("%+v %+v", u, u.Invalid)
	}
	// A type from the future is decided on, not judged here.
	if c := decodeValue(testTopics.Commands, `{"command_id":"k3","type":"case.unknown","into":7}`).Message.Command; c.Invalid != nil || c.Type != "case.unknown" {
		t.Errorf("%+v", c)
	}
	// Every type that is decided has its fields here.
	for _, kind := range dispatch.CommandTypes() {
		if _, ok := commandFields[kind]; !ok {
			t.Errorf("no fields for %s", kind)
		}
	}
}

func TestDecodePosition(t *testing.T) {
	got := decodeValue(testTopics.Positions, `{"team_id":"t","position":{"type":"Point","coordinates":[62.49,52.54]},"accuracy_m":15}`)
	if got.Position == nil || got.Position.At.UnixMilli() != 1795255320123 || got.Position.AccuracyM != 15 || got.Message != nil || got.WrongPosition {
		t.Errorf("%+v", got)
	}
	// A phone whose clock runs ahead was there when Kafka got it, at the latest.
	for at, want := range map[string]int64{"2036-01-01T00:00:00Z": 1795255320123, "2026-11-21T10:01:59Z": 1795255319000} {
		got = decodeValue(testTopics.Positions, `{"team_id":"t","position":{"type":"Point","coordinates":[62.49,52.54]},"at":"`+at+`"}`)
		if got.Position == nil || got.Position.At.UnixMilli() != want {
			t.Errorf("at %s: %+v", at, got.Position)
		}
	}
}

func TestReadStrictly(t *testing.T) {
	pointers := func(err error) string {
		var invalid *dispatch.Invalid
		if !errors.As(err, &invalid) {
			return fmt.Sprint(err)
		}
		var list []string
		for _, field := range invalid.Fields {
			list = append(list, field.Pointer)
		}
		return strings.Join(list, " ")
	}
	for name, test := range map[string]struct{ body, want string }{
		"no JSON":             {`{`, ""},
		"a list":              {`[]`, ""},
		"too large":           {`"` + strings.Repeat("x", MaxRecordBytes) + `"`, ""},
		"nothing":             {`{}`, "/id /kind /filed_at /location"},
		"without subjects":    {`{"id":"a","kind":"missing_person","filed_at":"2026-11-21T10:02:00Z",` + brokenLocation + `}`, "/subjects"},
		"with empty subjects": {`{"id":"a","kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","subjects":[],` + brokenLocation + `}`, "/subjects"},
		"two wrong fields":    {strings.NewReplacer(`"age":14`, `"age":"x"`, `63.62,53.21`, `53.21,63.62`).Replace(contractApplication), "/location /subjects/0/age"},
		"an id with a slash":  {strings.Replace(contractApplication, "102-2026-0417", "102/2026", 1), "/id"},
	} {
		if _, err := ReadApplication([]byte(test.body)); err == nil || pointers(err) != test.want {
			t.Errorf("%s: %q instead of %q", name, pointers(err), test.want)
		}
	}
	if _, err := ReadCommand([]byte(`{"command_id":"k","type":"assignment.accept","case_id":"c1","eta_minutes":-1}`)); pointers(err) != "/eta_minutes /team_id" && pointers(err) != "/team_id /eta_minutes" {
		t.Errorf("command: %v", err)
	}
	if _, _, err := ReadTeam([]byte(`{"type":"team.registered"}`), time.Now()); pointers(err) != "/id /base" {
		t.Errorf("team: %v", err)
	}
	if _, _, err := ReadTeam([]byte(`{"id":"x"}`), time.Now()); pointers(err) != "/type" {
		t.Errorf("team without a type: %v", err)
	}
	if _, err := ReadPosition([]byte(`{"team_id":"t"}`), time.Now()); pointers(err) != "/position" {
		t.Errorf("position: %v", err)
	}
}

// What the reader of JSON hands out is what encoding/json reads.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{contractApplication, `{"a":[1,{"b":"\"}]"}],"":null}`, "\xef\xbb\xbf{} ", `{"a":1e400,"b":-0,"b":2}`, `"\ud800\u0000"`,
		`[true,false,null,-1.5e-3,0.1E+9,01,1.,-,"\q","\u12g4",tru]`, "[\"\x01\"]", strings.Repeat("[", 600) + strings.Repeat("]", 600)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, ok := parseValue(text)
		stripped := bytes.TrimPrefix(text, byteOrderMark)
		if valid := json.Valid(stripped); ok != valid && bytes.Count(stripped, []byte("["))+bytes.Count(stripped, []byte("{")) < maxDepth {
			t.Fatalf("taken as JSON: %v, by encoding/json: %v", ok, valid)
		}
		if !ok || !v.isObject() {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		v.eachMember(func(name []byte, member value) {
			if bytes.IndexByte(name, '\\') >= 0 || !json.Valid(member) {
				if !json.Valid(member) {
					t.Fatalf("%q is no value", member)
				}
				return
			}
			if member.isArray() {
				var elements []json.RawMessage
				if err := json.Unmarshal(member, &elements); err != nil {
					t.Fatal(err)
				}
				n := 0
				member.eachElement(func(i int, element value) bool {
					if !bytes.Equal(element, bytes.Trim(elements[i], " \t\r\n")) {
						t.Fatalf("element %d: %q instead of %q", i, element, elements[i])
					}
					n++
					return true
				})
				if n != len(elements) {
					t.Fatalf("%d of %d elements", n, len(elements))
				}
			}
		})
		for name, raw := range want {
			if strings.ContainsAny(name, "\\\ufffd") || !bytes.Contains(text, []byte(name)) {
				continue
			}
			if member, ok := v.member(name); ok && !bytes.Equal(member, raw) {
				// An escaped spelling of the same name may have come later.
				if !bytes.Contains(text, []byte(`\u`)) {
					t.Fatalf("%q: %q instead of %q", name, member, raw)
				}
			}
		}
	})
}

// Whatever comes, a record becomes exactly one thing, and the same each time.
func FuzzDecode(f *testing.F) {
	for i, kind := range BrokenKinds() {
		record := kind.Make(testTopics, i)
		if len(record.Value) < 1<<16 {
			f.Add(uint8(i), record.Key, record.Value, false)
		}
	}
	f.Add(uint8(0), []byte(nil), []byte(contractApplication), true)
	f.Add(uint8(slices.Index(testTopics.Inputs(), testTopics.Teams)), []byte(nil), []byte(`{"type":"team.registered","id":"t","base":{"type":"Point","coordinates":[62.49,52.54]},
 "skills":["dog"],"duty":{"weekly":[{"days":["mon"],"from":"20:00","to":"24:00"}],"exceptions":[{"from":"2027-01-02T00:00:00Z","to":"2027-01-03T00:00:00Z","on":true}]},
 "certificates":[{"skill":"dog","expires_at":"2027-03-01T00:00:00Z"}]}`), false)
	inputs := testTopics.Inputs()
	f.Add(uint8(slices.Index(inputs, testTopics.Positions)), []byte("7"), []byte(traccarRecord), false)
	f.Fuzz(func(t *testing.T, topic uint8, key, content []byte, binary bool) {
		record := kafka.Message{Topic: inputs[int(topic)%len(inputs)], Key: key, Value: content, Time: time.UnixMilli(1795255320123)}
		if binary {
			record.Headers = []kafka.Header{{Key: "ce_specversion", Value: []byte("1.0")}, {Key: "ce_time", Value: key}, {Key: "ce_type", Value: key}}
		}
		got, again := Decode(testTopics, &record), Decode(testTopics, &record)
		if record.Topic == testTopics.Positions {
			if got.Message != nil || (got.Position == nil) != got.WrongPosition {
				t.Fatalf("%+v", got)
			}
			if p := got.Position; p != nil && (!isID(p.TeamID) || geo.ValidPoint(p.Position) != nil || p.At.IsZero()) {
				t.Fatalf("%+v", p)
			}
			return
		}
		m := got.Message
		if m == nil || got.Position != nil || got.WrongPosition {
			t.Fatalf("%+v", got)
		}
		set := 0
		for _, is := range []bool{m.Filing != nil, m.Command != nil, m.Registration != nil, m.Availability != nil, m.DeadLetter != nil} {
			if is {
				set++
			}
		}
		if set != 1 || (m.DeadLetter == nil) == (m.Identity == dispatch.Identity{}) || m.Identity != again.Message.Identity {
			t.Fatalf("%+v", m)
		}
		if f := m.Filing; f != nil {
			if !isID(f.ID) || !isID(f.System) || !slices.Contains(kinds, f.Kind) || strings.ContainsRune(f.Place+f.Address+f.OriginalID, 0) {
				t.Fatalf("%+v", f)
			}
			if f.Kind == dispatch.MissingPerson && len(f.Subjects) == 0 {
				t.Fatal("nobody is sought")
			}
			if f.Location == nil && !slices.ContainsFunc(f.NeedsReview, func(r dispatch.Review) bool { return r.Holds }) {
				t.Fatal("without a location and not held")
			}
		}
	})
}

func BenchmarkDecodeApplication(b *testing.B) {
	record := kafka.Message{Topic: testTopics.Applications, Value: []byte(contractApplication), Time: time.Now()}
	b.SetBytes(int64(len(record.Value)))
	b.ReportAllocs()
	for b.Loop() {
		if Decode(testTopics, &record).Message.Filing == nil {
			b.Fatal("dead")
		}
	}
}

// The twin: encoding/json into one struct, without any of the checks.
func BenchmarkDecodeEncodingJSON(b *testing.B) {
	type application struct {
		ID, Kind, Place, Address, Urgency string
		FiledAt                           time.Time `json:"filed_at"`
		Revision                          int64
		Source                            struct{ System, Reference string }
		Reporter                          dispatch.Reporter
		Location                          struct {
			Type        string
			Coordinates []float64
		}
		AccuracyM float64 `json:"accuracy_m"`
		CallOut   string  `json:"call_out"`
		Exercise  bool
		Subjects  []struct {
			ID, Name, Sex, Category, Description, Health string
			Age                                          *int
			LastSeenAt                                   time.Time `json:"last_seen_at"`
		}
		Needs dispatch.Needs
	}
	b.SetBytes(int64(len(contractApplication)))
	b.ReportAllocs()
	for b.Loop() {
		var a application
		if err := json.Unmarshal([]byte(contractApplication), &a); err != nil {
			b.Fatal(err)
		}
	}
}
