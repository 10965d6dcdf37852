package dispatch

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// untold are the outcomes that the journal must not tell before the family
// knows: what is recorded, step by step, must look the same from outside.
var untold = map[string][]func(*Command){
	"no signs of life":            {found("s1", ConditionNoSignsOfLife)},
	"deceased":                    {deceased("s1", false)},
	"found well, withheld":        {found("s1", ConditionWell), withholding},
	"found injured, withheld":     {found("s1", ConditionInjured), withholding},
	"missing, withheld":           {ends("s1", OutcomeMissing), withholding},
	"deceased and told, withheld": {deceased("s1", true), withholding},
	"closed, withheld":            {ends("s1", OutcomeClosed), withholding},
}

func withholding(c *Command) { c.Withhold = true }

// secretWords must be in no event while the outcome is not told.
var secretWords = []string{personal, "no_signs_of_life", "deceased", "confirmed", "63.98", "53.12", "withheld", "sealed", "injured", "not_confirmed", "self"}

// told plays a case to the point where the outcome is known to the coordinator
// and not to the family, and gives what the journal says of it.
func toldBefore(t *testing.T, outcome []func(*Command), sibling func(*Command)) (*world, int64, []string) {
	t.Helper()
	subjects := []string{"s1"}
	if sibling != nil {
		subjects = append(subjects, "s2")
	}
	w, key := searched(t, subjects...)
	note := func(c *Command) { c.Note = personal + "note" }
	w.do(CommandOutcome, key, "dos", append(slices.Clone(outcome), note, func(c *Command) { c.At = w.now.Add(-time.Minute) })...)
	if sibling != nil {
		w.do(CommandOutcome, key, "", sibling)
	}
	w.do(CommandOutcome, key, "", outcome...) // recorded a second time, as a correction
	w.do(CommandNote, key, "", note)
	if w.rows[key].Status == StatusEnded {
		w.do(CommandReturned, key, "dos")
	}
	var lines []string
	for i := range w.journal {
		event := &w.journal[i]
		lines = append(lines, strings.Join([]string{string(event.Type), event.At.String(), string(event.Data())}, " "))
	}
	return w, key, lines
}

// TestUntoldOutcomesLookAlike: whichever outcome is withheld, the journal is
// the same to the byte, and no word of it is there.
func TestUntoldOutcomesLookAlike(t *testing.T) {
	siblings := map[string]func(*Command){
		"alone":                    nil,
		"with a sibling found":     func(c *Command) { c.SubjectID, c.Outcome = "s2", OutcomeFound },
		"with a sibling missing":   ends("s2", OutcomeMissing),
		"with a sibling untold":    deceased("s2", false),
		"with a sibling still out": func(c *Command) { c.SubjectID, c.Outcome, c.Withhold = "s2", OutcomeMissing, true },
	}
	for name, sibling := range siblings {
		t.Run(name, func(t *testing.T) {
			var first []string
			for kind, outcome := range untold {
				w, key, lines := toldBefore(t, outcome, sibling)
				if first == nil {
					first = lines
				}
				if !slices.Equal(lines, first) {
					t.Errorf("%s tells itself apart:\n%s\n%s", kind, strings.Join(first, "\n"), strings.Join(lines, "\n"))
				}
				for _, line := range lines {
					for _, word := range secretWords {
						if strings.Contains(line, word) {
							t.Errorf("%s: %q is in %s", kind, word, line)
						}
					}
				}
				if status := w.rows[key].Status; status != StatusEnded {
					t.Errorf("%s: the case is %s", kind, status)
				}
			}
		})
	}
}

// TestReopeningTellsNothing: an outcome that was withheld and taken back was
// never told.
func TestReopeningTellsNothing(t *testing.T) {
	var first []string
	for kind, outcome := range untold {
		w, key, _ := toldBefore(t, outcome, nil)
		w.do(CommandReopen, key, "")
		w.do(CommandOutcome, key, "", found("", ConditionWell))
		var lines []string
		for i := range w.journal {
			lines = append(lines, string(w.journal[i].Type)+" "+string(w.journal[i].Data()))
		}
		if first == nil {
			first = lines
		}
		if !slices.Equal(lines, first) {
			t.Errorf("%s tells itself apart", kind)
		}
	}
}

// TestRefusalsTellNothing: what is refused is answered without the untold
// outcome, but to who is about to tell the family.
func TestRefusalsTellNothing(t *testing.T) {
	for kind, outcome := range untold {
		w, key, _ := toldBefore(t, outcome, nil)
		for _, command := range CommandTypes() {
			if command == CommandFamilyTold {
				continue
			}
			changes := w.command(command, key, "bars", func(c *Command) { c.SubjectID = "s9" })
			for _, word := range secretWords {
				if changes.Applied.Code != RefusedInvalid && strings.Contains(changes.Applied.Detail, word) {
					t.Errorf("%s, %s: %q is in %q", kind, command, word, changes.Applied.Detail)
				}
			}
		}
	}
}
