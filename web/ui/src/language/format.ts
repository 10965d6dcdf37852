import type { Language } from './phrase';

/** Kazakhstan's one zone since 1 March 2024, in minutes east of Greenwich. */
export const zoneMinutes = 300;

const months: Record<Language, readonly string[]> = {
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  ru: [
    'января',
    'февраля',
    'марта',
    'апреля',
    'мая',
    'июня',
    'июля',
    'августа',
    'сентября',
    'октября',
    'ноября',
    'декабря',
  ],
  // Chromium has no Kazakh month names of its own.
  kk: [
    'қаңтар',
    'ақпан',
    'наурыз',
    'сәуір',
    'мамыр',
    'маусым',
    'шілде',
    'тамыз',
    'қыркүйек',
    'қазан',
    'қараша',
    'желтоқсан',
  ],
};
const monthsAlone: Record<Language, readonly string[]> = {
  ...months,
  ru: [
    'январь',
    'февраль',
    'март',
    'апрель',
    'май',
    'июнь',
    'июль',
    'август',
    'сентябрь',
    'октябрь',
    'ноябрь',
    'декабрь',
  ],
};

const units: Record<Language, { day: string; hour: string; minute: string; second: string }> = {
  en: { day: 'd', hour: 'h', minute: 'min', second: 's' },
  ru: { day: 'сут', hour: 'ч', minute: 'мин', second: 'с' },
  kk: { day: 'тәул', hour: 'сағ', minute: 'мин', second: 'с' },
};

const nbsp = '\u00a0';
const two = (value: number): string => String(value).padStart(2, '0');

/** A moment's fields on the clock of Kazakhstan, whatever the device's own zone is. */
export function zoned(at: number): {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
} {
  const moved = new Date(at + zoneMinutes * 60_000);
  return {
    year: moved.getUTCFullYear(),
    month: moved.getUTCMonth(),
    day: moved.getUTCDate(),
    hour: moved.getUTCHours(),
    minute: moved.getUTCMinutes(),
    second: moved.getUTCSeconds(),
  };
}

/** Milliseconds of an RFC 3339 time, or undefined when absent or unreadable. */
export function parseTime(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** "14:05" */
export function clock(at: number, seconds = false): string {
  const { hour, minute, second } = zoned(at);
  return seconds ? `${two(hour)}:${two(minute)}:${two(second)}` : `${two(hour)}:${two(minute)}`;
}

/** "21 қараша 2026" */
export function date(at: number, language: Language): string {
  const { year, month, day } = zoned(at);
  return `${day}${nbsp}${months[language][month]}${nbsp}${year}`;
}

/** The clock alone on the same day as `now`, else with day and month, and the year when it differs. */
export function moment(at: number, now: number, language: Language): string {
  const then = zoned(at);
  const today = zoned(now);
  if (then.year === today.year && then.month === today.month && then.day === today.day) return clock(at);
  const day = `${then.day}${nbsp}${months[language][then.month]}`;
  return then.year === today.year ? `${day}, ${clock(at)}` : `${day}${nbsp}${then.year}, ${clock(at)}`;
}

/** "2026-11" as "қараша 2026"; a text of another form comes back unchanged. */
export function monthName(key: string, language: Language): string {
  const match = /^(\d{4})-(\d{2})$/.exec(key);
  const name = match && monthsAlone[language][Number(match[2]) - 1];
  return match && name ? `${name} ${match[1]}` : key;
}

/** "8 сағ 7 мин"; two units at most, never negative. */
export function duration(milliseconds: number, language: Language): string {
  const unit = units[language];
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes}${nbsp}${unit.minute}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return join(hours, unit.hour, minutes % 60, unit.minute);
  return join(Math.floor(hours / 24), unit.day, hours % 24, unit.hour);
}

/** "25–50 мин", "50 мин – 1 сағ 20 мин": between two lengths of time, rounded up to the minute. */
export function durationRange(least: number, most: number, language: Language): string {
  const up = (milliseconds: number): number => Math.ceil(milliseconds / 60_000) * 60_000;
  const from = duration(up(least), language);
  const to = duration(up(most), language);
  if (from === to) return to;
  return up(most) < 3_600_000 ? `${up(least) / 60_000}–${to}` : `${from} – ${to}`;
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = `${large}${nbsp}${largeUnit}`;
  return small === 0 ? first : `${first} ${small}${nbsp}${smallUnit}`;
}

/** "1:05" until a moment, for a time to answer; undefined once it has passed. */
export function countdown(until: number, now: number): string | undefined {
  const seconds = Math.ceil((until - now) / 1000);
  if (seconds <= 0) return undefined;
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/**
 * "12 345,6" in Kazakh and Russian, "12,345.6" in English. Written out, because making the formatter of a language
 * keeps a phone busy for 40 ms.
 */
export function number(value: number, language: Language, digits = 0): string {
  const [group, point] = language === 'en' ? [',', '.'] : [nbsp, ','];
  const [whole = '', fraction = ''] = Math.abs(value).toFixed(digits).split('.');
  const kept = fraction.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${value < 0 ? '-' : ''}${grouped}${kept && point + kept}`;
}

/** "850 м", "12,4 км", "340 км" */
export function distance(metres: number, language: Language): string {
  const [metre, kilometre] = language === 'en' ? ['m', 'km'] : ['м', 'км'];
  if (metres < 1000) return `${number(Math.round(metres), language)}${nbsp}${metre}`;
  return `${number(metres / 1000, language, metres < 99_500 ? 1 : 0)}${nbsp}${kilometre}`;
}

/** "53.2144, 63.6246": latitude first, as people read it out. */
export function coordinates([longitude, latitude]: readonly [number, number], digits = 4): string {
  return `${latitude.toFixed(digits)}, ${longitude.toFixed(digits)}`;
}

/** The value for `<input type="datetime-local">` on the clock of Kazakhstan. */
export function toLocalInput(at: number): string {
  const { year, month, day, hour, minute } = zoned(at);
  return `${year}-${two(month + 1)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** RFC 3339 of such a value; undefined when it is empty or unreadable. */
export function fromLocalInput(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(value)) return undefined;
  const at = Date.parse(`${value.length === 16 ? `${value}:00` : value}+05:00`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
