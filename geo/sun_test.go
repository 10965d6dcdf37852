package geo

import (
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

var kostanayTown = orb.Point{63.62463, 53.21435}

// culmination gives the highest that the sun stands on a day, and when.
func culmination(p orb.Point, day time.Time) (float64, time.Time) {
	highest, when := -90.0, day
	for at := day; at.Before(day.Add(24 * time.Hour)); at = at.Add(time.Minute) {
		if elevation := SunElevation(p, at); elevation > highest {
			highest, when = elevation, at
		}
	}
	return highest, when
}

// At its highest the sun stands at 90° less the distance of latitude and
// declination: 0° at an equinox, 23.44° at a solstice.
func TestSunAtNoon(t *testing.T) {
	for _, c := range []struct {
		name        string
		at          orb.Point
		day         time.Time
		declination float64
	}{
		{"spring equinox", kostanayTown, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC), 0},
		{"summer solstice", kostanayTown, time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC), 23.44},
		{"autumn equinox", kostanayTown, time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC), 0},
		{"winter solstice", kostanayTown, time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC), -23.44},
		{"summer in the south", orb.Point{69.6, 42.3}, time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC), 23.44},
		{"the other half of the Earth", orb.Point{-70, -33}, time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC), -23.44},
	} {
		want := 90 - math.Abs(c.at.Lat()-c.declination)
		got, when := culmination(c.at, c.day)
		if math.Abs(got-want) > 0.5 {
			t.Errorf("%s: the sun stands at %.2f° at noon, want %.2f°", c.name, got, want)
		}
		// Noon by the sun is 12:00 at the meridian, within the 17 minutes of the equation of time.
		mean := c.day.Add(time.Duration((12 - c.at.Lon()/15) * float64(time.Hour)))
		if off := when.Sub(mean); off.Abs() > 17*time.Minute {
			t.Errorf("%s: noon is %s off", c.name, off)
		}
	}
}

// Example 25.a of Meeus, Astronomical Algorithms: on 13 October 1992 at 0:00
// dynamical time (59 s after universal time) the declination is -7.785°. On
// that parallel, at the meridian where it is noon, the sun stands in the zenith.
func TestSunOfMeeus(t *testing.T) {
	highest := -90.0
	at := time.Date(1992, 10, 12, 23, 59, 1, 0, time.UTC)
	for longitude := 170.0; longitude <= 180; longitude += 0.01 {
		highest = max(highest, SunElevation(orb.Point{longitude, -7.785}, at))
	}
	for longitude := -180.0; longitude <= -170; longitude += 0.01 {
		highest = max(highest, SunElevation(orb.Point{longitude, -7.785}, at))
	}
	if highest < 89.98 {
		t.Errorf("the sun stands at %.3f° in its zenith", highest)
	}
}

// At an equinox the sun is above the horizon for half a day and, because of
// refraction and its own size, some minutes more; in the polar summer it does
// not set, and at the pole it stands at its declination all day.
func TestSunset(t *testing.T) {
	up := func(p orb.Point, day time.Time) (minutes int) {
		for at := day; at.Before(day.Add(24 * time.Hour)); at = at.Add(time.Minute) {
			if SunElevation(p, at) > Sunset {
				minutes++
			}
		}
		return minutes
	}
	if m := up(kostanayTown, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)); m < 12*60 || m > 12*60+20 {
		t.Errorf("at the equinox the sun is up for %d minutes", m)
	}
	winter, summer := up(kostanayTown, time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)), up(kostanayTown, time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC))
	// cos H = (sin(-0.833°) - sin(lat) sin(dec)) / (cos(lat) cos(dec)) gives the half day.
	for _, c := range []struct {
		got         int
		declination float64
	}{{winter, -23.44}, {summer, 23.44}} {
		sinLat, cosLat := math.Sincos(kostanayTown.Lat() * math.Pi / 180)
		sinDec, cosDec := math.Sincos(c.declination * math.Pi / 180)
		want := 2 * math.Acos((math.Sin(Sunset*math.Pi/180)-sinLat*sinDec)/(cosLat*cosDec)) * 720 / math.Pi
		if math.Abs(float64(c.got)-want) > 3 {
			t.Errorf("with the sun at %.2f° a day has %d minutes of it, want %.0f", c.declination, c.got, want)
		}
	}
	if m := up(orb.Point{30, 71}, time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC)); m != 24*60 {
		t.Errorf("in the polar summer the sun is up for %d minutes", m)
	}
	if e := SunElevation(orb.Point{0, 90}, time.Date(2026, 6, 21, 3, 0, 0, 0, time.UTC)); math.Abs(e-23.44) > 0.05 {
		t.Errorf("at the pole the sun stands at %.2f°", e)
	}
}
