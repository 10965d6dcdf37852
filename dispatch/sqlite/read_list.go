package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// maximumList bounds a list of keys for which no limit was given.
const maximumList = 10_000

// CaseList gives the keys of matching cases, newest first.
func (s *Store) CaseList(ctx context.Context, filter dispatch.CaseFilter) ([]int64, error) {
	query, arguments := caseQuery(filter)
	keys, err := s.keys(ctx, query, arguments)
	if err != nil {
		return nil, fmt.Errorf("sqlite: list of cases: %w", err)
	}
	return keys, nil
}

// caseQuery goes through the cases from the newest, or through the active ones
// when only those can match, and stops at the limit.
func caseQuery(filter dispatch.CaseFilter) (query string, arguments []any) {
	var conditions []string
	add := func(condition string, values ...any) {
		conditions = append(conditions, condition)
		arguments = append(arguments, values...)
	}
	oneOf := func(format string, values []any) {
		if len(values) > 0 {
			add(fmt.Sprintf(format, "?"+strings.Repeat(", ?", len(values)-1)), values...)
		}
	}
	oneOf(`status IN (%s)`, anys(filter.Statuses))
	if len(filter.Statuses) > 0 && !slices.ContainsFunc(filter.Statuses, func(s dispatch.Status) bool { return !s.Open() && s != dispatch.StatusEnded }) {
		add(`active = 1`) // says the same once more, for the index
	}
	oneOf(`kind IN (%s)`, anys(filter.Kinds))
	if len(filter.Regions) > 0 {
		conditions = append(conditions, `(`+strings.TrimSuffix(strings.Repeat(`instr(' ' || coalesce(regions, '') || ' ', ?) > 0 OR `, len(filter.Regions)), " OR ")+`)`)
		for _, region := range filter.Regions {
			arguments = append(arguments, " "+region+" ")
		}
	}
	oneOf(`EXISTS (SELECT 1 FROM assignment JOIN team ON team.key = team_key
		WHERE case_key = cases.key AND team.id IN (%s) AND status <> 'withdrawn')`, anys(filter.Teams))
	oneOf(`EXISTS (SELECT 1 FROM application WHERE case_key = cases.key AND system IN (%s))`, anys(filter.Systems))
	switch filter.Owner {
	case "":
	case dispatch.OwnerNone:
		conditions = append(conditions, `json_extract(detail, '$.owner') IS NULL`)
	default:
		add(`json_extract(detail, '$.owner') = ?`, filter.Owner)
	}
	if filter.Text != "" {
		add(`EXISTS (SELECT 1 FROM personal WHERE case_key = cases.key AND instr(search, ?) > 0)`, strings.ToLower(filter.Text))
	}
	if !filter.From.IsZero() {
		add(`opened_at >= ?`, filter.From.UnixMilli())
	}
	if !filter.To.IsZero() {
		add(`opened_at < ?`, filter.To.UnixMilli())
	}
	if filter.Before > 0 {
		add(`key < ?`, filter.Before)
	}
	query = `SELECT key FROM cases`
	if len(conditions) > 0 {
		query += ` WHERE ` + strings.Join(conditions, ` AND `)
	}
	limit := filter.Limit
	if limit <= 0 || limit > maximumList {
		limit = maximumList
	}
	return query + ` ORDER BY key DESC LIMIT ?`, append(arguments, limit)
}

func anys[T ~string](values []T) []any {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

// boardCases names its index, or SQLite would rather go through all the cases
// in the order of their keys than sort the few.
const boardCases = `SELECT key FROM cases WHERE active = 1
	UNION ALL SELECT key FROM cases INDEXED BY cases_ended WHERE ended_at > ? AND active = 0
	ORDER BY key DESC LIMIT ?`

// BoardCases gives the keys of active cases and of those that ended after the
// time; newest first, at most limit.
func (s *Store) BoardCases(ctx context.Context, endedAfter time.Time, limit int) ([]int64, error) {
	keys, err := s.keys(ctx, boardCases, []any{endedAfter.UnixMilli(), limit})
	if err != nil {
		return nil, fmt.Errorf("sqlite: cases of the board: %w", err)
	}
	return keys, nil
}

func (s *Store) keys(ctx context.Context, query string, arguments []any) (keys []int64, err error) {
	rows, err := s.read.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, interpretError(err)
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, interpretError(rows.Err())
}
