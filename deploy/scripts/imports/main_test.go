package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	const ours = module + "/"
	for _, test := range []struct {
		name string
		p    listed
		want string // part of the one fault; empty: none
	}{
		{"geo imports orb", listed{ImportPath: ours + "geo", Imports: []string{"github.com/paulmach/orb"}}, ""},
		{"geo imports dispatch", listed{ImportPath: ours + "geo", Imports: []string{ours + "dispatch"}}, "nothing of ours"},
		{"a test of geo imports dispatch", listed{ImportPath: ours + "geo", XTestImports: []string{ours + "dispatch"}}, "a test of"},
		{"dispatch imports geo", listed{ImportPath: ours + "dispatch", Imports: []string{ours + "geo"}}, ""},
		{"dispatch imports a store", listed{ImportPath: ours + "dispatch", Imports: []string{ours + "dispatch/sqlite"}}, "only geo, dispatch/failpoint"},
		{"dispatch imports SQL", listed{ImportPath: ours + "dispatch", Imports: []string{"database/sql"}}, "no SQL"},
		{"dispatch imports kfake", listed{ImportPath: ours + "dispatch", Imports: []string{"github.com/twmb/franz-go/pkg/kfake"}}, "no SQL"},
		{"the store imports SQL", listed{ImportPath: ours + "dispatch/sqlite", Imports: []string{"database/sql"}}, ""},
		{"the store imports the suite", listed{ImportPath: ours + "dispatch/sqlite", Imports: []string{ours + "dispatch/storetest"}}, "only"},
		{"a test of the store imports the suite", listed{ImportPath: ours + "dispatch/sqlite", XTestImports: []string{ours + "dispatch/storetest"}}, ""},
		{"web imports ingest", listed{ImportPath: ours + "web", Imports: []string{ours + "ingest"}}, "only geo, dispatch"},
		{"ingest imports web", listed{ImportPath: ours + "ingest", Imports: []string{ours + "web"}}, "only geo, dispatch"},
		{"a test of ingest imports web", listed{ImportPath: ours + "ingest", TestImports: []string{ours + "web"}}, "only geo, dispatch"},
		{"below ingest counts as ingest", listed{ImportPath: ours + "ingest/decode", Imports: []string{ours + "ingest", ours + "dispatch"}}, ""},
		{"the program imports all", listed{ImportPath: ours + "cmd/izdeu", Imports: []string{ours + "web", ours + "ingest", ours + "dispatch/sqlite"}}, ""},
		{"nobody imports the program", listed{ImportPath: ours + "web", Imports: []string{ours + "cmd/izdeu"}}, "only"},
		{"a folder without a rule", listed{ImportPath: ours + "util"}, "no rule"},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults := check([]listed{test.p})
			if test.want == "" {
				if len(faults) != 0 {
					t.Fatalf("faults %q, want none", faults)
				}
				return
			}
			if len(faults) != 1 || !strings.Contains(faults[0], test.want) {
				t.Fatalf("faults %q, want one with %q", faults, test.want)
			}
		})
	}
}
