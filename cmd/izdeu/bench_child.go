package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

const benchKey = "izdeu_bench_key_of_a_throw_away_directory"

// served is a child process that runs `izdeu serve` on a directory of its own.
type served struct {
	command *exec.Cmd
	data    string
	http    string // http://127.0.0.1:PORT
	kafka   string // 127.0.0.1:PORT
	ready   time.Duration
	log     bytes.Buffer
}

// startServe starts the program on an empty directory and waits until it is
// ready. The caller stops it.
func startServe(ctx context.Context, parts *benchParts) (*served, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &served{data: parts.data}
	s.command = exec.CommandContext(ctx, program, "serve", "--data", parts.data, "--listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0",
		"--kafka", parts.kafka, "--kafka-prefix", parts.prefix) // #nosec G204 -- this very program
	s.command.Env = append(os.Environ(), "IZDEU_ADMIN_KEY="+benchKey, "IZDEU_DATABASE="+parts.database)
	s.command.Stderr = &s.log
	s.command.Cancel = func() error { return s.command.Process.Signal(syscall.SIGTERM) }
	s.command.WaitDelay = 15 * time.Second
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	if err := s.readAddresses(ctx, out); err != nil {
		return nil, errors.Join(err, s.stop(), errors.New(s.log.String()))
	}
	for deadline := started.Add(30 * time.Second); ; {
		response, err := http.Get(s.http + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				s.ready = time.Since(started)
				return s, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(errors.New("serve was not ready within 30 s"), s.stop(), errors.New(s.log.String()))
		}
		wait(ctx, 2*time.Millisecond)
	}
}

// wait sleeps, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// readAddresses reads what serve prints until both addresses are there.
func (s *served) readAddresses(ctx context.Context, out io.Reader) error {
	found := make(chan error, 1)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			line := scanner.Text()
			if rest, ok := strings.CutPrefix(line, "Board: "); ok {
				s.http, _, _ = strings.Cut(strings.TrimSpace(rest), "/#")
				s.http = strings.TrimSuffix(s.http, "/")
			}
			if rest, ok := strings.CutPrefix(line, "Kafka: "); ok {
				s.kafka, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
			}
			if s.http != "" && s.kafka != "" {
				found <- nil
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
		found <- errors.New("serve ended before it printed its addresses")
	}()
	select {
	case err := <-found:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(30 * time.Second):
		return errors.New("serve printed no addresses within 30 s")
	}
}

// stop ends the child as an operator would.
func (s *served) stop() error {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	err := s.command.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return fmt.Errorf("serve ended with status %d: %s", exit.ExitCode(), lastLine(s.log.String()))
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// memory gives the child's resident memory in megabytes, now and at most; 0
// where the system has no /proc.
func (s *served) memory() (now, most float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes / 1024
		case "VmHWM:":
			most = kilobytes / 1024
		}
	}
	return now, most
}

// processor gives the child's processor time so far.
func (s *served) processor() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.command.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// metrics reads the child's /metrics.
func (s *served) metrics(ctx context.Context) (map[string]*dto.MetricFamily, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.http+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+benchKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /metrics: %s", response.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(response.Body)
}

// sum adds up a metric over its labels.
func sum(families map[string]*dto.MetricFamily, name string) float64 {
	total := 0.0
	for _, metric := range families[name].GetMetric() {
		total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
	}
	return total
}

// quantileMS estimates a quantile of a histogram between two readings, in
// milliseconds, as Prometheus' histogram_quantile does.
func quantileMS(before, after map[string]*dto.MetricFamily, name string, q float64) float64 {
	counts := map[float64]float64{}
	var bounds []float64
	read := func(families map[string]*dto.MetricFamily, sign float64) {
		for _, metric := range families[name].GetMetric() {
			for _, bucket := range metric.GetHistogram().GetBucket() {
				if sign > 0 {
					bounds = append(bounds, bucket.GetUpperBound())
				}
				counts[bucket.GetUpperBound()] += sign * float64(bucket.GetCumulativeCount())
			}
		}
	}
	read(after, 1)
	read(before, -1)
	if len(bounds) == 0 {
		return 0
	}
	total := counts[bounds[len(bounds)-1]]
	rank := q * total
	lower, below := 0.0, 0.0
	for _, bound := range bounds {
		if counts[bound] >= rank && counts[bound] > below {
			return 1000 * (lower + (bound-lower)*(rank-below)/(counts[bound]-below))
		}
		lower, below = bound, counts[bound]
	}
	return 1000 * lower
}
