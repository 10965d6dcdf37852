import { effect, signal } from '@preact/signals';
import { loadFile, pause } from '../api/file';
import { fill, type Form, type Language, type Phrase, render, type Values } from './phrase';
import { textFiles } from './texts';

export type { Language, Phrase } from './phrase';
export * as words from './words';

/** The language that the board is shown in now; components that read it are drawn again on a change. */
export const language = signal<Language>('kk');

/** Before texts are asked for again that have not come, or came as something else, as behind a hotel's sign-in page. */
const retryMilliseconds = 10_000;

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
      if (changed.aborted) break;
      console.warn('texts', error);
      await pause(retryMilliseconds, changed).catch(() => undefined);
    }
  }
  return false;
}

/** The text of a phrase in the present language. */
export function say(phrase: Phrase, values?: Values): string {
  if (typeof phrase !== 'number') return render(phrase, language.value, values);
  const form = loaded.value?.texts[phrase - 1];
  return form === undefined || !loaded.value ? '' : fill(form, loaded.value.language, values);
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
