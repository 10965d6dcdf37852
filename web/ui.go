package web

import (
	"embed"
	"io/fs"
)

// The board as Vite built it. The placeholder .keep makes a fresh clone compile.
//
//go:embed all:ui/dist
var embedded embed.FS

func boardFiles() fs.FS {
	files, err := fs.Sub(embedded, "ui/dist")
	if err != nil {
		panic(err) // the path is a constant and valid
	}
	return files
}
