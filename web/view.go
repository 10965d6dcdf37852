package web

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// roundedTo is the precision in degrees of a place for those who may not see
// personal data: about a kilometre, so that no house can be told.
const roundedTo = 100.0

// liveCasesShown bounds the cases that are listed with a team.
const liveCasesShown = 5

// appendCase appends the view of a case: the one function that answers, lists
// and live frames come from. s must be what the viewer sees of this case.
func appendCase(b []byte, c *dispatch.Case, v *viewer, s sight, demo bool) []byte {
	b = append(b, '{')
	b = text(b, "id", c.ID)
	b = text(b, "number", c.Number)
	b = text(b, "kind", string(c.Kind))
	b = text(b, "status", string(c.Status))
	b = text(b, "urgency", string(c.Urgency))
	b = text(b, "urgency_from", string(c.UrgencyFrom))
	if s.actors {
		b = text(b, "urgency_set_by", c.UrgencySetBy)
	}
	b = moment(b, "urgency_set_at", c.UrgencySetAt)
	if s.personal {
		b = appendAssessment(b, &c.Personal.Assessment)
	}
	b = text(b, "region", c.Region)
	b = appendPlace(b, c, s)
	b = text(b, "call_out", string(c.CallOut))
	b = flag(b, "exercise", c.Exercise)
	b = flag(b, "demo", demo)
	b = moment(b, "opened_at", c.OpenedAt)
	b = moment(b, "ended_at", c.EndedAt)
	b = moment(b, "suspended_at", c.SuspendedAt)
	b = moment(b, "unanswered_at", c.UnansweredAt)
	if len(c.NeedsReview) > 0 {
		b = append(name(b, "needs_review"), '[')
		for i := range c.NeedsReview {
			r := &c.NeedsReview[i]
			b = append(comma(b), '{')
			b = quote(name(b, "pointer"), r.Pointer)
			b = quote(name(b, "detail"), r.Detail)
			b = append(flag(b, "holds", r.Holds), '}')
		}
		b = append(b, ']')
	}
	b = appendApplications(b, c, v, s)
	b = appendSubjects(b, c, s)
	b = text(b, "incident", string(c.Incident))
	b = text(b, "weather", string(c.Weather))
	b = appendKindParts(b, c)
	if s.sealed {
		b = appendSealed(b, c)
	}
	if c.Needs.Teams > 0 || len(c.Needs.Skills) > 0 {
		b = append(name(b, "needs"), '{')
		b = whole(b, "teams", int64(c.Needs.Teams))
		b = given(b, "at_most", c.Needs.AtMost)
		b = append(texts(b, "skills", c.Needs.Skills), '}')
	}
	if s.assignments {
		b = appendAssignments(b, c, v, s)
		b = text(b, "lead_team_id", c.LeadTeam)
		b = flag(b, "first_in_queue", c.FirstInQueue)
		b = given(b, "check_in_minutes", c.CheckIn)
		b = appendCallBack(b, c)
	}
	if s.actors {
		b = text(b, "owner", c.Owner)
		b = moment(b, "owned_at", c.OwnedAt)
	}
	if s.sealed {
		b = appendOpenItems(b, c)
	}
	b = text(b, "merged_into", c.MergedInto.ID)
	if s.duplicates {
		b = appendLikely(b, c)
		b = appendProposals(b, c)
	}
	if s.personal {
		b = appendMarks(b, c)
	}
	return append(b, '}')
}

