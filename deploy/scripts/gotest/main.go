// Gotest runs `go test -json` with its arguments and prints what a person wants of it: each package's result as it
// comes, the output of what failed, every skipped test with its reason, and at the very end the result lines of all
// packages again, in go test's own form.
//
// Where the environment variable CI is "true" or "1" a skipped test is a failure, unless its reason says that it
// lacks data from ../shared, which is no part of the repository.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`; build-output lines carry ImportPath).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// report gathers the events of a run.
type report struct {
	out     io.Writer
	output  map[string][]string // by package and test, until the test has ended
	results []string            // one line a package
	skips   []string
	barred  int // skips that count as failures on CI
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[string][]string{}}
}

func (r *report) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		r.print(e.Output)
	case "output":
		if e.Test == "" {
			r.packageOutput(key, e.Output)
			return
		}
		if !strings.HasPrefix(e.Output, "=== ") {
			r.output[key] = append(r.output[key], e.Output)
		}
	case "fail":
		// A failing test's parent fails after it: each prints only what it said itself.
		r.print(r.output[key]...)
		delete(r.output, key)
	case "skip":
		if e.Test != "" {
			r.skip(e, r.output[key])
		}
		delete(r.output, key)
	case "pass":
		delete(r.output, key)
	}
}

// packageOutput keeps a package's own lines for the case that it fails (a panic, a data race), and its result line.
func (r *report) packageOutput(key, line string) {
	for _, prefix := range []string{"ok  \t", "FAIL\t", "?   \t", "---"} {
		if strings.HasPrefix(line, prefix) && strings.Contains(line, "\t") {
			r.results = append(r.results, line)
			r.print(line)
			return
		}
	}
	if line != "PASS\n" && line != "FAIL\n" {
		r.output[key] = append(r.output[key], line)
	}
}

func (r *report) skip(e event, output []string) {
	reason := "no reason given"
	for _, line := range output {
		if trimmed := strings.TrimSpace(line); trimmed != "" && !strings.HasPrefix(trimmed, "--- SKIP") {
			reason = trimmed
		}
	}
	r.skips = append(r.skips, fmt.Sprintf("SKIPPED %s %s: %s\n", e.Package, e.Test, reason))
	if !strings.Contains(reason, "../shared") {
		r.barred++
	}
}

func (r *report) print(lines ...string) {
	for _, line := range lines {
		fmt.Fprint(r.out, line)
	}
}

// end prints the summary; onCI says whether skips are failures. It reports whether the run passed as far as skips go.
func (r *report) end(onCI bool) bool {
	passed := !onCI || r.barred == 0
	r.print("\n")
	r.print(r.skips...)
	if !passed {
		r.print(fmt.Sprintf("FAIL: %d skipped tests, and CI is true\n", r.barred))
	}
	r.print(r.results...)
	return passed
}

func main() {
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		status = 2
	}
	os.Exit(status)
}

func run(arguments []string) (status int, err error) {
	command := exec.Command("go", append([]string{"test", "-json"}, arguments...)...) // #nosec G204 G702 -- the arguments are the developer's own
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		return 2, err
	}
	if err := command.Start(); err != nil {
		return 2, err
	}
	result := newReport(os.Stdout)
	lines := bufio.NewReader(stdout)
	for {
		line, readError := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				result.add(e)
			} else {
				result.print(string(line))
			}
		}
		if readError != nil {
			break
		}
	}
	waitError := command.Wait()
	ci := os.Getenv("CI")
	passed := result.end(ci == "true" || ci == "1")
	var exit *exec.ExitError
	switch {
	case errors.As(waitError, &exit):
		return 1, nil
	case waitError != nil:
		return 2, waitError
	case !passed:
		return 1, nil
	}
	return 0, nil
}
