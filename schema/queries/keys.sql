-- Keys, with what their files held last and what opens them now. A file of 32
-- zeros is none: the key was destroyed.

-- name: add_key
INSERT INTO key (name, algorithm, location, spki_sha256, key_id) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: add_key_file
INSERT INTO key_file (key, sha256) VALUES (?1, ?2);

-- Any file that it had, under whichever passphrase.
-- name: was_key_file
SELECT 1 FROM key_file WHERE key = ?1 AND sha256 = ?2 LIMIT 1;

-- name: key_by_spki
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT nullif(sha256, zeroblob(32)) FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key WHERE spki_sha256 = ?1;

-- name: key_by_name
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT nullif(sha256, zeroblob(32)) FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key WHERE name = ?1;

-- Those that are here or an authority's: not the keys of all that was issued for requests.
-- name: list_keys
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT nullif(sha256, zeroblob(32)) FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key WHERE id IN (SELECT key FROM key_file UNION ALL SELECT key FROM authority)
ORDER BY id;

-- Where a key may be outside the cellar: backups that were made while its file
-- was here, and shares, whatever they open now. Asked for a key that is to be
-- destroyed, or was, and for no other: it reads every entry of the journal. One that was prepared
-- has its file from then on.
-- name: list_copies
WITH made(entry) AS (
         SELECT min(r.entry) FROM journal_row AS r
         WHERE (r.relation = 'key' AND r.row = ?1)
            OR (r.relation = 'reservation' AND r.row IN (
                SELECT id FROM reservation WHERE key_name = ?2 AND outcome = 'done'))),
     destroyed(entry) AS (SELECT min(id) FROM journal WHERE action = 'destroy' AND subject = ?2),
     gone(subject) AS MATERIALIZED (SELECT subject FROM journal WHERE action = 'copy-destroyed')
SELECT copy, what, since, ?2 || ' ' || copy IN (SELECT subject FROM gone) FROM (
    SELECT 'backup-' || id AS copy,
           CASE WHEN instr(detail, ',') > 0
                THEN substr(detail, 1, instr(detail, ',') - 1) || ', ' ELSE '' END
           || subject AS what, at AS since
    FROM journal
    WHERE action = 'backed-up' AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
          AND id > (SELECT entry FROM made)
          AND id < (SELECT ifnull(entry, 9223372036854775807) FROM destroyed)
    UNION ALL
    SELECT printf('share-%04x-', p.share_set)
           || CASE WHEN (SELECT max(party) FROM share WHERE policy = p.id) > 1
                   THEN s.party || '.' ELSE '' END || s.number,
           printf('share %d of set %04x', s.number, p.share_set), p.made_at
    FROM key_policy AS p JOIN share AS s ON s.policy = p.id WHERE p.key = ?1);
