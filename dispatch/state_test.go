package dispatch

import "testing"

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
