package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch/postgres/postgrestest"
	"github.com/izdeu/izdeu/ingest"
)

// runProgram makes the test binary be the program: so the tests start the very
// code that they were built from, race detector included.
const runProgram = "IZDEU_TEST_RUN_PROGRAM"

const (
	testAdminKey = "an admin key of the tests"
	// patience bounds every wait for something that has to come. It is long,
	// because a busy machine is not a fault, and is used up by faults alone.
	patience = 2 * time.Minute
)

func TestMain(m *testing.M) {
	if os.Getenv(runProgram) == "1" {
		main()
	}
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

// program is a running child.
type program struct {
	t       *testing.T
	command *exec.Cmd
	client  *http.Client
	data    string
	url     string // http://127.0.0.1:PORT
	kafka   string
	code    string // signs a board in once
	printed []string
	log     *safeBuffer
	ended   chan error
}

// safeBuffer is written by one goroutine and read by another.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func programCommand(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, os.Args[0], arguments...) // #nosec G702 -- the test binary itself
	command.Env = append(os.Environ(), runProgram+"=1", "IZDEU_ADMIN_KEY="+testAdminKey)
	return command
}

// runOnce runs a command to its end and gives its output and exit code.
func runOnce(t *testing.T, input string, arguments ...string) (output, errorOutput string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	command := programCommand(ctx, arguments...)
	command.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("izdeu %v: %v", arguments, err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

// serveArguments are those of every server of the tests.
func serveArguments(data, listen, kafkaListen string) []string {
	return []string{"serve", "--data", data, "--listen", listen, "--kafka-listen", kafkaListen, "--log-level", "debug",
		"--disk-floor-mib", "1"}
}

// startProgram serves a data directory on free ports, until the test ends.
func startProgram(t *testing.T, data string, more ...string) *program {
	t.Helper()
	return startArguments(t, data, nil, append(serveArguments(data, "127.0.0.1:0", "127.0.0.1:0"), more...)...)
}

func startArguments(t *testing.T, data string, environment []string, arguments ...string) *program {
	t.Helper()
	return startFor(t, http.DefaultClient, data, environment, arguments...)
}

// startFor starts a program that is asked by a client.
func startFor(t *testing.T, client *http.Client, data string, environment []string, arguments ...string) *program {
	t.Helper()
	p := startAnnounced(t, client, data, environment, arguments...)
	p.eventually("the server answers", func() error {
		status, body := p.get("", "/healthz")
		if status != http.StatusOK {
			return fmt.Errorf("healthz: %d %s", status, body)
		}
		return nil
	})
	return p
}

// startAnnounced waits until the program has said where it is, and no longer.
func startAnnounced(t *testing.T, client *http.Client, data string, environment []string, arguments ...string) *program {
	t.Helper()
	p := &program{t: t, client: client, data: data, log: &safeBuffer{}, ended: make(chan error, 1)}
	p.command = programCommand(context.Background(), arguments...)
	p.command.Env = append(p.command.Env, environment...)
	p.command.Stderr = p.log
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		if t.Failed() {
			t.Logf("log of izdeu %v:\n%s", arguments, tail(p.log.String()))
		}
	})
	lines := make(chan string, 16)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
		close(lines)
		p.ended <- p.command.Wait()
	}()
	deadline := time.After(patience)
	for p.kafka == "" {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("izdeu %v ended before it was ready: %v\n%s", arguments, <-p.ended, p.log.String())
			}
			p.read(line)
		case <-deadline:
			t.Fatalf("izdeu %v was not ready in time\n%s", arguments, p.log.String())
		}
	}
	go func() { // what else is printed must not fill the pipe
		for range lines { //nolint:revive // drained
		}
	}()
	return p
}

func tail(text string) string {
	const most = 8000
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

func (p *program) read(line string) {
	p.printed = append(p.printed, line)
	if rest, ok := strings.CutPrefix(line, "Board: "); ok {
		p.url, p.code, _ = strings.Cut(rest, "/#code=")
	}
	if rest, ok := strings.CutPrefix(line, "Kafka: "); ok {
		p.kafka = rest
	}
}

// stop sends SIGTERM and wants exit status 0 within the contract's 10 s.
func (p *program) stop() {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Fatalf("after SIGTERM: %v\n%s", err, tail(p.log.String()))
		}
	case <-time.After(10 * time.Second):
		p.t.Fatalf("still running 10 s after SIGTERM\n%s", tail(p.log.String()))
	}
}

// kill ends the program as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatal("still running after SIGKILL")
	}
}

// eventually asks again and again until there is no error, and fails at the
// deadline with the last one.
func (p *program) eventually(what string, try func() error) {
	p.t.Helper()
	eventually(p.t, what, try)
}

func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		started := time.Now()
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in time: %v", what, err)
		}
		// At most half of the time goes into asking: the program needs it too.
		<-time.After(max(10*time.Millisecond, time.Since(started)))
	}
}

func (p *program) request(key, method, path, body string) (int, http.Header, []byte) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, nil, []byte(err.Error())
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, []byte(err.Error())
	}
	return response.StatusCode, response.Header, content
}

func (p *program) get(key, path string) (int, []byte) {
	p.t.Helper()
	status, _, body := p.request(key, http.MethodGet, path, "")
	return status, body
}

