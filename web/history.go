package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// ofAssignments says that an event tells about teams, and not about the case
// itself.
func ofAssignments(t dispatch.EventType) bool {
	switch t {
	case dispatch.EventCaseOpened, dispatch.EventCaseJoined, dispatch.EventCaseUpdated, dispatch.EventCaseReopened,
		dispatch.EventCaseSearchEnded, dispatch.EventCaseOutcome, dispatch.EventCaseUrgency, dispatch.EventCasePointed:
		return false
	}
	return true
}

func (s *Server) timeline(ctx context.Context, id string) (*answer, error) {
	c, seen, err := s.seenCase(ctx, id)
	if err != nil {
		return nil, err
	}
	events, err := s.config.Store.EventsOfCase(ctx, c.Key)
	if err != nil {
		return nil, storeError(err)
	}
	notes, err := s.config.Store.Notes(ctx, c.Key)
	if err != nil {
		return nil, storeError(err)
	}
	texts := make(map[int64]dispatch.Note, len(notes))
	for _, note := range notes {
		texts[note.Sequence] = note
	}
	epoch, _, _ := dispatch.ParseCaseID(c.ID)
	if head, _ := s.config.Feed.Head(); head.Epoch != "" {
		epoch = head.Epoch
	}
	timeline := TimelineAnswer{Events: []TimelineEvent{}}
	for i := range events {
		event := &events[i]
		if !seen.assignments && ofAssignments(event.Type) {
			continue
		}
		if !seen.duplicates && (event.Type == dispatch.EventCaseLikely || event.Type == dispatch.EventCaseApart) {
			continue // tells that somebody else filed, from the same phone perhaps
		}
		line := TimelineEvent{Position: dispatch.Position{Epoch: epoch, Sequence: event.Sequence}.String(),
			Type: event.Type, At: event.At, EventFields: event.EventFields}
		if event.Type == dispatch.EventCaseNoted {
			// Whose it is stands with the note; one that was erased is only
			// for those who may read every note.
			note, kept := texts[event.Sequence]
			if !kept {
				note.Audience = dispatch.AudienceSealed
			}
			if !slices.Contains(seen.audiences, note.Audience) || !seen.everyLog && event.TeamID != "" && !slices.Contains(callerOf(ctx).teams, event.TeamID) {
				continue
			}
			line.Audience = note.Audience
			if seen.personal {
				line.Text = note.Text
			}
		}
		if event.RelatedCaseID != "" && !seen.allApplications {
			line.RelatedCaseID = "" // whose applications are not the viewer's
		}
		if seen.actors {
			line.Actor = event.ActorID
		}
		line.CaseID, line.ActorID, line.ActorType = "", "", ""
		if !seen.actors {
			line.Owner, line.OpenItems = "", nil
		}
		if !seen.assignments {
			line.TeamID, line.LeadTeamID, line.LeadOrganisation = "", nil, ""
		}
		timeline.Events = append(timeline.Events, line)
	}
	return answerJSON(http.StatusOK, timeline)
}

func (s *Server) candidates(ctx context.Context, id string, latest bool) (*answer, error) {
	c, seen, err := s.seenCase(ctx, id)
	if err != nil {
		return nil, err
	}
	if !seen.assignments {
		return nil, s.forbidden(opGetCandidates)
	}
	decisions, err := s.config.Store.Decisions(ctx, c.Key)
	if err != nil {
		return nil, storeError(err)
	}
	if latest && len(decisions) > 1 {
		decisions = decisions[len(decisions)-1:]
	}
	teamIDs, err := s.teamIDs(ctx)
	if err != nil {
		return nil, err
	}
	head, _ := s.config.Feed.Head()
	answered := CandidatesAnswer{Decisions: []DecisionView{}}
	for i := range decisions {
		d := &decisions[i]
		view := decisionView(d, teamIDs)
		view.Position = dispatch.Position{Epoch: head.Epoch, Sequence: d.Sequence}.String()
		answered.Decisions = append(answered.Decisions, view)
	}
	return answerJSON(http.StatusOK, answered)
}

// decisionView is a decision without its position.
func decisionView(d *dispatch.Decision, teamIDs map[int32]string) DecisionView {
	view := DecisionView{At: d.At, Chosen: d.Choice.String(), Candidates: []CandidateView{}, Others: d.OtherCounts()}
	var chosen time.Duration
	for i := range d.Candidates {
		if d.Candidates[i].Result == dispatch.CandidateOffered {
			chosen = d.Travel(&d.Candidates[i]).Median
		}
	}
	for i := range d.Candidates {
		candidate := &d.Candidates[i]
		travel := d.Travel(candidate)
		one := CandidateView{TeamID: teamIDs[candidate.Team], DistanceM: candidate.DistanceM, From: "base",
			StalePositionS: int(candidate.StaleAge / time.Second), Result: candidate.Result.String(), CasesLastDay: candidate.CasesLastDay,
			TravelS: int(travel.Median / time.Second), TravelLeastS: int(travel.Least / time.Second), TravelMostS: int(travel.Most / time.Second),
			TravelAssumed: travel.Assumed}
		if d.Paces[candidate.Transport] != (dispatch.Pace{}) {
			one.Transport = dispatch.Transports()[candidate.Transport]
		}
		if candidate.PositionAge >= 0 {
			one.From, one.PositionAgeS = "position", int(candidate.PositionAge/time.Second)
		}
		one.FreeInS = int(candidate.FreeIn / time.Second)
		one.WouldGainS = int(d.WouldGain(candidate, chosen) / time.Second)
		view.Candidates = append(view.Candidates, one)
	}
	return view
}

// teamIDs gives the ids of all teams by key.
func (s *Server) teamIDs(ctx context.Context) (map[int32]string, error) {
	ids := map[int32]string{}
	err := s.hub.look(func(b *board) {
		for key, team := range b.teams {
			ids[key] = team.ID
		}
	})
	if err == nil {
		return ids, nil
	}
	teams, err := s.config.Store.Teams(ctx)
	if err != nil {
		return nil, storeError(err)
	}
	for _, team := range teams {
		ids[team.Key] = team.ID
	}
	return ids, nil
}
