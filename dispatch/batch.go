package dispatch

import (
	"fmt"
	"runtime/debug"
)

// add puts the changes of one decision into the batch. Of a row that changes
// several times in a batch only the last version is written.
func (b *batchBuilder) add(changes *Changes) {
	for _, c := range changes.Cases {
		replace(&b.Cases, b.cases, c.Key, c)
	}
	for _, team := range changes.Teams {
		replace(&b.Teams, b.teams, team.Key, team)
	}
	for _, coordinator := range changes.Coordinators {
		replace(&b.Coordinators, b.coordinators, coordinator.ID, coordinator)
	}
	for _, place := range changes.Places {
		replace(&b.Places, b.places, place.ID, place)
	}
	for _, number := range changes.Numbers {
		replace(&b.Numbers, b.numbers, number.Prefix, number)
	}
	for _, record := range changes.Travel {
		replace(&b.Travel, b.travel, record.Transport, record)
	}
	if changes.Applied != nil {
		replace(&b.Applied, b.applied, changes.Applied.Identity, *changes.Applied)
	}
	if changes.DeadLetter != nil {
		b.DeadLetters = append(b.DeadLetters, *changes.DeadLetter)
	}
	if changes.Replayed != 0 && changes.DeadLetter == nil {
		b.Replayed = append(b.Replayed, changes.Replayed)
	}
	if changes.Failure != "" {
		b.failures = append(b.failures, changes.Failure)
	}
	b.Decisions = append(b.Decisions, changes.Decisions...)
	b.Notes = append(b.Notes, changes.Notes...)
	b.Events = append(b.Events, changes.Events...)
}

// batchBuilder gathers a batch, knowing where each row stands in it.
type batchBuilder struct {
	Batch
	cases        map[int64]int
	teams        map[int32]int
	numbers      map[string]int
	travel       map[Transport]int
	applied      map[Identity]int
	coordinators map[string]int
	places       map[string]int
	// failures are what went wrong in the program itself.
	failures []string
}

func newBatch(base Position) *batchBuilder {
	return &batchBuilder{Batch: Batch{Base: base, Head: base}, cases: map[int64]int{}, teams: map[int32]int{},
		coordinators: map[string]int{}, places: map[string]int{}, numbers: map[string]int{}, travel: map[Transport]int{}, applied: map[Identity]int{}}
}

// replace puts a row where an older version of it stands, or at the end.
func replace[K comparable, V any](rows *[]V, places map[K]int, key K, row V) {
	if i, there := places[key]; there {
		(*rows)[i] = row
		return
	}
	places[key] = len(*rows)
	*rows = append(*rows, row)
}

// decideAll decides messages one after the other on the state, and gathers
// the batch. results has a word for each message.
func decideAll(state *State, messages []Message) (batch *batchBuilder, results []string) {
	batch = newBatch(state.Head())
	results = make([]string, len(messages))
	for i := range messages {
		changes := decideSafely(state, &messages[i])
		state.Apply(changes)
		batch.add(changes)
		results[i] = changes.Result
	}
	batch.Head = state.Head()
	return batch, results
}

// decideSafely decides a message, and keeps one that the program fails on from
// stopping all others: it becomes a dead letter. Decide changes nothing, so
// the state is as it was.
func decideSafely(state *State, message *Message) (changes *Changes) {
	defer func() {
		failure := recover()
		if failure == nil {
			return
		}
		changes = &Changes{Result: "failed", Failure: fmt.Sprintf("%v\n%s", failure, debug.Stack())}
		if message.Timer != nil {
			state.dropDeadline(*message.Timer)
			return
		}
		changes.DeadLetter = &DeadLetter{Source: message.Source, At: message.At, Reason: "decision-failed",
			Detail: "the program failed on this message: report it, and replay the message with a later release",
			Key:    message.Key, Value: message.Value}
	}()
	return Decide(state, message)
}

// lookupOf names what the messages refer to and what the state does not know.
func lookupOf(state *State, messages []Message) Lookup {
	lookup := Lookup{InMemory: func(key int64) bool { return state.cases[key] != nil }}
	application := func(identity Identity) {
		if _, known := state.applications[identity]; !known {
			lookup.Applications = append(lookup.Applications, identity)
		}
	}
	for i := range messages {
		message := &messages[i]
		switch {
		case message.Filing != nil:
			application(message.Identity)
		case message.Command != nil:
			lookup.Applied = append(lookup.Applied, message.Identity)
			if ref := message.Command.Application; ref != nil {
				application(ApplicationIdentity(ref.System, ref.ID))
			}
			for _, id := range []string{message.Command.CaseID, message.Command.Into, message.Command.Other} {
				if _, key, ok := ParseCaseID(id); ok && state.cases[key] == nil {
					lookup.Cases = append(lookup.Cases, key)
				}
			}
		case message.Registration != nil, message.Availability != nil, message.Coordinator != nil, message.Place != nil:
			lookup.Applied = append(lookup.Applied, message.Identity)
		}
	}
	return lookup
}

// relatedOf names what splits need beside the cases that they name, once those
// are in memory: the case that one was merged into, and those merged into one.
func relatedOf(state *State, messages []Message) (lookup Lookup, needed bool) {
	lookup = Lookup{InMemory: func(key int64) bool { return state.cases[key] != nil }}
	for i := range messages {
		command := messages[i].Command
		if command == nil || command.Type != CommandSplit {
			continue
		}
		_, key, _ := ParseCaseID(command.CaseID)
		if ref := command.Application; ref != nil && command.CaseID == "" {
			key = state.applications[ApplicationIdentity(ref.System, ref.ID)]
		}
		c := state.cases[key]
		if c == nil {
			continue
		}
		if c.Merged() && state.cases[c.MergedInto.Key] == nil {
			lookup.Cases = append(lookup.Cases, c.MergedInto.Key)
		}
		for j := range c.Joined {
			if from := c.Joined[j].From.Key; from != 0 && state.cases[from] == nil {
				lookup.Cases = append(lookup.Cases, from)
			}
		}
	}
	return lookup, len(lookup.Cases) > 0
}
