-- Migration 4: how a key's file is opened, and the shares that open it. Never
-- edited after its release.

PRAGMA user_version = 4;

-- The latest row of a key counts; a key without one opens with a passphrase.
-- share_set: the number that the shares of this policy carry (SLIP-0039).
CREATE TABLE key_policy (
    id        INTEGER PRIMARY KEY,
    key       INTEGER NOT NULL REFERENCES key,
    policy    TEXT    NOT NULL CHECK (policy IN ('passphrase', 'shares', 'both')),
    share_set INTEGER CHECK (share_set BETWEEN 0 AND 32767)
              CHECK ((share_set IS NULL) = (policy = 'passphrase')),
    made_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX key_policy_key ON key_policy (key, id);

-- sha256: of the share's words. They hold 256 random bits, so the digest says
-- nothing of them, and any share shows whether it is one of these.
CREATE TABLE share (
    id     INTEGER PRIMARY KEY,
    policy INTEGER NOT NULL REFERENCES key_policy,
    party  INTEGER NOT NULL CHECK (party BETWEEN 1 AND 16),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 16),
    sha256 BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    UNIQUE (policy, party, number)
) STRICT;

-- Somebody showed that a share is still there and right.
CREATE TABLE share_proof (
    id    INTEGER PRIMARY KEY,
    share INTEGER NOT NULL REFERENCES share,
    at    INTEGER NOT NULL
) STRICT;
CREATE INDEX share_proof_share ON share_proof (share, id);

CREATE TRIGGER key_policy_update BEFORE UPDATE ON key_policy
BEGIN SELECT RAISE(ABORT, 'policies of keys are never changed'); END;
CREATE TRIGGER key_policy_delete BEFORE DELETE ON key_policy
BEGIN SELECT RAISE(ABORT, 'policies of keys are never deleted'); END;

CREATE TRIGGER share_update BEFORE UPDATE ON share
BEGIN SELECT RAISE(ABORT, 'shares are never changed'); END;
CREATE TRIGGER share_delete BEFORE DELETE ON share
BEGIN SELECT RAISE(ABORT, 'shares are never deleted'); END;

CREATE TRIGGER share_proof_update BEFORE UPDATE ON share_proof
BEGIN SELECT RAISE(ABORT, 'proofs of shares are never changed'); END;
CREATE TRIGGER share_proof_delete BEFORE DELETE ON share_proof
BEGIN SELECT RAISE(ABORT, 'proofs of shares are never deleted'); END;
