import { computed, effect, signal } from '@preact/signals';
import { get } from '../api/client';
import type { MapRing } from '../map';
import { session } from '../session';
import { categoryOf, type Ground, grounds, mayHaveRings, type RingTable, rowFor, shares } from './rings';
import { selectedCase } from './selection';

/** The installation's table; without rows while it is not known or switched off. */
export const ringTable = signal<RingTable>({ rows: [] });

effect(() => {
  if (!session.value) return;
  const controller = new AbortController();
  get<RingTable>('rings', controller.signal).then(
    (table) => {
      ringTable.value = table;
    },
    // The map is of use without them.
    () => undefined,
  );
  return () => controller.abort();
});

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The choice lasts until the page is closed then.
  }
}

export const ringsShown = signal(kept('izdeu.rings') !== 'off');
export const chosenGround = signal<Ground | undefined>(grounds.find((one) => one === kept('izdeu.ground')));
export const ground = computed<Ground>(() => chosenGround.value ?? 'dry flat');
/** Categories that somebody chose by hand, by case; "" for none. */
export const chosenCategories = signal<Record<string, string>>({});

export function showRings(shown: boolean): void {
  ringsShown.value = shown;
  keep('izdeu.rings', shown ? 'on' : 'off');
}

export function chooseGround(chosen: Ground): void {
  chosenGround.value = chosen;
  keep('izdeu.ground', chosen);
}

/** The category that counts for the chosen case, and its row; undefined without a case that may have rings. */
export const ringsNow = computed(() => {
  const view = selectedCase.value;
  const table = ringTable.value;
  if (!view || !mayHaveRings(view) || table.rows.length === 0) return undefined;
  const category = chosenCategories.value[view.id] ?? categoryOf(view, table) ?? '';
  return { view, category, row: category ? rowFor(table, category, ground.value) : undefined };
});

const none: MapRing[] = [];

/** What the map draws around the chosen case. */
export const mapRings = computed<MapRing[]>(() => {
  const row = ringsShown.value ? ringsNow.value?.row : undefined;
  return row ? row.km.map((km, i) => ({ share: shares[i] ?? 0, metres: km * 1000 })) : none;
});
