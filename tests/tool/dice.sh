#!/bin/bash
# Rolls of dice in the keys of root, issue and rotate, and of key csr: how many went in is told, the rolls never are.
. "$(dirname "$0")/lib.sh"
rolls=3415263416253416253415263416253416523416253415263416253416253415263416253416523416253415263416253416
hierarchy
cellar init hierarchy.yaml -C cellar >out 2>err || bad 'fixture: init'
with root-g1
root=(cellar root main -C cellar "${secrets[@]}" --confirm 'Test Root CA')
nothing() {
    check 'a key was made' [ -z "$(ls -A cellar/keys)" ]
}

# What is no roll, too few of them, nobody to ask.
fold -w 10 <<<"$rolls" >rolls.txt
head -c 99 <<<"$rolls" >few.txt
fails 2 'there are 99 of the 100 that are needed' "${root[@]}" --dice-file few.txt
fails 2 'there are 100 of the 120 that are needed' "${root[@]}" --dice 120 --dice-file rolls.txt
sed '3s/./7/' rolls.txt >seven.txt
fails 2 'character 21 is no digit 1 to 6' "${root[@]}" --dice-file seven.txt
tr 6 5 <rolls.txt >five.txt
fails 2 'a face of the die never came up' "${root[@]}" --dice-file five.txt
: >empty.txt
fails 2 'there are 0 of the 100' "${root[@]}" --dice-file empty.txt
fails 2 'none.txt: no such file' "${root[@]}" --dice-file none.txt
head -c 4001 /dev/zero | tr '\0' 3 >long.txt
fails 2 'dice: long.txt: list of rolls is longer than 4000 bytes' "${root[@]}" --dice-file long.txt
refuses 4 'give --dice-file FILE' "${root[@]}" --dice 100
for number in 99 1001 -1 x '' 99999999999999999999; do
    refuses 2 'a number of rolls from 100 to 1000' "${root[@]}" --dice "$number"
done
nothing

# Done: it says so, and so does the journal.
works "${root[@]}" --dice-file rolls.txt
says '^ *Rolls of dice +100$'
warns 'ECDSA P-256, made here with 100 rolls of dice'
check 'the journal says so' [ "$(sqlite3 cellar/cellar.db \
    "SELECT count(*) FROM journal WHERE detail LIKE '%100 rolls of dice mixed in%'")" = 1 ]
works cellar audit -C cellar
works cellar key test root-g1 -C cellar "${secrets[@]}"
line_keys prod code-signing
with root-g1 "${keys[@]}"
works cellar issue prod code-signing -C cellar "${secrets[@]}" --dice 100 --dice-file rolls.txt \
    --confirm 'Test Prod Code Signing CA G1'
check 'two keys' [ "$(grep -cE '^ *Rolls of dice +100$' out)" = 2 ]
cellar export -C cellar >out 2>err || bad 'fixture: export'
with root-g1 prod-code-signing-g3
json 0 cellar-rotate 'result["prod_code_signing_g3"]["rolls_of_dice"] == 100' cellar rotate prod code-signing --now \
    -C cellar "${secrets[@]}" --dice-file rolls.txt --confirm 'Test Prod Code Signing CA G2'

# Equal rolls, other keys; the rolls and digests of them are nowhere.
check 'four keys' [ "$(sqlite3 cellar/cellar.db 'SELECT count(DISTINCT spki_sha256) FROM key')" = 4 ]
for text in "$rolls" "${rolls:0:20}" "$(head -n 1 rolls.txt)"; do
    check 'the rolls are kept' ! grep -rqF "$text" cellar out err
done
for sum in sha1sum sha256sum sha384sum sha512sum; do
    for digest in "$(printf %s "$rolls" | $sum | cut -d ' ' -f 1)" "$($sum <rolls.txt | cut -d ' ' -f 1)"; do
        check "a $sum of the rolls is kept" ! grep -rqiF "$digest" cellar out err
        check "a $sum of the rolls is in the inventory" \
            [ "$(sqlite3 cellar/cellar.db .dump | grep -ciF "$digest")" = 0 ]
    done
done

