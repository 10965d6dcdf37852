// Package postgrestest runs a Postgres for tests, on 127.0.0.1 in a temporary
// folder. A test asks for NewDatabase(t); its TestMain ends with
// postgrestest.Stop(), since one server serves all tests of a binary.
package postgrestest

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrMissing: there is no Postgres on this machine.
var ErrMissing = errors.New("postgrestest: Postgres is not installed (on Debian: the package postgresql)")

const (
	// patience bounds every wait: a busy machine is slow.
	patience = time.Minute
	role     = "izdeu"
	// starts is how often a start is tried: the free port may be taken by
	// another, and the processes of a killed server take a moment to end.
	starts = 20
)

// Options say how a server runs.
type Options struct {
	// Durable waits for the disk as a real installation does; without it
	// tests are faster.
	Durable bool
	// Settings are further ones, as name=value.
	Settings []string
}

// Server is a Postgres of its own.
type Server struct {
	binaries string
	folder   string
	password string
	settings []string
	port     int

	mu      sync.Mutex
	process *process // nil while it does not run
}

// process is a running postmaster.
type process struct {
	os    *os.Process
	ready chan struct{} // closed when it takes connections
	ended chan struct{} // closed when it and its output have ended
	lines []string      // the last of its log; to be read once it has ended
}

// Binaries gives the folder of the newest Postgres on this machine.
func Binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		found = append(found, paths...)
	}
	if len(found) == 0 {
		return "", ErrMissing
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) })), nil
}

// version is the number in a path such as /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0])
	return n
}

// Start makes a new cluster and starts it. The caller calls Stop.
func Start(options Options) (s *Server, err error) {
	binaries, err := Binaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "izdeu-postgres-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	s = &Server{binaries: binaries, folder: folder, password: rand.Text(), settings: options.Settings}
	if !options.Durable {
		s.settings = append([]string{"fsync=off", "full_page_writes=off", "synchronous_commit=off"}, s.settings...)
	}
	secret := filepath.Join(folder, "password")
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := giveAway(folder, secret); err != nil {
		return nil, err
	}
	initialize := s.command("initdb", "--pgdata", s.data(), "--username", role, "--pwfile", secret, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	if output, err := initialize.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("postgrestest: initdb: %w\n%s", err, output)
	}
	if err := s.Resume(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// command runs a program of Postgres, which refuses root, as another user.
func (s *Server) command(name string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(s.binaries, name), arguments...) // #nosec G204 -- of the Postgres that was found
	command.Dir = s.folder
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	command.SysProcAttr = asAnother()
	return command
}

// URL names a database of the server; it holds the password.
func (s *Server) URL(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(role, s.password), Host: s.Address(), Path: "/" + database,
		RawQuery: "sslmode=disable"}).String()
}

// Address is host:port. It stays the same over Kill and Resume.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Resume starts the server again after Kill or Shutdown, on the same port.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		return errors.New("postgrestest: the server is running")
	}
	var failed error
	for range starts {
		port := s.port
		if port == 0 {
			var err error
			if port, err = freePort(); err != nil {
				return err
			}
		}
		p, err := s.launch(port)
		if err != nil {
			return err
		}
		overdue := time.NewTimer(patience)
		select {
		case <-p.ready:
			overdue.Stop()
			s.port, s.process = port, p
			return nil
		case <-p.ended:
			overdue.Stop()
			failed = fmt.Errorf("postgrestest: the server ended:\n%s", strings.Join(p.lines, "\n"))
		case <-overdue.C:
			p.signal(syscall.SIGKILL)
			<-p.ended
			return fmt.Errorf("postgrestest: the server takes no connections after %s:\n%s", patience, strings.Join(p.lines, "\n"))
		}
		time.Sleep(100 * time.Millisecond) // what it has to wait for gives no signal
	}
	return failed
}

func (s *Server) launch(port int) (*process, error) {
	arguments := []string{"-D", s.data(), "-p", strconv.Itoa(port)}
	for _, setting := range append([]string{"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100",
		"shared_buffers=64MB", "logging_collector=off", "log_destination=stderr"}, s.settings...) {
		arguments = append(arguments, "-c", setting)
	}
	command := s.command("postgres", arguments...)
	output, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	p := &process{ready: make(chan struct{}), ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// On Linux the server is to end with this process. What counts there
		// is the thread that started it, so this one is kept.
		runtime.LockOSThread()
		if err := command.Start(); err != nil {
			started <- err
			return
		}
		p.os = command.Process
		started <- nil
		p.follow(output)
		_ = command.Wait() // how it ended is in its log
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("postgrestest: %w", err)
	}
	return p, nil
}

// follow reads the log to its end.
func (p *process) follow(output io.Reader) {
	const kept = 30
	ready := false
	for lines := bufio.NewScanner(output); lines.Scan(); {
		line := lines.Text()
		if p.lines = append(p.lines, line); len(p.lines) > kept {
			p.lines = p.lines[1:]
		}
		if !ready && strings.Contains(line, "database system is ready to accept connections") {
			ready = true
			close(p.ready)
		}
	}
	_, _ = io.Copy(io.Discard, output) // a line that was too long to scan
}

func (p *process) signal(signal syscall.Signal) {
	_ = p.os.Signal(signal) // it may have ended by itself
}

// end ends the process by a signal and waits for it.
func (s *Server) end(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	s.process.signal(signal)
	overdue := time.AfterFunc(patience, func() { s.process.signal(syscall.SIGKILL) })
	<-s.process.ended
	overdue.Stop()
	s.process = nil
}

// Kill ends the server as a loss of power would, but for what the system
// itself still writes.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Shutdown ends the server in order; connections are closed.
func (s *Server) Shutdown() { s.end(syscall.SIGINT) }

// Signal sends the server's first process a signal. The processes of its
// connections have their own: see the function pg_backend_pid of Postgres.
func (s *Server) Signal(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.signal(signal)
	}
}

// Stop ends the server and deletes its data.
func (s *Server) Stop() error {
	s.end(syscall.SIGQUIT)
	// The last processes may still be writing.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := os.RemoveAll(s.folder)
		if err == nil || errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // of tcp
	return port, listener.Close()
}
