package dispatch

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawDecision(t *rapid.T) *Decision {
	d := &Decision{Choice: Choice(rapid.IntRange(0, int(choices)-1).Draw(t, "choice"))}
	var known []uint8
	for i := range d.Paces {
		if rapid.Bool().Draw(t, "known") {
			known = append(known, uint8(i))
			d.Paces[i] = Pace{Microseconds: rapid.Int64Range(1, paceLimit).Draw(t, "pace"), Permille: rapid.Int64Range(1000, rangeLimit).Draw(t, "range"), Assumed: rapid.Bool().Draw(t, "assumed")}
		}
	}
	for range rapid.IntRange(0, 25).Draw(t, "candidates") {
		age := time.Duration(rapid.IntRange(-1, 100_000).Draw(t, "age")) * time.Second
		stale, transport := time.Duration(0), uint8(0)
		if age < 0 && rapid.Bool().Draw(t, "stale") {
			stale = time.Duration(rapid.IntRange(1, 100_000).Draw(t, "stale age")) * time.Second
		}
		if len(known) > 0 {
			transport = rapid.SampledFrom(known).Draw(t, "transport")
		}
		d.Candidates = append(d.Candidates, Candidate{StaleAge: stale, Transport: transport,
			Result: CandidateResult(rapid.IntRange(1, int(candidateResults)-1).Draw(t, "result")), PositionAge: age,
			Team: rapid.Int32Range(1, 1<<31-1).Draw(t, "team"), DistanceM: float64(rapid.IntRange(0, 20_100_000).Draw(t, "metres")),
			CasesLastDay: rapid.IntRange(0, 1000).Draw(t, "cases")})
		if c := &d.Candidates[len(d.Candidates)-1]; c.Result.waits() {
			c.FreeIn = time.Duration(rapid.IntRange(0, 1_000_000).Draw(t, "free in")) * time.Second
		}
	}
	for result := range d.Others[1:] {
		d.Others[result+1] = rapid.Int32Range(0, 1000).Draw(t, "others")
	}
	return d
}

func TestDecisionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDecision(t)
		packed, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		read := &Decision{Candidates: []Candidate{{Team: 9}}}
		if err := read.UnmarshalBinary(packed); err != nil || canonical(read) != canonical(d) {
			t.Fatalf("%v: %+v is read as %+v", err, d, read)
		}
		if len(packed) > 0 {
			short := packed[:rapid.IntRange(0, len(packed)-1).Draw(t, "cut at")]
			before := canonical(read)
			if err := read.UnmarshalBinary(short); err != nil && canonical(read) != before {
				t.Fatalf("a damaged decision was half read: %+v", read)
			}
		}
	})
}

// TestDecisionsAreReadAsMade: what the rules make, to the metre.
func TestDecisionsAreReadAsMade(t *testing.T) {
	w := newWorld(t)
	kostanayTeams(w)
	w.move(TeamPosition{TeamID: "bars", Position: zhitikara, At: w.now.Add(-90 * time.Second)})
	w.file("a", MissingPerson, tobyl)
	made := w.decisions[0]
	packed, _ := made.MarshalBinary()
	var read Decision
	if err := read.UnmarshalBinary(packed); err != nil {
		t.Fatal(err)
	}
	base, position := 0, 0
	for i, c := range read.Candidates {
		if m := made.Candidates[i]; c.Team != m.Team || c.Result != m.Result || c.PositionAge != m.PositionAge || c.DistanceM < m.DistanceM-0.5 || c.DistanceM > m.DistanceM+0.5 {
			t.Fatalf("%+v is read as %+v", m, c)
		}
		if c.PositionAge < 0 {
			base++
		} else {
			position++
		}
	}
	if base != 6 || position != 1 {
		t.Fatalf("%d bases and %d positions", base, position)
	}
}

func FuzzDecisionUnmarshal(f *testing.F) {
	packed, _ := (&Decision{Candidates: []Candidate{{Team: 1, Result: CandidateOffered, DistanceM: 12, PositionAge: BaseUsed, CasesLastDay: 3}},
		Others: [candidateResults]int32{CandidateBusy: 7}}).MarshalBinary()
	f.Add(packed)
	f.Add([]byte{})
	f.Add([]byte{1, 1, 1, 1, 12, 1, 3, 8, 7})
	f.Add([]byte{decisionVersion, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{decisionVersion, 1, 2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second Decision
		if first.UnmarshalBinary(data) != nil {
			return
		}
		again, err := first.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := second.UnmarshalBinary(again); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%v: %+v became %+v", err, first, second)
		}
		_ = first.OtherCounts()
	})
}

