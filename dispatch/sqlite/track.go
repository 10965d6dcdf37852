package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/izdeu/izdeu/dispatch"
)

// track keeps a point once, however often its position is read again.
func (w *writer) track(p *dispatch.TrackPoint) error {
	return w.exec(`INSERT INTO track (case_key, assignment, at, lon, lat, accuracy_m) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.Case, int64(p.Assignment), p.At.UnixMilli(), p.Position.Lon(), p.Position.Lat(), p.AccuracyM)
}

const trackColumns = `SELECT track.case_key, track.assignment, track.at, track.lon, track.lat, track.accuracy_m FROM track `

// readTrackEnds gives the newest point of every assignment of an active case.
func readTrackEnds(ctx context.Context, tx *sql.Tx) ([]dispatch.TrackPoint, error) {
	return readTrack(ctx, tx, `JOIN (SELECT case_key, assignment, max(at) AS at FROM track WHERE case_key IN (`+activeCases+`)
		GROUP BY case_key, assignment) USING (case_key, assignment, at) ORDER BY case_key, assignment`)
}

// Tracks gives the points of a case's tracks, in the order of assignment and time.
func (s *Store) Tracks(ctx context.Context, key int64) (points []dispatch.TrackPoint, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		points, err = readTrack(ctx, tx, `WHERE case_key = ? ORDER BY assignment, at`, key)
		return err
	})
	return points, err
}

func readTrack(ctx context.Context, tx *sql.Tx, chosen string, arguments ...any) ([]dispatch.TrackPoint, error) {
	var points []dispatch.TrackPoint
	err := eachRow(ctx, tx, trackColumns+chosen, arguments, func(rows *sql.Rows) error {
		var p dispatch.TrackPoint
		err := rows.Scan(&p.Case, &p.Assignment, scanTime(&p.At), &p.Position[0], &p.Position[1], &p.AccuracyM)
		points = append(points, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: track: %w", err)
	}
	return points, nil
}
