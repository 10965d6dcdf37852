package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/izdeu/izdeu/dispatch"
)

// LineProblem says why a line of a table was refused. Code is one of
// LineProblemCodes.
type LineProblem = dispatch.TableProblem

// Codes of LineProblem.
const (
	LineNotText       = "not_text"
	LineTooLarge      = "too_large"
	LineNoColumn      = "no_column"
	LineQuotes        = "quotes"
	LineTooManyFields = "too_many_fields"
	LineEmpty         = "empty"
	LineNoNumber      = "no_number"
	LineOutside       = "outside"
	LineSwapped       = "swapped"
	LineUnknownWord   = "unknown_word"
	LineUnknownPlace  = "unknown_place"
	LineManyPlaces    = "many_places"
	LineNoDuty        = "no_duty"
	LineNoDate        = "no_date"
	LineTooManyRows   = "too_many_rows"
	LineTwice         = "twice"
	LineInvalid       = "invalid"
)

// LineProblemCodes lists the codes.
func LineProblemCodes() []string {
	return []string{LineNotText, LineTooLarge, LineNoColumn, LineQuotes, LineTooManyFields, LineEmpty, LineNoNumber, LineOutside, LineSwapped,
		LineUnknownWord, LineUnknownPlace, LineManyPlaces, LineNoDuty, LineNoDate, LineTooManyRows, LineTwice, LineInvalid}
}

// maxTable is the most bytes of a table that are read.
const maxTable = 16 << 20

// table is a CSV file: columns by name, in the first line.
type table struct {
	columns  map[string]int
	problems []LineProblem
	rows     []tableRow
}

type tableRow struct {
	t      *table
	line   int
	fields []string
	wrong  bool
}

// get gives a field without the blanks around it; "" for a column that is not there.
func (r *tableRow) get(column string) string {
	if i, there := r.t.columns[column]; there && i < len(r.fields) {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

// refuse notes what is wrong with a field.
func (r *tableRow) refuse(column, code, format string, arguments ...any) {
	r.wrong = true
	r.t.problems = append(r.t.problems, LineProblem{Line: r.line, Column: column, Code: code, Detail: fmt.Sprintf(format, arguments...)})
}

// number reads a number with a point or a comma; ok is false without one.
func (r *tableRow) number(column string) (value float64, ok bool) {
	text := r.get(column)
	if text == "" {
		return 0, false
	}
	value, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || value != value || value > 1e12 || value < -1e12 { //nolint:gocritic // not a number is not itself
		r.refuse(column, LineNoNumber, "is no number; write one such as 53.21")
		return 0, false
	}
	return value, true
}

// list reads words that are separated by semicolons, commas or bars.
func (r *tableRow) list(column string) (words []string) {
	for _, word := range strings.FieldsFunc(r.get(column), func(c rune) bool { return c == ';' || c == ',' || c == '|' }) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// readTable reads a CSV file whose fields are separated by commas, semicolons
// or tabs, as the first line says. Columns that are not asked for are left
// alone; aliases give other names of a column.
func readTable(in io.Reader, aliases map[string]string, required ...string) (*table, error) {
	t := &table{columns: map[string]int{}}
	content, err := io.ReadAll(io.LimitReader(in, maxTable+1))
	if err != nil {
		return nil, err
	}
	whole := func(code, detail string) (*table, error) {
		t.problems = append(t.problems, LineProblem{Code: code, Detail: detail})
		return t, nil
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	switch {
	case len(content) > maxTable:
		return whole(LineTooLarge, fmt.Sprintf("the file has more than %d MiB; split it", maxTable>>20))
	case !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0:
		return whole(LineNotText, "the file is no text in UTF-8; save it as \"CSV UTF-8\"")
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	reader := csv.NewReader(bytes.NewReader(content))
	reader.FieldsPerRecord = -1
	for _, separator := range ";\t" {
		if strings.Count(string(first), string(separator)) > strings.Count(string(first), string(reader.Comma)) {
			reader.Comma = separator
		}
	}
	for header := true; ; header = false {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			t.problems = append(t.problems, LineProblem{Line: wrong.StartLine, Code: LineQuotes,
				Detail: "has a quotation mark where none may be: put the whole field in quotation marks and double those inside it"})
			if header {
				break
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		if header {
			for i, name := range fields {
				name = strings.ToLower(strings.TrimSpace(name))
				if other, known := aliases[name]; known {
					name = other
				}
				if _, twice := t.columns[name]; !twice {
					t.columns[name] = i
				}
			}
			for _, name := range required {
				if _, there := t.columns[name]; !there {
					t.problems = append(t.problems, LineProblem{Line: line, Column: name, Code: LineNoColumn, Detail: "the first line has no such column"})
				}
			}
			if len(t.problems) > 0 {
				break
			}
			continue
		}
		if !slices.ContainsFunc(fields, func(field string) bool { return strings.TrimSpace(field) != "" }) {
			continue
		}
		row := tableRow{t: t, line: line, fields: fields}
		if len(fields) > len(t.columns) && slices.ContainsFunc(fields[len(t.columns):], func(field string) bool { return field != "" }) {
			row.refuse("", LineTooManyFields, "has more fields than the first line has columns: put a field with a separator in it in quotation marks")
			continue
		}
		t.rows = append(t.rows, row)
	}
	if len(t.columns) == 0 && len(t.problems) == 0 {
		return whole(LineEmpty, "the file is empty; its first line names the columns")
	}
	return t, nil
}
