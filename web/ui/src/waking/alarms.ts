import { computed, effect, signal } from '@preact/signals';
import type { CaseView } from '../api/views';
import { caseTitle } from '../cases/describe';
import { say, words } from '../language';
import { announced } from '../live/store';
import { accountOf, session } from '../session';
import { ring } from './sound';

const keptAt = 'izdeu.silent';

/** The people on this device who silenced its alarms. */
const silent = signal<readonly string[]>(readSilent());

function readSilent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keptAt) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** Whether alarms of the person who is signed in sound. */
export const alarmsOn = computed(() => !session.value || !silent.value.includes(accountOf(session.value)));

export function chooseAlarms(on: boolean): void {
  const present = session.peek();
  if (!present) return;
  const account = accountOf(present);
  silent.value = [...silent.peek().filter((one) => one !== account), ...(on ? [] : [account])];
  try {
    localStorage.setItem(keptAt, JSON.stringify(silent.peek()));
  } catch {
    // The choice lasts until the page is closed then.
  }
}

/** To a team a case is its call, which is told by itself. */
export function isNews(view: CaseView): boolean {
  const { roles, teams } = session.value ?? { roles: [] };
  return !roles.includes('team') || !view.assignments?.some(({ team_id }) => teams?.includes(team_id));
}

/** More than so many are one line with their number. */
export const floodFrom = 4;

/** In a flood one sound stands for all that come within it, in milliseconds. */
export const quietAfter = 20_000;

export const alarmText = (views: readonly CaseView[]): string =>
  views.length === 1
    ? say(words.cases.newLifeThreatening, { title: caseTitle(views[0] as CaseView) })
    : say(words.alarms.many, { count: views.length });

/** Rings, counts in the title and tells a hidden page's person; once for many that come together. Called once. */
export function startAlarms(): void {
  let told = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  effect(() => {
    const news = announced.value.filter(isNews);
    const fresh = news.filter(({ id }) => !told.has(id));
    told = new Set(news.map(({ id }) => id));
    if (fresh.length === 0 || !alarmsOn.peek()) return;
    // The clock of the page, which no change of the device's time moves.
    if (performance.now() - last < quietAfter) return;
    last = performance.now();
    ring();
    notify(news);
  });
}

/** How many alarms nobody has looked at; the title of the page begins with it. */
export const alarmCount = computed(() => announced.value.filter(isNews).length);

function notify(views: readonly CaseView[]): void {
  if (!document.hidden || typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
  try {
    // The same tag: a newer one takes the place of the one before.
    const notice = new Notification('Izdeu', { body: alarmText(views), tag: 'izdeu-alarm' });
    notice.addEventListener('click', () => {
      window.focus();
      notice.close();
    });
  } catch {
    // Some phones let only a service worker tell; its push does then.
  }
}
