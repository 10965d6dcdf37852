package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
	"github.com/izdeu/izdeu/ingest"
)

func TestDemoApplicationsAreGoodAndInvented(t *testing.T) {
	t.Parallel()
	cast, err := loadDemo()
	if err != nil {
		t.Fatal(err)
	}
	schedule := demoSchedule{cast: cast, seed: demoSeed, began: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	filings, err := schedule.starts()
	if err != nil {
		t.Fatal(err)
	}
	for slot := range int64(2 * len(cast.Day)) {
		filing, err := schedule.ofSlot(slot)
		if err != nil {
			t.Fatal(err)
		}
		filings = append(filings, filing)
	}
	kinds := map[dispatch.Kind]int{}
	ids := map[string]bool{}
	for _, filing := range filings {
		read, err := ingest.ReadApplication(filing.body)
		if err != nil {
			t.Errorf("%s is not what the API would take: %v\n%s", filing.id, err, filing.body)
			continue
		}
		kinds[read.Kind]++
		if ids[read.ID] || read.System != demoSystem || !strings.HasPrefix(read.ID, demoPrefix) {
			t.Errorf("the id %s/%s is not a demo's own, or there twice", read.System, read.ID)
		}
		ids[read.ID] = true
		if phone := read.Reporter.Phone; !strings.HasPrefix(phone, "+7 700 000 00 ") {
			t.Errorf("%s: the phone %q could be somebody's", filing.id, phone)
		}
		for _, subject := range read.Subjects {
			if subject.Name != "" {
				t.Errorf("%s names a person", filing.id)
			}
		}
		if region, _, _ := geo.RegionOf(*read.Location); region != "KZ-39" {
			t.Errorf("%s is in %s, not in Kostanay region", filing.id, region)
		}
		if schedule.find(filing.id) == nil {
			t.Errorf("%s does not know its own case", filing.id)
		}
	}
	if kinds[dispatch.Emergency] != 1 || kinds[dispatch.VolunteerEvent] != 1 {
		t.Errorf("kinds %v, want one emergency and one volunteer event", kinds)
	}
	again := demoSchedule{cast: cast, seed: demoSeed, began: schedule.began}
	for slot := range int64(50) {
		first, _ := schedule.ofSlot(slot)
		second, _ := again.ofSlot(slot)
		if first.id != second.id || string(first.body) != string(second.body) {
			t.Fatalf("slot %d is another one the second time", slot)
		}
	}
}

// TestDemoCoversTheRegion finds each of the 20 districts and towns in the demo.
func TestDemoCoversTheRegion(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "domain", "regions.json"))
	if err != nil {
		t.Skip("the facts about the regions are not beside the project (../shared): ", err)
	}
	var facts struct {
		Units []struct {
			Centre string  `json:"centre"`
			Lat    float64 `json:"lat"`
			Lon    float64 `json:"lon"`
		} `json:"kostanay_region_units"`
	}
	if err := json.Unmarshal(content, &facts); err != nil {
		t.Fatal(err)
	}
	cast, err := loadDemo()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(append(slices.Clone(cast.Start), cast.Day...))
	if err != nil {
		t.Fatal(err)
	}
	if len(facts.Units) != 20 {
		t.Errorf("%d units, want 20", len(facts.Units))
	}
	for _, unit := range facts.Units {
		if !strings.Contains(string(text), fmt.Sprintf("[%v,%v]", unit.Lon, unit.Lat)) {
			t.Errorf("no case at %s", unit.Centre)
		}
	}
}

// play runs the demo on the rules of dispatch alone, in a time of its own.
type play struct {
	t        *testing.T
	schedule demoSchedule
	actor    demoActor
	state    *dispatch.State
	now      time.Time
	offset   int64
	cases    map[int64]*dispatch.Case
	given    map[string]bool
	refused  map[string]int
	outcomes map[string]int
	highest  int // active cases at once
}

