// Imports checks which way the project's packages import each other:
//
//	geo ← dispatch ← {dispatch/sqlite, dispatch/postgres, ingest, web, web/notify, web/certificate} ← cmd/izdeu
//
// Siblings never import each other, dispatch knows no SQL, HTTP or Kafka, and a package that the table below does not
// name is an error, so that a new folder is a decision. It reads `go list -json` and exits with status 1 and one line
// for each import that is not allowed.
//
// Tests of dispatch, ingest and web may use the real store and the real broker: only test files, never the program.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

const module = "github.com/izdeu/izdeu"

// A rule names what one unit (a folder and all below it that has no rule of its own) may import.
// The unit itself is always allowed.
type rule struct {
	ours     []string // units of this project, from all files
	tests    []string // further units, from test files only
	denied   []string // import paths of others, with all below them, that the program may not import
	anything bool     // may import every unit: the place that wires them together
}

var transports = []string{
	"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/pressly/goose",
	"net/http", "github.com/danielgtaylor/huma", "github.com/gorilla",
	"github.com/segmentio/kafka-go", "github.com/twmb/franz-go",
}

var rules = map[string]rule{
	"geo":                {denied: transports},
	"dispatch":           {ours: []string{"geo", "dispatch/failpoint"}, tests: []string{"dispatch/storetest", "dispatch/sqlite"}, denied: transports},
	"dispatch/failpoint": {},
	"dispatch/storetest": {ours: []string{"geo", "dispatch"}},
	"dispatch/backup":    {ours: []string{"dispatch"}, tests: []string{"dispatch/storetest", "dispatch/sqlite"}, denied: transports},
	"dispatch/sqlite":    {ours: []string{"geo", "dispatch", "dispatch/failpoint"}, tests: []string{"dispatch/storetest"}},
	"dispatch/postgres":  {ours: []string{"geo", "dispatch", "dispatch/failpoint"}, tests: []string{"dispatch/storetest", "dispatch/postgres/postgrestest"}},
	"ingest":             {ours: []string{"geo", "dispatch", "dispatch/failpoint"}, tests: []string{"dispatch/storetest", "dispatch/sqlite", "ingest/kafkatest"}},
	"ingest/kafkatest":   {},
	"web":                {ours: []string{"geo", "dispatch"}, tests: []string{"dispatch/storetest", "dispatch/sqlite", "ingest"}},
	"web/notify":         {ours: []string{"geo", "dispatch"}, tests: []string{"dispatch/sqlite", "ingest"}},
	"web/certificate":    {},
	"cmd/izdeu":          {anything: true},

	// The Postgres of the tests, for the tests of any package.
	"dispatch/postgres/postgrestest": {},
	"deploy":                         {ours: []string{"geo", "dispatch"}},
}

// listed is the part of `go list -json` that matters here.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func main() {
	packages, err := list()
	if err != nil {
		fmt.Fprintln(os.Stderr, "imports:", err)
		os.Exit(2)
	}
	faults := check(packages)
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}

func list() ([]listed, error) {
	command := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []listed
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// check returns one line for each import that the rules forbid, in the order of the packages.
func check(packages []listed) []string {
	var faults []string
	for _, p := range packages {
		own, found := unit(p.ImportPath)
		if !found {
			faults = append(faults, p.ImportPath+": no rule for this folder; decide where it belongs and name it in deploy/scripts/imports/main.go")
			continue
		}
		for _, imported := range p.Imports {
			if why := forbidden(own, imported, false); why != "" {
				faults = append(faults, fmt.Sprintf("%s imports %s: %s", p.ImportPath, imported, why))
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := forbidden(own, imported, true); why != "" {
				faults = append(faults, fmt.Sprintf("a test of %s imports %s: %s", p.ImportPath, imported, why))
			}
		}
	}
	return faults
}

// forbidden says why the unit own may not import the path, or "".
func forbidden(own, path string, test bool) string {
	r := rules[own]
	if path != module && !strings.HasPrefix(path, module+"/") {
		if !test && slices.ContainsFunc(r.denied, func(d string) bool { return path == d || strings.HasPrefix(path, d+"/") }) {
			return own + " knows no SQL, HTTP or Kafka"
		}
		return ""
	}
	other, found := unit(path)
	switch {
	case !found:
		return "no rule for that folder"
	case r.anything || other == own || slices.Contains(r.ours, other):
		return ""
	case test && slices.Contains(r.tests, other):
		return ""
	case len(r.ours) == 0:
		return own + " imports nothing of ours"
	}
	return own + " may import only " + strings.Join(r.ours, ", ")
}

// unit is the longest folder with a rule that holds the package.
func unit(path string) (string, bool) {
	folder := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	for folder != "" {
		if _, found := rules[folder]; found {
			return folder, true
		}
		cut := strings.LastIndexByte(folder, '/')
		if cut < 0 {
			break
		}
		folder = folder[:cut]
	}
	return "", false
}
