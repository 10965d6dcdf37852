import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import Point from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { font, palettes } from './palette';
import type { LonLat, MapMark, Theme } from './types';

/** What belongs to the chosen case alone: the ways of its teams, and the points that matter. */
export class CaseMarks {
  private readonly source = new VectorSource({ wrapX: false });
  readonly layer = new VectorLayer({ source: this.source, updateWhileAnimating: true, updateWhileInteracting: true });

  setTheme(theme: Theme): void {
    const { ink, ground } = palettes[theme];
    this.layer.setStyle((feature) => {
      const label: unknown = feature.get('label');
      if (typeof label !== 'string')
        return [
          new Style({ stroke: new Stroke({ color: ground, width: 4.5 }) }),
          new Style({ stroke: new Stroke({ color: ink, width: 2 }) }),
        ];
      return new Style({
        image: new RegularShape({
          points: 4,
          radius: 9,
          fill: new Fill({ color: ground }),
          stroke: new Stroke({ color: ink, width: 2.5 }),
        }),
        text: new Text({
          text: label,
          font: font(600, 12),
          offsetY: -17,
          fill: new Fill({ color: ink }),
          stroke: new Stroke({ color: ground, width: 3.5 }),
        }),
      });
    });
  }

  show(tracks: readonly LonLat[][], marks: readonly MapMark[]): void {
    this.source.clear(true);
    this.source.addFeatures([
      ...tracks.map((track) => new Feature(new LineString(track.map((place) => fromLonLat(place))))),
      ...marks.map(({ location, label }) => new Feature({ geometry: new Point(fromLonLat(location)), label })),
    ]);
  }
}
