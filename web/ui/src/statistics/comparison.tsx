import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Problem, readTable } from '../api/client';
import type { ComparisonView, CountedPerson, ListedRow, UnclearRow } from '../api/views';
import { CopyButton } from '../controls/copy-button';
import { Field, SelectField } from '../controls/field';
import { ProblemNotice, problemOf } from '../controls/problem';
import { TableProblems } from '../controls/table-problems';
import { type Language, language, type Phrase, say, sayValue, words } from '../language';
import { date, parseTime } from '../language/format';
import { teamViews } from '../live/store';

/** The same list in three languages; the server knows the columns and outcomes of each. */
const samples: Record<Language, string> = {
  en: `case number;police number;name;age;date;outcome date;outcome
39-2026-000041;;;;;;found
;24391;;;;;not found
;;Ivanov Ivan;14;04.05.2026;05.05.2026;
`,
  ru: `номер;КУИ;ФИО;возраст;дата;дата исхода;исход
39-2026-000041;;;;;;найден
;24391;;;;;не найден
;;Иванов Иван;14;04.05.2026;05.05.2026;
`,
  kk: `нөмір;полиция нөмірі;аты-жөні;жасы;күні;нәтиже күні;нәтиже
39-2026-000041;;;;;;табылды
;24391;;;;;табылмады
;;Иванов Иван;14;04.05.2026;05.05.2026;
`,
};

/** A team's own list beside the cases that it accepted in the period; nothing of it is kept. */
export function ListComparison({ from, to }: { from: string | undefined; to: string | undefined }) {
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const [team, setTeam] = useState('');
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<ComparisonView>();
  const [problem, setProblem] = useState<Problem>();
  const asked = useRef(0);
  const list = file ?? (text.trim() ? new Blob([text], { type: 'text/csv' }) : undefined);

  // An answer to another question is none.
  useEffect(() => {
    asked.current += 1;
    setAnswer(undefined);
    setProblem(undefined);
    setBusy(false);
  }, [team, from, to, text, file]);

  const compare = async () => {
    setTried(true);
    if (!team || !list || busy) return;
    asked.current += 1;
    const question = asked.current;
    const query = new URLSearchParams({ team });
    if (from) query.set('from', from);
    if (to) query.set('to', to);
    setBusy(true);
    try {
      const compared = await readTable<ComparisonView>(`statistics/compare?${query}`, list);
      if (question !== asked.current) return;
      setAnswer(compared);
      setProblem(undefined);
    } catch (cause) {
      if (question !== asked.current) return;
      setAnswer(undefined);
      setProblem(problemOf(cause));
    }
    setBusy(false);
  };

  return (
    <section class="comparison" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{say(words.comparison.title)}</h2>
      <p class="secondary">{say(words.comparison.help)}</p>
      <form
        class="setup-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void compare();
        }}
      >
        <SelectField
          label={say(words.comparison.team)}
          value={team}
          onValue={setTeam}
          options={[
            { value: '', label: say(words.comparison.choose) },
            ...teamViews.value.map((one) => ({ value: one.id, label: one.name })),
          ]}
          error={tried && !team ? say(words.comparison.choose) : undefined}
        />
        <Field
          label={say(words.comparison.list)}
          value={text}
          rows={5}
          help={say(words.comparison.listHelp)}
          error={tried && !list ? say(words.comparison.noList) : undefined}
          onValue={(value) => {
            setText(value);
            setFile(undefined);
            if (picker.current) picker.current.value = '';
          }}
        />
        <div class="field">
          <label for={`${id}-file`}>{say(words.comparison.file)}</label>
          <input
            id={`${id}-file`}
            ref={picker}
            type="file"
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0]);
              setText('');
            }}
          />
        </div>
        <details>
          <summary>{say(words.comparison.sample)}</summary>
          <p class="field-help">{say(words.comparison.sampleHelp)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls by itself and needs the focus for that */}
          <pre class="comparison-sample" tabIndex={0}>
            <code>{samples[language.value]}</code>
          </pre>
          <CopyButton
            label={say(words.comparison.copy)}
            done={say(words.comparison.copied)}
            text={() => samples[language.value]}
          />
        </details>
        <button type="submit" class="button button-primary" disabled={busy}>
          {say(words.comparison.compare)}
        </button>
      </form>
      {problem && <ProblemNotice problem={problem} />}
      <p role="status">
        {answer && <strong>{say(words.comparison.read, { rows: answer.rows, ours: answer.ours })}</strong>}
      </p>
      {answer && <Parts answer={answer} />}
    </section>
  );
}

