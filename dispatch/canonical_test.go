package dispatch

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// canonical writes a value out in full, pointers followed and maps sorted, so
// that two values that mean the same give the same text. An empty slice is as
// good as none, and a time counts by its instant.
func canonical(value any) string {
	var b strings.Builder
	writeCanonical(&b, reflect.ValueOf(value))
	return b.String()
}

func writeCanonical(b *strings.Builder, v reflect.Value) {
	if !v.IsValid() {
		b.WriteString("nil")
		return
	}
	if at, isTime := v.Interface().(time.Time); isTime {
		if at.IsZero() {
			b.WriteString("-")
			return
		}
		b.WriteString(at.UTC().Format(time.RFC3339Nano))
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		writeCanonical(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			b.WriteString(v.Type().Field(i).Name)
			b.WriteByte(':')
			writeCanonical(b, v.Field(i))
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(b, "%x", v.Interface())
			return
		}
		b.WriteByte('[')
		for i := range v.Len() {
			writeCanonical(b, v.Index(i))
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case reflect.Map:
		lines := make([]string, 0, v.Len())
		for _, key := range v.MapKeys() {
			lines = append(lines, canonical(key.Interface())+"="+canonical(v.MapIndex(key).Interface()))
		}
		slices.Sort(lines)
		fmt.Fprintf(b, "%q", lines)
	default:
		fmt.Fprintf(b, "%v", v.Interface())
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
	if canonical(at) != canonical(at.In(numberZone)) {
		t.Error("the zone of a time counts")
	}
	age := 7
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
