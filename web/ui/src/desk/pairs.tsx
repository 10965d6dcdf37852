import type { CaseView } from '../api/views';
import { caseTitle, filerName, statusText } from '../cases/describe';
import { command } from '../commands/send';
import { language, type Phrase, say, sayValue, words } from '../language';
import { coordinates, moment, parseTime } from '../language/format';
import { caseById, slowNow } from '../live/store';
import { hashOf } from '../route';
import { Do, openWith } from './line';
import type { PairTask } from './tasks';

/** Two cases that may be the same, side by side; a person joins them or keeps them apart. */
export function PairLine({ pair }: { pair: PairTask }) {
  const { view, otherId, reasons } = pair;
  const other = caseById(otherId);
  const rows = other ? comparison(view, other) : [];
  return (
    <article class="task" data-case={view.id} data-other={otherId}>
      <p class="task-reasons">{reasons.map((reason) => sayValue(words.duplicateReason, reason)).join(' · ')}</p>
      <table class="pair">
        <caption class="visually-hidden">{say(words.desk.compare)}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <a href={hashOf({ page: 'desk', caseId: view.id })}>{caseTitle(view)}</a>
            </th>
            <th scope="col">
              <a href={hashOf({ page: 'desk', caseId: otherId })}>
                {other ? caseTitle(other) : say(words.duplicates.other)}
              </a>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, one, two }) => (
            <tr
              key={say(name)}
              class={
                one && one === two && name !== words.cases.opened && name !== words.cases.filterStatus
                  ? 'pair-same'
                  : undefined
              }
            >
              <th scope="row">{say(name)}</th>
              <td>{one || '—'}</td>
              <td>{two || '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="task-do">
        <Do
          main
          about={view}
          label={say(words.duplicates.merge)}
          onClick={() => openWith(view, { name: 'merge', otherId })}
        />
        <Do
          about={view}
          label={say(words.duplicates.apart)}
          onClick={() => command(view.id, 'case.apart', { other: otherId })}
        />
      </div>
    </article>
  );
}

interface Compared {
  name: Phrase;
  one: string;
  two: string;
}

/** What two cases say about the same things; what neither says is left out. */
function comparison(view: CaseView, other: CaseView): Compared[] {
  const time = (text: string | undefined): string => {
    const at = parseTime(text);
    return at === undefined ? '' : moment(at, slowNow.value, language.value);
  };
  const people = (of: CaseView, tell: (subject: NonNullable<CaseView['subjects']>[number]) => string | undefined) =>
    (of.subjects ?? []).map(tell).filter(Boolean).join('; ');
  const filers = (of: CaseView): string =>
    (of.applications ?? [])
      .map(({ system, reporter }) => [reporter?.name, reporter?.phone].filter(Boolean).join(', ') || filerName(system))
      .join('; ');
  const told: [Phrase, (of: CaseView) => string | undefined][] = [
    [words.cases.subjects, (of) => people(of, ({ name }) => name)],
    [words.cases.description, (of) => people(of, ({ description }) => description)],
    [words.cases.lastSeen, (of) => people(of, ({ last_seen_at }) => time(last_seen_at))],
    [words.cases.address, (of) => of.address],
    [words.cases.coordinates, (of) => of.location && coordinates(of.location.coordinates)],
    [words.desk.filer, filers],
    [words.cases.opened, (of) => time(of.opened_at)],
    [words.cases.filterStatus, statusText],
  ];
  return told
    .map(([name, tell]) => ({ name, one: tell(view) ?? '', two: tell(other) ?? '' }))
    .filter(({ one, two }) => one !== '' || two !== '');
}
