package dispatch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// contractTransitions are the arrows of CONTRACT.md, "Status", word for word,
// and accepted → on_scene: a team that forgot to say that it left is there.
const contractTransitions = `
	(new) offered
	offered accepted no_answer declined withdrawn
	accepted en_route on_scene standing_down released
	en_route on_scene standing_down released
	on_scene standing_down released
	standing_down returned
	no_answer offered accepted declined withdrawn
	declined offered
`

func TestAssignmentTransitionsAreTheContracts(t *testing.T) {
	allowed := map[string]bool{}
	for line := range strings.Lines(contractTransitions) {
		if words := strings.Fields(line); len(words) > 0 {
			for _, to := range words[1:] {
				allowed[strings.TrimPrefix(words[0], "(new)")+" "+to] = true
			}
		}
	}
	for _, from := range append([]AssignmentStatus{""}, AssignmentStatuses()...) {
		for _, to := range append([]AssignmentStatus{""}, AssignmentStatuses()...) {
			pair := string(from) + " " + string(to)
			if got := canFollow(from, to); got != allowed[pair] {
				t.Errorf("%q → %q is %t, the contract says %t", from, to, got, allowed[pair])
			}
		}
		if finished := from != "" && len(assignmentTransitions[from]) == 0; finished != from.Finished() {
			t.Errorf("%q: finished %t, with %d ways on", from, from.Finished(), len(assignmentTransitions[from]))
		}
	}
	for status := range assignmentTransitions {
		if status != "" && !slices.Contains(AssignmentStatuses(), status) {
			t.Errorf("the table has %q, which is no status", status)
		}
	}
}

func TestOutcomeTransitionsAreTheContracts(t *testing.T) {
	// "A missing or a sealed outcome may be followed by any other; to correct
	// another one, case.reopen first." Missing after missing says nothing new.
	allowed := map[[2]Outcome]bool{}
	for _, to := range Outcomes() {
		allowed[[2]Outcome{OutcomeOpen, to}] = true
		allowed[[2]Outcome{OutcomeMissing, to}] = to != OutcomeMissing
	}
	for _, from := range append(Outcomes(), OutcomeOpen) {
		for _, to := range append(Outcomes(), OutcomeOpen) {
			if got := outcomeCanFollow(from, to); got != allowed[[2]Outcome{from, to}] {
				t.Errorf("%q → %q is %t", from, to, got)
			}
		}
	}
}

// commandTable: what each command makes of an assignment of each status: the
// status it has then (of a new round, where one begins), or the refusal.
const commandTable = `
status         accept                 decline                en_route               on_scene               stand_down_ack         returned               release                assign                 check_in               stand_down
(none)         team-not-asked         team-not-asked         team-not-asked         team-not-asked         team-not-asked         team-not-asked         team-not-asked         offered                team-not-asked         team-not-asked
offered        accepted               declined               transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed already-assigned       transition-not-allowed transition-not-allowed
no_answer      accepted               declined               transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed offered                transition-not-allowed transition-not-allowed
declined       transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed offered                transition-not-allowed transition-not-allowed
withdrawn      transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed offered                transition-not-allowed transition-not-allowed
accepted       transition-not-allowed transition-not-allowed en_route               on_scene               transition-not-allowed transition-not-allowed released               already-assigned       accepted               standing_down
en_route       transition-not-allowed transition-not-allowed transition-not-allowed on_scene               transition-not-allowed transition-not-allowed released               already-assigned       en_route               standing_down
on_scene       transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed released               already-assigned       on_scene               standing_down
standing_down  transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed standing_down          returned               transition-not-allowed already-assigned       standing_down          transition-not-allowed
returned       transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed offered                transition-not-allowed transition-not-allowed
released       transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed transition-not-allowed offered                transition-not-allowed transition-not-allowed
`

// assignmentIn makes a world with an open case on which the team dos has an
// assignment of the status; the team far is the next one to be asked.
func assignmentIn(t *testing.T, status string) (*world, int64) {
	t.Helper()
	w := newWorld(t)
	if status == "(none)" {
		w.team("far", lisakovsk)
		key := w.file("a", MissingPerson, kostanay)
		w.team("dos", kostanay)
		return w, key
	}
	w.team("dos", kostanay)
	w.team("far", lisakovsk)
	key := w.file("a", MissingPerson, kostanay)
	hold := func(c *Command) { c.CallOut = CallOutHold }
	switch AssignmentStatus(status) {
	case AssignmentNoAnswer:
		w.advance(3 * time.Minute)
	case AssignmentDeclined:
		w.do(CommandDecline, key, "dos")
	case AssignmentWithdrawn:
		w.do(CommandCallOut, key, "", hold)
	case AssignmentAccepted, AssignmentEnRoute, AssignmentOnScene, AssignmentStandingDown, AssignmentReturned, AssignmentReleased:
		w.do(CommandAccept, key, "dos")
	}
	switch AssignmentStatus(status) {
	case AssignmentEnRoute:
		w.do(CommandEnRoute, key, "dos")
	case AssignmentOnScene:
		w.do(CommandOnScene, key, "dos")
	case AssignmentReleased:
		w.do(CommandRelease, key, "dos")
	case AssignmentStandingDown, AssignmentReturned:
		w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeMissing })
		if status == string(AssignmentReturned) {
			w.do(CommandReturned, key, "dos")
		}
		w.do(CommandCallOut, key, "", hold) // so that nobody is asked when it goes on
		w.do(CommandReopen, key, "")
	}
	if a := w.rows[key].Assignment("dos"); a == nil || string(a.Status) != status {
		t.Fatalf("the assignment is %+v, not %s", a, status)
	}
	return w, key
}

