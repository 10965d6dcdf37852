/** As long as the largest file takes on a line of 50 kbit/s that the board's own files share. */
const loadMilliseconds = 120_000;

/** Pauses before the second and later attempts at a file, in milliseconds. */
const retryMilliseconds = [1_000, 3_000, 10_000, 30_000];

/**
 * Asks for a JSON file of the board, giving up after loadMilliseconds or when `signal` says so. The sign-in page of a
 * hotel's network answers too, with something else.
 */
async function load(path: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  signal.addEventListener('abort', stop);
  const timer = setTimeout(stop, loadMilliseconds);
  try {
    const response = await fetch(path, { signal: controller.signal });
    const kind = response.headers.get('Content-Type') ?? '';
    if (!response.ok || !kind.includes('json'))
      throw new Error(`${path}: ${response.status} ${response.statusText} ${kind}`);
    return await response.arrayBuffer();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves after a pause; rejects at once when `signal` says stop. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * A JSON file of the board. Loads again after a failure, such as a server that is just being restarted; rejects with the
 * last error.
 */
export async function loadFile(path: string, signal: AbortSignal): Promise<ArrayBuffer> {
  for (const milliseconds of retryMilliseconds) {
    try {
      return await load(path, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      await pause(milliseconds, signal);
    }
  }
  return load(path, signal);
}
