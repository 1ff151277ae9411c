#!/bin/bash
# cellar audit: agrees with what is sound, and finds what was changed behind its back.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
cellar export -C cellar >out 2>err || bad 'fixture: export'

sqlite_text() { # CELLAR SQL
    python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1] + "/cellar.db").execute(sys.argv[2]).fetchone()[0])' "$@"
}

keeps cellar works cellar audit -C cellar
keeps cellar json 0 cellar-audit 'result' cellar audit -C cellar
cellar audit -C cellar >out
words=$(cellar audit -C cellar --json | sed -n 's/.*"head_words": "\(.*\)".*/\1/p')
works cellar audit -C cellar --head "$words"
fails 5 'see the table' cellar audit -C cellar --head "aardvark adroitness ${words#* * }"
is '[25]' cellar audit -C cellar --head 'these are no words'

is 2 cellar audit -C cellar --head "aardvark ${words#* * }"
warns 'word 2'
warns 'a word before it is missing or doubled'

# In hex too, and how long ago it was.
hex=$(sqlite_text cellar 'SELECT lower(hex(hash)) FROM journal WHERE id = 3')
works cellar audit -C cellar --head "$hex"
says 'Given head is entry +3'
says 'Entries since +[1-9]'
fails 5 'see the table' cellar audit -C cellar --head "00${hex#??}"

# The head of an earlier state is still held.
make_line prod tls
works cellar audit -C cellar --head "$words"

damaged() { # WHAT COMMAND...: the command, run in a copy, must show
    local what=$1
    shift
    rm -rf copy
    cp -a cellar copy
    "$@" || bad "$what: the fixture failed"
    keeps copy is 5 cellar audit -C copy
    check "$what: not told" [ -s out -a -s err ]
}
# shellcheck disable=SC2317 # called by damaged
sql() {
    # Triggers would refuse: whoever tampers drops them, and puts them back.
    python3 - copy/cellar.db "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
for name, _ in triggers:
    db.execute(f"DROP TRIGGER {name}")
count = abs(db.execute(sys.argv[2]).rowcount)  # -1 where rows do not count
for _, text in triggers:
    try:
        db.execute(text)
    except sqlite3.OperationalError:
        pass  # its table is gone
db.commit()
sys.exit(count < 1)
PY
}
damaged 'a state changed' sql "UPDATE authority SET state = 'retired' WHERE state = 'next'"
damaged 'a certificate changed' sql "UPDATE certificate_der SET der = CAST(substr(der, 1, length(der) - 1) || x'00' AS BLOB)"
damaged 'a journal entry changed' sql "UPDATE journal SET subject = 'other' WHERE id = 2"
damaged 'the journal cut in the middle' sql 'DELETE FROM journal WHERE id = 2'
damaged 'a key file changed' bash -c 'printf x >>copy/keys/root-g1.key'
damaged 'a key file lost' rm copy/keys/prod-code-signing-g2.key
damaged 'key files exchanged' bash -c 'cd copy/keys && mv root-g1.key t && mv prod-code-signing-g1.key root-g1.key && mv t prod-code-signing-g1.key'
damaged 'an export changed' bash -c 'printf x >>copy/exports/prod/anchors.pem'

damaged 'the last journal entry changed' sql "UPDATE journal SET subject = 'other' WHERE id = (SELECT max(id) FROM journal)"
says 'journal entry [0-9]+ was changed'
damaged 'the hierarchy lost' sql 'DELETE FROM hierarchy'

# A schema that is not ours is refused before anything is asked of it.
foreign() { # TEXT SQL
    rm -rf copy
    cp -a cellar copy
    python3 -c 'import sqlite3, sys; sqlite3.connect("copy/cellar.db").executescript(sys.argv[1])' "$2" ||
        bad "$1: the fixture failed"
    for duty in audit status 'report --to report.html' export 'backup --to .' 'crl root-g1'; do
        # shellcheck disable=SC2086 # the words of a command
        keeps copy refuses 5 "$1" timeout 30 cellar $duty -C copy
    done
}
foreign 'schema: index certificate_authority is missing, and more' 'DROP TABLE certificate'
endless='AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n WHERE i < 0'
foreign 'schema: view more does not belong here' "CREATE VIEW more $endless"
for table in cutover share journal; do
    foreign 'schema: .* is missing, and more' "DROP TABLE $table; CREATE VIEW $table $endless"
done

