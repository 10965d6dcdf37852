import { signal } from '@preact/signals';
import { type Language, type Phrase, render, type Values } from './phrase';

export type { Language, Phrase } from './phrase';
export * as words from './words';

/** The language that the board is shown in now; components that read it are drawn again on a change. */
export const language = signal<Language>('kk');

/** The text of a phrase in the present language. */
export function say(phrase: Phrase, values?: Values): string {
  return render(phrase, language.value, values);
}

/**
 * The text for a value from the server. One that this board does not know yet is shown as it came,
 * rather than hidden: a newer server may have added it.
 */
export function sayValue(table: Record<string, Phrase>, value: string | undefined, values?: Values): string {
  if (!value) return '—';
  const phrase = Object.hasOwn(table, value) ? table[value] : undefined;
  return phrase ? say(phrase, values) : value;
}
