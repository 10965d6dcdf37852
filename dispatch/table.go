package dispatch

import "fmt"

// TeamTable is what was read of a table of teams.
type TeamTable struct {
	Teams    []TableLine
	Problems []TableProblem
}

// TableLine is a good line of a table: the body of a message about a team or place.
type TableLine struct {
	Line int // from 1, as editors count
	ID   string
	Body []byte
}

// TableProblem says why a line was refused. Column is "" where the whole line
// is meant, and Line 0 where the whole file is. Detail says in English what to do.
type TableProblem struct {
	Line   int
	Column string
	Code   string
	Detail string
}

func (p TableProblem) String() string {
	text := p.Detail
	if p.Column != "" {
		text = p.Column + ": " + text
	}
	if p.Line == 0 {
		return text
	}
	return fmt.Sprintf("line %d: %s", p.Line, text)
}
