import type { CaseView } from '../api/views';
import { CopyButton } from '../controls/copy-button';
import { language, say, sayValue, words } from '../language';
import { coordinates, moment, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { Photo } from '../photos/photo';

/** The places that matter: where the teams meet, clues, dangers. The meeting point comes first. */
export function Points({ view }: { view: CaseView }) {
  const list = [...(view.points ?? [])].sort((a, b) => Number(b.point === 'staging') - Number(a.point === 'staging'));
  if (list.length === 0) return null;
  return (
    <section class="section">
      <h3>{say(words.coordination.points)}</h3>
      <ul class="points">
        {list.map((point) => {
          const at = parseTime(point.at);
          const place = coordinates(point.location.coordinates);
          return (
            <li key={`${point.point}${place}${point.at ?? ''}`} data-point={point.point}>
              <strong>{sayValue(words.pointKind, point.point)}</strong> <span class="number">{place}</span>
              <span class="secondary">{at !== undefined && ` ${moment(at, slowNow.value, language.value)}`}</span>
              {point.note && <q class="note-text">{point.note}</q>}
              {point.photo && (
                <Photo
                  caseId={view.id}
                  id={point.photo}
                  label={[sayValue(words.pointKind, point.point), point.note].filter(Boolean).join(': ')}
                />
              )}
              <CopyButton
                label={say(words.cases.openInMaps)}
                done={say(words.cases.coordinatesCopied)}
                text={() => place}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
