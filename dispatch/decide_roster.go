package dispatch

import (
	"time"
)

// rosterLimit bounds the members of one assignment, so that a link in wrong
// hands cannot fill the memory. It is far above what came to any one search:
// about 300 people in three teams near Uspenovka (domain/users.md).
const rosterLimit = 1000

// MinorDetail is why a minor is refused: Volunteering law No. 42-VI of 30
// December 2016, paragraph 2-1, as in domain/practice.md, section 7.
const MinorDetail = "under 18 nobody may take part in searches and emergencies (Volunteering law No. 42-VI, paragraph 2-1); " +
	"volunteer events are open to minors with a parent or guardian"

// MinorEventDetail is why a minor without a guardian is refused at an event.
const MinorEventDetail = "under 18 a volunteer event is open with a parent or guardian who agrees and comes along: send guardian"

// rosterAnswer takes what a member of a team says: who is coming, there, home.
func (d *decision) rosterAnswer(c *Case, command *Command) *Refusal {
	said := command.Member
	if said == nil || said.ID == "" {
		return &Refusal{Code: RefusedInvalid, Pointer: "/member/id", Detail: "say which member answers"}
	}
	t := d.s.teamByID(command.TeamID)
	if t == nil {
		return &Refusal{Code: RefusedUnknownTeam, Pointer: "/team_id", Detail: "there is no team with this id"}
	}
	a := c.AssignmentRound(command.TeamID, command.Round)
	if a == nil {
		return refuse(RefusedNotAsked, "the team has not been asked on this case; a coordinator can assign it")
	}
	known := c.Member(a.N, said.ID)
	if refusal := d.mayAnswer(c, a, known, said); refusal != nil {
		return refusal
	}
	next := Member{N: len(c.Members) + 1, Assignment: a.N, ID: said.ID}
	if known != nil {
		next = *known
	} else if c.members(a.N) >= rosterLimit {
		return refuse(RefusedRosterFull, "the team's roster has %d people: let the team's lead answer", rosterLimit)
	}
	next.take(said, d.happened())
	if known != nil && next == *known {
		return nil
	}
	next.Changed = d.sequence + 1
	if known != nil {
		*known = next
	} else {
		c.Members = append(c.Members, next)
	}
	roster := c.Roster(a.N)
	d.emit(EventRoster, c, t.team, EventFields{Round: a.Round, Roster: &roster})
	return nil
}

// members counts the members of an assignment.
func (c *Case) members(assignment int) int {
	n := 0
	for i := range c.Members {
		if c.Members[i].Assignment == assignment {
			n++
		}
	}
	return n
}

// mayAnswer says why an answer is refused. Who is out can always come home,
// whatever has become of the case, the team or the member's age.
func (d *decision) mayAnswer(c *Case, a *Assignment, known *Member, said *MemberAnswer) *Refusal {
	out := known != nil && known.Answer.Out()
	switch said.Answer {
	case AnswerHome:
		if !out && (known == nil || known.Answer != AnswerHome) {
			return refuse(RefusedTransition, "only who answered coming or arrived can come home")
		}
		return nil
	case AnswerNotComing:
		if known != nil && (known.Answer == AnswerArrived || known.Answer == AnswerHome) {
			return refuse(RefusedTransition, "who has arrived answers home on return")
		}
	case AnswerComing, AnswerArrived:
		if refusal := mayTakePart(c, known, said); refusal != nil {
			return refusal
		}
	default:
		return &Refusal{Code: RefusedInvalid, Pointer: "/member/answer", Detail: "answer is coming, not_coming, arrived or home"}
	}
	switch {
	case a.Status.Committed():
		return nil
	case a.Status == AssignmentStandingDown:
		// Who was out already, or set out before the search ended and could not
		// send it, belongs to those who have to come back.
		if out || d.happened().Before(a.StandingDownAt) {
			return nil
		}
		return refuse(RefusedCaseEnded, "the search has ended; nobody is needed any more")
	case out && said.Answer == AnswerNotComing:
		return nil
	}
	return refuse(RefusedTransition, "the team's assignment is %s; members answer while their team is on the case", a.Status)
}

// mayTakePart asks what the law demands of who wants to go.
func mayTakePart(c *Case, known *Member, said *MemberAnswer) *Refusal {
	went := known != nil && !known.ComingAt.IsZero()
	switch {
	case said.Adult == nil && !went:
		return &Refusal{Code: RefusedInvalid, Pointer: "/member/adult", Detail: "say whether the member is 18 or older: the law demands it"}
	case said.Adult != nil && !*said.Adult && c.Kind != VolunteerEvent:
		return &Refusal{Code: RefusedMinor, Pointer: "/member/adult", Detail: MinorDetail}
	case said.Adult != nil && !*said.Adult && !said.Guardian:
		return &Refusal{Code: RefusedMinor, Pointer: "/member/guardian", Detail: MinorEventDetail}
	case said.Name == "" && (known == nil || known.Name == ""):
		return &Refusal{Code: RefusedInvalid, Pointer: "/member/name", Detail: "say the member's name, so that the lead knows who is out"}
	}
	return nil
}

// take puts an answer that is allowed into the row.
func (m *Member) take(said *MemberAnswer, at time.Time) {
	if said.Name != "" {
		m.Name = said.Name
	}
	if said.Phone != "" {
		m.Phone = said.Phone
	}
	if said.Adult != nil && said.Answer.Out() {
		m.Minor = !*said.Adult
	}
	was := m.Answer
	if said.Answer != was {
		m.AnsweredAt = at
	}
	m.Answer = said.Answer
	switch {
	case said.Answer == AnswerHome && was.Out():
		m.HomeAt = at
		if served := at.Sub(m.since()); served > 0 {
			m.Served += served.Truncate(time.Millisecond)
		}
	case said.Answer.Out() && !was.Out():
		m.ComingAt, m.ArrivedAt, m.HomeAt = at, time.Time{}, time.Time{}
	case said.Answer == AnswerNotComing:
		m.ComingAt, m.ArrivedAt = time.Time{}, time.Time{}
	}
	switch said.Answer {
	case AnswerArrived:
		if was != AnswerArrived {
			m.ArrivedAt = at
		}
	case AnswerComing:
		m.ArrivedAt = time.Time{}
		if said.ETAMinutes != nil {
			m.ETAAt = at.Add(time.Duration(*said.ETAMinutes) * time.Minute)
		}
		if said.Seats != nil {
			m.Seats = *said.Seats
		}
		return
	}
	m.ETAAt, m.Seats = time.Time{}, 0
}
