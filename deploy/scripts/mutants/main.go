// Mutants removes one rule of the dispatch core at a time and lets the simulation play until it notices; then one
// guard against faults at a time, and lets the chaos suite run until it notices. It prints a row for each: the rule,
// the first seed that showed the fault or the test that failed, and what it said. A mutant that survives is an error.
//
//	go run ./deploy/scripts/mutants [-seeds 2000] [-only NAME] [-of rules|guards]
//
// Nothing in the tree is changed: the compiler reads the mutated file in place of the real one (go build -overlay).
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"
)

func main() {
	seeds := flag.Int("seeds", 2000, "how many seeds a mutant may survive")
	only := flag.String("only", "", "the one mutant to try")
	of := flag.String("of", "", "rules (of the simulation) or guards (of the chaos suite) alone")
	flag.Parse()
	if err := run(*seeds, *only, *of); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(seeds int, only, of string) error {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "taken away\tcaught by\twhat it said")
	simulation := suite{"./dispatch", "", "^TestSimulation$", []string{fmt.Sprintf("-seeds=%d", seeds)}}
	var all []guard
	for _, m := range mutants {
		if of != "guards" {
			all = append(all, guard{m, simulation})
		}
	}
	if of != "rules" {
		all = append(all, guards...)
	}
	var survived []string
	for i := range all {
		g := &all[i]
		if only != "" && g.name != only {
			continue
		}
		by, said, err := g.try(folder)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", g.name, err)
		case by == "":
			survived = append(survived, g.name)
			by = "NOTHING"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", g.name, by, said)
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(survived) > 0 {
		return errors.New("not noticed: " + strings.Join(survived, ", "))
	}
	return nil
}

var (
	fault  = regexp.MustCompile(`seed (\d+): ([^\n]*)`)
	found  = regexp.MustCompile(`(?m)^\s*((?:lost|twice|double-booked|verify|dead letter|application|Kafka|the board|the journal)[ :][^\n]*)`)
	failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	place  = regexp.MustCompile(`(?m)^\s*\w+\.go:\d+: ([^\n]*)`)
)

// try runs the suite with the mutated file, and gives what failed; "" when nothing did.
func (m *guard) try(folder string) (by, said string, err error) {
	file, err := m.mutated()
	if err != nil {
		return "", "", err
	}
	changed := filepath.Join(folder, "changed.go")
	if err := os.WriteFile(changed, []byte(file), 0o600); err != nil {
		return "", "", err
	}
	real, err := filepath.Abs(m.file)
	if err != nil {
		return "", "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {real: changed}})
	if err != nil {
		return "", "", err
	}
	list := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return "", "", err
	}
	program := filepath.Join(folder, "mutant.test")
	build := exec.Command("go", "test", "-c", "-tags", m.tags, "-overlay", list, "-o", program, m.folder) // #nosec G204 -- files made here
	if output, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("it does not compile: %s", output)
	}
	play := exec.Command(program, append([]string{"-test.run", m.run, "-test.failfast", "-test.timeout=10m"}, m.flags...)...) // #nosec G204 -- built here
	play.Dir = m.folder
	output, err := play.CombinedOutput()
	if err == nil {
		return "", "", nil
	}
	if seed := fault.FindSubmatch(output); seed != nil && m.folder == "./dispatch" {
		return "seed " + string(seed[1]), string(seed[2]), nil
	}
	by = "?"
	if all := failed.FindAllSubmatch(output, -1); all != nil {
		by = string(all[len(all)-1][1]) // the innermost
	}
	for _, pattern := range []*regexp.Regexp{found, place} {
		if one := pattern.FindSubmatch(output); one != nil {
			return by, string(one[1]), nil
		}
	}
	lines := strings.SplitN(string(output), "\n", 2)
	return by, lines[0], nil
}

// mutated gives the file with the rule taken away.
func (m *mutant) mutated() (string, error) {
	file, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(file), m.old); n != 1 {
		return "", fmt.Errorf("%s has the rule %d times: the mutant has to be written again", m.file, n)
	}
	return strings.Replace(string(file), m.old, m.new, 1), nil
}
