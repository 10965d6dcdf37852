package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// acceptedWindow is how far back accepted assignments count against a team.
const acceptedWindow = 24 * time.Hour

// Load gives everything that the leader keeps in memory.
func (s *Store) Load(ctx context.Context) (*dispatch.Snapshot, error) {
	snapshot := &dispatch.Snapshot{}
	err := s.reading(ctx, func(tx *sql.Tx) (err error) {
		if snapshot.Head, err = readHead(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT last_event_at FROM head`).Scan(scanTime(&snapshot.LastEvent)); err != nil {
			return fmt.Errorf("sqlite: head: %w", err)
		}
		if snapshot.Cases, err = loadCases(ctx, tx, activeCases); err != nil {
			return err
		}
		if snapshot.Teams, err = readTeams(ctx, tx, "key"); err != nil {
			return err
		}
		if snapshot.Coordinators, err = readCoordinators(ctx, tx); err != nil {
			return err
		}
		if snapshot.Places, err = readPlaces(ctx, tx); err != nil {
			return err
		}
		if snapshot.Positions, err = readPositions(ctx, tx, -1); err != nil {
			return err
		}
		if err := eachRow(ctx, tx, `SELECT prefix, last FROM case_number ORDER BY prefix`, nil, func(rows *sql.Rows) error {
			var n dispatch.CaseNumber
			err := rows.Scan(&n.Prefix, &n.Last)
			snapshot.Numbers = append(snapshot.Numbers, n)
			return err
		}); err != nil {
			return fmt.Errorf("sqlite: case numbers: %w", err)
		}
		if err := eachRow(ctx, tx, `SELECT transport, trips, log_sum, log_squares FROM travel ORDER BY transport`, nil, func(rows *sql.Rows) error {
			var r dispatch.TravelRecord
			err := rows.Scan(&r.Transport, &r.Trips, &r.LogSum, &r.LogSquares)
			snapshot.Travel = append(snapshot.Travel, r)
			return err
		}); err != nil {
			return fmt.Errorf("sqlite: travel: %w", err)
		}
		if err := eachRow(ctx, tx, `SELECT topic, partition, next, last_hash FROM source_offset ORDER BY topic, partition`, nil, func(rows *sql.Rows) error {
			var o dispatch.SourceOffset
			err := rows.Scan(&o.Topic, &o.Partition, &o.Next, scanHash(o.LastHash[:]))
			snapshot.Offsets = append(snapshot.Offsets, o)
			return err
		}); err != nil {
			return fmt.Errorf("sqlite: offsets: %w", err)
		}
		if snapshot.Accepted, err = readAccepted(ctx, tx, snapshot.Head.Sequence, snapshot.LastEvent.Add(-acceptedWindow)); err != nil {
			return fmt.Errorf("sqlite: accepted assignments: %w", err)
		}
		snapshot.TrackEnds, err = readTrackEnds(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return snapshot, nil
}

// readAccepted gives the assignment.accepted events at or after the time. The
// journal has no index on its times, which never decrease: the first event of
// the window is found by halving.
func readAccepted(ctx context.Context, tx *sql.Tx, head int64, since time.Time) ([]dispatch.Event, error) {
	low, high := int64(1), head+1 // the first event of the window is in [low, high]
	for low < high {
		middle := low + (high-low)/2
		var at int64
		if err := tx.QueryRowContext(ctx, `SELECT at FROM journal WHERE seq = ?`, middle).Scan(&at); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return nil, fmt.Errorf("the journal lacks the event %d; run izdeu verify", middle)
			}
			return nil, err
		}
		if at < since.UnixMilli() {
			low = middle + 1
		} else {
			high = middle
		}
	}
	var accepted []dispatch.Event
	err := eachRow(ctx, tx, `SELECT seq, at, case_key, team_key FROM journal WHERE seq >= ? AND type = ? ORDER BY seq`,
		[]any{low, string(dispatch.EventAccepted)}, func(rows *sql.Rows) error {
			e := dispatch.Event{Type: dispatch.EventAccepted}
			err := rows.Scan(&e.Sequence, scanTime(&e.At), scanNumber(&e.Case), scanNumber(&e.Team))
			accepted = append(accepted, e)
			return err
		})
	return accepted, err
}

// Lookup finds what a batch names and what is not in memory.
func (s *Store) Lookup(ctx context.Context, query dispatch.Lookup) (*dispatch.Found, error) {
	found := &dispatch.Found{Applied: map[dispatch.Identity]dispatch.Applied{}, Applications: map[dispatch.Identity]int64{}}
	err := s.reading(ctx, func(tx *sql.Tx) error {
		keys := slices.Clone(query.Cases)
		if len(query.Applied) > 0 {
			if err := eachRow(ctx, tx, `SELECT identity, at, done, code, detail, case_key, seq FROM applied
				WHERE identity IN (SELECT unhex(value) FROM json_each(?))`, []any{identityList(query.Applied)}, func(rows *sql.Rows) error {
				applied, err := scanApplied(rows)
				found.Applied[applied.Identity] = applied
				// A command sent again is answered from its result, without its case.
				return err
			}); err != nil {
				return fmt.Errorf("sqlite: applied identities: %w", err)
			}
		}
		if len(query.Applications) > 0 {
			if err := eachRow(ctx, tx, `SELECT identity, case_key FROM application
				WHERE identity IN (SELECT unhex(value) FROM json_each(?))`, []any{identityList(query.Applications)}, func(rows *sql.Rows) error {
				var identity dispatch.Identity
				var key int64
				err := rows.Scan(scanHash(identity[:]), &key)
				found.Applications[identity] = key
				keys = append(keys, key)
				return err
			}); err != nil {
				return fmt.Errorf("sqlite: applications: %w", err)
			}
		}
		slices.Sort(keys)
		keys = slices.DeleteFunc(slices.Compact(keys), func(key int64) bool { return query.InMemory != nil && query.InMemory(key) })
		var err error
		found.Cases, err = namedInOrder(ctx, tx, keys)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// identityList is a JSON array of hexadecimal texts: one query for a whole
// batch, where a query for each identity would cost a call of the driver each.
func identityList(identities []dispatch.Identity) string {
	list := make([]byte, 0, 1+len(identities)*(2*len(dispatch.Identity{})+3))
	list = append(list, '[')
	for i := range identities {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, '"')
		list = hex.AppendEncode(list, identities[i][:])
		list = append(list, '"')
	}
	return string(append(list, ']'))
}

type scanner interface{ Scan(into ...any) error }

func scanApplied(row scanner) (dispatch.Applied, error) {
	var a dispatch.Applied
	err := row.Scan(scanHash(a.Identity[:]), scanTime(&a.At), &a.Done, scanText(&a.Code), scanText(&a.Detail), scanNumber(&a.Case), &a.Sequence)
	return a, err
}

// Applied gives the result of a message; nil when it was not applied.
func (s *Store) Applied(ctx context.Context, identity dispatch.Identity) (*dispatch.Applied, error) {
	applied, err := scanApplied(s.read.QueryRowContext(ctx,
		`SELECT identity, at, done, code, detail, case_key, seq FROM applied WHERE identity = ?`, identity[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, interpretError(fmt.Errorf("sqlite: result: %w", err))
	}
	return &applied, nil
}

// CaseOfApplication gives the key of the case an application belongs to; 0 when there is none.
func (s *Store) CaseOfApplication(ctx context.Context, identity dispatch.Identity) (int64, error) {
	var key int64
	err := s.read.QueryRowContext(ctx, `SELECT case_key FROM application WHERE identity = ?`, identity[:]).Scan(&key)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, interpretError(fmt.Errorf("sqlite: application: %w", err))
	}
	return key, nil
}
