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

-- name: first_entry_about
SELECT 1 FROM journal WHERE id = 1 AND subject = ?1;

-- name: last_trust_entry
SELECT id, at, action, subject, detail, actor, trust, previous, hash
FROM journal WHERE trust = 1 ORDER BY id DESC LIMIT 1;

-- name: first_trust_after
SELECT at FROM journal WHERE trust = 1 AND id > ?1 ORDER BY id LIMIT 1;

-- name: entry_rows
SELECT entry, position, relation, row, version, digests
FROM journal_row WHERE entry = ?1 ORDER BY position;

-- Reads every entry: asked for once in an audit, and an index of hashes would
-- cost each entry a cold page.
-- name: entry_by_hash
SELECT id FROM journal WHERE hash = ?1;

-- name: entries_since
SELECT id, at, action, subject, detail, actor FROM journal WHERE id > ?1 ORDER BY id;

-- The certificates that entries after this one cover.
-- name: certificates_since
SELECT der FROM journal_row JOIN certificate_der ON certificate_der.id = journal_row.row
WHERE journal_row.entry > ?1 AND relation = 'certificate' ORDER BY journal_row.entry, position;

-- name: crls_since
SELECT name, number FROM journal_row JOIN crl ON crl.id = journal_row.row
                                     JOIN authority ON authority.id = crl.issuer
WHERE journal_row.entry > ?1 AND relation = 'crl' ORDER BY journal_row.entry, position;

-- name: entry_hash
SELECT hash FROM journal WHERE id = ?1;

-- The queries below repeat the condition of the index journal_safety, by which
-- SQLite sees that it serves them. Few entries have these actions.
-- name: last_backup
SELECT max(id), max(at), count(*) FROM journal
WHERE action = 'backed-up' AND action IN ('backup', 'backed-up', 'behind', 'reconcile');

-- A backup that was begun after the last one that was finished.
-- name: open_backup
SELECT at, subject FROM journal
WHERE action = 'backup' AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
      AND id > (SELECT ifnull(max(id), 0) FROM journal
                WHERE action = 'backed-up' AND action IN ('backup', 'backed-up', 'behind', 'reconcile'))
ORDER BY id DESC LIMIT 1;

-- What was met outside and no reconciliation names.
-- name: open_alarms
SELECT at, subject, detail FROM journal AS met
WHERE action = 'behind' AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
      AND NOT EXISTS (SELECT 1 FROM journal
                      WHERE action = 'reconcile'
                            AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
                            AND subject = met.subject)
ORDER BY id DESC;

-- name: reconciled
SELECT id FROM journal
WHERE action = 'reconcile' AND action IN ('backup', 'backed-up', 'behind', 'reconcile')
      AND subject = ?1;
