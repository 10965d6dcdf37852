package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

const upsertPlace = `INSERT INTO place (id, name_kk, name_ru, name_en, also, lon, lat, region, origin, registered_at, changed)
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::float8[], $7::float8[], $8::text[], $9::text[],
		$10::bigint[], $11::bigint[])
	ON CONFLICT (id) DO UPDATE SET name_kk = excluded.name_kk, name_ru = excluded.name_ru, name_en = excluded.name_en, also = excluded.also,
		lon = excluded.lon, lat = excluded.lat, region = excluded.region, origin = excluded.origin,
		registered_at = excluded.registered_at, changed = excluded.changed`

// addPlace writes a place. One that was removed has no location.
func (w *writer) addPlace(p *dispatch.Place) error {
	also, err := array(p.Also)
	if err != nil {
		return err
	}
	w.place.string(p.ID).text(p.Names.Kazakh).text(p.Names.Russian).text(p.Names.English).json(also)
	if p.Removed {
		w.place.null().null()
	} else {
		w.place.float(p.Location.Lon()).float(p.Location.Lat())
	}
	w.place.text(p.Region).string(string(p.Origin)).time(p.At).int(p.Changed)
	return nil
}

// Places gives all places, in the order of their ids.
func (s *Store) Places(ctx context.Context) ([]*dispatch.Place, error) {
	places, err := readPlaces(ctx, s.pool)
	return places, interpretError(err)
}

func readPlaces(ctx context.Context, q querier) (places []*dispatch.Place, err error) {
	err = eachRow(ctx, q, `SELECT id, name_kk, name_ru, name_en, also, lon, lat, region, origin, registered_at, changed FROM place ORDER BY id`, nil, func(rows pgx.Rows) error {
		p := &dispatch.Place{}
		var lon, lat *float64
		err := rows.Scan(&p.ID, scanText(&p.Names.Kazakh), scanText(&p.Names.Russian), scanText(&p.Names.English), scanArray(&p.Also),
			&lon, &lat, scanText(&p.Region), &p.Origin, scanTime(&p.At), &p.Changed)
		if at := point(lon, lat); at != nil {
			p.Location = *at
		} else {
			p.Removed = true
		}
		places = append(places, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("postgres: places: %w", err)
	}
	return places, nil
}
