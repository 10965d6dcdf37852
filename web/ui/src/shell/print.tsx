import { useEffect } from 'preact/hooks';
import type { AssignmentView, CaseView } from '../api/views';
import { caseTitle, isLive, personWord, statusText } from '../cases/describe';
import { mapRings } from '../cases/ring-state';
import { Icon } from '../controls/icon';
import { QRCode } from '../controls/qr-code';
import { language, say, sayValue, words } from '../language';
import { clock, date, moment, parseTime } from '../language/format';
import { regionNames } from '../language/regions';
import { caseById, now, slowNow, teamName } from '../live/store';
import { BoardMap, PointSign, StatusGlyph } from '../map';
import { decimal, dms } from '../map/place';
import { wayText } from '../map/place-panel';
import { theme } from '../preferences';
import { go, hashOf } from '../route';
import { boardAddress, info } from '../session';
import { mapCase, mapTiles, marksOf } from './map-pane';

const nothing: never[] = [];

/** One case on a sheet of A4: facts, map, places with their coordinates, and a code that opens it on a phone. */
export function PrintPage({ id }: { id: string }) {
  const view = caseById(id);
  // Paper is white, whatever the screen looks like.
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = 'light';
    return () => {
      root.dataset.theme = theme.peek();
    };
  }, []);
  return (
    <main class="print-page" id="content" tabIndex={-1}>
      <p class="print-bar">
        <button type="button" class="button" onClick={() => go({ page: 'map', caseId: id })}>
          <Icon name="back" />
          {say(words.shell.back)}
        </button>
        <button type="button" class="button button-primary" disabled={!view} onClick={() => print()}>
          <Icon name="print" />
          {say(words.mapping.print)}
        </button>
      </p>
      {view ? <Sheet view={view} /> : <p>{say(words.shell.loading)}</p>}
    </main>
  );
}

function Sheet({ view }: { view: CaseView }) {
  const tongue = language.value;
  const link = `${boardAddress()}${hashOf({ page: 'map', caseId: view.id }, '')}`;
  const at = slowNow.value;
  return (
    <article class="print-sheet">
      <header>
        <div>
          <p class="print-kind">
            {say(words.mapping.printTitle)} <span class="number">{view.number ?? view.id}</span>
            {view.demo && <strong> · {say(words.shell.demoMark)}</strong>}
            {view.exercise && <strong> · {say(words.shell.exercise)}</strong>}
          </p>
          <h1>{caseTitle(view)}</h1>
          <p class="print-status">
            <StatusGlyph status={view.status} size={20} />
            {statusText(view)}
            {view.urgency === 'life_threatening' && ` · ${say(words.urgency.life_threatening)}`}
          </p>
        </div>
        <figure>
          <QRCode text={link} label={say(words.mapping.printOpen)} size={112} />
          <figcaption>{say(words.mapping.printOpen)}</figcaption>
        </figure>
      </header>
      <PrintFacts view={view} />
      <div class="print-map">
        <BoardMap
          cases={[mapCase(view)]}
          teams={nothing}
          selectedCase={view.id}
          lines={nothing}
          tracks={nothing}
          marks={marksOf(view)}
          rings={mapRings.value}
          language={tongue}
          theme="light"
          tiles={mapTiles()}
          close
          onSelectCase={() => undefined}
        />
      </div>
      <Places view={view} />
      <Teams list={(view.assignments ?? []).filter(isLive)} />
      <footer>
        {say(words.mapping.printedAt, { time: `${date(now.peek(), tongue)}, ${clock(at)}` })} · 112
        {info.value.duty_phone && info.value.duty_phone !== '112' && ` · ${info.value.duty_phone}`}
        <br />
        <span class="number print-link">{link}</span>
      </footer>
    </article>
  );
}

function PrintFacts({ view }: { view: CaseView }) {
  const tongue = language.value;
  const at = slowNow.value;
  const opened = parseTime(view.opened_at);
  return (
    <dl class="print-facts">
      {opened !== undefined && <Line name={say(words.cases.opened)}>{moment(opened, at, tongue)}</Line>}
      {view.region && <Line name={say(words.cases.region)}>{sayValue(regionNames, view.region)}</Line>}
      {view.address && <Line name={say(words.cases.address)}>{view.address}</Line>}
      {(view.subjects ?? []).map((subject) => {
        const seen = parseTime(subject.last_seen_at);
        const who = [
          subject.name ?? say(words.cases.unnamed),
          personWord(subject),
          subject.age === undefined ? undefined : say(words.cases.age, { count: subject.age }),
          seen === undefined ? undefined : `${say(words.cases.lastSeen)}: ${moment(seen, at, tongue)}`,
          subject.description,
        ];
        return (
          <Line key={subject.id} name={say(words.cases.subjects)}>
            {who.filter(Boolean).join(', ')}
          </Line>
        );
      })}
    </dl>
  );
}

function Line({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Every place with both notations, and how far and where it lies from the last known point. */
function Places({ view }: { view: CaseView }) {
  const centre = view.location?.coordinates;
  const rows = [
    ...(centre ? [{ kind: '', name: say(words.mapping.lastKnown), at: centre }] : []),
    ...(view.points ?? []).map(({ point, location }) => ({
      kind: point as string,
      name: sayValue(words.pointKind, point),
      at: location.coordinates,
    })),
  ];
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{say(words.mapping.printPoints)}</h2>
      <table class="print-places">
        <tbody>
          {rows.map(({ kind, name, at }) => (
            <tr key={`${kind}${at.join()}`}>
              <th scope="row">
                <PointSign kind={kind} size={16} /> {name}
              </th>
              <td class="number">{decimal(at)}</td>
              <td class="number">{dms(at)}</td>
              <td>{kind && centre && wayText(centre, at, language.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {view.approximate && <p>{say(words.cases.approximate)}</p>}
    </section>
  );
}

function Teams({ list }: { list: AssignmentView[] }) {
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{say(words.mapping.printTeams)}</h2>
      <ul>
        {list.map(({ team_id, round, status, people }) => (
          <li key={`${team_id}/${round}`}>
            <strong>{teamName(team_id)}</strong> · {sayValue(words.assignmentStatus, status)}
            {people ? ` · ${say(words.cases.people, { count: people })}` : ''}
          </li>
        ))}
      </ul>
    </section>
  );
}
