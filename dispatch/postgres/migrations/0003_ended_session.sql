-- Sessions that were signed out before their end.

-- +goose Up

CREATE TABLE ended_session (
	id         text   COLLATE "C" PRIMARY KEY,
	expires_at bigint NOT NULL -- then it is over anyhow, and the row goes
);

-- +goose Down
-- There is no way down: restore a backup instead.
