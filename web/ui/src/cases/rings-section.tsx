import type { CaseView } from '../api/views';
import { language, say, sayValue, words } from '../language';
import { alphabetical } from '../language/alphabet';
import { distance } from '../language/format';
import {
  chooseGround,
  chosenCategories,
  chosenGround,
  ground,
  ringsNow,
  ringsShown,
  ringTable,
  showRings,
} from './ring-state';
import { type Ground, grounds, shares } from './rings';

/** How far from the last known point such people were found, with the source, and whether the map shows it. */
export function Rings({ view }: { view: CaseView }) {
  const now = ringsNow.value;
  if (!now || now.view.id !== view.id) return null;
  const table = ringTable.value;
  const categories = [...new Set(table.rows.map((row) => row.category))]
    .map((id) => ({ id, name: sayValue(words.ringCategory, id) }))
    .sort((a, b) => alphabetical(a.name, b.name));
  return (
    <section class="section rings">
      <h3>{say(words.mapping.rings)}</h3>
      <div class="rings-choices">
        <label>
          {say(words.mapping.ringsCategory)}
          <select
            value={now.category}
            onChange={(event) => {
              chosenCategories.value = { ...chosenCategories.value, [view.id]: event.currentTarget.value };
            }}
          >
            <option value="">{say(words.mapping.ringsNone)}</option>
            {categories.map(({ id, name }) => (
              <option key={id} value={id} selected={id === now.category}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say(words.mapping.ringsGround)}
          <select
            value={ground.value}
            onChange={(event) => chooseGround(event.currentTarget.value as Ground)}
          >
            {grounds.map((one) => (
              <option key={one} value={one} selected={one === ground.value}>
                {sayValue(words.ringGround, one)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {now.row && (
        <>
          <dl class="ring-figures">
            {now.row.km.map((km, i) => (
              <div key={km} data-share={shares[i]}>
                <dt>{shares[i]} %</dt>
                <dd>{say(words.mapping.ringsWithin, { distance: distance(km * 1000, language.value) })}</dd>
              </div>
            ))}
          </dl>
          <label class="check-line">
            <input
              type="checkbox"
              checked={ringsShown.value}
              onChange={(event) => showRings(event.currentTarget.checked)}
            />
            {say(words.mapping.ringsShow)}
          </label>
          <p class="secondary">
            {chosenGround.value === undefined && `${say(words.mapping.ringsAssumed)} `}
            {say(words.mapping.ringsForeign)}
          </p>
          <details class="ring-source">
            <summary>{say(words.mapping.ringsSource)}</summary>
            <p lang="en" class="secondary">
              {table.source}
            </p>
            <p class="secondary">
              {say(words.mapping.ringsLicence)}: <span lang="en">{table.licence}</span>
            </p>
          </details>
        </>
      )}
    </section>
  );
}
