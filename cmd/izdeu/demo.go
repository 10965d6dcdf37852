package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
)

const (
	// demoSeed decides everything that is drawn: every demo goes alike.
	demoSeed = 20220103
	// demoCases bounds the cases that are open at the same time.
	demoCases = 30
	// positionEvery is how often a team on its way says where it is.
	positionEvery = 5 * time.Second
	// demoRetry is the wait before something is sent again that Kafka did not
	// take, or read again that the database did not give.
	demoRetry = time.Second
	// settingDemoBegan keeps when the demo of a data directory began.
	settingDemoBegan = "demo_began"
)

// demoStore is what the demo reads.
type demoStore interface {
	dispatch.Reader
	dispatch.Keys
}

// demoPlayer files invented cases and answers for invented people, all of it
// through Kafka, as everybody else does.
type demoPlayer struct {
	store    demoStore
	feed     *dispatch.Feed
	producer *ingest.Producer
	topics   ingest.Topics
	log      *slog.Logger

	schedule demoSchedule
	actor    demoActor
	bases    map[string]orb.Point // of the demo's teams, by id

	seen  int64 // sequence up to which the journal was read
	cases map[int64]*demoPart
	slot  int64           // the last one filed
	away  map[string]bool // teams that have told a position and are not known to be home
	moved time.Time       // when positions were told last
}

// demoPart is a case that the demo still plays in.
type demoPart struct {
	row    *dispatch.Case
	script *demoCase
	sent   map[string]bool // ids of commands
}

func newDemoPlayer(ctx context.Context, store demoStore, feed *dispatch.Feed, producer *ingest.Producer, topics ingest.Topics, log *slog.Logger) (*demoPlayer, error) {
	cast, err := loadDemo()
	if err != nil {
		return nil, err
	}
	text, err := store.Setting(ctx, settingDemoBegan, time.Now().UTC().Truncate(time.Second).Format(time.RFC3339))
	if err != nil {
		return nil, err
	}
	began, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fmt.Errorf("the stored setting %s is damaged: delete the demo's data directory: %w", settingDemoBegan, err)
	}
	return &demoPlayer{store: store, feed: feed, producer: producer, topics: topics, log: log,
		schedule: demoSchedule{cast: cast, seed: demoSeed, began: began}, actor: demoActor{seed: demoSeed},
		bases: map[string]orb.Point{}, cases: map[int64]*demoPart{}, away: map[string]bool{}}, nil
}

