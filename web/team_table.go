package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

// TableTeam is a line of a table of teams as the body of PUT /teams/{id}.
type TableTeam struct {
	Line int             `json:"line" doc:"Counted from 1, as editors show it"`
	ID   string          `json:"id"`
	Body json.RawMessage `json:"team" doc:"As the body of PUT /teams/{id}"`
}

// TableProblem says why a line of a table was refused.
type TableProblem struct {
	Line   int    `json:"line,omitempty" doc:"Absent: the whole file"`
	Column string `json:"column,omitempty" doc:"Absent: the whole line"`
	Code   string `json:"code" doc:"not_text, too_large, no_column, quotes, too_many_fields, empty, no_number, outside, swapped, unknown_word, unknown_place, many_places, no_duty, no_date, too_many_rows, twice, not_yours, invalid"`
	Detail string `json:"detail" doc:"What is wrong and what to do"`
}

// codeNotYours is the code of a line with a team that the key may not register.
const codeNotYours = "not_yours"

// TeamTableAnswer is a table of teams, read.
type TeamTableAnswer struct {
	Teams    []TableTeam    `json:"teams"`
	Problems []TableProblem `json:"problems"`
}

func (s *Server) registerTeamTable() {
	type table struct {
		RawBody []byte `contentType:"text/csv"`
	}
	register(s, operation{id: opReadTeamTable, method: http.MethodPost, path: apiRoot + "/teams/table", tag: "teams",
		summary: "Read a table of teams", about: "CSV in UTF-8, with the columns of `izdeu teams import`. Nothing is changed: send each team with PUT /teams/{id}.",
		answers: map[int]any{200: TeamTableAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *table) (*answer, error) { return s.readTeamTable(ctx, in.RawBody) })
}

func (s *Server) readTeamTable(ctx context.Context, body []byte) (*answer, error) {
	index, _ := s.placesNow(ctx)
	read, err := s.config.Intake.ReadTeamTable(index, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	answered := TeamTableAnswer{Teams: []TableTeam{}, Problems: []TableProblem{}}
	for _, p := range read.Problems {
		answered.Problems = append(answered.Problems, TableProblem(p))
	}
	for _, team := range read.Teams {
		var at struct {
			Base struct {
				Coordinates orb.Point `json:"coordinates"`
			} `json:"base"`
		}
		if err := json.Unmarshal(team.Body, &at); err != nil {
			return nil, err
		}
		region, _, _ := geo.RegionOf(at.Base.Coordinates)
		known, err := s.knownTeam(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		if !who.manages(team.ID, region) || known != nil && !who.manages(team.ID, known.Region) {
			answered.Problems = append(answered.Problems, TableProblem{Line: team.Line, Code: codeNotYours, Detail: "the team is or would be based in a region that your key is not for"})
			continue
		}
		answered.Teams = append(answered.Teams, TableTeam{Line: team.Line, ID: team.ID, Body: team.Body})
	}
	return answerJSON(http.StatusOK, answered)
}