# Files that no record knows, and modes.
damaged 'a key that no record knows' bash -c 'printf x >copy/keys/mine.key'
says 'no record knows it'
damaged 'a file among the keys' bash -c 'printf x >copy/keys/notes.txt'
damaged 'an export that no record knows' mkdir copy/exports/mine
damaged 'a file in an export' bash -c 'printf x >copy/exports/prod/more.pem'
damaged 'a CRL that no record knows' bash -c 'mkdir -p copy/crls; printf x >copy/crls/root-g1-7.crl'
damaged 'a key that others can read' chmod 644 copy/keys/root-g1.key
says 'its mode is 0644'
damaged 'keys that others can list' chmod 755 copy/keys
damaged 'exports that others can write' chmod 777 copy/exports
damaged 'a link among the keys' bash -c 'cd copy/keys && mv root-g1.key ../k && ln -s ../k root-g1.key'

# What was stopped half way is listed, and is no finding.
rm -rf copy && cp -a cellar copy
printf x >copy/keys/root-g1.key.new
mkdir copy/exports/.prod.new
printf x >copy/keys/.root-g2.key.17-0.tmp
keeps copy works cellar audit -C copy
says 'Left by what was stopped'
says 'keys/root-g1.key.new'

# --- seals ----------------------------------------------------------------------------------------

rm -rf copy && cp -a cellar copy
with root-g1
sealing=(cellar audit --seal -C copy "${secrets[@]}")
refuses 2 'belong to --seal' cellar audit --to seal -C copy
keeps copy works "${sealing[@]}" --to seal --dry-run
says "--confirm \"Test Root CA\""
check 'a dry run wrote a seal' ! test -e seal
fails 4 'not confirmed' "${sealing[@]}" --to seal --no-input
CELLAR_TEST_ROOM=$wired refuses 4 'eth0 is up' "${sealing[@]}" --to seal --confirm 'Test Root CA'
check 'a seal was made beside a network' ! test -e seal
works "${sealing[@]}" --to seal --confirm 'Test Root CA'
says 'openssl dgst -sha256 -verify root.pub -signature seal/seal.txt.sig seal/seal.txt'
openssl x509 -in copy/exports/prod/anchors.pem -pubkey -noout >root.pub
works openssl dgst -sha256 -verify root.pub -signature seal/seal.txt.sig seal/seal.txt
check 'a seal does not begin with its name' [ "$(head -n 1 seal/seal.txt)" = 'Root Cellar seal 1' ]
check 'a seal has a wrong mode' [ "$(stat -c %a seal seal/* | tr '\n' ' ')" = '755 644 644 ' ]
check 'a seal has other files' [ "$(cd seal && echo .[!.]* *)" = '.[!.]* seal.txt seal.txt.sig' ]
keeps seal fails 4 'exists' "${sealing[@]}" --to seal --confirm 'Test Root CA'
works cellar audit --head-from seal -C copy
says 'Entries since +[2-9]'
# Held against a cellar that ends earlier, and one of the same entries with other roots.
fails 5 'see the table' cellar audit --head-from seal -C cellar
says 'does not hold the given head'
cp -r seal forged
sed -i 's/^entry .*/entry     1/' forged/seal.txt
refuses 5 'did not sign it' cellar audit --head-from forged -C copy
is 1 openssl dgst -sha256 -verify root.pub -signature forged/seal.txt.sig forged/seal.txt
printf 'no seal' >forged/seal.txt
refuses 2 'no seal of a cellar' cellar audit --head-from forged -C copy
refuses 2 'not a directory' cellar audit --head-from seal/seal.txt -C copy
refuses 2 'nowhere' cellar audit --head-from nowhere -C copy
# Nothing unsound is sealed; where it cannot be written, nothing is reserved.
fails 2 'nowhere: no such directory' "${sealing[@]}" --to nowhere/seal --confirm 'Test Root CA'
works cellar audit -C copy
printf x >>copy/keys/prod-code-signing-g1.key
keeps copy fails 5 'see the table' "${sealing[@]}" --to unsound --confirm 'Test Root CA'
check 'what is unsound was sealed' ! test -e unsound

hierarchy ecdsa-p256 ed25519
sed -i 's,code-signing-ca,general-ca,; s,time-stamping-ca,general-ca,; s,tls-ca,general-ca,' hierarchy.yaml
cellar init hierarchy.yaml -C other >out 2>err || bad 'fixture: init other'
cellar root main -C other "${secrets[@]}" --confirm 'Test Root CA' >out 2>err || bad 'fixture: root other'
works cellar audit --seal -C other "${secrets[@]}" --confirm 'Test Root CA' --to other-seal
says 'openssl pkeyutl -verify -rawin'
refuses 5 'did not sign it' cellar audit --head-from seal -C other
works cellar audit --head-from other-seal -C other

