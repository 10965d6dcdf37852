/** A text that depends on a count. Kazakh needs one form, English two, Russian three. */
export interface Counted {
  one: string;
  few?: string;
  many: string;
}

/** A text that depends on a person's sex; Russian needs it ("найден", "найдена"). */
export interface Gendered {
  male: string;
  female: string;
  unknown: string;
}

export type Form = string | Counted | Gendered;

/** One text of the interface in its three languages: a missing one does not compile. */
export type Texts = readonly [en: Form, ru: Form, kk: Form];

/** What is said: its texts, for which the build puts their number in each language's file (split.mjs). */
export type Phrase = Texts | number;

export type Language = 'kk' | 'ru' | 'en';

/** Values for the `{name}` places of a text; `count` and `sex` also choose its form. */
export interface Values {
  count?: number;
  sex?: 'male' | 'female';
  [name: string]: string | number | undefined;
}

const place: Record<Language, 0 | 1 | 2> = { en: 0, ru: 1, kk: 2 };

/** The plural category of a count in Russian (CLDR: one, few, many). */
export function russianPlural(count: number): 'one' | 'few' | 'many' {
  if (!Number.isInteger(count)) return 'few';
  const tens = Math.abs(count) % 100;
  const units = tens % 10;
  if (units === 1 && tens !== 11) return 'one';
  if (units >= 2 && units <= 4 && (tens < 12 || tens > 14)) return 'few';
  return 'many';
}

function choose(form: Form, language: Language, values: Values): string {
  if (typeof form === 'string') return form;
  if ('male' in form) return form[values.sex ?? 'unknown'];
  const count = values.count ?? 0;
  if (language === 'ru') {
    const category = russianPlural(count);
    return category === 'few' ? (form.few ?? form.many) : form[category];
  }
  return count === 1 ? form.one : form.many;
}

/** The text of a phrase in a language, its places filled in. */
export function render(phrase: Texts, language: Language, values?: Values): string {
  return fill(phrase[place[language]], language, values);
}

/** A form's text with its places filled in. An unknown place is left out. */
export function fill(form: Form, language: Language, values: Values = {}): string {
  return choose(form, language, values).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
