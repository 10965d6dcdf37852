import type { CaseKind, CaseStatus, LonLat, Urgency } from '../map/types';

// The shapes of the HTTP API and of the live frames. What a role may not see is absent.

export type { CaseKind, CaseStatus, LonLat, Urgency };
export type Sex = 'male' | 'female';
export type Outcome = 'found' | 'missing' | 'deceased' | 'closed';
export type AssignmentStatus =
  | 'offered'
  | 'no_answer'
  | 'declined'
  | 'withdrawn'
  | 'accepted'
  | 'en_route'
  | 'on_scene'
  | 'standing_down'
  | 'returned'
  | 'released';

/** A GeoJSON point: longitude, latitude, WGS 84. */
export interface Point {
  type: 'Point';
  coordinates: LonLat;
}

export interface NeedsReview {
  /** JSON pointer into the application. */
  pointer: string;
  detail: string;
  /** True when nobody is called out until it is mended. */
  holds?: boolean;
}

export interface ApplicationView {
  system: string;
  id: string;
  reference?: string;
  filed_at?: string;
  reporter?: { name?: string; phone?: string; relation?: string };
  /** It did not open the case. */
  joined?: boolean;
  /** The case that it came from in a merge. */
  came_from?: string;
  /** Of one that joined: what it says itself. */
  filed?: { location?: Point; place?: string; address?: string; subjects?: SubjectView[] };
}

export interface SubjectView {
  id: string;
  name?: string;
  sex?: Sex;
  age?: number;
  category?: string;
  description?: string;
  health?: string;
  dangers?: string[];
  last_seen_at?: string;
  outcome?: Outcome;
  condition?: string;
  found_by?: string;
  reason?: string;
  outcome_at?: string;
}

export interface SealedView {
  subject_id?: string;
  outcome: Outcome;
  condition?: string;
  confirmed_by?: string;
  identity?: string;
  at?: string;
}

export type MemberAnswer = 'coming' | 'not_coming' | 'arrived' | 'home';

/** A member of a team, as answered by the link of its roster. */
export interface MemberView {
  id: string;
  name?: string;
  phone?: string;
  minor?: boolean;
  answer: MemberAnswer;
  eta_at?: string;
  seats?: number;
  answered_at?: string;
  coming_at?: string;
  arrived_at?: string;
  home_at?: string;
  hours?: number;
}

/** How long a trip is taken to last, in seconds: eight of ten lie between least and most. */
export interface Travel {
  travel_s?: number;
  travel_least_s?: number;
  travel_most_s?: number;
  /** Assumed: this installation has not seen enough trips yet. */
  travel_assumed?: boolean;
}

export interface AssignmentView extends Travel {
  team_id: string;
  round?: number;
  status: AssignmentStatus;
  distance_m?: number;
  from?: 'base' | 'position';
  position_age_s?: number;
  stale_position_age_s?: number;
  skills?: string[];
  rings?: number;
  by_hand?: boolean;
  offered_at?: string;
  answer_by?: string;
  answered_at?: string;
  eta_at?: string;
  eta_least_at?: string;
  eta_most_at?: string;
  people?: number;
  /** The words of the answer; a reason of the list stands on a line of its own. */
  reason?: string;
  en_route_at?: string;
  on_scene_at?: string;
  standing_down_at?: string;
  acknowledged_at?: string;
  returned_at?: string;
  people_returned?: number;
  /** The newest report of each channel and what was told by it. */
  notified?: { channel: 'webpush' | 'webhook'; about: string; delivered: boolean; at?: string }[];
  roster?: { coming: number; seats: number; arrived: number; home: number; not_back: number };
  members?: MemberView[];
  people_missing_at?: string;
  check_in_by?: string;
  check_in_missed_at?: string;
  checked_in_at?: string;
  /** The more urgent case that the team was taken for. */
  released_for?: string;
  /** The team's region, where it is not the case's. */
  lent_by?: string;
  hours?: number;
  people_hours?: number;
}

export type OpenCode =
  | 'people_missing'
  | 'check_in_missed'
  | 'unanswered'
  | 'needs_review'
  | 'withheld'
  | 'not_acknowledged'
  | 'not_back'
  | 'offer';

/** Something about a case that somebody has to see to. */
export interface OpenItem {
  code: OpenCode;
  team_id?: string;
  subject_id?: string;
}

/** Who of those called back knows it, and who is home. */
export interface CallBack {
  teams: number;
  teams_know: number;
  teams_back: number;
  people: number;
  people_back: number;
}

