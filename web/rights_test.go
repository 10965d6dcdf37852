package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/web"
)

// walkers are the keys that the table is walked with: one of each role.
var walkers = []string{"admin", "coordinator", "team", "service", "office", "observer"}

// The whole table, role by operation, over HTTP. What each role should get is
// written here a second time, by hand.
func TestRightsRoleByOperation(t *testing.T) {
	w, a, b := kostanay(t)
	const own, others = "/api/v1/cases/", "/api/v1/cases/"
	application := func(role, id string) string {
		return fmt.Sprintf(`{"id":"by-%s-%s","kind":"emergency","incident":"ice","filed_at":"2026-01-03T10:00:00Z","location":{"type":"Point","coordinates":[63.6,53.2]}}`, role, id)
	}
	for _, one := range []struct {
		operation    string
		method, path string
		body         func(role string) string
		// status for admin, coordinator, team, service, office, observer
		want [6]int
	}{
		{"who-am-i", "GET", "/api/v1/session", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"openapi", "GET", "/openapi.json", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"asyncapi", "GET", "/asyncapi.json", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"basemap", "GET", "/basemap.pmtiles", nil, [6]int{404, 404, 404, 404, 404, 404}},
		{"rings", "GET", "/api/v1/rings", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"metrics", "GET", "/metrics", nil, [6]int{200, 403, 403, 403, 403, 200}},
		{"get-backups", "GET", "/api/v1/backups", nil, [6]int{200, 200, 403, 403, 403, 403}},
		{"file-application", "POST", "/api/v1/applications", func(role string) string { return application(role, "1") }, [6]int{202, 202, 202, 202, 202, 403}},
		{"get-application", "GET", "/api/v1/applications/102/app-a", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"get-application of others", "GET", "/api/v1/applications/103/app-b", nil, [6]int{200, 404, 404, 404, 404, 404}},
		{"list-cases", "GET", "/api/v1/cases", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"export-cases", "GET", "/api/v1/cases/export?format=geojson", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"export-cases chosen of others", "GET", "/api/v1/cases/export?format=gpx&chosen=" + b, nil, [6]int{200, 404, 404, 404, 404, 404}},
		{"get-case", "GET", own + a, nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"get-case of others", "GET", others + b, nil, [6]int{200, 404, 404, 404, 404, 404}},
		{"get-timeline", "GET", own + a + "/timeline", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"get-timeline of others", "GET", others + b + "/timeline", nil, [6]int{200, 404, 404, 404, 404, 404}},
		{"get-candidates", "GET", own + a + "/candidates", nil, [6]int{200, 200, 403, 403, 200, 403}},
		{"list-owners", "GET", own + a + "/owners", nil, [6]int{200, 200, 403, 403, 200, 403}},
		{"list-owners of others", "GET", others + b + "/owners", nil, [6]int{200, 404, 403, 403, 404, 403}},
		{"list-all-owners", "GET", "/api/v1/owners", nil, [6]int{200, 200, 403, 403, 200, 403}},
		{"get-tracks", "GET", own + a + "/tracks", nil, [6]int{200, 200, 200, 403, 200, 403}},
		{"get-tracks of others", "GET", others + b + "/tracks", nil, [6]int{200, 404, 404, 403, 404, 403}},
		{"get-photo", "GET", own + a + "/photos/none", nil, [6]int{404, 404, 404, 403, 404, 403}},
		{"get-photo of others", "GET", others + b + "/photos/none", nil, [6]int{404, 404, 404, 403, 404, 403}},
		{"put-photo", "PUT", own + a + "/photos/none", nil, [6]int{404, 404, 404, 403, 403, 403}},
		{"put-photo of others", "PUT", others + b + "/photos/none", nil, [6]int{404, 404, 404, 403, 403, 403}},
		{"erase-photos", "DELETE", own + a + "/photos", nil, [6]int{409, 403, 403, 403, 403, 403}},
		{"erase-tracks", "DELETE", own + a + "/tracks", nil, [6]int{409, 403, 403, 403, 403, 403}},
		{"get-candidates of others", "GET", others + b + "/candidates", nil, [6]int{200, 404, 403, 403, 404, 403}},
		{"get-call-out", "GET", own + a + "/call-out?team_id=dos&lang=kk", nil, [6]int{409, 409, 409, 403, 403, 403}},
		{"get-call-out of others", "GET", others + b + "/call-out?team_id=north&lang=kk", nil, [6]int{409, 404, 404, 403, 403, 403}},
		{"send-command", "POST", own + a + "/commands", func(role string) string {
			return fmt.Sprintf(`{"type":"case.note","command_id":"note-%s","audience":"coordination","note":"x"}`, role)
		}, [6]int{200, 200, 403, 403, 200, 403}},
		{"send-command to others", "POST", others + b + "/commands", func(role string) string {
			return fmt.Sprintf(`{"type":"case.note","command_id":"other-%s","audience":"coordination","note":"x"}`, role)
		}, [6]int{200, 404, 404, 403, 404, 403}},
		{"get-command", "GET", "/api/v1/commands/note-coordinator", nil, [6]int{200, 200, 200, 403, 200, 403}},
		{"get-command of others", "GET", "/api/v1/commands/other-admin", nil, [6]int{200, 404, 404, 403, 404, 403}},
		{"list-dead-letters", "GET", "/api/v1/dead-letters", nil, [6]int{200, 200, 403, 403, 403, 403}},
		{"replay-dead-letter", "POST", "/api/v1/dead-letters/7/replay", nil, [6]int{404, 404, 403, 403, 403, 403}},
		{"get-dead-letter", "GET", "/api/v1/dead-letters/7", nil, [6]int{404, 404, 403, 403, 403, 403}},
		{"file-dead-letter", "POST", "/api/v1/dead-letters/7/file", func(string) string { return `{}` }, [6]int{404, 404, 403, 403, 403, 403}},
		{"set-aside-dead-letter", "POST", "/api/v1/dead-letters/7/set-aside", nil, [6]int{404, 404, 403, 403, 403, 403}},
		{"list-teams", "GET", "/api/v1/teams", nil, [6]int{200, 200, 200, 403, 200, 200}},
		{"put-team", "PUT", "/api/v1/teams/new", func(string) string {
			return `{"name":"New","base":{"type":"Point","coordinates":[63.6,53.2]},"capacity":1}`
		}, [6]int{202, 202, 403, 403, 403, 403}},
		{"put-team elsewhere", "PUT", "/api/v1/teams/new-north", func(string) string {
			return `{"name":"New","base":{"type":"Point","coordinates":[69.15,54.87]},"capacity":1}`
		}, [6]int{202, 403, 403, 403, 403, 403}},
		{"report-position", "POST", "/api/v1/teams/dos/position", func(string) string {
			return `{"position":{"type":"Point","coordinates":[63.6,53.2]}}`
		}, [6]int{202, 202, 202, 403, 403, 403}},
		{"report-position of others", "POST", "/api/v1/teams/north/position", func(string) string {
			return `{"position":{"type":"Point","coordinates":[69.1,54.8]}}`
		}, [6]int{202, 403, 403, 403, 403, 403}},
		{"set-availability", "POST", "/api/v1/teams/dos/availability", func(string) string { return `{"available":true}` }, [6]int{202, 202, 202, 403, 403, 403}},
		{"set-availability of others", "POST", "/api/v1/teams/north/availability", func(string) string { return `{"available":true}` }, [6]int{202, 403, 403, 403, 403, 403}},
		{"get-board", "GET", "/api/v1/board", nil, [6]int{200, 200, 200, 200, 200, 200}},
		{"get-statistics", "GET", "/api/v1/statistics", nil, [6]int{200, 200, 403, 403, 200, 200}},
		{"get-statistics of others", "GET", "/api/v1/statistics?region=KZ-59", nil, [6]int{200, 403, 403, 403, 403, 403}},
		{"get-balance", "GET", "/api/v1/statistics/balance?from=2026-01-01", nil, [6]int{200, 200, 403, 403, 200, 200}},
		{"get-balance of others", "GET", "/api/v1/statistics/balance?region=KZ-59", nil, [6]int{200, 403, 403, 403, 403, 403}},
		{"get-signed-months", "GET", "/api/v1/statistics/signed?month=2026-01", nil, [6]int{200, 200, 403, 403, 200, 200}},
		{"get-signed-months of others", "GET", "/api/v1/statistics/signed?month=2026-01&region=KZ-59", nil, [6]int{200, 403, 403, 403, 403, 403}},
		{"compare-list", "POST", "/api/v1/statistics/compare?team=dos", func(string) string { return "number,outcome\n39-2026-000001,found\n" }, [6]int{200, 200, 403, 403, 200, 403}},
		{"sign-month", "POST", "/api/v1/statistics/signed", func(string) string {
			return `{"month":"2026-01","region":"KZ-39","figures":{"carried":7,"opened":0,"reopened":0,"ended":0,"open":7}}`
		}, [6]int{409, 403, 403, 403, 409, 403}},
		{"find-likely", "POST", "/api/v1/applications/likely", func(string) string { return `{"kind":"missing_person"}` }, [6]int{200, 200, 200, 200, 200, 403}},
		{"put-office", "PUT", "/api/v1/office", func(string) string { return `{"name":"x"}` }, [6]int{200, 403, 403, 403, 403, 403}},
		{"read-team-table", "POST", "/api/v1/teams/table", func(string) string { return "name,base\nX,Рудный\n" }, [6]int{200, 200, 403, 403, 403, 403}},
		{"search-places", "GET", "/api/v1/places?q=x", nil, [6]int{200, 200, 200, 200, 200, 403}},
		{"list-places", "GET", "/api/v1/places/own?q=x", nil, [6]int{200, 200, 403, 403, 403, 403}},
		{"put-place", "PUT", "/api/v1/places/p", func(string) string {
			return `{"names":{"ru":"X"},"location":{"type":"Point","coordinates":[63.6,53.2]}}`
		}, [6]int{202, 202, 403, 403, 403, 403}},
		{"remove-place", "DELETE", "/api/v1/places/nobody", nil, [6]int{404, 404, 403, 403, 403, 403}},
		{"list-coordinators", "GET", "/api/v1/coordinators", nil, [6]int{200, 200, 403, 403, 403, 403}},
		{"put-coordinator", "PUT", "/api/v1/coordinators/new", func(string) string { return `{"name":"New","regions":["KZ-39"]}` },
			[6]int{202, 202, 403, 403, 403, 403}},
		{"put-coordinator elsewhere", "PUT", "/api/v1/coordinators/north", func(string) string { return `{"name":"New","regions":["KZ-59"]}` },
			[6]int{202, 403, 403, 403, 403, 403}},
		{"put-coordinator everywhere", "PUT", "/api/v1/coordinators/all", func(string) string { return `{"name":"New"}` },
			[6]int{202, 403, 403, 403, 403, 403}},
		{"push-key", "GET", "/api/v1/push/key", nil, [6]int{200, 200, 200, 403, 403, 403}},
		{"subscribe-push", "POST", "/api/v1/push/subscriptions", func(role string) string { return pushBody("https://push.example.org/"+role, "kk") },
			[6]int{200, 200, 200, 403, 403, 403}},
		{"unsubscribe-push", "DELETE", "/api/v1/push/subscriptions/none", nil, [6]int{204, 204, 204, 403, 403, 403}},
		{"sign-out", "DELETE", "/api/v1/session", nil, [6]int{204, 204, 204, 204, 204, 204}},
	} {
		t.Run(one.operation, func(t *testing.T) {
			for i, role := range walkers {
				body := ""
				if one.body != nil {
					body = one.body(role)
				}
				if r := w.do(role, one.method, one.path, body); r.status != one.want[i] {
					t.Errorf("%s: %d, not %d: %.300s", role, r.status, one.want[i], r.body)
				}
			}
			if r := w.do("", one.method, one.path, ""); r.status != http.StatusUnauthorized {
				t.Errorf("without a key: %d", r.status)
			}
			r := w.send(one.method, one.path, "", http.Header{"Authorization": {"Bearer izdeu_AAAA"}})
			if r.status != http.StatusUnauthorized {
				t.Errorf("with a wrong key: %d", r.status)
			}
		})
	}

	// Every operation of the document was walked.
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []any
		}
	}
	w.get("admin", "/openapi.json").into(t, &document)
	open := []string{"sign-in", "info", "regions", "health", "ready"}
	walked := []string{"who-am-i", "basemap", "rings", "openapi", "asyncapi", "metrics", "file-application", "get-application", "list-cases", "export-cases", "get-case", "get-timeline",
		"get-candidates", "list-owners", "list-all-owners", "get-tracks", "get-photo", "put-photo", "erase-photos", "erase-tracks", "get-call-out", "send-command", "get-command", "list-dead-letters", "replay-dead-letter",
		"get-dead-letter", "file-dead-letter", "set-aside-dead-letter", "list-teams", "put-team", "report-position",
		"set-availability", "get-board", "get-statistics", "get-balance", "get-signed-months", "sign-month", "compare-list", "get-backups", "sign-out", "live",
		"list-coordinators", "put-coordinator", "put-office", "read-team-table", "find-likely", "search-places", "list-places", "put-place", "remove-place", "push-key", "subscribe-push", "unsubscribe-push"}
	n := 0
	for path, methods := range document.Paths {
		for method, operation := range methods {
			n++
			isOpen := slices.Contains(open, operation.OperationID)
			if isOpen == slices.Contains(walked, operation.OperationID) {
				t.Errorf("%s %s (%s) is in none or both of the lists of this test", method, path, operation.OperationID)
			}
			if isOpen != (len(operation.Security) == 0) {
				t.Errorf("%s %s: security %v", method, path, operation.Security)
			}
		}
	}
	if n != len(open)+len(walked) {
		t.Errorf("%d operations in the document, %d here", n, len(open)+len(walked))
	}
}

