//go:build chaos

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
)

// compareStored looks at everything that was acknowledged, and at what the
// journal says became of it.
func (w *chaosWorld) compareStored(store chaosStore) {
	w.t.Helper()
	ctx := w.t.Context()
	w.found.applications, w.found.letters, w.found.commands = len(w.filed), len(w.broken), len(w.commanded)
	w.compareApplications(ctx, store)
	w.compareLetters(ctx, store)
	w.compareJournal(ctx, store)
	if _, err := dispatch.Verify(ctx, store, func(violation dispatch.Violation) {
		w.fault(&w.found.other, "verify: %s", violation)
	}, nil); err != nil {
		w.t.Fatal(err)
	}
}

// compareApplications wants each application that was acknowledged in exactly
// one case, and no other application.
func (w *chaosWorld) compareApplications(ctx context.Context, store chaosStore) {
	w.t.Helper()
	times := map[string]int{}
	for before := int64(0); ; {
		keys, err := store.CaseList(ctx, dispatch.CaseFilter{Before: before, Limit: 500})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(keys) == 0 {
			break
		}
		cases, err := store.Cases(ctx, keys)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range cases {
			for i := range c.Applications {
				times[c.Applications[i].ID]++
			}
		}
		before = keys[len(keys)-1]
	}
	for id := range w.filed {
		switch n := times[id]; {
		case n == 0:
			w.fault(&w.found.lost, "lost: application %s was acknowledged and is in no case", id)
		case n > 1:
			w.fault(&w.found.twice, "twice: application %s is in %d cases", id, n)
		}
		delete(times, id)
	}
	for id := range times {
		w.fault(&w.found.other, "application %s was never filed", id)
	}
}

// compareLetters wants each broken message among the dead letters.
func (w *chaosWorld) compareLetters(ctx context.Context, store chaosStore) {
	w.t.Helper()
	seen := map[string]bool{}
	for after := int64(0); ; {
		letters, err := store.DeadLetters(ctx, after, 500, false)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(letters) == 0 {
			break
		}
		for i := range letters {
			after = letters[i].ID
			letter, err := store.DeadLetter(ctx, after)
			if err != nil {
				w.t.Fatal(err)
			}
			id, broken := strings.CutPrefix(string(letter.Value), "no JSON: ")
			var command struct {
				ID string `json:"command_id"`
			}
			if !broken && letter.Reason == dispatch.RefusedUnknownApplication && json.Unmarshal(letter.Value, &command) == nil && command.ID != "" {
				continue // it was read before its application, after a kill: a person may replay it
			}
			if !broken {
				w.fault(&w.found.other, "dead letter %d is no broken message: %s: %s", after, letter.Reason, letter.Detail)
			}
			seen[id] = true
		}
	}
	for id := range w.broken {
		if !seen[id] {
			w.fault(&w.found.lost, "lost: the message %s was acknowledged and is no dead letter", id)
		}
	}
}

// compareJournal reads the journal as a stranger would: no gap, no repeat, one
// opening for an application, one event for a note, and no team that is on
// more cases than it can take.
func (w *chaosWorld) compareJournal(ctx context.Context, store chaosStore) {
	w.t.Helper()
	read := int64(0)
	opened, noted := map[int64]int{}, map[int64]int{}
	busy := map[string]map[string]bool{}
	for {
		events, err := store.Events(ctx, read, 5000)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for i := range events {
			e := &events[i]
			if e.Sequence != read+1 {
				w.fault(&w.found.other, "the journal has %d after %d", e.Sequence, read)
				return
			}
			read++
			switch e.Type {
			case dispatch.EventCaseOpened:
				opened[e.Case]++
			case dispatch.EventCaseNoted:
				noted[e.Case]++
			case dispatch.EventOffered, dispatch.EventAccepted, dispatch.EventEnRoute, dispatch.EventOnScene, dispatch.EventStandingDown:
				if busy[e.TeamID] == nil {
					busy[e.TeamID] = map[string]bool{}
				}
				if e.Type == dispatch.EventOffered && busy[e.TeamID][e.CaseID] {
					w.fault(&w.found.doubled, "double-booked: %s is offered %s twice (event %d)", e.TeamID, e.CaseID, e.Sequence)
				}
				busy[e.TeamID][e.CaseID] = true
				if n := len(busy[e.TeamID]); n > chaosTeams[e.TeamID] {
					w.fault(&w.found.doubled, "double-booked: %s is on %d cases (event %d)", e.TeamID, n, e.Sequence)
				}
			case dispatch.EventNoAnswer, dispatch.EventDeclined, dispatch.EventWithdrawn, dispatch.EventReturned, dispatch.EventReleased:
				delete(busy[e.TeamID], e.CaseID)
			}
		}
	}
	w.found.events = int(read)
	for key, n := range opened {
		if n != 1 {
			w.fault(&w.found.twice, "twice: case %d was opened %d times", key, n)
		}
	}
	if len(opened) != len(w.filed) {
		w.fault(&w.found.twice, "twice: %d cases were opened for %d applications", len(opened), len(w.filed))
	}
	w.compareNotes(ctx, store, noted)
}

