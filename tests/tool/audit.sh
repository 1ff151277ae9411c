#!/bin/bash
# cellar audit: agrees with what is sound, and finds what was changed behind its back.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
cellar export -C cellar >out 2>err || bad 'fixture: export'

keeps cellar works cellar audit -C cellar
keeps cellar json 0 cellar-audit 'result' cellar audit -C cellar
cellar audit -C cellar >out
words=$(cellar audit -C cellar --json | sed -n 's/.*"head_words": "\(.*\)".*/\1/p')
works cellar audit -C cellar --head "$words"
fails 5 'see the table' cellar audit -C cellar --head "aardvark adroitness ${words#* * }"
is '[25]' cellar audit -C cellar --head 'these are no words'

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
count = db.execute(sys.argv[2]).rowcount
for _, text in triggers:
    db.execute(text)
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

# Exports may be deleted.
rm -rf copy && cp -a cellar copy && rm -r copy/exports/prod
is '[03]' cellar audit -C copy
refuses 8 'no cellar here' cellar audit -C nowhere
finish
