#!/bin/bash
# cellar share: split, combine, test; with and without a cellar, from files and at a terminal.
. "$(dirname "$0")/lib.sh"

# shares DIR NAME NUMBER...: in the array `shares`, the options that give them in this order.
shares() {
    local directory=$1 name=$2 number
    shift 2
    shares=()
    for number in "$@"; do
        shares+=(--share-file "$directory/$name-share-$number.txt")
    done
}

word() { # NUMBER FILE
    tr -s ' \n' '\n' <"$2" | sed -n "$1p"
}

# --- a key file alone -------------------------------------------------------------------------

with key
cellar key csr --key ecdsa-p256 --common-name Test --to mine "${secrets[@]}" >out 2>err || bad 'fixture: key'
cp mine/key.key before.key
named=(--passphrase-file secrets/key.txt)
split=(cellar share split mine/key.key --shares 3of5 --to handed "${named[@]}")
shares handed key.key 1 2 3 4 5
works "${split[@]}" --dry-run
check '--dry-run wrote it' [ ! -e handed ]
refuses 2 'split needs .-shares KofN' cellar share split mine/key.key "${named[@]}"
for plan in 5of3 1of2 0of1 3of 3of5x x '3of17'; do
    refuses 2 'split: .*(of|3of5)' cellar share split mine/key.key --shares "$plan" --to handed "${named[@]}"
done
refuses 2 '3 of 2 groups' "${split[@]}" --shares 2of2 --groups 3
refuses 2 'number of groups' "${split[@]}" --groups two
refuses 2 'verb' cellar share make mine/key.key
refuses 2 'FILE.KEY is missing' cellar share combine
refuses 2 'unexpected "handed/x"' cellar share test handed/x
echo 'not this Qz8 one 99 wUmbat' >wrong.txt
refuses 4 'wrong passphrase' cellar share split mine/key.key --shares 3of5 --to handed --passphrase-file wrong.txt
refuses 4 'is needed: give --share-file' "${split[@]}"
check 'shares are left, and were named as void' grep -q 'handed open nothing' err
check 'the key has changed' cmp -s mine/key.key before.key
rm -r handed
refuses 4 'at a terminal only: give --to' cellar share split mine/key.key --shares 3of5 "${named[@]}"

# What a run that was killed left beside it is named; a disk that fills leaves nothing.
mkdir .handed.new-0a1b2c3d
works "${split[@]}" --dry-run
says 'handed.new-0a1b2c3d, beside it, is of a run that was cut off'
rm -r .handed.new-0a1b2c3d
( ulimit -f 0; cellar share split mine/key.key --shares 3of5 --to handed "${named[@]}" >out 2>err; [ $? = 1 ] ) || bad 'no room: not 1'
check 'shares are left' [ -z "$(find . -maxdepth 1 -name '*handed*')" ]

# Typed back in the wrong order: which one is wanted is said, and the key stays.
shares handed key.key 1 3 2 4 5
refuses 3 'handed/key.key-share-3.txt: this is not share 2, which is to be typed back' "${split[@]}" "${shares[@]}"
check 'the key has changed' cmp -s mine/key.key before.key
rm -r handed

shares handed key.key 1 2 3 4 5
works "${split[@]}" "${shares[@]}"
says 'the key opens with them only'
check 'five files' [ "$(find handed -name 'key.key-share-[1-5].txt' | wc -l)" = 5 ]
check 'modes' [ "$(stat -c %a handed handed/*.txt | sort -u | tr '\n' ' ')" = '600 700 ' ]
check 'of 33 words each' [ "$(cat handed/*.txt | wc -w)" = 165 ]
check 'words of a share are printed' ! grep -qF "$(cut -d ' ' -f 5-6 handed/key.key-share-1.txt)" out
refuses 4 'wrong passphrase' cellar key test mine/key.key "${named[@]}"
refuses 4 'exist' "${split[@]}" "${shares[@]}"

combine=(cellar share combine mine/key.key)
for three in '1 2 3' '5 4 3' '2 4 5'; do
    # shellcheck disable=SC2086 # a list of numbers
    shares handed key.key $three
    keeps mine works "${combine[@]}" "${shares[@]}"
    says 'The shares open the key'
done
keeps mine json 0 cellar-share 'len(result["combined"]) == 3 and len(result["set"]) == 4' "${combine[@]}" "${shares[@]}"
shares handed key.key 1 2
refuses 4 'share 3 of 3 is needed' "${combine[@]}" "${shares[@]}"
shares handed key.key 1 2 2
refuses 3 'share-2.txt: .*share 2 is given twice' "${combine[@]}" "${shares[@]}"
keeps handed works cellar share test --share-file handed/key.key-share-4.txt
says 'Share +4'
says '3 shares of this group'

