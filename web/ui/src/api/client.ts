/** What the server says about a request that failed (RFC 9457), or what stands for it when there is no answer. */
export interface Problem {
  /** The last part of `urn:izdeu:problem:…`; "network-down" when the server gave no answer. */
  code: string;
  status: number;
  title: string;
  detail: string;
  errors: { pointer: string; detail: string }[];
  /** Seconds to wait before asking again, where the server said so. */
  retryAfter?: number;
}

/** A request that failed, with its problem. */
export class RequestFailed extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail || problem.title}`);
    this.name = 'RequestFailed';
  }
}

export interface Answer<T> {
  status: number;
  body: T;
  /** Where to ask for the result later. */
  location?: string;
}

// Longer than the 5 s that the server itself waits for a command's result.
const answerLimit = 12_000;

export const root = '/api/v1';

/**
 * Sends one request with the session cookie. Throws RequestFailed on every answer but a 2xx,
 * and with the code "network-down" when there is none within 12 s.
 */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  const limit = AbortSignal.timeout(answerLimit);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path.startsWith('/') ? path : `${root}/${path}`, {
      method,
      credentials: 'same-origin',
      headers:
        body === undefined
          ? { Accept: 'application/json' }
          : { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? joined(signal, limit) : limit,
    });
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new RequestFailed({ code: 'network-down', status: 0, title: '', detail: '', errors: [] });
  }
  const parsed = parse(text);
  if (!response.ok) throw new RequestFailed(problemOf(response, parsed));
  const location = response.headers.get('Location');
  return { status: response.status, body: parsed as T, ...(location ? { location } : {}) };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request<T>('GET', path, undefined, signal)).body;
}

// A photo over 50 kbit/s takes a minute.
const photoLimit = 90_000;

/** Sends a photo. Throws RequestFailed as request does. */
export async function upload(path: string, photo: Blob): Promise<void> {
  await carried(path, { method: 'PUT', body: photo, headers: { 'Content-Type': 'image/jpeg' } }, photoLimit);
}

/** Fetches a photo. Throws RequestFailed as request does. */
export async function download(path: string, signal: AbortSignal): Promise<Blob> {
  return (await carried(path, {}, photoLimit, signal)).blob();
}

async function carried(path: string, what: RequestInit, limit: number, signal?: AbortSignal): Promise<Response> {
  const end = AbortSignal.timeout(limit);
  let response: Response;
  try {
    response = await fetch(`${root}/${path}`, {
      ...what,
      credentials: 'same-origin',
      signal: signal ? joined(signal, end) : end,
    });
  } catch {
    throw new RequestFailed({ code: 'network-down', status: 0, title: '', detail: '', errors: [] });
  }
  if (!response.ok) throw new RequestFailed(problemOf(response, parse(await response.text().catch(() => ''))));
  return response;
}

// AbortSignal.any is younger than the browsers that we serve.
function joined(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (one.aborted || other.aborted) stop();
  one.addEventListener('abort', stop, { once: true });
  other.addEventListener('abort', stop, { once: true });
  return controller.signal;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeByStatus: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  422: 'invalid',
  429: 'too-many-requests',
};

function problemOf(response: Response, parsed: unknown): Problem {
  const body = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as {
    type?: string;
    title?: string;
    detail?: string;
    errors?: { pointer?: string; location?: string; detail?: string; message?: string }[];
  };
  const named = body.type?.startsWith('urn:izdeu:problem:') ? body.type.slice('urn:izdeu:problem:'.length) : undefined;
  const retryAfter = Number(response.headers.get('Retry-After'));
  return {
    code: named ?? codeByStatus[response.status] ?? `http-${response.status}`,
    status: response.status,
    title: body.title ?? response.statusText,
    detail: body.detail ?? '',
    errors: (body.errors ?? []).map((error) => ({
      pointer: error.pointer ?? '',
      detail: error.detail ?? error.message ?? '',
    })),
    ...(retryAfter > 0 ? { retryAfter } : {}),
  };
}

/** Sends a table as it is and gives what was read of it. Throws as request does. */
export async function readTable<T>(path: string, table: Blob): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${root}/${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'Content-Type': 'text/csv' },
      body: table,
      signal: AbortSignal.timeout(answerLimit),
    });
    text = await response.text();
  } catch {
    throw new RequestFailed({ code: 'network-down', status: 0, title: '', detail: '', errors: [] });
  }
  const parsed = parse(text);
  if (!response.ok) throw new RequestFailed(problemOf(response, parsed));
  return parsed as T;
}
