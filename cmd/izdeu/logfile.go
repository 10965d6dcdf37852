package main

import (
	"fmt"
	"os"
	"sync"
)

// logFileBytes is how long a log file gets before it is put aside as FILE.1,
// in place of the one before.
const logFileBytes = 10 << 20

// logFile is a log for where nobody else keeps one.
type logFile struct {
	path string
	most int64

	mu   sync.Mutex
	file *os.File
	size int64
}

func openLogFile(path string, most int64) (*logFile, error) {
	l := &logFile{path: path, most: most}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("the log cannot be written: %w", err)
	}
	return l, nil
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write implements io.Writer.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(line)) > l.most {
		if err := l.turn(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

// turn puts the file aside. Where that is not possible the log goes on in it.
func (l *logFile) turn() error {
	if err := l.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		fmt.Fprintln(os.Stderr, "izdeu: the log cannot be put aside:", err)
	}
	return l.open()
}

// Close ends it.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}
