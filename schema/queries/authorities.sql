-- Authorities. Their newest own certificate is the last that is not a
-- cross-certificate.

-- name: add_authority
INSERT INTO authority (name, root, environment, purpose, generation, key, issuer, subject, state,
                       state_since, entry)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, (SELECT ifnull(max(id), 0) + 1 FROM journal));

-- name: add_authority_event
INSERT INTO authority_event (authority, state, at) VALUES (?1, ?2, ?3);

-- In the order of recording, not of time: a clock that was put right can go back.
-- name: state_at
SELECT state, at FROM authority_event WHERE authority = ?1 AND at <= ?2 ORDER BY id DESC LIMIT 1;

-- name: authority
SELECT id, name, root, environment, purpose, generation, state, state_since, key,
       (SELECT max(id) FROM certificate
        WHERE authority = a.id AND authority IS NOT NULL AND profile <> 'cross'),
       ifnull(issuer, id), subject
FROM authority AS a WHERE id = ?1;

-- name: authority_by_name
SELECT id, name, root, environment, purpose, generation, state, state_since, key,
       (SELECT max(id) FROM certificate
        WHERE authority = a.id AND authority IS NOT NULL AND profile <> 'cross'),
       ifnull(issuer, id), subject
FROM authority AS a WHERE name = ?1;

-- Few rows: read whole and sorted.
-- name: list_authorities
SELECT id, name, root, environment, purpose, generation, state, state_since, key,
       (SELECT max(id) FROM certificate
        WHERE authority = a.id AND authority IS NOT NULL AND profile <> 'cross'),
       ifnull(issuer, id), subject
FROM authority AS a
WHERE (?1 IS NULL OR environment = ?1) AND (?2 IS NULL OR purpose = ?2)
ORDER BY environment, purpose, root, generation;
