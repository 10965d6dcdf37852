package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// acceptedWindow is how far back accepted assignments count against a team.
const acceptedWindow = 24 * time.Hour

// Load gives everything that the leader keeps in memory. On another timeline
// than before a new epoch begins first.
func (s *Store) Load(ctx context.Context) (*dispatch.Snapshot, error) {
	if err := s.followTimeline(ctx); err != nil {
		return nil, err
	}
	snapshot := &dispatch.Snapshot{}
	err := s.reading(ctx, func(tx pgx.Tx) (err error) {
		if err := tx.QueryRow(ctx, `SELECT epoch, seq, last_event_at FROM head`).
			Scan(&snapshot.Head.Epoch, &snapshot.Head.Sequence, scanTime(&snapshot.LastEvent)); err != nil {
			return fmt.Errorf("postgres: head: %w", err)
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
		if err := eachRow(ctx, tx, `SELECT prefix, last FROM case_number ORDER BY prefix`, nil, func(rows pgx.Rows) error {
			var n dispatch.CaseNumber
			err := rows.Scan(&n.Prefix, &n.Last)
			snapshot.Numbers = append(snapshot.Numbers, n)
			return err
		}); err != nil {
			return fmt.Errorf("postgres: case numbers: %w", err)
		}
		if err := eachRow(ctx, tx, `SELECT transport, trips, log_sum, log_squares FROM travel ORDER BY transport`, nil, func(rows pgx.Rows) error {
			var r dispatch.TravelRecord
			err := rows.Scan(&r.Transport, &r.Trips, &r.LogSum, &r.LogSquares)
			snapshot.Travel = append(snapshot.Travel, r)
			return err
		}); err != nil {
			return fmt.Errorf("postgres: travel: %w", err)
		}
		if err := eachRow(ctx, tx, `SELECT topic, partition, next, last_hash FROM source_offset ORDER BY topic, partition`, nil, func(rows pgx.Rows) error {
			var o dispatch.SourceOffset
			err := rows.Scan(&o.Topic, &o.Partition, &o.Next, scanHash(o.LastHash[:]))
			snapshot.Offsets = append(snapshot.Offsets, o)
			return err
		}); err != nil {
			return fmt.Errorf("postgres: offsets: %w", err)
		}
		if snapshot.Accepted, err = readAccepted(ctx, tx, snapshot.Head.Sequence, snapshot.LastEvent.Add(-acceptedWindow)); err != nil {
			return fmt.Errorf("postgres: accepted assignments: %w", err)
		}
		snapshot.TrackEnds, err = readTrack(ctx, tx, trackEnds)
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
func readAccepted(ctx context.Context, tx pgx.Tx, head int64, since time.Time) ([]dispatch.Event, error) {
	low, high := int64(1), head+1 // the first event of the window is in [low, high]
	for low < high {
		middle := low + (high-low)/2
		var at int64
		if err := tx.QueryRow(ctx, `SELECT at FROM journal WHERE seq = $1`, middle).Scan(&at); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
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
	err := eachRow(ctx, tx, `SELECT seq, at, case_key, team_key FROM journal WHERE seq >= $1 AND type = $2 ORDER BY seq`,
		[]any{low, string(dispatch.EventAccepted)}, func(rows pgx.Rows) error {
			e := dispatch.Event{Type: dispatch.EventAccepted}
			err := rows.Scan(&e.Sequence, scanTime(&e.At), scanNumber(&e.Case), scanNumber(&e.Team))
			accepted = append(accepted, e)
			return err
		})
	return accepted, err
}

const (
	appliedOf     = `SELECT identity, at, done, code, detail, case_key, seq FROM applied WHERE identity = ANY($1::bytea[])`
	applicationOf = `SELECT identity, case_key FROM application WHERE identity = ANY($1::bytea[])`
)

// Lookup finds what a batch names and what is not in memory.
func (s *Store) Lookup(ctx context.Context, query dispatch.Lookup) (*dispatch.Found, error) {
	found := &dispatch.Found{Applied: map[dispatch.Identity]dispatch.Applied{}, Applications: map[dispatch.Identity]int64{}}
	keys := slices.Clone(query.Cases)
	batch := &pgx.Batch{}
	if len(query.Applied) > 0 {
		batch.Queue(appliedOf, identityList(query.Applied)).Query(func(rows pgx.Rows) error {
			return scanAll(rows, func(rows pgx.Rows) error {
				applied, err := scanApplied(rows)
				found.Applied[applied.Identity] = applied
				// A command sent again is answered from its result, without its case.
				return err
			})
		})
	}
	if len(query.Applications) > 0 {
		batch.Queue(applicationOf, identityList(query.Applications)).Query(func(rows pgx.Rows) error {
			return scanAll(rows, func(rows pgx.Rows) error {
				var identity dispatch.Identity
				var key int64
				err := rows.Scan(scanHash(identity[:]), &key)
				found.Applications[identity] = key
				keys = append(keys, key)
				return err
			})
		})
	}
	if batch.Len() > 0 {
		if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
			return nil, interpretError(fmt.Errorf("postgres: identities: %w", err))
		}
	}
	slices.Sort(keys)
	keys = slices.DeleteFunc(slices.Compact(keys), func(key int64) bool { return query.InMemory != nil && query.InMemory(key) })
	var err error
	found.Cases, err = s.Cases(ctx, keys)
	if err != nil {
		return nil, err
	}
	return found, nil
}

func identityList(identities []dispatch.Identity) [][]byte {
	list := make([][]byte, len(identities))
	for i := range identities {
		list[i] = identities[i][:]
	}
	return list
}

type scanner interface{ Scan(into ...any) error }

func scanApplied(row scanner) (dispatch.Applied, error) {
	var a dispatch.Applied
	err := row.Scan(scanHash(a.Identity[:]), scanTime(&a.At), &a.Done, scanText(&a.Code), scanText(&a.Detail), scanNumber(&a.Case), &a.Sequence)
	return a, err
}

// Applied gives the result of a message; nil when it was not applied.
func (s *Store) Applied(ctx context.Context, identity dispatch.Identity) (*dispatch.Applied, error) {
	applied, err := scanApplied(s.pool.QueryRow(ctx, `SELECT identity, at, done, code, detail, case_key, seq FROM applied WHERE identity = $1`, identity[:]))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: result: %w", err))
	}
	return &applied, nil
}

// CaseOfApplication gives the key of the case an application belongs to; 0 when there is none.
func (s *Store) CaseOfApplication(ctx context.Context, identity dispatch.Identity) (int64, error) {
	var key int64
	err := s.pool.QueryRow(ctx, `SELECT case_key FROM application WHERE identity = $1`, identity[:]).Scan(&key)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, interpretError(fmt.Errorf("postgres: application: %w", err))
	}
	return key, nil
}
