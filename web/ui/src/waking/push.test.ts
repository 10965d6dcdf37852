import { expect, test } from 'vitest';
import { bytesOf } from './push';

test('base64url without padding is read', () => {
  expect([...bytesOf('-_8A')]).toEqual([251, 255, 0]);
  expect([...bytesOf('BA')]).toEqual([4]);
  expect(bytesOf('')).toHaveLength(0);
});
