package postgres

import "github.com/izdeu/izdeu/dispatch"

const (
	decisionColumns = `decision (case_key, seq, at, candidates)`
	insertNote      = `INSERT INTO note (case_key, seq, audience, actor, at, text, team_id)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])`
)

func (w *writer) addEvent(e *dispatch.Event) {
	w.event.int(e.Sequence).int(e.At.UnixMilli()).string(string(e.Type)).number(e.Case).number(int64(e.Team)).string(string(e.Data()))
}

func (w *writer) addDecision(d *dispatch.Decision) error {
	candidates, err := d.MarshalBinary()
	if err != nil {
		return refused("%w", err)
	}
	w.decision.int(d.Case).int(d.Sequence).int(d.At.UnixMilli()).bytes(candidates)
	return nil
}

func (w *writer) addNote(n *dispatch.Note) {
	w.note.int(n.Case).int(n.Sequence).string(string(n.Audience)).text(n.Actor).int(n.At.UnixMilli()).string(n.Text).text(n.TeamID)
}
