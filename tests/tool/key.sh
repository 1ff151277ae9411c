#!/bin/bash
# cellar key: with and without a cellar.
. "$(dirname "$0")/lib.sh"

mkdir keys
for algorithm in ecdsa-p256 ecdsa-p384 ecdsa-p521 rsa-3072 rsa-4096 ed25519; do
    with key
    works cellar key csr --key $algorithm --common-name "Test $algorithm" --organization 'Test Corp' \
        --country DE --to keys/$algorithm "${secrets[@]}"
    check "$algorithm: openssl accepts the request" \
        openssl req -in keys/$algorithm/key.csr -verify -noout 2>/dev/null
    check "$algorithm: openssl opens the key" \
        openssl pkey -in keys/$algorithm/key.key -passin file:secrets/key.txt -noout
    check "$algorithm: modes" [ "$(stat -c %a keys/$algorithm/key.key)" = 600 ]
done
works cellar key csr --common-name 'Test' --to keys/default "${secrets[@]}"
check 'the default is P-384' grep -q 'secp384r1\|P-384' <(openssl req -in keys/default/key.csr -noout -text)

with key
csr=(cellar key csr --common-name Test --to made)
works "${csr[@]}" "${secrets[@]}" --dry-run
check '--dry-run made it' [ ! -e made ]
json 0 cellar-key 'result' "${csr[@]}" "${secrets[@]}" --dry-run
keeps keys refuses 4 'exist' cellar key csr --common-name Test --to keys/default "${secrets[@]}"
refuses 4 '--passphrase-file key=FILE' "${csr[@]}"
: >void.txt
refuses 4 'empty' "${csr[@]}" --passphrase-file void.txt
refuses 2 'ecdsa-p384' "${csr[@]}" --key dsa "${secrets[@]}"
refuses 2 'csr needs .-common-name NAME' cellar key csr --to made
refuses 2 'two letters|country' "${csr[@]}" --country Germany "${secrets[@]}"
refuses 2 'verb' cellar key forget x
refuses 2 'what to do' cellar key
check 'a refusal made it' [ ! -e made ]

# test
file=keys/ecdsa-p256/key.key
named=(--passphrase-file secrets/key.txt)
keeps keys works cellar key test $file "${named[@]}"
says 'opens, signs'
keeps keys json 0 cellar-key 'result["algorithm"]' cellar key test $file "${named[@]}"
echo 'not this Qz8 one 99 wUmbat' >wrong.txt
keeps keys refuses 4 'passphrase' cellar key test $file --passphrase-file wrong.txt
json 4 cellar-key 'error["code"] == "passphrase"' cellar key test $file --passphrase-file wrong.txt
refuses 2 'no such file' cellar key test nowhere.key "${named[@]}"
refuses 2 'FILE.KEY is missing' cellar key test
refuses 3 'key.csr' cellar key test keys/ecdsa-p256/key.csr "${named[@]}"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out open.key 2>/dev/null
is '[34]' cellar key test open.key "${named[@]}"
openssl pkcs8 -topk8 -in open.key -out weak.key -passout file:secrets/key.txt -v1 PBE-MD5-DES 2>/dev/null ||
    openssl pkcs8 -topk8 -in open.key -out weak.key -passout file:secrets/key.txt -v2 des3 -v2prf hmacWithSHA1
is '[34]' cellar key test weak.key "${named[@]}"
openssl pkcs8 -topk8 -in open.key -out huge.key -passout file:secrets/key.txt -v2 aes-256-cbc \
    -v2prf hmacWithSHA256 -iter 1000
sed 's/x/x/' huge.key >/dev/null
works cellar key test huge.key "${named[@]}"
head -c 100 $file >torn.key
is 3 cellar key test torn.key "${named[@]}"

