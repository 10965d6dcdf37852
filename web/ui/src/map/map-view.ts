import type { Coordinate } from 'ol/coordinate';
import { boundingExtent, containsExtent, createEmpty, extend, type Extent, getCenter, getHeight, getWidth } from 'ol/extent';
import Feature from 'ol/Feature';
import Circle from 'ol/geom/Circle';
import Point from 'ol/geom/Point';
import { defaults as defaultInteractions } from 'ol/interaction/defaults';
import VectorLayer from 'ol/layer/Vector';
import OlMap from 'ol/Map';
import type MapBrowserEvent from 'ol/MapBrowserEvent';
import { fromLonLat, getPointResolution, toLonLat, transformExtent } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import View from 'ol/View';
import { BaseMap } from './base-map';
import { CaseLayer, type CasePoint } from './case-layer';
import { CaseMarks } from './case-marks';
import type { Cluster } from './clusters';
import { Icons } from './icons';
import { MeasureLine } from './measure';
import { palettes } from './palette';
import { prepare } from './prepare';
import { scaleLine } from './scale-line';
import { TeamLayer, type TeamPoint } from './team-layer';
import type { Tiles } from './tiles';
import { nextPicture, nextTask } from './turns';
import { fontName, fontSample } from './typeface';
import type { BoardMapProps, LonLat, MapCase, MapTeam, MapTiles, Theme } from './types';

/** Several things at one place that no zooming takes apart; the person chooses one. */
export interface Choice {
  cases: MapCase[];
  teams: MapTeam[];
}

export interface MapViewEvents {
  selectCase(id: string): void;
  selectTeam(id: string): void;
  pick(lonLat: LonLat): void;
  choose(choice: Choice | undefined): void;
  /** A place on the map was tapped where nothing stands. */
  place(lonLat: LonLat): void;
  scale(line: { metres: number; pixels: number }): void;
  loaded(): void;
  /** The regions and what the board knows have been drawn; then, once more, with land and waters. */
  drawn(how: 'regions' | 'all'): void;
  /** A part of the base map could not be loaded; the rest is shown. */
  problem(error: unknown): void;
}

type Shown = Pick<
  BoardMapProps,
  | 'cases'
  | 'teams'
  | 'selectedCase'
  | 'lines'
  | 'tracks'
  | 'marks'
  | 'rings'
  | 'close'
  | 'tiles'
  | 'language'
  | 'theme'
  | 'region'
  | 'pickMode'
  | 'picked'
>;

/** Kazakhstan as its regions span it, longitude and latitude: the first picture fits already when they come. */
const countryExtent: Extent = [46.4932, 40.5686, 87.3156, 55.4422];
/** The window that tools/basemap cuts its data to, less a margin. */
const dataExtent: Extent = [22, 18, 114, 71.5];
const furthestZoom = 17;
const clusterZoomLimit = 15.5;
const scalePixels = 96;
const animationMilliseconds = 280;
const namesMilliseconds = 600;
const positionMilliseconds = 10_000;

