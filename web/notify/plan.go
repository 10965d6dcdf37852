package notify

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/izdeu/izdeu/dispatch"
)

// How long it makes sense to tell something; assumptions of ours. What is
// older is given up, and says so.
const (
	// offerGrace: a late yes is welcome, so an offer is told for a while after
	// its time to answer.
	offerGrace     = 10 * time.Minute
	withdrawnLasts = time.Hour
	// standDownLasts is long: everybody must hear that the search is over.
	standDownLasts = 24 * time.Hour
	alarmLasts     = 12 * time.Hour
)

// audience says whom an event wakes.
type audience uint8

const (
	nobody audience = iota
	theTeam
	coordinators
)

// wakes is the one table of which events wake whom.
var wakes = map[dispatch.EventType]audience{
	dispatch.EventOffered:        theTeam,
	"assignment.rung":            theTeam,
	dispatch.EventWithdrawn:      theTeam,
	dispatch.EventStandingDown:   theTeam,
	dispatch.EventCaseUnanswered: coordinators,
	// Somebody has to decide before the team arrives elsewhere.
	dispatch.EventPreemptionProposed: coordinators,
	"assignment.check_in_missed":     coordinators,
	"assignment.people_missing":      coordinators,
}

func audienceOf(event *dispatch.Event) audience {
	// Nobody can be sent anywhere until somebody finds out where.
	if event.Type == dispatch.EventCaseOpened && event.Urgency == dispatch.LifeThreatening && event.Region == "" && event.CallOut != dispatch.CallOutNone {
		return coordinators
	}
	return wakes[event.Type]
}

// deadlineOf says until when an event is worth telling.
func deadlineOf(event *dispatch.Event) time.Time {
	switch event.Type {
	case dispatch.EventOffered, "assignment.rung":
		if !event.AnswerBy.IsZero() {
			return event.AnswerBy.Add(offerGrace)
		}
		return event.At.Add(offerGrace)
	case dispatch.EventWithdrawn:
		return event.At.Add(withdrawnLasts)
	case dispatch.EventStandingDown:
		return event.At.Add(standDownLasts)
	}
	return event.At.Add(alarmLasts)
}

// target is somebody, and one way to reach them.
type target struct {
	dispatch.Recipient
	channel dispatch.Channel
	address string
}

// planEvents makes the deliveries of the next events.
func (n *Notifier) planEvents(ctx context.Context, epoch string) error {
	events, err := n.options.Journal.Events(ctx, n.read, pageLimit)
	if err != nil || len(events) == 0 {
		return err
	}
	now := time.Now()
	var waking []*dispatch.Event
	var keys []int64
	for i := range events {
		event := &events[i]
		switch event.Type {
		case dispatch.EventTeamRegistered, dispatch.EventCoordinatorRegistered:
			n.teams = nil // read again
		}
		if audienceOf(event) == nobody {
			continue
		}
		if !now.Before(deadlineOf(event)) {
			n.metrics.deliveries.WithLabelValues("", "late").Inc()
			continue
		}
		waking = append(waking, event)
		keys = append(keys, event.Case)
	}
	last := events[len(events)-1].Sequence
	if len(waking) == 0 {
		n.read = last
		return nil
	}
	if err := n.knowPeople(ctx); err != nil {
		return err
	}
	subscriptions, err := n.options.Store.PushSubscriptions(ctx)
	if err != nil {
		return err
	}
	cases, err := n.casesOf(ctx, waking, subscriptions, keys)
	if err != nil {
		return err
	}
	plan := n.newPlan(now)
	for _, event := range waking {
		c := cases[event.Case]
		var targets []target
		if audienceOf(event) == theTeam {
			targets = n.teamTargets(event.TeamID, subscriptions)
		} else {
			if c != nil {
				targets = n.alarmTargets(c.Regions, subscriptions, now)
			}
			n.missed(targets, event.Type, now)
		}
		for _, to := range targets {
			if c != nil {
				plan.add(dispatch.Position{Epoch: epoch, Sequence: event.Sequence}.String(), event.Sequence, c.Key,
					noticeOf(event, c), to, deadlineOf(event), audienceOf(event) == coordinators)
			}
		}
	}
	return n.commit(ctx, plan, func() { n.read = last })
}

// casesOf reads the cases of the events that anybody is told of.
func (n *Notifier) casesOf(ctx context.Context, waking []*dispatch.Event, subscriptions []dispatch.PushSubscription, keys []int64) (map[int64]*dispatch.Case, error) {
	cases := map[int64]*dispatch.Case{}
	keys = keys[:0]
	for _, event := range waking {
		if audienceOf(event) == coordinators && n.anybody(subscriptions) || audienceOf(event) == theTeam && len(n.teamTargets(event.TeamID, subscriptions)) > 0 {
			keys = append(keys, event.Case)
		}
	}
	if len(keys) == 0 {
		return cases, nil
	}
	slices.Sort(keys)
	read, err := n.options.Store.Cases(ctx, slices.Compact(keys))
	if err != nil {
		return nil, err
	}
	for _, c := range read {
		cases[c.Key] = c
	}
	return cases, nil
}

