package sqlite

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// A member's case, number, assignment and id never change.
const upsertMember = `INSERT INTO member (case_key, n, assignment, id, name, phone, minor, answer, eta_at, seats, answered_at, coming_at,
	arrived_at, home_at, served_ms, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (case_key, n) DO UPDATE SET name = excluded.name, phone = excluded.phone, minor = excluded.minor, answer = excluded.answer,
		eta_at = excluded.eta_at, seats = excluded.seats, answered_at = excluded.answered_at, coming_at = excluded.coming_at,
		arrived_at = excluded.arrived_at, home_at = excluded.home_at, served_ms = excluded.served_ms, changed = excluded.changed`

func (w *writer) members(c *dispatch.Case, base int64) error {
	for i := range c.Members {
		m := &c.Members[i]
		if m.Changed <= base {
			continue
		}
		if err := w.exec(upsertMember, c.Key, int64(m.N), int64(m.Assignment), m.ID, text(m.Name), text(m.Phone), truth(m.Minor), string(m.Answer),
			milliseconds(m.ETAAt), number(m.Seats), milliseconds(m.AnsweredAt), milliseconds(m.ComingAt), milliseconds(m.ArrivedAt),
			milliseconds(m.HomeAt), number(m.Served.Milliseconds()), m.Changed); err != nil {
			return fmt.Errorf("%d: %w", m.N, err)
		}
	}
	return nil
}

func (l *caseLoader) members() error {
	return l.each("member", `case_key, n, assignment, id, name, phone, minor, answer, eta_at, seats, answered_at, coming_at, arrived_at,
		home_at, served_ms, changed`, "case_key", "case_key, n", func(rows *sql.Rows) error {
		var key, served int64
		var m dispatch.Member
		if err := rows.Scan(&key, &m.N, &m.Assignment, &m.ID, scanText(&m.Name), scanText(&m.Phone), &m.Minor, &m.Answer, scanTime(&m.ETAAt),
			scanNumber(&m.Seats), scanTime(&m.AnsweredAt), scanTime(&m.ComingAt), scanTime(&m.ArrivedAt), scanTime(&m.HomeAt),
			scanNumber(&served), &m.Changed); err != nil {
			return err
		}
		m.Served = time.Duration(served) * time.Millisecond
		c, err := l.of(key)
		if err == nil {
			c.Members = append(c.Members, m)
		}
		return err
	})
}
