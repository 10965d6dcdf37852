import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CaseView } from '../api/views';
import { fieldName } from '../cases/detail';
import { useMending } from '../cases/mend-form';
import { command } from '../commands/send';
import { say, words } from '../language';
import { Do, Line } from './line';
import { waited } from './waiting';

/** The case whose fields are being set right on the desk: one at a time, because the map serves one form. */
const mending = signal<string | undefined>(undefined);

/** What is wrong with a case, set right on the spot, and the call that waits for it. */
export function ReviewLine({ view }: { view: CaseView }) {
  const list = view.needs_review ?? [];
  const holds = list.some((item) => item.holds);
  const held = view.status === 'review' && view.call_out === 'hold';
  const isMending = mending.value === view.id;
  const mendable = holds || list.length > 0;
  // Nobody can be called to a place that is not known.
  const mayCall = view.status === 'review' && !holds;
  useEffect(
    () => () => {
      if (mending.value === view.id) mending.value = undefined;
    },
    [view.id],
  );
  return (
    <Line
      view={view}
      time={waited(view)}
      action={
        isMending ? undefined : (
          <>
            {mayCall && (
              <Do
                main
                about={view}
                label={say(words.actions.callNow)}
                onClick={() => command(view.id, 'case.call_out', { call_out: 'now' })}
              />
            )}
            {mendable && (
              <Do
                main={!mayCall}
                about={view}
                label={say(words.actions.mend)}
                onClick={() => {
                  mending.value = view.id;
                }}
              />
            )}
          </>
        )
      }
    >
      {held && <p>{say(words.cases.held)}</p>}
      {list.map((item) => (
        <p key={item.pointer + item.detail}>
          <strong>{fieldName(item.pointer)}</strong> <span lang="en">{item.detail}</span>
          {item.holds && <em> ({say(words.cases.holdsCallOut)})</em>}
        </p>
      ))}
      {isMending && <Mending view={view} />}
    </Line>
  );
}

function Mending({ view }: { view: CaseView }) {
  const { ready, send, inputs } = useMending(view);
  const close = () => {
    mending.value = undefined;
  };
  return (
    <form
      class="task-form"
      noValidate
      aria-label={say(words.actions.mend)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        send();
        close();
      }}
    >
      {inputs}
      <div class="task-form-end">
        <button type="submit" class="button button-small button-primary" disabled={!ready}>
          {say(words.actions.mendSend)}
        </button>
        <button type="button" class="button button-small" onClick={close}>
          {say(words.shell.cancel)}
        </button>
      </div>
    </form>
  );
}
