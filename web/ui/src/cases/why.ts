import type { Candidate, CandidateDecision, CaseView, TeamView } from '../api/views';
import { language, say, sayValue, words } from '../language';
import { date, distance, duration, moment, parseTime } from '../language/format';

/**
 * Why a team was or was not asked, in words. What the team's row adds, such as which certificate has
 * expired, is told where it was so at the decision, or where the decision is the `latest`.
 */
export function whyText(
  candidate: Candidate,
  decision: CandidateDecision,
  view: CaseView,
  team: TeamView | undefined,
  latest: boolean,
  now: number,
): string {
  const tongue = language.value;
  const needed = view.needs?.skills ?? [];
  const word = sayValue(words.candidateResult, candidate.result);
  const decided = parseTime(decision.at) ?? now;
  // The decision knows it best; the team's row tells it while it still holds.
  const free = candidate.free_in_s ? moment(decided + candidate.free_in_s * 1000, now, tongue) : undefined;
  const until = (text: string | undefined): string | undefined => {
    const at = parseTime(text);
    return latest && at !== undefined && at > now ? moment(at, now, tongue) : undefined;
  };
  const gain = candidate.would_gain_s ? duration(candidate.would_gain_s * 1000, tongue) : undefined;
  const waiting = (text: string): string => (gain ? `${text} · ${say(words.choice.waitGains, { time: gain })}` : text);
  switch (candidate.result) {
    case 'certificate': {
      const expired = (team?.certificates ?? []).flatMap(({ skill, expires_at }) => {
        const at = parseTime(expires_at);
        if (at === undefined || at > decided || !needed.includes(skill)) return [];
        const values = { skill: sayValue(words.skill, skill), date: date(at, tongue) };
        return [say(words.choice.certificateExpired, values)];
      });
      return expired.join(', ') || word;
    }
    case 'skills': {
      const missing = needed.filter((skill) => team && !team.skills?.includes(skill));
      const skills = missing.map((skill) => sayValue(words.skill, skill)).join(', ');
      return skills ? say(words.choice.skillsMissing, { skills }) : word;
    }
    case 'range':
      return team?.range_km ? say(words.choice.rangeLimit, { range: distance(team.range_km * 1000, tongue) }) : word;
    case 'resting': {
      const time = free ?? until(team?.resting_until);
      return waiting(time ? say(words.choice.restingUntil, { time }) : word);
    }
    case 'off_duty': {
      const said = until(team?.unavailable_until);
      if (said) return waiting(say(words.choice.awayUntil, { time: said }));
      const time = free ?? (team?.off_duty ? until(team.duty_until) : undefined);
      return waiting(time ? say(words.choice.offDutyUntil, { time }) : word);
    }
    case 'busy':
      return gain ? `${word} · ${say(words.choice.wouldGain, { time: gain })}` : word;
    default:
      return word;
  }
}

/** What the team brings of what the case needs; without needs, all that it can. */
export function skillsText(view: CaseView, team: TeamView | undefined): string | undefined {
  const needed = view.needs?.skills ?? [];
  const has = (team?.skills ?? []).filter((skill) => needed.length === 0 || needed.includes(skill));
  return has.map((skill) => sayValue(words.skill, skill)).join(', ') || undefined;
}
