-- Keys, with what their files held last and what opens them now.

-- name: add_key
INSERT INTO key (name, algorithm, location, spki_sha256, key_id) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: add_key_file
INSERT INTO key_file (key, sha256) VALUES (?1, ?2);

-- name: key_by_spki
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT sha256 FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key WHERE spki_sha256 = ?1;

-- name: key_by_name
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT sha256 FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key WHERE name = ?1;

-- name: list_keys
SELECT id, name, algorithm, location, spki_sha256, key_id,
       (SELECT sha256 FROM key_file WHERE key = key.id ORDER BY id DESC LIMIT 1),
       (SELECT policy FROM key_policy WHERE key = key.id ORDER BY id DESC LIMIT 1)
FROM key ORDER BY id;
