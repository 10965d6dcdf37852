import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { say, words } from '../language';
import { pageIsAsked, whenBoardIsThere } from './loading';

/** A page whose program may be asked for before it is drawn. */
export type LaterPage<P> = FunctionComponent<P> & { ask(): void };

/**
 * A page whose program is loaded when it is opened, or when the board is there: the list does not wait for it, and it
 * opens without a connection all the same.
 */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): LaterPage<P> {
  const page = signal<FunctionComponent<P> | undefined>(undefined);
  const failed = signal(false);
  let asked = false;
  const ask = (): void => {
    if (asked) return;
    asked = true;
    failed.value = false;
    const answered = pageIsAsked();
    load()
      .then(
        (loaded) => {
          page.value = loaded;
        },
        () => {
          asked = false;
          failed.value = true;
        },
      )
      .then(answered);
  };
  whenBoardIsThere(ask);
  function Later(props: P) {
    useEffect(ask, []);
    const Page = page.value;
    if (Page) return <Page {...props} />;
    return (
      <section class="page" aria-busy={!failed.value}>
        {failed.value ? (
          <>
            <p role="alert">{say(words.problems['network-down'])}</p>
            <button type="button" class="button" onClick={ask}>
              {say(words.shell.retry)}
            </button>
          </>
        ) : (
          <p class="secondary">{say(words.shell.loading)}</p>
        )}
      </section>
    );
  }
  return Object.assign(Later, { ask });
}
