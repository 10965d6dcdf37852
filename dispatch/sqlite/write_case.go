package sqlite

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/izdeu/izdeu/dispatch"
)

// rowStatements are those of the hot path.
type rowStatements struct {
	newCase, newApplication, newSubject, newPersonal, newAssignment, decision, event *rows

	updateCase, application, subject, sealed, personal, assignment, clearSlot, eventTime *statement
}

// forget drops rows that a batch has left which failed.
func (r *rowStatements) forget() {
	for _, added := range []*rows{r.newCase, r.newApplication, r.newSubject, r.newPersonal, r.newAssignment, r.decision, r.event} {
		added.values = added.values[:0]
	}
}

func (w *writer) prepareHotPath() error {
	r := &w.rows
	for _, s := range []struct {
		into  **rows
		table string
	}{
		{&r.newCase, "cases " + caseColumns}, {&r.newApplication, "application " + applicationColumns}, {&r.newSubject, "subject " + newSubjectColumns},
		{&r.newPersonal, "personal " + personalColumns}, {&r.newAssignment, "assignment " + newAssignmentColumns},
		{&r.decision, "decision (case_key, seq, at, candidates)"}, {&r.event, "journal (seq, at, type, case_key, team_key, data)"},
	} {
		var err error
		if *s.into, err = w.prepareRows(s.table); err != nil {
			return err
		}
	}
	for _, s := range []struct {
		into  **statement
		query string
	}{
		{&r.updateCase, upsertCase},
		{&r.application, upsertApplication},
		{&r.subject, upsertSubject},
		{&r.sealed, upsertSealed},
		{&r.personal, upsertPersonal},
		{&r.assignment, upsertAssignment}, {&r.clearSlot, clearSlot},
		{&r.eventTime, `SELECT at FROM journal WHERE seq = ?`},
	} {
		var err error
		if *s.into, err = w.prepare(s.query); err != nil {
			return err
		}
	}
	return nil
}

const (
	caseColumns = `(key, id, number, kind, status, urgency, call_out, active, exercise, region, regions, lon, lat,
		accuracy_m, opened_at, teams_needed, changed, incident, ended_at, suspended_at, unanswered_at, lead_team, detail)`
	// id, number, kind and opened_at never change.
	upsertCase = `INSERT INTO cases ` + caseColumns + ` VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET status = excluded.status, urgency = excluded.urgency, call_out = excluded.call_out,
		active = excluded.active, exercise = excluded.exercise, region = excluded.region, regions = excluded.regions,
		lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m, teams_needed = excluded.teams_needed,
		changed = excluded.changed, incident = excluded.incident, ended_at = excluded.ended_at, suspended_at = excluded.suspended_at,
		unanswered_at = excluded.unanswered_at, lead_team = excluded.lead_team, detail = excluded.detail`
)

// caseDetail is what no query asks for.
type caseDetail struct {
	Skills []string `json:"skills,omitempty"`
	AtMost *int     `json:"at_most,omitempty"`
	dispatch.CaseDetail
}

// detailText gives what no query asks for as JSON; nil when there is nothing.
func detailText[T any](value T) (any, error) {
	if reflect.ValueOf(&value).Elem().IsZero() {
		return nil, nil // most are: not worth the encoder's walk
	}
	data, err := json.Marshal(value)
	switch {
	case err != nil:
		return nil, refused("%w", err)
	case string(data) == "{}":
		return nil, nil
	}
	return string(data), nil
}

func (w *writer) caseRow(c *dispatch.Case, base int64) error {
	// A team that comes home ends a case's stay in memory without another
	// change of its own row, hence by any assignment too.
	changed := c.Changed > base
	for i := range c.Assignments {
		changed = changed || c.Assignments[i].Changed > base
	}
	if !changed {
		return nil
	}
	var lon, lat any
	if c.Location != nil {
		lon, lat = c.Location.Lon(), c.Location.Lat()
	}
	detail, err := detailText(caseDetail{c.Needs.Skills, c.Needs.AtMost, c.CaseDetail})
	if err != nil {
		return err
	}
	write := w.rows.newCase.add
	if c.Key <= base {
		write = w.rows.updateCase.exec
	}
	return write(c.Key, c.ID, c.Number, string(c.Kind), string(c.Status), string(c.Urgency), string(c.CallOut), truth(c.Active()),
		truth(c.Exercise), text(c.Region), text(strings.Join(c.Regions, " ")), lon, lat, c.AccuracyM, c.OpenedAt.UnixMilli(),
		int64(c.Needs.Teams), c.Changed, text(c.Incident), milliseconds(c.EndedAt), milliseconds(c.SuspendedAt),
		milliseconds(c.UnansweredAt), text(c.LeadTeam), detail)
}

const applicationColumns = `(case_key, key, identity, system, id, original_id, reference, kind, filed_at, received_at, revision, body_hash, changed)`

