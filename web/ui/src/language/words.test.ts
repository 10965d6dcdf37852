import { describe, expect, it } from 'vitest';
import type { Form, Texts } from './phrase';
import { regionNames } from './regions';
import * as words from './words';

// Latin words that Kazakh and Russian write as they are: our name, names of formats, programs and devices,
// and "ID", which is what the field is called on every form in the country.
const allowed = new Set(['Izdeu', 'ID', 'GPS', 'JSON', 'Kafka', 'https', 'iPhone', 'Ctrl']);

interface Entry {
  name: string;
  phrase: Texts;
}

function isPhrase(value: unknown): value is Texts {
  return Array.isArray(value);
}

function collect(value: object, path: string): Entry[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = path ? `${path}.${key}` : key;
    return isPhrase(inner) ? [{ name, phrase: inner }] : collect(inner as object, name);
  });
}

const entries = [...collect(words, ''), ...collect(regionNames, 'regions')];

function texts(form: Form): string[] {
  return typeof form === 'string' ? [form] : (Object.values(form) as string[]);
}

function latinWords(text: string): string[] {
  return (text.replace(/\{\w+\}/g, '').match(/[A-Za-z]+/g) ?? []).filter((word) => !allowed.has(word));
}

function places(text: string): string {
  return [...text.matchAll(/\{(\w+)\}/g)]
    .map((match) => match[1])
    .sort()
    .join(' ');
}

describe('the dictionary', () => {
  it('is not empty', () => {
    expect(entries.length).toBeGreaterThan(300);
  });

  it('has three texts for every key, none of them blank', () => {
    const wrong = entries.filter(
      ({ phrase }) => phrase.length !== 3 || phrase.some((form) => texts(form).some((text) => text.trim() === '')),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('has no English word in Kazakh or Russian', () => {
    const wrong = entries.flatMap(({ name, phrase: [, ru, kk] }) =>
      [...texts(ru), ...texts(kk)].flatMap((text) => latinWords(text).map((word) => `${name}: ${word}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('would find an English word', () => {
    expect(latinWords('Отряд ready {name} GPS')).toEqual(['ready']);
  });

  it('has no Cyrillic in English', () => {
    const wrong = entries.filter(({ phrase: [en] }) => texts(en).some((text) => /[Ѐ-ӿ]/.test(text)));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('fills the same places in every language', () => {
    const wrong = entries.filter(({ phrase }) => {
      // A form of a plural may leave the count out ("one person"); the fullest text of a language decides.
      const [en, ru, kk] = phrase.map((form) => [...new Set(texts(form).map(places))].sort().at(-1));
      return en !== ru || en !== kk;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('has the few-form of every Russian count', () => {
    const wrong = entries.filter(({ phrase: [, ru] }) => typeof ru === 'object' && 'one' in ru && ru.few === undefined);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('uses Kazakh letters, not Russian text, where the two differ', () => {
    // The words that are the same in both languages, each looked at by hand.
    const same = entries
      .filter(({ phrase: [, ru, kk] }) => JSON.stringify(ru) === JSON.stringify(kk))
      .map(({ name }) => name);
    expect(same.sort()).toMatchInlineSnapshot(`
      [
        "cases.moreSubjects",
        "category.dementia",
        "danger.dementia",
        "desk.title",
        "form.reporterPhone",
        "foundBy.police",
        "lead.google",
        "lead.photo",
        "lead.twoGis",
        "lead.yandex",
        "mapping.ringsLicence",
        "ringCategory.all_terrain_vehicle",
        "ringCategory.climber",
        "ringCategory.dementia",
        "shell.demoMark",
        "shell.map",
        "shell.number102",
        "shell.withCode",
        "skill.dog",
        "skill.drone",
        "skill.medic",
        "statistics.median",
        "statistics.minutes",
        "teams.branch",
        "teams.id",
        "urgencyFactor.dementia",
      ]
    `);
  });

  it('keeps buttons short enough for a phone in Kazakh', () => {
    const buttons = [
      'accept',
      'decline',
      'enRoute',
      'onScene',
      'returned',
      'release',
      'foundPerson',
      'reopen',
      'callNow',
    ] as const;
    const coordinating = ['take', 'handOver', 'groupText', 'checkIn', 'standDown', 'share', 'copy'] as const;
    const all = [
      ...buttons.map((name) => words.actions[name]),
      ...coordinating.map((name) => words.coordination[name]),
      words.duplicates.merge,
      words.duplicates.apart,
      words.duplicates.split,
    ];
    expect(all.flatMap((phrase) => texts(phrase[2])).filter((text) => text.length > 16)).toEqual([]);
  });
});
