-- Networks on bridges that the hosts' administrators made.
ALTER TABLE network DROP CONSTRAINT network_kind_check;
ALTER TABLE network ADD CONSTRAINT network_kind_check CHECK (kind IN ('user', 'nat', 'bridge'));
