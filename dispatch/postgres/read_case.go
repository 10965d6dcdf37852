package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	activeCases = `SELECT key FROM cases WHERE active`
	// namedCases takes the keys as one array.
	namedCases = `SELECT unnest($1::bigint[])`
)

// Cases gives cases by key, in the order of the keys given; unknown ones are left out.
func (s *Store) Cases(ctx context.Context, keys []int64) (cases []*dispatch.Case, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var found []*dispatch.Case
	err = s.reading(ctx, func(tx pgx.Tx) error {
		found, err = loadCases(ctx, tx, namedCases, keys)
		return err
	})
	if err != nil {
		return nil, err
	}
	byKey := make(map[int64]*dispatch.Case, len(found))
	for _, c := range found {
		byKey[c.Key] = c
	}
	cases = make([]*dispatch.Case, 0, len(found))
	for _, key := range keys {
		if c := byKey[key]; c != nil {
			cases = append(cases, c)
			delete(byKey, key)
		}
	}
	return cases, nil
}

// loadCases gives whole cases by key: a query for each table, not for each
// case, and all of them in one round trip.
func loadCases(ctx context.Context, tx pgx.Tx, chosen string, arguments ...any) ([]*dispatch.Case, error) {
	l := &caseLoader{chosen: chosen, arguments: arguments, byKey: map[int64]*dispatch.Case{}}
	for _, queue := range []func(){l.rows, l.applications, l.subjects, l.assignments, l.sealed, l.members, l.personal} {
		queue()
	}
	if err := tx.SendBatch(ctx, &l.batch).Close(); err != nil {
		return nil, fmt.Errorf("postgres: cases: %w", err)
	}
	return l.cases, nil
}

type caseLoader struct {
	batch     pgx.Batch
	chosen    string
	arguments []any
	cases     []*dispatch.Case
	byKey     map[int64]*dispatch.Case
}

// each queues a query over a table for the chosen cases; scan reads one row.
func (l *caseLoader) each(table, columns, key, order string, scan func(pgx.Rows) error) {
	l.batch.Queue(`SELECT `+columns+` FROM `+table+` WHERE `+key+` IN (`+l.chosen+`) ORDER BY `+order, l.arguments...).
		Query(func(rows pgx.Rows) error {
			if err := scanAll(rows, scan); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
			return nil
		})
}

func (l *caseLoader) rows() {
	l.each("cases", `key, id, number, kind, status, urgency, call_out, exercise, region, regions, lon, lat, accuracy_m, opened_at,
		teams_needed, changed, incident, ended_at, suspended_at, unanswered_at, lead_team, detail`, "key", "key", func(rows pgx.Rows) error {
		c := &dispatch.Case{}
		var lon, lat *float64
		var regions string
		var detail caseDetail
		if err := rows.Scan(&c.Key, &c.ID, &c.Number, &c.Kind, &c.Status, &c.Urgency, &c.CallOut, &c.Exercise, scanText(&c.Region),
			scanText(&regions), &lon, &lat, &c.AccuracyM, scanTime(&c.OpenedAt), &c.Needs.Teams, &c.Changed, scanText(&c.Incident),
			scanTime(&c.EndedAt), scanTime(&c.SuspendedAt), scanTime(&c.UnansweredAt), scanText(&c.LeadTeam), scanJSON(&detail)); err != nil {
			return err
		}
		if regions != "" {
			c.Regions = strings.Split(regions, " ")
		}
		c.Location = point(lon, lat)
		c.Needs.Skills, c.Needs.AtMost, c.CaseDetail = detail.Skills, detail.AtMost, detail.CaseDetail
		l.cases = append(l.cases, c)
		l.byKey[c.Key] = c
		return nil
	})
}

// of gives the case that a row belongs to; a row without its case is damage.
func (l *caseLoader) of(key int64) (*dispatch.Case, error) {
	if c := l.byKey[key]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("a row belongs to case %d, which does not exist; run izdeu verify", key)
}

