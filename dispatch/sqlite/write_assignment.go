package sqlite

import (
	"fmt"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// newAssignmentColumns are those of an offer that was just made, and maybe accepted at once.
	newAssignmentColumns = `(case_key, n, team_key, round, status, slot, distance_m, position_at, rings, by_hand,
		created, slot_changed, changed, offered_at, answer_by, answered_at, detail)`
	upsertAssignment = `INSERT INTO assignment (case_key, n, team_key, round, status, slot, distance_m, position_at, rings, by_hand,
		created, slot_changed, changed, offered_at, answer_by, answered_at, eta_at, en_route_at, on_scene_at, standing_down_at,
		acknowledged_at, finished_at, people, people_returned, words, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (case_key, n) DO UPDATE SET team_key = excluded.team_key, round = excluded.round, status = excluded.status,
			slot = excluded.slot, distance_m = excluded.distance_m, position_at = excluded.position_at, rings = excluded.rings,
			by_hand = excluded.by_hand, created = excluded.created, slot_changed = excluded.slot_changed, changed = excluded.changed,
			offered_at = excluded.offered_at, answer_by = excluded.answer_by, answered_at = excluded.answered_at,
			eta_at = excluded.eta_at, en_route_at = excluded.en_route_at, on_scene_at = excluded.on_scene_at,
			standing_down_at = excluded.standing_down_at, acknowledged_at = excluded.acknowledged_at,
			finished_at = excluded.finished_at, people = excluded.people, people_returned = excluded.people_returned, words = excluded.words,
			detail = excluded.detail`
	clearSlot = `UPDATE assignment SET slot = 0 WHERE case_key = ? AND n = ?`
)

// A slot that one case gives back may be taken by another in the same batch,
// and unique indexes are checked row by row. So the rows without a slot are
// written first, then rows that change their slot give up the old one, then
// the rows with a slot are written.

func (w *writer) assignmentsWithoutSlot(c *dispatch.Case, base int64) error {
	return w.assignments(c, base, func(a *dispatch.Assignment) bool { return a.Slot == 0 })
}

func (w *writer) assignmentsWithSlot(c *dispatch.Case, base int64) error {
	return w.assignments(c, base, func(a *dispatch.Assignment) bool { return a.Slot != 0 })
}

func (w *writer) clearSlots(c *dispatch.Case, base int64) error {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Slot > 0 && a.SlotChanged > base && a.Created <= base {
			if err := w.rows.clearSlot.exec(c.Key, int64(a.N)); err != nil {
				return fmt.Errorf("%d: %w", a.N, err)
			}
		}
	}
	return nil
}

func (w *writer) assignments(c *dispatch.Case, base int64, chosen func(*dispatch.Assignment) bool) error {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Changed <= base || !chosen(a) {
			continue
		}
		detail, err := detailText(a.AssignmentDetail)
		if err != nil {
			return err
		}
		if a.Created > base && a.Status.TakesSlot() && a.ETAAt.IsZero() && a.EnRouteAt.IsZero() && a.OnSceneAt.IsZero() &&
			a.StandingDownAt.IsZero() && a.AcknowledgedAt.IsZero() && a.FinishedAt.IsZero() && a.People == 0 && a.PeopleReturned == 0 && a.Words == "" {
			err = w.rows.newAssignment.add(c.Key, int64(a.N), int64(a.Team), int64(a.Round), string(a.Status), int64(a.Slot), a.DistanceM,
				milliseconds(a.PositionAt), int64(a.Rings), truth(a.ByHand), a.Created, a.SlotChanged, a.Changed,
				milliseconds(a.OfferedAt), milliseconds(a.AnswerBy), milliseconds(a.AnsweredAt), detail)
		} else {
			err = w.rows.assignment.exec(c.Key, int64(a.N), int64(a.Team), int64(a.Round), string(a.Status), int64(a.Slot), a.DistanceM,
				milliseconds(a.PositionAt), int64(a.Rings), truth(a.ByHand), a.Created, a.SlotChanged, a.Changed,
				milliseconds(a.OfferedAt), milliseconds(a.AnswerBy), milliseconds(a.AnsweredAt), milliseconds(a.ETAAt),
				milliseconds(a.EnRouteAt), milliseconds(a.OnSceneAt), milliseconds(a.StandingDownAt), milliseconds(a.AcknowledgedAt),
				milliseconds(a.FinishedAt), number(a.People), number(a.PeopleReturned), text(a.Words), detail)
		}
		if err != nil {
			return fmt.Errorf("%d: %w", a.N, err)
		}
	}
	return nil
}
