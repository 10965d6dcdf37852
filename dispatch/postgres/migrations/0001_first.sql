-- The rows are the state; the journal is its history. Times are unix
-- milliseconds, NULL where there is none; texts that are empty are NULL.
-- Tables and columns mean what those of dispatch/sqlite do. The lists in the
-- CHECKs are those of dispatch/vocabulary.go. What is ordered by or looked for
-- is compared byte by byte (COLLATE "C"), as Go does, wherever the database runs.

-- +goose Up

-- oldest_program: the schema version of the oldest program that may read and
-- write this database. A migration that an older program cannot live with
-- sets it to its own number.
CREATE TABLE compatibility (
	one            integer PRIMARY KEY CHECK (one = 1),
	oldest_program bigint  NOT NULL
);
INSERT INTO compatibility (one, oldest_program) VALUES (1, 1);

-- A commit that was decided on another head leaves seq NULL, which is refused;
-- one whose first event is older than the last breaks the second rule.
CREATE TABLE head (
	one           integer PRIMARY KEY CHECK (one = 1),
	epoch         text    NOT NULL,
	seq           bigint  NOT NULL CHECK (seq >= 0),
	last_event_at bigint  CONSTRAINT head_time_goes_on CHECK (last_event_at >= 0),
	timeline      text    NOT NULL, -- of Postgres; with another one the epoch ends
	leader        bigint  NOT NULL DEFAULT 0 -- the number of the term of the replica that leads
) WITH (fillfactor = 10); -- so that an update stays in its page

CREATE TABLE setting (
	name  text COLLATE "C" PRIMARY KEY,
	value text NOT NULL
);

CREATE TABLE journal (
	seq      bigint  PRIMARY KEY,
	at       bigint  NOT NULL, -- never decreases
	type     text    NOT NULL,
	case_key bigint,
	team_key integer,
	data     text    NOT NULL
);
-- The events that follow a case's opening closely are found by reading the
-- journal from there; only the later ones need an index. See read_journal.go.
CREATE INDEX journal_case ON journal (case_key) WHERE seq > case_key + 16;

CREATE TABLE team (
	key           integer PRIMARY KEY CHECK (key > 0),
	id            text    COLLATE "C" NOT NULL UNIQUE,
	organisation  text,
	branch        text,
	name          text,
	lon           float8  NOT NULL,
	lat           float8  NOT NULL,
	kinds         jsonb   NOT NULL, -- an array
	skills        jsonb   NOT NULL, -- an array
	members       bigint  NOT NULL,
	capacity      bigint  NOT NULL,
	range_km      float8  NOT NULL,
	answers       text    NOT NULL CHECK (answers IN ('manual', 'automatic')),
	contacts      jsonb   NOT NULL, -- an array
	registered_at bigint,
	region        text,
	available     boolean NOT NULL,
	until         bigint,
	available_at  bigint,
	changed       bigint  NOT NULL,
	detail        jsonb, -- what no query asks for
	standing      jsonb  -- duty by the calendar, and rests
);

CREATE TABLE team_position (
	team_id    text   COLLATE "C" PRIMARY KEY,
	lon        float8 NOT NULL,
	lat        float8 NOT NULL,
	at         bigint NOT NULL,
	accuracy_m float8 NOT NULL,
	counter    bigint NOT NULL
) WITH (fillfactor = 50);

-- Who is told when a case needs a person.
CREATE TABLE coordinator (
	id            text   COLLATE "C" PRIMARY KEY,
	regions       jsonb  NOT NULL, -- an array; empty: every region
	detail        jsonb, -- name, contacts, language, duty
	registered_at bigint,
	changed       bigint NOT NULL
);

