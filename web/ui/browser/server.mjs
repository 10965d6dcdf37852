// Starts the real program on an empty directory, for one run of the browser suite.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const startLimit = 30_000;
const stopLimit = 10_000;

/** Where the program is: `make build` puts it there; IZDEU_BINARY names another. */
export const binary = process.env.IZDEU_BINARY ?? resolve(here, '../../../bin/izdeu');

/** Starts the program; resolves when it has printed its address with the single-use code. */
export async function startServer(...flags) {
  const data = await mkdtemp(join(tmpdir(), 'izdeu-browser-'));
  const key = `browser-suite-${crypto.randomUUID()}`;
  const child = spawn(
    binary,
    [
      'serve',
      '--data',
      data,
      '--listen',
      '127.0.0.1:0',
      '--kafka-listen',
      '127.0.0.1:0',
      '--duty-phone',
      '+7 7142 55 01 12',
      '--rest',
      '8h',
      ...flags,
    ],
    { env: { ...process.env, IZDEU_ADMIN_KEY: key }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const exited = new Promise((done) => child.once('exit', (status, signal) => done(status ?? signal)));
  const address = new Promise((done, fail) => {
    const read = (chunk) => {
      output += chunk;
      const match = /Board: (http:\/\/127\.0\.0\.1:\d+)\/#code=(\S+)/.exec(output);
      if (match) done({ url: match[1], code: match[2] });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => fail(new Error(`${binary} cannot be started: ${error.message}`)));
    exited.then((status) => fail(new Error(`the program ended with ${status} before it was ready:\n${output}`)));
    setTimeout(
      () => fail(new Error(`the program printed no address in ${startLimit / 1000} s:\n${output}`)),
      startLimit,
    ).unref();
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopLimit);
    await exited;
    clearTimeout(timer);
    await rm(data, { recursive: true, force: true });
  };
  /** Makes a key as an administrator does and gives it once the server knows it, which looks for new ones now and then. */
  const makeKey = async (name, ...flags) => {
    const { stdout } = await promisify(execFile)(binary, ['key', '--data', data, 'add', '--name', name, ...flags]);
    const made = stdout.trim();
    const { url } = await address;
    await until(
      `the key of ${name} is known`,
      () => fetch(`${url}/api/v1/session`, { headers: { Authorization: `Bearer ${made}` }, signal: AbortSignal.timeout(15_000) }),
      ({ ok }) => ok,
    );
    return made;
  };
  /** Writes one line into a topic as it is, as an outside system may. */
  const produce = async (topic, line) => {
    const sending = promisify(execFile)(binary, ['send', '--data', data, '--topic', topic, '-']);
    sending.child.stdin.end(`${line}\n`);
    await sending;
  };
  try {
    return { ...(await address), data, key, makeKey, produce, stop, output: () => output };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The API with the administrator's key, for what a story needs but is not about. */
export function api(server) {
  const call = async (method, path, body) => {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  return {
    get: (path) => call('GET', path),
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    /** Files a search and gives the id of its case. */
    async file(fields = {}) {
      const id = `suite-${crypto.randomUUID()}`;
      const body = {
        id,
        kind: 'missing_person',
        filed_at: new Date().toISOString(),
        location: { type: 'Point', coordinates: [63.62, 53.21] },
        place: 'Костанай',
        subjects: [{ id: 's1', sex: 'female', age: 7 }],
        ...fields,
      };
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const answer = await call('POST', 'applications', body);
        if (answer.case_id) return answer.case_id;
      }
      throw new Error(`the application ${id} did not become a case`);
    },
    /** Registers a team. Topics are read side by side, so what is asked of a team has to wait until it is known. */
    async team(id, name, coordinates, fields = {}) {
      await call('PUT', `teams/${id}`, {
        type: 'team.registered',
        id,
        name,
        organisation: name,
        base: { type: 'Point', coordinates },
        kinds: ['missing_person', 'emergency'],
        skills: [],
        members: 10,
        capacity: 1,
        answers: 'manual',
        ...fields,
      });
      await until(
        `the team ${id} is known`,
        () => call('GET', 'teams'),
        ({ teams }) => teams.some((team) => team.id === id && team.name === name),
      );
    },
  };
}

/** Asks again until what was got holds; gives it. */
export async function until(what, ask, holds) {
  const end = Date.now() + 20_000;
  let got = await ask();
  while (!holds(got)) {
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(got)}`);
    await new Promise((done) => setTimeout(done, 100));
    got = await ask();
  }
  return got;
}