// Which commands a role may give for a case that it sees, whatever becomes of
// them: 403 or not.
func TestRightsRoleByCommand(t *testing.T) {
	w, a, _ := kostanay(t)
	w.done("admin", a, `{"type":"assignment.accept","command_id":"before","team_id":"dos"}`)
	type row struct {
		fields  string
		allowed []string
	}
	leaders := []string{"admin", "coordinator"}
	teams := []string{"admin", "coordinator", "team"}
	table := map[string][]row{
		"assignment.accept":         {{`"team_id":"dos"`, teams}, {`"team_id":"north"`, leaders}},
		"assignment.decline":        {{`"team_id":"north","reason":"x"`, leaders}},
		"assignment.en_route":       {{`"team_id":"dos"`, teams}, {`"team_id":"north"`, leaders}},
		"assignment.on_scene":       {{`"team_id":"dos"`, teams}, {`"team_id":"north"`, leaders}},
		"assignment.stand_down_ack": {{`"team_id":"dos"`, teams}, {`"team_id":"north"`, leaders}},
		"assignment.returned":       {{`"team_id":"north"`, leaders}, {`"team_id":"dos","people":1`, teams}, {`"team_id":"dos","people":1,"reason":"x"`, leaders}},
		"assignment.release":        {{`"team_id":"north"`, leaders}},
		"case.assign":               {{`"team_id":"nobody"`, leaders}},
		"case.call_out":             {{`"call_out":"now"`, leaders}},
		"case.urgency":              {{`"urgency":"urgent","reason":"x"`, leaders}},
		"case.update":               {{`"place":"x"`, leaders}},
		"case.note": {{`"note":"x","audience":"team"`, teams}, {`"note":"x","audience":"coordination"`, []string{"admin", "coordinator", "team", "office"}},
			{`"note":"x","audience":"sealed"`, leaders}, {`"note":"x","team_id":"dos"`, teams}, {`"note":"x","team_id":"north"`, leaders}},
		"case.outcome": {{`"subject_id":"nobody","outcome":"found","condition":"well","found_by":"team"`, teams},
			{`"subject_id":"nobody","outcome":"missing"`, leaders}, {`"subject_id":"nobody","outcome":"deceased","confirmed_by":"police","identity":"confirmed"`, leaders}},
		"case.family_told": {{`"subject_id":"nobody","told_by":"x","role":"police"`, leaders}},
		"case.reopen":      {{``, leaders}},
		"case.merge":       {{`"into":"` + a + `"`, leaders}},
		"case.apart":       {{`"other":"` + a + `"`, leaders}},
		"case.split":       {{``, leaders}},
		"case.preempt":     {{`"team_id":"dos"`, leaders}},
		"roster.answer": {{`"team_id":"dos","member":{"id":"m1","answer":"not_coming"}`, teams},
			{`"team_id":"north","member":{"id":"m1","answer":"not_coming"}`, leaders}},
		"assignment.notified": {{`"team_id":"dos","channel":"webhook","about":"assignment.offered","delivered":true`, nil}},

		"assignment.check_in":   {{`"team_id":"dos"`, teams}, {`"team_id":"north"`, leaders}},
		"assignment.stand_down": {{`"team_id":"north"`, leaders}},
		"case.lead":             {{`"team_id":"north"`, leaders}},
		"case.take":             {{``, leaders}},
		"case.hand_over":        {{`"to":"coordinator"`, leaders}},
		"case.point": {{`"point":"clue","location":{"type":"Point","coordinates":[63.6,53.2]}`, teams},
			{`"point":"staging","location":{"type":"Point","coordinates":[63.6,53.2]}`, teams},
			{`"point":"home","location":{"type":"Point","coordinates":[63.6,53.2]}`, leaders}},
	}
	for _, kind := range dispatch.CommandTypes() {
		rows, ok := table[string(kind)]
		if !ok {
			t.Errorf("the command %s is not in this test's table", kind)
		}
		for i, row := range rows {
			for _, role := range walkers {
				body := fmt.Sprintf(`{"type":%q,"command_id":"%s-%d-%s"`, kind, kind, i, role)
				if row.fields != "" {
					body += "," + row.fields
				}
				r := w.command(role, a, body+"}")
				if allowed := r.status != http.StatusForbidden; allowed != slices.Contains(row.allowed, role) || r.status >= 500 || r.status == 202 || r.status == 422 {
					t.Errorf("%s %s %s: %d %.200s", role, kind, row.fields, r.status, r.body)
				}
			}
		}
	}
}

