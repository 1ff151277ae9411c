-- Migration 2: the life of an authority after its issue. Never edited after
-- its release. Runs in one transaction, so that its version counts only with
-- all of it.

PRAGMA user_version = 2;

-- covers: highest revocation.id of those that the CRL holds. The file itself
-- is beside the inventory; here is what proves it.
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

-- When the outside switched to an authority; the latest row counts. One or two
-- rows a rotation: no index.
CREATE TABLE cutover (
    id           INTEGER PRIMARY KEY,
    authority    INTEGER NOT NULL REFERENCES authority,
    at           INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    proof_sha256 BLOB    CHECK (length(proof_sha256) = 32)
) STRICT;

-- Whether an issuer's CRL is due is asked in every status: one step instead of
-- all its revocations. Rows of an issuer are added at the end of its part.
CREATE INDEX revocation_issuer ON revocation (issuer, id);

-- Numbers grow, so the CRL with the highest is the one before.
CREATE TRIGGER crl_insert BEFORE INSERT ON crl
WHEN EXISTS (SELECT 1 FROM (SELECT number, this_update, covers FROM crl WHERE issuer = NEW.issuer
                            ORDER BY number DESC LIMIT 1)
             WHERE number >= NEW.number OR this_update >= NEW.this_update OR covers > NEW.covers)
BEGIN SELECT RAISE(ABORT, 'a CRL needs a higher number and a later thisUpdate than the one before, and all its revocations'); END;
CREATE TRIGGER crl_update BEFORE UPDATE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never changed'); END;
CREATE TRIGGER crl_delete BEFORE DELETE ON crl
BEGIN SELECT RAISE(ABORT, 'CRLs are never deleted'); END;

CREATE TRIGGER cutover_update BEFORE UPDATE ON cutover
BEGIN SELECT RAISE(ABORT, 'cut-overs are never changed'); END;
CREATE TRIGGER cutover_delete BEFORE DELETE ON cutover
BEGIN SELECT RAISE(ABORT, 'cut-overs are never deleted'); END;

-- A rotation can be taken back; what was retired can still turn out compromised.
DROP TRIGGER authority_event_insert;
CREATE TRIGGER authority_event_insert BEFORE INSERT ON authority_event
WHEN (SELECT state FROM authority_event WHERE authority = NEW.authority ORDER BY id DESC LIMIT 1)
     || '>' || NEW.state
     NOT IN ('next>active', 'active>retiring', 'retiring>retired',
             'active>next', 'retiring>active',
             'next>revoked', 'active>revoked', 'retiring>revoked', 'retired>revoked')
BEGIN SELECT RAISE(ABORT, 'an authority goes from next to active, retiring, retired, back while it is not retired, or is revoked'); END;
