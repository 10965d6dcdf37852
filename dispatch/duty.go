package dispatch

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// DutyCalendar says when a team is on duty: a weekly pattern, and exceptions
// that go before it. All its clock times are those of the team's region; see
// zoneOf. Without a weekly pattern the team is on duty but for the exceptions.
type DutyCalendar struct {
	Weekly []DutyShift `json:"weekly,omitempty"`
	// Where exceptions overlap, the last one listed holds.
	Exceptions []DutyException `json:"exceptions,omitempty"`
}

// DutyShift is a time on duty that comes again every week, on each of its
// days. It belongs to the day on which it starts: one that ends at the clock
// time of its start, or before, ends on the next day.
type DutyShift struct {
	Days []Weekday `json:"days"`
	From ClockTime `json:"from"`
	To   ClockTime `json:"to"` // not on duty any more
}

// DutyException is a time in which the weekly pattern does not count.
type DutyException struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the pattern counts again
	On   bool      `json:"on"`
}

// Weekday is a day of the week.
type Weekday string

// Weekdays lists the days of the week, from Monday.
func Weekdays() []Weekday { return []Weekday{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// ClockTime is a time of day in minutes from midnight, up to 24:00.
type ClockTime int

const minutesOfDay = 24 * 60

// String gives the time as HH:MM.
func (t ClockTime) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// MarshalText gives the time as HH:MM.
func (t ClockTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads HH:MM, from 00:00 to 24:00.
func (t *ClockTime) UnmarshalText(text []byte) error {
	var read ClockTime
	ok := len(text) == len("08:00") && text[2] == ':'
	for i, c := range text {
		ok = ok && (i == 2 || c >= '0' && c <= '9')
	}
	if ok {
		minutes := ClockTime(text[3]-'0')*10 + ClockTime(text[4]-'0')
		read = (ClockTime(text[0]-'0')*10+ClockTime(text[1]-'0'))*60 + minutes
		ok = minutes < 60 && read <= minutesOfDay
	}
	if !ok {
		return fmt.Errorf("dispatch: a clock time is HH:MM, from 00:00 to 24:00")
	}
	*t = read
	return nil
}

const week = 7 * 24 * time.Hour

// exception gives the exception that holds at a moment, or nil.
func (c *DutyCalendar) exception(at time.Time) *DutyException {
	for i := range slices.Backward(c.Exceptions) {
		if e := &c.Exceptions[i]; !at.Before(e.From) && at.Before(e.To) {
			return e
		}
	}
	return nil
}

// onDuty says whether the calendar has the team on duty at a moment. A nil
// calendar always has.
func (c *DutyCalendar) onDuty(at time.Time, zone *time.Location) bool {
	if c == nil {
		return true
	}
	if e := c.exception(at); e != nil {
		return e.On
	}
	return c.weekly(sinceMonday(at, zone))
}

// nextChange gives the first moment after now at which onDuty changes; false
// when it never does.
func (c *DutyCalendar) nextChange(now time.Time, zone *time.Location) (time.Time, bool) {
	if c == nil {
		return time.Time{}, false
	}
	on := c.onDuty(now, zone)
	// Each turn comes to the end or the beginning of an exception, or to the
	// change itself.
	for at := now; ; {
		next, found := time.Time{}, false
		if c.exception(at) == nil {
			next, found = c.nextWeekly(at, on, zone)
		}
		for i := range c.Exceptions {
			for _, edge := range [...]time.Time{c.Exceptions[i].From, c.Exceptions[i].To} {
				if edge.After(at) && (!found || edge.Before(next)) {
					next, found = edge, true
				}
			}
		}
		if !found {
			return time.Time{}, false
		}
		if c.onDuty(next, zone) != on {
			return next, true
		}
		at = next
	}
}

// nextWeekly gives the first moment after at where a shift begins or ends so
// that the weekly pattern is no longer as said; false when it never is.
func (c *DutyCalendar) nextWeekly(at time.Time, on bool, zone *time.Location) (time.Time, bool) {
	since := sinceMonday(at, zone)
	least := week + 1
	consider := func(edge time.Duration) {
		after := modulo(edge - since)
		if after == 0 {
			after = week
		}
		if after < least && c.weekly(modulo(edge)) != on {
			least = after
		}
	}
	for i := range c.Weekly {
		for _, day := range c.Weekly[i].Days {
			start, length := c.Weekly[i].on(day)
			consider(start)
			consider(start + length)
		}
	}
	return at.Add(least), least <= week
}

// weekly says what the pattern says at a time since Monday, 00:00.
func (c *DutyCalendar) weekly(since time.Duration) bool {
	if len(c.Weekly) == 0 {
		return true
	}
	for i := range c.Weekly {
		for _, day := range c.Weekly[i].Days {
			if start, length := c.Weekly[i].on(day); modulo(since-start) < length {
				return true
			}
		}
	}
	return false
}

// on gives when the shift of a day starts, since Monday, and how long it is.
func (s *DutyShift) on(day Weekday) (start, length time.Duration) {
	minutes := s.To - s.From
	if minutes <= 0 {
		minutes += minutesOfDay
	}
	days := time.Duration(slices.Index(Weekdays(), day))
	return days*24*time.Hour + time.Duration(s.From)*time.Minute, time.Duration(minutes) * time.Minute
}

// sinceMonday gives the time since the last Monday, 00:00, on the clocks there.
func sinceMonday(at time.Time, zone *time.Location) time.Duration {
	at = at.In(zone)
	days := (int(at.Weekday()) + 6) % 7
	hour, minute, second := at.Clock()
	return time.Duration(days)*24*time.Hour + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second + time.Duration(at.Nanosecond())
}

func modulo(d time.Duration) time.Duration { return (d%week + week) % week }

// sameCalendar says that two calendars are written alike.
func sameCalendar(a, b *DutyCalendar) bool { return reflect.DeepEqual(a, b) }
