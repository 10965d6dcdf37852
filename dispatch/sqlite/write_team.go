package sqlite

import (
	"encoding/json"

	"github.com/izdeu/izdeu/dispatch"
)

func (w *writer) team(t *dispatch.Team) error {
	kinds, err := jsonArray(t.Kinds)
	if err != nil {
		return err
	}
	skills, err := jsonArray(t.Skills)
	if err != nil {
		return err
	}
	contacts, err := jsonArray(t.Contacts)
	if err != nil {
		return err
	}
	detail, err := detailText(t.TeamDetail)
	if err != nil {
		return err
	}
	standing, err := detailText(t.TeamStanding)
	if err != nil {
		return err
	}
	return w.exec(`INSERT INTO team (key, id, organisation, branch, name, lon, lat, kinds, skills, members, capacity, range_km, answers,
			contacts, registered_at, region, available, until, available_at, changed, detail, standing)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET id = excluded.id, organisation = excluded.organisation, branch = excluded.branch,
			name = excluded.name, lon = excluded.lon, lat = excluded.lat, kinds = excluded.kinds, skills = excluded.skills,
			members = excluded.members, capacity = excluded.capacity, range_km = excluded.range_km, answers = excluded.answers,
			contacts = excluded.contacts, registered_at = excluded.registered_at, region = excluded.region,
			available = excluded.available, until = excluded.until, available_at = excluded.available_at, changed = excluded.changed,
			detail = excluded.detail, standing = excluded.standing`,
		int64(t.Key), t.ID, text(t.Organisation), text(t.Branch), text(t.Name), t.Base.Lon(), t.Base.Lat(), kinds, skills,
		int64(t.Members), int64(t.Capacity), t.RangeKM, string(t.Answers), contacts, milliseconds(t.At), text(t.Region),
		truth(t.Available), milliseconds(t.Until), milliseconds(t.AvailableAt), t.Changed, detail, standing)
}

func (w *writer) position(p *dispatch.TeamPosition) error {
	return w.exec(`INSERT INTO team_position (team_id, lon, lat, at, accuracy_m, counter) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (team_id) DO UPDATE SET lon = excluded.lon, lat = excluded.lat, at = excluded.at,
			accuracy_m = excluded.accuracy_m, counter = excluded.counter`,
		p.TeamID, p.Position.Lon(), p.Position.Lat(), p.At.UnixMilli(), p.AccuracyM, p.Counter)
}

func jsonArray[T any](values []T) (string, error) {
	if len(values) == 0 {
		return "[]", nil
	}
	data, err := json.Marshal(values)
	if err != nil {
		return "", refused("%w", err)
	}
	return string(data), nil
}

// coordinatorDetail is what no query asks for.
type coordinatorDetail struct {
	Name     string                 `json:"name,omitempty"`
	Contacts []dispatch.Contact     `json:"contacts,omitempty"`
	Language string                 `json:"language,omitempty"`
	Duty     *dispatch.DutyCalendar `json:"duty,omitempty"`
}

func (w *writer) coordinator(c *dispatch.Coordinator) error {
	regions, err := jsonArray(c.Regions)
	if err != nil {
		return err
	}
	detail, err := detailText(coordinatorDetail{c.Name, c.Contacts, c.Language, c.Duty})
	if err != nil {
		return err
	}
	return w.exec(`INSERT INTO coordinator (id, regions, detail, registered_at, changed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET regions = excluded.regions, detail = excluded.detail, registered_at = excluded.registered_at,
			changed = excluded.changed`, c.ID, regions, detail, milliseconds(c.At), c.Changed)
}
