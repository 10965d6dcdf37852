package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// MonthSigning is the balance of a month and a region that somebody signs.
type MonthSigning struct {
	Month   string                  `json:"month" example:"2026-10" doc:"At +05:00; it has to be over"`
	Region  string                  `json:"region" example:"KZ-39" doc:"ISO 3166-2"`
	Figures dispatch.BalanceFigures `json:"figures" doc:"What was read in GET /statistics/balance. Where something else is counted by now, nothing is signed"`
}

// SignedMonthView is a signed month with what has changed since.
type SignedMonthView struct {
	Month       string                  `json:"month"`
	Region      string                  `json:"region"`
	SignedAt    time.Time               `json:"signed_at"`
	SignedBy    string                  `json:"signed_by" doc:"The name of the key"`
	Position    string                  `json:"position" doc:"Up to where the statistics counted"`
	Figures     dispatch.BalanceFigures `json:"figures" doc:"As they were signed"`
	Now         dispatch.BalanceFigures `json:"now" doc:"With all corrections"`
	Corrections []CorrectionView        `json:"corrections"`
}

// CorrectionView is a case that counts another way than when a month was signed.
type CorrectionView struct {
	CaseID string                  `json:"case_id,omitempty" doc:"Absent where the key does not see the case any more"`
	Number string                  `json:"number,omitempty"`
	Signed dispatch.BalanceFigures `json:"signed" doc:"What it added to the signed figures"`
	Now    dispatch.BalanceFigures `json:"now" doc:"What it adds now"`
	Since  []dispatch.EventType    `json:"since" doc:"The types of the events that changed it"`
}

// SignedMonthsAnswer are the signed regions of a month.
type SignedMonthsAnswer struct {
	Months []SignedMonthView `json:"months"`
}

func (s *Server) registerSignedMonths() {
	type query struct {
		Month  string `query:"month" required:"true" example:"2026-10" doc:"At +05:00"`
		Region string `query:"region" doc:"ISO 3166-2"`
	}
	register(s, operation{id: opGetSignedMonths, method: http.MethodGet, path: apiRoot + "/statistics/signed", tag: "statistics",
		summary: "The signed regions of a month, with every case that was corrected since",
		answers: map[int]any{200: SignedMonthsAnswer{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *query) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			if _, _, ok := dispatch.MonthPeriod(in.Month); !ok {
				return nil, invalidParameter("month", "must be a month such as 2026-10")
			}
			q, err := statisticsQuery(ctx, "", "", in.Region)
			if err != nil {
				return nil, err
			}
			signed, err := dispatch.SignedReports(ctx, s.config.Statistics, s.config.Store, in.Month, q.Regions)
			if err != nil {
				return nil, storeError(err)
			}
			answered := SignedMonthsAnswer{Months: []SignedMonthView{}}
			for i := range signed {
				view, err := s.signedView(ctx, &signed[i])
				if err != nil {
					return nil, storeError(err)
				}
				answered.Months = append(answered.Months, view)
			}
			return answerJSON(http.StatusOK, answered)
		})
	register(s, operation{id: opSignMonth, method: http.MethodPost, path: apiRoot + "/statistics/signed", tag: "statistics",
		summary: "Sign the balance of a month and a region", about: "Once for each: what changes later is listed as a correction.",
		request: MonthSigning{}, answers: map[int]any{201: SignedMonthView{}}, errors: []int{409, 422, 503}},
		func(ctx context.Context, in *bodyInput) (*answer, error) { return s.signMonth(ctx, in.RawBody) })
}

func (s *Server) signMonth(ctx context.Context, body []byte) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	signing, err := readSigning(body)
	if err != nil {
		return nil, err
	}
	from, to, ok := dispatch.MonthPeriod(signing.Month)
	switch {
	case !ok:
		return nil, invalidField("/month", "must be a month such as 2026-10")
	case s.clock().Before(to):
		return nil, invalidField("/month", "has not ended: sign it when it is over")
	}
	if err := knownRegion(signing.Region); err != nil {
		return nil, invalidField("/region", "must be a region of ISO 3166-2 such as KZ-39")
	}
	who := callerOf(ctx)
	regions, err := who.countedRegions(signing.Region)
	if err != nil {
		return nil, err
	}
	head, _ := s.config.Feed.Head()
	report, err := dispatch.Balance(ctx, s.config.Statistics, head.Epoch, dispatch.StatisticsQuery{From: from, To: to, Regions: regions})
	if err != nil {
		return nil, storeError(err)
	}
	if f := report.Totals; f != signing.Figures {
		return nil, problem(http.StatusConflict, codeFiguresChanged, fmt.Sprintf(
			"Nothing was signed: by now %d were carried over, %d received, %d reopened, %d ended and %d open. Look at them and sign again.",
			f.Carried, f.Opened, f.Reopened, f.Ended, f.Open))
	}
	position, err := dispatch.ParsePosition(report.Position)
	if err != nil {
		return nil, err
	}
	signed := dispatch.SignedMonth{Month: signing.Month, Region: signing.Region, Position: position, At: s.clock().Truncate(time.Millisecond), By: who.name, Figures: report.Totals}
	first, err := s.config.Statistics.SignMonth(ctx, signed)
	switch {
	case err != nil:
		return nil, storeError(err)
	case !first:
		return nil, problem(http.StatusConflict, codeSignedBefore, "The month was signed before; what has changed since is listed as a correction.")
	}
	s.log.Info("web: a month was signed", "month", signed.Month, "region", signed.Region, "key", who.id)
	view, err := s.signedView(ctx, &dispatch.SignedReport{SignedMonth: signed, Now: signed.Figures})
	if err != nil {
		return nil, storeError(err)
	}
	return answerJSON(http.StatusCreated, view)
}

