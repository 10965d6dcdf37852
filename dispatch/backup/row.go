package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/izdeu/izdeu/dispatch"
)

// appendRow appends a row as a JSON array and a line's end.
func appendRow(b []byte, columns []dispatch.ArchiveColumn, values []any) ([]byte, error) {
	b = append(b, '[')
	for i, value := range values {
		if i > 0 {
			b = append(b, ',')
		}
		ok := true
		switch v := value.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b, ok = strconv.AppendInt(b, v, 10), columns[i].Type == dispatch.ColumnInteger
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("backup: the column %s holds %v, which is no number of JSON", columns[i].Name, v)
			}
			b, ok = strconv.AppendFloat(b, v, 'g', -1, 64), columns[i].Type == dispatch.ColumnReal
		case string:
			ok = columns[i].Type == dispatch.ColumnText
			if b, ok = appendText(b, v), ok && utf8.ValidString(v); !utf8.ValidString(v) {
				return nil, fmt.Errorf("backup: the column %s holds a text that is not UTF-8", columns[i].Name)
			}
		case []byte:
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, v)
			b, ok = append(b, '"'), columns[i].Type == dispatch.ColumnBlob
		default:
			ok = false
		}
		if !ok {
			return nil, fmt.Errorf("backup: the column %s of the type %s holds a %T", columns[i].Name, columns[i].Type, value)
		}
	}
	return append(b, ']', '\n'), nil
}

const hexDigits = "0123456789abcdef"

// appendText appends a JSON string; everything but quotes, backslashes and
// control characters stands as it is.
func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[start:i]...)
		if c < ' ' {
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		} else {
			b = append(b, '\\', c)
		}
		start = i + 1
	}
	return append(append(b, text[start:]...), '"')
}

var errRow = errors.New("is no row of this table")

// parseRow reads a line that appendRow has written, without its end, into values.
func parseRow(line []byte, columns []dispatch.ArchiveColumn, values []any) error {
	if len(line) < 2 || line[0] != '[' || line[len(line)-1] != ']' {
		return errRow
	}
	rest := line[1 : len(line)-1]
	for i := range columns {
		if i > 0 {
			if len(rest) == 0 || rest[0] != ',' {
				return errRow
			}
			rest = rest[1:]
		}
		end := scalarEnd(rest)
		if end <= 0 {
			return errRow
		}
		var err error
		if values[i], err = parseScalar(rest[:end], columns[i].Type); err != nil {
			return fmt.Errorf("the column %s: %w", columns[i].Name, err)
		}
		rest = rest[end:]
	}
	if len(rest) > 0 {
		return errRow
	}
	return nil
}

// scalarEnd gives the length of the scalar at the beginning; 0 when it has no end.
func scalarEnd(text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		for i, c := range text {
			if c == ',' {
				return i
			}
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func parseScalar(text []byte, kind dispatch.ColumnType) (any, error) {
	if string(text) == "null" {
		return nil, nil //nolint:nilnil // the value is nil
	}
	switch kind {
	case dispatch.ColumnInteger:
		return strconv.ParseInt(string(text), 10, 64)
	case dispatch.ColumnReal:
		v, err := strconv.ParseFloat(string(text), 64)
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return nil, errRow
		}
		return v, err
	case dispatch.ColumnText, dispatch.ColumnBlob:
	default:
		return nil, fmt.Errorf("the type %q is not known", kind)
	}
	if text[0] != '"' {
		return nil, errRow
	}
	if kind == dispatch.ColumnBlob {
		inner := text[1 : len(text)-1]
		return base64.StdEncoding.AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(inner))), inner)
	}
	if !plain(text[1 : len(text)-1]) {
		var v string
		err := json.Unmarshal(text, &v)
		return v, err
	}
	return string(text[1 : len(text)-1]), nil
}

// plain says that a JSON string's inside stands for itself.
func plain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}
