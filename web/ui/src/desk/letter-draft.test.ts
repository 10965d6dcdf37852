import { describe, expect, it } from 'vitest';
import { draftOfLetter } from './letter-draft';

describe('a dead letter as a draft', () => {
  it('keeps what is no JSON as it came', () => {
    const draft = draftOfLetter('7', ' Пропал мальчик, 8 лет, {не JSON ');
    expect(draft.subjects[0]?.description).toBe('Пропал мальчик, 8 лет, {не JSON');
    expect([draft.letter, draft.kind, draft.coordinates]).toEqual(['7', 'missing_person', '']);
  });
  it('takes over what can be read, with latitude before longitude', () => {
    const draft = draftOfLetter(
      '8',
      JSON.stringify({
        place: 'Жуковка',
        location: { type: 'Point', coordinates: [63.6, 53.2] },
        reporter: { phone: '+7 701', name: 4 },
        source: { reference: 'KUI 1' },
        subjects: [{ name: 'Алия', sex: 'female', age: 8, last_seen_at: '2026-11-25T21:00:00Z' }, 'nobody'],
      }),
    );
    expect(draft.coordinates).toBe('53.2, 63.6');
    expect([draft.place, draft.reporterPhone, draft.reporterName, draft.reference]).toEqual([
      'Жуковка',
      '+7 701',
      '4',
      'KUI 1',
    ]);
    expect(draft.subjects).toHaveLength(1);
    expect(draft.subjects[0]).toMatchObject({ name: 'Алия', sex: 'female', age: '8', lastSeen: '2026-11-26T02:00' });
  });
  it('looks into the envelope of a CloudEvent', () => {
    const draft = draftOfLetter(
      '9',
      JSON.stringify({ specversion: '1.0', data: { kind: 'emergency', incident: 'ice' } }),
    );
    expect([draft.kind, draft.incident]).toEqual(['emergency', 'ice']);
  });
  it('survives what no application looks like', () => {
    for (const value of ['null', '[]', '{"location":7,"subjects":{},"source":[],"reporter":null}', '""', ''])
      expect(draftOfLetter('1', value).subjects, value).toHaveLength(1);
  });
});