-- A case is a word of SQL.
CREATE TABLE cases (
	key           bigint  PRIMARY KEY CHECK (key > 0), -- the sequence of its case.opened
	id            text    NOT NULL,
	number        text    COLLATE "C" NOT NULL UNIQUE,
	kind          text    NOT NULL CHECK (kind IN ('missing_person', 'emergency', 'volunteer_event')),
	status        text    NOT NULL CHECK (status IN ('review', 'waiting', 'assigned', 'searching', 'ended', 'found', 'missing', 'deceased', 'closed')),
	urgency       text    NOT NULL CHECK (urgency IN ('routine', 'urgent', 'life_threatening')),
	call_out      text    NOT NULL CHECK (call_out IN ('now', 'hold', 'none')),
	active        boolean NOT NULL, -- belongs into the leader's memory
	exercise      boolean NOT NULL,
	region        text,
	regions       text, -- codes with a space between; region first when there is one
	lon           float8,
	lat           float8,
	accuracy_m    float8  NOT NULL,
	opened_at     bigint  NOT NULL,
	teams_needed  bigint  NOT NULL,
	changed       bigint  NOT NULL,
	incident      text    CHECK (incident IN ('flood', 'snow_trap', 'ice', 'water', 'fire', 'mountain', 'technical', 'other')),
	ended_at      bigint,
	suspended_at  bigint,
	unanswered_at bigint,
	lead_team     text, -- team.id
	detail        jsonb -- the rest
) WITH (fillfactor = 80);
CREATE INDEX cases_active ON cases (key) WHERE active;
CREATE INDEX cases_ended ON cases (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE application (
	key         bigint NOT NULL, -- the sequence of the event that brought it in
	case_key    bigint NOT NULL,
	identity    bytea  NOT NULL CONSTRAINT application_identity UNIQUE CHECK (length(identity) = 16),
	system      text   NOT NULL,
	id          text   NOT NULL,
	original_id text,
	reference   text,
	kind        text   NOT NULL CHECK (kind IN ('missing_person', 'emergency', 'volunteer_event')),
	filed_at    bigint,
	received_at bigint,
	revision    bigint NOT NULL,
	body_hash   bytea  NOT NULL CHECK (length(body_hash) = 16),
	changed     bigint NOT NULL,
	PRIMARY KEY (case_key, key)
);

CREATE TABLE subject (
	case_key     bigint  NOT NULL,
	n            integer NOT NULL CHECK (n > 0),
	id           text    NOT NULL,
	sex          text    CHECK (sex IN ('male', 'female')),
	age          bigint,
	category     text,
	last_seen_at bigint,
	changed      bigint  NOT NULL,
	outcome      text    CHECK (outcome IN ('found', 'missing', 'deceased', 'closed')), -- NULL: open
	condition    text    CHECK (condition IN ('well', 'injured', 'no_signs_of_life', 'not_stated')),
	found_by     text    CHECK (found_by IN ('team', 'police', 'public', 'self', 'family')),
	confirmed_by text,
	identity     text    CHECK (identity IN ('confirmed', 'unconfirmed')),
	reason       text    CHECK (reason IN ('rescued', 'evacuated', 'assisted', 'not_confirmed', 'duplicate', 'other_service', 'cancelled', 'completed')),
	people       bigint,
	outcome_at   bigint,
	moved_to     bigint, -- key of the case that the person went to in a split
	PRIMARY KEY (case_key, n)
) WITH (fillfactor = 90);

CREATE TABLE assignment (
	case_key         bigint  NOT NULL,
	n                integer NOT NULL CHECK (n > 0),
	team_key         integer NOT NULL,
	round            bigint  NOT NULL,
	status           text    NOT NULL CHECK (status IN ('offered', 'no_answer', 'declined', 'withdrawn', 'accepted', 'en_route', 'on_scene', 'standing_down', 'returned', 'released')),
	slot             integer NOT NULL CHECK (slot >= 0), -- 0 takes none
	distance_m       float8  NOT NULL,
	position_at      bigint, -- NULL: the base was used
	rings            bigint  NOT NULL,
	by_hand          boolean NOT NULL,
	created          bigint  NOT NULL,
	slot_changed     bigint  NOT NULL,
	changed          bigint  NOT NULL,
	offered_at       bigint,
	answer_by        bigint,
	answered_at      bigint,
	eta_at           bigint,
	en_route_at      bigint,
	on_scene_at      bigint,
	standing_down_at bigint,
	acknowledged_at  bigint,
	finished_at      bigint,
	people           bigint,
	people_returned  bigint,
	words            text,
	detail           jsonb, -- what no query asks for
	PRIMARY KEY (case_key, n)
) WITH (fillfactor = 80);
-- Capacity is hard: a slot of a team holds one assignment.
CREATE UNIQUE INDEX assignment_slot ON assignment (team_key, slot) WHERE slot > 0;
-- At most one assignment of a team on a case is not finished.
CREATE UNIQUE INDEX assignment_live ON assignment (case_key, team_key) WHERE status <> 'withdrawn' AND status <> 'returned' AND status <> 'released';

-- Outcomes that are not told before the family knows them, and those told since.
CREATE TABLE sealed_outcome (
	case_key    bigint  NOT NULL,
	n           integer NOT NULL CHECK (n > 0), -- in the order of recording
	subject     integer NOT NULL, -- subject.n; 0 for a case without subjects
	outcome     text    NOT NULL CHECK (outcome IN ('found', 'missing', 'deceased', 'closed')),
	recorded_at bigint  NOT NULL,
	released_at bigint, -- NULL while withheld
	data        text    NOT NULL, -- JSON: the rest
	changed     bigint  NOT NULL,
	PRIMARY KEY (case_key, n)
);

-- What can be erased of a case without breaking its history.
CREATE TABLE personal (
	case_key bigint PRIMARY KEY,
	changed  bigint NOT NULL,
	search   text, -- what a text search looks through, in lower case
	data     text   NOT NULL -- JSON
);

CREATE TABLE decision (
	case_key   bigint NOT NULL,
	seq        bigint NOT NULL, -- of the event that the choice led to
	at         bigint NOT NULL,
	candidates bytea  NOT NULL, -- dispatch.Decision.MarshalBinary
	PRIMARY KEY (case_key, seq)
);

CREATE TABLE note (
	case_key bigint NOT NULL,
	seq      bigint NOT NULL,
	audience text   NOT NULL CHECK (audience IN ('team', 'coordination', 'sealed')),
	actor    text,
	at       bigint NOT NULL,
	text     text   NOT NULL,
	team_id  text, -- the team whose log it is in
	PRIMARY KEY (case_key, seq)
);

-- People of a team who answered by the link of its roster. name and phone can
-- be erased without breaking the history.
CREATE TABLE member (
	case_key    bigint  NOT NULL,
	n           integer NOT NULL CHECK (n > 0),
	assignment  integer NOT NULL, -- assignment.n
	id          text    NOT NULL,
	name        text,
	phone       text,
	minor       boolean NOT NULL,
	answer      text    NOT NULL CHECK (answer IN ('coming', 'not_coming', 'arrived', 'home')),
	eta_at      bigint,
	seats       bigint,
	answered_at bigint,
	coming_at   bigint,
	arrived_at  bigint,
	home_at     bigint,
	served_ms   bigint, -- of the times that the member came home from
	changed     bigint  NOT NULL,
	PRIMARY KEY (case_key, n)
);

-- Where teams went while they were on a case, thinned; can be erased.
CREATE TABLE track (
	case_key   bigint  NOT NULL,
	assignment integer NOT NULL, -- assignment.n
	at         bigint  NOT NULL,
	lon        float8  NOT NULL,
	lat        float8  NOT NULL,
	accuracy_m float8  NOT NULL,
	PRIMARY KEY (case_key, assignment, at)
);

-- Photos of points; the point has the id alone. A row can be erased.
CREATE TABLE photo (
	case_key bigint NOT NULL,
	id       text   COLLATE "C" NOT NULL,
	at       bigint NOT NULL,
	image    bytea  NOT NULL, -- JPEG without metadata
	small    bytea  NOT NULL,
	PRIMARY KEY (case_key, id)
);
ALTER TABLE photo ALTER image SET STORAGE EXTERNAL, ALTER small SET STORAGE EXTERNAL; -- JPEG does not get smaller

-- What the trips of a transport have taken so far; see dispatch.TravelRecord.
CREATE TABLE travel (
	transport   text   COLLATE "C" PRIMARY KEY,
	trips       bigint NOT NULL,
	log_sum     bigint NOT NULL,
	log_squares bigint NOT NULL
);

-- Results of commands and team messages; n grows with their time, so that the
-- oldest are found without an index on it.
CREATE TABLE applied (
	n        bigint  GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	identity bytea   NOT NULL CONSTRAINT applied_identity UNIQUE CHECK (length(identity) = 16),
	at       bigint  NOT NULL,
	done     boolean NOT NULL,
	code     text,
	detail   text,
	case_key bigint,
	seq      bigint  NOT NULL
);

CREATE TABLE dead_letter (
	id          bigint  GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	topic       text    NOT NULL,
	partition   integer NOT NULL,
	"offset"    bigint  NOT NULL,
	at          bigint,
	reason      text    NOT NULL,
	detail      text,
	replayed_at bigint,
	message_key bytea,
	value       bytea
);
CREATE INDEX dead_letter_open ON dead_letter (id) WHERE replayed_at IS NULL;
-- A topic that is read again from its beginning brings no letter twice. The
-- time is part of it, because a damaged log hands its offsets out again.
CREATE UNIQUE INDEX dead_letter_record ON dead_letter (topic, partition, "offset", at);

CREATE TABLE source_offset (
	topic     text    COLLATE "C" NOT NULL,
	partition integer NOT NULL,
	next      bigint  NOT NULL,
	last_hash bytea   NOT NULL CHECK (length(last_hash) = 16),
	PRIMARY KEY (topic, partition)
) WITH (fillfactor = 10);

CREATE TABLE case_number (
	prefix text   COLLATE "C" PRIMARY KEY,
	last   bigint NOT NULL
) WITH (fillfactor = 10);

-- Progress of the journal's readers.
CREATE TABLE cursor (
	name  text   COLLATE "C" PRIMARY KEY,
	value bigint NOT NULL
) WITH (fillfactor = 10);

-- What the statistics count, made from the journal alone by a projector; its
-- position is the cursor 'statistics'.
CREATE TABLE statistics (
	case_key  bigint PRIMARY KEY,
	opened_at bigint NOT NULL,
	data      text   NOT NULL -- JSON
) WITH (fillfactor = 80);

CREATE TABLE api_key (
	id         text   COLLATE "C" PRIMARY KEY,
	name       text,
	hash       bytea  NOT NULL UNIQUE CHECK (length(hash) = 32),
	roles      jsonb  NOT NULL, -- arrays
	regions    jsonb  NOT NULL,
	teams      jsonb  NOT NULL,
	systems    jsonb  NOT NULL,
	created_at bigint,
	revoked_at bigint
);

-- What has to be told to people, until it is told; see dispatch.Delivery.
CREATE TABLE delivery (
	id          text    COLLATE "C" PRIMARY KEY,
	seq         bigint  NOT NULL, -- of the event; 0 for a dead letter
	case_key    bigint,
	notice      text, -- JSON; NULL once it is done
	channel     text    NOT NULL CHECK (channel IN ('webpush', 'webhook')),
	address     text    NOT NULL,
	alarm_group text,
	state       text    NOT NULL CHECK (state IN ('waiting', 'settled', 'done')),
	attempts    bigint  NOT NULL,
	due         bigint  NOT NULL,
	deadline    bigint  NOT NULL,
	created_at  bigint  NOT NULL,
	ended_at    bigint,
	delivered   boolean NOT NULL,
	detail      text
);
CREATE INDEX delivery_open ON delivery (due, id) WHERE state <> 'done';
CREATE INDEX delivery_event ON delivery (seq);
CREATE INDEX delivery_group ON delivery (due) WHERE alarm_group IS NOT NULL;

-- Browsers that want to be woken.
CREATE TABLE push_subscription (
	id         text    COLLATE "C" PRIMARY KEY,
	endpoint   text    NOT NULL UNIQUE,
	p256dh     text    NOT NULL,
	auth       text    NOT NULL,
	language   text,
	key_id     text,
	teams      jsonb   NOT NULL, -- arrays
	alarms     boolean NOT NULL,
	regions    jsonb   NOT NULL,
	created_at bigint  NOT NULL
);

-- +goose Down
-- There is no way down: restore a backup instead.
