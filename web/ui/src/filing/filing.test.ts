import { describe, expect, it } from 'vitest';
import { readPlace } from './coordinates';
import { childCategory, emptyDraft, emptySubject, toApplication } from './draft';

const kostanay = [63.62, 53.21];
const at = (text: string) => {
  const read = readPlace(text);
  return read.kind === 'place' ? [read.lonLat.map((value) => Math.round(value * 100) / 100), read.swapped] : read.kind;
};

describe('a place is read', () => {
  it.each([
    '53.21, 63.62',
    '53.21,63.62',
    '53.21 63.62',
    '53.21; 63.62',
    '(53.21, 63.62)',
    '53,21 63,62',
    '53,21; 63,62',
    '53,21, 63,62',
    `53°12'36"N 63°37'12"E`,
    `53° 12.6' с.ш., 63° 37.2' в.д.`,
    '63.62°E 53.21°N',
    'N53.21° E63.62°',
    `53°12'36" 63°37'12"`,
    `53 12 36 N 63 37 12 E`,
    `N 53 12.600 E 63 37.200`,
    `N53°12.600' E063°37.200'`,
    `53°12′36″ с. ш. 63°37′12″ в. д.`,
    `53º12'36''N, 63º37'12''E`,
    `с.ш. 53.21, в.д. 63.62`,
    `С 53,21 В 63,62`,
    `53:12:36N 63:37:12E`,
    '+53.21, +63.62',
    '[53.21, 63.62]',
    'Широта: 53.21, долгота: 63.62',
    'долгота 63,62; широта 53,21',
    'ендік 53,21 бойлық 63,62',
    'lat=53.21 lon=63.62',
    'geo:0,0?q=53.21,63.62(Мы здесь)',
    'Мы здесь: https://maps.google.com/?q=53.21,63.62 приезжайте',
    'https://maps.google.com/maps?q=53.21%2C63.62&z=17&hl=ru',
    'https://www.google.com/maps/dir/?api=1&destination=53.21,63.62',
    'https://www.google.com/maps/search/53.21,+63.62?entry=tts',
    'https://maps.apple.com/?ll=53.21,63.62&q=X',
    'https://maps.apple.com/place?coordinate=53.21,63.62&name=X',
    'https://www.openstreetmap.org/?mlat=53.21&mlon=63.62#map=14/53.00/63.00',
    'https://www.openstreetmap.org/#map=14/53.21/63.62',
    'https://osmand.net/map?pin=53.21,63.62#15/53.21/63.62',
    'https://yandex.kz/maps/?rtext=~53.21,63.62&rtt=auto',
    'https://yandex.kz/maps/?text=53.21%2C63.62',
    'https://2gis.kz/kostanay?m=63.00%2C53.00%2F12&queryState=center/63.62,53.21',
    'https://2gis.kz/geo/63.62,53.21',
    'dgis://2gis.ru/routeSearch/rsType/car/to/63.62,53.21',
    'yandexmaps://maps.yandex.ru/?pt=63.62,53.21&z=12',
    'yandexnavi://build_route_on_map?lat=53.21&lon=63.62',
    'geo:53.21,63.62',
    'https://www.google.com/maps/@53.21,63.62,14z',
    'https://www.google.com/maps/place/X/@53.00,63.00,14z/data=!3m1!4b1!3d53.21!4d63.62',
    'https://maps.google.com/?q=53.21,63.62',
    'https://yandex.kz/maps/?ll=63.62%2C53.21&z=12',
    'https://yandex.kz/maps/?ll=63.00%2C53.00&pt=63.62,53.21&z=12',
    'https://2gis.kz/kostanay/geo/70030076141234567/63.62%2C53.21',
    'https://2gis.kz/kostanay?m=63.62%2C53.21%2F12',
  ])('from %s', (text) => expect(at(text)).toEqual([kostanay, false]));

  it('longitude first, and says so', () => expect(at('63.62, 53.21')).toEqual([kostanay, true]));
  it('latitude first where both orders lie in the country', () =>
    expect(at('51.23, 51.37')).toEqual([[51.37, 51.23], false]));
  it('not from what is outside', () => {
    for (const text of ['55.75, 37.62', '0, 0', '91, 181', 'geo:55.75,37.62']) expect(at(text), text).toBe('outside');
  });
  it('not from what is no place', () => {
    for (const text of ['', '  ', 'Жуковка', '53.21', '53.21, 63.62, 7', '1e5, 2e5', '53°70\'N 63°10\'E', '53.5°30\'N 63°E', 'N53 N63', 'ул. Мира 5, кв. 12'])
      expect(at(text), text).toBe('unreadable');
  });
  it('not from a link without one', () => {
    for (const text of ['https://example.org/', 'https://2gis.kz/kostanay', 'https://yandex.kz/maps/']) {
      expect(at(text), text).toBe('link');
    }
  });
  it('in every notation the same', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const parts = (value: number, signs: readonly [string, string, string]) => {
      const seconds = Math.round(value * 36000) / 10;
      const degrees = Math.floor(seconds / 3600);
      const minutes = Math.floor((seconds - degrees * 3600) / 60);
      return `${degrees}${signs[0]}${minutes}${signs[1]}${(seconds - degrees * 3600 - minutes * 60).toFixed(1)}${signs[2]}`;
    };
    for (let round = 0; round < 300; round += 1) {
      const lat = 46.5 + 8 * random();
      const lon = 57 + 28 * random();
      const [a, b] = [lat.toFixed(5), lon.toFixed(5)];
      const minutes = (value: number, sign: string) => `${Math.floor(value)}${sign}${((value % 1) * 60).toFixed(3).replace('60.000', '59.999')}`;
      for (const text of [
        `${a}, ${b}`,
        `${a.replace('.', ',')} ${b.replace('.', ',')}`,
        `${b} E ${a} N`,
        `${a} с.ш. ${b} в.д.`,
        `${parts(lat, ['°', '′', '″'])}N ${parts(lon, ['°', '′', '″'])}E`,
        `${parts(lat, ['°', "'", '"'])} ${parts(lon, ['°', "'", '"'])}`,
        `${parts(lat, [' ', ' ', ' '])}N ${parts(lon, [' ', ' ', ' '])}E`,
        `В ${parts(lon, ['°', '′', '″'])} С ${parts(lat, ['°', '′', '″'])}`,
        `N${minutes(lat, '°')}' E${minutes(lon, '°')}'`,
        `N ${minutes(lat, ' ')} E ${minutes(lon, ' ')}`,
        `geo:${a},${b}`,
        `https://2gis.kz/kostanay/geo/7003/${b}%2C${a}?m=60.1%2C50.1%2F12`,
        `https://maps.google.com/?q=${a},${b}`,
        `https://yandex.kz/maps/?pt=${b},${a}&ll=60.1,50.1`,
        `https://www.openstreetmap.org/#map=15/${a}/${b}`,
      ]) {
        const read = readPlace(text);
        if (read.kind !== 'place') throw new Error(`${text}: ${read.kind}`);
        expect(Math.abs(read.lonLat[0] - lon), text).toBeLessThan(0.0001);
        expect(Math.abs(read.lonLat[1] - lat), text).toBeLessThan(0.0001);
      }
    }
  });
  it('not from a short link, which holds none', () => {
    for (const text of [
      'https://maps.app.goo.gl/abc',
      'https://go.2gis.com/abc',
      'https://yandex.kz/maps/-/CDabc',
      'https://maps.apple/p/abc',
    ]) {
      expect(at(text), text).toBe('short-link');
    }
  });
  it('never fails on any text', () => {
    // A small generator with a fixed seed: what breaks once breaks again.
    let seed = 20261121;
    const next = (limit: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % limit;
    };
    const pieces = [
      '53',
      '.',
      ',',
      ' ',
      '°',
      "'",
      '"',
      'N',
      'E',
      '%',
      'https://',
      '2gis.',
      '@',
      '!3d',
      '-',
      'в',
      '\u0000',
      '63.6',
      '/geo/',
    ];
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join('');
      const read = readPlace(text);
      if (read.kind === 'place') expect(read.lonLat.every(Number.isFinite), text).toBe(true);
    }
  });
});

