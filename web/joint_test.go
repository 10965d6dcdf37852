package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

func (w *world) view(key, id string) (c web.CaseView) {
	w.t.Helper()
	r := w.get(key, "/api/v1/cases/"+id)
	if r.status != 200 {
		w.t.Fatalf("%s: %d %s", key, r.status, r.body)
	}
	r.into(w.t, &c)
	return c
}

// texts gives the texts of the timeline that a key may read.
func (w *world) texts(key, id string) (texts []string) {
	w.t.Helper()
	var timeline web.TimelineAnswer
	w.get(key, "/api/v1/cases/"+id+"/timeline").into(w.t, &timeline)
	for _, event := range timeline.Events {
		if event.Text != "" {
			texts = append(texts, event.Text)
		}
	}
	slices.Sort(texts)
	return texts
}

// TestJointCaseOverHTTP: a team of another region helps; the case is taken and
// handed over, its teams have their own logs, and everybody is counted home.
func TestJointCaseOverHTTP(t *testing.T) {
	w, a, _ := kostanay(t)
	hasOwner := func(key, owner string) string {
		var page web.CasesAnswer
		w.get(key, "/api/v1/cases?owner="+owner).into(t, &page)
		var ids []string
		for _, c := range page.Cases {
			ids = append(ids, c.ID)
		}
		return strings.Join(ids, " ")
	}
	if got := hasOwner("coordinator", "none"); got != a {
		t.Errorf("nobody's: %q", got)
	}
	w.done("coordinator", a, `{"type":"case.update","command_id":"c1","check_in_minutes":45}`)
	w.done("coordinator", a, `{"type":"case.take","command_id":"c2"}`)
	if got := hasOwner("coordinator", "none"); got != "" {
		t.Errorf("nobody's after it was taken: %q", got)
	}
	owner := w.view("coordinator", a).Owner
	if owner == "" || hasOwner("office", owner) != a || hasOwner("observer", owner) != "" || w.view("team", a).Owner != "" {
		t.Errorf("the owner is %q", owner)
	}
	hand := `{"type":"case.hand_over","command_id":"%","to":"other coordinator","reason":"shift ends"}`
	if r := w.command("coordinator", a, strings.Replace(hand, "%", "c3", 1)); r.status != 422 { // does not see the case
		t.Errorf("handed over to another region: %d %s", r.status, r.body)
	}
	w.done("team", a, `{"type":"assignment.accept","command_id":"c4","people":12}`)
	w.done("coordinator", a, `{"type":"case.assign","command_id":"c5","team_id":"north","reason":"they have a dog"}`)
	w.done("other team", a, `{"type":"assignment.accept","command_id":"c6","people":5}`)
	w.done("coordinator", a, strings.Replace(hand, "%", "c7", 1))
	seen := w.view("other coordinator", a)
	if seen.Owner == "" || seen.Owner == owner || seen.OwnedAt == nil || len(seen.Assignments) != 2 || seen.Assignments[1].LentBy != "KZ-59" || seen.Assignments[0].LentBy != "" {
		t.Errorf("the other office sees %+v", seen)
	}
	if seen.Assignments[1].CheckInBy == nil || seen.CheckIn == nil || *seen.CheckIn != 45 {
		t.Errorf("check-ins: %+v", seen.Assignments[1])
	}
	w.done("coordinator", a, `{"type":"case.lead","command_id":"c8","team_id":"north"}`)
	w.done("team", a, `{"type":"assignment.check_in","command_id":"c9"}`)
	w.done("team", a, `{"type":"case.note","command_id":"c10","team_id":"dos","note":"log of dos"}`)
	w.done("other team", a, `{"type":"case.note","command_id":"c11","team_id":"north","note":"log of north"}`)
	w.done("coordinator", a, `{"type":"case.note","command_id":"c12","note":"for all teams"}`)
	w.done("coordinator", a, `{"type":"case.point","command_id":"c13","point":"staging","location":{"type":"Point","coordinates":[63.71234,53.3]},"note":"Pointmarker"}`)
	for key, want := range map[string][]string{
		"team":        {"for all teams", "log of dos"},
		"other team":  {"for all teams", "log of north"},
		"coordinator": {"for all teams", "log of dos", "log of north", "shift ends", "they have a dog"},
		"observer":    nil,
	} {
		if got := w.texts(key, a); !slices.Equal(got, want) {
			t.Errorf("%s reads %q, not %q", key, got, want)
		}
	}
	if seen = w.view("team", a); seen.LeadTeamID != "north" || len(seen.Points) != 1 || seen.Points[0].Note != "Pointmarker" || seen.OpenItems != nil {
		t.Errorf("the team sees %+v", seen)
	}
	if body := w.get("observer", "/api/v1/cases/"+a).body; strings.Contains(body, "Pointmarker") || strings.Contains(body, "63.71234") {
		t.Errorf("the observer sees a point: %s", body)
	}

	w.done("coordinator", a, `{"type":"case.outcome","command_id":"c14","outcome":"found","condition":"well","found_by":"team"}`)
	w.done("team", a, `{"type":"assignment.stand_down_ack","command_id":"c15"}`)
	w.done("team", a, `{"type":"assignment.returned","command_id":"c16","people":11}`)
	seen = w.view("coordinator", a)
	if seen.CallBack == nil || *seen.CallBack != (web.CallBackView{Teams: 2, TeamsKnow: 1, People: 17, PeopleBack: 11}) {
		t.Errorf("called back: %+v", seen.CallBack)
	}
	if want := []web.OpenItemView{{Code: "people_missing", TeamID: "dos"}, {Code: "not_acknowledged", TeamID: "north"}, {Code: "not_back", TeamID: "dos"}}; !slices.Equal(seen.OpenItems, want) {
		t.Errorf("open: %+v", seen.OpenItems)
	}
	if r := w.command("team", a, `{"type":"assignment.returned","command_id":"c17","people":11,"reason":"one went by bus"}`); r.status != 403 {
		t.Errorf("a team explains a missing person away: %d %s", r.status, r.body)
	}
	w.done("coordinator", a, `{"type":"assignment.returned","command_id":"c18","team_id":"dos","people":11,"reason":"one went by bus"}`)
	w.done("other team", a, `{"type":"assignment.returned","command_id":"c19","people":5}`)
	seen = w.view("coordinator", a)
	if *seen.CallBack != (web.CallBackView{Teams: 2, TeamsKnow: 2, TeamsBack: 2, People: 17, PeopleBack: 16}) || seen.OpenItems != nil {
		t.Errorf("all home: %+v, open %+v", seen.CallBack, seen.OpenItems)
	}
	w.until("the loan is counted", func() bool {
		var report struct {
			Groups []struct {
				Key            string
				Lent, Borrowed int
			}
		}
		w.get("admin", "/api/v1/statistics?group_by=region").into(t, &report)
		for _, group := range report.Groups {
			if group.Key == "KZ-59" && group.Lent != 1 || group.Key == "KZ-39" && group.Borrowed != 1 {
				return false
			}
		}
		return len(report.Groups) == 2
	})
}
