import { useState } from 'preact/hooks';
import type { CaseView, PointKind } from '../api/views';
import { randomUUID } from '../api/identifiers';
import { command } from '../commands/send';
import { Choice, Field } from '../controls/field';
import { MyPosition } from '../controls/my-position';
import { readPlace } from '../filing/coordinates';
import { PlaceField, usePicking } from '../filing/place-field';
import { type Phrase, say, words } from '../language';
import { coordinates } from '../language/format';
import { caseById, teamName } from '../live/store';
import { markablePoints } from '../permissions';
import { PhotoField } from '../photos/photo-field';
import { sendPhoto } from '../photos/send';
import { session } from '../session';
import { closeAction } from './action-state';
import { OpenItems, useOwners } from './coordination';
import { shortCaseTitle } from './describe';
import { FormFrame } from './form-frame';
import { numberError, optionsOf, whole } from './team-forms';

/** A person's urgency stands until a person says otherwise; the reason is for those who come after. */
export function UrgencyForm({ view }: { view: CaseView }) {
  const [urgency, setUrgency] = useState(view.urgency);
  const [reason, setReason] = useState('');
  return (
    <FormFrame
      title={say(words.assessment.set)}
      submit={say(words.shell.save)}
      disabled={reason.trim() === ''}
      onSubmit={() => {
        command(view.id, 'case.urgency', { urgency, reason: reason.trim() });
        closeAction();
      }}
    >
      <Choice
        label={say(words.cases.urgency)}
        value={urgency}
        onValue={setUrgency}
        options={optionsOf(words.urgency)}
      />
      <Field label={say(words.assessment.setReason)} value={reason} onValue={setReason} rows={2} required />
    </FormFrame>
  );
}

/** Gives the case to another coordinator, with what is open before one's eyes. */
export function HandOverForm({ view }: { view: CaseView }) {
  const owners = useOwners(view);
  const [to, setTo] = useState<string>();
  const [reason, setReason] = useState('');
  const others = (owners ?? []).filter(({ id }) => id !== view.owner && id !== session.value?.id);
  return (
    <FormFrame
      title={say(words.coordination.handOver)}
      submit={say(words.coordination.handOver)}
      disabled={to === undefined}
      onSubmit={() => {
        command(view.id, 'case.hand_over', { to, ...(reason.trim() && { reason: reason.trim() }) });
        closeAction();
      }}
    >
      {view.open_items?.length ? (
        <OpenItems view={view} items={view.open_items} />
      ) : (
        <p class="secondary">{say(words.coordination.nothingOpen)}</p>
      )}
      {owners && others.length === 0 ? (
        <p>{say(words.coordination.handOverNobody)}</p>
      ) : (
        <Choice
          label={say(words.coordination.handOverTo)}
          value={to}
          onValue={setTo}
          options={others.map(({ id, name }) => ({ value: id, label: name || id }))}
        />
      )}
      <Field label={say(words.actions.noteText)} value={reason} onValue={setReason} rows={2} />
    </FormFrame>
  );
}

interface ByHandProps {
  view: CaseView;
  teamId: string;
  type: 'assignment.stand_down' | 'case.lead';
  title: Phrase;
}

/** What a coordinator decides about one team: it is kept with who, when and why. */
export function ByHandForm({ view, teamId, type, title }: ByHandProps) {
  const [reason, setReason] = useState('');
  return (
    <FormFrame
      title={`${say(title)} · ${teamName(teamId)}`}
      submit={say(title)}
      onSubmit={() => {
        command(view.id, type, { team_id: teamId, ...(reason.trim() && { reason: reason.trim() }) });
        closeAction();
      }}
    >
      <Field label={say(words.actions.reason)} value={reason} onValue={setReason} rows={2} />
    </FormFrame>
  );
}

const mostTeams = 100;
const longestInterval = 1440;

