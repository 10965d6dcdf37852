package dispatch

// compareRosters checks that the members of a case are who its events counted,
// and that nobody is there twice or without an assignment.
func (v *verifier) compareRosters(c *Case, events []Event) {
	counted := map[[2]int]Roster{}
	for i := range events {
		if event := &events[i]; event.Type == EventRoster && event.Roster != nil {
			counted[[2]int{int(event.Team), event.Round}] = *event.Roster
		}
	}
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if roster := c.Roster(a.N); roster != counted[[2]int{int(a.Team), a.Round}] {
			v.violated("rosters", "case %s: the roster of team %s, round %d, is not the one in the journal", c.ID, a.TeamID, a.Round)
		}
	}
	type place struct {
		assignment int
		id         string
	}
	seen := make(map[place]bool, len(c.Members))
	for i := range c.Members {
		m := &c.Members[i]
		switch {
		case m.Assignment < 1 || m.Assignment > len(c.Assignments):
			v.violated("rosters", "case %s: member %d belongs to no assignment", c.ID, m.N)
		case seen[place{m.Assignment, m.ID}]:
			v.violated("rosters", "case %s: member %d is on its roster twice", c.ID, m.N)
		case m.Minor && c.Kind != VolunteerEvent && m.Answer.Out():
			v.violated("rosters", "case %s: member %d is a minor", c.ID, m.N)
		case m.Answer.Out() && (m.ComingAt.IsZero() || !m.HomeAt.IsZero()):
			v.violated("rosters", "case %s: member %d is out and has no time of setting out, or one of coming home", c.ID, m.N)
		}
		seen[place{m.Assignment, m.ID}] = true
	}
}
