package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// word is a column whose words the database checks.
type word struct {
	name string
	// all are the words that it takes.
	all []string
	set func(p *page, word string)
}

func words[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, w := range list {
		all[i] = string(w)
	}
	return all
}

// vocabulary puts a word into a new row.
func vocabulary() []word {
	outcome := func(change func(*dispatch.SubjectOutcome, string)) func(*page, string) {
		return func(p *page, w string) {
			o := &dispatch.SubjectOutcome{Outcome: dispatch.OutcomeFound, At: p.now}
			change(o, w)
			p.open().Subjects[0].Outcome = o
		}
	}
	return []word{
		{"case kind", words(dispatch.Kinds()), func(p *page, w string) { p.open().Kind = dispatch.Kind(w) }},
		{"case status", words(dispatch.Statuses()), func(p *page, w string) { p.open().Status = dispatch.Status(w) }},
		{"urgency", words(dispatch.Urgencies()), func(p *page, w string) { p.open().Urgency = dispatch.Urgency(w) }},
		{"call_out", words(dispatch.CallOuts()), func(p *page, w string) { p.open().CallOut = dispatch.CallOut(w) }},
		{"incident", words(dispatch.Incidents()), func(p *page, w string) { p.open().Incident = dispatch.Incident(w) }},
		{"application kind", words(dispatch.Kinds()), func(p *page, w string) { p.open().Applications[0].Kind = dispatch.Kind(w) }},
		{"sex", words(dispatch.Sexes()), func(p *page, w string) { p.open().Subjects[0].Sex = dispatch.Sex(w) }},
		{"outcome", words(dispatch.Outcomes()), outcome(func(o *dispatch.SubjectOutcome, w string) { o.Outcome = dispatch.Outcome(w) })},
		{"condition", words(dispatch.Conditions()), outcome(func(o *dispatch.SubjectOutcome, w string) { o.Condition = dispatch.Condition(w) })},
		{"found_by", dispatch.FoundBys(), outcome(func(o *dispatch.SubjectOutcome, w string) { o.FoundBy = w })},
		{"identity", dispatch.Identities(), outcome(func(o *dispatch.SubjectOutcome, w string) { o.Identity = w })},
		{"reason", dispatch.ClosedReasons(), outcome(func(o *dispatch.SubjectOutcome, w string) { o.Reason = w })},
		{"sealed outcome", words(dispatch.Outcomes()), func(p *page, w string) {
			c := p.open()
			c.Sealed = []dispatch.SealedOutcome{{Subject: 1, Outcome: dispatch.SubjectOutcome{Outcome: dispatch.Outcome(w), At: p.now}, RecordedAt: p.now, Changed: c.Key}}
		}},
		{"assignment status", words(dispatch.AssignmentStatuses()), func(p *page, w string) {
			p.number++
			team := p.team(int32(p.number), fmt.Sprintf("team-%d", p.number))
			p.assign(p.open(), team, dispatch.AssignmentStatus(w), 0)
		}},
		{"answers", words([]dispatch.Answers{dispatch.AnswersManual, dispatch.AnswersAutomatic}), func(p *page, w string) {
			p.number++
			p.team(int32(p.number), fmt.Sprintf("team-%d", p.number)).Answers = dispatch.Answers(w)
		}},
		{"audience", words(dispatch.Audiences()), func(p *page, w string) {
			c := p.open()
			p.Notes = append(p.Notes, dispatch.Note{Sequence: c.Key, Case: c.Key, Audience: dispatch.Audience(w), At: p.now, Text: "x"})
		}},
	}
}

func testVocabulary(t *testing.T, b *book) {
	for _, column := range vocabulary() {
		p := b.page()
		for _, w := range column.all {
			column.set(p, w)
		}
		if err := b.store.Commit(b.ctx, &p.Batch); err != nil {
			t.Errorf("%s: one of the words %q is refused: %v", column.name, column.all, err)
			continue
		}
		b.head = p.Head
	}
}

