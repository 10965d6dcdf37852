package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

// demoStep is a command that somebody in the demo gives at a time.
type demoStep struct {
	id     string // command_id: the same state of a case gives the same ids
	due    time.Time
	fields map[string]any
}

// demoActor plays those who answer. What it does follows from the seed and the
// rows of a case alone: it can be asked again at any time, after a restart too.
type demoActor struct{ seed uint64 }

// draw gives a number from 0 to 1 that depends on what it is for alone.
func (a demoActor) draw(parts ...any) float64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, parts...)                            // never fails
	return rand.New(rand.NewPCG(a.seed, hash.Sum64())).Float64() // #nosec G404 -- a play, not a secret
}

// within draws a time from a case's own span, or from the usual one.
func (a demoActor) within(own, usual span, parts ...any) time.Duration {
	if own == (span{}) {
		own = usual
	}
	seconds := own[0] + (own[1]-own[0])*a.draw(parts...)
	return time.Duration(seconds * float64(time.Second)).Truncate(time.Millisecond)
}

// travelTime is what a team needs for a distance: 90 km in a minute of the
// demo, but at least 15 s and at most two minutes.
func travelTime(distanceM float64) time.Duration {
	seconds := min(max(distanceM/1500, 15), 120)
	return time.Duration(seconds * float64(time.Second)).Truncate(time.Millisecond)
}

func (a demoActor) travel(script *demoCase, s *dispatch.Assignment, id string) time.Duration {
	if script.Pace.Travel != (span{}) {
		return a.within(script.Pace.Travel, span{}, id, "travel", s.N)
	}
	return travelTime(s.DistanceM)
}

func (a demoActor) wayBack(script *demoCase, s *dispatch.Assignment, id string) time.Duration {
	if script.Pace.Return != (span{}) {
		return a.within(script.Pace.Return, span{}, id, "return", s.N)
	}
	return travelTime(s.DistanceM)
}