/** Another case that may be the same. */
export interface LikelyDuplicate {
  case_id: string;
  score: number;
  reasons: string[];
}

/** A team on its way to something routine that a person may take from there. */
export interface Proposal {
  team_id: string;
  from_case_id: string;
  travel_s: number;
  /** How much sooner than who is asked now; absent: nobody is. */
  gain_s?: number;
  /** How much later for the other case; absent: nobody else can be asked for it. */
  cost_s?: number;
  at?: string;
}

export type PointKind = 'staging' | 'home' | 'clue' | 'found' | 'hazard';

export interface CaseView {
  id: string;
  number?: string;
  kind: CaseKind;
  status: CaseStatus;
  urgency: Urgency;
  urgency_from?: 'filed' | 'set';
  urgency_set_by?: string;
  urgency_set_at?: string;
  assessment?: {
    version: number;
    urgency: Urgency;
    score: number;
    factors?: { code: string; points: number; lifts?: boolean }[];
  };
  region?: string;
  location?: Point;
  approximate?: boolean;
  accuracy_m?: number;
  place?: string;
  address?: string;
  call_out?: 'now' | 'hold' | 'none';
  exercise?: boolean;
  demo?: boolean;
  opened_at: string;
  ended_at?: string;
  suspended_at?: string;
  unanswered_at?: string;
  needs_review?: NeedsReview[];
  applications?: ApplicationView[];
  subjects?: SubjectView[];
  incident?: string;
  weather?: string;
  people_at_risk?: { total?: number; children?: number; immobile?: number };
  event?: { title?: string; direction?: string; starts_at?: string; ends_at?: string; volunteers_needed?: number };
  outcome?: { outcome: Outcome; reason?: string; people?: number; at?: string };
  sealed?: SealedView[];
  /** `at_most` 0 or absent: every acceptance is welcome. */
  needs?: { teams?: number; at_most?: number; skills?: string[] };
  assignments?: AssignmentView[];
  lead_team_id?: string;
  /** 0: never; absent: as the installation does. */
  check_in_minutes?: number;
  call_back?: CallBack;
  /** The id of the key whose holder is responsible for the case. */
  owner?: string;
  owned_at?: string;
  open_items?: OpenItem[];
  merged_into?: string;
  likely_duplicates?: LikelyDuplicate[];
  proposals?: Proposal[];
  /** It lost its team to something more urgent and is served before others of its urgency. */
  first_in_queue?: boolean;
  points?: { point: PointKind; location: Point; at?: string; note?: string; photo?: string }[];
}

/** A duty calendar, in the time of the team's region. */
export interface Duty {
  weekly?: { days: string[]; from: string; to: string }[];
  exceptions?: { from: string; to: string; on: boolean }[];
}

export interface Certificate {
  skill: string;
  expires_at: string;
}

export interface TeamView {
  id: string;
  organisation?: string;
  branch?: string;
  name: string;
  base?: Point;
  region?: string;
  kinds?: CaseKind[];
  skills?: string[];
  members?: number;
  capacity?: number;
  range_km?: number;
  transport?: string;
  answers?: 'manual' | 'automatic';
  available?: boolean;
  unavailable_because?: 'said' | 'duty' | 'rest';
  unavailable_until?: string;
  off_duty?: boolean;
  duty_until?: string;
  resting?: number;
  resting_until?: string;
  duty?: Duty;
  certificates?: Certificate[];
  position?: { position: Point; at: string; accuracy_m?: number };
  live_cases?: string[];
}

export interface Session {
  /** Of the key; the owner of a case is named by it. */
  id?: string;
  roles: string[];
  /** Absent: all regions. */
  regions?: string[];
  teams?: string[];
  /** What it files as; the first one, unless it names another. */
  systems?: string[];
  name?: string;
  /** Of a session of the board; absent for a key. */
  expires_at?: string;
}

export interface Info {
  version?: string;
  demo?: boolean;
  duty_phone?: string;
  basemap?: { kind: 'builtin' | 'pmtiles' | 'raster' | 'vector'; url?: string; attribution?: string };
  installation?: string;
  office?: Office;
  /** Where phones reach the board, without a slash at its end. */
  public_url?: string;
}

/** Who runs the installation. */
export interface Office {
  name?: string;
  region?: string;
  duty_phone?: string;
}

