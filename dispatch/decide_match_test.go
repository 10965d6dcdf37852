package dispatch

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// TestMatchIsTheLeastTotal: the older case has to leave its nearest team to the
// one farther away, as both together travel less then.
func TestMatchIsTheLeastTotal(t *testing.T) {
	w := newWorld(t)
	w.lazy = true
	near := w.file("a", MissingPerson, orb.Point{63.33, 53.07}) // nearer to Rudny
	far := w.file("b", MissingPerson, zhitikara)
	w.team("dos", kostanay)
	w.team("bars", rudny)
	w.wantStatuses(near, "")
	w.advance(0)
	w.wantStatuses(near, "dos:offered")
	w.wantStatuses(far, "bars:offered")
	for _, considered := range w.decisions[len(w.decisions)-2:] {
		if considered.Choice != ChoiceMatched {
			t.Fatalf("chosen as %s", considered.Choice)
		}
	}
}

// TestMatchAtMostOnceASecond: what comes free within a second is matched together.
func TestMatchAtMostOnceASecond(t *testing.T) {
	w := newWorld(t)
	for i := range 6 {
		w.file(fmt.Sprint(i), MissingPerson, tobyl)
	}
	var times []time.Duration
	began := w.now
	for i := range 5 {
		w.team(fmt.Sprint("team-", i), kostanay)
		w.advance(300 * time.Millisecond)
	}
	w.advance(10 * time.Second)
	for _, step := range w.steps {
		if timer := step.message.Timer; timer != nil && timer.Kind == TimerMatch {
			times = append(times, step.message.Now.Sub(began))
		}
	}
	if got := fmt.Sprint(times); got != "[0s 1s 2s]" {
		t.Fatalf("matched at %s", got)
	}
	if n := w.state.Waiting(); n != 1 {
		t.Fatalf("%d wait", n)
	}
}

// TestFiledBeforeTheMatch: a case that is filed while a team has come free for
// others does not take it from what is more urgent.
func TestFiledBeforeTheMatch(t *testing.T) {
	w := newWorld(t)
	w.lazy = true
	old := w.file("a", MissingPerson, lisakovsk, func(f *Filing) { f.Urgency = LifeThreatening })
	w.team("dos", kostanay)
	filed := w.file("b", MissingPerson, tobyl)
	w.wantStatuses(old, "")
	w.wantStatuses(filed, "")
	w.advance(0)
	w.wantStatuses(old, "dos:offered")
	w.wantStatuses(filed, "")
	if c := w.rows[filed]; !c.UnansweredAt.Equal(w.now) {
		t.Fatalf("nobody was told that it waits: %s", c.UnansweredAt)
	}
	// Alone in the queue it is asked for at once.
	w.team("bars", rudny)
	w.advance(time.Second)
	w.wantStatuses(filed, "bars:offered")
	w.do(CommandDecline, filed, "bars")
	w.team("victoria", zhitikara)
	w.advance(time.Second)
	w.wantStatuses(filed, "bars:declined victoria:offered")
}

// TestNobodyStarves: one of little urgency is served in the end, though
// something more urgent is filed whenever a team comes free.
func TestNobodyStarves(t *testing.T) {
	w := newWorld(t)
	w.unchecked = true
	w.team("dos", kostanay, automatic)
	current := w.file("first", MissingPerson, tobyl)
	routine := w.file("routine", MissingPerson, tobyl, func(f *Filing) { f.Urgency = Routine })
	next := w.file("next", MissingPerson, tobyl)
	for i := range 200 {
		w.advance(time.Hour)
		w.do(CommandOutcome, current, "", func(c *Command) { c.Outcome = OutcomeFound })
		w.do(CommandReturned, current, "dos")
		w.advance(time.Second)
		if w.statuses(routine) != "" {
			if i < 10 {
				t.Fatalf("served after %d more urgent ones", i)
			}
			return
		}
		current, next = next, w.file(fmt.Sprint(i), MissingPerson, tobyl)
	}
	t.Fatal("it still waits")
}

// TestComesIntoRange: a position that brings a team within its range of what
// waits makes a match.
func TestComesIntoRange(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, func(r *TeamRegistration) { r.RangeKM = 50 })
	key := w.file("a", MissingPerson, lisakovsk)
	w.advance(time.Minute)
	w.wantStatuses(key, "")
	w.move(TeamPosition{TeamID: "dos", Position: lisakovsk, At: w.now})
	w.advance(time.Second)
	w.wantStatuses(key, "dos:offered")
}