// everything asks for all that a key can read and gives it as one text.
func (w *world) everything(key string, a, b string) string {
	w.settled()
	var all strings.Builder
	for _, path := range []string{"/api/v1/cases?limit=500", "/api/v1/board", "/api/v1/teams", "/api/v1/statistics?group_by=team", "/api/v1/dead-letters",
		"/api/v1/cases/" + a, "/api/v1/cases/" + a + "/timeline", "/api/v1/cases/" + a + "/candidates",
		"/api/v1/cases/" + b, "/api/v1/cases/" + b + "/timeline", "/api/v1/cases/" + b + "/candidates",
		"/api/v1/cases/export?format=geojson&teams=true&chosen=" + a, "/api/v1/cases/export?format=gpx&teams=true&chosen=" + a,
		"/api/v1/cases/export?format=kml&lang=en&ids=" + a + "," + b,
		"/api/v1/applications/102/app-a", "/api/v1/applications/103/app-b", "/api/v1/session", "/metrics"} {
		all.WriteString(w.get(key, path).body)
	}
	l := w.live(key, "")
	l.next()
	all.WriteString(l.raw.String())
	return all.String()
}

func TestPersonalDataStaysWithWhoMayHaveIt(t *testing.T) {
	w, a, b := kostanay(t)
	w.done("coordinator", a, `{"type":"case.note","command_id":"n1","audience":"coordination","note":"Coordinationmarker"}`)
	w.done("coordinator", a, `{"type":"case.note","command_id":"n2","audience":"sealed","note":"Sealednotemarker"}`)
	w.done("coordinator", a, `{"type":"case.note","command_id":"n3","audience":"team","note":"Teamnotemarker"}`)
	markers := []string{markName, markPhone, markPlace, "Addressmarker", "Descriptionmarker", "Healthmarker", "Referencemarker", "Reportermarker", "63.61234"}
	personal := append([]string{}, markers...)
	may := map[string][]string{
		"admin":       append(personal, "Coordinationmarker", "Sealednotemarker", "Teamnotemarker"),
		"coordinator": append(personal, "Coordinationmarker", "Sealednotemarker", "Teamnotemarker"),
		"office":      append(personal, "Coordinationmarker", "Teamnotemarker"),
		// Asked and not accepted yet: who is sought, not who called.
		"team":     {markName, markPlace, "Addressmarker", "Descriptionmarker", "Healthmarker", "Referencemarker", "63.61234", "Teamnotemarker"},
		"service":  markers,
		"observer": {},
	}
	for _, key := range walkers {
		seen := w.everything(key, a, b)
		for _, marker := range append(markers, "Coordinationmarker", "Sealednotemarker", "Teamnotemarker") {
			if got := strings.Contains(seen, marker); got != slices.Contains(may[key], marker) {
				t.Errorf("%s: sees %s: %v", key, marker, got)
			}
		}
		// Nothing of the other region's case, other than for the admin.
		if got := strings.Contains(seen, b) || strings.Contains(seen, "app-b") || strings.Contains(seen, markName+" app-b"); got != (key == "admin") {
			t.Errorf("%s: sees the other region's case: %v", key, got)
		}
	}
	w.done("team", a, `{"type":"assignment.accept","command_id":"yes"}`)
	if seen := w.everything("team", a, b); !strings.Contains(seen, markPhone) {
		t.Error("a team that goes does not see who called")
	}
	w.done("coordinator", a, `{"type":"assignment.release","command_id":"no","team_id":"dos"}`)
	if seen := w.everything("team", a, b); strings.Contains(seen, markPhone) || strings.Contains(seen, markName) {
		t.Error("a team that was released still sees who is sought")
	}
	for _, marker := range markers {
		if strings.Contains(w.log.String(), marker) {
			t.Errorf("the log holds %s", marker)
		}
	}
}

