import { useEffect, useState } from 'preact/hooks';
import { get, type Problem, request } from '../api/client';
import type { BalanceFigures, BalanceView, Correction, SignedMonth } from '../api/views';
import { HoldButton } from '../controls/hold-button';
import { ProblemNotice, problemOf } from '../controls/problem';
import { language, say, sayValue, words } from '../language';
import { moment, monthName, number, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { signsMonths } from '../permissions';
import { region } from '../preferences';
import { hashOf } from '../route';
import { session } from '../session';
import { balanceColumns } from './balance';
import { groupName } from './group-name';

const nobody: BalanceFigures = { carried: 0, opened: 0, reopened: 0, ended: 0, open: 0 };

/** What offices have signed of a month that is over, what was corrected since, and what is still to be signed. */
export function Signed({ month, balance, onChanged }: { month: string; balance: BalanceView; onChanged(): void }) {
  const [signed, setSigned] = useState<SignedMonth[]>();
  const [problem, setProblem] = useState<Problem>();
  const chosen = region.value;

  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams({ month });
    if (chosen) query.set('region', chosen);
    get<{ months: SignedMonth[] }>(`statistics/signed?${query}`, controller.signal).then(
      ({ months }) => {
        setSigned(months);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => controller.abort();
  }, [month, chosen, balance]);

  const sign = async (key: string) => {
    const counted = balance.regions.find((one) => one.key === key) ?? nobody;
    const figures = Object.fromEntries(balanceColumns.map((column) => [column, counted[column]]));
    setProblem(undefined);
    try {
      await request('POST', 'statistics/signed', { month, region: key, figures });
    } catch (error) {
      setProblem(problemOf(error));
    }
    onChanged();
  };

  if (!signed) return problem ? <ProblemNotice problem={problem} onRetry={onChanged} /> : null;
  const keys = new Set([
    ...(chosen ? [chosen] : (session.value?.regions ?? [])),
    ...balance.regions.map((one) => one.key),
    ...signed.map((one) => one.region),
  ]);
  keys.delete('');
  return (
    <section class="signed">
      <h2>
        {say(words.signed.title)}: {monthName(month, language.value)}
      </h2>
      <p class="secondary">{say(words.signed.help)}</p>
      {problem && <ProblemNotice problem={problem} />}
      <ul>
        {[...keys].sort().map((key) => {
          const one = signed.find((entry) => entry.region === key);
          return (
            <li key={key} data-region={key}>
              <h3>{groupName(key, 'region')}</h3>
              {one ? (
                <SignedRegion signed={one} />
              ) : (
                <>
                  <p>{say(words.signed.unsigned)}</p>
                  {signsMonths(session.value) && (
                    <HoldButton label={say(words.signed.sign)} onHeld={() => void sign(key)} quiet />
                  )}
                </>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function SignedRegion({ signed }: { signed: SignedMonth }) {
  const at = parseTime(signed.signed_at);
  return (
    <>
      <p>
        {at !== undefined &&
          say(words.signed.by, { at: moment(at, slowNow.value, language.value), by: signed.signed_by || '—' })}
      </p>
      <p class="number" data-signed>
        <Equation figures={signed.figures} />
      </p>
      {signed.corrections.length > 0 && (
        <>
          <p>
            {say(words.signed.now)}:{' '}
            <span class="number" data-now>
              <Equation figures={signed.now} />
            </span>
          </p>
          <h4>
            {say(words.signed.corrections)}: {number(signed.corrections.length, language.value)}
          </h4>
          <ol>
            {signed.corrections.map((correction, i) => (
              <li key={correction.case_id ?? i}>
                <CorrectionLine correction={correction} />
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

/** "7 + 5 + 1 = 6 + 7", in the order of the table above it. */
function Equation({ figures }: { figures: BalanceFigures }) {
  const [carried, opened, reopened, ended, open] = balanceColumns.map((column) =>
    number(figures[column], language.value),
  );
  return <>{`${carried} + ${opened} + ${reopened} = ${ended} + ${open}`}</>;
}

function CorrectionLine({ correction }: { correction: Correction }) {
  const changed = balanceColumns.filter((column) => correction.signed[column] !== correction.now[column]);
  return (
    <>
      {correction.case_id ? (
        <a href={hashOf({ page: 'map', caseId: correction.case_id })}>{correction.number}</a>
      ) : (
        say(words.signed.elsewhere)
      )}
      {': '}
      {changed
        .map((column) => `${say(words.balance[column])} ${correction.signed[column]} → ${correction.now[column]}`)
        .join(', ')}
      <span class="secondary"> ({correction.since.map((type) => sayValue(words.eventType, type)).join(', ')})</span>
    </>
  );
}
