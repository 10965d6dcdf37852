package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// TestWhyATeamWasNotAsked: each reason is shown with the case, and with the team.
func TestWhyATeamWasNotAsked(t *testing.T) {
	w := newWorld(t, nil)
	put := func(id, fields string) {
		t.Helper()
		body := `{"name":"` + id + `","base":{"type":"Point","coordinates":[63.62,53.21]},"capacity":1,` + fields + `}`
		if r := w.do("admin", http.MethodPut, "/api/v1/teams/"+id, body); r.status != http.StatusAccepted {
			t.Fatalf("%s: %d %s", id, r.status, r.body)
		}
	}
	put("resting", `"skills":["dog"]`)
	w.settled()
	first := w.file("service", "app-1", 63.61, 53.2)
	w.until("the team is asked", func() bool {
		return w.command("admin", first, `{"type":"assignment.accept","command_id":"c1","team_id":"resting"}`).status == http.StatusOK
	})
	w.done("admin", first, `{"type":"case.outcome","command_id":"c2","subject_id":"s1","outcome":"found","condition":"well"}`)
	w.done("admin", first, `{"type":"assignment.returned","command_id":"c3","team_id":"resting"}`)
	put("night", `"skills":["dog"],"duty":{"exceptions":[{"from":"2020-01-01T00:00:00+05:00","to":"2190-01-01T00:00:00+05:00","on":false}]}`)
	put("expired", `"skills":["dog"],"certificates":[{"skill":"dog","expires_at":"2020-03-01T00:00:00Z"}]`)
	put("plain", `"skills":["boat"]`)
	w.until("all are known", func() bool {
		var teams web.TeamsAnswer
		w.get("admin", "/api/v1/teams").into(t, &teams)
		return len(teams.Teams) == 4
	})
	body := `{"id":"app-2","kind":"emergency","incident":"flood","filed_at":"2026-01-03T10:00:00Z","place":"Kostanay",
		"location":{"type":"Point","coordinates":[63.61,53.2]},"needs":{"teams":1,"skills":["dog"]}}`
	if r := w.do("service", http.MethodPost, "/api/v1/applications", body); r.status != http.StatusAccepted {
		t.Fatalf("filing: %d %s", r.status, r.body)
	}
	var filed struct {
		CaseID string `json:"case_id"`
	}
	w.until("the application is a case", func() bool {
		r := w.get("service", "/api/v1/applications/102/app-2")
		if r.status == http.StatusOK {
			r.into(t, &filed)
		}
		return filed.CaseID != ""
	})
	var candidates web.CandidatesAnswer
	w.get("admin", "/api/v1/cases/"+filed.CaseID+"/candidates").into(t, &candidates)
	if len(candidates.Decisions) != 1 || len(candidates.Decisions[0].Candidates) != 4 {
		t.Fatalf("%+v", candidates)
	}
	for _, candidate := range candidates.Decisions[0].Candidates {
		if want := map[string]string{"resting": "resting", "night": "off_duty", "expired": "certificate", "plain": "skills"}[candidate.TeamID]; candidate.Result != want {
			t.Errorf("%s is %s, want %s", candidate.TeamID, candidate.Result, want)
		}
	}

	var teams web.TeamsAnswer
	w.settled()
	w.get("admin", "/api/v1/teams").into(t, &teams)
	for _, team := range teams.Teams {
		want := map[string]string{"resting": "rest", "night": "duty"}[team.ID]
		if string(team.Because) != want || team.Available != (want == "") {
			t.Errorf("%s: available %t because of %q", team.ID, team.Available, team.Because)
		}
		if team.ID == "resting" && (team.Resting != 1 || team.RestingUntil == nil) || team.ID == "night" && (team.DutyUntil == nil || len(team.Duty.Exceptions) != 1) {
			t.Errorf("%+v", team)
		}
	}

	wrong := `{"name":"n","base":{"type":"Point","coordinates":[63.62,53.21]},"skills":["dog"],"duty":{"weekly":[{"days":["mon"],"from":"8","to":"20:00"}]},
		"certificates":[{"skill":"boat","expires_at":"2027-03-01T00:00:00Z"}]}`
	r := w.do("admin", http.MethodPut, "/api/v1/teams/wrong", wrong)
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"/duty/weekly/0/from"`) || !strings.Contains(r.body, `"/certificates/0/skill"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}
