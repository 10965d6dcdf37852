// Manifests reads the files of deploy/ as the tools that use them do: compose.yaml by the Compose specification's own
// loader and schema, the Kubernetes objects strictly into their Go types, the Dockerfile by BuildKit's parser. What
// those let through and would not run is looked for after. It prints one line for each fault, and exits with status 1.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manifests FOLDER")
		os.Exit(2)
	}
	folder := os.Args[1]
	var faults []string
	for name, check := range map[string]func(string) []string{
		"compose.yaml": func(path string) []string { return compose(context.Background(), path) },
		filepath.Join("kubernetes", "izdeu.yaml"): kubernetes,
		"Dockerfile": dockerfile,
	} {
		for _, fault := range check(filepath.Join(folder, name)) {
			faults = append(faults, name+": "+fault)
		}
	}
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}