function Parts({ answer }: { answer: ComparisonView }) {
  return (
    <>
      {answer.problems.length > 0 && (
        <Part name="refused" count={answer.problems.length}>
          <p class="secondary">{say(words.comparison.refusedHelp)}</p>
          <TableProblems problems={answer.problems} columns={words.listColumn} />
        </Part>
      )}
      <Part name="different" count={answer.different.length}>
        <Pairs pairs={answer.different} />
      </Part>
      <Part name="onlyOurs" count={answer.only_ours.length}>
        <Rows heads={[words.comparison.person, words.comparison.outcome]}>
          {answer.only_ours.map((ours) => (
            <tr key={`${ours.case_id} ${ours.subject_id}`}>
              <td class="comparison-who">
                <Ours ours={ours} />
                <Day text={ours.opened_at} />
              </td>
              <td>{outcomeText(ours)}</td>
            </tr>
          ))}
        </Rows>
      </Part>
      <Part name="onlyTheirs" count={answer.only_theirs.length}>
        <Rows heads={[words.setup.line, words.comparison.person, words.comparison.outcome]}>
          {answer.only_theirs.map((row) => (
            <tr key={row.line}>
              <td class="number">{row.line}</td>
              <td class="comparison-who">
                <Theirs row={row} />
                <Day text={row.opened ?? row.ended} />
              </td>
              <td>{outcomeText(row)}</td>
            </tr>
          ))}
        </Rows>
      </Part>
      <Part name="unclear" count={answer.unclear.length}>
        <Unclear rows={answer.unclear} />
      </Part>
      <Part name="same" count={answer.same.length}>
        <Pairs pairs={answer.same} />
      </Part>
    </>
  );
}

type PartName = 'refused' | 'different' | 'onlyOurs' | 'onlyTheirs' | 'unclear' | 'same';

/** A part of the answer: its name and count always, its rows when it has some. */
function Part({ name, count, children }: { name: PartName; count: number; children: ComponentChildren }) {
  return (
    <div class="comparison-part" data-part={name}>
      <h3>
        {say(words.comparison[name])}: {count}
      </h3>
      {count > 0 && children}
    </div>
  );
}

function Rows({ heads, children }: { heads: Phrase[]; children: ComponentChildren }) {
  return (
    <table class="setup-problems comparison-rows">
      <thead>
        <tr>
          {heads.map((head, index) => (
            <th key={index} scope="col">
              {say(head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Pairs({ pairs }: { pairs: ComparisonView['same'] }) {
  return (
    <Rows heads={[words.setup.line, words.comparison.person, words.comparison.theirs, words.comparison.ours]}>
      {pairs.map(({ row, ours, by }) => (
        <tr key={row.line}>
          <td class="number">{row.line}</td>
          <td class="comparison-who">
            <Ours ours={ours} />
            <small class="secondary">{sayValue(words.matchedBy, by)}</small>
          </td>
          <td>
            {outcomeText(row, ours.sex)}
            {row.name && row.name !== ours.name && <small class="secondary">{person(row)}</small>}
          </td>
          <td>{outcomeText(ours)}</td>
        </tr>
      ))}
    </Rows>
  );
}

function Unclear({ rows }: { rows: UnclearRow[] }) {
  return (
    <Rows heads={[words.setup.line, words.comparison.theirs, words.comparison.mayBe]}>
      {rows.map(({ row, reason, candidates }) => (
        <tr key={row.line}>
          <td class="number">{row.line}</td>
          <td class="comparison-who">
            <Theirs row={row} />
            <Day text={row.opened ?? row.ended} />
            <small>{outcomeText(row)}</small>
            <small class="secondary">{sayValue(words.unclearBecause, reason)}</small>
          </td>
          <td class="comparison-who">
            <ul>
              {candidates.map(({ ours, by }) => (
                <li key={`${ours.case_id} ${ours.subject_id}`}>
                  <Ours ours={ours} />
                  <Day text={ours.opened_at} />
                  <small class="secondary">
                    {outcomeText(ours)}, {sayValue(words.matchedBy, by)}
                  </small>
                </li>
              ))}
            </ul>
          </td>
        </tr>
      ))}
    </Rows>
  );
}

/** Who it is of ours, with the way to the case and whether it counts for the team. */
function Ours({ ours }: { ours: CountedPerson }) {
  const who = ours.subject_id ? person(ours) : sayValue(words.caseKind, ours.kind);
  return (
    <>
      <a href={`#/case/${encodeURIComponent(ours.case_id)}`}>
        <span class="number">{ours.number}</span>
        <br />
        {who}
      </a>
      <small class="secondary">
        {[sayValue(words.part, ours.part), ours.carried && say(words.comparison.carried)].filter(Boolean).join(', ')}
      </small>
    </>
  );
}

/** Who it is in the list, by all that the row says. */
function Theirs({ row }: { row: ListedRow }) {
  return (
    <>
      {row.name && person(row)}
      {row.number && <small class="number">{row.number}</small>}
      {row.reference && <small>{say(words.comparison.police, { number: row.reference })}</small>}
    </>
  );
}

function person({ name, age }: { name?: string; age?: number }): string {
  return [name || say(words.comparison.nameless), age].filter((part) => part !== undefined).join(', ');
}

/** How it ended, in words; without an outcome the search goes on. */
function outcomeText({ outcome, sex }: { outcome?: string; sex?: 'male' | 'female' }, other?: 'male' | 'female'): string {
  const of = sex ?? other;
  return outcome ? sayValue(words.caseStatus, outcome, of ? { sex: of } : {}) : say(words.comparison.open);
}

/** A day in Kazakhstan, of a date or a time. */
function Day({ text }: { text: string | undefined }) {
  const at = parseTime(text?.length === 10 ? `${text}T00:00:00+05:00` : text);
  return at === undefined ? null : <small class="secondary comparison-day">{date(at, language.value)}</small>;
}
