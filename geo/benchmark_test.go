package geo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/quadtree"

	"github.com/izdeu/izdeu/geo"
)

// BenchmarkNearest sets the index beside a naive haversine scan, and beside
// orb's quadtree, which is planar and so wrong for choosing a team.
func BenchmarkNearest(b *testing.B) {
	for _, count := range []int32{500, 2_000, 5_000, 50_000} {
		index, points := filled(count)
		random := rand.New(rand.NewPCG(3, 4))
		places := make([]orb.Point, 1024)
		for i := range places {
			places[i] = areas[0].point(random)
		}
		tree := quadtree.New(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}})
		twin := naive{}
		for handle, p := range points {
			twin[int32(handle)] = p
			if err := tree.Add(p); err != nil {
				b.Fatal(err)
			}
		}
		for _, k := range []int{1, 10} {
			name := fmt.Sprintf("%d/k=%d", count, k)
			b.Run("index/"+name, func(b *testing.B) {
				b.ReportAllocs()
				buffer := make([]geo.Neighbour, 0, k)
				for i := 0; b.Loop(); i++ {
					buffer = index.Nearest(buffer, places[i%len(places)], k, nil)
				}
			})
			b.Run("haversine scan/"+name, func(b *testing.B) {
				b.ReportAllocs()
				buffer := make([]geo.Neighbour, 0, k)
				for i := 0; b.Loop(); i++ {
					buffer = haversineScan(buffer[:0], points, places[i%len(places)], k)
				}
			})
			b.Run("planar quadtree/"+name, func(b *testing.B) {
				b.ReportAllocs()
				var buffer []orb.Pointer
				for i := 0; b.Loop(); i++ {
					buffer = tree.KNearest(buffer, places[i%len(places)], k)
				}
			})
		}
	}
}

// haversineScan is the naive twin with the same sort of bounded result, so that
// the benchmark compares the distance and not a sort.
func haversineScan(found []geo.Neighbour, points []orb.Point, p orb.Point, k int) []geo.Neighbour {
	for handle, position := range points {
		meters := haversine(p, position)
		if len(found) == k {
			if meters >= found[k-1].Meters {
				continue
			}
			found = found[:k-1]
		}
		at := len(found)
		found = append(found, geo.Neighbour{})
		for ; at > 0 && found[at-1].Meters > meters; at-- {
			found[at] = found[at-1]
		}
		found[at] = geo.Neighbour{Handle: int32(handle), Meters: meters}
	}
	return found
}

// BenchmarkSet moves positions about: the new trees that it builds now and then
// are in the figure.
func BenchmarkSet(b *testing.B) {
	for _, count := range []int32{500, 5_000, 50_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			index, points := filled(count)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				index.Set(int32(i)%count, points[(i+7)%len(points)])
			}
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	_, points := filled(1024)
	for i := 0; b.Loop(); i++ {
		geo.Distance(points[i%1024], points[(i+1)%1024])
	}
}

func BenchmarkRegionOf(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	var inside, outside []orb.Point
	for len(inside) < 1024 || len(outside) < 1024 {
		p := orb.Point{46 + random.Float64()*42, 40 + random.Float64()*16}
		_, distance, ok := geo.RegionOf(p)
		if ok && distance == 0 && len(inside) < 1024 {
			inside = append(inside, p)
		} else if ok && distance > 0 && len(outside) < 1024 {
			outside = append(outside, p)
		}
	}
	for name, places := range map[string][]orb.Point{"inside": inside, "just outside": outside} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				geo.RegionOf(places[i%len(places)])
			}
		})
	}
	b.Run("inside, every polygon in turn", func(b *testing.B) {
		regions := geo.Regions()
		for i := 0; b.Loop(); i++ {
			for _, region := range regions {
				if planar.MultiPolygonContains(region.Shape, inside[i%len(inside)]) {
					break
				}
			}
		}
	})
}
