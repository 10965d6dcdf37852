import { useState } from 'preact/hooks';
import { type Problem, request } from '../api/client';
import type { Office } from '../api/views';
import { Field, SelectField } from '../controls/field';
import { Icon } from '../controls/icon';
import { ProblemNotice, problemOf } from '../controls/problem';
import { QRCode } from '../controls/qr-code';
import { type Phrase, say, words } from '../language';
import { alphabetical } from '../language/alphabet';
import { regionNames } from '../language/regions';
import { teamById, teamViews } from '../live/store';
import { setsUp } from '../permissions';
import { boardAddress, info, refreshInfo, session } from '../session';
import { TeamForm } from '../teams/form';
import { Coordinators } from './coordinators';
import { TeamTable } from './team-table';

/** What a new installation needs, in the order in which it needs it; later the page of the same settings. */
export function SetupPage() {
  const office = info.value.office;
  return (
    <section class="page form-page setup-page">
      <h1>{say(words.setup.title)}</h1>
      {setsUp(session.value) && (
        <Step n={1} name={words.setup.office} done={Boolean(office?.name)}>
          {/* Made anew when the page learns what the office is, and not by being saved, which it still has to say. */}
          <OfficeForm key={info.value.version} office={office ?? {}} />
        </Step>
      )}
      <Step n={2} name={words.setup.teams} done={teamViews.value.length > 0}>
        <p>{say(words.setup.teamsCount, { count: teamViews.value.length })}</p>
        <TeamTable />
        <OneTeam />
      </Step>
      <Step n={3} name={words.setup.coordinators}>
        <Coordinators />
      </Step>
      <Step n={4} name={words.setup.phones}>
        <Phones />
      </Step>
    </section>
  );
}

function Step({ n, name, done, children }: { n: number; name: Phrase; done?: boolean; children: preact.ComponentChildren }) {
  return (
    <section class="section setup-step">
      <h2>
        {n}. {say(name)}
        {done && (
          <span class="setup-done">
            <Icon name="check" size={18} /> {say(words.setup.done)}
          </span>
        )}
      </h2>
      {children}
    </section>
  );
}

/** One team after the other by hand; the map comes beside the form to point at the base. */
function OneTeam() {
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState<string>();
  if (open) {
    return (
      <TeamForm
        team={undefined}
        within
        onDone={(id) => {
          setOpen(false);
          setSaved(id);
        }}
      />
    );
  }
  return (
    <>
      <p role="status">{saved && say(words.setup.teamSaved, { name: teamById(saved)?.name ?? saved })}</p>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="file" size={18} />
        {say(words.setup.oneByOne)}
      </button>
    </>
  );
}

function OfficeForm({ office }: { office: Office }) {
  const [draft, setDraft] = useState<Office>(office);
  const [problem, setProblem] = useState<Problem>();
  const [saved, setSaved] = useState(false);
  const change = (fields: Partial<Office>) => {
    setDraft((before) => ({ ...before, ...fields }));
    setSaved(false);
  };
  const save = async () => {
    try {
      await request('PUT', 'office', draft);
      setProblem(undefined);
      setSaved(true);
      refreshInfo();
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <form
      class="setup-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={say(words.setup.officeName)} value={draft.name ?? ''} onValue={(name) => change({ name })} />
      <SelectField
        label={say(words.setup.region)}
        value={draft.region ?? ''}
        onValue={(region) => change({ region })}
        options={regionOptions(words.setup.noRegion)}
      />
      <Field
        label={say(words.setup.dutyPhone)}
        type="tel"
        value={draft.duty_phone ?? ''}
        onValue={(duty_phone) => change({ duty_phone })}
        help={say(words.setup.dutyPhoneHelp)}
      />
      {problem && <ProblemNotice problem={problem} />}
      <button type="submit" class="button button-primary">
        {say(words.setup.save)}
      </button>
      <p role="status">{saved && say(words.setup.saved)}</p>
    </form>
  );
}

/** Every region by its name, behind a choice of none. */
export function regionOptions(none: Phrase): { value: string; label: string }[] {
  const named = Object.entries(regionNames).map(([value, name]) => ({ value, label: say(name) }));
  return [{ value: '', label: say(none) }, ...named.sort((a, b) => alphabetical(a.label, b.label))];
}

/**
 * The address as a code for phones, and nothing else: a code that signs in could be photographed from the
 * wall, so everybody has a key of their own.
 */
function Phones() {
  const address = boardAddress();
  const { hostname, protocol } = new URL(address);
  const local = /^(localhost|127\.|\[?::1)/.test(hostname);
  return (
    <>
      <p>{say(words.setup.phonesHelp)}</p>
      {local && <p class="notice">{say(words.setup.phonesLocal)}</p>}
      {protocol !== 'https:' && !local && <p class="notice">{say(words.setup.phonesInsecure)}</p>}
      <QRCode text={address} label={say(words.setup.code)} size={200} />
      <p>
        <code>{address}</code>
      </p>
    </>
  );
}
