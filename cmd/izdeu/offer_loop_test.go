package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// loopView is what the story reads of a case.
type loopView struct {
	Status     string `json:"status"`
	LeadTeamID string `json:"lead_team_id"`
	CallBack   *struct {
		Teams      int `json:"teams"`
		TeamsKnow  int `json:"teams_know"`
		TeamsBack  int `json:"teams_back"`
		People     int `json:"people"`
		PeopleBack int `json:"people_back"`
	} `json:"call_back"`
	Assignments []struct {
		TeamID string `json:"team_id"`
		Status string `json:"status"`
		Rings  int    `json:"rings"`
		Reason string `json:"reason"`
		ETAAt  string `json:"eta_at"`
	} `json:"assignments"`
}

// standing gives the teams of a case with their status, in the order in which they were asked.
func (v *loopView) standing() string {
	var words []string
	for _, a := range v.Assignments {
		words = append(words, a.TeamID+":"+a.Status)
	}
	return strings.Join(words, " ")
}

// TestOfferLoopHasAMemory, by HTTP and Kafka alone: three teams, the nearest
// does not answer, the second declines, the third accepts with an ETA, then the
// first answers late and joins; found; all called back and counted home. And
// the case says of every team why it was asked or not.
func TestOfferLoopHasAMemory(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir(), "--offer-timeout", "urgent=5s")
	team := func(id string, longitude, latitude float64) string {
		return fmt.Sprintf(`{"type":"team.registered","id":%q,"organisation":%[1]q,"name":%[1]q,"base":{"type":"Point","coordinates":[%g,%g]},"at":"2026-11-01T00:00:00Z"}`,
			id, longitude, latitude)
	}
	p.send(p.topics().Teams, team("lisakovsk", 62.49893, 52.54488), team("rudny", 63.11055, 52.97244), team("kostanay", 63.62463, 53.21435))
	p.eventually("the teams", func() error {
		if _, body := p.get(testAdminKey, "/api/v1/teams"); !strings.Contains(string(body), `"kostanay"`) {
			return fmt.Errorf("%s", body)
		}
		return nil
	})
	p.send(p.topics().Applications, `{"id":"loop","kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","source":{"system":"102"},"urgency":"urgent",`+
		`"location":{"type":"Point","coordinates":[62.5,52.55]},"place":"Lisakovsk","subjects":[{"id":"s1","sex":"male","age":30}]}`)
	id := p.caseOf("102", "loop").ID

	var view loopView
	wait := func(want string) {
		t.Helper()
		p.eventually(want, func() error {
			view = loopView{}
			if err := p.read200("/api/v1/cases/"+id, &view); err != nil {
				return err
			}
			if got := view.standing(); got != want {
				return errors.New(got)
			}
			return nil
		})
	}
	commands := 0
	say := func(of, fields string) {
		t.Helper()
		commands++
		body := fmt.Sprintf(`{"command_id":"loop-%d","team_id":%q,%s}`, commands, of, fields)
		if status, _, answer := p.request(testAdminKey, http.MethodPost, "/api/v1/cases/"+id+"/commands", body); status != http.StatusOK {
			t.Fatalf("%s: %d %s", fields, status, answer)
		}
	}

	wait("lisakovsk:offered")
	wait("lisakovsk:no_answer rudny:offered")
	say("rudny", `"type":"assignment.decline","reason":"no_car","words":"машина в ремонте"`)
	wait("lisakovsk:no_answer rudny:declined kostanay:offered")
	if view.Assignments[0].Rings < 2 {
		t.Errorf("who did not answer is rung again while the next is asked: %+v", view.Assignments[0])
	}
	// By Kafka, where a producer knows the application and not the case.
	p.send(p.topics().Commands, `{"command_id":"loop-kafka","type":"assignment.accept","application":{"system":"102","id":"loop"},"team_id":"kostanay",`+
		`"eta_minutes":90,"people":5,"words":"через полтора часа"}`)
	wait("lisakovsk:no_answer rudny:declined kostanay:accepted")
	if a := view.Assignments[2]; a.Reason != "через полтора часа" || a.ETAAt == "" || view.LeadTeamID != "kostanay" || view.Status != "assigned" {
		t.Errorf("the yes is kept as %+v, the lead is %q", a, view.LeadTeamID)
	}
	say("lisakovsk", `"type":"assignment.accept","people":3,"words":"были вне связи, выезжаем"`)
	wait("lisakovsk:accepted rudny:declined kostanay:accepted")
	if view.LeadTeamID != "kostanay" {
		t.Errorf("the lead is %q", view.LeadTeamID)
	}

	var why struct {
		Decisions []struct {
			Chosen     string `json:"chosen"`
			Candidates []struct {
				TeamID   string  `json:"team_id"`
				Result   string  `json:"result"`
				From     string  `json:"from"`
				Distance float64 `json:"distance_m"`
				Travel   int     `json:"travel_s"`
				Assumed  bool    `json:"travel_assumed"`
			} `json:"candidates"`
		} `json:"decisions"`
	}
	if err := p.read200("/api/v1/cases/"+id+"/candidates", &why); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, decision := range why.Decisions {
		words := []string{decision.Chosen}
		for _, candidate := range decision.Candidates {
			words = append(words, candidate.TeamID+":"+candidate.Result)
			if candidate.From != "base" || candidate.Travel <= 0 || !candidate.Assumed {
				t.Errorf("a candidate does not say where from and how long: %+v", candidate)
			}
		}
		told = append(told, strings.Join(words, " "))
	}
	want := []string{"nearest lisakovsk:offered rudny:eligible kostanay:eligible", "nearest lisakovsk:no_answer rudny:offered kostanay:eligible",
		"nearest lisakovsk:no_answer rudny:declined kostanay:offered"}
	if strings.Join(told, "; ") != strings.Join(want, "; ") {
		t.Errorf("the decisions are\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}

	say("kostanay", `"type":"case.outcome","subject_id":"s1","outcome":"found","condition":"well","found_by":"team"`)
	wait("lisakovsk:standing_down rudny:declined kostanay:standing_down")
	counted := func(teams, know, back, people, home int) {
		t.Helper()
		if c := view.CallBack; c == nil || c.Teams != teams || c.TeamsKnow != know || c.TeamsBack != back || c.People != people || c.PeopleBack != home {
			t.Errorf("called back: %+v, want %d of %d know, %d back, %d of %d people", c, know, teams, back, home, people)
		}
	}
	counted(2, 0, 0, 8, 0)
	say("kostanay", `"type":"assignment.stand_down_ack"`)
	say("kostanay", `"type":"assignment.returned","people":5`)
	wait("lisakovsk:standing_down rudny:declined kostanay:returned")
	counted(2, 1, 1, 8, 5)
	say("lisakovsk", `"type":"assignment.returned","people":3`)
	wait("lisakovsk:returned rudny:declined kostanay:returned")
	counted(2, 2, 2, 8, 8)
	if view.Status != "found" {
		t.Errorf("the case is %s", view.Status)
	}
	if out, _, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: %d %s", code, out)
	}
}
