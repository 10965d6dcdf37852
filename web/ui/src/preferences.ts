import { computed, effect, signal } from '@preact/signals';
import { language, type Language } from './language';
import type { Theme } from './map/types';

export type ThemeChoice = 'light' | 'dark' | 'night' | 'auto';

const languages: readonly Language[] = ['kk', 'ru', 'en'];
const themes: readonly ThemeChoice[] = ['auto', 'light', 'dark', 'night'];

function read(name: string): string | undefined {
  try {
    return localStorage.getItem(`izdeu.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`izdeu.${name}`);
    else localStorage.setItem(`izdeu.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows the board; the choice lasts until the page is closed.
  }
}

/** The language of the device if we have it, else Kazakh. */
function deviceLanguage(): Language {
  for (const wanted of navigator.languages ?? []) {
    const match = languages.find((known) => wanted.toLowerCase().startsWith(known));
    if (match) return match;
  }
  return 'kk';
}

export const themeChoice = signal<ThemeChoice>('auto');
const deviceDark = signal(false);
export const theme = computed<Theme>(() =>
  themeChoice.value === 'auto' ? (deviceDark.value ? 'dark' : 'light') : themeChoice.value,
);

/** ISO 3166-2 code of the region that the board shows; undefined: all that the person may see. */
export const region = signal<string | undefined>(undefined);

/** Reads what this person chose before and keeps what they choose from now on. Called once, at start. */
export function startPreferences(): void {
  readLook();
  const keptRegion = read('region');
  region.value = keptRegion && /^KZ-\d\d$/.test(keptRegion) ? keptRegion : undefined;
  // What was chosen in one window holds in the others too: one that stays bright spoils the eyes for the night.
  addEventListener('storage', ({ key }) => {
    if (key === 'izdeu.language' || key === 'izdeu.theme') readLook();
  });

  const dark = matchMedia('(prefers-color-scheme: dark)');
  deviceDark.value = dark.matches;
  dark.addEventListener('change', () => {
    deviceDark.value = dark.matches;
  });
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dataset.theme = theme.value;
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute('content', { light: '#ffffff', dark: '#141d1a', night: '#000000' }[theme.value]);
  });
}

function readLook(): void {
  language.value = languages.find((known) => known === read('language')) ?? deviceLanguage();
  themeChoice.value = themes.find((known) => known === read('theme')) ?? 'auto';
}

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  write('language', chosen);
}

export function chooseTheme(chosen: ThemeChoice): void {
  themeChoice.value = chosen;
  write('theme', chosen);
}

export function chooseRegion(chosen: string | undefined): void {
  region.value = chosen;
  write('region', chosen);
}
