package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
)

const (
	sendBatch = 1000 // lines in a request
	// sendBytes bounds what a request holds in memory besides.
	sendBytes = 8 << 20
	// sendAttempt is how long one request is tried before people hear of it.
	sendAttempt = 10 * time.Second
)

// sendCommand sends lines of JSON into Kafka.
type sendCommand struct {
	Files []string `arg:"" optional:"" help:"Files with one JSON object a line; - or none reads standard input."`

	Data    string        `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory of a running server, which names its Kafka (${default})."`
	Kafka   string        `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"Brokers, instead of those that the data directory names."`
	Prefix  string        `name:"kafka-prefix" env:"IZDEU_KAFKA_PREFIX" placeholder:"PREFIX" help:"Begins the name of every topic; default: what the server uses, or izdeu."`
	Topic   string        `env:"IZDEU_TOPIC" enum:",applications,teams,commands,positions" default:"" placeholder:"TOPIC" help:"Send every line to this topic as it is: applications, teams, commands or positions."`
	Strict  bool          `help:"Check every line by the rules of the HTTP API first, and send nothing when one is wrong."`
	Access  kafkaAccess   `embed:""`
	Timeout time.Duration `env:"IZDEU_SEND_TIMEOUT" default:"10m" placeholder:"TIME" help:"How long to go on trying while Kafka does not answer (${default})."`
}

// Help shows examples below the flags.
func (sendCommand) Help() string {
	return `Every line is one JSON object, and is told apart by its fields: command_id makes a command, a type that begins with team. a team message, team_id and position a position, kind an application. CloudEvents are read too.

A line that cannot be told apart is named with its number and left out; the others are sent, and the exit status is 1. What was interrupted may be sent again: everything is applied once, by its identity. Send teams and applications before the commands that name them.

Examples:
  izdeu send applications.ndjson
  izdeu send --strict teams.ndjson applications.ndjson
  generate | izdeu send --kafka 127.0.0.1:9092 -`
}

// Run sends.
func (c *sendCommand) Run(ctx context.Context, streams console) error {
	if c.Timeout <= 0 {
		return misused("--timeout: give a time above zero, such as 10m")
	}
	brokers, prefix, err := findBrokers(c.Kafka, c.Prefix, c.Data)
	if err != nil {
		return err
	}
	inputs, closeInputs, err := c.open(streams.In)
	if err != nil {
		return err
	}
	defer closeInputs()
	s := &sending{topics: ingest.NewTopics(prefix), only: c.Topic, timeout: c.Timeout, streams: streams,
		terminal: onTerminal(streams.Errors), counts: map[string]int{}}
	if c.Strict {
		if err := s.checkAll(ctx, inputs); err != nil {
			return err
		}
	}
	client, disconnect, err := c.Access.connect(brokers)
	if err != nil {
		return err
	}
	defer disconnect()
	s.producer = ingest.NewProducer(client, nil)
	s.brokers = brokers
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = s.producer.Close(closing) // everything that was sent is confirmed by now
	}()
	err = s.all(ctx, inputs)
	s.report()
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted; send the same again to go on: what has arrived is applied once")
	case err != nil:
		return err
	case s.wrong > 0:
		return fmt.Errorf("%d of %d lines were not sent; they are named above", s.wrong, s.lines)
	}
	return nil
}

// findBrokers gives the brokers and the prefix of the topics that were named,
// or those of the server that runs on a data directory.
func findBrokers(named, prefix, data string) ([]string, string, error) {
	brokers := ingest.SplitBrokers(named)
	if len(brokers) == 0 {
		running, err := readAddresses(data)
		if err != nil {
			return nil, "", fmt.Errorf("%w; or name the brokers with --kafka", err)
		}
		brokers = ingest.SplitBrokers(running.Kafka)
		if prefix == "" {
			prefix = running.Prefix
		}
	}
	if prefix == "" {
		prefix = ingest.DefaultPrefix
	}
	return brokers, prefix, nil
}

// input is one file, or standard input.
type input struct {
	name string
	file io.Reader
	size int64 // bytes; 0 when unknown
}

