package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// comparison has a case A of KZ-39 and a case B of KZ-59 that the team "dos"
// has accepted both, and a case C that nobody has.
func comparison(t *testing.T) (w *world, a, b web.CaseView, compare func(key, query, list string) web.ComparisonAnswer) {
	w, idA, idB := kostanay(t)
	w.done("team", idA, `{"type":"assignment.accept","command_id":"yes-a"}`)
	w.done("admin", idB, `{"type":"assignment.accept","command_id":"north","team_id":"north"}`)
	w.done("admin", idB, `{"type":"case.assign","command_id":"send","team_id":"dos"}`)
	w.done("admin", idB, `{"type":"assignment.accept","command_id":"yes-b","team_id":"dos"}`)
	w.file("service", "app-c", 63.9, 53.9)
	w.get("admin", "/api/v1/cases/"+idA).into(t, &a)
	w.get("admin", "/api/v1/cases/"+idB).into(t, &b)
	compare = func(key, query, list string) (all web.ComparisonAnswer) {
		t.Helper()
		r := w.do(key, http.MethodPost, "/api/v1/statistics/compare?team=dos"+query, list)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", key, r.status, r.body)
		}
		r.into(t, &all)
		return all
	}
	w.until("the statistics count both", func() bool { return compare("admin", "", "outcome\n").Ours == 2 })
	return w, a, b, compare
}

// partsOf counts the rows of each part.
func partsOf(all web.ComparisonAnswer) string {
	return fmt.Sprintf("same %d, different %d, only ours %d, only theirs %d, unclear %d, refused %d",
		len(all.Same), len(all.Different), len(all.OnlyOurs), len(all.OnlyTheirs), len(all.Unclear), len(all.Problems))
}

// A team's list is held against the cases that the team accepted and that the
// key sees with their personal data, and nothing of it is kept.
func TestListIsCompared(t *testing.T) {
	w, a, b, compare := comparison(t)
	list := "номер;фио;возраст;дата;исход\n" + a.Number + ";;;;в поиске\n;Listmarker Other;9;03.01.2026;найдена жива\n;Listmarker;;;найден\n;Listmarker;;03.01.2026;Listmarker\n"
	all := compare("admin", "", list)
	if got := partsOf(all); got != "same 1, different 0, only ours 1, only theirs 1, unclear 0, refused 2" || all.Rows != 2 || all.Ours != 2 {
		t.Fatalf("%s: %+v", got, all)
	}
	if one := all.Same[0]; one.By != "number" || one.Row.Line != 2 || one.Ours.CaseID != a.ID || one.Ours.Number != a.Number || one.Ours.Part != "lead" || one.Ours.Name != markName+" app-a" || *one.Ours.Age != 14 {
		t.Errorf("same: %+v", one)
	}
	if one := all.OnlyOurs[0]; one.CaseID != b.ID || one.Part != "taking_part" || one.Outcome != "" || one.Carried {
		t.Errorf("only ours: %+v", one)
	}
	if one := all.OnlyTheirs[0]; one.Line != 3 || one.Name != "Listmarker Other" || one.Opened != "2026-01-03" || one.Outcome != "found" {
		t.Errorf("only theirs: %+v", one)
	}
	for i, want := range []string{"4 opened empty", "5 outcome unknown_word"} {
		if one := all.Problems[i]; fmt.Sprint(one.Line, " ", one.Column, " ", one.Code) != want || strings.Contains(one.Detail, "Listmarker") {
			t.Errorf("problem %+v, want %s", one, want)
		}
	}
	// By the police's reference, as the case's application names it.
	if all := compare("office", "", "reference,outcome\nreferencemarker-app-a,found\n"); len(all.Different) != 1 || all.Different[0].By != "reference" || all.Different[0].Ours.CaseID != a.ID {
		t.Errorf("by reference: %+v", all)
	}
	// A namesake's row is not guessed.
	day := a.OpenedAt.Format("2006-01-02")
	if all := compare("office", "", "name,opened,outcome\n"+markName+","+day+",found\n"); len(all.Unclear) != 1 || all.Unclear[0].Reason != "in_part" || len(all.Unclear[0].Candidates) != 2 {
		t.Errorf("part of a name: %+v", all)
	}
	// The period counts openings; who is still sought is carried into the next.
	if all := compare("admin", "&to=2026-01-01", list); all.Ours != 0 || len(all.OnlyTheirs) != 2 {
		t.Errorf("before: %+v", all)
	}
	if all := compare("admin", "&from="+url.QueryEscape(a.OpenedAt.AddDate(0, 1, 0).Format("2006-01-02")), list); all.Ours != 2 || !all.Same[0].Ours.Carried {
		t.Errorf("after: %+v", all)
	}
	// Another region's cases are as if they were not there.
	for key, want := range map[string]string{
		"coordinator":       "same 1, different 0, only ours 1, only theirs 1, unclear 0, refused 2", // B is theirs too: their team went there
		"other coordinator": "same 0, different 0, only ours 1, only theirs 2, unclear 0, refused 2",
	} {
		all := compare(key, "", list)
		if got := partsOf(all); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
		if text := encodeText(t, all); key == "other coordinator" && (strings.Contains(text, a.ID) || strings.Contains(text, "app-a")) {
			t.Errorf("%s sees a case of another region: %s", key, text)
		}
	}
	for path, status := range map[string]int{"?team=nobody": 422, "": 422, "?team=dos&from=x": 422, "?team=dos": 413} {
		body := list
		if status == 413 {
			body = strings.Repeat("x", 1<<20+1)
		}
		if r := w.do("admin", http.MethodPost, "/api/v1/statistics/compare"+path, body); r.status != status {
			t.Errorf("%q: %d %.300s, want %d", path, r.status, r.body, status)
		}
	}
	if strings.Contains(w.log.String(), "Listmarker") || strings.Contains(w.everything("admin", a.ID, b.ID), "Listmarker") {
		t.Error("something of the list was kept")
	}
}

// While an outcome is withheld its person is open in a comparison, also for
// those who may read it elsewhere.
func TestComparisonKeepsWithheldOutcomes(t *testing.T) {
	w, a, _, compare := comparison(t)
	list := func(outcome string) string {
		return "number,name,ended,outcome\n" + a.Number + ",,," + outcome + "\n,Nobody," + a.OpenedAt.Format("2006-01-02") + ",found\n"
	}
	before := compare("coordinator", "", list("deceased"))
	w.done("coordinator", a.ID, `{"type":"case.outcome","command_id":"dead","subject_id":"s1","outcome":"deceased","confirmed_by":"Policemarker","identity":"confirmed"}`)
	w.settled()
	for _, key := range []string{"admin", "coordinator", "office"} {
		all := compare(key, "", list("deceased"))
		if got := encodeText(t, all); len(all.Different) != 1 || all.Different[0].Ours.Outcome != "" || got != encodeText(t, before) {
			t.Errorf("%s: %s", key, got)
		}
	}
	w.done("coordinator", a.ID, `{"type":"case.family_told","command_id":"told","subject_id":"s1","told_by":"x","role":"police"}`)
	w.until("the outcome is told", func() bool { return len(compare("office", "", list("deceased")).Same) == 1 })
}
