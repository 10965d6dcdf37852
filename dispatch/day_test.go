package dispatch

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/geo"
)

var daySeeds = flag.Int("days", 8, "how many seeds of each situation TestDayTable plays")

// towns are the centres of the units of Kostanay Region (GeoNames, CC BY 4.0).
var towns = []orb.Point{{63.62463, 53.21435}, {66.90384, 50.25031}, {62.49893, 52.54488}, {63.11055, 52.97244}, {64.29521, 53.07952},
	{65.18966, 50.18271}, {64.13429, 52.3585}, {61.74942, 52.44772}, {63.49035, 49.63072}, {61.19894, 52.19019}, {61.78641, 51.96382},
	{62.0584, 53.75019}, {65.48421, 52.65995}, {63.70038, 53.20666}, {64.18268, 53.7927}, {64.22535, 51.65708}, {65.53923, 53.31891},
	{62.52078, 52.83554}, {65.3354, 54.03782}, {62.69653, 53.63809}}

// day is a situation in which more is filed than teams can serve.
type day struct {
	teams []orb.Point // bases
	cases []dayCase   // in the order in which they are filed
}

type dayCase struct {
	filed   time.Duration // since the beginning
	place   orb.Point
	urgency Urgency
	search  time.Duration // on scene
}

// dayCaseAt draws where a case is and how urgent. Assumed, since no source
// gives them: within 30 km of a town, each as often; one in five threatens
// life, three in ten are routine.
func dayCaseAt(random *rand.Rand, filed time.Duration) dayCase {
	town := towns[random.IntN(len(towns))]
	km, angle := 30*math.Sqrt(random.Float64()), 2*math.Pi*random.Float64()
	urgency := Urgent
	switch n := random.IntN(10); {
	case n < 2:
		urgency = LifeThreatening
	case n < 5:
		urgency = Routine
	}
	return dayCase{filed: filed, urgency: urgency,
		place: orb.Point{town.Lon() + km*math.Cos(angle)/111.2/math.Cos(town.Lat()*math.Pi/180), town.Lat() + km*math.Sin(angle)/111.2}}
}

// overload is so many days with five times the 720 reports a year of Kostanay:
// the five teams of the source at Kostanay, and the branch in Lisakovsk, all
// home at first. A search takes as long as the one near Zhukovka (9 h 40 min)
// in the median, and 633 of 720 end within 24 hours, log-normally.
func overload(seed uint64, days int) *day {
	random := rand.New(rand.NewPCG(seed, 10)) //nolint:gosec // a seed that can be given again
	const median = 9*time.Hour + 40*time.Minute
	const quantile = 1.1734 // of the standard normal at 633/720
	spread := math.Log(float64(24*time.Hour)/float64(median)) / quantile
	d := &day{teams: []orb.Point{kostanay, kostanay, kostanay, kostanay, kostanay, lisakovsk}}
	for at := time.Duration(0); ; {
		at += time.Duration(random.ExpFloat64() * float64(365*24*time.Hour) / (5 * 720))
		if at > time.Duration(days)*24*time.Hour {
			return d
		}
		c := dayCaseAt(random, at)
		c.search = time.Duration(float64(median) * math.Exp(spread*random.NormFloat64()))
		d.cases = append(d.cases, c)
	}
}

// disaster is 500 applications in an hour, and 40 teams, two in each town. Each
// keeps a team for an hour on the average, exponentially: an assumption.
func disaster(seed uint64) *day {
	random := rand.New(rand.NewPCG(seed, 11)) //nolint:gosec // as above
	d := &day{teams: slices.Concat(towns, towns)}
	for range 500 {
		c := dayCaseAt(random, time.Duration(random.Float64()*float64(time.Hour)))
		c.search = time.Duration(random.ExpFloat64() * float64(time.Hour))
		d.cases = append(d.cases, c)
	}
	slices.SortFunc(d.cases, func(a, b dayCase) int { return int(a.filed - b.filed) })
	return d
}

// way is how long a team of the day takes to a case.
func (d *day) way(team, i int) time.Duration {
	settings := DefaultSettings()
	return settings.assumedPace(ByCar).median(geo.Distance(d.teams[team], d.cases[i].place))
}

// weighted is what the waiting and travel of a case count, in hours.
func (d *day) weighted(i int, arrived time.Duration) float64 {
	return float64(DefaultSettings().UrgencyWeight[d.cases[i].urgency]) * (arrived - d.cases[i].filed).Hours()
}

