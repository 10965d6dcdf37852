-- What the offer loop, joint cases and duplicates need beside the first schema.

-- +goose Up

ALTER TABLE assignment ADD COLUMN detail TEXT; -- JSON: what no query asks for
ALTER TABLE subject ADD COLUMN moved_to INTEGER; -- key of the case that the person went to in a split
ALTER TABLE team ADD COLUMN detail TEXT; -- the same
ALTER TABLE team ADD COLUMN standing TEXT; -- JSON: duty by the calendar, and rests

-- Who is told when a case needs a person.
CREATE TABLE coordinator (
	id            TEXT PRIMARY KEY,
	regions       TEXT    NOT NULL, -- JSON array; empty: every region
	detail        TEXT, -- JSON: name, contacts, language, duty
	registered_at INTEGER,
	changed       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What has to be told to people, until it is told; see dispatch.Delivery.
CREATE TABLE delivery (
	id          TEXT PRIMARY KEY,
	seq         INTEGER NOT NULL, -- of the event; 0 for a dead letter
	case_key    INTEGER,
	notice      TEXT, -- JSON; NULL once it is done
	channel     TEXT    NOT NULL CHECK (channel = 'webpush' OR channel = 'webhook'),
	address     TEXT    NOT NULL,
	alarm_group TEXT,
	state       TEXT    NOT NULL CHECK (state = 'waiting' OR state = 'settled' OR state = 'done'),
	attempts    INTEGER NOT NULL,
	due         INTEGER NOT NULL,
	deadline    INTEGER NOT NULL,
	created_at  INTEGER NOT NULL,
	ended_at    INTEGER,
	delivered   INTEGER NOT NULL CHECK (delivered = 0 OR delivered = 1),
	detail      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_open ON delivery (due, id) WHERE state <> 'done';
CREATE INDEX delivery_event ON delivery (seq);
CREATE INDEX delivery_group ON delivery (due) WHERE alarm_group IS NOT NULL;

-- Browsers that want to be woken.
CREATE TABLE push_subscription (
	id         TEXT PRIMARY KEY,
	endpoint   TEXT    NOT NULL UNIQUE,
	p256dh     TEXT    NOT NULL,
	auth       TEXT    NOT NULL,
	language   TEXT,
	key_id     TEXT,
	teams      TEXT    NOT NULL, -- JSON arrays
	alarms     INTEGER NOT NULL CHECK (alarms = 0 OR alarms = 1),
	regions    TEXT    NOT NULL,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People of a team who answered by the link of its roster. name and phone can
-- be erased without breaking the history.
CREATE TABLE member (
	case_key    INTEGER NOT NULL,
	n           INTEGER NOT NULL CHECK (n > 0),
	assignment  INTEGER NOT NULL, -- assignment.n
	id          TEXT    NOT NULL,
	name        TEXT,
	phone       TEXT,
	minor       INTEGER NOT NULL CHECK (minor = 0 OR minor = 1),
	answer      TEXT    NOT NULL CHECK (answer = 'coming' OR answer = 'not_coming' OR answer = 'arrived' OR answer = 'home'),
	eta_at      INTEGER,
	seats       INTEGER,
	answered_at INTEGER,
	coming_at   INTEGER,
	arrived_at  INTEGER,
	home_at     INTEGER,
	served_ms   INTEGER, -- of the times that the member came home from
	changed     INTEGER NOT NULL,
	PRIMARY KEY (case_key, n)
) STRICT, WITHOUT ROWID;

-- What the trips of a transport have taken so far; see dispatch.TravelRecord.
CREATE TABLE travel (
	transport   TEXT PRIMARY KEY,
	trips       INTEGER NOT NULL,
	log_sum     INTEGER NOT NULL,
	log_squares INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE note ADD COLUMN team_id TEXT; -- the team whose log it is in

-- Where teams went while they were on a case, thinned; can be erased.
CREATE TABLE track (
	case_key   INTEGER NOT NULL,
	assignment INTEGER NOT NULL, -- assignment.n
	at         INTEGER NOT NULL,
	lon        REAL    NOT NULL,
	lat        REAL    NOT NULL,
	accuracy_m REAL    NOT NULL,
	PRIMARY KEY (case_key, assignment, at)
) STRICT, WITHOUT ROWID;

-- +goose Down
-- There is no way down: restore a backup instead.