func testUnknownWords(t *testing.T, b *book) {
	for _, column := range vocabulary() {
		t.Run(column.name, func(t *testing.T) {
			inside := *b
			inside.t = t
			p := inside.page()
			column.set(p, "unheard_of")
			p.refused()
		})
	}
}

func testFence(t *testing.T, b *book) {
	p := b.page()
	p.open()
	p.commit()

	old := &page{book: b, Batch: dispatch.Batch{Base: p.Base, Head: p.Base}}
	old.open()
	old.refusedWith(dispatch.ErrFenced)

	ahead := b.page()
	ahead.Base.Sequence++
	ahead.Head = ahead.Base
	ahead.open()
	ahead.refusedWith(dispatch.ErrFenced)

	other := b.page()
	other.Base.Epoch += "x"
	other.Head = other.Base
	other.open()
	other.refusedWith(dispatch.ErrFenced)

	// A batch without events is fenced too: its offsets must not overtake.
	offsets := b.page()
	offsets.Base.Sequence--
	offsets.Head = offsets.Base
	offsets.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.teams", Next: 9}}
	offsets.refusedWith(dispatch.ErrFenced)
	if got := b.snapshot(); len(got.Offsets) != 0 || len(got.Cases) != 1 || got.Head != p.Head {
		t.Errorf("fenced batches left something: head %v, %d cases, %d offsets", got.Head, len(got.Cases), len(got.Offsets))
	}

	p = b.page()
	p.open()
	p.commit()
}

