-- Certificates and their DER.

-- name: add_certificate
INSERT INTO certificate (issuer, authority, key, profile, serial, fingerprint, not_before,
                         not_after, issued_at, companion, subject)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: add_certificate_der
INSERT INTO certificate_der (id, der) VALUES (?1, ?2);

-- name: certificate
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id) WHERE id = ?1;

-- name: certificate_by_fingerprint
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id) WHERE fingerprint = ?1;

-- name: certificate_by_serial
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id) WHERE serial = ?1 ORDER BY issuer LIMIT 1;

-- name: certificate_by_companion
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id) WHERE companion = ?1 ORDER BY id DESC LIMIT 1;

-- By the two partial indexes, never by the end entities' rows.
-- name: list_certificates
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id)
WHERE id IN (SELECT id FROM certificate WHERE authority IS NOT NULL
             UNION ALL SELECT id FROM certificate WHERE companion IS NOT NULL)
ORDER BY id;

-- name: each_certificate
SELECT id, issuer, authority, key, profile, serial, fingerprint, not_before, not_after, issued_at,
       companion, subject, der
FROM certificate JOIN certificate_der USING (id) ORDER BY id;
