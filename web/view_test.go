package web

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/dispatch"
)

var everyRight = newViewer([]Role{RoleAdmin}, nil, nil, nil)

// fill sets every field of a struct to something that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(1_760_000_000_000 + int64(*n)).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(*n % 100))
	case reflect.Float64:
		v.SetFloat(float64(*n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("fill does not know " + v.Kind().String())
	}
}

// fullCases give, together, every field that a view can have.
func fullCases() []*dispatch.Case {
	n := 0
	var sealed, told dispatch.Case
	for _, c := range []*dispatch.Case{&sealed, &told} {
		fill(reflect.ValueOf(c).Elem(), &n)
		c.Assignments[0].PositionAt = c.Assignments[0].OfferedAt.Add(-time.Minute)
		c.Subjects[0].N, c.Sealed[0].Subject = 1, 1
		c.Subjects[0].MovedTo = 0
		c.Joined[0].Application = c.Applications[0].Key
		c.Members[0].Assignment, c.Members[0].Answer, c.Members[0].Served = c.Assignments[0].N, dispatch.AnswerArrived, time.Hour
	}
	sealed.MergedInto = dispatch.CaseRef{}
	sealed.Sealed[0].ReleasedAt, sealed.Sealed[0].SupersededAt = time.Time{}, time.Time{}
	sealed.Assignments[0].Status = dispatch.AssignmentOffered
	told.Assignments[0].Status = dispatch.AssignmentReturned
	onItsWay := told.Assignments[0]
	onItsWay.Status, onItsWay.ETAAt = dispatch.AssignmentEnRoute, time.Time{}
	onItsWay.DistanceM, onItsWay.Pace = 60_000, dispatch.Pace{Microseconds: 78_000, Permille: 1500, Assumed: true}
	told.Assignments = append(told.Assignments, onItsWay)
	told.Assignments[0].FinishedAt = told.Assignments[0].EnRouteAt.Add(90 * time.Minute)
	told.Assignments[0].PositionAt = time.Time{}
	told.Assignments[0].StalePositionAt = told.Assignments[0].OfferedAt.Add(-time.Hour)
	merged := told
	told.MergedInto = dispatch.CaseRef{}
	return []*dispatch.Case{&sealed, &told, &merged}
}

// decodeStrictly reads a view into its documented type: a field that is not
// documented is an error.
func decodeStrictly(t testing.TB, b []byte, view any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(view); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
}

// sameJSON compares what was appended with what encoding/json makes of the
// documented type: the same fields in the same order with the same values.
func sameJSON(t testing.TB, appended []byte, view any) {
	t.Helper()
	decodeStrictly(t, appended, view)
	var want strings.Builder
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(view); err != nil {
		t.Fatal(err)
	}
	if got := string(appended) + "\n"; got != want.String() {
		t.Errorf("appended\n%s\nbut the documented type makes\n%s", got, want.String())
	}
}

func TestViewsAreWhatIsDocumented(t *testing.T) {
	merged := map[string]bool{}
	for _, c := range fullCases() {
		b := appendCase(nil, c, everyRight, everyRight.sees(c), true)
		var view CaseView
		sameJSON(t, b, &view)
		var loose any
		if err := json.Unmarshal(b, &loose); err != nil {
			t.Fatal(err)
		}
		paths("", loose, merged)
	}
	rounded := newViewer([]Role{RoleObserver}, nil, nil, nil)
	c := fullCases()[0]
	b := appendCase(nil, c, rounded, rounded.sees(c), false)
	var loose any
	if err := json.Unmarshal(b, &loose); err != nil {
		t.Fatal(err)
	}
	paths("", loose, merged)
	documented := map[string]bool{}
	typePaths("", reflect.TypeFor[CaseView](), documented)
	for path := range documented {
		if !merged[path] {
			t.Errorf("%s is documented and never written", path)
		}
	}

	n := 0
	var team dispatch.TeamState
	fill(reflect.ValueOf(&team).Elem(), &n)
	team.Available = false
	b = appendTeam(nil, team, []string{"c1"}, true)
	var view TeamView
	sameJSON(t, b, &view)
	merged, documented = map[string]bool{}, map[string]bool{}
	if err := json.Unmarshal(b, &loose); err != nil {
		t.Fatal(err)
	}
	paths("", loose, merged)
	typePaths("", reflect.TypeFor[TeamView](), documented)
	for path := range documented {
		if !merged[path] {
			t.Errorf("%s of a team is documented and never written", path)
		}
	}
}

