package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// Teams gives all teams with position and load, in the order of their ids.
func (s *Store) Teams(ctx context.Context) ([]dispatch.TeamState, error) {
	var states []dispatch.TeamState
	err := s.reading(ctx, func(tx pgx.Tx) error {
		teams, err := readTeams(ctx, tx, "id")
		if err != nil {
			return err
		}
		positions, err := readPositions(ctx, tx, -1)
		if err != nil {
			return err
		}
		newest := make(map[string]*dispatch.TeamPosition, len(positions))
		for i := range positions {
			newest[positions[i].TeamID] = &positions[i]
		}
		live := make(map[int32]int, len(teams))
		if err := eachRow(ctx, tx, loadOfTeams, nil, func(rows pgx.Rows) error {
			var key int32
			var n int
			err := rows.Scan(&key, &n)
			live[key] = n
			return err
		}); err != nil {
			return fmt.Errorf("postgres: load of the teams: %w", err)
		}
		for _, team := range teams {
			states = append(states, dispatch.TeamState{Team: team, Position: newest[team.ID], Live: live[team.Key]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return states, nil
}

const loadOfTeams = `SELECT team_key, count(*) FROM assignment WHERE slot > 0 GROUP BY team_key`

func readTeams(ctx context.Context, q querier, order string) (teams []*dispatch.Team, err error) {
	err = eachRow(ctx, q, `SELECT key, id, organisation, branch, name, lon, lat, kinds, skills, members, capacity, range_km, answers,
		contacts, registered_at, region, available, until, available_at, changed, detail, standing FROM team ORDER BY `+order, nil, func(rows pgx.Rows) error {
		t := &dispatch.Team{}
		err := rows.Scan(&t.Key, &t.ID, scanText(&t.Organisation), scanText(&t.Branch), scanText(&t.Name), &t.Base[0], &t.Base[1],
			scanArray(&t.Kinds), scanArray(&t.Skills), &t.Members, &t.Capacity, &t.RangeKM, &t.Answers, scanArray(&t.Contacts),
			scanTime(&t.At), scanText(&t.Region), &t.Available, scanTime(&t.Until), scanTime(&t.AvailableAt), &t.Changed,
			scanJSON(&t.TeamDetail), scanJSON(&t.TeamStanding))
		teams = append(teams, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("postgres: teams: %w", err)
	}
	return teams, nil
}

func readPositions(ctx context.Context, q querier, after int64) (positions []dispatch.TeamPosition, err error) {
	err = eachRow(ctx, q, `SELECT team_id, lon, lat, at, accuracy_m, counter FROM team_position WHERE counter > $1 ORDER BY team_id`, []any{after}, func(rows pgx.Rows) error {
		var p dispatch.TeamPosition
		err := rows.Scan(&p.TeamID, &p.Position[0], &p.Position[1], scanTime(&p.At), &p.AccuracyM, &p.Counter)
		positions = append(positions, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("postgres: positions: %w", err)
	}
	return positions, nil
}

// PositionsAfter gives the newest positions of the teams that moved after a counter.
func (s *Store) PositionsAfter(ctx context.Context, counter int64) ([]dispatch.TeamPosition, error) {
	positions, err := readPositions(ctx, s.pool, counter)
	return positions, interpretError(err)
}

// Coordinators gives all coordinators, in the order of their ids.
func (s *Store) Coordinators(ctx context.Context) ([]*dispatch.Coordinator, error) {
	coordinators, err := readCoordinators(ctx, s.pool)
	return coordinators, interpretError(err)
}

func readCoordinators(ctx context.Context, q querier) (coordinators []*dispatch.Coordinator, err error) {
	err = eachRow(ctx, q, `SELECT id, regions, detail, registered_at, changed FROM coordinator ORDER BY id`, nil, func(rows pgx.Rows) error {
		c := &dispatch.Coordinator{}
		var detail coordinatorDetail
		err := rows.Scan(&c.ID, scanArray(&c.Regions), scanJSON(&detail), scanTime(&c.At), &c.Changed)
		c.Name, c.Contacts, c.Language, c.Duty = detail.Name, detail.Contacts, detail.Language, detail.Duty
		coordinators = append(coordinators, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("postgres: coordinators: %w", err)
	}
	return coordinators, nil
}
