-- CRLs and cut-overs.

-- name: add_crl
INSERT INTO crl (issuer, number, this_update, next_update, entries, covers, size, sha256)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: last_crl
SELECT id, issuer, number, this_update, next_update, entries, covers, size, sha256
FROM crl WHERE issuer = ?1 ORDER BY number DESC LIMIT 1;

-- name: list_crls
SELECT id, issuer, number, this_update, next_update, entries, covers, size, sha256
FROM crl WHERE issuer = ?1 ORDER BY number;

-- name: list_all_crls
SELECT id, issuer, number, this_update, next_update, entries, covers, size, sha256
FROM crl ORDER BY id;

-- name: add_cutover
INSERT INTO cutover (authority, at, recorded_at, proof_sha256) VALUES (?1, ?2, ?3, ?4);

-- Backwards to the first that fits: few rows.
-- name: find_cutover
SELECT authority, at, recorded_at, proof_sha256
FROM cutover WHERE authority = ?1 ORDER BY id DESC LIMIT 1;
