package dispatch

import (
	"math"
	"slices"
	"time"
)

// Transport is how a team gets to a place.
type Transport string

// Means of transport. A team that says nothing goes by car.
const (
	OnFoot     Transport = "on_foot"
	ByCar      Transport = "car"
	Offroad    Transport = "offroad"
	Snowmobile Transport = "snowmobile"
	ByBoat     Transport = "boat"
	Helicopter Transport = "helicopter"
)

// Transports lists every means of transport. Stored decisions hold the places
// in this list: a new one goes to its end.
func Transports() []Transport {
	return []Transport{OnFoot, ByCar, Offroad, Snowmobile, ByBoat, Helicopter}
}

// transports is how many means of transport there are.
const transports = 6

// index is the place in Transports; one that is not known counts as a car.
func (t Transport) index() int {
	if i := slices.Index(Transports(), t); i >= 0 {
		return i
	}
	return 1
}

// TransportAssumption says how a transport is taken to travel until local data
// replace it: along a way that is DetourFactor times the straight line, at
// SpeedKMH on the average.
type TransportAssumption struct {
	DetourFactor float64
	SpeedKMH     float64
}

// defaultTravel is assumed, not measured, but for walking: an unhindered adult
// walks about 5 km/h (IGT4SAR, resource note).
func defaultTravel() map[Transport]TransportAssumption {
	return map[Transport]TransportAssumption{
		OnFoot: {1.2, 5}, ByCar: {1.3, 60}, Offroad: {1.3, 40}, Snowmobile: {1.2, 30}, ByBoat: {1.2, 20}, Helicopter: {1, 180},
	}
}

// defaultTravelRange is assumed: a trip takes between two thirds of what is
// expected and half as much again.
const defaultTravelRange = 1.5

// Pace is how long a transport takes for a metre of straight line, and how far
// a trip may be off. Whole numbers, so that it is stored as it is.
type Pace struct {
	Microseconds int64 `json:"us_per_m"` // the median, for a metre
	Permille     int64 `json:"range"`    // the most, and one through the least, in thousandths of the median
	Assumed      bool  `json:"assumed,omitempty"`
}

// Travel is how long a team takes to a place. Eight of ten trips are expected
// between Least and Most. Assumed says that nothing here was measured yet.
type Travel struct {
	Median, Least, Most time.Duration
	Assumed             bool
}

// Over gives the travel over a distance in a straight line, to the second.
func (p Pace) Over(distanceM float64) Travel {
	if p.Microseconds == 0 {
		return Travel{}
	}
	median := distanceM * float64(p.Microseconds) / 1e6
	reach := float64(p.Permille) / 1000
	return Travel{Median: seconds(median), Least: seconds(median / reach), Most: seconds(median * reach), Assumed: p.Assumed}
}

// median is the expected travel alone: every choice asks for it.
func (p Pace) median(distanceM float64) time.Duration {
	return seconds(distanceM * float64(p.Microseconds) / 1e6)
}

// seconds rounds; a year is enough.
func seconds(s float64) time.Duration {
	return time.Duration(math.Round(min(s, 365*24*3600))) * time.Second
}

// assumedPace is a transport's pace until there are local data.
func (s *Settings) assumedPace(transport Transport) Pace {
	assumption, said := s.Travel[transport]
	if !said {
		assumption = defaultTravel()[transport]
	}
	reach := s.TravelRange
	if reach < 1 {
		reach = defaultTravelRange
	}
	return Pace{Microseconds: int64(assumption.DetourFactor * 3.6e6 / assumption.SpeedKMH), Permille: int64(reach * 1000), Assumed: true}
}

// Local data. Figures of ours, not of the field: from so many trips on they
// replace the assumption; beyond so many the older ones fade; a trip that took
// less than a tenth or more than ten times what was assumed was not one.
const (
	travelTrips     = 20
	travelFade      = 1000
	travelLeastM    = 1000.0
	travelPlausible = 10
)

// eightOfTen is the standard normal quantile between whose two signs eight of
// ten values lie.
const eightOfTen = 1.2816

// travelBase keeps the sums of TravelRecord small: microseconds for a metre.
const travelBase = 100_000

// TravelRecord is what the trips of one transport have taken so far, from the
// yes to the scene. Whole numbers: the order of the trips makes no difference.
type TravelRecord struct {
	Transport Transport
	Trips     int64
	// Of thousandths of the natural logarithm of each trip's microseconds for
	// a metre through 100,000: the sum, and the sum of squares.
	LogSum     int64
	LogSquares int64
}

// with adds a trip.
func (r TravelRecord) with(distanceM float64, took time.Duration) TravelRecord {
	if r.Trips >= travelFade {
		r.Trips, r.LogSum, r.LogSquares = r.Trips/2, r.LogSum/2, r.LogSquares/2
	}
	log := int64(math.Round(1000 * math.Log(float64(took.Microseconds())/distanceM/travelBase)))
	r.Trips, r.LogSum, r.LogSquares = r.Trips+1, r.LogSum+log, r.LogSquares+log*log
	return r
}

// pace is what the trips say, or what is assumed while they are few.
func (r TravelRecord) pace(assumed Pace) Pace {
	if r.Trips < travelTrips {
		return assumed
	}
	mean := float64(r.LogSum) / float64(r.Trips)
	variance := (float64(r.LogSquares) - mean*float64(r.LogSum)) / float64(r.Trips-1)
	reach := math.Exp(eightOfTen * math.Sqrt(max(variance, 0)) / 1000)
	return Pace{Microseconds: max(int64(math.Round(travelBase*math.Exp(mean/1000))), 1), Permille: int64(math.Round(1000 * reach))}
}

// learn counts the trip of a team that has just come on scene.
func (d *decision) learn(c *Case, a *Assignment, t *teamState) {
	if c.Exercise || c.Kind == VolunteerEvent || a.DistanceM < travelLeastM || a.AnsweredAt.IsZero() {
		return
	}
	took := a.OnSceneAt.Sub(a.AnsweredAt)
	transport := Transports()[t.transport]
	assumed := d.s.settings.assumedPace(transport).Over(a.DistanceM).Median
	if took < assumed/travelPlausible || took > assumed*travelPlausible {
		return
	}
	record := d.s.travelled[t.transport].with(a.DistanceM, took)
	record.Transport = transport
	d.changes.Travel = append(d.changes.Travel, record)
}

// takeTravel takes what the trips of a transport say.
func (s *State) takeTravel(record TravelRecord) {
	i := record.Transport.index()
	s.travelled[i] = record
	s.paces[i] = record.pace(s.settings.assumedPace(record.Transport))
}

// fastest gives the pace of the fastest transport that a team has.
func (s *State) fastest() Pace {
	var fastest Pace
	for i, n := range s.fleet {
		if n > 0 && (fastest.Microseconds == 0 || s.paces[i].Microseconds < fastest.Microseconds) {
			fastest = s.paces[i]
		}
	}
	return fastest
}

// travelOf is how long a team takes over a distance: the one function that
// everything which asks for travel time uses.
func (s *State) travelOf(t *teamState, distanceM float64) Travel {
	return s.paces[t.transport].Over(distanceM)
}
