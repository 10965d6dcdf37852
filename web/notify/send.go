package notify

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// outcome is how an attempt ended.
type outcome uint8

const (
	arrived    outcome = iota
	again              // tried again later
	refused            // given up: trying again does not help
	superseded         // given up: what was to be told no longer holds
	reported           // the report is in Kafka
	cutOff             // the program is ending
)

// result is what came of an attempt or a report.
type result struct {
	id      string
	outcome outcome
	detail  string        // what was wrong
	after   time.Duration // the receiver asks to wait so long
}

// start starts what is due, and gives the time at which something will be.
func (n *Notifier) start(ctx context.Context) (next time.Time) {
	now := time.Now()
	waiting := make([]*dispatch.Delivery, 0, len(n.open))
	for id, d := range n.open {
		if n.running[id] == "" {
			waiting = append(waiting, d)
		}
	}
	slices.SortFunc(waiting, func(a, b *dispatch.Delivery) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	for _, d := range waiting {
		if d.Due.After(now) {
			return d.Due
		}
		if len(n.running) == concurrency {
			return time.Time{} // a result comes first
		}
		if d.State == dispatch.DeliveryWaiting && !now.Before(d.Deadline) {
			n.settle(ctx, result{id: d.ID, outcome: refused, detail: cmp.Or(d.Detail, "it was too late to tell it")})
			continue
		}
		host := n.hostOf(d)
		if n.hosts[host] == perHost {
			continue
		}
		n.hosts[host]++
		n.running[d.ID] = host
		copied := *d
		head, _ := n.options.Journal.Head()
		go func() { n.results <- n.try(ctx, &copied, head.Epoch) }()
	}
	return time.Time{}
}

// hostOf names what attempts are bounded by.
func (n *Notifier) hostOf(d *dispatch.Delivery) string {
	switch {
	case d.State == dispatch.DeliverySettled:
		return "the intake"
	case d.Channel == dispatch.ChannelWebPush:
		return "web push"
	}
	if address, err := url.Parse(d.Address); err == nil && address.Host != "" {
		return address.Host
	}
	return "none"
}

// try makes one attempt, or one report.
func (n *Notifier) try(ctx context.Context, d *dispatch.Delivery, epoch string) result {
	r := result{id: d.ID}
	attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	if d.State == dispatch.DeliverySettled {
		if err := n.report(attempt, d, epoch); err != nil {
			r.outcome, r.detail = again, err.Error()
		} else {
			r.outcome = reported
		}
	} else if holds, err := n.holds(attempt, d); err != nil {
		r.outcome, r.detail = again, "the case could not be read: "+err.Error()
	} else if !holds {
		r.outcome, r.detail = superseded, "it no longer holds"
	} else if d.Channel == dispatch.ChannelWebPush {
		r.outcome, r.detail, r.after = n.push(attempt, d)
	} else {
		r.outcome, r.detail, r.after = n.post(attempt, d)
	}
	if ctx.Err() != nil && r.outcome == again {
		r.outcome = cutOff
	}
	return r
}

// holds says whether what is to be told is still so.
func (n *Notifier) holds(ctx context.Context, d *dispatch.Delivery) (bool, error) {
	if d.Case == 0 || d.Notice.Count > 1 {
		return true, nil
	}
	cases, err := n.options.Store.Cases(ctx, []int64{d.Case})
	if err != nil || len(cases) == 0 {
		return false, err
	}
	c := cases[0]
	switch d.Notice.About {
	case dispatch.EventOffered, "assignment.rung":
		a := c.Assignment(d.Notice.TeamID)
		return a != nil && (a.Status == dispatch.AssignmentOffered || a.Status == dispatch.AssignmentNoAnswer), nil
	case dispatch.EventStandingDown:
		a := c.Assignment(d.Notice.TeamID)
		return a != nil && a.Status == dispatch.AssignmentStandingDown && a.AcknowledgedAt.IsZero(), nil
	case dispatch.EventCaseUnanswered:
		return !c.UnansweredAt.IsZero(), nil
	case dispatch.EventPreemptionProposed:
		return len(c.Proposals) > 0, nil
	case dispatch.EventCaseOpened:
		return c.Status.Open() && c.Location == nil, nil
	}
	return true, nil
}

// report tells the dispatcher what reached a team. That nothing did by a
// channel is told when nothing of it can arrive any more.
func (n *Notifier) report(ctx context.Context, d *dispatch.Delivery, epoch string) error {
	if !d.Delivered {
		all, err := n.options.Store.DeliveriesOf(ctx, d.Sequence)
		if err != nil {
			return err
		}
		for i := range all {
			other := &all[i]
			if other.ID != d.ID && other.Channel == d.Channel && (other.Delivered || other.State == dispatch.DeliveryWaiting) {
				return nil
			}
		}
	}
	body, err := report(d, epoch)
	if err != nil {
		return err
	}
	_, _, err = n.options.Intake.SendCommand(ctx, dispatch.Actor{Type: "system", ID: "notifier"}, d.Notice.CaseID, body)
	return err
}

// settle writes down what came of an attempt or a report.
func (n *Notifier) settle(ctx context.Context, r result) {
	if host, ran := n.running[r.id]; ran {
		delete(n.running, r.id)
		if n.hosts[host]--; n.hosts[host] == 0 {
			delete(n.hosts, host)
		}
	}
	d := n.open[r.id]
	if d == nil || r.outcome == cutOff {
		return
	}
	now := time.Now()
	next := *d
	if d.State == dispatch.DeliverySettled {
		next.State = dispatch.DeliveryDone
		if r.outcome == again {
			n.log.Debug("a report is tried again", "delivery", d.ID, "error", r.detail)
			d.Due = now.Add(firstRetry) // not written down: at the next start it is tried at once
			return
		}
	} else {
		n.attempted(&next, r, now)
	}
	n.keep(ctx, "writing a delivery down", func() error { return n.put(ctx, []dispatch.Delivery{next}) })
	if *d = next; d.State == dispatch.DeliveryDone {
		delete(n.open, d.ID)
	}
}

// attempted takes what came of an attempt.
func (n *Notifier) attempted(d *dispatch.Delivery, r result, now time.Time) {
	word := map[outcome]string{arrived: "delivered", again: "retried", refused: "failed", superseded: "superseded"}[r.outcome]
	if r.outcome != superseded {
		d.Attempts++
	}
	d.Detail = r.detail
	if r.outcome == again {
		d.Due = now.Add(max(retryAfter(d.Attempts), min(r.after, lastRetry)))
		if d.Due.After(d.Deadline) {
			d.Due = d.Deadline // the last word comes then
		}
		if d.Attempts == 1 {
			n.log.Warn("a delivery is tried again until it arrives or is too late", "delivery", d.ID, "channel", d.Channel,
				"about", d.Notice.About, "recipient", d.Notice.Recipient.ID, "error", r.detail)
		}
		n.metrics.deliveries.WithLabelValues(string(d.Channel), word).Inc()
		return
	}
	d.State, d.EndedAt, d.Delivered = dispatch.DeliveryDone, now, r.outcome == arrived
	if d.Notice.Recipient.Type == "team" && r.outcome != superseded {
		d.State, d.Due = dispatch.DeliverySettled, now
	}
	n.metrics.deliveries.WithLabelValues(string(d.Channel), word).Inc()
	if r.outcome == refused {
		n.log.Error("a delivery is given up", "delivery", d.ID, "channel", d.Channel, "about", d.Notice.About,
			"recipient", d.Notice.Recipient.ID, "attempts", d.Attempts, "error", r.detail)
	} else {
		n.log.Debug("a delivery has ended", "delivery", d.ID, "channel", d.Channel, "about", d.Notice.About, "result", word, "attempts", d.Attempts)
	}
}

// retryAfter gives the time before the next attempt: it doubles, and up to a
// quarter of it is left to chance, so that not all come at once.
func retryAfter(attempts int) time.Duration {
	wait := min(firstRetry<<min(attempts-1, 20), lastRetry)
	return wait - rand.N(wait/4) // #nosec G404 -- no secret
}

// answered says what an HTTP answer means. Everything but an acceptance is
// tried again: a gateway that is being set up answers 401 or 404 too.
func answered(response *http.Response) (outcome, string, time.Duration) {
	switch {
	case response.StatusCode/100 == 2:
		return arrived, "", 0
	case response.StatusCode == http.StatusGone:
		return refused, "the receiver answers 410: the address is no longer in use", 0
	case response.StatusCode/100 == 3:
		return again, fmt.Sprintf("the receiver answers %d; redirects are not followed: change the address", response.StatusCode), 0
	}
	var after time.Duration
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		after = time.Duration(min(seconds, 3600)) * time.Second
	}
	return again, fmt.Sprintf("the receiver answers %d", response.StatusCode), after
}
