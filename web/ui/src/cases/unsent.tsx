import { Icon } from '../controls/icon';
import { language, type Phrase, say, words } from '../language';
import { moment, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import type { OutboxEntry } from '../commands/outbox';
import { dismiss, outboxEntries, retryCommand } from '../commands/send';
import { dismissPhoto, photoEntries, retryPhoto } from '../photos/send';
import { problemText } from '../controls/problem';

const names: Record<string, Phrase> = {
  'assignment.accept': words.actions.accept,
  'assignment.decline': words.actions.decline,
  'assignment.en_route': words.actions.enRoute,
  'assignment.on_scene': words.actions.onScene,
  'assignment.stand_down_ack': words.actions.standDownAck,
  'assignment.returned': words.actions.returned,
  'assignment.release': words.actions.release,
  'assignment.check_in': words.eventType['assignment.checked_in'],
  'assignment.stand_down': words.coordination.standDown,
  'roster.answer': words.roster.answerFor,
  'case.assign': words.actions.assign,
  'case.take': words.coordination.take,
  'case.hand_over': words.coordination.handOver,
  'case.lead': words.coordination.makeLead,
  'case.point': words.coordination.markPoint,
  'case.urgency': words.assessment.set,
  'case.update': words.eventType['case.updated'],
  'case.preempt': words.preemption.take,
  'case.merge': words.duplicates.merge,
  'case.apart': words.duplicates.apart,
  'case.split': words.duplicates.split,
  'case.call_out': words.eventType['case.call_out'],
  'case.note': words.actions.note,
  'case.reopen': words.actions.reopen,
  photo: words.lead.photo,
  'case.family_told': words.actions.familyTold,
};

function nameOf(entry: OutboxEntry): string {
  if (entry.body.type === 'case.outcome') {
    const outcome = entry.body.outcome;
    if (outcome === 'found') return say(words.actions.foundPerson);
    if (outcome === 'missing') return say(words.actions.confirmMissing);
    if (outcome === 'deceased') return say(words.actions.confirmDeath);
    return say(words.actions.close);
  }
  const phrase = names[entry.body.type];
  return phrase ? say(phrase) : entry.body.type;
}

/** What was done here and is not yet answered, or was refused, with the reason in words. */
export function Unsent({ caseId }: { caseId: string }) {
  const entries = [...outboxEntries.value, ...photoEntries.value].filter((entry) => entry.caseId === caseId);
  if (entries.length === 0) return null;
  return (
    <section class="notice notice-unsent" aria-live="polite" aria-label={say(words.actions.queued)}>
      <ul class="unsent">
        {entries.map((entry) => (
          <li key={entry.id} data-command={entry.id} data-state={entry.state}>
            <Icon name={entry.state === 'refused' ? 'alert' : 'clock'} size={18} />
            <span>
              <strong>{nameOf(entry)}</strong> <span class="unsent-state">{stateText(entry)}</span>
              <br />
              {entry.state === 'refused' && entry.problem ? (
                <span class="field-error">{problemText(entry.problem)}</span>
              ) : (
                <span class="secondary">
                  {say(words.actions.happenedAt, {
                    time: moment(parseTime(entry.body.at) ?? 0, slowNow.value, language.value),
                  })}
                </span>
              )}
            </span>
            {entry.state === 'refused' && <RefusedButtons entry={entry} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was refused is sent again, when the reason is gone, or put away. */
function RefusedButtons({ entry }: { entry: OutboxEntry }) {
  const isPhoto = entry.body.type === 'photo';
  return (
    <span class="unsent-buttons">
      <button
        type="button"
        class="text-button"
        onClick={() => (isPhoto ? retryPhoto(entry.id) : retryCommand(entry.id))}
      >
        {say(words.lead.retry)}
      </button>
      <button
        type="button"
        class="text-button"
        onClick={() => {
          if (isPhoto) dismissPhoto(entry.id);
          else dismiss(entry.id);
          // Without its point nobody would ever see the photo.
          if (typeof entry.body.photo === 'string') dismissPhoto(entry.body.photo);
        }}
      >
        {say(words.shell.dismiss)}
      </button>
    </span>
  );
}

function stateText(entry: OutboxEntry): string {
  switch (entry.state) {
    case 'queued':
      return say(words.shell.notSent);
    case 'sending':
      return say(words.shell.sending);
    case 'accepted':
      return say(words.shell.sentWaiting);
    default:
      return say(words.shell.refused);
  }
}
