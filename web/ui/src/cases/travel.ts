import type { Travel } from '../api/views';
import { language, say, words } from '../language';
import { duration, durationRange } from '../language/format';

/** What a distance was measured from. */
export interface Origin {
  from?: 'base' | 'position';
  position_age_s?: number;
  stale_position_age_s?: number;
}

/** "в пути 25–50 мин (по допущению)"; undefined where no travel time was reckoned. */
export function travelText(of: Travel): string | undefined {
  const least = of.travel_least_s ?? of.travel_s;
  const most = of.travel_most_s ?? of.travel_s;
  if (least === undefined || most === undefined) return undefined;
  const range = durationRange(least * 1000, most * 1000, language.value);
  return say(words.choice.travel, { range }) + (of.travel_assumed ? ` (${say(words.choice.assumed)})` : '');
}

/** Where a team was taken to be, and how old that was; a stale position is always said. */
export function originText(of: Origin): string | undefined {
  const age = (seconds: number): string => duration(seconds * 1000, language.value);
  if (of.stale_position_age_s !== undefined) return say(words.choice.staleBase, { age: age(of.stale_position_age_s) });
  if (of.from === 'base') return say(words.choice.fromBase);
  if (of.from !== 'position') return undefined;
  const seconds = of.position_age_s ?? 0;
  return seconds < 60 ? say(words.choice.fromPosition) : say(words.choice.fromPositionAged, { age: age(seconds) });
}
