//go:build !chaos

// Package failpoint names the steps at which a run of the chaos suite ends the
// program. Only a build with the tag "chaos" can do that: in every other build
// a failpoint is an empty function, and nothing of it is in the program.
package failpoint

// Here does nothing in this build.
func Here(string) {}
