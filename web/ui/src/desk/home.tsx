import type { AssignmentView, CaseView } from '../api/views';
import { callBackText } from '../cases/coordination';
import { command } from '../commands/send';
import { language, say, words } from '../language';
import { duration, moment, parseTime } from '../language/format';
import { slowNow, teamName } from '../live/store';
import { Do, Line, openWith } from './line';
import type { AlarmTask } from './tasks';

/** A team that went out and was not heard of, or did not come back whole. */
export function AlarmLine({ task: { view, assignment } }: { task: AlarmTask }) {
  const missing = parseTime(assignment.people_missing_at);
  const missed = parseTime(assignment.check_in_missed_at);
  const since = missing ?? missed;
  const teamId = assignment.team_id;
  const time = since === undefined ? '' : moment(since, slowNow.value, language.value);
  return (
    <Line
      view={view}
      time={since === undefined ? undefined : duration(slowNow.value - since, language.value)}
      action={
        missing !== undefined ? (
          <Do
            main
            about={view}
            label={say(words.actions.returned)}
            onClick={() => openWith(view, { name: 'returned', teamId })}
          />
        ) : (
          <Do
            main
            about={view}
            label={say(words.coordination.checkInFor)}
            onClick={() => command(view.id, 'assignment.check_in', { team_id: teamId })}
          />
        )
      }
    >
      <p class="task-loud">
        <strong>{teamName(teamId)}</strong> ·{' '}
        {say(missing !== undefined ? words.coordination.peopleMissing : words.coordination.checkInMissed, { time })}
        {missing !== undefined &&
          assignment.people !== undefined &&
          ` · ${say(words.coordination.peopleBack, { back: assignment.people_returned ?? 0, people: assignment.people })}`}
      </p>
    </Line>
  );
}

/** A search that is over: how many know it, how many are home, and the teams that are still out. */
export function HomeLine({ view }: { view: CaseView }) {
  const out = (view.assignments ?? []).filter(({ status }) => status === 'standing_down');
  return (
    <Line view={view} time={callBackText(view)}>
      <ul class="task-teams">
        {out.map((assignment) => (
          <OutTeam key={`${assignment.team_id}/${assignment.round ?? 1}`} view={view} assignment={assignment} />
        ))}
      </ul>
    </Line>
  );
}

function OutTeam({ view, assignment }: { view: CaseView; assignment: AssignmentView }) {
  const teamId = assignment.team_id;
  const knows = assignment.acknowledged_at !== undefined;
  return (
    <li data-team={teamId}>
      <span>
        <strong>{teamName(teamId)}</strong> · {say(knows ? words.openItem.not_back : words.openItem.not_acknowledged)}
      </span>
      {knows ? (
        <Do
          about={view}
          label={say(words.actions.returned)}
          onClick={() => openWith(view, { name: 'returned', teamId })}
        />
      ) : (
        <Do
          about={view}
          label={say(words.actions.standDownAck)}
          onClick={() => command(view.id, 'assignment.stand_down_ack', { team_id: teamId })}
        />
      )}
    </li>
  );
}
