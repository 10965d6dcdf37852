import { createEmpty, extend, type Extent, getCenter, intersects } from 'ol/extent';
import { linearRings } from 'ol/geom/flat/area';
import { getInteriorPointOfArray } from 'ol/geom/flat/interiorpoint';
import { fromEPSG4326 } from 'ol/proj/epsg3857';
import { drawNames, type Named, type Obstacles, type PlaceRow, readPlaces, regionOrder } from './names';
import { outerBorder } from './outline';
import { palettes } from './palette';
import type { Language, Theme } from './types';

// Reading, joining and drawing the shapes of the base map. On a phone it takes longer than a person who scrolls the
// list may be kept waiting, so a worker does it: nothing here touches the page.

export type BaseMapFile = 'regions' | 'places' | 'land' | 'rivers' | 'lakes';

/** What the page itself has to know of a region; its extent is in map units (EPSG:3857). */
export interface RegionOnMap {
  code: string;
  extent: Extent;
}

/** A picture to draw: `shapes` fill it, `over` are borders and names on nothing, so that other tiles may lie between. */
export interface Picture {
  what: 'shapes' | 'over';
  /** In map units; it is filled whole. */
  extent: Extent;
  /** In device pixels. */
  width: number;
  height: number;
  /** Device pixels in a CSS pixel, which the widths of lines are in. */
  pixelRatio: number;
  theme: Theme;
  /** The region whose border is drawn stronger. */
  region?: string;
  /** Undefined: no names. */
  names?: { language: Language; obstacles: Obstacles };
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
type Path = Pick<Context, 'moveTo' | 'lineTo' | 'closePath'>;
type Position = readonly number[];

/** Rings of an area or lines, each as x, y, x, y… in map units. */
interface Shape {
  lines: number[][];
  extent: Extent;
}

interface GeoJSONRegion {
  properties: { code: string; kind: string; names: Record<Language, string> };
  geometry: { coordinates: Position[][][] };
}

export interface TopoJSON {
  arcs: Position[][];
  transform: { scale: [number, number]; translate: [number, number] };
  objects: Record<string, { geometries: ({ type: string; arcs: unknown } | { type: null })[] }>;
}

export class Shapes {
  private land: Shape[] = [];
  private neighbourBorders: Shape[] = [];
  private rivers: Shape[] = [];
  private lakes: Shape[] = [];
  private country: Shape[] = [];
  private countryBorder: Shape[] = [];
  private readonly regions = new Map<string, Shape>();
  /** Those that win come first. */
  readonly named: Named[] = [];

  /** Takes in a file as the server sends it; what comes back is of the regions alone. */
  add(file: BaseMapFile, data: ArrayBuffer): RegionOnMap[] {
    const read: unknown = JSON.parse(new TextDecoder().decode(data));
    if (file === 'regions') return this.addRegions((read as { features: GeoJSONRegion[] }).features);
    if (file === 'places') {
      this.addNames(readPlaces(read as PlaceRow[]));
      return [];
    }
    const shapes = (layer: string) => shapesOf(read as TopoJSON, layer);
    if (file === 'land') {
      this.land = shapes('land');
      this.neighbourBorders = shapes('borders');
    } else this[file] = shapes(file);
    return [];
  }

  private addRegions(features: readonly GeoJSONRegion[]): RegionOnMap[] {
    const made = features.map(({ properties: { code, kind, names }, geometry }): RegionOnMap => {
      const polygons = geometry.coordinates.map((rings) => shapeOf(rings.map(project)));
      const whole = shapeOf(polygons.flatMap(({ lines }) => lines));
      this.regions.set(code, whole);
      // A city of republican significance is a town on the map already.
      if (kind !== 'city')
        this.addNames([{ kind: 'region', tier: 0, point: inside(polygons), names, order: regionOrder }]);
      return { code, extent: whole.extent };
    });
    const country = features.flatMap(({ geometry }) => geometry.coordinates);
    this.country = [shapeOf([...this.regions.values()].flatMap(({ lines }) => lines))];
    this.countryBorder = [shapeOf(outerBorder(country).map(project))];
    return made;
  }

  private addNames(named: readonly Named[]): void {
    this.named.push(...named);
    this.named.sort((a, b) => a.order - b.order);
  }

