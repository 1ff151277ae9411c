#!/bin/bash
# Long work: a line at a terminal and nothing in a pipe; stopped, it leaves the cellar as it was.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod tls
with root-g1 prod-tls-g1
"$build_dir/tests/revoke_many" cellar prod-tls-g1 60000 "$CELLAR_TEST_NOW" >/dev/null 2>err || bad 'fixture: 60,000 revocations'
crl=(cellar crl prod tls -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G1')

python3 "$here/progress.py" "${crl[@]}" || bad 'at a terminal'
ok
works cellar audit -C cellar
says 'CRLs +1'
check 'a pipe gets the line' ! grep -q 'verifying the inventory' err
works "${crl[@]}"
check 'a pipe gets the line' ! grep -qE 'gathering|\[[#.]+\]' err
works cellar audit -C cellar
says 'CRLs +2'
finish