# Mistyped: which word; never the word itself.
sed "s/^[a-z]*/$(word 1 handed/key.key-share-1.txt)x/" handed/key.key-share-1.txt >mistyped.txt
refuses 3 'word 1 is not in the word list' cellar share test --share-file mistyped.txt
check 'it names the word' ! grep -q "$(word 1 handed/key.key-share-1.txt)x" err
awk '{ third = $3; $3 = $4; $4 = third; print }' handed/key.key-share-1.txt >swapped.txt
refuses 3 'checksum is wrong' cellar share test --share-file swapped.txt
cut -d' ' -f 2- handed/key.key-share-1.txt >short.txt
refuses 3 'no share has 32 words' cellar share test --share-file short.txt
head -c 1025 /dev/zero | tr '\0' a >long.txt
refuses 3 'share file: long.txt: share is longer than 1024 bytes' cellar share test --share-file long.txt
shares handed key.key 2 3
refuses 3 'mistyped.txt: word 1' "${combine[@]}" --share-file mistyped.txt "${shares[@]}"
refuses 3 'short.txt: no share' "${combine[@]}" "${shares[@]}" --share-file short.txt
refuses 2 'share file: nowhere.txt' "${combine[@]}" --share-file nowhere.txt

# Of another set: named. Of another key: they fit each other, and open nothing here.
cp before.key other.key
shares foreign other.key 1 2 3
works cellar share split other.key --shares 2of3 --to foreign "${named[@]}" "${shares[@]}"
# Sets are told apart by 15 random bits; those that agree, by their thresholds.
refuses 3 'other.key-share-1.txt: (this share is of another set|group 1 needs 3 shares by one)' "${combine[@]}" \
    --share-file handed/key.key-share-1.txt --share-file foreign/other.key-share-1.txt
refuses 4 'do not open key.key: they are of another key' "${combine[@]}" "${shares[@]}"

# Without our tool: hex of the secret is the passphrase; interop.shares shows it with another program.
echo 'a wholly other 8Jk turquoise 42 xylem Bp' >new.txt
shares handed key.key 5 1 3
works "${combine[@]}" "${shares[@]}" --to-passphrase --passphrase-file new=new.txt --dry-run
works "${combine[@]}" "${shares[@]}"
echo short >short-passphrase.txt
refuses 4 'fewer than 12' "${combine[@]}" "${shares[@]}" --to-passphrase --passphrase-file new=short-passphrase.txt
works "${combine[@]}" "${shares[@]}" --to-passphrase --passphrase-file new=new.txt
works cellar key test mine/key.key --passphrase-file new.txt
refuses 4 'do not open' "${combine[@]}" "${shares[@]}"

# Groups, and a passphrase of the shares' own: both are needed.
cp before.key both.key
group() { # GROUP-NUMBER...
    local number
    shares=()
    for number in "$@"; do
        shares+=(--share-file "both/both.key-group-${number/-/-share-}.txt")
    done
}
group 1-1 2-1 2-2 2-3 3-1 3-2 3-3
works cellar share split both.key --shares 1of1 --shares 2of3 --shares 3of3 --groups 2 --with-passphrase --to both \
    "${named[@]}" --passphrase-file new=new.txt "${shares[@]}"
both=(cellar share combine both.key --with-passphrase)
cp before.key twice.key
refuses 4 'the new passphrase is the old one' cellar share split twice.key --shares 2of3 --with-passphrase --to twice "${named[@]}"
check 'shares of it are left' [ ! -e twice ]
group 2-3 1-1 2-1
works "${both[@]}" "${shares[@]}" --passphrase-file new.txt
group 3-1 2-3 3-2 2-1 3-3
works "${both[@]}" "${shares[@]}" --passphrase-file new.txt
refuses 4 'their passphrase is wrong' "${both[@]}" "${shares[@]}" --passphrase-file secrets/key.txt
refuses 4 'were made with a passphrase' cellar share combine both.key "${shares[@]}"
refuses 4 'passphrase of both.key is needed' "${both[@]}" "${shares[@]}"
group 1-1 2-1 3-1
refuses 3 'group 3 is not needed' "${both[@]}" "${shares[@]}"
group 3-1 2-3 3-2
refuses 4 'share 4 of 5 is needed \(1 more share of group 2 and 1 more share of group 3\)' "${both[@]}" "${shares[@]}"
group 3-1
refuses 4 'share 2 of 4 is needed \(2 more shares of group 3 and 1 more group\)' "${both[@]}" "${shares[@]}"

# --- a cellar ---------------------------------------------------------------------------------

