package main

import (
	"os"
	"testing"
)

// Every mutant must still find the rule that it takes away.
func TestMutantsAreUpToDate(t *testing.T) {
	t.Chdir("../../..")
	all := mutants
	for _, g := range guards {
		all = append(all, g.mutant)
	}
	for _, m := range all {
		changed, err := m.mutated()
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if real, _ := os.ReadFile(m.file); string(real) == changed {
			t.Errorf("%s changes nothing", m.name)
		}
	}
}
