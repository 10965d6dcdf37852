package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// comparedLimit bounds the cases of one comparison.
const comparedLimit = 5000

// ListedRowView is a row of a team's list, as it was read.
type ListedRowView struct {
	Line      int              `json:"line" doc:"Counted from 1, as editors show it"`
	Number    string           `json:"number,omitempty"`
	Reference string           `json:"reference,omitempty"`
	Name      string           `json:"name,omitempty"`
	Age       *int             `json:"age,omitempty" doc:"Years"`
	Opened    string           `json:"opened,omitempty" doc:"A day, such as 2026-11-21"`
	Ended     string           `json:"ended,omitempty" doc:"A day"`
	Outcome   dispatch.Outcome `json:"outcome,omitempty" enum:"found,missing,deceased,closed" doc:"Absent: still sought"`
}

// CountedView is a person of a case that the team accepted, or the case where
// it has no subjects.
type CountedView struct {
	CaseID    string           `json:"case_id"`
	Number    string           `json:"number"`
	Kind      dispatch.Kind    `json:"kind" enum:"missing_person,emergency,volunteer_event"`
	Region    string           `json:"region,omitempty"`
	OpenedAt  time.Time        `json:"opened_at"`
	Part      string           `json:"part" enum:"lead,taking_part" doc:"lead: the case counts for this team"`
	Carried   bool             `json:"carried,omitempty" doc:"Opened before the period and sought in it"`
	SubjectID string           `json:"subject_id,omitempty"`
	Name      string           `json:"name,omitempty"`
	Sex       dispatch.Sex     `json:"sex,omitempty" enum:"male,female"`
	Age       *int             `json:"age,omitempty" doc:"Years"`
	Outcome   dispatch.Outcome `json:"outcome,omitempty" enum:"found,missing,deceased,closed" doc:"Absent while open or withheld"`
	OutcomeAt *time.Time       `json:"outcome_at,omitempty"`
}

// ComparedView is a row and who it is about.
type ComparedView struct {
	Row  ListedRowView      `json:"row"`
	Ours CountedView        `json:"ours"`
	By   dispatch.MatchedBy `json:"by" enum:"number,reference,same_name,similar_name,part_of_name"`
}

// UnclearView is a row that may be about each of its candidates.
type UnclearView struct {
	Row        ListedRowView          `json:"row"`
	Reason     dispatch.UnclearReason `json:"reason" enum:"several_ours,several_rows,in_part" doc:"several_rows: another row fits the same one as well; in_part: a name or an age speaks against it, or a part of a name is all there is"`
	Candidates []CandidateOfRowView   `json:"candidates"`
}

// CandidateOfRowView is somebody whom an unclear row may be about.
type CandidateOfRowView struct {
	Ours CountedView        `json:"ours"`
	By   dispatch.MatchedBy `json:"by" enum:"number,reference,same_name,similar_name,part_of_name"`
}

// ComparisonAnswer is a team's list beside our cases. Every row that was not
// refused and everybody of ours is in exactly one part.
type ComparisonAnswer struct {
	Rows       int             `json:"rows" doc:"Read and compared"`
	Ours       int             `json:"ours"`
	Same       []ComparedView  `json:"same"`
	Different  []ComparedView  `json:"different" doc:"With another outcome"`
	OnlyOurs   []CountedView   `json:"only_ours"`
	OnlyTheirs []ListedRowView `json:"only_theirs"`
	Unclear    []UnclearView   `json:"unclear"`
	Problems   []TableProblem  `json:"problems" doc:"Lines that were refused and are not compared"`
}

func (s *Server) registerComparison() {
	type input struct {
		Team    string `query:"team" required:"true" doc:"The team's id"`
		From    string `query:"from" doc:"The period begins, as for the balance"`
		To      string `query:"to" doc:"The period has ended"`
		RawBody []byte `contentType:"text/csv"`
	}
	register(s, operation{id: opCompareList, method: http.MethodPost, path: apiRoot + "/statistics/compare", tag: "statistics",
		summary: "A team's own list beside the cases that it accepted",
		about: "CSV in UTF-8 with commas, semicolons or tabs: outcome, and one of number, reference (of the police) and name; age, opened, ended. Columns and outcomes in Kazakh, Russian or English; " +
			"at most 2000 rows. A row is matched by number, else by reference, else by name with a day (opened or outcome, one day apart at most) and the age where both have it: the surest first, " +
			"each of ours once. Outcomes are those known now; one that is withheld counts as open. Only cases that the key sees with their personal data. Nothing of the list is kept.",
		answers: map[int]any{200: ComparisonAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *input) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			from, err := parseMoment("from", in.From)
			if err != nil {
				return nil, err
			}
			to, err := parseMoment("to", in.To)
			if err != nil {
				return nil, err
			}
			team, err := s.knownTeam(ctx, in.Team)
			if err != nil {
				return nil, err
			}
			if team == nil {
				return nil, invalidParameter("team", "is the id of no team")
			}
			return s.compareList(ctx, team.ID, from, to, in.RawBody)
		})
}

