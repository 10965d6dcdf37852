package geo

import (
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Sunset is the elevation in degrees of the sun's centre when its upper edge
// touches the horizon: half a degree of refraction and the sun's own radius.
const Sunset = -0.833

// julianDay2000 is the Unix time in seconds of the epoch J2000.0, 1 January
// 2000 at 12:00.
const julianDay2000 = 946728000

// SunElevation gives how high the centre of the sun stands above the horizon
// at a point (longitude, latitude) and a time, in degrees from -90 to 90,
// without refraction. It is the lower-accuracy formula of chapters 12 and 25 of
// Meeus, Astronomical Algorithms (1998), which NOAA's solar calculator uses:
// right to a few hundredths of a degree for the years 1900 to 2100.
func SunElevation(p orb.Point, at time.Time) float64 {
	const radians = math.Pi / 180
	days := (float64(at.Unix()) + float64(at.Nanosecond())/1e9 - julianDay2000) / 86400
	century := days / 36525

	meanLongitude := 280.46646 + century*(36000.76983+century*0.0003032)
	anomaly := (357.52911 + century*(35999.05029-century*0.0001537)) * radians
	center := math.Sin(anomaly)*(1.914602-century*(0.004817+century*0.000014)) +
		math.Sin(2*anomaly)*(0.019993-century*0.000101) + math.Sin(3*anomaly)*0.000289
	node := (125.04 - 1934.136*century) * radians
	longitude := (meanLongitude + center - 0.00569 - 0.00478*math.Sin(node)) * radians
	obliquity := (23.4392911 - century*(0.0130042+century*(0.00000016-century*0.000000504)) + 0.00256*math.Cos(node)) * radians

	declination := math.Asin(math.Sin(obliquity) * math.Sin(longitude))
	ascension := math.Atan2(math.Cos(obliquity)*math.Sin(longitude), math.Cos(longitude))
	sidereal := (280.46061837 + 360.98564736629*days + 0.000387933*century*century) * radians
	hour := sidereal + p.Lon()*radians - ascension

	sinLat, cosLat := math.Sincos(p.Lat() * radians)
	sine := sinLat*math.Sin(declination) + cosLat*math.Cos(declination)*math.Cos(hour)
	return math.Asin(max(-1, min(1, sine))) / radians
}
