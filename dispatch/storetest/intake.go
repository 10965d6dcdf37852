package storetest

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	intakeTeams = 500
	intakeBatch = 1000 // applications
)

// intake makes the batches of applications that teams accept at once.
type intake struct {
	head   dispatch.Position
	now    time.Time
	number int64
	slots  [intakeTeams + 1]int32
}

func (in *intake) teams() *dispatch.Batch {
	batch := &dispatch.Batch{Base: in.head, Head: in.head}
	for key := int32(1); key <= intakeTeams; key++ {
		batch.Head.Sequence++
		batch.Teams = append(batch.Teams, &dispatch.Team{Key: key, Available: true, Changed: batch.Head.Sequence, TeamRegistration: dispatch.TeamRegistration{
			ID: fmt.Sprintf("team-%03d", key), Organisation: "Region-10", Name: "Region-10", Base: orb.Point{63, 53},
			Kinds: []dispatch.Kind{dispatch.MissingPerson}, Capacity: 1 << 20, Answers: dispatch.AnswersAutomatic, At: in.now}})
		batch.Events = append(batch.Events, dispatch.Event{Sequence: batch.Head.Sequence, At: in.now, Type: dispatch.EventTeamRegistered, Team: key})
	}
	in.head = batch.Head
	return batch
}

func (in *intake) applications(n int) *dispatch.Batch {
	batch := &dispatch.Batch{Base: in.head, Head: in.head}
	for range n {
		in.now = in.now.Add(time.Millisecond)
		in.number++
		key := batch.Head.Sequence + 1
		team := int32(in.number%intakeTeams) + 1
		in.slots[team]++
		teamID, exercise, distance, age := fmt.Sprintf("team-%03d", team), false, 12345.0, 14
		id := fmt.Sprintf("102-2026-%07d", in.number)
		var hash [16]byte
		binary.LittleEndian.PutUint64(hash[:], uint64(in.number)*0x9e3779b97f4a7c15)
		c := &dispatch.Case{
			Key: key, ID: dispatch.CaseID(in.head.Epoch, key), Number: fmt.Sprintf("39-2026-%06d", in.number), Kind: dispatch.MissingPerson,
			Status: dispatch.StatusAssigned, Urgency: dispatch.Urgent, Region: "KZ-39", Regions: []string{"KZ-39"}, Location: &orb.Point{63.62, 53.21},
			AccuracyM: 500, CallOut: dispatch.CallOutNow, OpenedAt: in.now, Needs: dispatch.Needs{Teams: 1}, LeadTeam: teamID, Changed: key + 2,
			Applications: []dispatch.Application{{Key: key, Identity: dispatch.ApplicationIdentity("102-kostanay", id), System: "102-kostanay", ID: id,
				Reference: "KUI 24391", Kind: dispatch.MissingPerson, FiledAt: in.now, ReceivedAt: in.now, Revision: 1, BodyHash: hash, Changed: key}},
			Subjects: []dispatch.Subject{{N: 1, ID: "s1", Sex: "male", Age: &age, Category: "child_13_15", LastSeenAt: in.now, Changed: key}},
			Assignments: []dispatch.Assignment{{N: 1, Team: team, TeamID: teamID, Round: 1, Status: dispatch.AssignmentAccepted, Slot: in.slots[team],
				DistanceM: distance, Rings: 1, OfferedAt: in.now, AnswerBy: in.now, AnsweredAt: in.now, Created: key + 1, SlotChanged: key + 1, Changed: key + 2}},
			Personal: dispatch.Personal{Place: "Костанай, улица Достык", Changed: key,
				Applications: []dispatch.ApplicationPersonal{{Reporter: dispatch.Reporter{Name: "Айгуль Серикова", Phone: "+77015550123", Relation: "mother"}}},
				Subjects: []dispatch.SubjectPersonal{{Name: "Данияр Сериков", Description: "синяя куртка, чёрная шапка, школьный рюкзак",
					Health: "астма"}}},
		}
		decision := dispatch.Decision{Case: key, Sequence: key + 1, At: in.now}
		for candidate := range int32(20) {
			result := dispatch.CandidateEligible
			if candidate == 0 {
				result = dispatch.CandidateOffered
			}
			decision.Candidates = append(decision.Candidates, dispatch.Candidate{Team: (team+candidate)%intakeTeams + 1, Result: result,
				DistanceM: distance + 4321*float64(candidate), PositionAge: -time.Second, CasesLastDay: 7})
		}
		fields := dispatch.EventFields{CaseID: c.ID, TeamID: teamID, Round: 1, Rings: 1, DistanceM: &distance, AnswerBy: in.now}
		accepted := dispatch.EventFields{CaseID: c.ID, TeamID: teamID, Round: 1, LeadTeamID: &teamID, LeadOrganisation: "Region-10", StatusNow: c.Status}
		batch.Events = append(batch.Events,
			dispatch.Event{Sequence: key, At: in.now, Type: dispatch.EventCaseOpened, Case: key, EventFields: dispatch.EventFields{CaseID: c.ID,
				Number: c.Number, Kind: c.Kind, Urgency: c.Urgency, Region: c.Region, CallOut: c.CallOut, Exercise: &exercise,
				Subjects: []dispatch.EventSubject{{ID: "s1", Category: "child_13_15"}}}},
			dispatch.Event{Sequence: key + 1, At: in.now, Type: dispatch.EventOffered, Case: key, Team: team, EventFields: fields},
			dispatch.Event{Sequence: key + 2, At: in.now, Type: dispatch.EventAccepted, Case: key, Team: team, EventFields: accepted})
		batch.Cases = append(batch.Cases, c)
		batch.Decisions = append(batch.Decisions, decision)
		batch.Head.Sequence = key + 2
	}
	batch.Numbers = []dispatch.CaseNumber{{Prefix: "39-2026", Last: in.number}}
	batch.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.applications", Next: in.number}}
	in.head = batch.Head
	return batch
}

// startIntake registers the teams.
func startIntake(b *testing.B, store Database, now time.Time) *intake {
	b.Helper()
	head, err := store.Head(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	in := &intake{head: head, now: now}
	if err := store.Commit(b.Context(), in.teams()); err != nil {
		b.Fatal(err)
	}
	return in
}
