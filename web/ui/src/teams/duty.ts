import type { Certificate, Duty } from '../api/views';
import { say, words } from '../language';
import { fromLocalInput, parseTime, toLocalInput } from '../language/format';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

export interface ShiftDraft {
  days: Weekday[];
  from: string;
  to: string;
}

export interface ExceptionDraft {
  from: string;
  to: string;
  on: 'on' | 'off';
}

/** A duty calendar as it stands in the form; both lists empty: always on duty. */
export interface DutyDraft {
  weekly: ShiftDraft[];
  exceptions: ExceptionDraft[];
}

export function dutyDraftOf(duty: Duty | undefined): DutyDraft {
  const local = (text: string): string => {
    const at = parseTime(text);
    return at === undefined ? '' : toLocalInput(at);
  };
  return {
    weekly: (duty?.weekly ?? []).map(({ days, from, to }) => ({
      days: weekdays.filter((day) => days.includes(day)),
      from,
      to,
    })),
    exceptions: (duty?.exceptions ?? []).map(({ from, to, on }) => ({
      from: local(from),
      to: local(to),
      on: on ? 'on' : 'off',
    })),
  };
}

const startTime = /^([01]\d|2[0-3]):[0-5]\d$/;
const endTime = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** True for a shift that ends on the day after it began. */
export function endsNextDay({ from, to }: ShiftDraft): boolean {
  return startTime.test(from) && endTime.test(to) && to <= from;
}

/** The calendar for the server, undefined for always; what is wrong with it by JSON pointer. */
export function dutyOf(draft: DutyDraft): { duty: Duty | undefined; problems: Record<string, string> } {
  const problems: Record<string, string> = {};
  draft.weekly.forEach((shift, index) => {
    const at = `/duty/weekly/${index}`;
    if (shift.days.length === 0) problems[`${at}/days`] = say(words.duty.daysWrong);
    if (!startTime.test(shift.from)) problems[`${at}/from`] = say(words.duty.timeWrong);
    if (!endTime.test(shift.to)) problems[`${at}/to`] = say(words.duty.timeWrong);
  });
  const exceptions = draft.exceptions.map((exception, index) => {
    const at = `/duty/exceptions/${index}`;
    const from = fromLocalInput(exception.from);
    const to = fromLocalInput(exception.to);
    if (!from) problems[`${at}/from`] = say(words.form.errorRequired);
    if (!to) problems[`${at}/to`] = say(words.form.errorRequired);
    if (from && to && to <= from) problems[`${at}/to`] = say(words.duty.orderWrong);
    return { from: from ?? '', to: to ?? '', on: exception.on === 'on' };
  });
  const { weekly } = draft;
  if (weekly.length === 0 && exceptions.length === 0) return { duty: undefined, problems };
  return {
    problems,
    duty: { ...(weekly.length > 0 && { weekly }), ...(exceptions.length > 0 && { exceptions }) },
  };
}

/** The last day of a certificate, as a date field has it. */
export function dayOf(expiresAt: string): string {
  const at = parseTime(expiresAt);
  return at === undefined ? '' : toLocalInput(at).slice(0, 10);
}

/** The certificates of those skills that have a last day; one whose day did not change keeps its moment. */
export function certificatesOf(
  skills: readonly string[],
  days: Record<string, string>,
  known: readonly Certificate[],
): Certificate[] {
  return skills.flatMap((skill) => {
    const day = days[skill];
    if (!day) return [];
    const kept = known.find((one) => one.skill === skill && dayOf(one.expires_at) === day);
    return [kept ?? { skill, expires_at: `${day}T23:59:59+05:00` }];
  });
}