/** The map without its buttons: it owns an OpenLayers map and everything that must be stopped again. */
export class MapView {
  private readonly map: OlMap;
  private readonly view: View;
  private readonly baseMap: BaseMap;
  private readonly cases = new CaseLayer();
  private readonly teams = new TeamLayer();
  private readonly caseMarks = new CaseMarks();
  private readonly measure = new MeasureLine();
  private readonly marks = new VectorSource<Feature>({ wrapX: false });
  private readonly markLayer = new VectorLayer({
    source: this.marks,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  private readonly stop = new AbortController();
  private readonly minute: ReturnType<typeof setInterval>;
  private shown: Shown | undefined;
  private theme: Theme | undefined;
  private frame = 0;
  private namesTimer: ReturnType<typeof setTimeout> | undefined;
  private arrangedResolution = 0;
  private fitted = false;
  private seen = false;
  private measuring = false;
  private tiles: Tiles | undefined;
  private stale = { cases: true, teams: true };

  constructor(
    private readonly target: HTMLElement,
    private readonly events: MapViewEvents,
  ) {
    this.baseMap = new BaseMap((extent, resolution) => {
      // These are the newest.
      clearTimeout(this.namesTimer);
      this.namesTimer = undefined;
      return {
        cases: [...this.cases.boxes(extent, resolution), ...this.caseMarks.boxes(extent, resolution)],
        teams: this.teams.boxes(extent, resolution),
      };
    });
    this.view = new View({
      extent: transformExtent(dataExtent, 'EPSG:4326', 'EPSG:3857'),
      constrainOnlyCenter: true,
      smoothExtentConstraint: true,
      showFullExtent: true,
      enableRotation: false,
      center: fromLonLat([67, 48.4]),
      zoom: 4,
      minZoom: 2.6,
      maxZoom: furthestZoom,
    });
    this.map = new OlMap({ view: this.view, controls: [], interactions: [], layers: [] });
    this.minute = setInterval(() => {
      this.teams.setNow(Date.now());
      this.stale.teams = true;
      this.schedule();
    }, 60_000);
  }

  /**
   * Makes the map and shows what `now` says, in steps between which input and pictures have their turn: on a phone it all
   * takes a while. Resolves when what the board knows has been drawn; `show` may be called from then on.
   */
  async open(now: () => Shown): Promise<void> {
    const { map, cases, teams, caseMarks } = this;
    // Drawn one after the other, what matters most first.
    const late = [[cases.layer], [teams.layer, caseMarks.pointLayer, caseMarks.layer]];
    const { regions, all } = this.baseMap.load(this.stop.signal, (error) => this.events.problem(error));
    void all.then(() => this.events.loaded());
    const steps = [
      () => this.loadFont(),
      () => {
        for (const layer of late.flat()) layer.setVisible(false);
        const lower = [...this.baseMap.layers, caseMarks.layer, caseMarks.pointLayer];
        map.setLayers([...lower, teams.layer, cases.layer, this.measure.layer, this.markLayer]);
      },
      () => this.addInteractions(),
      () => this.setTheme(now().theme),
      () => map.setTarget(this.target),
      () => this.show(now()),
      () => this.arrange(),
    ];
    for (const step of steps) {
      await nextTask();
      if (this.stop.signal.aborted) return;
      step();
    }
    for (const layers of late) {
      await nextPicture();
      if (this.stop.signal.aborted) return;
      for (const layer of layers) await prepare(layer, map);
      if (this.stop.signal.aborted) return;
      for (const layer of layers) layer.setVisible(true);
    }
    void regions
      .then(() => {
        if (this.stop.signal.aborted) return;
        if (this.shown?.region !== undefined) {
          this.fitted = false;
          this.fitOnce();
        }
        return this.sayDrawn('regions');
      })
      .then(() => all)
      .then(() => this.sayDrawn('all'));
    // Buttons come after the last layer.
    await nextPicture();
  }

  private addInteractions(): void {
    const { map } = this;
    for (const one of defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }).getArray())
      map.addInteraction(one);
    map.on('singleclick', (event) => this.click(event));
    map.on('pointermove', (event) => this.hover(event));
    map.on('movestart', () => this.events.choose(undefined));
    map.on('moveend', () => this.sayScale());
    map.on('change:size', () => this.sized());
    this.view.on('change:resolution', () => this.schedule());
  }

  private async sayDrawn(how: 'regions' | 'all'): Promise<void> {
    // A view that has just changed asks for its pictures in the next one.
    await nextPicture();
    await this.baseMap.drawn();
    if (this.stop.signal.aborted) return;
    this.seen = true;
    this.events.drawn(how);
  }

