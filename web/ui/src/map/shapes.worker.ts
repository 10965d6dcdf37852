import cyrillic from '@fontsource-variable/onest/files/onest-cyrillic-wght-normal.woff2?url';
import cyrillicExt from '@fontsource-variable/onest/files/onest-cyrillic-ext-wght-normal.woff2?url';
import latin from '@fontsource-variable/onest/files/onest-latin-wght-normal.woff2?url';
import type { Answer, FromWorker, ToWorker } from './painter';
import { type Picture, Shapes } from './shapes';
import { families } from './typeface';

/** What is done in one turn, other than loading the typeface. */
interface Drawing extends ToWorker {
  task: Exclude<ToWorker['task'], 'typeface'>;
}

const shapes = new Shapes();
const tasks: Drawing[] = [];

addEventListener('message', ({ data: { id, task } }: MessageEvent<ToWorker>) => {
  if (task === 'typeface') {
    void loadTypeface().then(
      () => send([{ id, typeface: true }]),
      (error) => send([{ id, error: String(error) }]),
    );
    return;
  }
  tasks.push({ id, task });
  // What has been asked together is answered together: the page shows it with one picture.
  if (tasks.length === 1) setTimeout(() => send(tasks.splice(0).map(answer)));
});

function answer({ id, task }: Drawing): Answer {
  try {
    if ('file' in task) return { id, regions: shapes.add(task.file, task.data) };
    return { id, image: paint(task) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

function paint(picture: Picture): ImageBitmap {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas in a worker');
  shapes.draw(context, picture);
  return canvas.transferToImageBitmap();
}

function send(answers: FromWorker): void {
  postMessage(answers, { transfer: answers.flatMap((one) => ('image' in one ? [one.image] : [])) });
}

// The files that the page has loaded, with the letters of each as the typeface's own style sheet gives them.
const typefaceFiles = [
  [cyrillicExt, 'U+0460-052F'],
  [cyrillic, 'U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116'],
  [latin, 'U+0000-00FF,U+2000-206F'],
] as const;

async function loadTypeface(): Promise<void> {
  const { fonts } = self as { fonts?: FontFaceSet };
  if (!fonts) return;
  await Promise.all(
    typefaceFiles.map(async ([url, unicodeRange]) => {
      const face = new FontFace(families[0], `url(${url}) format("woff2")`, { weight: '100 900', unicodeRange });
      fonts.add(await face.load());
    }),
  );
}
