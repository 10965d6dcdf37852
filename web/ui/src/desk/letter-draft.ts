import { emptyDraft, emptySubject, type Draft } from '../filing/draft';
import { toLocalInput } from '../language/format';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const longest = 4000;

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/**
 * What can be read of a message that became a dead letter, as a draft for the form; a person checks it.
 * What is no JSON stands whole in the description of the person.
 */
export function draftOfLetter(id: string, value: string): Draft {
  const draft: Draft = { ...emptyDraft(), letter: id };
  const said = readObject(value);
  if (!said) return { ...draft, subjects: [{ ...emptySubject(), description: value.trim().slice(0, longest) }] };
  const { kind } = said;
  if (kind === 'emergency' || kind === 'volunteer_event') draft.kind = kind;
  const reporter = fieldsOf(said.reporter);
  const risk = fieldsOf(said.people_at_risk);
  const event = fieldsOf(said.event);
  const [longitude, latitude] = Array.isArray(fieldsOf(said.location).coordinates)
    ? (fieldsOf(said.location).coordinates as unknown[])
    : [];
  return {
    ...draft,
    coordinates: typeof longitude === 'number' && typeof latitude === 'number' ? `${latitude}, ${longitude}` : '',
    place: textOf(said.place),
    address: textOf(said.address),
    subjects: subjectsOf(said.subjects),
    ...(textOf(said.incident) && { incident: textOf(said.incident) }),
    total: textOf(risk.total),
    children: textOf(risk.children),
    immobile: textOf(risk.immobile),
    title: textOf(event.title),
    direction: textOf(event.direction),
    reporterName: textOf(reporter.name),
    reporterPhone: textOf(reporter.phone),
    reporterRelation: textOf(reporter.relation),
    reference: textOf(fieldsOf(said.source).reference),
    exercise: said.exercise === true,
  };
}

/** The message itself, also where it stands in the envelope of a CloudEvent. */
function readObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isFields(value)) return undefined;
    return isFields(value.data) ? value.data : value;
  } catch {
    return undefined;
  }
}

function subjectsOf(value: unknown): Draft['subjects'] {
  const list = (Array.isArray(value) ? value : []).filter(isFields);
  if (list.length === 0) return [emptySubject()];
  return list.map((one) => {
    const seen = Date.parse(textOf(one.last_seen_at));
    return {
      ...emptySubject(),
      name: textOf(one.name),
      sex: one.sex === 'male' || one.sex === 'female' ? one.sex : '',
      age: textOf(one.age),
      lastSeen: Number.isNaN(seen) ? '' : toLocalInput(seen),
      description: textOf(one.description).slice(0, longest),
      health: textOf(one.health).slice(0, longest),
    };
  });
}
