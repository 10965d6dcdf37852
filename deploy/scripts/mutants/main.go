// Mutants removes one rule of the dispatch core at a time and lets the simulation play until it notices. It prints a
// row for each: the rule, the first seed that showed the fault, and what it said. A mutant that survives is an error.
//
//	go run ./deploy/scripts/mutants [-seeds 2000] [-only NAME]
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
	flag.Parse()
	if err := run(*seeds, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(seeds int, only string) error {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "rule taken away\tcaught by seed\twhat it said")
	var survived []string
	for _, m := range mutants {
		if only != "" && m.name != only {
			continue
		}
		seed, said, err := m.try(folder, seeds)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", m.name, err)
		case seed == "":
			survived = append(survived, m.name)
			seed = fmt.Sprintf("none of %d", seeds)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.name, seed, said)
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(survived) > 0 {
		return errors.New("not noticed: " + strings.Join(survived, ", "))
	}
	return nil
}

var fault = regexp.MustCompile(`seed (\d+): ([^\n]*)`)

// try plays seeds with the mutated file, and gives the seed that failed; "" when none did.
func (m *mutant) try(folder string, seeds int) (seed, said string, err error) {
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
	build := exec.Command("go", "test", "-c", "-overlay", list, "-o", program, "./dispatch") // #nosec G204 -- files made here
	if output, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("it does not compile: %s", output)
	}
	play := exec.Command(program, "-test.run", "^TestSimulation$", fmt.Sprintf("-seeds=%d", seeds)) // #nosec G204 -- built here
	play.Dir = filepath.Dir(m.file)
	output, err := play.CombinedOutput()
	if err == nil {
		return "", "", nil
	}
	if found := fault.FindSubmatch(output); found != nil {
		return string(found[1]), string(found[2]), nil
	}
	lines := strings.SplitN(string(output), "\n", 2)
	return "?", lines[0], nil
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
