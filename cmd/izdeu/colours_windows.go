package main

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// colours says whether out shows colours, and asks a console of Windows to:
// those before Windows 10 cannot.
func colours(out io.Writer) bool {
	if !onTerminal(out) {
		return false
	}
	handle := windows.Handle(out.(*os.File).Fd())
	var mode uint32
	return windows.GetConsoleMode(handle, &mode) == nil &&
		windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
