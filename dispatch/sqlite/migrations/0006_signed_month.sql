-- What a regional office has signed of a month's balance; a row never changes.
-- The statistics are counted again from the journal: they know the ends now
-- that a reopening has taken back.

-- +goose Up

CREATE TABLE signed_month (
	month    TEXT NOT NULL, -- such as 2026-10
	region   TEXT NOT NULL,
	epoch    TEXT NOT NULL, -- up to where the statistics counted
	seq      INTEGER NOT NULL CHECK (seq >= 0),
	at       INTEGER NOT NULL,
	by_name  TEXT NOT NULL,
	carried  INTEGER NOT NULL,
	opened   INTEGER NOT NULL,
	reopened INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	still    INTEGER NOT NULL, -- open when the month ended
	PRIMARY KEY (month, region),
	CHECK (carried + opened + reopened = ended + still)
) STRICT, WITHOUT ROWID;

DELETE FROM statistics;
DELETE FROM cursor WHERE name = 'statistics';

-- +goose Down
-- There is no way down: restore a backup instead.
