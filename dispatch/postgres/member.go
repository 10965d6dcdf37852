package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

// A member's case, number, assignment and id never change.
const upsertMember = `INSERT INTO member (case_key, n, assignment, id, name, phone, minor, answer, eta_at, seats, answered_at, coming_at,
	arrived_at, home_at, served_ms, changed)
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::bigint[],
		$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
	ON CONFLICT (case_key, n) DO UPDATE SET name = excluded.name, phone = excluded.phone, minor = excluded.minor, answer = excluded.answer,
		eta_at = excluded.eta_at, seats = excluded.seats, answered_at = excluded.answered_at, coming_at = excluded.coming_at,
		arrived_at = excluded.arrived_at, home_at = excluded.home_at, served_ms = excluded.served_ms, changed = excluded.changed`

func (w *writer) addMember(c *dispatch.Case, m *dispatch.Member) {
	w.member.int(c.Key).int(int64(m.N)).int(int64(m.Assignment)).string(m.ID).text(m.Name).text(m.Phone).bool(m.Minor).string(string(m.Answer)).
		time(m.ETAAt).number(int64(m.Seats)).time(m.AnsweredAt).time(m.ComingAt).time(m.ArrivedAt).time(m.HomeAt).
		number(m.Served.Milliseconds()).int(m.Changed)
}

func (l *caseLoader) members() {
	l.each("member", `case_key, n, assignment, id, name, phone, minor, answer, eta_at, seats, answered_at, coming_at, arrived_at,
		home_at, served_ms, changed`, "case_key", "case_key, n", func(rows pgx.Rows) error {
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
