import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { shownCases } from '../cases/selection';
import { type Phrase, say, words } from '../language';
import { chooseTheme, theme } from '../preferences';
import { go, type Page, route, selectedCaseId } from '../route';
import { session } from '../session';
import { mayOpen } from './navigation';

/** Whether the list of keys is shown. */
export const keysShown = signal(false);

interface Key {
  key: string;
  name: Phrase;
  run(): void;
}

const open = (page: Page) => (): void => {
  if (mayOpen(page)) go({ page });
};

/** The next or the one before in the list, as it is shown. */
function step(by: 1 | -1): void {
  const list = shownCases.peek();
  const at = list.findIndex((view) => view.id === selectedCaseId.peek());
  const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))];
  if (next) go({ page: route.peek().page === 'cases' ? 'cases' : 'map', caseId: next.id });
}

/** Single keys; with Ctrl, Alt or Cmd they are the browser's. Letters are where they are on a Latin keyboard. */
const keys: readonly Key[] = [
  {
    key: '?',
    name: words.keys.help,
    run: () => {
      keysShown.value = true;
    },
  },
  { key: '/', name: words.keys.search, run: () => focusSoon('.search input') },
  { key: 'j', name: words.keys.next, run: () => step(1) },
  { key: 'k', name: words.keys.previous, run: () => step(-1) },
  { key: 'd', name: words.keys.detail, run: () => focusSoon('.detail-body') },
  { key: 'p', name: words.keys.map, run: () => focusSoon('.board-map-canvas') },
  { key: 'b', name: words.keys.board, run: open('map') },
  { key: 'n', name: words.keys.file, run: open('new') },
  { key: 't', name: words.keys.teams, run: open('teams') },
  { key: 's', name: words.keys.statistics, run: open('statistics') },
  {
    key: 'l',
    name: words.keys.look,
    run: () => chooseTheme(({ light: 'dark', dark: 'night', night: 'light' } as const)[theme.peek()]),
  },
  {
    key: 'Escape',
    name: words.keys.close,
    run: () => {
      const { page, caseId } = route.peek();
      if (caseId !== undefined) go({ page: page === 'print' ? 'map' : page });
    },
  },
];

function focusSoon(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

/** The key by its place on the keyboard, so that it works with Russian and Kazakh layouts too. */
function keyOf(event: KeyboardEvent): string {
  if (event.key === '?' || (event.code === 'Slash' && event.shiftKey)) return '?';
  if (event.key === '/' || event.code === 'Slash') return '/';
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  return letter ? letter.toLowerCase() : event.key;
}

const typed = 'input, textarea, select, [contenteditable], dialog, .action-form, .board-map-panel, .board-map-choice';

/** Listens for the keys while somebody is signed in. Called once, at start. */
export function startKeys(): void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest(typed)) return;
    const key = keyOf(event);
    const known = keys.find((one) => one.key === key);
    if (!known || (event.shiftKey && key !== '?')) return;
    event.preventDefault();
    known.run();
  };
  effect(() => {
    if (!session.value) return;
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}

/** The keys with what they do. */
export function KeysDialog() {
  const shown = keysShown.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown && dialog.current && !dialog.current.open) dialog.current.showModal();
  }, [shown]);
  if (!shown) return null;
  const hide = (): void => {
    keysShown.value = false;
  };
  return (
    <dialog class="keys" ref={dialog} aria-labelledby="keys-title" onClose={hide}>
      <h2 id="keys-title">{say(words.keys.title)}</h2>
      <dl>
        {keys.map(({ key, name }) => (
          <div key={key}>
            <dt>
              <kbd class="number">{key === 'Escape' ? 'Esc' : key.toUpperCase()}</kbd>
            </dt>
            <dd>{say(name)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>↑</kbd> <kbd>↓</kbd>
          </dt>
          <dd>{say(words.keys.arrows)}</dd>
        </div>
      </dl>
      <button type="button" class="button" onClick={() => dialog.current?.close()}>
        {say(words.shell.dismiss)}
      </button>
    </dialog>
  );
}
