package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/ingest"
)

func TestTellApart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line, only, kind, key string
	}{
		{"an application", `{"id":"a1","kind":"emergency","source":{"system":"102"}}`, "", kindApplications, "102/a1"},
		{"an application of nobody", `{"id":7,"kind":"missing_person"}`, "", kindApplications, "kafka/7"},
		{"an application with a broken source", `{"id":"a1","kind":"x","source":"y"}`, "", kindApplications, "kafka/a1"},
		{"a team", `{"type":"team.registered","id":"bars","kinds":["missing_person"]}`, "", kindTeams, "bars"},
		{"an availability", `{"type":"team.availability","id":"bars","available":false}`, "", kindTeams, "bars"},
		{"a command", `{"type":"assignment.accept","command_id":"x","case_id":"c1","team_id":"bars"}`, "", kindCommands, "c1"},
		{"a command that changes an application", `{"type":"case.update","command_id":"x","case_id":"c1","kind":"emergency"}`, "", kindCommands, "c1"},
		{"a command by application", `{"type":"case.reopen","command_id":"x","application":{"system":"s","id":"i"}}`, "", kindCommands, ""},
		{"a position", `{"team_id":"bars","position":{"type":"Point","coordinates":[1,2]}}`, "", kindPositions, "bars"},
		{"a CloudEvent", `{"specversion":"1.0","id":"e","source":"/s","type":"x","data":{"id":"a1","kind":"emergency"}}`, "", kindApplications, "kafka/a1"},
		{"a topic given", `{"id":"bars"}`, kindTeams, kindTeams, "bars"},
		{"a topic given for no JSON", `hello`, kindApplications, kindApplications, ""},
		{"nothing known", `{"id":"a1"}`, "", "", ""},
		{"a type alone", `{"type":"assignment.accept"}`, "", "", ""},
		{"a list", `[{"kind":"emergency"}]`, "", "", ""},
		{"null", `null`, "", "", ""},
		{"half an object", `{"kind":"emergency"`, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			told, err := tellApart([]byte(test.line), test.only)
			if (err != nil) != (test.kind == "") {
				t.Fatalf("error %v, want kind %q", err, test.kind)
			}
			if err == nil && (told.kind != test.kind || string(told.key) != test.key) {
				t.Errorf("%s with key %q, want %s with %q", told.kind, told.key, test.kind, test.key)
			}
		})
	}
}

func FuzzTellApart(f *testing.F) {
	for _, seed := range []string{sampleApplication, sampleTeam, `{"specversion":"1.0","data":{"data":{}}}`, `{"id":{},"kind":[]}`, "\xef\xbb\xbf{}", `{"kind":"\u0000"}`} {
		f.Add([]byte(seed), "")
	}
	f.Fuzz(func(t *testing.T, line []byte, only string) {
		told, err := tellApart(line, only)
		if err == nil && told.kind == "" {
			t.Errorf("%q is told apart as nothing", line)
		}
		if only != "" && err != nil {
			t.Errorf("%q is refused although its topic was given: %v", line, err)
		}
	})
}

