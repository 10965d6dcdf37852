import type { ToWorker } from './painter';
import { Shapes } from './shapes';

const shapes = new Shapes();

addEventListener('message', ({ data: { id, task } }: MessageEvent<ToWorker>) => {
  try {
    if ('file' in task) {
      postMessage({ id, regions: shapes.add(task.file, task.data) });
      return;
    }
    const canvas = new OffscreenCanvas(task.width, task.height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas in a worker');
    shapes.draw(context, task);
    const image = canvas.transferToImageBitmap();
    postMessage({ id, image }, { transfer: [image] });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});
