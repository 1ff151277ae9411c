-- Opening and transactions.

-- name: application_id
PRAGMA application_id;

-- name: user_version
PRAGMA user_version;

-- name: set_cell_size_check
PRAGMA cell_size_check = ON;

-- name: set_mmap_size
PRAGMA mmap_size = 0;

-- With it, REPLACE fires the triggers that refuse DELETE.
-- name: set_recursive_triggers
PRAGMA recursive_triggers = ON;

-- name: set_journal_mode
PRAGMA journal_mode = DELETE;

-- Syncs the directory too: a commit survives a power cut that follows at once.
-- name: set_synchronous
PRAGMA synchronous = EXTRA;

-- name: set_secure_delete
PRAGMA secure_delete = ON;

-- What is read between two writes is one state, looked up under one lock.
-- name: begin_reading
BEGIN;

-- name: begin
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: cellar
SELECT cellar_id, created_at, tool FROM cellar;

-- name: add_cellar
INSERT INTO cellar (id, cellar_id, created_at, tool) VALUES (1, ?1, ?2, ?3);

-- name: hierarchy
SELECT text FROM hierarchy ORDER BY id DESC LIMIT 1;

-- name: add_hierarchy
INSERT INTO hierarchy (sha256, text) VALUES (?1, ?2);

-- name: add_publication
INSERT INTO publication (environment, published_at, counter, manifest_sha256, as_of)
VALUES (?1, ?2, ?3, ?4, ?5);

-- name: last_publication
SELECT environment, published_at, counter, manifest_sha256, as_of
FROM publication WHERE environment = ?1 ORDER BY id DESC LIMIT 1;

-- name: was_published
SELECT 1 FROM publication WHERE environment = ?1 AND manifest_sha256 = ?2 LIMIT 1;

-- A publication holds an authority if it was made from a state of trust that
-- the authority's own journal entry is part of.
-- name: published_line_since
SELECT p.published_at
FROM authority AS a JOIN publication AS p ON p.environment = a.environment
WHERE a.id = ?1 AND p.counter >= a.entry ORDER BY p.id LIMIT 1;

-- A root is in the publications of every environment. Stops at the first.
-- name: published_root_since
SELECT p.published_at FROM publication AS p
WHERE p.counter >= (SELECT entry FROM authority WHERE id = ?1 AND environment = '')
ORDER BY p.id LIMIT 1;
