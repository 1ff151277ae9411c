-- Migration 5: what was reserved for CRLs, by whose key signs them. Never edited
-- after its release.
--
-- A CRL's number is spent once it was reserved, whatever became of the list. An
-- authority has few lists; the index holds nothing else.

PRAGMA user_version = 5;

CREATE INDEX reservation_crl ON reservation (signer, id) WHERE kind = 'crl';
