import type OlMap from 'ol/Map';
import type VectorLayer from 'ol/layer/Vector';
import { measureTextWidth } from 'ol/render/canvas';
import { nextTask } from './turns';

/** So long a phone may be kept from answering: a frame has 16 ms, and it has other things to do. */
const partMilliseconds = 8;

/**
 * Makes the icons and measures the labels that a layer is about to draw in a map's view, in parts between which other
 * things have their turn: the first picture of the layer finds them made.
 */
export async function prepare(layer: VectorLayer, map: OlMap): Promise<void> {
  const view = map.getView();
  const resolution = view.getResolution() ?? 1;
  const styleOf = layer.getStyleFunction();
  let began = performance.now();
  for (const feature of layer.getSource()?.getFeaturesInExtent(view.calculateExtent(map.getSize())) ?? []) {
    for (const style of [styleOf?.(feature, resolution) ?? []].flat()) {
      style.getImage()?.getHitDetectionImage();
      const [text, font] = [style.getText()?.getText(), style.getText()?.getFont()];
      if (typeof text === 'string' && font) measureTextWidth(font, text);
    }
    if (performance.now() - began < partMilliseconds) continue;
    await nextTask();
    began = performance.now();
  }
}
