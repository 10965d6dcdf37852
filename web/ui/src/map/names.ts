import type { Extent } from 'ol/extent';
import { fromEPSG4326 } from 'ol/proj/epsg3857';
import { type Palette, palettes } from './palette';
import type { Picture } from './shapes';
import { fontName } from './typeface';
import type { Language } from './types';

// Which names stand on the base map, and where. Nothing here touches the page: a worker places and draws them.

/** Zoom from which on a town of each tier has its name; the tiers are those of places.json. */
const townZoom = [2.5, 4.1, 5.3, 6.5, 7.4];
const regionNameZoom = { from: 5.6, to: 8.2 };
const countryNameZoom = { from: 2, to: 6.6 };
const waterZoom = [3.6, 4.8, 6];

/** What a person reads at a point of the map, in map units (EPSG:3857). */
export interface Named {
  kind: 'town' | 'country' | 'water' | 'region';
  tier: number;
  point: readonly number[];
  names: Record<Language, string>;
  /** Smaller numbers come first: they win where names collide. */
  order: number;
}

/** What names make room for, as boxes in map units: icons with their labels. */
export interface Obstacles {
  cases: Extent[];
  teams: Extent[];
}

/** Where a name and its dot stand, in CSS pixels of the picture. A town that has no room has its dot alone. */
export interface PlacedName {
  kind: Named['kind'];
  tier: number;
  dot: readonly [x: number, y: number];
  text?: { name: string; left: number; middle: number };
}

/** A row of places.json. */
export type PlaceRow = [
  kind: 'town' | 'country' | 'water',
  tier: number,
  longitude: number,
  latitude: number,
  kk: string,
  ru: string,
  en: string,
];

export function readPlaces(rows: readonly PlaceRow[]): Named[] {
  return rows.map(([kind, tier, longitude, latitude, kk, ru, en], index) => ({
    kind,
    tier,
    point: fromEPSG4326([longitude, latitude]),
    names: { kk, ru, en },
    order: { country: 0, town: 100, water: 300 }[kind] + tier * 1000 + index / 1000,
  }));
}

/** Regions come after the towns that are large enough to be looked for. */
export const regionOrder = 3500;

/** Where a town's name may stand, the best first: the part of its width left of the dot, and pixels right of and above it. */
const besideDot = [
  { part: 0.5, x: 0, y: 11 },
  { part: 0, x: 8, y: 0 },
  { part: 1, x: -8, y: 0 },
  { part: 0.5, x: 0, y: -12 },
  { part: 0, x: 4, y: 15 },
  { part: 1, x: -4, y: 15 },
  { part: 0, x: 4, y: -16 },
  { part: 1, x: -4, y: -16 },
  { part: 0.5, x: 0, y: 31 },
];
/** And the name of a region's centre, which is looked for: beyond the icons at the dot. */
const besideIcons = [
  { part: 0, x: 26, y: 0 },
  { part: 1, x: -26, y: 0 },
  { part: 0.5, x: 0, y: -56 },
];
const middle = [{ part: 0.5, x: 0, y: 0 }];

/** Half of the height that a name takes, with a little air, in CSS pixels. */
const halfHeight = 9;
const dotRadius = (tier: number): number => (tier < 2 ? 3 : 2.2);

/** Left, top, right and bottom in CSS pixels of the picture. */
type Box = readonly [number, number, number, number];

const touches = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));

function font({ kind, tier }: Pick<Named, 'kind' | 'tier'>): string {
  if (kind === 'country') return fontName(500, 13);
  if (kind === 'town' && tier < 2) return fontName(tier === 0 ? 650 : 550, 13);
  return fontName(450, 12.5);
}

function isShown({ kind, tier }: Named, zoom: number): boolean {
  switch (kind) {
    case 'town':
      return zoom >= (townZoom[tier] ?? 0);
    case 'country':
      return zoom >= countryNameZoom.from && zoom < countryNameZoom.to;
    case 'water':
      return zoom >= (waterZoom[tier] ?? 0);
    case 'region':
      return zoom >= regionNameZoom.from && zoom < regionNameZoom.to;
  }
}

/**
 * Places the names in a picture, `named` in their order: a name goes where neither an icon nor a name before it is.
 * `measure` gives the width of a text in a font, in pixels of that font.
 */