// A search tells by its hits: it must not find what the answer hides, nor count
// it (Netflix Dispatch, CVE-2020-9300).
func TestSearchAndCountsLeakNothing(t *testing.T) {
	w, a, b := kostanay(t)
	for i := range 30 { // so that the other region fills whole pages
		w.file("other service", fmt.Sprintf("more-%d", i), 69.16, 54.86)
	}
	hits := func(key, query string) (ids []string, next string) {
		var page web.CasesAnswer
		w.get(key, "/api/v1/cases?"+query).into(t, &page)
		for _, c := range page.Cases {
			ids = append(ids, c.ID)
		}
		return ids, page.Next
	}
	for _, one := range []struct {
		key, query string
		want       []string
	}{
		{"coordinator", "q=Personmarker", []string{a}},
		{"coordinator", "q=app-b", nil},
		{"coordinator", "q=more", nil},
		{"coordinator", "region=KZ-59", nil},
		{"coordinator", "team=north", nil},
		{"coordinator", "limit=1", []string{a}},
		{"office", "q=Personmarker", []string{a}},
		{"observer", "q=Personmarker", nil},
		{"observer", "q=Placemarker", nil},
		{"observer", "q=Referencemarker", nil},
		{"observer", "q=39-", []string{a}},
		{"team", "q=app-b", nil},
		{"team", "", []string{a}},
		{"team", "team=north", nil},
		{"service", "q=Personmarker", []string{a}},
		{"service", "team=dos", nil},
		{"service", "", []string{a}},
		{"other service", "q=app-a", nil},
		{"other coordinator", "q=app-a", nil},
	} {
		ids, next := hits(one.key, one.query)
		if fmt.Sprint(ids) != fmt.Sprint(one.want) || next != "" {
			t.Errorf("%s %s: %v (next %q), not %v", one.key, one.query, ids, next, one.want)
		}
	}
	if ids, _ := hits("admin", "q=app-b"); fmt.Sprint(ids) != fmt.Sprint([]string{b}) {
		t.Errorf("the admin finds %v", ids)
	}
	w.until("the statistics are there", func() bool { return strings.Contains(w.get("admin", "/api/v1/statistics").body, `"cases":32`) })
	for key, want := range map[string]int{"coordinator": 1, "office": 1, "observer": 1, "other coordinator": 31} {
		var report dispatch.StatisticsReport
		w.get(key, "/api/v1/statistics?group_by=region").into(t, &report)
		if report.Totals.Cases != want || len(report.Groups) != 1 {
			t.Errorf("%s counts %d cases in %d groups", key, report.Totals.Cases, len(report.Groups))
		}
	}
	var board struct{ Cases, Teams []json.RawMessage }
	w.get("observer", "/api/v1/board?region=KZ-59").into(t, &board)
	if len(board.Cases) != 0 {
		t.Errorf("an observer of KZ-39 sees %d cases of KZ-59", len(board.Cases))
	}
}