// steps gives everything that is to happen next on a case, as long as nothing
// else happens.
func (a demoActor) steps(c *dispatch.Case, script *demoCase) []demoStep {
	id := c.Applications[0].ID
	var steps []demoStep
	add := func(name string, due time.Time, commandType dispatch.CommandType, fields map[string]any) {
		fields["type"] = commandType
		steps = append(steps, demoStep{id: id + "." + name, due: due, fields: fields})
	}
	for i := range c.Assignments {
		a.teamSteps(c, script, &c.Assignments[i], id, add)
	}
	if c.Status.Open() {
		a.openSteps(c, script, id, add)
	}
	for i := range c.Sealed {
		a.sealedSteps(c, script, &c.Sealed[i], id, add)
	}
	if c.Status == dispatch.StatusMissing && script.Reopen != nil {
		add("reopen", c.SuspendedAt.Add(seconds(script.Reopen.After)), dispatch.CommandReopen, map[string]any{"note": script.Reopen.Note})
	}
	return steps
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

type addStep func(name string, due time.Time, commandType dispatch.CommandType, fields map[string]any)

// teamSteps is what a team on a case does next.
func (a demoActor) teamSteps(c *dispatch.Case, script *demoCase, s *dispatch.Assignment, id string, add addStep) {
	name := fmt.Sprintf("%s.%d.%d", s.TeamID, s.Round, s.Rings)
	team := func(more map[string]any) map[string]any {
		more["team_id"] = s.TeamID
		return more
	}
	people := 4 + int(6*a.draw(id, s.TeamID, "people"))
	a.memberSteps(s, id, name, add)
	switch s.Status {
	case dispatch.AssignmentOffered:
		due := s.OfferedAt.Add(a.within(script.Pace.Answer, usualPace.Answer, id, name, "answer"))
		// A team of a case with a pace of its own always comes.
		switch draw := a.draw(id, name, "yes"); {
		case script.Pace.Answer != (span{}) || draw < 0.75:
			minutes := int(travelTime(s.DistanceM).Minutes() + 1)
			add("accept."+name, due, dispatch.CommandAccept, team(map[string]any{"eta_minutes": minutes, "people": people}))
		case draw < 0.9:
			add("decline."+name, due, dispatch.CommandDecline, team(map[string]any{"reason": "Все на другом выезде / Бәріміз басқа шақырудамыз"}))
		default: // nobody hears it ring
		}
	case dispatch.AssignmentAccepted:
		add("en_route."+name, s.AnsweredAt.Add(a.within(script.Pace.Depart, usualPace.Depart, id, name, "depart")), dispatch.CommandEnRoute, team(map[string]any{}))
	case dispatch.AssignmentEnRoute:
		add("on_scene."+name, s.EnRouteAt.Add(a.travel(script, s, id)), dispatch.CommandOnScene, team(map[string]any{"people": people}))
	case dispatch.AssignmentStandingDown:
		if s.AcknowledgedAt.IsZero() {
			add("ack."+name, s.StandingDownAt.Add(a.within(script.Pace.Acknowledge, usualPace.Acknowledge, id, name, "ack")), dispatch.CommandStandDownAck, team(map[string]any{}))
		}
		add("returned."+name, s.StandingDownAt.Add(a.wayBack(script, s, id)), dispatch.CommandReturned, team(map[string]any{"people": max(s.People, 1)}))
	}
}

// demoMembers are the invented members of every team who answer by its link.
var demoMembers = []string{"Ерлан (демо)", "Айгүл (демо)", "Пётр (демо)"}

// memberSteps is what the members of a team answer next: who comes, who is
// there, who is home.
func (a demoActor) memberSteps(s *dispatch.Assignment, id, name string, add addStep) {
	answer, since := dispatch.AnswerComing, s.AnsweredAt
	switch s.Status {
	case dispatch.AssignmentAccepted, dispatch.AssignmentEnRoute:
	case dispatch.AssignmentOnScene:
		answer, since = dispatch.AnswerArrived, s.OnSceneAt
	case dispatch.AssignmentStandingDown:
		answer, since = dispatch.AnswerHome, s.StandingDownAt
	default:
		return
	}
	for i, member := range demoMembers {
		member := map[string]any{"id": fmt.Sprintf("demo-%d", i+1), "name": member, "adult": true, "answer": answer}
		if answer == dispatch.AnswerComing {
			member["seats"] = i
		}
		due := since.Add(a.within(span{}, span{2, 12}, id, name, answer, i))
		add(fmt.Sprintf("member.%d.%s.%s", i+1, answer, name), due, dispatch.CommandRosterAnswer,
			map[string]any{"team_id": s.TeamID, "member": member})
	}
}

// openSteps is what a coordinator does next while the search goes on.
func (a demoActor) openSteps(c *dispatch.Case, script *demoCase, id string, add addStep) {
	if c.Owner == "" && a.draw(id, "owner") < 0.6 { // the others are seen as nobody's
		add("take", c.OpenedAt.Add(a.within(span{}, span{5, 30}, id, "take")), dispatch.CommandTake, map[string]any{})
	}
	for i, note := range script.Notes {
		add(fmt.Sprintf("note.%d", i+1), c.OpenedAt.Add(seconds(note.After)), dispatch.CommandNote,
			map[string]any{"note": note.Text, "audience": dispatch.AudienceTeam})
	}
	if c.CallOut == dispatch.CallOutHold {
		add("call_out", c.OpenedAt.Add(a.within(script.Pace.Check, usualPace.Check, id, "check")), dispatch.CommandCallOut,
			map[string]any{"call_out": dispatch.CallOutNow, "note": "Проверено, вызываем. / Тексерілді, шақырамыз."})
	}
	ending := script.Ending
	var onScene *dispatch.Assignment
	for i := range c.Assignments {
		s := &c.Assignments[i]
		// Somebody was called back although the search goes on: it was reopened.
		if !s.StandingDownAt.IsZero() && script.Reopen != nil {
			ending = script.Reopen.Ending
		}
		if s.Status == dispatch.AssignmentOnScene && (onScene == nil || s.OnSceneAt.Before(onScene.OnSceneAt)) {
			onScene = s
		}
	}
	switch {
	case ending.After > 0:
		a.end(c, ending, "end", c.OpenedAt.Add(seconds(ending.After)), add)
	case onScene != nil:
		name := fmt.Sprintf("end.%s.%d", onScene.TeamID, onScene.Round)
		a.end(c, ending, name, onScene.OnSceneAt.Add(a.within(script.Pace.Search, usualPace.Search, id, name)), add)
	case !c.UnansweredAt.IsZero():
		a.end(c, script.instead(), "unanswered", c.UnansweredAt.Add(a.within(script.Pace.GiveUp, usualPace.GiveUp, id, "give_up")), add)
	}
	a.end(c, script.instead(), "limit", c.OpenedAt.Add(demoLimit), add)
}

// instead is how a case ends that no team of the demo comes to.
func (c *demoCase) instead() demoEnding {
	if c.Ending.Outcome == string(dispatch.OutcomeClosed) {
		return c.Ending
	}
	return demoEnding{Outcome: string(dispatch.OutcomeClosed), Reason: "other_service", Note: "Передано другой службе. / Басқа қызметке берілді."}
}

// end records an outcome for everybody who is still sought.
func (a demoActor) end(c *dispatch.Case, ending demoEnding, name string, due time.Time, add addStep) {
	fields := func() map[string]any {
		f := map[string]any{"outcome": ending.Outcome}
		for key, value := range map[string]string{"condition": ending.Condition, "found_by": ending.FoundBy, "reason": ending.Reason, "note": ending.Note} {
			if value != "" {
				f[key] = value
			}
		}
		if ending.People > 0 {
			f["people"] = ending.People
		}
		return f
	}
	if len(c.Subjects) == 0 {
		add(name, due, dispatch.CommandOutcome, fields())
		return
	}
	for i := range c.Subjects {
		s := &c.Subjects[i]
		if s.Outcome != nil || withheldOutcome(c, s.N) != nil {
			continue
		}
		f := fields()
		f["subject_id"] = s.ID
		add(name+"."+s.ID, due, dispatch.CommandOutcome, f)
	}
}

func withheldOutcome(c *dispatch.Case, subject int) *dispatch.SealedOutcome {
	for i := range c.Sealed {
		if s := &c.Sealed[i]; s.Subject == subject && s.ReleasedAt.IsZero() && s.SupersededAt.IsZero() {
			return s
		}
	}
	return nil
}

// sealedSteps confirms a death, and then tells the family.
func (a demoActor) sealedSteps(c *dispatch.Case, script *demoCase, s *dispatch.SealedOutcome, id string, add addStep) {
	if !s.ReleasedAt.IsZero() || !s.SupersededAt.IsZero() {
		return
	}
	name := "case"
	fields := map[string]any{}
	if s.Subject > 0 {
		name = c.Subjects[s.Subject-1].ID
		fields["subject_id"] = name
	}
	if s.Outcome.Condition == dispatch.ConditionNoSignsOfLife {
		fields["outcome"], fields["confirmed_by"], fields["identity"] = dispatch.OutcomeDeceased, "Полиция (демо)", "confirmed"
		add("confirm."+name, s.RecordedAt.Add(a.within(script.Pace.Confirm, usualPace.Confirm, id, name, "confirm")), dispatch.CommandOutcome, fields)
		return
	}
	fields["told_by"], fields["role"] = "Координатор (демо)", "coordinator"
	add("told."+name, s.RecordedAt.Add(a.within(script.Pace.Tell, usualPace.Tell, id, name, "tell")), dispatch.CommandFamilyTold, fields)
}

// placeOf gives where a team on a case is at a time; false when it has not left.
func (a demoActor) placeOf(c *dispatch.Case, script *demoCase, s *dispatch.Assignment, base orb.Point, now time.Time) (orb.Point, bool) {
	if c.Location == nil {
		return orb.Point{}, false
	}
	id := c.Applications[0].ID
	switch s.Status {
	case dispatch.AssignmentEnRoute:
		return along(base, *c.Location, share(now.Sub(s.EnRouteAt), a.travel(script, s, id))), true
	case dispatch.AssignmentOnScene:
		// The team walks about the place, within some 700 m of it.
		step := now.Unix() / int64(positionEvery/time.Second)
		return orb.Point{c.Location.Lon() + 0.01*(a.draw(id, s.TeamID, "lon", step)-0.5),
			c.Location.Lat() + 0.006*(a.draw(id, s.TeamID, "lat", step)-0.5)}, true
	case dispatch.AssignmentStandingDown:
		if s.OnSceneAt.IsZero() {
			return orb.Point{}, false // it had not arrived: it turns round where it is
		}
		return along(*c.Location, base, share(now.Sub(s.StandingDownAt), a.wayBack(script, s, id))), true
	}
	return orb.Point{}, false
}

func share(passed, whole time.Duration) float64 {
	if whole <= 0 {
		return 1
	}
	return min(max(passed.Seconds()/whole.Seconds(), 0), 1)
}

// along gives a point on the straight line between two, good enough for a play.
func along(from, to orb.Point, share float64) orb.Point {
	return orb.Point{from.Lon() + (to.Lon()-from.Lon())*share, from.Lat() + (to.Lat()-from.Lat())*share}
}