export function placeNames(
  named: readonly Named[],
  { extent, width, pixelRatio }: Pick<Picture, 'extent' | 'width' | 'pixelRatio'>,
  language: Language,
  obstacles: Obstacles,
  measure: (text: string, font: string) => number,
): PlacedName[] {
  const [west = 0, south = 0, east = 0, north = 0] = extent;
  const resolution = (east - west) / (width / pixelRatio);
  const zoom = Math.log2(156543.034 / resolution);
  const box = ([left = 0, bottom = 0, right = 0, top = 0]: Extent): Box => [
    (left - west) / resolution,
    (north - top) / resolution,
    (right - west) / resolution,
    (north - bottom) / resolution,
  ];
  const cases = obstacles.cases.map(box);
  const teams = obstacles.teams.map(box);
  const taken: Box[] = [];
  const placed: PlacedName[] = [];
  for (const one of named) {
    const { kind, tier, point, names } = one;
    const [pointX = 0, pointY = 0] = point;
    if (!isShown(one, zoom) || pointX < west || pointX > east || pointY < south || pointY > north) continue;
    const name = kind === 'country' ? spaced(names[language]) : names[language];
    if (name === '') continue;
    const [x, y] = [(pointX - west) / resolution, (north - pointY) / resolution];
    const wide = measure(name, font(one));
    const boxAt = ({ part, x: right, y: up }: (typeof besideDot)[number]): Box => {
      const left = x + right - part * wide;
      return [left, y - up - halfHeight, left + wide, y - up + halfHeight];
    };
    const free = (kept: readonly Box[]) => (at: Box): boolean => !kept.some((other) => touches(at, other));
    const town = kind === 'town';
    const centre = town && tier < 2;
    const places = town ? [...besideDot, ...(centre ? besideIcons : [])] : middle;
    const r = dotRadius(tier);
    // Whose dot lies under a name already has none: it would be taken for that one's.
    const hidden = town && !centre && !free(taken)([x - r, y - r, x + r, y + r]);
    const open = hidden ? [] : places.map(boxAt).filter(free(taken));
    // Icons may lie on the name of an area.
    let found = town ? open.filter(free(cases)).find(free(teams)) : open[0];
    // That of a region's centre may lie below an arrow where there is no other room, never below a case.
    if (!found && centre) found = leastCovered(open.filter(free(cases)), teams);
    if (found) taken.push(found);
    if (found || town)
      placed.push({
        kind,
        tier,
        dot: [x, y],
        ...(found && { text: { name, left: found[0], middle: (found[1] + found[3]) / 2 } }),
      });
  }
  return placed;
}

function leastCovered(places: readonly Box[], by: readonly Box[]): Box | undefined {
  let best: Box | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const covered = by.reduce((sum, one) => sum + overlap(place, one), 0);
    if (covered >= least) continue;
    [best, least] = [place, covered];
  }
  return best;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws the names with their dots, below what was placed before them. */
export function drawNames(
  context: Context,
  named: readonly Named[],
  picture: Picture,
  language: Language,
  obstacles: Obstacles,
): void {
  const measure = (text: string, font: string): number => {
    if (context.font !== font) context.font = font;
    return context.measureText(text).width;
  };
  const placed = placeNames(named, picture, language, obstacles, measure);
  const palette = palettes[picture.theme];
  context.save();
  context.scale(picture.pixelRatio, picture.pixelRatio);
  context.setLineDash([]);
  context.fillStyle = palette.townDot;
  context.strokeStyle = palette.halo;
  context.lineWidth = 1;
  for (const { kind, tier, dot } of placed) {
    if (kind !== 'town') continue;
    context.beginPath();
    context.arc(dot[0], dot[1], dotRadius(tier), 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  // The largest last, so that no other's halo lies on it.
  for (const one of placed.reverse()) {
    if (!one.text) continue;
    const { name, left, middle } = one.text;
    const { fill, halo, width } = inks(one.kind, palette);
    context.font = font(one);
    context.strokeStyle = halo;
    context.lineWidth = width;
    context.strokeText(name, left, middle);
    context.fillStyle = fill;
    context.fillText(name, left, middle);
  }
  context.restore();
}

function inks(kind: Named['kind'], { townLabel, faintLabel, waterLabel, halo, sea }: Palette) {
  if (kind === 'town') return { fill: townLabel, halo, width: 3 };
  if (kind === 'water') return { fill: waterLabel, halo: sea, width: 2.5 };
  return { fill: faintLabel, halo, width: 2.5 };
}

/** Thin spaces between the letters of a country's name. */
function spaced(name: string): string {
  return [...name].join('\u2009');
}
