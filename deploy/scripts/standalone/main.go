// Standalone starts a built program from an empty folder, with nothing in its environment, and looks whether it serves
// the board: the page, every file that the page names, and a sign-in with the code that it printed. Then it ends it
// with SIGTERM and wants exit status 0.
package main

import (
	"bufio"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// patience bounds the whole run.
const patience = 2 * time.Minute

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: standalone PROGRAM")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "standalone:", err)
		os.Exit(1)
	}
	fmt.Printf("%s serves the board from an empty folder\n", os.Args[1])
}

func run(program string) (err error) {
	program, err = filepath.Abs(program)
	if err != nil {
		return err
	}
	if err := static(program); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "izdeu-standalone-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	command := exec.CommandContext(ctx, program, "serve", "--listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0", "--disk-floor-mib", "1") // #nosec G204 G702 -- the program that was just built
	command.Dir, command.Env, command.Stderr = folder, []string{}, os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	looked := look(ctx, out)
	if looked != nil {
		cancel()
		return errors.Join(looked, command.Wait())
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(err, command.Process.Kill(), command.Wait())
	}
	if err := command.Wait(); err != nil {
		return fmt.Errorf("after SIGTERM: %w", err)
	}
	return nil
}

// static refuses an ELF file that wants a dynamic linker; other kinds it cannot judge.
func static(program string) error {
	file, err := elf.Open(program)
	if err != nil {
		return nil
	}
	defer file.Close() // only read
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is not static: it needs a dynamic linker; build it with CGO_ENABLED=0", program)
		}
	}
	return nil
}

// look reads what the program prints until it names the board, and asks for it.
func look(ctx context.Context, out io.Reader) error {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		address, found := strings.CutPrefix(lines.Text(), "Board: ")
		if !found {
			continue
		}
		url, code, _ := strings.Cut(address, "/#code=")
		go func() { _, _ = io.Copy(io.Discard, out) }() // what else is printed must not fill the pipe
		return board(ctx, url, code)
	}
	return errors.Join(errors.New("it ended without saying where the board is"), lines.Err())
}

// named are the files that a built page loads.
var named = regexp.MustCompile(`(?:src|href)="(/[^"]+)"`)

func board(ctx context.Context, url, code string) error {
	page, err := ask(ctx, http.MethodGet, url+"/", "")
	if err != nil {
		return err
	}
	files := named.FindAllStringSubmatch(page, -1)
	if len(files) == 0 {
		return fmt.Errorf("the page names no files: was the board built into the program? %.200s", page)
	}
	for _, file := range files {
		content, err := ask(ctx, http.MethodGet, url+file[1], "")
		if err != nil {
			return err
		}
		if content == "" || strings.HasSuffix(file[1], ".js") && strings.Contains(content, "<!doctype html>") {
			return fmt.Errorf("%s is not in the program", file[1])
		}
	}
	_, err = ask(ctx, http.MethodPost, url+"/api/v1/session", fmt.Sprintf(`{"code":%q}`, code))
	return err
}

func ask(ctx context.Context, method, url, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request) // #nosec G704 -- the program that was just started
	if err != nil {
		return "", err
	}
	defer answer.Body.Close() // only read
	content, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return string(content), err
}
