package web

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// The views are appended by hand: a board with a hundred readers under load
// builds thousands of them a second, and encoding/json takes several times as
// long. TestViewsAreWhatIsDocumented holds the result to the documented types.

// name starts a member of an object.
func name(b []byte, key string) []byte {
	b = comma(b)
	b = append(b, '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// comma separates from what stands before in the same object or array.
func comma(b []byte) []byte {
	if last := b[len(b)-1]; last != '{' && last != '[' {
		b = append(b, ',')
	}
	return b
}

func text(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return quote(name(b, key), value)
}

func texts[T ~string](b []byte, key string, values []T) []byte {
	if len(values) == 0 {
		return b
	}
	b = append(name(b, key), '[')
	for _, value := range values {
		b = quote(comma(b), string(value))
	}
	return append(b, ']')
}

func moment(b []byte, key string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = append(name(b, key), '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func whole(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(name(b, key), n, 10)
}

// positive leaves out a number that says nothing.
func positive(b []byte, key string, n int) []byte {
	if n <= 0 {
		return b
	}
	return whole(b, key, int64(n))
}

func given(b []byte, key string, n *int) []byte {
	if n == nil {
		return b
	}
	return whole(b, key, int64(*n))
}

func decimal(b []byte, key string, v float64) []byte {
	return appendNumber(name(b, key), v)
}

func appendNumber(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, '0') // JSON knows neither; the decoder lets neither in
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

func flag(b []byte, key string, v bool) []byte {
	if !v {
		return b
	}
	return append(name(b, key), "true"...)
}

func point(b []byte, key string, p orb.Point) []byte {
	b = append(name(b, key), `{"type":"Point","coordinates":[`...)
	b = appendNumber(b, p.Lon())
	b = append(b, ',')
	b = appendNumber(b, p.Lat())
	return append(b, ']', '}')
}

const hexDigits = "0123456789abcdef"

// quote appends a JSON string. What is not UTF-8 becomes U+FFFD.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			case '\r':
				b = append(b, '\\', 'r')
			case '\t':
				b = append(b, '\\', 't')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			i++
			start = i
			continue
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// object is a JSON object that was sent, with each name once.
type object map[string]json.RawMessage

// readObject reads a body whose named members decide about rights. Another
// spelling of such a name ("Team_ID") is refused and what is passed on has each
// name once: a second reader that reads names otherwise must not see another
// command than the one that was allowed.
func readObject(body []byte, names ...string) (object, error) {
	var o object
	if err := json.Unmarshal(body, &o); err != nil || o == nil {
		return nil, invalidField("", "the body must be a JSON object in UTF-8")
	}
	for key := range o {
		for _, n := range names {
			if key != n && strings.EqualFold(key, n) {
				return nil, invalidField("/"+n, "write the name in lower case")
			}
		}
	}
	return o, nil
}

// text gives a member that is a string; "" when it is missing.
func (o object) text(key string) (string, error) {
	raw, ok := o[key]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", invalidField("/"+key, "must be a string")
	}
	return s, nil
}

func (o object) set(key, value string) { o[key] = quote(nil, value) }

func (o object) bytes() []byte {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // every member was parsed before
	}
	return b
}

// appendPosition appends EPOCH.SEQ as a JSON string.
func appendPosition(b []byte, p dispatch.Position) []byte {
	b = append(b, '"')
	b = append(b, p.Epoch...)
	b = append(b, '.')
	b = strconv.AppendInt(b, p.Sequence, 10)
	return append(b, '"')
}
