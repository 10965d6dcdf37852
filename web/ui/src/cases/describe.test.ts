import { expect, test } from 'vitest';
import type { CaseView, SealedView } from '../api/views';
import { language } from '../language';
import { filerName, isUnconfirmed, shortened } from './describe';

test('a long place is cut at the end of a word', () => {
  expect(shortened('Тобыл')).toBe('Тобыл');
  expect(shortened('Жуковка ауылының маңы, Қостанай ауданы (орны шамамен)')).toBe('Жуковка ауылының маңы, Қостанай…');
  expect(shortened('Лисаковск, дачи у водохранилища')).toBe('Лисаковск, дачи у водохранилища');
});

test('a place without an early word end is cut where it must be', () => {
  expect(shortened('а'.repeat(60))).toBe(`${'а'.repeat(33)}…`);
  expect(shortened(`${'а'.repeat(10)} ${'б'.repeat(60)}`)).toBe(`${'а'.repeat(10)} ${'б'.repeat(22)}…`);
});

test('a death is to be confirmed until it was, of each person by itself', () => {
  const view = (sealed: SealedView[]): CaseView => ({
    id: 'a',
    kind: 'missing_person',
    status: 'ended',
    urgency: 'urgent',
    opened_at: '2026-11-26T00:00:00Z',
    sealed,
  });
  const lifeless: SealedView = { subject_id: 's1', outcome: 'found', condition: 'no_signs_of_life' };
  const death: SealedView = { subject_id: 's1', outcome: 'deceased' };
  expect(isUnconfirmed(view([lifeless]))).toBe(true);
  expect(isUnconfirmed(view([lifeless, death]))).toBe(false);
  expect(isUnconfirmed(view([lifeless, death, { ...lifeless, subject_id: 's2' }]))).toBe(true);
});

test('who filed is named as people call it', () => {
  language.value = 'ru';
  expect(filerName('board')).toBe('заявлено вручную');
  expect(filerName('102-kostanay')).toBe('102-kostanay');
  expect(filerName('team:unknown')).toBe('unknown');
});