// queued plays the day by a queue: whenever a team is free, the case that
// comes first gets the nearest that is.
func (d *day) queued(comesFirst func(a, b *dayCase) bool) (total float64) {
	free := make([]time.Duration, len(d.teams)) // when each team is
	var queue []int
	for filed := 0; filed < len(d.cases) || len(queue) > 0; {
		now := slices.Min(free)
		if len(queue) == 0 {
			now = max(now, d.cases[filed].filed)
		}
		for ; filed < len(d.cases) && d.cases[filed].filed <= now; filed++ {
			queue = append(queue, filed)
		}
		first := 0
		for i := range queue {
			if comesFirst(&d.cases[queue[i]], &d.cases[queue[first]]) {
				first = i
			}
		}
		i, team := queue[first], -1
		queue = slices.Delete(queue, first, first+1)
		for t := range free {
			if free[t] <= now && (team < 0 || d.way(t, i) < d.way(team, i)) {
				team = t
			}
		}
		way := d.way(team, i)
		total += d.weighted(i, now+way)
		free[team] = now + way + d.cases[i].search + way
	}
	return total
}

func (d *day) firstCome() float64 {
	return d.queued(func(a, b *dayCase) bool { return a.filed < b.filed })
}

func (d *day) greedy() float64 {
	return d.queued(func(a, b *dayCase) bool {
		return a.urgency.rank() > b.urgency.rank() || a.urgency == b.urgency && a.filed < b.filed
	})
}

// player plays a day through Decide, with teams that answer automatically and
// tell where they are.
type player struct {
	*day
	w      *world
	began  time.Time
	index  map[int64]int // the day's case, by key
	trips  []trip        // of each team, the last one
	doing  []doing
	total  float64
	served int
}

// trip is a way of a team: a number, so that one that was broken off is known.
type trip struct {
	n             int
	from, to      orb.Point
	left, arrives time.Time
}

// where gives the place on the way.
func (t *trip) where(now time.Time) orb.Point {
	if !now.Before(t.arrives) {
		return t.to
	}
	part := float64(now.Sub(t.left)) / float64(t.arrives.Sub(t.left))
	return orb.Point{t.from[0] + part*(t.to[0]-t.from[0]), t.from[1] + part*(t.to[1]-t.from[1])}
}

// doing is what a team does next, unless it is on another trip by then.
type doing struct {
	at   time.Time
	key  int64
	team int
	trip int
	what CommandType
}

func (d *day) ours(tb failer) float64 {
	tb.Helper()
	w := newWorld(tb)
	w.unchecked, w.lazy = true, true
	settings := DefaultSettings()
	settings.Rest = 0 // nor do the teams of the queues rest
	w.state = NewState(settings, &Snapshot{Head: Position{Epoch: testEpoch}})
	p := &player{day: d, w: w, began: w.now, index: map[int64]int{}}
	for i, base := range d.teams {
		w.team(fmt.Sprint(i), base, automatic)
		p.trips = append(p.trips, trip{to: base})
	}
	for filed := 0; ; {
		slices.SortStableFunc(p.doing, func(a, b doing) int { return a.at.Compare(b.at) })
		timer, due := w.state.NextDeadline()
		switch next := filed < len(d.cases); {
		case next && (len(p.doing) == 0 || !p.at(filed).After(p.doing[0].at)) && !(due && timer.Due.Before(p.at(filed))):
			w.now = p.at(filed)
			p.tell()
			c := &d.cases[filed]
			f := filingOf(fmt.Sprint(filed), Emergency, c.place) // no filing of which is taken for another's
			f.Urgency = c.urgency
			changes := w.send(filingMessage(f))
			p.index[w.known[ApplicationIdentity(f.System, f.ID)]] = filed
			filed++
			p.follow(changes)
		case due && (len(p.doing) == 0 || timer.Due.Before(p.doing[0].at)):
			if timer.Due.After(w.now) {
				w.now = timer.Due
			}
			p.tell()
			p.follow(w.send(Message{Timer: &timer}))
		case len(p.doing) > 0:
			p.step()
		default:
			if p.served != len(d.cases) {
				tb.Fatalf("%d of %d cases were served", p.served, len(d.cases))
			}
			return p.total
		}
	}
}

func (p *player) at(i int) time.Time { return p.began.Add(p.cases[i].filed) }

