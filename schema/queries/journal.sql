-- The journal.

-- name: add_entry
INSERT INTO journal (id, at, action, subject, detail, actor, trust, previous, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: add_entry_row
INSERT INTO journal_row (entry, position, relation, row, version, digests)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: last_entry
SELECT id, at, action, subject, detail, actor, trust, previous, hash
FROM journal ORDER BY id DESC LIMIT 1;

-- name: last_trust_entry
SELECT id, at, action, subject, detail, actor, trust, previous, hash
FROM journal WHERE trust = 1 ORDER BY id DESC LIMIT 1;

-- name: entry_rows
SELECT entry, position, relation, row, version, digests
FROM journal_row WHERE entry = ?1 ORDER BY position;

-- Reads every entry: asked for once in an audit, and an index of hashes would
-- cost each entry a cold page.
-- name: entry_by_hash
SELECT id FROM journal WHERE hash = ?1;