func paths(prefix string, value any, found map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			found[prefix+"/"+key] = true
			paths(prefix+"/"+key, member, found)
		}
	case []any:
		for _, element := range v {
			paths(prefix, element, found)
		}
	}
}

func typePaths(prefix string, typ reflect.Type, found map[string]bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
		return
	}
	for i := range typ.NumField() {
		tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		found[prefix+"/"+tag] = true
		typePaths(prefix+"/"+tag, typ.Field(i).Type, found)
	}
}

// An empty case has a view that is as its type says, too.
func TestEmptyViews(t *testing.T) {
	c := &dispatch.Case{ID: "c1-1", Number: "00-2026-000001", Kind: dispatch.Emergency, Status: dispatch.StatusReview,
		Urgency: dispatch.Urgent, CallOut: dispatch.CallOutNow, OpenedAt: time.UnixMilli(1).UTC()}
	var view CaseView
	sameJSON(t, appendCase(nil, c, everyRight, everyRight.sees(c), false), &view)
	var team TeamView
	sameJSON(t, appendTeam(nil, dispatch.TeamState{Team: &dispatch.Team{TeamRegistration: dispatch.TeamRegistration{ID: "x", Name: "", Answers: "manual"}}}, nil, true), &team)
}

// Whatever a text holds, the JSON string means the same as encoding/json's.
func TestQuoteAsEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkQuote(t, string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		checkQuote(t, rapid.String().Draw(t, "text"))
	})
}

func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"", "Қостанай", "\x00\x1f\"\\\n\r\t\x7f", "\xff\xfe", "\u2028<&>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) { checkQuote(t, s) })
}

