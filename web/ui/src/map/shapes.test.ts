import { readFileSync } from 'node:fs';
import GeoJSON from 'ol/format/GeoJSON';
import TopoJSON from 'ol/format/TopoJSON';
import { linearRingContainsXY, linearRingsContainsXY } from 'ol/geom/flat/contains';
import type MultiPolygon from 'ol/geom/MultiPolygon';
import type SimpleGeometry from 'ol/geom/SimpleGeometry';
import { describe, expect, it } from 'vitest';
import { Shapes, type TopoJSON as Topology, shapesOf, traceLine } from './shapes';

const projections = { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' };
const file = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
const json = (path: string): unknown => JSON.parse(file(path).toString());

describe('a file of the base map', () => {
  for (const [name, layer] of [
    ['land', 'land'],
    ['land', 'borders'],
    ['rivers', 'rivers'],
    ['lakes', 'lakes'],
  ] as const)
    it(`${name}, ${layer}, is read as OpenLayers reads it`, () => {
      const path = `../../public/basemap/${name}.json`;
      const read = new TopoJSON({ layerName: 'layer', layers: [layer] }).readFeatures(json(path), projections);
      const theirs = read.map((feature) => (feature.getGeometry() as SimpleGeometry).getFlatCoordinates());
      const ours = shapesOf(json(path) as Topology, layer).map(({ lines }) => lines.flat());
      expect(ours.length).toBeGreaterThan(0);
      expect(ours.map((flat) => flat.length)).toEqual(theirs.map((flat) => flat.length));
      const apart = ours.map((flat, at) => Math.max(...flat.map((value, i) => Math.abs(value - (theirs[at]?.[i] ?? 0)))));
      // A micrometre: they add in another order.
      expect(Math.max(...apart)).toBeLessThan(1e-6);
    });
});

describe('the regions', () => {
  const path = '../../../../geo/regions.geojson';
  const shapes = new Shapes();
  const regions = shapes.add('regions', new Uint8Array(file(path)).buffer);
  const theirs = new GeoJSON().readFeatures(json(path), projections);

  it('have the extents that OpenLayers gives them', () => {
    expect(regions.map(({ extent }) => extent)).toEqual(theirs.map((feature) => feature.getGeometry()?.getExtent()));
  });

  it('have their names inside', () => {
    expect(regions).toHaveLength(20);
    const found = theirs.flatMap((feature) => {
      const named = shapes.named.find(({ names }) => names.en === (feature.get('names') as { en: string }).en);
      // Three cities of republican significance are towns on the map.
      if (feature.get('kind') === 'city') expect(named).toBeUndefined();
      else expect((feature.getGeometry() as MultiPolygon).intersectsCoordinate([...(named?.point ?? [])])).toBe(true);
      return named ?? [];
    });
    expect(found).toHaveLength(17);
    for (const { names } of found) expect(names.kk).not.toBe('');
  });
});

it('the names win in their order, whichever file comes first', () => {
  const places = (): ArrayBuffer => new Uint8Array(file('../../public/basemap/places.json')).buffer;
  const regions = (): ArrayBuffer => new Uint8Array(file('../../../../geo/regions.geojson')).buffer;
  const [one, other] = [new Shapes(), new Shapes()];
  one.add('places', places());
  one.add('regions', regions());
  other.add('regions', regions());
  other.add('places', places());
  expect(one.named).toEqual(other.named);
  const kinds = one.named.filter(({ kind }) => kind !== 'water').map(({ kind, tier }) => `${kind} ${tier}`);
  expect([...new Set(kinds)]).toEqual(['country 0', 'town 0', 'town 1', 'town 2', 'town 3', 'region 0', 'town 4']);
});

describe('a line that is traced', () => {
  const picture = { extent: [0, 0, 100, 100], width: 100, height: 100 };

  function traced(line: readonly number[], closed: boolean): number[] {
    const path: number[] = [];
    const add = (x: number, y: number) => void path.push(x, 100 - y);
    traceLine({ moveTo: add, lineTo: add, closePath: () => undefined }, line, picture, closed);
    return path;
  }

  it('covers the same part of the picture as the whole ring', () => {
    let seed = 7;
    const chance = (): number => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    let [inside, all, kept] = [0, 0, 0];
    for (let round = 0; round < 400; round++) {
      // A star around a point: its corners are far outside of the picture, or near.
      const [x, y, reach] = [chance() * 300 - 100, chance() * 300 - 100, 60 + chance() * 600];
      const corners = Array.from({ length: 24 }, (_, at) => {
        const [angle, far] = [(at / 24) * 2 * Math.PI, reach * (0.2 + chance())];
        return [x + far * Math.cos(angle), y + far * Math.sin(angle)];
      });
      const ring = [...corners, corners[0] ?? []].flat();
      const path = traced(ring, true);
      all += ring.length;
      kept += path.length;
      for (let probe = 0; probe < 20; probe++) {
        const [px, py] = [chance() * 100, chance() * 100];
        const covered = linearRingContainsXY(ring, 0, ring.length, 2, px, py);
        if (covered) inside++;
        expect(linearRingsContainsXY(path, 0, [path.length], 2, px, py)).toBe(covered);
      }
    }
    // Both answers occurred, and something was left out.
    expect(inside).toBeGreaterThan(1000);
    expect(inside).toBeLessThan(7000);
    expect(kept).toBeLessThan(all * 0.8);
  });

  it('leaves out what is finer than half a pixel, and keeps its ends', () => {
    const line = Array.from({ length: 1001 }, (_, at) => [50 + at * 0.01, 50]).flat();
    const path = traced(line, false);
    expect(path.slice(0, 2)).toEqual([50, 50]);
    expect(path.slice(-2)).toEqual([60, 50]);
    expect(path.length / 2).toBeGreaterThan(18);
    expect(path.length / 2).toBeLessThan(25);
  });
});
