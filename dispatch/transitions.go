package dispatch

import "slices"

// assignmentTransitions is the one table of what may follow what on an
// assignment. The key "" is an assignment that does not exist yet. A command
// that asks for a pair that is not here is refused.
var assignmentTransitions = map[AssignmentStatus][]AssignmentStatus{
	"":                     {AssignmentOffered},
	AssignmentOffered:      {AssignmentAccepted, AssignmentNoAnswer, AssignmentDeclined, AssignmentWithdrawn},
	AssignmentNoAnswer:     {AssignmentOffered, AssignmentAccepted, AssignmentDeclined, AssignmentWithdrawn},
	AssignmentDeclined:     {AssignmentOffered},
	AssignmentWithdrawn:    {},
	AssignmentAccepted:     {AssignmentEnRoute, AssignmentOnScene, AssignmentStandingDown, AssignmentReleased},
	AssignmentEnRoute:      {AssignmentOnScene, AssignmentStandingDown, AssignmentReleased},
	AssignmentOnScene:      {AssignmentStandingDown, AssignmentReleased},
	AssignmentStandingDown: {AssignmentReturned},
	AssignmentReturned:     {},
	AssignmentReleased:     {},
}

// canFollow says that an assignment may go from one status to another.
func canFollow(from, to AssignmentStatus) bool {
	return slices.Contains(assignmentTransitions[from], to)
}

// outcomeTransitions is the table of a subject's outcome as it is told. A
// withheld outcome is not told: the subject counts as open, and any outcome
// may follow. Going back to open takes case.reopen.
var outcomeTransitions = map[Outcome][]Outcome{
	OutcomeOpen:     {OutcomeFound, OutcomeMissing, OutcomeDeceased, OutcomeClosed},
	OutcomeMissing:  {OutcomeFound, OutcomeDeceased, OutcomeClosed},
	OutcomeFound:    {},
	OutcomeDeceased: {},
	OutcomeClosed:   {},
}

// outcomeCanFollow says that an outcome may be recorded over another one.
func outcomeCanFollow(from, to Outcome) bool {
	return slices.Contains(outcomeTransitions[from], to)
}
