package dispatch

import (
	"encoding/json"
	"strconv"
	"time"
)

// Data gives the fields as JSON: the journal's row and the CloudEvent's data.
// It is what encoding/json makes of EventFields, written out because every
// event is encoded twice on the way from an application to the board; a test
// holds the two together.
func (e *Event) Data() []byte { return e.AppendData(make([]byte, 0, 256)) }

// AppendData appends what Data gives.
func (e *Event) AppendData(b []byte) []byte {
	f := &e.EventFields
	w := fieldWriter{b: append(b, '{')}
	w.text("case_id", f.CaseID)
	w.text("team_id", f.TeamID)
	w.text("actor_type", f.ActorType)
	w.text("actor_id", f.ActorID)
	w.time("happened_at", f.HappenedAt)
	w.text("number", f.Number)
	w.text("kind", string(f.Kind))
	w.text("urgency", string(f.Urgency))
	w.text("urgency_before", string(f.UrgencyBefore))
	w.text("region", f.Region)
	w.text("call_out", string(f.CallOut))
	w.truth("exercise", f.Exercise)
	if len(f.Subjects) > 0 {
		w.name("subjects")
		w.b = append(w.b, '[')
		for i := range f.Subjects {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.b = append(w.b, `{"id":`...)
			w.b = appendJSONText(w.b, f.Subjects[i].ID)
			w.text("category", f.Subjects[i].Category)
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	if f.Held {
		w.truth("held", &f.Held)
	}
	w.text("audience", string(f.Audience))
	w.text("subject_id", f.SubjectID)
	w.text("outcome", string(f.Outcome))
	w.text("condition", string(f.Condition))
	w.text("found_by", f.FoundBy)
	w.text("reason", f.Reason)
	w.text("incident", string(f.Incident))
	w.text("status", string(f.StatusNow))
	w.number("round", f.Round)
	w.number("rings", f.Rings)
	if f.ByHand {
		w.truth("by_hand", &f.ByHand)
	}
	if f.DistanceM != nil {
		w.name("distance_m")
		w.b = strconv.AppendFloat(w.b, *f.DistanceM, 'f', -1, 64)
	}
	w.time("answer_by", f.AnswerBy)
	w.count("eta_minutes", f.ETAMinutes)
	w.count("people", f.People)
	w.number("travel_s", f.TravelS)
	w.count("gain_s", f.GainS)
	w.count("cost_s", f.CostS)
	if f.LeadTeamID != nil {
		w.name("lead_team_id")
		w.b = appendJSONText(w.b, *f.LeadTeamID)
	}
	w.text("lead_organisation", f.LeadOrganisation)
	w.text("related_case_id", f.RelatedCaseID)
	w.number("applications", f.Applications)
	if f.Restored {
		w.truth("restored", &f.Restored)
	}
	if len(f.Reasons) > 0 {
		w.name("reasons")
		w.b = append(w.b, '[')
		for i := range f.Reasons {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.b = appendJSONText(w.b, f.Reasons[i])
		}
		w.b = append(w.b, ']')
	}
	w.text("team_region", f.TeamRegion)
	w.number("missing", f.Missing)
	w.number("minutes", f.Minutes)
	w.number("people_minutes", f.PeopleMinutes)
	w.text("point", string(f.Point))
	w.text("owner", f.Owner)
	if len(f.OpenItems) > 0 {
		w.name("open_items")
		w.b = append(w.b, '[')
		for i := range f.OpenItems {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.b = append(w.b, `{"code":`...)
			w.b = appendJSONText(w.b, f.OpenItems[i].Code)
			w.count("count", &f.OpenItems[i].Count)
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	w.count("check_in_minutes", f.CheckIn)
	w.text("organisation", f.Organisation)
	w.number("capacity", f.Capacity)
	w.truth("available", f.Available)
	w.time("until", f.Until)
	w.text("because", string(f.Because))
	if r := f.Roster; r != nil {
		w.name("roster")
		w.b = append(w.b, '{')
		w.count("coming", &r.Coming)
		w.count("seats", &r.Seats)
		w.count("arrived", &r.Arrived)
		w.count("home", &r.Home)
		w.b = append(w.b, '}')
	}
	w.text("channel", string(f.Channel))
	w.text("about", string(f.About))
	w.truth("delivered", f.Delivered)
	w.text("coordinator_id", f.CoordinatorID)
	w.text("place_id", f.PlaceID)
	return append(w.b, '}')
}

// fieldWriter appends members of a JSON object; empty ones are left out.
type fieldWriter struct{ b []byte }

func (w *fieldWriter) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *fieldWriter) text(name, value string) {
	if value != "" {
		w.name(name)
		w.b = appendJSONText(w.b, value)
	}
}

func (w *fieldWriter) number(name string, value int) {
	if value != 0 {
		w.count(name, &value)
	}
}

func (w *fieldWriter) count(name string, value *int) {
	if value != nil {
		w.name(name)
		w.b = strconv.AppendInt(w.b, int64(*value), 10)
	}
}

func (w *fieldWriter) truth(name string, value *bool) {
	if value != nil {
		w.name(name)
		w.b = strconv.AppendBool(w.b, *value)
	}
}

func (w *fieldWriter) time(name string, value time.Time) {
	if !value.IsZero() {
		w.name(name)
		w.b = append(w.b, '"')
		w.b = value.AppendFormat(w.b, time.RFC3339Nano)
		w.b = append(w.b, '"')
	}
}

// appendJSONText appends a JSON string. Nearly all texts of the journal are
// ids and words, which stand for themselves; encoding/json escapes the others.
func appendJSONText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(text)
			if err != nil {
				panic(err) // a string can always be encoded
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}
