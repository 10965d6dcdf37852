import { signal } from '@preact/signals';
import type { LonLat } from '../map/types';

/** Who wants a place from the map, or undefined. */
export const picking = signal<((lonLat: LonLat) => void) | undefined>(undefined);
/** The place that the open form has now; the map shows it as a pin. */
export const pickedPlace = signal<LonLat | undefined>(undefined);
/** On a phone the form makes room for the map while a place is being pointed at. */
export const mapForPicking = signal(false);
