package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// dockerfile parses the file with BuildKit's rules, and looks whether what it copies is there, the images that it
// starts from have versions, and the last one does not run as root.
func dockerfile(path string) (faults []string) {
	text, err := os.ReadFile(path) // #nosec G304 -- named on the command line
	if err != nil {
		return []string{err.Error()}
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return []string{err.Error()}
	}
	rules := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		faults = append(faults, rule+": "+message)
	}})
	stages, _, err := instructions.Parse(parsed.AST, rules)
	if err != nil {
		return append(faults, err.Error())
	}
	names := map[string]bool{"scratch": true}
	user, healthcheck := "", false
	for _, stage := range stages {
		if !names[stage.BaseName] && !strings.Contains(stage.BaseName, ":") {
			faults = append(faults, fmt.Sprintf("%s: no version", stage.BaseName))
		}
		names[stage.Name] = true
		user, healthcheck = "", false
		for _, command := range stage.Commands {
			switch one := command.(type) {
			case *instructions.UserCommand:
				user = one.User
			case *instructions.HealthCheckCommand:
				healthcheck = true
			case *instructions.CopyCommand:
				if one.From != "" {
					if !names[one.From] {
						faults = append(faults, fmt.Sprintf("COPY --from=%s: there is no such stage before it", one.From))
					}
					continue
				}
				for _, source := range one.SourcePaths {
					if _, err := os.Stat(source); err != nil { // the build starts in the project's folder, as this does
						faults = append(faults, fmt.Sprintf("COPY: %v", err))
					}
				}
			}
		}
	}
	if user == "" || user == "root" || strings.HasPrefix(user, "0") {
		faults = append(faults, "the last stage runs as root")
	}
	if !healthcheck {
		faults = append(faults, "the last stage has no HEALTHCHECK")
	}
	return faults
}