// An application keeps its identity and its key; an amendment changes the rest,
// and a merge or a split its case. Under another key the identity is refused:
// an application is filed once.
const upsertApplication = `INSERT INTO application ` + applicationColumns + ` VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (identity) DO UPDATE SET case_key = excluded.case_key, original_id = excluded.original_id, reference = excluded.reference,
		kind = excluded.kind, filed_at = excluded.filed_at, received_at = excluded.received_at, revision = excluded.revision, body_hash = excluded.body_hash, changed = excluded.changed
	WHERE application.key = excluded.key`

func (w *writer) applications(c *dispatch.Case, base int64) error {
	for i := range c.Applications {
		a := &c.Applications[i]
		if a.Changed <= base {
			continue
		}
		values := []any{c.Key, a.Key, a.Identity[:], a.System, a.ID, text(a.OriginalID), text(a.Reference),
			string(a.Kind), milliseconds(a.FiledAt), milliseconds(a.ReceivedAt), a.Revision, a.BodyHash[:], a.Changed}
		if a.Key > base {
			if err := w.rows.newApplication.add(values...); err != nil {
				return err
			}
			continue
		}
		written, err := w.rows.application.affected(values...)
		if err == nil && written != 1 {
			err = refused("an application is of another case already")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	newSubjectColumns = `(case_key, n, id, sex, age, category, last_seen_at, changed)`
	upsertSubject     = `INSERT INTO subject (case_key, n, id, sex, age, category, last_seen_at, changed, outcome, condition, found_by,
		confirmed_by, identity, reason, people, outcome_at, moved_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (case_key, n) DO UPDATE SET id = excluded.id, sex = excluded.sex, age = excluded.age, category = excluded.category,
			last_seen_at = excluded.last_seen_at, changed = excluded.changed, outcome = excluded.outcome, condition = excluded.condition,
			found_by = excluded.found_by, confirmed_by = excluded.confirmed_by, identity = excluded.identity, reason = excluded.reason,
			people = excluded.people, outcome_at = excluded.outcome_at, moved_to = excluded.moved_to`
)

func (w *writer) subjects(c *dispatch.Case, base int64) error {
	for i := range c.Subjects {
		s := &c.Subjects[i]
		if s.Changed <= base {
			continue
		}
		var age any
		if s.Age != nil {
			age = int64(*s.Age)
		}
		var err error
		if c.Key > base && s.Outcome == nil && s.MovedTo == 0 {
			err = w.rows.newSubject.add(c.Key, int64(s.N), s.ID, text(s.Sex), age, text(s.Category), milliseconds(s.LastSeenAt), s.Changed)
		} else {
			var o dispatch.SubjectOutcome
			if s.Outcome != nil {
				if o = *s.Outcome; o.Outcome == dispatch.OutcomeOpen {
					return refused("the outcome of subject %d is empty", s.N)
				}
			}
			err = w.rows.subject.exec(c.Key, int64(s.N), s.ID, text(s.Sex), age, text(s.Category), milliseconds(s.LastSeenAt), s.Changed,
				text(o.Outcome), text(o.Condition), text(o.FoundBy), text(o.ConfirmedBy), text(o.Identity), text(o.Reason), number(o.People), milliseconds(o.At), number(s.MovedTo))
		}
		if err != nil {
			return fmt.Errorf("%d: %w", s.N, err)
		}
	}
	return nil
}

const upsertSealed = `INSERT INTO sealed_outcome (case_key, n, subject, outcome, recorded_at, released_at, data, changed)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (case_key, n) DO UPDATE SET subject = excluded.subject, outcome = excluded.outcome, recorded_at = excluded.recorded_at,
		released_at = excluded.released_at, data = excluded.data, changed = excluded.changed`

func (w *writer) sealed(c *dispatch.Case, base int64) error {
	for i := range c.Sealed {
		o := &c.Sealed[i]
		if o.Changed <= base {
			continue
		}
		data, err := json.Marshal(o)
		if err != nil {
			return refused("%w", err)
		}
		if err := w.rows.sealed.exec(c.Key, int64(i+1), int64(o.Subject), string(o.Outcome.Outcome), milliseconds(o.RecordedAt),
			milliseconds(o.ReleasedAt), string(data), o.Changed); err != nil {
			return err
		}
	}
	return nil
}

const personalColumns = `(case_key, changed, search, data)`

const upsertPersonal = `INSERT INTO personal ` + personalColumns + ` VALUES (?, ?, ?, ?)
	ON CONFLICT (case_key) DO UPDATE SET changed = excluded.changed, search = excluded.search, data = excluded.data`

func (w *writer) personal(c *dispatch.Case, base int64) error {
	changed := c.Personal.Changed > base
	for i := range c.Applications { // its id and reference are searched for
		changed = changed || c.Applications[i].Changed > base
	}
	if !changed {
		return nil
	}
	data, err := json.Marshal(&c.Personal)
	if err != nil {
		return refused("%w", err)
	}
	write := w.rows.newPersonal.add
	if c.Key <= base {
		write = w.rows.personal.exec
	}
	return write(c.Key, c.Personal.Changed, c.SearchText(), string(data))
}
