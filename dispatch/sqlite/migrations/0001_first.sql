-- The rows are the state; the journal is its history. Times are unix
-- milliseconds, NULL where there is none; texts that are empty are NULL.
-- The lists in the CHECKs are those of dispatch/vocabulary.go, written as
-- ORs: an IN of more than two constants costs SQLite a temporary tree for
-- every row that is written.

-- +goose Up

-- oldest_program: the schema version of the oldest program that may read and
-- write this database. A migration that an older program cannot live with
-- sets it to its own number.
CREATE TABLE compatibility (
	one            INTEGER PRIMARY KEY CHECK (one = 1),
	oldest_program INTEGER NOT NULL
) STRICT;
INSERT INTO compatibility (one, oldest_program) VALUES (1, 1);

CREATE TABLE head (
	one           INTEGER PRIMARY KEY CHECK (one = 1),
	epoch         TEXT    NOT NULL,
	seq           INTEGER NOT NULL CHECK (seq >= 0),
	last_event_at INTEGER
) STRICT;

CREATE TABLE setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
	seq      INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL, -- never decreases
	type     TEXT    NOT NULL,
	case_key INTEGER,
	team_key INTEGER,
	data     TEXT    NOT NULL
) STRICT;
-- The events that follow a case's opening closely are found by reading the
-- journal from there; only the later ones need an index. See read_journal.go.
CREATE INDEX journal_case ON journal (case_key) WHERE seq > case_key + 16;

CREATE TABLE team (
	key           INTEGER PRIMARY KEY CHECK (key > 0),
	id            TEXT    NOT NULL UNIQUE,
	organisation  TEXT,
	branch        TEXT,
	name          TEXT,
	lon           REAL    NOT NULL,
	lat           REAL    NOT NULL,
	kinds         TEXT    NOT NULL, -- JSON array
	skills        TEXT    NOT NULL, -- JSON array
	members       INTEGER NOT NULL,
	capacity      INTEGER NOT NULL,
	range_km      REAL    NOT NULL,
	answers       TEXT    NOT NULL CHECK (answers = 'manual' OR answers = 'automatic'),
	contacts      TEXT    NOT NULL, -- JSON array
	registered_at INTEGER,
	region        TEXT,
	available     INTEGER NOT NULL CHECK (available = 0 OR available = 1),
	until         INTEGER,
	available_at  INTEGER,
	changed       INTEGER NOT NULL
) STRICT;

