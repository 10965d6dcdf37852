import Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import TopoJSON from 'ol/format/TopoJSON';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import VectorImageLayer from 'ol/layer/VectorImage';
import type { Extent } from 'ol/extent';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { outerBorder } from './outline';
import { type Palette, font, palettes } from './palette';
import type { Language, Theme } from './types';

/** Zoom from which on a town of each tier has its name; the tiers are those of places.json. */
const townZoom = [2.5, 4.1, 5.3, 6.5, 7.4];
const regionNameZoom = { from: 5.6, to: 8.2 };
const countryNameZoom = { from: 2, to: 6.6 };
const waterZoom = [3.6, 4.8, 6];

const projections = { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' };

/** Whether a case or a team is drawn in a box of map units at a resolution. */
export type Covered = (by: 'cases' | 'teams', box: Extent, resolution: number) => boolean;

/** Where a town's name may stand, the best first, in pixels right of and above its dot. */
const namePlaces = {
  above: { align: 'center', x: 0, y: 11 },
  right: { align: 'left', x: 8, y: 0 },
  left: { align: 'right', x: -8, y: 0 },
  below: { align: 'center', x: 0, y: -12 },
  'above right': { align: 'left', x: 4, y: 15 },
  'above left': { align: 'right', x: -4, y: 15 },
  'below right': { align: 'left', x: 4, y: -16 },
  'below left': { align: 'right', x: -4, y: -16 },
  high: { align: 'center', x: 0, y: 31 },
} as const;
type NamePlace = keyof typeof namePlaces;

type PlaceRow = [
  kind: 'town' | 'country' | 'water',
  tier: number,
  longitude: number,
  latitude: number,
  kk: string,
  ru: string,
  en: string,
];

/** As long as the largest file takes on a line of 50 kbit/s that the board's own files share. */
const loadMilliseconds = 120_000;

/** Asks for a file of the board, giving up after loadMilliseconds or when `signal` says so. */
async function load(path: string, signal: AbortSignal): Promise<unknown> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  signal.addEventListener('abort', stop);
  const timer = setTimeout(stop, loadMilliseconds);
  try {
    const response = await fetch(path, { signal: controller.signal });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
    return await response.json();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Pauses before the second and later attempts at a file, in milliseconds. */
const retryMilliseconds = [1_000, 3_000, 10_000, 30_000];

/** Resolves after a pause; rejects at once when `signal` says stop. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Loads again after a failure, such as a server that is just being restarted; rejects with the last error. */
async function loadPatiently(path: string, signal: AbortSignal): Promise<unknown> {
  for (const milliseconds of retryMilliseconds) {
    try {
      return await load(path, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      await pause(milliseconds, signal);
    }
  }
  return load(path, signal);
}

/** The offline base map: land, waters, regions, names. Its data is loaded once, its styles follow theme and language. */
export class BaseMap {
  readonly layers;
  private readonly land = new VectorSource({ wrapX: false });
  private readonly regions = new VectorSource({ wrapX: false });
  private readonly water = new VectorSource({ wrapX: false });
  private readonly borders = new VectorSource({ wrapX: false });
  private readonly names = new VectorSource({ wrapX: false });
  private readonly shapeLayers: VectorImageLayer<VectorSource>[];
  private readonly regionLayer: VectorLayer<VectorSource>;
  private readonly nameLayer: VectorLayer<VectorSource>;
  private theme: Theme = 'light';
  private language: Language = 'kk';
  private region: string | undefined;
  private readonly styles = new Map<string, Style>();

  /** `covered` says whether an icon lies in a box; a town's name goes where none does. */
  constructor(private readonly covered: Covered) {
    const shapes = (source: VectorSource, style: (feature: FeatureLike) => Style | undefined) =>
      new VectorImageLayer({ source, style, imageRatio: 1.6 });
    this.shapeLayers = [
      shapes(this.land, (feature) => this.landStyle(feature)),
      shapes(this.regions, () => this.fill('country', this.palette.country)),
      shapes(this.water, (feature) => this.waterStyle(feature)),
    ];
    this.regionLayer = new VectorLayer({
      source: this.borders,
      renderBuffer: 500,
      style: (feature) => this.borderStyle(feature),
    });
    this.nameLayer = new VectorLayer({
      source: this.names,
      style: (feature, resolution) => this.nameStyle(feature, resolution),
      // A group of their own: where the icons are, placeOf knows better than their square outlines.
      declutter: 'names',
      // Bigger places first: they win when names collide.
      renderOrder: (a, b) => (a.get('order') as number) - (b.get('order') as number),
    });
    this.layers = [...this.shapeLayers, this.regionLayer, this.nameLayer];
  }

  private get palette(): Palette {
    return palettes[this.theme];
  }

  /** The colour under everything. */
  get background(): string {
    return this.palette.sea;
  }

  /**
   * Loads all data. A part that cannot be loaded is left out and reported; the rest is drawn.
   * The extents of the regions are known after `regions` has resolved.
   */
  load(signal: AbortSignal, report: (error: unknown) => void): { regions: Promise<void>; all: Promise<unknown> } {
    const base = `${import.meta.env.BASE_URL}basemap/`;
    const part = (work: Promise<void>): Promise<void> =>
      work.catch((error: unknown) => {
        if (!signal.aborted) report(error);
      });
    const shapes = (file: string, source: VectorSource): Promise<void> =>
      part(loadPatiently(base + file, signal).then((data) => this.addShapes(source, data)));
    const places = part(loadPatiently(`${base}places.json`, signal).then((rows) => this.addPlaces(rows as PlaceRow[])));
    const regions = part(
      loadPatiently(`${import.meta.env.BASE_URL}api/v1/regions`, signal).then((data) => this.addRegions(data)),
    );
    const all = Promise.all([places, regions])
      .then(() => shapes('land.json', this.land))
      .then(() => Promise.all([shapes('rivers.json', this.water), shapes('lakes.json', this.water)]));
    return { regions, all };
  }

  /** The extent of a region, or of the country, in map units; undefined before the regions have come. */
  extent(region?: string): Extent | undefined {
    if (this.regions.isEmpty()) return undefined;
    return (
      this.regions
        .getFeatureById(region ?? '')
        ?.getGeometry()
        ?.getExtent() ??
      this.regions.getExtent() ??
      undefined
    );
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.restyle();
  }

  setLanguage(language: Language): void {
    if (language === this.language) return;
    this.language = language;
    this.styles.clear();
    this.nameLayer.changed();
  }

  setRegion(region: string | undefined): void {
    if (region === this.region) return;
    this.region = region;
    this.regionLayer.changed();
  }

  /** How many layers lie under everything that is drawn on the land. */
  get shapeCount(): number {
    return this.shapeLayers.length;
  }

  /** Other tiles bring names of their own. */
  hideNames(): void {
    this.nameLayer.setVisible(false);
  }

  /** To be called when a font has come or what `covered` looks at has changed. */
  namesChanged(): void {
    this.nameLayer.changed();
  }

  private restyle(): void {
    this.styles.clear();
    for (const layer of this.shapeLayers) layer.changed();
    this.regionLayer.changed();
    this.nameLayer.changed();
  }

  /** All objects of a file at once: reading undoes the arcs' delta encoding in place, so it works only once. */
  private addShapes(source: VectorSource, data: unknown): void {
    source.addFeatures(new TopoJSON({ layerName: 'layer' }).readFeatures(data, projections));
  }

  private addPlaces(rows: PlaceRow[]): void {
    this.names.addFeatures(
      rows.map(([kind, tier, longitude, latitude, kk, ru, en], index) => {
        const order = { country: 0, town: 100, water: 300 }[kind] + tier * 1000 + index / 1000;
        return new Feature({ geometry: new Point(fromLonLat([longitude, latitude])), kind, tier, kk, ru, en, order });
      }),
    );
  }

  private addRegions(data: unknown): void {
    const features = new GeoJSON().readFeatures(data, projections);
    const polygons: number[][][][] = [];
    for (const feature of features) {
      feature.setId(feature.get('code') as string);
      const geometry = feature.getGeometry();
      if (geometry instanceof MultiPolygon) polygons.push(...geometry.getCoordinates());
      else if (geometry instanceof Polygon) polygons.push(geometry.getCoordinates());
      const point = inside(geometry);
      const names = (feature.get('names') ?? feature.getProperties()) as Record<Language, string>;
      const { kk, ru, en } = names;
      // A city of republican significance is a town on the map already.
      const city = feature.get('kind') === 'city';
      if (point && !city)
        this.names.addFeature(new Feature({ geometry: point, kind: 'region', tier: 0, kk, ru, en, order: 3500 }));
      this.borders.addFeature(new Feature({ geometry, kind: 'region', code: feature.get('code') as string }));
    }
    this.regions.addFeatures(features);
    const outline = outerBorder(polygons) as number[][][];
    this.borders.addFeature(new Feature({ geometry: new MultiLineString(outline), kind: 'country' }));
  }

  private style(key: string, make: () => Style): Style {
    let style = this.styles.get(key);
    if (!style) {
      style = make();
      this.styles.set(key, style);
    }
    return style;
  }

  private fill(key: string, color: string): Style {
    return this.style(key, () => new Style({ fill: new Fill({ color }) }));
  }

  private landStyle(feature: FeatureLike): Style {
    if (feature.get('layer') === 'land') return this.fill('land', this.palette.neighbours);
    return this.style(
      'borders',
      () => new Style({ stroke: new Stroke({ color: this.palette.neighbourBorder, width: 1 }), zIndex: 1 }),
    );
  }

  private waterStyle(feature: FeatureLike): Style {
    if (feature.get('layer') === 'lakes')
      return this.style('lake', () => new Style({ fill: new Fill({ color: this.palette.lake }), zIndex: 1 }));
    return this.style('river', () => new Style({ stroke: new Stroke({ color: this.palette.river, width: 1.2 }) }));
  }

  private borderStyle(feature: FeatureLike): Style {
    if (feature.get('kind') === 'country') {
      return this.style(
        'country border',
        () => new Style({ stroke: new Stroke({ color: this.palette.countryBorder, width: 1.6 }), zIndex: 1 }),
      );
    }
    if (this.region !== undefined && feature.get('code') === this.region) {
      return this.style(
        'chosen',
        () => new Style({ stroke: new Stroke({ color: this.palette.chosenRegion, width: 1.8 }), zIndex: 2 }),
      );
    }
    return this.style(
      'region',
      () => new Style({ stroke: new Stroke({ color: this.palette.regionBorder, width: 1, lineDash: [4, 3] }) }),
    );
  }

  private nameStyle(feature: FeatureLike, resolution: number): Style | undefined {
    const zoom = Math.log2(156543.034 / resolution);
    const kind = feature.get('kind') as 'town' | 'country' | 'water' | 'region';
    const tier = feature.get('tier') as number;
    const shown = {
      town: zoom >= (townZoom[tier] ?? 0),
      country: zoom >= countryNameZoom.from && zoom < countryNameZoom.to,
      water: zoom >= (waterZoom[tier] ?? 0),
      region: zoom >= regionNameZoom.from && zoom < regionNameZoom.to,
    }[kind];
    if (!shown) return undefined;
    const name = feature.get(this.language) as string | undefined;
    if (!name) return undefined;
    if (kind !== 'town') return this.style(`${kind} ${name}`, () => this.areaName(kind, name));
    // The name of a region's centre may lie below an arrow, never below a case.
    const place =
      this.placeOf(feature, name, resolution, ['cases', 'teams']) ??
      (tier < 2 ? this.placeOf(feature, name, resolution, ['cases']) : undefined);
    // Without room the dot alone says where the town is; half a name would not be read anyway.
    return this.style(`town ${place} ${name}`, () => this.townName(tier, name, place));
  }

  /** The first place beside a town's dot that no icon covers; undefined when all are covered. */
  private placeOf(
    feature: FeatureLike,
    name: string,
    resolution: number,
    by: ('cases' | 'teams')[],
  ): NamePlace | undefined {
    const [x = 0, y = 0] = (feature.getGeometry() as Point).getCoordinates();
    const width = name.length * 7.4;
    return (Object.keys(namePlaces) as NamePlace[]).find((place) => {
      const { align, x: right, y: up } = namePlaces[place];
      const left = right - { left: 0, center: width / 2, right: width }[align];
      const box = [
        x + left * resolution,
        y + (up - 7) * resolution,
        x + (left + width) * resolution,
        y + (up + 7) * resolution,
      ];
      return !by.some((what) => this.covered(what, box, resolution));
    });
  }

  private areaName(kind: 'country' | 'water' | 'region', name: string): Style {
    const { faintLabel, waterLabel, halo, sea } = this.palette;
    const water = kind === 'water';
    return new Style({
      text: new Text({
        text: kind === 'country' ? spaced(name) : name,
        font: font(kind === 'country' ? 500 : 450, kind === 'country' ? 13 : 12),
        fill: new Fill({ color: water ? waterLabel : faintLabel }),
        stroke: new Stroke({ color: water ? sea : halo, width: 2.5 }),
        overflow: true,
      }),
    });
  }

  private townName(tier: number, name: string, place: NamePlace | undefined): Style {
    const { townDot, townLabel, halo } = this.palette;
    return new Style({
      image: new CircleStyle({
        radius: tier < 2 ? 3 : 2.2,
        fill: new Fill({ color: townDot }),
        stroke: new Stroke({ color: halo, width: 1 }),
        declutterMode: 'none',
      }),
      ...(place && {
        text: new Text({
          text: name,
          font: font(tier === 0 ? 600 : tier === 1 ? 550 : 450, tier < 2 ? 13.5 : 12.5),
          fill: new Fill({ color: townLabel }),
          stroke: new Stroke({ color: halo, width: 3 }),
          textAlign: namePlaces[place].align,
          offsetX: namePlaces[place].x,
          offsetY: -namePlaces[place].y,
        }),
      }),
    });
  }
}

/** Thin spaces between the letters of a country's name. */
function spaced(name: string): string {
  return [...name].join('\u2009');
}

/** A point inside the largest polygon. */
function inside(geometry: unknown): Point | undefined {
  if (geometry instanceof Polygon) return geometry.getInteriorPoint();
  if (!(geometry instanceof MultiPolygon)) return undefined;
  const largest = geometry
    .getPolygons()
    .reduce<Polygon | undefined>(
      (best, polygon) => (best && best.getArea() >= polygon.getArea() ? best : polygon),
      undefined,
    );
  return largest?.getInteriorPoint();
}
