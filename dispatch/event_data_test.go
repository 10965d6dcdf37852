package dispatch

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Data is written by hand; it must be what encoding/json makes of the fields.
func TestDataIsTheJSONOfTheFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		event := Event{EventFields: rapid.Make[EventFields]().Draw(t, "fields")}
		// Times beyond the year 9999 have no form in RFC 3339.
		event.HappenedAt, event.AnswerBy, event.Until = drawTime(t), drawTime(t), drawTime(t)
		want, err := json.Marshal(&event.EventFields)
		if err != nil {
			t.Fatal(err)
		}
		var got, expected any
		if err := json.Unmarshal(event.Data(), &got); err != nil {
			t.Fatalf("%s: %v", event.Data(), err)
		}
		if err := json.Unmarshal(want, &expected); err != nil {
			t.Fatal(err)
		}
		if g, w := canonicalJSON(t, got), canonicalJSON(t, expected); g != w {
			t.Fatalf("got\n%s\nwant\n%s", g, w)
		}
	})
}

func canonicalJSON(t *rapid.T, value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func drawTime(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "none") {
		return time.Time{}
	}
	return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "milliseconds")).UTC()
}

func BenchmarkEventData(b *testing.B) {
	distance, exercise := 12345.0, false
	event := Event{EventFields: EventFields{CaseID: "c7f3a9k2-41", TeamID: "dos", Number: "39-2026-000041", Kind: MissingPerson,
		Region: "KZ-39", Exercise: &exercise, DistanceM: &distance, AnswerBy: time.UnixMilli(1.8e12).UTC()}}
	b.Run("by hand", func(b *testing.B) {
		buffer := make([]byte, 0, 512)
		for b.Loop() {
			buffer = event.AppendData(buffer[:0])
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(&event.EventFields); err != nil {
				b.Fatal(err)
			}
		}
	})
}
