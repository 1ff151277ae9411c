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
-- destroyed, or (0) for all that were: it reads every entry of the journal, once
-- for all. One that was prepared has its file from then on.
-- name: list_copies
WITH wanted(key, name) AS MATERIALIZED (
         SELECT id, name FROM key WHERE id = ?1
         UNION ALL
         SELECT id, name FROM key
         WHERE ?1 = 0 AND id IN (SELECT key FROM key_file WHERE sha256 = zeroblob(32))),
     had(key, entry) AS (
         SELECT w.key, r.entry FROM wanted AS w JOIN journal_row AS r
         ON r.relation = 'key' AND r.row = w.key
         UNION ALL
         SELECT w.key, r.entry FROM wanted AS w JOIN reservation AS v ON v.key_name = w.name
         JOIN journal_row AS r ON r.relation = 'reservation' AND r.row = v.id
         WHERE v.outcome = 'done'),
     made(key, entry) AS MATERIALIZED (SELECT key, min(entry) FROM had GROUP BY key),
     destroyed(name, entry) AS MATERIALIZED (
         SELECT subject, min(id) FROM journal WHERE action = 'destroy' GROUP BY subject),
     gone(subject) AS MATERIALIZED (SELECT subject FROM journal WHERE action = 'copy-destroyed'),
     copies(key, name, kind, place, copy, what, since) AS MATERIALIZED (
         SELECT w.key, w.name, 0, j.id, 'backup-' || j.id,
                CASE WHEN instr(detail, ',') > 0
                     THEN substr(detail, 1, instr(detail, ',') - 1) || ', ' ELSE '' END
                || subject, at
         FROM wanted AS w JOIN made ON made.key = w.key JOIN journal AS j ON j.id > made.entry
         WHERE action = 'backed-up' AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
               AND j.id < ifnull((SELECT entry FROM destroyed WHERE name = w.name), 9223372036854775807)
         UNION ALL
         SELECT w.key, w.name, 1, s.id, printf('share-%04x-', p.share_set)
                || CASE WHEN (SELECT max(party) FROM share WHERE policy = p.id) > 1
                        THEN s.party || '.' ELSE '' END || s.number,
                printf('share %d of set %04x', s.number, p.share_set), p.made_at
         FROM wanted AS w JOIN key_policy AS p ON p.key = w.key JOIN share AS s ON s.policy = p.id)
SELECT name, copy, what, since, name || ' ' || copy IN (SELECT subject FROM gone)
FROM copies ORDER BY key, kind, place;
