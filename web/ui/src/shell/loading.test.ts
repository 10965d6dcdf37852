import { expect, it, vi } from 'vitest';
import { lastFrameAt } from '../live/store';
import { listThere, mapIsLoaded, mapIsWanted, pageIsAsked, startLoading, whenBoardIsThere } from './loading';

it('loads other things after the list, the open page and the map, though the feed was there before the page', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('document', {
    documentElement: { dataset: {} },
    body: { getElementsByTagName: () => [], dataset: {} },
    readyState: 'complete',
  });
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 16));
  const others = vi.fn();
  whenBoardIsThere(others);
  let draw = (): void => undefined;
  // What the first picture says comes with it.
  startLoading(new Promise<void>((resolve) => (draw = resolve)).then(mapIsWanted));
  lastFrameAt.value = Date.now();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listThere.value).toBe(false);
  const first = pageIsAsked();
  draw();
  // A page that is opened just then is waited for too.
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listThere.value).toBe(false);
  first();
  const second = pageIsAsked();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listThere.value).toBe(false);
  second();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listThere.value).toBe(true);
  expect(others).not.toHaveBeenCalled();
  mapIsLoaded();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(others).toHaveBeenCalledOnce();
});