func newPlay(t *testing.T, cast *demoCast, seed uint64) *play {
	began := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	return &play{t: t, schedule: demoSchedule{cast: cast, seed: seed, began: began}, actor: demoActor{seed: seed}, now: began,
		state: dispatch.NewState(dispatch.DefaultSettings(), &dispatch.Snapshot{Head: dispatch.Position{Epoch: "e"}}),
		cases: map[int64]*dispatch.Case{}, given: map[string]bool{}, refused: map[string]int{}, outcomes: map[string]int{}}
}

func (p *play) tell(topic string, value []byte) {
	p.t.Helper()
	p.offset++
	decoded := ingest.Decode(ingest.NewTopics("izdeu."), &kafka.Message{Topic: topic, Offset: p.offset, Value: value, Time: p.now})
	if decoded.Message == nil || decoded.Message.DeadLetter != nil {
		p.t.Fatalf("%s is not read: %+v", value, decoded)
	}
	p.decide(decoded.Message)
}

func (p *play) decide(message *dispatch.Message) {
	message.Now = p.now
	changes := dispatch.Decide(p.state, message)
	p.state.Apply(changes)
	p.state.Settle()
	if changes.Applied != nil && !changes.Applied.Done {
		p.refused[changes.Applied.Code]++
	}
	active := 0
	for _, c := range changes.Cases {
		p.cases[c.Key] = c
	}
	for _, c := range p.cases {
		if c.Active() {
			active++
		}
	}
	p.highest = max(p.highest, active)
	for _, event := range changes.Events {
		if event.Type == dispatch.EventCaseOutcome {
			p.outcomes[string(event.Outcome)]++
		}
	}
}