func (i *input) rewind() error {
	seeker, ok := i.file.(io.Seeker)
	if !ok {
		return fmt.Errorf("%s cannot be read twice", i.name)
	}
	_, err := seeker.Seek(0, io.SeekStart)
	return err
}

// open opens all inputs before anything is sent. With --strict they are read
// twice, so what cannot be read twice is kept in a temporary file.
func (c *sendCommand) open(in io.Reader) (inputs []*input, _ func(), err error) {
	names := c.Files
	if len(names) == 0 {
		names = []string{"-"}
	}
	var closers []func()
	closeAll := func() {
		for _, one := range closers {
			one()
		}
	}
	defer func() {
		if err != nil {
			closeAll()
		}
	}()
	for _, name := range names {
		var one *input
		if name == "-" {
			one = &input{name: "standard input", file: in}
		} else {
			file, err := os.Open(name) // #nosec G703 -- the operator names the file
			if err != nil {
				return nil, nil, err
			}
			closers = append(closers, func() { _ = file.Close() })
			one = &input{name: name, file: file}
			info, err := file.Stat()
			if err != nil {
				return nil, nil, err
			}
			if info.IsDir() {
				return nil, nil, fmt.Errorf("%s is a directory: name the files in it", name)
			}
			if info.Mode().IsRegular() {
				one.size = info.Size()
			}
		}
		if c.Strict && one.size == 0 {
			kept, err := os.CreateTemp("", "izdeu-send-*")
			if err != nil {
				return nil, nil, fmt.Errorf("--strict keeps %s in a temporary file: %w", one.name, err)
			}
			closers = append(closers, func() { _ = kept.Close(); _ = os.Remove(kept.Name()) })
			if one.size, err = io.Copy(kept, one.file); err != nil {
				return nil, nil, fmt.Errorf("--strict keeps %s in a temporary file: %w", one.name, err)
			}
			one.file = kept
			if err := one.rewind(); err != nil {
				return nil, nil, err
			}
		}
		inputs = append(inputs, one)
	}
	return inputs, closeAll, nil
}

// sending is one run of the command.
type sending struct {
	producer *ingest.Producer
	brokers  []string
	topics   ingest.Topics
	only     string // a topic for every line; empty: told apart
	timeout  time.Duration
	streams  console
	terminal bool

	lines  int            // that were not empty
	wrong  int            // that were left out
	sent   int            // confirmed by Kafka
	counts map[string]int // confirmed, by what they are
	read   int64          // bytes
	total  int64          // bytes; 0 when unknown
	told   time.Time      // when progress was shown last
}

// queued is a line that waits to be sent.
type queued struct {
	message kafka.Message
	kind    string
	where   string // file and line number
}

