package dispatch

import (
	"slices"
	"time"
)

// Channel is a way to wake somebody who does not look at the board.
type Channel string

// Channels.
const (
	ChannelWebPush Channel = "webpush" // a browser, also one whose page is closed
	ChannelWebhook Channel = "webhook" // a gateway for SMS, calls, messengers
)

// Channels lists every channel.
func Channels() []Channel { return []Channel{ChannelWebPush, ChannelWebhook} }

// Notified is a report of what reached a team.
type Notified struct {
	Channel   Channel   `json:"channel"`
	About     EventType `json:"about"` // the event that was told
	Delivered bool      `json:"delivered"`
	At        time.Time `json:"at"`
}

// notified takes the report of what reached a team, or did not. Of a channel
// and what is told by it the newest report stands.
func (d *decision) notified(c *Case, a *Assignment, t *teamState, command *Command) *Refusal {
	if !slices.Contains(Channels(), command.Channel) || command.About == "" {
		return &Refusal{Code: RefusedInvalid, Pointer: "/channel", Detail: "channel is webpush or webhook, and about is an event"}
	}
	report := Notified{Channel: command.Channel, About: command.About, Delivered: command.Delivered, At: d.happened()}
	kept := make([]Notified, 0, len(a.Notified)+1) // the case before shares the old one
	for _, before := range a.Notified {
		if before.Channel != report.Channel || before.About != report.About {
			kept = append(kept, before)
		}
	}
	a.Notified = append(kept, report)
	a.Changed = d.emit(EventNotified, c, t.team, EventFields{Channel: report.Channel, About: report.About,
		Delivered: &report.Delivered, Round: a.Round})
	return nil
}