// run plays for a while; statuses are those that were seen at a time.
func (p *play) run(length time.Duration) (statuses map[dispatch.Status]bool) {
	p.t.Helper()
	for _, team := range p.schedule.cast.Teams {
		body := map[string]any{"type": "team.registered", "at": p.schedule.began}
		maps.Copy(body, team)
		text, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		p.tell("izdeu.teams", text)
	}
	filings, err := p.schedule.starts()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, filing := range filings {
		p.tell("izdeu.applications", filing.body)
	}
	statuses = map[dispatch.Status]bool{}
	slot := int64(0)
	for end := p.now.Add(length); p.now.Before(end); {
		next := p.schedule.began.Add(time.Duration(slot+1) * demoEvery)
		var step *demoStep
		var of *dispatch.Case
		for _, key := range slices.Sorted(maps.Keys(p.cases)) {
			c := p.cases[key]
			statuses[c.Status] = true
			for _, one := range p.actor.steps(c, p.schedule.find(c.Applications[0].ID)) {
				if !p.given[one.id] && one.due.Before(next) {
					next, step, of = one.due, &one, c
				}
			}
		}
		if timer, ok := p.state.NextDeadline(); ok && timer.Due.Before(next) {
			p.now = later(p.now, timer.Due)
			p.decide(&dispatch.Message{Timer: &timer})
			continue
		}
		p.now = later(p.now, next)
		if step != nil {
			message, err := step.message(of, p.now)
			if err != nil {
				p.t.Fatal(err)
			}
			p.given[step.id] = true
			if !of.Active() { // as the leader looks up what has left its memory
				p.state.Receive(&dispatch.Found{Cases: []*dispatch.Case{of}})
			}
			p.tell("izdeu.commands", message.Value)
			continue
		}
		slot++
		filing, err := p.schedule.ofSlot(slot)
		if err != nil {
			p.t.Fatal(err)
		}
		p.tell("izdeu.applications", filing.body)
		for key, c := range p.cases { // what is over for good
			if !c.Active() && len(p.actor.steps(c, p.schedule.find(c.Applications[0].ID))) == 0 {
				delete(p.cases, key)
			}
		}
	}
	return statuses
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestDemoPlaysForHoursAndStaysBounded(t *testing.T) {
	t.Parallel()
	cast, err := loadDemo()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlay(t, cast, demoSeed)
	statuses := p.run(6 * time.Hour)
	for _, status := range dispatch.Statuses() {
		if !statuses[status] {
			t.Errorf("no case is ever %s", status)
		}
	}
	if p.highest > demoCases {
		t.Errorf("%d cases are active at once, more than %d", p.highest, demoCases)
	}
	for _, outcome := range dispatch.Outcomes() {
		if p.outcomes[string(outcome)] == 0 {
			t.Errorf("no case ends as %s: %v", outcome, p.outcomes)
		}
	}
	if found := p.outcomes["found"]; 2*found < p.outcomes["closed"] {
		t.Errorf("more are closed than found: %v", p.outcomes)
	}
	if p.refused["invalid"]+p.refused["not-supported"]+p.refused["unknown-team"]+p.refused["unknown-case"] > 0 {
		t.Errorf("commands are refused for their form: %v", p.refused)
	}
	for _, c := range p.cases {
		if age := p.now.Sub(c.OpenedAt); age > demoLimit+30*time.Minute {
			t.Errorf("%s is open for %s: %s %+v", c.Applications[0].ID, age, c.Status, c.Assignments)
		}
	}
	second := newPlay(t, cast, demoSeed)
	second.run(time.Hour)
	third := newPlay(t, cast, demoSeed)
	third.run(time.Hour)
	if second.state.Head() != third.state.Head() || !maps.Equal(second.outcomes, third.outcomes) {
		t.Errorf("the same seed plays differently: %v %v and %v %v", second.state.Head(), second.outcomes, third.state.Head(), third.outcomes)
	}
	t.Logf("outcomes %v, at most %d active, refused %v", p.outcomes, p.highest, p.refused)
}

func TestDemoOnTheBoard(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startProgram(t, data, "--demo")
	var before []caseView
	p.eventually("cases in every status", func() (err error) {
		if before, err = p.cases(""); err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, c := range before {
			seen[c.Status] = true
		}
		for _, status := range dispatch.Statuses() {
			if !seen[string(status)] {
				return fmt.Errorf("none is %s: %v", status, seen)
			}
		}
		return nil
	})
	if len(before) < 10 {
		t.Errorf("only %d cases", len(before))
	}
	p.eventually("a team on its way", func() error {
		_, teams := p.get(testAdminKey, "/api/v1/teams")
		if !strings.Contains(string(teams), `"position":{"position"`) {
			return fmt.Errorf("no team has a position: %s", teams)
		}
		return nil
	})
	status, info := p.get("", "/api/v1/info")
	if status != 200 || !strings.Contains(string(info), `"demo":true`) {
		t.Errorf("info: %d %s", status, info)
	}
	for _, c := range before {
		for _, a := range c.Applications {
			if a.System != demoSystem || !strings.HasPrefix(a.ID, demoPrefix) {
				t.Errorf("the application %s/%s is not marked as a demo's", a.System, a.ID)
			}
		}
	}
	p.stop()
	p = startProgram(t, data, "--demo")
	p.eventually("the same again is applied", func() error {
		n, err := p.metric(`izdeu_applications_total{kind="missing_person",result="repeated"}`)
		if err != nil || n < 10 {
			return fmt.Errorf("%v (%v)", n, err)
		}
		return nil
	})
	after, err := p.cases("")
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]string{}
	for _, c := range after {
		if id := c.Applications[0].ID; numbers[id] != "" || len(c.NeedsReview) > 0 {
			t.Errorf("%s is there twice, or to be reviewed: %+v", id, c)
		}
		numbers[c.Applications[0].ID] = c.Number
	}
	for _, c := range before {
		if numbers[c.Applications[0].ID] != c.Number {
			t.Errorf("%s is %s after a restart, and was %s", c.Applications[0].ID, numbers[c.Applications[0].ID], c.Number)
		}
	}
	p.stop()
	if out, errs, code := runOnce(t, "", "verify", "--data", data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}
