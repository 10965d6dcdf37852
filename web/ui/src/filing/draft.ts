import { randomUUID } from '../api/identifiers';
import type { CaseKind } from '../api/views';
import { fromLocalInput } from '../language/format';
import type { LonLat } from '../map/types';
import { readPlace } from './coordinates';

export interface SubjectDraft {
  name: string;
  sex: '' | 'male' | 'female';
  age: string;
  lastSeen: string;
  description: string;
  health: string;
  dangers: string[];
}

/** What stands in the form, as texts; it becomes an application only when it is sent. */
export interface Draft {
  /** Made once, so that sending again after a lost answer files nothing twice. */
  id: string;
  /** 0 when it is filed first; a later one adds to what was filed under the id. */
  revision: number;
  /** When it was filed first; '' before. */
  filedAt: string;
  kind: CaseKind;
  coordinates: string;
  place: string;
  address: string;
  accuracy: string;
  subjects: SubjectDraft[];
  incident: string;
  total: string;
  children: string;
  immobile: string;
  title: string;
  direction: string;
  starts: string;
  ends: string;
  volunteers: string;
  reporterName: string;
  reporterPhone: string;
  reporterRelation: string;
  reference: string;
  /** '' while it is not known. */
  weather: string;
  urgency: '' | 'routine' | 'urgent' | 'life_threatening';
  callOut: 'now' | 'hold' | 'none';
  exercise: boolean;
  /** The id of the case that the filer says it is about. */
  sameAs?: string | undefined;
  /** The id of the dead letter that this is filed in place of. */
  letter?: string | undefined;
}

export function emptySubject(): SubjectDraft {
  return { name: '', sex: '', age: '', lastSeen: '', description: '', health: '', dangers: [] };
}

export function emptyDraft(): Draft {
  return {
    id: `board-${randomUUID()}`,
    revision: 0,
    filedAt: '',
    kind: 'missing_person',
    coordinates: '',
    place: '',
    address: '',
    accuracy: '',
    subjects: [emptySubject()],
    incident: 'flood',
    total: '',
    children: '',
    immobile: '',
    title: '',
    direction: '',
    starts: '',
    ends: '',
    volunteers: '',
    reporterName: '',
    reporterPhone: '',
    reporterRelation: '',
    reference: '',
    weather: '',
    urgency: '',
    callOut: 'now',
    exercise: false,
  };
}

/** What is wrong with a field, by its JSON pointer in the application. */
export type FieldProblem = 'required' | 'unreadable' | 'outside' | 'short-link' | 'link' | 'number' | 'order' | 'future';
export type FieldProblems = Record<string, FieldProblem>;

/** The highest value that a number field takes; the server has its own limits. */
export const limits: Record<string, number> = { age: 130, people: 100_000, accuracy: 500_000 };

function readWhole(text: string, max: number): number | undefined | 'wrong' {
  if (text.trim() === '') return undefined;
  const value = Number(text.trim());
  return Number.isInteger(value) && value >= 0 && value <= max ? value : 'wrong';
}

// The age groups of children in ISRID, the international database of searches.
const childGroups = [
  [1, 3],
  [4, 6],
  [7, 9],
  [10, 12],
  [13, 15],
] as const;

/** The category of a child by its age, such as `child_13_15`; undefined for everybody else. */
export function childCategory(age: number | undefined): string | undefined {
  const group = age === undefined ? undefined : childGroups.find(([from, to]) => age >= from && age <= to);
  return group && `child_${group[0]}_${group[1]}`;
}