  draw(context: Context, picture: Picture): void {
    const palette = palettes[picture.theme];
    const { extent, pixelRatio } = picture;
    const trace = (shape: Shape, closed: boolean): boolean => {
      if (!intersects(shape.extent, extent)) return false;
      context.beginPath();
      for (const line of shape.lines) traceLine(context, line, picture, closed);
      return true;
    };
    const fill = (shapes: Shape[], color: string): void => {
      context.fillStyle = color;
      for (const shape of shapes) if (trace(shape, true)) context.fill('evenodd');
    };
    const stroke = (shapes: Iterable<Shape>, color: string, width: number, dash: number[] = []): void => {
      context.strokeStyle = color;
      context.lineWidth = width * pixelRatio;
      context.setLineDash(dash.map((length) => length * pixelRatio));
      for (const shape of shapes) if (trace(shape, false)) context.stroke();
    };
    context.lineCap = 'round';
    context.lineJoin = 'round';
    if (picture.what === 'shapes') {
      fill(this.land, palette.neighbours);
      stroke(this.neighbourBorders, palette.neighbourBorder, 1);
      fill(this.country, palette.country);
      stroke(this.rivers, palette.river, 1.2);
      fill(this.lakes, palette.lake);
      return;
    }
    const chosen = this.regions.get(picture.region ?? '');
    stroke(this.regions.values(), palette.regionBorder, 1, [4, 3]);
    stroke(this.countryBorder, palette.countryBorder, 1.6);
    if (chosen) stroke([chosen], palette.chosenRegion, 1.8);
    if (picture.names) drawNames(context, this.named, picture, picture.names.language, picture.names.obstacles);
  }
}

/**
 * Adds a line to the path. Points closer than half a pixel to the one before are left out, and so are those in a row
 * beyond the same edge of the picture: the lines between them are not to be seen.
 */
export function traceLine(
  context: Path,
  line: readonly number[],
  { extent, width, height }: Pick<Picture, 'extent' | 'width' | 'height'>,
  closed: boolean,
): void {
  const [left = 0, , right = 0, top = 0] = extent;
  const scale = width / (right - left);
  // Farther out than half of any line is wide.
  const margin = 16;
  let [drawnX, drawnY, drawnBeyond] = [Number.NaN, Number.NaN, 0];
  let [x, y, skipped] = [0, 0, false];
  for (let index = 0; index < line.length; index += 2) {
    const [beforeX, beforeY] = [x, y];
    x = ((line[index] as number) - left) * scale;
    y = (top - (line[index + 1] as number)) * scale;
    const beyond =
      (x < -margin ? 1 : x > width + margin ? 2 : 0) | (y < -margin ? 4 : y > height + margin ? 8 : 0);
    const last = index === line.length - 2;
    if (index > 0 && !last && beyond === drawnBeyond) {
      if (beyond !== 0) {
        skipped = true;
        continue;
      }
      if (Math.abs(x - drawnX) < 0.5 && Math.abs(y - drawnY) < 0.5) continue;
    }
    if (skipped) context.lineTo(beforeX, beforeY);
    skipped = false;
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
    [drawnX, drawnY, drawnBeyond] = [x, y, beyond];
  }
  if (closed) context.closePath();
}

function project(line: readonly Position[]): number[] {
  return fromEPSG4326(line.flatMap(([longitude = 0, latitude = 0]) => [longitude, latitude]));
}

function shapeOf(lines: number[][]): Shape {
  const extent = createEmpty();
  for (const line of lines)
    for (let index = 0; index < line.length; index += 2) {
      const [x, y] = [line[index] as number, line[index + 1] as number];
      extend(extent, [x, y, x, y]);
    }
  return { lines, extent };
}

/** The objects of one layer; arcs are differences between whole numbers: https://github.com/topojson/topojson-specification. */
export function shapesOf(topology: TopoJSON, layer: string): Shape[] {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx = 0, dy = 0]): Position => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
  // A negative number is an arc backwards; an arc begins where the one before ends.
  const join = (numbers: readonly number[]): Position[] =>
    numbers.flatMap((number, index) => {
      const arc = number >= 0 ? arcs[number] : arcs[~number]?.slice().reverse();
      return (arc ?? []).slice(index === 0 ? 0 : 1);
    });
  return (topology.objects[layer]?.geometries ?? []).map((geometry) =>
    shapeOf(geometry.type === null ? [] : linesOf(geometry.arcs).map((numbers) => project(join(numbers)))),
  );
}

/** However deep rings and lines are nested: the lists of arcs. */
function linesOf(arcs: unknown): number[][] {
  const list = arcs as unknown[];
  return Array.isArray(list[0]) ? list.flatMap(linesOf) : [list as number[]];
}

/** A point inside the largest polygon. */
function inside(polygons: readonly Shape[]): [number, number] {
  const sized = polygons.map((polygon) => {
    const ends: number[] = [];
    for (const line of polygon.lines) ends.push((ends.at(-1) ?? 0) + line.length);
    const flat = polygon.lines.flat();
    return { flat, ends, centre: getCenter(polygon.extent), area: linearRings(flat, 0, ends, 2) };
  });
  const { flat, ends, centre } = sized.reduce((best, one) => (best.area >= one.area ? best : one));
  const [x = 0, y = 0] = getInteriorPointOfArray(flat, 0, ends, 2, centre, 0);
  return [x, y];
}
