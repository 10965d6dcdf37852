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
}

export interface SubjectView {
  id: string;
  name?: string;
  sex?: Sex;
  age?: number;
  category?: string;
  description?: string;
  health?: string;
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

export interface AssignmentView {
  team_id: string;
  round?: number;
  status: AssignmentStatus;
  distance_m?: number;
  from?: 'base' | 'position';
  position_age_s?: number;
  rings?: number;
  offered_at?: string;
  answer_by?: string;
  answered_at?: string;
  eta_at?: string;
  people?: number;
  reason?: string;
  en_route_at?: string;
  on_scene_at?: string;
  standing_down_at?: string;
  acknowledged_at?: string;
  returned_at?: string;
  people_returned?: number;
  /** The newest report of each channel and what was told by it. */
  notified?: { channel: 'webpush' | 'webhook'; about: string; delivered: boolean; at?: string }[];
}

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
  needs?: { teams?: number; skills?: string[] };
  assignments?: AssignmentView[];
  lead_team_id?: string;
  owner?: string;
  points?: { point: string; location: Point; at?: string }[];
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
  roles: string[];
  /** Absent: all regions. */
  regions?: string[];
  teams?: string[];
  name?: string;
}

export interface Info {
  version?: string;
  demo?: boolean;
  duty_phone?: string;
  installation?: string;
}

export interface TimelineEvent {
  position: string;
  type: string;
  at: string;
  team_id?: string;
  actor?: string | { type?: string; id?: string };
  [field: string]: unknown;
}

export interface Candidate {
  team_id: string;
  distance_m?: number;
  from?: 'base' | 'position';
  position_age_s?: number;
  result: string;
  cases_last_day?: number;
}

export interface CandidateDecision {
  position: string;
  at: string;
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

export interface Figures {
  applications: number;
  cases: number;
  subjects: number;
  found: number;
  missing: number;
  deceased: number;
  closed: number;
  open: number;
  median_minutes_to_first_team?: number | null;
  median_minutes_to_found?: number | null;
}

export interface StatisticsView {
  position: string;
  totals: Figures;
  groups?: (Figures & { key: string })[];
  checks?: { name: string; holds: boolean; difference: number }[];
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
}
