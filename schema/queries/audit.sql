-- The audit of the store itself. These read everything.

-- name: integrity_check
PRAGMA integrity_check(20);

-- name: foreign_key_check
PRAGMA foreign_key_check;

-- tbl_name: SQLite reads it without regard to case.
-- name: schema
SELECT type, name, ifnull(sql, ''), tbl_name FROM sqlite_schema ORDER BY type, name;

-- name: each_entry
SELECT id, at, action, subject, detail, actor, trust, previous, hash FROM journal ORDER BY id;

-- name: each_entry_row
SELECT entry, position, relation, row, version, digests
FROM journal_row ORDER BY entry, position;

-- name: wrong_state
SELECT name FROM authority AS a
WHERE (state, state_since)
      IS NOT (SELECT state, at FROM authority_event WHERE authority = a.id ORDER BY id DESC LIMIT 1);

-- name: wrong_outcome
SELECT r.id FROM reservation AS r LEFT JOIN reservation_end AS e ON e.reservation = r.id
WHERE r.outcome IS NOT ifnull(e.outcome, 'open');

-- Rows that no entry covers: covered ids are 1 to ?1.
-- name: beyond_cellar
SELECT id FROM cellar WHERE id < 1 UNION ALL SELECT id FROM cellar WHERE id > ?1;

-- name: beyond_hierarchy
SELECT id FROM hierarchy WHERE id < 1 UNION ALL SELECT id FROM hierarchy WHERE id > ?1;

-- name: beyond_key
SELECT id FROM key WHERE id < 1 UNION ALL SELECT id FROM key WHERE id > ?1;

-- name: beyond_key_file
SELECT id FROM key_file WHERE id < 1 UNION ALL SELECT id FROM key_file WHERE id > ?1;

-- name: beyond_authority
SELECT id FROM authority WHERE id < 1 UNION ALL SELECT id FROM authority WHERE id > ?1;

-- name: beyond_authority_event
SELECT id FROM authority_event WHERE id < 1 UNION ALL SELECT id FROM authority_event WHERE id > ?1;

-- name: beyond_certificate
SELECT id FROM certificate WHERE id < 1 UNION ALL SELECT id FROM certificate WHERE id > ?1;

-- name: beyond_certificate_der
SELECT id FROM certificate_der WHERE id < 1 UNION ALL SELECT id FROM certificate_der WHERE id > ?1;

-- name: beyond_revocation
SELECT id FROM revocation WHERE id < 1 UNION ALL SELECT id FROM revocation WHERE id > ?1;

-- name: beyond_reservation
SELECT id FROM reservation WHERE id < 1 UNION ALL SELECT id FROM reservation WHERE id > ?1;

-- name: beyond_reservation_end
SELECT id FROM reservation_end WHERE id < 1 UNION ALL SELECT id FROM reservation_end WHERE id > ?1;

-- name: beyond_publication
SELECT id FROM publication WHERE id < 1 UNION ALL SELECT id FROM publication WHERE id > ?1;

-- name: beyond_crl
SELECT id FROM crl WHERE id < 1 UNION ALL SELECT id FROM crl WHERE id > ?1;

-- name: beyond_cutover
SELECT id FROM cutover WHERE id < 1 UNION ALL SELECT id FROM cutover WHERE id > ?1;

-- name: beyond_key_policy
SELECT id FROM key_policy WHERE id < 1 UNION ALL SELECT id FROM key_policy WHERE id > ?1;

-- name: beyond_share
SELECT id FROM share WHERE id < 1 UNION ALL SELECT id FROM share WHERE id > ?1;

-- name: beyond_share_proof
SELECT id FROM share_proof WHERE id < 1 UNION ALL SELECT id FROM share_proof WHERE id > ?1;