func TestCommandsOnEveryStatus(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(commandTable), "\n")
	commands := strings.Fields(lines[0])[1:]
	seen := map[string]bool{}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		seen[words[0]] = true
		for i, want := range words[1:] {
			name := CommandType("assignment." + commands[i])
			if commands[i] == "assign" {
				name = CommandAssign
			}
			t.Run(words[0]+"/"+commands[i], func(t *testing.T) {
				w, key := assignmentIn(t, words[0])
				before := len(w.rows[key].Assignments)
				if !slices.Contains(AssignmentStatuses(), AssignmentStatus(want)) {
					w.refused(want, name, key, "dos")
					return
				}
				w.do(name, key, "dos")
				c := w.rows[key]
				if a := c.Assignment("dos"); string(a.Status) != want {
					t.Fatalf("the assignment is %s, want %s", a.Status, want)
				}
				newRound := words[0] == "(none)" || AssignmentStatus(words[0]).Finished()
				dos := 0
				for _, a := range c.Assignments {
					if a.TeamID == "dos" {
						dos++
						if a.Round != dos {
							t.Fatalf("round %d of dos is numbered %d", dos, a.Round)
						}
					}
				}
				if want := map[bool]int{true: 1}[newRound] + min(1, before*map[bool]int{false: 1}[words[0] == "(none)"]); dos != want {
					t.Fatalf("dos has %d rounds, want %d", dos, want)
				}
			})
		}
	}
	for _, status := range AssignmentStatuses() {
		if !seen[string(status)] {
			t.Errorf("the table lacks %s", status)
		}
	}
	for _, command := range CommandTypes() {
		short := strings.TrimPrefix(strings.TrimPrefix(string(command), "assignment."), "case.")
		if strings.HasPrefix(string(command), "assignment.") && !command.OfProgram() && !slices.Contains(commands, short) {
			t.Errorf("the table lacks %s", command)
		}
	}
}

// TestEndedCaseRefuses: what a team or a coordinator asks of a case whose
// search has ended.
func TestEndedCaseRefuses(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay)
	w.team("far", lisakovsk)
	w.team("third", zhitikara)
	key := w.file("a", MissingPerson, kostanay)
	w.advance(3 * time.Minute) // dos has not answered, far is asked
	w.do(CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.wantStatuses(key, "dos:withdrawn far:withdrawn")
	w.refused(RefusedCaseEnded, CommandAccept, key, "dos")
	w.refused(RefusedCaseEnded, CommandAccept, key, "far")
	w.refused(RefusedNotAsked, CommandAccept, key, "third")
	w.refused(RefusedCaseEnded, CommandAssign, key, "third")
	w.refused(RefusedOutcomeSet, CommandOutcome, key, "", func(c *Command) { c.Outcome = OutcomeMissing })
	w.refused(RefusedUnknownTeam, CommandAccept, key, "nobody")
	w.refused(RefusedUnknownTeam, CommandAssign, key, "nobody")
	w.refused(RefusedUnknownCase, CommandNote, key+1, "", func(c *Command) { c.Note = "x" })
	w.refused(RefusedUnknownCase, CommandNote, key, "", func(c *Command) { c.CaseID = CaseID("another", key) })
	w.refused(RefusedUnknownApplication, CommandNote, key, "", func(c *Command) { c.CaseID, c.Application = "", &ApplicationRef{"102-kostanay", "b"} })
	w.refused(RefusedInvalid, CommandNote, key, "", func(c *Command) { c.CaseID = "" })
	w.refused(RefusedInvalid, CommandNote, key, "")
	w.refused(RefusedInvalid, CommandCallOut, key, "", func(c *Command) { c.CallOut = "later" })
	w.refused(RefusedInvalid, CommandUpdate, key, "")
	w.refused(RefusedNothingWithheld, CommandFamilyTold, key, "")
	w.refused(RefusedUnknownSubject, CommandFamilyTold, key, "", func(c *Command) { c.SubjectID = "s9" })
	w.refused(RefusedUnknownSubject, CommandReopen, key, "", func(c *Command) { c.SubjectID = "s9" })
	w.do(CommandReopen, key, "")
	w.refused(RefusedCaseOpen, CommandReopen, key, "")
	w.refused(RefusedUnknownSubject, CommandOutcome, key, "", func(c *Command) { c.Outcome, c.SubjectID = OutcomeMissing, "s9" })
	w.refused(RefusedInvalid, CommandOutcome, key, "", func(c *Command) { c.Outcome = "vanished" })
	refusal := refuse(RefusedInvalid, "the command says so")
	w.refused(RefusedInvalid, CommandNote, key, "", func(c *Command) { c.Invalid = refusal })
}

