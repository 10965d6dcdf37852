package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

//go:embed demo/demo.json
var demoFile []byte

// demoSystem is the source.system of every invented application, and demoPrefix
// begins every id that the demo makes.
const (
	demoSystem = "demo"
	demoPrefix = "demo-"
)

// demoEvery is the time between two cases of the day.
const demoEvery = time.Minute

// demoCast is what the demo plays; see demo/README.md.
type demoCast struct {
	Teams []map[string]any `json:"teams"`
	Start []*demoCase      `json:"start"` // filed once, when a demo begins
	Day   []*demoCase      `json:"day"`   // filed over and over
}

// demoCase is an invented case, and how it goes.
type demoCase struct {
	Name          string         `json:"name"`
	Application   map[string]any `json:"application"`
	LastSeenHours float64        `json:"last_seen_hours"` // before it is filed; 0: not said
	Ending        demoEnding     `json:"ending"`
	Reopen        *demoReopening `json:"reopen"`
	Notes         []demoNote     `json:"notes"`
	Pace          demoPace       `json:"pace"`
}

// demoEnding is the outcome that a coordinator records once a team has searched.
type demoEnding struct {
	Outcome   string  `json:"outcome"`
	Condition string  `json:"condition"`
	FoundBy   string  `json:"found_by"`
	Reason    string  `json:"reason"`
	People    int     `json:"people"`
	Note      string  `json:"note"`
	After     float64 `json:"after"` // seconds after the opening, whatever the teams do; 0: after the search
}

// demoReopening takes a case up again that ended as missing.
type demoReopening struct {
	After  float64    `json:"after"` // seconds after the search was suspended
	Note   string     `json:"note"`
	Ending demoEnding `json:"ending"`
}

// demoNote is written to the teams of a case.
type demoNote struct {
	After float64 `json:"after"` // seconds after the opening
	Text  string  `json:"text"`
}

// span is a time drawn between two ends, in seconds.
type span [2]float64

// demoPace says how long everything takes. What a case does not say is as in
// usualPace; travel and return depend on the distance then.
type demoPace struct {
	Check       span `json:"check"`       // until a held case is called out
	Answer      span `json:"answer"`      // until a team answers
	Depart      span `json:"depart"`      // until it leaves
	Travel      span `json:"travel"`      // until it is there
	Search      span `json:"search"`      // until it has searched
	Acknowledge span `json:"acknowledge"` // until it has heard that it is called back
	Return      span `json:"return"`      // until it is home
	Confirm     span `json:"confirm"`     // until a death is confirmed
	Tell        span `json:"tell"`        // until the family has been told
	GiveUp      span `json:"give_up"`     // until a case that nobody answers goes to another service
}

var usualPace = demoPace{Check: span{60, 120}, Answer: span{4, 25}, Depart: span{8, 30}, Search: span{45, 150},
	Acknowledge: span{2, 6}, Confirm: span{20, 40}, Tell: span{120, 240}, GiveUp: span{240, 300}}

// demoLimit ends a case that something kept from its own end, so that the demo
// can run for days.
const demoLimit = 40 * time.Minute

func loadDemo() (*demoCast, error) {
	cast := &demoCast{}
	if err := json.Unmarshal(demoFile, cast); err != nil {
		return nil, fmt.Errorf("the demo's cases: %w", err)
	}
	return cast, nil
}

// demoSchedule says which case is filed when. It follows from the seed and the
// beginning of the demo alone, so a restart files the same again, which changes
// nothing, and goes on.
type demoSchedule struct {
	cast  *demoCast
	seed  uint64
	began time.Time
}

// demoFiling is an application that is due at a time.
type demoFiling struct {
	id   string
	at   time.Time
	body []byte
}

// starts gives the cases that the demo begins with.
func (s *demoSchedule) starts() ([]demoFiling, error) {
	filings := make([]demoFiling, len(s.cast.Start))
	for i, one := range s.cast.Start {
		var err error
		if filings[i], err = one.filing(demoPrefix+one.Name, s.began); err != nil {
			return nil, err
		}
	}
	return filings, nil
}

// slot numbers the minutes: each has a case of the day.
func (s *demoSchedule) slot(now time.Time) int64 { return int64(now.Sub(s.began) / demoEvery) }

// ofSlot gives the case of a slot; the first slot has none, because the demo
// begins with cases of its own.
func (s *demoSchedule) ofSlot(slot int64) (demoFiling, error) {
	one := s.dayCase(slot)
	return one.filing(demoPrefix+strconv.FormatInt(slot, 10)+"-"+one.Name, s.began.Add(time.Duration(slot)*demoEvery))
}

// dayCase is the case of a slot: all of them in turn, each round in another order.
func (s *demoSchedule) dayCase(slot int64) *demoCase {
	n := int64(len(s.cast.Day))
	round := rand.New(rand.NewPCG(s.seed, uint64(slot/n))) // #nosec G404 -- a play, not a secret
	return s.cast.Day[round.Perm(int(n))[slot%n]]
}

// find gives the case that an application of the demo belongs to; nil when it
// is of another version of the demo.
func (s *demoSchedule) find(applicationID string) *demoCase {
	name, found := strings.CutPrefix(applicationID, demoPrefix)
	if !found {
		return nil
	}
	for _, one := range s.cast.Start {
		if one.Name == name {
			return one
		}
	}
	_, name, _ = strings.Cut(name, "-")
	for _, one := range s.cast.Day {
		if one.Name == name {
			return one
		}
	}
	return nil
}

// filing makes the application as it is sent.
func (c *demoCase) filing(id string, at time.Time) (demoFiling, error) {
	body := map[string]any{"id": id, "filed_at": at, "revision": 1}
	for name, value := range c.Application {
		body[name] = value
	}
	source := map[string]any{"system": demoSystem}
	if more, ok := body["source"].(map[string]any); ok {
		for name, value := range more {
			source[name] = value
		}
	}
	body["source"] = source
	if c.LastSeenHours > 0 {
		body["subjects"] = lastSeen(body["subjects"], at.Add(-time.Duration(c.LastSeenHours*float64(time.Hour))))
	}
	if event, ok := body["event"].(map[string]any); ok {
		body["event"] = scheduled(event, at)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return demoFiling{}, fmt.Errorf("the demo's case %s: %w", c.Name, err)
	}
	return demoFiling{id: id, at: at, body: text}, nil
}

func lastSeen(subjects any, at time.Time) []any {
	var seen []any
	list, _ := subjects.([]any)
	for _, one := range list {
		subject := map[string]any{"last_seen_at": at}
		if fields, ok := one.(map[string]any); ok {
			for name, value := range fields {
				subject[name] = value
			}
		}
		seen = append(seen, subject)
	}
	return seen
}

// scheduled turns the hours of an event into times.
func scheduled(event map[string]any, at time.Time) map[string]any {
	times := map[string]any{}
	for name, value := range event {
		times[name] = value
	}
	hours := func(name string) time.Duration {
		n, _ := times[name].(float64)
		delete(times, name)
		return time.Duration(n * float64(time.Hour))
	}
	starts := at.Add(hours("starts_in_hours")).Truncate(time.Hour)
	times["starts_at"], times["ends_at"] = starts, starts.Add(hours("lasts_hours"))
	return times
}
