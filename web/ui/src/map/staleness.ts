import type { MapTeam } from './types';
import type { Words } from './words';

/** From this age on a team's position is shown as stale (reference: the rule of 30 minutes). */
export const staleAfterMinutes = 30;

/** Age of a position in whole minutes at `now` (milliseconds since 1970); undefined when it cannot be read. */
export function positionAge(positionAt: string | undefined, now: number): number | undefined {
  if (positionAt === undefined) return undefined;
  const at = Date.parse(positionAt);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.floor((now - at) / 60_000));
}

/** A base does not age; a position without a readable time counts as stale. */
export function isStale(team: Pick<MapTeam, 'positionAt' | 'fromBase'>, now: number): boolean {
  if (team.fromBase) return false;
  const age = positionAge(team.positionAt, now);
  return age === undefined || age > staleAfterMinutes;
}

/** "47 мин", "2 ч", "3 сут": one unit is enough beside an arrow. */
export function ageText(minutes: number, words: Words): string {
  if (minutes < 60) return `${minutes} ${words.minutes}`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} ${words.hours}`;
  return `${Math.floor(minutes / (24 * 60))} ${words.days}`;
}
