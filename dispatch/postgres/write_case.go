package postgres

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	caseColumns = `cases (key, id, number, kind, status, urgency, call_out, active, exercise, region, regions, lon, lat,
		accuracy_m, opened_at, teams_needed, changed, incident, ended_at, suspended_at, unanswered_at, lead_team, detail)`
	// id, number, kind and opened_at never change.
	upsertCase = `INSERT INTO ` + caseColumns + `
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::boolean[],
			$10::text[], $11::text[], $12::float8[], $13::float8[], $14::float8[], $15::bigint[], $16::bigint[], $17::bigint[], $18::text[],
			$19::bigint[], $20::bigint[], $21::bigint[], $22::text[], $23::jsonb[])
		ON CONFLICT (key) DO UPDATE SET status = excluded.status, urgency = excluded.urgency, call_out = excluded.call_out,
		active = excluded.active, exercise = excluded.exercise, region = excluded.region, regions = excluded.regions,
		lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m, teams_needed = excluded.teams_needed,
		changed = excluded.changed, incident = excluded.incident, ended_at = excluded.ended_at, suspended_at = excluded.suspended_at,
		unanswered_at = excluded.unanswered_at, lead_team = excluded.lead_team, detail = excluded.detail`
)

// caseDetail is what few queries ask for.
type caseDetail struct {
	Skills []string `json:"skills,omitempty"`
	AtMost *int     `json:"at_most,omitempty"`
	dispatch.CaseDetail
}

// detail gives what few queries ask for as JSON; nil when there is nothing.
func detail[T any](value T) ([]byte, error) {
	data, err := json.Marshal(value)
	switch {
	case err != nil:
		return nil, refused("%w", err)
	case string(data) == "{}":
		return nil, nil
	}
	return data, nil
}

// addCase takes those rows of a case that have changed since base.
func (w *writer) addCase(c *dispatch.Case, base int64) error {
	if err := w.addCaseRow(c, base); err != nil {
		return fmt.Errorf("row: %w", err)
	}
	for i := range c.Applications {
		if a := &c.Applications[i]; a.Changed > base {
			w.addApplication(c, a, base)
		}
	}
	for i := range c.Subjects {
		if s := &c.Subjects[i]; s.Changed > base {
			if err := w.addSubject(c, s, base); err != nil {
				return err
			}
		}
	}
	for i := range c.Sealed {
		if o := &c.Sealed[i]; o.Changed > base {
			data, err := json.Marshal(o)
			if err != nil {
				return refused("%w", err)
			}
			w.sealed.int(c.Key).int(int64(i + 1)).int(int64(o.Subject)).string(string(o.Outcome.Outcome)).time(o.RecordedAt).time(o.ReleasedAt).
				string(string(data)).int(o.Changed)
		}
	}
	for i := range c.Members {
		if m := &c.Members[i]; m.Changed > base {
			w.addMember(c, m)
		}
	}
	if err := w.addPersonal(c, base); err != nil {
		return err
	}
	return w.addAssignments(c, base)
}

func (w *writer) addCaseRow(c *dispatch.Case, base int64) error {
	// A team that comes home ends a case's stay in memory without another
	// change of its own row, hence by any assignment too.
	changed := c.Changed > base
	for i := range c.Assignments {
		changed = changed || c.Assignments[i].Changed > base
	}
	if !changed {
		return nil
	}
	document, err := detail(caseDetail{c.Needs.Skills, c.Needs.AtMost, c.CaseDetail})
	if err != nil {
		return err
	}
	r := w.newCase
	if c.Key <= base {
		r = w.updateCase
	}
	r.int(c.Key).string(c.ID).string(c.Number).string(string(c.Kind)).string(string(c.Status)).string(string(c.Urgency)).string(string(c.CallOut)).
		bool(c.Active()).bool(c.Exercise).text(c.Region).text(strings.Join(c.Regions, " "))
	if c.Location != nil {
		r.float(c.Location.Lon()).float(c.Location.Lat())
	} else {
		r.null().null()
	}
	r.float(c.AccuracyM).int(c.OpenedAt.UnixMilli()).int(int64(c.Needs.Teams)).int(c.Changed).text(string(c.Incident)).time(c.EndedAt).
		time(c.SuspendedAt).time(c.UnansweredAt).text(c.LeadTeam).json(document)
	return nil
}