  /** Stops everything that the view has started. */
  destroy(): void {
    this.stop.abort();
    clearInterval(this.minute);
    clearTimeout(this.namesTimer);
    cancelAnimationFrame(this.frame);
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  /** Shows what the board shows now; only what has changed since the last call is touched. */
  show(next: Shown): void {
    const before = this.shown;
    this.shown = next;
    this.setTheme(next.theme);
    if (before?.language !== next.language) {
      this.baseMap.setLanguage(next.language);
      this.cases.setLanguage(next.language);
      this.teams.setLanguage(next.language);
    }
    if (before?.cases !== next.cases && this.cases.setCases(next.cases)) this.stale.cases = true;
    if (before?.teams !== next.teams && this.teams.setTeams(next.teams)) this.stale.teams = true;
    if (before?.selectedCase !== next.selectedCase) this.stale.cases = true;
    // Callers make the lines anew for each render.
    if (JSON.stringify(before?.lines) !== JSON.stringify(next.lines)) this.showLines(next);
    const marked = JSON.stringify(before?.marks) !== JSON.stringify(next.marks);
    if (marked || before?.tracks !== next.tracks) this.caseMarks.show(next.tracks, next.marks);
    if (marked && before) this.placeNamesSoon();
    if (JSON.stringify(before?.tiles) !== JSON.stringify(next.tiles)) this.loadTiles(next.tiles);
    if (before?.theme !== next.theme || before.language !== next.language)
      this.tiles?.setLook(next.theme, next.language);
    this.showRings(before, next);
    if (before?.picked?.join() !== next.picked?.join()) this.showPicked(next.picked);
    if (before?.pickMode !== next.pickMode) this.target.style.cursor = next.pickMode ? 'crosshair' : '';
    if (before?.region !== next.region) {
      this.baseMap.setRegion(next.region);
      if (before) this.fit(true);
    }
    this.fitOnce();
    if (next.selectedCase !== undefined && before?.selectedCase !== next.selectedCase) this.reveal(next.selectedCase);
    this.schedule();
  }

  zoomBy(steps: number): void {
    const zoom = this.view.getZoom();
    if (zoom !== undefined) this.view.animate({ zoom: zoom + steps, duration: this.duration() });
  }

  /** Shows the chosen region, or the whole country. */
  fit(animated: boolean): void {
    const extent = this.baseMap.extent(this.shown?.region) ?? transformExtent(countryExtent, 'EPSG:4326', 'EPSG:3857');
    const [width = 0] = this.map.getSize() ?? [];
    const room = width < 600 ? 16 : 44;
    this.view.fit(extent, { padding: [room, room, room, room], duration: animated ? this.duration() : 0 });
  }

  /** Asks the device where it is, shows it, and moves there; rejects when that is not known in 10 s. */
  async showMyPosition(): Promise<void> {
    if (!('geolocation' in navigator)) throw new Error('this browser gives no position');
    const position = await new Promise<GeolocationPosition>((resolve, reject) => {
      navigator.geolocation.getCurrentPosition(resolve, reject, {
        enableHighAccuracy: true,
        timeout: positionMilliseconds,
        maximumAge: 30_000,
      });
    });
    if (this.stop.signal.aborted) return;
    const { longitude, latitude, accuracy } = position.coords;
    const centre = fromLonLat([longitude, latitude]);
    this.removeMark('me');
    this.removeMark('me-accuracy');
    const metres = getPointResolution('EPSG:3857', 1, centre);
    const circle = new Feature(new Circle(centre, accuracy / metres));
    circle.setId('me-accuracy');
    const dot = new Feature(new Point(centre));
    dot.setId('me');
    this.marks.addFeatures([circle, dot]);
    this.styleMarks();
    this.view.animate({ center: centre, zoom: Math.max(this.view.getZoom() ?? 0, 11), duration: this.duration() });
  }

  private setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.baseMap.setTheme(theme);
    this.cases.setTheme(theme);
    this.teams.setTheme(theme);
    this.caseMarks.setTheme(theme);
    this.target.style.backgroundColor = this.baseMap.background;
    this.measure.setTheme(theme);
    this.styleMarks();
  }

