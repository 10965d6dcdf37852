//go:build !chaos

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// What the chaos suite ends the program by is in no other build.
func TestNoFailpoints(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(program, []byte("IZDEU_"+strings.ToUpper("failpoint"))) {
		t.Error("this build has failpoints")
	}
}
