import type { Picture, RegionOnMap, ShapeFile } from './shapes';
import ShapesWorker from './shapes.worker?worker';

/** What the worker is asked; it answers with the same number. */
export interface ToWorker {
  id: number;
  task: { file: ShapeFile; data: ArrayBuffer } | Picture;
}

type FromWorker = { id: number } & ({ regions: RegionOnMap[] } | { image: ImageBitmap } | { error: string });

/** Reads the files of the base map and draws pictures of it. */
export interface Painter {
  add(file: ShapeFile, data: ArrayBuffer): Promise<RegionOnMap[]>;
  paint(picture: Picture): Promise<ImageBitmap | HTMLCanvasElement>;
  stop(): void;
}

/** A painter in a worker; on this thread where a worker has no canvas (Safari before 16.4, Firefox before 105). */
export function makePainter(): Painter {
  return typeof OffscreenCanvas === 'undefined' ? new PainterHere() : new PainterBeside();
}

class PainterBeside implements Painter {
  private readonly worker = new ShapesWorker();
  private readonly waiting = new Map<number, { resolve(answer: FromWorker): void; reject(error: Error): void }>();
  private asked = 0;

  constructor() {
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      const one = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('error' in data) one?.reject(new Error(data.error));
      else one?.resolve(data);
    });
    this.worker.addEventListener('error', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the worker of the base map did not start'));
      this.waiting.clear();
    });
  }

  private ask(task: ToWorker['task'], transfer: Transferable[]): Promise<FromWorker> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task } satisfies ToWorker, transfer);
    });
  }

  async add(file: ShapeFile, data: ArrayBuffer): Promise<RegionOnMap[]> {
    const answer = await this.ask({ file, data }, [data]);
    return 'regions' in answer ? answer.regions : [];
  }

  async paint(picture: Picture): Promise<ImageBitmap> {
    const answer = await this.ask(picture, []);
    if (!('image' in answer)) throw new Error('the worker sent no picture');
    return answer.image;
  }

  stop(): void {
    this.worker.terminate();
  }
}

class PainterHere implements Painter {
  private readonly shapes = import('./shapes').then(({ Shapes }) => new Shapes());

  async add(file: ShapeFile, data: ArrayBuffer): Promise<RegionOnMap[]> {
    return (await this.shapes).add(file, data);
  }

  async paint(picture: Picture): Promise<HTMLCanvasElement> {
    const canvas = document.createElement('canvas');
    canvas.width = picture.width;
    canvas.height = picture.height;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    (await this.shapes).draw(context, picture);
    return canvas;
  }

  stop(): void {}
}
