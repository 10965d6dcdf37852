package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// A point is kept once, however often its position is read again.
const insertTrack = `INSERT INTO track (case_key, assignment, at, lon, lat, accuracy_m)
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[], $5::float8[], $6::float8[]) ON CONFLICT DO NOTHING`

func (w *writer) addTrack(p *dispatch.TrackPoint) {
	w.track.int(p.Case).int(int64(p.Assignment)).int(p.At.UnixMilli()).float(p.Position.Lon()).float(p.Position.Lat()).float(p.AccuracyM)
}

const trackColumns = `SELECT case_key, assignment, at, lon, lat, accuracy_m FROM track `

// trackEnds are the newest points of every assignment of an active case.
const trackEnds = `SELECT DISTINCT ON (case_key, assignment) case_key, assignment, at, lon, lat, accuracy_m FROM track
	WHERE case_key IN (` + activeCases + `) ORDER BY case_key, assignment, at DESC`

// Tracks gives the points of a case's tracks, in the order of assignment and time.
func (s *Store) Tracks(ctx context.Context, key int64) ([]dispatch.TrackPoint, error) {
	return readTrack(ctx, s.pool, trackColumns+`WHERE case_key = $1 ORDER BY assignment, at`, key)
}

func readTrack(ctx context.Context, q querier, query string, arguments ...any) ([]dispatch.TrackPoint, error) {
	var points []dispatch.TrackPoint
	err := eachRow(ctx, q, query, arguments, func(rows pgx.Rows) error {
		var p dispatch.TrackPoint
		err := rows.Scan(&p.Case, &p.Assignment, scanTime(&p.At), &p.Position[0], &p.Position[1], &p.AccuracyM)
		points = append(points, p)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: track: %w", err))
	}
	return points, nil
}
