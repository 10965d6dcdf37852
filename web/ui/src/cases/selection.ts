import { computed, effect, signal } from '@preact/signals';
import type { CaseView } from '../api/views';
import { language } from '../language';
import { caseById, caseViews } from '../live/store';
import { selectedCaseId } from '../route';
import { session } from '../session';
import { fold, searchText } from './describe';
import { countCases, type Filters, noFilters, selectCases } from './order';

export const filters = signal<Filters>(noFilters);
export const searchInput = signal('');

// A view's text is made once: views never change, they are replaced.
let texts = new WeakMap<CaseView, string>();
effect(() => {
  void language.value;
  texts = new WeakMap();
});

function textOf(view: CaseView): string {
  let text = texts.get(view);
  if (text === undefined) {
    text = searchText(view);
    texts.set(view, text);
  }
  return text;
}

export const shownCases = computed(() => {
  void language.value;
  return selectCases(
    caseViews.value,
    { ...filters.value, text: fold(searchInput.value.trim()), me: session.value?.id },
    textOf,
  );
});
export const counts = computed(() => countCases(caseViews.value));
export const selectedCase = computed(() => caseById(selectedCaseId.value));
export const filtered = computed(
  () => filters.value.group !== noFilters.group || filters.value.kind !== undefined || filters.value.team !== undefined || filters.value.owner !== undefined || searchInput.value.trim() !== '',
);

export function clearFilters(): void {
  filters.value = noFilters;
  searchInput.value = '';
}
