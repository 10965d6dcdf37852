package postgres

import (
	"encoding/json"

	"github.com/izdeu/izdeu/dispatch"
)

const upsertTeam = `INSERT INTO team (key, id, organisation, branch, name, lon, lat, kinds, skills, members, capacity, range_km, answers,
	contacts, registered_at, region, available, until, available_at, changed, detail, standing)
	SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::jsonb[], $9::jsonb[],
		$10::bigint[], $11::bigint[], $12::float8[], $13::text[], $14::jsonb[], $15::bigint[], $16::text[], $17::boolean[], $18::bigint[],
		$19::bigint[], $20::bigint[], $21::jsonb[], $22::jsonb[])
	ON CONFLICT (key) DO UPDATE SET id = excluded.id, organisation = excluded.organisation, branch = excluded.branch,
		name = excluded.name, lon = excluded.lon, lat = excluded.lat, kinds = excluded.kinds, skills = excluded.skills,
		members = excluded.members, capacity = excluded.capacity, range_km = excluded.range_km, answers = excluded.answers,
		contacts = excluded.contacts, registered_at = excluded.registered_at, region = excluded.region,
		available = excluded.available, until = excluded.until, available_at = excluded.available_at, changed = excluded.changed,
		detail = excluded.detail, standing = excluded.standing`

func (w *writer) addTeam(t *dispatch.Team) error {
	kinds, err := array(t.Kinds)
	if err != nil {
		return err
	}
	skills, err := array(t.Skills)
	if err != nil {
		return err
	}
	contacts, err := array(t.Contacts)
	if err != nil {
		return err
	}
	document, err := detail(t.TeamDetail)
	if err != nil {
		return err
	}
	standing, err := detail(t.TeamStanding)
	if err != nil {
		return err
	}
	w.team.int(int64(t.Key)).string(t.ID).text(t.Organisation).text(t.Branch).text(t.Name).float(t.Base.Lon()).float(t.Base.Lat()).json(kinds).
		json(skills).int(int64(t.Members)).int(int64(t.Capacity)).float(t.RangeKM).string(string(t.Answers)).json(contacts).time(t.At).
		text(t.Region).bool(t.Available).time(t.Until).time(t.AvailableAt).int(t.Changed).json(document).json(standing)
	return nil
}

// Positions come from devices that nobody has to have registered, the newest last.
const upsertPosition = `INSERT INTO team_position (team_id, lon, lat, at, accuracy_m, counter)
	SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[], $4::bigint[], $5::float8[], $6::bigint[])
	ON CONFLICT (team_id) DO UPDATE SET lon = excluded.lon, lat = excluded.lat, at = excluded.at,
		accuracy_m = excluded.accuracy_m, counter = excluded.counter`

func (w *writer) addPosition(p *dispatch.TeamPosition) {
	w.position.string(p.TeamID).float(p.Position.Lon()).float(p.Position.Lat()).int(p.At.UnixMilli()).float(p.AccuracyM).int(p.Counter)
}

// array gives a list as JSON; an empty one is not told from none.
func array[T any](values []T) ([]byte, error) {
	if len(values) == 0 {
		return []byte("[]"), nil
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, refused("%w", err)
	}
	return data, nil
}

const upsertCoordinator = `INSERT INTO coordinator (id, regions, detail, registered_at, changed)
	SELECT * FROM unnest($1::text[], $2::jsonb[], $3::jsonb[], $4::bigint[], $5::bigint[])
	ON CONFLICT (id) DO UPDATE SET regions = excluded.regions, detail = excluded.detail, registered_at = excluded.registered_at,
		changed = excluded.changed`

// coordinatorDetail is what no query asks for.
type coordinatorDetail struct {
	Name     string                 `json:"name,omitempty"`
	Contacts []dispatch.Contact     `json:"contacts,omitempty"`
	Language string                 `json:"language,omitempty"`
	Duty     *dispatch.DutyCalendar `json:"duty,omitempty"`
}

func (w *writer) addCoordinator(c *dispatch.Coordinator) error {
	regions, err := array(c.Regions)
	if err != nil {
		return err
	}
	document, err := detail(coordinatorDetail{c.Name, c.Contacts, c.Language, c.Duty})
	if err != nil {
		return err
	}
	w.coordinator.string(c.ID).json(regions).json(document).time(c.At).int(c.Changed)
	return nil
}
