package dispatch

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/izdeu/izdeu/geo"
)

func drawCalendar(t *rapid.T, around time.Time) *DutyCalendar {
	c := &DutyCalendar{}
	for range rapid.IntRange(0, 3).Draw(t, "shifts") {
		// Round times meet each other, at midnight and at the end of the week.
		clock := rapid.OneOf(rapid.SampledFrom([]ClockTime{0, 8 * 60, 20 * 60, minutesOfDay}), rapid.Map(rapid.IntRange(0, minutesOfDay), func(m int) ClockTime { return ClockTime(m) }))
		from := clock.Filter(func(at ClockTime) bool { return at < minutesOfDay }).Draw(t, "from")
		c.Weekly = append(c.Weekly, DutyShift{Days: rapid.SliceOfNDistinct(rapid.SampledFrom(Weekdays()), 1, 7, rapid.ID).Draw(t, "days"),
			From: from, To: clock.Draw(t, "to")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
		from := around.Add(time.Duration(rapid.IntRange(-7*24, 14*24).Draw(t, "hours")) * time.Hour)
		c.Exceptions = append(c.Exceptions, DutyException{From: from, On: rapid.Bool().Draw(t, "on"),
			To: from.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "minutes")) * time.Minute)})
	}
	return c
}

// scanned says, in its own way, whether the calendar has somebody on duty in
// the minute: by the days of the calendar, not by the time since Monday.
func scanned(c *DutyCalendar, at time.Time) bool {
	on := len(c.Weekly) == 0
	local := at.In(geo.CountryTime)
	for _, shift := range c.Weekly {
		for _, back := range []int{0, 1} {
			day := time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, geo.CountryTime)
			from, to := day.Add(time.Duration(shift.From)*time.Minute), day.Add(time.Duration(shift.To)*time.Minute)
			if !to.After(from) {
				to = to.AddDate(0, 0, 1)
			}
			for _, name := range shift.Days {
				if name == map[time.Weekday]Weekday{0: "sun", 1: "mon", 2: "tue", 3: "wed", 4: "thu", 5: "fri", 6: "sat"}[day.Weekday()] &&
					!at.Before(from) && at.Before(to) {
					on = true
				}
			}
		}
	}
	for _, e := range c.Exceptions {
		if !at.Before(e.From) && at.Before(e.To) {
			on = e.On
		}
	}
	return on
}

// TestDutyCalendar: the next change is where duty changes first, as a scan of
// every minute of two weeks finds it.
func TestDutyCalendar(t *testing.T) {
	zone := geo.CountryTime
	rapid.Check(t, func(t *rapid.T) {
		now := worldStart.Add(time.Duration(rapid.IntRange(0, 7*minutesOfDay).Draw(t, "minute")) * time.Minute)
		c := drawCalendar(t, now)
		change, changes := c.nextChange(now, zone)
		on := c.onDuty(now, zone)
		found := false
		for at := now; at.Before(now.Add(2 * week)); at = at.Add(time.Minute) {
			is := c.onDuty(at, zone)
			if is != scanned(c, at) {
				t.Fatalf("%s: on duty is %t", at.In(zone), is)
			}
			if is != on {
				found = true
				if !changes || !change.Equal(at) {
					t.Fatalf("%s: it changes at %s, the next change is said to be %s (%t)", now.In(zone), at.In(zone), change.In(zone), changes)
				}
				break
			}
		}
		if !found && changes && change.Before(now.Add(2*week)) {
			t.Fatalf("%s: nothing changes at %s", now.In(zone), change.In(zone))
		}
	})
}

func TestDutyCalendarByExample(t *testing.T) {
	zone := geo.CountryTime
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	var night, always, none DutyCalendar
	if err := json.Unmarshal([]byte(`{"weekly":[{"days":["mon","tue","sun"],"from":"20:00","to":"08:00"}],
		"exceptions":[{"from":"2026-12-31T00:00:00+05:00","to":"2027-01-02T00:00:00+05:00","on":false}]}`), &night); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"weekly":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"09:00","to":"09:00"}]}`), &always); err != nil {
		t.Fatal(err)
	}
	never := DutyCalendar{Exceptions: []DutyException{{From: at("2026-01-01T00:00:00Z"), To: at("2199-01-01T00:00:00Z")}}}
	holiday := night // on duty for a century, in spite of a pattern with an end every day
	holiday.Exceptions = []DutyException{{From: at("2026-01-01T00:00:00Z"), To: at("2126-01-01T20:00:00Z"), On: true}}
	tests := []struct {
		calendar *DutyCalendar
		now      string
		on       bool
		next     string
	}{
		{&night, "2026-11-21T15:00:00+05:00", false, "2026-11-22T20:00:00+05:00"}, // a Saturday
		{&night, "2026-11-22T20:00:00+05:00", true, "2026-11-23T08:00:00+05:00"},
		{&night, "2026-11-23T07:59:59+05:00", true, "2026-11-23T08:00:00+05:00"},
		{&night, "2026-11-23T08:00:00+05:00", false, "2026-11-23T20:00:00+05:00"},
		{&night, "2026-12-30T08:00:00+05:00", false, "2027-01-03T20:00:00+05:00"}, // over a holiday that changes nothing
		{&holiday, "2026-11-21T15:00:00+05:00", true, "2126-01-02T08:00:00+05:00"},
		{&always, "2026-11-21T15:00:00+05:00", true, ""},
		{&none, "2026-11-21T15:00:00+05:00", true, ""},
		{nil, "2026-11-21T15:00:00+05:00", true, ""},
		{&never, "2026-11-21T15:00:00+05:00", false, "2199-01-01T00:00:00Z"},
	}
	for _, test := range tests {
		next, changes := test.calendar.nextChange(at(test.now), zone)
		if on := test.calendar.onDuty(at(test.now), zone); on != test.on || changes != (test.next != "") || changes && !next.Equal(at(test.next)) {
			t.Errorf("%s: on duty %t, changes at %s (%t); want %t, %s", test.now, on, next.In(zone), changes, test.on, test.next)
		}
	}
	text, err := json.Marshal(night)
	if want := `{"weekly":[{"days":["mon","tue","sun"],"from":"20:00","to":"08:00"}],"exceptions":[{"from":"2026-12-31T00:00:00+05:00","to":"2027-01-02T00:00:00+05:00","on":false}]}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	for _, wrong := range []string{"", "8:00", "08:60", "24:01", "25:00", "08-00", "08:0a", "-1:00", "08:000"} {
		if read := ClockTime(7); read.UnmarshalText([]byte(wrong)) == nil || read != 7 {
			t.Errorf("%q is read as %s", wrong, read)
		}
	}
}
