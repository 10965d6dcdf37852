package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/paulmach/orb"
)

// nowhere stands for the land outside the country where a region's index is
// expected.
const nowhere int8 = -1

const maxRegions = math.MaxInt8

// borderLine is a straight piece of border (straight in longitude and latitude,
// as GeoJSON has it), kept once although it bounds two regions, so that no
// point can be in both or in neither.
type borderLine struct {
	south, north orb.Point // of a line along a parallel: south is its west end
	west, east   int8      // the regions beside it; of a parallel: north and south of it
}

// borderLines collects the lines of all shapes. It fails where two regions lie
// on the same side of a line, because they then overlap.
func borderLines(shapes []orb.MultiPolygon) ([]borderLine, error) {
	var lines []borderLine
	known := make(map[[2]orb.Point]int)
	for region, shape := range shapes {
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					from, to := ring[i-1], ring[i]
					if from == to {
						continue
					}
					upward := from.Lat() < to.Lat() || (from.Lat() == to.Lat() && from.Lon() < to.Lon())
					if !upward {
						from, to = to, from
					}
					at, shared := known[[2]orb.Point{from, to}]
					if !shared {
						at = len(lines)
						known[[2]orb.Point{from, to}] = at
						lines = append(lines, borderLine{from, to, nowhere, nowhere})
					}
					// A region lies to the left of its rings: west of a line
					// that is walked northwards.
					side := &lines[at].west
					if !upward {
						side = &lines[at].east
					}
					if *side != nowhere {
						return nil, fmt.Errorf("regions %d and %d (in the order of their codes) overlap at %v", *side, region, from)
					}
					*side = int8(region)
				}
			}
		}
	}
	return lines, nil
}

// borders finds the region of a point. The country is cut into bands along the
// parallels, each with the lines that cross it.
type borders struct {
	bound    orb.Bound
	crossing [][]crossingLine // by band of bandDegrees
	outer    []outerBand      // by band of outerBandDegrees
}

const (
	// About 1.1 km: a narrower band saves little time and takes more memory.
	bandDegrees = 0.01
	// About half of OutsideToleranceMeters.
	outerBandDegrees = 0.25
)

type crossingLine struct {
	south, north float64 // latitudes
	lon, slope   float64 // longitude at south; degrees of longitude per degree of latitude
	east         int8
}

// outerBand holds the lines with a region on one side only, from west to east.
type outerBand struct {
	lines  []outerLine
	widest float64 // degrees of longitude
}

type outerLine struct {
	west         float64   // the lesser longitude
	start, along orb.Point // along: from start to end, in degrees
	cosine       float64   // of the latitude of its middle
	region       int8
}

func newBorders(lines []borderLine) *borders {
	b := &borders{bound: orb.Bound{Min: lines[0].south, Max: lines[0].south}}
	for _, line := range lines {
		b.bound = b.bound.Extend(line.south).Extend(line.north)
	}
	height := b.bound.Max.Lat() - b.bound.Min.Lat()
	b.crossing = make([][]crossingLine, int(height/bandDegrees)+1)
	b.outer = make([]outerBand, int(height/outerBandDegrees)+1)
	for _, line := range lines {
		low, high := line.south.Lat(), line.north.Lat()
		along := orb.Point{line.north.Lon() - line.south.Lon(), high - low}
		if low < high && line.west != line.east {
			crossing := crossingLine{low, high, line.south.Lon(), along.Lon() / along.Lat(), line.east}
			for band := b.band(low, bandDegrees); band <= b.band(high, bandDegrees); band++ {
				b.crossing[band] = append(b.crossing[band], crossing)
			}
		}
		if (line.west == nowhere) != (line.east == nowhere) {
			outer := outerLine{
				west:   min(line.south.Lon(), line.north.Lon()),
				start:  line.south,
				along:  along,
				cosine: math.Cos((low + high) / 2 * (math.Pi / 180)),
				region: max(line.west, line.east),
			}
			for band := b.band(low, outerBandDegrees); band <= b.band(high, outerBandDegrees); band++ {
				b.outer[band].lines = append(b.outer[band].lines, outer)
				b.outer[band].widest = max(b.outer[band].widest, math.Abs(along.Lon()))
			}
		}
	}
	for _, band := range b.outer {
		slices.SortFunc(band.lines, func(x, y outerLine) int { return cmp.Compare(x.west, y.west) })
	}
	return b
}

