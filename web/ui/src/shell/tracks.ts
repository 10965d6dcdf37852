import { computed, effect, signal } from '@preact/signals';
import { get } from '../api/client';
import { feedState, slowNow } from '../live/store';
import type { LonLat } from '../map';
import { seesTracks } from '../permissions';
import { route, selectedCaseId } from '../route';
import { session } from '../session';

interface Tracks {
  features: { geometry: { type: string; coordinates: LonLat[] } }[];
}

// A computed value: what stands the same is no reason to ask again.
const often = computed(() => Math.floor(slowNow.value / 300_000));
const none: { caseId: string | undefined; ways: LonLat[][] } = { caseId: undefined, ways: [] };

/** The ways of the teams on the chosen case, asked for while it is shown with a map, every five minutes: its arrows move meanwhile. */
export const tracks = signal(none);

effect(() => {
  const caseId = selectedCaseId.value;
  void often.value;
  if (!caseId || route.value.page !== 'map' || !seesTracks(session.value) || feedState.value.kind !== 'live') return;
  const controller = new AbortController();
  get<Tracks>(`cases/${encodeURIComponent(caseId)}/tracks`, controller.signal).then(
    ({ features }) => {
      // A single place is no way.
      const ways = features.filter(({ geometry }) => geometry.type === 'LineString');
      tracks.value = { caseId, ways: ways.map(({ geometry }) => geometry.coordinates) };
    },
    // The map is of use without them.
    () => undefined,
  );
  return () => controller.abort();
});
