import { expect, it } from 'vitest';
import { freeIdOf } from './id';

it('makes the id of a team of its name, and never that of another team', () => {
  const none = () => false;
  expect(freeIdOf('Region-10 Лисаковск', none)).toBe('region-10-lisakovsk');
  expect(freeIdOf('Қостанай Қасқырлары (құтқару)', none)).toBe('kostanai-kaskyrlary-kutkaru');
  expect(freeIdOf('  —  ', none)).toBe('');
  expect(freeIdOf('Щ'.repeat(90), none)).toMatch(/^[A-Za-z0-9._:~-]{1,128}$/);
  expect(freeIdOf('Лидер', (id) => ['lider', 'lider-2'].includes(id))).toBe('lider-3');
});
