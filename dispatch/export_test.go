package dispatch

import (
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// What the tests outside of the package need of its inside: those that use a
// real store, which imports the package itself.

// Publish adds a commit to a feed, as the leader does.
func (f *Feed) Publish(state *State, batch *Batch) { f.publish(batch, touchedTeams(state, batch), 0) }

// Reset starts a feed from a state, as the leader does after a load.
func (f *Feed) Reset(state *State) { f.reset(state.Head(), state.Positions(), 0) }

// DecideBatch decides messages as the leader does.
func DecideBatch(state *State, messages []Message) *Batch {
	batch, _ := decideAll(state, messages)
	return &batch.Batch
}

// LookupOf is what the leader asks the store before a batch.
func LookupOf(state *State, messages []Message) Lookup { return lookupOf(state, messages) }

// RandomMessages gives messages that were decided one after the other, with
// their times; another seed gives others.
func RandomMessages(seed int) []Message {
	return rapid.Custom(func(t *rapid.T) []Message {
		var messages []Message
		for _, step := range randomly(t).w.steps {
			if step.message != nil {
				messages = append(messages, *step.message)
			}
		}
		return messages
	}).Example(seed)
}

// LendingMessages give a case in Kostanay that a team of Astana helps with:
// dos is out for an hour and a half with 9 people, far for two hours with 10.
func LendingMessages() []Message {
	w := newWorld(panicking{})
	w.team("dos", kostanay)
	w.team("far", astana)
	key := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams = 2 })
	w.do(CommandAccept, key, "dos", went(9))
	w.do(CommandAccept, key, "far", went(10))
	w.advance(time.Hour)
	w.do(CommandEnRoute, key, "far")
	w.advance(30 * time.Minute)
	w.do(CommandOutcome, key, "", found("", ConditionWell))
	w.do(CommandReturned, key, "dos")
	w.advance(90 * time.Minute)
	w.do(CommandReturned, key, "far", went(10))
	return w.messages()
}

// CorrectingMessages give three people missing in Kostanay, of whom one is
// found, and then what corrects figures that were signed meanwhile: one is
// found, one is sought again, one was in Astana.
func CorrectingMessages() (before, after []Message) {
	w := newWorld(panicking{})
	a, b, c := w.file("a", MissingPerson, kostanay), w.file("b", MissingPerson, kostanay), w.file("c", MissingPerson, kostanay)
	w.do(CommandOutcome, b, "", found("", ConditionWell))
	n := len(w.steps)
	w.advance(time.Hour)
	w.do(CommandOutcome, a, "", found("", ConditionWell))
	w.do(CommandReopen, b, "")
	w.do(CommandUpdate, c, "", func(c *Command) { c.Fields, c.Given = &Filing{Location: &astana}, []string{"/location"} })
	messages := w.messages()
	return messages[:n], messages[n:]
}

// messages gives what was decided, for a store, which has another epoch: cases
// are named by their first application.
func (w *world) messages() (messages []Message) {
	for _, step := range w.steps {
		if command := step.message.Command; command != nil {
			_, key, _ := ParseCaseID(command.CaseID)
			command.CaseID, command.Application = "", &ApplicationRef{System: "102-kostanay", ID: w.rows[key].Applications[0].ID}
		}
		messages = append(messages, *step.message)
	}
	return messages
}

// panicking fails where no test is at hand.
type panicking struct{}

func (panicking) Helper() {}

func (panicking) Fatalf(format string, arguments ...any) { panic(fmt.Sprintf(format, arguments...)) }

// NewApplicationMessage makes the message of an application at Kostanay.
func NewApplicationMessage(id string, kind Kind) Message {
	return filingMessage(filingOf(id, kind, kostanay))
}

// NewTeamMessage makes the registration of a team at Kostanay.
func NewTeamMessage(id string, at time.Time, answers Answers) Message {
	r := TeamRegistration{ID: id, Organisation: id, Name: id, Base: kostanay, Kinds: Kinds(), Capacity: 1000, Answers: answers, At: at}
	return Message{Identity: TeamMessageIdentity(id, "team.registered", at), Registration: &r}
}

// NewAcceptMessage makes a team's yes to an application of the messages above.
func NewAcceptMessage(commandID, application, team string) Message {
	return commandMessage(&Command{ID: commandID, Type: CommandAccept, TeamID: team, Application: &ApplicationRef{System: "102-kostanay", ID: application}})
}

// Canonical writes a value out in full.
func Canonical(value any) string { return canonical(value) }

// BalanceOf is what a case adds to the balance of a period.
func BalanceOf(row *StatisticsCase, from, to time.Time) BalanceFigures {
	return balanceOf(row, from, to)
}

// Add adds other figures.
func (f *BalanceFigures) Add(other BalanceFigures) { f.add(other) }