func (b *borders) band(lat, degrees float64) int {
	return int((lat - b.bound.Min.Lat()) / degrees)
}

// holding returns the region of p, or nowhere. Going west from p, the first
// line tells the region by its east side. Of lines that start in one point the
// one that leans most to the east is the first.
func (b *borders) holding(p orb.Point) int8 {
	if !b.bound.Contains(p) {
		return nowhere
	}
	region, nearest, leaning := nowhere, math.Inf(-1), 0.0
	lines := b.crossing[b.band(p.Lat(), bandDegrees)]
	for i := range lines {
		line := &lines[i]
		if p.Lat() < line.south || p.Lat() >= line.north {
			continue
		}
		lon := line.lon + (p.Lat()-line.south)*line.slope
		if lon > p.Lon() || lon < nearest || (lon == nearest && line.slope < leaning) {
			continue
		}
		region, nearest, leaning = line.east, lon, line.slope
	}
	return region
}

// nearest returns the region whose border with the outside is nearest to p, and
// the distance in metres; nowhere beyond OutsideToleranceMeters.
func (b *borders) nearest(p orb.Point) (int8, float64) {
	const metersPerDegree = orb.EarthRadius * math.Pi / 180
	// A little more than the tolerance, because footOf is not exact.
	const reach = 1.01 * OutsideToleranceMeters / metersPerDegree
	first := max(b.band(p.Lat()-reach, outerBandDegrees), 0)
	last := min(b.band(p.Lat()+reach, outerBandDegrees), len(b.outer)-1)
	cosine := math.Cos(p.Lat() * (math.Pi / 180))
	// A tenth more, because a line may lie at a higher latitude than p.
	reachEast := 1.1 * reach / max(cosine, 0.01)
	least, region, place := reach*reach, nowhere, orb.Point{}
	for band := first; band <= last; band++ {
		lines, from := b.outer[band].lines, p.Lon()-reachEast-b.outer[band].widest
		start := sort.Search(len(lines), func(i int) bool { return lines[i].west >= from })
		for i := start; i < len(lines) && lines[i].west <= p.Lon()+reachEast; i++ {
			line := &lines[i]
			foot, square := line.footOf(p, (cosine+line.cosine)/2)
			if square > 1.05*least {
				continue
			}
			// The scale of a long line's middle is wrong at its ends by some
			// per cent: once more with that of the place found.
			foot, square = line.footOf(p, (cosine+math.Cos(foot.Lat()*(math.Pi/180)))/2)
			if square < least {
				least, region, place = square, line.region, foot
			}
		}
	}
	if region == nowhere {
		return nowhere, 0
	}
	distance := Distance(p, place)
	if distance > OutsideToleranceMeters {
		return nowhere, 0
	}
	return region, distance
}

// footOf returns the place on the line that is nearest to p, and the square of
// its distance in degrees of latitude, in a plane where a degree of longitude
// is scale degrees of latitude long.
func (l *outerLine) footOf(p orb.Point, scale float64) (place orb.Point, square float64) {
	x, y := (p.Lon()-l.start.Lon())*scale, p.Lat()-l.start.Lat()
	dx, dy := l.along.Lon()*scale, l.along.Lat()
	share := min(max((x*dx+y*dy)/(dx*dx+dy*dy), 0), 1)
	x, y = x-share*dx, y-share*dy
	return orb.Point{l.start.Lon() + share*l.along.Lon(), l.start.Lat() + share*l.along.Lat()}, x*x + y*y
}
