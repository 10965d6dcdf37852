package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/web"
)

// Everything that was weighed stands in the answer: distance, what it was
// measured from, travel, why a team was not asked, and what waiting for a busy
// one would gain.
func TestCandidatesSayWhy(t *testing.T) {
	w := newWorld(t, nil)
	put := func(id string, longitude float64, rest string) {
		t.Helper()
		body := fmt.Sprintf(`{"name":%q,"base":{"type":"Point","coordinates":[%v,53.2]}%s}`, id, longitude, rest)
		if r := w.do("admin", http.MethodPut, "/api/v1/teams/"+id, body); r.status != http.StatusAccepted {
			t.Fatalf("%s: %d %s", id, r.status, r.body)
		}
		w.until(id+" is known", func() bool { return strings.Contains(w.get("admin", "/api/v1/teams").body, `"id":"`+id+`"`) })
	}
	put("near", 63.61, `,"capacity":1`)
	put("air", 64.5, `,"transport":"helicopter"`)
	put("stale", 63.9, ``)
	put("events", 63.61, `,"kinds":["volunteer_event"]`)
	position := fmt.Sprintf(`{"position":{"type":"Point","coordinates":[63.62,53.2]},"at":%q}`, time.Now().UTC().Add(-40*time.Minute).Format(time.RFC3339))
	if r := w.do("admin", http.MethodPost, "/api/v1/teams/stale/position", position); r.status != http.StatusAccepted {
		t.Fatalf("position: %d %s", r.status, r.body)
	}
	w.until("the position is known", func() bool { return strings.Contains(w.get("admin", "/api/v1/teams").body, "63.62") })
	w.file("service", "first", 63.61, 53.2)
	id := w.file("service", "second", 63.61, 53.2)

	var answer web.CandidatesAnswer
	w.get("coordinator", "/api/v1/cases/"+id+"/candidates").into(t, &answer)
	if len(answer.Decisions) != 1 || answer.Decisions[0].Chosen != "nearest" {
		t.Fatalf("%+v", answer)
	}
	got := map[string]web.CandidateView{}
	for _, candidate := range answer.Decisions[0].Candidates {
		got[candidate.TeamID] = candidate
	}
	// 59 km at 180 km/h come before 19 km × 1.3 at 60 km/h.
	air, stale, near := got["air"], got["stale"], got["near"]
	if air.Result != "offered" || air.Transport != "helicopter" || air.TravelS < 1150 || air.TravelS > 1230 || !air.TravelAssumed ||
		air.TravelLeastS >= air.TravelS || air.TravelMostS <= air.TravelS || air.WouldGainS != 0 {
		t.Errorf("air: %+v", air)
	}
	if stale.Result != "eligible" || stale.From != "base" || stale.StalePositionS < 2390 || stale.StalePositionS > 2700 || stale.TravelS < air.TravelS || stale.DistanceM > air.DistanceM {
		t.Errorf("stale: %+v", stale)
	}
	if near.Result != "busy" || near.WouldGainS != air.TravelS-near.TravelS || near.StalePositionS != 0 {
		t.Errorf("near: %+v", near)
	}
	if got["events"].Result != "kind" {
		t.Errorf("events: %+v", got["events"])
	}
	w.done("admin", id, `{"type":"assignment.decline","command_id":"no","team_id":"air"}`)
	w.done("admin", id, `{"type":"case.assign","command_id":"again","team_id":"air"}`)
	w.get("coordinator", "/api/v1/cases/"+id+"/candidates").into(t, &answer)
	newest := answer.Decisions[len(answer.Decisions)-1]
	w.get("coordinator", "/api/v1/cases/"+id+"/candidates?latest=true").into(t, &answer)
	if len(answer.Decisions) != 1 || answer.Decisions[0].Position != newest.Position {
		t.Errorf("the newest decision is %s: %+v", newest.Position, answer)
	}
	// Once it has accepted, the case tells the range of its arrival, until the
	// team says it itself.
	var view web.CaseView
	w.done("admin", id, `{"type":"assignment.accept","command_id":"yes","team_id":"air","words":"через два часа"}`)
	w.get("coordinator", "/api/v1/cases/"+id).into(t, &view)
	a := view.Assignments[0]
	if a.Reason != "через два часа" || a.ETAAt != nil || a.ETALeastAt == nil || a.ETALeastAt.Sub(*a.AnsweredAt) != time.Duration(a.TravelLeastS)*time.Second ||
		a.ETAMostAt.Sub(*a.AnsweredAt) != time.Duration(a.TravelMostS)*time.Second || a.TravelMostS <= a.TravelLeastS {
		t.Errorf("%+v", a)
	}
}
