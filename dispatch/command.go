package dispatch

import (
	"cmp"
	"time"

	"github.com/paulmach/orb"
)

// CommandType names what a command asks for.
type CommandType string

// The commands that Decide knows. Another type is refused as not-supported,
// and its id is not used up.
const (
	CommandAccept       CommandType = "assignment.accept"
	CommandDecline      CommandType = "assignment.decline"
	CommandEnRoute      CommandType = "assignment.en_route"
	CommandOnScene      CommandType = "assignment.on_scene"
	CommandStandDownAck CommandType = "assignment.stand_down_ack"
	CommandReturned     CommandType = "assignment.returned"
	CommandRelease      CommandType = "assignment.release"
	CommandAssign       CommandType = "case.assign"
	CommandCallOut      CommandType = "case.call_out"
	CommandUpdate       CommandType = "case.update"
	CommandNote         CommandType = "case.note"
	CommandOutcome      CommandType = "case.outcome"
	CommandFamilyTold   CommandType = "case.family_told"
	CommandReopen       CommandType = "case.reopen"
	CommandRosterAnswer CommandType = "roster.answer"
	CommandUrgency      CommandType = "case.urgency"
	CommandMerge        CommandType = "case.merge"
	CommandSplit        CommandType = "case.split"
	CommandApart        CommandType = "case.apart"
	CommandNotified     CommandType = "assignment.notified" // by the program itself
	CommandCheckIn      CommandType = "assignment.check_in"
	CommandStandDown    CommandType = "assignment.stand_down"
	CommandLead         CommandType = "case.lead"
	CommandTake         CommandType = "case.take"
	CommandHandOver     CommandType = "case.hand_over"
	CommandPoint        CommandType = "case.point"
	CommandPreempt      CommandType = "case.preempt"
)

// CommandTypes lists the commands that Decide knows.
func CommandTypes() []CommandType {
	return []CommandType{CommandAccept, CommandDecline, CommandEnRoute, CommandOnScene, CommandStandDownAck,
		CommandReturned, CommandRelease, CommandAssign, CommandCallOut, CommandUpdate, CommandNote,
		CommandOutcome, CommandFamilyTold, CommandReopen, CommandRosterAnswer,
		CommandUrgency, CommandMerge, CommandSplit, CommandApart, CommandNotified,
		CommandCheckIn, CommandStandDown, CommandLead, CommandTake, CommandHandOver, CommandPoint, CommandPreempt}
}

// OfProgram says that the program alone gives the command: it reports what it
// did, so nobody may give it by HTTP.
func (t CommandType) OfProgram() bool { return t == CommandNotified }

// Command is the content of a message on the commands topic. Fields that a
// type does not use are ignored.
type Command struct {
	ID          string // command_id
	Type        CommandType
	CaseID      string
	Application *ApplicationRef // instead of CaseID
	At          time.Time       // when it happened; zero: not said
	Actor       Actor
	TeamID      string
	Note        string

	ETAMinutes *int
	People     *int
	Words      string // of accept and decline: what the team said, as it said it
	Reason     string // why; of an outcome closed: one of ClosedReasons
	Urgency    Urgency
	CallOut    CallOut
	Audience   Audience
	SubjectID  string
	Outcome    Outcome
	Condition  Condition
	FoundBy    string
	Confirmed  string // confirmed_by
	Identity   string
	FamilyTold bool
	Withhold   bool
	ToldBy     string
	Role       string
	Location   *orb.Point
	Replaces   string // of case.assign: the id of the team that goes home instead
	To         string // of case.hand_over: Actor.ID of the new owner
	Point      PointKind
	Photo      string // of case.point: the id that its photo will come under
	CheckIn    *int   // of case.update: minutes, 0 for none

	Round        int              // of roster.answer: the team's round on the case; 0: the newest
	Member       *MemberAnswer    // of roster.answer
	Into         string           // of case.merge: the id of the case that stays
	Other        string           // of case.apart: the id of the case that is another one
	Applications []ApplicationRef // of case.split: those to take out
	Channel      Channel          // of assignment.notified
	About        EventType        // of assignment.notified: what was told
	Delivered    bool             // of assignment.notified

	Fields *Filing  // of case.update: the fields of the application that were given
	Given  []string // of case.update: their JSON pointers

	Invalid *Refusal // set by the decoder: the id can be read and something else cannot
}

// ApplicationRef names an application, and by it the case it belongs to.
type ApplicationRef struct {
	System string
	ID     string
}

// Actor is who gave a command.
type Actor struct {
	Type    string   `json:"type,omitempty"`
	ID      string   `json:"id,omitempty"`
	Roles   []string `json:"roles,omitempty"`
	Regions []string `json:"regions,omitempty"`
}

// said gives the words of an answer, and the reason beside them.
func (c *Command) said() string {
	if c.Words == "" || c.Reason == "" || c.Words == c.Reason {
		return cmp.Or(c.Words, c.Reason)
	}
	return c.Words + "\n" + c.Reason
}
