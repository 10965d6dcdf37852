import type { BalanceFigures, BalanceView } from '../api/views';
import { language, say, words } from '../language';
import { number } from '../language/format';
import { groupName } from './group-name';

/** In the order of the sum: carried + opened + reopened = ended + open. */
export const balanceColumns = ['carried', 'opened', 'reopened', 'ended', 'open'] as const;

/** Who was sought when the period began and when it ended, and what came and went between: region by region. */
export function Balance({ data }: { data: BalanceView }) {
  const broken = data.checks.find((check) => !check.holds);
  return (
    <section class="balance">
      <h2>{say(words.balance.title)}</h2>
      <p class="secondary">{say(words.balance.help)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by itself and needs the focus for that */}
      <div class="table-box" tabIndex={0} role="region" aria-label={say(words.balance.title)}>
        <table class="figures figures-balance">
          <thead>
            <tr>
              <th scope="col">{say(words.statistics.byRegion)}</th>
              {balanceColumns.map((column) => (
                <th key={column} scope="col">
                  {say(words.balance[column])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.regions.map((region) => (
              <Row key={region.key} name={groupName(region.key, 'region')} figures={region} />
            ))}
          </tbody>
          <tfoot>
            <Row name={say(words.cases.all)} figures={data.totals} />
          </tfoot>
        </table>
      </div>
      <p role="status" data-holds={!broken} class={broken ? 'field-error' : 'secondary'}>
        {say(words.balance.sum)}:{' '}
        {broken ? say(words.statistics.checkDiffers, { n: broken.difference }) : say(words.statistics.checkHolds)}
      </p>
    </section>
  );
}

function Row({ name, figures }: { name: string; figures: BalanceFigures }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {balanceColumns.map((column) => (
        <td key={column} data-balance={column}>
          {number(figures[column], language.value)}
        </td>
      ))}
    </tr>
  );
}
