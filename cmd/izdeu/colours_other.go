//go:build !windows

package main

import "io"

// colours says whether out shows colours.
func colours(out io.Writer) bool { return onTerminal(out) }
