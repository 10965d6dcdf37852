package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch/failpoint"
)

// StatisticsCase is what the statistics know of a case. It comes from the
// journal alone, so it can be thrown away and made again.
type StatisticsCase struct {
	Key              int64               `json:"-"`
	OpenedAt         time.Time           `json:"-"`
	Region           string              `json:"region,omitempty"`
	Kind             Kind                `json:"kind"`
	Exercise         bool                `json:"exercise,omitempty"`
	Applications     int                 `json:"applications"`
	LeadTeam         string              `json:"lead_team,omitempty"`
	LeadOrganisation string              `json:"lead_organisation,omitempty"`
	FirstOnSceneAt   time.Time           `json:"first_on_scene_at,omitzero"`
	Outcome          Outcome             `json:"outcome,omitempty"` // of a case without subjects
	Subjects         []StatisticsSubject `json:"subjects,omitempty"`
	// Merged: the case counts nothing, its applications count with another one.
	Merged bool             `json:"merged,omitempty"`
	Teams  []StatisticsTeam `json:"teams,omitempty"` // that accepted, in that order
}

// StatisticsTeam is what the statistics know of a team on a case: its rounds
// together.
type StatisticsTeam struct {
	ID            string `json:"id"`
	Organisation  string `json:"organisation,omitempty"`
	Region        string `json:"region,omitempty"` // of its base, when it last accepted
	Accepted      int    `json:"accepted"`         // how often
	Minutes       int    `json:"minutes,omitempty"`
	PeopleMinutes int    `json:"people_minutes,omitempty"`
}

// lent says that the team was lent to the case by another region.
func (r *StatisticsCase) lent(t *StatisticsTeam) bool {
	return r.Region != "" && t.Region != "" && t.Region != r.Region
}

// team finds a team that accepted the case, or adds it.
func (r *StatisticsCase) team(id string) *StatisticsTeam {
	i := slices.IndexFunc(r.Teams, func(t StatisticsTeam) bool { return t.ID == id })
	if i < 0 {
		i = len(r.Teams)
		r.Teams = append(r.Teams, StatisticsTeam{ID: id})
	}
	return &r.Teams[i]
}