export interface CoordinatorView {
  id: string;
  name?: string;
  /** Absent: every region. */
  regions?: string[];
  language?: string;
  contacts: number;
  on_duty: boolean;
  duty?: Duty;
}

export interface TimelineEvent {
  position: string;
  type: string;
  at: string;
  team_id?: string;
  actor?: string | { type?: string; id?: string };
  [field: string]: unknown;
}

export interface Candidate extends Travel {
  team_id: string;
  distance_m?: number;
  from?: 'base' | 'position';
  position_age_s?: number;
  stale_position_age_s?: number;
  result: string;
  transport?: string;
  /** Of a team that rests or is off duty: seconds until it may be asked. */
  free_in_s?: number;
  /** By how much it would have been there before the one chosen, its wait counted where that is known. */
  would_gain_s?: number;
  cases_last_day?: number;
}

export interface CandidateDecision {
  position: string;
  at: string;
  /** How the team was chosen; absent when nobody could be asked. */
  chosen?: string;
  candidates?: Candidate[];
  others?: Record<string, number>;
}

export interface DeadLetter {
  id: number | string;
  topic: string;
  partition?: number;
  offset?: number;
  reason: string;
  detail?: string;
  at: string;
  replayed_at?: string;
}

/** A dead letter with what stands in it. */
export interface DeadLetterContent extends DeadLetter {
  key?: string;
  value?: string;
  bytes: number;
}

export interface Figures {
  applications: number;
  cases: number;
  subjects: number;
  found: number;
  missing: number;
  deceased: number;
  closed: number;
  open: number;
  /** Teams that went to a case of another region, and teams of another region on own cases. */
  lent?: number;
  borrowed?: number;
  team_hours?: number;
  people_hours?: number;
  median_minutes_to_first_team?: number | null;
  median_minutes_to_found?: number | null;
}

export interface StatisticsView {
  position: string;
  totals: Figures;
  groups?: (Figures & { key: string })[];
  checks?: { name: string; holds: boolean; difference: number }[];
}

export interface BalanceFigures {
  carried: number;
  opened: number;
  reopened: number;
  ended: number;
  open: number;
}

/** A case that counts another way than when a month was signed. */
export interface Correction {
  /** Absent where this person does not see the case any more. */
  case_id?: string;
  number?: string;
  signed: BalanceFigures;
  now: BalanceFigures;
  /** Types of the events that changed it. */
  since: string[];
}

/** A month of a region as an office has signed it. */
export interface SignedMonth {
  month: string;
  region: string;
  signed_at: string;
  signed_by: string;
  position: string;
  figures: BalanceFigures;
  now: BalanceFigures;
  corrections: Correction[];
}

export interface BalanceView {
  position: string;
  totals: BalanceFigures;
  regions: (BalanceFigures & { key: string })[];
  checks: { name: string; holds: boolean; difference: number }[];
}

/** A row of a team's list, as the server read it; without an outcome: still sought. */
export interface ListedRow {
  line: number;
  number?: string;
  reference?: string;
  name?: string;
  age?: number;
  opened?: string;
  ended?: string;
  outcome?: Outcome;
}

/** One of ours in a comparison: a person, or a case without subjects. */
export interface CountedPerson {
  case_id: string;
  number: string;
  kind: CaseKind;
  opened_at: string;
  part: string;
  carried?: boolean;
  subject_id?: string;
  name?: string;
  sex?: 'male' | 'female';
  age?: number;
  outcome?: Outcome;
}

export interface ComparedPair {
  row: ListedRow;
  ours: CountedPerson;
  by: string;
}

export interface UnclearRow {
  row: ListedRow;
  reason: string;
  candidates: { ours: CountedPerson; by: string }[];
}

/** The answer of `POST /statistics/compare`. */
export interface ComparisonView {
  rows: number;
  ours: number;
  same: ComparedPair[];
  different: ComparedPair[];
  only_ours: CountedPerson[];
  only_theirs: ListedRow[];
  unclear: UnclearRow[];
  problems: { line?: number; column?: string; code: string; detail: string }[];
}

/** A body for `PUT /teams/{id}`. */
export interface TeamBody {
  type: 'team.registered';
  id: string;
  name: string;
  organisation?: string;
  branch?: string;
  base: Point;
  kinds: CaseKind[];
  skills: string[];
  members?: number;
  capacity?: number;
  range_km?: number;
  transport?: string;
  duty?: Duty;
  certificates?: Certificate[];
  answers: 'manual' | 'automatic';
  contacts?: { channel: 'webhook'; address: string }[];
}
