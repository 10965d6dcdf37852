package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
)

// sentence makes one line of an error that says what to do. What other packages
// say well enough is left as it is, without the name of the package.
func sentence(err error) string {
	var locked *ingest.LockedError
	var damaged *ingest.DamagedError
	switch {
	case errors.As(err, &locked):
		return locked.Error()
	case errors.As(err, &damaged):
		return damaged.Error()
	case errors.Is(err, syscall.ENOSPC) && !errors.Is(err, dispatch.ErrNoSpace):
		return "the disk is full: free some space and start again (" + oneLine(err) + ")"
	case errors.Is(err, fs.ErrPermission):
		return oneLine(err) + ": run it as the user who owns the directory, or give another one with --data"
	}
	return oneLine(err)
}

func oneLine(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	for i, line := range lines {
		for _, name := range []string{"ingest: ", "sqlite: ", "web: ", "dispatch: ", "backup: ", "postgres: "} {
			line = strings.TrimPrefix(line, name)
		}
		lines[i] = line
	}
	return strings.Join(lines, "; ")
}

// listenHTTP opens the board's address.
func listenHTTP(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program: give the board another address with --listen (port 0 takes a free one)", address)
	}
	return nil, fmt.Errorf("--listen %s: %w", address, err)
}