make_cellar ecdsa-p256
make_line prod code-signing
with root-g1
cellar backup --to . -C cellar >out 2>err || bad 'fixture: backup'
split=(cellar share split root-g1 --shares 3of5 --to shares -C cellar "${secrets[@]}")
shares shares root-g1 1 2 3 4 5
keeps cellar works "${split[@]}" --dry-run
works "${split[@]}" "${shares[@]}"
works cellar audit -C cellar
keeps cellar works cellar key list -C cellar
says 'shares'
is '[03]' cellar status -C cellar
says 'root-g1 +5 +1, 2, 3, 4, 5'

# What the policy says is asked for, by every tool.
crl=(cellar crl root-g1 -C cellar --confirm 'Test Root CA')
fails 4 'give --share-file' "${crl[@]}" "${secrets[@]}"
shares shares root-g1 2 4 5
works "${crl[@]}" "${shares[@]}"
refuses 4 'opens with shares' cellar key passphrase root-g1 -C cellar "${secrets[@]}"
works cellar key test root-g1 -C cellar "${shares[@]}"

# The room: a share alone may be looked at anywhere, the key is not opened beside a network.
cp -a cellar beside
export CELLAR_TEST_ROOM=$wired
keeps beside refuses 4 'eth0 is up.*--override network-is-up' cellar share combine root-g1 -C beside "${shares[@]}"
keeps beside refuses 4 'eth0 is up' cellar share combine root-g1 -C beside "${shares[@]}" --to-passphrase \
    --passphrase-file new=new.txt
with prod-code-signing-g1
keeps beside refuses 4 'eth0 is up' cellar share split prod-code-signing-g1 --shares 2of3 --to never -C beside "${secrets[@]}"
check 'shares were made beside a network' [ ! -e never ]
works cellar share test -C beside --share-file shares/root-g1-share-1.txt
works cellar share combine root-g1 -C beside "${shares[@]}" --override network-is-up
says 'The room: network interface eth0 is up; overruled by network-is-up'
works cellar share combine root-g1 -C beside "${shares[@]}" --to-passphrase --passphrase-file new=new.txt \
    --override network-is-up
unset CELLAR_TEST_ROOM
check 'the journal lacks the word' [ "$(sqlite3 beside/cellar.db "SELECT group_concat(detail, '|') FROM (SELECT detail
    FROM journal WHERE action IN ('drill', 'passphrase') ORDER BY id)")" = \
    "$(printf '%s|%s' 'share 2; share 4; share 5; network interface eth0 is up; overruled by network-is-up' \
        'key file sealed under a new passphrase; its shares are void; network interface eth0 is up; overruled by network-is-up')" ]
works cellar audit -C beside
with root-g1

# A drill and a test are recorded; next year they are due.
keeps cellar works cellar share combine root-g1 -C cellar "${shares[@]}" --dry-run
works cellar share combine root-g1 -C cellar "${shares[@]}"
keeps cellar works cellar share test -C cellar --share-file shares/root-g1-share-1.txt --dry-run
says 'Key +root-g1'
works cellar share test -C cellar --share-file shares/root-g1-share-1.txt
check 'drills are journaled' [ "$(sqlite3 cellar/cellar.db "SELECT group_concat(action || ':' || detail, ' ') FROM journal
    WHERE action IN ('drill', 'share-test')")" = 'drill:share 2; share 4; share 5 share-test:share 1' ]
check 'of one share it is not known' [ "$(sqlite3 cellar/cellar.db 'SELECT count(DISTINCT share) FROM share_proof')" = 4 ]
CELLAR_TEST_NOW=2027-02-28T00:00:00Z is '[03]' cellar status -C cellar
check 'no drill is due yet' ! grep -q 'drill' out
says 'root-g1 +5 +3  '
CELLAR_TEST_NOW=2027-03-02T00:00:00Z is 3 cellar status -C cellar
says 'drill +cellar share test'
says 'root-g1 +5 +3 +1, 2, 3, 4, 5'
cp -a cellar later
CELLAR_TEST_NOW=2027-02-01T00:00:00Z works cellar share combine root-g1 -C later "${shares[@]}"
CELLAR_TEST_NOW=2027-03-02T00:00:00Z is 3 cellar status -C later
says 'root-g1 +5 +3 +1, 3'
for number in 1 3; do
    CELLAR_TEST_NOW=2027-02-02T00:00:00Z works cellar share test -C later --share-file "shares/root-g1-share-$number.txt"
done
CELLAR_TEST_NOW=2027-03-02T00:00:00Z is '[03]' cellar status -C later
check 'a drill is still due' ! grep -q 'drill' out

