package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestImport: tables of places and teams go in whole or, when a line is wrong,
// not at all, and every refused line is explained.
func TestImport(t *testing.T) {
	t.Parallel()
	p := startProgram(t, t.TempDir())
	run := func(file string, arguments ...string) (string, int) {
		_, errs, code := runOnce(t, file, append(arguments, "--data", p.data, "-")...)
		return errs, code
	}
	const header = "name_ru,lat,lon\n"
	if errs, code := run(header+"Жуковка,53.42,63.95\nТуда,63.95,53.42\n", "places", "import"); code != exitFailed ||
		!strings.Contains(errs, "line 3: lat: latitude and longitude are swapped") || !strings.Contains(errs, "nothing was sent") {
		t.Errorf("a wrong line: exit status %d\n%s", code, errs)
	}
	if errs, code := run(header+"Жуковка,53.42,63.95\n", "places", "import", "--check"); code != exitDone || !strings.Contains(errs, "1 places are good") {
		t.Errorf("--check: exit status %d\n%s", code, errs)
	}
	found := func(want string) func() error {
		return func() error {
			if status, body := p.get(testAdminKey, "/api/v1/places?q=Zhukovka"); status != http.StatusOK || !strings.Contains(string(body), want) {
				return fmt.Errorf("%d %s", status, body)
			}
			return nil
		}
	}
	if err := found(`"places":[]`)(); err != nil {
		t.Errorf("something was sent: %v", err)
	}
	if errs, code := run(header+"Жуковка,53.42,63.95\nТуда,1,1\n", "places", "import", "--partial"); code != exitFailed || !strings.Contains(errs, "sent 1 places") {
		t.Errorf("--partial: exit status %d\n%s", code, errs)
	}
	p.eventually("the village is found", found(`"Жуковка"`))

	if errs, code := run("name,base,members\nRegion-10 Лисаковск,Лисаковск,12\n", "teams", "import"); code != exitDone {
		t.Errorf("teams: exit status %d\n%s", code, errs)
	}
	p.eventually("the team is there", func() error {
		if status, body := p.get(testAdminKey, "/api/v1/teams"); status != http.StatusOK || !strings.Contains(string(body), `"region-10-lisakovsk"`) {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	if errs, code := run("x", "places", "import", "--timeout", "0s"); code != exitMisused || !strings.Contains(errs, "--timeout") {
		t.Errorf("a wrong flag: exit status %d\n%s", code, errs)
	}
	if errs, code := run(header, "places", "import"); code != exitFailed || !strings.Contains(errs, "no line") {
		t.Errorf("an empty table: exit status %d\n%s", code, errs)
	}
}
