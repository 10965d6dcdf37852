import type { CaseView } from '../api/views';
import { CopyButton } from '../controls/copy-button';
import { say, words } from '../language';
import { coordinates } from '../language/format';
import { ownAssignment } from './actions';
import { placeOf } from './describe';
import { destinationOf, navigationLinks } from './way';

const goes: ReadonlySet<string> = new Set(['accepted', 'en_route', 'on_scene']);

/** For a team that goes: where to, and the programs that lead there. */
export function WayThere({ view }: { view: CaseView }) {
  const own = ownAssignment(view);
  if (!own || !goes.has(own.status)) return null;
  const to = destinationOf(view);
  if (!to) return <p class="secondary">{say(words.lead.wayUnknown)}</p>;
  const links = navigationLinks(to.lonLat, to.kind === 'meeting' ? say(words.pointKind.staging) : placeOf(view));
  const place = coordinates(to.lonLat);
  const outside = { target: '_blank', rel: 'noopener noreferrer' } as const;
  return (
    <section class="section way-there" data-destination={to.kind}>
      <h3>{say(words.lead.way)}</h3>
      <p>
        {to.kind === 'meeting' ? (
          <strong>{say(words.pointKind.staging)}</strong>
        ) : (
          <span class="way-warning">
            {say(to.kind === 'last-known' ? words.lead.meetingUnknown : words.lead.placeOfCase)}
          </span>
        )}{' '}
        <span class="number">{place}</span>
        {to.note && <q class="note-text">{to.note}</q>}
      </p>
      <p class="way-links">
        <a class="button" href={links.geo}>
          {say(words.lead.mapApp)}
        </a>
        <a class="button" href={links.twoGis} {...outside}>
          {say(words.lead.twoGis)}
        </a>
        <a class="button" href={links.yandex} {...outside}>
          {say(words.lead.yandex)}
        </a>
        <a class="button" href={links.google} {...outside}>
          {say(words.lead.google)}
        </a>
      </p>
      <CopyButton label={say(words.cases.openInMaps)} done={say(words.cases.coordinatesCopied)} text={() => place} />
    </section>
  );
}
