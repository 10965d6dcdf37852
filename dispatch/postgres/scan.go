package postgres

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"
)

// Destinations for columns that are NULL where there is nothing.

type textInto[T ~string] struct{ to *T }

// ScanText implements pgtype.TextScanner.
func (s textInto[T]) ScanText(v pgtype.Text) error {
	*s.to = T(v.String)
	return nil
}

func scanText[T ~string](to *T) textInto[T] { return textInto[T]{to} }

type numberInto[T ~int | ~int32 | ~int64] struct{ to *T }

// ScanInt64 implements pgtype.Int64Scanner.
func (s numberInto[T]) ScanInt64(v pgtype.Int8) error {
	*s.to = T(v.Int64)
	return nil
}

func scanNumber[T ~int | ~int32 | ~int64](to *T) numberInto[T] { return numberInto[T]{to} }

type timeInto struct{ to *time.Time }

// ScanInt64 implements pgtype.Int64Scanner.
func (s timeInto) ScanInt64(v pgtype.Int8) error {
	if *s.to = (time.Time{}); v.Valid {
		*s.to = time.UnixMilli(v.Int64).UTC()
	}
	return nil
}

func scanTime(to *time.Time) timeInto { return timeInto{to} }

// hashInto is for hashes and identities of a fixed length.
type hashInto struct{ to []byte }

// ScanBytes implements pgtype.BytesScanner.
func (s hashInto) ScanBytes(v []byte) error {
	if len(v) != len(s.to) {
		return errors.New("a hash is stored damaged")
	}
	copy(s.to, v)
	return nil
}

func scanHash(to []byte) hashInto { return hashInto{to} }

type jsonInto struct{ to any }

// ScanBytes implements pgtype.BytesScanner.
func (s jsonInto) ScanBytes(v []byte) error {
	if v == nil {
		return nil
	}
	return json.Unmarshal(v, s.to)
}

func scanJSON(to any) jsonInto { return jsonInto{to} }

// arrayInto reads an empty array as nil: a store does not tell them apart.
type arrayInto[T any] struct{ to *[]T }

// ScanBytes implements pgtype.BytesScanner.
func (s arrayInto[T]) ScanBytes(v []byte) error {
	*s.to = nil
	if err := (jsonInto{s.to}).ScanBytes(v); err != nil {
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
