package dispatch

import (
	"time"

	"github.com/izdeu/izdeu/geo"
)

// register takes a team's registration, unless a newer one is known.
func (d *decision) register(r *TeamRegistration) *Refusal {
	team := &Team{Key: int32(len(d.s.teams)) + 1, TeamRegistration: *r, Available: true} //nolint:gosec // teams are few
	if known := d.s.teamByID(r.ID); known != nil {
		if !r.At.After(known.team.At) {
			return refuse(RefusedStale, "a registration of this team at the same time or later is known")
		}
		copied := *known.team
		copied.TeamRegistration = *r
		team = &copied
	}
	team.Region, _, _ = geo.RegionOf(team.Base)
	team.Changed = d.emit(EventTeamRegistered, nil, team, EventFields{
		Organisation: team.Organisation, Region: team.Region, Capacity: team.Capacity, Available: &team.Available})
	d.putTeam(team)
	return nil
}

// putTeam keeps the next version of a team, and lets it be asked for what
// waits: the rest of the decision sees a state in which it stands already.
func (d *decision) putTeam(team *Team) {
	d.changes.Teams = append(d.changes.Teams, team)
	if team.Available && d.s.waiting.len() > 0 {
		d.s = d.s.withTeam(team)
		d.free(team.Key)
	}
}

// availability takes a team on or off duty, unless something newer is known.
func (d *decision) availability(v *TeamAvailability) *Refusal {
	t := d.s.teamByID(v.ID)
	if t == nil {
		return &Refusal{Code: RefusedUnknownTeam, Pointer: "/id", Detail: "there is no team with this id; register it first"}
	}
	if !v.At.After(t.team.AvailableAt) {
		return refuse(RefusedStale, "an availability of this team at the same time or later is known")
	}
	next := *v
	if !next.Until.IsZero() && !next.Until.After(d.now) {
		next.Available = true // it was for a time that is over
	}
	d.setAvailable(t, next)
	return nil
}

func (d *decision) setAvailable(t *teamState, v TeamAvailability) {
	team := *t.team
	team.Available, team.AvailableAt = v.Available, v.At
	team.Until = time.Time{}
	if !v.Available {
		team.Until = v.Until
	}
	team.Changed = d.emit(EventTeamAvailability, nil, &team, EventFields{Available: &team.Available, Until: team.Until})
	d.putTeam(&team)
}
