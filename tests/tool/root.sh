#!/bin/bash
# cellar root: a key and a certificate, once, and only when everything is right.
. "$(dirname "$0")/lib.sh"

hierarchy
cellar init hierarchy.yaml -C cellar >/dev/null || bad 'fixture: init'
with root-g1
sign=(cellar root main -C cellar "${secrets[@]}")

keeps cellar works "${sign[@]}" --dry-run
says 'Test Root CA'
keeps cellar json 0 cellar-root 'result["confirm"] == "Test Root CA"' "${sign[@]}" --dry-run

# Not confirmed: no key, no certificate.
no_key() {
    check "$last: made a key" [ -z "$(ls cellar/keys)" ]
}
fails 4 'not confirmed: give --confirm "Test Root CA"' "${sign[@]}"
no_key
fails 4 'not confirmed: --confirm says "Test root CA"' "${sign[@]}" --confirm 'Test root CA'
no_key
fails 4 'not confirmed' "${sign[@]}" --no-input
json 4 cellar-root 'error["code"] == "policy"' "${sign[@]}"
no_key

# Passphrases: none, empty, short, common, too long, not a file.
fails 4 '--passphrase-file root-g1=FILE' cellar root main -C cellar --confirm 'Test Root CA'
no_key
declines_passphrase() { # TEXT PASSPHRASE
    printf '%s' "$2" >secrets/try.txt
    fails 4 "$1" cellar root main -C cellar --passphrase-file secrets/try.txt --confirm 'Test Root CA'
    [ -z "$2" ] || check 'the passphrase is in the error' ! grep -qF -- "$2" err
    no_key
}
declines_passphrase 'empty' ''
declines_passphrase 'short|12' 'short1'
declines_passphrase 'common' 'password1234'
declines_passphrase 'one|repeat' 'aaaaaaaaaaaaaaaaaaaa'
declines_passphrase 'longer' "$(head -c 5000 /dev/zero | tr '\0' x)"
fails 2 'nowhere: no such file' cellar root main -C cellar --passphrase-file nowhere --confirm 'Test Root CA'
fails 2 'not an open descriptor' cellar root main -C cellar --passphrase-fd 77 --confirm 'Test Root CA'
no_key

# The room: network and clock.
export CELLAR_TEST_ROOM=$wired
fails 4 'eth0.*network-is-up|network-is-up.*eth0' "${sign[@]}" --confirm 'Test Root CA'
no_key
fails 4 'network-is-up' "${sign[@]}" --confirm 'Test Root CA' --override network-is-fine
unset CELLAR_TEST_ROOM
CELLAR_TEST_BUILD_DATE=2026-06-01 fails 4 'clock' "${sign[@]}" --confirm 'Test Root CA'
CELLAR_TEST_NOW=2025-01-01 fails 4 'clock' "${sign[@]}" --confirm 'Test Root CA'
no_key

refuses 4 'no root "other"; it has: main' cellar root other -C cellar "${secrets[@]}"
refuses 2 'ROOT is missing' cellar root -C cellar
refuses 8 'cellar' cellar root main -C nowhere

works "${sign[@]}" --confirm 'Test Root CA'
says '^ *Next: .*cellar issue'
warns 'Test Root CA'
check 'the key file is 0600' [ "$(stat -c %a cellar/keys/root-g1.key)" = 600 ]
check 'openssl opens the key' openssl pkey -in cellar/keys/root-g1.key -passin file:secrets/root-g1.txt -noout
check 'the key is PBES2 with PBKDF2-SHA256 and AES-256-CBC' \
    grep -qx 'ENCRYPTED PRIVATE KEY' <(sed -n '1s/-----BEGIN \(.*\)-----/\1/p' cellar/keys/root-g1.key)
keeps cellar fails 4 'exist' "${sign[@]}" --confirm 'Test Root CA'

# Overridden, the finding is kept.
cellar init hierarchy.yaml -C second >/dev/null || bad 'fixture: second'
CELLAR_TEST_ROOM=$wired works cellar root main -C second "${secrets[@]}" \
    --confirm 'Test Root CA' --override network-is-up
check 'the override is in the journal' \
    [ "$(sqlite3 second/cellar.db .dump | grep -c 'network-is-up')" -gt 0 ]
check 'a passphrase is in the inventory' \
    [ "$(sqlite3 second/cellar.db .dump | grep -c 'verbena')" -eq 0 ]

# By descriptor, as JSON.
cellar init hierarchy.yaml -C third >/dev/null || bad 'fixture: third'
exec 9<secrets/root-g1.txt
json 0 cellar-root 'result' cellar root main -C third --passphrase-fd root-g1=9 --confirm 'Test Root CA'
exec 9<&-

# Held by another.
flock third sleep 20 &
holder=$!
for _ in $(seq 50); do
    flock -n third true || break
    sleep 0.1
done
refuses 7 'process [0-9]+ \(flock\)' cellar root main -C third "${secrets[@]}" --confirm 'Test Root CA'
json 7 cellar-root 'error["code"] == "locked"' cellar root main -C third "${secrets[@]}"
works cellar root main -C cellar --help
kill "$holder"
finish
