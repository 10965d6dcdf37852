import { signal } from '@preact/signals';

export type FormName =
  | 'accept'
  | 'decline'
  | 'on-scene'
  | 'returned'
  | 'found'
  | 'missing'
  | 'deceased'
  | 'family-told'
  | 'close'
  | 'assign'
  | 'note'
  | 'mend'
  | 'urgency'
  | 'hand-over'
  | 'stand-down'
  | 'lead'
  | 'size'
  | 'point'
  | 'merge'
  | 'group-text'
  | 'member'
  | 'other';

export interface OpenAction {
  name: FormName;
  /** The team that it is done for. */
  teamId?: string;
  /** The other case that it is about. */
  otherId?: string;
}

/** A form to be opened as soon as the detail of its case is there. */
export const wantedAction = signal<{ caseId: string; action: OpenAction } | undefined>(undefined);

/** The form that is open at the bottom of the detail. */
export const openedAction = signal<OpenAction | undefined>(undefined);

export function openAction(action: OpenAction): void {
  openedAction.value = action;
}

export function closeAction(): void {
  openedAction.value = undefined;
}
