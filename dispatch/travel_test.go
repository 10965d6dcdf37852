package dispatch

import (
	"testing"
	"time"
)

// Travel is the straight line, the detour and the speed of the transport, with
// a range around it, and says that it is assumed.
func TestAssumedTravel(t *testing.T) {
	w := newWorld(t)
	w.team("said-nothing", kostanay)
	w.team("car", kostanay, func(r *TeamRegistration) { r.Transport = ByCar })
	w.team("air", kostanay, func(r *TeamRegistration) { r.Transport = Helicopter })
	w.team("walk", kostanay, func(r *TeamRegistration) { r.Transport = OnFoot })
	for id, want := range map[string]Travel{
		"said-nothing": {78 * time.Minute, 52 * time.Minute, 117 * time.Minute, true}, // 60 km × 1.3 at 60 km/h
		"car":          {78 * time.Minute, 52 * time.Minute, 117 * time.Minute, true},
		"air":          {20 * time.Minute, 800 * time.Second, 30 * time.Minute, true},
		"walk":         {864 * time.Minute, 576 * time.Minute, 1296 * time.Minute, true}, // 60 km × 1.2 at 5 km/h
	} {
		if got := w.state.travelOf(w.state.teamByID(id), 60_000); got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
	}
}
