import { computed, signal } from '@preact/signals';

/** The pages of the board; the address after `#/` names one, so that a link brings somebody else to it. */
export type Page = 'map' | 'cases' | 'new' | 'application' | 'setup' | 'places' | 'teams' | 'statistics' | 'desk' | 'dead-letters' | 'more' | 'print';

export interface Route {
  page: Page;
  /** The chosen case. */
  caseId?: string;
  /** The application whose standing is shown. */
  applicationId?: string;
  /** The chosen team, on the page of teams; "new" for the empty form. */
  teamId?: string;
}

const pages: readonly Page[] = ['map', 'cases', 'new', 'application', 'setup', 'places', 'teams', 'statistics', 'desk', 'dead-letters', 'more', 'print'];

/** Reads the part of an address after `#`. What is not known leads to the map. */
export function parseHash(hash: string): Route {
  const [path = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decode);
  const [first, second] = parts;
  if (first === 'case' && second) return { page: 'map', caseId: second };
  const page = pages.find((known) => known === first) ?? 'map';
  if ((page === 'cases' || page === 'desk' || page === 'print') && second) return { page, caseId: second };
  if (page === 'application' && second) return { page, applicationId: second };
  if (page === 'teams' && second) return { page, teamId: second };
  return { page };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The filters of the board as the part of an address after `?`; set by view-link.ts. */
export const linkQuery = signal('');

/** The address of a page; that of the board carries the filters unless `query` says otherwise. */
export function hashOf(route: Route, query = linkQuery.value): string {
  const onBoard = route.page === 'map' || route.page === 'cases';
  return `${pathOf(route)}${onBoard && query ? `?${query}` : ''}`;
}

function pathOf(route: Route): string {
  if (route.caseId && route.page === 'map') return `#/case/${encodeURIComponent(route.caseId)}`;
  if (route.caseId && (route.page === 'cases' || route.page === 'desk' || route.page === 'print'))
    return `#/${route.page}/${encodeURIComponent(route.caseId)}`;
  if (route.applicationId && route.page === 'application')
    return `#/application/${encodeURIComponent(route.applicationId)}`;
  if (route.teamId && route.page === 'teams') return `#/teams/${encodeURIComponent(route.teamId)}`;
  return `#/${route.page}`;
}

export const route = signal<Route>({ page: 'map' });
export const selectedCaseId = computed(() => route.value.caseId);

/** Follows the address from now on. Called once, after a sign-in code was taken out of it. */
export function startRoute(): void {
  const follow = () => {
    route.value = parseHash(location.hash);
  };
  follow();
  addEventListener('hashchange', follow);
}

export function go(target: Route): void {
  location.hash = hashOf(target, linkQuery.peek());
}
