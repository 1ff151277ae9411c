#!/bin/bash
# Every file that a tool leaves: data synced, named, its directory synced, read back, before it counts. Read from
# the system calls by order.py, which must refuse the same log with any of these taken out.
. "$(dirname "$0")/lib.sh"

needs_strace
# The leak sanitizer traces too, and two cannot.
export ASAN_OPTIONS=detect_leaks=0
calls=$(python3 "$here/order.py" --calls),prctl

orderly() { # FILES COMMAND...: so many new files, in order
    local files=$1
    shift
    is 0 strace -f -y -s 0 -e "trace=$calls" -o trace "$@"
    last=$*
    check "$last: $(python3 "$here/order.py" trace)" python3 "$here/order.py" --shake trace >why
    check "$last: a sync that settles nothing" grep -q ' 0 needless' why
    check "$last: $(tail -n 2 why | head -n 1), expected $files" grep -q "^$files new files" why
    cat why
}

hierarchy ecdsa-p256
orderly 1 cellar-init hierarchy.yaml -C cellar
with root-g1
orderly 1 cellar-root main -C cellar "${secrets[@]}" --confirm 'Test Root CA'
with root-g1 prod-code-signing-g1 prod-code-signing-g2
orderly 2 cellar-issue prod code-signing -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G1'
orderly 1 cellar-crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
orderly '[0-9]*' cellar-export -C cellar
orderly '[0-9]*' cellar-export -C cellar
orderly '[0-9]*' cellar-export -C cellar --to elsewhere
orderly '[0-9]*' cellar-export -C cellar --to elsewhere --replace
orderly 4 cellar-export prod code-signing --for fulcio --with-key --to handover -C cellar
mkdir live
orderly 2 cellar-install fulcio --from handover --to live --confirm 'Test Prod Code Signing CA G1'
with root-g1 prod-code-signing-g3
orderly 1 cellar-rotate prod code-signing --now -C cellar "${secrets[@]}" --confirm 'Test Prod Code Signing CA G2'
orderly 4 cellar-export prod code-signing --for fulcio --with-key --to handover-g2 -C cellar
# Into the files that are there; the old ones are kept beside.
orderly 2 cellar-install fulcio --from handover-g2 --to live --confirm 'Test Prod Code Signing CA G2'
orderly 2 cellar-key csr --to fresh --common-name x --passphrase-file key=secrets/root-g1.txt
cp secrets/prod-code-signing-g2.txt new.txt
orderly 1 cellar-key passphrase fresh/key.key --passphrase-file secrets/root-g1.txt --passphrase-file new=new.txt
orderly 1 cellar-key passphrase prod-code-signing-g1 -C cellar --passphrase-file secrets/prod-code-signing-g1.txt \
    --passphrase-file new=new.txt
with root-g1
orderly 2 cellar-audit --seal --to seal -C cellar "${secrets[@]}" --confirm 'Test Root CA'
finish
