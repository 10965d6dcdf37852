import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from '../api/client';
import type { BalanceView, Figures, StatisticsView } from '../api/views';
import { Field, SelectField } from '../controls/field';
import { ProblemNotice, problemOf } from '../controls/problem';
import { type Phrase, language, say, sayValue, words } from '../language';
import { number } from '../language/format';
import { feedState, serverNow, slowNow } from '../live/store';
import { RegionSelect } from '../shell/top-bar';
import { compact } from '../shell/media';
import { comparesLists } from '../permissions';
import { region } from '../preferences';
import { session } from '../session';
import { Balance } from './balance';
import { Outcomes } from './bars';
import { ListComparison } from './comparison';
import { type Grouping, groupings, groupName } from './group-name';
import { lastMonthDays, monthDays, periodOf, wholeMonth, yearDays } from './period';
import { Signed } from './signed';

export function StatisticsPage() {
  const [days, setDays] = useState(() => yearDays(serverNow()));
  const [grouping, setGrouping] = useState<Grouping>('month');
  const [data, setData] = useState<StatisticsView>();
  const [balance, setBalance] = useState<BalanceView>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const { from, to } = periodOf(days.from, days.to);
  const chosen = region.value;
  // The figures follow the work: asked again every half minute and when the connection is back.
  const tick = slowNow.value;
  const month = wholeMonth(days, tick);
  const connected = feedState.value.kind === 'live';

  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams({ group_by: grouping });
    if (from) query.set('from', from);
    if (to) query.set('to', to);
    if (chosen) query.set('region', chosen);
    const period = new URLSearchParams(query);
    period.delete('group_by');
    Promise.all([
      get<StatisticsView>(`statistics?${query}`, controller.signal),
      get<BalanceView>(`statistics/balance?${period}`, controller.signal),
    ]).then(
      ([answer, carried]) => {
        setData(answer);
        setBalance(carried);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => controller.abort();
  }, [from, to, grouping, chosen, attempt, connected, tick]);

  return (
    <section class="page statistics-page">
      <h1>{say(words.statistics.title)}</h1>
      <div class="statistics-controls">
        <div class="segments" role="group" aria-label={say(words.statistics.period)}>
          <button
            type="button"
            aria-pressed={same(days, monthDays(slowNow.value))}
            onClick={() => setDays(monthDays(serverNow()))}
          >
            {say(words.statistics.periodMonth)}
          </button>
          <button
            type="button"
            aria-pressed={same(days, lastMonthDays(slowNow.value))}
            onClick={() => setDays(lastMonthDays(serverNow()))}
          >
            {say(words.statistics.periodLastMonth)}
          </button>
          <button
            type="button"
            aria-pressed={same(days, yearDays(slowNow.value))}
            onClick={() => setDays(yearDays(serverNow()))}
          >
            {say(words.statistics.periodYear)}
          </button>
          <button
            type="button"
            aria-pressed={days.from === '' && days.to === ''}
            onClick={() => setDays({ from: '', to: '' })}
          >
            {say(words.statistics.periodAll)}
          </button>
        </div>
        <Field
          label={say(words.statistics.from)}
          type="date"
          value={days.from}
          onValue={(value) => setDays({ ...days, from: value })}
        />
        <Field
          label={say(words.statistics.to)}
          type="date"
          value={days.to}
          onValue={(value) => setDays({ ...days, to: value })}
        />
        <SelectField
          label={say(words.statistics.groupBy)}
          value={grouping}
          onValue={(value) => setGrouping(value as Grouping)}
          options={(Object.keys(groupings) as Grouping[]).map((value) => ({ value, label: say(groupings[value]) }))}
        />
        {compact.value && <RegionSelect />}
      </div>
      {problem && <ProblemNotice problem={problem} onRetry={() => setAttempt(attempt + 1)} />}
      {data && <Figuring data={data} grouping={grouping} />}
      {balance && <Balance data={balance} />}
      {balance && month && <Signed month={month} balance={balance} onChanged={() => setAttempt(attempt + 1)} />}
      {comparesLists(session.value) && <ListComparison from={from} to={to} />}
    </section>
  );
}

function same(a: { from: string; to: string }, b: { from: string; to: string }): boolean {
  return a.from === b.from && a.to === b.to;
}

