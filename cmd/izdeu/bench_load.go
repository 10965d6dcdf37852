package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/geo"
)

// load makes the messages of a bench run. The same seed makes the same places.
type load struct {
	random *rand.Rand
	round  string // keeps the ids of two phases apart
}

func newLoad(round string) *load {
	return &load{random: rand.New(rand.NewPCG(39, 2026)), round: round} // #nosec G404 -- a load, not a secret
}

// place gives a point within about 80 km of one of the 20 regional centres.
func (l *load) place() orb.Point {
	regions := geo.Regions()
	for {
		centre := regions[l.random.IntN(len(regions))].Centre
		p := orb.Point{centre.Lon() + l.random.NormFloat64()*0.5, centre.Lat() + l.random.NormFloat64()*0.35}
		if geo.InCountry(p) {
			return p
		}
	}
}

func point(p orb.Point) map[string]any {
	return map[string]any{"type": "Point", "coordinates": []float64{p.Lon(), p.Lat()}}
}

func record(key string, value any) kafka.Message {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // made here of plain values
	}
	return kafka.Message{Key: []byte(key), Value: body}
}

func (l *load) teams(n, capacity int, answers string) []kafka.Message {
	messages := make([]kafka.Message, n)
	for i := range messages {
		id := fmt.Sprintf("bench-team-%04d", i)
		messages[i] = record(id, map[string]any{"type": "team.registered", "id": id, "organisation": "Bench", "name": id,
			"base": point(l.place()), "kinds": []string{"missing_person", "emergency"}, "members": 10,
			"capacity": capacity, "answers": answers, "at": time.Now().UTC()})
	}
	return messages
}

func (l *load) applicationID(i int) string { return fmt.Sprintf("%s-%07d", l.round, i) }

// application is of the size of a usual one: about 900 bytes.
func (l *load) application(i int) kafka.Message {
	id := l.applicationID(i)
	now := time.Now().UTC()
	return record("bench/"+id, map[string]any{
		"id": id, "kind": "missing_person", "filed_at": now, "revision": 1,
		"source":   map[string]any{"system": "bench", "reference": "KUI " + id},
		"reporter": map[string]any{"name": "Заявитель", "phone": fmt.Sprintf("+7 700 %07d", i%10_000_000), "relation": "mother"},
		"location": point(l.place()), "accuracy_m": 500, "place": "Затобольск, улица Достық", "address": "дом 4",
		"urgency": "urgent", "call_out": "now", "exercise": false,
		"subjects": []any{map[string]any{"id": "s1", "name": loadName(i), "sex": "male", "age": 14, "category": "child_13_15",
			"description": "синяя куртка, серая шапка, чёрные брюки, рюкзак", "health": "здоров",
			"last_seen_at": now.Add(-2 * time.Hour)}},
		"needs": map[string]any{"teams": 1},
	})
}

// loadName gives people first names that many share and surnames of their own,
// so that they are looked for among each other and nobody is taken for another.
func loadName(i int) string {
	first := []string{"Нұрлан", "Данияр", "Ермек", "Марат", "Серік", "Ержан", "Асқар", "Бауыржан", "Тимур", "Алексей"}
	var surname []byte
	for n := i + 1; n > 0; n /= 40 {
		surname = append(surname, []string{"ba", "ge", "do", "ka", "lu", "me", "no", "pi"}[n%8]...)
		surname = append(surname, "rstvz"[n/8%5])
	}
	return first[i%len(first)] + " " + string(surname) + "ov"
}

func (l *load) applications(from, n int) []kafka.Message {
	messages := make([]kafka.Message, n)
	for i := range messages {
		messages[i] = l.application(from + i)
	}
	return messages
}

// commandsOfLife takes a case from the offer to everybody home.
func commandsOfLife(caseID, teamID string) []kafka.Message {
	var messages []kafka.Message
	for i, fields := range []map[string]any{
		{"type": "assignment.accept", "team_id": teamID, "eta_minutes": 30, "people": 4},
		{"type": "assignment.on_scene", "team_id": teamID, "people": 4},
		{"type": "case.outcome", "outcome": "found", "condition": "well", "found_by": "team"},
		{"type": "assignment.returned", "team_id": teamID, "people": 4},
	} {
		fields["command_id"] = fmt.Sprintf("%s-%s-%d", caseID, teamID, i)
		fields["case_id"] = caseID
		fields["at"] = time.Now().UTC()
		fields["actor"] = map[string]any{"type": "bench", "id": "bench"}
		messages = append(messages, record(caseID, fields))
	}
	return messages
}
