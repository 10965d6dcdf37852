package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"
)

// Destinations for columns that are NULL where there is nothing.

type textInto[T ~string] struct{ to *T }

// Scan implements sql.Scanner.
func (s textInto[T]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s.to = ""
	case string:
		*s.to = T(v)
	case []byte:
		*s.to = T(v)
	default:
		return fmt.Errorf("a text is stored as %T", value)
	}
	return nil
}

func scanText[T ~string](to *T) textInto[T] { return textInto[T]{to} }

type numberInto[T ~int | ~int32 | ~int64] struct{ to *T }

// Scan implements sql.Scanner.
func (s numberInto[T]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s.to = 0
	case int64:
		*s.to = T(v)
	default:
		return fmt.Errorf("a number is stored as %T", value)
	}
	return nil
}

func scanNumber[T ~int | ~int32 | ~int64](to *T) numberInto[T] { return numberInto[T]{to} }

type timeInto struct{ to *time.Time }

// Scan implements sql.Scanner.
func (s timeInto) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s.to = time.Time{}
	case int64:
		*s.to = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("a time is stored as %T", value)
	}
	return nil
}

func scanTime(to *time.Time) timeInto { return timeInto{to} }

// hashInto is for hashes and identities of a fixed length.
type hashInto struct{ to []byte }

// Scan implements sql.Scanner.
func (s hashInto) Scan(value any) error {
	v, ok := value.([]byte)
	if !ok || len(v) != len(s.to) {
		return errors.New("a hash is stored damaged")
	}
	copy(s.to, v)
	return nil
}

func scanHash(to []byte) hashInto { return hashInto{to} }

type bytesInto struct{ to *[]byte }

// Scan implements sql.Scanner. An empty value stays apart from none.
func (s bytesInto) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s.to = nil
	case []byte:
		*s.to = append([]byte{}, v...)
	default:
		return fmt.Errorf("bytes are stored as %T", value)
	}
	return nil
}

func scanBytes(to *[]byte) bytesInto { return bytesInto{to} }

type jsonInto struct{ to any }

// Scan implements sql.Scanner.
func (s jsonInto) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), s.to)
	case []byte:
		return json.Unmarshal(v, s.to)
	}
	return fmt.Errorf("JSON is stored as %T", value)
}

func scanJSON(to any) jsonInto { return jsonInto{to} }

// arrayInto reads an empty array as nil: a store does not tell them apart.
type arrayInto[T any] struct{ to *[]T }

// Scan implements sql.Scanner.
func (s arrayInto[T]) Scan(value any) error {
	*s.to = nil
	if err := (jsonInto{s.to}).Scan(value); err != nil {
		return err
	}
	if len(*s.to) == 0 {
		*s.to = nil
	}
	return nil
}

func scanArray[T any](to *[]T) arrayInto[T] { return arrayInto[T]{to} }

// point makes a point of two columns; nil when both are NULL.
func point(lon, lat *float64) *orb.Point {
	if lon == nil || lat == nil {
		return nil
	}
	return &orb.Point{*lon, *lat}
}