  private showRings(before: Shown | undefined, next: Shown): void {
    const centre = (of: Shown | undefined) =>
      of?.rings.length ? of.cases.find((one) => one.id === of.selectedCase)?.location : undefined;
    const now = centre(next);
    if (JSON.stringify([before?.rings, centre(before)]) === JSON.stringify([next.rings, now])) return;
    this.caseMarks.showRings(now, next.rings);
    if (before) this.placeNamesSoon();
    // Rings that were just switched on are looked at; those of a case are shown with it.
    if (now && before?.selectedCase === next.selectedCase && before?.rings.length === 0) this.revealRings();
  }

  private revealRings(): void {
    const extent = this.caseMarks.ringExtent();
    if (extent) this.view.fit(extent, { padding: this.padding(), duration: this.duration() });
  }

  /** Puts the installation's own tiles over the shapes of the base map, which stay for where no tile comes. */
  private loadTiles(wanted: MapTiles | undefined): void {
    if (!wanted) return;
    void import('./tiles')
      .then(({ makeTiles }) => makeTiles(wanted, () => this.baseMap.hideNames()))
      .then((tiles) => {
        if (this.stop.signal.aborted) return;
        this.tiles = tiles;
        if (this.shown) tiles.setLook(this.shown.theme, this.shown.language);
        this.map.getLayers().insertAt(this.baseMap.shapeCount, tiles.layer);
      })
      .catch((error: unknown) => this.events.problem(error));
  }

  /** Draws the line that is measured along; while there is one, every tap is a place of it. */
  measureAlong(places: readonly LonLat[] | undefined): void {
    this.measuring = places !== undefined;
    this.measure.show(places ?? []);
  }

  /** Marks the place that a person asked about; undefined takes the mark away. */
  showPlace(place: LonLat | undefined): void {
    this.removeMark('place');
    if (!place) return;
    const feature = new Feature(new Point(fromLonLat(place)));
    feature.setId('place');
    this.marks.addFeature(feature);
    this.styleMarks();
  }

  /** The middle of what is shown. */
  centre(): LonLat {
    return toLonLat(this.view.getCenter() ?? [0, 0]) as LonLat;
  }

  private styleMarks(): void {
    if (this.marks.isEmpty()) return;
    const theme = this.theme ?? 'light';
    const { position, ground, ink } = palettes[theme];
    const icons = new Icons(theme);
    const styles: Record<string, Style> = {
      picked: new Style({ image: icons.pin(), zIndex: 2 }),
      place: new Style({
        image: new RegularShape({ points: 4, radius: 10, radius2: 0, stroke: new Stroke({ color: ink, width: 2 }) }),
      }),
      me: new Style({
        image: new CircleStyle({
          radius: 8,
          fill: new Fill({ color: position }),
          stroke: new Stroke({ color: ground, width: 3 }),
        }),
        zIndex: 1,
      }),
      'me-accuracy': new Style({
        fill: new Fill({ color: `${position}26` }),
        stroke: new Stroke({ color: position, width: 1 }),
      }),
    };
    for (const feature of this.marks.getFeatures()) feature.setStyle(styles[String(feature.getId())]);
  }

  private removeMark(id: string): void {
    const feature = this.marks.getFeatureById(id);
    if (feature) this.marks.removeFeature(feature as Feature);
  }

  private showPicked(picked: LonLat | undefined): void {
    this.removeMark('picked');
    if (!picked) return;
    const feature = new Feature(new Point(fromLonLat(picked)));
    feature.setId('picked');
    this.marks.addFeature(feature);
    this.styleMarks();
    const point = fromLonLat(picked);
    const [left = 0, bottom = 0, right = 0, top = 0] = this.view.calculateExtent(this.map.getSize());
    const [x = 0, y = 0] = point;
    // A place typed as coordinates may lie outside of what is shown.
    if (x < left || x > right || y < bottom || y > top) this.view.animate({ center: point, duration: this.duration() });
  }

