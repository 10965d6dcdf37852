import Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import Point from 'ol/geom/Point';
import VectorImageLayer from 'ol/layer/VectorImage';
import { type Extent, createEmpty, extend } from 'ol/extent';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
// What the server answers at /api/v1/regions, as a file of the board: kept for when there is no connection, and packed.
import regionShapes from '../../../../geo/regions.geojson?url';
import { loadFile } from '../api/file';
import { PaintedLayer } from './painted-layer';
import { makePainter } from './painter';
import { font } from './fonts';
import { type Palette, palettes } from './palette';
import type { RegionOnMap, ShapeFile } from './shapes';
import type { Language, Theme } from './types';

/** Zoom from which on a town of each tier has its name; the tiers are those of places.json. */
const townZoom = [2.5, 4.1, 5.3, 6.5, 7.4];
const regionNameZoom = { from: 5.6, to: 8.2 };
const countryNameZoom = { from: 2, to: 6.6 };
const waterZoom = [3.6, 4.8, 6];

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

/** What stands at a point of the map under its name. */
interface Named {
  kind: PlaceRow[0] | 'region';
  tier: number;
  names: Record<Language, string>;
  /** Smaller numbers are drawn first. */
  order: number;
}

const named = (feature: FeatureLike): Named => feature.get('named') as Named;

function nameFeature(point: readonly number[], what: Named): Feature {
  const feature = new Feature(new Point([...point]));
  feature.set('named', what, true);
  return feature;
}

function placeNames(data: ArrayBuffer): Feature[] {
  const rows = JSON.parse(new TextDecoder().decode(data)) as PlaceRow[];
  return rows.map(([kind, tier, longitude, latitude, kk, ru, en], index) => {
    const order = { country: 0, town: 100, water: 300 }[kind] + tier * 1000 + index / 1000;
    return nameFeature(fromLonLat([longitude, latitude]), { kind, tier, names: { kk, ru, en }, order });
  });
}

/** Parts that come so close upon each other are drawn together. */
const togetherMilliseconds = 200;

/** The offline base map: land, waters, regions, names. Its data is loaded once, its styles follow theme and language. */
export class BaseMap {
  readonly layers;
  private readonly painter = makePainter();
  private readonly shapeLayer: PaintedLayer;
  private readonly borderLayer: PaintedLayer;
  private readonly names = new VectorSource({ wrapX: false });
  private readonly nameLayer: VectorImageLayer<VectorSource>;
  private regions: RegionOnMap[] = [];
  private theme: Theme = 'light';
  private language: Language = 'kk';
  private region: string | undefined;
  private readonly styles = new Map<string, Style>();

  /** `covered` says whether an icon lies in a box; a town's name goes where none does. */
  constructor(private readonly covered: Covered) {
    this.shapeLayer = new PaintedLayer(this.painter, () => ({ what: 'shapes', theme: this.theme }));
    this.borderLayer = new PaintedLayer(this.painter, () => ({
      what: 'borders',
      theme: this.theme,
      region: this.region,
    }));
    // A picture too: names are placed once for a view, and not with every team that moves.
    this.nameLayer = new VectorImageLayer({
      source: this.names,
      imageRatio: 1.3,
      style: (feature, resolution) => this.nameStyle(feature, resolution),
      // A group of their own: where the icons are, placeOf knows better than their square outlines.
      declutter: 'names',
      // Bigger places first: they win when names collide.
      renderOrder: (a, b) => named(a).order - named(b).order,
    });
    this.layers = [this.shapeLayer, this.borderLayer, this.nameLayer];
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
   * After `regions` has resolved, the extents of the regions are known and the names are there.
   */
  load(signal: AbortSignal, report: (error: unknown) => void): { regions: Promise<void>; all: Promise<unknown> } {
    const base = `${import.meta.env.BASE_URL}basemap/`;
    const part = (work: Promise<void>): Promise<void> =>
      work.catch((error: unknown) => {
        if (!signal.aborted) report(error);
      });
    const shapes = (file: ShapeFile): Promise<void> =>
      part(
        loadFile(`${base}${file}.json`, signal)
          .then((data) => this.painter.add(file, data))
          .then(() => undefined),
      );
    const names: Feature[] = [];
    const places = part(loadFile(`${base}places.json`, signal).then((data) => void names.push(...placeNames(data))));
    const regions = part(
      loadFile(regionShapes, signal)
        .then((data) => this.painter.add('regions', data))
        .then((found) => void names.push(...this.addRegions(found))),
    );
    let soon: ReturnType<typeof setTimeout> | undefined;
    // Placing names is the dearest part of a picture on this thread, so all at once where they come close upon each
    // other; on a slow line the towns do not wait for the regions.
    const addNames = (): void => {
      if (!signal.aborted) this.names.addFeatures(names.splice(0));
    };
    void places.then(() => {
      soon = setTimeout(addNames, togetherMilliseconds);
    });
    const withNames = Promise.all([places, regions]).then(() => {
      clearTimeout(soon);
      addNames();
    });
    const all = withNames
      .then(() => shapes('land'))
      .then(() => {
        if (!signal.aborted) soon = setTimeout(() => this.shapeLayer.redraw(), togetherMilliseconds);
        return Promise.all([shapes('rivers'), shapes('lakes')]);
      })
      .then(() => {
        clearTimeout(soon);
        if (!signal.aborted) this.shapeLayer.redraw();
      });
    signal.addEventListener('abort', () => {
      clearTimeout(soon);
      this.painter.stop();
    });
    return { regions: withNames, all };
  }

  /** The extent of a region, or of the country, in map units; undefined before the regions have come. */
  extent(region?: string): Extent | undefined {
    if (this.regions.length === 0) return undefined;
    const one = this.regions.find(({ code }) => code === region);
    return one?.extent ?? this.regions.reduce((whole, { extent }) => extend(whole, extent), createEmpty());
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
    if (this.regions.length > 0) this.borderLayer.redraw();
  }

  /** How many layers lie under everything that is drawn on the land. */
  readonly shapeCount = 1;

  get hasNames(): boolean {
    return !this.names.isEmpty();
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
    for (const layer of [this.shapeLayer, this.borderLayer]) if (layer.getVisible()) layer.redraw();
    this.nameLayer.changed();
  }

  private addRegions(regions: RegionOnMap[]): Feature[] {
    this.regions = regions;
    this.shapeLayer.redraw();
    this.borderLayer.redraw();
    // A city of republican significance is a town on the map already.
    return regions
      .filter(({ city }) => !city)
      .map(({ point, names }) => nameFeature(point, { kind: 'region', tier: 0, names, order: 3500 }));
  }

  private style(key: string, make: () => Style): Style {
    let style = this.styles.get(key);
    if (!style) {
      style = make();
      this.styles.set(key, style);
    }
    return style;
  }

  private nameStyle(feature: FeatureLike, resolution: number): Style | undefined {
    const zoom = Math.log2(156543.034 / resolution);
    const { kind, tier, names } = named(feature);
    const shown = {
      town: zoom >= (townZoom[tier] ?? 0),
      country: zoom >= countryNameZoom.from && zoom < countryNameZoom.to,
      water: zoom >= (waterZoom[tier] ?? 0),
      region: zoom >= regionNameZoom.from && zoom < regionNameZoom.to,
    }[kind];
    if (!shown) return undefined;
    const name = names[this.language];
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
        font: kind === 'country' ? font(500, 13) : font(450, 12.5),
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
          font: tier < 2 ? font(tier === 0 ? 650 : 550, 13) : font(450, 12.5),
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
