package dispatch

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// canonical writes a value out in full, pointers followed, maps sorted, and
// what is empty in a struct left out, so that two values that mean the same
// give the same text. A time counts by its instant. It is most of what the
// tests of this package cost, hence without fmt.
func canonical(value any) string { return string(appendCanonical(nil, reflect.ValueOf(value))) }

var timeType = reflect.TypeFor[time.Time]()

// fieldNames of struct types.
var fieldNames sync.Map // reflect.Type: []string

func namesOfFields(t reflect.Type) []string {
	if names, known := fieldNames.Load(t); known {
		return names.([]string)
	}
	var names []string
	for i := range t.NumField() {
		names = append(names, t.Field(i).Name)
	}
	fieldNames.Store(t, names)
	return names
}

// saysNothing of a field: it is as good as one that is missing.
func saysNothing(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
		return v.Len() == 0
	case v.Type() == timeType:
		return v.Interface().(time.Time).IsZero()
	}
	return v.IsZero()
}

func appendCanonical(b []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(b, "nil"...)
	}
	if v.Type() == timeType {
		return v.Interface().(time.Time).UTC().AppendFormat(b, time.RFC3339Nano)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return append(b, "nil"...)
		}
		return appendCanonical(b, v.Elem())
	case reflect.Struct:
		b = append(b, '{')
		for i, name := range namesOfFields(v.Type()) {
			if field := v.Field(i); !saysNothing(field) {
				b = append(append(b, name...), ':')
				b = append(appendCanonical(b, field), ' ')
			}
		}
		return append(b, '}')
	case reflect.Slice, reflect.Array:
		b = append(b, '[')
		for i := range v.Len() {
			b = append(appendCanonical(b, v.Index(i)), ' ')
		}
		return append(b, ']')
	case reflect.Map:
		lines := make([]string, 0, v.Len())
		for entries := v.MapRange(); entries.Next(); {
			lines = append(lines, string(appendCanonical(append(appendCanonical(nil, entries.Key()), '='), entries.Value())))
		}
		slices.Sort(lines)
		for _, line := range lines {
			b = strconv.AppendQuote(b, line)
		}
		return b
	case reflect.String:
		return append(b, v.String()...)
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64)
	default:
		panic("canonical does not know a " + v.Kind().String())
	}
}

// teamDump is a team with what the state keeps beside it.
type teamDump struct {
	Team         *Team
	Position     *TeamPosition
	Slots        []int32
	Used         int
	Lowest       int32
	CasesLastDay int
	Tracks       []trackDump
}

// trackDump is a track that goes on.
type trackDump struct {
	Case  int64
	N     int
	Since time.Time
	Last  TrackPoint
}

// stateDump is everything that a State means.
type stateDump struct {
	Head         Position
	LastEvent    time.Time
	Cases        map[int64]*Case
	Applications map[Identity]int64
	Teams        []teamDump
	TeamKeys     map[string]int32
	Numbers      map[string]int64
	Coordinators map[string]*Coordinator
	Places       map[string]*Place
	Waiting      []int64
	Deadlines    []Timer
	Moved        int64
	Travelled    [transports]TravelRecord
	Paces        [transports]Pace
	Fleet        [transports]int
}

// dump writes a state out; now is when the teams' load is counted.
func dump(s *State, now time.Time) string {
	d := stateDump{Head: s.head, LastEvent: s.lastEvent, Cases: s.cases, Applications: s.applications,
		TeamKeys: s.teamKeys, Numbers: s.numbers, Moved: s.moved, Coordinators: s.coordinators, Places: s.places, Travelled: s.travelled, Paces: s.paces, Fleet: s.fleet}
	for _, t := range s.teams {
		team := teamDump{Team: t.team, Position: t.position, Used: t.slots.used, Lowest: t.slots.lowest(),
			CasesLastDay: t.casesLastDay(now)}
		for _, one := range t.tracks {
			team.Tracks = append(team.Tracks, trackDump{one.key, one.n, one.since, one.last})
		}
		slices.SortFunc(team.Tracks, func(a, b trackDump) int { return cmp.Compare(a.Case, b.Case) })
		for slot := range int32(64 * len(t.slots.words)) {
			if t.slots.words[slot/64]&(1<<(slot%64)) != 0 {
				team.Slots = append(team.Slots, slot+1)
			}
		}
		d.Teams = append(d.Teams, team)
	}
	for place := range s.waiting.behind(frontOfQueue) {
		d.Waiting = append(d.Waiting, place.key)
	}
	d.Deadlines = wantedTimers(s)
	return canonical(d)
}

// wantedTimers gives the timers that still wait, each once, in order, without
// touching the state.
func wantedTimers(s *State) []Timer {
	timers := slices.DeleteFunc(slices.Clone(s.deadlines), func(t Timer) bool { return !s.wanted(t) })
	slices.SortFunc(timers, compareTimers)
	return slices.CompactFunc(timers, func(a, b Timer) bool { return compareTimers(a, b) == 0 })
}

// firstDifference shows where two dumps part.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(i-200, 0)
	return fmt.Sprintf("\n… %s\n… %s", a[from:min(i+200, len(a))], b[from:min(i+200, len(b))])
}

func TestCanonicalTellsApart(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	if canonical(Case{Regions: nil}) != canonical(&Case{Regions: []string{}}) {
		t.Error("an empty list is not as good as none")
	}
	if canonical(at) != canonical(at.In(geo.CountryTime)) {
		t.Error("the zone of a time counts")
	}
	age := 7
	none := 0
	if canonical(Subject{Age: &none}) == canonical(Subject{}) {
		t.Error("nought years old is as good as no age")
	}
	if canonical(Case{EndedAt: time.Time{}.In(geo.CountryTime)}) != canonical(Case{}) {
		t.Error("the zone of no time counts")
	}
	for _, other := range []Case{{Key: 2}, {Subjects: []Subject{{Age: &age}}}, {EndedAt: at}, {Personal: Personal{Place: "x"}}} {
		if canonical(Case{}) == canonical(other) {
			t.Errorf("%+v looks like an empty case", other)
		}
	}
	keys := []int{3, 1, 2}
	slices.SortFunc(keys, cmp.Compare[int])
	if canonical(map[int]string{1: "a", 2: "b"}) != canonical(map[int]string{2: "b", 1: "a"}) {
		t.Error("the order of a map counts")
	}
}