/** How many teams are wanted and how often they check in. */
export function SizeForm({ view }: { view: CaseView }) {
  const text = (value: number | undefined): string => (value ? String(value) : '');
  const [teams, setTeams] = useState(text(view.needs?.teams ?? 1));
  const [atMost, setAtMost] = useState(text(view.needs?.at_most));
  const [every, setEvery] = useState(view.check_in_minutes === undefined ? '' : String(view.check_in_minutes));
  const wanted = whole(teams, mostTeams);
  const cap = whole(atMost, mostTeams);
  const minutes = whole(every, longestInterval);
  const needs = {
    teams: wanted || 1,
    ...(cap ? { at_most: cap } : {}),
    ...(view.needs?.skills?.length && { skills: view.needs.skills }),
  };
  const changed = needs.teams !== (view.needs?.teams ?? 1) || (cap || 0) !== (view.needs?.at_most ?? 0);
  const fields = {
    ...(changed && { needs }),
    ...(typeof minutes === 'number' && minutes !== view.check_in_minutes && { check_in_minutes: minutes }),
  };
  return (
    <FormFrame
      title={say(words.coordination.size)}
      submit={say(words.shell.save)}
      disabled={wanted === null || cap === null || minutes === null || Object.keys(fields).length === 0}
      onSubmit={() => {
        command(view.id, 'case.update', fields);
        closeAction();
      }}
    >
      <div class="field-row">
        <Field
          label={say(words.cases.teamsNeeded)}
          type="number"
          value={teams}
          onValue={setTeams}
          error={numberError(wanted, mostTeams)}
        />
        <Field
          label={say(words.coordination.atMost)}
          type="number"
          value={atMost}
          onValue={setAtMost}
          help={say(words.coordination.atMostHelp)}
          error={numberError(cap, mostTeams)}
        />
      </div>
      <Field
        label={say(words.coordination.checkInEvery)}
        type="number"
        value={every}
        onValue={setEvery}
        help={say(words.coordination.checkInEveryHelp)}
        error={numberError(minutes, longestInterval)}
      />
    </FormFrame>
  );
}

/** Marks a place that matters: where the teams meet, a clue with its photo, a danger. */
export function PointForm({ view }: { view: CaseView }) {
  const markable = markablePoints(session.value, view);
  const [kind, setKind] = useState<PointKind>(markable[0] ?? 'clue');
  const [photo, setPhoto] = useState<Blob>();
  const [where, setWhere] = useState('');
  const [note, setNote] = useState('');
  usePicking(where, setWhere);
  const read = readPlace(where);
  return (
    <FormFrame
      title={say(words.coordination.markPoint)}
      submit={say(words.shell.save)}
      disabled={read.kind !== 'place'}
      onSubmit={() => {
        if (read.kind !== 'place') return;
        const photoId = photo && `p-${randomUUID()}`;
        command(view.id, 'case.point', {
          point: kind,
          location: { type: 'Point', coordinates: read.lonLat },
          ...(note.trim() && { note: note.trim() }),
          ...(photoId && { photo: photoId }),
        });
        if (photo && photoId) void sendPhoto(view.id, photoId, photo);
        closeAction();
      }}
    >
      <Choice
        label={say(words.coordination.markPoint)}
        hiddenLabel
        value={kind}
        onValue={setKind}
        options={markable.map((value) => ({ value, label: say(words.pointKind[value]) }))}
      />
      <PlaceField label={say(words.form.coordinates)} value={where} onValue={setWhere} pointer="/location" />
      <MyPosition atOnce={where === ''} onPlace={(place) => setWhere(coordinates(place))} />
      <Field label={say(words.actions.noteText)} value={note} onValue={setNote} />
      <PhotoField photo={photo} onPhoto={setPhoto} />
    </FormFrame>
  );
}

/** Makes one case of two that are about the same; the one with teams, else the older, is offered to stay. */
export function MergeForm({ view, otherId }: { view: CaseView; otherId: string }) {
  const other = caseById(otherId);
  const [stays, setStays] = useState(() => (stayingOf(view, other) === view ? view.id : otherId));
  const name = (of: CaseView | undefined, id: string): string =>
    of ? `${shortCaseTitle(of)} · ${of.number ?? of.id}` : id;
  return (
    <FormFrame
      title={say(words.duplicates.merge)}
      submit={say(words.duplicates.merge)}
      onSubmit={() => {
        command(stays === view.id ? otherId : view.id, 'case.merge', { into: stays });
        closeAction();
      }}
    >
      <Choice
        label={say(words.duplicates.stays)}
        value={stays}
        onValue={setStays}
        stacked
        options={[
          { value: view.id, label: name(view, view.id) },
          { value: otherId, label: name(other, otherId) },
        ]}
      />
      <p class="consequence">{say(words.duplicates.mergeMeans)}</p>
    </FormFrame>
  );
}

/** The one of two cases that rather stays: the one that more teams were asked for, else the older. */
export function stayingOf(view: CaseView, other: CaseView | undefined): CaseView {
  if (!other) return view;
  const asked = (of: CaseView): number => of.assignments?.length ?? 0;
  if (asked(view) !== asked(other)) return asked(view) > asked(other) ? view : other;
  return view.opened_at <= other.opened_at ? view : other;
}
