import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import MultiPoint from 'ol/geom/MultiPoint';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import { palettes } from './palette';
import type { LonLat, Theme } from './types';

/** The line that a person measures along. */
export class MeasureLine {
  private readonly source = new VectorSource({ wrapX: false });
  readonly layer = new VectorLayer({
    source: this.source,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });

  setTheme(theme: Theme): void {
    const { ground, action } = palettes[theme];
    this.layer.setStyle([
      new Style({ stroke: new Stroke({ color: ground, width: 6 }) }),
      new Style({
        stroke: new Stroke({ color: action, width: 3 }),
        image: new CircleStyle({
          radius: 5,
          fill: new Fill({ color: ground }),
          stroke: new Stroke({ color: action, width: 3 }),
        }),
      }),
    ]);
  }

  show(places: readonly LonLat[]): void {
    this.source.clear(true);
    if (places.length === 0) return;
    const points = places.map((place) => fromLonLat(place));
    this.source.addFeatures([new Feature(new LineString(points)), new Feature(new MultiPoint(points))]);
  }
}