func (l *caseLoader) applications() {
	l.each("application", `case_key, key, identity, system, id, original_id, reference, kind, filed_at, received_at, revision,
		body_hash, changed`, "case_key", "case_key, key", func(rows pgx.Rows) error {
		var key int64
		var a dispatch.Application
		if err := rows.Scan(&key, &a.Key, scanHash(a.Identity[:]), &a.System, &a.ID, scanText(&a.OriginalID), scanText(&a.Reference),
			&a.Kind, scanTime(&a.FiledAt), scanTime(&a.ReceivedAt), &a.Revision, scanHash(a.BodyHash[:]), &a.Changed); err != nil {
			return err
		}
		c, err := l.of(key)
		if err == nil {
			c.Applications = append(c.Applications, a)
		}
		return err
	})
}

func (l *caseLoader) subjects() {
	l.each("subject", `case_key, n, id, sex, age, category, last_seen_at, changed, outcome, condition, found_by, confirmed_by,
		identity, reason, people, outcome_at, moved_to`, "case_key", "case_key, n", func(rows pgx.Rows) error {
		var key int64
		var s dispatch.Subject
		var o dispatch.SubjectOutcome
		if err := rows.Scan(&key, &s.N, &s.ID, scanText(&s.Sex), &s.Age, scanText(&s.Category), scanTime(&s.LastSeenAt), &s.Changed,
			scanText(&o.Outcome), scanText(&o.Condition), scanText(&o.FoundBy), scanText(&o.ConfirmedBy), scanText(&o.Identity),
			scanText(&o.Reason), scanNumber(&o.People), scanTime(&o.At), scanNumber(&s.MovedTo)); err != nil {
			return err
		}
		if o.Outcome != dispatch.OutcomeOpen {
			s.Outcome = &o
		}
		c, err := l.of(key)
		if err == nil {
			c.Subjects = append(c.Subjects, s)
		}
		return err
	})
}

func (l *caseLoader) assignments() {
	l.each("assignment LEFT JOIN team ON team.key = team_key", `case_key, n, team_key, team.id, round, status, slot, distance_m,
		position_at, rings, by_hand, created, slot_changed, assignment.changed, offered_at, answer_by, answered_at, eta_at, en_route_at,
		on_scene_at, standing_down_at, acknowledged_at, finished_at, people, people_returned, words, assignment.detail`, "case_key", "case_key, n", func(rows pgx.Rows) error {
		var key int64
		var a dispatch.Assignment
		if err := rows.Scan(&key, &a.N, &a.Team, scanText(&a.TeamID), &a.Round, &a.Status, &a.Slot, &a.DistanceM, scanTime(&a.PositionAt),
			&a.Rings, &a.ByHand, &a.Created, &a.SlotChanged, &a.Changed, scanTime(&a.OfferedAt), scanTime(&a.AnswerBy),
			scanTime(&a.AnsweredAt), scanTime(&a.ETAAt), scanTime(&a.EnRouteAt), scanTime(&a.OnSceneAt), scanTime(&a.StandingDownAt),
			scanTime(&a.AcknowledgedAt), scanTime(&a.FinishedAt), scanNumber(&a.People), scanNumber(&a.PeopleReturned), scanText(&a.Words), scanJSON(&a.AssignmentDetail)); err != nil {
			return err
		}
		c, err := l.of(key)
		if err == nil {
			c.Assignments = append(c.Assignments, a)
		}
		return err
	})
}

func (l *caseLoader) sealed() {
	l.each("sealed_outcome", `case_key, data, changed`, "case_key", "case_key, n", func(rows pgx.Rows) error {
		var key int64
		var o dispatch.SealedOutcome
		if err := rows.Scan(&key, scanJSON(&o), &o.Changed); err != nil {
			return err
		}
		c, err := l.of(key)
		if err == nil {
			c.Sealed = append(c.Sealed, o)
		}
		return err
	})
}

func (l *caseLoader) personal() {
	l.each("personal", `case_key, data, changed`, "case_key", "case_key", func(rows pgx.Rows) error {
		var key int64
		var p dispatch.Personal
		if err := rows.Scan(&key, scanJSON(&p), &p.Changed); err != nil {
			return err
		}
		c, err := l.of(key)
		if err == nil {
			c.Personal = p
		}
		return err
	})
}
