import type { AssignmentView, CaseView, MemberAnswer, MemberView } from '../api/views';
import { language, say, sayValue, words } from '../language';
import { moment, number, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { actsFor } from '../permissions';
import { session } from '../session';
import { openAction } from './action-state';
import { isOnCase } from './describe';

/** Who of a team comes, who is there and who is not back: counted for all, by name for those who may see it. */
export function Roster({ view, assignment }: { view: CaseView; assignment: AssignmentView }) {
  const mayAnswer = isOnCase(assignment) && actsFor(session.value, assignment.team_id, view);
  const members = assignment.members ?? [];
  if (!assignment.roster && !mayAnswer) return null;
  return (
    <div class="roster">
      {assignment.roster && <p>{countsOf(assignment.roster)}</p>}
      {members.length > 0 && (
        <details>
          <summary>
            {say(words.roster.title)} ({members.length})
          </summary>
          <ul class="members">
            {[...members].sort(byAnswer).map((member) => (
              <Member key={member.id} member={member} />
            ))}
          </ul>
        </details>
      )}
      {mayAnswer && (
        <p class="roster-buttons">
          {assignment.status !== 'standing_down' && (
            <button
              type="button"
              class="text-button"
              onClick={() => openAction({ name: 'group-text', teamId: assignment.team_id })}
            >
              {say(words.coordination.groupText)}
            </button>
          )}
          <button
            type="button"
            class="text-button"
            onClick={() => openAction({ name: 'member', teamId: assignment.team_id })}
          >
            {say(words.roster.answerFor)}
          </button>
        </p>
      )}
    </div>
  );
}

const places: Record<MemberAnswer, number> = { coming: 0, arrived: 0, home: 1, not_coming: 2 };

/** Who is out comes first: those are to be counted home. */
function byAnswer(a: MemberView, b: MemberView): number {
  return places[a.answer] - places[b.answer];
}

function countsOf(counts: NonNullable<AssignmentView['roster']>): string {
  const parts = [
    say(words.roster.coming, { n: counts.coming }),
    counts.seats > 0 && say(words.roster.seats, { n: counts.seats }),
    counts.arrived > 0 && say(words.roster.arrived, { n: counts.arrived }),
    counts.home > 0 && say(words.roster.home, { n: counts.home }),
    counts.home > 0 && counts.not_back > 0 && say(words.roster.notBack, { n: counts.not_back }),
  ];
  return parts.filter(Boolean).join(' · ');
}

function Member({ member }: { member: MemberView }) {
  const tongue = language.value;
  const eta = member.answer === 'coming' ? parseTime(member.eta_at) : undefined;
  const since = parseTime({ arrived: member.arrived_at, home: member.home_at }[member.answer as string]);
  const details = [
    eta !== undefined && say(words.cases.etaShort, { time: moment(eta, slowNow.value, tongue) }),
    since !== undefined && moment(since, slowNow.value, tongue),
    member.seats ? say(words.roster.seats, { n: member.seats }) : undefined,
    member.hours ? say(words.coordination.hoursOut, { hours: number(member.hours, tongue, 1) }) : undefined,
    member.minor && say(words.roster.minor),
  ].filter(Boolean);
  return (
    <li data-member={member.id} data-answer={member.answer}>
      <strong>{member.name ?? say(words.cases.unnamed)}</strong>
      <span>{[sayValue(words.memberAnswer, member.answer), ...details].join(' · ')}</span>
      {member.phone && (
        <a class="phone-link" href={`tel:${member.phone.replace(/[^+\d]/g, '')}`}>
          {member.phone}
        </a>
      )}
    </li>
  );
}
