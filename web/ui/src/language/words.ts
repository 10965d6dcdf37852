// Every text of the interface, in one typed dictionary: a phrase that lacks a language does not compile.
export { shell } from './words/shell';
export {
  assignmentStatus,
  candidateResult,
  caseKind,
  caseKindShort,
  caseStatus,
  caseStatusShort,
  cases,
  eventType,
  incident,
  urgency,
} from './words/cases';
export {
  actions,
  closeReason,
  condition,
  declineReason,
  foundBy,
  foundWith,
  problems,
  problemUnknown,
} from './words/actions';
export {
  balance,
  category,
  deadLetterReason,
  deadLetters,
  erasure,
  form,
  signed,
  skill,
  statistics,
  statisticsCheck,
  teams,
} from './words/pages';
export { assessment, danger, urgencyFactor, urgencyOrigin, weather } from './words/urgency';
export {
  channel,
  coordination,
  duplicateReason,
  duplicates,
  memberAnswer,
  openItem,
  pointKind,
  preemption,
  roster,
} from './words/coordination';
export { comparison, listColumn, matchedBy, part, unclearBecause } from './words/comparison';
export { desk } from './words/desk';
export { choice, chosen, duty, transport, unavailableBecause, weekday } from './words/choice';
export { filing } from './words/filing';
export { lineProblem, places, setup } from './words/setup';
export { lead, offline } from './words/lead';
export { mapping, ringCategory, ringGround } from './words/map';
export { alarms, keys } from './words/keys';