// StatisticsSubject is what the statistics know of a subject. An outcome that
// is withheld is not in the journal: the subject is open.
type StatisticsSubject struct {
	ID       string `json:"id"`
	Category string `json:"category,omitempty"`
	// AddedAt is when a later application or an amendment named the subject;
	// zero: it came with the case.
	AddedAt   time.Time `json:"added_at,omitzero"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	OutcomeAt time.Time `json:"outcome_at,omitzero"`
	// EndedAt is when the search for it ended, where an outcome was followed by
	// another one; otherwise it is OutcomeAt.
	EndedAt time.Time `json:"ended_at,omitzero"`
	// Earlier are the ends that a reopening has taken back, in order.
	Earlier []StatisticsEnd `json:"earlier,omitempty"`
}

// StatisticsEnd is the end of a search for a subject that was sought again.
type StatisticsEnd struct {
	EndedAt    time.Time `json:"ended_at"`
	ReopenedAt time.Time `json:"reopened_at"`
}

// StatisticsStore keeps the projector's rows and its position. Implemented by
// the stores.
type StatisticsStore interface {
	// StatisticsCases gives the rows of these cases; unknown ones are left out.
	StatisticsCases(ctx context.Context, keys []int64) ([]*StatisticsCase, error)
	// PutStatistics writes rows and moves CursorStatistics from one sequence
	// to the next in one transaction; ErrFenced when it stands elsewhere.
	PutStatistics(ctx context.Context, from, to int64, rows []*StatisticsCase) error
	// ClearStatistics deletes all rows and sets the cursor to 0.
	ClearStatistics(ctx context.Context) error
	// EachStatistics calls each for every row with From <= OpenedAt < To (a
	// zero time is no bound), in the order of keys, and says up to which
	// sequence the rows count. The row may be kept.
	EachStatistics(ctx context.Context, from, to time.Time, each func(*StatisticsCase) error) (sequence int64, err error)
	Cursors
}

// project brings a case's row up to date with one of its events. row is nil
// for case.opened; for another one the journal is damaged, which verify tells.
func project(row *StatisticsCase, event *Event) *StatisticsCase {
	if event.Type == EventCaseOpened {
		row = &StatisticsCase{Key: event.Case, OpenedAt: event.At, Region: event.Region, Kind: event.Kind, Applications: 1,
			Exercise: event.Exercise != nil && *event.Exercise}
		row.addSubjects(event.Subjects, time.Time{})
		return row
	}
	if row == nil {
		row = &StatisticsCase{Key: event.Case}
	}
	at := event.At
	if !event.HappenedAt.IsZero() {
		at = event.HappenedAt
	}
	switch event.Type {
	case EventCaseJoined:
		row.Applications++
		added := event.At
		if event.RelatedCaseID != "" {
			added = time.Time{} // of a case that was merged into this one
		}
		row.addSubjects(event.Subjects, added)
	case EventCaseMerged:
		row.Merged, row.Applications = true, 0
	case EventCaseSplit:
		if event.Restored {
			row.Merged, row.Applications = false, event.Applications
			break
		}
		row.Applications -= event.Applications
		row.Subjects = slices.DeleteFunc(row.Subjects, func(s StatisticsSubject) bool {
			return slices.ContainsFunc(event.Subjects, func(left EventSubject) bool { return left.ID == s.ID })
		})
	case EventCaseUpdated:
		row.addSubjects(event.Subjects, event.At)
		if event.Region != "" {
			row.Region = event.Region
		}
		if event.Exercise != nil {
			row.Exercise = *event.Exercise
		}
	case EventCaseReopened:
		if len(row.Subjects) == 0 {
			row.Outcome = OutcomeOpen
		}
		for _, again := range event.Subjects {
			row.setOutcome(again.ID, OutcomeOpen, at)
		}
	case EventCaseOutcome:
		if event.SubjectID == "" {
			row.Outcome = event.Outcome
		} else {
			row.setOutcome(event.SubjectID, event.Outcome, at)
		}
	case EventAccepted:
		t := row.team(event.TeamID)
		t.Region, t.Organisation = event.TeamRegion, event.Organisation
		t.Accepted++
	case EventReturned:
		t := row.team(event.TeamID)
		t.Minutes += event.Minutes
		t.PeopleMinutes += event.PeopleMinutes
	case EventOnScene:
		if row.FirstOnSceneAt.IsZero() {
			row.FirstOnSceneAt = at
		}
	}
	if event.LeadTeamID != nil {
		row.LeadTeam, row.LeadOrganisation = *event.LeadTeamID, event.LeadOrganisation
	}
	return row
}

func (r *StatisticsCase) addSubjects(subjects []EventSubject, at time.Time) {
	for _, subject := range subjects {
		i := slices.IndexFunc(r.Subjects, func(s StatisticsSubject) bool { return s.ID == subject.ID })
		if i < 0 {
			r.Subjects = append(r.Subjects, StatisticsSubject{ID: subject.ID, Category: subject.Category, AddedAt: at})
			continue
		}
		r.Subjects[i].Category = subject.Category
	}
}

// setOutcome takes a subject's outcome at a time; OutcomeOpen is a reopening.
func (r *StatisticsCase) setOutcome(id string, outcome Outcome, at time.Time) {
	i := slices.IndexFunc(r.Subjects, func(s StatisticsSubject) bool { return s.ID == id })
	if i < 0 {
		return
	}
	s := &r.Subjects[i]
	ended := s.ended()
	switch {
	case outcome != OutcomeOpen:
		s.Outcome, s.OutcomeAt, s.EndedAt = outcome, at, time.Time{}
		if !ended.IsZero() && !ended.Equal(at) {
			s.EndedAt = ended
		}
	case !ended.IsZero():
		s.Earlier = append(s.Earlier, StatisticsEnd{EndedAt: ended, ReopenedAt: at})
		s.Outcome, s.OutcomeAt, s.EndedAt = OutcomeOpen, time.Time{}, time.Time{}
	}
}

// ended is when the search for a subject ended; zero while it goes on.
func (s *StatisticsSubject) ended() time.Time {
	if s.EndedAt.IsZero() {
		return s.OutcomeAt
	}
	return s.EndedAt
}

// concerns says that an event of this type may change a row of the statistics.
func concerns(event *Event) bool {
	switch event.Type {
	case EventCaseOpened, EventCaseJoined, EventCaseUpdated, EventCaseReopened, EventCaseOutcome, EventOnScene,
		EventCaseMerged, EventCaseSplit, EventAccepted, EventReturned:
		return true
	}
	return event.LeadTeamID != nil
}

const (
	projectorLimit = 4000                   // events in a transaction
	projectorPause = 100 * time.Millisecond // between transactions: one row for all that happened to a case meanwhile
	projectorCache = 20_000                 // rows kept, so that a case's next event need not read its row
)

// Projector keeps the statistics up to date with the journal.
type Projector struct {
	store StatisticsStore
	feed  *Feed
	log   *slog.Logger
	cache map[int64]*StatisticsCase
	lag   prometheus.Gauge
}

// NewProjector makes a projector. Only one may run on a store at a time.
func NewProjector(store StatisticsStore, feed *Feed, registry prometheus.Registerer, log *slog.Logger) *Projector {
	lag := prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_statistics_lag_events",
		Help: "Events of the journal that the statistics do not count yet."})
	registry.MustRegister(lag)
	return &Projector{store: store, feed: feed, log: log, cache: map[int64]*StatisticsCase{}, lag: lag}
}

// Run projects until ctx ends. Errors are logged and tried again. It may run
// again: another replica may have counted meanwhile.
func (p *Projector) Run(ctx context.Context) {
	p.cache = map[int64]*StatisticsCase{}
	defer p.lag.Set(0)
	for ctx.Err() == nil {
		if err := p.follow(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("the statistics stand still for now", "error", err)
			p.cache = map[int64]*StatisticsCase{}
			pause(ctx, time.Second)
		}
	}
}

func (p *Projector) follow(ctx context.Context) error {
	sequence, err := p.store.Cursor(ctx, CursorStatistics)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		head, changed := p.feed.Head()
		p.lag.Set(float64(head.Sequence - sequence))
		if head.Sequence == sequence {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		next, err := p.Step(ctx, sequence)
		if err != nil {
			return err
		}
		sequence = next
		if head.Sequence-sequence < projectorLimit {
			pause(ctx, projectorPause)
		}
	}
	return nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Step counts the next events after a sequence and returns the new one.
func (p *Projector) Step(ctx context.Context, sequence int64) (int64, error) {
	events, err := p.feed.Events(ctx, sequence, projectorLimit)
	if err != nil {
		return sequence, fmt.Errorf("read the journal: %w", err)
	}
	if len(events) == 0 {
		return sequence, nil
	}
	var unknown []int64
	opened := map[int64]bool{}
	for i := range events {
		switch event := &events[i]; {
		case event.Case == 0 || !concerns(event):
		case event.Type == EventCaseOpened:
			opened[event.Case] = true
		case p.cache[event.Case] == nil && !opened[event.Case]:
			unknown = append(unknown, event.Case)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		rows, err := p.store.StatisticsCases(ctx, slices.Compact(unknown))
		if err != nil {
			return sequence, fmt.Errorf("read rows of the statistics: %w", err)
		}
		for _, row := range rows {
			p.cache[row.Key] = row
		}
	}
	var changed []*StatisticsCase
	seen := map[int64]bool{}
	for i := range events {
		event := &events[i]
		if event.Case == 0 || !concerns(event) {
			continue
		}
		row := p.cache[event.Case]
		if row == nil && event.Type != EventCaseOpened {
			return sequence, fmt.Errorf("event %d is of case %d, which the statistics have not seen opened; rebuild them", event.Sequence, event.Case)
		}
		p.cache[event.Case] = project(row, event)
		if !seen[event.Case] {
			seen[event.Case] = true
			changed = append(changed, p.cache[event.Case])
		}
	}
	to := events[len(events)-1].Sequence
	if err := p.store.PutStatistics(ctx, sequence, to, changed); err != nil {
		return sequence, fmt.Errorf("write rows of the statistics: %w", err)
	}
	failpoint.Here("counted")
	if len(p.cache) > projectorCache {
		clear(p.cache)
	}
	return to, nil
}

// Rebuild throws the rows away; the projector makes them again from the
// journal. Nothing else may run on the projector meanwhile.
func (p *Projector) Rebuild(ctx context.Context) error {
	p.cache = map[int64]*StatisticsCase{}
	return p.store.ClearStatistics(ctx)
}
