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

/** "на отдыхе до 14:00": why a team cannot be asked, and until when where that is known. */
function unavailableText(team: TeamView): string {
  const time = (text: string | undefined): string | undefined => {
    const at = parseTime(text);
    return at === undefined ? undefined : moment(at, slowNow.value, language.value);
  };
  if (team.unavailable_because === 'rest') {
    const until = time(team.resting_until);
    return until ? say(words.choice.restingUntil, { time: until }) : say(words.candidateResult.resting);
  }
  if (team.unavailable_because === 'duty') {
    const until = time(team.duty_until);
    return until ? say(words.choice.offDutyUntil, { time: until }) : say(words.teams.offDuty);
  }
  const until = time(team.unavailable_until);
  return until ? say(words.choice.awayUntil, { time: until }) : say(words.teams.away);
}

export function teamState(team: TeamView): TeamState {
  if (team.available === false) return { free: false, kind: 'off-duty', word: unavailableText(team) };
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
