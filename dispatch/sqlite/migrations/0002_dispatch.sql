-- What the offer loop, joint cases and duplicates need beside the first schema.

-- +goose Up

ALTER TABLE assignment ADD COLUMN detail TEXT; -- JSON: what no query asks for
ALTER TABLE team ADD COLUMN detail TEXT; -- the same

-- +goose Down
-- There is no way down: restore a backup instead.