CREATE TABLE team_position (
	team_id    TEXT PRIMARY KEY,
	lon        REAL    NOT NULL,
	lat        REAL    NOT NULL,
	at         INTEGER NOT NULL,
	accuracy_m REAL    NOT NULL,
	counter    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A case is a word of SQL.
CREATE TABLE cases (
	key           INTEGER PRIMARY KEY CHECK (key > 0), -- the sequence of its case.opened
	id            TEXT    NOT NULL,
	number        TEXT    NOT NULL UNIQUE,
	kind          TEXT    NOT NULL CHECK (kind = 'missing_person' OR kind = 'emergency' OR kind = 'volunteer_event'),
	status        TEXT    NOT NULL CHECK (status = 'review' OR status = 'waiting' OR status = 'assigned' OR status = 'searching'
		OR status = 'ended' OR status = 'found' OR status = 'missing' OR status = 'deceased' OR status = 'closed'),
	urgency       TEXT    NOT NULL CHECK (urgency = 'routine' OR urgency = 'urgent' OR urgency = 'life_threatening'),
	call_out      TEXT    NOT NULL CHECK (call_out = 'now' OR call_out = 'hold' OR call_out = 'none'),
	active        INTEGER NOT NULL CHECK (active = 0 OR active = 1), -- belongs into the leader's memory
	exercise      INTEGER NOT NULL CHECK (exercise = 0 OR exercise = 1),
	region        TEXT,
	regions       TEXT, -- codes with a space between; region first when there is one
	lon           REAL,
	lat           REAL,
	accuracy_m    REAL    NOT NULL,
	opened_at     INTEGER NOT NULL,
	teams_needed  INTEGER NOT NULL,
	changed       INTEGER NOT NULL,
	incident      TEXT CHECK (incident = 'flood' OR incident = 'snow_trap' OR incident = 'ice' OR incident = 'water'
		OR incident = 'fire' OR incident = 'mountain' OR incident = 'technical' OR incident = 'other'),
	ended_at      INTEGER,
	suspended_at  INTEGER,
	unanswered_at INTEGER,
	lead_team     TEXT, -- team.id
	detail        TEXT  -- JSON: what no query asks for
) STRICT;
CREATE INDEX cases_active ON cases (active) WHERE active = 1;
CREATE INDEX cases_ended ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE application (
	key         INTEGER NOT NULL, -- the sequence of the event that brought it in
	case_key    INTEGER NOT NULL,
	identity    BLOB    NOT NULL UNIQUE CHECK (length(identity) = 16),
	system      TEXT    NOT NULL,
	id          TEXT    NOT NULL,
	original_id TEXT,
	reference   TEXT,
	kind        TEXT    NOT NULL CHECK (kind = 'missing_person' OR kind = 'emergency' OR kind = 'volunteer_event'),
	filed_at    INTEGER,
	received_at INTEGER,
	revision    INTEGER NOT NULL,
	body_hash   BLOB    NOT NULL CHECK (length(body_hash) = 16),
	changed     INTEGER NOT NULL,
	PRIMARY KEY (case_key, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE subject (
	case_key     INTEGER NOT NULL,
	n            INTEGER NOT NULL CHECK (n > 0),
	id           TEXT    NOT NULL,
	sex          TEXT CHECK (sex = 'male' OR sex = 'female'),
	age          INTEGER,
	category     TEXT,
	last_seen_at INTEGER,
	changed      INTEGER NOT NULL,
	outcome      TEXT CHECK (outcome = 'found' OR outcome = 'missing' OR outcome = 'deceased' OR outcome = 'closed'), -- NULL: open
	condition    TEXT CHECK (condition = 'well' OR condition = 'injured' OR condition = 'no_signs_of_life' OR condition = 'not_stated'),
	found_by     TEXT CHECK (found_by = 'team' OR found_by = 'police' OR found_by = 'public' OR found_by = 'self' OR found_by = 'family'),
	confirmed_by TEXT,
	identity     TEXT CHECK (identity = 'confirmed' OR identity = 'unconfirmed'),
	reason       TEXT CHECK (reason = 'rescued' OR reason = 'evacuated' OR reason = 'assisted' OR reason = 'not_confirmed'
		OR reason = 'duplicate' OR reason = 'other_service' OR reason = 'cancelled' OR reason = 'completed'),
	people       INTEGER,
	outcome_at   INTEGER,
	PRIMARY KEY (case_key, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment (
	case_key         INTEGER NOT NULL,
	n                INTEGER NOT NULL CHECK (n > 0),
	team_key         INTEGER NOT NULL,
	round            INTEGER NOT NULL,
	status           TEXT    NOT NULL CHECK (status = 'offered' OR status = 'no_answer' OR status = 'declined' OR status = 'withdrawn'
		OR status = 'accepted' OR status = 'en_route' OR status = 'on_scene' OR status = 'standing_down'
		OR status = 'returned' OR status = 'released'),
	slot             INTEGER NOT NULL CHECK (slot >= 0), -- 0 takes none
	distance_m       REAL    NOT NULL,
	position_at      INTEGER, -- NULL: the base was used
	rings            INTEGER NOT NULL,
	by_hand          INTEGER NOT NULL CHECK (by_hand = 0 OR by_hand = 1),
	created          INTEGER NOT NULL,
	slot_changed     INTEGER NOT NULL,
	changed          INTEGER NOT NULL,
	offered_at       INTEGER,
	answer_by        INTEGER,
	answered_at      INTEGER,
	eta_at           INTEGER,
	en_route_at      INTEGER,
	on_scene_at      INTEGER,
	standing_down_at INTEGER,
	acknowledged_at  INTEGER,
	finished_at      INTEGER,
	people           INTEGER,
	people_returned  INTEGER,
	words            TEXT,
	PRIMARY KEY (case_key, n)
) STRICT, WITHOUT ROWID;
-- Capacity is hard: a slot of a team holds one assignment.
CREATE UNIQUE INDEX assignment_slot ON assignment (team_key, slot) WHERE slot > 0;
-- At most one assignment of a team on a case is not finished.
CREATE UNIQUE INDEX assignment_live ON assignment (case_key, team_key) WHERE status <> 'withdrawn' AND status <> 'returned' AND status <> 'released';

-- Outcomes that are not told before the family knows them, and those told since.
CREATE TABLE sealed_outcome (
	case_key    INTEGER NOT NULL,
	n           INTEGER NOT NULL CHECK (n > 0), -- in the order of recording
	subject     INTEGER NOT NULL, -- subject.n; 0 for a case without subjects
	outcome     TEXT    NOT NULL CHECK (outcome = 'found' OR outcome = 'missing' OR outcome = 'deceased' OR outcome = 'closed'),
	recorded_at INTEGER NOT NULL,
	released_at INTEGER, -- NULL while withheld
	data        TEXT    NOT NULL, -- JSON: the rest
	changed     INTEGER NOT NULL,
	PRIMARY KEY (case_key, n)
) STRICT, WITHOUT ROWID;

-- What can be erased of a case without breaking its history.
CREATE TABLE personal (
	case_key INTEGER PRIMARY KEY,
	changed  INTEGER NOT NULL,
	search   TEXT, -- what a text search looks through, in lower case
	data     TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE decision (
	case_key   INTEGER NOT NULL,
	seq        INTEGER NOT NULL, -- of the event that the choice led to
	at         INTEGER NOT NULL,
	candidates BLOB    NOT NULL, -- dispatch.Decision.MarshalBinary
	PRIMARY KEY (case_key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
	case_key INTEGER NOT NULL,
	seq      INTEGER NOT NULL,
	audience TEXT    NOT NULL CHECK (audience = 'team' OR audience = 'coordination' OR audience = 'sealed'),
	actor    TEXT,
	at       INTEGER NOT NULL,
	text     TEXT    NOT NULL,
	PRIMARY KEY (case_key, seq)
) STRICT, WITHOUT ROWID;

-- Results of commands and team messages; n grows with their time, so that the
-- oldest are found without an index on it.
CREATE TABLE applied (
	n        INTEGER PRIMARY KEY,
	identity BLOB    NOT NULL UNIQUE CHECK (length(identity) = 16),
	at       INTEGER NOT NULL,
	done     INTEGER NOT NULL CHECK (done = 0 OR done = 1),
	code     TEXT,
	detail   TEXT,
	case_key INTEGER,
	seq      INTEGER NOT NULL
) STRICT;

CREATE TABLE dead_letter (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	topic       TEXT    NOT NULL,
	partition   INTEGER NOT NULL,
	offset      INTEGER NOT NULL,
	at          INTEGER,
	reason      TEXT    NOT NULL,
	detail      TEXT,
	replayed_at INTEGER,
	message_key BLOB,
	value       BLOB
) STRICT;
CREATE INDEX dead_letter_open ON dead_letter (id) WHERE replayed_at IS NULL;
-- A topic that is read again from its beginning brings no letter twice. The
-- time is part of it, because a damaged log hands its offsets out again.
CREATE UNIQUE INDEX dead_letter_record ON dead_letter (topic, partition, offset, at);

CREATE TABLE source_offset (
	topic     TEXT    NOT NULL,
	partition INTEGER NOT NULL,
	next      INTEGER NOT NULL,
	last_hash BLOB    NOT NULL CHECK (length(last_hash) = 16),
	PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE case_number (
	prefix TEXT PRIMARY KEY,
	last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Progress of the journal's readers.
CREATE TABLE cursor (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the statistics count, made from the journal alone by a projector; its
-- position is the cursor 'statistics'.
CREATE TABLE statistics (
	case_key  INTEGER PRIMARY KEY,
	opened_at INTEGER NOT NULL,
	data      TEXT    NOT NULL -- JSON
) STRICT;

CREATE TABLE api_key (
	id         TEXT PRIMARY KEY,
	name       TEXT,
	hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
	roles      TEXT    NOT NULL, -- JSON arrays
	regions    TEXT    NOT NULL,
	teams      TEXT    NOT NULL,
	systems    TEXT    NOT NULL,
	created_at INTEGER,
	revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- +goose Down
-- There is no way down: restore a backup instead.
