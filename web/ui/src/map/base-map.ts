import { type Extent, createEmpty, extend } from 'ol/extent';
// What the server answers at /api/v1/regions, as a file of the board: kept for when there is no connection, and packed.
import regionShapes from '../../../../geo/regions.geojson?url';
import { loadFile } from '../api/file';
import type { Obstacles } from './names';
import { PaintedLayer } from './painted-layer';
import { makePainter } from './painter';
import { palettes } from './palette';
import type { RegionOnMap, BaseMapFile } from './shapes';
import type { Language, Theme } from './types';

/** Parts that come so close upon each other are drawn together. */
const togetherMilliseconds = 200;

/** The offline base map: land, waters, regions, names. Its data is loaded once, its look follows theme and language. */
export class BaseMap {
  readonly layers;
  private readonly painter = makePainter();
  private readonly shapeLayer: PaintedLayer;
  /** Borders and names: a picture of its own, made anew when icons have moved. */
  private readonly overLayer: PaintedLayer;
  private regions: RegionOnMap[] = [];
  private theme: Theme = 'light';
  private language: Language = 'kk';
  private region: string | undefined;
  private named = true;

  /** `obstacles` are what lies within an extent in map units, at a resolution: names make room for it. */
  constructor(obstacles: (extent: Extent, resolution: number) => Obstacles) {
    this.shapeLayer = new PaintedLayer(this.painter, () => ({ what: 'shapes', theme: this.theme }));
    this.overLayer = new PaintedLayer(this.painter, (extent, resolution) => ({
      what: 'over',
      theme: this.theme,
      region: this.region,
      ...(this.named && { names: { language: this.language, obstacles: obstacles(extent, resolution) } }),
    }));
    this.layers = [this.shapeLayer, this.overLayer];
  }

  /** The colour under everything. */
  get background(): string {
    return palettes[this.theme].sea;
  }

  /**
   * Loads all data. A part that cannot be loaded is left out and reported; the rest is drawn.
   * After `regions` has resolved, the extents of the regions are known and the names are there.
   */
  load(signal: AbortSignal, report: (error: unknown) => void): { regions: Promise<unknown>; all: Promise<unknown> } {
    const basemap = `${import.meta.env.BASE_URL}basemap/`;
    const load = (file: BaseMapFile, path = `${basemap}${file}.json`): Promise<RegionOnMap[]> =>
      loadFile(path, signal)
        .then((data) => this.painter.add(file, data))
        .catch((error: unknown) => {
          if (!signal.aborted) report(error);
          return [];
        });
    let soon: ReturnType<typeof setTimeout> | undefined;
    const draw = (...layers: PaintedLayer[]): void => {
      clearTimeout(soon);
      if (!signal.aborted) for (const layer of layers) layer.redraw();
    };
    const drawSoon = (layer: PaintedLayer): void => {
      if (!signal.aborted) soon = setTimeout(() => draw(layer), togetherMilliseconds);
    };
    const regions = load('regions', regionShapes).then((found) => {
      this.regions = found;
      draw(this.shapeLayer, this.overLayer);
    });
    const places = load('places').then(() => {
      // On a slow line the towns do not wait for the regions.
      if (this.regions.length > 0) draw(this.overLayer);
      else drawSoon(this.overLayer);
    });
    const withNames = Promise.all([regions, places]);
    const all = withNames
      .then(() => load('land'))
      .then(() => {
        drawSoon(this.shapeLayer);
        return Promise.all([load('rivers'), load('lakes')]);
      })
      .then(() => draw(this.shapeLayer));
    signal.addEventListener('abort', () => {
      clearTimeout(soon);
      this.painter.stop();
    });
    return { regions: withNames, all };
  }

  /** Resolves when what has been loaded is to be seen. */
  async drawn(): Promise<void> {
    await Promise.all(this.layers.map((layer) => layer.drawn()));
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
    this.shapeLayer.outdate();
    this.redrawNames();
  }

  setLanguage(language: Language): void {
    if (language === this.language) return;
    this.language = language;
    this.redrawNames();
  }

  setRegion(region: string | undefined): void {
    if (region === this.region) return;
    this.region = region;
    this.redrawNames();
  }

  /** How many layers lie under everything that is drawn on the land. */
  readonly shapeCount = 1;

  /** Other tiles bring names of their own. */
  hideNames(): void {
    this.named = false;
    this.redrawNames();
  }

  /** To be called when what names make room for has changed; names that are still to come are placed when they do. */
  redrawNames(): void {
    this.overLayer.outdate();
  }

  /** To be called when the page has the typeface. */
  typefaceHere(): void {
    // Without it names are drawn in the system's.
    void this.painter.loadTypeface().then(
      () => this.redrawNames(),
      () => undefined,
    );
  }
}
