package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestFirstStart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := startArguments(t, data, []string{"IZDEU_ADMIN_KEY="}, serveArguments(data, "127.0.0.1:0", "127.0.0.1:0")...)
	for _, path := range []string{data, filepath.Join(data, brokerFolder)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has the rights %v, want 0700", path, info.Mode().Perm())
		}
	}
	if p.code == "" {
		t.Errorf("no single-use code beside the board's address: %q", p.printed)
	}
	running, err := readAddresses(data)
	if err != nil {
		t.Fatal(err)
	}
	want := addresses{HTTP: p.url, Listen: strings.TrimPrefix(p.url, "http://"), Kafka: p.kafka, Prefix: "izdeu.", PID: p.command.Process.Pid, Database: filepath.Join(data, databaseFile), KafkaEmbedded: true}
	if running != want {
		t.Errorf("addresses.json says %+v, want %+v", running, want)
	}
	// The key is the last line, which may come after the addresses.
	store := filepath.Join(data, databaseFile)
	if _, err := os.Stat(store); err != nil {
		t.Error(err)
	}
	if status, _ := p.get("", "/api/v1/cases"); status != http.StatusUnauthorized {
		t.Errorf("cases without a key: %d, want 401", status)
	}
	status, _, body := p.request("", http.MethodPost, "/api/v1/session", fmt.Sprintf(`{"code":%q}`, p.code))
	if status != http.StatusOK {
		t.Errorf("signing in with the code: %d %s", status, body)
	}
	if status, _, _ := p.request("", http.MethodPost, "/api/v1/session", fmt.Sprintf(`{"code":%q}`, p.code)); status != http.StatusUnauthorized {
		t.Errorf("signing in with the code a second time: %d, want 401", status)
	}
	p.stop()
	for _, name := range []string{addressesFile, holderFile} {
		if _, err := os.Stat(filepath.Join(data, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind (%v)", name, err)
		}
	}
}

func TestFirstKeyIsShownOnceAndGood(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var text, key strings.Builder
	serveOnce := func() {
		text.Reset()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		c := &serveCommand{Data: data, Listen: "127.0.0.1:0", KafkaListen: "127.0.0.1:0", KafkaPrefix: "izdeu.", LogLevel: "error", TravelRange: 1.5, PositionFresh: 30 * time.Minute, OpenCall: 3,
			WaitingHorizon: time.Hour, WaitingPatience: time.Hour, PreemptionGain: time.Hour, PreemptionWait: time.Hour}
		log, err := newLogger(&safeBuffer{}, c.LogLevel)
		if err != nil {
			t.Fatal(err)
		}
		// Everything is printed when the program is ready: then it may end.
		if err := serve(ctx, c, "", writerFunc(func(line string) {
			text.WriteString(line)
			if strings.HasPrefix(line, "Kafka: ") && key.Len() > 0 || strings.HasPrefix(line, "Admin key") {
				cancel()
			}
		}), log); err != nil {
			t.Fatal(err)
		}
	}
	serveOnce()
	_, first, found := strings.Cut(text.String(), "Admin key (shown once): ")
	if !found {
		t.Fatalf("no admin key on the first start: %s", text.String())
	}
	key.WriteString(strings.TrimSpace(first))
	serveOnce()
	if strings.Contains(text.String(), "Admin key") {
		t.Errorf("an admin key is printed on the second start too: %s", text.String())
	}
	p := startProgram(t, data)
	if status, body := p.get(key.String(), "/api/v1/cases"); status != http.StatusOK {
		t.Errorf("the first key after two restarts: %d %s", status, body)
	}
}

type writerFunc func(string)

func (f writerFunc) Write(p []byte) (int, error) {
	f(string(p))
	return len(p), nil
}