// TestStalePositionIsInRange: a team that had left its range counts as at its
// base again once its position is too old; and one that comes into range may be
// asked for an event though it has no room.
func TestStalePositionIsInRange(t *testing.T) {
	w := newWorld(t)
	w.team("dos", kostanay, func(r *TeamRegistration) { r.RangeKM = 50 })
	w.move(TeamPosition{TeamID: "dos", Position: zhitikara, At: w.now})
	key := w.file("a", MissingPerson, tobyl)
	w.advance(30 * time.Minute)
	w.wantStatuses(key, "")
	w.advance(time.Second)
	w.wantStatuses(key, "dos:offered")

	w = newWorld(t)
	w.team("dos", kostanay, automatic, func(r *TeamRegistration) { r.RangeKM, r.Kinds = 50, Kinds() })
	w.file("a", MissingPerson, tobyl)
	event := w.file("b", VolunteerEvent, lisakovsk)
	w.wantStatuses(event, "")
	w.advance(time.Minute)
	w.move(TeamPosition{TeamID: "dos", Position: lisakovsk, At: w.now})
	w.advance(time.Second)
	w.wantStatuses(event, "dos:accepted")
}

// TestMatchOfSeveral: a case that wants three teams gets three, though two of
// the places are of one team, and another case gets what is left.
func TestMatchOfSeveral(t *testing.T) {
	w := newWorld(t)
	w.lazy = true
	three := w.file("a", MissingPerson, tobyl, func(f *Filing) { f.Needs.Teams, f.Urgency = 3, LifeThreatening })
	other := w.file("b", MissingPerson, tobyl)
	w.team("dos", kostanay, capacity(2))
	w.team("bars", rudny)
	w.team("victoria", zhitikara)
	w.advance(0)
	w.wantStatuses(three, "dos:offered bars:offered victoria:offered")
	w.wantStatuses(other, "dos:offered")
}

// TestMatchAfterALoad: a state loaded again matches what waits.
func TestMatchAfterALoad(t *testing.T) {
	w := newWorld(t)
	w.lazy = true
	key := w.file("a", MissingPerson, tobyl)
	w.team("dos", kostanay)
	w.state = NewState(DefaultSettings(), w.snapshot())
	w.advance(0)
	w.wantStatuses(key, "dos:offered")
}

// TestMatchBeyondTheBounds: what waits for another kind of team cannot keep the
// match from what is behind it.
func TestMatchBeyondTheBounds(t *testing.T) {
	w := newWorld(t)
	w.unchecked = true
	const teams = 1000
	for i := range teams {
		w.team(fmt.Sprint("team-", i), kostanay, func(r *TeamRegistration) { r.Capacity = 1 })
	}
	needs := func(skill string) func(*Filing) { return func(f *Filing) { f.Needs.Skills = []string{skill} } }
	for i := range 2 * matchPairs / teams {
		w.file(fmt.Sprint(i), MissingPerson, tobyl, needs("boat"))
	}
	last := w.file("last", MissingPerson, tobyl, needs("dog"))
	w.advance(time.Minute)
	w.team("team-0", kostanay, func(r *TeamRegistration) { r.Skills = []string{"dog"} })
	if !w.state.match.more || w.statuses(last) != "" {
		t.Fatalf("everything was looked at: %+v", w.state.match)
	}
	w.advance(10 * time.Second)
	w.wantStatuses(last, "team-0:offered")
	if choice := w.decisions[len(w.decisions)-1].Choice; choice != ChoiceGreedy {
		t.Fatalf("chosen as %s", choice)
	}
	if w.state.match.more {
		t.Fatalf("it never comes to an end: %+v", w.state.match)
	}
}

// situation is what waits and who has room, drawn by a seed.
func situation(seed int) *decision {
	random := rand.New(rand.NewPCG(uint64(seed), 7)) //nolint:gosec // a seed that can be given again
	place := func() orb.Point { return orb.Point{61 + 6*random.Float64(), 50 + 4*random.Float64()} }
	snapshot := &Snapshot{Head: Position{Epoch: testEpoch}, LastEvent: worldStart}
	skills := [][]string{nil, nil, nil, {"dog"}, {"snowmobile"}}
	for i := range random.IntN(20) {
		team := &Team{Key: int32(i + 1), Available: random.IntN(10) > 0, TeamRegistration: TeamRegistration{ //nolint:gosec // few
			ID: fmt.Sprint(i), Base: place(), Kinds: Kinds(), Capacity: 1 + random.IntN(2), Skills: skills[random.IntN(len(skills))]}}
		if random.IntN(4) == 0 {
			team.RangeKM = 150
		}
		snapshot.Teams = append(snapshot.Teams, team)
	}
	for i := range random.IntN(40) {
		at := place()
		c := &Case{Key: int64(i + 1), Kind: MissingPerson, Urgency: Urgencies()[random.IntN(3)], Location: &at, CallOut: CallOutNow,
			Subjects: []Subject{{N: 1}}, Personal: Personal{Subjects: []SubjectPersonal{{}}}, UnansweredAt: worldStart.Add(-time.Duration(random.IntN(600)) * time.Minute)}
		c.Needs = Needs{Teams: 1 + random.IntN(8)/7, Skills: skills[random.IntN(len(skills))]}
		c.FirstInQueue = random.IntN(10) == 0
		c.Status = c.deriveStatus()
		snapshot.Cases = append(snapshot.Cases, c)
	}
	return &decision{s: NewState(DefaultSettings(), snapshot), now: worldStart}
}

