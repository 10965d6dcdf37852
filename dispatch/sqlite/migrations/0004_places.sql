-- Places that an installation knows beside those of the program.

-- +goose Up

CREATE TABLE place (
	id            TEXT PRIMARY KEY,
	name_kk       TEXT,
	name_ru       TEXT,
	name_en       TEXT,
	also          TEXT NOT NULL, -- JSON array: other names
	lon           REAL, -- NULL, and no name: it was removed
	lat           REAL,
	region        TEXT,
	origin        TEXT NOT NULL CHECK (origin = 'imported' OR origin = 'learnt'),
	registered_at INTEGER,
	changed       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
-- There is no way down: restore a backup instead.
