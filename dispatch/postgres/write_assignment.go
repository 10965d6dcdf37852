package postgres

import (
	"fmt"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	assignmentColumns = `assignment (case_key, n, team_key, round, status, slot, distance_m, position_at, rings, by_hand,
		created, slot_changed, changed, offered_at, answer_by, answered_at, eta_at, en_route_at, on_scene_at, standing_down_at,
		acknowledged_at, finished_at, people, people_returned, words, detail)`
	upsertAssignment = `INSERT INTO ` + assignmentColumns + `
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::float8[], $8::bigint[],
			$9::bigint[], $10::boolean[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
			$17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[],
			$25::text[], $26::jsonb[])
		ON CONFLICT (case_key, n) DO UPDATE SET team_key = excluded.team_key, round = excluded.round, status = excluded.status,
			slot = excluded.slot, distance_m = excluded.distance_m, position_at = excluded.position_at, rings = excluded.rings,
			by_hand = excluded.by_hand, created = excluded.created, slot_changed = excluded.slot_changed, changed = excluded.changed,
			offered_at = excluded.offered_at, answer_by = excluded.answer_by, answered_at = excluded.answered_at,
			eta_at = excluded.eta_at, en_route_at = excluded.en_route_at, on_scene_at = excluded.on_scene_at,
			standing_down_at = excluded.standing_down_at, acknowledged_at = excluded.acknowledged_at,
			finished_at = excluded.finished_at, people = excluded.people, people_returned = excluded.people_returned, words = excluded.words,
			detail = excluded.detail`
	clearSlot = `UPDATE assignment SET slot = 0 FROM unnest($1::bigint[], $2::bigint[]) AS given_up (case_key, n)
		WHERE assignment.case_key = given_up.case_key AND assignment.n = given_up.n`
)

// A slot that one case gives back may be taken by another in the same batch,
// and unique indexes are checked row by row. So the rows without a slot are
// written first, then rows that change their slot give up the old one, then
// the rows with a slot are written.
func (w *writer) addAssignments(c *dispatch.Case, base int64) error {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Slot > 0 && a.SlotChanged > base && a.Created <= base {
			w.clearSlot.int(c.Key).int(int64(a.N))
		}
		if a.Changed <= base {
			continue
		}
		document, err := detail(a.AssignmentDetail)
		if err != nil {
			return fmt.Errorf("assignment %d: %w", a.N, err)
		}
		r := w.heldAssignment
		switch {
		case a.Slot == 0:
			r = w.freeAssignment
		case a.Created > base:
			r = w.newAssignment
		}
		r.int(c.Key).int(int64(a.N)).int(int64(a.Team)).int(int64(a.Round)).string(string(a.Status)).int(int64(a.Slot)).float(a.DistanceM).
			time(a.PositionAt).int(int64(a.Rings)).bool(a.ByHand).int(a.Created).int(a.SlotChanged).int(a.Changed).time(a.OfferedAt).
			time(a.AnswerBy).time(a.AnsweredAt).time(a.ETAAt).time(a.EnRouteAt).time(a.OnSceneAt).time(a.StandingDownAt).
			time(a.AcknowledgedAt).time(a.FinishedAt).number(int64(a.People)).number(int64(a.PeopleReturned)).text(a.Words).json(document)
	}
	return nil
}
