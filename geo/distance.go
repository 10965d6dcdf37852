package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Vector is a point of the unit sphere: x towards (0°, 0°), y towards 90°E,
// z towards the north pole.
type Vector [3]float64

// UnitVector returns the direction of p from the Earth's centre. p is taken as
// it is; use ValidPoint on what came from outside.
func UnitVector(p orb.Point) Vector {
	sinLat, cosLat := math.Sincos(p.Lat() * (math.Pi / 180))
	sinLon, cosLon := math.Sincos(p.Lon() * (math.Pi / 180))
	return Vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// chordSquared returns the squared straight-line distance of two unit vectors,
// from 0 to 4. It grows with the great-circle distance, so it orders as that
// does; and as it is made of differences it stays exact for close points,
// where the dot product's digits cancel.
func chordSquared(a, b *Vector) float64 {
	x, y, z := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return x*x + y*y + z*z
}

// chordMeters turns a squared chord of the unit sphere into metres along the
// great circle: angle = 2·asin(chord/2).
func chordMeters(squared float64) float64 {
	return 2 * orb.EarthRadius * math.Asin(math.Min(1, math.Sqrt(squared)/2))
}

// Distance returns the great-circle distance of a and b in metres, on the
// sphere of radius orb.EarthRadius.
func Distance(a, b orb.Point) float64 {
	u, v := UnitVector(a), UnitVector(b)
	return chordMeters(chordSquared(&u, &v))
}
