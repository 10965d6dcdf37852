//go:build !race

package main

// scaled is smaller where the race detector runs.
func scaled(n int) int { return n }
