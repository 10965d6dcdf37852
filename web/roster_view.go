package web

import (
	"math"

	"github.com/izdeu/izdeu/dispatch"
)

// appendRoster appends how the members of an assignment stand, and, for those
// who may see them, who they are.
func appendRoster(b []byte, c *dispatch.Case, a *dispatch.Assignment, names bool) []byte {
	if len(c.Members) == 0 {
		return b
	}
	open := false
	for i := range c.Members {
		m := &c.Members[i]
		if m.Assignment != a.N {
			continue
		}
		if !open {
			open = true
			r := c.Roster(a.N)
			b = append(name(b, "roster"), '{')
			b = whole(b, "coming", int64(r.Coming))
			b = whole(b, "seats", int64(r.Seats))
			b = whole(b, "arrived", int64(r.Arrived))
			b = whole(b, "home", int64(r.Home))
			b = append(whole(b, "not_back", int64(r.NotBack())), '}')
			if !names {
				return b
			}
			b = append(name(b, "members"), '[')
		}
		b = append(comma(b), '{')
		b = quote(name(b, "id"), m.ID)
		b = text(b, "name", m.Name)
		b = text(b, "phone", m.Phone)
		b = flag(b, "minor", m.Minor)
		b = text(b, "answer", string(m.Answer))
		b = moment(b, "eta_at", m.ETAAt)
		b = positive(b, "seats", m.Seats)
		b = moment(b, "answered_at", m.AnsweredAt)
		b = moment(b, "coming_at", m.ComingAt)
		b = moment(b, "arrived_at", m.ArrivedAt)
		b = moment(b, "home_at", m.HomeAt)
		if hours := math.Round(m.Served.Hours()*100) / 100; hours > 0 {
			b = decimal(b, "hours", hours)
		}
		b = append(b, '}')
	}
	if open {
		b = append(b, ']')
	}
	return b
}
