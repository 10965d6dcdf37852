import type { TeamView } from '../api/views';
import { language, say, words } from '../language';
import { moment, parseTime } from '../language/format';
import { caseById, slowNow } from '../live/store';

export interface TeamState {
  /** Available and with a free slot: what the map draws hollow. */
  free: boolean;
  kind: 'free' | 'on-case' | 'off-duty';
  word: string;
}

export function teamState(team: TeamView): TeamState {
  if (team.available === false) {
    const until = parseTime(team.unavailable_until);
    const word =
      until === undefined
        ? say(words.teams.offDuty)
        : say(words.teams.offDutyUntil, { time: moment(until, slowNow.value, language.value) });
    return { free: false, kind: 'off-duty', word };
  }
  const busy = team.live_cases?.length ?? 0;
  if (busy > 0) {
    // An open call takes a slot too, but nobody has said yes.
    const onlyCalled = (team.live_cases ?? []).every((id) =>
      caseById(id)?.assignments?.some((one) => one.team_id === team.id && one.status === 'offered'),
    );
    const word = say(onlyCalled ? words.teams.called : words.teams.onCase);
    return { free: busy < (team.capacity ?? 1), kind: 'on-case', word };
  }
  return { free: true, kind: 'free', word: say(words.teams.free) };
}
