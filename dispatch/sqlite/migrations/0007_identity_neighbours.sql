-- Identities of applications as dispatch.ApplicationIdentity makes them since.
-- A program from before would not find them by its own.

-- +goose Up

-- A function of migrate.go: SQLite has no SHA-256.
UPDATE application SET identity = application_identity(system, id);

UPDATE compatibility SET oldest_program = 7;

-- +goose Down
-- There is no way down: restore a backup instead.
