package dispatch

import (
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
	median := time.Duration(distanceM*float64(p.Microseconds)) * time.Microsecond
	second := func(d time.Duration) time.Duration { return d.Round(time.Second) }
	return Travel{Median: second(median), Least: second(median * 1000 / time.Duration(p.Permille)),
		Most: second(median * time.Duration(p.Permille) / 1000), Assumed: p.Assumed}
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

// travelOf is how long a team takes over a distance: the one function that
// everything which asks for travel time uses.
func (s *State) travelOf(t *teamState, distanceM float64) Travel {
	return s.paces[t.transport].Over(distanceM)
}
