-- What was promised to a key before it signed.

-- name: add_reservation
INSERT INTO reservation (kind, subject, serial, signer, body, key_name, reserved_at, outcome)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open');

-- name: add_reservation_end
INSERT INTO reservation_end (reservation, outcome, at) VALUES (?1, ?2, ?3);

-- For a file that no record knows: reads all, seldom.
-- name: was_reserved
SELECT 1 FROM reservation WHERE subject = ?1 LIMIT 1;

-- name: list_open
SELECT id, kind, subject, serial, signer, body, key_name, reserved_at, outcome
FROM reservation WHERE outcome = 'open' ORDER BY id;

-- Every list that a key was to sign, whatever became of it.
-- name: list_reserved_crls
SELECT id, kind, subject, serial, signer, body, key_name, reserved_at, outcome
FROM reservation WHERE kind = 'crl' AND signer = ?1 ORDER BY id;

-- Backwards to the entry that reserved it: one that is still open was among the last. The detail of
-- one that prepared it ends in the digest that is to be approved, after the last second in which it
-- may be signed; the first ones did not say that.
-- name: reserved_by
SELECT j.id, j.at, CASE WHEN j.action = 'prepare' THEN substr(j.detail, -64) ELSE '' END,
       CASE WHEN j.action = 'prepare' AND instr(j.detail, '; to be signed until ') > 0
            THEN substr(j.detail, instr(j.detail, '; to be signed until ') + 21, 20) ELSE '' END,
       j.actor
FROM journal_row r JOIN journal j ON j.id = r.entry
WHERE r.relation = 'reservation' AND r.row = ?1
ORDER BY r.entry DESC LIMIT 1;
