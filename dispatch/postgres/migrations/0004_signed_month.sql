-- What a regional office has signed of a month's balance; a row never changes.
-- The statistics are counted again from the journal: they know the ends now
-- that a reopening has taken back.

-- +goose Up

CREATE TABLE signed_month (
	month    text COLLATE "C", -- such as 2026-10
	region   text COLLATE "C",
	epoch    text NOT NULL, -- up to where the statistics counted
	seq      bigint NOT NULL CHECK (seq >= 0),
	at       bigint NOT NULL,
	by_name  text NOT NULL,
	carried  bigint NOT NULL,
	opened   bigint NOT NULL,
	reopened bigint NOT NULL,
	ended    bigint NOT NULL,
	still    bigint NOT NULL, -- open when the month ended
	PRIMARY KEY (month, region),
	CHECK (carried + opened + reopened = ended + still)
);

DELETE FROM statistics;
DELETE FROM cursor WHERE name = 'statistics';

-- +goose Down
-- There is no way down: restore a backup instead.