# Where the key is made on another host, they go in there; no other verb takes them.
with key
for _ in 1 2 3 4 5 6; do fold -w 1 <<<"$rolls"; done >lines.txt
csr=(cellar key csr --common-name Test "${secrets[@]}")
works "${csr[@]}" --to elsewhere --dice 100 --dice-file rolls.txt
says '^ *Rolls of dice +100$'
works cellar key test elsewhere/key.key --passphrase-file secrets/key.txt
works "${csr[@]}" --to often --dice-file lines.txt
says "^ *Rolls of dice +$((6 * ${#rolls}))\$"
fails 2 'there are 99 of the 100 that are needed' "${csr[@]}" --to few --dice-file few.txt
refuses 4 'give --dice-file FILE' "${csr[@]}" --to few --dice 100
refuses 2 'a number of rolls' "${csr[@]}" --to few --dice 99 --dice-file rolls.txt
refuses 4 'cannot be mixed into RSA' "${csr[@]}" --to few --key rsa-3072 --dice-file rolls.txt
check 'nothing was written' [ ! -e few ]
refuses 2 'test takes no .-dice-file' cellar key test elsewhere/key.key --dice-file rolls.txt
check 'the rolls are kept' ! grep -rqF "${rolls:0:20}" elsewhere

# A request brings its key: rolls would go nowhere, and are not asked for. Nothing is recorded.
for made in one two three; do
    works "${csr[@]}" --key ecdsa-p256 --to $made
done
with root-g1 prod-tls-g2
issue=(cellar issue prod tls -C cellar "${secrets[@]}" --confirm 'Test Prod TLS CA G1' --csr one/key.csr)
refuses 2 'no key is made here, it comes by --csr: leave --dice' "${issue[@]}" --csr two/key.csr --dice 100
refuses 2 'leave --dice and --dice-file out' "${issue[@]}" --csr two/key.csr --dice-file rolls.txt
works "${issue[@]}" --dice-file rolls.txt
check 'the second key alone is made here' [ "$(grep -cE '^ *Rolls of dice +100$' out)" = 1 ]
cellar export -C cellar >out 2>err || bad 'fixture: export'
rotate=(cellar rotate prod tls -C cellar --now "${secrets[@]}" --dice-file rolls.txt)
refuses 2 'by --csr' "${rotate[@]}" --csr three/key.csr --confirm 'Test Prod TLS CA G2'
refuses 2 'no key is made here: leave --dice' "${rotate[@]}" --promote-only --confirm 'Test Prod TLS CA G2'

# In two halves: they go in when it is prepared, and the same command signs it without asking again.
with root-g1 prod-tls-g3
rotate=(cellar rotate prod tls -C cellar --now "${secrets[@]}" --dice 100 --confirm 'Test Prod TLS CA G2')
works "${rotate[@]}" --dice-file rolls.txt --prepare sheet
check 'the preparation says so' [ "$(sqlite3 cellar/cellar.db "SELECT count(*) FROM journal
    WHERE action = 'prepare' AND detail LIKE '%; prod-tls-g3: 100 rolls of dice mixed in; %'")" = 1 ]
works "${rotate[@]}" --approved "$(head -n 1 sheet/words.txt)"

# RSA has no way for them; nobody is asked.
rm -rf cellar
hierarchy ecdsa-p256 rsa-3072
cellar init hierarchy.yaml -C cellar >out 2>err || bad 'fixture: init'
with root-g1
refuses 4 'cannot be mixed into RSA.* leave --dice out' "${root[@]}" --dice 100
nothing

# Typed.
rm -rf cellar
hierarchy ecdsa-p384 ecdsa-p521
cellar init hierarchy.yaml -C cellar >out 2>err || bad 'fixture: init'
python3 "$here/dice.py" "$rolls" || bad 'at a terminal'
check 'typed, and recorded' [ "$(sqlite3 cellar/cellar.db \
    "SELECT count(*) FROM journal WHERE detail LIKE '%110 rolls of dice mixed in%'")" = 1 ]
check 'what was typed is kept' ! grep -rqF "${rolls:0:20}" cellar
finish
