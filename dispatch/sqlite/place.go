package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// Places gives all places, in the order of their ids.
func (s *Store) Places(ctx context.Context) (places []*dispatch.Place, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) (err error) {
		places, err = readPlaces(ctx, tx)
		return err
	})
	return places, err
}

func readPlaces(ctx context.Context, tx *sql.Tx) (places []*dispatch.Place, err error) {
	err = eachRow(ctx, tx, `SELECT id, name_kk, name_ru, name_en, also, lon, lat, region, origin, registered_at, changed FROM place ORDER BY id`, nil, func(rows *sql.Rows) error {
		p := &dispatch.Place{}
		var lon, lat *float64
		err := rows.Scan(&p.ID, scanText(&p.Names.Kazakh), scanText(&p.Names.Russian), scanText(&p.Names.English), scanArray(&p.Also),
			&lon, &lat, scanText(&p.Region), &p.Origin, scanTime(&p.At), &p.Changed)
		if at := point(lon, lat); at != nil {
			p.Location = *at
		} else {
			p.Removed, p.Location = true, orb.Point{}
		}
		places = append(places, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: places: %w", err)
	}
	return places, nil
}

// place writes a place. One that was removed has no location.
func (w *writer) place(p *dispatch.Place) error {
	also, err := jsonArray(p.Also)
	if err != nil {
		return err
	}
	var lon, lat any
	if !p.Removed {
		lon, lat = p.Location[0], p.Location[1]
	}
	return w.exec(`INSERT INTO place (id, name_kk, name_ru, name_en, also, lon, lat, region, origin, registered_at, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name_kk = excluded.name_kk, name_ru = excluded.name_ru, name_en = excluded.name_en, also = excluded.also,
			lon = excluded.lon, lat = excluded.lat, region = excluded.region, origin = excluded.origin,
			registered_at = excluded.registered_at, changed = excluded.changed`,
		p.ID, text(p.Names.Kazakh), text(p.Names.Russian), text(p.Names.English), also, lon, lat, text(p.Region), string(p.Origin), milliseconds(p.At), p.Changed)
}
