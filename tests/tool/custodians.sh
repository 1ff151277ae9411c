#!/bin/bash
# Root genesis with shares 3 of 5, by the commands of its booklet: five custodians at a terminal see
# and type theirs, three open the key for its CRL and its seal. Then a second cellar, from the
# backup: three typed shares open it, and what is not one of them is named.
. "$(dirname "$0")/lib.sh"
export CELLAR_DIR=$work/media/cellar
mkdir -p media/backup sheets

# shellcheck disable=SC2317 # works runs it
custodians() { python3 "$here/custodians.py" sheets "$@"; }

three=(--share-file sheets/2.txt --share-file sheets/4.txt --share-file sheets/5.txt)
cellar init --example >hierarchy.yaml
with root-g1
works cellar ceremony print "$source_dir/ceremony/scripts/root-genesis-shares.yaml" --to booklet.txt
python3 "$here/duties.py" booklet.txt >commands
while IFS='|' read -r name command; do
    words=()
    eval "words=(${command//\/media\//media/})"
    # Each opens what works runs next by itself; only the terminal's do that otherwise.
    case "${words[1]} ${words[2]:-}" in
    'root main') works "${words[@]}" "${secrets[@]}" --confirm "$name" ;;
    'share split') works custodians split "${words[@]}" "${secrets[@]}" ;;
    'share combine') works custodians combine 3 1 4 -- "${words[@]}" ;;
    'crl root-g1' | 'audit --seal') works "${words[@]}" "${three[@]}" --confirm "$name" ;;
    *) works "${words[@]}" ;;
    esac
done <commands
check 'the script splits, recovers, lists, seals and backs up' \
    [ "$(cut -d '|' -f 2 commands | grep -cE '^cellar (share (split|combine)|crl|audit .*--seal|backup) ')" = 5 ]
check 'a passphrase opens it still' ! cellar key test root-g1 "${secrets[@]}" --no-input >out 2>err
works cellar audit

# The second cellar, on another laptop.
newest=$(find media/backup -maxdepth 1 -name 'cellar-*' -type d)
works cellar restore "$newest" --to second --confirm nothing-seen
export CELLAR_DIR=$work/second
cellar key csr --key ecdsa-p256 --common-name Other --to other --passphrase-file secrets/root-g1.txt >out 2>err ||
    bad 'fixture: key'
others=()
for number in 1 2 3; do others+=(--share-file "foreign/key.key-share-$number.txt"); done
env -u CELLAR_DIR cellar share split other/key.key --shares 2of3 --to foreign --passphrase-file secrets/root-g1.txt \
    "${others[@]}" >out 2>err || bad 'fixture: foreign shares'
works custodians stumble foreign/key.key-share-2.txt -- cellar share combine root-g1
says 'The shares open the key'
works cellar crl root-g1 "${three[@]}" --confirm 'Example Corp Root CA'
works cellar audit
finish
