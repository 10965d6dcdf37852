-- Places that an installation knows beside those of the program.

-- +goose Up

CREATE TABLE place (
	id            text  COLLATE "C" PRIMARY KEY,
	name_kk       text,
	name_ru       text,
	name_en       text,
	also          jsonb NOT NULL, -- an array: other names
	lon           float8, -- NULL, and no name: it was removed
	lat           float8,
	region        text,
	origin        text   NOT NULL CHECK (origin IN ('imported', 'learnt')),
	registered_at bigint,
	changed       bigint NOT NULL
);

-- +goose Down
-- There is no way down: restore a backup instead.
