package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/izdeu/izdeu/ingest"
)

// What a line can be: the topics without their prefix.
const (
	kindApplications = "applications"
	kindTeams        = "teams"
	kindCommands     = "commands"
	kindPositions    = "positions"
)

// errLineTooLong is the problem of a line that no topic takes.
var errLineTooLong = fmt.Errorf("the line is longer than %d bytes, the most that a message may have", ingest.MaxRecordBytes)

// eachLine calls each for every line that is not blank, numbered from 1. A line
// that is too long comes without its text and with a problem. The text is good
// until each returns. An error of each ends it.
func eachLine(in io.Reader, each func(number int, line []byte, problem error) error) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	var line []byte
	for number := 1; ; number++ {
		line = line[:0]
		var problem error
		var err error
		for {
			var piece []byte
			piece, err = reader.ReadSlice('\n')
			if len(line)+len(piece) > ingest.MaxRecordBytes+2 { // two for the end of the line
				problem, line = errLineTooLong, line[:0]
			}
			if problem == nil {
				line = append(line, piece...)
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		text := bytes.TrimSpace(line)
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // what some editors put before the first line
		}
		if problem != nil || len(text) > 0 {
			if err := each(number, text, problem); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

// toldApart is a line of which it is known what it is.
type toldApart struct {
	kind string
	key  []byte // records of one case, team or application stay in order by it
	body []byte // the message itself, out of its CloudEvent
}

func (t *toldApart) topic(topics ingest.Topics) string {
	switch t.kind {
	case kindApplications:
		return topics.Applications
	case kindTeams:
		return topics.Teams
	case kindCommands:
		return topics.Commands
	}
	return topics.Positions
}

// lineFields are the fields by which lines are told apart and keyed. Those
// that may be wrong in a message that is still good to send stay raw.
type lineFields struct {
	SpecVersion json.RawMessage `json:"specversion"`
	Data        json.RawMessage `json:"data"`
	ID          json.RawMessage `json:"id"`
	Kind        json.RawMessage `json:"kind"`
	Type        json.RawMessage `json:"type"`
	CommandID   json.RawMessage `json:"command_id"`
	CaseID      json.RawMessage `json:"case_id"`
	TeamID      json.RawMessage `json:"team_id"`
	Position    json.RawMessage `json:"position"`
	Source      json.RawMessage `json:"source"`
}

// tellApart says what a line is. With only set, every line is of that kind,
// whatever it holds.
func tellApart(line []byte, only string) (toldApart, error) {
	told := toldApart{kind: only, body: line}
	var fields lineFields
	err := json.Unmarshal(line, &fields)
	if err == nil && fields.SpecVersion != nil && len(fields.Data) > 0 {
		told.body = fields.Data
		fields = lineFields{}
		err = json.Unmarshal(told.body, &fields)
	}
	if err != nil {
		if only != "" {
			return told, nil
		}
		return told, fmt.Errorf("it is no JSON object (%s)", err)
	}
	if only == "" {
		switch {
		case fields.CommandID != nil:
			told.kind = kindCommands
		case strings.HasPrefix(textOf(fields.Type), "team."), strings.HasPrefix(textOf(fields.Type), "place."):
			told.kind = kindTeams
		case fields.TeamID != nil && fields.Position != nil:
			told.kind = kindPositions
		case fields.Kind != nil:
			told.kind = kindApplications
		default:
			return told, errors.New("it cannot be told apart: an application has kind, a team message a type that begins with team., " +
				"a command command_id, a position team_id and position")
		}
	}
	told.key = fields.key(told.kind)
	return told, nil
}

// key is the one that the HTTP API gives to the same message.
func (f *lineFields) key(kind string) []byte {
	var key string
	switch kind {
	case kindApplications:
		var source struct {
			System string `json:"system"`
		}
		if json.Unmarshal(f.Source, &source) != nil || source.System == "" {
			source.System = "kafka"
		}
		key = source.System + "/" + textOf(f.ID)
	case kindTeams:
		key = textOf(f.ID)
	case kindCommands:
		key = textOf(f.CaseID)
	default:
		key = textOf(f.TeamID)
	}
	if key == "" {
		return nil
	}
	return []byte(key)
}

// textOf reads a string, or a number by its digits.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
