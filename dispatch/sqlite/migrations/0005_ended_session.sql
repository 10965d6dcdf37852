-- Sessions that were signed out before their end.

-- +goose Up

CREATE TABLE ended_session (
	id         TEXT PRIMARY KEY,
	expires_at INTEGER NOT NULL -- then it is over anyhow, and the row goes
) STRICT, WITHOUT ROWID;

-- +goose Down
-- There is no way down: restore a backup instead.
