-- How keys are opened, their shares, and when each was last shown.

-- name: add_key_policy
INSERT INTO key_policy (key, policy, share_set, made_at) VALUES (?1, ?2, ?3, ?4);

-- name: add_share
INSERT INTO share (policy, party, number, sha256) VALUES (?1, ?2, ?3, ?4);

-- name: add_share_proof
INSERT INTO share_proof (share, at) VALUES (?1, ?2);

-- name: find_share
SELECT s.id, s.party, s.number, key.name,
       p.id = (SELECT max(id) FROM key_policy WHERE key = p.key)
FROM share AS s JOIN key_policy AS p ON p.id = s.policy JOIN key ON key.id = p.key
WHERE s.sha256 = ?1;

-- Few keys have shares: every policy is looked at, but of a key that was destroyed.
-- name: list_drills
SELECT key.name, s.party, s.number, (SELECT max(party) FROM share WHERE policy = p.id), p.made_at,
       (SELECT at FROM share_proof WHERE share = s.id ORDER BY id DESC LIMIT 1)
FROM key_policy AS p JOIN share AS s ON s.policy = p.id JOIN key ON key.id = p.key
WHERE p.id = (SELECT max(id) FROM key_policy WHERE key = p.key)
  AND NOT EXISTS (SELECT 1 FROM key_file WHERE key = p.key AND sha256 = zeroblob(32))
ORDER BY p.id, s.party, s.number;

-- The newest authority of a line, below a generation, for whose key somebody chose what
-- opens it; no name if that was a passphrase alone. Few rows.
-- name: shared_before
SELECT iif(p.policy = 'passphrase', '', a.name) FROM authority AS a
JOIN key_policy AS p ON p.id = (SELECT max(id) FROM key_policy WHERE key = a.key)
WHERE a.root = ?1 AND a.environment = ?2 AND a.purpose = ?3 AND a.generation < ?4
ORDER BY a.generation DESC LIMIT 1;