// compareNotes wants one event for each note that is said to be done.
func (w *chaosWorld) compareNotes(ctx context.Context, store chaosStore, noted map[int64]int) {
	w.t.Helper()
	done := map[int64]int{}
	for id, application := range w.notes {
		applied, err := store.Applied(ctx, dispatch.CommandIdentity(id))
		if err != nil {
			w.t.Fatal(err)
		}
		if applied == nil || !applied.Done {
			continue // settle has counted the first; the second came before its application
		}
		key, err := store.CaseOfApplication(ctx, dispatch.ApplicationIdentity(w.filed[application], application))
		if err != nil {
			w.t.Fatal(err)
		}
		done[key]++
	}
	for id, n := range noted {
		if n > done[id] {
			w.fault(&w.found.twice, "twice: case %d has %d notes of %d commands", id, n, done[id])
		}
		if n < done[id] {
			w.fault(&w.found.lost, "lost: case %d has %d notes of %d commands", id, n, done[id])
		}
		delete(done, id)
	}
	for id := range done {
		w.fault(&w.found.lost, "lost: case %d has no note, and the command is done", id)
	}
}

// compareKafka wants the topic of events to be the journal: first occurrences
// in order, nothing missing, and what is repeated the same.
func (w *chaosWorld) compareKafka(store chaosStore) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), *chaosWait)
	defer cancel()
	var journal []dispatch.Event
	for {
		events, err := store.Events(ctx, int64(len(journal)), 5000)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		journal = append(journal, events...)
	}
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{w.parts.kafka}, Topic: w.topics.Events, Partition: 0,
		MinBytes: 1, MaxBytes: 4 << 20, MaxWait: 100 * time.Millisecond, ReadBackoffMin: time.Millisecond})
	defer func() { _ = reader.Close() }()
	if err := reader.SetOffset(kafka.FirstOffset); err != nil {
		w.t.Fatal(err)
	}
	for last := int64(0); last < int64(len(journal)); {
		message, err := reader.FetchMessage(ctx)
		if err != nil && ctx.Err() == nil {
			continue // the program is still starting
		}
		if err != nil {
			w.fault(&w.found.other, "Kafka has %d events of %d: %v", last, len(journal), err)
			return
		}
		var id, kind string
		for _, header := range message.Headers {
			switch header.Key {
			case "ce_id":
				id = string(header.Value)
			case "ce_type":
				kind = string(header.Value)
			}
		}
		position, err := dispatch.ParsePosition(id)
		if position.Sequence > int64(len(journal)) && position.Sequence == last+1 {
			break // it came meanwhile
		}
		if err != nil || position.Sequence > last+1 || position.Sequence < 1 {
			w.fault(&w.found.other, "Kafka has event %s after %d (%v)", id, last, err)
			return
		}
		event := &journal[position.Sequence-1]
		if want := event.Data(); string(message.Value) != string(want) || !strings.Contains(kind, string(event.Type)) {
			w.fault(&w.found.other, "Kafka has event %s as %s, the journal says %s", id, message.Value, want)
		}
		last = max(last, position.Sequence)
	}
}

// compareBoard wants the board to show what the database holds. What changes
// meanwhile (offers run out) is looked at again.
func (w *chaosWorld) compareBoard(store chaosStore) {
	w.t.Helper()
	keys, err := store.CaseList(w.t.Context(), dispatch.CaseFilter{Limit: 500}) // a board has its limit
	if err != nil {
		w.t.Fatal(err)
	}
	deadline := time.Now().Add(*chaosWait)
	for {
		differences := w.boardDifferences(store, keys)
		if len(differences) == 0 {
			return
		}
		if time.Now().After(deadline) {
			for _, difference := range differences {
				w.fault(&w.found.other, "%s", difference)
			}
			return
		}
		<-time.After(50 * time.Millisecond)
	}
}

func (w *chaosWorld) boardDifferences(store chaosStore, keys []int64) (differences []string) {
	w.t.Helper()
	cases, err := store.Cases(w.t.Context(), keys)
	if err != nil {
		w.t.Fatal(err)
	}
	var board struct {
		Cases []caseView `json:"cases"`
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.listen+"/api/v1/board", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+testAdminKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return []string{err.Error()}
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&board); err != nil {
		return []string{err.Error()}
	}
	shown := map[string]string{}
	for _, one := range board.Cases {
		shown[one.ID] = one.Status
	}
	for _, c := range cases {
		if status, on := shown[c.ID]; on && status != string(c.Status) || !on && c.Active() {
			differences = append(differences, fmt.Sprintf("the board shows case %s as %q, the database has %s", c.ID, status, c.Status))
		}
	}
	if len(shown) == 0 && len(cases) > 0 {
		differences = append(differences, "the board is empty")
	}
	return differences
}
