import Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import { type Extent, intersects } from 'ol/extent';
import LineString from 'ol/geom/LineString';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { Icons } from './icons';
import { font, labelBox } from './fonts';
import { labelGroup, type Palette, palettes } from './palette';
import { destination, ringAround } from './place';
import { isPointKind } from './signs';
import type { LonLat, MapLine, MapMark, MapRing, Theme } from './types';

/** Metres of map per pixel below which every sign is drawn: about zoom 14, streets. */
const closeResolution = 10;

/** How far above its point a label stands, in CSS pixels. */
const pointLabelRaised = 20;

const shareText = (share: number): string => `${share} %`;

/** What belongs to the chosen case alone: rings, lines and tracks of its teams, and the points that matter. */
export class CaseMarks {
  private readonly shapes = new VectorSource({ wrapX: false });
  private readonly points = new VectorSource({ wrapX: false });
  /** Rings, tracks and lines, below the icons. */
  readonly layer = new VectorLayer({
    source: this.shapes,
    declutter: labelGroup,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  /** The points, below teams and cases: from afar they make room for them, close by each is drawn. */
  readonly pointLayer = new VectorLayer({
    source: this.points,
    declutter: labelGroup,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  private palette: Palette = palettes.light;
  private icons = new Icons('light');

  setTheme(theme: Theme): void {
    this.palette = palettes[theme];
    this.icons = new Icons(theme);
    this.layer.setStyle((feature) => this.shapeStyle(feature));
    this.pointLayer.setStyle((feature, resolution) => this.pointStyle(feature, resolution));
  }

  show(tracks: readonly LonLat[][], marks: readonly MapMark[]): void {
    this.replace('track', tracks.map((track) => new Feature(new LineString(track.map((place) => fromLonLat(place))))));
    this.points.clear(true);
    this.points.addFeatures(
      marks.map(
        ({ location, label, kind }) => new Feature({ geometry: new Point(fromLonLat(location)), label, sign: kind }),
      ),
    );
  }

  showLines(lines: readonly MapLine[]): void {
    this.replace(
      'line',
      lines.map(
        ({ from, to, label }) => new Feature({ geometry: new LineString([fromLonLat(from), fromLonLat(to)]), label }),
      ),
    );
  }

  /** Rings of true distance; the largest first, so that the smaller ones lie on it. */
  showRings(centre: LonLat | undefined, rings: readonly MapRing[]): void {
    const features = (centre ? [...rings] : [])
      .sort((a, b) => b.metres - a.metres)
      .flatMap(({ share, metres }) => {
        const at = centre as LonLat;
        const ring = new Feature(new Polygon([ringAround(at, metres).map((place) => fromLonLat(place))]));
        // The share stands at the top of its ring, on the line.
        const label = new Feature({ geometry: new Point(fromLonLat(destination(at, metres, 0))), share });
        return [ring, label];
      });
    this.replace('ring', features);
  }

  /** What the rings cover, in map units; undefined without rings. */
  ringExtent(): number[] | undefined {
    const [largest] = this.shapes.getFeatures().filter((feature) => feature.get('kind') === 'ring');
    return largest?.getGeometry()?.getExtent();
  }

  /** The boxes in map units, within an extent, of what is written at rings and points. */
  boxes(extent: Extent, resolution: number): Extent[] {
    const around = (features: Feature[], raised: number, text: (feature: Feature) => string): Extent[] =>
      features.map((feature) => {
        const [x = 0, y = 0] = (feature.getGeometry() as Point).getCoordinates();
        return labelBox(x, y + raised * resolution, text(feature), resolution);
      });
    const shares = this.shapes.getFeatures().filter((feature) => feature.get('share') !== undefined);
    return [
      ...around(shares, 0, (feature) => shareText(feature.get('share'))),
      ...around(this.points.getFeatures(), pointLabelRaised, (feature) => String(feature.get('label'))),
    ].filter((box) => intersects(box, extent));
  }

  private replace(kind: string, features: Feature[]): void {
    const old = this.shapes.getFeatures().filter((feature) => feature.get('kind') === kind);
    this.shapes.removeFeatures(old);
    for (const feature of features) feature.set('kind', kind, true);
    this.shapes.addFeatures(features);
  }

  private shapeStyle(feature: FeatureLike): Style[] {
    const { ink, ground, position } = this.palette;
    const share: unknown = feature.get('share');
    if (typeof share === 'number') return [new Style({ text: this.text(shareText(share), position, 600, 0) })];
    switch (feature.get('kind')) {
      case 'ring':
        return [
          new Style({ stroke: new Stroke({ color: position, width: 1.6 }), fill: new Fill({ color: `${position}12` }) }),
        ];
      case 'line': {
        const label: unknown = feature.get('label');
        return [
          new Style({ stroke: new Stroke({ color: ground, width: 5 }), zIndex: 1 }),
          new Style({
            stroke: new Stroke({ color: ink, width: 2.4, lineDash: [2, 6], lineCap: 'round' }),
            zIndex: 1,
            ...(typeof label === 'string' && { text: this.text(label, ink, 600, 0) }),
          }),
        ];
      }
      default:
        return [
          new Style({ stroke: new Stroke({ color: ground, width: 4.5 }) }),
          new Style({ stroke: new Stroke({ color: ink, width: 2 }) }),
        ];
    }
  }

  private pointStyle(feature: FeatureLike, resolution: number): Style {
    const sign = String(feature.get('sign'));
    return new Style({
      ...(isPointKind(sign) && { image: this.icons.sign(sign, resolution > closeResolution) }),
      text: this.text(String(feature.get('label')), this.palette.ink, 600, -pointLabelRaised),
    });
  }

  private text(text: string, colour: string, weight: number, offsetY: number): Text {
    return new Text({
      text,
      font: font(weight, 12.5),
      offsetY,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: this.palette.ground, width: 3.5 }),
      overflow: true,
    });
  }
}