// readSigning reads what is signed: every figure has to be said.
func readSigning(body []byte) (MonthSigning, error) {
	var signing MonthSigning
	o, err := readObject(body)
	if err != nil {
		return signing, err
	}
	month, monthErr := o.text("month")
	region, regionErr := o.text("region")
	if err := errors.Join(monthErr, regionErr); err != nil {
		return signing, err
	}
	signing.Month, signing.Region = month, region
	figures := map[string]*int{}
	if json.Unmarshal(o["figures"], &figures) != nil || figures == nil {
		return signing, invalidField("/figures", "must be an object with carried, opened, reopened, ended and open")
	}
	for name, into := range map[string]*int{"carried": &signing.Figures.Carried, "opened": &signing.Figures.Opened,
		"reopened": &signing.Figures.Reopened, "ended": &signing.Figures.Ended, "open": &signing.Figures.Open} {
		if figures[name] == nil {
			return signing, invalidField("/figures/"+name, "is required: a whole number, as it was read")
		}
		*into = *figures[name]
	}
	return signing, nil
}

// signedView is what a viewer sees of a signed month.
func (s *Server) signedView(ctx context.Context, r *dispatch.SignedReport) (SignedMonthView, error) {
	view := SignedMonthView{Month: r.Month, Region: r.Region, SignedAt: r.At.UTC(), SignedBy: r.By, Position: r.Position.String(),
		Figures: r.Figures, Now: r.Now, Corrections: []CorrectionView{}}
	for some := range slices.Chunk(r.Corrections, 500) {
		keys := make([]int64, len(some))
		for i := range some {
			keys[i] = some[i].Case
		}
		cases, err := s.config.Store.Cases(ctx, keys)
		if err != nil {
			return view, err
		}
		seen := map[int64]*dispatch.Case{}
		for _, c := range cases {
			if callerOf(ctx).sees(c).visible {
				seen[c.Key] = c
			}
		}
		for i := range some {
			one := CorrectionView{Signed: some[i].Signed, Now: some[i].Now, Since: some[i].Since}
			if c := seen[some[i].Case]; c != nil {
				one.CaseID, one.Number = c.ID, c.Number
			}
			view.Corrections = append(view.Corrections, one)
		}
	}
	return view, nil
}
