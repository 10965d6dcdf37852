package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/izdeu/izdeu/dispatch"
)

func (s *Server) registerStatistics() {
	type query struct {
		From    string `query:"from" doc:"from <= opened_at; RFC 3339, or a date at +05:00"`
		To      string `query:"to" doc:"opened_at < to"`
		Region  string `query:"region" doc:"ISO 3166-2"`
		GroupBy string `query:"group_by" doc:"region, team (the lead team), organisation, month, kind or category"`
	}
	register(s, operation{id: opGetStatistics, method: http.MethodGet, path: apiRoot + "/statistics", tag: "statistics",
		summary: "Totals, groups and checks",
		about:   "A key with regions sees the cases of its regions alone. An outcome that is withheld counts as open.",
		answers: map[int]any{200: dispatch.StatisticsReport{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *query) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			q, err := statisticsQuery(ctx, in.From, in.To, in.Region)
			if err != nil {
				return nil, err
			}
			q.GroupBy = dispatch.GroupBy(in.GroupBy)
			if in.GroupBy != "" && !slices.Contains(dispatch.GroupBys(), q.GroupBy) {
				return nil, invalidParameter("group_by", "is none of "+words(dispatch.GroupBys()))
			}
			head, _ := s.config.Feed.Head()
			report, err := dispatch.Report(ctx, s.config.Statistics, head.Epoch, q)
			if err != nil {
				return nil, storeError(err)
			}
			return answerJSON(http.StatusOK, report)
		})

	type period struct {
		From   string `query:"from" doc:"The period begins; RFC 3339, or a date at +05:00. Absent: with the first case"`
		To     string `query:"to" doc:"The period has ended. Absent: now"`
		Region string `query:"region" doc:"ISO 3166-2"`
	}
	register(s, operation{id: opGetBalance, method: http.MethodGet, path: apiRoot + "/statistics/balance", tag: "statistics",
		summary: "The balance of a period: people carried over, received, reopened, ended and open at its end, by region",
		about:   "As it is known now: a case that was merged or moved since, or was told of late, counts as it stands; what was signed stays, see GET /statistics/signed. An outcome that is withheld counts as open.",
		answers: map[int]any{200: dispatch.BalanceReport{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *period) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			q, err := statisticsQuery(ctx, in.From, in.To, in.Region)
			if err != nil {
				return nil, err
			}
			head, _ := s.config.Feed.Head()
			report, err := dispatch.Balance(ctx, s.config.Statistics, head.Epoch, q)
			if err != nil {
				return nil, storeError(err)
			}
			return answerJSON(http.StatusOK, report)
		})
}

// statisticsQuery reads a period and a region, within what the caller counts.
func statisticsQuery(ctx context.Context, from, to, region string) (q dispatch.StatisticsQuery, err error) {
	if q.From, err = parseMoment("from", from); err != nil {
		return q, err
	}
	if q.To, err = parseMoment("to", to); err != nil {
		return q, err
	}
	if region != "" {
		if err := knownRegion(region); err != nil {
			return q, err
		}
	}
	q.Regions, err = callerOf(ctx).countedRegions(region)
	return q, err
}

// countedRegions gives the regions that a viewer's statistics are limited to;
// none for no limit.
func (v *viewer) countedRegions(region string) ([]string, error) {
	limited := len(v.regions) > 0 && !slices.ContainsFunc(v.roles, func(role Role) bool { return rightsOf[role].cases == everywhere })
	switch {
	case region == "" && limited:
		return v.regions, nil
	case region == "":
		return nil, nil
	case limited && !v.inRegions(region):
		return nil, problem(http.StatusForbidden, codeForbidden, "Your key is not for this region.")
	}
	return []string{region}, nil
}

func parseID(value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	return strconv.ParseInt(value, 10, 64)
}
