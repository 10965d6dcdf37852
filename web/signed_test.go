package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/web"
)

// TestSignedMonth: a month is signed once it is over, with the figures that were
// read, and once; what happens later is a correction that names the case.
func TestSignedMonth(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(c *web.Config) { c.Clock = func() time.Time { return now } })
	id := w.file("service", "a", 63.62, 53.22)
	kostanay := time.FixedZone("+05:00", 5*60*60)
	begin := time.Date(now.In(kostanay).Year(), now.In(kostanay).Month(), 1, 0, 0, 0, 0, kostanay)
	month, next := begin.Format("2006-01"), begin.AddDate(0, 1, 0)
	balance := func() (report dispatch.BalanceReport) {
		w.get("office", fmt.Sprintf("/api/v1/statistics/balance?region=KZ-39&from=%s&to=%s", begin.Format("2006-01-02"), next.Format("2006-01-02"))).into(t, &report)
		return report
	}
	w.until("the statistics count it", func() bool { return balance().Totals.Open == 1 })
	body := func(figures dispatch.BalanceFigures) string {
		return encodeText(t, web.MonthSigning{Month: month, Region: "KZ-39", Figures: figures})
	}
	read := balance().Totals
	sign := func(key, body string, status int, says string) (view web.SignedMonthView) {
		t.Helper()
		r := w.do(key, http.MethodPost, "/api/v1/statistics/signed", body)
		if r.status != status || !strings.Contains(r.body, says) {
			t.Errorf("%s signs %s: %d %s, want %d with %s", key, body, r.status, r.body, status, says)
		}
		_ = json.Unmarshal([]byte(r.body), &view)
		return view
	}
	sign("office", body(read), 422, "has not ended")
	now = next.Add(1_234_567) // the answer says it as it is kept
	sign("office", body(dispatch.BalanceFigures{}), 409, "figures-changed")
	sign("office", strings.ReplaceAll(body(read), "KZ-39", "KZ-59"), 403, "forbidden")
	sign("coordinator", body(read), 403, "forbidden")
	for _, wrong := range []struct{ body, says string }{
		{`{}`, "/month"}, {`{"month":"2026-13"}`, "/figures"}, {`{"month":"2026-13","figures":{"carried":0,"opened":0,"reopened":0,"ended":0}}`, "/figures/open"},
		{strings.ReplaceAll(body(read), month, "2026-13"), "/month"}, {strings.ReplaceAll(body(read), "KZ-39", "KZ-99"), "/region"}, {`[]`, "object"},
		{strings.ReplaceAll(body(read), `"open":1`, `"open":1.5`), "/figures"}, {`{"month":5}`, "/month"},
	} {
		if wrong.body == `{}` {
			wrong.says = "/figures"
		}
		sign("office", wrong.body, 422, wrong.says)
	}
	signed := sign("office", body(read), 201, `"corrections":[]`)
	if signed.Figures != read || signed.Now != read || signed.Month != month || signed.SignedBy == "" {
		t.Errorf("%+v", signed)
	}
	sign("admin", body(read), 409, "signed-before")

	answered := func(key string) (months []web.SignedMonthView) {
		var answer web.SignedMonthsAnswer
		w.get(key, "/api/v1/statistics/signed?month="+month).into(t, &answer)
		return answer.Months
	}
	if got := answered("office"); len(got) != 1 || encodeText(t, got[0]) != encodeText(t, signed) {
		t.Errorf("before a correction it is %+v, signed was %+v", got, signed)
	}
	w.done("coordinator", id, `{"type":"case.outcome","command_id":"o1","subject_id":"s1","outcome":"found","condition":"well","found_by":"police"}`)
	w.until("the statistics count the outcome", func() bool { return balance().Totals.Ended == 1 })
	want := web.CorrectionView{CaseID: id, Signed: dispatch.BalanceFigures{Opened: 1, Open: 1}, Now: dispatch.BalanceFigures{Opened: 1, Ended: 1},
		Since: []dispatch.EventType{dispatch.EventCaseOutcome}}
	for _, key := range []string{"office", "admin", "observer"} {
		got := answered(key)
		if len(got) != 1 || got[0].Figures != read || got[0].Now != balance().Totals || len(got[0].Corrections) != 1 {
			t.Fatalf("%s: %+v", key, got)
		}
		want.Number = got[0].Corrections[0].Number
		if a, b := encodeText(t, got[0].Corrections[0]), encodeText(t, want); a != b || want.Number == "" {
			t.Errorf("%s: the correction is %s, want %s", key, a, b)
		}
	}
	for _, path := range []string{"?month=" + begin.AddDate(0, -1, 0).Format("2006-01"), "?region=KZ-71&month=" + month} {
		if r := w.get("admin", "/api/v1/statistics/signed"+path); !strings.Contains(r.body, `"months":[]`) {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	if r := w.get("admin", "/api/v1/statistics/signed?month=october"); r.status != 422 || !strings.Contains(r.body, "month") {
		t.Errorf("%d %s", r.status, r.body)
	}
}
