-- Identities of applications as dispatch.ApplicationIdentity makes them since:
-- six bytes that ids share but for their last three characters, ten of the
-- whole. A program from before would not find them by its own, so no replica
-- of it may run beside this one.

-- +goose Up

UPDATE application SET identity = substring(sha256('neighbourhood'::bytea
		|| '\x00' || convert_to(octet_length(system) || ':' || system, 'UTF8')
		|| '\x00' || convert_to(greatest(0, octet_length(id) - 3) || ':', 'UTF8')
		|| substring(convert_to(id, 'UTF8') FOR greatest(0, octet_length(id) - 3))) FOR 6)
	|| substring(sha256('application'::bytea
		|| '\x00' || convert_to(octet_length(system) || ':' || system, 'UTF8')
		|| '\x00' || convert_to(octet_length(id) || ':' || id, 'UTF8')) FROM 7 FOR 10);

UPDATE compatibility SET oldest_program = 5;

-- +goose Down
-- There is no way down: restore a backup instead.
