-- Photos of points; the point has the id alone.

-- +goose Up

-- A row can be erased without breaking the history.
CREATE TABLE photo (
	case_key INTEGER NOT NULL,
	id       TEXT    NOT NULL,
	at       INTEGER NOT NULL,
	image    BLOB    NOT NULL, -- JPEG without metadata
	small    BLOB    NOT NULL,
	PRIMARY KEY (case_key, id)
) STRICT;

-- +goose Down
-- There is no way down: restore a backup instead.
