import { useId, useState } from 'preact/hooks';
import { type Problem, readTable, request } from '../api/client';
import type { Duty } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { type TableProblem, TableProblems } from '../controls/table-problems';
import { say, sayValue, words } from '../language';

interface TableTeam {
  line: number;
  id: string;
  team: { name: string; organisation?: string; branch?: string; members?: number; duty?: Duty };
}

interface Table {
  teams: TableTeam[];
  problems: TableProblem[];
}

const example = `name,organisation,branch,base,members,skills,duty
Region-10 Lisakovsk,Region-10,Lisakovsk,Лисаковск,12,dog;snowmobile,"пн-пт 20:00-08:00; сб,вс 00:00-24:00"
`;

/** Teams from a table: read and shown with every line that is wrong, and only then sent. */
export function TeamTable() {
  const id = useId();
  const [table, setTable] = useState<Table>();
  const [sent, setSent] = useState<number>();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const read = async (file: File | undefined) => {
    setSent(undefined);
    setProblem(undefined);
    setTable(undefined);
    if (!file) return;
    try {
      setTable(await readTable<Table>('teams/table', file));
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  const send = async () => {
    if (!table || sending) return;
    setSending(true);
    let count = 0;
    try {
      for (const { id: team, team: body } of table.teams) {
        await request('PUT', `teams/${encodeURIComponent(team)}`, body);
        count += 1;
      }
      setTable(undefined);
      setProblem(undefined);
    } catch (cause) {
      // What was sent is applied once: the same table can be sent again.
      setProblem(problemOf(cause));
    } finally {
      setSent(count);
      setSending(false);
    }
  };
  return (
    <div class="setup-form">
      <div class="field">
        <label for={id}>{say(words.setup.table)}</label>
        <input
          id={id}
          type="file"
          accept=".csv,text/csv"
          aria-describedby={`${id}-help`}
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
        <p class="field-help" id={`${id}-help`}>
          {say(words.setup.tableHelp)}
        </p>
      </div>
      <details>
        <summary>{say(words.setup.tableExample)}</summary>
        <pre class="number">
          <code>{example}</code>
        </pre>
      </details>
      {problem && <ProblemNotice problem={problem} />}
      <div role="status">
        {table && (
          <>
            <p>
              <strong>{say(words.setup.tableGood, { count: table.teams.length })}</strong>
              {table.problems.length > 0 && ` · ${say(words.setup.tableWrong, { count: table.problems.length })}`}
            </p>
            {table.problems.length > 0 && <TableProblems problems={table.problems} />}
            <ul class="setup-teams">
              {table.teams.map(({ line, team }) => (
                <li key={line}>
                  {[team.name, team.organisation, team.branch].filter(Boolean).join(' · ')}
                  {team.members !== undefined && ` · ${say(words.teams.membersCount, { count: team.members })}`}
                  {team.duty && ` · ${dutyText(team.duty)}`}
                </li>
              ))}
            </ul>
          </>
        )}
        {sent !== undefined && <p>{say(words.setup.tableSent, { count: sent })}</p>}
      </div>
      {table && table.teams.length > 0 && (
        <button type="button" class="button button-primary" disabled={sending} onClick={() => void send()}>
          {say(words.setup.tableSend, { count: table.teams.length })}
        </button>
      )}
    </div>
  );
}

/** What was read of a week: "Пн Вт 20:00–08:00, Сб 00:00–24:00". */
function dutyText({ weekly = [] }: Duty): string {
  return weekly
    .map(({ days, from, to }) => `${days.map((day) => sayValue(words.weekday, day)).join(' ')} ${from}–${to}`)
    .join(', ');
}
