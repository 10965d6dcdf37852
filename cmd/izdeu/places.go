package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/ingest"
)

// placesCommand looks after the places that people file by name.
type placesCommand struct {
	Import placesImportCommand `cmd:"" help:"Import settlements from a table, so that they are found by their names."`
}

// teamsCommand looks after teams.
type teamsCommand struct {
	Import teamsImportCommand `cmd:"" help:"Import teams from a table."`
}

// tableImport is what the commands that import a table have in common.
type tableImport struct {
	File string `arg:"" help:"A table in CSV (UTF-8; commas, semicolons or tabs), whose first line names the columns; - reads standard input."`

	Data    string        `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory of a running server, which names its Kafka (${default})."`
	Kafka   string        `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"Brokers, instead of those that the data directory names."`
	Prefix  string        `name:"kafka-prefix" env:"IZDEU_KAFKA_PREFIX" placeholder:"PREFIX" help:"Begins the name of every topic; default: what the server uses, or izdeu."`
	Check   bool          `help:"Check the table and send nothing."`
	Partial bool          `help:"Send the good lines although others are wrong. Without it nothing is sent then."`
	Timeout time.Duration `env:"IZDEU_SEND_TIMEOUT" default:"10m" placeholder:"TIME" help:"How long to go on trying while Kafka does not answer (${default})."`
}

type placesImportCommand struct{ tableImport }

// Help shows examples below the flags.
func (placesImportCommand) Help() string {
	return `Columns: name_kk, name_ru, name_en (one at least), lat, lon; and if you have them id, also (other names, separated by semicolons), region (a code such as KZ-39, checked against the place). Every line that is refused is named with what to do. The same table imported again changes nothing twice: without an id a place is known by its names and where it is.

Examples:
  izdeu places import --check villages.csv
  izdeu places import villages.csv`
}

// Run imports.
func (c *placesImportCommand) Run(ctx context.Context, streams console) error {
	return c.run(ctx, streams, "places", ingest.ReadPlaceTable)
}

type teamsImportCommand struct{ tableImport }

// Help shows examples below the flags.
func (teamsImportCommand) Help() string {
	return `Columns: name, and where its base is: base (the name of a town, or 53.21, 63.62) or lat and lon; and if you have them id, organisation, branch, members, capacity (cases at once), range_km, kinds, skills, transport, answers, duty (a week such as mon-fri 20:00-08:00; sat,sun 00:00-24:00). Words in kinds and skills are separated by semicolons. A team that is known by the same id is replaced.

Examples:
  izdeu teams import --check teams.csv
  izdeu teams import teams.csv`
}

// Run imports.
func (c *teamsImportCommand) Run(ctx context.Context, streams console) error {
	return c.run(ctx, streams, "teams", ingest.ReadTeamTable)
}

func (c *tableImport) run(ctx context.Context, streams console, what string, read func(io.Reader) ([]ingest.TableMessage, []ingest.LineProblem, error)) error {
	if c.Timeout <= 0 {
		return misused("--timeout: give a time above zero, such as 10m")
	}
	in := streams.In
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	messages, problems, err := read(in)
	if err != nil {
		return err
	}
	for _, one := range problems {
		fmt.Fprintln(streams.Errors, one)
	}
	switch {
	case c.Check:
		fmt.Fprintf(streams.Errors, "%d %s are good; nothing was sent\n", len(messages), what)
	case len(problems) > 0 && !c.Partial:
		return fmt.Errorf("nothing was sent: mend the lines above, or send the %d good %s with --partial", len(messages), what)
	case len(messages) > 0:
		if err := c.send(ctx, streams, messages); err != nil {
			return err
		}
		fmt.Fprintf(streams.Errors, "sent %d %s\n", len(messages), what)
	}
	switch {
	case len(problems) > 0:
		return fmt.Errorf("%d problems are named above", len(problems))
	case len(messages) == 0:
		return errors.New("the table has no line below the first")
	}
	return nil
}

// send sends the messages in the order of the table.
func (c *tableImport) send(ctx context.Context, streams console, messages []ingest.TableMessage) error {
	brokers, prefix, err := findBrokers(c.Kafka, c.Prefix, c.Data)
	if err != nil {
		return err
	}
	client, disconnect, err := ingest.NewClient(brokers)
	if err != nil {
		return err
	}
	defer disconnect()
	s := &sending{topics: ingest.NewTopics(prefix), timeout: c.Timeout, streams: streams, counts: map[string]int{}, told: time.Now(),
		producer: ingest.NewProducer(client, nil), brokers: brokers}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = s.producer.Close(closing) // everything that was sent is confirmed by now
	}()
	for start := 0; start < len(messages); start += sendBatch {
		var lines []queued
		for _, one := range messages[start:min(start+sendBatch, len(messages))] {
			lines = append(lines, queued{message: kafka.Message{Topic: s.topics.Teams, Key: []byte(one.ID), Value: one.Body},
				where: fmt.Sprintf("line %d", one.Line), kind: kindTeams})
		}
		if err := s.flush(ctx, lines); err != nil {
			return err
		}
	}
	if s.wrong > 0 {
		return fmt.Errorf("%d lines are too large", s.wrong)
	}
	return nil
}
