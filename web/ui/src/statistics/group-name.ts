import { language, type Phrase, say, sayValue, words } from '../language';
import { monthName } from '../language/format';
import { regionNames } from '../language/regions';
import { teamName } from '../live/store';

export const groupings = {
  region: words.statistics.byRegion,
  team: words.statistics.byTeam,
  organisation: words.statistics.byOrganisation,
  month: words.statistics.byMonth,
  kind: words.statistics.byKind,
  category: words.statistics.byCategory,
} as const satisfies Record<string, Phrase>;
export type Grouping = keyof typeof groupings;

/** What a group is called; the server gives codes, ids and months. */
export function groupName(key: string, grouping: Grouping): string {
  if (key === '')
    return say(
      grouping === 'team' || grouping === 'organisation' ? words.statistics.noTeam : words.statistics.withoutKey,
    );
  switch (grouping) {
    case 'region':
      return sayValue(regionNames, key);
    case 'team':
      return teamName(key);
    case 'month':
      return monthName(key, language.value);
    case 'kind':
      return sayValue(words.caseKind, key);
    case 'category':
      return sayValue(words.category, key);
    default:
      return key;
  }
}
