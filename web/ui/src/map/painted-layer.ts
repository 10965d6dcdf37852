import type { Extent } from 'ol/extent';
import { buffer, getHeight, getWidth } from 'ol/extent';
import ImageLayer from 'ol/layer/Image';
import ImageSource from 'ol/source/Image';
import type { Painter } from './painter';
import type { Picture } from './shapes';

/** How far a picture reaches beyond what is shown, in parts of the longer side: so far the map moves without a new one. */
const reach = 0.3;

/** What a picture of an extent in map units shows, at a resolution in map units a CSS pixel. */
type Look = (extent: Extent, resolution: number) => Pick<Picture, 'what' | 'theme' | 'region' | 'names'>;

class PaintedSource extends ImageSource {
  constructor(painter: Painter, look: Look) {
    super({
      loader: async (extent: Extent, resolution: number, pixelRatio: number) => {
        const unit = resolution / pixelRatio;
        const margin = Math.round((reach * Math.max(getWidth(extent), getHeight(extent))) / unit);
        const grown = buffer(extent, margin * unit);
        const [width, height] = [Math.round(getWidth(grown) / unit), Math.round(getHeight(grown) / unit)];
        const image = await painter.paint({ ...look(grown, resolution), extent: grown, width, height, pixelRatio });
        return { image, extent: grown, resolution, pixelRatio };
      },
    });
  }

  /** The next frame asks for another picture; until it is there, the layer shows the one that it has. */
  outdate(): void {
    this.image = null;
  }
}

/** A part of the base map as a picture; nothing is to be seen of it until `redraw` was called for the first time. */
export class PaintedLayer extends ImageLayer<PaintedSource> {
  constructor(painter: Painter, look: Look) {
    super({ source: new PaintedSource(painter, look), visible: false });
  }

  redraw(): void {
    this.getSource()?.outdate();
    if (this.getVisible()) this.changed();
    else this.setVisible(true);
  }
}
