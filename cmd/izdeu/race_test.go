//go:build race

package main

// scaled makes the largest loads smaller: the race detector slows the embedded
// database down fifty times and more.
func scaled(n int) int { return n / 8 }
