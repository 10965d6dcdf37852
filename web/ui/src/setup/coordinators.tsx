import { useEffect, useState } from 'preact/hooks';
import { get, type Problem, request } from '../api/client';
import { randomUUID } from '../api/identifiers';
import type { CoordinatorView } from '../api/views';
import { Field, SelectField } from '../controls/field';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, sayValue, words } from '../language';
import { regionNames } from '../language/regions';
import { session } from '../session';
import { type DutyDraft, dutyDraftOf, dutyOf } from '../teams/duty';
import { DutyFields } from '../teams/duty-fields';
import { regionOptions } from './page';

const readAgain = 700;

/** Who is told when a case needs a person, and when they are on duty. */
export function Coordinators() {
  const [list, setList] = useState<CoordinatorView[]>();
  const [changing, setChanging] = useState<CoordinatorView | 'new'>();
  const load = () => {
    get<{ coordinators: CoordinatorView[] }>('coordinators')
      .then(({ coordinators }) => setList(coordinators))
      .catch(() => setList([]));
  };
  useEffect(load, []);
  return (
    <div class="setup-form">
      <p class="secondary">{say(words.setup.coordinatorsHelp)}</p>
      {list?.length === 0 && <p>{say(words.setup.noCoordinators)}</p>}
      <ul class="setup-teams">
        {(list ?? []).map((one) => (
          <li key={one.id} data-coordinator={one.id}>
            <strong>{one.name || one.id}</strong>
            {' · '}
            {one.regions?.length
              ? one.regions.map((code) => sayValue(regionNames, code)).join(', ')
              : say(words.setup.everyRegion)}
            {' · '}
            {say(one.on_duty ? words.setup.onDuty : words.setup.offDuty)}{' '}
            <button type="button" class="text-button" onClick={() => setChanging(one)}>
              {say(words.setup.change)}
            </button>
          </li>
        ))}
      </ul>
      {changing ? (
        <CoordinatorForm
          key={changing === 'new' ? 'new' : changing.id}
          coordinator={changing === 'new' ? undefined : changing}
          onDone={() => {
            setChanging(undefined);
            // Kafka has it; the rows follow.
            setTimeout(load, readAgain);
          }}
        />
      ) : (
        <button type="button" class="button" onClick={() => setChanging('new')}>
          {say(words.setup.addCoordinator)}
        </button>
      )}
    </div>
  );
}

function CoordinatorForm({ coordinator, onDone }: { coordinator: CoordinatorView | undefined; onDone(): void }) {
  const own = session.value?.regions;
  const [name, setName] = useState(coordinator?.name ?? '');
  const [region, setRegion] = useState(coordinator?.regions?.[0] ?? own?.[0] ?? '');
  const [tongue, setTongue] = useState(coordinator?.language ?? 'kk');
  const [duty, setDuty] = useState<DutyDraft>(() => dutyDraftOf(coordinator?.duty));
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const read = dutyOf(duty);
  const local: Record<string, string> = tried ? { ...read.problems } : {};
  if (tried && name.trim() === '') local['/name'] = say(words.form.errorRequired);
  // Several regions were named elsewhere: they stay unless another one is chosen.
  const regions = region === (coordinator?.regions?.[0] ?? '') ? coordinator?.regions : undefined;
  const save = async () => {
    setTried(true);
    if (name.trim() === '' || Object.keys(read.problems).length > 0) return;
    try {
      await request('PUT', `coordinators/${encodeURIComponent(coordinator?.id ?? `c-${randomUUID()}`)}`, {
        name: name.trim(),
        regions: regions ?? (region ? [region] : []),
        language: tongue,
        ...(read.duty && { duty: read.duty }),
      });
      onDone();
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <form
      class="setup-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={say(words.setup.coordinatorName)} value={name} onValue={setName} error={local['/name']} required />
      <SelectField
        label={say(words.setup.region)}
        value={region}
        onValue={setRegion}
        options={regionOptions(words.setup.everyRegion).filter(({ value }) => !own || own.includes(value))}
      />
      <SelectField
        label={say(words.setup.language)}
        value={tongue}
        onValue={setTongue}
        options={[
          { value: 'kk', label: 'Қазақша' },
          { value: 'ru', label: 'Русский' },
          { value: 'en', label: 'English' },
        ]}
      />
      <DutyFields draft={duty} change={setDuty} error={(pointer) => local[pointer]} />
      {problem && <ProblemNotice problem={problem} />}
      <button type="submit" class="button button-primary">
        {say(words.setup.save)}
      </button>
    </form>
  );
}
