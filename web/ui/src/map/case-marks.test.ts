import { fromLonLat } from 'ol/proj';
import { expect, it } from 'vitest';
import { CaseMarks } from './case-marks';
import { destination } from './place';
import type { LonLat } from './types';

const everywhere = fromLonLat([40, 40]).concat(fromLonLat([90, 60]));
const at: LonLat = [63.62, 53.21];

it('gives the room that the shares of rings and the labels of points take', () => {
  const marks = new CaseMarks();
  marks.showRings(at, [
    { share: 50, metres: 1000 },
    { share: 95, metres: 5000 },
  ]);
  const rings = marks.boxes(everywhere, 10);
  expect(rings).toHaveLength(2);
  const [x = 0, y = 0] = fromLonLat(destination(at, 5000, 0));
  expect(rings[0]).toEqual([x - 160, y - 90, x + 160, y + 90]);

  marks.show([], [{ location: at, label: 'сбор', kind: 'meeting_point' }]);
  const [, , point = []] = marks.boxes(everywhere, 10);
  const [px = 0, py = 0] = fromLonLat(at);
  expect(point).toEqual([px - 160, py + 110, px + 160, py + 290]);
  expect(marks.boxes(fromLonLat([70, 40]).concat(fromLonLat([90, 50])), 10)).toEqual([]);
});