// tell gives the positions of the teams that are on a way.
func (p *player) tell() {
	for i := range p.trips {
		if t := &p.trips[i]; p.w.now.Before(t.arrives) {
			p.w.move(TeamPosition{TeamID: fmt.Sprint(i), Position: t.where(p.w.now), At: p.w.now})
		}
	}
}

// goes sends a team on a way.
func (p *player) goes(team int, key int64, to orb.Point, what CommandType) {
	t := &p.trips[team]
	from := t.where(p.w.now)
	settings := DefaultSettings()
	way := settings.assumedPace(ByCar).median(geo.Distance(from, to))
	*t = trip{n: t.n + 1, from: from, to: to, left: p.w.now, arrives: p.w.now.Add(way)}
	p.doing = append(p.doing, doing{t.arrives, key, team, t.n, what})
}

// follow lets teams go that have accepted, or were called back.
func (p *player) follow(changes *Changes) {
	for i := range changes.Events {
		event := &changes.Events[i]
		team := int(event.Team) - 1
		switch event.Type { //nolint:exhaustive // nothing else moves a team
		case EventAccepted:
			p.goes(team, event.Case, p.cases[p.index[event.Case]].place, CommandOnScene)
		case EventStandingDown:
			p.goes(team, event.Case, p.teams[team], CommandReturned)
		}
	}
}

func (p *player) step() {
	next := p.doing[0]
	p.doing = p.doing[1:]
	if next.trip != p.trips[next.team].n {
		return
	}
	p.w.now = next.at
	i := p.index[next.key]
	switch next.what {
	case CommandOnScene:
		p.total += p.weighted(i, p.w.now.Sub(p.began))
		p.served++
		p.follow(p.w.do(CommandOnScene, next.key, fmt.Sprint(next.team)))
		p.doing = append(p.doing, doing{p.w.now.Add(p.cases[i].search), next.key, next.team, next.trip, CommandOutcome})
	case CommandOutcome:
		p.follow(p.w.do(CommandOutcome, next.key, "", func(c *Command) { c.Outcome, c.Reason = OutcomeClosed, "rescued" }))
	default:
		p.w.move(TeamPosition{TeamID: fmt.Sprint(next.team), Position: p.teams[next.team], At: p.w.now})
		p.follow(p.w.do(CommandReturned, next.key, fmt.Sprint(next.team)))
	}
}

// TestDayTable plays situations of overload by first come, first served with
// the nearest free team; by urgency, with the nearest free team; and by Decide.
// It compares the total of waiting and travel, weighted by urgency. On the first
// day most are served at once, alike by all three; nobody knows how long a
// search will take, so that on a single day chance may make any of them the
// best. The whole table:
//
//	go test ./dispatch -run TestDayTable -days 100 -v
func TestDayTable(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-40s %12s %12s %12s %8s %8s %8s %8s\n", "weighted hours a day, mean", "first come", "by urgency", "matched", "of 1st", "of 2nd", "worst", "worst")
	for _, situation := range []struct {
		name               string
		make               func(uint64) *day
		ofFirst, ofUrgency float64 // at most
	}{
		{"6 teams, 5 times the yearly rate, one day", func(seed uint64) *day { return overload(seed, 1) }, 1, 1},
		{"the same for four days", func(seed uint64) *day { return overload(seed, 4) }, 0.8, 0.95},
		{"disaster: 500 cases in an hour, 40 teams", disaster, 0.8, 0.95},
	} {
		var first, greedy, ours, worstFirst, worstGreedy float64
		for seed := range uint64(*daySeeds) { //nolint:gosec // few
			d := situation.make(seed)
			a, b, c := d.firstCome(), d.greedy(), d.ours(t)
			first, greedy, ours = first+a, greedy+b, ours+c
			worstFirst, worstGreedy = max(worstFirst, c/a), max(worstGreedy, c/b)
		}
		n := float64(*daySeeds)
		fmt.Fprintf(&table, "%-40s %12.0f %12.0f %12.0f %8.3f %8.3f %8.3f %8.3f\n", situation.name, first/n, greedy/n, ours/n,
			ours/first, ours/greedy, worstFirst, worstGreedy)
		if ours > situation.ofFirst*first || ours > situation.ofUrgency*greedy {
			t.Errorf("%s: %.3f of first come, %.3f of by urgency", situation.name, ours/first, ours/greedy)
		}
	}
	t.Log(table.String())
}