func testConcurrentCommits(t *testing.T, b *book) {
	for range 20 {
		var batches [2]*page
		for i := range batches {
			p := b.page()
			p.open()
			batches[i] = p
		}
		var errs [2]error
		var wait sync.WaitGroup
		for i, p := range batches {
			wait.Add(1)
			go func() {
				defer wait.Done()
				errs[i] = b.store.Commit(b.ctx, &p.Batch)
			}()
		}
		wait.Wait()
		fenced := 0
		for _, err := range errs {
			if errors.Is(err, dispatch.ErrFenced) {
				fenced++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if fenced != 1 {
			t.Fatalf("%d of two batches on one head were fenced, want 1", fenced)
		}
		b.head = batches[0].Head
	}
	if got := b.snapshot(); len(got.Cases) != 20 || got.Head != b.head {
		t.Errorf("got %d cases and head %v, want 20 and %v", len(got.Cases), got.Head, b.head)
	}
}

// testRefusedWhole puts something into every table before the row that is
// refused, which is the last to be written.
func testRefusedWhole(t *testing.T, b *book) {
	identity := dispatch.CommandIdentity("1")
	p := b.page()
	p.Applied = []dispatch.Applied{{Identity: identity, At: p.tick(), Done: true}}
	p.commit()

	p = b.page()
	team := p.fullTeam()
	c := p.fullCase(team)
	p.Positions = []dispatch.TeamPosition{{TeamID: team.ID, At: p.tick()}}
	p.Numbers = []dispatch.CaseNumber{{Prefix: "39-2026", Last: 1}}
	p.Decisions = []dispatch.Decision{{Case: c.Key, Sequence: c.Key, At: p.now}}
	p.Notes = []dispatch.Note{{Sequence: c.Key, Case: c.Key, Audience: dispatch.AudienceTeam, At: p.now, Text: "x"}}
	p.DeadLetters = []dispatch.DeadLetter{{Source: dispatch.Source{Topic: "x"}, At: p.now, Reason: "not-json"}}
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.teams", Next: 1}}
	p.Applied = []dispatch.Applied{{Identity: identity, At: p.now, Done: true}}
	p.refused()
	if n, err := b.store.DeadLetterCount(b.ctx); err != nil || n != 0 {
		t.Errorf("dead letters: got %d, %v, want 0", n, err)
	}
	for name, list := range map[string]func() (int, error){
		"decisions": func() (int, error) { d, err := b.store.Decisions(b.ctx, c.Key); return len(d), err },
		"notes":     func() (int, error) { n, err := b.store.Notes(b.ctx, c.Key); return len(n), err },
		"cases":     func() (int, error) { all, err := b.store.Cases(b.ctx, []int64{c.Key}); return len(all), err },
		"list":      func() (int, error) { all, err := b.store.CaseList(b.ctx, dispatch.CaseFilter{}); return len(all), err },
	} {
		if n, err := list(); err != nil || n != 0 {
			t.Errorf("%s: got %d, %v, want 0", name, n, err)
		}
	}

	// The same batch without the culprit goes through.
	p.Applied = nil
	p.commit()
	same(t, "the case", c, b.one(c.Key))
}

func testInvariants(t *testing.T, b *book) {
	p := b.page()
	first, second := p.team(1, "one"), p.team(2, "two")
	c := p.open()
	p.assign(c, first, dispatch.AssignmentAccepted, 1)
	p.Applied = []dispatch.Applied{{Identity: dispatch.CommandIdentity("used"), At: p.tick(), Done: true, Sequence: p.Head.Sequence}}
	p.commit()
	for _, broken := range []struct {
		name string
		with func(p *page)
	}{
		{"two assignments on one slot of a team", func(p *page) { p.assign(p.open(), first, dispatch.AssignmentOffered, 1) }},
		{"two assignments on one slot in one batch", func(p *page) {
			p.assign(p.open(), second, dispatch.AssignmentOffered, 3)
			p.assign(p.open(), second, dispatch.AssignmentOffered, 3)
		}},
		{"a slot below 0", func(p *page) { p.assign(p.open(), second, dispatch.AssignmentOffered, -1) }},
		{"a team twice on a case", func(p *page) { p.assign(p.again(c.Key), first, dispatch.AssignmentOffered, 2) }},
		{"a team twice on a case, without a slot", func(p *page) { p.assign(p.again(c.Key), first, dispatch.AssignmentNoAnswer, 0) }},
		{"an application on two cases", func(p *page) { p.open().Applications[0].Identity = c.Applications[0].Identity }},
		{"an application twice on a case", func(p *page) {
			d := p.again(c.Key)
			again := d.Applications[0]
			again.Key = p.emit(dispatch.EventCaseJoined, c.Key, 0)
			again.Changed = again.Key
			d.Applications = append(d.Applications, again)
		}},
		{"a case number twice", func(p *page) { p.open().Number = c.Number }},
		{"a case opened twice", func(p *page) {
			p.open().Key = c.Key + 1_000_000
			p.open().Key = c.Key + 1_000_000
		}},
		{"a team id twice", func(p *page) { p.team(3, "one") }},
		{"a result twice", func(p *page) {
			p.Applied = []dispatch.Applied{{Identity: dispatch.CommandIdentity("used"), At: p.tick(), Code: "stale", Sequence: p.Head.Sequence}}
		}},
	} {
		t.Run(broken.name, func(t *testing.T) {
			inside := *b
			inside.t = t
			p := inside.page()
			broken.with(p)
			p.refused()
		})
	}
	same(t, "the case after all that", c, b.one(c.Key))
}

func testJournal(t *testing.T, b *book) {
	p := b.page()
	p.open()
	p.open()
	p.commit()
	for _, broken := range []struct {
		name string
		with func(p *page)
	}{
		{"a gap after the head", func(p *page) { p.Head.Sequence++; p.open() }},
		{"a gap between events", func(p *page) { p.open(); p.Head.Sequence++; p.open() }},
		{"an event that skips a sequence", func(p *page) { p.open(); p.open(); p.Events[1].Sequence++ }},
		{"a repeat", func(p *page) { p.open(); p.Events = append(p.Events, p.Events[0]) }},
		{"the head's own sequence again", func(p *page) { p.Head.Sequence--; p.open() }},
		{"a head beyond the events", func(p *page) { p.open(); p.Head.Sequence++ }},
		{"a head before the events", func(p *page) { p.open(); p.open(); p.Head.Sequence-- }},
		{"another epoch after the batch", func(p *page) { p.open(); p.Head.Epoch += "x" }},
		{"a step back in time", func(p *page) { p.open(); p.open(); p.Events[1].At = p.Events[0].At.Add(-time.Millisecond) }},
		{"a step back in time at the head", func(p *page) { p.open(); p.Events[0].At = p.Events[0].At.Add(-time.Hour) }},
	} {
		t.Run(broken.name, func(t *testing.T) {
			inside := *b
			inside.t = t
			p := inside.page()
			broken.with(p)
			if err := b.store.Commit(b.ctx, &p.Batch); !errors.Is(err, dispatch.ErrRefused) && !errors.Is(err, dispatch.ErrFenced) {
				t.Fatalf("got %v, want ErrRefused or ErrFenced", err)
			}
			if head, err := b.store.Head(b.ctx); err != nil || head != b.head {
				t.Errorf("the head moved to %v (%v)", head, err)
			}
		})
	}
	p = b.page()
	p.open()
	p.Events[0].At = b.snapshot().LastEvent // the same time is no step back
	p.commit()
	events, err := b.store.Events(b.ctx, 1, 1)
	if err != nil || len(events) != 1 || events[0].Sequence != 2 {
		t.Errorf("one event after 1: got %v, %v", events, err)
	}
	events, err = b.store.Events(b.ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		if events[i].Sequence != int64(i+1) {
			t.Fatalf("event %d of the journal has sequence %d", i+1, events[i].Sequence)
		}
	}
	if int64(len(events)) != b.head.Sequence {
		t.Errorf("the journal has %d events, the head is %d", len(events), b.head.Sequence)
	}
}

// testSlots moves slots within one batch, in any order of the cases.
func testSlots(t *testing.T, b *book) {
	p := b.page()
	team := p.team(1, "one")
	old, other := p.open(), p.open()
	p.assign(old, team, dispatch.AssignmentOnScene, 1)
	p.assign(other, team, dispatch.AssignmentAccepted, 2)
	p.commit()
	finish := func(p *page, c *dispatch.Case, i int, status dispatch.AssignmentStatus) {
		a := &c.Assignments[i]
		a.Changed = p.emit(dispatch.EventReturned, c.Key, a.Team)
		a.Status, a.Slot, a.SlotChanged = status, 0, a.Changed
	}
	check := func(what string, p *page) {
		t.Helper()
		p.commit()
		for _, c := range p.Cases {
			same(t, what, c, b.one(c.Key))
		}
	}

	p = b.page()
	c := p.open() // before the case that gives back
	finish(p, p.again(old.Key), 0, dispatch.AssignmentReturned)
	p.assign(c, team, dispatch.AssignmentOffered, 1)
	check("a slot given back by a case and taken by a new one", p)

	p = b.page()
	d := p.again(c.Key)
	finish(p, d, 0, dispatch.AssignmentWithdrawn)
	p.assign(d, team, dispatch.AssignmentOffered, 1)
	check("a new round of the same team on the same case", p)

	p = b.page()
	one, two := p.again(c.Key), p.again(other.Key)
	for i, a := range []*dispatch.Assignment{&one.Assignments[1], &two.Assignments[0]} {
		a.Changed = p.emit(dispatch.EventAccepted, p.Cases[i].Key, team.Key)
		a.Slot, a.SlotChanged = 3-a.Slot, a.Changed
	}
	check("two slots exchanged", p)

	p = b.page()
	d = p.again(c.Key)
	a := &d.Assignments[1]
	finish(p, d, 1, dispatch.AssignmentNoAnswer)
	a.Changed = p.emit(dispatch.EventOffered, c.Key, team.Key)
	a.Status, a.Slot, a.SlotChanged = dispatch.AssignmentOffered, 2, a.Changed
	check("a slot given back and taken again", p)

	p = b.page()
	e := p.open() // before the case that moves away
	moved := &p.again(other.Key).Assignments[0]
	moved.Changed = p.emit(dispatch.EventAccepted, other.Key, team.Key)
	free := moved.Slot
	moved.Slot, moved.SlotChanged = 3, moved.Changed
	p.assign(e, team, dispatch.AssignmentOffered, free)
	check("a slot that its holder left for another one, taken by a new case", p)
}
