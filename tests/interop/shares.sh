#!/bin/bash
# Shares against the reference implementation of SLIP-0039, both ways: what cellar share made opens
# the key by other programs alone, and what the other made is a share to ours.
interop=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/interop/pins.sh
. "$interop/pins.sh"

missing=$("$interop/install" --check 2>&1) || {
    printf 'skipped: %s (tests/interop/install)\n' "$(head -n 1 <<<"$missing")"
    exit 77
}
# shellcheck source=tests/tool/lib.sh
. "$interop/../tool/lib.sh"

other() {
    PYTHONPATH=$INTEROP_CACHE/pypi python3 - "$@"
}

with key
cellar key csr --key ecdsa-p256 --common-name Test --to mine "${secrets[@]}" >out 2>err || bad 'fixture: key'
shares=()
for place in 1-share-1 2-share-1 2-share-2 2-share-3; do shares+=(--share-file "made/key.key-group-$place.txt"); done
cp mine/key.key before.key
echo 'passphrase of the shares 7Qz' >new.txt
works cellar share split mine/key.key --shares 1of1 --shares 2of3 --with-passphrase --to made "${shares[@]}" \
    --passphrase-file secrets/key.txt --passphrase-file new=new.txt

# Ours, combined there: its hex is the passphrase for OpenSSL.
other made/key.key-group-1-share-1.txt made/key.key-group-2-share-3.txt made/key.key-group-2-share-1.txt \
    >hex.txt <<'PYTHON'
import sys
from shamir_mnemonic import combine_mnemonics
words = [open(name).read() for name in sys.argv[1:]]
print(combine_mnemonics(words, open("new.txt").read().rstrip("\n").encode()).hex())
PYTHON
check 'another program and openssl open the key' openssl pkey -in mine/key.key -passin file:hex.txt -noout

# Theirs, of a secret that openssl seals a key under.
for extendable in True False; do
    other $extendable <<'PYTHON'
import secrets, sys
from shamir_mnemonic import generate_mnemonics
secret = secrets.token_bytes(32)
open("theirs.hex", "w").write(secret.hex())
groups = generate_mnemonics(1, [(3, 5)], secret, extendable=sys.argv[1] == "True", iteration_exponent=0)
for number, words in enumerate(groups[0], 1):
    open(f"theirs-{number}.txt", "w").write(words + "\n")
PYTHON
    openssl pkey -in before.key -passin file:secrets/key.txt -out open.key
    openssl pkcs8 -topk8 -in open.key -out theirs.key -passout file:theirs.hex -v2 aes-256-cbc -v2prf hmacWithSHA256
    works cellar share test --share-file theirs-2.txt
    works cellar share combine theirs.key --share-file theirs-5.txt --share-file theirs-1.txt --share-file theirs-3.txt
done
finish
