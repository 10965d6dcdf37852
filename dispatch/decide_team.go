package dispatch

import (
	"slices"
	"time"

	"github.com/izdeu/izdeu/geo"
)

// register takes a team's registration, unless a newer one is known.
func (d *decision) register(r *TeamRegistration) *Refusal {
	team := &Team{Key: int32(len(d.s.teams)) + 1, TeamRegistration: *r, Available: true} //nolint:gosec // teams are few
	team.Region, _, _ = geo.RegionOf(team.Base)
	if t := d.s.teamByID(r.ID); t != nil {
		known := t.team
		if !r.At.After(known.At) {
			return refuse(RefusedStale, "a registration of this team at the same time or later is known")
		}
		team.Contacts = saidOrKnown(r.Contacts, known.Contacts)
		team.Key, team.Available, team.Until, team.AvailableAt, team.TeamStanding = known.Key, known.Available, known.Until, known.AvailableAt, known.TeamStanding
		if !sameCalendar(known.Duty, team.Duty) || known.Region != team.Region {
			team.followCalendar(d.now)
		}
	} else {
		team.Contacts = saidOrKnown(r.Contacts, nil)
		team.followCalendar(d.now)
	}
	available := team.MayBeAsked()
	team.Changed = d.emit(EventTeamRegistered, nil, team, EventFields{
		Organisation: team.Organisation, Region: team.Region, Capacity: team.Capacity, Available: &available})
	d.putTeam(team)
	return nil
}

// putTeam keeps the next version of a team, and lets it be asked for what waits.
func (d *decision) putTeam(team *Team) {
	d.changes.Teams = append(d.changes.Teams, team)
	if team.MayBeAsked() {
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
	team := *t.team
	team.AvailableAt = v.At
	team.Available, team.Until = v.Available, time.Time{}
	switch {
	case v.Available:
		team.followCalendar(d.now) // whose last change may not have been done yet
		team.OffDuty, team.Rests = false, nil
	case v.Until.IsZero() || v.Until.After(d.now):
		team.Until = v.Until
	default:
		team.Available = true // it was for a time that is over
	}
	d.keepStanding(&team, AvailabilitySaid)
	return nil
}

// teamTimer does what is due for a team.
func (d *decision) teamTimer(timer Timer) {
	team := *d.s.team(timer.Team).team
	switch timer.Kind {
	case TimerAvailability:
		team.Available, team.Until = true, time.Time{}
		d.keepStanding(&team, AvailabilitySaid)
	case TimerDuty:
		team.followCalendar(d.now)
		d.keepStanding(&team, AvailabilityDuty)
	case TimerRest:
		team.Rests = slices.DeleteFunc(slices.Clone(team.Rests), func(end time.Time) bool { return !end.After(d.now) })
		if len(team.Rests) == 0 {
			team.Rests = nil
		}
		d.keepStanding(&team, AvailabilityRest)
	}
}

// followCalendar takes the team on or off duty as its calendar says.
func (t *Team) followCalendar(now time.Time) {
	zone := geo.CountryTime
	t.OffDuty = !t.Duty.onDuty(now, zone)
	t.DutyUntil = time.Time{}
	if next, changes := t.Duty.nextChange(now, zone); changes {
		t.DutyUntil = next.UTC()
	}
}

// rest lets a crew rest that has come home from a case. Nobody rests from an
// exercise, which must not keep a team from people in danger, nor from an
// event, which takes no slot.
func (d *decision) rest(c *Case, a *Assignment, t *teamState) {
	end := a.FinishedAt.Add(d.s.settings.Rest).Truncate(time.Millisecond)
	if d.s.settings.Rest <= 0 || !end.After(d.now) || c.Exercise || c.Kind == VolunteerEvent {
		return
	}
	team := *d.s.team(t.team.Key).team
	at, _ := slices.BinarySearchFunc(team.Rests, end, time.Time.Compare)
	team.Rests = slices.Insert(slices.Clone(team.Rests), at, end)
	d.following = true
	d.keepStanding(&team, AvailabilityRest)
	d.following = false
}

// keepStanding keeps a team whose availability has changed, and says why.
func (d *decision) keepStanding(team *Team, because AvailabilityReason) {
	available := team.MayBeAsked()
	fields := EventFields{Available: &available, Because: because}
	switch {
	case because == AvailabilitySaid:
		fields.Until = team.Until
	case because == AvailabilityDuty:
		fields.Until = team.DutyUntil
	case len(team.Rests) > 0:
		fields.Until = team.Rests[0]
	}
	team.Changed = d.emit(EventTeamAvailability, nil, team, fields)
	d.putTeam(team)
}
