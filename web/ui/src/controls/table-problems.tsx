import { language, type Phrase, say, sayValue, words } from '../language';

/** Why a line of a table was refused, as the server says it. */
export interface TableProblem {
  line?: number;
  column?: string;
  code: string;
  detail: string;
}

/** The refused lines of a table, each with what to do; `columns` are what its columns are called. */
export function TableProblems({ problems, columns = {} }: { problems: TableProblem[]; columns?: Record<string, Phrase> }) {
  return (
    <table class="setup-problems">
      <thead>
        <tr>
          <th scope="col">{say(words.setup.line)}</th>
          <th scope="col">{say(words.setup.column)}</th>
          <th scope="col">{say(words.setup.what)}</th>
        </tr>
      </thead>
      <tbody>
        {problems.map((one, index) => (
          // A line may have several; they do not change once read.
          <tr key={index}>
            <td class="number">{one.line}</td>
            <td class={one.column && columns[one.column] ? undefined : 'number'}>
              {one.column && sayValue(columns, one.column)}
            </td>
            <td>
              {sayValue(words.lineProblem, one.code)}
              {language.value === 'en' && <span class="secondary"> {one.detail}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
