#!/bin/bash
# USB sticks: what is carried out of the room is written onto FAT and exFAT, which have no links, nameless files or
# modes, and forbid names. On a directory that tests/fault/fat.c makes behave so; by hand, on a stick:
#
# usage: fat.sh BUILD_DIRECTORY [MOUNTED_DIRECTORY]
# shellcheck disable=SC2317 # functions here are called by works and others
. "$(dirname "$0")/lib.sh"

kinds=(vfat exfat fuse)
[ $# -lt 2 ] || kinds=(mounted)

# on DUTY ARGUMENTS...
on() {
    # The sanitizer need not come first: it is told so.
    if [ "$kind" = mounted ]; then
        "cellar-$1" "${@:2}"
    else
        env FAT_ROOT="$stick" FAT_KIND="$kind" FAT_MASK="$mask" LD_PRELOAD="$build_dir/tests/fault/fat.so" \
            ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "cellar-$1" "${@:2}"
    fi
}

# Names that every system takes, no two of one directory alike but for case.
tidy() {
    check "$kind: a name that FAT has not" [ -z "$(find "$stick" -mindepth 1 -printf '%f\n' |
        grep -vE '^[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$')" ]
    check "$kind: names that differ in case alone" [ -z "$(find "$stick" | sort -f | uniq -di)" ]
}

entries() { # CELLAR
    sqlite3 "$1/cellar.db" 'SELECT max(id) FROM journal'
}

make_cellar ecdsa-p256
make_line prod code-signing
make_line prod time-stamping
keys=(root-g1 prod-code-signing-g{1,2,3})
with "${keys[@]}"
works cellar crl root-g1 -C cellar "${secrets[@]}" --confirm 'Test Root CA'
works cellar export -C cellar

for kind in "${kinds[@]}"; do
    stick=$(pwd -P)/$kind
    [ $# -lt 2 ] || stick=$(mktemp -d "$2/XXXXXX")
    [ -d "$stick" ] || mkdir -m 755 "$stick"
    rm -rf live disk restored
    mask=022

    # A request, an export, a handover: as on any other file system.
    works on key csr --common-name x --passphrase-file key=secrets/root-g1.txt --to "$stick/request"
    works on key test "$stick/request/key.key" --passphrase-file secrets/root-g1.txt
    keeps "$stick" refuses 4 'exists already' on key csr --common-name x --to "$stick/request" \
        --passphrase-file key=secrets/root-g1.txt
    works on export prod -C cellar --to "$stick/out"
    works cellar export prod -C cellar --to disk
    check "$kind: an export differs" diff -rx manifest.json disk "$stick/out"
    works on verify --anchor "$stick/out/anchors.pem" "$stick/out/code-signing/fulcio/chain.pem"
    works on export prod code-signing --for fulcio --with-key -C cellar --to "$stick/hand"
    mkdir live
    works on install fulcio --from "$stick/hand" --to live --confirm 'Test Prod Code Signing CA G1'
    check "$kind: installed otherwise" cmp "$stick/hand/key.pem" live/key.pem
    tidy

    # What stands there is replaced in one step, or the export is refused before it is recorded.
    before=$(entries cellar)
    echo stale >"$stick/stale" && mv "$stick/stale" "$stick/hand/README.txt"
    is '0|4' on export prod code-signing --for fulcio --with-key -C cellar --to "$stick/hand" --replace
    if [ "$status" = 4 ]; then
        check "$kind: refused, and recorded" [ "$(entries cellar)" = "$before" ]
        check "$kind: refused, and changed" grep -qx stale "$stick/hand/README.txt"
        warns 'cannot exchange it in one step: name another, or remove it first'
    else
        check "$kind: something stale is left" ! grep -qx stale "$stick/hand/README.txt"
    fi
    check "$kind: replaced or not" [ "$kind $status" != "vfat 4" ]

    # A seal, that of a ceremony where its record lies, backups, and cellars restored from it and onto it.
    works on audit --seal -C cellar "${secrets[@]}" --confirm 'Test Root CA' --to "$stick/seal"
    works on audit --head-from "$stick/seal" -C cellar
    python3 "$here/transcript.py" "$source_dir/tests/fixtures/ceremony/good.yaml" "$source_dir/libpki/base/words.c" \
        "$stick/record" || bad 'fixture: record'
    works on audit --seal --ceremony "$stick/record" -C cellar "${secrets[@]}" --confirm 'Test Root CA'
    works on verify --ceremony "$stick/record" --anchor "$stick/out/anchors.pem"
    keeps "$stick" refuses 4 'has a seal' on audit --seal --ceremony "$stick/record" -C cellar "${secrets[@]}" \
        --confirm 'Test Root CA'
    works on backup --to "$stick" -C cellar
    works on backup --to "$stick" -C cellar
    backups=("$stick"/cellar-*-000[12])
    check "$kind: not two backups" [ ${#backups[@]} = 2 ]
    works on restore "${backups[1]}" --to restored --confirm nothing-seen
    works cellar audit -C restored
    tidy

    # A cellar that lives there, mounted for its owner alone.
    if [ "$kind" != mounted ]; then
        keeps "$stick" fails 5 'see the table' on restore "${backups[1]}" --to "$stick/cellar" --confirm nothing-seen
        mask=000
        refuses 8 'umask=077' on init hierarchy.yaml -C "$stick/open"
        rm -r "$stick/open"
    fi
    mask=077
    works on restore "${backups[1]}" --to "$stick/cellar" --confirm nothing-seen
    is '0|3' on status -C "$stick/cellar"
    works on issue prod tls -C "$stick/cellar" --passphrase-file secrets/root-g1.txt \
        --confirm 'Test Prod TLS CA G1'
    works on crl root-g1 -C "$stick/cellar" "${secrets[@]}" --confirm 'Test Root CA'
    works on export -C "$stick/cellar"
    works on key passphrase root-g1 -C "$stick/cellar" --passphrase-file root-g1=secrets/root-g1.txt \
        --passphrase-file new=secrets/prod-code-signing-g1.txt
    is '0|4' on export -C "$stick/cellar"
    works on audit -C "$stick/cellar"
    tidy
    check "$kind: something is left half done" [ -z "$(find "$stick" -name '.?*')" ]
    [ "$kind" != mounted ] || rm -r "$stick"
done
finish