// planDeadLetters makes the deliveries of dead letters that are new.
func (n *Notifier) planDeadLetters(ctx context.Context, epoch string) error {
	for {
		letters, err := n.options.Store.DeadLetters(ctx, n.readDead, pageLimit, false)
		if err != nil || len(letters) == 0 {
			return err
		}
		if err := n.knowPeople(ctx); err != nil {
			return err
		}
		subscriptions, err := n.options.Store.PushSubscriptions(ctx)
		if err != nil {
			return err
		}
		now := time.Now()
		plan := n.newPlan(now)
		for i := range letters {
			letter := &letters[i]
			deadline := letter.At.Add(alarmLasts)
			if !letter.ReplayedAt.IsZero() || !now.Before(deadline) {
				continue
			}
			targets := n.alarmTargets(nil, subscriptions, now)
			n.missed(targets, dispatch.AboutDeadLetter, now)
			for _, to := range targets {
				plan.add("dead."+dispatch.Position{Epoch: epoch, Sequence: letter.ID}.String(), 0, 0,
					dispatch.Notice{About: dispatch.AboutDeadLetter, HappenedAt: letter.At}, to, deadline, true)
			}
		}
		last := letters[len(letters)-1].ID
		if err := n.commit(ctx, plan, func() { n.readDead = last }); err != nil {
			return err
		}
	}
}

// anybody says whether there is somebody who is told of alarms.
func (n *Notifier) anybody(subscriptions []dispatch.PushSubscription) bool {
	return len(n.people) > 0 || slices.ContainsFunc(subscriptions, func(s dispatch.PushSubscription) bool { return s.Alarms })
}

// missedEvery is how often it is logged that alarms reach nobody.
const missedEvery = time.Minute

// missed says that an alarm reaches nobody.
func (n *Notifier) missed(targets []target, about dispatch.EventType, now time.Time) {
	if len(targets) > 0 {
		return
	}
	n.metrics.deliveries.WithLabelValues("", "nobody").Inc()
	if now.Sub(n.missedAt) >= missedEvery {
		n.missedAt = now
		n.log.Warn("an alarm reaches nobody: register coordinators with PUT /api/v1/coordinators/{id}", "about", about)
	}
}

// knowPeople reads the teams and coordinators when they have changed.
func (n *Notifier) knowPeople(ctx context.Context) error {
	if n.teams != nil {
		return nil
	}
	states, err := n.options.Store.Teams(ctx)
	if err != nil {
		return err
	}
	people, err := n.options.Store.Coordinators(ctx)
	if err != nil {
		return err
	}
	n.people = people
	n.teams = make(map[string]*dispatch.Team, len(states))
	for i := range states {
		n.teams[states[i].ID] = states[i].Team
	}
	return nil
}

// teamTargets gives the ways to reach a team: its webhooks, and the browsers
// of its keys.
func (n *Notifier) teamTargets(id string, subscriptions []dispatch.PushSubscription) []target {
	var targets []target
	if team := n.teams[id]; team != nil {
		targets = webhooks(targets, dispatch.Recipient{Type: "team", ID: id}, team.Contacts)
	}
	for i := range subscriptions {
		if s := &subscriptions[i]; slices.Contains(s.Teams, id) {
			targets = append(targets, target{dispatch.Recipient{Type: "team", ID: id, Language: s.Language}, dispatch.ChannelWebPush, s.ID})
		}
	}
	return targets
}

func webhooks(targets []target, to dispatch.Recipient, contacts []dispatch.Contact) []target {
	for _, contact := range contacts {
		if contact.Channel == dispatch.ChannelWebhook {
			targets = append(targets, target{to, dispatch.ChannelWebhook, contact.Address})
		}
	}
	return targets
}

// alarmTargets gives the ways to reach the coordinators of the regions: those
// on duty there; else those on duty for every region; else, because an alarm
// must not be lost, those off duty. Browsers that a coordinator's key has
// subscribed for the regions are always told.
func (n *Notifier) alarmTargets(regions []string, subscriptions []dispatch.PushSubscription, now time.Time) []target {
	var targets []target
	for _, duty := range []bool{true, false} {
		for _, everywhere := range []bool{false, true} {
			for _, one := range n.people {
				concerned := len(one.Regions) == 0
				if !everywhere {
					concerned = slices.ContainsFunc(one.Regions, func(region string) bool { return slices.Contains(regions, region) })
				}
				if concerned && one.OnDuty(now) == duty {
					targets = webhooks(targets, dispatch.Recipient{Type: "coordinator", ID: one.ID, Language: one.Language}, one.Contacts)
				}
			}
			if len(targets) > 0 {
				return devices(targets, regions, subscriptions)
			}
		}
	}
	return devices(targets, regions, subscriptions)
}

