-- What the journal covers of each row: list 1 of its columns. A list is never
-- changed once it was released, as every digest hangs on it; a table that gains
-- a column gains a list (journal_row.version).

-- name: cover_cellar
SELECT cellar_id, created_at, tool FROM cellar WHERE id = ?1;

-- name: cover_hierarchy
SELECT sha256, text FROM hierarchy WHERE id = ?1;

-- name: cover_key
SELECT name, algorithm, location, spki_sha256, key_id FROM key WHERE id = ?1;

-- name: cover_key_file
SELECT key, sha256 FROM key_file WHERE id = ?1;

-- name: cover_authority
SELECT name, root, environment, purpose, generation, key, issuer, subject, entry
FROM authority WHERE id = ?1;

-- name: cover_authority_event
SELECT authority, state, at FROM authority_event WHERE id = ?1;

-- name: cover_certificate
SELECT issuer, authority, key, profile, serial, fingerprint, not_before, not_after,
       issued_at, companion, subject
FROM certificate WHERE id = ?1;

-- name: cover_certificate_der
SELECT der FROM certificate_der WHERE id = ?1;

-- name: cover_revocation
SELECT issuer, serial, revoked_at, reason, invalidity_at, treatment
FROM revocation WHERE id = ?1;

-- name: cover_reservation
SELECT kind, subject, serial, signer, body, key_name, reserved_at FROM reservation WHERE id = ?1;

-- name: cover_reservation_end
SELECT reservation, outcome, at FROM reservation_end WHERE id = ?1;

-- name: cover_publication
SELECT environment, published_at, counter, manifest_sha256, as_of FROM publication WHERE id = ?1;

-- name: cover_crl
SELECT issuer, number, this_update, next_update, entries, covers, size, sha256
FROM crl WHERE id = ?1;

-- name: cover_cutover
SELECT authority, at, recorded_at, proof_sha256 FROM cutover WHERE id = ?1;

-- name: cover_key_policy
SELECT key, policy, share_set, made_at FROM key_policy WHERE id = ?1;

-- name: cover_share
SELECT policy, party, number, sha256 FROM share WHERE id = ?1;

-- name: cover_share_proof
SELECT share, at FROM share_proof WHERE id = ?1;