# --- seals of ceremonies --------------------------------------------------------------------------

record() { # DIR: a ceremony that has ended
    rm -rf "$1"
    python3 "$here/transcript.py" "$source_dir/tests/fixtures/ceremony/good.yaml" \
        "$source_dir/libpki/base/words.c" "$1" || bad 'fixture: record'
}
rm -rf copy && cp -a cellar copy
record held
sealing=(cellar audit --seal -C copy "${secrets[@]}")
refuses 2 'belong to --seal' cellar audit --ceremony held -C copy
refuses 2 'no --to' "${sealing[@]}" --ceremony held --to seal-of-it
refuses 2 'nowhere' "${sealing[@]}" --ceremony nowhere
keeps held keeps copy works "${sealing[@]}" --ceremony held --dry-run
says "--confirm \"Test Root CA\""
says 'Ended +after its last step'
keeps held fails 4 'not confirmed' "${sealing[@]}" --ceremony held --no-input
keeps held refuses 4 'no root of that name' "${sealing[@]}" --ceremony held --root nobody

# Only what is whole, has ended, and has no seal.
unsealed() { # STATUS TEXT COMMAND...: held, with a change
    local expected=$1 text=$2
    shift 2
    record changed
    (cd changed && "$@") || bad "fixture: $*"
    keeps changed keeps copy refuses "$expected" "seal: ceremony changed: .*($text)" \
        "${sealing[@]}" --ceremony changed --confirm 'Test Root CA'
}
unsealed 5 'does not follow' sed -i 's/minutes: 10/minutes: 11/' script.yaml
unsealed 5 'head.txt is not that' sed -i 's/^date.*/date      2026-03-02T12:00:00Z/' head.txt
unsealed 5 'not the file that was kept' sh -c 'echo x >>evidence/export.json'
unsealed 5 'its tail is missing' sed -i \$d transcript.jsonl
unsealed 4 'has not ended' sh -c "sed -i '\$d' transcript.jsonl; rm head.txt"
unsealed 4 'has a seal' sh -c 'printf x >head.txt.sig'
unsealed 5 'no signature' ln -s /nowhere head.txt.sig

works "${sealing[@]}" --ceremony held --confirm 'Test Root CA'
says '  cellar verify --ceremony held --anchor anchors.pem'
says 'openssl dgst -sha256 -verify root.pub -signature held/head.txt.sig held/head.txt'
openssl x509 -in copy/exports/prod/anchors.pem -pubkey -noout >root.pub
works openssl dgst -sha256 -verify root.pub -signature held/head.txt.sig held/head.txt
works cellar verify --ceremony held --anchor copy/exports/prod/anchors.pem
says '^Seal +signed by .*CN=Test Root CA'
check 'a seal of a ceremony has a wrong mode' [ "$(stat -c %a held/head.txt.sig)" = 644 ]
head=$(sed -n 's/^head *//p' held/head.txt)
check 'the head is in the journal' [ "$(sqlite_text copy "SELECT count(*) FROM journal WHERE action = 'seal' AND subject = 'root-g1'
    AND detail LIKE 'ceremony rotation-2026q1, head $head, signature sha256 $(sha256sum <held/head.txt.sig | cut -c 1-64)'")" = 1 ]
check 'what was signed is reserved' [ "$(sqlite_text copy "SELECT lower(hex(body)) FROM reservation ORDER BY id DESC")" = "$(sha256sum <held/head.txt | cut -c 1-64)" ]
works cellar audit -C copy
keeps held keeps copy refuses 4 'has a seal' "${sealing[@]}" --ceremony held --confirm 'Test Root CA'
cp -r held changed.sig && printf x >>changed.sig/head.txt.sig
refuses 5 'no signature' cellar verify --ceremony changed.sig --anchor copy/exports/prod/anchors.pem

# By another root, whose seals sign no digest.
keeps held refuses 4 'has a seal' cellar audit --seal --ceremony held -C other "${secrets[@]}" --confirm 'Test Root CA'
record others
works cellar audit --seal --ceremony others -C other "${secrets[@]}" --confirm 'Test Root CA'
says 'openssl pkeyutl -verify -rawin .*-sigfile others/head.txt.sig -in others/head.txt'
refuses 5 'no signature of head.txt by any' cellar verify --ceremony others --anchor copy/exports/prod/anchors.pem

# Exports may be deleted.
rm -rf copy && cp -a cellar copy && rm -r copy/exports/prod
is '[03]' cellar audit -C copy
refuses 8 'no cellar here' cellar audit -C nowhere
finish
