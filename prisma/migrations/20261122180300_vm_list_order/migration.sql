-- The machine list's two common orders, so that a page reads its own rows and not the whole fleet. The expressions are
-- those of vm-list-repo.ts, letter by letter: an index on another collation or type is not used.
CREATE INDEX vm_by_name_idx ON vm (name COLLATE "C", id) WHERE deleted_at IS NULL;
CREATE INDEX vm_by_age_idx ON vm ((id::text) COLLATE "C", id) WHERE deleted_at IS NULL;
