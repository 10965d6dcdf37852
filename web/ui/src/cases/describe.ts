import type { AssignmentView, CaseStatus, CaseView, Sex, SubjectView } from '../api/views';
import { language, say, sayValue, words } from '../language';
import { coordinates } from '../language/format';
import { regionNames } from '../language/regions';
import { teamName } from '../live/store';

/** "Жуковка, мальчик, 14": where and who, by which people speak of a case. */
export function caseTitle(view: CaseView): string {
  return `${placeOf(view)}, ${whoOf(view)}`;
}

/** The same for a row or a label, where a long place must not push the person out of sight. */
export function shortCaseTitle(view: CaseView): string {
  return `${shortened(placeOf(view))}, ${whoOf(view)}`;
}

const shortPlace = 34;

/** Cuts a text at the end of a word, or in the middle of one that is too long by itself. */
export function shortened(text: string, limit = shortPlace): string {
  const letters = [...text];
  if (letters.length <= limit) return text;
  const cut = letters.slice(0, limit - 1).join('');
  const end = cut.search(/[\s,;:(/]+\S*$/u);
  return `${end > limit / 2 ? cut.slice(0, end) : cut}…`;
}

/** The named place, else the region with the coordinates. */
export function placeOf(view: CaseView): string {
  if (view.place) return view.place;
  const region = view.region ? sayValue(regionNames, view.region) : undefined;
  // Two decimals, about a kilometre: a title must stay short, the facts have the rest.
  const point = view.location ? coordinates(view.location.coordinates, 2) : undefined;
  return [region, point].filter(Boolean).join(', ') || say(words.cases.noPlace);
}

/** "мальчик, 14"; of an emergency what happens to how many, of an event its title. */
function whoOf(view: CaseView): string {
  if (view.kind === 'volunteer_event') return view.event?.title ?? say(words.caseKind.volunteer_event);
  if (view.kind === 'emergency') {
    const what = view.incident ? sayValue(words.incident, view.incident) : say(words.caseKind.emergency);
    const total = view.people_at_risk?.total;
    return total ? `${what}, ${say(words.cases.people, { count: total })}` : what;
  }
  const [first, ...rest] = view.subjects ?? [];
  if (!first) return say(words.cases.person);
  const more = rest.length > 0 ? ` ${say(words.cases.moreSubjects, { n: rest.length })}` : '';
  return `${personOf(first)}${more}`;
}

/** Who filed, as people call it: the name of another system stays as it is. */
export function filerName(system: string): string {
  if (system === 'board') return say(words.cases.filedByHand);
  return system.startsWith('team:') ? teamName(system.slice('team:'.length)) : system;
}

/** "мальчик, 14"; without a known age the word alone. */
export function personOf(subject: SubjectView): string {
  const word = personWord(subject);
  return subject.age === undefined ? word : `${word}, ${subject.age}`;
}

/** "мальчик": the word for a person of this sex and age. */
export function personWord({ sex, age, category }: SubjectView): string {
  const stage =
    age !== undefined
      ? age < 16
        ? 'child'
        : age < 18
          ? 'youth'
          : 'adult'
      : category?.startsWith('child')
        ? 'child'
        : 'adult';
  const table = {
    child: { male: words.cases.boy, female: words.cases.girl, unknown: words.cases.child },
    youth: { male: words.cases.youth, female: words.cases.youngWoman, unknown: words.cases.teenager },
    adult: { male: words.cases.man, female: words.cases.woman, unknown: words.cases.person },
  } as const;
  return say(table[stage][sex ?? 'unknown']);
}

/** The sex by which Russian chooses its ending: of the one person, else none. */
export function sexOf(view: CaseView): Sex | undefined {
  return view.subjects?.length === 1 ? view.subjects[0]?.sex : undefined;
}

export function statusText(view: CaseView): string {
  if (view.status === 'found' && view.subjects?.length === 1) return outcomeText(view.subjects[0] as SubjectView);
  if (view.status === 'closed' && view.outcome?.reason) {
    return `${say(words.caseStatus.closed)}: ${sayValue(words.closeReason, view.outcome.reason)}`;
  }
  const sex = sexOf(view);
  return sayValue(words.caseStatus, view.status, sex ? { sex } : {});
}

/** What is known of one person's end, in one line. */
export function outcomeText(subject: SubjectView): string {
  const values = subject.sex ? { sex: subject.sex } : {};
  switch (subject.outcome) {
    case 'found':
      return sayValue(words.foundWith, subject.condition ?? 'not_stated', values);
    case 'missing':
    case 'deceased':
      return say(words.caseStatus[subject.outcome], values);
    case 'closed':
      return subject.reason
        ? `${say(words.caseStatus.closed)}: ${sayValue(words.closeReason, subject.reason)}`
        : say(words.caseStatus.closed);
    default:
      return say(words.cases.stillSought);
  }
}

const ended: ReadonlySet<CaseStatus> = new Set(['found', 'missing', 'deceased', 'closed']);

/** True for the ends; `ended` (the outcome is withheld) still needs people. */
export function isOver(status: CaseStatus): boolean {
  return ended.has(status);
}

const live: ReadonlySet<string> = new Set(['offered', 'accepted', 'en_route', 'on_scene', 'standing_down']);

/** The assignments that hold a slot of their team. */
export function isLive(assignment: AssignmentView): boolean {
  return live.has(assignment.status);
}

const onCase: ReadonlySet<string> = new Set(['accepted', 'en_route', 'on_scene', 'standing_down']);

/** The team has accepted and is not home yet. */
export function isOnCase(assignment: AssignmentView): boolean {
  return onCase.has(assignment.status);
}

/**
 * No signs of life were reported of somebody, and nothing later: that is confirmed before anybody is told.
 * What is sealed comes in the order in which it was said.
 */
export function isUnconfirmed(view: CaseView): boolean {
  const last = new Map((view.sealed ?? []).map((sealed) => [sealed.subject_id, sealed]));
  return [...last.values()].some(({ outcome, condition }) => outcome === 'found' && condition === 'no_signs_of_life');
}

/** The teams that have missed a check-in and were not heard of since. */
export function missedCheckIns(view: CaseView): AssignmentView[] {
  return (view.assignments ?? []).filter((assignment) => assignment.check_in_missed_at !== undefined);
}

/** What the search box looks through, in lower case and without the difference of ё and е. */
export function searchText(view: CaseView): string {
  void language.value;
  const parts = [
    caseTitle(view),
    view.number,
    view.id,
    view.address,
    view.region ? sayValue(regionNames, view.region) : '',
    ...(view.subjects ?? []).map((subject) => subject.name),
    ...(view.applications ?? []).flatMap((application) => [application.id, application.reference]),
  ];
  return fold(parts.filter(Boolean).join(' '));
}

export function fold(text: string): string {
  return text.toLocaleLowerCase().replaceAll('ё', 'е');
}