// read200 gets something as admin and reads it.
func (p *program) read200(path string, into any) error {
	status, body := p.get(testAdminKey, path)
	if status != http.StatusOK {
		return fmt.Errorf("GET %s: %d %s", path, status, body)
	}
	return json.Unmarshal(body, into)
}

// caseView is what the tests read of a case.
type caseView struct {
	ID           string `json:"id"`
	Number       string `json:"number"`
	Kind         string `json:"kind"`
	Status       string `json:"status"`
	Region       string `json:"region"`
	Applications []struct {
		System string `json:"system"`
		ID     string `json:"id"`
	} `json:"applications"`
	NeedsReview []struct {
		Pointer string `json:"pointer"`
		Holds   bool   `json:"holds"`
	} `json:"needs_review"`
	Subjects []struct {
		ID      string `json:"id"`
		Outcome string `json:"outcome"`
	} `json:"subjects"`
	Sealed []struct {
		Outcome string `json:"outcome"`
	} `json:"sealed"`
	Assignments []struct {
		TeamID string `json:"team_id"`
		Status string `json:"status"`
	} `json:"assignments"`
}

// cases reads every case, page by page.
func (p *program) cases(query string) ([]caseView, error) {
	var all []caseView
	after := ""
	for {
		var page struct {
			Cases []caseView `json:"cases"`
			Next  string     `json:"next"`
		}
		if err := p.read200("/api/v1/cases?limit=500&"+query+after, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Cases...)
		if page.Next == "" {
			return all, nil
		}
		after = "&after=" + page.Next
	}
}

// caseOf waits for the case of an application.
func (p *program) caseOf(system, id string) caseView {
	p.t.Helper()
	var found caseView
	p.eventually("the case of "+system+"/"+id, func() error {
		all, err := p.cases("")
		if err != nil {
			return err
		}
		for _, c := range all {
			for _, a := range c.Applications {
				if a.System == system && a.ID == id {
					found = c
					return nil
				}
			}
		}
		return errors.New("there is none")
	})
	return found
}

func (p *program) topics() ingest.Topics { return ingest.NewTopics(ingest.DefaultPrefix) }

// send writes plain JSON to a topic as any Kafka program would.
func (p *program) send(topic string, values ...string) {
	p.t.Helper()
	messages := make([]kafka.Message, len(values))
	for i, value := range values {
		messages[i] = kafka.Message{Value: []byte(value)}
	}
	p.write(topic, messages)
}

func (p *program) write(topic string, messages []kafka.Message) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	writer := &kafka.Writer{Addr: kafka.TCP(p.kafka), Topic: topic, RequiredAcks: kafka.RequireAll,
		BatchTimeout: time.Millisecond, BatchBytes: ingest.MaxMessageBytes, Transport: &kafka.Transport{}}
	defer func() { _ = writer.Close() }()
	if err := writer.WriteMessages(ctx, messages...); err != nil {
		p.t.Fatalf("writing to %s: %v", topic, err)
	}
}

// topicReader reads a topic from its beginning.
type topicReader struct {
	mu       sync.Mutex
	messages []kafka.Message
}

func (p *program) readTopic(topic string) *topicReader {
	p.t.Helper()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{p.kafka}, Topic: topic, MinBytes: 1, MaxBytes: 4 << 20,
		MaxWait: 250 * time.Millisecond, ReadBackoffMin: time.Millisecond})
	r := &topicReader{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			message, err := reader.ReadMessage(ctx)
			if err != nil {
				return
			}
			r.mu.Lock()
			r.messages = append(r.messages, message)
			r.mu.Unlock()
		}
	}()
	p.t.Cleanup(func() {
		cancel()
		<-done
		_ = reader.Close()
	})
	return r
}

func (r *topicReader) all() []kafka.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]kafka.Message(nil), r.messages...)
}

// liveClient is a live socket whose frames are kept.
type liveClient struct {
	mu     sync.Mutex
	frames [][]byte
	closed error
}

func (p *program) live(key string) *liveClient {
	p.t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: patience}
	connection, response, err := dialer.Dial("ws"+strings.TrimPrefix(p.url, "http")+"/api/v1/live", http.Header{"Authorization": {"Bearer " + key}})
	if err != nil {
		p.t.Fatalf("live: %v", err)
	}
	_ = response.Body.Close()
	c := &liveClient{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, frame, err := connection.ReadMessage()
			c.mu.Lock()
			if err != nil {
				c.closed = err
				c.mu.Unlock()
				return
			}
			c.frames = append(c.frames, frame)
			c.mu.Unlock()
		}
	}()
	p.t.Cleanup(func() {
		_ = connection.Close()
		<-done
	})
	return c
}

func (c *liveClient) all() ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([][]byte(nil), c.frames...), c.closed
}

// cases gives the newest view of every case that the frames have shown.
func (c *liveClient) cases() (map[string]caseView, error) {
	frames, _ := c.all()
	newest := map[string]caseView{}
	for _, text := range frames {
		var frame struct {
			Cases   []caseView `json:"cases"`
			Removed []string   `json:"removed"`
		}
		if err := json.Unmarshal(text, &frame); err != nil {
			return nil, err
		}
		for _, one := range frame.Cases {
			newest[one.ID] = one
		}
		for _, id := range frame.Removed {
			delete(newest, id)
		}
	}
	return newest, nil
}
