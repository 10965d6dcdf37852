import { effect, signal } from '@preact/signals';
import { loadFile } from '../api/file';
import { fill, type Form, type Language, type Phrase, render, type Values } from './phrase';
import { textFiles } from './texts';

export type { Language, Phrase } from './phrase';
export * as words from './words';

/** The language that the board is shown in now; components that read it are drawn again on a change. */
export const language = signal<Language>('kk');

/** A language and its texts, in the order of the phrases' numbers. */
const loaded = signal<{ language: Language; texts: readonly Form[] } | undefined>(undefined);

/**
 * Loads the texts of the present language, now and after each change; until they have come, those before are shown.
 * Resolves once there are any.
 */
export function startTexts(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      const changed = new AbortController();
      void load(language.value, changed.signal).then((there) => there && resolve());
      return () => changed.abort();
    });
  });
}

/** Whether the texts are there, as they are always without a build. */
async function load(wanted: Language, changed: AbortSignal): Promise<boolean> {
  const file = textFiles[wanted];
  if (!file) return true;
  while (!changed.aborted) {
    try {
      const texts: readonly Form[] = JSON.parse(new TextDecoder().decode(await loadFile(file, changed)));
      loaded.value = { language: wanted, texts };
      return true;
    } catch (error) {
      // It has been tried patiently; without texts there is no page, so there is no giving up.
      if (!changed.aborted) console.warn('texts', error);
    }
  }
  return false;
}

/** The text of a phrase in the present language. */
export function say(phrase: Phrase, values?: Values): string {
  if (typeof phrase !== 'number') return render(phrase, language.value, values);
  const now = loaded.value;
  const form = now?.texts[phrase - 1];
  return now && form ? fill(form, now.language, values) : '';
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