// An application keeps its identity and its key; an amendment changes the rest,
// and a merge or a split its case. An application is filed once: the identity
// of a new one is refused when it is there, and under another key its own
// becomes NULL, which is refused.
const applicationColumns = `application (case_key, key, identity, system, id, original_id, reference, kind, filed_at,
	received_at, revision, body_hash, changed)`

const upsertApplication = `INSERT INTO ` + applicationColumns + `
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
		$10::bigint[], $11::bigint[], $12::bytea[], $13::bigint[])
	ON CONFLICT (identity) DO UPDATE SET key = CASE WHEN application.key = excluded.key THEN excluded.key END,
		case_key = excluded.case_key, original_id = excluded.original_id, reference = excluded.reference, kind = excluded.kind,
		filed_at = excluded.filed_at, received_at = excluded.received_at, revision = excluded.revision, body_hash = excluded.body_hash,
		changed = excluded.changed`

func (w *writer) addApplication(c *dispatch.Case, a *dispatch.Application, base int64) {
	r := w.newApplication
	if a.Key <= base {
		r = w.application
	}
	r.int(c.Key).int(a.Key).bytes(a.Identity[:]).string(a.System).string(a.ID).text(a.OriginalID).text(a.Reference).
		string(string(a.Kind)).time(a.FiledAt).time(a.ReceivedAt).int(a.Revision).bytes(a.BodyHash[:]).int(a.Changed)
}

const subjectColumns = `subject (case_key, n, id, sex, age, category, last_seen_at, changed, outcome, condition, found_by,
	confirmed_by, identity, reason, people, outcome_at, moved_to)`

const upsertSubject = `INSERT INTO ` + subjectColumns + `
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[],
		$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[])
	ON CONFLICT (case_key, n) DO UPDATE SET id = excluded.id, sex = excluded.sex, age = excluded.age, category = excluded.category,
		last_seen_at = excluded.last_seen_at, changed = excluded.changed, outcome = excluded.outcome, condition = excluded.condition,
		found_by = excluded.found_by, confirmed_by = excluded.confirmed_by, identity = excluded.identity, reason = excluded.reason,
		people = excluded.people, outcome_at = excluded.outcome_at, moved_to = excluded.moved_to`

func (w *writer) addSubject(c *dispatch.Case, s *dispatch.Subject, base int64) error {
	var o dispatch.SubjectOutcome
	if s.Outcome != nil {
		if o = *s.Outcome; o.Outcome == dispatch.OutcomeOpen {
			return refused("the outcome of subject %d is empty", s.N)
		}
	}
	r := w.newSubject
	if c.Key <= base {
		r = w.subject
	}
	r.int(c.Key).int(int64(s.N)).string(s.ID).text(string(s.Sex))
	if s.Age != nil {
		r.int(int64(*s.Age))
	} else {
		r.null()
	}
	r.text(s.Category).time(s.LastSeenAt).int(s.Changed).text(string(o.Outcome)).text(string(o.Condition)).text(o.FoundBy).text(o.ConfirmedBy).
		text(o.Identity).text(o.Reason).number(int64(o.People)).time(o.At).number(s.MovedTo)
	return nil
}

const upsertSealed = `INSERT INTO sealed_outcome (case_key, n, subject, outcome, recorded_at, released_at, data, changed)
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
	ON CONFLICT (case_key, n) DO UPDATE SET subject = excluded.subject, outcome = excluded.outcome, recorded_at = excluded.recorded_at,
		released_at = excluded.released_at, data = excluded.data, changed = excluded.changed`

const personalColumns = `personal (case_key, changed, search, data)`

const upsertPersonal = `INSERT INTO ` + personalColumns + `
	SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
	ON CONFLICT (case_key) DO UPDATE SET changed = excluded.changed, search = excluded.search, data = excluded.data`

func (w *writer) addPersonal(c *dispatch.Case, base int64) error {
	changed := c.Personal.Changed > base
	for i := range c.Applications { // its id and reference are searched for
		changed = changed || c.Applications[i].Changed > base
	}
	if !changed {
		return nil
	}
	data, err := json.Marshal(&c.Personal)
	if err != nil {
		return refused("personal data: %w", err)
	}
	r := w.newPersonal
	if c.Key <= base {
		r = w.personal
	}
	r.int(c.Key).int(c.Personal.Changed).string(c.SearchText()).string(string(data))
	return nil
}
