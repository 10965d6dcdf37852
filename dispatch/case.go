package dispatch

import (
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Case is what teams work on: one or more applications, any number of
// subjects, the teams that were asked. A Case that has left Decide is never
// changed again; Decide works on clones. So it may be shared freely.
//
// Every part that is a row of its own carries Changed, the sequence of the
// event that changed it last: a store writes the rows that changed since the
// batch began.
type Case struct {
	Key    int64  // the sequence of its case.opened
	ID     string // CaseID(epoch, Key)
	Number string // 39-2026-000041; never renumbered
	Kind   Kind

	Status       Status
	Urgency      Urgency
	Region       string     // ISO 3166-2; empty when the place is not known
	Regions      []string   // Region and the regions of the teams that were asked, each once
	Location     *orb.Point // nil while unknown
	AccuracyM    float64
	CallOut      CallOut
	Exercise     bool
	OpenedAt     time.Time
	EndedAt      time.Time // zero while open
	SuspendedAt  time.Time // while missing
	UnansweredAt time.Time // since when nobody is left to ask
	Needs        Needs
	Incident     Incident
	LeadTeam     string // team id
	CaseDetail
	Changed int64

	Applications []Application
	Subjects     []Subject
	Assignments  []Assignment
	Sealed       []SealedOutcome
	Members      []Member // of the teams, by the links of their rosters
	Personal     Personal
}

// CaseDetail is what no query asks for: a store keeps it as one text of JSON.
// Nothing in it is personal: that has its place in Personal.
type CaseDetail struct {
	PeopleAtRisk *PeopleAtRisk   `json:"people_at_risk,omitempty"`
	Event        *EventDetails   `json:"event,omitempty"`
	NeedsReview  []Review        `json:"needs_review,omitempty"`
	Closing      *SubjectOutcome `json:"closing,omitempty"` // of a case without subjects
	Weather      Weather         `json:"weather,omitempty"`
	UrgencyFrom  UrgencyOrigin   `json:"urgency_from,omitempty"`
	UrgencySetBy string          `json:"urgency_set_by,omitempty"` // the actor's id
	UrgencySetAt time.Time       `json:"urgency_set_at,omitzero"`

	MergedInto CaseRef             `json:"merged_into,omitzero"` // the case that its applications went to
	Joined     []JoinedApplication `json:"joined,omitempty"`     // the applications beside the one that opened it
	Likely     []LikelyDuplicate   `json:"likely,omitempty"`     // cases that may be the same; a person decides
	Apart      []int64             `json:"apart,omitempty"`      // cases that a person has said are others
	// FirstInQueue says that the case lost its team to something more urgent:
	// it is served before others of its urgency.
	FirstInQueue bool `json:"first_in_queue,omitempty"`
	// Owner is the id of the coordinator who is responsible for the case, as in
	// Actor.ID; empty while nobody has taken it.
	Owner   string    `json:"owner,omitempty"`
	OwnedAt time.Time `json:"owned_at,omitzero"`
	// CheckIn is how often a team on the case has to check in, in minutes; 0:
	// never; nil: as the settings say.
	CheckIn   *int       `json:"check_in_minutes,omitempty"`
	Proposals []Proposal `json:"proposals,omitempty"` // of teams that could be taken for it; at most one at a time
}

// Application is one filed application of a case.
type Application struct {
	Key        int64    // the sequence of the event that brought it in
	Identity   Identity // of (system, id)
	System     string
	ID         string
	OriginalID string
	Reference  string
	Kind       Kind
	FiledAt    time.Time
	ReceivedAt time.Time
	Revision   int64
	BodyHash   [16]byte
	Changed    int64
}

// Subject is a person sought, with one current outcome.
type Subject struct {
	N          int    // 1, 2, … within the case
	ID         string // the filer's id, or made unique within the case
	Sex        Sex
	Age        *int
	Category   string
	LastSeenAt time.Time
	Outcome    *SubjectOutcome // nil while open; a withheld one stands in Case.Sealed only
	// MovedTo is the key of the case that the person went to in a split; 0 for
	// one who is of this case. Who has moved is not counted, sought or shown:
	// the row only keeps N dense.
	MovedTo int64
	Changed int64
}

// SubjectOutcome is how it ended.
type SubjectOutcome struct {
	Outcome     Outcome   `json:"outcome"`
	Condition   Condition `json:"condition,omitempty"`
	FoundBy     string    `json:"found_by,omitempty"`
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	Identity    string    `json:"identity,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	People      int       `json:"people,omitempty"`
	At          time.Time `json:"at"` // when it happened
}

// SealedOutcome is an outcome that is not told before the family knows it. It
// is read by coordinators of the region and admins only.
type SealedOutcome struct {
	Subject    int            `json:"subject"` // Subject.N; 0 for a case without subjects
	Outcome    SubjectOutcome `json:"outcome"`
	Location   *orb.Point     `json:"location,omitempty"`
	RecordedAt time.Time      `json:"recorded_at"`
	ReleasedAt time.Time      `json:"released_at,omitzero"` // when the family knew
	// SupersededAt is when another outcome took its place.
	SupersededAt time.Time `json:"superseded_at,omitzero"`
	ToldBy       string    `json:"told_by,omitempty"`
	Role         string    `json:"role,omitempty"`
	Changed      int64     `json:"-"`
}

// withheld says that the outcome stands and is not told yet.
func (s *SealedOutcome) withheld() bool { return s.ReleasedAt.IsZero() && s.SupersededAt.IsZero() }

// Assignment is a team on a case.
type Assignment struct {
	N      int   // 1, 2, … within the case
	Team   int32 // Team.Key
	TeamID string
	Round  int // 1, 2, … of this team on this case
	Status AssignmentStatus
	Slot   int32 // 1 … capacity; 0 takes none

	DistanceM  float64   // straight line on the sphere, when it was asked
	PositionAt time.Time // age of the position used; zero: the base was used
	Rings      int       // how often it was asked
	ByHand     bool

	OfferedAt      time.Time // of the newest ring
	AnswerBy       time.Time
	AnsweredAt     time.Time
	ETAAt          time.Time
	EnRouteAt      time.Time
	OnSceneAt      time.Time
	StandingDownAt time.Time
	AcknowledgedAt time.Time
	FinishedAt     time.Time
	People         int
	PeopleReturned int
	Words          string // the original words of the answer
	AssignmentDetail

	Created     int64 // the sequence that made it
	SlotChanged int64 // the sequence that gave it its slot or took it away
	Changed     int64
}

// Travel is how long the team was taken to travel when it was asked; zero when
// the place was not known.
func (a *Assignment) Travel() Travel { return a.Pace.Over(a.DistanceM) }

// AssignmentDetail is what no query asks for: a store keeps it as one text of JSON.
type AssignmentDetail struct {
	// StalePositionAt is the time of a position that was too old to be used,
	// so that the base was used instead; zero when there was none.
	StalePositionAt time.Time `json:"stale_position_at,omitzero"`
	// Skills are those that the case needs and the team brought when it was
	// asked and when it accepted.
	Skills []string `json:"skills,omitempty"`
	// Reminders are the rings that were no offer: it had not answered, and
	// others were asked meanwhile.
	Reminders int `json:"reminders,omitempty"`
	// Pace is how the team was taken to travel when it was asked; zero when
	// the place was not known.
	Pace Pace `json:"pace,omitzero"`
	// Notified is the newest report of each channel and what was told by it.
	Notified []Notified `json:"notified,omitempty"`
	// CheckInBy is when the team has to be heard of next; zero: it need not.
	CheckInBy       time.Time `json:"check_in_by,omitzero"`
	CheckInMissedAt time.Time `json:"check_in_missed_at,omitzero"` // until it is heard of
	CheckedInAt     time.Time `json:"checked_in_at,omitzero"`      // the newest check-in
	// PeopleMissingAt is since when fewer are back than went; zero when all are.
	PeopleMissingAt time.Time `json:"people_missing_at,omitzero"`
	// LentBy is the team's region where it is not the case's; empty otherwise.
	LentBy string `json:"lent_by,omitempty"`
	// ReleasedFor is the case that the team was taken for, by its id.
	ReleasedFor string `json:"released_for,omitempty"`
}

// Personal holds everything of a case that can be erased without breaking its
// history. Applications and Subjects are as long as the case's own.
type Personal struct {
	Place        string                `json:"place,omitempty"`
	Address      string                `json:"address,omitempty"`
	Applications []ApplicationPersonal `json:"applications,omitempty"`
	Subjects     []SubjectPersonal     `json:"subjects,omitempty"`
	// Assessment says how urgent the case is by the table, and why: of an older
	// release's case it is zero until the case is next updated.
	Assessment Assessment `json:"assessment,omitzero"`
	Points     []Point    `json:"points,omitempty"`
	Changed    int64      `json:"-"`
}

// Point is a place that matters for a case, as exact as it was given.
type Point struct {
	Kind     PointKind `json:"point"`
	Location orb.Point `json:"location"`
	At       time.Time `json:"at"`
	Note     string    `json:"note,omitempty"`
	Photo    string    `json:"photo,omitempty"` // Photo.ID
}

// ApplicationPersonal is the personal part of an application.
type ApplicationPersonal struct {
	Reporter
	// Filed is the application as it was filed, of one that did not open its
	// case: it is never mixed into the case's own fields.
	Filed *Filing `json:"filed,omitempty"`
}

// SubjectPersonal is the personal part of a subject.
type SubjectPersonal struct {
	Name        string     `json:"name,omitempty"`
	Description string     `json:"description,omitempty"`
	Health      string     `json:"health,omitempty"`
	Dangers     []Danger   `json:"dangers,omitempty"`
	FoundAt     *orb.Point `json:"found_at,omitempty"` // where the person was found
}

// Note is what somebody wrote; the journal says only that there is one.
type Note struct {
	Sequence int64  // of its event
	Case     int64  // Case.Key
	TeamID   string // the team whose log it is in; empty: the case's
	Audience Audience
	Actor    string
	At       time.Time
	Text     string
}

// clone copies the case so that the copy may be changed.
func (c *Case) clone() *Case {
	d := *c
	d.Regions = slices.Clone(c.Regions)
	d.NeedsReview = slices.Clone(c.NeedsReview)
	d.Joined = slices.Clone(c.Joined)
	d.Likely = slices.Clone(c.Likely)
	d.Apart = slices.Clone(c.Apart)
	d.Applications = slices.Clone(c.Applications)
	d.Subjects = slices.Clone(c.Subjects)
	d.Assignments = slices.Clone(c.Assignments)
	d.Proposals = slices.Clone(c.Proposals)
	d.Sealed = slices.Clone(c.Sealed)
	d.Members = slices.Clone(c.Members)
	d.Personal.Applications = slices.Clone(c.Personal.Applications)
	d.Personal.Subjects = slices.Clone(c.Personal.Subjects)
	d.Personal.Points = slices.Clone(c.Personal.Points)
	return &d
}

// Active says that the case belongs into memory: it is open, its outcome is
// withheld, or a team is not home yet.
func (c *Case) Active() bool {
	if c.Status.Open() || c.Status == StatusEnded {
		return true
	}
	for i := range c.Assignments {
		if c.Assignments[i].Status.TakesSlot() {
			return true
		}
	}
	return false
}

// Held says that nobody is asked until a person has looked at the case.
func (c *Case) Held() bool {
	if c.CallOut != CallOutNow {
		return true
	}
	return slices.ContainsFunc(c.NeedsReview, func(r Review) bool { return r.Holds })
}

// withheld gives the sealed outcome of a subject that is not told yet.
func (c *Case) withheld(subject int) *SealedOutcome {
	for i := range c.Sealed {
		if c.Sealed[i].Subject == subject && c.Sealed[i].withheld() {
			return &c.Sealed[i]
		}
	}
	return nil
}

// searching says that somebody is still to be found or helped.
func (c *Case) searching() bool {
	if c.Merged() {
		return false
	}
	if len(c.Subjects) == 0 {
		return c.Closing == nil && c.withheld(0) == nil
	}
	for i := range c.Subjects {
		if c.Subjects[i].Sought() && c.withheld(c.Subjects[i].N) == nil {
			return true
		}
	}
	return false
}

// deriveStatus is the one place where a case's status comes from.
func (c *Case) deriveStatus() Status {
	if c.searching() {
		best := StatusWaiting
		for i := range c.Assignments {
			switch s := c.Assignments[i].Status; {
			case s == AssignmentOnScene:
				return StatusSearching
			case s.Committed():
				best = StatusAssigned
			}
		}
		if best == StatusWaiting && c.Held() {
			return StatusReview
		}
		return best
	}
	if c.Merged() {
		return StatusClosed
	}
	for i := range c.Sealed {
		if c.Sealed[i].withheld() {
			return StatusEnded
		}
	}
	if c.Closing != nil {
		return Status(c.Closing.Outcome)
	}
	for _, outcome := range []Outcome{OutcomeMissing, OutcomeDeceased, OutcomeFound} {
		for i := range c.Subjects {
			if s := &c.Subjects[i]; s.MovedTo == 0 && s.Outcome.Outcome == outcome {
				return Status(outcome)
			}
		}
	}
	return StatusClosed
}

// subject finds a subject by its id; an empty id means the only one.
func (c *Case) subject(id string) *Subject {
	var found *Subject
	of := 0
	for i := range c.Subjects {
		s := &c.Subjects[i]
		if s.MovedTo != 0 {
			continue
		}
		if of++; s.ID == id || id == "" {
			found = s
		}
	}
	if id == "" && of > 1 {
		return nil
	}
	return found
}

// Assignment gives the newest assignment of a team that is not finished, or
// the newest of all; nil when the team was never asked.
func (c *Case) Assignment(teamID string) *Assignment {
	for i := len(c.Assignments) - 1; i >= 0; i-- {
		if c.Assignments[i].TeamID == teamID {
			return &c.Assignments[i]
		}
	}
	return nil
}

// assignmentOf is Assignment by the team's key.
func (c *Case) assignmentOf(team int32) *Assignment {
	for i := len(c.Assignments) - 1; i >= 0; i-- {
		if c.Assignments[i].Team == team {
			return &c.Assignments[i]
		}
	}
	return nil
}

// committedTeams counts the teams that have accepted, and offers that are open.
func (c *Case) committedTeams() (committed, offered int) {
	for i := range c.Assignments {
		switch s := c.Assignments[i].Status; {
		case s.Committed():
			committed++
		case s == AssignmentOffered:
			offered++
		}
	}
	return committed, offered
}
