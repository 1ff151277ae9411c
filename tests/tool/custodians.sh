#!/bin/bash
# Root genesis with shares 3 of 5, from its script to a sealed record that others check: five
# custodians at a terminal see and type theirs, three open the key for its CRL and its seals. Then
# the drill's script with a second cellar, from the backup: three typed shares open it, what is not
# one of them is named, and the key signs.
# shellcheck disable=SC2317 # functions here are called by works and check
. "$(dirname "$0")/lib.sh"
export CELLAR_DIR=$work/media/cellar
mkdir -p media/backup sheets
name='Example Corp Root CA'

custodians() { python3 "$here/custodians.py" sheets "$@"; }

no_words() { # DIRECTORY: three words of a share, one after the other
    [ -s sheets/5.txt ] && ! cut -d ' ' -f 5-33 sheets/*.txt | awk '{ for (i = 3; i <= NF; i++) print $(i - 2), $(i - 1), $i }' |
        grep -rqFf - "$1"
}

sed "s|/media/|$work/media/|" "$source_dir/ceremony/scripts/root-genesis-shares.yaml" >genesis.yaml
sed "s/: as shown/: $name/" "$here/answers.yaml" >answers.yaml
cellar init --example >hierarchy.yaml
with root-g1
genesis=(cellar ceremony run genesis.yaml --record record --answers answers.yaml)
works custodians genesis "${genesis[@]}" "${secrets[@]}"
says '^Steps done +22'
works custodians combine 4 3 1 -- cellar audit --seal --ceremony record --confirm "$name"
works cellar audit
check 'a passphrase opens it still' ! cellar key test root-g1 "${secrets[@]}" --no-input >out 2>err

# Outside there is only what was carried out.
mkdir outside
cp -r record outside
(cd outside && env -u CELLAR_DIR cellar verify --ceremony record --anchor record/evidence/090-certificates.pem) >out 2>err ||
    bad 'outside: not verified'
says '^Ended +after its last step$'
says "^Seal +signed by .*CN=$name"
check 'words of a share are in the record' no_words record

# The second cellar, on another laptop, by the script of the drill; nothing was exported yet.
newest=$(find media/backup -maxdepth 1 -name 'cellar-*' -type d)
export CELLAR_DIR=$work/second
env -u CELLAR_DIR cellar key csr --key ecdsa-p256 --common-name Other --to other --passphrase-file secrets/root-g1.txt >out 2>err ||
    bad 'fixture: key'
others=()
for number in 1 2 3; do others+=(--share-file "foreign/key.key-share-$number.txt"); done
env -u CELLAR_DIR cellar share split other/key.key --shares 2of3 --to foreign --passphrase-file secrets/root-g1.txt \
    "${others[@]}" >out 2>err || bad 'fixture: foreign shares'
sed "s|/media/backup/cellar-.*|$work/$newest|; s|/tmp/drill|$CELLAR_DIR|; /seen:/d; s/type: Example Corp/type: nothing-seen/" \
    "$source_dir/ceremony/scripts/key-recovery-drill.yaml" >drill.yaml
sed -i "s/: $name/: nothing-seen/" answers.yaml
drill=(cellar ceremony run drill.yaml --record drilled --answers answers.yaml)
works custodians stumble foreign/key.key-share-2.txt -- "${drill[@]}"
says '^Steps done +13'
works cellar verify --ceremony drilled
check 'words of a share are in its record' no_words drilled
works custodians combine 2 4 5 -- cellar crl root-g1 --confirm "$name"
works cellar audit
finish
