-- The schema as all migrations leave it. Compared by unit.store.schema.
CREATE INDEX authority_event_authority ON authority_event (authority);
CREATE UNIQUE INDEX authority_one_active ON authority (environment, purpose)
    WHERE state = 'active' AND environment <> '';
CREATE INDEX certificate_authority ON certificate (authority) WHERE authority IS NOT NULL;
CREATE INDEX certificate_companion ON certificate (companion) WHERE companion IS NOT NULL;
CREATE INDEX certificate_issued ON certificate (issuer) WHERE authority IS NULL;
CREATE INDEX journal_safety ON journal (action)
    WHERE action IN ('backup', 'backed-up', 'behind', 'reconcile');
CREATE INDEX journal_trust ON journal (id) WHERE trust = 1;
CREATE INDEX key_file_key ON key_file (key);
CREATE INDEX key_policy_key ON key_policy (key, id);
CREATE INDEX publication_environment ON publication (environment);
CREATE INDEX reservation_crl ON reservation (signer, id) WHERE kind = 'crl';
CREATE INDEX reservation_open ON reservation (id) WHERE outcome = 'open';
CREATE INDEX revocation_issuer ON revocation (issuer, id);
CREATE INDEX share_proof_share ON share_proof (share, id);
CREATE TABLE authority (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    root        TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    purpose     TEXT    NOT NULL CHECK ((purpose = '') = (environment = '')),
    generation  INTEGER NOT NULL CHECK (generation > 0),
    key         INTEGER NOT NULL UNIQUE REFERENCES key,
    issuer      INTEGER          REFERENCES authority,
    subject     BLOB    NOT NULL UNIQUE,
    entry       INTEGER NOT NULL,
    state       TEXT    NOT NULL
                CHECK (state IN ('next', 'active', 'retiring', 'retired', 'revoked')),
    state_since INTEGER NOT NULL
) STRICT;
CREATE TABLE authority_event (
    id        INTEGER PRIMARY KEY,
    authority INTEGER NOT NULL REFERENCES authority,
    state     TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE TABLE cellar (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    cellar_id  BLOB    NOT NULL CHECK (length(cellar_id) = 16),
    created_at INTEGER NOT NULL,
    tool       TEXT    NOT NULL
) STRICT;
CREATE TABLE certificate (
    id          INTEGER PRIMARY KEY,
    issuer      INTEGER NOT NULL REFERENCES authority,
    authority   INTEGER          REFERENCES authority,
    key         INTEGER NOT NULL REFERENCES key,
    profile     TEXT    NOT NULL,
    serial      BLOB    NOT NULL CHECK (length(serial) = 20),
    fingerprint BLOB    NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL CHECK (not_after >= not_before),
    issued_at   INTEGER NOT NULL,
    companion   INTEGER          REFERENCES authority,
    subject     BLOB    NOT NULL,
    UNIQUE (serial, issuer)
) STRICT;
CREATE TABLE certificate_der (
    id  INTEGER PRIMARY KEY REFERENCES certificate,
    der BLOB    NOT NULL
) STRICT;
CREATE TABLE crl (
    id          INTEGER PRIMARY KEY,
    issuer      INTEGER NOT NULL REFERENCES authority,
    number      INTEGER NOT NULL CHECK (number > 0),
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL CHECK (next_update > this_update),
    entries     INTEGER NOT NULL CHECK (entries >= 0),
    covers      INTEGER NOT NULL CHECK (covers >= 0),
    size        INTEGER NOT NULL CHECK (size > 0),
    sha256      BLOB    NOT NULL CHECK (length(sha256) = 32),
    UNIQUE (issuer, number)
) STRICT;
CREATE TABLE cutover (
    id           INTEGER PRIMARY KEY,
    authority    INTEGER NOT NULL REFERENCES authority,
    at           INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    proof_sha256 BLOB    CHECK (length(proof_sha256) = 32)
) STRICT;
CREATE TABLE hierarchy (
    id     INTEGER PRIMARY KEY,
    sha256 BLOB    NOT NULL CHECK (length(sha256) = 32),
    text   BLOB    NOT NULL
) STRICT;
CREATE TABLE journal (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    action   TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    detail   TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    trust    INTEGER NOT NULL CHECK (trust IN (0, 1)),
    previous BLOB    NOT NULL CHECK (length(previous) = 32),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE journal_row (
    entry    INTEGER NOT NULL REFERENCES journal DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    relation TEXT    NOT NULL,
    row      INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    digests  BLOB    NOT NULL,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE key (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    algorithm   TEXT    NOT NULL,
    location    TEXT    NOT NULL CHECK (location IN ('file', 'outside', 'token')),
    spki_sha256 BLOB    NOT NULL UNIQUE CHECK (length(spki_sha256) = 32),
    key_id      BLOB    NOT NULL CHECK (length(key_id) = 20)
) STRICT;
CREATE TABLE key_file (
    id     INTEGER PRIMARY KEY,
    key    INTEGER NOT NULL REFERENCES key,
    sha256 BLOB    NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE TABLE key_policy (
    id        INTEGER PRIMARY KEY,
    key       INTEGER NOT NULL REFERENCES key,
    policy    TEXT    NOT NULL CHECK (policy IN ('passphrase', 'shares', 'both')),
    share_set INTEGER CHECK (share_set BETWEEN 0 AND 32767)
              CHECK ((share_set IS NULL) = (policy = 'passphrase')),
    made_at   INTEGER NOT NULL
) STRICT;
CREATE TABLE publication (
    id              INTEGER PRIMARY KEY,
    environment     TEXT    NOT NULL CHECK (environment <> ''),
    published_at    INTEGER NOT NULL,
    counter         INTEGER NOT NULL,
    manifest_sha256 BLOB    NOT NULL CHECK (length(manifest_sha256) = 32),
    as_of           INTEGER NOT NULL
) STRICT;
CREATE TABLE reservation (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('certificate', 'crl', 'ocsp', 'seal')),
    subject     TEXT    NOT NULL,
    serial      BLOB    UNIQUE CHECK (length(serial) = 20)
                CHECK (serial IS NOT NULL OR kind <> 'certificate'),
    signer      BLOB    NOT NULL CHECK (length(signer) = 32),
    body        BLOB    NOT NULL CHECK (length(body) = 32),
    key_name    TEXT    NOT NULL,
    reserved_at INTEGER NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('open', 'done', 'abandoned'))
) STRICT;
CREATE TABLE reservation_end (
    id          INTEGER PRIMARY KEY,
    reservation INTEGER NOT NULL UNIQUE REFERENCES reservation,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('done', 'abandoned')),
    at          INTEGER NOT NULL
) STRICT;
CREATE TABLE revocation (
    issuer        INTEGER NOT NULL REFERENCES authority,
    serial        BLOB    NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),
    revoked_at    INTEGER NOT NULL,
    reason        INTEGER NOT NULL CHECK (reason IN (0, 1, 2, 3, 4, 5, 9, 10)),
    invalidity_at INTEGER,
    treatment     TEXT    NOT NULL CHECK (treatment IN ('drop', 'end')),
    id            INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (issuer, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE share (
    id     INTEGER PRIMARY KEY,
    policy INTEGER NOT NULL REFERENCES key_policy,
    party  INTEGER NOT NULL CHECK (party BETWEEN 1 AND 16),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 16),
    sha256 BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    UNIQUE (policy, party, number)
) STRICT;
CREATE TABLE share_proof (
    id    INTEGER PRIMARY KEY,
    share INTEGER NOT NULL REFERENCES share,
    at    INTEGER NOT NULL
) STRICT;
CREATE TRIGGER authority_delete BEFORE DELETE ON authority
BEGIN SELECT RAISE(ABORT, 'authorities are never deleted'); END;
CREATE TRIGGER authority_event_delete BEFORE DELETE ON authority_event
BEGIN SELECT RAISE(ABORT, 'states of authorities are never deleted'); END;
CREATE TRIGGER authority_event_insert BEFORE INSERT ON authority_event
WHEN (SELECT state FROM authority_event WHERE authority = NEW.authority ORDER BY id DESC LIMIT 1)
     || '>' || NEW.state
     NOT IN ('next>active', 'active>retiring', 'retiring>retired',
             'active>next', 'retiring>active',
             'next>revoked', 'active>revoked', 'retiring>revoked', 'retired>revoked')
BEGIN SELECT RAISE(ABORT, 'an authority goes from next to active, retiring, retired, back while it is not retired, or is revoked'); END;
CREATE TRIGGER authority_event_state AFTER INSERT ON authority_event
BEGIN UPDATE authority SET state = NEW.state, state_since = NEW.at WHERE id = NEW.authority; END;
CREATE TRIGGER authority_event_update BEFORE UPDATE ON authority_event
BEGIN SELECT RAISE(ABORT, 'states of authorities are never rewritten'); END;
CREATE TRIGGER authority_state BEFORE UPDATE OF state, state_since ON authority
WHEN (NEW.state, NEW.state_since)
  IS NOT (SELECT state, at FROM authority_event WHERE authority = OLD.id ORDER BY id DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'the state of an authority follows from its events'); END;
CREATE TRIGGER authority_update BEFORE UPDATE OF id, rowid, oid, _rowid_, name, root,
    environment, purpose, generation, key, issuer, subject, entry ON authority
BEGIN SELECT RAISE(ABORT, 'authorities are never changed'); END;
CREATE TRIGGER cellar_delete BEFORE DELETE ON cellar
BEGIN SELECT RAISE(ABORT, 'the record of the cellar is never deleted'); END;
CREATE TRIGGER cellar_update BEFORE UPDATE ON cellar
BEGIN SELECT RAISE(ABORT, 'the record of the cellar is never changed'); END;
CREATE TRIGGER certificate_delete BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;
CREATE TRIGGER certificate_der_delete BEFORE DELETE ON certificate_der
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;
CREATE TRIGGER certificate_der_update BEFORE UPDATE ON certificate_der
BEGIN SELECT RAISE(ABORT, 'certificates are never changed'); END;
CREATE TRIGGER certificate_update BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never changed'); END;
CREATE TRIGGER crl_delete BEFORE DELETE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never deleted'); END;
CREATE TRIGGER crl_insert BEFORE INSERT ON crl
WHEN EXISTS (SELECT 1 FROM (SELECT number, this_update, covers FROM crl WHERE issuer = NEW.issuer
                            ORDER BY number DESC LIMIT 1)
             WHERE number >= NEW.number OR this_update >= NEW.this_update OR covers > NEW.covers)
BEGIN SELECT RAISE(ABORT, 'a CRL needs a higher number and a later thisUpdate than the one before, and all its revocations'); END;
CREATE TRIGGER crl_update BEFORE UPDATE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never changed'); END;
CREATE TRIGGER cutover_delete BEFORE DELETE ON cutover
BEGIN SELECT RAISE(ABORT, 'cut-overs are never deleted'); END;
CREATE TRIGGER cutover_update BEFORE UPDATE ON cutover
BEGIN SELECT RAISE(ABORT, 'cut-overs are never changed'); END;
CREATE TRIGGER hierarchy_delete BEFORE DELETE ON hierarchy
BEGIN SELECT RAISE(ABORT, 'hierarchies are never deleted'); END;
CREATE TRIGGER hierarchy_update BEFORE UPDATE ON hierarchy
BEGIN SELECT RAISE(ABORT, 'hierarchies are never changed'); END;
CREATE TRIGGER journal_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
CREATE TRIGGER journal_row_delete BEFORE DELETE ON journal_row
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
CREATE TRIGGER journal_row_update BEFORE UPDATE ON journal_row
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER key_delete BEFORE DELETE ON key
BEGIN SELECT RAISE(ABORT, 'keys are never deleted'); END;
CREATE TRIGGER key_file_delete BEFORE DELETE ON key_file
BEGIN SELECT RAISE(ABORT, 'key files are never deleted'); END;
CREATE TRIGGER key_file_update BEFORE UPDATE ON key_file
BEGIN SELECT RAISE(ABORT, 'key files are never changed'); END;
CREATE TRIGGER key_policy_delete BEFORE DELETE ON key_policy
BEGIN SELECT RAISE(ABORT, 'policies of keys are never deleted'); END;
CREATE TRIGGER key_policy_update BEFORE UPDATE ON key_policy
BEGIN SELECT RAISE(ABORT, 'policies of keys are never changed'); END;
CREATE TRIGGER key_update BEFORE UPDATE ON key
BEGIN SELECT RAISE(ABORT, 'keys are never changed'); END;
CREATE TRIGGER publication_delete BEFORE DELETE ON publication
BEGIN SELECT RAISE(ABORT, 'publications are never deleted'); END;
CREATE TRIGGER publication_update BEFORE UPDATE ON publication
BEGIN SELECT RAISE(ABORT, 'publications are never changed'); END;
CREATE TRIGGER reservation_delete BEFORE DELETE ON reservation
BEGIN SELECT RAISE(ABORT, 'reservations are never deleted'); END;
CREATE TRIGGER reservation_end_delete BEFORE DELETE ON reservation_end
BEGIN SELECT RAISE(ABORT, 'outcomes of reservations are never deleted'); END;
CREATE TRIGGER reservation_end_outcome AFTER INSERT ON reservation_end
BEGIN UPDATE reservation SET outcome = NEW.outcome WHERE id = NEW.reservation; END;
CREATE TRIGGER reservation_end_update BEFORE UPDATE ON reservation_end
BEGIN SELECT RAISE(ABORT, 'outcomes of reservations are never changed'); END;
CREATE TRIGGER reservation_insert BEFORE INSERT ON reservation
WHEN EXISTS (SELECT 1 FROM certificate WHERE serial = NEW.serial)
BEGIN SELECT RAISE(ABORT, 'the serial number was used before'); END;
CREATE TRIGGER reservation_outcome BEFORE UPDATE OF outcome ON reservation
WHEN NEW.outcome IS NOT (SELECT outcome FROM reservation_end WHERE reservation = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the outcome of a reservation follows from its end'); END;
CREATE TRIGGER reservation_update BEFORE UPDATE OF id, rowid, oid, _rowid_, kind, subject, serial,
    signer, body, key_name, reserved_at ON reservation
BEGIN SELECT RAISE(ABORT, 'reservations are never changed'); END;
CREATE TRIGGER revocation_delete BEFORE DELETE ON revocation
BEGIN SELECT RAISE(ABORT, 'revocations are never deleted'); END;
CREATE TRIGGER revocation_update BEFORE UPDATE ON revocation
BEGIN SELECT RAISE(ABORT, 'revocations are never changed'); END;
CREATE TRIGGER share_delete BEFORE DELETE ON share
BEGIN SELECT RAISE(ABORT, 'shares are never deleted'); END;
CREATE TRIGGER share_proof_delete BEFORE DELETE ON share_proof
BEGIN SELECT RAISE(ABORT, 'proofs of shares are never deleted'); END;
CREATE TRIGGER share_proof_update BEFORE UPDATE ON share_proof
BEGIN SELECT RAISE(ABORT, 'proofs of shares are never changed'); END;
CREATE TRIGGER share_update BEFORE UPDATE ON share
BEGIN SELECT RAISE(ABORT, 'shares are never changed'); END;