func (s *Server) compareList(ctx context.Context, teamID string, from, to time.Time, body []byte) (*answer, error) {
	list, err := s.config.Intake.ReadTeamList(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	cases, err := s.acceptedBy(ctx, teamID, from, to)
	if err != nil {
		return nil, err
	}
	all, err := dispatch.CompareList(teamID, from, to, cases, list.Rows)
	if errors.Is(err, dispatch.ErrTooManyNames) {
		return nil, invalidParameter("from", "has too many rows and cases of the same days: choose a shorter period")
	}
	if err != nil {
		return nil, err
	}
	answered := ComparisonAnswer{Rows: len(list.Rows), Ours: all.Ours, Same: comparedViews(all.Same), Different: comparedViews(all.Different),
		OnlyOurs: []CountedView{}, OnlyTheirs: []ListedRowView{}, Unclear: []UnclearView{}, Problems: []TableProblem{}}
	for i := range all.OnlyOurs {
		answered.OnlyOurs = append(answered.OnlyOurs, countedView(&all.OnlyOurs[i]))
	}
	for i := range all.OnlyTheirs {
		answered.OnlyTheirs = append(answered.OnlyTheirs, listedRowView(&all.OnlyTheirs[i]))
	}
	for i := range all.Unclear {
		one := UnclearView{Row: listedRowView(&all.Unclear[i].Row), Reason: all.Unclear[i].Reason}
		for _, candidate := range all.Unclear[i].Candidates {
			one.Candidates = append(one.Candidates, CandidateOfRowView{Ours: countedView(&candidate.Ours), By: candidate.By})
		}
		answered.Unclear = append(answered.Unclear, one)
	}
	for _, problem := range list.Problems {
		answered.Problems = append(answered.Problems, TableProblem(problem))
	}
	return answerJSON(http.StatusOK, answered)
}

// acceptedBy gives the cases of a period that a team accepted and that the
// caller sees with their personal data.
func (s *Server) acceptedBy(ctx context.Context, teamID string, from, to time.Time) ([]*dispatch.Case, error) {
	keys, err := dispatch.AcceptedCases(ctx, s.config.Statistics, teamID, from, to)
	if err != nil {
		return nil, storeError(err)
	}
	who := callerOf(ctx)
	var all []*dispatch.Case
	for part := range slices.Chunk(keys, pageLimit) {
		cases, err := s.config.Store.Cases(ctx, part)
		if err != nil {
			return nil, storeError(err)
		}
		for _, c := range cases {
			if seen := who.sees(c); !seen.visible || !seen.personal || !seen.assignments || c.OverBefore(from) {
				continue
			}
			if len(all) == comparedLimit {
				return nil, invalidParameter("from", "more than "+strconv.Itoa(comparedLimit)+" cases are of this period: choose a shorter one")
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func comparedViews(pairs []dispatch.ComparedPair) []ComparedView {
	views := make([]ComparedView, len(pairs))
	for i := range pairs {
		views[i] = ComparedView{Row: listedRowView(&pairs[i].Row), Ours: countedView(&pairs[i].Ours), By: pairs[i].By}
	}
	return views
}

func listedRowView(row *dispatch.ListedRow) ListedRowView {
	return ListedRowView{Line: row.Line, Number: row.Number, Reference: row.Reference, Name: row.Name, Age: row.Age,
		Opened: dayText(row.Opened), Ended: dayText(row.Ended), Outcome: row.Outcome}
}

func dayText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(geo.CountryTime).Format(time.DateOnly)
}

func countedView(p *dispatch.CountedPerson) CountedView {
	view := CountedView{CaseID: p.Case.ID, Number: p.Case.Number, Kind: p.Case.Kind, Region: p.Case.Region, OpenedAt: p.Case.OpenedAt,
		Part: "taking_part", Carried: p.Carried, Name: p.Name, Outcome: p.Outcome}
	if p.Lead {
		view.Part = "lead"
	}
	if p.Subject != nil {
		view.SubjectID, view.Sex, view.Age = p.Subject.ID, p.Subject.Sex, p.Subject.Age
	}
	if !p.OutcomeAt.IsZero() {
		view.OutcomeAt = &p.OutcomeAt
	}
	return view
}
