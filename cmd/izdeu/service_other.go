//go:build !windows

package main

import (
	"context"
	"errors"
)

// errNotWindows is what the commands say elsewhere.
var errNotWindows = errors.New("izdeu service is for Windows: here the system's own service manager starts it, such as systemd with deploy/systemd/izdeu.service")

func serviceData(string) (string, error)                          { return "", errNotWindows }
func installService(string, []string) error                       { return errNotWindows }
func uninstallService() error                                     { return errNotWindows }
func startService() error                                         { return errNotWindows }
func stopService() error                                          { return errNotWindows }
func runService(context.Context, func(context.Context) int) error { return errNotWindows }