func TestDerivedStatus(t *testing.T) {
	told := func(outcomes ...Outcome) []Subject {
		subjects := make([]Subject, len(outcomes))
		for i, outcome := range outcomes {
			subjects[i] = Subject{N: i + 1, ID: fmt.Sprintf("s%d", i+1)}
			if outcome != OutcomeOpen {
				subjects[i].Outcome = &SubjectOutcome{Outcome: outcome}
			}
		}
		return subjects
	}
	on := func(statuses ...AssignmentStatus) []Assignment {
		assignments := make([]Assignment, len(statuses))
		for i, status := range statuses {
			assignments[i] = Assignment{N: i + 1, Status: status}
		}
		return assignments
	}
	withheld := func(subject int) []SealedOutcome {
		return []SealedOutcome{{Subject: subject, Outcome: SubjectOutcome{Outcome: OutcomeDeceased}}}
	}
	released := withheld(1)
	released[0].ReleasedAt = worldStart
	superseded := withheld(1)
	superseded[0].SupersededAt = worldStart
	holding := []Review{{Pointer: "/location", Holds: true}}
	tests := []struct {
		name string
		c    Case
		want Status
	}{
		{"nobody asked", Case{Subjects: told("")}, StatusWaiting},
		{"asked", Case{Subjects: told(""), Assignments: on("offered")}, StatusWaiting},
		{"not answered", Case{Subjects: told(""), Assignments: on("no_answer", "declined", "withdrawn", "released", "returned")}, StatusWaiting},
		{"accepted", Case{Subjects: told(""), Assignments: on("offered", "accepted")}, StatusAssigned},
		{"on its way", Case{Subjects: told(""), Assignments: on("declined", "en_route")}, StatusAssigned},
		{"there", Case{Subjects: told(""), Assignments: on("accepted", "on_scene")}, StatusSearching},
		{"called back from the search before", Case{Subjects: told(""), Assignments: on("standing_down")}, StatusWaiting},
		{"a review that holds", Case{Subjects: told(""), CaseDetail: CaseDetail{NeedsReview: holding}}, StatusReview},
		{"a review that does not hold", Case{Subjects: told(""), CaseDetail: CaseDetail{NeedsReview: []Review{{Pointer: "/subjects/0/age"}}}}, StatusWaiting},
		{"on hold", Case{Subjects: told(""), CallOut: CallOutHold}, StatusReview},
		{"for the record", Case{Subjects: told(""), CallOut: CallOutNone}, StatusReview},
		{"held with a team on it", Case{Subjects: told(""), CaseDetail: CaseDetail{NeedsReview: holding}, Assignments: on("accepted")}, StatusAssigned},
		{"found", Case{Subjects: told("found"), Assignments: on("standing_down")}, StatusFound},
		{"ended while held", Case{Subjects: told("found"), CallOut: CallOutHold}, StatusFound},
		{"missing", Case{Subjects: told("missing")}, StatusMissing},
		{"deceased", Case{Subjects: told("deceased")}, StatusDeceased},
		{"closed", Case{Subjects: told("closed")}, StatusClosed},
		{"one of two open", Case{Subjects: told("deceased", "")}, StatusWaiting},
		{"missing before all", Case{Subjects: told("closed", "found", "deceased", "missing")}, StatusMissing},
		{"deceased before found", Case{Subjects: told("found", "deceased", "closed")}, StatusDeceased},
		{"found before closed", Case{Subjects: told("closed", "found")}, StatusFound},
		{"withheld", Case{Subjects: told(""), Sealed: withheld(1)}, StatusEnded},
		{"withheld beside missing", Case{Subjects: told("missing", ""), Sealed: withheld(2)}, StatusEnded},
		{"withheld beside open", Case{Subjects: told("", ""), Sealed: withheld(1)}, StatusWaiting},
		{"told", Case{Subjects: told("deceased"), Sealed: released}, StatusDeceased},
		{"taken back", Case{Subjects: told(""), Sealed: superseded}, StatusWaiting},
		{"an emergency", Case{Kind: Emergency}, StatusWaiting},
		{"an emergency that is over", Case{Kind: Emergency, CaseDetail: CaseDetail{Closing: &SubjectOutcome{Outcome: OutcomeClosed}}}, StatusClosed},
		{"an emergency withheld", Case{Kind: Emergency, Sealed: withheld(0)}, StatusEnded},
	}
	seen := map[Status]bool{}
	for _, test := range tests {
		if test.c.CallOut == "" {
			test.c.CallOut = CallOutNow
		}
		if got := test.c.deriveStatus(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		seen[test.want] = true
	}
	for _, status := range Statuses() {
		if !seen[status] {
			t.Errorf("nothing leads to %s", status)
		}
	}
}