// devices adds the browsers that are subscribed to alarms of the regions; an
// alarm without a region concerns them all.
func devices(targets []target, regions []string, subscriptions []dispatch.PushSubscription) []target {
	for i := range subscriptions {
		s := &subscriptions[i]
		if s.Alarms && (len(regions) == 0 || len(s.Regions) == 0 ||
			slices.ContainsFunc(s.Regions, func(region string) bool { return slices.Contains(regions, region) })) {
			targets = append(targets, target{dispatch.Recipient{Type: "device", ID: s.ID, Language: s.Language}, dispatch.ChannelWebPush, s.ID})
		}
	}
	return targets
}

// noticeOf is what an event says to those whom it wakes.
func noticeOf(event *dispatch.Event, c *dispatch.Case) dispatch.Notice {
	notice := dispatch.Notice{About: event.Type, HappenedAt: event.At, CaseID: c.ID, Number: c.Number, Kind: c.Kind, Urgency: c.Urgency,
		Region: c.Region, Place: settlement(c.Personal.Place), Exercise: c.Exercise, TeamID: event.TeamID, AnswerBy: event.AnswerBy}
	if event.DistanceM != nil {
		notice.DistanceM = *event.DistanceM
	}
	return notice
}

// settlement gives the part of a place that may stand on a locked screen: the
// first one without a digit, which a house would have.
func settlement(place string) string {
	for part := range strings.SplitSeq(place, ",") {
		part = strings.TrimSpace(part)
		if part != "" && !strings.ContainsAny(part, "0123456789") && utf8.RuneCountInString(part) <= 60 {
			return part
		}
	}
	return ""
}

// plan gathers deliveries that are not kept yet.
type plan struct {
	now    time.Time
	window time.Duration
	groups map[string]*dispatch.Delivery // of the notifier
	fresh  map[string]*dispatch.Delivery // the newest of each group, with this plan
	made   []*dispatch.Delivery
}

func (n *Notifier) newPlan(now time.Time) *plan {
	return &plan{now: now, window: n.options.AlarmWindow, groups: n.groups, fresh: map[string]*dispatch.Delivery{}}
}

// add adds a delivery. Alarms of one kind to one address go at once when there
// was none within the window; the others wait for its end and go as one.
func (p *plan) add(source string, sequence, key int64, notice dispatch.Notice, to target, deadline time.Time, grouped bool) {
	notice.Recipient = to.Recipient
	recipient := to.Type + ":" + to.ID
	d := &dispatch.Delivery{ID: dispatch.DeliveryID(source, recipient, to.channel, to.address), Sequence: sequence, Case: key, Notice: notice,
		Channel: to.channel, Address: to.address, State: dispatch.DeliveryWaiting, Due: p.now, Deadline: deadline, CreatedAt: p.now}
	if !grouped {
		p.made = append(p.made, d)
		return
	}
	d.Notice.Count = 1
	d.Group = strings.Join([]string{string(notice.About), recipient, string(to.channel), to.address}, " ")
	newest := cmp.Or(p.fresh[d.Group], p.groups[d.Group])
	switch {
	case newest == nil || !newest.Due.Add(p.window).After(p.now):
		// The first for a while goes at once.
	case newest.Due.After(p.now) && newest.Attempts == 0 && newest.State == dispatch.DeliveryWaiting:
		if p.fresh[d.Group] == nil { // the notifier's own changes once this plan is kept
			copied := *newest
			newest = &copied
			p.fresh[d.Group] = newest
			p.made = append(p.made, newest)
		}
		newest.Notice.Count++
		return
	default:
		d.Due = newest.Due.Add(p.window)
	}
	d.Deadline = d.Due.Add(max(deadline.Sub(p.now), 0)) // grouping takes nothing from its time
	p.fresh[d.Group] = d
	p.made = append(p.made, d)
}

// commit keeps a plan and what was read for it.
func (n *Notifier) commit(ctx context.Context, p *plan, read func()) error {
	before, beforeDead := n.read, n.readDead
	read()
	if len(p.made) == 0 && n.readDead == beforeDead {
		return nil // what was read of the journal is written down now and then
	}
	deliveries := make([]dispatch.Delivery, len(p.made))
	for i, d := range p.made {
		deliveries[i] = *d
	}
	if err := n.put(ctx, deliveries); err != nil {
		n.read, n.readDead = before, beforeDead
		return err
	}
	for _, d := range p.made {
		n.open[d.ID] = d
	}
	for group, d := range p.fresh {
		n.groups[group] = d
	}
	return nil
}
