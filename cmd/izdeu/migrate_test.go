package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
)

// The same statistics and the same board in Postgres as in SQLite, and back
// again by a backup of Postgres that is restored into SQLite.
func TestMigrateToPostgresAndBack(t *testing.T) {
	t.Parallel()
	target, second := postgrestest.NewDatabase(t), postgrestest.NewDatabase(t)
	// Nothing changes by itself while it is moved.
	calm := []string{"--offer-timeout", "life_threatening=24h,urgent=24h,routine=24h"}
	p := startProgram(t, t.TempDir(), calm...)
	p.send(p.topics().Teams, sampleTeam)
	var ids []string
	for i := range 30 {
		ids = append(ids, fmt.Sprintf("moved-%d", i))
		p.send(p.topics().Applications, applicationJSON(ids[i], 63.62, 53.21))
	}
	found := p.caseOf("kafka", "moved-3")
	status, _, body := p.request(testAdminKey, "POST", "/api/v1/cases/"+found.ID+"/commands",
		fmt.Sprintf(`{"command_id":"end-1","type":"case.outcome","subject_id":%q,"outcome":"found","condition":"well","found_by":"public"}`, found.Subjects[0].ID))
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	p.wantExactly("kafka", ids)
	board, statistics := p.told()
	wantRefused(t, "is in use by process", "migrate", "--from", p.data, "--to", target)
	p.stop()

	ran(t, "migrate", "--from", p.data, "--to", target)
	wantRefused(t, "holds an installation", "migrate", "--from", p.data, "--to", target)
	ran(t, "verify", "--database", target)
	p = startProgram(t, p.data, append(calm, "--database", target)...)
	p.wantSame("Postgres", board, statistics)
	// The embedded broker goes on where it was, and so does the rest.
	p.send(p.topics().Applications, applicationJSON("later", 63.62, 53.21))
	ids = append(ids, "later")
	p.wantExactly("kafka", ids)
	board, statistics = p.told()
	file := ran(t, "backup", "--data", p.data, "--database", target, t.TempDir())
	p.stop()

	ran(t, "backup", "--check", file)
	data := filepath.Join(t.TempDir(), "back")
	ran(t, "restore", "--data", data, file)
	ran(t, "verify", "--data", data)
	p = startProgram(t, data, calm...)
	p.wantSame("SQLite again", board, statistics)
	p.wantExactly("kafka", ids)
	p.stop()

	beside := filepath.Join(t.TempDir(), "beside")
	wantRefused(t, "holds an installation", "restore", "--data", beside, "--database", target, file)
	ran(t, "restore", "--data", beside, "--database", second, file)
	ran(t, "verify", "--database", second)
	p = startProgram(t, beside, append(calm, "--database", second)...)
	p.wantSame("Postgres from a backup", board, statistics)
	p.stop()
}

// told gives the board and the statistics without the positions, which are of
// an epoch, and the time of the answer; once the statistics have counted everything.
func (p *program) told() (board, statistics string) {
	p.t.Helper()
	type answer struct{ Position string }
	p.eventually("the statistics have counted everything", func() error {
		var shown, counted answer
		var raw [2]json.RawMessage
		for i, path := range []string{"/api/v1/board", "/api/v1/statistics?group_by=region"} {
			if err := p.read200(path, &raw[i]); err != nil {
				return err
			}
		}
		for i, into := range []*answer{&shown, &counted} {
			if err := json.Unmarshal(raw[i], into); err != nil {
				return err
			}
		}
		if shown != counted {
			return fmt.Errorf("the board is at %s, the statistics at %s", shown.Position, counted.Position)
		}
		board, statistics = withoutPosition(raw[0]), withoutPosition(raw[1])
		return nil
	})
	return board, statistics
}

var ownPosition = regexp.MustCompile(`"(position|now)":"[^"]*"`)

func withoutPosition(text []byte) string {
	var indented bytes.Buffer
	_ = json.Indent(&indented, ownPosition.ReplaceAll(text, []byte(`"$1":""`)), "", " ")
	return indented.String()
}

func (p *program) wantSame(where, board, statistics string) {
	p.t.Helper()
	gotBoard, gotStatistics := p.told()
	if gotBoard != board {
		p.t.Errorf("%s: the board: %s", where, firstDifference(strings.Split(gotBoard, "\n"), strings.Split(board, "\n")))
	}
	if gotStatistics != statistics {
		p.t.Errorf("%s: the statistics: %s", where, firstDifference(strings.Split(gotStatistics, "\n"), strings.Split(statistics, "\n")))
	}
}