// Until the family knows, an outcome stands nowhere but in what coordinators of
// the region and admins get.
func TestUntoldOutcomeIsSealed(t *testing.T) {
	w, a, b := kostanay(t)
	watchers := map[string]*live{}
	for name := range w.keys {
		watchers[name] = w.live(name, "")
	}
	w.done("team", a, `{"type":"assignment.accept","command_id":"1"}`)
	w.done("team", a, `{"type":"assignment.on_scene","command_id":"2"}`)
	if r := w.command("team", a, `{"type":"case.outcome","command_id":"3","subject_id":"s1","outcome":"found","condition":"no_signs_of_life","found_by":"team"}`); r.status != 200 || strings.Contains(r.body, "no_signs_of_life") {
		t.Fatalf("no signs of life: %d %s", r.status, r.body)
	}
	w.done("coordinator", a, `{"type":"case.outcome","command_id":"4","subject_id":"s1","outcome":"deceased","confirmed_by":"Policemarker","identity":"confirmed"}`)
	w.until("the search has ended", func() bool { return strings.Contains(w.get("service", "/api/v1/cases/"+a).body, `"status":"ended"`) })
	for name, l := range watchers {
		if name == "other coordinator" || name == "other team" || name == "other service" {
			continue
		}
		p := newPicture()
		l.follow(p, "the search has ended for "+name, func() bool { return p.cases[a].Status == "ended" })
	}
	for name := range w.keys {
		seen := w.everything(name, a, b) + watchers[name].raw.String()
		// The statistics have a total of that name, and a check.
		seen = strings.ReplaceAll(seen, `"deceased":0`, "")
		seen = strings.ReplaceAll(seen, "found + missing + deceased", "")
		untold := strings.Contains(seen, "deceased") || strings.Contains(seen, "no_signs_of_life") || strings.Contains(seen, "Policemarker")
		if untold != (name == "admin" || name == "coordinator") {
			t.Errorf("%s: sees the untold outcome: %v", name, untold)
		}
	}
	for _, word := range []string{"deceased", "no_signs_of_life", "Policemarker"} {
		if strings.Contains(w.log.String(), word) {
			t.Errorf("the log holds %s", word)
		}
	}
	w.done("coordinator", a, `{"type":"case.family_told","command_id":"5","subject_id":"s1","told_by":"x","role":"police"}`)
	for _, name := range []string{"service", "observer", "office", "team"} {
		w.until("the outcome is told to "+name, func() bool {
			return strings.Contains(w.get(name, "/api/v1/cases/"+a).body, `"outcome":"deceased"`)
		})
	}
}

