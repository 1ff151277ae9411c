#!/bin/bash
# cellar key destroy: what still has to sign stays, what goes is overwritten and recorded, and its
# copies are asked for until each is recorded as destroyed.
. "$(dirname "$0")/lib.sh"

make_cellar ecdsa-p256
make_line prod code-signing
one=prod-code-signing-g1
two=prod-code-signing-g2
with root-g1 $one
cellar backup --to . -C cellar >out 2>err || bad 'fixture: backup'
shares=()
for number in 1 2 3; do shares+=(--share-file "shares/$one-share-$number.txt"); done
cellar share split $one --shares 2of3 --to shares -C cellar "${secrets[@]}" "${shares[@]}" >out 2>err || bad 'fixture: shares'

destroy=(cellar key destroy "$one" -C cellar)
name='Test Prod Code Signing CA G1'
refuses 2 'FILE.KEY is missing' cellar key destroy -C cellar
refuses 4 'no key of this cellar is called none' cellar key destroy none -C cellar
refuses 4 'still has to sign: prod-code-signing-g1 is active' "${destroy[@]}" --confirm "$name"
refuses 4 'still has to sign: root-g1 is active' cellar key destroy root-g1 -C cellar --confirm 'Test Root CA'
refuses 4 'still has to sign: prod-code-signing-g2 is next' cellar key destroy $two -C cellar --confirm 'Test Prod Code Signing CA G2'
refuses 4 'is not destroyed yet' "${destroy[@]}" --copy backup-1
keeps cellar works "${destroy[@]}" --override key-is-needed --dry-run
says 'It still has to sign'
says 'backup-[0-9]+ +cellar-[0-9a-f]{8}-0001, '
says 'share-[0-9a-f]{4}-3 +share 3 of set'
check 'a dry run destroys' [ -s cellar/keys/$one.key ]
fails 4 'not confirmed' "${destroy[@]}" --override key-is-needed --confirm "$one"
check 'unconfirmed it destroys' [ -s cellar/keys/$one.key ]

# Another key's file under its name is not what is to go.
cp -p cellar/keys/$one.key held.key
cp -p cellar/keys/root-g1.key cellar/keys/$one.key
fails '[1-9]' 'differs from the record' "${destroy[@]}" --override key-is-needed --confirm "$name"
check 'another key was destroyed' cmp -s cellar/keys/$one.key cellar/keys/root-g1.key
cp -p held.key cellar/keys/$one.key
rm held.key

# Compromised, it signs nothing that is trusted: its key may go, without a word.
fingerprint=$(sqlite3 cellar/cellar.db "SELECT hex(c.fingerprint) FROM certificate c JOIN authority a ON a.id = c.authority WHERE a.name = '$two'")
works cellar revoke "$fingerprint" --reason keyCompromise -C cellar --confirm 'Test Prod Code Signing CA G2'
works cellar key destroy $two -C cellar --confirm 'Test Prod Code Signing CA G2'

# What was in the file is not, wherever else the file has a name.
ln cellar/keys/$one.key linked.key
cp cellar/keys/$one.key before.key
works "${destroy[@]}" --override key-is-needed --confirm "$name"
says 'Destroyed: recorded, overwritten, removed'
check 'the file is there' [ ! -e cellar/keys/$one.key ]
check 'the file was overwritten' cmp -s linked.key <(head -c "$(stat -c %s before.key)" /dev/zero)
rm linked.key
check 'it is journaled' [ "$(sqlite3 cellar/cellar.db "SELECT subject || ': ' || detail FROM journal WHERE action = 'destroy' AND subject = '$one'")" = \
    "$one: its file, overruled: key-is-needed" ]
check 'the state is that of before' [ "$(sqlite3 cellar/cellar.db "SELECT state FROM authority WHERE name = '$one'")" = active ]
works cellar audit -C cellar
works cellar key list -C cellar
says "$one +ecdsa-p256 +destroyed"
refuses 4 'was destroyed' cellar key test $one -C cellar "${shares[@]}"
fails 4 'was destroyed' cellar crl $one -C cellar --confirm "$name" "${shares[@]}"
refuses 4 "was destroyed before" "${destroy[@]}" --override key-is-needed --confirm "$name"

# Stopped between the record and the file: named, and finished by the same command.
cp before.key cellar/keys/$one.key
chmod 600 cellar/keys/$one.key
is 3 cellar status -C cellar
says "destruction of $one"
mkdir late
fails 4 'finish it by cellar key destroy' cellar backup --to late -C cellar
check 'the medium got nothing' [ -z "$(ls -A late)" ]
works "${destroy[@]}"
check 'the rest is there' [ ! -e cellar/keys/$one.key ]
works cellar audit -C cellar

# Stopped while it was overwritten; and another key's file, which somebody laid there since, stays.
{ head -c 64 /dev/zero && tail -c +65 before.key; } >cellar/keys/$one.key
chmod 600 cellar/keys/$one.key
works "${destroy[@]}"
check 'the rest is there' [ ! -e cellar/keys/$one.key ]
cp -p cellar/keys/root-g1.key cellar/keys/$one.key
is 3 cellar status -C cellar
says "$one, destroyed: its"
keeps cellar refuses 5 "keys/$one.key is not a file that $one had" "${destroy[@]}"
rm cellar/keys/$one.key

# Its copies, one after the other: the backup from before, three shares. A later backup is none.
cellar backup --to . -C cellar >out 2>err || bad 'fixture: backup'
is 3 cellar status -C cellar
says "$one +backup-[0-9]+ +cellar-[0-9a-f]{8}-0001, "
json 3 cellar-status '[c["key"] for c in result["copies_of_destroyed_keys"] if c["copy"].startswith("backup-")] == ["prod-code-signing-g1", "prod-code-signing-g2"]' cellar status -C cellar
refuses 4 'has no copy "backup-0"' "${destroy[@]}" --copy backup-0
mapfile -t copies < <(sqlite3 cellar/cellar.db "SELECT 'backup-' || min(id) FROM journal WHERE action = 'backed-up'
    UNION ALL SELECT printf('share-%04x-%d', share_set, number) FROM share JOIN key_policy p ON p.id = share.policy ORDER BY 1")
check 'four copies' [ "${#copies[@]}" = 4 ]
for copy in "${copies[@]}"; do
    is 3 cellar status -C cellar
    check "$copy is asked for" grep -q -- "--copy" out
    works "${destroy[@]}" --copy "$copy"
    refuses 4 "$copy is recorded as destroyed" "${destroy[@]}" --copy "$copy"
done
works cellar key destroy $two --copy "${copies[0]}" -C cellar
is '[03]' cellar status -C cellar
check 'a copy is still asked for' ! grep -q 'copy to destroy' out
works cellar audit -C cellar
works cellar restore "$(find . -maxdepth 1 -name 'cellar-*-0002')" --to second --confirm nothing-seen
works cellar audit -C second
check 'a restore brings it back' [ ! -e second/keys/$one.key ]

# Expired, it has nothing to sign any more.
CELLAR_TEST_NOW=2046-04-01T00:00:00Z works cellar key destroy root-g1 -C cellar --confirm 'Test Root CA' --override clock-is-right
finish