/** Turns the draft into the body of `POST /applications`, or says which fields keep it from being one. */
export function toApplication(draft: Draft, now: number): { body: Record<string, unknown>; problems: FieldProblems } {
  const problems: FieldProblems = {};
  const text = (value: string): string | undefined => value.trim() || undefined;
  const whole = (value: string, pointer: string, max: number): number | undefined => {
    const read = readWhole(value, max);
    if (read === 'wrong') {
      problems[pointer] = 'number';
      return undefined;
    }
    return read;
  };
  const time = (value: string, pointer: string, past: boolean): string | undefined => {
    const read = fromLocalInput(value);
    if (read && past && Date.parse(read) > now + 60_000) problems[pointer] = 'future';
    return read;
  };

  let location: { type: 'Point'; coordinates: LonLat } | undefined;
  const read = readPlace(draft.coordinates);
  if (read.kind === 'place') location = { type: 'Point', coordinates: read.lonLat };
  else problems['/location'] = draft.coordinates.trim() === '' ? 'required' : read.kind;

  const body: Record<string, unknown> = {
    id: draft.id,
    kind: draft.kind,
    filed_at: draft.filedAt || new Date(now).toISOString(),
    revision: draft.revision || undefined,
    location,
    place: text(draft.place),
    address: text(draft.address),
    accuracy_m: whole(draft.accuracy, '/accuracy_m', limits.accuracy ?? 0),
    urgency: draft.urgency || undefined,
    weather: draft.weather || undefined,
    call_out: draft.callOut,
    exercise: draft.exercise || undefined,
    same_as: draft.sameAs,
  };
  const reference = text(draft.reference);
  if (reference) body.source = { reference };
  const reporter = {
    name: text(draft.reporterName),
    phone: text(draft.reporterPhone),
    relation: text(draft.reporterRelation),
  };
  if (reporter.name || reporter.phone || reporter.relation) body.reporter = reporter;

  if (draft.kind === 'missing_person') {
    const ages = draft.subjects.map((subject, index) => whole(subject.age, `/subjects/${index}/age`, limits.age ?? 0));
    body.subjects = draft.subjects.map((subject, index) => ({
      id: `s${index + 1}`,
      name: text(subject.name),
      sex: subject.sex || undefined,
      age: ages[index],
      category: childCategory(ages[index]),
      last_seen_at: time(subject.lastSeen, `/subjects/${index}/last_seen_at`, true),
      description: text(subject.description),
      health: text(subject.health),
      dangers: subject.dangers.length > 0 ? subject.dangers : undefined,
    }));
  } else if (draft.kind === 'emergency') {
    body.incident = draft.incident;
    const people = {
      total: whole(draft.total, '/people_at_risk/total', limits.people ?? 0),
      children: whole(draft.children, '/people_at_risk/children', limits.people ?? 0),
      immobile: whole(draft.immobile, '/people_at_risk/immobile', limits.people ?? 0),
    };
    if (Object.values(people).some((value) => value !== undefined)) body.people_at_risk = people;
  } else {
    if (!text(draft.title)) problems['/event/title'] = 'required';
    const starts = time(draft.starts, '/event/starts_at', false);
    const ends = time(draft.ends, '/event/ends_at', false);
    if (starts && ends && ends < starts) problems['/event/ends_at'] = 'order';
    body.event = {
      title: text(draft.title),
      direction: text(draft.direction),
      starts_at: starts,
      ends_at: ends,
      volunteers_needed: whole(draft.volunteers, '/event/volunteers_needed', limits.people ?? 0),
    };
  }
  return { body, problems };
}

/** The draft in the form and those that were put aside, oldest first. */
export interface Drafts {
  current: Draft;
  parked: Draft[];
}

/** More than anybody puts aside in a shift. */
export const mostParked = 20;

// Of this tab: a device that others use too must not keep them longer. Each person has their own.
const keyOf = (account: string) => `izdeu.drafts.${account}`;

function complete(draft: Draft): Draft {
  return {
    ...emptyDraft(),
    ...draft,
    subjects: draft.subjects?.length ? draft.subjects.map((one) => ({ ...emptySubject(), ...one })) : [emptySubject()],
  };
}

export function loadDrafts(account: string): Drafts {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(account)) ?? '{}') as Partial<Drafts>;
    return {
      current: kept.current ? complete(kept.current) : emptyDraft(),
      parked: (kept.parked ?? []).map(complete),
    };
  } catch {
    return { current: emptyDraft(), parked: [] };
  }
}

export function keepDrafts(account: string, drafts: Drafts): void {
  try {
    sessionStorage.setItem(keyOf(account), JSON.stringify(drafts));
  } catch {
    // Without storage they live as long as the page does.
  }
}

/** True while nobody has typed anything. */
export function isEmpty(draft: Draft): boolean {
  const { id: _, kind: __, ...rest } = draft;
  const { id: ___, kind: ____, ...empty } = emptyDraft();
  return JSON.stringify(rest) === JSON.stringify(empty);
}

/** What tells a draft from the others in a list. */
export function draftTitle(draft: Draft): string {
  return [draft.place, draft.subjects[0]?.name, draft.title, draft.reporterName, draft.reporterPhone].filter(Boolean).slice(0, 2).join(', ');
}

const filedKey = (account: string) => `izdeu.filed.${account}`;

/** Applications of this tab that can be added to; the newest of them. */
const mostFiled = 10;

/** Remembers what was filed, so that more can be added under the same id. */
export function keepFiled(account: string, draft: Draft): void {
  const others = filedDrafts(account).filter(({ id }) => id !== draft.id);
  try {
    sessionStorage.setItem(filedKey(account), JSON.stringify([draft, ...others].slice(0, mostFiled)));
  } catch {
    // Without storage nothing can be added from here; a coordinator changes the case.
  }
}

export function filedDrafts(account: string): Draft[] {
  try {
    return (JSON.parse(sessionStorage.getItem(filedKey(account)) ?? '[]') as Draft[]).map(complete);
  } catch {
    return [];
  }
}
