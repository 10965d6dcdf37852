package dispatch

import (
	"strings"
	"testing"
)

// A batch is decided while the one before is on its way into the database: all
// that this one changed must still be known, and may be forgotten one batch
// later.
func TestTheBatchBeforeStaysInMemory(t *testing.T) {
	w := newWorld(t)
	key := w.file("a", MissingPerson, kostanay)
	s := w.state
	ending := commandMessage(&Command{ID: "end", Type: CommandOutcome, CaseID: CaseID(testEpoch, key), Outcome: OutcomeFound, Condition: ConditionWell})
	ending.Now, ending.At = w.now, w.now
	s.turn()
	s.Receive(w.find(lookupOf(s, []Message{ending})))
	s.Apply(Decide(s, &ending)) // and nothing of it is in the database yet

	s.turn()
	if c := s.Case(key); c == nil || c.Status != StatusFound {
		t.Fatalf("the case that the batch before ended is %+v", c)
	}
	if changes := Decide(s, &ending); changes.Result != "repeated" {
		t.Fatalf("a command of the batch before is %s", changes.Result)
	}
	again := filingMessage(filingOf("a", MissingPerson, kostanay))
	again.Now = w.now
	if lookup := lookupOf(s, []Message{again}); len(lookup.Applications) > 0 {
		t.Fatal("an application of the batch before is looked up in the database")
	}

	s.turn()
	if s.Case(key) != nil || len(s.applications) > 0 || len(s.applied[0])+len(s.applied[1]) > 0 {
		t.Fatal("an ended case is never forgotten")
	}
}

// A message that the program itself fails on stops nothing: it becomes a dead
// letter, and those beside it are decided.
func TestFailureStandsAlone(t *testing.T) {
	w := newWorld(t)
	w.file("before", MissingPerson, kostanay)
	bad := filingMessage(filingOf("bad", MissingPerson, kostanay))
	bad.Key, bad.Value = []byte("k"), []byte("the record")
	w.state.applications[bad.Identity] = 999 // a case that is not there: what no message can bring about
	good := filingMessage(filingOf("good", MissingPerson, kostanay))
	bad.Now, good.Now = w.now, w.now
	batch, results := decideAll(w.state, []Message{bad, good})
	if len(batch.Cases) != 1 || batch.Cases[0].Applications[0].ID != "good" || results[0] != "failed" || results[1] != "opened" {
		t.Fatalf("%d cases, results %v", len(batch.Cases), results)
	}
	if len(batch.DeadLetters) != 1 || batch.DeadLetters[0].Reason != "decision-failed" || string(batch.DeadLetters[0].Value) != "the record" {
		t.Fatalf("%+v", batch.DeadLetters)
	}
	if len(batch.failures) != 1 || !strings.Contains(batch.failures[0], "decide_filing.go") {
		t.Fatalf("the log would say %q", batch.failures)
	}
}

// A timer that the program fails on does not fire for ever.
func TestFailedTimerIsDropped(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	key := w.file("a", MissingPerson, kostanay)
	timer, ok := w.state.NextDeadline()
	if !ok || timer.Case != key {
		t.Fatalf("%+v %v", timer, ok)
	}
	teams := w.state.teams
	w.state.teams = nil // what no message can bring about
	changes := decideSafely(w.state, &Message{Timer: &timer, Now: timer.Due})
	w.state.teams = teams
	if changes.Result != "failed" || changes.DeadLetter != nil {
		t.Fatalf("%+v", changes)
	}
	if next, ok := w.state.NextDeadline(); ok {
		t.Fatalf("%+v is still due", next)
	}
}
