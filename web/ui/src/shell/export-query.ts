import type { CaseView } from '../api/views';
import type { Filters, StatusGroup } from '../cases/order';

export const formats = ['geojson', 'gpx', 'kml'] as const;
export type ExportFormat = (typeof formats)[number];

export interface Shown {
  cases: readonly CaseView[];
  filters: Filters;
  text: string;
  region: string | undefined;
  chosen: string | undefined;
  language: string;
  me: string | undefined;
}

/** Up to here the very cases are named; an address of more would be too long for some proxies. */
const mostNamed = 300;

const open = 'review,waiting,assigned,searching,ended';
const ofGroup: Record<StatusGroup, Record<string, string>> = {
  active: { status: open },
  unowned: { status: open, owner: 'none' },
  mine: { status: open, owner: 'me' },
  alarm: {},
  waiting: { status: 'waiting' },
  review: { status: 'review' },
  searching: { status: 'assigned,searching' },
  ended: { status: 'ended,found,missing,deceased,closed' },
  all: {},
};

/** The address of a file of what the board shows: its cases, the teams, and what belongs to the chosen case. */
export function exportAddress(format: ExportFormat, shown: Shown): string {
  const query = new URLSearchParams({ format, lang: shown.language, teams: 'true' });
  if (shown.region) query.set('region', shown.region);
  if (shown.chosen) query.set('chosen', shown.chosen);
  if (shown.cases.length <= mostNamed) {
    // No case at all is asked for by an id that nothing has.
    query.set('ids', shown.cases.map(({ id }) => id).join(',') || 'none');
  } else {
    for (const [name, value] of Object.entries(ofGroup[shown.filters.group]))
      query.set(name, value === 'me' ? (shown.me ?? '') : value);
    if (shown.filters.kind) query.set('kind', shown.filters.kind);
    if (shown.filters.team) query.set('team', shown.filters.team);
    if (shown.filters.owner) query.set('owner', shown.filters.owner);
    if (shown.text) query.set('q', shown.text);
  }
  return `/api/v1/cases/export?${query}`;
}
