import { useState } from 'preact/hooks';
import type { CaseView, SubjectView } from '../api/views';
import { command } from '../commands/send';
import { Choice, Field } from '../controls/field';
import { HoldButton } from '../controls/hold-button';
import { MyPosition } from '../controls/my-position';
import { readPlace } from '../filing/coordinates';
import { PlaceField, usePicking } from '../filing/place-field';
import { say, words } from '../language';
import { coordinates } from '../language/format';
import { session } from '../session';
import { closeAction } from './action-state';
import { personOf } from './describe';
import { FormFrame } from './form-frame';
import { optionsOf } from './team-forms';

/** The people about whom an outcome can still be reported. */
function openSubjects(view: CaseView): SubjectView[] {
  const list = view.subjects ?? [];
  const open = list.filter((subject) => !subject.outcome || subject.outcome === 'missing');
  return open.length > 0 ? open : list;
}

function useSubject(view: CaseView): { subject: SubjectView | undefined; choice: preact.ComponentChild } {
  const list = openSubjects(view);
  const [id, setId] = useState(list.length === 1 ? list[0]?.id : undefined);
  const choice =
    list.length > 1 ? (
      <Choice
        label={say(words.actions.whichSubject)}
        value={id}
        onValue={setId}
        stacked
        options={list.map((subject) => ({
          value: subject.id,
          label: [subject.name, personOf(subject)].filter(Boolean).join(', '),
        }))}
      />
    ) : null;
  return { subject: list.find((subject) => subject.id === id), choice };
}

const sexValues = (subject: SubjectView | undefined) => (subject?.sex ? { sex: subject.sex } : {});

/** Found: how the person is and who found them are asked, then the button is held, not tapped. */
export function FoundForm({ view }: { view: CaseView }) {
  const { subject, choice } = useSubject(view);
  const [condition, setCondition] = useState<keyof typeof words.condition>();
  const [by, setBy] = useState<keyof typeof words.foundBy | undefined>(
    session.value?.roles.includes('team') ? 'team' : undefined,
  );
  const [where, setWhere] = useState('');
  usePicking(where, setWhere);
  const place = readPlace(where);
  const lifeless = condition === 'no_signs_of_life';
  const unreadable = where.trim() !== '' && place.kind !== 'place';
  const ready = subject !== undefined && condition !== undefined && by !== undefined && !unreadable;
  return (
    <FormFrame
      title={say(words.actions.foundPerson, sexValues(subject))}
      own={
        <HoldButton
          label={lifeless ? say(words.condition.no_signs_of_life) : say(words.actions.foundPerson, sexValues(subject))}
          disabled={!ready}
          quiet={lifeless}
          onHeld={() => {
            if (!ready) return;
            command(view.id, 'case.outcome', {
              subject_id: subject.id,
              outcome: 'found',
              condition,
              found_by: by,
              ...(place.kind === 'place' && { location: { type: 'Point', coordinates: place.lonLat } }),
            });
            closeAction();
          }}
        />
      }
    >
      {choice}
      <Choice
        label={say(words.actions.condition)}
        value={condition}
        onValue={setCondition}
        options={optionsOf(words.condition, subject?.sex)}
      />
      <Choice
        label={say(words.actions.foundBy)}
        value={by}
        onValue={setBy}
        options={optionsOf(words.foundBy, subject?.sex)}
      />
      <PlaceField label={say(words.lead.foundWhere)} value={where} onValue={setWhere} pointer="/location" />
      <MyPosition onPlace={(lonLat) => setWhere(coordinates(lonLat))} />
      <p class="secondary">{say(lifeless ? words.actions.noSignsMeans : words.actions.foundMeans)}</p>
    </FormFrame>
  );
}

export function MissingForm({ view }: { view: CaseView }) {
  const { subject, choice } = useSubject(view);
  return (
    <FormFrame
      title={say(words.caseStatus.missing, sexValues(subject))}
      submit={say(words.actions.confirmMissing)}
      disabled={!subject}
      onSubmit={() => {
        if (!subject) return;
        command(view.id, 'case.outcome', { subject_id: subject.id, outcome: 'missing' });
        closeAction();
      }}
    >
      {choice}
      <p class="secondary">{say(words.actions.missingMeans)}</p>
    </FormFrame>
  );
}

