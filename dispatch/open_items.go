package dispatch

// OpenItem is something about a case that somebody has to see to.
type OpenItem struct {
	Code      string // one of OpenCodes
	TeamID    string // of what is about a team
	SubjectID string // of an outcome that is withheld
}

// What can be open.
const (
	OpenReview        = "needs_review"     // a field has to be looked at
	OpenUnanswered    = "unanswered"       // nobody is left to ask
	OpenWithheld      = "withheld"         // the family has to be told
	OpenPeopleMissing = "people_missing"   // fewer came back than went
	OpenCheckIn       = "check_in_missed"  // not heard of in time
	OpenNotAcked      = "not_acknowledged" // called back and does not know it
	OpenNotBack       = "not_back"         // knows it and is not home
	OpenOffer         = "offer"            // asked, the answer is awaited
)

// OpenCodes lists what can be open, the most pressing first.
func OpenCodes() []string {
	return []string{OpenPeopleMissing, OpenCheckIn, OpenUnanswered, OpenReview, OpenWithheld, OpenNotAcked, OpenNotBack, OpenOffer}
}

// OpenItems gives what is open on the case, the most pressing first. Outcomes
// that are withheld are among it: it is for those who may read sealed rows.
func (c *Case) OpenItems() []OpenItem {
	var items []OpenItem
	for _, code := range OpenCodes() {
		switch code {
		case OpenUnanswered:
			if !c.UnansweredAt.IsZero() {
				items = append(items, OpenItem{Code: code})
			}
		case OpenReview:
			for range c.NeedsReview {
				items = append(items, OpenItem{Code: code})
			}
		case OpenWithheld:
			for i := range c.Sealed {
				if s := &c.Sealed[i]; s.withheld() {
					item := OpenItem{Code: code}
					if s.Subject > 0 && s.Subject <= len(c.Subjects) {
						item.SubjectID = c.Subjects[s.Subject-1].ID
					}
					items = append(items, item)
				}
			}
		default:
			for i := range c.Assignments {
				if a := &c.Assignments[i]; a.open(code) {
					items = append(items, OpenItem{Code: code, TeamID: a.TeamID})
				}
			}
		}
	}
	return items
}

// open says that this is open on the assignment.
func (a *Assignment) open(code string) bool {
	switch code {
	case OpenPeopleMissing:
		return !a.PeopleMissingAt.IsZero()
	case OpenCheckIn:
		return !a.CheckInMissedAt.IsZero()
	case OpenNotAcked:
		return a.Status == AssignmentStandingDown && a.AcknowledgedAt.IsZero()
	case OpenNotBack:
		return a.Status == AssignmentStandingDown && !a.AcknowledgedAt.IsZero()
	case OpenOffer:
		return a.Status == AssignmentOffered
	}
	return false
}

// CallBack counts home those who were called back.
type CallBack struct {
	Teams      int
	TeamsKnow  int // have acknowledged, or are back
	TeamsBack  int
	People     int // who went, as far as the teams or their members said
	PeopleBack int
}

// CallBack counts the teams that the end of the search called back; while it
// goes on, those that were called back by hand and are not home. All zero when
// nobody was.
func (c *Case) CallBack() (count CallBack) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		ended := !c.EndedAt.IsZero() && !a.StandingDownAt.IsZero() && !a.StandingDownAt.Before(c.EndedAt)
		if a.Status != AssignmentStandingDown && !ended {
			continue
		}
		people, back := c.Headcount(a)
		count.Teams++
		count.People += max(people, back)
		count.PeopleBack += back
		if a.Status == AssignmentReturned {
			count.TeamsBack++
		}
		if a.Status == AssignmentReturned || !a.AcknowledgedAt.IsZero() {
			count.TeamsKnow++
		}
	}
	return count
}