describe('a draft becomes an application', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');

  it('with the fields of the contract', () => {
    const draft = {
      ...emptyDraft(),
      coordinates: '53.21, 63.62',
      place: ' Жуковка ',
      reference: 'КУИ 1',
      reporterPhone: '+7 701',
    };
    draft.subjects = [{ ...emptySubject(), sex: 'male', age: '14', lastSeen: '2026-11-21T13:00' }];
    const { body, problems } = toApplication(draft, now);
    expect(problems).toEqual({});
    expect(JSON.parse(JSON.stringify(body))).toEqual({
      id: draft.id,
      kind: 'missing_person',
      filed_at: '2026-11-21T10:00:00.000Z',
      location: { type: 'Point', coordinates: [63.62, 53.21] },
      place: 'Жуковка',
      call_out: 'now',
      source: { reference: 'КУИ 1' },
      reporter: { phone: '+7 701' },
      subjects: [{ id: 's1', sex: 'male', age: 14, category: 'child_13_15', last_seen_at: '2026-11-21T08:00:00.000Z' }],
    });
  });

  it('with the age group of a child', () => {
    expect([0, 1, 3, 4, 12, 15, 16, 80, undefined].map(childCategory)).toEqual([
      undefined,
      'child_1_3',
      'child_1_3',
      'child_4_6',
      'child_10_12',
      'child_13_15',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('only when its fields are right, each named by its pointer', () => {
    const draft = { ...emptyDraft(), coordinates: 'Жуковка', accuracy: 'five' };
    draft.subjects = [
      { ...emptySubject(), age: '-3' },
      { ...emptySubject(), lastSeen: '2026-12-01T00:00' },
    ];
    expect(toApplication(draft, now).problems).toEqual({
      '/location': 'unreadable',
      '/accuracy_m': 'number',
      '/subjects/0/age': 'number',
      '/subjects/1/last_seen_at': 'future',
    });
    expect(toApplication(emptyDraft(), now).problems).toEqual({ '/location': 'required' });
  });

  it('of an emergency without subjects, of an event with its title', () => {
    const place = { coordinates: '53.21, 63.62' };
    const emergency = toApplication({ ...emptyDraft(), ...place, kind: 'emergency', total: '3' }, now);
    expect(emergency.body.subjects).toBeUndefined();
    expect(emergency.body.people_at_risk).toEqual({ total: 3 });
    const event = toApplication(
      { ...emptyDraft(), ...place, kind: 'volunteer_event', starts: '2026-12-02T10:00', ends: '2026-12-01T10:00' },
      now,
    );
    expect(event.problems).toEqual({ '/event/title': 'required', '/event/ends_at': 'order' });
  });
});
