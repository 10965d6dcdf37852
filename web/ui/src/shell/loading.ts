import { computed, effect, signal } from '@preact/signals';
import { feedState, lastFrameAt, offlineSince } from '../live/store';
import { sessionState } from '../session';

// On a bad line everything that loads at once is late together: first the list, then the typeface and the map, then the
// other pages and what is kept for the next time.

const listSaid = signal(false);
const pagesAsked = signal(0);
const mapWanted = signal(false);
const mapLoaded = signal(false);

/** The list and the page that is open show what they know, or why they know nothing: other things may load. */
export const listThere = computed(() => listSaid.value);

/** The map has what it needs too, or cannot be drawn. */
const boardThere = computed(() => listSaid.value && (mapLoaded.value || !mapWanted.value));

/** The map has loaded, or it has failed to. */
export function mapIsLoaded(): void {
  mapLoaded.value = true;
}

export function mapIsWanted(): void {
  mapWanted.value = true;
}

/** The program of a page is being loaded; the answer is to be called when it is there, or will not be. */
export function pageIsAsked(): () => void {
  pagesAsked.value += 1;
  return () => {
    pagesAsked.value -= 1;
  };
}

const afterBoard: (() => void)[] = [];
let afterBoardBegun = false;

/** Runs a task once the board is there; the page itself has loaded then, too. */
export function whenBoardIsThere(task: () => void): void {
  afterBoard.push(task);
  if (afterBoardBegun) setTimeout(nextAfterBoard);
}

/** One task at a time: a tap between two of them is answered. */
function nextAfterBoard(): void {
  afterBoard.shift()?.();
  if (afterBoard.length > 0) setTimeout(nextAfterBoard);
}

// A letter of each file of the typeface that the three languages are written with.
const typefaceSample = 'aяқ';

// So many elements are laid out in another typeface at a time: all at once keep a slow phone from answering.
const partElements = 40;

function partsOf(element: HTMLElement): HTMLElement[] {
  if (element.getElementsByTagName('*').length <= partElements) return [element];
  return [...element.children].flatMap((child) => (child instanceof HTMLElement ? partsOf(child) : []));
}

/** When the next picture is about to be drawn. */
const beforePicture = (): Promise<unknown> => new Promise(requestAnimationFrame);

/** Text is laid out anew once, when all files of the typeface have come, and not with each; a part in each picture. */
async function showTypeface(): Promise<void> {
  await document.fonts?.load('16px "Onest Variable"', typefaceSample).catch(() => undefined);
  for (const part of partsOf(document.body)) {
    part.dataset.typeface = 'here';
    await beforePicture();
  }
  document.documentElement.dataset.typeface = 'here';
}

/** The list has something to say once a frame has come, or none will. */
function sayList(): void {
  const said =
    sessionState.value.kind === 'signed-out' ||
    lastFrameAt.value !== undefined ||
    offlineSince.value !== undefined ||
    feedState.value.kind === 'stopped';
  if (!said || pagesAsked.value > 0 || listSaid.peek()) return;
  // After the next picture, which has the list.
  setTimeout(() => {
    if (pagesAsked.peek() > 0 || listSaid.peek()) return;
    listSaid.value = true;
    void showTypeface();
  }, 50);
}

/** Called once, at start; the page is drawn for the first time when `drawn` resolves, and says whether it wants a map. */
export function startLoading(drawn: Promise<unknown>): void {
  // Kept on this device: the typeface costs nothing then, and a change of it would be seen.
  if (navigator.serviceWorker?.controller) document.documentElement.dataset.typeface = 'here';
  void drawn.then(() => effect(sayList));
  effect(() => {
    if (!boardThere.value || afterBoardBegun) return;
    afterBoardBegun = true;
    if (document.readyState === 'complete') nextAfterBoard();
    else addEventListener('load', nextAfterBoard, { once: true });
  });
}
