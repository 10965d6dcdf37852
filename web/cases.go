package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

const (
	pageDefault = 50
	pageLimit   = 500
	// scanPages bounds how many pages of rows one request reads when its rights
	// cannot all be said to the database.
	scanPages = 20
	// queryLetters bounds q.
	queryLetters = 100
)

// caseInput names a case.
type caseInput struct {
	ID string `path:"id" doc:"The case's id"`
}

// casesInput selects cases.
type casesInput struct {
	Status string `query:"status" doc:"Statuses, separated by commas"`
	Kind   string `query:"kind" doc:"Kinds, separated by commas"`
	Region string `query:"region" doc:"ISO 3166-2"`
	Team   string `query:"team" doc:"A team that was asked"`
	Owner  string `query:"owner" doc:"The id of the key whose holder is responsible; none: cases that nobody has taken"`
	Q      string `query:"q" doc:"Part of the number, the place, a subject's name, or an application's id or reference, as far as the viewer sees them"`
	From   string `query:"from" doc:"from <= opened_at; RFC 3339, or a date at +05:00"`
	To     string `query:"to" doc:"opened_at < to"`
	After  string `query:"after" doc:"next of the page before"`
	Limit  string `query:"limit" doc:"1 to 500; 50 when absent"`
}

func (s *Server) registerCases() {
	register(s, operation{id: opListCases, method: http.MethodGet, path: apiRoot + "/cases", tag: "cases",
		summary: "Cases, newest first", answers: map[int]any{200: CasesAnswer{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *casesInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.listCases(ctx, in)
		})
	register(s, operation{id: opGetCase, method: http.MethodGet, path: apiRoot + "/cases/{id}", tag: "cases",
		summary: "A case", answers: map[int]any{200: CaseView{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *caseInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			c, seen, err := s.seenCase(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return answerBytes(http.StatusOK, appendCase(nil, c, callerOf(ctx).viewer, seen, s.config.Demo)), nil
		})
	register(s, operation{id: opGetTimeline, method: http.MethodGet, path: apiRoot + "/cases/{id}/timeline", tag: "cases",
		summary: "What happened to a case", answers: map[int]any{200: TimelineAnswer{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *caseInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.timeline(ctx, in.ID)
		})
	type candidatesInput struct {
		ID     string `path:"id" doc:"The case's id"`
		Latest bool   `query:"latest" doc:"Only the newest decision"`
	}
	register(s, operation{id: opGetCandidates, method: http.MethodGet, path: apiRoot + "/cases/{id}/candidates", tag: "cases",
		summary: "Who was considered and why", answers: map[int]any{200: CandidatesAnswer{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *candidatesInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.candidates(ctx, in.ID, in.Latest)
		})
	type boardInput struct {
		Region string `query:"region" doc:"ISO 3166-2; absent: every region of the key"`
	}
	register(s, operation{id: opGetBoard, method: http.MethodGet, path: apiRoot + "/board", tag: "cases",
		summary: "What the live feed starts with: open cases, those that ended in the last 24 hours, and teams",
		answers: map[int]any{200: FrameView{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *boardInput) (*answer, error) { return s.boardNow(ctx, in.Region) })
}

// seenCase gives a case that the caller sees. A case that is not for the caller
// is as unknown as one that does not exist.
func (s *Server) seenCase(ctx context.Context, id string) (*dispatch.Case, sight, error) {
	unknown := problem(http.StatusNotFound, dispatch.RefusedUnknownCase, "There is no such case, or it is not one of yours.")
	_, key, ok := dispatch.ParseCaseID(id)
	if !ok {
		return nil, sight{}, unknown
	}
	c, err := s.caseByKey(ctx, key)
	if err != nil {
		return nil, sight{}, storeError(err)
	}
	seen := callerOf(ctx).sees(c)
	if !seen.visible || c.ID != id {
		return nil, sight{}, unknown
	}
	return c, seen, nil
}

func (s *Server) listCases(ctx context.Context, in *casesInput) (*answer, error) {
	who := callerOf(ctx)
	filter, limit, err := caseFilter(in)
	if err != nil {
		return nil, err
	}
	who.narrow(&filter)
	b := []byte(`{"cases":[`)
	shown, last := 0, int64(0)
	more := true
	for range scanPages {
		filter.Limit = max(limit, pageDefault) + 1
		keys, err := s.config.Store.CaseList(ctx, filter)
		if err != nil {
			return nil, storeError(err)
		}
		cases, err := s.config.Store.Cases(ctx, keys)
		if err != nil {
			return nil, storeError(err)
		}
		slices.SortFunc(cases, func(x, y *dispatch.Case) int { return int(y.Key - x.Key) })
		for _, c := range cases {
			seen := who.sees(c)
			if !seen.visible || !selected(c, who.viewer, seen, in) {
				continue
			}
			if shown == limit {
				// One more than the page holds: there is a next one.
				return answerBytes(http.StatusOK, nextPage(b, last)), nil
			}
			b = appendCase(comma(b), c, who.viewer, seen, s.config.Demo)
			shown, last = shown+1, c.Key
		}
		if more = len(keys) == filter.Limit; !more {
			break
		}
		filter.Before = keys[len(keys)-1]
	}
	if more {
		return answerBytes(http.StatusOK, nextPage(b, filter.Before)), nil
	}
	return answerBytes(http.StatusOK, append(b, ']', '}')), nil
}

func nextPage(b []byte, last int64) []byte {
	b = append(b, ']')
	return append(text(b, "next", strconv.FormatInt(last, 10)), '}')
}

// narrow says as much of a viewer's rights to the database as it can; each case
// is looked at again afterwards.
func (v *viewer) narrow(filter *dispatch.CaseFilter) {
	if len(v.roles) != 1 {
		return
	}
	switch rightsOf[v.roles[0]].cases {
	case ownRegions:
		if len(v.regions) > 0 && len(filter.Regions) == 0 {
			filter.Regions = v.regions
		}
	case ownRegionsAndNone:
		if len(v.regions) > 0 && len(filter.Regions) == 0 {
			filter.Regions = append(slices.Clone(v.regions), "")
		}
	case ownTeams:
		if len(filter.Teams) == 0 {
			filter.Teams = v.teams
		}
	case ownSystems:
		filter.Systems = v.systems
	}
}

// selected checks what the database was asked for against what the viewer sees:
// a hit must not tell of something that the answer hides.
func selected(c *dispatch.Case, v *viewer, seen sight, in *casesInput) bool {
	if in.Team != "" && (!seen.assignments || !asked(c, in.Team)) {
		return false
	}
	if in.Owner != "" && !seen.actors {
		return false
	}
	return in.Q == "" || mentions(c, v, seen, in.Q)
}

func asked(c *dispatch.Case, teamID string) bool {
	return slices.ContainsFunc(c.Assignments, func(a dispatch.Assignment) bool {
		return a.TeamID == teamID && a.Status != dispatch.AssignmentWithdrawn
	})
}

// caseFilter reads the parameters of GET /cases.
func caseFilter(in *casesInput) (filter dispatch.CaseFilter, limit int, err error) {
	for _, status := range list(in.Status) {
		if !slices.Contains(dispatch.Statuses(), dispatch.Status(status)) {
			return filter, 0, invalidParameter("status", "is none of "+words(dispatch.Statuses()))
		}
		filter.Statuses = append(filter.Statuses, dispatch.Status(status))
	}
	for _, kind := range list(in.Kind) {
		if !slices.Contains(dispatch.Kinds(), dispatch.Kind(kind)) {
			return filter, 0, invalidParameter("kind", "is none of "+words(dispatch.Kinds()))
		}
		filter.Kinds = append(filter.Kinds, dispatch.Kind(kind))
	}
	if in.Region != "" {
		if err := knownRegion(in.Region); err != nil {
			return filter, 0, err
		}
		filter.Regions = []string{in.Region}
	}
	if in.Team != "" {
		filter.Teams = []string{in.Team}
	}
	filter.Owner = in.Owner
	in.Q = strings.TrimSpace(in.Q)
	if utf8.RuneCountInString(in.Q) > queryLetters || !utf8.ValidString(in.Q) {
		return filter, 0, invalidParameter("q", "is text of at most "+strconv.Itoa(queryLetters)+" letters")
	}
	filter.Text = in.Q
	if filter.From, err = parseMoment("from", in.From); err != nil {
		return filter, 0, err
	}
	if filter.To, err = parseMoment("to", in.To); err != nil {
		return filter, 0, err
	}
	if in.After != "" {
		before, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil || before < 1 {
			return filter, 0, invalidParameter("after", "is the next of an earlier answer")
		}
		filter.Before = before
	}
	limit = pageDefault
	if in.Limit != "" {
		if limit, err = strconv.Atoi(in.Limit); err != nil || limit < 1 || limit > pageLimit {
			return filter, 0, invalidParameter("limit", "is a number from 1 to "+strconv.Itoa(pageLimit))
		}
	}
	return filter, limit, nil
}

func list(value string) []string {
	var values []string
	for one := range strings.SplitSeq(value, ",") {
		if one = strings.TrimSpace(one); one != "" {
			values = append(values, one)
		}
	}
	return values
}

func words[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return strings.Join(texts, ", ")
}

func knownRegion(region string) error {
	if _, known := geo.RegionByCode(region); !known {
		return invalidParameter("region", "is no ISO 3166-2 code of a region, such as KZ-39")
	}
	return nil
}

// parseMoment reads RFC 3339, or a date at +05:00.
func parseMoment(parameter, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, value, geo.CountryTime)
	if err != nil {
		return time.Time{}, invalidParameter(parameter, "is a time such as 2026-01-31T10:00:00Z or a date such as 2026-01-31")
	}
	return t.UTC(), nil
}

func (s *Server) boardNow(ctx context.Context, region string) (*answer, error) {
	if region != "" {
		if err := knownRegion(region); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	class, err := s.hub.enter(callerOf(ctx).limited(region), false)
	if err != nil {
		return nil, s.notLoaded()
	}
	defer s.hub.leave(class, nil)
	first, err := s.hub.begin(ctx, class, fromNothing, true)
	if err != nil {
		return nil, s.notLoaded()
	}
	return answerBytes(http.StatusOK, first.body), nil
}

func (s *Server) notLoaded() *Problem {
	return problem(http.StatusServiceUnavailable, codeStarting, "The board is not loaded yet. "+s.callDuty()).after(time.Second)
}
