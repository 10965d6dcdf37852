package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// maximumList bounds a list of keys for which no limit was given.
const maximumList = 10_000

// CaseList gives the keys of matching cases, newest first.
func (s *Store) CaseList(ctx context.Context, filter dispatch.CaseFilter) ([]int64, error) {
	query, arguments := caseQuery(filter)
	keys, err := s.keys(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("postgres: list of cases: %w", err)
	}
	return keys, nil
}

// caseQuery goes through the cases from the newest, or through the active ones
// when only those can match, and stops at the limit.
func caseQuery(filter dispatch.CaseFilter) (query string, arguments []any) {
	var conditions []string
	// add puts the number of the argument where the condition has a %d.
	add := func(condition string, argument any) {
		arguments = append(arguments, argument)
		conditions = append(conditions, fmt.Sprintf(condition, len(arguments)))
	}
	if len(filter.Statuses) > 0 {
		add(`status = ANY($%d::text[])`, texts(filter.Statuses))
		if !slices.ContainsFunc(filter.Statuses, func(s dispatch.Status) bool { return !s.Open() && s != dispatch.StatusEnded }) {
			conditions = append(conditions, `active`) // says the same once more, for the index
		}
	}
	if len(filter.Kinds) > 0 {
		add(`kind = ANY($%d::text[])`, texts(filter.Kinds))
	}
	if len(filter.Regions) > 0 {
		// A case without a region has the empty one; string_to_array('') would give none.
		add(`CASE WHEN regions IS NULL THEN ARRAY[''] ELSE string_to_array(regions, ' ') END && $%d::text[]`, filter.Regions)
	}
	if len(filter.Teams) > 0 {
		add(`EXISTS (SELECT 1 FROM assignment JOIN team ON team.key = team_key
			WHERE case_key = cases.key AND team.id = ANY($%d::text[]) AND assignment.status <> 'withdrawn')`, filter.Teams)
	}
	if len(filter.Systems) > 0 {
		add(`EXISTS (SELECT 1 FROM application WHERE case_key = cases.key AND system = ANY($%d::text[]))`, filter.Systems)
	}
	switch filter.Owner {
	case "":
	case dispatch.OwnerNone:
		conditions = append(conditions, `detail->>'owner' IS NULL`)
	default:
		add(`detail->>'owner' = $%d`, filter.Owner)
	}
	if filter.Text != "" {
		add(`EXISTS (SELECT 1 FROM personal WHERE case_key = cases.key AND strpos(search, $%d) > 0)`, strings.ToLower(filter.Text))
	}
	if !filter.From.IsZero() {
		add(`opened_at >= $%d`, filter.From.UnixMilli())
	}
	if !filter.To.IsZero() {
		add(`opened_at < $%d`, filter.To.UnixMilli())
	}
	if filter.Before > 0 {
		add(`key < $%d`, filter.Before)
	}
	query = `SELECT key FROM cases`
	if len(conditions) > 0 {
		query += ` WHERE ` + strings.Join(conditions, ` AND `)
	}
	limit := filter.Limit
	if limit <= 0 || limit > maximumList {
		limit = maximumList
	}
	arguments = append(arguments, limit)
	return query + fmt.Sprintf(` ORDER BY key DESC LIMIT $%d`, len(arguments)), arguments
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

const boardCases = `SELECT key FROM cases WHERE active
	UNION ALL SELECT key FROM cases WHERE ended_at > $1 AND NOT active
	ORDER BY key DESC LIMIT $2`

// BoardCases gives the keys of active cases and of those that ended after the
// time; newest first, at most limit.
func (s *Store) BoardCases(ctx context.Context, endedAfter time.Time, limit int) ([]int64, error) {
	keys, err := s.keys(ctx, boardCases, endedAfter.UnixMilli(), limit)
	if err != nil {
		return nil, fmt.Errorf("postgres: cases of the board: %w", err)
	}
	return keys, nil
}

func (s *Store) keys(ctx context.Context, query string, arguments ...any) (keys []int64, err error) {
	err = eachRow(ctx, s.pool, query, arguments, func(rows pgx.Rows) error {
		var key int64
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return nil, interpretError(err)
	}
	return keys, nil
}
