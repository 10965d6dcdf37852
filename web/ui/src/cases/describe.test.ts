import { expect, test } from 'vitest';
import { shortened } from './describe';

test('a long place is cut at the end of a word', () => {
  expect(shortened('Тобыл')).toBe('Тобыл');
  expect(shortened('Жуковка ауылының маңы, Қостанай ауданы (орны шамамен)')).toBe('Жуковка ауылының маңы, Қостанай…');
  expect(shortened('Лисаковск, дачи у водохранилища')).toBe('Лисаковск, дачи у водохранилища');
});

test('a place without an early word end is cut where it must be', () => {
  expect(shortened('а'.repeat(60))).toBe(`${'а'.repeat(33)}…`);
  expect(shortened(`${'а'.repeat(10)} ${'б'.repeat(60)}`)).toBe(`${'а'.repeat(10)} ${'б'.repeat(22)}…`);
});