// appendAssessment appends why the case is as urgent as the table says. The
// factors are health data.
func appendAssessment(b []byte, a *dispatch.Assessment) []byte {
	if a.Version == 0 {
		return b
	}
	b = append(name(b, "assessment"), '{')
	b = whole(b, "version", int64(a.Version))
	b = text(b, "urgency", string(a.Urgency))
	b = whole(b, "score", int64(a.Score))
	if len(a.Factors) > 0 {
		b = append(name(b, "factors"), '[')
		for i := range a.Factors {
			b = append(comma(b), '{')
			b = quote(name(b, "code"), a.Factors[i].Code)
			b = whole(b, "points", int64(a.Factors[i].Points))
			b = append(flag(b, "lifts", a.Factors[i].Lifts), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendPlace(b []byte, c *dispatch.Case, s sight) []byte {
	if c.Location != nil {
		if s.personal {
			b = point(b, "location", *c.Location)
		} else {
			b = point(b, "location", orb.Point{math.Round(c.Location.Lon()*roundedTo) / roundedTo, math.Round(c.Location.Lat()*roundedTo) / roundedTo})
			b = flag(b, "approximate", true)
		}
	}
	if c.AccuracyM > 0 && s.personal {
		b = decimal(b, "accuracy_m", c.AccuracyM)
	}
	if s.personal {
		b = text(b, "place", c.Personal.Place)
		b = text(b, "address", c.Personal.Address)
	}
	return b
}

func appendApplications(b []byte, c *dispatch.Case, v *viewer, s sight) []byte {
	open := false
	for i := range c.Applications {
		a := &c.Applications[i]
		own := v.owns(*a)
		if !s.allApplications && !own {
			continue
		}
		if !open {
			b, open = append(name(b, "applications"), '['), true
		}
		b = append(comma(b), '{')
		b = quote(name(b, "system"), a.System)
		b = quote(name(b, "id"), a.ID)
		if s.personal || own {
			b = text(b, "reference", a.Reference)
		}
		b = moment(b, "filed_at", a.FiledAt)
		if s.reporter && i < len(c.Personal.Applications) {
			if r := &c.Personal.Applications[i]; r.Name != "" || r.Phone != "" || r.Relation != "" {
				b = append(name(b, "reporter"), '{')
				b = text(b, "name", r.Name)
				b = text(b, "phone", r.Phone)
				b = append(text(b, "relation", r.Relation), '}')
			}
		}
		if i < len(c.Personal.Applications) {
			b = appendJoined(b, c, i, s)
		}
		b = append(b, '}')
	}
	if open {
		b = append(b, ']')
	}
	return b
}

// appendJoined appends how an application came to a case that it did not open,
// and what it says. Which case it was is seen by those who see all applications.
func appendJoined(b []byte, c *dispatch.Case, i int, s sight) []byte {
	filed := c.Personal.Applications[i].Filed
	if filed == nil || !s.allApplications {
		return b
	}
	b = flag(b, "joined", true)
	for j := range c.Joined {
		if c.Joined[j].Application == c.Applications[i].Key {
			b = text(b, "came_from", c.Joined[j].From.ID)
		}
	}
	if !s.personal {
		return b
	}
	b = append(name(b, "filed"), '{')
	if filed.Location != nil {
		b = point(b, "location", *filed.Location)
	}
	b = text(b, "place", filed.Place)
	b = text(b, "address", filed.Address)
	if len(filed.Subjects) > 0 {
		b = append(name(b, "subjects"), '[')
		for j := range filed.Subjects {
			one := &filed.Subjects[j]
			b = append(comma(b), '{')
			b = quote(name(b, "id"), one.ID)
			b = text(b, "name", one.Name)
			b = text(b, "sex", string(one.Sex))
			b = given(b, "age", one.Age)
			b = text(b, "category", one.Category)
			b = text(b, "description", one.Description)
			b = text(b, "health", one.Health)
			b = append(moment(b, "last_seen_at", one.LastSeenAt), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendProposals appends the teams that a person may take from elsewhere.
func appendProposals(b []byte, c *dispatch.Case) []byte {
	if len(c.Proposals) == 0 {
		return b
	}
	b = append(name(b, "proposals"), '[')
	for i := range c.Proposals {
		p := &c.Proposals[i]
		b = append(comma(b), '{')
		b = text(b, "team_id", p.TeamID)
		b = text(b, "from_case_id", p.FromCaseID)
		b = whole(b, "travel_s", int64(p.TravelS))
		if p.GainS != nil {
			b = whole(b, "gain_s", int64(*p.GainS))
		}
		if p.CostS != nil {
			b = whole(b, "cost_s", int64(*p.CostS))
		}
		b = append(moment(b, "at", p.At), '}')
	}
	return append(b, ']')
}

// appendLikely appends the cases that may be the same.
func appendLikely(b []byte, c *dispatch.Case) []byte {
	if len(c.Likely) == 0 || c.Merged() {
		return b
	}
	b = append(name(b, "likely_duplicates"), '[')
	for i := range c.Likely {
		b = append(comma(b), '{')
		b = text(b, "case_id", c.Likely[i].ID)
		b = whole(b, "score", int64(c.Likely[i].Score))
		b = append(texts(b, "reasons", c.Likely[i].Reasons), '}')
	}
	return append(b, ']')
}

// appendSubjects appends the people of a case. Those who moved to another one,
// and those of a merged one, are shown there.
func appendSubjects(b []byte, c *dispatch.Case, s sight) []byte {
	if c.Merged() || !slices.ContainsFunc(c.Subjects, func(one dispatch.Subject) bool { return one.MovedTo == 0 }) {
		return b
	}
	b = append(name(b, "subjects"), '[')
	for i := range c.Subjects {
		one := &c.Subjects[i]
		if one.MovedTo != 0 {
			continue
		}
		b = append(comma(b), '{')
		b = quote(name(b, "id"), one.ID)
		if s.personal && i < len(c.Personal.Subjects) {
			b = text(b, "name", c.Personal.Subjects[i].Name)
		}
		b = text(b, "sex", string(one.Sex))
		b = given(b, "age", one.Age)
		b = text(b, "category", one.Category)
		if s.personal && i < len(c.Personal.Subjects) {
			b = text(b, "description", c.Personal.Subjects[i].Description)
			b = text(b, "health", c.Personal.Subjects[i].Health)
			b = texts(b, "dangers", c.Personal.Subjects[i].Dangers)
		}
		b = moment(b, "last_seen_at", one.LastSeenAt)
		if o := one.Outcome; o != nil {
			b = text(b, "outcome", string(o.Outcome))
			b = text(b, "condition", string(o.Condition))
			b = text(b, "found_by", o.FoundBy)
			b = text(b, "reason", o.Reason)
			b = moment(b, "outcome_at", o.At)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendKindParts(b []byte, c *dispatch.Case) []byte {
	if p := c.PeopleAtRisk; p != nil {
		b = append(name(b, "people_at_risk"), '{')
		b = given(b, "total", p.Total)
		b = given(b, "children", p.Children)
		b = append(given(b, "immobile", p.Immobile), '}')
	}
	if e := c.Event; e != nil {
		b = append(name(b, "event"), '{')
		b = text(b, "title", e.Title)
		b = text(b, "direction", e.Direction)
		b = moment(b, "starts_at", e.StartsAt)
		b = moment(b, "ends_at", e.EndsAt)
		b = append(positive(b, "volunteers_needed", e.VolunteersNeeded), '}')
	}
	if o := c.Closing; o != nil {
		b = append(name(b, "outcome"), '{')
		b = text(b, "outcome", string(o.Outcome))
		b = text(b, "reason", o.Reason)
		b = positive(b, "people", o.People)
		b = append(moment(b, "at", o.At), '}')
	}
	return b
}

// appendSealed appends the outcomes that are withheld now; those that were
// released stand with their subjects.
func appendSealed(b []byte, c *dispatch.Case) []byte {
	open := false
	for i := range c.Sealed {
		one := &c.Sealed[i]
		if !one.ReleasedAt.IsZero() {
			continue
		}
		if !open {
			b, open = append(name(b, "sealed"), '['), true
		}
		b = append(comma(b), '{')
		for j := range c.Subjects {
			if c.Subjects[j].N == one.Subject {
				b = text(b, "subject_id", c.Subjects[j].ID)
			}
		}
		o := &one.Outcome
		b = text(b, "outcome", string(o.Outcome))
		b = text(b, "condition", string(o.Condition))
		b = text(b, "found_by", o.FoundBy)
		b = text(b, "confirmed_by", o.ConfirmedBy)
		b = text(b, "identity", o.Identity)
		b = text(b, "reason", o.Reason)
		b = moment(b, "at", o.At)
		if one.Location != nil {
			b = point(b, "location", *one.Location)
		}
		b = append(b, '}')
	}
	if open {
		b = append(b, ']')
	}
	return b
}

func appendAssignments(b []byte, c *dispatch.Case, v *viewer, s sight) []byte {
	if len(c.Assignments) == 0 {
		return b
	}
	b = append(name(b, "assignments"), '[')
	for i := range c.Assignments {
		a := &c.Assignments[i]
		people, back := c.Headcount(a)
		b = append(comma(b), '{')
		b = text(b, "team_id", a.TeamID)
		b = whole(b, "round", int64(a.Round))
		b = text(b, "status", string(a.Status))
		b = decimal(b, "distance_m", math.Round(a.DistanceM))
		if a.PositionAt.IsZero() {
			b = text(b, "from", "base")
			if !a.StalePositionAt.IsZero() {
				b = positive(b, "stale_position_age_s", int(a.OfferedAt.Sub(a.StalePositionAt)/time.Second))
			}
		} else {
			b = text(b, "from", "position")
			b = positive(b, "position_age_s", int(a.OfferedAt.Sub(a.PositionAt)/time.Second))
		}
		b = texts(b, "skills", a.Skills)
		b = positive(b, "rings", a.Rings)
		b = flag(b, "by_hand", a.ByHand)
		b = moment(b, "offered_at", a.OfferedAt)
		if a.Status == dispatch.AssignmentOffered {
			b = moment(b, "answer_by", a.AnswerBy)
		}
		b = moment(b, "answered_at", a.AnsweredAt)
		b = moment(b, "eta_at", a.ETAAt)
		travel := a.Travel()
		if a.ETAAt.IsZero() && travel.Median > 0 && (a.Status == dispatch.AssignmentAccepted || a.Status == dispatch.AssignmentEnRoute) {
			// Trips are counted from the yes; who left later arrives later.
			from := a.AnsweredAt
			if !a.EnRouteAt.IsZero() {
				from = a.EnRouteAt
			}
			b = moment(b, "eta_least_at", from.Add(travel.Least))
			b = moment(b, "eta_most_at", from.Add(travel.Most))
		}
		b = positive(b, "travel_s", int(travel.Median/time.Second))
		b = positive(b, "travel_least_s", int(travel.Least/time.Second))
		b = positive(b, "travel_most_s", int(travel.Most/time.Second))
		b = flag(b, "travel_assumed", travel.Assumed)
		b = positive(b, "people", people)
		if s.personal {
			b = text(b, "reason", a.Words)
		}
		b = text(b, "released_for", a.ReleasedFor)
		b = moment(b, "en_route_at", a.EnRouteAt)
		b = moment(b, "on_scene_at", a.OnSceneAt)
		b = moment(b, "standing_down_at", a.StandingDownAt)
		b = moment(b, "acknowledged_at", a.AcknowledgedAt)
		if a.Status == dispatch.AssignmentReturned {
			b = moment(b, "returned_at", a.FinishedAt)
		}
		b = positive(b, "people_returned", back)
		b = appendNotified(b, a.Notified)
		b = appendRoster(b, c, a, s.rosters == everywhere || s.rosters == ownTeams && slices.Contains(v.teams, a.TeamID))
		b = moment(b, "people_missing_at", a.PeopleMissingAt)
		b = moment(b, "check_in_by", a.CheckInBy)
		b = moment(b, "check_in_missed_at", a.CheckInMissedAt)
		b = moment(b, "checked_in_at", a.CheckedInAt)
		b = text(b, "lent_by", a.LentBy)
		if away := math.Round(a.Away().Hours()*100) / 100; away > 0 {
			b = decimal(b, "hours", away)
			if went := max(people, back); went > 0 {
				b = decimal(b, "people_hours", math.Round(a.Away().Hours()*float64(went)*100)/100)
			}
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendNotified(b []byte, notified []dispatch.Notified) []byte {
	if len(notified) == 0 {
		return b
	}
	b = append(name(b, "notified"), '[')
	for i := range notified {
		n := &notified[i]
		b = append(comma(b), '{')
		b = text(b, "channel", string(n.Channel))
		b = text(b, "about", string(n.About))
		b = append(name(b, "delivered"), boolText(n.Delivered)...)
		b = append(moment(b, "at", n.At), '}')
	}
	return append(b, ']')
}

func appendCallBack(b []byte, c *dispatch.Case) []byte {
	count := c.CallBack()
	if count.Teams == 0 {
		return b
	}
	b = append(name(b, "call_back"), '{')
	b = whole(b, "teams", int64(count.Teams))
	b = whole(b, "teams_know", int64(count.TeamsKnow))
	b = whole(b, "teams_back", int64(count.TeamsBack))
	b = whole(b, "people", int64(count.People))
	return append(whole(b, "people_back", int64(count.PeopleBack)), '}')
}

func appendOpenItems(b []byte, c *dispatch.Case) []byte {
	items := c.OpenItems()
	if len(items) == 0 {
		return b
	}
	b = append(name(b, "open_items"), '[')
	for _, item := range items {
		b = append(comma(b), '{')
		b = text(b, "code", item.Code)
		b = text(b, "team_id", item.TeamID)
		b = append(text(b, "subject_id", item.SubjectID), '}')
	}
	return append(b, ']')
}

// appendMarks appends the points of the case, and where subjects were found,
// once that may be told.
func appendMarks(b []byte, c *dispatch.Case) []byte {
	open := false
	for i := range c.Personal.Points {
		p := &c.Personal.Points[i]
		if !open {
			b, open = append(name(b, "points"), '['), true
		}
		b = append(comma(b), '{')
		b = text(b, "point", string(p.Kind))
		b = point(b, "location", p.Location)
		b = moment(b, "at", p.At)
		b = text(b, "note", p.Note)
		b = append(text(b, "photo", p.Photo), '}')
	}
	for i := range c.Personal.Subjects {
		at := c.Personal.Subjects[i].FoundAt
		if at == nil || i >= len(c.Subjects) || c.Subjects[i].Outcome == nil || c.Subjects[i].MovedTo != 0 {
			continue
		}
		if !open {
			b, open = append(name(b, "points"), '['), true
		}
		b = append(comma(b), '{')
		b = text(b, "point", "found")
		b = point(b, "location", *at)
		b = append(moment(b, "at", c.Subjects[i].Outcome.At), '}')
	}
	if open {
		b = append(b, ']')
	}
	return b
}

// appendTeam appends the view of a team. live are the ids of the cases that
// the viewer sees among those that take one of its slots.
func appendTeam(b []byte, t dispatch.TeamState, live []string, position bool) []byte {
	b = append(b, '{')
	b = quote(name(b, "id"), t.ID)
	b = text(b, "organisation", t.Organisation)
	b = text(b, "branch", t.Branch)
	b = quote(name(b, "name"), t.Name)
	b = point(b, "base", t.Base)
	b = text(b, "region", t.Region)
	b = texts(b, "kinds", t.Kinds)
	b = texts(b, "skills", t.Skills)
	b = positive(b, "members", t.Members)
	b = whole(b, "capacity", int64(t.Capacity))
	if t.RangeKM > 0 {
		b = decimal(b, "range_km", t.RangeKM)
	}
	b = text(b, "answers", string(t.Answers))
	b = text(b, "transport", string(t.Transport))
	b = append(name(b, "available"), boolText(t.MayBeAsked())...)
	b = text(b, "unavailable_because", string(t.Unavailable()))
	if !t.Available {
		b = moment(b, "unavailable_until", t.Until)
	}
	if t.OffDuty {
		b = append(name(b, "off_duty"), "true"...)
	}
	b = moment(b, "duty_until", t.DutyUntil)
	if len(t.Rests) > 0 {
		b = moment(whole(b, "resting", int64(len(t.Rests))), "resting_until", t.Rests[0])
	}
	b = appendDuty(b, t.Duty)
	for i, certificate := range t.Certificates {
		if i == 0 {
			b = append(name(b, "certificates"), '[')
		}
		b = quote(name(append(comma(b), '{'), "skill"), certificate.Skill)
		b = append(moment(b, "expires_at", certificate.ExpiresAt), '}')
		if i == len(t.Certificates)-1 {
			b = append(b, ']')
		}
	}
	if p := t.Position; p != nil && position {
		b = appendTeamPosition(b, p)
	}
	return append(texts(b, "live_cases", live), '}')
}

func appendTeamPosition(b []byte, p *dispatch.TeamPosition) []byte {
	b = append(name(b, "position"), '{')
	b = point(b, "position", p.Position)
	b = moment(b, "at", p.At)
	if p.AccuracyM > 0 {
		b = decimal(b, "accuracy_m", p.AccuracyM)
	}
	return append(b, '}')
}

// appendDuty appends a duty calendar, if there is one.
func appendDuty(b []byte, c *dispatch.DutyCalendar) []byte {
	if c == nil {
		return b
	}
	b = append(name(b, "duty"), '{')
	for i, shift := range c.Weekly {
		if i == 0 {
			b = append(name(b, "weekly"), '[')
		}
		b = texts(append(comma(b), '{'), "days", shift.Days)
		b = text(text(b, "from", shift.From.String()), "to", shift.To.String())
		if b = append(b, '}'); i == len(c.Weekly)-1 {
			b = append(b, ']')
		}
	}
	for i, exception := range c.Exceptions {
		if i == 0 {
			b = append(name(b, "exceptions"), '[')
		}
		b = moment(moment(append(comma(b), '{'), "from", exception.From), "to", exception.To)
		b = append(name(b, "on"), boolText(exception.On)...)
		if b = append(b, '}'); i == len(c.Exceptions)-1 {
			b = append(b, ']')
		}
	}
	return append(b, '}')
}

func boolText(v bool) string {
	if v {
		return "true"
	}
	return "false"
}

// mentions says that a text stands in what the viewer sees of a case: a search
// must not tell by its hits what the answer hides.
func mentions(c *dispatch.Case, v *viewer, s sight, query string) bool {
	query = strings.ToLower(query)
	in := func(value string) bool { return value != "" && strings.Contains(strings.ToLower(value), query) }
	if in(c.Number) || s.personal && in(c.Personal.Place) {
		return true
	}
	if s.personal && !c.Merged() {
		for i := range c.Personal.Subjects {
			if i < len(c.Subjects) && c.Subjects[i].MovedTo == 0 && in(c.Personal.Subjects[i].Name) {
				return true
			}
		}
	}
	if s.personal && s.allApplications {
		for i := range c.Personal.Applications {
			if filed := c.Personal.Applications[i].Filed; filed != nil &&
				(in(filed.Place) || slices.ContainsFunc(filed.Subjects, func(p dispatch.FiledSubject) bool { return in(p.Name) })) {
				return true
			}
		}
	}
	return slices.ContainsFunc(c.Applications, func(a dispatch.Application) bool {
		own := v.owns(a)
		return (s.allApplications || own) && (in(a.ID) || (s.personal || own) && in(a.Reference))
	})
}