func FuzzEachLine(f *testing.F) {
	f.Add([]byte("a\n\n b \r\nc"), uint8(3))
	f.Add([]byte("\xef\xbb\xbf{}\n"), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, _ uint8) {
		var got []string
		last := 0
		err := eachLine(bytes.NewReader(text), func(number int, line []byte, problem error) error {
			if number <= last || problem != nil || len(line) == 0 {
				t.Errorf("line %d after %d: %q, %v", number, last, line, problem)
			}
			last = number
			got = append(got, string(line))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i, line := range bytes.Split(text, []byte("\n")) {
			line = bytes.TrimSpace(line)
			if i == 0 {
				line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
			}
			if len(line) > 0 {
				want = append(want, string(line))
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") || len(got) != len(want) {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	})
}

func TestEachLineNamesLinesThatAreTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", ingest.MaxRecordBytes+10)
	fits := strings.Repeat("y", ingest.MaxRecordBytes)
	var got []string
	err := eachLine(strings.NewReader("one\n"+long+"\n"+fits+"\r\n"+long), func(number int, line []byte, problem error) error {
		got = append(got, fmt.Sprintf("%d %d %v", number, len(line), problem != nil))
		return nil
	})
	want := fmt.Sprintf("1 3 false|2 0 true|3 %d false|4 0 true", len(fits))
	if err != nil || strings.Join(got, "|") != want {
		t.Errorf("got %v (%v), want %s", got, err, want)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	write := func(name string, lines ...string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sample := strings.ReplaceAll(sampleApplication, "\n", " ")
	teams := write("teams.ndjson", strings.ReplaceAll(sampleTeam, "\n", " "))
	var lines, ids []string
	for i := range 1500 {
		ids = append(ids, fmt.Sprintf("send-%d", i))
		lines = append(lines, applicationJSON(ids[i], 63.62, 53.21))
	}
	applications := write("applications.ndjson", lines...)

	// Addresses come from the data directory; files and standard input mix.
	_, errs, code := runOnce(t, sample+"\n\nnot JSON\n"+`{"id":"x"}`+"\n", "send", "--data", p.data, teams, "-", applications)
	if code != exitFailed {
		t.Errorf("exit status %d with lines left out, want %d", code, exitFailed)
	}
	for _, want := range []string{"standard input:3: ", "standard input:4: ", "sent 1502 of 1504 lines", "teams 1", "applications 1501", "2 of 1504"} {
		if !strings.Contains(errs, want) {
			t.Errorf("standard error does not say %q:\n%s", want, errs)
		}
	}
	p.wantExactly("kafka", ids)
	c := p.caseOf("102-kostanay", "102-2026-0417")

	// The same again changes nothing.
	if _, errs, code := runOnce(t, "", "send", "--kafka", p.kafka, applications, teams); code != exitDone {
		t.Errorf("the same again: exit status %d\n%s", code, errs)
	}
	command := fmt.Sprintf(`{"type":"assignment.accept","command_id":"by-send","case_id":%q,"team_id":"region-10-lisakovsk"}`, c.ID)
	position := `{"team_id":"region-10-lisakovsk","position":{"type":"Point","coordinates":[63,53]}}`
	if _, errs, code := runOnce(t, command+"\n"+position, "send", "--data", p.data); code != exitDone {
		t.Errorf("a command and a position: exit status %d\n%s", code, errs)
	}
	p.eventually("the command is done and the position known", func() error {
		var got caseView
		if err := p.read200("/api/v1/cases/"+c.ID, &got); err != nil {
			return err
		}
		_, teams := p.get(testAdminKey, "/api/v1/teams")
		if got.Status != "assigned" || !strings.Contains(string(teams), `"position":{"position":{"type":"Point","coordinates":[63,53]}`) {
			return fmt.Errorf("the case is %s, the teams are %s", got.Status, teams)
		}
		return nil
	})
	p.wantExactly("kafka", ids)

	// --strict sends nothing when a line is wrong by the rules of the API.
	for name, input := range map[string]string{
		"half-wrong": applicationJSON("strict-1", 63.62, 53.21) + "\n" + `{"id":"strict-2","kind":"missing_person","filed_at":"yesterday"}`,
		"swapped":    applicationJSON("strict-3", 53.21, 63.62),
		"no JSON":    applicationJSON("strict-4", 63.62, 53.21) + "\n}",
	} {
		_, errs, code := runOnce(t, input, "send", "--data", p.data, "--strict", "-")
		if code != exitFailed || !strings.Contains(errs, "nothing was sent") {
			t.Errorf("--strict with %s: exit status %d\n%s", name, code, errs)
		}
	}
	if _, errs, code := runOnce(t, applicationJSON("strict-5", 63.62, 53.21), "send", "--data", p.data, "--strict"); code != exitDone {
		t.Errorf("--strict with a good line: exit status %d\n%s", code, errs)
	}
	p.wantExactly("kafka", append([]string{"strict-5"}, ids...))

	// A topic that is given takes the line as it is.
	if _, errs, code := runOnce(t, "nothing at all", "send", "--data", p.data, "--topic", "applications"); code != exitDone {
		t.Errorf("--topic: exit status %d\n%s", code, errs)
	}
	p.eventually("the dead letter", func() error {
		if n, err := p.metric("izdeu_dead_letters_open"); err != nil || n != 1 {
			return fmt.Errorf("%v dead letters (%v)", n, err)
		}
		return nil
	})
	p.stop()
	for name, arguments := range map[string][]string{
		"no server": {"send", "--data", p.data, teams}, "no broker": {"send", "--kafka", p.kafka, "--timeout", "1s", teams}, "no file": {"send", "--kafka", p.kafka, "nowhere.ndjson"},
	} {
		if _, errs, code := runOnce(t, "", arguments...); code != exitFailed || !strings.Contains(errs, "izdeu: ") {
			t.Errorf("%s: exit status %d\n%s", name, code, errs)
		}
	}
}

// TestSendThroughAKill goes on when the server comes back.
func TestSendThroughAKill(t *testing.T) {
	t.Parallel()
	sendThrough := scaled(10_000)
	p := startProgram(t, t.TempDir())
	listen, kafkaListen := strings.TrimPrefix(p.url, "http://"), p.kafka
	var ids []string
	var text strings.Builder
	for i := range sendThrough {
		ids = append(ids, fmt.Sprintf("through-%d", i))
		text.WriteString(applicationJSON(ids[i], 62+rand.Float64()*2, 52+rand.Float64()) + "\n") // #nosec G404 -- places
	}
	file := filepath.Join(t.TempDir(), "applications.ndjson")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 1)
	go func() {
		_, errs, code := runOnce(t, "", "send", "--kafka", p.kafka, file)
		done <- fmt.Sprintf("%d %s", code, errs)
	}()
	p.eventually("some have arrived", func() error {
		if n, err := p.metric(`izdeu_applications_total{kind="missing_person",result="opened"}`); err != nil || n == 0 {
			return fmt.Errorf("%v (%v)", n, err)
		}
		return nil
	})
	p.kill()
	p = startArguments(t, p.data, nil, serveArguments(p.data, listen, kafkaListen)...)
	if result := <-done; !strings.HasPrefix(result, "0 ") || !strings.Contains(result, fmt.Sprintf("sent %[1]d of %[1]d", sendThrough)) {
		t.Fatalf("send: %s", result)
	}
	p.eventually("all have been decided", func() error {
		if n, err := p.metric("izdeu_cases_active"); err != nil || n != float64(sendThrough) {
			return fmt.Errorf("%v (%v)", n, err)
		}
		return nil
	})
	p.wantExactly("kafka", ids)
	if status, _ := p.get(testAdminKey, "/api/v1/statistics"); status != http.StatusOK {
		t.Errorf("statistics: %d", status)
	}
	p.stop()
	if out, errs, code := runOnce(t, "", "verify", "--data", p.data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
}
