import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { CaseView } from '../api/views';
import { callBackText, OpenItems, type Owner } from '../cases/coordination';
import { statusText } from '../cases/describe';
import { command } from '../commands/send';
import { SelectField } from '../controls/field';
import { say, words } from '../language';
import { session } from '../session';
import { Do, Line, openWith } from './line';
import { waited } from './waiting';

/** A case of one's own, with what is open on it: the list that a shift hands over. */
export function MineLine({ view }: { view: CaseView }) {
  const items = view.open_items ?? [];
  const back = callBackText(view);
  return (
    <Line
      view={view}
      time={waited(view)}
      action={
        <Do
          about={view}
          label={say(words.coordination.handOver)}
          onClick={() => openWith(view, { name: 'hand-over' })}
        />
      }
    >
      <p>
        {statusText(view)}
        {back && ` · ${back}`}
      </p>
      {items.length > 0 ? (
        <OpenItems view={view} items={items} />
      ) : (
        <p class="secondary">{say(words.coordination.nothingOpen)}</p>
      )}
    </Line>
  );
}

/** At the end of a shift: everything to one other coordinator who may see to all of it. */
export function HandOverAll({ views }: { views: readonly CaseView[] }) {
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <button type="button" class="button button-small" onClick={() => setOpen(true)}>
        {say(words.desk.handOverAll)}
      </button>
    );
  }
  return <HandOverAllForm views={views} onDone={() => setOpen(false)} />;
}

function HandOverAllForm({ views, onDone }: { views: readonly CaseView[]; onDone(): void }) {
  const [owners, setOwners] = useState<Owner[]>();
  const [to, setTo] = useState('');
  const ids = views.map(({ id }) => id).join(' ');
  useEffect(() => {
    const controller = new AbortController();
    Promise.all(
      ids.split(' ').map((id) => get<{ owners: Owner[] }>(`cases/${encodeURIComponent(id)}/owners`, controller.signal)),
    ).then(
      (answers) => {
        const [first, ...rest] = answers.map((answer) => answer.owners);
        const everywhere = (first ?? []).filter(({ id }) => rest.every((list) => list.some((one) => one.id === id)));
        setOwners(everywhere.filter(({ id }) => id !== session.value?.id));
      },
      () => undefined,
    );
    return () => controller.abort();
  }, [ids]);
  return (
    <form
      class="task-all"
      onSubmit={(event) => {
        event.preventDefault();
        if (!to) return;
        for (const view of views) command(view.id, 'case.hand_over', { to });
        onDone();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
      }}
    >
      {owners?.length === 0 ? (
        <p>{say(words.coordination.handOverNobody)}</p>
      ) : (
        <SelectField
          label={say(words.coordination.handOverTo)}
          hiddenLabel
          value={to}
          onValue={setTo}
          options={[
            { value: '', label: `${say(words.coordination.handOverTo)}…` },
            ...(owners ?? []).map(({ id, name }) => ({ value: id, label: name || id })),
          ]}
        />
      )}
      <button type="submit" class="button button-small button-primary" disabled={to === ''}>
        {say(words.desk.handOverAll)}
      </button>
      <button type="button" class="button button-small" onClick={onDone}>
        {say(words.shell.cancel)}
      </button>
    </form>
  );
}
