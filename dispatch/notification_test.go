package dispatch

import (
	"testing"
	"time"
)

// TestNotified: a report changes what is said of its channel and of what was
// told by it, and nothing else; also when the search is over.
func TestNotified(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	report := func(channel Channel, about EventType, delivered bool) {
		t.Helper()
		changes := w.do(CommandNotified, key, "dos", func(c *Command) { c.Channel, c.About, c.Delivered = channel, about, delivered })
		wantEvents(t, changes, "assignment.notified")
		event := changes.Events[0]
		if event.Channel != channel || event.About != about || event.Delivered == nil || *event.Delivered != delivered {
			t.Fatalf("the event says %s, %s, %v", event.Channel, event.About, event.Delivered)
		}
	}
	report(ChannelWebhook, EventOffered, false)
	report(ChannelWebPush, EventOffered, true)
	report(ChannelWebhook, EventOffered, true)
	w.do(CommandAccept, key, "dos")
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	report(ChannelWebhook, EventStandingDown, true)
	a := w.rows[key].Assignment("dos")
	if a.Status != AssignmentStandingDown {
		t.Fatalf("the assignment is %s", a.Status)
	}
	want := []Notified{{ChannelWebPush, EventOffered, true, w.now}, {ChannelWebhook, EventOffered, true, w.now}, {ChannelWebhook, EventStandingDown, true, w.now}}
	for i := range a.Notified {
		a.Notified[i].At = w.now
	}
	if canonical(a.Notified) != canonical(want) {
		t.Fatalf("notified: %+v, want %+v", a.Notified, want)
	}
	w.refused(RefusedNotAsked, CommandNotified, w.file("b", Emergency, kostanay), "dos", func(c *Command) { c.Channel, c.About = ChannelWebhook, EventOffered })
	w.refused(RefusedInvalid, CommandNotified, key, "dos", func(c *Command) { c.About = EventOffered })
}

// TestCoordinators: the newest registration counts, and the journal knows the
// id alone.
func TestCoordinators(t *testing.T) {
	w := newWorld(t)
	at := w.now
	wantEvents(t, w.coordinator("aigul", at), "coordinator.registered")
	for _, old := range []time.Time{at.Add(-time.Second), at} {
		if changes := w.coordinator("aigul", old); len(changes.Events) > 0 || len(changes.Coordinators) > 0 {
			t.Fatalf("a registration that is not newer changed something (%s)", changes.Result)
		}
	}
	wantEvents(t, w.coordinator("aigul", at.Add(time.Second)), "coordinator.registered")
	if got := w.coordinators["aigul"].At; !got.Equal(at.Add(time.Second)) {
		t.Fatalf("registered at %s", got)
	}
}
