-- Revocations. Their table has no row number of SQLite's: the id is given.

-- name: next_revocation
SELECT ifnull(max(id), 0) + 1 FROM revocation;

-- name: add_revocation
INSERT INTO revocation (issuer, serial, revoked_at, reason, invalidity_at, treatment, id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: find_revocation
SELECT id, issuer, serial, revoked_at, reason, invalidity_at, treatment
FROM revocation WHERE issuer = ?1 AND serial = ?2;

-- In the order of the table: nothing is sorted, nothing looked up. The function keeps the rows
-- and is true where a batch of them is full (store/scan.c).
-- name: each_revocation
SELECT 1
FROM revocation WHERE issuer = ?1 AND take_revocation(serial, revoked_at, reason, invalidity_at)
ORDER BY serial;

-- One step to the end of the issuer's part of the index.
-- name: highest_revocation
SELECT ifnull(max(id), 0) FROM revocation WHERE issuer = ?1;

-- Reads the issuer's part of the index.
-- name: count_revocations
SELECT count(*) FROM revocation WHERE issuer = ?1;

-- Only what came after the last CRL is looked at.
-- name: earliest_unlisted
SELECT ifnull(min(revoked_at), 0)
FROM revocation INDEXED BY revocation_issuer WHERE issuer = ?1 AND id > ?2;