// run plays until ctx ends. What fails is logged and tried again.
func (p *demoPlayer) run(ctx context.Context) error {
	for begun := false; ctx.Err() == nil; {
		var err error
		if !begun {
			if err = p.begin(ctx); err == nil {
				begun = true
			}
		}
		if err == nil {
			err = p.play(ctx)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		p.log.Warn("the demo waits", "error", err)
		timer := time.NewTimer(demoRetry)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// begin registers the teams, files the first cases, and reads which cases of an
// earlier run are still played. Sending the same again changes nothing.
func (p *demoPlayer) begin(ctx context.Context) error {
	var teams []kafka.Message
	for _, team := range p.schedule.cast.Teams {
		body := map[string]any{"type": "team.registered", "at": p.schedule.began}
		for name, value := range team {
			body[name] = value
		}
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("the demo's teams: %w", err)
		}
		registration, _, err := ingest.ReadTeam(text, p.schedule.began)
		if err != nil {
			return fmt.Errorf("the demo's teams: %w", err)
		}
		p.bases[registration.ID] = registration.Base
		teams = append(teams, kafka.Message{Key: []byte(registration.ID), Value: text})
	}
	if err := p.producer.Produce(ctx, p.topics.Teams, teams...); err != nil {
		return err
	}
	filings, err := p.schedule.starts()
	if err != nil {
		return err
	}
	p.slot = max(p.schedule.slot(time.Now())-1, 0)
	if err := p.file(ctx, filings...); err != nil {
		return err
	}
	head, err := p.store.Head(ctx)
	if err != nil {
		return err
	}
	keys, err := p.store.BoardCases(ctx, time.Now().Add(-demoLimit), 10*demoCases)
	if err != nil {
		return err
	}
	rows, err := p.store.Cases(ctx, keys)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p.note(row)
	}
	p.seen = head.Sequence
	return nil
}

// file sends applications.
func (p *demoPlayer) file(ctx context.Context, filings ...demoFiling) error {
	messages := make([]kafka.Message, len(filings))
	for i, filing := range filings {
		messages[i] = kafka.Message{Key: []byte(demoSystem + "/" + filing.id), Value: filing.body}
	}
	return p.producer.Produce(ctx, p.topics.Applications, messages...)
}

// note keeps the newest row of a case of the demo, and forgets a case in which
// nothing is left to do.
func (p *demoPlayer) note(row *dispatch.Case) {
	if len(row.Applications) == 0 || row.Applications[0].System != demoSystem {
		return
	}
	part := p.cases[row.Key]
	if part == nil {
		script := p.schedule.find(row.Applications[0].ID)
		if script == nil {
			return
		}
		part = &demoPart{script: script, sent: map[string]bool{}}
	}
	part.row = row
	if !row.Active() && len(p.actor.steps(row, part.script)) == 0 {
		delete(p.cases, row.Key)
		return
	}
	p.cases[row.Key] = part
}

// play does what is due, and returns after something has changed or is due.
func (p *demoPlayer) play(ctx context.Context) error {
	head, changed := p.feed.Head()
	for p.seen < head.Sequence {
		page, err := p.feed.After(ctx, p.seen, 1000)
		if err != nil {
			return err
		}
		for _, row := range page.Cases {
			p.note(row)
		}
		if page.Position.Sequence <= p.seen {
			break
		}
		p.seen = page.Position.Sequence
	}
	now := time.Now()
	if err := p.fileDue(ctx, now); err != nil {
		return err
	}
	next := p.schedule.began.Add(time.Duration(p.slot+1) * demoEvery)
	soonest, err := p.commandDue(ctx, now)
	if err != nil {
		return err
	}
	if !soonest.IsZero() && soonest.Before(next) {
		next = soonest
	}
	if err := p.tellPositions(ctx, now); err != nil {
		return err
	}
	if later := p.moved.Add(positionEvery); len(p.away) > 0 && later.Before(next) {
		next = later
	}
	timer := time.NewTimer(max(time.Until(next), 10*time.Millisecond))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// fileDue files the case of the minute, unless enough are open.
func (p *demoPlayer) fileDue(ctx context.Context, now time.Time) error {
	slot := p.schedule.slot(now)
	if slot <= p.slot {
		return nil
	}
	if len(p.cases) < demoCases {
		filing, err := p.schedule.ofSlot(slot)
		if err != nil {
			return err
		}
		if err := p.file(ctx, filing); err != nil {
			return err
		}
	}
	p.slot = slot
	return nil
}

// commandDue gives the commands whose time has come, and says when the next one is due.
func (p *demoPlayer) commandDue(ctx context.Context, now time.Time) (soonest time.Time, err error) {
	var messages []kafka.Message
	var parts []*demoPart
	var ids []string
	for _, part := range p.cases {
		for _, step := range p.actor.steps(part.row, part.script) {
			if part.sent[step.id] {
				continue
			}
			if step.due.After(now) {
				if soonest.IsZero() || step.due.Before(soonest) {
					soonest = step.due
				}
				continue
			}
			message, err := step.message(part.row, now)
			if err != nil {
				return soonest, err
			}
			messages, parts, ids = append(messages, message), append(parts, part), append(ids, step.id)
		}
	}
	if err := p.producer.Produce(ctx, p.topics.Commands, messages...); err != nil {
		return soonest, err
	}
	for i, part := range parts {
		part.sent[ids[i]] = true
	}
	return soonest, nil
}

// message makes the command as it is sent.
func (s *demoStep) message(c *dispatch.Case, now time.Time) (kafka.Message, error) {
	actor := map[string]any{"type": "coordinator", "id": "demo-coordinator", "roles": []string{"coordinator"}}
	if team, ok := s.fields["team_id"].(string); ok {
		actor = map[string]any{"type": "team", "id": team, "roles": []string{"team"}}
	}
	body := map[string]any{"command_id": s.id, "case_id": c.ID, "at": now.UTC().Truncate(time.Millisecond), "actor": actor}
	for name, value := range s.fields {
		body[name] = value
	}
	text, err := json.Marshal(body)
	return kafka.Message{Key: []byte(c.ID), Value: text}, err
}

// tellPositions says where the teams on their way are.
func (p *demoPlayer) tellPositions(ctx context.Context, now time.Time) error {
	if now.Sub(p.moved) < positionEvery {
		return nil
	}
	places := map[string]orb.Point{}
	keys := make([]int64, 0, len(p.cases))
	for key := range p.cases {
		keys = append(keys, key)
	}
	slices.Sort(keys) // a team on two cases is at the newer one, always
	for _, key := range keys {
		part := p.cases[key]
		for i := range part.row.Assignments {
			s := &part.row.Assignments[i]
			base, known := p.bases[s.TeamID]
			if !known {
				continue
			}
			if place, moving := p.actor.placeOf(part.row, part.script, s, base, now); moving {
				places[s.TeamID] = place
			}
		}
	}
	var messages []kafka.Message
	for team := range p.away {
		if _, moving := places[team]; !moving {
			places[team] = p.bases[team] // it is home
			delete(p.away, team)
		}
	}
	for team, place := range places {
		text, err := json.Marshal(map[string]any{"team_id": team, "at": now.UTC().Truncate(time.Millisecond), "accuracy_m": 15,
			"position": map[string]any{"type": "Point", "coordinates": []float64{place.Lon(), place.Lat()}}})
		if err != nil {
			return err
		}
		messages = append(messages, kafka.Message{Key: []byte(team), Value: text})
		if place != p.bases[team] {
			p.away[team] = true
		}
	}
	p.moved = now
	if err := p.producer.Produce(ctx, p.topics.Positions, messages...); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
