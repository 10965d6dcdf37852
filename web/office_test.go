package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/web"
)

// TestOffice: what an administrator says of the installation is shown to
// everybody, and the flag's phone goes before the stored one.
func TestOffice(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.DutyPhone = "" })
	info := func() (answered web.InfoAnswer) {
		w.get("observer", "/api/v1/info").into(t, &answered)
		return answered
	}
	if before := info(); before.DutyPhone != "112" || before.Office != (web.Office{}) {
		t.Errorf("before: %+v", before)
	}
	want := web.Office{Name: "Лидер.кз Қостанай", Region: "KZ-39", DutyPhone: "+7 7142 55 01 12"}
	if r := w.do("admin", "PUT", "/api/v1/office", encodeText(t, want)); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if after := info(); after.DutyPhone != want.DutyPhone || after.Office != want {
		t.Errorf("after: %+v", after)
	}
	for _, wrong := range []string{`{"region":"KZ-99"}`, `{"name":"secretmarker\n"}`, `{"name":5}`, `[]`} {
		if r := w.do("admin", "PUT", "/api/v1/office", wrong); r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "secretmarker") {
			t.Errorf("%s: %d %s", wrong, r.status, r.body)
		}
	}
	flagged := newWorld(t, nil)
	if r := flagged.do("admin", "PUT", "/api/v1/office", `{"duty_phone":"1"}`); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var answered web.InfoAnswer
	flagged.get("admin", "/api/v1/info").into(t, &answered)
	if answered.DutyPhone != "+7 7142 000000" {
		t.Errorf("the flag does not win: %q", answered.DutyPhone)
	}
}

// TestTeamTable: a table is read with every refused line explained, and
// changes nothing; teams of other regions are not a coordinator's.
func TestTeamTable(t *testing.T) {
	w := newWorld(t, nil)
	const table = "name,base,members\nРудный-1,Рудный,5\nСевер,Петропавловск,3\n,Рудный,x\n"
	read := func(key string) (answered web.TeamTableAnswer) {
		r := w.do(key, "POST", "/api/v1/teams/table", table)
		if r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
		r.into(t, &answered)
		return answered
	}
	if all := read("admin"); len(all.Teams) != 2 || all.Teams[0].Line != 2 || len(all.Problems) != 2 || all.Problems[0].Line != 4 {
		t.Errorf("%+v", all)
	}
	own := read("coordinator")
	if len(own.Teams) != 1 || len(own.Problems) != 3 || own.Problems[2].Code != "not_yours" || own.Problems[2].Line != 3 {
		t.Errorf("%+v", own)
	}
	if r := w.get("admin", "/api/v1/teams"); strings.Contains(r.body, own.Teams[0].ID) {
		t.Error("reading a table registered a team")
	}
	if r := w.do("coordinator", "PUT", "/api/v1/teams/"+own.Teams[0].ID, string(own.Teams[0].Body)); r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.body)
	}
}