# passphrase: the old one, and "new" for what comes.
echo 'a wholly other 8Jk turquoise 42 xylem Bp' >new.txt
cp $file mine.key
chmod 600 mine.key
echo 'somebody else' >mine.key.new
refuses 4 'mine.key.new.*exists' cellar key passphrase mine.key "${named[@]}" --passphrase-file new=new.txt
check 'a file that is not ours was taken' grep -q 'somebody else' mine.key.new
rm mine.key.new
works cellar key passphrase mine.key "${named[@]}" --passphrase-file new=new.txt
works cellar key test mine.key --passphrase-file new.txt
refuses 4 'passphrase' cellar key test mine.key "${named[@]}"
check 'something else was left' [ "$(ls mine.key*)" = mine.key ]
check 'its mode changed' [ "$(stat -c %a mine.key)" = 600 ]
cp mine.key before.key
refuses 4 'is the old one' cellar key passphrase mine.key --passphrase-file new.txt
refuses 4 'short|12|empty' cellar key passphrase mine.key --passphrase-file new.txt --passphrase-file new=void.txt
check 'a refusal changed it' cmp -s mine.key before.key
works cellar key passphrase mine.key --passphrase-file new.txt --passphrase-file new=secrets/key.txt --dry-run
check '--dry-run changed it' cmp -s mine.key before.key

# As many files as there may be, and a descriptor beside them.
many=(--passphrase-file new=secrets/key.txt)
for number in {1..63}; do
    many+=(--passphrase-file "other-$number=void.txt")
done
exec 9<new.txt
works cellar key passphrase mine.key "${many[@]}" --passphrase-fd 9
exec 9<&-
works cellar key test mine.key "${named[@]}"

# With a cellar.
make_cellar ecdsa-p256
keeps cellar works cellar key list -C cellar
says 'root-g1 .*as recorded'
keeps cellar json 0 cellar-key 'result["keys"][0]["name"] == "root-g1"' cellar key list -C cellar
with root-g1
keeps cellar works cellar key test root-g1 -C cellar "${secrets[@]}"
refuses 2 'lies in a cellar' cellar key passphrase cellar/keys/root-g1.key "${secrets[@]}" --passphrase-file new=new.txt
CELLAR_DIR=cellar works cellar key passphrase root-g1 "${secrets[@]}" --passphrase-file new=new.txt --dry-run
works cellar key passphrase root-g1 -C cellar "${secrets[@]}" --passphrase-file new=new.txt
works cellar key test root-g1 -C cellar --passphrase-file new.txt
works cellar audit -C cellar

# The room: what opens a recorded key looks at it, and what is overruled is kept. A file alone is free.
export CELLAR_TEST_ROOM=$wired
opened=(-C cellar --passphrase-file new.txt)
keeps cellar refuses 4 'eth0 is up.*--override network-is-up' cellar key test root-g1 "${opened[@]}"
resealed=(cellar key passphrase root-g1 "${opened[@]}" --passphrase-file new=secrets/root-g1.txt)
keeps cellar refuses 4 'eth0 is up.*--override network-is-up' "${resealed[@]}"
keeps cellar refuses 4 'eth0 is up' "${resealed[@]}" --dry-run
keeps cellar refuses 4 'eth0 is up' "${resealed[@]}" --override clock-is-right
keeps cellar works cellar key test root-g1 "${opened[@]}" --override network-is-up
says 'The room: network interface eth0 is up; overruled by network-is-up'
works "${resealed[@]}" --override network-is-up
check 'the journal keeps the word' [ "$(sqlite3 cellar/cellar.db "SELECT detail FROM journal
    WHERE action = 'passphrase' ORDER BY id DESC LIMIT 1")" = \
    'key file sealed under a new passphrase; network interface eth0 is up; overruled by network-is-up' ]
works cellar key test $file -C cellar "${named[@]}"
works cellar key list -C cellar
unset CELLAR_TEST_ROOM
works cellar audit -C cellar

keeps cellar is '[24]' cellar key test nobody -C cellar "${secrets[@]}"
cp $file cellar/keys/root-g1.key
refuses 5 'root-g1' cellar key test root-g1 -C cellar "${named[@]}"
refuses 8 'no cellar here' cellar key list -C nowhere
finish
