package dispatch

import "time"

// Answer is what a member of a team says of oneself.
type Answer string

// Answers of a member. Who said no may still come, and who is home may go out
// again while the team is on the case.
const (
	AnswerComing    Answer = "coming"     // is on the way, or will be
	AnswerNotComing Answer = "not_coming" // stays at home
	AnswerArrived   Answer = "arrived"    // is there
	AnswerHome      Answer = "home"       // is back
)

// MemberAnswers lists every answer of a member.
func MemberAnswers() []Answer {
	return []Answer{AnswerComing, AnswerNotComing, AnswerArrived, AnswerHome}
}

// Out says that the member is away from home for the case.
func (a Answer) Out() bool { return a == AnswerComing || a == AnswerArrived }

// Member is a person of a team on one assignment. Name and Phone are personal:
// they stand in this row alone and can be erased.
type Member struct {
	N          int    // 1, 2, … within the case
	Assignment int    // Assignment.N
	ID         string // whoever knows the secret behind it answers as this member
	Name       string
	Phone      string
	Minor      bool // under 18, of a volunteer event, with a parent or guardian

	Answer     Answer
	ETAAt      time.Time // while coming
	Seats      int       // free places in the car, while coming
	AnsweredAt time.Time // when the answer was given, as the member says
	ComingAt   time.Time // when the member set out last, and
	ArrivedAt  time.Time // was there; zero when that was not said
	HomeAt     time.Time // zero while out
	// Served is the time on the case of the times that the member came home
	// from, in whole milliseconds.
	Served  time.Duration
	Changed int64
}

// since is when the member's time on the case began: on arrival, or on setting
// out where the arrival was not said.
func (m *Member) since() time.Time {
	if !m.ArrivedAt.IsZero() {
		return m.ArrivedAt
	}
	return m.ComingAt
}

// Roster counts the members of an assignment, each once, by the newest answer.
type Roster struct {
	Coming  int `json:"coming"`
	Seats   int `json:"seats"` // free places in the cars of those coming
	Arrived int `json:"arrived"`
	Home    int `json:"home"`
}

// NotBack counts those who are out.
func (r Roster) NotBack() int { return r.Coming + r.Arrived }

// People counts those who went, home or not.
func (r Roster) People() int { return r.Coming + r.Arrived + r.Home }

// Roster counts the members of an assignment.
func (c *Case) Roster(assignment int) Roster {
	var r Roster
	for i := range c.Members {
		m := &c.Members[i]
		if m.Assignment != assignment {
			continue
		}
		switch m.Answer {
		case AnswerComing:
			r.Coming++
			r.Seats += m.Seats
		case AnswerArrived:
			r.Arrived++
		case AnswerHome:
			r.Home++
		case AnswerNotComing:
		}
	}
	return r
}

// Headcount says how many people of an assignment went, and how many are back:
// what the team said, or, where it gave no number, what its members said.
func (c *Case) Headcount(a *Assignment) (people, back int) {
	people, back = a.People, a.PeopleReturned
	if people == 0 || back == 0 {
		r := c.Roster(a.N)
		if people == 0 {
			people = r.People()
		}
		if back == 0 {
			back = r.Home
		}
	}
	return people, back
}

// Member finds a member of an assignment by the id; nil when there is none.
func (c *Case) Member(assignment int, id string) *Member {
	for i := range c.Members {
		if m := &c.Members[i]; m.Assignment == assignment && m.ID == id {
			return m
		}
	}
	return nil
}

// AssignmentRound gives a round of a team on the case, the newest for 0; nil
// when there is none.
func (c *Case) AssignmentRound(teamID string, round int) *Assignment {
	if round == 0 {
		return c.Assignment(teamID)
	}
	for i := range c.Assignments {
		if a := &c.Assignments[i]; a.TeamID == teamID && a.Round == round {
			return a
		}
	}
	return nil
}

// MemberAnswer is what a roster.answer says. Fields that are absent leave what
// is known as it is.
type MemberAnswer struct {
	ID         string
	Name       string
	Phone      string
	Adult      *bool // 18 or older; nil: not said
	Guardian   bool  // of a minor: a parent or guardian agrees and comes along
	Answer     Answer
	ETAMinutes *int
	Seats      *int
}
