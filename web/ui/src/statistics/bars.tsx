import type { CaseStatus, Figures } from '../api/views';
import { language, say, words } from '../language';
import { number } from '../language/format';
import { StatusGlyph } from '../map';

const parts: readonly { field: 'found' | 'open' | 'missing' | 'deceased' | 'closed'; status: CaseStatus }[] = [
  { field: 'found', status: 'found' },
  { field: 'open', status: 'searching' },
  { field: 'missing', status: 'missing' },
  { field: 'deceased', status: 'deceased' },
  { field: 'closed', status: 'closed' },
];

const barHeight = 10;

/** How the searches ended, one bar each, all to the same scale; the numbers stand beside the bars. */
export function Outcomes({ figures }: { figures: Figures }) {
  const most = Math.max(1, ...parts.map((part) => figures[part.field] ?? 0));
  const whole = Math.max(1, figures.subjects);
  return (
    <ul class="outcomes">
      {parts.map(({ field, status }) => {
        const value = figures[field] ?? 0;
        const share = figures.subjects > 0 ? `${number((value / whole) * 100, language.value, 1)} %` : '';
        return (
          <li key={field} data-outcome={field}>
            <StatusGlyph status={status} size={20} />
            <span class="outcome-name">{say(words.statistics[field])}</span>
            <span class="outcome-value number">
              {number(value, language.value)} <small>{share}</small>
            </span>
            <svg class="bar" viewBox={`0 0 100 ${barHeight}`} preserveAspectRatio="none" aria-hidden="true">
              <rect class="bar-ground" x="0" y="0" width="100" height={barHeight} />
              <rect
                x="0"
                y="0"
                width={(value / most) * 100}
                height={barHeight}
                style={{ fill: `var(--status-${status})` }}
              />
            </svg>
          </li>
        );
      })}
    </ul>
  );
}