func FuzzParsePosition(f *testing.F) {
	for _, text := range []string{"abcdefgh.17", ".1", "x.", "x.-1", "x.+1", "x.01", "x.9223372036854775808", "a.b.3", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePosition(text)
		if err != nil {
			return
		}
		if p.String() != text || p.Epoch == "" || p.Sequence < 0 || strings.Contains(p.Epoch, ".") {
			t.Fatalf("%q is read as %+v", text, p)
		}
	})
}

func FuzzParseCaseID(f *testing.F) {
	for _, id := range []string{"cabcdefgh-17", "c-1", "cx-", "cx-0", "cx-01", "cx-+1", "cx--1", "c", "x-1", "ca-b-3"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		epoch, key, ok := ParseCaseID(id)
		if ok && (CaseID(epoch, key) != id || key < 1) {
			t.Fatalf("%q is read as %q, %d", id, epoch, key)
		}
	})
}

func TestParsePositionAndCaseID(t *testing.T) {
	if p, err := ParsePosition("abcdefgh.17"); err != nil || p != (Position{"abcdefgh", 17}) {
		t.Errorf("%+v, %v", p, err)
	}
	for _, text := range []string{"", "17", ".1", "x.", "x.-1", "x.+1", "x.01", "x.1.2", "x.9223372036854775808"} {
		if p, err := ParsePosition(text); err == nil {
			t.Errorf("%q is read as %+v", text, p)
		}
	}
	if epoch, key, ok := ParseCaseID("cabcdefgh-17"); !ok || epoch != "abcdefgh" || key != 17 {
		t.Errorf("%q %d %t", epoch, key, ok)
	}
	for _, id := range []string{"", "c", "x-1", "c-1", "cx-0", "cx-01", "cx-+1", "cx--1", "cx-1x"} {
		if _, _, ok := ParseCaseID(id); ok {
			t.Errorf("%q is read", id)
		}
	}
	a, b := NewEpoch(), NewEpoch()
	if a == b || len(a) != 8 || strings.ContainsAny(a, ".-") {
		t.Errorf("epochs %q and %q", a, b)
	}
}

func TestIdentities(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	identities := []Identity{ApplicationIdentity("a", "bc"), ApplicationIdentity("ab", "c"), CommandIdentity("abc"),
		TeamMessageIdentity("a", "team.registered", at), TeamMessageIdentity("a", "team.availability", at), TeamMessageIdentity("a", "team.registered", at.Add(time.Millisecond))}
	seen := map[Identity]bool{}
	for _, identity := range identities {
		if seen[identity] || len(identity.String()) != 32 {
			t.Errorf("%s is there twice", identity)
		}
		seen[identity] = true
	}
	if ApplicationIdentity("a", "bc") != identities[0] {
		t.Error("an identity changes")
	}
	// Ids in a row stand together in an index, those of another system or of another thousand do not.
	first := ApplicationIdentity("102", "102-2026-0417")
	for _, other := range []struct {
		system, id string
		near       bool
	}{{"102", "102-2026-0418", true}, {"102", "102-2026-0999", true}, {"102", "102-2026-1417", false}, {"112", "102-2026-0417", false}} {
		got := ApplicationIdentity(other.system, other.id)
		if near := bytes.Equal(got[:neighbourhoodBytes], first[:neighbourhoodBytes]); near != other.near || got == first {
			t.Errorf("%s of %s beside the first: %t, want %t", other.id, other.system, near, other.near)
		}
	}
}

// TestEventFieldsRoundTrip: every field set, each is read back.
func TestEventFieldsRoundTrip(t *testing.T) {
	var filled EventFields
	fill(reflect.ValueOf(&filled).Elem())
	event := Event{EventFields: filled}
	data := event.Data()
	var read Event
	if err := read.SetData(data); err != nil || !reflect.DeepEqual(read.EventFields, filled) {
		t.Fatalf("%v: %+v is read as %+v", err, filled, read.EventFields)
	}
	if again := read.Data(); !bytes.Equal(again, data) {
		t.Fatalf("%s became %s", data, again)
	}
	if empty := (&Event{}).Data(); string(empty) != "{}" {
		t.Fatalf("an event without fields is %s", empty)
	}
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 21, 10, 0, 0, 5e6, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.String:
		v.SetString("word")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("an event has a field of a kind that is not expected: " + v.Type().String())
	}
}

// TestVocabulary: the lists have no word twice, and a result of a candidate
// has a word of its own.
func TestVocabulary(t *testing.T) {
	seen := map[string]bool{}
	for result := CandidateOffered; result < candidateResults; result++ {
		if word := result.String(); word == "" || seen[word] {
			t.Errorf("result %d is %q", result, word)
		}
		seen[result.String()] = true
	}
	if candidateResults.String() != "" {
		t.Error("a result that does not exist has a word")
	}
	for _, kind := range Kinds() {
		if seen[string(kind)] || kind.bit() == 0 {
			t.Errorf("kind %s", kind)
		}
		seen[string(kind)] = true
	}
}