function Figuring({ data, grouping }: { data: StatisticsView; grouping: Grouping }) {
  const { totals } = data;
  const groups = data.groups ?? [];
  return (
    <>
      <dl class="totals">
        <Total name={words.statistics.applications} value={totals.applications} />
        <Total name={words.statistics.cases} value={totals.cases} />
        <Total name={words.statistics.subjects} value={totals.subjects} />
        <Median name={words.statistics.firstTeam} minutes={totals.median_minutes_to_first_team} />
        <Median name={words.statistics.toFound} minutes={totals.median_minutes_to_found} />
      </dl>
      <h2>{say(words.statistics.outcomes)}</h2>
      <Outcomes figures={totals} />
      <Checks data={data} />
      <h2>
        {say(words.statistics.groupTable)}: {say(groupings[grouping])}
      </h2>
      {groups.length === 0 ? (
        <p class="secondary">{say(words.statistics.none)}</p>
      ) : (
        <Table groups={groups} totals={totals} grouping={grouping} />
      )}
      <p class="secondary">
        {say(words.statistics.position)} <span class="number">{data.position}</span>
      </p>
    </>
  );
}

function Total({ name, value }: { name: Phrase; value: number }) {
  return (
    <div>
      <dt>{say(name)}</dt>
      <dd class="number">{number(value, language.value)}</dd>
    </div>
  );
}

function minutesText(minutes: number | null | undefined): string {
  if (minutes === null || minutes === undefined) return '—';
  return say(words.statistics.minutes, { n: number(minutes, language.value, minutes < 10 ? 1 : 0) });
}

function Median({ name, minutes }: { name: Phrase; minutes: number | null | undefined }) {
  return (
    <div>
      <dt>
        {say(name)} <small>({say(words.statistics.median)})</small>
      </dt>
      <dd class="number">{minutesText(minutes)}</dd>
    </div>
  );
}

function Checks({ data }: { data: StatisticsView }) {
  const checks = data.checks ?? [];
  if (checks.length === 0) return null;
  const all = checks.every((check) => check.holds);
  return (
    <details class={`checks${all ? '' : ' checks-broken'}`} open={!all}>
      <summary>{all ? say(words.statistics.checksAllHold) : say(words.statistics.checks)}</summary>
      <ul>
        {checks.map((check) => (
          <li key={check.name} data-holds={check.holds}>
            {sayValue(words.statisticsCheck, check.name)}:{' '}
            <strong>
              {check.holds
                ? say(words.statistics.checkHolds)
                : say(words.statistics.checkDiffers, { n: check.difference })}
            </strong>
          </li>
        ))}
      </ul>
    </details>
  );
}

const columns = ['applications', 'cases', 'subjects', 'found', 'missing', 'deceased', 'closed', 'open'] as const;
const effort = ['lent', 'borrowed', 'team_hours', 'people_hours'] as const;

function Table({
  groups,
  totals,
  grouping,
}: {
  groups: (Figures & { key: string })[];
  totals: Figures;
  grouping: Grouping;
}) {
  return (
    // A wide table scrolls by itself; it needs the keyboard's focus for that.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div class="table-box" tabIndex={0} role="region" aria-label={say(words.statistics.groupTable)}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{say(groupings[grouping])}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {say(words.statistics[column])}
              </th>
            ))}
            <th scope="col">{say(words.statistics.firstTeam)}</th>
            <th scope="col">{say(words.statistics.toFound)}</th>
            {effort.map((column) => (
              <th key={column} scope="col">
                {say(words.statistics[column])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Row key={group.key} name={groupName(group.key, grouping)} figures={group} />
          ))}
        </tbody>
        <tfoot>
          <Row name={say(words.cases.all)} figures={totals} />
        </tfoot>
      </table>
    </div>
  );
}

function Row({ name, figures }: { name: string; figures: Figures }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {columns.map((column) => (
        <td key={column} data-column={column}>
          {number(figures[column] ?? 0, language.value)}
        </td>
      ))}
      <td>{minutesText(figures.median_minutes_to_first_team)}</td>
      <td>{minutesText(figures.median_minutes_to_found)}</td>
      {effort.map((column) => (
        <td key={column} data-column={column}>
          {number(figures[column] ?? 0, language.value, 1)}
        </td>
      ))}
    </tr>
  );
}
