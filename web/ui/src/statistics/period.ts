import { zoned, zoneMinutes } from '../language/format';

/** A period of opening times; the end is not part of it. Absent: without a limit. */
export interface Period {
  from?: string;
  to?: string;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Midnight in Kazakhstan of "2026-11-21" as RFC 3339; undefined when it is no date. */
export function dayStart(day: string, plusDays = 0): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return undefined;
  return new Date(at + plusDays * 86_400_000 - zoneMinutes * 60_000).toISOString();
}

/** The period of two days as people name them: both days belong to it. */
export function periodOf(fromDay: string, toDay: string): Period {
  const from = dayStart(fromDay);
  const to = dayStart(toDay, 1);
  return { ...(from && { from }), ...(to && { to }) };
}

export function monthDays(now: number): { from: string; to: string } {
  const { year, month, day } = zoned(now);
  return { from: `${year}-${two(month + 1)}-01`, to: `${year}-${two(month + 1)}-${two(day)}` };
}

/** The last day of a month, counted from 1; 0 is December of the year before. */
function lastDay(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** The whole month before: the one that an office signs for. */
export function lastMonthDays(now: number): { from: string; to: string } {
  const { year, month } = zoned(now);
  const last = lastDay(year, month);
  return { from: `${last.slice(0, 7)}-01`, to: last };
}

/** "2026-10" when the days are all of October 2026, and it is over. */
export function wholeMonth({ from, to }: { from: string; to: string }, now: number): string | undefined {
  const match = /^(\d{4})-(\d{2})-01$/.exec(from);
  if (!match) return undefined;
  const over = dayStart(to, 1);
  return lastDay(Number(match[1]), Number(match[2])) === to && over && Date.parse(over) <= now ? from.slice(0, 7) : undefined;
}

export function yearDays(now: number): { from: string; to: string } {
  const { year, month, day } = zoned(now);
  return { from: `${year}-01-01`, to: `${year}-${two(month + 1)}-${two(day)}` };
}
