package sqlite

import "github.com/izdeu/izdeu/dispatch"

func (w *writer) event(e *dispatch.Event) error {
	return w.rows.event.add(e.Sequence, e.At.UnixMilli(), string(e.Type), number(e.Case), number(e.Team), string(e.Data()))
}

func (w *writer) decision(d *dispatch.Decision) error {
	candidates, err := d.MarshalBinary()
	if err != nil {
		return refused("%w", err)
	}
	return w.rows.decision.add(d.Case, d.Sequence, d.At.UnixMilli(), candidates)
}

func (w *writer) note(n *dispatch.Note) error {
	return w.exec(`INSERT INTO note (case_key, seq, audience, actor, at, text, team_id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		n.Case, n.Sequence, string(n.Audience), text(n.Actor), n.At.UnixMilli(), n.Text, text(n.TeamID))
}