// A case whose place is not known is in nobody's region: every coordinator
// sees it, because one of them has to look at it.
func TestCaseWithoutPlaceIsSeenByEveryCoordinator(t *testing.T) {
	w, _, _ := kostanay(t)
	must(t, w.producer.Produce(t.Context(), w.topics.Applications, kafka.Message{Key: []byte("lost"),
		Value: []byte(`{"id":"lost","kind":"missing_person","source":{"system":"102"},"subjects":[{"id":"s1","age":7}]}`)}))
	seen := func(key string) (found bool) {
		var page web.CasesAnswer
		w.get(key, "/api/v1/cases?status=review").into(t, &page)
		var board struct{ Cases []web.CaseView }
		w.get(key, "/api/v1/board").into(t, &board)
		onBoard := slices.ContainsFunc(board.Cases, func(c web.CaseView) bool { return c.Status == "review" })
		if listed := len(page.Cases) > 0; listed != onBoard {
			t.Errorf("%s: listed %v, on the board %v", key, listed, onBoard)
		}
		return onBoard
	}
	w.until("the case is there", func() bool {
		return strings.Contains(w.get("admin", "/api/v1/board").body, `"review"`)
	})
	for key, want := range map[string]bool{"coordinator": true, "other coordinator": true, "service": true, "office": false, "team": false, "other service": false} {
		if seen(key) != want {
			t.Errorf("%s sees the case without a place: %v", key, !want)
		}
	}
}

// A case may be handed to those who coordinate it and to nobody else; they are
// named to those who see owners.
func TestOwnersAreThoseWhoCoordinate(t *testing.T) {
	w, a, _ := kostanay(t)
	for _, who := range []string{"admin", "coordinator", "office"} {
		var answer web.OwnersAnswer
		w.get(who, "/api/v1/cases/"+a+"/owners").into(t, &answer)
		var names []string
		for _, one := range answer.Owners {
			names = append(names, one.Name)
			if one.ID == "" {
				t.Errorf("%s has no id", one.Name)
			}
		}
		if want := []string{"admin", "console", "coordinator"}; !slices.Equal(names, want) {
			t.Errorf("%s reads %v, want %v", who, names, want)
		}
	}
}
