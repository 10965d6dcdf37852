package ingest

import (
	"slices"
	"strings"

	"github.com/izdeu/izdeu/dispatch"
)

// mostShifts is the most shifts of a week that a field of a table may hold.
const mostShifts = 21

// dayWords are the days of the week as people shorten them in English, Russian
// and Kazakh, from Monday. No word means two days.
var dayWords = [7][]string{
	{"mon", "пн", "дс", "дүй"}, {"tue", "вт", "сс", "сей"}, {"wed", "ср", "сәр"}, {"thu", "чт", "бс", "бей"},
	{"fri", "пт", "жм", "жұм"}, {"sat", "сб", "сен"}, {"sun", "вс", "жс", "жек"},
}

// readDuty reads a weekly pattern such as "mon-fri 20:00-08:00; sat,sun
// 00:00-24:00": shifts with a semicolon or a bar between them, each of days
// (none: every day), the clock time of its start and that of its end.
func readDuty(text string) (*dispatch.DutyCalendar, bool) {
	var duty dispatch.DutyCalendar
	for _, part := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ';' || c == '|' }) {
		words := strings.FieldsFunc(strings.NewReplacer("–", "-", "—", "-").Replace(part), func(c rune) bool {
			return c == ' ' || c == ',' || c == '+' || c == '\t' || c == '\n'
		})
		if len(words) == 0 {
			continue
		}
		last := len(words) - 1
		from, to, ok := strings.Cut(words[last], "-")
		var shift dispatch.DutyShift
		if !ok || !readClock(from, &shift.From) || !readClock(to, &shift.To) || shift.From == 24*60 {
			return nil, false
		}
		days := dispatch.Weekdays()
		for _, word := range words[:last] {
			first, end, isRange := strings.Cut(word, "-")
			i, j := dayOfWord(first), dayOfWord(end)
			if !isRange {
				j = i
			}
			if i < 0 || j < 0 {
				return nil, false
			}
			for n := i; ; n = (n + 1) % 7 { // "sat-mon" goes over the end of the week
				if !slices.Contains(shift.Days, days[n]) {
					shift.Days = append(shift.Days, days[n])
				}
				if n == j {
					break
				}
			}
		}
		if last == 0 {
			shift.Days = days
		}
		duty.Weekly = append(duty.Weekly, shift)
	}
	return &duty, len(duty.Weekly) > 0 && len(duty.Weekly) <= mostShifts
}

func dayOfWord(word string) int {
	return slices.IndexFunc(dayWords[:], func(words []string) bool { return slices.Contains(words, strings.TrimSuffix(word, ".")) })
}

// readClock reads 08:00 or 8:00.
func readClock(text string, into *dispatch.ClockTime) bool {
	if len(text) == len("8:00") {
		text = "0" + text
	}
	return into.UnmarshalText([]byte(text)) == nil
}
