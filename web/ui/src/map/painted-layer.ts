import { type Extent, buffer, containsExtent, getHeight, getWidth } from 'ol/extent';
import Layer from 'ol/layer/Layer';
import type { FrameState } from 'ol/Map';
import type { Painter } from './painter';
import type { Picture } from './shapes';

/** How far a picture reaches beyond what is shown, in parts of the longer side: so far the map moves without a new one. */
const reach = 0.3;

/** What a picture of an extent in map units shows, at a resolution in map units a CSS pixel. */
type Look = (extent: Extent, resolution: number) => Pick<Picture, 'what' | 'theme' | 'region' | 'names'>;

/** Where a picture lies: its extent in map units, map units a CSS pixel, device pixels a CSS pixel. */
interface Place {
  extent: Extent;
  resolution: number;
  pixelRatio: number;
}

/**
 * A part of the base map as a picture, an element of its own below or above the canvas of the icons: neither is drawn
 * again with the other. Nothing is to be seen of it until `redraw` was called for the first time.
 */
export class PaintedLayer extends Layer {
  private readonly element = document.createElement('div');
  private frame: FrameState | undefined;
  private shown: Place | undefined;
  private asked: Place | undefined;
  private begun = false;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly painter: Painter,
    private readonly look: Look,
  ) {
    super({ properties: {} });
    this.element.className = 'board-map-picture';
    this.render = (frame) => this.renderPicture(frame);
  }

  /** Asks for another picture; until it is there, the one that it has is shown. */
  redraw(): void {
    this.begun = true;
    if (this.frame) this.ask(this.frame);
  }

  /** The same, where something was asked for before: what it shows has changed. */
  outdate(): void {
    if (this.begun) this.redraw();
  }

  /** Resolves when the newest picture is shown, or cannot be drawn. */
  drawn(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.settle();
    });
  }

  private settle(): void {
    if (!this.begun || !this.frame || this.asked !== this.shown) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private renderPicture(frame: FrameState | null): HTMLElement {
    if (!frame) return this.element;
    this.frame = frame;
    const [animating, interacting] = frame.viewHints;
    if (this.begun && !animating && !interacting && !this.fits(frame)) this.ask(frame);
    this.place();
    return this.element;
  }

  /** Whether the picture that was asked for is one of this view. */
  private fits({ extent, viewState, pixelRatio }: FrameState): boolean {
    return (
      this.asked !== undefined &&
      this.asked.resolution === viewState.resolution &&
      this.asked.pixelRatio === pixelRatio &&
      extent !== null &&
      containsExtent(this.asked.extent, extent)
    );
  }

  private ask({ extent: seen, viewState: { resolution }, pixelRatio }: FrameState): void {
    if (!seen) return;
    const unit = resolution / pixelRatio;
    const margin = Math.round((reach * Math.max(getWidth(seen), getHeight(seen))) / unit);
    const extent = buffer(seen, margin * unit);
    const [width, height] = [Math.round(getWidth(extent) / unit), Math.round(getHeight(extent) / unit)];
    const asked: Place = { extent, resolution, pixelRatio };
    this.asked = asked;
    this.painter
      .paint({ ...this.look(extent, resolution), extent, width, height, pixelRatio })
      .then((canvas) => {
        canvas.style.width = `${width / pixelRatio}px`;
        canvas.style.height = `${height / pixelRatio}px`;
        this.element.replaceChildren(canvas);
        this.shown = asked;
        this.place();
      })
      // Without it, what was there stays.
      .catch(() => {
        if (this.asked === asked) this.asked = this.shown;
      })
      .then(() => this.settle());
  }

  /** Lays the picture where it belongs in what is shown now. */
  private place(): void {
    if (!this.shown || !this.frame?.extent) return;
    const { extent, resolution } = this.shown;
    const { extent: seen, viewState, pixelRatio } = this.frame;
    const scale = resolution / viewState.resolution;
    // On whole pixels of the screen, or every line is blurred.
    const pixel = (units: number): number => Math.round((units / viewState.resolution) * pixelRatio) / pixelRatio;
    const x = pixel((extent[0] ?? 0) - (seen[0] ?? 0));
    const y = pixel((seen[3] ?? 0) - (extent[3] ?? 0));
    this.element.style.transform = `matrix(${scale}, 0, 0, ${scale}, ${x}, ${y})`;
  }
}
