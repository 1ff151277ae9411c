#!/bin/bash
# Every change of the inventory behind its back is noticed by an audit: tests/tool/tamper.py.
# `tamper.sh BUILD all` takes every row and thousands of bits, else a sample.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
cellar export -C cellar >out 2>err || bad 'fixture: export'
with root-g1 prod-code-signing-g1 prod-code-signing-g2 prod-code-signing-g3
prepare() {
    "$@" >out 2>err || bad "fixture: $*"
}
CELLAR_TEST_NOW=2026-05-01T12:00:00Z prepare cellar rotate prod code-signing --now -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G2'
export CELLAR_TEST_NOW=2026-05-02T12:00:00Z
prepare cellar cutover prod code-signing --at 2026-05-02T11:00:00Z -C cellar --confirm 'Test Prod Code Signing CA G2'
serial=$(cellar show --json cellar/exports/prod/code-signing/g1/chain.pem | sed -n 's/.*"serial": "\([0-9a-f]*\)".*/\1/p' | head -n 1)
prepare cellar revoke "$serial" --reason superseded -C cellar --confirm 'Test Prod Code Signing CA G1'
prepare cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
prepare cellar export -C cellar
works cellar audit -C cellar

mkdir scratch
if [ "${2:-}" = all ]; then
    amount=(3000)
else
    amount=(60 1)
fi
is 0 python3 "$here/tamper.py" cellar scratch "${amount[@]}"
cat out err
finish
