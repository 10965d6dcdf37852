// Opening the map takes a while on a phone; in between, input and pictures have their turn.

/** After what waits already. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** After the next picture; not before the page is looked at. */
export const nextPicture = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