// checkAll reads everything once by the strict rules and names what is wrong.
func (s *sending) checkAll(ctx context.Context, inputs []*input) error {
	checked, wrong := 0, 0
	for _, one := range inputs {
		err := eachLine(one.file, func(number int, line []byte, problem error) error {
			checked++
			if problem == nil {
				problem = s.strictly(line)
			}
			if problem != nil {
				wrong++
				fmt.Fprintf(s.streams.Errors, "%s:%d: %s\n", one.name, number, sentence(problem))
			}
			return ctx.Err()
		})
		if err == nil {
			err = one.rewind()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d lines are wrong; nothing was sent (--strict)", wrong, checked)
	}
	return nil
}

// strictly checks a line as the HTTP API would.
func (s *sending) strictly(line []byte) error {
	told, err := tellApart(line, s.only)
	if err != nil {
		return err
	}
	switch told.kind {
	case kindApplications:
		_, err = ingest.ReadApplication(told.body)
	case kindTeams:
		err = ingest.CheckTeamMessage(told.body, time.Now())
	case kindCommands:
		_, err = ingest.ReadCommand(told.body)
	default:
		_, err = ingest.ReadPosition(told.body, time.Now())
	}
	return err
}

// all sends everything.
func (s *sending) all(ctx context.Context, inputs []*input) error {
	for _, one := range inputs {
		s.total += one.size
	}
	s.told = time.Now()
	var batch []queued
	size := 0
	flush := func() error {
		err := s.flush(ctx, batch)
		batch, size = batch[:0], 0
		return err
	}
	for _, one := range inputs {
		err := eachLine(one.file, func(number int, line []byte, problem error) error {
			s.lines++
			s.read += int64(len(line)) + 1
			var told toldApart
			if problem == nil {
				told, problem = tellApart(line, s.only)
			}
			where := fmt.Sprintf("%s:%d", one.name, number)
			if problem != nil {
				s.leaveOut(where, problem)
				return ctx.Err()
			}
			batch = append(batch, queued{where: where, kind: told.kind,
				message: kafka.Message{Topic: told.topic(s.topics), Key: told.key, Value: append([]byte(nil), line...)}})
			if size += len(line); len(batch) == sendBatch || size >= sendBytes {
				return flush()
			}
			return ctx.Err()
		})
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	return flush()
}

func (s *sending) leaveOut(where string, problem error) {
	s.wrong++
	fmt.Fprintf(s.streams.Errors, "%s: %s\n", where, sentence(problem))
}

// flush sends a batch: topic after topic, in the order in which they came.
func (s *sending) flush(ctx context.Context, batch []queued) error {
	byTopic := map[string][]queued{}
	var order []string
	for _, one := range batch {
		if byTopic[one.message.Topic] == nil {
			order = append(order, one.message.Topic)
		}
		byTopic[one.message.Topic] = append(byTopic[one.message.Topic], one)
	}
	for _, topic := range order {
		if err := s.produce(ctx, topic, byTopic[topic]); err != nil {
			return err
		}
	}
	return nil
}

// produce sends the lines of one topic until Kafka has confirmed them. Those
// that the broker refuses for their size are left out.
func (s *sending) produce(ctx context.Context, topic string, lines []queued) error {
	messages := make([]kafka.Message, len(lines))
	for i := range lines {
		messages[i] = lines[i].message
	}
	deadline := time.Now().Add(s.timeout)
	for {
		trying, cancel := context.WithTimeout(ctx, min(sendAttempt, s.timeout))
		err := s.producer.Produce(trying, topic, messages...)
		cancel()
		switch {
		case err == nil:
			s.sent += len(lines)
			s.counts[lines[0].kind] += len(lines)
			s.progress()
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ingest.ErrTooLarge) && len(lines) > 1:
			for i := range lines {
				if err := s.produce(ctx, topic, lines[i:i+1]); err != nil {
					return err
				}
			}
			return nil
		case errors.Is(err, ingest.ErrTooLarge):
			s.leaveOut(lines[0].where, err)
			return nil
		case !errors.Is(err, dispatch.ErrIntakeAway) || time.Now().After(deadline):
			return fmt.Errorf("Kafka at %v does not take the lines from %s on: %w; send the same again to go on: what has arrived is applied once",
				s.brokers, lines[0].where, err)
		}
		fmt.Fprintf(s.streams.Errors, "Kafka at %v does not answer, trying on until %s (%s)\n", s.brokers,
			deadline.Format("15:04:05"), oneLine(err))
	}
}

// progress says now and then how far it is.
func (s *sending) progress() {
	every := 10 * time.Second
	if s.terminal {
		every = time.Second / 2
	}
	if time.Since(s.told) < every {
		return
	}
	s.told = time.Now()
	text := fmt.Sprintf("sent %d", s.sent)
	if s.total > 0 {
		text += fmt.Sprintf(" (%d%%)", min(100*s.read/s.total, 100))
	}
	if s.terminal {
		fmt.Fprintf(s.streams.Errors, "\r%s ", text)
		return
	}
	fmt.Fprintln(s.streams.Errors, text)
}

func (s *sending) report() {
	text := fmt.Sprintf("sent %d of %d lines", s.sent, s.lines)
	for _, kind := range []string{kindTeams, kindApplications, kindCommands, kindPositions} {
		if n := s.counts[kind]; n > 0 {
			text += fmt.Sprintf(", %s %d", kind, n)
		}
	}
	if s.terminal {
		text = "\r" + text
	}
	fmt.Fprintln(s.streams.Errors, text)
}
