package ingest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is one JSON value of a text that is known to be valid JSON, without
// white space around it. Reading it in place, field by field, lets one wrong
// field be left out, and is twice as fast as encoding/json into structs.
type value []byte

var byteOrderMark = []byte("\xef\xbb\xbf")

// parseValue checks that the text is one JSON value.
func parseValue(text []byte) (value, bool) {
	text = bytes.TrimPrefix(text, byteOrderMark)
	text = bytes.Trim(text, " \t\r\n")
	if end, ok := checkValue(text, 0, 0); !ok || end != len(text) {
		return nil, false
	}
	return text, true
}

func (v value) isObject() bool { return len(v) > 0 && v[0] == '{' }
func (v value) isArray() bool  { return len(v) > 0 && v[0] == '[' }
func (v value) isText() bool   { return len(v) > 0 && v[0] == '"' }
func (v value) isNull() bool   { return len(v) > 0 && v[0] == 'n' }
func (v value) isNumber() bool { return len(v) > 0 && (v[0] == '-' || v[0] >= '0' && v[0] <= '9') }

// boolean reads true and false.
func (v value) boolean() (is, ok bool) {
	switch string(v) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// plain gives the inside of a string that is written without escapes.
func (v value) plain() ([]byte, bool) {
	if !v.isText() || bytes.IndexByte(v, '\\') >= 0 {
		return nil, false
	}
	return v[1 : len(v)-1], true
}

// text reads a string, without U+0000 and with U+FFFD for what is not UTF-8.
func (v value) text() (string, bool) {
	if !v.isText() {
		return "", false
	}
	if inner, ok := v.plain(); ok && utf8.Valid(inner) {
		return string(inner), true // control characters cannot stand in valid JSON
	}
	var text string
	if json.Unmarshal(v, &text) != nil {
		return "", false
	}
	return strings.ReplaceAll(text, "\x00", ""), true
}

// float reads a number. JSON has no infinities; a number too large for a float is none.
func (v value) float() (float64, bool) {
	if !v.isNumber() {
		return 0, false
	}
	number, err := strconv.ParseFloat(string(v), 64)
	return number, err == nil
}

// integer reads a whole number, 14.0 and 1.4e1 included.
func (v value) integer() (int64, bool) {
	if !v.isNumber() {
		return 0, false
	}
	if number, err := strconv.ParseInt(string(v), 10, 64); err == nil {
		return number, true
	}
	number, ok := v.float()
	if !ok || number != float64(int64(number)) || number > 1<<53 || number < -1<<53 {
		return 0, false
	}
	return int64(number), true
}

// eachMember calls f for the members of an object, in order. A name that is
// written with escapes is handed on as written: none of ours needs any.
func (v value) eachMember(f func(name []byte, member value)) {
	i := skipSpace(v, 1)
	for v[i] != '}' {
		end := skipString(v, i)
		name := v[i+1 : end-1]
		i = skipSpace(v, end)
		i = skipSpace(v, i+1) // the colon
		end = skipValue(v, i)
		f(name, v[i:end])
		i = skipSpace(v, end)
		if v[i] == ',' {
			i = skipSpace(v, i+1)
		}
	}
}

// eachElement calls f for the elements of an array until f returns false.
func (v value) eachElement(f func(index int, element value) bool) {
	i := skipSpace(v, 1)
	for n := 0; v[i] != ']'; n++ {
		end := skipValue(v, i)
		if !f(n, v[i:end]) {
			return
		}
		i = skipSpace(v, end)
		if v[i] == ',' {
			i = skipSpace(v, i+1)
		}
	}
}

// member gives a member of an object by name, the last one if there are several.
func (v value) member(name string) (value, bool) {
	var found value
	v.eachMember(func(n []byte, member value) {
		if string(n) == name {
			found = member
		}
	})
	return found, found != nil
}

// maxDepth bounds how deep values may be nested; ours go four deep.
const maxDepth = 500

// checkValue checks the value that begins at i, by the grammar of RFC 8259, and
// gives the place after it. It accepts what json.Valid accepts (a fuzz test
// compares them), three times as fast.
func checkValue(v []byte, i, depth int) (end int, ok bool) {
	if i >= len(v) || depth > maxDepth {
		return i, false
	}
	switch c := v[i]; {
	case c == '"':
		return checkString(v, i)
	case c == '{':
		return checkMembers(v, i, depth)
	case c == '[':
		return checkElements(v, i, depth)
	case c == '-' || c >= '0' && c <= '9':
		return checkNumber(v, i)
	case c == 't':
		return checkWord(v, i, "true")
	case c == 'f':
		return checkWord(v, i, "false")
	case c == 'n':
		return checkWord(v, i, "null")
	}
	return i, false
}

func checkWord(v []byte, i int, word string) (int, bool) {
	end := i + len(word)
	return end, end <= len(v) && string(v[i:end]) == word
}

func checkMembers(v []byte, i, depth int) (end int, ok bool) {
	if i = checkSpace(v, i+1); i < len(v) && v[i] == '}' {
		return i + 1, true
	}
	for {
		if i >= len(v) || v[i] != '"' {
			return i, false
		}
		if i, ok = checkString(v, i); !ok {
			return i, false
		}
		if i = checkSpace(v, i); i >= len(v) || v[i] != ':' {
			return i, false
		}
		if i, ok = checkValue(v, checkSpace(v, i+1), depth+1); !ok {
			return i, false
		}
		if i = checkSpace(v, i); i >= len(v) {
			return i, false
		}
		switch v[i] {
		case '}':
			return i + 1, true
		case ',':
			i = checkSpace(v, i+1)
		default:
			return i, false
		}
	}
}

func checkElements(v []byte, i, depth int) (end int, ok bool) {
	if i = checkSpace(v, i+1); i < len(v) && v[i] == ']' {
		return i + 1, true
	}
	for {
		if i, ok = checkValue(v, i, depth+1); !ok {
			return i, false
		}
		if i = checkSpace(v, i); i >= len(v) {
			return i, false
		}
		switch v[i] {
		case ']':
			return i + 1, true
		case ',':
			i = checkSpace(v, i+1)
		default:
			return i, false
		}
	}
}

// checkString needs a quote at i.
func checkString(v []byte, i int) (end int, ok bool) {
	for i++; i < len(v); i++ {
		c := v[i]
		if c == '"' {
			return i + 1, true
		}
		if c < ' ' {
			return i, false
		}
		if c != '\\' {
			continue
		}
		if i++; i >= len(v) {
			return i, false
		}
		switch v[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			for range 4 {
				if i++; i >= len(v) || !isHexadecimal(v[i]) {
					return i, false
				}
			}
		default:
			return i, false
		}
	}
	return i, false
}

func isHexadecimal(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func checkNumber(v []byte, i int) (end int, ok bool) {
	digits := func() bool {
		start := i
		for i < len(v) && v[i] >= '0' && v[i] <= '9' {
			i++
		}
		return i > start
	}
	if v[i] == '-' {
		i++
	}
	if i < len(v) && v[i] == '0' {
		i++
	} else if !digits() {
		return i, false
	}
	if i < len(v) && v[i] == '.' {
		if i++; !digits() {
			return i, false
		}
	}
	if i < len(v) && (v[i] == 'e' || v[i] == 'E') {
		if i++; i < len(v) && (v[i] == '+' || v[i] == '-') {
			i++
		}
		if !digits() {
			return i, false
		}
	}
	return i, true
}

func checkSpace(v []byte, i int) int {
	for i < len(v) && (v[i] == ' ' || v[i] == '\n' || v[i] == '\t' || v[i] == '\r') {
		i++
	}
	return i
}

// The functions below are for text that was checked.

func skipSpace(v []byte, i int) int {
	for v[i] == ' ' || v[i] == '\n' || v[i] == '\t' || v[i] == '\r' {
		i++
	}
	return i
}

// skipString goes from quote to quote; one with an odd number of backslashes
// before it belongs to the text.
func skipString(v []byte, i int) int {
	for i++; ; i++ {
		i += bytes.IndexByte(v[i:], '"')
		start := i
		for v[start-1] == '\\' {
			start--
		}
		if (i-start)%2 == 0 {
			return i + 1
		}
	}
}

func skipValue(v []byte, i int) int {
	switch v[i] {
	case '"':
		return skipString(v, i)
	case '{', '[':
		depth := 0
		for {
			switch v[i] {
			case '"':
				i = skipString(v, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
	}
	for i < len(v) {
		switch v[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}
