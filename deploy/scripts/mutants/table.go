package main

// A mutant is one rule taken away.
type mutant struct {
	name, file, old, new string
}

// mutants name the rules that the simulation has to miss when they are gone.
var mutants = []mutant{
	{"a team has as many cases as it can take", "dispatch/decide.go",
		"if d.used(t) >= t.capacity {", "if false {"},
	{"a slot comes back when it is not needed", "dispatch/decide.go",
		"if !status.TakesSlot() && a.Slot > 0 {", "if a.Slot > 0 && status == AssignmentReturned {"},
	{"a message is applied once", "dispatch/decide.go",
		"if before, again := d.s.applied.result(d.m.Identity); again && before.UsedUp() {",
		"if before, again := d.s.applied.result(d.m.Identity); again && before.UsedUp() && false {"},
	{"an application opens one case", "dispatch/decide_filing.go",
		"if key, again := d.s.applications[d.m.Identity]; again {", "if key, again := d.s.applications[d.m.Identity]; again && f.Revision > 0 {"},
	{"the head is checked", "dispatch/simulation_store_test.go",
		"if batch.Base != l.head {", "if false {"},
	{"timers fire after the inputs", "dispatch/dispatcher.go",
		"if l.ends != nil && l.read.reached(l.ends.offsets) {", "if l.ends != nil {"},
	{"a death is withheld until the family knows it", "dispatch/decide_outcome.go",
		"outcome.Outcome == OutcomeDeceased && !command.FamilyTold", "false"},
	{"no signs of life are withheld", "dispatch/decide_outcome.go",
		"outcome.Condition == ConditionNoSignsOfLife ||\n", "false ||\n"},
	{"everybody is called back", "dispatch/decide_outcome.go",
		"		case a.Status.Committed():\n", "		case a.Status == AssignmentOnScene:\n"},
	{"an offer that was not answered is taken back", "dispatch/deadlines.go",
		"a.AnswerBy.Equal(t.Due)", "a.AnswerBy.Before(t.Due)"},
	{"results of the batch before are remembered", "dispatch/state.go",
		"	s.applied[0], s.applied[1] = s.applied[1], s.applied[0]\n", "	clear(s.applied[1])\n"},
	{"a case that others changed is not decided about", "dispatch/dispatcher.go",
		"if c.lastChange() > state.Head().Sequence {", "if false {"},
	{"a subject is counted when it comes", "dispatch/statistics.go",
		"		row.addSubjects(event.Subjects, event.At)\n		if event.Region", "		if event.Region"},
	{"the time never goes back", "dispatch/dispatcher.go",
		"	if now.Before(state.lastEvent) {", "	if false {"},
	{"a resting team is not asked", "dispatch/offer.go",
		"		return CandidateOffDuty\n", "		return CandidateEligible\n"},
	{"a minor takes no part in a search", "dispatch/decide_roster.go",
		"case said.Adult != nil && !*said.Adult && c.Kind != VolunteerEvent:", "case false:"},
	{"what waits is matched when a team comes free", "dispatch/decide_match.go",
		"case s.matchDue.IsZero() && (s.matchFreed || s.match.more):", "case s.matchDue.IsZero() && s.match.more:"},
	{"an application that moves is in one case", "dispatch/join.go",
		"	c.Applications = slices.Delete(c.Applications, i, i+1)\n	c.Personal.Applications = slices.Delete(c.Personal.Applications, i, i+1)\n", ""},
	{"a merged case counts nothing", "dispatch/statistics.go",
		"row.Merged, row.Applications = true, 0", "row.Applications = 0"},
	{"a team is home when its people are counted", "dispatch/decide_joint.go",
		"missing > 0 && command.Reason == \"\" {", "missing > 0 && false {"},
}
