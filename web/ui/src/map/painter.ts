import type { Picture, RegionOnMap, BaseMapFile } from './shapes';
import ShapesWorker from './shapes.worker?worker';

/** What the worker is asked; it answers with the same number. */
export interface ToWorker {
  id: number;
  task: { file: BaseMapFile; data: ArrayBuffer } | Picture | 'typeface';
}

/** What has become ready together. */
export type FromWorker = Answer[];

export type Answer = { id: number } & (
  | { regions: RegionOnMap[] }
  | { image: ImageBitmap }
  | { error: string }
  | { typeface: true }
);

/** Reads the files of the base map and draws pictures of it. */
export interface Painter {
  add(file: BaseMapFile, data: ArrayBuffer): Promise<RegionOnMap[]>;
  paint(picture: Picture): Promise<HTMLCanvasElement>;
  /** To be called when the page has the typeface; resolves when names are drawn with it. */
  loadTypeface(): Promise<void>;
  stop(): void;
}

/** A painter in a worker; on this thread where a worker has no canvas (Safari before 16.4, Firefox before 105). */
export function makePainter(): Painter {
  return typeof OffscreenCanvas === 'undefined' ? new PainterHere() : new PainterBeside();
}

function canvasFor({ width, height }: Picture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

class PainterBeside implements Painter {
  private readonly worker = new ShapesWorker();
  private readonly waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  private asked = 0;

  constructor() {
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      for (const answer of data) {
        const one = this.waiting.get(answer.id);
        this.waiting.delete(answer.id);
        if ('error' in answer) one?.reject(new Error(answer.error));
        else one?.resolve(answer);
      }
    });
    this.worker.addEventListener('error', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the worker of the base map did not start'));
      this.waiting.clear();
    });
  }

  private ask(task: ToWorker['task'], transfer: Transferable[] = []): Promise<Answer> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task } satisfies ToWorker, transfer);
    });
  }

  async add(file: BaseMapFile, data: ArrayBuffer): Promise<RegionOnMap[]> {
    const answer = await this.ask({ file, data }, [data]);
    return 'regions' in answer ? answer.regions : [];
  }

  async paint(picture: Picture): Promise<HTMLCanvasElement> {
    const answer = await this.ask(picture);
    if (!('image' in answer)) throw new Error('the worker sent no picture');
    const canvas = canvasFor(picture);
    // Handed over, not drawn: this thread does nothing with it.
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(answer.image);
    return canvas;
  }

  async loadTypeface(): Promise<void> {
    await this.ask('typeface');
  }

  stop(): void {
    this.worker.terminate();
  }
}

class PainterHere implements Painter {
  private readonly shapes = import('./shapes').then(({ Shapes }) => new Shapes());

  async add(file: BaseMapFile, data: ArrayBuffer): Promise<RegionOnMap[]> {
    return (await this.shapes).add(file, data);
  }

  async paint(picture: Picture): Promise<HTMLCanvasElement> {
    const canvas = canvasFor(picture);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    (await this.shapes).draw(context, picture);
    return canvas;
  }

  /** It is the page's own. */
  async loadTypeface(): Promise<void> {}

  stop(): void {}
}
