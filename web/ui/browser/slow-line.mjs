// A bad line: passes TCP on to the server, so slowly and so late as a phone at the edge of a village has it. Everything
// shares it: pages, scripts, the live feed, the service worker.
import net from 'node:net';

const tick = 20;

/** Opens a port that leads to `target` with so many bits a second each way and so many milliseconds of round trip. */
export async function slowLine(target, { bitsPerSecond, roundTrip }) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const ways = { down: [], up: [] };
  const carried = { down: 0, up: 0 };

  /** One direction of one connection: what is read waits its time, then its turn. */
  const pass = (way, from, to, opened) => {
    const queue = [];
    let waiting = 0;
    ways[way].push({ queue, to, sent: (bytes) => { waiting -= bytes; if (waiting < 32_000) from.resume(); } });
    from.on('data', (chunk) => {
      queue.push({ at: Math.max(performance.now(), opened) + roundTrip / 2, chunk });
      waiting += chunk.length;
      if (waiting > 64_000) from.pause();
    });
    from.on('end', () => queue.push({ at: performance.now() + roundTrip / 2 }));
  };
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const passed = Math.min(200, now - last);
    last = now;
    for (const way of ['down', 'up']) {
      let budget = (bitsPerSecond / 8) * (passed / 1000);
      // A packet of each in turn.
      for (let moved = true; moved && budget > 0; ) {
        moved = false;
        for (const one of ways[way]) {
          const [first] = one.queue;
          if (budget <= 0 || !first || first.at > now) continue;
          moved = true;
          if (!first.chunk) {
            one.queue.shift();
            one.to.end();
            continue;
          }
          const part = first.chunk.subarray(0, Math.min(first.chunk.length, 1400, Math.ceil(budget)));
          first.chunk = first.chunk.subarray(part.length);
          if (first.chunk.length === 0) one.queue.shift();
          budget -= part.length;
          carried[way] += part.length;
          one.to.write(part);
          one.sent(part.length);
        }
      }
      ways[way].push(...ways[way].splice(0, 1));
    }
  }, tick);

  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    sockets.add(near).add(far);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        setTimeout(() => other.destroy(), roundTrip).unref();
      });
    }
    // The handshake of TCP takes a round trip before anything else.
    const opened = performance.now() + roundTrip;
    pass('up', near, far, opened);
    pass('down', far, near, opened);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Bytes so far. */
    carried,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
