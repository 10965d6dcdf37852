import { describe, expect, it } from 'vitest';
import { isName, placeName, townsAmong } from './place-search';

type Rows = Parameters<typeof townsAmong>[0];

describe('places without a server', () => {
  const rows: Rows = [
    ['town', 1, 63.62, 53.21, 'Қостанай', 'Костанай', 'Kostanay'],
    ['town', 2, 77.1, 52.0, 'Приозерск', 'Приозёрск', 'Priozersk'],
    ['water', 1, 74, 46, 'Балқаш көлі', 'озеро Балхаш', 'Lake Balkhash'],
  ];
  it('are found by how a name begins, in three languages', () => {
    for (const text of ['Кост', 'қост', 'KOST', ' Костанай ']) {
      expect(
        townsAmong(rows, text).map(({ names }) => names.en),
        text,
      ).toEqual(['Kostanay']);
    }
    expect(townsAmong(rows, 'приозерск')[0]?.names.ru).toBe('Приозёрск');
    expect(townsAmong(rows, 'Балхаш')).toEqual([]);
  });
  it('are asked for by names alone', () => {
    expect(['Жу', 'с. Жуковка', 'zh'].every(isName)).toBe(true);
    expect(['', 'Ж', '53.21', 'https://2gis.kz/kostanay', 'geo:x'].some(isName)).toBe(false);
  });
  it('are named in the language, or in one that they have', () => {
    expect(placeName({ ru: 'Жуковка' }, 'kk')).toBe('Жуковка');
    expect(placeName({ kk: 'Қостанай', ru: 'Костанай' }, 'kk')).toBe('Қостанай');
  });
});