// TestMatchIsNeverWorseThanGreedy: on 10,000 situations the total weighted
// time, that of those left waiting included, is at most that of giving each in
// the order of urgency the nearest team that is left; and no team with room
// stays at home while a case waits that it may be asked for.
func TestMatchIsNeverWorseThanGreedy(t *testing.T) {
	better, total, greedyTotal := 0, 0.0, 0.0
	for seed := range 10_000 {
		pairs := matchPairs
		p, all := situation(seed).problem(&pairs)
		if !all {
			t.Fatalf("seed %d: not all was looked at", seed)
		}
		columnOf := p.least()
		least, greedy := p.total(columnOf), p.total(p.greedy())
		if least > greedy {
			t.Fatalf("seed %d: %d, greedy %d", seed, least, greedy)
		} else if least < greedy {
			better++
		}
		total, greedyTotal = total+float64(least), greedyTotal+float64(greedy)
		idle := make([]bool, p.columns)
		for j := range idle {
			idle[j] = true
		}
		for _, j := range columnOf {
			if j != unserved {
				idle[j] = false
			}
		}
		for i, j := range columnOf {
			for column, cost := range p.row(i) {
				if j == unserved && idle[column] && cost != forbidden {
					t.Fatalf("seed %d: row %d waits while column %d is free", seed, i, column)
				}
			}
		}
	}
	t.Logf("better than greedy on %d of 10,000; %.3f of its total", better, total/greedyTotal)
	if better < 5000 {
		t.Fatalf("better on %d seeds only", better)
	}
}

// TestWaitingForATeamWouldGain: a decision says what waiting would gain for one
// that rests or comes on duty soon, the wait counted, and for one that is busy.
func TestWaitingForATeamWouldGain(t *testing.T) {
	w := newWorld(t)
	w.state.settings.Rest = time.Hour
	for _, id := range []string{"busy", "rests", "soon", "late", "away"} {
		w.team(id, kostanay)
	}
	w.team("far", zhitikara)
	w.do(CommandAccept, w.file("a", MissingPerson, kostanay), "away")
	for _, id := range []string{"soon", "late"} {
		w.available(id, false, w.now.Add(map[string]time.Duration{"soon": 30 * time.Minute, "late": 30 * time.Hour}[id]))
	}
	w.do(CommandAssign, w.file("b", MissingPerson, kostanay), "rests")
	w.available("away", false, time.Time{})
	over := w.known[ApplicationIdentity("102-kostanay", "b")]
	w.do(CommandAccept, over, "rests")
	w.do(CommandOutcome, over, "", func(c *Command) { c.Outcome = OutcomeFound })
	w.do(CommandReturned, over, "rests")
	w.do(CommandAccept, w.file("c", MissingPerson, kostanay), "busy")
	w.wantStatuses(w.file("d", MissingPerson, tobyl), "far:offered")
	d := w.decisions[len(w.decisions)-1]
	far := 0 * time.Second
	for i := range d.Candidates {
		if d.Candidates[i].Result == CandidateOffered {
			far = d.Travel(&d.Candidates[i]).Median
		}
	}
	near := w.state.paces[1].median(d.Candidates[0].DistanceM)
	want := map[string]time.Duration{"busy": far - near, "rests": far - near - time.Hour, "soon": far - near - 30*time.Minute, "late": 0, "away": 0, "far": 0}
	for i := range d.Candidates {
		c := &d.Candidates[i]
		id := w.teams[c.Team].ID
		if got := d.WouldGain(c, far); got != want[id] {
			t.Errorf("%s (%s): waiting gains %s, want %s", id, c.Result, got, want[id])
		}
	}
}
