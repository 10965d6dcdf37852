import { batch, effect } from '@preact/signals';
import { chooseRegion, region } from '../preferences';
import { linkQuery, route } from '../route';
import { queryOf, readQuery } from './filter-link';
import { filters, searchInput } from './selection';

/**
 * Keeps the filters in the address, so that a link brings somebody else to the same view, and follows a link that
 * names some. An address without any leaves the view as it is. Called once, at start, before the route follows the
 * address: the filters of a new one must be known by then.
 */
export function startViewLink(): void {
  const follow = (): void => {
    const at = location.hash.indexOf('?');
    const query = at < 0 ? '' : location.hash.slice(at + 1);
    if (query === '' || query === linkQuery.peek()) return;
    const view = readQuery(query);
    batch(() => {
      filters.value = view.filters;
      searchInput.value = view.text;
      if (view.region) chooseRegion(view.region);
    });
  };
  follow();
  addEventListener('hashchange', follow);
  effect(() => {
    const query = queryOf({ filters: filters.value, text: searchInput.value, region: region.value });
    linkQuery.value = query;
    const { page } = route.value;
    if (page !== 'map' && page !== 'cases') return;
    const [bare = ''] = location.hash.split('?');
    const wanted = `${bare === '' || bare === '#' ? '#/map' : bare}${query ? `?${query}` : ''}`;
    // Typing in the search box must not fill the history.
    if (wanted !== location.hash && !(query === '' && location.hash === '')) history.replaceState(null, '', wanted);
  });
}