func TestWhatServeRefuses(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() })
	taken := busy.Addr().String()
	marked := func(marker string) string {
		directory := t.TempDir()
		if err := os.WriteFile(filepath.Join(directory, marker), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return directory
	}
	damaged := t.TempDir()
	if err := os.MkdirAll(filepath.Join(damaged, brokerFolder, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(damaged, brokerFolder, "log", "topics.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		arguments []string
		code      int
		says      []string
	}{
		{"a taken port of the board", serveArguments(t.TempDir(), taken, "127.0.0.1:0"), exitFailed, []string{taken, "--listen"}},
		{"a taken port of the broker", serveArguments(t.TempDir(), "127.0.0.1:0", taken), exitFailed, []string{taken, "--kafka-listen"}},
		{"another kind of database", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--database", "mysql://localhost/izdeu"), exitMisused, []string{"--database", "postgres://"}},
		{"a demo on another database", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--demo", "--database", "postgres://localhost/izdeu"), exitMisused, []string{"--demo", "--database"}},
		{"real data as a demo", append(serveArguments(marked(markerReal), "127.0.0.1:0", "127.0.0.1:0"), "--demo"), exitMisused, []string{"--demo", "--data"}},
		{"a demo as real data", serveArguments(marked(markerDemo), "127.0.0.1:0", "127.0.0.1:0"), exitMisused, []string{"--demo", "--data"}},
		{"damaged files of the broker", serveArguments(damaged, "127.0.0.1:0", "127.0.0.1:0"), exitFailed, []string{"topics.json", "backup"}},
		{"an unknown urgency", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--offer-timeout", "soon=3m"), exitMisused, []string{"--offer-timeout", "life_threatening"}},
		{"a position that is never fresh", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--position-fresh", "0s"), exitMisused, []string{"--position-fresh", "30m"}},
		{"an unknown transport", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--travel", "camel=1x20"), exitMisused, []string{"--travel", "snowmobile"}},
		{"a speed that is none", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--travel", "car=60"), exitMisused, []string{"--travel", "1.3x60"}},
		{"a weight of nothing", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--urgency-weight", "urgent=0"), exitMisused, []string{"--urgency-weight", "life_threatening"}},
		{"no horizon", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--waiting-horizon", "0s"), exitMisused, []string{"--waiting-horizon", "30m"}},
		{"a rest without an end", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), "--rest", "1000h"), exitMisused, []string{"--rest", "8h"}},
		{"an unknown flag", []string{"serve", "--dta", "x"}, exitMisused, []string{"--dta", "--help"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, errs, code := runOnce(t, "", test.arguments...)
			last := lastLine(errs)
			if code != test.code {
				t.Errorf("exit status %d, want %d", code, test.code)
			}
			for _, word := range append(test.says, "izdeu: ") {
				if !strings.Contains(last, word) {
					t.Errorf("the error does not say %q: %s", word, last)
				}
			}
			if strings.Contains(errs, "goroutine ") {
				t.Errorf("a panic:\n%s", errs)
			}
		})
	}
}

func TestSecondProcessHearsWhoHoldsTheData(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	for _, more := range [][]string{nil, {"--kafka", p.kafka}} { // with an outside Kafka only the database is shared
		_, errs, code := runOnce(t, "", append(serveArguments(p.data, "127.0.0.1:0", "127.0.0.1:0"), more...)...)
		if code != exitFailed || !strings.Contains(errs, fmt.Sprintf("%s is in use by process %d", p.data, p.command.Process.Pid)) || !strings.Contains(errs, "--data") {
			t.Errorf("exit status %d: %s", code, errs)
		}
	}
	if status, _ := p.get("", "/readyz"); status != http.StatusOK {
		t.Errorf("the first process is disturbed: readyz %d", status)
	}
	p.kill()
	again := startProgram(t, p.data) // a killed process holds nothing
	again.stop()
}

func TestFullDiskTakesNothingInAndLosesNothing(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startProgram(t, data)
	if status, _, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("before", 63.62, 53.21)); status != http.StatusAccepted {
		t.Fatalf("filing: %d %s", status, body)
	}
	p.stop()

	// A floor that no disk reaches is a full disk.
	p = startProgram(t, data, "--disk-floor-mib", "99999999999", "--duty-phone", "+7 700 000 00 09")
	status, header, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("meanwhile", 63.62, 53.21))
	if status != http.StatusServiceUnavailable || !strings.Contains(string(body), "+7 700 000 00 09") || header.Get("Retry-After") == "" {
		t.Errorf("filing with a full disk: %d, Retry-After %q, %s; want 503 with the duty phone", status, header.Get("Retry-After"), body)
	}
	if status, _ := p.get("", "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("readyz with a full disk: %d, want 503", status)
	}
	if c := p.caseOf("board", "before"); c.ID == "" {
		t.Error("what was filed before is not there")
	}
	p.stop()

	p = startProgram(t, data)
	if status, _, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("after", 63.62, 53.21)); status != http.StatusAccepted {
		t.Errorf("filing after the disk has room: %d %s", status, body)
	}
	all, err := p.cases("")
	if err != nil || len(all) != 2 {
		t.Errorf("%d cases (%v), want those filed before and after", len(all), err)
	}
}

// applicationJSON is a small application of a missing person.
func applicationJSON(id string, longitude, latitude float64) string {
	return fmt.Sprintf(`{"id":%q,"kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","location":{"type":"Point","coordinates":[%v,%v]},"subjects":[{"id":"s1","sex":"male","age":14}]}`, id, longitude, latitude)
}

// sampleApplication and sampleTeam are those of the contract, word for word.
const (
	sampleApplication = `{"id":"102-2026-0417","kind":"missing_person","filed_at":"2026-11-21T10:02:00Z","revision":1,
 "source":{"system":"102-kostanay","reference":"KUI 24391"},
 "reporter":{"name":"…","phone":"…","relation":"mother"},
 "location":{"type":"Point","coordinates":[63.62,53.21]},"accuracy_m":500,"place":"Kostanay, Dostyk street","address":"…",
 "urgency":"life_threatening","call_out":"now","exercise":false,
 "subjects":[{"id":"s1","name":"…","sex":"male","age":14,"category":"child_13_15",
              "description":"…","health":"…","last_seen_at":"2026-11-21T08:00:00Z"}],
 "needs":{"teams":1,"skills":["snowmobile"]}}`
	sampleTeam = `{"type":"team.registered","id":"region-10-lisakovsk","organisation":"Region-10","branch":"Lisakovsk",
 "name":"Region-10 Lisakovsk","base":{"type":"Point","coordinates":[62.49,52.54]},
 "kinds":["missing_person","emergency"],"skills":["dog","snowmobile"],"members":12,"capacity":1,
 "range_km":300,"answers":"manual","contacts":[],"at":"2026-11-21T09:00:00Z"}`
)

// haversine is the great-circle distance in metres on a sphere of 6,371 km,
// written again here so that nothing of the program checks itself.
func haversine(lon1, lat1, lon2, lat2 float64) float64 {
	rad := math.Pi / 180
	a := math.Pow(math.Sin((lat2-lat1)*rad/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin((lon2-lon1)*rad/2), 2)
	return 2 * 6371000 * math.Asin(math.Sqrt(a))
}

func TestFiledApplicationIsOfferedToTheNearestTeam(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir(), "--open-call", "1") // one after the other, so that none takes another's nearest
	bases := map[string][2]float64{"region-10-lisakovsk": {62.49, 52.54}}
	p.send(p.topics().Teams, sampleTeam)
	for id, base := range map[string][2]float64{"arkalyk": {66.90, 50.25}, "rudny": {63.11, 52.97}, "petropavl": {69.15, 54.87}, "aktobe": {57.21, 50.28}} {
		bases[id] = base
		p.send(p.topics().Teams, fmt.Sprintf(`{"type":"team.registered","id":%q,"base":{"type":"Point","coordinates":[%v,%v]},"skills":["snowmobile"],"capacity":5}`, id, base[0], base[1]))
	}
	nearest := func(lon, lat float64) string {
		best := ""
		for id, base := range bases {
			if best == "" || haversine(lon, lat, base[0], base[1]) < haversine(lon, lat, bases[best][0], bases[best][1]) {
				best = id
			}
		}
		return best
	}
	p.eventually("the teams", func() error {
		var answer struct {
			Teams []struct {
				ID string `json:"id"`
			} `json:"teams"`
		}
		if err := p.read200("/api/v1/teams", &answer); err != nil {
			return err
		}
		if len(answer.Teams) != len(bases) {
			return fmt.Errorf("%d teams, want %d", len(answer.Teams), len(bases))
		}
		return nil
	})
	watching := p.live(testAdminKey)
	// One by Kafka, one by HTTP, one as a CloudEvent, at places of their own.
	p.send(p.topics().Applications, sampleApplication)
	if status, _, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("by-http", 61.2, 52.2)); status != http.StatusAccepted {
		t.Fatalf("filing by HTTP: %d %s", status, body)
	}
	p.send(p.topics().Applications, `{"specversion":"1.0","id":"e1","source":"/test","type":"kz.izdeu.application.v1","data":`+applicationJSON("by-cloudevent", 68.4, 54.4)+`}`)
	for _, filed := range []struct {
		system, id string
		lon, lat   float64
	}{{"102-kostanay", "102-2026-0417", 63.62, 53.21}, {"board", "by-http", 61.2, 52.2}, {"kafka", "by-cloudevent", 68.4, 54.4}} {
		c := p.caseOf(filed.system, filed.id)
		want := nearest(filed.lon, filed.lat)
		if len(c.Assignments) != 1 || c.Assignments[0].TeamID != want || c.Assignments[0].Status != "offered" {
			t.Errorf("%s: assignments %+v, want an offer to %s", filed.id, c.Assignments, want)
		}
		p.eventually(filed.id+" on the live feed", func() error {
			shown, err := watching.cases()
			if err != nil {
				return err
			}
			if one := shown[c.ID]; len(one.Assignments) != 1 || one.Assignments[0].TeamID != want {
				return fmt.Errorf("it shows %+v", one)
			}
			return nil
		})
	}
	// Live clients are sent away with a code that says: come back.
	p.stop()
	eventually(t, "the live client is closed", func() error {
		_, closed := watching.all()
		if closed == nil {
			return errors.New("it is open")
		}
		if code := (*websocket.CloseError)(nil); !errors.As(closed, &code) || code.Code < 4000 || code.Code > 4099 {
			t.Fatalf("closed with %v, want a code from 4000 to 4099", closed)
		}
		return nil
	})
}

func TestStoppedServerLosesNothing(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	var values, ids []string
	for i := range 1000 {
		ids = append(ids, fmt.Sprintf("stop-%d", i))
		values = append(values, applicationJSON(ids[i], 63.62, 53.21))
	}
	p.send(p.topics().Applications, values...)
	p.stop() // most are only in Kafka by now
	p = startProgram(t, p.data)
	p.wantExactly("kafka", ids)
	p.stop()
	if out, errs, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}

// wantExactly waits until the applications of the cases are these, each once.
func (p *program) wantExactly(system string, ids []string) {
	p.t.Helper()
	want := slices.Sorted(slices.Values(ids))
	p.eventually(fmt.Sprintf("%d applications are counted", len(ids)), func() error {
		var statistics struct {
			Totals struct{ Applications int }
		}
		if err := p.read200("/api/v1/statistics", &statistics); err != nil {
			return err
		}
		if n := statistics.Totals.Applications; n < len(ids) {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	p.eventually(fmt.Sprintf("%d applications", len(ids)), func() error {
		all, err := p.cases("")
		if err != nil {
			return err
		}
		var got []string
		for _, c := range all {
			for _, a := range c.Applications {
				if a.System == system {
					got = append(got, a.ID)
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%d applications, want %d: %s", len(got), len(want), firstDifference(got, want))
		}
		return nil
	})
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("got %s, want %s", got[i], want[i])
		}
	}
	return "one is the beginning of the other"
}

// problemOf reads the code of a problem.
func problemOf(body []byte) string {
	var problem struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(body, &problem)
	return strings.TrimPrefix(problem.Type, "urn:izdeu:problem:")
}