  private showLines({ lines }: Shown): void {
    this.caseMarks.showLines(lines);
    this.teams.setLines(lines);
    this.stale.teams = true;
  }

  /** Work that many messages in a row cause is done once, before the next frame. */
  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.arrange();
    });
  }

  private arrange(): void {
    const resolution = this.view.getResolution();
    if (!this.shown || resolution === undefined) return;
    // Quarter steps of zoom: groups do not flicker while two fingers move.
    const zoom = Math.round((this.view.getZoomForResolution(resolution) ?? 0) * 4) / 4;
    const stepped = zoom >= clusterZoomLimit ? 0.5 : this.view.getResolutionForZoom(zoom);
    if (stepped !== this.arrangedResolution) this.stale = { cases: true, teams: true };
    this.arrangedResolution = stepped;
    const { cases, teams } = this.stale;
    this.stale = { cases: false, teams: false };
    const casesTouched = cases && this.cases.arrange(stepped, this.shown.selectedCase) > 0;
    const teamsTouched = teams && this.teams.arrange(stepped) > 0;
    if (casesTouched || teamsTouched) this.placeNamesSoon();
  }

  /** Places the names of towns anew around the icons; far dearer than the icons, so not for each movement. */
  private placeNamesSoon(): void {
    if (this.namesTimer !== undefined) return;
    this.namesTimer = setTimeout(() => {
      this.namesTimer = undefined;
      this.baseMap.redrawNames();
    }, namesMilliseconds);
  }

  /** A case that was chosen while the map was hidden, or before the detail took its room, is brought into view. */
  private sized(): void {
    if (!this.shown) return;
    if (!this.fitted) this.fitOnce();
    else if (this.shown.selectedCase !== undefined && !this.shown.pickMode) this.reveal(this.shown.selectedCase);
  }

  private fitOnce(): void {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    if (this.fitted || width === 0 || height === 0) return;
    this.fitted = true;
    this.fit(false);
    if (this.shown?.selectedCase !== undefined) this.reveal(this.shown.selectedCase);
  }

  /** Brings a case and the lines to its teams into view, and leaves the view alone when they are. */
  private reveal(id: string): void {
    const point = this.cases.point(id);
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    if (!point || !this.fitted || width === 0 || height === 0) return;
    const ends: Coordinate[] = [[point.x, point.y]];
    for (const { from, to } of this.shown?.lines ?? []) ends.push(fromLonLat(from), fromLonLat(to));
    for (const { location } of this.shown?.marks ?? []) ends.push(fromLonLat(location));
    const extent = boundingExtent(ends);
    // On paper the places come first; rings fill the sheet where there are none.
    if (this.shown?.close && this.shown.marks.length === 0) extend(extent, this.caseMarks.ringExtent() ?? createEmpty());
    const [top = 0, right = 0, bottom = 0, left = 0] = this.padding();
    const corners = [
      [left, height - bottom],
      [width - right, top],
    ].map((pixel) => this.map.getCoordinateFromPixel(pixel));
    const visible = boundingExtent(corners.filter((corner) => corner !== null));
    const zoom = this.view.getZoom() ?? 0;
    if (containsExtent(visible, extent) && zoom >= 6 && !this.shown?.close) return;
    const maxZoom = this.shown?.close ? 13 : Math.max(zoom, 9);
    this.view.fit(extent, { padding: this.padding(), maxZoom, duration: this.duration() });
  }

  /** Room for the buttons on the right, the foot, and half of a label: pixels at the top, right, bottom, left. */
  private padding(): number[] {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const vertical = Math.min(60, height * 0.13);
    return [vertical, Math.min(130, width * 0.3), vertical, Math.min(80, width * 0.18)];
  }

  /** Until there is something to see, nothing moves: a picture that is just being made is made once. */
  private duration(): number {
    const still = !this.seen || globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    return still ? 0 : animationMilliseconds;
  }

  private sayScale(): void {
    const resolution = this.view.getResolution();
    const centre = this.view.getCenter();
    if (resolution === undefined || !centre) return;
    this.events.scale(scaleLine(getPointResolution('EPSG:3857', resolution, centre), scalePixels));
  }

  private hits(event: MapBrowserEvent, tolerance: number): { cases?: Cluster<CasePoint>; teams?: Cluster<TeamPoint> } {
    const found: { cases?: Cluster<CasePoint>; teams?: Cluster<TeamPoint> } = {};
    this.map.forEachFeatureAtPixel(
      event.pixel,
      (feature, layer) => {
        if (layer === this.cases.layer) found.cases ??= feature.get('cluster') as Cluster<CasePoint>;
        else found.teams ??= feature.get('cluster') as Cluster<TeamPoint>;
      },
      { hitTolerance: tolerance, layerFilter: (layer) => layer === this.cases.layer || layer === this.teams.layer },
    );
    return found;
  }

  private hover(event: MapBrowserEvent): void {
    const pointer = event.originalEvent as PointerEvent;
    if (event.dragging || pointer.pointerType !== 'mouse' || this.shown?.pickMode || this.measuring) return;
    const { cases, teams } = this.hits(event, 2);
    this.target.style.cursor = cases || teams ? 'pointer' : '';
  }

  private click(event: MapBrowserEvent): void {
    const pointer = event.originalEvent as PointerEvent;
    // Five decimals are about a metre, finer than a finger.
    const lonLat = toLonLat(event.coordinate).map((degrees) => Math.round(degrees * 1e5) / 1e5) as LonLat;
    if (this.shown?.pickMode) {
      this.events.pick(lonLat);
      return;
    }
    if (this.measuring) {
      this.events.place(lonLat);
      return;
    }
    const { cases, teams } = this.hits(event, pointer.pointerType === 'mouse' ? 3 : 10);
    const points: (CasePoint | TeamPoint)[] = cases ?? teams ?? [];
    const [only] = points;
    if (only === undefined) {
      this.events.choose(undefined);
      this.events.place(lonLat);
    } else if (points.length === 1) {
      this.events.choose(undefined);
      if ('case' in only) this.events.selectCase(only.id);
      else this.events.selectTeam(only.id);
    } else if (!this.zoomApart(points)) {
      this.events.choose({
        cases: cases?.map((point) => point.case) ?? [],
        teams: cases ? [] : (teams?.map((point) => point.team) ?? []),
      });
    }
  }

  /** Zooms to a cluster; false when its members stay together at any zoom. */
  private zoomApart(points: { x: number; y: number }[]): boolean {
    const extent = boundingExtent(points.map(({ x, y }) => [x, y]));
    const zoom = this.view.getZoom() ?? 0;
    const spread = Math.max(getWidth(extent), getHeight(extent));
    if (zoom >= furthestZoom - 0.5 || spread < 20) return false;
    const padding = this.padding();
    const [top = 0, right = 0, bottom = 0, left = 0] = padding;
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const fitting = this.view.getResolutionForExtent(extent, [
      Math.max(1, width - left - right),
      Math.max(1, height - top - bottom),
    ]);
    if ((this.view.getZoomForResolution(fitting) ?? 0) >= zoom + 1) {
      this.view.fit(extent, { padding, maxZoom: furthestZoom, duration: this.duration() });
    } else {
      // All members are in view already: one step closer.
      this.view.animate({
        center: getCenter(extent),
        zoom: Math.min(furthestZoom, zoom + 1),
        duration: this.duration(),
      });
    }
    return true;
  }

  private loadFont(): void {
    const font = fontName(550, 13);
    const fonts = globalThis.document?.fonts;
    if (!fonts || fonts.check(font, fontSample)) {
      this.baseMap.typefaceHere();
      return;
    }
    void fonts
      .load(font, fontSample)
      .catch(() => undefined)
      .then(() => {
        if (this.stop.signal.aborted) return;
        this.baseMap.typefaceHere();
        this.cases.fontLoaded();
        this.teams.fontLoaded();
      });
  }
}
