import type { CaseKind } from '../api/views';
import { type Filters, noFilters, type StatusGroup, statusGroups } from './order';

/** What of the board's view a link carries. */
export interface LinkedView {
  filters: Filters;
  text: string;
  region: string | undefined;
}

const kinds: readonly CaseKind[] = ['missing_person', 'emergency', 'volunteer_event'];

/** The part of an address after `?`; empty for the view that everybody begins with. */
export function queryOf({ filters, text, region }: LinkedView): string {
  const query = new URLSearchParams();
  if (region) query.set('region', region);
  if (filters.group !== noFilters.group) query.set('status', filters.group);
  if (filters.kind) query.set('kind', filters.kind);
  if (filters.team) query.set('team', filters.team);
  if (filters.owner) query.set('owner', filters.owner);
  if (text.trim()) query.set('q', text.trim());
  return query.toString();
}

/** The view that a link names; what is not known in it is left out. */
export function readQuery(text: string): LinkedView {
  const query = new URLSearchParams(text);
  const region = query.get('region') ?? '';
  const group: StatusGroup | undefined = statusGroups.find((one) => one === query.get('status'));
  return {
    filters: {
      ...noFilters,
      group: group ?? noFilters.group,
      kind: kinds.find((one) => one === query.get('kind')),
      team: query.get('team') || undefined,
      owner: query.get('owner') || undefined,
    },
    text: query.get('q') ?? '',
    region: /^KZ-\d\d$/.test(region) ? region : undefined,
  };
}
