import { signal } from '@preact/signals';

/** True on a phone: one column, tabs at the bottom. The same width stands in the style sheets. */
export const compact = signal(false);

export function startMedia(): void {
  const query = matchMedia('(max-width: 820px)');
  compact.value = query.matches;
  query.addEventListener('change', () => {
    compact.value = query.matches;
  });
}
