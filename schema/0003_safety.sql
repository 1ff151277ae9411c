-- Migration 3: what a backup and a rollback alarm ask the journal for. Never
-- edited after its release.
--
-- Four actions are asked for by their word: in every status, and before
-- anything is signed. Few entries have them; the index holds no others.

PRAGMA user_version = 3;

CREATE INDEX journal_safety ON journal (action)
    WHERE action IN ('backup', 'backed-up', 'behind', 'reconcile');