# Named: of another cellar's key, of another key, void, forged.
refuses 3 'foreign/other.key-share-1.txt: this is no share of root-g1' cellar share combine root-g1 -C cellar \
    --share-file foreign/other.key-share-1.txt
refuses 3 'no key of this cellar has this share' cellar share test -C cellar --share-file foreign/other.key-share-1.txt
shares leaf prod-code-signing-g1 1 2 3
with prod-code-signing-g1
refuses 2 'lies in a cellar' cellar share split cellar/keys/prod-code-signing-g1.key --shares 2of3 --to leaf "${secrets[@]}" "${shares[@]}"
refuses 2 'lies in a cellar' cellar share split cellar/keys/prod-code-signing-g1.key --shares 2of3 --to leaf -C cellar "${secrets[@]}" "${shares[@]}"
works cellar share split prod-code-signing-g1 --shares 2of3 --to leaf -C cellar "${secrets[@]}" "${shares[@]}"
refuses 4 'opens with shares' cellar export prod code-signing --for fulcio --with-key --to server -C cellar
check 'a key that no server can open was handed over' [ ! -e server ]
is 3 cellar status -C cellar
says 'shares +cellar share split prod-code-signing-g2'
cp -a cellar chosen
works cellar key passphrase prod-code-signing-g2 -C chosen --passphrase-file new=new.txt \
    --passphrase-file secrets/prod-code-signing-g2.txt
is '[03]' cellar status -C chosen
check 'a passphrase on purpose is no choice' ! grep -q 'share split' out
works cellar audit -C chosen
works cellar rotate prod code-signing --now -C cellar --dry-run
says 'A passphrase alone, where prod-code-signing-g1 needs shares'
refuses 3 'this is a share of prod-code-signing-g1, not of root-g1' cellar share combine root-g1 -C cellar "${shares[@]}"
cp -r shares old
rm -r shares
shares old root-g1 1 3 5
again=("${shares[@]}")
shares shares root-g1 1 2 3 4 5
works cellar share split root-g1 --shares 3of5 --to shares -C cellar "${again[@]}" "${shares[@]}"
refuses 3 'this share of root-g1 is void' cellar share combine root-g1 -C cellar "${again[@]}"
refuses 3 'is void' cellar share test -C cellar --share-file old/root-g1-share-1.txt
works cellar audit -C cellar

# The journal holds the whole of a large plan, and of a drill with all that it needs.
many=()
shares=()
for group in {1..16}; do
    many+=(--shares 2of2)
    shares+=(--share-file "many/prod-code-signing-g2-group-$group-share-1.txt"
        --share-file "many/prod-code-signing-g2-group-$group-share-2.txt")
done
with prod-code-signing-g2
works cellar share split prod-code-signing-g2 "${many[@]}" --to many -C cellar "${secrets[@]}" "${shares[@]}"
works cellar share combine prod-code-signing-g2 -C cellar "${shares[@]}"
is '[03]' cellar status -C cellar
check 'shares are still asked for' ! grep -q 'share split' out
check 'the plan is cut' [ "$(sqlite3 cellar/cellar.db "SELECT detail GLOB '*16 of the groups *2 of 2, set ????' FROM journal
    WHERE action = 'split' ORDER BY id DESC LIMIT 1")" = 1 ]
check 'the drill is cut' [ "$(sqlite3 cellar/cellar.db "SELECT detail GLOB 'group 1, share 1; *; group 16, share 2' FROM journal
    WHERE action = 'drill' ORDER BY id DESC LIMIT 1")" = 1 ]
works cellar audit -C cellar

# A second cellar: the backup from before opens with the passphrase, a new one with three shares.
cellar backup --to . -C cellar >out 2>err || bad 'fixture: second backup'
newest=$(find . -maxdepth 1 -name 'cellar-*' -type d | sort | tail -n 1)
works cellar restore "$newest" --to second --confirm nothing-seen
shares shares root-g1 4 2 1
works cellar share combine root-g1 -C second "${shares[@]}"
works cellar share combine root-g1 -C second "${shares[@]}" --to-passphrase --passphrase-file new=new.txt
works cellar key test root-g1 -C second --passphrase-file new.txt
refuses 4 'opens with a passphrase' cellar share combine root-g1 -C second "${shares[@]}"
works cellar audit -C second

# --- at a terminal ----------------------------------------------------------------------------

if output=$(python3 "$here/shares.py" "$build_dir/tests/fault/interrupt.so" "$source_dir/libpki/base/share_words.c" 2>&1); then
    ok
else
    bad "at a terminal: $(tail -n 3 <<<"$output" | tr '\n' ' ')"
fi
finish