/** A death: who confirmed it, whether it is this person, and whether the family knows. Quiet, never red. */
export function DeceasedForm({ view }: { view: CaseView }) {
  const { subject, choice } = useSubject(view);
  const [confirmedBy, setConfirmedBy] = useState('');
  const [identity, setIdentity] = useState<'confirmed' | 'unconfirmed'>();
  const [family, setFamily] = useState<'yes' | 'no'>();
  const ready = subject !== undefined && confirmedBy.trim() !== '' && identity !== undefined && family !== undefined;
  return (
    <FormFrame
      title={say(words.actions.deceased)}
      submit={say(words.actions.confirmDeath)}
      quiet
      disabled={!ready}
      onSubmit={() => {
        if (!subject) return;
        command(view.id, 'case.outcome', {
          subject_id: subject.id,
          outcome: 'deceased',
          confirmed_by: confirmedBy.trim(),
          identity,
          family_told: family === 'yes',
        });
        closeAction();
      }}
    >
      {choice}
      <Field label={say(words.actions.confirmedBy)} value={confirmedBy} onValue={setConfirmedBy} required />
      <Choice
        label={say(words.actions.identity)}
        value={identity}
        onValue={setIdentity}
        options={[
          { value: 'confirmed', label: say(words.cases.identityConfirmed) },
          { value: 'unconfirmed', label: say(words.cases.identityUnconfirmed) },
        ]}
      />
      <Choice
        label={say(words.actions.familyQuestion)}
        value={family}
        onValue={setFamily}
        options={[
          { value: 'no', label: say(words.actions.familyNo) },
          { value: 'yes', label: say(words.actions.familyYes) },
        ]}
      />
      {family && (
        <p class="consequence" role="status">
          {say(family === 'yes' ? words.actions.tellMeans : words.actions.withholdMeans)}
        </p>
      )}
    </FormFrame>
  );
}

export function FamilyToldForm({ view }: { view: CaseView }) {
  const sealed = view.sealed ?? [];
  const list = (view.subjects ?? []).filter(
    (subject) => sealed.length === 0 || sealed.some((one) => one.subject_id === subject.id),
  );
  const [id, setId] = useState(list.length === 1 ? list[0]?.id : undefined);
  const [toldBy, setToldBy] = useState('');
  const [role, setRole] = useState('');
  const ready = (id !== undefined || list.length === 0) && toldBy.trim() !== '';
  return (
    <FormFrame
      title={say(words.actions.familyTold)}
      submit={say(words.actions.familyTold)}
      quiet
      disabled={!ready}
      onSubmit={() => {
        command(view.id, 'case.family_told', {
          ...(id !== undefined && { subject_id: id }),
          told_by: toldBy.trim(),
          ...(role.trim() && { role: role.trim() }),
        });
        closeAction();
      }}
    >
      {list.length > 1 && (
        <Choice
          label={say(words.actions.whichSubject)}
          value={id}
          onValue={setId}
          stacked
          options={list.map((subject) => ({
            value: subject.id,
            label: [subject.name, personOf(subject)].filter(Boolean).join(', '),
          }))}
        />
      )}
      <Field label={say(words.actions.toldBy)} value={toldBy} onValue={setToldBy} required />
      <Field label={say(words.actions.toldByRole)} value={role} onValue={setRole} />
      <p class="consequence">{say(words.actions.tellMeans)}</p>
    </FormFrame>
  );
}

type Reason = keyof typeof words.closeReason;

const reasonsFor: Record<CaseView['kind'], readonly Reason[]> = {
  missing_person: ['not_confirmed', 'duplicate', 'other_service', 'cancelled'],
  emergency: ['rescued', 'evacuated', 'assisted', 'not_confirmed', 'duplicate', 'other_service', 'cancelled'],
  volunteer_event: ['completed', 'cancelled', 'duplicate'],
};

export function CloseForm({ view }: { view: CaseView }) {
  const { subject, choice } = useSubject(view);
  const [reason, setReason] = useState<Reason>();
  const [people, setPeople] = useState('');
  const asksPeople = reason === 'rescued' || reason === 'evacuated' || reason === 'assisted' || reason === 'completed';
  const count = people.trim() === '' ? undefined : Number(people);
  const wrong = asksPeople && count !== undefined && !(Number.isInteger(count) && count >= 0 && count <= 100_000);
  const isSearch = view.kind === 'missing_person';
  return (
    <FormFrame
      title={say(words.actions.close)}
      submit={say(words.actions.close)}
      disabled={!reason || wrong || (isSearch && !subject)}
      onSubmit={() => {
        command(view.id, 'case.outcome', {
          outcome: 'closed',
          reason,
          ...(isSearch && subject && { subject_id: subject.id }),
          ...(asksPeople && count !== undefined && { people: count }),
        });
        closeAction();
      }}
    >
      {isSearch && choice}
      <Choice
        label={say(words.actions.reason)}
        value={reason}
        onValue={setReason}
        options={reasonsFor[view.kind].map((value) => ({ value, label: say(words.closeReason[value]) }))}
      />
      {asksPeople && (
        <Field
          label={say(words.actions.peopleHelped)}
          type="number"
          value={people}
          onValue={setPeople}
          error={wrong ? say(words.form.errorNumber, { min: 0, max: 100_000 }) : undefined}
        />
      )}
    </FormFrame>
  );
}