func checkQuote(t interface{ Fatalf(string, ...any) }, s string) {
	reference, err := json.Marshal(s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var got, want string
	if err := json.Unmarshal(quote(nil, s), &got); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	if err := json.Unmarshal(reference, &want); err != nil {
		t.Fatalf("%v", err)
	}
	if got != want {
		t.Fatalf("%q became %q", s, got)
	}
}

// Whatever the body of a command is: no second reading of it by names in
// another case can differ from what rights were checked on.
func FuzzReadObject(f *testing.F) {
	f.Add([]byte(`{"type":"a","TYPE":"b"}`))
	f.Add([]byte(`{"type":"a","type":"b"}`))
	f.Add([]byte(`{"ty\u0070e":"a","ſubject":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := readObject(body, "type")
		if err != nil {
			return
		}
		kind, err := o.text("type")
		if err != nil {
			return
		}
		var second struct{ Type string } // reads names in any case
		if err := json.Unmarshal(o.bytes(), &second); err != nil {
			t.Fatal(err)
		}
		if second.Type != kind {
			t.Fatalf("%q: %q was checked, %q is read", body, kind, second.Type)
		}
	})
}

func plainCase() *dispatch.Case {
	age := 14
	p := orb.Point{63.62, 53.21}
	now := time.UnixMilli(1_760_000_000_123).UTC()
	return &dispatch.Case{Key: 41, ID: "c7f3a9k2-41", Number: "39-2026-000041", Kind: dispatch.MissingPerson, Status: dispatch.StatusAssigned,
		Urgency: dispatch.Urgent, Region: "KZ-39", Regions: []string{"KZ-39"}, Location: &p, CallOut: dispatch.CallOutNow, OpenedAt: now,
		Needs:        dispatch.Needs{Teams: 1},
		Applications: []dispatch.Application{{System: "102-kostanay", ID: "102-2026-0417", FiledAt: now}},
		Subjects:     []dispatch.Subject{{N: 1, ID: "s1", Sex: "male", Age: &age}},
		Assignments: []dispatch.Assignment{{N: 1, Team: 1, TeamID: "dos", Round: 1, Status: dispatch.AssignmentAccepted, DistanceM: 1234,
			Rings: 1, OfferedAt: now, AnsweredAt: now}},
		Personal: dispatch.Personal{Place: "Қостанай, Достық көшесі", Applications: []dispatch.ApplicationPersonal{{}},
			Subjects: []dispatch.SubjectPersonal{{Name: "Айдос Б.", Description: "көк күрте"}}}}
}

// What a view costs, beside encoding/json of the same type.
func BenchmarkCaseView(b *testing.B) {
	c := plainCase()
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var buffer []byte
		for b.Loop() {
			buffer = appendCase(buffer[:0], c, everyRight, everyRight.sees(c), false)
		}
		b.SetBytes(int64(len(buffer)))
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		var view CaseView
		decodeStrictly(b, appendCase(nil, c, everyRight, everyRight.sees(c), false), &view)
		for b.Loop() {
			if _, err := json.Marshal(&view); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A frame of 1,000 cases for three classes of viewers.
func BenchmarkFrame(b *testing.B) {
	h := &hub{clock: time.Now, board: newBoard(dispatch.Position{Epoch: "e"}), classes: map[string]*class{},
		metrics: newMetrics(nothing{})}
	for _, v := range []*viewer{everyRight, newViewer([]Role{RoleCoordinator}, []string{"KZ-39"}, nil, nil), newViewer([]Role{RoleObserver}, nil, nil, nil)} {
		if _, err := h.enter(v, false); err != nil {
			b.Fatal(err)
		}
	}
	var changes []changed
	touched := map[int32]bool{}
	for i := range 1000 {
		c := *plainCase()
		c.Key, c.ID = int64(i+1), dispatch.CaseID("e", int64(i+1))
		changes = append(changes, h.board.putCase(&c, touched))
	}
	b.ReportAllocs()
	for b.Loop() {
		h.send(0, changes, touched, time.Now())
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/3000, "µs/view")
}

// Why a case is urgent is health data: who sees no personal data sees how
// urgent it is, and nothing of the reasons.
func TestAssessmentIsForThoseWhoSeePersonalData(t *testing.T) {
	c := plainCase()
	c.Personal.Subjects[0].Dangers = []dispatch.Danger{dispatch.DangerDementia}
	c.Personal.Assessment = dispatch.Assessment{Version: 1, Urgency: dispatch.LifeThreatening, Score: 6,
		Factors: []dispatch.AssessedFactor{{Code: "dementia", Points: 6, Lifts: true}}}
	c.UrgencyFrom, c.UrgencySetBy = dispatch.UrgencySet, "key-7"
	for role, sees := range map[Role]bool{RoleAdmin: true, RoleCoordinator: true, RoleOffice: true, RoleTeam: true, RoleService: false, RoleObserver: false} {
		v := newViewer([]Role{role}, []string{"KZ-39"}, []string{"dos"}, []string{"103"})
		if role == RoleService {
			c.Applications = append(c.Applications, dispatch.Application{System: "103"})
		}
		view := string(appendCase(nil, c, v, v.sees(c), false))
		if strings.Contains(view, "dementia") != sees || strings.Contains(view, "assessment") != sees || !strings.Contains(view, `"urgency_from":"set"`) {
			t.Errorf("%s: %s", role, view)
		}
		if actors := rightsOf[role].actors; strings.Contains(view, "key-7") != actors {
			t.Errorf("%s: %s", role, view)
		}
	}
}
