import { useState } from 'preact/hooks';
import type { CaseView, TimelineEvent } from '../api/views';
import { ProblemNotice } from '../controls/problem';
import { language, say, sayValue, words } from '../language';
import { distance, duration, moment, parseTime } from '../language/format';
import { caseById, slowNow, teamName } from '../live/store';
import { shortCaseTitle } from './describe';
import { useOfCase } from './of-case';

const shownEvents = 8;

/** What happened, newest first. */
export function Timeline({ view }: { view: CaseView }) {
  const { data, problem, again } = useOfCase<{ events?: TimelineEvent[] }>(view, 'timeline');
  const [all, setAll] = useState(false);
  const events = [...(data?.events ?? [])].reverse();
  return (
    <section class="section">
      <h3>{say(words.cases.timeline)}</h3>
      {problem && !data && <ProblemNotice problem={problem} onRetry={again} />}
      {data && events.length === 0 && <p class="secondary">{say(words.cases.timelineNone)}</p>}
      <ol class="timeline">
        {(all ? events : events.slice(0, shownEvents)).map((event) => (
          <Event key={event.position + event.type} event={event} view={view} />
        ))}
      </ol>
      {!all && events.length > shownEvents && (
        <button type="button" class="text-button" onClick={() => setAll(true)}>
          {say(words.cases.all)} ({events.length})
        </button>
      )}
    </section>
  );
}

function Event({ event, view }: { event: TimelineEvent; view: CaseView }) {
  // What a phone reports late is shown with the time when it happened.
  const at = parseTime(typeof event.happened_at === 'string' ? event.happened_at : event.at);
  const type = event.type.replace(/^kz\.izdeu\./, '').replace(/\.v\d+$/, '');
  return (
    <li>
      <time dateTime={event.at}>{at === undefined ? '' : moment(at, slowNow.value, language.value)}</time>
      <span>
        {sayValue(words.eventType, type)}
        <EventDetail event={event} view={view} />
        {typeof event.text === 'string' && <q class="note-text">{event.text}</q>}
      </span>
    </li>
  );
}

function EventDetail({ event, view }: { event: TimelineEvent; view: CaseView }) {
  const tongue = language.value;
  const subject = view.subjects?.find((one) => one.id === event.subject_id);
  const values = subject?.sex ? { sex: subject.sex } : {};
  const parts: string[] = [];
  if (event.team_id) parts.push(teamName(event.team_id));
  if (typeof event.outcome === 'string') {
    const told = event.outcome === 'found' && typeof event.condition === 'string';
    parts.push(
      told
        ? sayValue(words.foundWith, event.condition as string, values)
        : sayValue(words.caseStatus, event.outcome, values),
    );
  }
  if (typeof event.call_out === 'string') {
    const table = { now: words.form.callNow, hold: words.form.callHold, none: words.form.callNone };
    parts.push(sayValue(table, event.call_out));
  }
  if (typeof event.distance_m === 'number') parts.push(distance(event.distance_m, tongue));
  if (typeof event.eta_minutes === 'number') {
    parts.push(`${say(words.cases.eta).toLocaleLowerCase()} ${duration(event.eta_minutes * 60_000, tongue)}`);
  }
  if (typeof event.people === 'number' && event.people > 0)
    parts.push(say(words.cases.people, { count: event.people }));
  if (typeof event.found_by === 'string') parts.push(sayValue(words.foundBy, event.found_by, values));
  if (typeof event.reason === 'string') {
    parts.push(sayValue({ ...words.closeReason, ...words.declineReason, ...words.candidateResult }, event.reason));
  }
  parts.push(...coordinationParts(event));
  return parts.length === 0 ? null : <span class="secondary"> · {parts.join(' · ')}</span>;
}

/** What the events of coordinating several teams and cases add. */
function coordinationParts(event: TimelineEvent): string[] {
  const parts: string[] = [];
  const text = (name: string): string | undefined =>
    typeof event[name] === 'string' ? (event[name] as string) : undefined;
  const before = text('urgency_before');
  if (before) parts.push(`${sayValue(words.urgency, before)} → ${sayValue(words.urgency, text('urgency'))}`);
  const because = text('because');
  if (because) parts.push(sayValue(words.unavailableBecause, because));
  const point = text('point');
  if (point) parts.push(sayValue(words.pointKind, point));
  const related = text('related_case_id');
  if (related) {
    const other = caseById(related);
    parts.push(other ? `${shortCaseTitle(other)} ${other.number ?? ''}`.trim() : say(words.duplicates.other));
  }
  if (Array.isArray(event.reasons))
    parts.push(event.reasons.map((reason: string) => sayValue(words.duplicateReason, reason)).join(', '));
  const seconds = (name: string): string | undefined =>
    typeof event[name] === 'number' ? duration((event[name] as number) * 1000, language.value) : undefined;
  const gain = seconds('gain_s');
  if (gain) parts.push(say(words.preemption.gain, { time: gain }));
  const cost = seconds('cost_s');
  if (cost) parts.push(say(words.preemption.cost, { time: cost }));
  const told = text('channel');
  if (told) {
    const phrase = event.delivered === false ? words.coordination.notTold : words.coordination.told;
    parts.push(say(phrase, { channel: sayValue(words.channel, told) }));
  }
  if (typeof event.missing === 'number' && event.missing > 0)
    parts.push(say(words.roster.notBack, { n: event.missing }));
  if (typeof event.check_in_minutes === 'number')
    parts.push(
      say(words.coordination.checkInEach, { time: duration(event.check_in_minutes * 60_000, language.value) }),
    );
  if (Array.isArray(event.open_items))
    parts.push(
      event.open_items
        .map(({ code, count }: { code: string; count: number }) => `${sayValue(words.openItem, code)} ${count}`)
        .join(', '),
    );
  return parts;
}
