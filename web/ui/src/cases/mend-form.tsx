import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CaseView } from '../api/views';
import { command } from '../commands/send';
import { Choice, Field } from '../controls/field';
import { readPlace } from '../filing/coordinates';
import { PlaceField, usePicking } from '../filing/place-field';
import { say, words } from '../language';
import { closeAction } from './action-state';
import { FormFrame } from './form-frame';

type Drill = 'yes' | 'no';

/** The fields that set right what holds a case, and what of them was filled in; only that is sent. */
export function useMending(view: CaseView): { ready: boolean; send(): void; inputs: ComponentChildren } {
  const [where, setWhere] = useState('');
  const [place, setPlace] = useState('');
  const [drill, setDrill] = useState<Drill>();
  usePicking(where, setWhere);
  const read = readPlace(where);
  const asksDrill = view.needs_review?.some(({ pointer }) => pointer === '/exercise') ?? false;
  const unreadable = where.trim() !== '' && read.kind !== 'place';
  const fields = {
    ...(read.kind === 'place' && { location: { type: 'Point', coordinates: read.lonLat } }),
    ...(place.trim() !== '' && { place: place.trim() }),
    ...(drill && { exercise: drill === 'yes' }),
  };
  const inputs = (
    <>
      <PlaceField label={say(words.form.coordinates)} value={where} onValue={setWhere} pointer="/location" />
      <Field label={say(words.form.place)} value={place} onValue={setPlace} />
      {asksDrill && (
        <Choice
          label={say(words.form.exercise)}
          value={drill}
          onValue={setDrill}
          options={[
            { value: 'yes', label: say(words.actions.yes) },
            { value: 'no', label: say(words.actions.no) },
          ]}
        />
      )}
    </>
  );
  return {
    ready: !unreadable && Object.keys(fields).length > 0,
    send: () => void command(view.id, 'case.update', fields),
    inputs,
  };
}

/** Sets right where a case is, and whether it is an exercise. */
export function MendForm({ view }: { view: CaseView }) {
  const { ready, send, inputs } = useMending(view);
  return (
    <FormFrame
      title={say(words.actions.mend)}
      submit={say(words.actions.mendSend)}
      disabled={!ready}
      onSubmit={() => {
        send();
        closeAction();
      }}
    >
      {inputs}
    </FormFrame>
  );
}
